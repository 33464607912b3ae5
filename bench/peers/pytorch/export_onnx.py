"""Writes a case's network, as PyTorch runs it, as an ONNX file: python3 export_onnx.py CASE FILE

Networks take any batch, so that one file serves all of them.
"""

import sys

import torch
from torch import nn

from convolution import Convolution
from inference import network_of


def convolution_layer(size):
    """The forward pass as a layer, and the shape of its input less the batch."""
    convolution = Convolution(size)
    channels_out, channels_in, kernel, _ = convolution.weight.shape
    layer = nn.Conv2d(
        channels_in * convolution.groups,
        channels_out,
        kernel,
        stride=convolution.stride,
        padding=convolution.padding,
        groups=convolution.groups,
        bias=False,
    )
    layer.weight.data = convolution.weight
    return layer, list(convolution.x.shape[1:])


def main():
    case, path = sys.argv[1:]
    workload, name, _ = case.split("/")
    find = {"inference": network_of, "convolutions": convolution_layer}[workload]
    network, shape = find(name)
    torch.onnx.export(
        network.eval(),
        torch.zeros(1, *shape),
        path,
        input_names=["x"],
        output_names=["y"],
        dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}},
        opset_version=15,
    )


if __name__ == "__main__":
    main()
