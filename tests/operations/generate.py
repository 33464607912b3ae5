"""Writes values/FAMILY.json: what PyTorch computes in float64 for the rows of a family, values and gradients.

Run with PyTorch 1.13 or later after `npx tsc`:

    python3 tests/operations/generate.py elementwise    # or several families; all when none is named
"""

import json
import math
import pathlib
import subprocess
import sys

import torch
import torch.nn.functional as F

here = pathlib.Path(__file__).parent
dtypes = {"float32": torch.float64, "int32": torch.int64, "uint8": torch.uint8, "bool": torch.bool}
names = {dtype: name for name, dtype in dtypes.items()}


def spelled(value):
    """12 digits; JSON knows no infinities, no NaN and no -0."""
    if value != value:
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 and math.copysign(1, value) < 0:
        return "-0"
    rounded = float(f"{value:.12g}")
    return int(rounded) if rounded == int(rounded) and abs(rounded) < 2**53 else rounded


def stored(tensor):
    data = tensor.detach().double().flatten().tolist()
    return {
        "shape": list(tensor.shape),
        "dtype": names[tensor.dtype],
        "data": [spelled(value) for value in data],
    }


def tensor_of(entry):
    data = [float(value) for value in entry["data"]]
    return torch.tensor(data, dtype=torch.float64).reshape(entry["shape"]).to(dtypes[entry["dtype"]])


def weights_like(output, which):
    """As weightsLike in row.ts."""
    places = torch.arange(output.numel(), dtype=torch.float64)
    return (0.5 + ((places * 37 + which * 11) % 101) / 128).reshape(output.shape)


def evaluated(row):
    differentiates = row["gradient"] != "none"
    inputs = [tensor_of(entry) for entry in row["inputs"]]
    floats = [x.requires_grad_(differentiates) for x in inputs if x.dtype == torch.float64]
    known = {"torch": torch, "F": F, "math": math}
    known.update(zip("abcdefghijklmnopqrstuvwxyz", inputs))
    try:
        outputs = eval(row["torch"], known)
    except Exception as error:
        sys.exit(f"{row['operation']}, {row['name']}: {row['torch']}: {error}")
    outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    gradients = []
    if differentiates:
        real = [output for output in outputs if output.dtype == torch.float64]
        total = sum((y * weights_like(y, i)).sum() for i, y in enumerate(real))
        if isinstance(total, torch.Tensor) and total.requires_grad:
            gradients = torch.autograd.grad(total, floats, allow_unused=True)
        else:
            gradients = [None] * len(floats)
        gradients = [torch.zeros_like(x) if g is None else g for x, g in zip(floats, gradients)]
    return {
        "hash": row["hash"],
        "outputs": [stored(output) for output in outputs],
        "gradients": [stored(gradient) for gradient in gradients],
    }


def exported(*arguments):
    script = here.parent.parent / "dist" / "tests" / "operations" / "export-rows.js"
    done = subprocess.run(["node", script, *arguments], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def generate(family):
    operations = {}
    rows = exported(family)
    for row in rows:
        lines = operations.setdefault(row["operation"], [])
        value = json.dumps(evaluated(row), separators=(",", ":"))
        lines.append(f"{json.dumps(row['name'])}: {value}")
    texts = [f"{json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n}" for name, lines in operations.items()]
    path = here / "values" / f"{family}.json"
    path.write_text("{\n" + ",\n".join(texts) + "\n}\n")
    print(f"{family}: {len(rows)} rows, {path.stat().st_size} bytes")


for family in sys.argv[1:] or exported():
    generate(family)
