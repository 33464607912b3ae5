"""Single convolutions in PyTorch, one pass at a time; their sizes are in the cases' names."""

import re

import torch
from torch.nn import functional as F

from fingerprint import fingerprint
from hashed_data import hashed_values
from prepared import Prepared

PASSES = ["forward", "input-gradient", "filter-gradient"]


class Convolution:
    """The operands, as bench/convolutions/operands.ts makes them, and the settings."""

    def __init__(self, size):
        match = re.fullmatch(r"(\d+)x(\d+)x(\d+)-(\d+)-(\d+)x\5(?:-s(\d+))?(-depthwise)?", size)
        batch, channels_in, extent, channels_out, kernel = map(int, match.groups()[:5])
        self.stride = int(match[6] or 1)
        self.padding = kernel // 2
        self.groups = channels_in if match[7] else 1
        self.x = hashed_values([batch, channels_in, extent, extent], 1)
        self.weight = hashed_values([channels_out, channels_in // self.groups, kernel, kernel], 2)

    def forward(self):
        return F.conv2d(
            self.x, self.weight, stride=self.stride, padding=self.padding, groups=self.groups
        )

    def gradients(self, arriving, wanted):
        """The gradients of input, filter and bias, each where it is wanted."""
        return torch.ops.aten.convolution_backward(
            arriving,
            self.x,
            self.weight,
            None,
            [self.stride] * 2,
            [self.padding] * 2,
            [1, 1],
            False,
            [0, 0],
            self.groups,
            wanted,
        )


def prepare(size, which):
    if which not in PASSES:
        return None
    convolution = Convolution(size)
    step = convolution.forward
    if which != "forward":
        arriving = hashed_values(convolution.forward().shape, 3)
        place = PASSES.index(which) - 1
        wanted = [place == 0, place == 1, False]
        step = lambda: convolution.gradients(arriving, wanted)[place]

    def without_gradients():
        with torch.inference_mode():
            return step()

    return Prepared(without_gradients, lambda: {which: fingerprint(without_gradients())})
