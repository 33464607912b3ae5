/** The accounts of a network. */

export {
  forwardMemory,
  type PlannedMemory,
  type TrainingMemoryOptions,
  trainingMemory,
} from './planned-memory.js';
export { type ReceptiveField, receptiveFields, type Sight } from './receptive-field.js';
export {
  type LayerSummary,
  type Summary,
  type SummaryOptions,
  type SummaryTotals,
  summarize,
  type TextbookMemory,
  textbookMemory,
} from './summarize.js';
