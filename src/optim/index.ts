/** Optimisers and learning-rate schedules. */

export { Adadelta, type AdadeltaOptions } from './adadelta.js';
export { Adagrad, type AdagradOptions } from './adagrad.js';
export { Adam, type AdamOptions, AdamW } from './adam.js';
export {
  type ClipNormOptions,
  type ClippedGradients,
  clipGradNorm,
  clipGradValue,
} from './clip-gradients.js';
export {
  type ExponentialScheduleOptions,
  exponentialSchedule,
  type MultiStepScheduleOptions,
  multiStepSchedule,
  type StepScheduleOptions,
  stepSchedule,
  type WarmUpOptions,
  warmUp,
} from './decay-schedules.js';
export { type AverageOptions, ExponentialMovingAverage } from './exponential-moving-average.js';
export { GradientAccumulator, type GradientAccumulatorOptions } from './gradient-accumulator.js';
export { Lion, type LionOptions } from './lion.js';
export { type Member, Optimizer, type StepOptions, type Update } from './optimizer.js';
export { OptimizerGroup, type Trained } from './parameter-groups.js';
export { type PlateauOptions, PlateauSchedule, type PlateauState } from './plateau.js';
export { RMSprop, type RmspropOptions } from './rmsprop.js';
export {
  type ConstantScheduleOptions,
  type CosineScheduleOptions,
  constantSchedule,
  cosineSchedule,
  type OneCycleScheduleOptions,
  oneCycleSchedule,
  type Schedule,
  type SequentialScheduleOptions,
  sequentialSchedule,
} from './schedules.js';
export { SGD, type SgdOptions } from './sgd.js';
