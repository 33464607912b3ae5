/** Reads PyTorch's files (`.pt`, `.pth`, `.th`) without running anything that they hold. */

export type { TorchDtype } from './element-types.js';
export { isOldTorch, isTar, torchStartBytes } from './file-start.js';
export { openTorch } from './open-torch.js';
export { readTorch } from './read-torch.js';
export { TorchTensor } from './torch-tensor.js';
export type { TorchMap, TorchSet, TorchValue } from './torch-value.js';
