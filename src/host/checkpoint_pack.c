/* checkpoint_pack.c - weights in as many bits as their lattice has.
 * SPDX-License-Identifier: MIT
 */
#include "host/checkpoint_pack.h"

#include <string.h>

#include "host/checkpoint_bytes.h"

uint64_t notch_packed_bytes(uint64_t count, uint32_t bits)
{
    return (count * bits + 7) / 8;
}

/* How many points the lattice has beyond its minimum: at most 65,534. */
static uint32_t last_number(const notch_lattice *lattice)
{
    return (uint32_t)((lattice->maximum - lattice->minimum) / lattice->spacing);
}

static int32_t weight_at(const notch_lattice *lattice, const void *weights, uint64_t i)
{
    return lattice->bytes == 2 ? ((const int16_t *)weights)[i] : ((const int8_t *)weights)[i];
}

static bool is_on(const notch_lattice *lattice, int32_t weight)
{
    return weight >= lattice->minimum && weight <= lattice->maximum &&
           (weight - lattice->minimum) % lattice->spacing == 0;
}

uint64_t notch_pack(const notch_lattice *lattice, const void *weights, uint64_t count,
                    uint8_t *bytes)
{
    const uint32_t bits = lattice->bits;
    memset(bytes, 0, (size_t)notch_packed_bytes(count, bits));
    for (uint64_t i = 0; i < count; i++) {
        const int32_t weight = weight_at(lattice, weights, i);
        if (!is_on(lattice, weight)) {
            return i;
        }
        const uint32_t number = (uint32_t)((weight - lattice->minimum) / lattice->spacing);
        uint8_t *byte = bytes + i * bits / 8;
        *byte = (uint8_t)(*byte | number << i * bits % 8);
        if (bits == 16) {
            byte[1] = (uint8_t)(number >> 8);
        }
    }
    return count;
}

uint64_t notch_unpack(const notch_lattice *lattice, const uint8_t *bytes, uint64_t count,
                      void *weights)
{
    const uint32_t bits = lattice->bits, last = last_number(lattice);
    for (uint64_t i = 0; i < count; i++) {
        const uint8_t *byte = bytes + i * bits / 8;
        const uint32_t pair = bits == 16 ? byte[0] | (uint32_t)byte[1] << 8 : byte[0];
        const uint32_t number = pair >> i * bits % 8 & ((1u << bits) - 1);
        if (number > last) {
            return i;
        }
        const int32_t weight = lattice->minimum + (int32_t)number * lattice->spacing;
        if (lattice->bytes == 2) {
            ((int16_t *)weights)[i] = (int16_t)weight;
        } else {
            ((int8_t *)weights)[i] = (int8_t)weight;
        }
    }
    return count;
}

bool notch_packed_rest_is_zero(const notch_lattice *lattice, const uint8_t *bytes, uint64_t count)
{
    const uint64_t used = count * lattice->bits;
    return used % 8 == 0 || bytes[used / 8] >> used % 8 == 0;
}

void notch_pack_words(const void *values, uint64_t count, uint8_t *bytes)
{
    const unsigned char *from = values;
    uint32_t word;
    for (uint64_t i = 0; i < count; i++) {
        memcpy(&word, from + 4 * i, sizeof word);
        notch_put_u32(bytes + 4 * i, word);
    }
}

void notch_unpack_words(const uint8_t *bytes, uint64_t count, void *values)
{
    unsigned char *to = values;
    for (uint64_t i = 0; i < count; i++) {
        const uint32_t word = notch_get_u32(bytes + 4 * i);
        memcpy(to + 4 * i, &word, sizeof word);
    }
}
