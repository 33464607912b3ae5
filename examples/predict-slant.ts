// How far digits lean and how thick their strokes are, told from codes by linear regression.
//   node dist/examples/predict-slant.js [folder of an autoencoder]
import { tensor } from 'fovea';
import { DataLoader, loadDigits } from 'fovea/data';
import {
  fitLinearRegression,
  fitPca,
  openLatentRun,
  ownPictures,
  type Rows,
  rowsOf,
  rSquared,
} from 'fovea/latent';
import { Autoencoder } from 'fovea/models';
import { manualSeed } from 'fovea/nn';
import { Adam } from 'fovea/optim';
import { trainAutoencoder } from 'fovea/train';

const SIDE = 28;
const PIXELS = SIDE * SIDE;

/** How far a column lies to the right of another one that is a row higher: by the second moments of the ink. */
function slant(picture: Float32Array): number {
  const [ink, x, y] = moments(picture, [() => 1, (x) => x, (_, y) => y]);
  const [across, down] = moments(picture, [
    (px, py) => (px - x / ink) * (y / ink - py),
    (_, py) => (py - y / ink) ** 2,
  ]);
  return across / down;
}

/** In pixels: a stroke of a length has so much ink, and two edges of that length. */
function thickness(picture: Float32Array): number {
  let [ink, edge] = [0, 0];
  for (let i = 0; i < PIXELS; i++) {
    const right = i % SIDE < SIDE - 1 ? picture[i + 1] - picture[i] : 0;
    const below = i < PIXELS - SIDE ? picture[i + SIDE] - picture[i] : 0;
    ink += picture[i];
    edge += Math.hypot(right, below);
  }
  return (2 * ink) / edge;
}

function moments(picture: Float32Array, of: readonly ((x: number, y: number) => number)[]) {
  return of.map((weigh) =>
    picture.reduce((sum, value, i) => sum + value * weigh(i % SIDE, Math.floor(i / SIDE)), 0),
  );
}

const [folder] = process.argv.slice(2);
const { train, exam, encode } = folder === undefined ? await trained() : await opened(folder);

async function trained() {
  manualSeed(0);
  const model = new Autoencoder({ latent: 32 });
  const data = loadDigits({ train: 10_000, test: 2_000 });
  await trainAutoencoder(model, {
    loader: new DataLoader(data.train, { batchSize: 100, shuffle: true }),
    epochs: 5,
    optimizer: new Adam(model.parameters()),
    onEpoch: ({ epoch }) => console.log(`epoch ${epoch + 1} of 5`),
  });
  const unit = ({ images }: { images: Uint8Array }) => Float32Array.from(images, (v) => v / 255);
  const encode = (rows: Rows): Rows => {
    const pictures = tensor(rows.values, [rows.count, 1, SIDE, SIDE]);
    return rowsOf(model.encode(pictures).data() as Float32Array, model.latent);
  };
  return { train: rowsOf(unit(data.train), PIXELS), exam: rowsOf(unit(data.test), PIXELS), encode };
}

async function opened(path: string) {
  const run = await openLatentRun(path);
  const [train, exam] = await Promise.all(
    (['train', 'test'] as const).map((split) => ownPictures(run, { split, count: 10_000 })),
  );
  const encode = ({ values }: Rows): Rows => rowsOf(run.encode(values), run.latent);
  return {
    ...{ train: rowsOf(train.pictures, PIXELS), exam: rowsOf(exam.pictures, PIXELS), encode },
  };
}

const each = (rows: Rows, measure: (picture: Float32Array) => number) =>
  Float64Array.from({ length: rows.count }, (_, row) =>
    measure(rows.values.subarray(row * PIXELS, (row + 1) * PIXELS)),
  );

const codes = [encode(train), encode(exam)] as const;
const pca = await fitPca(train, { components: codes[0].size });
const features = [
  { name: `${codes[0].size} code values`, rows: codes },
  { name: `${codes[0].size} components`, rows: [await pca.encode(train), await pca.encode(exam)] },
  { name: `${PIXELS} pixels`, rows: [train, exam] },
];
for (const [property, measure] of Object.entries({ slant, thickness })) {
  for (const { name, rows } of features) {
    const regression = await fitLinearRegression(rows[0], each(train, measure));
    const r2 = rSquared(regression.predict(rows[1]), each(exam, measure));
    console.log(`${property} from ${name}: R² ${r2.toFixed(3)}`);
  }
}
