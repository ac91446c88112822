/* test_apply.c - the step of weights on their lattice, for every instruction set and lattice.
 * SPDX-License-Identifier: MIT
 *
 * What is expected comes from arithmetic in double, exact for numbers of this size.
 */
#include "kernel_test.h"

#include <math.h>

static int32_t updates[NOTCH_BLOCK];
static double weights[NOTCH_BLOCK];
static struct region weight_region, update_region;

static const char *const weight_kinds[] = {"any weights", "least weights", "largest weights",
                                           "weights off the lattice"};
static const char *const update_kinds[] = {"no updates",      "least updates", "largest updates",
                                           "small updates",   "any updates",   "any lengths",
                                           "about the width", "powers of two"};

static double draw_weight(const notch_lattice *lattice, uint32_t kind)
{
    const uint32_t levels =
        (uint32_t)(lattice->maximum - lattice->minimum) / (uint32_t)lattice->spacing + 1;
    switch (kind) {
    case 0:
        return lattice->minimum + lattice->spacing * (double)draw_below(levels);
    case 1:
        return lattice->minimum;
    case 2:
        return lattice->maximum;
    default: /* whatever the memory can hold */
        return lattice->bytes == 1 ? (double)draw_below(256) - 128
                                   : (double)draw_below(65536) - 32768;
    }
}

static int32_t draw_update(const notch_lattice *lattice, uint32_t kind)
{
    const int32_t sign = draw_below(2) == 0 ? 1 : -1;
    const int32_t width = lattice->maximum - lattice->minimum;
    switch (kind) {
    case 0:
        return 0;
    case 1:
        return INT32_MIN;
    case 2:
        return INT32_MAX;
    case 3:
        return sign * (int32_t)draw_below(4);
    case 4:
        return (int32_t)draw();
    case 5:
        return sign * (int32_t)(draw_any_length() >> 1);
    case 6:
        return sign * (width / (1 + (int32_t)draw_below(2)) + (int32_t)draw_below(5) - 2);
    default:
        return sign * (int32_t)((UINT32_C(1) << draw_below(31)) + draw_below(3) - 1);
    }
}

/* Eight or sixteen bits each, as the lattice has them. */
static void pack(void *memory, const notch_lattice *lattice, const double *numbers, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        if (lattice->bytes == 1) {
            ((int8_t *)memory)[i] = (int8_t)numbers[i];
        } else {
            ((int16_t *)memory)[i] = (int16_t)numbers[i];
        }
    }
}

static void check_weights(const void *memory, const notch_lattice *lattice, const double *expected,
                          uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        const int found =
            lattice->bytes == 1 ? ((const int8_t *)memory)[i] : ((const int16_t *)memory)[i];
        if (found != (int)expected[i]) {
            TEST_FAIL("weight %" PRIu32 " is %d, expected %g, from %g by %" PRId32, i, found,
                      expected[i], weights[i], updates[i]);
        }
    }
}

static void apply(const notch_kernels *kernels, const notch_lattice *lattice, void *memory,
                  const int32_t *steps, uint32_t size, uint64_t *moved, uint64_t *saturated)
{
    if (lattice->bytes == 1) {
        kernels->apply_i8(lattice, memory, steps, size, moved, saturated);
    } else {
        kernels->apply_i16(lattice, memory, steps, size, moved, saturated);
    }
}

static void check_case(const notch_lattice *lattice, uint32_t weight_kind, uint32_t update_kind,
                       uint32_t size)
{
    static double next[NOTCH_BLOCK];
    static int16_t packed[NOTCH_BLOCK];
    const uint64_t moved_before = draw64() >> 1, saturated_before = draw64() >> 1;
    uint64_t moves = 0, cuts = 0;
    char what[120];
    snprintf(what, sizeof what, "%u bits, %s, %s", (unsigned)lattice->bits,
             weight_kinds[weight_kind], update_kinds[update_kind]);
    for (uint32_t i = 0; i < size; i++) {
        weights[i] = draw_weight(lattice, weight_kind);
        updates[i] = draw_update(lattice, update_kind);
        const double wanted = weights[i] - lattice->spacing * (double)updates[i];
        next[i] = fmin(fmax(wanted, lattice->minimum), lattice->maximum);
        moves += next[i] != weights[i] ? 1 : 0;
        cuts += next[i] != wanted ? 1 : 0;
    }
    pack(packed, lattice, weights, size);
    FOR_EACH_CASE(place, kernels)
    {
        note_case(kernels, "apply", what, size, place);
        uint64_t moved = moved_before, saturated = saturated_before;
        void *memory = region_copy(&weight_region, place, packed, size, lattice->bytes);
        const int32_t *steps = region_copy(&update_region, place, updates, size, 4);
        apply(kernels, lattice, memory, steps, size, &moved, &saturated);
        check_weights(memory, lattice, next, size);
        check_equal(moved - moved_before, moves, "the number that moved");
        check_equal(saturated - saturated_before, cuts, "the number that was cut short");
        region_check(&weight_region, (size_t)size * lattice->bytes);
        region_check_copy(&update_region, updates, 4 * (size_t)size);
    }
}

static void check_lattice(uint32_t bits)
{
    notch_lattice lattice;
    CHECK(notch_lattice_init(&lattice, bits, NULL) == NOTCH_OK);
    region_create(&weight_region, 2 * NOTCH_BLOCK);
    region_create(&update_region, sizeof updates);
    FOR_EACH_SIZE(size)
    {
        for (uint32_t w = 0; w < 4; w++) {
            for (uint32_t u = 0; u < 8; u++) {
                check_case(&lattice, w, u, size);
            }
        }
    }
}

TEST(one_bit)
{
    check_lattice(1);
}

TEST(two_bits)
{
    check_lattice(2);
}

TEST(four_bits)
{
    check_lattice(4);
}

TEST(eight_bits)
{
    check_lattice(8);
}

TEST(sixteen_bits)
{
    check_lattice(16);
}

TEST_MAIN(RUN(one_bit), RUN(two_bits), RUN(four_bits), RUN(eight_bits), RUN(sixteen_bits))
