/* peak.h - how many int8 multiplications and additions one thread can do.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_BENCH_GEMM_PEAK_H
#define NOTCH_BENCH_GEMM_PEAK_H

#include <stdint.h>

/* Runs `turns` turns of a loop on registers only with the instructions that products of the variant
 * called `name` are made of; returns the number of multiplications and additions it did, 0 for
 * variants without such a loop. */
uint64_t peak_run(const char *name, uint64_t turns);

#endif
