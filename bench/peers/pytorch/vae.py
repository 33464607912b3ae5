"""A variational autoencoder's training step in PyTorch, in the form of PyTorch's own example."""

import torch
from torch import nn
from torch.nn import functional as F

from fingerprint import fingerprint, fingerprint_of_gradients
from hashed_data import hashed_pixels, hashed_values, set_parameters
from prepared import Prepared

LATENT = 20


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 400)
        self.fc21 = nn.Linear(400, LATENT)
        self.fc22 = nn.Linear(400, LATENT)
        self.fc3 = nn.Linear(LATENT, 400)
        self.fc4 = nn.Linear(400, 784)

    def encode(self, x):
        h = F.relu(self.fc1(x))
        return self.fc21(h), self.fc22(h)

    def reparameterize(self, mu, logvar, eps=None):
        std = torch.exp(0.5 * logvar)
        eps = torch.randn_like(std) if eps is None else eps
        return mu + eps * std

    def decode(self, z):
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z))))

    def forward(self, x, eps=None):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar, eps)), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy(recon_x, x, reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return bce + kld


def new_training():
    model = VAE()
    set_parameters(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def train(x, eps=None):
        optimizer.zero_grad(set_to_none=True)
        recon, mu, logvar = model(x, eps)
        loss = loss_function(recon, x, mu, logvar)
        loss.backward()
        optimizer.step()
        return loss.item()

    return model, train


def prepare(batch):
    images = hashed_pixels([batch, 784], 1)
    _, train = new_training()
    return Prepared(lambda: train(images), lambda: check(images))


def check(images):
    """Gradients of the first step, and the losses of three, with noise that every engine is given."""
    model, train = new_training()
    noise = hashed_values([len(images), LATENT], 2)
    losses = [train(images, noise)]
    gradients = [parameter.grad.clone() for parameter in model.parameters()]
    losses += [train(images, noise) for _ in range(2)]
    return {
        "losses": fingerprint(torch.tensor(losses)),
        **fingerprint_of_gradients(model, gradients),
    }
