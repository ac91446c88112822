/* sha256.h - SHA-256 of FIPS 180-4, in pieces of any size.
 * SPDX-License-Identifier: MIT
 *
 *     notch_sha256 hash;
 *     notch_sha256_init(&hash);
 *     notch_sha256_add(&hash, bytes, count);   // any number of times
 *     notch_sha256_finish(&hash, digest);
 *
 * For knowing content again (parameters, data sets, checkpoints). Freestanding.
 */
#ifndef NOTCH_BASE_SHA256_H
#define NOTCH_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum {
    NOTCH_SHA256_BYTES = 32,
    NOTCH_SHA256_HEX = 65 /* characters of a digest in hexadecimal, with the final NUL */
};

typedef struct notch_sha256 {
    uint32_t state[8];
    uint64_t length;   /* bytes so far, below 2^61 */
    uint8_t block[64]; /* its first length mod 64 bytes wait for the rest of their block */
} notch_sha256;

void notch_sha256_init(notch_sha256 *hash);
/* bytes[0 .. count); NULL is fine with count 0. */
void notch_sha256_add(notch_sha256 *hash, const void *bytes, size_t count);
/* The digest of all that was added. `hash` has to be initialised before it is used again. */
void notch_sha256_finish(notch_sha256 *hash, uint8_t digest[NOTCH_SHA256_BYTES]);
/* The digest as 64 lower-case hexadecimal digits. */
void notch_sha256_hex(const uint8_t digest[NOTCH_SHA256_BYTES], char text[NOTCH_SHA256_HEX]);

#endif
