"""pytorch_models - the paper's networks, rules and data in PyTorch, to compare with.

SPDX-License-Identifier: MIT

Written from what is known of the authors' experiments: layer norms without parameters on the
outputs (and between the layers of the convolutional network), images standardised with mean 0.1307
and deviation 0.3081, and their update rule

    p = (|g| + 1) / (sum |g| + d),  x ~ Multinomial(n, p) * sign(g),  w = w - x

with n = d over all tensors together (`global`) or n = round(numel^(1/ndim)) for each (`layer`).
"""
import gzip
import pathlib

import numpy
import torch
from torch import nn
from torch.nn import functional


class OutputNorm(nn.Module):
    """Layer norm without parameters over all values of a sample."""

    def forward(self, x):
        return functional.layer_norm(x, x.shape[1:])


def linear():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 10), OutputNorm())


def mlp():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10), OutputNorm()
    )


def cnn():
    def stage(inputs, outputs):
        return [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), OutputNorm()]

    return nn.Sequential(
        *stage(1, 32),
        *stage(32, 64),
        nn.Flatten(),
        nn.Linear(3136, 128),
        nn.ReLU(),
        OutputNorm(),
        nn.Linear(128, 10),
        OutputNorm(),
    )


class Residual(nn.Module):
    """Two 3x3 convolutions around which the input goes, through a 1x1 one where shapes differ."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.side = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.side = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        return functional.relu(self.main(x) + self.side(x))


def resnet18():
    layers = [
        nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2, padding=1),
    ]
    inputs = 64
    for outputs, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers += [Residual(inputs, outputs, stride), Residual(outputs, outputs, 1)]
        inputs = outputs
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10), OutputNorm()]
    model = nn.Sequential(*layers)
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return model


MODELS = {"linear": linear, "mlp": mlp, "cnn": cnn, "resnet18": resnet18}


def discretised(x, trials, law):
    """sign(x) times counts of the authors' law; `poisson` draws each count on its own instead."""
    magnitudes = x.abs()
    probabilities = (magnitudes + 1) / (magnitudes.sum() + x.numel())
    if law == "poisson":
        counts = torch.poisson(probabilities * trials)
    else:
        counts = torch.distributions.Multinomial(total_count=trials, probs=probabilities).sample()
    return counts * x.sign()


def layer_trials(tensor):
    return round(tensor.numel() ** (1 / tensor.dim()))


def initialise_discrete(model):
    """The authors' initialisation: weights drawn by the rule from the usual ones, biases zero."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "bias" in name:
                parameter.zero_()
            else:
                trials = layer_trials(parameter)
                parameter.copy_(discretised(parameter, trials, "multinomial"))


def step_discrete(model, scope, law):
    """One step of the authors' rule on the gradients that the parameters hold."""
    parameters = list(model.parameters())
    with torch.no_grad():
        if scope == "layer":
            for parameter in parameters:
                parameter -= discretised(parameter.grad, layer_trials(parameter), law)
            return
        gradient = torch.cat([parameter.grad.flatten() for parameter in parameters])
        updates = discretised(gradient, gradient.numel(), law)
        sizes = [parameter.numel() for parameter in parameters]
        for parameter, update in zip(parameters, updates.split(sizes)):
            parameter -= update.view_as(parameter)


def read_idx(path):
    """The array in an IDX file of unsigned bytes, compressed or not."""
    data = path.read_bytes() if path.exists() else gzip.decompress(
        path.with_name(path.name + ".gz").read_bytes())
    dimensions = data[3]
    sizes = numpy.frombuffer(data, dtype=">u4", count=dimensions, offset=4)
    return numpy.frombuffer(data, dtype=numpy.uint8, offset=4 + 4 * dimensions).reshape(sizes)


def load(folder, name):
    """(images, labels) for training and test; images standardised, [count, 1, 28, 28]."""
    parts = []
    for part in ("train", "t10k"):
        place = pathlib.Path(folder) / name
        images = torch.tensor(read_idx(place / f"{part}-images-idx3-ubyte"))
        labels = torch.tensor(read_idx(place / f"{part}-labels-idx1-ubyte")).long()
        parts.append((((images.float() / 255) - 0.1307).div(0.3081).unsqueeze(1), labels))
    return parts
