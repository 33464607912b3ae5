"""The classic networks in evaluation mode, in PyTorch."""

import torch

from fingerprint import fingerprint
from hashed_data import hashed_values, set_state
from networks import NETWORKS
from prepared import Prepared


def network_of(name):
    """The network with its hashed weights, and a shape of pictures less the batch; None for other names."""
    if name not in NETWORKS:
        return None
    build, size = NETWORKS[name]
    model = build()
    set_state(model)
    return model.eval(), [3, size, size]


def prepare(name, batch):
    found = network_of(name)
    if found is None:
        return None
    model, shape = found
    pictures = hashed_values([batch, *shape], 1)

    def predict():
        with torch.inference_mode():
            return model(pictures)

    return Prepared(predict, lambda: {"logits": fingerprint(predict())})
