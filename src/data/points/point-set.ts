/** PointSet: points in the plane to learn from, drawn by the computer or read from a file. */

import { ValueError } from '../../graph/errors.js';
import { Philox } from '../../random/philox.js';
import { nearestName } from '../../text/nearest-name.js';

export interface PointSet {
  readonly name: string;
  /** [length, 2], x and y in turns. */
  readonly points: Float32Array;
  readonly length: number;
  /** The centres that points lie around, [modes, 2], and their standard deviation; null where there are none. */
  readonly modes: { readonly centres: Float32Array; readonly deviation: number } | null;
}

interface Drawn {
  readonly centres: readonly (readonly [number, number])[] | null;
  readonly deviation: number;
  /** Where a point lies before noise, of a number from 0 to 1. */
  readonly along: (share: number) => readonly [number, number];
}

const fromCentres = (
  centres: readonly (readonly [number, number])[],
  deviation: number,
): Drawn => ({
  centres,
  deviation,
  along: (share) => centres[Math.min(centres.length - 1, Math.floor(share * centres.length))],
});

/** Eight Gaussians on a circle (Metz et al. 2017). */
const ring = fromCentres(
  Array.from({ length: 8 }, (_, i) => {
    const angle = (i * Math.PI) / 4;
    return [2 * Math.cos(angle), 2 * Math.sin(angle)] as const;
  }),
  0.05,
);

/** Twenty-five Gaussians on a square. */
const grid = fromCentres(
  Array.from({ length: 25 }, (_, i) => [(i % 5) - 2, Math.floor(i / 5) - 2] as const),
  0.05,
);

/** An arm of two turns. */
const spiral: Drawn = {
  centres: null,
  deviation: 0.05,
  along: (share) => {
    const angle = 4 * Math.PI * Math.sqrt(share);
    const radius = (2 * angle) / (4 * Math.PI);
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  },
};

const shapes: Readonly<Record<string, Drawn>> = { ring, grid, spiral };

export const pointSetNames: readonly string[] = Object.keys(shapes);

/**
 * Points around a shape by name: 'ring' of eight modes, 'grid' of 25, 'spiral'. The same seed draws the same ones.
 *
 * Throws ValueError when there is no such shape.
 *
 *     const { points, modes } = drawPoints('ring', { count: 10_000 });
 */
export function drawPoints(
  name: string,
  { count = 10_000, seed = 0 }: { count?: number; seed?: number } = {},
): PointSet {
  if (!Object.hasOwn(shapes, name)) {
    const near = nearestName(name, [...pointSetNames]);
    throw new ValueError(
      `there is no shape of points "${name}"; ` +
        (near ? `did you mean "${near}"?` : `use one of ${pointSetNames.join(', ')}`),
    );
  }
  const { centres, deviation, along } = shapes[name];
  const random = new Philox(seed);
  const points = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const [x, y] = along(random.uniform());
    points[2 * i] = x + deviation * random.normal();
    points[2 * i + 1] = y + deviation * random.normal();
  }
  const modes = centres && { centres: Float32Array.from(centres.flat()), deviation };
  return { name, points, length: count, modes };
}
