/* test_binomial.c - binomial counts: exact where they claim to be, within their bound elsewhere.
 * SPDX-License-Identifier: MIT
 *
 * Counts of fewer than 4,096 bits are compared with the bits themselves, and small draws with the
 * definition of a success: the uniform number whose binary digits are the complements of the bits
 * that its trial was given is below the probability. Larger counts are drawn by rejection, whose
 * integer arithmetic is compared with long double and whose law with the binomial one.
 */
#include <float.h>

#include "chance.h"
#include "test.h"

/* for its static functions */
#include "update/sample/binomial.c"

/* How rarely a correct sampler fails a statistical test of this file with a fresh seed; divided by
 * the number of statistics that a test looks at. */
#define SIGNIFICANCE 1e-6

static const notch_kernels *best_kernels(void)
{
    const notch_kernels *kernels = NULL;
    CHECK(notch_kernels_select(NOTCH_ISA_BEST, &kernels, NULL) == NOTCH_OK);
    return kernels;
}

/* ------------------------------------------------------------------------------------------------
 * Counts of fewer than 4,096 bits
 * --------------------------------------------------------------------------------------------- */

static uint64_t count_slowly(const notch_key *key, uint64_t first_block, uint32_t bits)
{
    const notch_key own = notch_key_for(key, NOTCH_PURPOSE_BINOMIAL);
    uint64_t ones = 0;
    uint32_t words[4];
    for (uint32_t bit = 0; bit < bits; bit++) {
        if (bit % 128 == 0) {
            notch_random_block(&own, first_block + bit / 128, words);
        }
        ones += (words[bit % 128 / 32] >> bit % 32) & 1;
    }
    return ones;
}

TEST(small_counts_look_at_every_bit)
{
    const notch_key key = {.seed = 0x1234567890abcdef, .step = 7, .stream = 9};
    const uint64_t blocks[] = {0, 1, UINT64_C(1) << 28, (UINT64_C(1) << 36) - 1,
                               ((UINT64_C(1) << 36) - 1) << 28};
    for (size_t at = 0; at < sizeof blocks / sizeof blocks[0]; at++) {
        for (uint32_t bits = 0; bits < 4096; bits += bits < 300 || bits > 4090 ? 1 : 379) {
            NOTE("%d bits from block %" PRIu64, (int)bits, blocks[at]);
            const uint64_t ones = count_slowly(&key, blocks[at], bits);
            CHECK_EQUAL_U64(notch_binomial_fair(best_kernels(), &key, blocks[at], bits), ones);
            CHECK_EQUAL_U64(notch_binomial_fair(&notch_kernels_ref, &key, blocks[at], bits), ones);
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Draws from bits that the test chooses
 * --------------------------------------------------------------------------------------------- */

enum {
    SCRIPTED_DIGITS = 62, /* u * denominator stays below 2^126 */
    SCRIPTED_TRIALS = 128 /* one block a digit */
};

/* Digit number c of every trial: bit t is that of the t-th trial that is undecided. */
static uint32_t script[SCRIPTED_DIGITS][4];
static uint64_t script_start;
static bool script_exceeded;

static void read_script(const notch_key *key, uint64_t first, uint64_t blocks, uint32_t *words)
{
    (void)key;
    for (uint64_t b = 0; b < blocks; b++) {
        const uint64_t digit = first + b - script_start;
        script_exceeded |= digit >= SCRIPTED_DIGITS;
        memcpy(words + 4 * b, script[digit < SCRIPTED_DIGITS ? digit : 0], sizeof script[0]);
    }
}

static uint64_t draw_scripted(uint64_t trials, uint64_t numerator, uint64_t denominator)
{
    const notch_key key = {.seed = 1};
    const uint64_t node = 5;
    notch_kernels scripted = notch_kernels_ref;
    scripted.random_blocks = read_script;
    script_start = node << 28;
    script_exceeded = false;
    return notch_binomial(&scripted, &key, node, trials, numerator, denominator);
}

/* Every outcome of three fair bits for each of up to 5 trials is one of 8^trials; exactly
 * C(trials, s) numerator^s (8 - numerator)^(trials - s) of them are s successes of probability
 * numerator / 8. */
TEST(every_outcome_of_eighths)
{
    for (uint32_t trials = 1; trials <= 5; trials++) {
        for (uint64_t numerator = 0; numerator <= 8; numerator++) {
            uint64_t tally[6] = {0};
            for (uint32_t code = 0; code < UINT32_C(1) << (3 * trials); code++) {
                for (uint32_t digit = 0; digit < 3; digit++) {
                    script[digit][0] = (code >> (digit * trials)) & ((UINT32_C(1) << trials) - 1);
                }
                const uint64_t successes = draw_scripted(trials, numerator, 8);
                CHECK(successes <= trials);
                tally[successes]++;
            }
            uint64_t choices = 1;
            for (uint64_t s = 0; s <= trials; s++) {
                uint64_t expected = choices;
                for (uint64_t t = 0; t < trials; t++) {
                    expected *= t < s ? numerator : 8 - numerator;
                }
                NOTE("%d of %d trials at %d/8", (int)s, (int)trials, (int)numerator);
                CHECK_EQUAL_U64(tally[s], expected);
                choices = choices * (trials - s) / (s + 1);
            }
        }
    }
}

/* a * b compared with c * 2^shift: -1, 0 or 1. shift < 64 */
static int compare_products(uint64_t a, uint64_t b, uint64_t c, uint32_t shift)
{
    const notch_u128 left = notch_mul64(a, b);
    const notch_u128 right = notch_shift_left128((notch_u128){0, c}, shift);
    if (left.high != right.high) {
        return left.high < right.high ? -1 : 1;
    }
    return left.low < right.low ? -1 : left.low > right.low;
}

/* Successes among trials that get their digits from the script: the undecided ones in order. After
 * c digits with value u, a trial's uniform number lies in [u, u + 1) / 2^c. */
static uint64_t count_by_definition(uint64_t trials, uint64_t numerator, uint64_t denominator)
{
    uint64_t digits[SCRIPTED_TRIALS] = {0}, undecided = trials, successes = 0;
    for (uint32_t c = 1; c <= SCRIPTED_DIGITS && undecided != 0; c++) {
        uint64_t kept = 0;
        for (uint64_t t = 0; t < undecided; t++) {
            const uint32_t bit = (script[c - 1][t / 32] >> t % 32) & 1;
            const uint64_t u = 2 * digits[t] + (bit == 0 ? 1 : 0);
            if (compare_products(u + 1, denominator, numerator, c) <= 0) {
                successes++;
            } else if (compare_products(u, denominator, numerator, c) < 0) {
                digits[kept++] = u;
            }
        }
        undecided = kept;
    }
    CHECK_EQUAL_U64(undecided, 0);
    return successes;
}

/* Writes a script under which many trials stay undecided for long: of 2^keep bits all but one agree
 * with the probability, the one is random. The last digits decide the rest. */
static void write_script(uint64_t *state, uint64_t numerator, uint64_t denominator, int keep)
{
    uint64_t rest = numerator;
    for (int digit = 0; digit < SCRIPTED_DIGITS; digit++) {
        rest *= 2;
        const uint32_t agree = rest >= denominator ? 0 : UINT32_MAX;
        rest -= rest >= denominator ? denominator : 0;
        for (int i = 0; i < 4; i++) {
            uint32_t random = UINT32_MAX;
            for (int k = 0; k < keep; k++) {
                random &= (uint32_t)scramble(state);
            }
            const bool last = digit >= SCRIPTED_DIGITS - 2;
            script[digit][i] =
                last ? ~agree : (agree & ~random) | ((uint32_t)scramble(state) & random);
        }
    }
}

static const struct {
    uint64_t numerator, denominator;
} probabilities[] = {
    {1, 3},
    {2, 3},
    {1, 2},
    {3, 8},
    {1, 1000},
    {UINT64_C(1) << 20, (UINT64_C(1) << 20) + 1},
    {1, UINT64_C(1) << 40},
    {(UINT64_C(1) << 40) - 1, UINT64_C(1) << 40},
    {1, (UINT64_C(1) << 63) - 1},
    {(UINT64_C(1) << 62) - 1, (UINT64_C(1) << 63) - 1},
    {UINT64_C(1) << 62, (UINT64_C(1) << 63) - 1},
    {(UINT64_C(1) << 63) - 2, (UINT64_C(1) << 63) - 1},
    {UINT64_C(6148914691236517204), (UINT64_C(1) << 63) - 25}, /* 2/3 of it */
};
enum {
    PROBABILITIES = sizeof probabilities / sizeof probabilities[0]
};

TEST(successes_are_uniform_numbers_below_the_probability)
{
    uint64_t state = 11;
    for (int at = 0; at < PROBABILITIES; at++) {
        const uint64_t numerator = probabilities[at].numerator;
        const uint64_t denominator = probabilities[at].denominator;
        uint64_t successes = 0, all = 0;
        for (int round = 0; round < 60; round++) {
            const uint64_t trials = 1 + scramble(&state) % SCRIPTED_TRIALS;
            write_script(&state, numerator, denominator, round % 6);
            NOTE("round %d: %d trials at %" PRIu64 " / %" PRIu64, round, (int)trials, numerator,
                 denominator);
            const uint64_t found = draw_scripted(trials, numerator, denominator);
            CHECK(!script_exceeded);
            CHECK_EQUAL_U64(found, count_by_definition(trials, numerator, denominator));
            successes += found;
            all += trials;
        }
        /* the scripts reach both outcomes, unless the probability has 63 zeros or ones in a row */
        CHECK((successes > 0 || numerator == 1) &&
              (successes < all || numerator > denominator / 2));
    }
}

TEST(certain_outcomes)
{
    const notch_key key = {.seed = 3};
    const uint64_t most = (UINT64_C(1) << 63) - 1;
    const uint64_t trials[] = {0, 1, 127, 4095, 4096, 1000003, NOTCH_TRIALS_MAX};
    for (size_t at = 0; at < sizeof trials / sizeof trials[0]; at++) {
        const uint64_t n = trials[at];
        NOTE("%" PRIu64 " trials", n);
        CHECK_EQUAL_U64(notch_binomial(best_kernels(), &key, 0, n, 0, 1), 0);
        CHECK_EQUAL_U64(notch_binomial(best_kernels(), &key, 0, n, 0, most), 0);
        CHECK_EQUAL_U64(notch_binomial(best_kernels(), &key, 0, n, 1, 1), n);
        CHECK_EQUAL_U64(notch_binomial(best_kernels(), &key, 0, n, most, most), n);
        CHECK_EQUAL_U64(notch_binomial(best_kernels(), &key, 0, n, most, 5), n);
        CHECK(notch_binomial(best_kernels(), &key, 0, n, most / 3, most) <= n);
        CHECK(notch_binomial(best_kernels(), &key, 0, n, most - 1, most) <= n);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Laws, from random bits
 * --------------------------------------------------------------------------------------------- */

/* ln C(trials, s) p^s (1-p)^(trials-s), 0 < p < 1. The logarithms of factorials of up to 2^20 are
 * below 2^24, so the error is below 2^-26. */
static double log_binomial(double trials, double s, double p)
{
    return lgamma(trials + 1) - lgamma(s + 1) - lgamma(trials - s + 1) + s * log(p) +
           (trials - s) * log1p(-p);
}

typedef uint64_t draw_function(uint32_t draw, uint64_t trials, uint64_t numerator,
                               uint64_t denominator);

static uint64_t draw_fair(uint32_t draw, uint64_t trials, uint64_t numerator, uint64_t denominator)
{
    (void)numerator;
    (void)denominator;
    const notch_key key = {.seed = trials, .step = draw};
    return notch_binomial_fair(best_kernels(), &key, 0, trials);
}

/* Draws differ by their step and, every other time, by their node. */
static uint64_t draw_binomial(uint32_t draw, uint64_t trials, uint64_t numerator,
                              uint64_t denominator)
{
    const notch_key key = {.seed = 1000 * trials + numerator % 1000, .step = draw / 2};
    return notch_binomial(best_kernels(), &key, draw % 2, trials, numerator, denominator);
}

/* Pearson's chi-square test of `draws` draws against the binomial law within 9 standard deviations
 * (beyond lies less than 2^-60 for a fair count; 20 more for small, lopsided ones). */
static void check_binomial_law(draw_function *draw, uint32_t draws, uint64_t trials,
                               uint64_t numerator, uint64_t denominator, double significance)
{
    enum {
        CELLS = 20000
    };
    static uint32_t tally[CELLS];
    const double n = (double)trials, p = (double)numerator / (double)denominator;
    const double reach = 9 * sqrt(n * p * (1 - p)) + 20;
    const uint64_t low = n * p > reach ? (uint64_t)(n * p - reach) : 0;
    const uint64_t high = n * p + reach < n ? (uint64_t)(n * p + reach) : trials;
    CHECK(high - low < CELLS);
    memset(tally, 0, sizeof tally);
    for (uint32_t k = 0; k < draws; k++) {
        const uint64_t successes = draw(k, trials, numerator, denominator);
        CHECK(low <= successes && successes <= high);
        tally[successes - low]++;
    }
    pearson test = {0};
    for (uint64_t s = low; s <= high; s++) {
        pearson_add(&test, draws * exp(log_binomial(n, (double)s, p)), tally[s - low]);
    }
    const double chance = pearson_chance(&test);
    NOTE("%d draws of %" PRIu64 " trials at %" PRIu64 " / %" PRIu64 ": chi-square %g in %g cells, "
         "chance %g",
         (int)draws, trials, numerator, denominator, test.statistic, test.cells, chance);
    CHECK(chance > significance);
}

/* 20 trial numbers and 6 probabilities of which every digit pattern is different. */
TEST(laws_of_few_trials)
{
    for (uint64_t trials = 1; trials <= 20; trials++) {
        for (int at = 0; at < 6; at++) {
            check_binomial_law(draw_binomial, 1500, trials, probabilities[at].numerator,
                               probabilities[at].denominator, SIGNIFICANCE / 120);
        }
    }
}

/* At 2^-40 all of 400,000 trials fail and at 1 - 2^-40 they succeed, but for a chance of
 * 400,000 / 2^40 < 4e-7; likewise for 1 / (2^63 - 1). */
TEST(laws_of_rare_outcomes)
{
    const int rare[] = {6, 7, 8, 11};
    for (int at = 0; at < 4; at++) {
        const uint64_t numerator = probabilities[rare[at]].numerator;
        const uint64_t denominator = probabilities[rare[at]].denominator;
        for (uint32_t draw = 0; draw < 100; draw++) {
            const uint64_t successes = draw_binomial(draw, 4000, numerator, denominator);
            NOTE("draw %d of 4000 trials at %" PRIu64, (int)draw, numerator);
            CHECK_EQUAL_U64(successes, numerator == 1 ? 0 : 4000);
        }
    }
}

TEST(laws_of_many_trials)
{
    check_binomial_law(draw_binomial, 8000, 4095, 1, 3, SIGNIFICANCE / 5);
    check_binomial_law(draw_binomial, 8000, 4096, 1, 3, SIGNIFICANCE / 5);
    check_binomial_law(draw_binomial, 8000, 50000, 1, 1000, SIGNIFICANCE / 5);
    check_binomial_law(draw_binomial, 8000, 1000000, 5, 7, SIGNIFICANCE / 5);
    check_binomial_law(draw_binomial, 8000, 9999, (UINT64_C(1) << 62) - 1, (UINT64_C(1) << 63) - 1,
                       SIGNIFICANCE / 5);
}

/* With 40,000 draws a cell of 1 in 100 is known to 5 %; tests/stat/test_large_counts.c draws
 * more. */
TEST(laws_of_large_fair_counts)
{
    check_binomial_law(draw_fair, 40000, 4096, 1, 2, SIGNIFICANCE / 4);
    check_binomial_law(draw_fair, 40000, 4097, 1, 2, SIGNIFICANCE / 4);
    check_binomial_law(draw_fair, 40000, 10000, 1, 2, SIGNIFICANCE / 4);
    check_binomial_law(draw_fair, 40000, 1000000, 1, 2, SIGNIFICANCE / 4);
}

/* Counts this large are normal to within (Berry-Esseen) 1e-5: mean, variance and shape of the
 * standardised count. The mean of N standard normals has variance 1/N, that of their squares 2/N;
 * the cells are quarters of a standard deviation. Three statistics for each case. */
static void check_normal(draw_function *draw, uint64_t trials, uint64_t numerator,
                         uint64_t denominator, double significance)
{
    enum {
        DRAWS = 8000,
        CELLS = 40
    };
    uint32_t tally[CELLS] = {0};
    const double p = (double)numerator / (double)denominator;
    const double mean = (double)trials * p, deviation = sqrt(mean * (1 - p));
    double sum = 0, squares = 0;
    for (uint32_t k = 0; k < DRAWS; k++) {
        const double z = ((double)draw(k, trials, numerator, denominator) - mean) / deviation;
        const double cell = floor(4 * z) + CELLS / 2;
        CHECK(cell >= 0 && cell < CELLS);
        tally[(int)cell]++;
        sum += z;
        squares += z * z;
    }
    NOTE("%" PRIu64 " trials at %" PRIu64 " / %" PRIu64 ": mean %g, variance %g", trials, numerator,
         denominator, sum / DRAWS, squares / DRAWS);
    CHECK(chance_normal(sum / sqrt(DRAWS)) > significance);
    CHECK(chance_normal((squares - DRAWS) / sqrt(2 * DRAWS)) > significance);
    pearson test = {0};
    for (int cell = 0; cell < CELLS; cell++) {
        const double from = (cell - CELLS / 2) / 4.0, to = from + 0.25;
        const double part = erfc(from / sqrt(2)) - erfc(to / sqrt(2));
        pearson_add(&test, DRAWS * part / 2, tally[cell]);
    }
    CHECK(pearson_chance(&test) > significance);
}

TEST(laws_of_huge_counts)
{
    const uint64_t most = NOTCH_TRIALS_MAX;
    check_normal(draw_fair, most, 1, 2, SIGNIFICANCE / 18);
    check_normal(draw_fair, most - 1, 1, 2, SIGNIFICANCE / 18);
    check_normal(draw_fair, (UINT64_C(1) << 31) + 1, 1, 2, SIGNIFICANCE / 18);
    /* width of the cells just above and just below a power of two */
    check_normal(draw_fair, UINT64_C(1) << 37, 1, 2, SIGNIFICANCE / 18);
    check_normal(draw_fair, (UINT64_C(1) << 37) + 4, 1, 2, SIGNIFICANCE / 18);
    check_normal(draw_binomial, most, 1, 3, SIGNIFICANCE / 18);
}

/* ------------------------------------------------------------------------------------------------
 * The arithmetic of the rejection
 * --------------------------------------------------------------------------------------------- */

static const uint64_t halves[] = {2048,
                                  2049,
                                  3000,
                                  8191,
                                  8192,
                                  8193,
                                  123457,
                                  UINT64_C(1) << 20,
                                  (UINT64_C(1) << 31) + 5,
                                  UINT64_C(1) << 37,
                                  (UINT64_C(1) << 37) + 2,
                                  (UINT64_C(1) << 39) - 1,
                                  UINT64_C(1) << 39};
enum {
    HALVES = sizeof halves / sizeof halves[0]
};

/* As count_many has it: the least power of two that is at least sigma. */
static uint64_t width_of(uint64_t h)
{
    uint64_t width = 1;
    while (width * width < (h + 1) / 2) {
        width *= 2;
    }
    return width;
}

TEST(exponential_is_as_exact_as_it_says)
{
    if (LDBL_MANT_DIG < 64) {
        SKIP("long double is too narrow");
    }
    uint64_t state = 5;
    const uint64_t ln2 = 0xB17217F7D1CF7A, past = UINT64_C(1) << 63;
    for (uint64_t k = 0; k < 6000; k++) {
        /* all sizes, the neighbourhood of multiples of ln 2, both ends */
        uint64_t x = scramble(&state) >> (1 + k % 40);
        x = k < 500 ? k / 4 * ln2 + k % 4 - 2 : k < 510 ? past - 1 - (k - 500) : x;
        x = x < past ? x : 0;
        const long double expected = ldexpl(expl(-ldexpl((long double)x, -56)), 62);
        const long double error = fabsl((long double)exp_minus(x) - expected);
        NOTE("x = %" PRIu64 " / 2^56", x);
        CHECK(error <= ldexpl(expected, -48) + 4);
        CHECK(exp_minus(x) <= UINT64_C(1) << 62);
    }
    CHECK_EQUAL_U64(exp_minus(0), UINT64_C(1) << 62);
}

/* -ln C(2h, h+k) / C(2h, h) is the sum of ln((h+j) / (h-k+j)) over j <= k, or from k to k + 1 it
 * grows by ln((h+k+1) / (h-k)). The series leaves out less than 2^-41; rounding to 2^-56, some
 * twenty times, is far below the 2^-50 added here. */
TEST(logarithm_is_as_exact_as_it_says)
{
    if (LDBL_MANT_DIG < 64) {
        SKIP("long double is too narrow");
    }
    for (int at = 0; at < HALVES && halves[at] <= 123457; at++) {
        const uint64_t h = halves[at];
        long double expected = 0;
        for (uint64_t k = 0; k * k < 128 * h; k++) {
            const long double found = ldexpl((long double)minus_log_ratio(h, k), -56);
            NOTE("h = %" PRIu64 ", k = %" PRIu64, h, k);
            CHECK(fabsl(found - expected) < ldexpl(1, -41) + ldexpl(1, -50));
            expected += log1pl((long double)(2 * k + 1) / (long double)(h - k));
        }
    }
}

/* No ratio exceeds the envelope: it falls with k, so the first k of each cell tells, on the upper
 * side where the cell starts and on the lower side one further. */
TEST(envelope_covers_the_law)
{
    for (uint64_t size = 2048; size <= UINT64_C(1) << 39; size += size / 3) {
        for (int at = -2; at <= 2; at++) {
            /* sizes all over, and those at which the width is just the standard deviation */
            const uint64_t exact = 2 * width_of(size) * width_of(size);
            const uint64_t h = at == -2 ? size : exact + (uint64_t)at;
            const uint64_t width = width_of(h);
            if (h < 2048 || h > UINT64_C(1) << 39) {
                continue;
            }
            CHECK(2 * width * width >= h);
            for (uint64_t cell = 0; cell < 8; cell++) {
                NOTE("h = %" PRIu64 ", cell %d of width %" PRIu64, h, (int)cell, width);
                const uint64_t first = cell * width, last = (cell + 1) * width;
                const uint64_t weight = (uint64_t)envelope[cell].weight
                                        << (62 - envelope[cell].shift);
                CHECK(exp_minus(minus_log_ratio(h, first)) <= weight);
                CHECK(last * last < 128 * h);
                CHECK(minus_log_ratio(h, first) < minus_log_ratio(h, first + 1));
                CHECK(minus_log_ratio(h, first + 1) < minus_log_ratio(h, last));
            }
        }
    }
}

/* The cells of 2^27 equally likely values of the bits that choose_cell reads, against weights: cell
 * 0 has half of them and cell j weight / 2^shift of that. Bits 7 and up matter for low = 114
 * only. */
TEST(cells_have_their_probabilities)
{
    uint64_t tally[9] = {0};
    for (uint32_t low = 0; low < 128; low++) {
        if (low != 114) {
            const uint32_t cell = choose_cell(low);
            CHECK(cell == choose_cell(low | 0xfffff80) && cell == choose_cell(low | 0x5555500));
            tally[cell] += UINT64_C(1) << 20;
        }
    }
    for (uint32_t high = 0; high < UINT32_C(1) << 20; high++) {
        tally[choose_cell(114 | high << 7)]++;
    }
    for (uint32_t cell = 0; cell < 8; cell++) {
        NOTE("cell %d", (int)cell);
        CHECK_EQUAL_U64(tally[cell] << envelope[cell].shift,
                        envelope[cell].weight * (UINT64_C(1) << 26));
    }
}

/* Probability, up to a factor common to all, that a proposal is made on this side and accepted:
 * what the integers of count_many say. */
static long double acceptance(uint64_t h, uint64_t width, uint64_t k, bool lower)
{
    const uint64_t cell = (k - (lower ? 1 : 0)) / width;
    const notch_u128 bound = notch_shift_left128((notch_u128){0, exp_minus(minus_log_ratio(h, k))},
                                                 2 + envelope[cell].shift);
    /* uniform * weight < bound for ceil(bound / weight) of 2^64 values of uniform, or for all */
    const notch_u128 weight = {0, envelope[cell].weight - UINT64_C(1)};
    const notch_u128 count = notch_div128_wide(notch_add128(bound, weight), envelope[cell].weight);
    const long double part = count.high != 0 ? 1 : ldexpl((long double)count.low, -64);
    return ldexpl(part * (long double)envelope[cell].weight, -(int)envelope[cell].shift);
}

/* The law of the integers is within 2^-40 of the binomial one in total variation. C(2h, h+k) is
 * formed from C(2h, h) by exact ratios, so both laws are known up to a factor. */
TEST(rejection_is_within_its_bound)
{
    enum {
        MOST = 4100
    };
    static long double law[MOST], drawn[MOST];
    if (LDBL_MANT_DIG < 64) {
        SKIP("long double is too narrow");
    }
    for (int at = 0; at < HALVES && halves[at] <= 123457; at++) {
        const uint64_t h = halves[at], width = width_of(h);
        long double law_sum = 0, drawn_sum = 0, ratio = 1;
        uint64_t count = 0;
        for (uint64_t k = 0; k <= 8 * width && k < MOST; k++) {
            law[k] = k == 0 ? ratio : 2 * ratio;
            drawn[k] = k < 8 * width ? acceptance(h, width, k, false) : 0;
            drawn[k] += k > 0 ? acceptance(h, width, k, true) : 0;
            law_sum += law[k];
            drawn_sum += drawn[k];
            ratio *= (long double)(h - k) / (long double)(h + k + 1);
            count = k + 1;
        }
        CHECK_EQUAL_U64(count, 8 * width + 1);
        long double distance = 0;
        for (uint64_t k = 0; k < count; k++) {
            distance += fabsl(law[k] / law_sum - drawn[k] / drawn_sum) / 2;
        }
        NOTE("h = %" PRIu64 ": distance %Lg", h, distance);
        /* what lies beyond 8 widths, at least 8 standard deviations, is below 2^-49 */
        CHECK(distance + ldexpl(1, -49) < ldexpl(1, -40));
        /* about half of the proposals or more are accepted, so draws end */
        CHECK(drawn_sum > (long double)width / 2);
    }
}

TEST_MAIN(RUN(small_counts_look_at_every_bit), RUN(every_outcome_of_eighths),
          RUN(successes_are_uniform_numbers_below_the_probability), RUN(certain_outcomes),
          RUN(laws_of_few_trials), RUN(laws_of_rare_outcomes), RUN(laws_of_many_trials),
          RUN(laws_of_large_fair_counts), RUN(laws_of_huge_counts),
          RUN(exponential_is_as_exact_as_it_says), RUN(logarithm_is_as_exact_as_it_says),
          RUN(envelope_covers_the_law), RUN(cells_have_their_probabilities),
          RUN(rejection_is_within_its_bound))
