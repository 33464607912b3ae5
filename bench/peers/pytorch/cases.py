"""The benchmark's cases in PyTorch: one module for each workload."""

import convolution
import dcgan
import inference
import layers
import lenet5
import matmul
import optimizers
import resnet18_cifar
import vae
from prepared import Prepared


def prepare(case):
    """The case of this name, ready to run, or None where there is none."""
    workload, *rest = case.split("/")
    if case == "lenet5/train/b64":
        return Prepared(lenet5.training_step(batch=64))
    if case == "vae/train/b128":
        return vae.prepare(batch=128)
    if case == "dcgan/train/b64":
        return dcgan.prepare(batch=64)
    if case in ("resnet18-cifar/train/b32", "resnet18-cifar/train/b128"):
        return resnet18_cifar.prepare(batch=int(rest[1][1:]))
    if workload == "inference" and len(rest) == 2:
        return inference.prepare(rest[0], batch=int(rest[1][1:]))
    if workload == "matmul" and len(rest) == 1:
        return Prepared(matmul.product(int(rest[0])))
    if workload == "convolutions" and len(rest) == 2:
        return convolution.prepare(*rest)
    if workload == "layers" and len(rest) == 2:
        name, size = rest
        return optimizers.prepare(name) if size == "resnet20" else layers.prepare(name, size)
    return None
