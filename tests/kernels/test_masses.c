/* test_masses.c - gradients as masses and back to signed updates, for every instruction set.
 * SPDX-License-Identifier: MIT
 *
 * What is expected comes from floating-point arithmetic in double, which is exact here: a binary32
 * times a power of two is a double, or so small that its floor is 0 either way.
 */
#include "kernel_test.h"

#include <math.h>

enum {
    INFINITE = 0x7f800000,
    LARGEST_FINITE = 0x7f7fffff,
    SMALLEST_NORMAL = 0x00800000,
    SIGN = 31
};

static uint32_t with_sign(uint32_t magnitude)
{
    return magnitude | ((draw() & 1) << SIGN);
}

/* ------------------------------------------------------------------------------------------------
 * Kinds of gradients, as bits
 * --------------------------------------------------------------------------------------------- */

static uint32_t zero(void)
{
    return 0;
}

static uint32_t minus_zero(void)
{
    return UINT32_C(1) << SIGN;
}

static uint32_t equal(void)
{
    return 0x3fc12345;
}

static uint32_t largest(void)
{
    return with_sign(LARGEST_FINITE);
}

/* Magnitudes of 40 binades, as real gradients have. */
static uint32_t usual(void)
{
    return with_sign(((90 + draw_below(40)) << 23) | (draw() >> 9));
}

static uint32_t any_finite(void)
{
    return with_sign(draw_below(INFINITE));
}

static uint32_t subnormal(void)
{
    return with_sign(draw() >> (9 + draw_below(23)));
}

static uint32_t smallest(void)
{
    return with_sign(1);
}

/* Exponent fields 0 to 40: the masses of subnormals come and go, and so does the fast path. */
static uint32_t near_subnormal(void)
{
    return with_sign((draw_below(41) << 23) | (draw_below(4) == 0 ? 0x7fffff : draw() >> 9));
}

static uint32_t power_of_two(void)
{
    return with_sign(draw_below(255) << 23);
}

static uint32_t mostly_zero(void)
{
    return draw_below(20) == 0 ? usual() : with_sign(0);
}

static uint32_t infinite(void)
{
    return with_sign(INFINITE);
}

static uint32_t any_bits(void)
{
    return draw();
}

static uint32_t rarely_infinite(void)
{
    return draw_below(200) == 0 ? infinite() : usual();
}

static const struct kind {
    const char *name;
    uint32_t (*bits)(void);
    bool is_finite;
} kinds[] = {
    {"zeros", zero, true},
    {"minus zeros", minus_zero, true},
    {"equal ones", equal, true},
    {"largest ones", largest, true},
    {"usual ones", usual, true},
    {"finite ones", any_finite, true},
    {"subnormals", subnormal, true},
    {"smallest ones", smallest, true},
    {"nearly subnormals", near_subnormal, true},
    {"powers of two", power_of_two, true},
    {"mostly zeros", mostly_zero, true},
    {"infinities", infinite, false},
    {"any bits", any_bits, false},
    {"rarely infinities", rarely_infinite, false},
};

#define FOR_EACH_KIND(kind)                                                                        \
    for (const struct kind *kind = kinds; kind < kinds + sizeof kinds / sizeof kinds[0]; kind++)

static uint32_t values[NOTCH_BLOCK];
static struct region inputs, more_inputs, outputs;

static void draw_values(const struct kind *kind)
{
    for (uint32_t i = 0; i < NOTCH_BLOCK; i++) {
        values[i] = kind->bits();
    }
}

static void create_regions(void)
{
    region_create(&inputs, 4 * NOTCH_BLOCK);
    region_create(&more_inputs, 4 * NOTCH_BLOCK);
    region_create(&outputs, 4 * NOTCH_BLOCK);
}

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* ------------------------------------------------------------------------------------------------
 * The largest magnitude
 * --------------------------------------------------------------------------------------------- */

/* In floats; a NaN is larger than all else, and the larger one of two is that with larger bits. */
static uint32_t larger(uint32_t a, uint32_t b)
{
    const float x = fabsf(float_of(a)), y = fabsf(float_of(b));
    const uint32_t a_bits = a & INT32_MAX, b_bits = b & INT32_MAX;
    if (isnan(x) && isnan(y)) {
        return a_bits > b_bits ? a_bits : b_bits;
    }
    return isnan(x) || x > y ? a_bits : b_bits;
}

static uint32_t largest_of(const notch_kernels *kernels, const void *array, uint32_t size,
                           int32_t unit)
{
    const notch_mass_scale scale = {unit, 0, 0};
    uint64_t ignored;
    return kernels->f32_survey(array, size, &scale, &ignored, NULL);
}

/* In whatever unit, so that the sums may mean nothing. */
TEST(f32_survey_largest)
{
    create_regions();
    FOR_EACH_KIND(kind)
    {
        draw_values(kind);
        uint32_t expected = 0, done = 0;
        FOR_EACH_SIZE(size)
        {
            for (; done < size; done++) {
                expected = larger(expected, values[done]);
            }
            const int32_t unit = (int32_t)draw_below(600) - 300;
            FOR_EACH_CASE(place, kernels)
            {
                note_case(kernels, "f32_survey", kind->name, size, place);
                const void *array = region_copy(&inputs, place, values, size, 4);
                check_equal(largest_of(kernels, array, size, unit), expected, "the largest");
                region_check_copy(&inputs, values, 4 * size);
            }
        }
    }
}

/* The largest one in each place, so that none is passed over. */
TEST(f32_survey_largest_anywhere)
{
    for (uint32_t i = 0; i < NOTCH_BLOCK; i++) {
        values[i] = with_sign(SMALLEST_NORMAL);
    }
    for (uint32_t i = 0; i < NOTCH_BLOCK; i++) {
        values[i] += 1;
        FOR_EACH_KERNELS(kernels)
        {
            note_case(kernels, "f32_survey", "the last one", i + 1, AT_START);
            check_equal(largest_of(kernels, values, i + 1, 0), SMALLEST_NORMAL + 1, "the largest");
            note_case(kernels, "f32_survey", "one in the middle", NOTCH_BLOCK, AT_START);
            check_equal(largest_of(kernels, values, NOTCH_BLOCK, 0), SMALLEST_NORMAL + 1,
                        "the largest");
        }
        values[i] -= 1;
    }
}

/* ------------------------------------------------------------------------------------------------
 * Masses
 * --------------------------------------------------------------------------------------------- */

/* The unit in which the largest of the first `size` values has 32 bits. */
static int32_t fitting_unit(uint32_t size)
{
    double most = 0;
    int top = 0;
    for (uint32_t i = 0; i < size; i++) {
        const double magnitude = fabs((double)float_of(values[i]));
        most = magnitude > most ? magnitude : most; /* gcc 12 for ARM trips over fmax */
    }
    (void)frexp(most, &top);
    return top - 32;
}

static uint32_t expected_masses[NOTCH_BLOCK];
static uint64_t expected_runs[NOTCH_BLOCK_RUNS];

/* Returns their sum. */
static uint64_t expect_masses(uint32_t size, const notch_mass_scale *scale)
{
    uint64_t sum = 0;
    memset(expected_runs, 0, sizeof expected_runs);
    for (uint32_t i = 0; i < size; i++) {
        const double mass = floor(ldexp(fabs((double)float_of(values[i])), -scale->unit));
        CHECK(mass + scale->smoothing <= UINT32_MAX);
        expected_masses[i] = (uint32_t)mass + scale->smoothing;
        expected_runs[i / NOTCH_RUN] += expected_masses[i];
        sum += expected_masses[i];
    }
    return sum;
}

static void check_masses(const char *kind, uint32_t size, const notch_mass_scale *scale)
{
    const uint32_t runs = (size + NOTCH_RUN - 1) / NOTCH_RUN;
    char what[100];
    snprintf(what, sizeof what, "%s, unit %" PRId32 ", smoothing %" PRIu32, kind, scale->unit,
             scale->smoothing);
    NOTE("%s, %" PRIu32 " elements", what, size);
    const uint64_t expected_sum = expect_masses(size, scale);
    FOR_EACH_CASE(place, kernels)
    {
        note_case(kernels, "f32_masses", what, size, place);
        const void *array = region_copy(&inputs, place, values, size, 4);
        uint32_t *masses = region_place(&outputs, place, size, 4);
        check_equal(kernels->f32_masses(array, size, scale, masses), expected_sum, "the sum");
        check_words(masses, expected_masses, size);
        region_check(&outputs, 4 * size);

        note_case(kernels, "f32_survey", what, size, place);
        uint64_t sum = 1;
        kernels->f32_survey(array, size, scale, &sum, NULL);
        check_equal(sum, expected_sum, "the sum alone");
        uint64_t *run_sums = region_place(&outputs, place, runs, 8);
        sum = 1;
        kernels->f32_survey(array, size, scale, &sum, run_sums);
        check_equal(sum, expected_sum, "the sum");
        check_words64(run_sums, expected_runs, runs);
        region_check(&outputs, 8 * runs);
        region_check_copy(&inputs, values, 4 * size);
    }
}

TEST(f32_masses)
{
    /* how much coarser than the fitting unit, and a smoothing that leaves the masses 32 bits */
    static const struct {
        int32_t coarser;
        uint32_t smoothing;
    } scales[] = {
        {0, 0},           {1, 1},  {1, UINT32_C(1) << 31}, {8, UINT32_MAX - (1 << 24) + 1},
        {31, 77},         {32, 5}, {33, UINT32_MAX},       {300, 0},
        {900, UINT32_MAX}};
    create_regions();
    FOR_EACH_KIND(kind)
    {
        if (!kind->is_finite) {
            continue;
        }
        FOR_EACH_SIZE(size)
        {
            draw_values(kind);
            const int32_t unit = fitting_unit(size);
            for (size_t s = 0; s < sizeof scales / sizeof scales[0]; s++) {
                const notch_mass_scale scale = {unit + scales[s].coarser, 0, scales[s].smoothing};
                check_masses(kind->name, size, &scale);
            }
        }
    }
}

/* Nothing but smoothing has mass, and it may be of any size. */
TEST(f32_masses_of_zeros)
{
    create_regions();
    for (size_t k = 0; k < 2; k++) {
        draw_values(&kinds[k]);
        for (int32_t unit = -1100; unit <= 1100; unit += 11) {
            const notch_mass_scale scale = {unit, 0, draw()};
            check_masses(kinds[k].name, 1 + draw_below(100), &scale);
        }
    }
}

/* Units on both sides of the one from which subnormals have no mass. */
TEST(f32_masses_near_subnormals)
{
    create_regions();
    for (uint32_t field = 0; field <= 40; field++) {
        for (uint32_t i = 0; i < NOTCH_BLOCK; i++) {
            values[i] = with_sign((draw_below(field + 1) << 23) | (draw() >> 9));
        }
        values[0] = (field << 23) | 0x7fffff;
        FOR_EACH_SIZE(size)
        {
            if (size != 0) {
                const notch_mass_scale scale = {(int32_t)field - 158, 0, 0};
                check_masses("largest field chosen", size, &scale);
            }
        }
    }
}

static void check_find(const char *kind, uint32_t count, const notch_mass_scale *scale,
                       uint64_t target, uint32_t expected)
{
    FOR_EACH_CASE(place, kernels)
    {
        note_case(kernels, "f32_find", kind, count, place);
        const void *array = region_copy(&inputs, place, values, count, 4);
        check_equal(kernels->f32_find(array, count, scale, target), expected, "the index");
        region_check_copy(&inputs, values, 4 * count);
    }
}

/* Element i is the one for targets from the sum before it up to one less than the sum with it. */
TEST(f32_find)
{
    create_regions();
    FOR_EACH_KIND(kind)
    {
        for (uint32_t count = kind->is_finite ? 1 : NOTCH_RUN + 1; count <= NOTCH_RUN;
             count += REPEATED(1, 9)) {
            draw_values(kind);
            const int32_t coarser = (int32_t)draw_below(2);
            const uint32_t smoothing = coarser == 0 ? 0 : draw() >> (1 + draw_below(31));
            const notch_mass_scale scale = {fitting_unit(count) + coarser, 0, smoothing};
            uint64_t sum = 0;
            (void)expect_masses(count, &scale);
            for (uint32_t i = 0; i < count; i++) {
                const uint32_t mass = expected_masses[i];
                if (mass != 0) {
                    check_find(kind->name, count, &scale, sum, i);
                    check_find(kind->name, count, &scale, sum + mass - 1, i);
                }
                sum += mass;
            }
        }
    }
}

TEST(i32_masses)
{
    static int32_t integers[NOTCH_BLOCK];
    static uint32_t expected[NOTCH_BLOCK];
    static const char *const names[] = {"zeros", "smallest ones", "largest ones", "any bits",
                                        "any lengths"};
    create_regions();
    for (int kind = 0; kind < 5; kind++) {
        for (uint32_t i = 0; i < NOTCH_BLOCK; i++) {
            const int32_t sign = draw_below(2) == 0 ? 1 : -1;
            const int32_t short_one = (int32_t)(draw_any_length() >> 1) * sign;
            integers[i] = kind == 0   ? 0
                          : kind == 1 ? INT32_MIN
                          : kind == 2 ? INT32_MAX
                          : kind == 3 ? (int32_t)draw()
                                      : short_one;
            expected[i] = (uint32_t)llabs(integers[i]);
        }
        uint64_t sum = 0;
        uint32_t done = 0;
        FOR_EACH_SIZE(size)
        {
            for (; done < size; done++) {
                sum += expected[done];
            }
            FOR_EACH_CASE(place, kernels)
            {
                note_case(kernels, "i32_masses", names[kind], size, place);
                const int32_t *array = region_copy(&inputs, place, integers, size, 4);
                uint32_t *masses = region_place(&outputs, place, size, 4);
                check_equal(kernels->i32_masses(array, size, masses), sum, "the sum");
                check_words(masses, expected, size);
                region_check_copy(&inputs, integers, 4 * size);
                region_check(&outputs, 4 * size);
            }
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Signed updates
 * --------------------------------------------------------------------------------------------- */

static uint32_t draw_count(void)
{
    static const uint32_t special[] = {
        0, 1, 2, INT32_MAX - 1, INT32_MAX, UINT32_C(1) << 31, UINT32_MAX - 1, UINT32_MAX};
    return draw_below(2) == 0 ? special[draw_below(8)] : draw_any_length();
}

static int32_t signed_count(bool negative, bool is_zero, uint32_t count)
{
    const int64_t steps = is_zero ? 0 : count;
    const int64_t most = steps < INT32_MAX ? steps : INT32_MAX;
    return (int32_t)(negative ? -most : most);
}

TEST(f32_signed)
{
    static uint32_t counts[NOTCH_BLOCK];
    static int32_t expected[NOTCH_BLOCK];
    create_regions();
    FOR_EACH_KIND(kind)
    {
        FOR_EACH_SIZE(size)
        {
            draw_values(kind);
            for (uint32_t i = 0; i < size; i++) {
                const float x = float_of(values[i]);
                counts[i] = draw_count();
                expected[i] = signed_count(signbit(x) != 0, fpclassify(x) == FP_ZERO, counts[i]);
            }
            FOR_EACH_CASE(place, kernels)
            {
                note_case(kernels, "f32_signed", kind->name, size, place);
                const void *array = region_copy(&inputs, place, values, size, 4);
                const uint32_t *more = region_copy(&more_inputs, place, counts, size, 4);
                int32_t *updates = region_place(&outputs, place, size, 4);
                kernels->f32_signed(array, more, size, updates);
                check_integers(updates, expected, size);
                region_check_copy(&inputs, values, 4 * size);
                region_check_copy(&more_inputs, counts, 4 * size);
                region_check(&outputs, 4 * size);
            }
        }
    }
}

TEST(i32_signed)
{
    static int32_t integers[NOTCH_BLOCK], expected[NOTCH_BLOCK];
    static uint32_t counts[NOTCH_BLOCK];
    create_regions();
    FOR_EACH_SIZE(size)
    {
        for (uint32_t i = 0; i < size; i++) {
            static const int32_t special[] = {0, 1, -1, INT32_MAX, INT32_MIN};
            integers[i] = draw_below(2) == 0 ? special[draw_below(5)] : (int32_t)draw();
            counts[i] = draw_count();
            expected[i] = signed_count(integers[i] < 0, integers[i] == 0, counts[i]);
        }
        FOR_EACH_CASE(place, kernels)
        {
            note_case(kernels, "i32_signed", "any integers", size, place);
            const int32_t *array = region_copy(&inputs, place, integers, size, 4);
            const uint32_t *more = region_copy(&more_inputs, place, counts, size, 4);
            int32_t *updates = region_place(&outputs, place, size, 4);
            kernels->i32_signed(array, more, size, updates);
            check_integers(updates, expected, size);
            region_check_copy(&inputs, integers, 4 * size);
            region_check_copy(&more_inputs, counts, 4 * size);
            region_check(&outputs, 4 * size);
        }
    }
}

TEST_MAIN(RUN(f32_survey_largest), RUN(f32_survey_largest_anywhere), RUN(f32_masses),
          RUN(f32_masses_of_zeros), RUN(f32_masses_near_subnormals), RUN(f32_find), RUN(i32_masses),
          RUN(f32_signed), RUN(i32_signed))
