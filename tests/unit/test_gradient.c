/* test_gradient.c - gradients as integer masses: their error, their sum, and what is not a number.
 * SPDX-License-Identifier: MIT
 *
 * Masses are what a rule of the user's own is told. Expected values are exact: a float is 24 bits
 * times a power of two, and so is what is left of it after a division by a power of two.
 */
#include <float.h>
#include <math.h>

#include "steps.h"

enum {
    MOST = 5000 /* elements: two blocks and a part of one */
};

static const uint64_t sizes[] = {1, 2, 15, 33, 2047, 2048, 2049, 4096, MOST};
static float floats[MOST + 1];
static int32_t integers[MOST];
static seen found;

enum {
    SIZES = sizeof sizes / sizeof sizes[0]
};

/* ------------------------------------------------------------------------------------------------
 * Floats
 * --------------------------------------------------------------------------------------------- */

static const char *const kinds[] = {"of one scale",
                                    "of many scales",
                                    "of all scales",
                                    "subnormal",
                                    "least",
                                    "largest",
                                    "one among zeros",
                                    "on the verge of no mass",
                                    "around the normal",
                                    "blocks of zeros"};

enum {
    KINDS = sizeof kinds / sizeof kinds[0]
};

static void fill_kind(int kind, uint64_t count)
{
    uint64_t state = 17 + (uint64_t)kind;
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t word = scramble(&state);
        const uint32_t sign = (uint32_t)(word >> 63) << 31, mantissa = (uint32_t)word >> 9;
        const uint32_t pick = (uint32_t)(word >> 40) % 254;
        uint32_t bits = 0;
        switch (kind) {
        case 0:
            bits = 127u << 23 | mantissa;
            break;
        case 1:
            bits = (100 + pick % 32) << 23 | mantissa;
            break;
        case 2:
            bits = (1 + pick) << 23 | mantissa; /* up to the exponent of the largest float */
            break;
        case 3:
            bits = mantissa >> pick % 23;
            break;
        case 4:
            bits = pick % 2;
            break;
        case 5:
            bits = pick % 3 == 0 ? 0x7f7fffff : 254u << 23 | mantissa;
            break;
        case 6:
            bits = i == count / 2 ? 130u << 23 | mantissa : 0;
            break;
        case 7:
            /* next to 1, whose mass is 2^31: 2^-31 is the last to have one */
            bits = i == 0          ? 127u << 23
                   : pick % 4 == 0 ? 96u << 23
                   : pick % 4 == 1 ? (96u << 23) - 1
                   : pick % 4 == 2 ? 95u << 23
                                   : (97u << 23) - 1;
            break;
        case 8:
            bits = pick % 3 == 0 ? 1u << 23 : pick % 3 == 1 ? (1u << 23) - 1 : (1u << 23) + 1;
            break;
        default:
            bits = i / NOTCH_BLOCK % 2 == 0 ? 0 : 120u << 23 | mantissa;
            break;
        }
        floats[i] = float_of(bits | sign);
    }
    floats[count] = float_of(0x7fc00000); /* nobody reads it */
}

/* The exponent of a unit of mass: the largest of the block gets 32 bits. Zeros have none. */
static int unit_of(const float *values, uint64_t count)
{
    float largest = 0;
    int exponent;
    for (uint64_t i = 0; i < count; i++) {
        largest = fabsf(values[i]) > largest ? fabsf(values[i]) : largest;
    }
    (void)frexpl(largest, &exponent); /* largest < 2^exponent */
    return exponent - 32;
}

static steps one_tensor(notch_parameter *parameter, notch_isa isa, notch_runtime *runtime)
{
    *runtime = (notch_runtime){isa, NULL};
    return (steps){.options = options_of(NOTCH_SAMPLER_MULTINOMIAL),
                   .parameters = parameter,
                   .parameter_count = 1,
                   .trials_per_parameter = STEPS_ONE,
                   .runtime = runtime};
}

/* Masses are floor(|g| / 2^unit), the largest has 32 bits, and the sums are theirs. */
static void check_float_blocks(const float *values, uint64_t count)
{
    uint64_t first = 0;
    for (uint32_t b = 0; b < found.block_count; b++) {
        const notch_rule_block *block = &found.blocks[b];
        uint64_t sum = 0;
        uint32_t largest = 0;
        CHECK_EQUAL_U64(block->first, first);
        const int unit = unit_of(values + first, block->count);
        for (uint32_t i = 0; i < block->count; i++) {
            const long double exact = fabsl((long double)values[first + i]);
            const uint64_t expected = (uint64_t)floorl(ldexpl(exact, -unit));
            if (block->masses[i] != expected) {
                TEST_FAIL("element %d, %La: mass %" PRIu32 ", expected %" PRIu64, (int)(first + i),
                          exact, block->masses[i], expected);
            }
            sum += block->masses[i];
            largest = block->masses[i] > largest ? block->masses[i] : largest;
        }
        CHECK(largest == 0 || largest >= UINT32_C(1) << 31);
        CHECK_EQUAL_U64(block->mass_sum, sum);
        first += block->count;
    }
    CHECK_EQUAL_U64(first, count);
}

TEST(float_masses_are_exact_floors)
{
    for (int kind = 0; kind < KINDS; kind++) {
        for (int s = 0; s < SIZES; s++) {
            fill_kind(kind, sizes[s]);
            notch_parameter tensor = tensor_of("t", 8, NOTCH_GRADIENT_F32, floats, sizes[s]);
            FOR_EACH_ISA(isa)
            {
                notch_runtime runtime;
                NOTE("%s: %d floats %s", notch_isa_name(isa), (int)sizes[s], kinds[kind]);
                const steps step = one_tensor(&tensor, isa, &runtime);
                (void)look_at_step(&step, &found);
                check_float_blocks(floats, sizes[s]);
            }
            forget_memory();
        }
    }
}

TEST(floats_of_any_alignment)
{
    fill_kind(1, MOST);
    for (uint64_t offset = 1; offset < 16; offset += 3) {
        const uint64_t count = MOST - offset;
        notch_parameter tensor = tensor_of("t", 8, NOTCH_GRADIENT_F32, floats + offset, count);
        FOR_EACH_ISA(isa)
        {
            notch_runtime runtime;
            NOTE("%s: %d floats on", notch_isa_name(isa), (int)offset);
            const steps step = one_tensor(&tensor, isa, &runtime);
            (void)look_at_step(&step, &found);
            check_float_blocks(floats + offset, count);
        }
        forget_memory();
    }
}

static notch_scaled l1_of(const notch_gradient *gradient, notch_isa isa)
{
    notch_scaled l1 = {7, 7};
    notch_error error = {.message = ""};
    if (notch_gradient_l1(gradient, &l1, isa, &error) != NOTCH_OK) {
        TEST_FAIL("%s", error.message);
    }
    return l1;
}

static long double real(notch_scaled x)
{
    return ldexpl((long double)x.mantissa, x.exponent);
}

/* The norm is the sum of the blocks' masses (below 2^43 units each, so exact as long double; sums
 * lose 2^-60 a block), and hence below the true one by less than a unit an element, that is
 * 2^-31 of the largest magnitude. Long double sums of so few terms are good to 2^-38 even where
 * long double is double. */
TEST(l1_norm_of_floats)
{
    for (int kind = 0; kind < KINDS; kind++) {
        for (int s = 0; s < SIZES; s++) {
            const uint64_t count = sizes[s];
            const notch_gradient gradient = {NOTCH_GRADIENT_F32, 0, floats, count};
            long double exact = 0, masses = 0, largest = 0;
            fill_kind(kind, count);
            for (uint64_t first = 0; first < count; first += NOTCH_BLOCK) {
                const uint64_t length = count - first < NOTCH_BLOCK ? count - first : NOTCH_BLOCK;
                const int unit = unit_of(floats + first, length);
                for (uint64_t i = first; i < first + length; i++) {
                    const long double g = fabsl((long double)floats[i]);
                    exact += g;
                    masses += ldexpl(floorl(ldexpl(g, -unit)), unit);
                    largest = g > largest ? g : largest;
                }
            }
            FOR_EACH_ISA(isa)
            {
                NOTE("%s: %d floats %s", notch_isa_name(isa), (int)count, kinds[kind]);
                const notch_scaled l1 = l1_of(&gradient, isa);
                CHECK(fabsl(real(l1) - masses) <=
                      masses * (count <= NOTCH_BLOCK && LDBL_MANT_DIG > 53 ? 0 : 0x1p-38L));
                CHECK(real(l1) <= exact * (1 + 0x1p-38L));
                CHECK(exact - real(l1) <=
                      (long double)count * largest * 0x1p-31L + exact * 0x1p-38L);
                CHECK_EQUAL_I64(l1.mantissa == 0, largest == 0);
            }
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Integers
 * --------------------------------------------------------------------------------------------- */

static void fill_extremes(uint64_t count, int kind)
{
    static const uint32_t extremes[] = {0x80000000, 0x7fffffff, 0xffffffff, 0,
                                        1,          0x7fc00000, 0xff800000, 0x7f800001};
    uint64_t state = 5 + (uint64_t)kind;
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t word = scramble(&state);
        const uint32_t bits = kind == 0   ? 0
                              : kind == 1 ? extremes[word % 8]
                              : kind == 2 ? (uint32_t)(word >> 32) >> word % 32
                                          : extremes[0];
        memcpy(&integers[i], &bits, sizeof bits);
    }
}

static uint64_t magnitude_of(notch_gradient_type type, int32_t value)
{
    return type == NOTCH_GRADIENT_U32 ? (uint32_t)value
           : value < 0                ? (uint64_t) - (int64_t)value
                                      : (uint64_t)value;
}

TEST(integers_are_their_own_masses)
{
    static const int32_t exponents[] = {-1000, -31, 0, 7, 1000};
    for (int type = NOTCH_GRADIENT_I32; type <= NOTCH_GRADIENT_U32; type++) {
        for (int c = 0; c < 4 * SIZES; c++) {
            const int kind = c % 4;
            const uint64_t count = sizes[c / 4];
            fill_extremes(count, kind);
            notch_parameter tensor = tensor_of("t", 8, (notch_gradient_type)type, integers, count);
            tensor.gradient.exponent = exponents[c % 5];
            FOR_EACH_ISA(isa)
            {
                notch_runtime runtime;
                NOTE("%s: type %d, %d integers of kind %d", notch_isa_name(isa), type, (int)count,
                     kind);
                const steps step = one_tensor(&tensor, isa, &runtime);
                (void)look_at_step(&step, &found);
                uint64_t sum = 0, seen_count = 0;
                for (uint32_t b = 0; b < found.block_count; b++) {
                    const notch_rule_block *block = &found.blocks[b];
                    uint64_t block_sum = 0;
                    for (uint32_t i = 0; i < block->count; i++) {
                        const int32_t value = integers[block->first + i];
                        CHECK_EQUAL_U64(block->masses[i],
                                        magnitude_of((notch_gradient_type)type, value));
                        block_sum += block->masses[i];
                    }
                    CHECK_EQUAL_U64(block->mass_sum, block_sum);
                    sum += block_sum;
                    seen_count += block->count;
                }
                CHECK_EQUAL_U64(seen_count, count);
                /* the norm is exact: sum * 2^exponent, with all factors of two in the exponent */
                const notch_scaled l1 = l1_of(&tensor.gradient, isa);
                if (sum == 0) {
                    CHECK_EQUAL_U64(l1.mantissa, 0);
                    continue;
                }
                const int32_t shift = l1.exponent - tensor.gradient.exponent;
                CHECK(shift >= 0 && shift < 64);
                CHECK_EQUAL_U64(l1.mantissa << shift, sum);
                CHECK_EQUAL_U64((l1.mantissa << shift) >> shift, l1.mantissa);
            }
            forget_memory();
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Smoothing
 * --------------------------------------------------------------------------------------------- */

/* |m 2^unit - (|g| + c)| < 2^unit, and the largest mass has 32 bits. In a group of one block the
 * total is the block's sum in finer units, which tells the unit. The allowance of 2^-20 units is
 * for |g| + c as a long double: 2^-53 of at most 2^32 units. */
static void check_smoothed(const long double *magnitudes, uint64_t count, notch_scaled smoothing)
{
    CHECK_EQUAL_U64(found.block_count, 1);
    const notch_rule_block *block = &found.blocks[0];
    uint64_t ratio = block->total / block->mass_sum, sum = 0;
    int unit = block->group->exponent;
    CHECK(ratio * block->mass_sum == block->total && (ratio & (ratio - 1)) == 0);
    for (; ratio > 1; ratio /= 2) {
        unit++;
    }
    uint32_t largest = 0;
    for (uint64_t i = 0; i < count; i++) {
        const long double exact = magnitudes[i] + real(smoothing);
        const long double error =
            ldexpl(ldexpl((long double)block->masses[i], unit) - exact, -unit);
        if (!(fabsl(error) < 1 + 0x1p-20L)) {
            TEST_FAIL("element %d, %Lg: mass %" PRIu32 " is off by %Lg units", (int)i,
                      magnitudes[i], block->masses[i], error);
        }
        largest = block->masses[i] > largest ? block->masses[i] : largest;
        sum += block->masses[i];
    }
    CHECK(largest >= UINT32_C(1) << 31);
    CHECK_EQUAL_U64(block->mass_sum, sum);
}

/* An exponent whose numbers a long double holds, 32 bits and more included; on some machines it is
 * a double. */
#define FAR (LDBL_MAX_EXP > 2048 ? 1000 : 900)

static const notch_scaled smoothings[] = {
    {1, 0},   {3, -5},  {UINT64_MAX, -64},  {UINT32_MAX, -2}, {1, -FAR}, {1, FAR},
    {5, 130}, {1, -33}, {UINT64_MAX, -180}, {3, 30},          {1, 31}};

enum {
    SMOOTHINGS = sizeof smoothings / sizeof smoothings[0]
};

TEST(smoothing_is_added_to_floats)
{
    static long double magnitudes[NOTCH_BLOCK];
    const uint64_t count = 200;
    for (int kind = 0; kind < KINDS; kind++) {
        fill_kind(kind, count);
        notch_parameter tensor = tensor_of("t", 8, NOTCH_GRADIENT_F32, floats, count);
        for (uint64_t i = 0; i < count; i++) {
            magnitudes[i] = fabsl((long double)floats[i]);
        }
        for (int c = 0; c < SMOOTHINGS; c++) {
            FOR_EACH_ISA(isa)
            {
                notch_runtime runtime;
                NOTE("%s: floats %s, smoothing number %d", notch_isa_name(isa), kinds[kind], c);
                steps step = one_tensor(&tensor, isa, &runtime);
                step.options.smoothing = smoothings[c];
                (void)look_at_step(&step, &found);
                check_smoothed(magnitudes, count, smoothings[c]);
            }
        }
        forget_memory();
    }
}

/* Blocks of zeros have masses too, whatever the exponents. */
TEST(smoothing_is_added_to_integers)
{
    static const int32_t exponents[] = {-FAR, -40, 0, 25, FAR, -96, -95, -97, -33};
    static long double magnitudes[NOTCH_BLOCK];
    const uint64_t count = 100;
    for (int type = NOTCH_GRADIENT_I32; type <= NOTCH_GRADIENT_U32; type++) {
        for (int kind = 0; kind < 4; kind++) {
            fill_extremes(count, kind);
            notch_parameter tensor = tensor_of("t", 8, (notch_gradient_type)type, integers, count);
            for (int k = 0; k < 9 * SMOOTHINGS; k++) {
                const notch_scaled smoothing = smoothings[k / 9];
                tensor.gradient.exponent = exponents[k % 9];
                for (uint64_t i = 0; i < count; i++) {
                    const uint64_t m = magnitude_of((notch_gradient_type)type, integers[i]);
                    magnitudes[i] = ldexpl((long double)m, exponents[k % 9]);
                }
                FOR_EACH_ISA(isa)
                {
                    notch_runtime runtime;
                    NOTE("%s: type %d, kind %d, times 2^%d, smoothing number %d",
                         notch_isa_name(isa), type, kind, exponents[k % 9], k / 9);
                    steps step = one_tensor(&tensor, isa, &runtime);
                    step.options.smoothing = smoothing;
                    (void)look_at_step(&step, &found);
                    check_smoothed(magnitudes, count, smoothing);
                }
            }
            forget_memory();
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Blocks in a group
 * --------------------------------------------------------------------------------------------- */

/* A block's total is its sum in units of the group, rounded down; units are so fine that all that
 * the group loses, less than one a block, is below 2^-31 of the largest magnitude. */
TEST(blocks_of_all_scales_share_a_unit)
{
    static float small[3000], large[2500];
    fill_floats(small, 3000, 3, 1);
    fill_floats(large, 2500, 3, 2);
    fill_extremes(MOST, 2);
    for (int i = 0; i < 2048; i++) {
        small[i] = ldexpf(small[i], -20);
    }
    for (int shift = -120; shift <= 120; shift += 24) {
        notch_parameter tensors[] = {tensor_of("small", 8, NOTCH_GRADIENT_F32, small, 3000),
                                     tensor_of("large", 8, NOTCH_GRADIENT_F32, large, 2500),
                                     tensor_of("integers", 8, NOTCH_GRADIENT_I32, integers, MOST)};
        tensors[2].gradient.exponent = shift - 31; /* the largest is about 2^shift */
        const steps step = {.options = {.mode = NOTCH_MODE_NORMALISED, .scope = NOTCH_SCOPE_GLOBAL},
                            .parameters = tensors,
                            .parameter_count = 3,
                            .trials_per_parameter = STEPS_ONE};
        NOTE("integers times 2^%d", shift);
        (void)look_at_step(&step, &found);
        CHECK_EQUAL_U64(found.group_count, 1);
        CHECK_EQUAL_U64(found.block_count, 2 + 2 + 3);
        const notch_rule_group *group = &found.groups[0];
        long double largest = 0;
        uint64_t total = 0;
        for (uint32_t b = 0; b < found.block_count; b++) {
            const notch_rule_block *block = &found.blocks[b];
            int unit = block->gradient->exponent;
            if (block->gradient->type == NOTCH_GRADIENT_F32) {
                unit = unit_of((const float *)block->gradient->values + block->first, block->count);
            }
            for (uint32_t i = 0; i < block->count; i++) {
                const long double mass = ldexpl((long double)block->masses[i], unit);
                largest = mass > largest ? mass : largest;
            }
            const long double exact = ldexpl((long double)block->mass_sum, unit - group->exponent);
            CHECK_EQUAL_U64(block->total, (uint64_t)floorl(exact));
            total += block->total;
        }
        CHECK_EQUAL_U64(group->total, total);
        CHECK(total < UINT64_C(1) << 62);
        CHECK(ldexpl((long double)found.block_count, group->exponent) <= largest * 0x1p-31L);
        forget_memory();
    }
}

/* ------------------------------------------------------------------------------------------------
 * What is refused
 * --------------------------------------------------------------------------------------------- */

static void check_l1_refused(const notch_gradient *gradient, notch_status status,
                             const char *culprit)
{
    notch_scaled l1 = {123, 45};
    notch_error error = {.message = ""};
    NOTE("%s", culprit);
    CHECK_EQUAL_I64(notch_gradient_l1(gradient, &l1, NOTCH_ISA_REF, &error), status);
    CHECK_EQUAL_I64(error.status, status);
    CHECK(strstr(error.message, culprit) != NULL);
    CHECK(l1.mantissa == 123 && l1.exponent == 45);
    CHECK_EQUAL_I64(notch_gradient_l1(gradient, &l1, NOTCH_ISA_REF, NULL), status);
}

TEST(impossible_gradients_are_refused)
{
    const float one = 1;
    const notch_gradient good = {NOTCH_GRADIENT_F32, 0, &one, 1};
    notch_gradient bad = good;
    notch_scaled l1 = {123, 45};
    notch_error error = {.message = ""};
    check_l1_refused(NULL, NOTCH_ERROR_ARGUMENT, "gradient");
    CHECK_EQUAL_I64(notch_gradient_l1(&good, NULL, NOTCH_ISA_REF, &error), NOTCH_ERROR_ARGUMENT);
    CHECK(strstr(error.message, "result") != NULL);
    bad.values = NULL;
    check_l1_refused(&bad, NOTCH_ERROR_ARGUMENT, "values");
    bad = good;
    bad.type = (notch_gradient_type)3;
    check_l1_refused(&bad, NOTCH_ERROR_ARGUMENT, "type");
    bad = good;
    bad.count = 0;
    check_l1_refused(&bad, NOTCH_ERROR_RANGE, "0 elements");
    bad.count = (UINT64_C(1) << 31) + 1;
    check_l1_refused(&bad, NOTCH_ERROR_RANGE, "2147483649 elements");
    for (int type = NOTCH_GRADIENT_I32; type <= NOTCH_GRADIENT_U32; type++) {
        bad = good;
        bad.type = (notch_gradient_type)type;
        bad.exponent = 1001;
        check_l1_refused(&bad, NOTCH_ERROR_RANGE, "exponent");
        bad.exponent = -1001;
        check_l1_refused(&bad, NOTCH_ERROR_RANGE, "exponent");
    }
    bad = good;
    bad.exponent = 1001; /* of floats, not used */
    CHECK_EQUAL_I64(notch_gradient_l1(&bad, &l1, NOTCH_ISA_REF, NULL), NOTCH_OK);
    CHECK(l1.mantissa == 1 && l1.exponent == 0);
    CHECK_EQUAL_I64(notch_gradient_l1(&good, &l1, (notch_isa)9, NULL), NOTCH_ERROR_ARGUMENT);
    FOR_EACH_MISSING_ISA(isa)
    {
        CHECK_EQUAL_I64(notch_gradient_l1(&good, &l1, isa, &error), NOTCH_ERROR_UNSUPPORTED);
        CHECK(strstr(error.message, notch_isa_name(isa)) != NULL);
    }
}

/* NaNs of both kinds and infinities. */
static const uint32_t not_numbers[] = {0x7fc00000, 0x7f800001, 0xffffffff, 0x7f800000, 0xff800000};

enum {
    NOT_NUMBERS = sizeof not_numbers / sizeof not_numbers[0]
};

TEST(l1_names_the_first_that_is_no_number)
{
    static const uint64_t places[] = {0, 1, 2047, 2048, 2500, MOST - 1};
    const notch_gradient gradient = {NOTCH_GRADIENT_F32, 0, floats, MOST};
    for (int n = 0; n < NOT_NUMBERS; n++) {
        for (int p = 0; p < 6; p++) {
            fill_kind(2, MOST);
            floats[places[p]] = float_of(not_numbers[n]);
            if (places[p] + 1 < MOST) {
                floats[MOST - 1] = float_of(not_numbers[(n + 1) % NOT_NUMBERS]);
                floats[places[p] + 1] = float_of(not_numbers[(n + 2) % NOT_NUMBERS]);
            }
            FOR_EACH_ISA(isa)
            {
                char number[32];
                notch_scaled l1 = {123, 45};
                notch_error error = {.message = ""};
                (void)snprintf(number, sizeof number, "element %d ", (int)places[p]);
                NOTE("%s: %#" PRIx32 " at %d", notch_isa_name(isa), not_numbers[n], (int)places[p]);
                CHECK_EQUAL_I64(notch_gradient_l1(&gradient, &l1, isa, &error),
                                NOTCH_ERROR_NOT_FINITE);
                CHECK_EQUAL_I64(error.status, NOTCH_ERROR_NOT_FINITE);
                CHECK(strstr(error.message, number) != NULL);
                CHECK(l1.mantissa == 123 && l1.exponent == 45);
            }
        }
    }
}

/* Three tensors, of which the one named has a value that is no number at `place`; everything of the
 * caller's has to be as before. */
static void check_step_refuses(const steps *s, uint64_t tensor, uint64_t place, uint32_t bits)
{
    float *values =
        s->parameters[tensor].gradient.values == (const void *)floats ? floats : floats + 3000;
    const float before = values[place];
    const uint64_t weights = hash_weights(s->parameters, 3);
    notch_calibration calibration[3], copy[3];
    notch_update_report report, report_copy;
    notch_error error = {.message = ""};
    char name[64], number[32];
    memset(calibration, 0, sizeof calibration);
    for (int g = 0; g < 3; g++) {
        calibration[g] = (notch_calibration){.sum = {77, 3}, .steps = 5, .exceeded = 2};
    }
    memcpy(copy, calibration, sizeof copy);
    memset(&report, 0x5a, sizeof report);
    memcpy(&report_copy, &report, sizeof report);
    steps refused = *s;
    refused.calibration = s->initialise ? NULL : calibration;
    values[place] = float_of(bits);
    const notch_status status = try_step(&refused, &report, &error);
    values[place] = before;
    CHECK_EQUAL_I64(status, NOTCH_ERROR_NOT_FINITE);
    CHECK_EQUAL_I64(error.status, NOTCH_ERROR_NOT_FINITE);
    (void)snprintf(name, sizeof name, "%s", s->parameters[tensor].name);
    (void)snprintf(number, sizeof number, "element %d ", (int)place);
    CHECK(strstr(error.message, name) != NULL);
    CHECK(strstr(error.message, number) != NULL);
    CHECK_EQUAL_U64(hash_weights(s->parameters, 3), weights);
    CHECK(memcmp(calibration, copy, sizeof copy) == 0);
    CHECK(memcmp(&report, &report_copy, sizeof report) == 0);
}

TEST(steps_refuse_what_is_no_number)
{
    static const uint64_t places[][2] = {{0, 0}, {0, 2999}, {1, 0}, {1, 1000}, {1, 1999}};
    fill_kind(2, MOST);
    fill_extremes(50, 1);
    notch_parameter tensors[] = {tensor_of("first", 8, NOTCH_GRADIENT_F32, floats, 3000),
                                 tensor_of("second", 16, NOTCH_GRADIENT_F32, floats + 3000, 2000),
                                 tensor_of("integers", 4, NOTCH_GRADIENT_I32, integers, 50)};
    for (uint64_t p = 0; p < 3; p++) {
        fill_weights(&tensors[p], p);
    }
    /* rule, mode and scope of each kind of step; the last is the initialisation */
    static const notch_update_options kinds_of_step[] = {
        {.mode = NOTCH_MODE_UNBIASED, .sampler = NOTCH_SAMPLER_STRATIFIED, .calibration_steps = 9},
        {.mode = NOTCH_MODE_NORMALISED, .scope = NOTCH_SCOPE_GLOBAL},
        {.mode = NOTCH_MODE_NORMALISED, .smoothing = {1, 0}},
        {.mode = NOTCH_MODE_PAPER},
        {.rule = NOTCH_RULE_SR, .mode = NOTCH_MODE_NORMALISED, .scope = NOTCH_SCOPE_GLOBAL},
        {.rule = NOTCH_RULE_SIGN, .mode = NOTCH_MODE_UNBIASED, .scale = {1, 0}},
        {.mode = NOTCH_MODE_PAPER}};
    const int count = sizeof kinds_of_step / sizeof kinds_of_step[0];
    for (int k = 0; k < count; k++) {
        FOR_EACH_ISA(isa)
        {
            for (int e = 0; e < 2; e++) {
                const notch_runtime runtime = {isa, e == 0 ? NULL : &steps_backwards};
                const steps step = {.options = kinds_of_step[k],
                                    .parameters = tensors,
                                    .parameter_count = 3,
                                    .trials_per_parameter = STEPS_ONE / 50,
                                    .runtime = &runtime,
                                    .initialise = k == count - 1};
                for (int p = 0; p < 5; p++) {
                    for (int n = 0; n < NOT_NUMBERS; n++) {
                        NOTE("%s: step of kind %d, %#" PRIx32 " at %d of tensor %d",
                             notch_isa_name(isa), k, not_numbers[n], (int)places[p][1],
                             (int)places[p][0]);
                        check_step_refuses(&step, places[p][0], places[p][1], not_numbers[n]);
                    }
                }
            }
        }
    }
    forget_memory();
}

/* Of several it names the first, whichever task meets one first. */
TEST(steps_name_the_first_that_is_no_number)
{
    fill_kind(0, MOST);
    notch_parameter tensors[] = {tensor_of("first", 8, NOTCH_GRADIENT_F32, floats, 3000),
                                 tensor_of("second", 8, NOTCH_GRADIENT_F32, floats + 3000, 2000)};
    const notch_runtime runtime = {NOTCH_ISA_BEST, &steps_backwards};
    const steps step = {.options = options_of(NOTCH_SAMPLER_STRATIFIED),
                        .parameters = tensors,
                        .parameter_count = 2,
                        .trials_per_parameter = STEPS_ONE,
                        .runtime = &runtime};
    notch_error error = {.message = ""};
    floats[4000] = floats[2100] = floats[2099] = float_of(not_numbers[0]);
    CHECK_EQUAL_I64(try_step(&step, NULL, &error), NOTCH_ERROR_NOT_FINITE);
    CHECK(strstr(error.message, "first") != NULL && strstr(error.message, "2099") != NULL);
    forget_memory();
}

TEST_MAIN(RUN(float_masses_are_exact_floors), RUN(floats_of_any_alignment), RUN(l1_norm_of_floats),
          RUN(integers_are_their_own_masses), RUN(smoothing_is_added_to_floats),
          RUN(smoothing_is_added_to_integers), RUN(blocks_of_all_scales_share_a_unit),
          RUN(impossible_gradients_are_refused), RUN(l1_names_the_first_that_is_no_number),
          RUN(steps_refuse_what_is_no_number), RUN(steps_name_the_first_that_is_no_number))
