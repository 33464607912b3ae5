/** The architecture check: imports point only down the list of layers and never in a circle. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What is in src/, from top to bottom, as in docs/architecture.md. */
export const layers: readonly string[] = [
  'studio',
  'cli',
  // The package's entry: it gathers layers for users, the command among them.
  'index.ts',
  'report',
  // What codes are for.
  'latent',
  'models',
  'train',
  'inspect',
  'data',
  'formats',
  'optim',
  'nn',
  'ops',
  'autodiff',
  'compiler',
  'backends',
  // Leaves that every layer above the graph may use.
  'random',
  'text',
  'graph',
];

/** Upward imports that are meant: gradients are written in operations, which know no gradients. */
const exceptions: readonly (readonly [from: string, to: string])[] = [['autodiff', 'ops']];

/** Folders beside src/, which stand on top of it. */
const around: readonly string[] = ['bench', 'examples', 'tests'];

interface Import {
  readonly from: string;
  readonly to: string;
  /** Types vanish before anything runs, so that they cannot make modules wait for each other. */
  readonly typeOnly: boolean;
}

/**
 * What is wrong with the imports of `sources` (texts by path from the repository's root), one line
 * each; empty when all is well.
 */
export function violationsOf(sources: ReadonlyMap<string, string>): string[] {
  const imports = [...sources].flatMap(([path, text]) => importsOf(path, text));
  return [
    ...[...sources.keys()].flatMap(misplaced),
    ...imports.flatMap((one) => missing(one, sources)),
    ...imports.flatMap(upward),
    ...circles(imports),
  ];
}

/** Statements start a line in formatted code, where a comment's lines start with a star. */
const statement = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'(\.[^']+)'/gm;
const dynamic = /^[^'"`\n]*\bimport\(\s*'(\.[^']+)'/gm;

function importsOf(from: string, text: string): Import[] {
  const target = (specifier: string): string =>
    posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
  return [
    ...[...text.matchAll(statement)].map(([, type, specifier]) => ({
      from,
      to: target(specifier),
      typeOnly: type !== undefined,
    })),
    ...[...text.matchAll(dynamic)].map(([, specifier]) => ({
      from,
      to: target(specifier),
      typeOnly: false,
    })),
  ];
}

/** The layer of a file of src/, or null. */
function layerOf(path: string): string | null {
  const [top, layer] = path.split('/');
  return top === 'src' ? layer : null;
}

function misplaced(path: string): string[] {
  const layer = layerOf(path);
  if (layer === null || layers.includes(layer)) return [];
  return [`${path} is in no layer; move it into one of src/{${layers.join(',')}}/`];
}

const missing = ({ from, to }: Import, sources: ReadonlyMap<string, string>): string[] =>
  sources.has(to) ? [] : [`${from} imports ${to}, which does not exist`];

function upward({ from, to }: Import): string[] {
  const [upper, lower] = [layerOf(from), layerOf(to)];
  if (upper !== null && around.some((folder) => to.startsWith(`${folder}/`))) {
    return [`${from} imports ${to}, which is no part of the library`];
  }
  if (upper === null || lower === null) return [];
  if (exceptions.some(([by, what]) => by === upper && what === lower)) return [];
  if (layers.indexOf(upper) <= layers.indexOf(lower)) return [];
  return [`${from} imports ${to}: ${upper} is below ${lower}, and imports point only down`];
}

/** Every circle of imports that exist at run time, once, as the path around it. */
function circles(imports: readonly Import[]): string[] {
  const targets = new Map<string, string[]>();
  for (const { from, to, typeOnly } of imports) {
    if (!typeOnly) targets.set(from, [...(targets.get(from) ?? []), to]);
  }
  const found: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const start = path.indexOf(file);
    if (start >= 0) {
      found.push(`imports go in a circle: ${[...path.slice(start), file].join(' -> ')}`);
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const target of targets.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of targets.keys()) visit(file);
  return found;
}

/** The TypeScript files under `root`, by their path from there. */
export function readSources(root: string): Map<string, string> {
  const sources = new Map<string, string>();
  for (const folder of ['src', ...around]) {
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!/\.tsx?$/.test(file)) continue;
      const path = join(root, folder, file);
      sources.set(relative(root, path).split(sep).join('/'), readFileSync(path, 'utf8'));
    }
  }
  return sources;
}

/** The repository's root, from dist/tests/. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
