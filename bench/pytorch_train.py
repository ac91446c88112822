#!/usr/bin/env python3
"""pytorch_train - how long a training step of the paper's networks takes in PyTorch.

SPDX-License-Identifier: MIT

    sgd      forward, backward, torch.optim.SGD
    authors  forward, backward, the update of the paper's authors on all tensors together

on the images and labels of a folder of IDX files, in batches one after the other. Prints one JSON
object: times of steps in milliseconds, and memory in bytes:

    bytes_weights, bytes_gradients  4 bytes a parameter each
    bytes_activations               what the backward pass keeps of a forward pass, weights aside
    bytes_peak, bytes_before        of the process: at most, and before there was a model
"""
import argparse
import json
import pathlib
import resource
import statistics
import time

import torch
from torch.nn import functional

import pytorch_models


def resident_bytes():
    fields = pathlib.Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * resource.getpagesize()


def batches_of(folder, size):
    (images, labels), _ = pytorch_models.load(folder, ".")
    count = len(labels) // size
    return [(images[k * size:(k + 1) * size], labels[k * size:(k + 1) * size])
            for k in range(count)]


def activation_bytes(model, batch):
    """Storages that autograd saves, each once."""
    own = {parameter.storage().data_ptr() for parameter in model.parameters()}
    saved = {}

    def pack(tensor):
        storage = tensor.storage()
        if storage.data_ptr() not in own:
            saved[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = functional.cross_entropy(model(batch[0]), batch[1])
        total = sum(saved.values())
    del loss
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--model", choices=pytorch_models.MODELS, default="cnn")
    parser.add_argument("--method", choices=("sgd", "authors"), default="sgd")
    parser.add_argument("--data", required=True, metavar="FOLDER")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=40, help="timed ones")
    parser.add_argument("--warm-up", type=int, default=5, help="steps before them")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    batches = batches_of(options.data, options.batch)
    before = resident_bytes()
    model = pytorch_models.MODELS[options.model]()
    if options.method == "authors":
        pytorch_models.initialise_discrete(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    times, updates = [], []
    for step in range(options.warm_up + options.steps):
        images, labels = batches[step % len(batches)]
        start = time.perf_counter()
        optimizer.zero_grad()
        functional.cross_entropy(model(images), labels).backward()
        middle = time.perf_counter()
        if options.method == "authors":
            pytorch_models.step_discrete(model, "global", "multinomial")
        else:
            optimizer.step()
        end = time.perf_counter()
        if step >= options.warm_up:
            times.append((end - start) * 1e3)
            updates.append((end - middle) * 1e3)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    parameters = sum(parameter.numel() for parameter in model.parameters())
    print(json.dumps({
        "model": options.model,
        "method": options.method,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "parameters": parameters,
        "median_ms": round(statistics.median(times), 5),
        "update_ms": round(statistics.median(updates), 5),
        "ms": [round(t, 5) for t in times],
        "bytes_weights": 4 * parameters,
        "bytes_gradients": 4 * parameters,
        "bytes_activations": activation_bytes(model, batches[0]),
        "bytes_before": before,
        "bytes_peak": peak,
    }))


if __name__ == "__main__":
    main()
