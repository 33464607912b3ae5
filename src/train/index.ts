/** Training, examining, saving and loading classifiers. */

export * from './adversarial/index.js';
export * from './autoencoders/index.js';
export { beginRun, runFiles } from './begin-run.js';
export { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.js';
export {
  CheckpointFolder,
  type CheckpointFolderOptions,
  type Found,
  type Unusable,
} from './checkpoint-folder.js';
export {
  type AuxiliaryHeads,
  classifierLoss,
  hasAuxiliaryHeads,
  type LogitsWithAuxiliary,
} from './classifier-loss.js';
export { classify } from './classify.js';
export type { Metrics } from './epoch-means.js';
export {
  type EvaluateOptions,
  type Evaluation,
  evaluateClassifier,
  type Mistake,
} from './evaluate-classifier.js';
export {
  readEvaluation,
  type SavedEvaluation,
  type SavedMistake,
  writeEvaluation,
} from './evaluation-file.js';
export {
  fitPictures,
  type NetworkInputOptions,
  networkInput,
  type PictureShape,
} from './fit-pictures.js';
export type { LabelledPictures } from './labelled-pictures.js';
export { type LogEntry, MetricsLog, readMetrics } from './metrics-log.js';
export { NonFiniteError, type NonFinitePlace } from './non-finite.js';
export {
  normalize,
  type PixelStatistics,
  pixelStatistics,
  servedPixelStatistics,
} from './pixel-statistics.js';
export {
  type ChannelOrder,
  cropPicture,
  type Framing,
  type Preprocessing,
  planesOf,
  preprocessingFor,
} from './preprocessing.js';
export { openRunFolder, type RunFolder } from './run-folder.js';
export { markRunning, type RunningProcess, runningProcess } from './running-mark.js';
export {
  describeNetwork,
  loadNetwork,
  type NetworkConfig,
  type NetworkDescription,
  readNetworkConfig,
  type SavedNetwork,
  saveNetwork,
} from './saved-network.js';
export {
  type TrainClassifierOptions,
  type TrainingResult,
  trainClassifier,
} from './train-classifier.js';
export {
  type BatchSource,
  type Best,
  type EpochReport,
  type Monitor,
  type Progress,
  type SharedTrainerOptions,
  type StepPlace,
  type StepReport,
  Trainer,
  type TrainerOptions,
  type Training,
} from './trainer.js';
export {
  type Parts,
  type PlainStateful,
  putState,
  type Stateful,
  type TrainingState,
  takeState,
} from './training-state.js';
