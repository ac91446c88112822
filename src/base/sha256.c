/* sha256.c - SHA-256 of FIPS 180-4, in pieces of any size.
 * SPDX-License-Identifier: MIT
 *
 * Names follow FIPS 180-4: section 4.1.2 has the functions, 4.2.2 the constants, 6.2.2 the rounds.
 */
#include "base/sha256.h"

#include <string.h>

enum {
    BLOCK = 64,
    LENGTH_AT = BLOCK - 8 /* where the last block holds the length in bits */
};

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate_right(uint32_t word, unsigned count)
{
    return word >> count | word << (32 - count);
}

static uint32_t load_word(const uint8_t bytes[4])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void absorb(uint32_t state[8], const uint8_t block[BLOCK])
{
    uint32_t schedule[64];
    for (size_t t = 0; t < 16; t++) {
        schedule[t] = load_word(block + 4 * t);
    }
    for (size_t t = 16; t < 64; t++) {
        const uint32_t x = schedule[t - 15];
        const uint32_t y = schedule[t - 2];
        const uint32_t sigma_0 = rotate_right(x, 7) ^ rotate_right(x, 18) ^ x >> 3;
        const uint32_t sigma_1 = rotate_right(y, 17) ^ rotate_right(y, 19) ^ y >> 10;
        schedule[t] = sigma_1 + schedule[t - 7] + sigma_0 + schedule[t - 16];
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (size_t t = 0; t < 64; t++) {
        const uint32_t sum_1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
        const uint32_t choice = (e & f) ^ (~e & g);
        const uint32_t t1 = h + sum_1 + choice + constants[t] + schedule[t];
        const uint32_t sum_0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
        const uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
        const uint32_t t2 = sum_0 + majority;
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

void notch_sha256_init(notch_sha256 *hash)
{
    /* the first 32 bits of the fractional parts of the square roots of the first 8 primes */
    static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(hash->state, start, sizeof start);
    hash->length = 0;
}

void notch_sha256_add(notch_sha256 *hash, const void *bytes, size_t count)
{
    const uint8_t *next = bytes;
    while (count != 0) {
        const size_t held = (size_t)(hash->length % BLOCK);
        if (held == 0 && count >= BLOCK) {
            absorb(hash->state, next);
            hash->length += BLOCK;
            next += BLOCK;
            count -= BLOCK;
            continue;
        }
        const size_t taken = count < BLOCK - held ? count : BLOCK - held;
        memcpy(hash->block + held, next, taken);
        hash->length += taken;
        next += taken;
        count -= taken;
        if (hash->length % BLOCK == 0) {
            absorb(hash->state, hash->block);
        }
    }
}

void notch_sha256_finish(notch_sha256 *hash, uint8_t digest[NOTCH_SHA256_BYTES])
{
    size_t held = (size_t)(hash->length % BLOCK);
    const uint64_t bits = hash->length * 8;
    hash->block[held++] = 0x80;
    if (held > LENGTH_AT) {
        memset(hash->block + held, 0, BLOCK - held);
        absorb(hash->state, hash->block);
        held = 0;
    }
    memset(hash->block + held, 0, LENGTH_AT - held);
    for (size_t i = 0; i < 8; i++) {
        hash->block[LENGTH_AT + i] = (uint8_t)(bits >> (56 - 8 * i));
    }
    absorb(hash->state, hash->block);
    for (size_t i = 0; i < NOTCH_SHA256_BYTES; i++) {
        digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
    }
}

void notch_sha256_hex(const uint8_t digest[NOTCH_SHA256_BYTES], char text[NOTCH_SHA256_HEX])
{
    for (size_t i = 0; i < NOTCH_SHA256_BYTES; i++) {
        text[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    text[2 * NOTCH_SHA256_BYTES] = '\0';
}
