/* batch_norm.c - batch norm forward, and its running statistics.
 * SPDX-License-Identifier: MIT
 *
 * Statistics are those of the int32 values before the norm. State of a stage: a word that is 0
 * before the first batch and else 2^16 plus the exponent of these values, then for each channel the
 * running mean in 2^-16 (two words, signed) and variance in 2^-8 (two words).
 */
#include "engine/integer/batch_norm.h"

enum {
    CENTRED_BITS = 15, /* |x - mean| in training lies within 2^15 after shifts */
    MEAN_LOG = 16,
    VARIANCE_LOG = 8,
    MOMENTUM = 10, /* running = running + (batch - running) / 10 */
    WORDS_A_CHANNEL = 4,
    EXPONENT_ZERO = 1 << 16,
    EXPONENT_CHANGE_MAX = 62,
    RIGHT_MAX = 30
};

#define VARIANCE_MAX (UINT64_C(1) << 62)
#define MEAN_MAX (INT64_C(1) << (NOTCH_SUM_BITS + MEAN_LOG))

/* ------------------------------------------------------------------------------------------------
 * Sums of workers
 * --------------------------------------------------------------------------------------------- */

void notch_channels_clear(const notch_integer *engine, const notch_stage *stage)
{
    for (uint32_t worker = 0; worker < notch_channel_workers(engine); worker++) {
        for (uint32_t row = 0; row < NOTCH_SUM_FIELDS; row++) {
            int64_t *sums = notch_channel_sums(engine, stage, worker, row);
            const int64_t value = row == NOTCH_SUM_LEAST  ? INT64_MAX
                                  : row == NOTCH_SUM_MOST ? INT64_MIN
                                                          : 0;
            for (uint32_t c = 0; c < stage->shape.channels; c++) {
                sums[c] = value;
            }
        }
    }
}

static int64_t joined(uint32_t row, int64_t a, int64_t b)
{
    switch (row) {
    case NOTCH_SUM_LEAST:
        return a < b ? a : b;
    case NOTCH_SUM_MOST:
        return a > b ? a : b;
    default:
        return a + b;
    }
}

int64_t *notch_channels_join(const notch_integer *engine, const notch_stage *stage, uint32_t row)
{
    int64_t *sums = notch_channel_sums(engine, stage, 0, row);
    for (uint32_t worker = 1; worker < notch_channel_workers(engine); worker++) {
        const int64_t *more = notch_channel_sums(engine, stage, worker, row);
        for (uint32_t c = 0; c < stage->shape.channels; c++) {
            sums[c] = joined(row, sums[c], more[c]);
        }
    }
    return sums;
}

/* ------------------------------------------------------------------------------------------------
 * Running statistics
 * --------------------------------------------------------------------------------------------- */

typedef struct statistics {
    int64_t mean;      /* in 2^-16, |mean| <= 2^46 */
    uint64_t variance; /* in 2^-8, at most 2^62 */
} statistics;

static int64_t shifted(int64_t x, int32_t shift, int64_t bound)
{
    for (; shift > 0 && x > -bound / 2 && x < bound / 2; shift--) {
        x *= 2;
    }
    x = shift < 0 ? notch_round64(x, (uint32_t)-shift) : x;
    return x < -bound ? -bound : x > bound ? bound : x;
}

/* change: of the exponent of values since the statistics were kept. Anything may be there. */
static statistics read_statistics(const notch_stage *stage, uint32_t channel, int32_t change)
{
    const uint32_t *words = stage->state + 1 + WORDS_A_CHANNEL * (size_t)channel;
    const uint64_t mean = words[0] | (uint64_t)words[1] << 32;
    const uint64_t variance = words[2] | (uint64_t)words[3] << 32;
    const int64_t least = mean >> 63 == 0    ? (int64_t)(mean < MEAN_MAX ? mean : MEAN_MAX)
                          : ~mean < MEAN_MAX ? -(int64_t)~mean - 1
                                             : -MEAN_MAX;
    return (statistics){
        shifted(least, -change, MEAN_MAX),
        (uint64_t)shifted((int64_t)(variance < VARIANCE_MAX ? variance : VARIANCE_MAX), -2 * change,
                          (int64_t)VARIANCE_MAX)};
}

static void write_statistics(notch_stage *stage, uint32_t channel, const statistics *s)
{
    uint32_t *words = stage->state + 1 + WORDS_A_CHANNEL * (size_t)channel;
    words[0] = (uint32_t)((uint64_t)s->mean & UINT32_MAX);
    words[1] = (uint32_t)((uint64_t)s->mean >> 32);
    words[2] = (uint32_t)(s->variance & UINT32_MAX);
    words[3] = (uint32_t)(s->variance >> 32);
}

static int32_t exponent_change(const notch_stage *stage)
{
    const int64_t kept = (int64_t)stage->state[0] - EXPONENT_ZERO;
    const int64_t change = stage->sums_exponent - kept;
    return change > EXPONENT_CHANGE_MAX    ? EXPONENT_CHANGE_MAX
           : change < -EXPONENT_CHANGE_MAX ? -EXPONENT_CHANGE_MAX
                                           : (int32_t)change;
}

static void learn(notch_stage *stage, uint32_t channel, const statistics *batch)
{
    statistics s = *batch;
    if (stage->state[0] != 0) {
        const statistics old = read_statistics(stage, channel, exponent_change(stage));
        s.mean = old.mean + notch_divide_round(batch->mean - old.mean, MOMENTUM);
        s.variance = (uint64_t)((int64_t)old.variance +
                                notch_divide_round((int64_t)batch->variance - (int64_t)old.variance,
                                                   MOMENTUM));
    }
    write_statistics(stage, channel, &s);
}

/* ------------------------------------------------------------------------------------------------
 * Plans of channels
 * --------------------------------------------------------------------------------------------- */

static void set_plan(const notch_integer *engine, const notch_stage *stage, uint32_t channel,
                     uint32_t row, int32_t value)
{
    notch_channel_plan(engine, stage, row)[channel] = value;
}

static void set_rate(const notch_integer *engine, const notch_stage *stage, uint32_t channel,
                     notch_factor rate)
{
    set_plan(engine, stage, channel, NOTCH_PLAN_MANTISSA, rate.mantissa);
    set_plan(engine, stage, channel, NOTCH_PLAN_SHIFT, -rate.exponent);
}

/* d has to be (x - mean) 2^shift; mean in 2^-16. */
static void set_centre(const notch_integer *engine, const notch_stage *stage, uint32_t channel,
                       int64_t mean, int32_t shift)
{
    const int64_t floor = mean >> MEAN_LOG, rest = mean & ((1 << MEAN_LOG) - 1);
    const uint32_t right = shift < 0 ? (uint32_t)-shift : 0, left = shift > 0 ? (uint32_t)shift : 0;
    const int32_t half = (int32_t)((UINT32_C(1) << right) >> 1);
    const int64_t bound =
        right > 0 ? INT64_C(1) << (CENTRED_BITS + right) : (INT64_C(1) << CENTRED_BITS) >> left;
    const int64_t most = INT32_MAX - half;
    set_plan(engine, stage, channel, NOTCH_PLAN_MEAN, (int32_t)floor);
    set_plan(engine, stage, channel, NOTCH_PLAN_BOUND, (int32_t)(bound < most ? bound : most));
    set_plan(engine, stage, channel, NOTCH_PLAN_HALF, half);
    set_plan(engine, stage, channel, NOTCH_PLAN_RIGHT, (int32_t)right);
    set_plan(engine, stage, channel, NOTCH_PLAN_LEFT, (int32_t)left);
    set_plan(engine, stage, channel, NOTCH_PLAN_FRACTION,
             right > 0 ? 0 : (int32_t)notch_scale64(rest, (int32_t)left - MEAN_LOG));
}

/* Of a batch of n values: |x| <= 1,073,548,272 (plan.c), so |x - mean| + half < 2^31. The sum of
 * values is replaced by their mean. */
static void plan_centre(const notch_integer *engine, const notch_stage *stage, uint32_t channel,
                        uint64_t n)
{
    int64_t *first = notch_channel_sums(engine, stage, 0, NOTCH_SUM_FIRST);
    const int64_t sum = first[channel];
    const int64_t least = notch_channel_sums(engine, stage, 0, NOTCH_SUM_LEAST)[channel];
    const int64_t most = notch_channel_sums(engine, stage, 0, NOTCH_SUM_MOST)[channel];
    const int64_t floor = notch_divide_floor(sum, (int64_t)n);
    const int64_t rest = sum - floor * (int64_t)n; /* below 2^31 */
    const uint64_t above = (uint64_t)(most - floor), below = (uint64_t)(floor - least);
    const int32_t shift = CENTRED_BITS - (int32_t)notch_bit_length(above > below ? above : below);
    first[channel] = floor * (INT64_C(1) << MEAN_LOG) + (rest << MEAN_LOG) / (int64_t)n;
    set_centre(engine, stage, channel, first[channel], shift);
}

/* squares: sum of d^2 over n values, d = (x - mean) 2^shift. */
static uint64_t variance_of(uint64_t squares, uint64_t n, int32_t shift)
{
    const uint64_t mean = squares / n, rest = squares % n; /* below 2^31 */
    const int32_t up = VARIANCE_LOG - 2 * shift;           /* -22 to 40 */
    if (up >= 0) {
        const int64_t fraction = (int64_t)((rest << 31) / n);
        return mean >= VARIANCE_MAX >> up
                   ? VARIANCE_MAX
                   : (mean << up) + (uint64_t)notch_scale64(fraction, up - 31);
    }
    return (uint64_t)notch_round64((int64_t)mean, (uint32_t)-up);
}

static void plan_rate(notch_integer *engine, notch_stage *stage, uint32_t channel, uint64_t n)
{
    const uint64_t squares =
        (uint64_t)notch_channel_sums(engine, stage, 0, NOTCH_SUM_SECOND)[channel];
    const int64_t *mean = notch_channel_sums(engine, stage, 0, NOTCH_SUM_FIRST);
    const int32_t shift = notch_channel_plan(engine, stage, NOTCH_PLAN_LEFT)[channel] -
                          notch_channel_plan(engine, stage, NOTCH_PLAN_RIGHT)[channel];
    notch_factor rate = {0, -1}, factor = {0, -1};
    if (squares != 0) {
        rate = notch_root_of_ratio(n << (2 * NOTCH_STAGE_STEPS_LOG), squares);
        factor = (notch_factor){rate.mantissa, rate.exponent + shift - NOTCH_STAGE_STEPS_LOG -
                                                   stage->sums_exponent};
    }
    set_rate(engine, stage, channel, rate);
    stage->factors[channel] = factor;
    const statistics batch = {mean[channel], variance_of(squares, n, shift)};
    learn(stage, channel, &batch);
}

/* Of running statistics. y saturates from 8 deviations on, which become 2^15 or less. */
static void plan_channel_of_state(const notch_integer *engine, const notch_stage *stage,
                                  uint32_t channel, int32_t change)
{
    statistics s = {0, 0};
    notch_factor rate = {0, -1};
    if (stage->state[0] != 0) {
        s = read_statistics(stage, channel, change);
    }
    const int32_t deviation_bits = ((int32_t)notch_bit_length(s.variance) - VARIANCE_LOG + 1) / 2;
    int32_t shift = CENTRED_BITS - 3 - deviation_bits;
    shift = shift > CENTRED_BITS ? CENTRED_BITS : shift;
    if (s.variance != 0) {
        rate = notch_root_of_ratio(UINT64_C(1) << (2 * NOTCH_STAGE_STEPS_LOG + VARIANCE_LOG),
                                   s.variance);
        rate.exponent -= shift;
    }
    set_centre(engine, stage, channel, s.mean, shift);
    set_rate(engine, stage, channel, rate);
}

/* ------------------------------------------------------------------------------------------------
 * Passes over the batch
 * --------------------------------------------------------------------------------------------- */

static int32_t *sums_of(const notch_channel_job *job, uint64_t sample)
{
    return job->engine->shared.sums + sample * job->stage->values_a_sample;
}

static void survey_item(void *argument, uint64_t sample, uint32_t worker)
{
    const notch_channel_job *job = argument;
    job->engine->rows->channel_survey(sums_of(job, sample), notch_channel_rows(job->stage),
                                      job->stage->shape.channels,
                                      notch_channel_sums(job->engine, job->stage, worker, 0));
}

static void centre(const notch_channel_job *job, uint64_t sample)
{
    job->engine->rows->channel_centre(sums_of(job, sample), notch_channel_rows(job->stage),
                                      job->stage->shape.channels, job->engine->shared.channel_plan);
}

/* |d| <= 2^15 + 1, 2^31 of them */
static void squares_item(void *argument, uint64_t sample, uint32_t worker)
{
    const notch_channel_job *job = argument;
    centre(job, sample);
    job->engine->rows->channel_squares(sums_of(job, sample), notch_channel_rows(job->stage),
                                       job->stage->shape.channels,
                                       notch_channel_sums(job->engine, job->stage, worker, 0));
}

/* |d| <= 2^15 + 1 and mantissa < 2^14: below 2^30; the shift is at most 30 as in layer_norm.c, and
 * where it is less than 1, d is 0. */
static void normalise_item(void *argument, uint64_t sample, uint32_t worker)
{
    (void)worker;
    const notch_channel_job *job = argument;
    const notch_stage *stage = job->stage;
    if (!job->engine->training) {
        centre(job, sample);
    }
    job->engine->rows->channel_normalise(sums_of(job, sample), notch_channel_rows(stage),
                                         stage->shape.channels, job->engine->shared.channel_plan,
                                         stage->values + sample * stage->values_a_sample);
}

static void plan_batch(notch_channel_job *job)
{
    notch_integer *engine = job->engine;
    notch_stage *stage = job->stage;
    const uint64_t n = (uint64_t)engine->count * stage->shape.height * stage->shape.width;
    notch_channels_clear(engine, stage);
    notch_integer_run(engine, survey_item, job, engine->count);
    (void)notch_channels_join(engine, stage, NOTCH_SUM_FIRST);
    (void)notch_channels_join(engine, stage, NOTCH_SUM_LEAST);
    (void)notch_channels_join(engine, stage, NOTCH_SUM_MOST);
    for (uint32_t c = 0; c < stage->shape.channels; c++) {
        plan_centre(engine, stage, c, n);
    }
    notch_integer_run(engine, squares_item, job, engine->count);
    (void)notch_channels_join(engine, stage, NOTCH_SUM_SECOND);
    for (uint32_t c = 0; c < stage->shape.channels; c++) {
        plan_rate(engine, stage, c, n);
    }
    stage->state[0] = (uint32_t)(EXPONENT_ZERO + stage->sums_exponent);
}

void notch_batch_norm(notch_integer *engine, notch_stage *stage)
{
    notch_channel_job job = {engine, stage};
    if (engine->training) {
        plan_batch(&job);
    } else {
        const int32_t change = stage->state[0] == 0 ? 0 : exponent_change(stage);
        for (uint32_t c = 0; c < stage->shape.channels; c++) {
            plan_channel_of_state(engine, stage, c, change);
        }
    }
    notch_integer_run(engine, normalise_item, &job, engine->count);
}
