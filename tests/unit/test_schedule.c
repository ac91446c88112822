/* test_schedule.c - trials per parameter over a run, and their number for so many parameters.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <notch/core.h>

#include "base/wide.h"
#include "test.h"

#define ONE NOTCH_TRIALS_ONE
#define LARGEST (UINT64_C(1) << 48)
#define PI 3.14159265358979323846264338327950288L

static uint64_t value_at(const notch_schedule *schedule, uint64_t step)
{
    uint64_t value = 1;
    notch_error error = {.message = ""};
    if (notch_schedule_at(schedule, step, &value, &error) != NOTCH_OK) {
        TEST_FAIL("step %" PRIu64 ": %s", step, error.message);
    }
    return value;
}

TEST(constant_stays)
{
    /* `end` and `steps` play no part */
    const notch_schedule schedules[] = {{NOTCH_SCHEDULE_CONSTANT, ONE / 3, 0, 0},
                                        {NOTCH_SCHEDULE_CONSTANT, 0, LARGEST, 10},
                                        {NOTCH_SCHEDULE_CONSTANT, LARGEST, 5, UINT64_MAX}};
    const uint64_t steps[] = {0, 1, 9, 10, 11, UINT64_C(1) << 40, UINT64_MAX};
    for (int s = 0; s < 3; s++) {
        for (int k = 0; k < 7; k++) {
            CHECK_EQUAL_U64(value_at(&schedules[s], steps[k]), schedules[s].start);
        }
    }
}

/* Rounded down: v steps <= start steps + (end - start) step < (v + 1) steps, in 128 bits. */
static void check_linear(const notch_schedule *schedule, uint64_t step)
{
    const uint64_t value = value_at(schedule, step), steps = schedule->steps;
    const notch_u128 exact =
        notch_add128(notch_mul64(schedule->start, steps - step), notch_mul64(schedule->end, step));
    const notch_u128 below = notch_mul64(value, steps), above = notch_mul64(value + 1, steps);
    NOTE("from %" PRIu64 " to %" PRIu64 ", step %" PRIu64 " of %" PRIu64 ": %" PRIu64,
         schedule->start, schedule->end, step, steps, value);
    CHECK(below.high < exact.high || (below.high == exact.high && below.low <= exact.low));
    CHECK(exact.high < above.high || (exact.high == above.high && exact.low < above.low));
}

TEST(linear_is_rounded_down)
{
    static const uint64_t ends[][2] = {
        {0, ONE},     {ONE, 0},     {3 * ONE, ONE / 4}, {5, 5},          {0, 1}, {1, 0},
        {LARGEST, 0}, {0, LARGEST}, {LARGEST - 1, ONE}, {7, LARGEST - 3}};
    static const uint64_t lengths[] = {
        1, 2, 3, 7, 1000, 60000, (UINT64_C(1) << 40) + 1, UINT64_C(1) << 62};
    for (size_t e = 0; e < sizeof ends / sizeof ends[0]; e++) {
        for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
            const notch_schedule s = {NOTCH_SCHEDULE_LINEAR, ends[e][0], ends[e][1], lengths[l]};
            const uint64_t steps = lengths[l];
            for (uint64_t part = 0; part <= 8; part++) {
                check_linear(&s, steps / 8 * part);
            }
            check_linear(&s, 1);
            check_linear(&s, steps - 1);
            check_linear(&s, steps);
        }
    }
}

TEST(ends_are_exact_and_last)
{
    static const uint64_t ends[][2] = {
        {3 * ONE, ONE / 4}, {0, LARGEST}, {LARGEST, 0}, {5, 5}, {1, 0}, {0, 3}};
    static const uint64_t lengths[] = {1, 2, 3, 1000, 1001, UINT64_C(1) << 62};
    for (int kind = NOTCH_SCHEDULE_LINEAR; kind <= NOTCH_SCHEDULE_COSINE; kind++) {
        for (size_t e = 0; e < sizeof ends / sizeof ends[0]; e++) {
            for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
                const notch_schedule s = {(notch_schedule_kind)kind, ends[e][0], ends[e][1],
                                          lengths[l]};
                NOTE("%s from %" PRIu64 " to %" PRIu64 " in %" PRIu64, notch_schedule_name(s.kind),
                     s.start, s.end, s.steps);
                CHECK_EQUAL_U64(value_at(&s, 0), s.start);
                CHECK_EQUAL_U64(value_at(&s, s.steps), s.end);
                CHECK_EQUAL_U64(value_at(&s, s.steps + 1), s.end);
                CHECK_EQUAL_U64(value_at(&s, UINT64_MAX), s.end);
            }
        }
    }
}

/* The documented 2^-28 of (start - end), and one unit because the result is a whole number. The
 * formula in long double is off by less than 2^-48 of the larger end: 2^48 units at most. */
static void check_cosine(const notch_schedule *schedule, uint64_t step)
{
    const long double start = (long double)schedule->start, end = (long double)schedule->end;
    const long double angle = PI * (long double)step / (long double)schedule->steps;
    const long double exact = end + (start - end) * (1 + cosl(angle)) / 2;
    const long double found = (long double)value_at(schedule, step);
    const long double allowed = fabsl(start - end) * 0x1p-28L + 1 + 0x1p-10L;
    NOTE("from %" PRIu64 " to %" PRIu64 ", step %" PRIu64 " of %" PRIu64, schedule->start,
         schedule->end, step, schedule->steps);
    if (!(fabsl(found - exact) <= allowed)) {
        TEST_FAIL("found %.3Lf, expected %.3Lf within %.3Lf", found, exact, allowed);
    }
}

TEST(cosine_is_within_its_error)
{
    static const uint64_t ends[][2] = {{ONE, 0},     {3 * ONE, ONE / 4}, {0, ONE},
                                       {LARGEST, 0}, {0, LARGEST},       {LARGEST, LARGEST - 1000},
                                       {7, 1}};
    static const uint64_t lengths[] = {
        1, 2, 3, 10, 999, 1000, 123457, UINT64_C(1) << 45, UINT64_C(1) << 62};
    for (size_t e = 0; e < sizeof ends / sizeof ends[0]; e++) {
        for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
            const notch_schedule s = {NOTCH_SCHEDULE_COSINE, ends[e][0], ends[e][1], lengths[l]};
            const uint64_t stride = s.steps < 64 ? 1 : s.steps / 64 + 1;
            for (uint64_t step = 0; step < s.steps; step += stride) {
                check_cosine(&s, step);
                check_cosine(&s, s.steps - step);
            }
        }
    }
}

TEST(cosine_never_turns_back)
{
    const notch_schedule down = {NOTCH_SCHEDULE_COSINE, 2 * ONE, ONE / 10, 3001};
    const notch_schedule up = {NOTCH_SCHEDULE_COSINE, ONE / 10, 2 * ONE, 3001};
    uint64_t last_down = value_at(&down, 0), last_up = value_at(&up, 0);
    for (uint64_t step = 1; step <= 3001; step++) {
        const uint64_t now_down = value_at(&down, step), now_up = value_at(&up, step);
        NOTE("step %" PRIu64, step);
        CHECK(now_down < last_down);
        CHECK(now_up > last_up);
        last_down = now_down;
        last_up = now_up;
    }
}

/* Results are the same everywhere. These are the exact values, computed with 400 bits and rounded
 * towards the start: the amount by which a schedule has moved is rounded down. (At half time it is
 * whole, and comes out a little below.) */
TEST(cosine_values_are_pinned)
{
    static const struct {
        uint64_t start, end, steps, step, value;
    } cases[] = {
        {12884901888, 1073741824, 1000, 1, 12884872746},   /* .745.155 */
        {12884901888, 1073741824, 1000, 250, 11155197544}, /* .543.467 */
        {12884901888, 1073741824, 1000, 333, 9937466021},  /* .020.627 */
        {12884901888, 1073741824, 1000, 500, 6979321857},  /* .856.000 */
        {12884901888, 1073741824, 1000, 999, 1073770967},  /* .966.845 */
        {0, 281474976710656, 1000000000000, 123456789012, 10453421824244},
        {5, 140737488355328, 7, 3, 54710225501920},
        {4294967296, 42949672, 60000, 59999, 42949675},
        {281474976710656, 1, 3, 1, 211106232532993},
        {1431655765, 4294967296, 12345, 6789, 3087001945},
        {281474976710656, 0, 1000000, 1, 281474976709962},
        {281474976710656, 0, 1000000, 999999, 695},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const notch_schedule s = {NOTCH_SCHEDULE_COSINE, cases[i].start, cases[i].end,
                                  cases[i].steps};
        NOTE("case %zu", i);
        CHECK_EQUAL_U64(value_at(&s, cases[i].step), cases[i].value);
    }
}

static void check_error(const notch_schedule *schedule, notch_status status, const char *culprit)
{
    uint64_t value = 12345;
    notch_error error = {.message = ""};
    CHECK_EQUAL_I64(notch_schedule_at(schedule, 3, &value, &error), status);
    CHECK_EQUAL_I64(error.status, status);
    CHECK(strstr(error.message, culprit) != NULL);
    CHECK_EQUAL_U64(value, 12345);
    CHECK_EQUAL_I64(notch_schedule_at(schedule, 3, &value, NULL), status);
    CHECK_EQUAL_U64(value, 12345);
}

TEST(impossible_schedules_are_refused)
{
    const notch_schedule good = {NOTCH_SCHEDULE_LINEAR, ONE, 0, 10};
    for (int kind = NOTCH_SCHEDULE_CONSTANT; kind <= NOTCH_SCHEDULE_COSINE; kind++) {
        NOTE("%s", notch_schedule_name((notch_schedule_kind)kind));
        notch_schedule s = good;
        s.kind = (notch_schedule_kind)kind;
        s.start = LARGEST + 1;
        check_error(&s, NOTCH_ERROR_RANGE, "start");
        s.start = ONE;
        s.end = LARGEST + 1;
        check_error(&s, NOTCH_ERROR_RANGE, "end");
        s.end = UINT64_MAX;
        check_error(&s, NOTCH_ERROR_RANGE, "end");
        s.end = 0;
        s.steps = 0;
        if (kind != NOTCH_SCHEDULE_CONSTANT) {
            check_error(&s, NOTCH_ERROR_RANGE, "steps");
        }
    }
    notch_schedule unknown = good;
    unknown.kind = (notch_schedule_kind)3;
    check_error(&unknown, NOTCH_ERROR_ARGUMENT, "kind");
    check_error(NULL, NOTCH_ERROR_ARGUMENT, "schedule");
    notch_error error = {.message = ""};
    CHECK_EQUAL_I64(notch_schedule_at(&good, 3, NULL, &error), NOTCH_ERROR_ARGUMENT);
    CHECK(strstr(error.message, "result") != NULL);
}

static void check_trials(uint64_t trials_per_parameter, uint64_t parameters, uint64_t expected)
{
    uint64_t trials = 1;
    notch_error error = {.message = ""};
    NOTE("%" PRIu64 " / 2^32 times %" PRIu64, trials_per_parameter, parameters);
    if (notch_schedule_trials(trials_per_parameter, parameters, &trials, &error) != NOTCH_OK) {
        TEST_FAIL("%s", error.message);
    }
    CHECK_EQUAL_U64(trials, expected);
}

TEST(trials_are_rounded_ties_up)
{
    check_trials(0, 12345, 0);
    check_trials(ONE, 0, 0);
    check_trials(ONE, 12345, 12345);
    check_trials(ONE / 2 - 1, 1, 0);
    check_trials(ONE / 2, 1, 1); /* a tie */
    check_trials(ONE / 2, 2, 1);
    check_trials(ONE / 2, 3, 2);     /* 1.5 */
    check_trials(ONE / 4, 10, 3);    /* 2.5 */
    check_trials(ONE / 4, 9, 2);     /* 2.25 */
    check_trials(ONE / 4, 11, 3);    /* 2.75 */
    check_trials(ONE / 3, 3, 1);     /* 1 - 2^-32 */
    check_trials(1, ONE / 2 - 1, 0); /* as little below the tie as can be */
    check_trials(1, ONE / 2, 1);
    check_trials(3, 2147483647, 1);   /* 1.5 - 3 / 2^32 */
    check_trials(1, UINT64_MAX, ONE); /* 2^32 - 2^-32 */
    check_trials(UINT64_MAX, 1, ONE);
    check_trials(42949673, 421642, 4216); /* a hundredth of a trial: 4216.42 */
}

TEST(trials_up_to_their_maximum)
{
    const uint64_t n = UINT64_C(1) << 36, a = UINT64_C(1) << 18;
    check_trials(ONE, NOTCH_TRIALS_MAX, NOTCH_TRIALS_MAX);
    check_trials(LARGEST, UINT64_C(1) << 24, NOTCH_TRIALS_MAX);
    /* (2^36 + a) (2^36 - a + 1) = 2^72 + 2^36 - a^2 + a. With a = 2^18 that is 2^72 + 2^18; with
     * a = 2^18 - 2^12 it is 2^72 + 2^31 - 2^24 + 2^18 - 2^12, still below the tie; with
     * a = 2^18 - 2^12 - 2^6 it is above. */
    check_trials(n + a, n - a + 1, NOTCH_TRIALS_MAX);
    check_trials(n + a - 4096, n - a + 4096 + 1, NOTCH_TRIALS_MAX);
    uint64_t trials = 77;
    notch_error error = {.message = ""};
    CHECK_EQUAL_I64(notch_schedule_trials(n + a - 4160, n - a + 4160 + 1, &trials, &error),
                    NOTCH_ERROR_RANGE);
    CHECK(strstr(error.message, "2^40") != NULL);
    CHECK_EQUAL_U64(trials, 77);
}

TEST(too_many_trials_are_refused)
{
    static const uint64_t cases[][2] = {{ONE, NOTCH_TRIALS_MAX + 1},
                                        {ONE + 1, NOTCH_TRIALS_MAX},
                                        {LARGEST, (UINT64_C(1) << 24) + 1},
                                        {UINT64_MAX, 257},
                                        {UINT64_C(1) << 63, UINT64_C(1) << 33}, /* 2^96 / 2^32 */
                                        {UINT64_C(1) << 63, UINT64_C(1) << 34},
                                        {UINT64_MAX, UINT64_MAX}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t trials = 77;
        notch_error error = {.message = ""};
        NOTE("case %zu", i);
        CHECK_EQUAL_I64(notch_schedule_trials(cases[i][0], cases[i][1], &trials, &error),
                        NOTCH_ERROR_RANGE);
        CHECK_EQUAL_I64(error.status, NOTCH_ERROR_RANGE);
        CHECK_EQUAL_U64(trials, 77);
        CHECK_EQUAL_I64(notch_schedule_trials(cases[i][0], cases[i][1], &trials, NULL),
                        NOTCH_ERROR_RANGE);
    }
}

TEST_MAIN(RUN(constant_stays), RUN(linear_is_rounded_down), RUN(ends_are_exact_and_last),
          RUN(cosine_is_within_its_error), RUN(cosine_never_turns_back),
          RUN(cosine_values_are_pinned), RUN(impossible_schedules_are_refused),
          RUN(trials_are_rounded_ties_up), RUN(trials_up_to_their_maximum),
          RUN(too_many_trials_are_refused))
