"""The classic networks in plain PyTorch, with torchvision's parameter names and shapes, by torchvision's names."""

from .alexnet import AlexNet
from .googlenet import GoogLeNet
from .inception_v3 import InceptionV3
from .resnet import ResNet
from .vgg import VGG

# Each with the height and width of its pictures.
NETWORKS = {
    "alexnet": (AlexNet, 224),
    "vgg16": (lambda: VGG([2, 2, 3, 3, 3]), 224),
    "googlenet": (GoogLeNet, 224),
    "inception_v3": (InceptionV3, 299),
    "resnet18": (lambda: ResNet("basic", [2, 2, 2, 2]), 224),
    "resnet50": (lambda: ResNet("bottleneck", [3, 4, 6, 3]), 224),
}
