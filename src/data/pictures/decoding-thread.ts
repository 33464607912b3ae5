/** What a worker thread runs that decodes pictures: task after task, each a part of a batch (Node). */

import type { PlanesShape } from '../transforms/transform.js';
import { createTransform } from '../transforms/transform-names.js';
import { note, placeIn, type SlotMemory } from './batch-slot.js';
import { type MakerSettings, PictureMaker } from './picture-maker.js';
import type { PictureSet } from './picture-set.js';

export interface DecodingSetup {
  readonly set: PictureSet;
  readonly settings: MakerSettings;
  readonly transforms: readonly { readonly name: string; readonly options: object }[];
  readonly shape: PlanesShape;
  readonly slots: readonly SlotMemory[];
  /** One number: the epoch that is served now; tasks of earlier ones are let go. */
  readonly current: Int32Array;
}

export interface DecodingTask {
  readonly id: number;
  readonly slot: number;
  /** The place of the first picture in the batch. */
  readonly first: number;
  readonly epoch: number;
  /** Their numbers in the set. */
  readonly pictures: readonly number[];
  readonly generation: number;
}

export interface DecodingAnswer {
  readonly id: number;
  /** Numbers and reasons of pictures that could not be read, told once by each thread. */
  readonly skipped: readonly (readonly [number, string])[];
  readonly error: string | null;
}

const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
if (parentPort) serve(parentPort, workerData as DecodingSetup);

function serve(port: NonNullable<typeof parentPort>, setup: DecodingSetup): void {
  const transforms = setup.transforms.map(({ name, options }) => createTransform(name, options));
  const maker = new PictureMaker(setup.set, transforms, setup.settings);
  maker.expect(setup.shape);
  let told = 0;
  let working = Promise.resolve();
  const answer = async (task: DecodingTask): Promise<void> => {
    const error = await decode(task, { maker, setup }).then(
      () => null,
      (reason: unknown) => (reason instanceof Error ? reason.message : String(reason)),
    );
    const skipped = [...maker.skipped].slice(told);
    told = maker.skipped.size;
    port.postMessage({ id: task.id, skipped, error } satisfies DecodingAnswer);
  };
  port.on('message', (task: DecodingTask) => {
    working = working.then(() => answer(task));
  });
}

async function decode(
  { pictures, slot, first, epoch, generation }: DecodingTask,
  { maker, setup }: { maker: PictureMaker; setup: DecodingSetup },
): Promise<void> {
  const memory = setup.slots[slot];
  for (const [i, picture] of pictures.entries()) {
    if (Atomics.load(setup.current, 0) !== generation) return;
    note(memory, first + i, await maker.make({ epoch, picture }, placeIn(memory, first + i)));
  }
}
