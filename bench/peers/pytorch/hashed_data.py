"""Numbers that every language can make: the same as those of bench/hashed-data.ts."""

import math

import torch

SPREAD = math.sqrt(3)
WORD = 0xFFFFFFFF
# How many numbers are made at once: large tensors want no multiple of their size.
PART = 1 << 22


def hashed_values(shape, seed):
    """Even values between -sqrt(3) and sqrt(3): mean 0, variance 1."""
    values = torch.empty(math.prod(shape))
    for first, part in zip(range(0, len(values), PART), values.split(PART)):
        bits = hashes(len(part), seed, first) >> 8
        part.copy_(bits.double() / 2**24 * (2 * SPREAD) - SPREAD)
    return values.reshape(shape)


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


def set_state(model):
    """The values that setHashedState of bench/hashed-parameters.ts sets."""
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            value = value_of(name, tensor[0].numel() if tensor.dim() > 1 else None)
            if value:
                hashed = hashed_values(tensor.shape, seed_of(name)).reshape(-1)
                for to, part in zip(tensor.view(-1).split(PART), hashed.split(PART)):
                    to.copy_(value(part.double()))


def value_of(name, fan_in):
    if fan_in:
        return lambda hashed: hashed * math.sqrt(2 / fan_in)
    if name.endswith(".weight"):
        return lambda hashed: 1 + 0.2 * hashed
    if name.endswith(".running_var"):
        return lambda hashed: 1 + 0.3 * hashed
    if name.endswith(".bias") or name.endswith(".running_mean"):
        return lambda hashed: 0.1 * hashed
    return None


def seed_of(name):
    bits = 0x811C9DC5
    for byte in name.encode():
        bits = ((bits ^ byte) * 0x01000193) & WORD
    return bits


def hashes(length, seed, first=0):
    bits = (torch.arange(first, first + length) + ((seed * 0x9E3779B9) & WORD)) & WORD
    bits ^= bits >> 16
    bits = (bits * 0x85EBCA6B) & WORD
    bits ^= bits >> 13
    bits = (bits * 0xC2B2AE35) & WORD
    return bits ^ (bits >> 16)
