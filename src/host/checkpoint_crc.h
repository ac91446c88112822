/* checkpoint_crc.h - the checksum of model files: CRC-32C (Castagnoli), as of RFC 3720.
 * SPDX-License-Identifier: MIT
 *
 * Finds every error of up to 5 bits in 2^31 bits, and every burst of up to 32.
 */
#ifndef NOTCH_HOST_CHECKPOINT_CRC_H
#define NOTCH_HOST_CHECKPOINT_CRC_H

#include <stddef.h>
#include <stdint.h>

/* table[k][b]: the sum of byte b followed by k zero bytes, without inversions. */
typedef struct notch_crc32c {
    uint32_t table[8][256];
} notch_crc32c;

void notch_crc32c_init(notch_crc32c *crc);

/* The sum of bytes[0 .. count) behind other bytes whose sum is `sum`; 0 if there are none.
 * "123456789" has the sum 0xe3069283. */
uint32_t notch_crc32c_add(const notch_crc32c *crc, uint32_t sum, const void *bytes, size_t count);

#endif
