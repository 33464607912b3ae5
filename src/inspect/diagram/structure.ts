/** The shape of a network: blocks in series, branches side by side between a fork and a join, and heads beside them. */

import type { Block, BlockGraph } from './blocks.js';

/** Parts one after the other. */
export type Series = readonly Part[];

export interface Step {
  readonly type: 'step';
  readonly block: Block;
  /** What else reads its output and leads to another output of the network. */
  readonly heads: readonly Series[];
}

/** Branches that read the same output and meet in `join`, or where those around them meet; an empty one is a shortcut. */
export interface Fork {
  readonly type: 'fork';
  readonly branches: readonly Series[];
  readonly join: Step | null;
}

/** Blocks in order with more links than branches can say: -1 is what comes before, their number what follows. */
export interface Mesh {
  readonly type: 'mesh';
  readonly steps: readonly Step[];
  readonly links: readonly (readonly [from: number, to: number])[];
}

/** Parts that come several times, one behind the other. */
export interface Repeat {
  readonly type: 'repeat';
  readonly times: readonly Series[];
}

export type Part = Step | Fork | Mesh | Repeat;

/** From the inputs of the network to its main output; what leads only to other outputs are heads. */
export function structureOf({ blocks, outputs }: BlockGraph): Series {
  const main = ancestors(blocks, outputs.length > 0 ? [outputs[0]] : blocks.map(({ id }) => id));
  const ids = blocks.map(({ id }) => id).filter((id) => main.has(id));
  return seriesOf(ids, { blocks, heads: headsOf(blocks, main), exit: null });
}

/** All steps of a series, also in branches, heads and every time of a repeat. */
export function stepsOf(series: Series): Step[] {
  const within = (step: Step): Step[] => [step, ...step.heads.flatMap(stepsOf)];
  return series.flatMap((part) => {
    if (part.type === 'step') return within(part);
    if (part.type === 'mesh') return part.steps.flatMap(within);
    if (part.type === 'repeat') return part.times.flatMap(stepsOf);
    return [...part.branches.flatMap(stepsOf), ...(part.join ? within(part.join) : [])];
  });
}

function ancestors(blocks: readonly Block[], ends: readonly number[]): Set<number> {
  const found = new Set<number>();
  const open = [...ends];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...blocks[id].inputs);
  }
  return found;
}

/** The blocks outside `main`, in groups that hang together, under the last block of `main` they read. */
function headsOf(blocks: readonly Block[], main: ReadonlySet<number>): Map<number, number[][]> {
  const others = blocks.map(({ id }) => id).filter((id) => !main.has(id));
  const heads = new Map<number, number[][]>();
  for (const group of componentsOf(others, blocks)) {
    const read = group.flatMap((id) => blocks[id].inputs).filter((id) => main.has(id));
    const at = read.length > 0 ? Math.max(...read) : Math.min(...main);
    heads.set(at, [...(heads.get(at) ?? []), group]);
  }
  return heads;
}

/** Groups of blocks that are linked to each other, whichever way; each in order. */
function componentsOf(ids: readonly number[], blocks: readonly Block[]): number[][] {
  const parent = new Map(ids.map((id) => [id, id]));
  const rootOf = (id: number): number => {
    let root = id;
    while (parent.get(root) !== root) root = parent.get(root)!;
    return root;
  };
  for (const id of ids) {
    for (const input of blocks[id].inputs) {
      if (parent.has(input)) parent.set(rootOf(id), rootOf(input));
    }
  }
  const groups = new Map<number, number[]>();
  for (const id of ids) groups.set(rootOf(id), [...(groups.get(rootOf(id)) ?? []), id]);
  return [...groups.values()];
}

interface Surroundings {
  readonly blocks: readonly Block[];
  readonly heads: ReadonlyMap<number, readonly number[][]>;
  /** The block in which all ends meet; null at the end of the network. */
  readonly exit: number | null;
}

/**
 * Takes blocks apart where all ways lead through one of them: such blocks are steps, and what lies between
 * two of them are branches, taken apart in turn.
 */
function seriesOf(ids: readonly number[], around: Surroundings): Series {
  const { blocks, exit } = around;
  const links = linksOf(ids, around);
  const parts: Part[] = [];
  let before = -1;
  for (const place of [...waists(ids.length, links), ids.length]) {
    const between = ids.slice(before + 1, place);
    const next = place < ids.length ? ids[place] : null;
    const join = next === null ? null : stepOf(next, around);
    const direct = links.some(([from, to]) => from === before && to === place);
    const groups = componentsOf(between, blocks);
    if (groups.length + (direct ? 1 : 0) > 1) {
      const branches = groups.map((group) => seriesOf(group, { ...around, exit: next ?? exit }));
      parts.push({ type: 'fork', branches: direct ? [...branches, []] : branches, join });
    } else {
      if (between.length > 0) parts.push(meshOf(between, { ...around, exit: next ?? exit }));
      if (join) parts.push(join);
    }
    before = place;
  }
  return parts;
}

/** Who reads whom, by place: -1 is whatever is outside, and their number is what follows them. */
function linksOf(ids: readonly number[], { blocks, exit }: Surroundings): [number, number][] {
  const places = new Map(ids.map((id, place) => [id, place]));
  const read = new Set(ids.flatMap((id) => blocks[id].inputs));
  const links = ids.flatMap((id, place): [number, number][] => {
    const { inputs } = blocks[id];
    const from = inputs.length === 0 ? [-1] : inputs.map((input) => places.get(input) ?? -1);
    return [...new Set(from)].map((start) => [start, place]);
  });
  const ends = ids.filter((id) =>
    exit === null ? !read.has(id) : blocks[exit].inputs.includes(id),
  );
  return [...links, ...ends.map((id): [number, number] => [places.get(id)!, ids.length])];
}

/** The places that no link passes over. */
function waists(count: number, links: readonly (readonly [number, number])[]): number[] {
  const passed = new Uint8Array(count);
  for (const [from, to] of links) passed.fill(1, from + 1, to);
  return [...passed.keys()].filter((place) => passed[place] === 0);
}

function meshOf(ids: readonly number[], around: Surroundings): Mesh {
  const steps = ids.map((id) => stepOf(id, around));
  return { type: 'mesh', steps, links: linksOf(ids, around) };
}

function stepOf(id: number, around: Surroundings): Step {
  const groups = around.heads.get(id) ?? [];
  const heads = groups.map((group) => seriesOf(group, { ...around, exit: null }));
  return { type: 'step', block: around.blocks[id], heads };
}
