/* test_rows.c - rows and channels: every instruction set gives the bits of the reference.
 * SPDX-License-Identifier: MIT
 *
 * All versions are one source, so what is tested is the compiler's vectors: at all sizes up to 70
 * and one beyond a thousand, aligned to elements only, with values at the bounds that the engine
 * keeps. What the functions mean is tested in unit/test_integer.c.
 */
#include "kernel_test.h"

enum {
    VALUES_MAX = 1100,
    CHANNELS_MAX = 70,
    ROWS = 5,
    GUARD = 8,
    SPACE = VALUES_MAX + 2 * GUARD
};

/* Everything that a kernel may read or write; the same before each version runs. */
typedef struct arrays {
    int32_t x[SPACE], more[SPACE], out[SPACE], plan[NOTCH_PLAN_FIELDS * CHANNELS_MAX + GUARD];
    int8_t y[SPACE], errors[SPACE];
    uint16_t routes[SPACE], random[SPACE];
    int64_t sums[NOTCH_SUM_FIELDS * CHANNELS_MAX + GUARD];
    int64_t results[4];
} arrays;

static arrays start, expected, found;

static int32_t between(int32_t least, int32_t most)
{
    const uint64_t span = (uint64_t)((int64_t)most - least) + 1;
    return (int32_t)(least + (int64_t)((draw() * span) >> 32));
}

/* |x| <= bound, a bound itself now and then */
static int32_t within(int32_t bound)
{
    const uint32_t kind = draw_below(8);
    return kind == 0 ? bound : kind == 1 ? -bound : kind == 2 ? 0 : between(-bound, bound);
}

static void fill(int32_t bound)
{
    for (size_t i = 0; i < SPACE; i++) {
        start.x[i] = within(bound);
        start.more[i] = within(bound);
        start.out[i] = within(bound);
        start.y[i] = (int8_t)within(127);
        start.errors[i] = (int8_t)within(127);
        start.routes[i] = (uint16_t)(draw_below(5) == 4 ? NOTCH_ROUTE_DEAD : draw_below(4));
        start.random[i] = (uint16_t)draw();
    }
    for (size_t i = 0; i < sizeof start.sums / sizeof start.sums[0]; i++) {
        start.sums[i] = within(1000);
    }
    memset(start.results, 0, sizeof start.results);
}

/* One kernel on n values that begin at element `at`. */
typedef void call(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n);

static void call_survey(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    int32_t least, most;
    a->results[0] = rows->survey(a->x + at, n, &least, &most);
    a->results[1] = least;
    a->results[2] = most;
}

static void call_centre_down(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    const notch_centring c = {.mean = a->more[0], .half = 1 << 15, .right = 16};
    a->results[0] = (int64_t)rows->centre(a->x + at, n, &c);
}

static void call_centre_up(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    const notch_centring c = {.mean = 77, .left = 5, .fraction = 13};
    a->results[0] = (int64_t)rows->centre(a->x + at, n, &c);
}

static void call_normalise(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    rows->normalise(a->x + at, n, 16383, 10 + n % 17, a->y + at);
}

static void call_add(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    rows->add(a->x + at, n, a->more + at + 1);
}

static void call_relu(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    rows->relu(a->x + at, n, n % 3 == 0 ? NULL : a->routes + at);
}

static void call_pool_more(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    rows->pool_more(a->x + at, n, 3, a->out + at, n % 3 == 0 ? NULL : a->routes + at);
}

static void call_pool_four(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    static const uint16_t taps[4] = {0, 1, 4, 5};
    const int32_t *const from[4] = {a->x + at, a->more + at, a->x + at + 1, a->more + at + 1};
    rows->pool_four(from, taps, n, n % 2 == 0, a->out + at, n % 3 == 0 ? NULL : a->routes + at);
}

static void call_unpool(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    rows->unpool(a->errors + at, a->routes + at, n, (uint16_t)(n % 4), a->y + at);
}

static void call_pool_more_bytes(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    rows->pool_more_bytes(a->y + at, n, 3, a->errors + at, n % 3 == 0 ? NULL : a->routes + at);
}

static void call_unpool_four(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    int8_t *bytes = (int8_t *)a->out;
    int8_t *const out[4] = {a->y + at, bytes, bytes + SPACE, bytes + 2 * (size_t)SPACE + 1};
    rows->unpool_four(a->errors + at, a->routes + at, n, out);
}

static void call_least(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    a->results[0] = rows->least(a->y + at, n);
}

static void call_bits(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    a->results[0] = rows->bits(a->x + at, n);
}

static void call_scale_up(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    rows->scale(a->x + at, n, 3, n % 3 == 0 ? NULL : a->y + at, &a->results[0], &a->results[1]);
}

static void call_scale_down(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    rows->scale(a->x + at, n, -15, a->y + at, &a->results[0], &a->results[1]);
}

static void call_project(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    a->results[0] = rows->project(a->x + at, n, n % 3 == 0 ? NULL : a->y + at, 777, -8000000,
                                  n % 2 == 0 ? NULL : a->routes + at);
}

static void call_round(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    const notch_rounding near = {.mantissa = 2047, .right = 2, .shift = 14};
    const notch_rounding far = {.mantissa = 2047, .left = 8, .centre = 1 << 7, .shift = 24};
    rows->round(a->x + at, a->random + at, n, n % 2 == 0 ? &near : &far, a->errors + at);
}

typedef struct kernel {
    const char *name;
    call *run;
    int32_t bound; /* of values */
} kernel;

static const kernel row_kernels[] = {
    {"survey", call_survey, 1073548272},
    {"centre down", call_centre_down, 1073548272},
    {"centre up", call_centre_up, 900},
    {"normalise", call_normalise, 65535},
    {"add", call_add, 1073741823},
    {"relu", call_relu, 1073548272},
    {"pool more", call_pool_more, 1073548272},
    {"pool four", call_pool_four, 1073548272},
    {"unpool", call_unpool, 9},
    {"pool more bytes", call_pool_more_bytes, 9},
    {"unpool four", call_unpool_four, 9},
    {"least", call_least, 9},
    {"bits", call_bits, INT32_MAX},
    {"scale up", call_scale_up, 4095},
    {"scale down", call_scale_down, INT32_MAX},
    {"project", call_project, 32768},
    {"round", call_round, 524287},
};

static void compare(const char *what, const char *name, uint32_t n, const notch_row_kernels *rows,
                    call *run, size_t at)
{
    expected = start;
    found = start;
    run(&notch_rows_ref, &expected, at, n);
    run(rows, &found, at, n);
    NOTE("%s of %s, %u values, place %u", what, name, (unsigned)n, (unsigned)at);
    CHECK(memcmp(&expected, &found, sizeof found) == 0);
}

typedef void each_set(const char *name, const notch_row_kernels *rows);

static void for_each_set(each_set *test)
{
    uint32_t tested = 0;
    FOR_EACH_KERNELS(kernels)
    {
        if (kernels->isa != NOTCH_ISA_REF) {
            test(notch_isa_name(kernels->isa), kernels->rows);
            tested++;
        }
    }
    if (tested == 0) {
        SKIP("this machine has the reference only");
    }
}

static void test_rows(const char *name, const notch_row_kernels *rows)
{
    for (size_t k = 0; k < sizeof row_kernels / sizeof row_kernels[0]; k++) {
        for (uint32_t n = 1; n <= VALUES_MAX; n = n < 70 ? n + 1 : n + 1029) {
            fill(row_kernels[k].bound);
            compare(row_kernels[k].name, name, n, rows, row_kernels[k].run, n % 4);
        }
    }
}

TEST(rows)
{
    for_each_set(test_rows);
}

/* ---- channels: `n` of them, ROWS rows -------------------------------------------------------- */

static void set_plan(uint32_t channels, uint32_t field, int32_t least, int32_t most)
{
    for (uint32_t c = 0; c < channels; c++) {
        start.plan[field * channels + c] = between(least, most);
    }
}

static void channel_survey(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    rows->channel_survey(a->x + at, ROWS, n, a->sums);
}

static void channel_sums(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    rows->channel_sums(a->y + at, ROWS, n, a->sums);
}

static void channel_centre(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    rows->channel_centre(a->x + at, ROWS, n, a->plan);
}

static void channel_squares(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    rows->channel_squares(a->x + at, ROWS, n, a->sums);
}

static void channel_normalise(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    rows->channel_normalise(a->x + at, ROWS, n, a->plan, a->y + at);
}

static void channel_bits(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    rows->channel_bits(a->x + at, ROWS, n, a->sums);
}

static void channel_scale(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    rows->channel_scale(a->x + at, ROWS, n, a->plan, a->y + at, a->sums);
}

static void channel_project(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    rows->channel_project(a->x + at, ROWS, n, a->plan, a->y + at,
                          n % 2 == 0 ? NULL : a->routes + at, a->sums);
}

static void channel_round(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    rows->channel_round(a->x + at, a->random + at, ROWS, n, n, a->plan, a->errors + at);
}

/* The first few of the channels only. */
static void channel_round_part(const notch_row_kernels *rows, arrays *a, size_t at, uint32_t n)
{
    rows->channel_round(a->x + at, a->random + at, 1, n / 2, n, a->plan, a->errors + at);
}

typedef struct channel_kernel {
    kernel kernel;
    struct {
        uint32_t field;
        int32_t least, most;
    } plan[6];
} channel_kernel;

static const channel_kernel channel_kernels[] = {
    {{"survey", channel_survey, 1073548272}, {{0}}},
    {{"sums", channel_sums, 1073548272}, {{0}}},
    {{"centre", channel_centre, 1073548272},
     {{NOTCH_PLAN_MEAN, -1073548272, 1073548272},
      {NOTCH_PLAN_BOUND, 1000, INT32_MAX - (1 << 15)},
      {NOTCH_PLAN_HALF, 0, 1 << 15},
      {NOTCH_PLAN_RIGHT, 15, 16},
      {NOTCH_PLAN_LEFT, 0, 0},
      {NOTCH_PLAN_FRACTION, 0, 30}}},
    {{"centre up", channel_centre, 900},
     {{NOTCH_PLAN_MEAN, -900, 900},
      {NOTCH_PLAN_BOUND, 1000, 2000},
      {NOTCH_PLAN_HALF, 0, 0},
      {NOTCH_PLAN_RIGHT, 0, 0},
      {NOTCH_PLAN_LEFT, 0, 15},
      {NOTCH_PLAN_FRACTION, 0, 30}}},
    {{"squares", channel_squares, 32769}, {{0}}},
    {{"normalise", channel_normalise, 32769},
     {{NOTCH_PLAN_MANTISSA, 8192, 16383}, {NOTCH_PLAN_SHIFT, 1, 30}}},
    {{"bits", channel_bits, INT32_MAX}, {{0}}},
    {{"scale up", channel_scale, 255}, {{NOTCH_PLAN_LEFT, 0, 7}, {NOTCH_PLAN_RIGHT, 0, 0}}},
    {{"scale down", channel_scale, INT32_MAX},
     {{NOTCH_PLAN_LEFT, 0, 0}, {NOTCH_PLAN_RIGHT, 15, 16}}},
    {{"project", channel_project, 32768},
     {{NOTCH_PLAN_MEAN, -32768, 32768}, {NOTCH_PLAN_SLOPE, -8000000, 8000000}}},
    {{"round", channel_round, 524287},
     {{NOTCH_PLAN_MANTISSA, 0, 2047},
      {NOTCH_PLAN_LEFT, 0, 14},
      {NOTCH_PLAN_RIGHT, 0, 16},
      {NOTCH_PLAN_CENTRE, 0, 1 << 13},
      {NOTCH_PLAN_SHIFT, 0, 30}}},
    {{"round part", channel_round_part, 524287},
     {{NOTCH_PLAN_MANTISSA, 0, 2047},
      {NOTCH_PLAN_LEFT, 0, 0},
      {NOTCH_PLAN_RIGHT, 0, 16},
      {NOTCH_PLAN_CENTRE, 0, 0},
      {NOTCH_PLAN_SHIFT, 0, 16}}},
};

static void test_channels(const char *name, const notch_row_kernels *rows)
{
    for (size_t k = 0; k < sizeof channel_kernels / sizeof channel_kernels[0]; k++) {
        const channel_kernel *own = &channel_kernels[k];
        for (uint32_t n = 1; n <= CHANNELS_MAX; n++) {
            fill(own->kernel.bound);
            memset(start.plan, 0, sizeof start.plan);
            for (size_t p = 0; p < sizeof own->plan / sizeof own->plan[0]; p++) {
                if (own->plan[p].most > 0) {
                    set_plan(n, own->plan[p].field, own->plan[p].least, own->plan[p].most);
                }
            }
            compare(own->kernel.name, name, n, rows, own->kernel.run, n % 4);
        }
    }
}

TEST(channels)
{
    for_each_set(test_channels);
}

TEST_MAIN(RUN(rows), RUN(channels))
