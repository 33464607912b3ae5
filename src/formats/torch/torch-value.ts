/** What a PyTorch file holds: numbers, texts, containers and tensors, as values of JavaScript. */

import type { TorchTensor } from './torch-tensor.js';

/**
 * A value of a PyTorch file.
 *
 * `None` is null, an `int` beyond 2^53 a bigint, `bytes` and `bytearray` a Uint8Array, a `dict` (ordered or not) a Map, a
 * `set` a Set, a `list` an array; a `tuple` and a `torch.Size` are frozen arrays. A `torch.dtype` is text such as
 * 'torch.float32', a `torch.device` text such as 'cuda:0'.
 */
export type TorchValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | TorchTensor
  | readonly TorchValue[]
  | TorchMap
  | TorchSet;

/** A dictionary; keys that are containers are equal only to themselves. */
export interface TorchMap extends ReadonlyMap<TorchValue, TorchValue> {}

/** A set; elements that are containers are equal only to themselves. */
export interface TorchSet extends ReadonlySet<TorchValue> {}
