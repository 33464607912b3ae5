"""Single layers in PyTorch, forward and backward; their sizes are in the cases' names."""

import re

import torch
from torch import nn
from torch.nn import functional as F

from fingerprint import fingerprint
from hashed_data import hashed_labels, hashed_values
from prepared import Prepared

# The layer or function of each name, given the shape [N, C, ...] of its input.
LAYERS = {
    "relu": lambda shape: F.relu,
    "leaky-relu": lambda shape: nn.LeakyReLU(0.2),
    "sigmoid": lambda shape: torch.sigmoid,
    "tanh": lambda shape: torch.tanh,
    "gelu": lambda shape: F.gelu,
    "silu": lambda shape: F.silu,
    "add": lambda shape: torch.add,
    "dropout": lambda shape: nn.Dropout(0.5),
    "max-pool-2x2": lambda shape: nn.MaxPool2d(2),
    "max-pool-3x3-s2-p1": lambda shape: nn.MaxPool2d(3, stride=2, padding=1),
    "average-pool-2x2": lambda shape: nn.AvgPool2d(2),
    "global-average": lambda shape: nn.AdaptiveAvgPool2d(1),
    "batch-norm": lambda shape: nn.BatchNorm2d(shape[1]),
    "batch-norm-eval": lambda shape: nn.BatchNorm2d(shape[1]).eval(),
    "layer-norm": lambda shape: nn.LayerNorm(shape[1:]),
    "group-norm-32": lambda shape: nn.GroupNorm(32, shape[1]),
    "instance-norm": lambda shape: nn.InstanceNorm2d(shape[1]),
    "local-response-norm-5": lambda shape: nn.LocalResponseNorm(5),
    "softmax": lambda shape: nn.Softmax(dim=1),
    "log-softmax": lambda shape: nn.LogSoftmax(dim=1),
    "cross-entropy": lambda shape: cross_entropy(shape),
    "nearest-x2": lambda shape: nn.Upsample(scale_factor=2, mode="nearest"),
    "bilinear-x2": lambda shape: nn.Upsample(scale_factor=2, mode="bilinear"),
    "pixel-shuffle-2": lambda shape: nn.PixelShuffle(2),
}
INPUTS = {"add": 2}


def cross_entropy(shape):
    labels = hashed_labels([shape[0], *shape[2:]], shape[1], 3)
    return lambda x: F.cross_entropy(x, labels)


def layer_of(name, shape):
    """The layer, or None where there is none of this name."""
    if name in LAYERS:
        return LAYERS[name](shape)
    linear = re.fullmatch(r"linear-(\d+)", name)
    if linear:
        return nn.Linear(shape[1], int(linear[1]))
    transposed = re.fullmatch(r"conv-transpose-(\d+)-4x4-s2-p1", name)
    if transposed:
        return nn.ConvTranspose2d(shape[1], int(transposed[1]), 4, stride=2, padding=1, bias=False)
    return None


def prepare(name, size):
    shape = [int(extent) for extent in size.split("x")]
    layer = layer_of(name, shape)
    if layer is None:
        return None
    inputs = [hashed_values(shape, 1 + i).requires_grad_() for i in range(INPUTS.get(name, 1))]
    names = ["x", "other"][: len(inputs)]
    wanted = list(inputs)
    if isinstance(layer, nn.Module):
        for i, (parameter_name, parameter) in enumerate(layer.named_parameters()):
            parameter.data = hashed_values(parameter.shape, 11 + i)
            names.append(parameter_name)
            wanted.append(parameter)
    arriving = hashed_values(layer(*inputs).shape, 5)

    def step():
        y = layer(*inputs)
        return y, torch.autograd.grad(y, wanted, arriving)

    def check():
        y, gradients = step()
        found = {f"gradient of {n}": fingerprint(g) for n, g in zip(names, gradients)}
        return {"output": fingerprint(y), **found}

    return Prepared(step, check)
