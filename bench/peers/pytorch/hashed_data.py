"""Numbers that every language can make: the same as those of bench/hashed-data.ts."""

import math

import torch

SPREAD = math.sqrt(3)
WORD = 0xFFFFFFFF


def hashed_values(shape, seed):
    """Even values between -sqrt(3) and sqrt(3): mean 0, variance 1."""
    bits = hashes(math.prod(shape), seed) >> 8
    values = bits.double() / 2**24 * (2 * SPREAD) - SPREAD
    return values.float().reshape(shape)


def hashed_pixels(shape, seed):
    """Values from 0 to 1."""
    return (hashed_values(shape, seed).double().abs() / SPREAD).float()


def hashed_labels(shape, classes, seed):
    """Class labels from 0 to classes - 1."""
    return (hashes(math.prod(shape), seed) % classes).reshape(shape)


def set_parameters(model):
    """The values that bench/hashed-parameters.ts sets."""
    with torch.no_grad():
        for i, (name, parameter) in enumerate(model.named_parameters()):
            values = hashed_values(parameter.shape, 11 + i).double()
            if parameter.dim() > 1:
                fan_in = parameter[0].numel()
                parameter.copy_(values / math.sqrt(3 * fan_in))
            elif name.endswith("bias"):
                parameter.copy_(values * 0.1)


def hashes(length, seed):
    bits = (torch.arange(length) + seed * 0x9E3779B9) & WORD
    bits ^= bits >> 16
    bits = (bits * 0x85EBCA6B) & WORD
    bits ^= bits >> 13
    bits = (bits * 0xC2B2AE35) & WORD
    return bits ^ (bits >> 16)
