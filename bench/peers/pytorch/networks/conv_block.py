"""Convolution, batch normalisation and ReLU, of which GoogLeNet and Inception v3 are made in torchvision."""

from torch import nn
from torch.nn import functional as F


class ConvBlock(nn.Module):
    def __init__(self, before, width, kernel, **options):
        super().__init__()
        self.conv = nn.Conv2d(before, width, kernel, bias=False, **options)
        self.bn = nn.BatchNorm2d(width, eps=0.001)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)), inplace=True)
