/** Optimisers and learning-rate schedules. */

export { Adam, type AdamOptions, AdamW } from './adam.js';
export { Optimizer, type StepOptions, type Update } from './optimizer.js';
export {
  type ConstantScheduleOptions,
  type CosineScheduleOptions,
  constantSchedule,
  cosineSchedule,
  type OneCycleScheduleOptions,
  oneCycleSchedule,
  type Schedule,
} from './schedules.js';
export { SGD, type SgdOptions } from './sgd.js';
