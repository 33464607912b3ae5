/** What the output of the LeNet-5 of 1998 looks for: a picture of 7x12 points for each character. */

import { Philox } from '../random/philox.js';

const width = 7;
const height = 12;

/** The digits, drawn in the manner of the paper's figure 3. */
const digits: readonly string[] = [
  `
  .......
  .......
  ..###..
  .##.##.
  ##...##
  ##...##
  ##...##
  ##...##
  .##.##.
  ..###..
  .......
  .......`,
  `
  .......
  .......
  ...##..
  ..###..
  .####..
  ...##..
  ...##..
  ...##..
  ...##..
  .######
  .......
  .......`,
  `
  .......
  .......
  .#####.
  ##...##
  .....##
  ....##.
  ..###..
  .##....
  ##.....
  #######
  .......
  .......`,
  `
  .......
  .......
  #######
  ....##.
  ...##..
  ..####.
  .....##
  .....##
  ##...##
  .#####.
  .......
  .......`,
  `
  .......
  .......
  ....##.
  ...###.
  ..####.
  .##.##.
  ##..##.
  #######
  ....##.
  ....##.
  .......
  .......`,
  `
  .......
  .......
  #######
  ##.....
  ##.....
  ######.
  .....##
  .....##
  ##...##
  .#####.
  .......
  .......`,
  `
  .......
  .......
  ..####.
  .##....
  ##.....
  ######.
  ##...##
  ##...##
  ##...##
  .#####.
  .......
  .......`,
  `
  .......
  .......
  #######
  .....##
  ....##.
  ...##..
  ..##...
  ..##...
  ..##...
  ..##...
  .......
  .......`,
  `
  .......
  .......
  .#####.
  ##...##
  ##...##
  .#####.
  ##...##
  ##...##
  ##...##
  .#####.
  .......
  .......`,
  `
  .......
  .......
  .#####.
  ##...##
  ##...##
  ##...##
  .######
  .....##
  ....##.
  .####..
  .......
  .......`,
];

/**
 * 84 numbers of -1 and 1 for each class, one class after the other: the digits first, and behind them
 * random ones, which are as far apart as pictures.
 */
export function characterCodes(numClasses: number): Float32Array {
  const random = new Philox(84);
  return Float32Array.from({ length: numClasses * width * height }, (_, i) => {
    const points = digits[Math.floor(i / (width * height))]?.replace(/\s/g, '');
    const on = points ? points[i % (width * height)] === '#' : random.uniform() < 0.5;
    return on ? 1 : -1;
  });
}
