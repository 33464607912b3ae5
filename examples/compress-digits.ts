// Digits as the rounded, entropy-coded codes of an autoencoder: node compress-digits.js RUN [DATA]
import { pictureQuality } from 'fovea/inspect';
import { compressPictures, decompressPictures, latentPictures, openLatentRun } from 'fovea/latent';

const [folder, data = 'digits'] = process.argv.slice(2);
const run = await openLatentRun(folder); // such as "fovea train autoencoder" leaves
const { pictures } = await latentPictures(run, data, { count: 100 });

for (const step of [2, 5, 10, 20]) {
  const bytes = compressPictures(run, pictures, { step });
  const again = decompressPictures(run, bytes).pictures;
  const { psnr, ssim } = pictureQuality({
    pictures: again,
    originals: pictures,
    shape: run.shape,
  });
  const [quality, likeness] = [psnr.toFixed(2), ssim.toFixed(3)];
  console.log(`step ${step}: ${bytes.length / 100} bytes a digit, ${quality} dB, SSIM ${likeness}`);
}
