/* checkpoint_pack.h - weights in as many bits as their lattice has.
 * SPDX-License-Identifier: MIT
 *
 * A weight w of a lattice is stored as its number there, (w - minimum) / spacing, in lattice.bits
 * bits. Weight i takes the bits from i * bits on, where bit k is bit k mod 8 (from the least
 * significant one) of byte k / 8; what is left of the last byte is zero. So 16 bits are
 * little-endian.
 */
#ifndef NOTCH_HOST_CHECKPOINT_PACK_H
#define NOTCH_HOST_CHECKPOINT_PACK_H

#include <notch/core.h>

/* Bytes that `count` (at most 2^31) values of `bits` (at most 32) bits take. */
uint64_t notch_packed_bytes(uint64_t count, uint32_t bits);

/* Packs weights[0 .. count), int8_t or int16_t as lattice.bytes says. Returns the index of the
 * first one that is not on the lattice, and what was packed is then of no use; else `count`. */
uint64_t notch_pack(const notch_lattice *lattice, const void *weights, uint64_t count,
                    uint8_t *bytes);

/* The reverse: returns the index of the first number that the lattice does not have, else `count`.
 * Does not look at what is left of the last byte. */
uint64_t notch_unpack(const notch_lattice *lattice, const uint8_t *bytes, uint64_t count,
                      void *weights);

/* Whether what is left of the last byte is zero. */
bool notch_packed_rest_is_zero(const notch_lattice *lattice, const uint8_t *bytes, uint64_t count);

/* Words of 32 bits: floats or integers, little-endian in the file. */
void notch_pack_words(const void *values, uint64_t count, uint8_t *bytes);
void notch_unpack_words(const uint8_t *bytes, uint64_t count, void *values);

#endif
