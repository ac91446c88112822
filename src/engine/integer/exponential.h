/* exponential.h - exponential and logarithm in fixed point, for the loss.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_ENGINE_INTEGER_EXPONENTIAL_H
#define NOTCH_ENGINE_INTEGER_EXPONENTIAL_H

#include <stdint.h>

/* e^(-x / 2^12) in units of 2^-30, off by less than 2^-29; x < 2^33 */
uint32_t notch_exponential(uint64_t x);

/* ln(x / 2^30) in units of 2^-24, off by less than 2^-22; 2^30 <= x < 2^47 */
uint64_t notch_logarithm(uint64_t x);

#endif
