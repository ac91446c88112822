#!/usr/bin/env python3
"""pytorch_accuracy - trains the paper's networks with the authors' rules in PyTorch.

SPDX-License-Identifier: MIT

What results/bench-accuracy.md compares with. Prints one JSON object for each evaluation, which
follows each epoch and, with --eval-every, so many steps: test accuracy in percent, mean test loss,
how many test images, seconds so far.
"""
import argparse
import json
import os
import time

import torch
from torch.nn import functional

import pytorch_models


def evaluate(model, images, labels):
    model.eval()
    loss = correct = 0
    with torch.no_grad():
        for start in range(0, len(labels), 1000):
            logits = model(images[start : start + 1000])
            expected = labels[start : start + 1000]
            loss += functional.cross_entropy(logits, expected, reduction="sum").item()
            correct += (logits.argmax(1) == expected).sum().item()
    model.train()
    return 100 * correct / len(labels), loss / len(labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--model", choices=pytorch_models.MODELS, default="cnn")
    parser.add_argument("--data", choices=("mnist", "fashion-mnist"), default="mnist")
    parser.add_argument("--data-dir", default=os.environ.get("NOTCH_DATA"), help="$NOTCH_DATA")
    parser.add_argument("--update", choices=("sgd", "zim"), default="zim")
    parser.add_argument("--scope", choices=("global", "layer"), default="global")
    parser.add_argument("--law", choices=("multinomial", "poisson"), default="multinomial",
                        help="poisson: each count on its own, far faster, nearly the same law")
    parser.add_argument("--learning-rate", type=float, default=0.01)
    parser.add_argument("--momentum", type=float, default=0)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--eval-every", type=int, default=0, metavar="STEPS")
    parser.add_argument("--eval-images", type=int, default=1000, help="for --eval-every")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    if options.data_dir is None:
        parser.error("no folder of data sets: give --data-dir or set NOTCH_DATA")

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    (images, labels), test = pytorch_models.load(options.data_dir, options.data)
    model = pytorch_models.MODELS[options.model]()
    optimiser = None
    if options.update == "sgd":
        optimiser = torch.optim.SGD(model.parameters(), lr=options.learning_rate,
                                    momentum=options.momentum)
    else:
        pytorch_models.initialise_discrete(model)

    start = time.perf_counter()
    step = 0

    def report(epoch, images, labels):
        accuracy, loss = evaluate(model, images, labels)
        result = {
            "engine": "pytorch", "model": options.model, "data": options.data,
            "update": options.update, "scope": options.scope, "law": options.law,
            "seed": options.seed, "epoch": epoch, "step": step,
            "test_accuracy": round(accuracy, 3), "test_loss": round(loss, 5),
            "test_count": len(labels), "seconds": round(time.perf_counter() - start, 1),
        }
        print(json.dumps(result), flush=True)

    for epoch in range(1, options.epochs + 1):
        for batch in torch.randperm(len(labels)).split(options.batch):
            model.zero_grad()
            functional.cross_entropy(model(images[batch]), labels[batch]).backward()
            if optimiser:
                optimiser.step()
            else:
                pytorch_models.step_discrete(model, options.scope, options.law)
            step += 1
            if options.eval_every and step % options.eval_every == 0:
                report(epoch, *(part[: options.eval_images] for part in test))
        report(epoch, *test)


if __name__ == "__main__":
    main()
