/** Terminal drawings: the text without colour, the same text beneath the colour, and odd input. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { drawBars } from '../src/cli/draw/bars.js';
import { drawConfusionMatrix } from '../src/cli/draw/confusion-matrix.js';
import { drawPictures, type Picture } from '../src/cli/draw/picture.js';

const ESC = '\u001b';

/** A picture from text: `#` is white, `+` mid-grey, `.` black. */
function picture(rows: string[], caption = ''): Picture {
  const levels: Record<string, number> = { '#': 255, '+': 128, '.': 0 };
  const pixels = Uint8Array.from([...rows.join('')].map((character) => levels[character]));
  return { pixels, width: rows[0].length, height: rows.length, caption };
}

test('a confusion matrix is an aligned table with recall, precision and accuracy', () => {
  const text = drawConfusionMatrix(
    [
      [98, 2, 0],
      [0, 50, 0],
      [1, 0, 9],
    ],
    ['0', '1', '2'],
  );
  assert.equal(
    text,
    [
      '           predicted',
      'true         0     1     2   recall',
      '0          [98]    2     ·   98.0 %',
      '1            ·   [50]    ·  100.0 %',
      '2            1     ·    [9]  90.0 %',
      'precision 99.0  96.2   100        %',
      '',
      '157 of 160 right, accuracy 98.13 %',
    ].join('\n'),
  );
});

test('a table of ten classes with thousands of pictures fits 80 characters', () => {
  const classes = Array.from({ length: 10 }, (_, i) => String(i));
  const matrix = Uint32Array.from({ length: 100 }, (_, i) => (i % 11 === 0 ? 5823 : 12));
  const lines = drawConfusionMatrix(matrix, classes).split('\n');
  assert.ok(lines.every((line) => [...line].length <= 80));
  assert.match(lines[2], /^0 {8}\[5823\] {3}12 /);
});

test('many narrow columns leave out the precision rather than the table', () => {
  const classes = [...'abcdefghijklmnopqrstuvwxyz'];
  const lines = drawConfusionMatrix(new Uint32Array(26 * 26).fill(1), classes).split('\n');
  assert.equal(lines.length, 2 + 26 + 2);
  assert.match(lines[1], /^true {6}a {2}b {2}c /);
});

test('long class names are numbered columns, and the rows say what the numbers mean', () => {
  const names = ['T-shirt/top', 'Ankle boot', 'A very long name of a class'];
  const lines = drawConfusionMatrix(new Uint32Array(9), names).split('\n');
  assert.match(lines[1], /^true +0 +1 +2 +recall$/);
  assert.match(lines[2], /^ 0 T-shirt\/top +\[0\]/);
  assert.match(lines[4], /^ 2 A very long name… +/);
});

test('classes without pictures have no recall and an empty matrix no accuracy', () => {
  const text = drawConfusionMatrix(new Uint32Array(4), ['0', '1']);
  assert.match(text, /^0 +\[0\] +· +–$/m);
  assert.match(text, /0 of 0 right, accuracy –$/);
  assert.match(drawConfusionMatrix([], []), /0 of 0 right/);
});

test('colour changes no character but the brackets of the diagonal', () => {
  const matrix = Uint32Array.of(970, 30, 1, 999);
  const plain = drawConfusionMatrix(matrix, ['0', '1']);
  const coloured = drawConfusionMatrix(matrix, ['0', '1'], { color: true });
  assert.ok(!plain.includes(ESC));
  assert.ok(coloured.includes(`${ESC}[32m`), 'the diagonal is green');
  assert.ok(coloured.includes(`${ESC}[31m`), 'a frequent error is red');
  assert.equal(stripVTControlCharacters(coloured), plain.replaceAll(/[[\]]/g, ' '));
});

test('many classes give a list of the most frequent confusions', () => {
  const classes = Array.from({ length: 40 }, (_, i) => `class ${i}`);
  const matrix = new Uint32Array(1600);
  matrix[3 * 40 + 5] = 12;
  matrix[7 * 40 + 1] = 90;
  matrix[9 * 40 + 9] = 500;
  const lines = drawConfusionMatrix(matrix, classes).split('\n');
  assert.equal(lines[1], '     90  class 7 -> class 1');
  assert.equal(lines[2], '     12  class 3 -> class 5');
  assert.equal(lines.at(-1), '500 of 602 right, accuracy 83.06 %');
});

test('a matrix that does not fit the classes is refused', () => {
  assert.throws(() => drawConfusionMatrix(new Uint32Array(5), ['0', '1']), /5 entries.*2 x 2/);
  assert.throws(() => drawConfusionMatrix([[1, 2]], ['0', '1']), /1 rows.*2 x 2/);
  assert.throws(() => drawConfusionMatrix([[1], [2]], ['0', '1']), RangeError);
});

test('a picture without colour keeps edges between two rows and shades the rest', () => {
  const drawn = drawPictures([picture(['.#.#+', '..##+', '#####'], 'ok')], {
    columns: 1,
    color: false,
  });
  assert.equal(drawn, ' ▀▄█▒\n▀▀▀▀▀\nok');
});

test('a picture in letters uses only ASCII', () => {
  const drawn = drawPictures([picture(['.#+#', '.#+#'], '7')], {
    columns: 1,
    color: false,
    characters: 'ascii',
  });
  assert.equal(drawn, ' @+@\n7');
});

test('pictures stand side by side with their captions beneath', () => {
  const one = picture(['####', '####'], '7');
  const drawn = drawPictures([one, { ...one, caption: 'too long' }, { ...one, caption: 'a\nb' }], {
    columns: 2,
    color: false,
  });
  assert.equal(drawn, '████  ████\n7     too…\n\n████\na\nb');
});

test('pictures of different heights keep their columns', () => {
  const drawn = drawPictures([picture(['##', '##'], 'a'), picture(['##', '##', '##', '##'], 'b')], {
    columns: 2,
    color: false,
  });
  assert.equal(drawn, '██  ██\n    ██\na   b');
});

test('a picture in colour has the upper pixel as ink and the lower as paper', () => {
  const deep = drawPictures([picture(['#+', '.+'])], { columns: 1, color: true, colorDepth: 24 });
  assert.equal(
    deep.split('\n')[0],
    `${ESC}[38;2;255;255;255;48;2;0;0;0m▀${ESC}[38;2;128;128;128;48;2;128;128;128m▀${ESC}[0m`,
  );
  const palette = drawPictures([picture(['#+', '.+'])], { columns: 1, color: true });
  assert.equal(
    palette.split('\n')[0],
    `${ESC}[38;5;231;48;5;16m▀${ESC}[38;5;244;48;5;244m▀${ESC}[0m`,
  );
});

test('equal neighbours share one colour code and an odd last row leaves the paper alone', () => {
  const drawn = drawPictures([picture(['##', '##', '##'])], {
    columns: 1,
    color: true,
    colorDepth: 24,
  });
  const white = '255;255;255';
  assert.deepEqual(drawn.split('\n').slice(0, 2), [
    `${ESC}[38;2;${white};48;2;${white}m▀▀${ESC}[0m`,
    `${ESC}[38;2;${white}m▀▀${ESC}[0m`,
  ]);
});

test('RGB pictures are drawn in their colours, or as shades of their brightness', () => {
  const pixels = Uint8Array.of(255, 0, 0, 0, 255, 0, 255, 0, 0, 0, 255, 0);
  const rgb: Picture = { pixels, width: 2, height: 2, caption: '' };
  const deep = drawPictures([rgb], { columns: 1, color: true, colorDepth: 24 });
  assert.ok(deep.startsWith(`${ESC}[38;2;255;0;0;48;2;255;0;0m▀`));
  const palette = drawPictures([rgb], { columns: 1, color: true });
  assert.ok(palette.startsWith(`${ESC}[38;5;196;48;5;196m▀${ESC}[38;5;46;48;5;46m▀`));
  assert.equal(drawPictures([rgb], { columns: 1, color: false }).split('\n')[0], '░▓');
});

test('captions are coloured only when colour is on', () => {
  const right: Picture = { ...picture(['####'], '7'), paint: 'green' };
  assert.ok(!drawPictures([right], { columns: 1, color: false }).includes(ESC));
  assert.ok(drawPictures([right], { columns: 1, color: true }).includes(`${ESC}[32m7${ESC}`));
});

test('no pictures give no text', () => {
  assert.equal(drawPictures([], { columns: 4, color: true }), '');
});

test('bars are as long as their values, to an eighth of a character', () => {
  const drawn = drawBars(
    [
      { label: '7', value: 1 },
      { label: 'cat', value: 0.5 },
      { label: 'x', value: 0.28125 },
      { label: 'y', value: 0 },
    ],
    { width: 4 },
  );
  assert.equal(
    drawn,
    ['7    ████  100.0 %', 'cat  ██     50.0 %', 'x    █▏     28.1 %', 'y            0.0 %'].join(
      '\n',
    ),
  );
});

test('small and nearly certain values are not rounded away', () => {
  const lines = drawBars([
    { label: 'a', value: 0.99999 },
    { label: 'b', value: 0.00001 },
    { label: 'c', value: NaN },
    { label: 'd', value: 2 },
  ]).split('\n');
  assert.match(lines[0], /█ +99\.9 %$/);
  assert.match(lines[1], /^b {2}▏ +<0\.1 %$/);
  assert.match(lines[2], /^c +–$/);
  assert.match(lines[3], /^d {2}█{30} +200\.0 %$/);
});

test('long labels are cut, the largest bar stands out, and no bars give no text', () => {
  const bars = [
    { label: 'a label that is much too long to be shown', value: 0.9 },
    { label: 'b\u001b[31m', value: 0.1 },
  ];
  const plain = drawBars(bars);
  assert.match(plain, /^a label that is much to… {2}█/);
  assert.ok(!plain.includes(ESC), 'a label cannot smuggle in escape codes');
  const coloured = drawBars(bars, { color: true });
  assert.ok(coloured.includes(`${ESC}[1ma label`));
  assert.equal(stripVTControlCharacters(coloured), plain);
  assert.equal(drawBars([]), '');
});
