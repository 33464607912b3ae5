/** TensorBoard's events as protobuf messages: written, and read again. */

import { type BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { readMessage } from '../onnx/protobuf.js';
import type { Histogram } from './histogram.js';

/** A picture as a file. */
export interface EventImage {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly png: Uint8Array;
}

/** One value of a summary; it has one of the three. */
export interface EventValue {
  readonly tag: string;
  readonly scalar?: number;
  readonly image?: EventImage;
  readonly histogram?: Histogram;
}

export interface TensorBoardEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  /** `brain.Event:2`, in the first event of a file. */
  readonly fileVersion?: string;
  /** Whether a run begins or goes on at this step: later ones in earlier files no longer count. */
  readonly begins?: boolean;
  readonly values: readonly EventValue[];
}

/** The message `Event`. */
export function encodeEvent(event: TensorBoardEvent): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Bit64).double(event.wallTime);
  writer.tag(2, WireType.Varint).int64(event.step);
  if (event.fileVersion !== undefined) {
    writer.tag(3, WireType.LengthDelimited).string(event.fileVersion);
  }
  if (event.values.length > 0) {
    writer.tag(5, WireType.LengthDelimited).fork();
    for (const value of event.values) {
      writer.tag(1, WireType.LengthDelimited).fork();
      encodeValue(writer, value);
      writer.join();
    }
    writer.join();
  }
  // The status START of a SessionLog.
  if (event.begins) writer.tag(7, WireType.LengthDelimited).bytes(Uint8Array.of(8, 1));
  return writer.finish();
}

function encodeValue(writer: BinaryWriter, { tag, scalar, image, histogram }: EventValue): void {
  writer.tag(1, WireType.LengthDelimited).string(tag);
  if (scalar !== undefined) writer.tag(2, WireType.Bit32).float(scalar);
  if (image !== undefined) {
    writer.tag(4, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.Varint).int32(image.height);
    writer.tag(2, WireType.Varint).int32(image.width);
    writer.tag(3, WireType.Varint).int32(image.channels);
    writer.tag(4, WireType.LengthDelimited).bytes(image.png);
    writer.join();
  }
  if (histogram !== undefined) {
    writer.tag(5, WireType.LengthDelimited).fork();
    const { min, max, count, sum, sumOfSquares, limits, counts } = histogram;
    [min, max, count, sum, sumOfSquares].forEach((number, i) => {
      writer.tag(i + 1, WireType.Bit64).double(number);
    });
    [limits, counts].forEach((numbers, i) => {
      writer.tag(i + 6, WireType.LengthDelimited).fork();
      for (const number of numbers) writer.double(number);
      writer.join();
    });
    writer.join();
  }
}

const mend = 'it is damaged or no file of events; restore it';
const { Varint, Bit32, Bit64, LengthDelimited } = WireType;

/** The event in `bytes`; throws FormatError for another message. */
export function decodeEvent(bytes: Uint8Array, fileName: string): TensorBoardEvent {
  const event = {
    ...{ wallTime: 0, step: 0, values: [] as EventValue[] },
    ...({} as { fileVersion?: string; begins?: boolean }),
  };
  const place = (what: string) => ({ fileName, what, mend });
  const value = (reader: BinaryReader): void => {
    event.values.push(decodeValue(reader.bytes(), fileName));
  };
  const fields = {
    1: taking(Bit64, (reader) => {
      event.wallTime = reader.double();
    }),
    2: taking(Varint, (reader) => {
      event.step = Number(reader.int64());
    }),
    3: taking(LengthDelimited, (reader) => {
      event.fileVersion = reader.string();
    }),
    5: taking(LengthDelimited, (reader) => {
      readMessage(reader.bytes(), { 1: taking(LengthDelimited, value) }, place('a summary'));
    }),
    7: taking(LengthDelimited, (reader) => {
      const status = taking(Varint, (inner) => {
        event.begins = inner.int32() === 1;
      });
      readMessage(reader.bytes(), { 1: status }, place('a session'));
    }),
  };
  readMessage(bytes, fields, place('an event'));
  return event;
}

const taking = (wire: WireType, take: (reader: BinaryReader) => void) => ({ wire, take });

function decodeValue(bytes: Uint8Array, fileName: string): EventValue {
  let tag = '';
  let scalar: number | undefined;
  let image: EventImage | undefined;
  let histogram: Histogram | undefined;
  const fields = {
    1: taking(LengthDelimited, (reader) => {
      tag = reader.string();
    }),
    2: taking(Bit32, (reader) => {
      scalar = reader.float();
    }),
    4: taking(LengthDelimited, (reader) => {
      image = decodeImage(reader.bytes(), fileName);
    }),
    5: taking(LengthDelimited, (reader) => {
      histogram = decodeHistogram(reader.bytes(), fileName);
    }),
  };
  readMessage(bytes, fields, { fileName, what: 'a value', mend });
  return {
    tag,
    ...(scalar !== undefined && { scalar }),
    ...(image !== undefined && { image }),
    ...(histogram !== undefined && { histogram }),
  };
}

function decodeImage(bytes: Uint8Array, fileName: string): EventImage {
  const image = { width: 0, height: 0, channels: 0, png: new Uint8Array() as Uint8Array };
  const fields = {
    1: taking(Varint, (reader) => {
      image.height = reader.int32();
    }),
    2: taking(Varint, (reader) => {
      image.width = reader.int32();
    }),
    3: taking(Varint, (reader) => {
      image.channels = reader.int32();
    }),
    4: taking(LengthDelimited, (reader) => {
      image.png = reader.bytes();
    }),
  };
  readMessage(bytes, fields, { fileName, what: 'an image', mend });
  return image;
}

function decodeHistogram(bytes: Uint8Array, fileName: string): Histogram {
  const numbers = [0, 0, 0, 0, 0];
  const lists: [number[], number[]] = [[], []];
  const fields = Object.fromEntries([
    ...numbers.map((_, i) => [
      i + 1,
      taking(Bit64, (reader) => {
        numbers[i] = reader.double();
      }),
    ]),
    ...lists.map((list, i) => [
      i + 6,
      { packed: true, ...taking(Bit64, (reader) => void list.push(reader.double())) },
    ]),
  ]);
  readMessage(bytes, fields, { fileName, what: 'a histogram', mend });
  const [min, max, count, sum, sumOfSquares] = numbers;
  return { min, max, count, sum, sumOfSquares, limits: lists[0], counts: lists[1] };
}
