/* theory_network.h - the constants of a network at one point of its training.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_THEORY_NETWORK_H
#define NOTCH_CLI_THEORY_NETWORK_H

#include <notch/theory.h>
#include <notch/train.h>

/* Estimates; alpha is 1, the value of one notch in the engine. Gradients of all tensors side by
 * side make g, and so do updates. */
typedef struct network_constants {
    uint64_t step;
    double trials;        /* n / d of the schedule */
    double gradient;      /* |gF|^2, from products of gradients of different minibatches: it has the
                       * right mean, and may be negative where noise is all there is */
    double variance;      /* V = E |g|^2 - |gF|^2 */
    double direction;     /* mu = <gF, E u> / |gF|^2, clamping included */
    double nominal;       /* the least n / Z of a tensor: what A2 promises */
    double second_moment; /* E |u|^2 */
    double smoothness;    /* the largest curvature found near the weights, in absolute value */
    double largest_rate;  /* mu / (L M_G) with M_G = the largest (n / Z)^2 */
    double floor;         /* L M / mu */
    double saturated;     /* share of weights at a bound */
    double lost;          /* share of the mean step that bounds cut off */
    double exceeded;      /* share of minibatches and tensors with |g|_1 > Z */
    double bias;      /* of `normalised`: |E |g|_1 E[g / |g|_1] - gF| / |gF|, tensor by tensor */
    bool calibrating; /* there is no Z yet */
} network_constants;

/* What is looked at: `batches` minibatches of `batch` training images, the same at every point. */
typedef struct network_probe {
    const notch_dataset *data;
    notch_train_options options; /* of the trainer */
    uint32_t batches;            /* an even number */
    uint64_t steps;              /* of the whole run */
    notch_engine *engine;
} network_probe;

/* Reads the trainer's state; changes nothing in it. */
notch_status network_measure(const network_probe *probe, notch_trainer *trainer,
                             network_constants *constants, notch_error *error);

#endif
