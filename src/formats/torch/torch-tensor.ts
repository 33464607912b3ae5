/** A tensor of a PyTorch file: a view into a storage, whose elements stay in the file until they are read. */

import { dtypeOfStorage } from '../safetensors-storage.js';
import type { SafetensorsTensor, TensorEntry } from '../tensor-source.js';
import { type TorchDtype, torchElements } from './element-types.js';
import { readView, type View } from './read-view.js';
import type { TorchStorage } from './torch-storage.js';

/** What a tensor is made of; sizes, strides and the offset count elements. */
export interface TorchTensorDescription {
  readonly storage: TorchStorage;
  readonly dtype: TorchDtype;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly storageOffset: number;
  readonly requiresGrad: boolean;
}

/**
 * A tensor in an open PyTorch file.
 *
 * @example
 * const checkpoint = await readTorch(await openFile('weights.pt'));
 * if (checkpoint instanceof TorchTensor) console.log(checkpoint.shape, await checkpoint.read());
 */
export class TorchTensor {
  /** PyTorch's dtype, which may be another than the one that the tensor is read as. */
  readonly dtype: TorchDtype;
  readonly shape: readonly number[];
  /** Elements of the storage from one index of a dimension to the next. */
  readonly stride: readonly number[];
  readonly storageOffset: number;
  readonly requiresGrad: boolean;
  /** Views that share their memory have the same storage. */
  readonly storage: TorchStorage;

  constructor(description: TorchTensorDescription) {
    this.storage = description.storage;
    this.dtype = description.dtype;
    this.shape = description.shape;
    this.stride = description.stride;
    this.storageOffset = description.storageOffset;
    this.requiresGrad = description.requiresGrad;
  }

  /** Shape and dtype as `read` gives them: complex tensors have a last dimension more, of 2. */
  get entry(): TensorEntry {
    const view = this.#view('');
    return {
      dtype: dtypeOfStorage(view.number),
      shape: view.shape,
      storage: torchElements[this.dtype].label,
    };
  }

  /**
   * Reads the elements, row-major.
   *
   * Floating-point types become float32, integers int32 (but uint8) and complex numbers pairs of
   * real and imaginary part, as `torch.view_as_real` gives them. `name` is only for messages.
   *
   * @throws {FormatError} when the storage is damaged or an integer does not fit 32 bits.
   */
  read(name = 'without a name'): Promise<SafetensorsTensor> {
    return readView(this.#view(name));
  }

  /** The view in numbers, of which a complex element has two. */
  #view(name: string): View {
    const { number, numbers } = torchElements[this.dtype];
    const { storage, shape, stride, storageOffset } = this;
    if (numbers === 1) return { name, storage, number, shape, stride, offset: storageOffset };
    return {
      name,
      storage,
      number,
      shape: [...shape, numbers],
      stride: [...stride.map((step) => step * numbers), 1],
      offset: storageOffset * numbers,
    };
  }
}
