/** The pictures that have a property and those that have not, in each of the ways that they can be named. */

import { type CaptionEntry, openCaptionList, picturesAt } from '../../data/index.js';
import {
  type LatentPictures,
  type LatentPicturesOptions,
  type LatentRun,
  latentPictures,
  ownPictures,
  picturesOfSet,
} from '../../latent/index.js';
import { classNamed } from '../class-named.js';
import { UsageError } from '../usage.js';
import { entryFilter } from './caption-filter.js';

export interface PropertyOptions {
  /** Folders of pictures, or conditions on the lines of `captions`. */
  readonly with?: string;
  readonly without?: string;
  /** Classes of the data that the network learned from. */
  readonly withClass?: string;
  readonly withoutClass?: string;
  /** A list of pictures with words. */
  readonly captions?: string;
  /** Where the picture of a line lies, with fields of the line in braces. */
  readonly pictures?: string;
  /** A condition that both sides fulfil. */
  readonly among?: string;
}

type Reading = Pick<LatentPicturesOptions, 'onProgress'>;

export interface PropertyPictures {
  readonly having: LatentPictures;
  readonly lacking: LatentPictures;
  /** The property in words. */
  readonly property: string;
}

/** Throws UsageError for options that do not go together, DataError and FormatError for pictures that cannot be had. */
export async function propertyPictures(
  run: LatentRun,
  options: PropertyOptions,
  reading: Reading = {},
): Promise<PropertyPictures> {
  const { captions, withClass, withoutClass } = options;
  if (withClass !== undefined || withoutClass !== undefined) {
    return ofClasses(run, options, reading);
  }
  if (options.with === undefined) {
    throw new UsageError(
      'say what the property is: --with FOLDER --without FOLDER, --with-class C --without-class C, or ' +
        '--captions FILE --with WORDS',
    );
  }
  if (captions !== undefined) return ofCaptions(run, captions, { ...options, ...reading });
  if (options.without === undefined) {
    throw new UsageError(
      `--with ${options.with} needs --without, a folder of pictures that lack it`,
    );
  }
  const [having, lacking] = await Promise.all(
    [options.with, options.without].map((folder) => latentPictures(run, folder, reading)),
  );
  return { having, lacking, property: options.with };
}

async function ofClasses(
  run: LatentRun,
  options: PropertyOptions,
  reading: Reading,
): Promise<PropertyPictures> {
  const { withClass, withoutClass } = options;
  if (withClass === undefined || options.with !== undefined || options.without !== undefined) {
    throw new UsageError(
      '--with-class C goes with --without-class C, or with nothing for all others',
    );
  }
  const own = await ownPictures(run, reading);
  const labels = own.classes;
  const index = (option: string, text: string): number =>
    classNamed(option, text, { labels, count: labels.length });
  const having = index('--with-class', withClass);
  const lacking = withoutClass === undefined ? null : index('--without-class', withoutClass);
  const other = lacking === null ? 'all others' : labels[lacking];
  return {
    having: chosen(run, own, (label) => label === having),
    lacking: chosen(run, own, (label) => (lacking === null ? label !== having : label === lacking)),
    property: `class ${labels[having]} against ${other}`,
  };
}

function chosen(
  { shape, config }: LatentRun,
  all: LatentPictures,
  isWanted: (label: number) => boolean,
): LatentPictures {
  const { labels } = all;
  const places = labels ? [...labels.keys()].filter((i) => isWanted(labels[i])) : [];
  if (!labels || places.length === 0) {
    throw new UsageError(
      `${config.data.name} has no pictures of that class here; name another one`,
    );
  }
  const size = shape[0] * shape[1] * shape[2];
  const pictures = new Float32Array(places.length * size);
  places.forEach((place, i) => {
    pictures.set(all.pictures.subarray(place * size, (place + 1) * size), i * size);
  });
  return {
    ...{ ...all, pictures, labels: Int32Array.from(places, (place) => labels[place]) },
    names: places.map((place) => all.names[place]),
  };
}

async function ofCaptions(
  run: LatentRun,
  captions: string,
  options: PropertyOptions & Reading,
): Promise<PropertyPictures> {
  const has = entryFilter('--with', options.with ?? '');
  const lacks = options.without === undefined ? null : entryFilter('--without', options.without);
  const isAmong = options.among === undefined ? () => true : entryFilter('--among', options.among);
  const side = (entry: CaptionEntry): string => {
    if (!isAmong(entry)) return 'neither';
    if (has(entry)) return 'having';
    return lacks === null || lacks(entry) ? 'lacking' : 'neither';
  };
  const set = await openCaptionList(captions, {
    label: side,
    ...(options.pictures !== undefined && { picture: pathMaker(options.pictures) }),
    caption: (entry) => firstText(entry),
  });
  const load = async (name: 'having' | 'lacking') => {
    const label = set.classes.indexOf(name);
    const found = picturesAt(
      { ...set, classes: ['picture'] },
      [...set.labels.keys()].filter((i) => set.labels[i] === label),
    );
    if (found.length > 0) {
      const all = await picturesOfSet(run, found, { onProgress: options.onProgress });
      const told = new Map(found.files.map((file, i) => [file.name, found.captions?.[i]]));
      return { ...all, labels: null, names: all.names.map((file) => told.get(file) ?? file) };
    }
    const option = name === 'having' ? '--with' : '--without';
    throw new UsageError(
      `${captions} has no line ${name === 'having' ? 'with' : 'without'} the property; give other words to ${option}` +
        (options.among === undefined ? '' : ', or to --among'),
    );
  };
  const property =
    options.without === undefined
      ? `“${options.with}”`
      : `“${options.with}” against “${options.without}”`;
  return { having: await load('having'), lacking: await load('lacking'), property };
}

/** What a line calls its picture. */
const firstText = ({ caption, text, annotation, name, file_name }: CaptionEntry): string =>
  [caption, text, annotation, name, file_name].find(
    (value): value is string => typeof value === 'string' && value !== '',
  ) ?? 'a picture';

/** `color/{hex}.png` with the fields of a line in place of their names. */
const pathMaker =
  (template: string) =>
  (entry: CaptionEntry): string =>
    template.replace(/\{(\w+)\}/g, (_, field: string) => {
      const value = entry[field];
      if (typeof value === 'string' || typeof value === 'number') return String(value);
      throw new UsageError(
        `--pictures ${template}: a line has no "${field}"; it has ${Object.keys(entry).join(', ')}`,
      );
    });
