"""A step of DCGAN's discriminator and generator in PyTorch."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from fingerprint import fingerprint, fingerprint_of_gradients
from hashed_data import hashed_values, set_parameters
from prepared import Prepared

LATENT = 100


def doubling(layer, channels_in, channels_out):
    return layer(channels_in, channels_out, 4, stride=2, padding=1, bias=False)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.ConvTranspose2d(LATENT, 256, 4, bias=False)
        self.norm1 = nn.BatchNorm2d(256)
        self.conv2 = doubling(nn.ConvTranspose2d, 256, 128)
        self.norm2 = nn.BatchNorm2d(128)
        self.conv3 = doubling(nn.ConvTranspose2d, 128, 64)
        self.norm3 = nn.BatchNorm2d(64)
        self.conv4 = doubling(nn.ConvTranspose2d, 64, 3)

    def forward(self, z):
        z = F.relu(self.norm1(self.conv1(z)), inplace=True)
        z = F.relu(self.norm2(self.conv2(z)), inplace=True)
        z = F.relu(self.norm3(self.conv3(z)), inplace=True)
        return torch.tanh(self.conv4(z))


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = doubling(nn.Conv2d, 3, 64)
        self.conv2 = doubling(nn.Conv2d, 64, 128)
        self.norm2 = nn.BatchNorm2d(128)
        self.conv3 = doubling(nn.Conv2d, 128, 256)
        self.norm3 = nn.BatchNorm2d(256)
        self.conv4 = nn.Conv2d(256, 1, 4, bias=False)

    def forward(self, x):
        x = F.leaky_relu(self.conv1(x), 0.2, inplace=True)
        x = F.leaky_relu(self.norm2(self.conv2(x)), 0.2, inplace=True)
        x = F.leaky_relu(self.norm3(self.conv3(x)), 0.2, inplace=True)
        return self.conv4(x)


class Training:
    def __init__(self, batch):
        self.generator, self.discriminator = Generator(), Discriminator()
        set_parameters(self.generator)
        set_parameters(self.discriminator)
        settings = dict(lr=2e-4, betas=(0.5, 0.999))
        self.generator_adam = torch.optim.Adam(self.generator.parameters(), **settings)
        self.discriminator_adam = torch.optim.Adam(self.discriminator.parameters(), **settings)
        self.real = torch.ones(batch, 1, 1, 1)
        self.faked = torch.zeros(batch, 1, 1, 1)

    def step(self, pictures, noise):
        self.discriminator_adam.zero_grad(set_to_none=True)
        fakes = self.generator(noise)
        loss_real = bce(self.discriminator(pictures), self.real)
        loss_real.backward()
        loss_fake = bce(self.discriminator(fakes.detach()), self.faked)
        loss_fake.backward()
        self.discriminator_adam.step()

        # The discriminator's own gradients are of no use here, and ours does not compute them either.
        self.discriminator.requires_grad_(False)
        self.generator_adam.zero_grad(set_to_none=True)
        generator_loss = bce(self.discriminator(fakes), self.real)
        generator_loss.backward()
        self.generator_adam.step()
        self.discriminator.requires_grad_(True)
        return [(loss_real + loss_fake).item(), generator_loss.item()]


def prepare(batch):
    pictures = hashed_values([batch, 3, 32, 32], 1)
    training = Training(batch)
    step = lambda: training.step(pictures, torch.randn(batch, LATENT, 1, 1))
    return Prepared(step, lambda: check(pictures))


def check(pictures):
    """Gradients of the first step, and the losses of three, with noise that every engine is given."""
    training = Training(len(pictures))
    noise = hashed_values([len(pictures), LATENT, 1, 1], 2)
    losses = training.step(pictures, noise)
    gradients = {}
    for name in ("discriminator", "generator"):
        network = getattr(training, name)
        own = [parameter.grad.clone() for parameter in network.parameters()]
        gradients.update(fingerprint_of_gradients(network, own, f"{name}."))
    losses += training.step(pictures, noise) + training.step(pictures, noise)
    return {"losses": fingerprint(torch.tensor(losses)), **gradients}
