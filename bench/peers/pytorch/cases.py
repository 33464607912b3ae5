"""The steps of the benchmark's cases in PyTorch: one module for each workload."""

import lenet5
import matmul


def step_of(case):
    """A function that runs one step of `case`, or None where there is no such case."""
    workload, *rest = case.split("/")
    if case == "lenet5/train/b64":
        return lenet5.training_step(batch=64)
    if workload == "matmul" and len(rest) == 1:
        return matmul.product(int(rest[0]))
    return None
