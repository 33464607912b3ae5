"""Fingerprints of results: the same as those of bench/fingerprint.ts."""

import torch

from hashed_data import hashed_values

DIRECTION_SEED = 99
_direction = torch.empty(0, dtype=torch.float64)


def fingerprint(*tensors):
    """Norm and projection of the elements of `tensors`, one after the other."""
    global _direction
    values = torch.cat([tensor.detach().reshape(-1).double() for tensor in tensors])
    if len(_direction) < len(values):
        _direction = hashed_values([len(values)], DIRECTION_SEED).double()
    projection = torch.dot(values, _direction[: len(values)])
    return {"norm": values.norm().item(), "projection": projection.item()}


def fingerprint_of_gradients(model, gradients, prefix=""):
    """One for the gradient of each parameter of `model`."""
    names = [name for name, _ in model.named_parameters()]
    return {f"gradient of {prefix}{n}": fingerprint(g) for n, g in zip(names, gradients)}
