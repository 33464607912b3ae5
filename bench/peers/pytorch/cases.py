"""The benchmark's cases in PyTorch: one module for each workload."""

import dcgan
import layers
import lenet5
import matmul
import optimizers
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
    if workload == "matmul" and len(rest) == 1:
        return Prepared(matmul.product(int(rest[0])))
    if workload == "layers" and len(rest) == 2:
        name, size = rest
        return optimizers.prepare(name) if size == "resnet20" else layers.prepare(name, size)
    return None
