/** `fovea tune`: measures how the convolutions of a network are computed fastest on this machine, and keeps it. */

import { grad } from '../autodiff/index.js';
import { ready, threadCount } from '../backends/default-backend.js';
import type { TunedKernel, TuningProgress } from '../backends/tuning.js';
import { features } from '../backends/wasm/index.js';
import { compile, tune } from '../compiler/index.js';
import { TuningFiles } from '../formats/tuning-file.js';
import type { Tensor } from '../graph/tensor.js';
import { createModel, type ImageClassifier, modelNames } from '../models/index.js';
import { usualInput } from '../models/usual-input.js';
import { zeros } from '../ops/index.js';
import { SGD } from '../optim/index.js';
import { classifierLoss } from '../train/index.js';
import { createBar } from './progress-bar.js';
import { listenForStop } from './stop-signals.js';
import { print, type Terminal } from './terminal.js';
import { useThreads } from './threads.js';
import { drawTuning, summarizeTuning } from './tune-report.js';
import { requireName } from './usage.js';

export interface TuneOptions {
  readonly batch?: number;
  readonly size?: number;
  readonly train?: boolean;
  readonly threads?: number;
  readonly json?: boolean;
}

/** Pictures at once in a training step. */
const trainingBatch = 32;

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function tuneCommand(
  modelName: string,
  options: TuneOptions,
  { stdout, stderr }: Terminal,
): Promise<number> {
  requireName('model', modelName, modelNames());
  if (options.threads !== undefined) useThreads(options.threads);
  const { train = false, batch = train ? trainingBatch : 1 } = options;
  const [channels, usualHeight, usualWidth] = usualInput(modelName);
  const input = [batch, channels, options.size ?? usualHeight, options.size ?? usualWidth];
  const output = options.json ? stderr : stdout;
  const bar = stderr.isTerminal ? createBar(stderr) : null;
  const stop = listenForStop(() => bar?.stop());
  await ready();
  const threads = threadCount();
  const path = fileFor(threads);
  const what = train ? 'a training step' : 'inference';
  const on = threads === 1 ? 'one thread' : `${threads} threads`;
  print(output, `tuning ${what} of ${modelName} on ${input.join('x')}, ${on}`);
  try {
    const onProgress = ({ done, count, scope }: TuningProgress): void =>
      bar?.show('measuring', done, count, `${done} of ${count} convolutions  ${scope}`);
    const model = createModel(modelName);
    const measure = train ? tuneTraining : tuneInference;
    const tuned = await measure(model, input, { signal: stop.signal, onProgress });
    bar?.stop();
    print(output, drawTuning(tuned));
    print(output, path ? `kept in ${path}` : 'not kept, as FOVEA_TUNING is off');
    const summary = summarizeTuning(tuned);
    const setting = { model: modelName, train, input, threads, file: path };
    if (options.json) print(stdout, JSON.stringify({ ...setting, ...summary }));
    return 0;
  } catch (error) {
    if (!stop.signal.aborted || error !== stop.signal.reason) throw error;
    print(stderr, `stopped; what was measured so far is ${path ? `kept in ${path}` : 'lost'}`);
    return stop.exitCode();
  } finally {
    bar?.stop();
    stop.release();
  }
}

interface Listening {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TuningProgress) => void;
}

function tuneInference(
  model: ImageClassifier,
  input: readonly number[],
  options: Listening,
): Promise<TunedKernel[]> {
  model.eval();
  const infer = compile((images: Tensor) => model.call(images));
  return tune(infer, [zeros(input)], options);
}

/** Any optimiser has the same convolutions; this one needs the least memory. */
function tuneTraining(
  model: ImageClassifier,
  input: readonly number[],
  options: Listening,
): Promise<TunedKernel[]> {
  const optimizer = new SGD(model.parameters(), { lr: 0.01 });
  const step = compile((images: Tensor, labels: Tensor) => {
    const { loss } = classifierLoss(model, { images, labels });
    optimizer.step(grad(loss, optimizer.parameters));
    return loss;
  });
  const labels = zeros([input[0]], 'int32');
  return tune(step, [zeros(input), labels], options);
}

const fileFor = (threads: number): string | null =>
  new TuningFiles().pathFor({ threads, relaxedSimd: features().relaxedSimd });
