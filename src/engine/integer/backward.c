/* backward.c - the backward pass, from the gradient of the logits to those of the parameters.
 * SPDX-License-Identifier: MIT
 */
#include "engine/integer/parts.h"

typedef struct end_job {
    notch_integer *engine;
    notch_stage *stage;
    int32_t exponent; /* of the errors */
} end_job;

/* ------------------------------------------------------------------------------------------------
 * Ends: from the gradient of a stage's output to errors before the end
 * --------------------------------------------------------------------------------------------- */

/* 1 as a factor */
static notch_factor one(void)
{
    return (notch_factor){1 << (NOTCH_FACTOR_BITS - 1), 1 - NOTCH_FACTOR_BITS};
}

static void end_item(void *argument, uint64_t sample, uint32_t worker)
{
    (void)worker;
    const end_job *job = argument;
    notch_stage *stage = job->stage;
    const uint32_t n = stage->values_a_sample;
    const uint64_t at = sample * n;
    int32_t *g = stage->gradient + at;
    const bool norm = stage->end == NOTCH_END_LAYER_NORM;
    const bool logits = norm && stage->last;
    if (logits) {
        notch_project_logits(g, n, job->engine->shared.logits + at);
    }
    notch_factor factor = norm ? stage->factors[sample] : one();
    factor.exponent += stage->gradient_exponent;
    const int32_t largest = notch_normalise_row_back(
        job->engine->rows, g, n, norm && !logits ? stage->values + at : NULL,
        stage->routes == NULL ? NULL : stage->routes + at, &factor);
    stage->factors[sample] = factor;
    job->engine->shared.largest[sample] = largest;
}

static void round_item(void *argument, uint64_t sample, uint32_t worker)
{
    (void)worker;
    const end_job *job = argument;
    const notch_stage *stage = job->stage;
    const uint32_t n = stage->values_a_sample;
    const uint64_t at = sample * n;
    const notch_rounding rounding = notch_rounding_of(stage->factors[sample], job->exponent);
    notch_round_errors(job->engine, stage, stage->gradient + at, at, n, &rounding,
                       job->engine->shared.errors + at);
}

/* The exponent of shared->errors. */
static int32_t end_back(notch_integer *engine, notch_stage *stage)
{
    end_job job = {engine, stage, NOTCH_EXPONENT_NONE};
    if (stage->end == NOTCH_END_BATCH_NORM) {
        notch_batch_norm_back(engine, stage, &job.exponent);
        return job.exponent;
    }
    notch_integer_run(engine, end_item, &job, engine->count);
    for (uint32_t i = 0; i < engine->count; i++) {
        job.exponent = notch_error_exponent(job.exponent, (uint32_t)engine->shared.largest[i],
                                            stage->factors[i]);
    }
    job.exponent = job.exponent == NOTCH_EXPONENT_NONE ? 0 : job.exponent;
    notch_integer_run(engine, round_item, &job, engine->count);
    return job.exponent;
}

/* ------------------------------------------------------------------------------------------------
 * All stages
 * --------------------------------------------------------------------------------------------- */

static void stage_back(notch_integer *engine, notch_stage *stage)
{
    if (stage->kind == NOTCH_STAGE_WEIGHTS) {
        notch_weights_back(engine, stage, end_back(engine, stage));
        return;
    }
    if (stage->kind == NOTCH_STAGE_NORM) {
        stage->gradient_exponent = end_back(engine, stage);
        stage->gradient_bits = 7;
    }
    notch_pass_back(engine, stage);
}

void notch_integer_backward(notch_integer *engine)
{
    for (uint32_t i = engine->stage_count; i-- > 1;) {
        if (engine->stages[i].reaches) {
            notch_integer_begins(engine, NOTCH_PASS_ERRORS, &engine->stages[i]);
            stage_back(engine, &engine->stages[i]);
        }
    }
}
