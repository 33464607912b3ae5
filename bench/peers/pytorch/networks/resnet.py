"""ResNet (He, Zhang, Ren and Sun 2015), as in torchvision, and its form for pictures of 32 x 32."""

from torch import nn
from torch.nn import functional as F


def conv(before, width, kernel, stride=1):
    return nn.Conv2d(before, width, kernel, stride=stride, padding=kernel // 2, bias=False)


def projection(before, width, stride):
    if stride == 1 and before == width:
        return None
    return nn.Sequential(conv(before, width, 1, stride), nn.BatchNorm2d(width))


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, before, width, stride):
        super().__init__()
        self.conv1 = conv(before, width, 3, stride)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = conv(width, width, 3)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = projection(before, width, stride)

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = self.bn2(self.conv2(y))
        y += shortcut
        return F.relu(y, inplace=True)


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, before, width, stride):
        super().__init__()
        self.conv1 = conv(before, width, 1)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = conv(width, width, 3, stride)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = conv(width, 4 * width, 1)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.downsample = projection(before, 4 * width, stride)

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = F.relu(self.bn2(self.conv2(y)), inplace=True)
        y = self.bn3(self.conv3(y))
        y += shortcut
        return F.relu(y, inplace=True)


class ResNet(nn.Module):
    def __init__(self, block, blocks, small=False, num_classes=1000):
        """`small`: a 3 x 3 stem of stride 1 and no pooling behind it."""
        super().__init__()
        block = {"basic": BasicBlock, "bottleneck": Bottleneck}[block]
        self.conv1 = conv(3, 64, 3) if small else conv(3, 64, 7, 2)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.Identity() if small else nn.MaxPool2d(3, stride=2, padding=1)
        before = 64
        for stage, (count, width) in enumerate(zip(blocks, [64, 128, 256, 512])):
            layers = []
            for i in range(count):
                stride = 2 if stage > 0 and i == 0 else 1
                layers.append(block(before, width, stride))
                before = width * block.expansion
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(before, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x)), inplace=True))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.avgpool(x).flatten(1))
