/** Makes tensors from the arguments of PyTorch's rebuilding functions, and checks that they lie in their storage. */

import { quoted } from '../quoted-name.js';
import { type TorchDtype, torchDtype } from './element-types.js';
import { isCount, type PickleValue, type Refuse } from './pickle-value.js';
import { bytesOf, TorchStorage } from './torch-storage.js';
import { TorchTensor } from './torch-tensor.js';

/** PyTorch's own limit. */
const mostDimensions = 64;

/** `_rebuild_tensor(storage, offset, size, stride)` and `_rebuild_tensor_v2`, which has further arguments. */
export function rebuildTensor(args: readonly PickleValue[], refuse: Refuse): TorchTensor {
  const [storage, , , , , , metadata] = args;
  if (!(storage instanceof TorchStorage)) throw refuse('a tensor has no storage');
  if (storage.dtype === 'untyped') throw refuse('a tensor has a storage without a dtype');
  return rebuild(storage, { dtype: storage.dtype, metadata, args }, refuse);
}

/** `_rebuild_tensor_v3`: the dtype follows, because the storage is untyped. */
export function rebuildTensorWithDtype(args: readonly PickleValue[], refuse: Refuse): TorchTensor {
  const [storage, , , , , , name, metadata] = args;
  if (!(storage instanceof TorchStorage)) throw refuse('a tensor has no storage');
  const text = typeof name === 'string' && name.startsWith('torch.') ? name.slice(6) : '';
  const dtype = torchDtype(text);
  if (!dtype) throw refuse('a tensor has no dtype');
  return rebuild(storage, { dtype, metadata, args }, refuse);
}

/** `_rebuild_parameter(tensor, requires_grad, hooks)`: a parameter is a tensor for us. */
export function rebuildParameter(args: readonly PickleValue[], refuse: Refuse): TorchTensor {
  const [tensor, requiresGrad = true] = args;
  if (!(tensor instanceof TorchTensor)) throw refuse('a parameter holds no tensor');
  return new TorchTensor({
    storage: tensor.storage,
    dtype: tensor.dtype,
    shape: tensor.shape,
    stride: tensor.stride,
    storageOffset: tensor.storageOffset,
    requiresGrad: requiresGrad === true,
  });
}

function rebuild(
  storage: TorchStorage,
  rest: {
    readonly dtype: TorchDtype;
    readonly metadata: PickleValue | undefined;
    readonly args: readonly PickleValue[];
  },
  refuse: Refuse,
): TorchTensor {
  const { dtype, metadata, args } = rest;
  const [, storageOffset, shape, stride, requiresGrad] = args;
  if (!isCount(storageOffset)) throw refuse('a tensor has no offset in its storage');
  if (Array.isArray(shape) && shape.length > mostDimensions) {
    throw refuse(`a tensor has ${shape.length} dimensions`);
  }
  if (!isCounts(shape) || !isCounts(stride) || shape.length !== stride.length) {
    throw refuse('a tensor has no shape and strides of whole numbers from 0, as many of each');
  }
  if (metadata instanceof Map && (metadata.get('conj') === true || metadata.get('neg') === true)) {
    throw refuse(
      'a tensor is conjugated or negated lazily',
      'call resolve_conj() and resolve_neg() on it in PyTorch before it is saved',
    );
  }
  const held = Math.floor(storage.bytes / bytesOf(dtype));
  const end = endOf(shape, stride, storageOffset);
  if (end > held) {
    throw refuse(
      `a tensor [${shape.join(', ')}] with strides [${stride.join(', ')}] ends at element ${end} of storage ${quoted(storage.key)}, which has ${held}`,
    );
  }
  return new TorchTensor({
    storage,
    dtype,
    shape: [...shape],
    stride: [...stride],
    storageOffset,
    requiresGrad: requiresGrad === true,
  });
}

/** The element behind the last one, or 0 if there are none; beyond 2^53 inexact, and beyond every storage. */
function endOf(shape: readonly number[], stride: readonly number[], offset: number): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((end, size, axis) => end + (size - 1) * stride[axis], offset + 1);
}

function isCounts(value: PickleValue | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every(isCount);
}
