/** Says why a class or function is refused, and what to do so that the file can be read. */

import { FormatError } from '../format-error.js';
import { quoted } from '../quoted-name.js';
import { pythonThree } from './known-globals.js';
import type { PickleReader } from './pickle-reader.js';

const attack =
  'the file may be made to attack: do not load it in Python either, and get the weights from whom you trust, best as safetensors';
const weightsAlone =
  "in PyTorch, save weights alone: torch.save(model.state_dict(), 'weights.pt'); numbers, texts and containers may lie beside them";

/** Standard modules that no checkpoint has a use for. */
const dangerous = new Set(
  'os posix nt sys subprocess pty shutil socket importlib runpy ctypes pickle _pickle marshal types operator functools webbrowser code codeop builtins'.split(
    ' ',
  ),
);

/** What is known of names that tensors and models come with; the first that fits counts. */
const explained: readonly [RegExp, string, string][] = [
  [
    /^__torch__/,
    'a TorchScript program',
    'save model.state_dict() with torch.save, or export the model to ONNX',
  ],
  [
    /^torch\._utils\._rebuild_qtensor$|^torch\.Q\w+Storage$|quantized/,
    'a quantised tensor',
    'call dequantize() on it in PyTorch before it is saved',
  ],
  [
    /^torch\._utils\._rebuild_sparse/,
    'a sparse tensor',
    'call to_dense() on it in PyTorch before it is saved',
  ],
  [/^torch\._utils\._rebuild_nested/, 'a nested tensor', 'save its parts in a list'],
  [
    /^torch\._utils\._rebuild_meta/,
    'a tensor without data',
    'save the model from where its weights are',
  ],
  [
    /^torch\.(float4|bits|quint|qint)/,
    'a dtype that cannot be read',
    'call float() on the tensor before it is saved',
  ],
  [/^numpy\b/, 'an array or number of NumPy', 'save torch.from_numpy(x) or x.item() in its place'],
  [/^torch\.nn\.modules\b|^torchvision\.models\b/, 'a whole model, not its weights', weightsAlone],
];

/** The error for a pickle that names `module.name`, which loading must not touch. */
export function refusedGlobal(module: string, name: string, reader: PickleReader): FormatError {
  const full = `${pythonThree(module)}.${name}`;
  const reason = explained.find(([pattern]) => pattern.test(full));
  const known = reason ? ` (${reason[1]})` : '';
  const mend = reason?.[2] ?? (dangerous.has(full.split('.')[0]) ? attack : weightsAlone);
  return new FormatError(reader.place.fileName, {
    happened: `refuses to load ${quoted(full)}${known} at ${reader.where}`,
    expected: 'tensors, numbers, texts and containers of them, for loading a model never runs code',
    mend,
  });
}
