/* checkpoint_bytes.h - numbers as little-endian bytes, on machines of any byte order.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_CHECKPOINT_BYTES_H
#define NOTCH_HOST_CHECKPOINT_BYTES_H

#include <float.h>
#include <stdint.h>
#include <string.h>

_Static_assert(sizeof(float) == 4 && FLT_MANT_DIG == 24 && FLT_MAX_EXP == 128,
               "float is binary32 of IEEE 754");
_Static_assert(sizeof(double) == 8 && DBL_MANT_DIG == 53 && DBL_MAX_EXP == 1024,
               "double is binary64 of IEEE 754");

static inline void notch_put_u32(uint8_t *to, uint32_t value)
{
    for (unsigned k = 0; k < 4; k++) {
        to[k] = (uint8_t)(value >> 8 * k);
    }
}

static inline void notch_put_u64(uint8_t *to, uint64_t value)
{
    notch_put_u32(to, (uint32_t)value);
    notch_put_u32(to + 4, (uint32_t)(value >> 32));
}

/* Two's complement. */
static inline void notch_put_i32(uint8_t *to, int32_t value)
{
    notch_put_u32(to, (uint32_t)value);
}

/* The bits of IEEE 754. */
static inline void notch_put_f32(uint8_t *to, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    notch_put_u32(to, bits);
}

static inline void notch_put_f64(uint8_t *to, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    notch_put_u64(to, bits);
}

static inline uint32_t notch_get_u32(const uint8_t *from)
{
    return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

static inline uint64_t notch_get_u64(const uint8_t *from)
{
    return notch_get_u32(from) | (uint64_t)notch_get_u32(from + 4) << 32;
}

static inline int32_t notch_get_i32(const uint8_t *from)
{
    const uint32_t bits = notch_get_u32(from);
    int32_t value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline float notch_get_f32(const uint8_t *from)
{
    const uint32_t bits = notch_get_u32(from);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline double notch_get_f64(const uint8_t *from)
{
    const uint64_t bits = notch_get_u64(from);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
