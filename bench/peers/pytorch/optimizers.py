"""One update of the parameters of a ResNet-20 of double width by PyTorch's optimisers."""

import torch

from fingerprint import fingerprint
from hashed_data import hashed_values
from prepared import Prepared


class Lion(torch.optim.Optimizer):
    """Lion (Chen et al. 2023), which PyTorch does not have, in the form that its authors published."""

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                p.data.mul_(1 - group["lr"] * group["weight_decay"])
                state = self.state[p]
                if not state:
                    state["exp_avg"] = torch.zeros_like(p)
                mean = state["exp_avg"]
                direction = mean.clone().mul_(beta1).add(p.grad, alpha=1 - beta1).sign_()
                p.add_(direction, alpha=-group["lr"])
                mean.mul_(beta2).add_(p.grad, alpha=1 - beta2)


OPTIMIZERS = {
    "sgd-momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=5e-4),
    "adam": lambda p: torch.optim.Adam(p, lr=1e-3),
    "adamw": lambda p: torch.optim.AdamW(p, lr=1e-3, weight_decay=0.05),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=1e-3),
    "lion": lambda p: Lion(p, lr=1e-4, weight_decay=0.1),
}


def shapes():
    """As in bench/layers/optimizer-case.ts."""
    widths = [32, 64, 128]
    convs = [[32, 3, 3, 3]]
    for stage, width in enumerate(widths):
        before = widths[max(stage - 1, 0)]
        convs += [[width, before, 3, 3], *[[width, width, 3, 3]] * 5]
    layers = [[conv, [conv[0]], [conv[0]]] for conv in convs]
    return [shape for layer in layers for shape in layer] + [[10, 128], [10]]


def prepare(name):
    if name not in OPTIMIZERS:
        return None
    parameters = []
    for i, shape in enumerate(shapes()):
        # Small, so that three updates are a good part of them.
        parameter = torch.nn.Parameter((hashed_values(shape, 200 + i).double() * 0.01).float())
        parameter.grad = hashed_values(shape, 300 + i)
        parameters.append(parameter)
    optimizer = OPTIMIZERS[name](parameters)
    for _ in range(3):
        optimizer.step()
    return Prepared(optimizer.step, lambda: {"parameters": fingerprint(*parameters)})
