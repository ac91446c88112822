/* checkpoint_crc.c - the checksum of model files: CRC-32C (Castagnoli), as of RFC 3720.
 * SPDX-License-Identifier: MIT
 *
 * Eight bytes at a time, by eight tables (Kounavis, Berry, "A systematic approach to building high
 * performance, software-based, CRC generators", 2005).
 */
#include "host/checkpoint_crc.h"

#include "host/checkpoint_bytes.h"

#define POLYNOMIAL 0x82f63b78u /* 0x1edc6f41 with its bits reversed */

void notch_crc32c_init(notch_crc32c *crc)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t sum = byte;
        for (unsigned bit = 0; bit < 8; bit++) {
            sum = sum >> 1 ^ (sum & 1 ? POLYNOMIAL : 0);
        }
        crc->table[0][byte] = sum;
    }
    for (unsigned k = 1; k < 8; k++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            const uint32_t before = crc->table[k - 1][byte];
            crc->table[k][byte] = before >> 8 ^ crc->table[0][before & 255];
        }
    }
}

uint32_t notch_crc32c_add(const notch_crc32c *crc, uint32_t sum, const void *bytes, size_t count)
{
    const uint8_t *next = bytes;
    sum = ~sum;
    for (; count >= 8; count -= 8, next += 8) {
        const uint32_t low = sum ^ notch_get_u32(next), high = notch_get_u32(next + 4);
        sum = crc->table[7][low & 255] ^ crc->table[6][low >> 8 & 255] ^
              crc->table[5][low >> 16 & 255] ^ crc->table[4][low >> 24] ^
              crc->table[3][high & 255] ^ crc->table[2][high >> 8 & 255] ^
              crc->table[1][high >> 16 & 255] ^ crc->table[0][high >> 24];
    }
    for (; count > 0; count--, next++) {
        sum = sum >> 8 ^ crc->table[0][(sum ^ *next) & 255];
    }
    return ~sum;
}
