/* loss.c - softmax cross-entropy of a batch, and the gradient of the logits.
 * SPDX-License-Identifier: MIT
 *
 * A logit l stands for l 2^(sharpness - 12). Exponentials are relative to the largest logit, in
 * units of 2^-30, and off by at most 2^-28 of the largest one.
 */
#include "engine/integer/exponential.h"
#include "engine/integer/parts.h"

typedef struct loss_job {
    notch_integer *engine;
    const uint8_t *labels;
    uint32_t *probabilities;
    uint32_t halvings; /* floor(log2(images)) */
} loss_job;

static uint32_t first_largest(const int32_t *logits, uint32_t classes)
{
    uint32_t best = 0;
    for (uint32_t c = 1; c < classes; c++) {
        best = logits[c] > logits[best] ? c : best;
    }
    return best;
}

/* The exponential of logit `c` relative to that of the largest one, at most 2^30. */
static uint32_t relative(const notch_integer *engine, const int32_t *logits, uint32_t best,
                         uint32_t c)
{
    /* |l| <= 2^26 (forward.c), 2^6 at most: below 2^33 */
    const int64_t below = (int64_t)logits[best] - logits[c];
    return notch_exponential((uint64_t)below << engine->options.sharpness);
}

static uint64_t sum_of(const notch_integer *engine, const int32_t *logits, uint32_t best)
{
    uint64_t sum = 0; /* at most 2^16 2^30 */
    for (uint32_t c = 0; c < engine->classes; c++) {
        sum += relative(engine, logits, best, c);
    }
    return sum;
}

/* p in units of 2^-30, rounded to the nearest */
static uint32_t share(uint32_t part, uint64_t sum)
{
    return (uint32_t)((((uint64_t)part << NOTCH_ERROR_LOG) + sum / 2) / sum);
}

/* (p - [c is the label]) 2^halvings / images: at most 2^30 in magnitude */
static void write_gradient(const loss_job *job, uint64_t sample, const int32_t *logits,
                           uint32_t best, uint64_t sum)
{
    notch_integer *engine = job->engine;
    notch_stage *last = &engine->stages[engine->stage_count - 1];
    int32_t *gradient = last->gradient + sample * engine->classes;
    for (uint32_t c = 0; c < engine->classes; c++) {
        const int64_t p = share(relative(engine, logits, best, c), sum);
        const int64_t target = c == job->labels[sample] ? INT64_C(1) << NOTCH_ERROR_LOG : 0;
        gradient[c] = (int32_t)notch_divide_round((p - target) * (INT64_C(1) << job->halvings),
                                                  engine->count);
    }
}

static void sample_item(void *argument, uint64_t sample, uint32_t worker)
{
    (void)worker;
    const loss_job *job = argument;
    notch_integer *engine = job->engine;
    const int32_t *logits = engine->shared.logits + sample * engine->classes;
    const uint32_t best = first_largest(logits, engine->classes);
    const uint64_t sum = sum_of(engine, logits, best);
    for (uint32_t c = 0; c < engine->classes && job->probabilities != NULL; c++) {
        job->probabilities[sample * engine->classes + c] =
            share(relative(engine, logits, best, c), sum);
    }
    if (job->labels == NULL) {
        return;
    }
    const uint32_t label = job->labels[sample];
    const uint64_t below = (uint64_t)((int64_t)logits[best] - logits[label])
                           << engine->options.sharpness;
    /* below 2^33 in 2^-12 is below 2^45 in 2^-24 */
    engine->shared.losses[sample] =
        notch_logarithm(sum) + (below << (NOTCH_LOSS_LOG - NOTCH_LOGIT_STEPS_LOG));
    engine->shared.right[sample] = best == label;
    if (engine->training) {
        write_gradient(job, sample, logits, best, sum);
    }
}

void notch_integer_loss(notch_integer *engine, const uint8_t *labels, notch_integer_result *result,
                        uint32_t *probabilities)
{
    loss_job job = {.engine = engine, .labels = labels, .probabilities = probabilities};
    job.halvings = notch_bit_length(engine->count) - 1;
    *result = (notch_integer_result){0};
    notch_integer_run(engine, sample_item, &job, engine->count);
    for (uint32_t i = 0; i < engine->count && labels != NULL; i++) {
        result->loss += engine->shared.losses[i];
        result->correct += engine->shared.right[i];
    }
    if (engine->training) {
        notch_stage *last = &engine->stages[engine->stage_count - 1];
        last->has_gradient = true;
        last->gradient_bits = NOTCH_ERROR_LOG + 1;
        last->gradient_exponent =
            (int32_t)engine->options.sharpness - NOTCH_ERROR_LOG - (int32_t)job.halvings;
    }
}
