"""VGG (Simonyan and Zisserman 2014), as in torchvision."""

from torch import nn


class VGG(nn.Module):
    def __init__(self, convolutions):
        """`convolutions`: how many there are in each of the five stages."""
        super().__init__()
        layers = []
        before = 3
        for count, width in zip(convolutions, [64, 128, 256, 512, 512]):
            for _ in range(count):
                layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU(inplace=True)]
                before = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(4096, 1000),
        )

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))
