#!/usr/bin/env python3
"""pytorch_update - how long the update of the paper's authors takes in PyTorch.

SPDX-License-Identifier: MIT

Written from the description of their optimizer, not from its code. For d parameters with gradient g
(random here) and integer weights w, kept as floats:

    p = (|g| + 1) / (sum |g| + d)                                     over all d values
    x = Multinomial(total_count=d, probs=p).sample() * sign(g)
    w = w - x

Prints one JSON object a line, times in milliseconds:

    sample  Multinomial(...).sample() alone, the distribution being there already
    step    all three lines above
    read    g.abs().sum()
"""
import argparse
import json
import statistics
import time

import torch

REGION = 4096  # parameters whose gradient has one scale, as in `notch bench update`


def gradient_of(size):
    """Bell-shaped values, of standard deviation 0.036 / 2^(0 .. 5) by region."""
    regions = (size + REGION - 1) // REGION
    scales = 0.036 / 2 ** (torch.arange(regions) % 6)
    return torch.randn(size) * scales.repeat_interleave(REGION)[:size]


def distribution_of(gradient):
    magnitudes = gradient.abs()
    probabilities = (magnitudes + 1) / (magnitudes.sum() + gradient.numel())
    return torch.distributions.Multinomial(total_count=gradient.numel(), probs=probabilities)


def step(gradient, weights):
    weights -= distribution_of(gradient).sample() * gradient.sign()


def milliseconds_of(function, repeat):
    """Times `repeat` calls after one that is not timed."""
    times = []
    for _ in range(repeat + 1):
        start = time.perf_counter()
        function()
        times.append((time.perf_counter() - start) * 1e3)
    return times[1:]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--sizes", default="421642,11175370", help="numbers of parameters")
    parser.add_argument("--repeat", type=int, default=3, help="timed repetitions")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    for size in map(int, options.sizes.split(",")):
        gradient = gradient_of(size)
        weights = torch.zeros(size)
        distribution = distribution_of(gradient)
        measurements = {
            "sample": milliseconds_of(distribution.sample, options.repeat),
            "step": milliseconds_of(lambda: step(gradient, weights), options.repeat),
            "read": milliseconds_of(lambda: gradient.abs().sum(), options.repeat),
        }
        for what, times in measurements.items():
            result = {
                "what": what,
                "parameters": size,
                "threads": torch.get_num_threads(),
                "torch": torch.__version__,
                "median_ms": round(statistics.median(times), 5),
                "min_ms": round(min(times), 5),
                "max_ms": round(max(times), 5),
                "ms": [round(t, 5) for t in times],
            }
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
