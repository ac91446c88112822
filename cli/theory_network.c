/* theory_network.c - the constants of a network at one point of its training.
 * SPDX-License-Identifier: MIT
 */
#include "theory_network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    HALVES = 2, /* minibatches by turns go to one or the other */
    POWER_ROUNDS = 8,
    CURVATURE_BATCHES = 4
};

#define STREAM_PROBE 0x300001u /* the order of the images: another than the trainer's */

static const double displacement = 1e-3; /* over the length of the weights */

/* Everything at one point. Vectors have all parameters side by side. */
typedef struct point {
    const network_probe *probe;
    const notch_checkpoint *state;
    const notch_model *model;
    size_t parameters, image_bytes;
    float *weights, *moved_weights, *gradient;
    double *sums[HALVES];  /* of g */
    double *steps[HALVES]; /* of E[u | g], clamped */
    double *directions;    /* of g / |g|_1, tensor by tensor */
    double *vector, *scratch;
    uint8_t *images, *labels;
    double norms[NOTCH_TENSORS_MAX]; /* sums of |g|_1 */
    double trials[NOTCH_TENSORS_MAX], scales[NOTCH_TENSORS_MAX];
    double squares, second_moment, whole_step, kept_step;
    uint64_t exceeded;
} point;

static notch_status no_memory(notch_error *error)
{
    *error = (notch_error){NOTCH_ERROR_MEMORY, "there is not enough memory to look at gradients"};
    return error->status;
}

static bool reserve(point *p)
{
    const size_t d = p->parameters;
    const uint32_t batch = p->probe->options.batch;
    p->weights = malloc(d * sizeof *p->weights);
    p->moved_weights = malloc(d * sizeof *p->moved_weights);
    p->gradient = malloc(d * sizeof *p->gradient);
    for (int half = 0; half < HALVES; half++) {
        p->sums[half] = calloc(d, sizeof(double));
        p->steps[half] = calloc(d, sizeof(double));
    }
    p->directions = calloc(d, sizeof(double));
    p->vector = malloc(d * sizeof(double));
    p->scratch = malloc(d * sizeof(double));
    p->images = malloc(batch * p->image_bytes);
    p->labels = malloc(batch);
    return p->weights != NULL && p->moved_weights != NULL && p->gradient != NULL &&
           p->sums[0] != NULL && p->sums[1] != NULL && p->steps[0] != NULL && p->steps[1] != NULL &&
           p->directions != NULL && p->vector != NULL && p->scratch != NULL && p->images != NULL &&
           p->labels != NULL;
}

static void release(point *p)
{
    free(p->weights);
    free(p->moved_weights);
    free(p->gradient);
    for (int half = 0; half < HALVES; half++) {
        free(p->sums[half]);
        free(p->steps[half]);
    }
    free(p->directions);
    free(p->vector);
    free(p->scratch);
    free(p->images);
    free(p->labels);
}

static void read_weights(point *p)
{
    for (uint32_t t = 0; t < p->model->tensor_count; t++) {
        const notch_stored_tensor *tensor = &p->state->tensors[t];
        float *to = p->weights + p->model->tensors[t].offset;
        for (uint64_t i = 0; i < p->model->tensors[t].count; i++) {
            to[i] = tensor->type == NOTCH_VALUE_I16 ? ((const int16_t *)tensor->values)[i]
                                                    : ((const int8_t *)tensor->values)[i];
        }
    }
}

/* ---- gradients ------------------------------------------------------------------------------- */

/* The gradient of minibatch `number` at `weights`, into p->gradient. */
static notch_status look(point *p, const float *weights, uint32_t number, notch_error *error)
{
    const notch_dataset *data = p->probe->data;
    const uint32_t batch = p->probe->options.batch;
    const notch_key key = {p->probe->options.seed, 0, STREAM_PROBE};
    notch_permutation order;
    notch_values values[NOTCH_TENSORS_MAX];
    notch_batch_result ignored;
    notch_status status = notch_permutation_init(&order, &key, data->count, error);
    if (status != NOTCH_OK) {
        return status;
    }
    for (uint32_t k = 0; k < batch; k++) {
        const uint64_t place = ((uint64_t)number * batch + k) % data->count;
        const size_t image = (size_t)notch_permutation_at(&order, place);
        memcpy(p->images + k * p->image_bytes, data->images + image * p->image_bytes,
               p->image_bytes);
        p->labels[k] = data->labels[image];
    }
    for (uint32_t t = 0; t < p->model->tensor_count; t++) {
        values[t] = (notch_values){NOTCH_VALUE_F32, weights + p->model->tensors[t].offset};
    }
    const notch_batch now = {.images = p->images, .labels = p->labels, .count = batch, .key = key};
    status = notch_engine_train(p->probe->engine, values, &now, &ignored, error);
    for (uint32_t t = 0; t < p->model->tensor_count && status == NOTCH_OK; t++) {
        const notch_gradient view = notch_engine_gradient(p->probe->engine, t);
        memcpy(p->gradient + p->model->tensors[t].offset, view.values,
               (size_t)view.count * sizeof(float));
    }
    return status;
}

static double product(const double *a, const double *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

/* E |u|^2 of one tensor, in closed form. */
static notch_status add_second_moment(point *p, uint32_t t, notch_error *error)
{
    const notch_update_options *o = &p->probe->options.update;
    const notch_tensor *tensor = &p->model->tensors[t];
    double moment;
    for (uint64_t i = 0; i < tensor->count; i++) {
        p->scratch[i] = p->gradient[tensor->offset + i];
    }
    const notch_update_law law = {.rule = NOTCH_RULE_ZIM,
                                  .mode = NOTCH_MODE_UNBIASED,
                                  .scope = NOTCH_SCOPE_LAYER,
                                  .sampler = o->sampler,
                                  .gradient = p->scratch,
                                  .parameters = tensor->count,
                                  .dimensions = tensor->dimensions,
                                  .scale = p->scales[t],
                                  .trials = (uint64_t)p->trials[t]};
    const notch_status status = notch_update_law_second_moment(&law, &moment, error);
    p->second_moment += status == NOTCH_OK ? moment : 0;
    return status;
}

/* Adds one tensor of one minibatch to all sums. */
static void add_tensor(point *p, uint32_t t, int half)
{
    const notch_tensor *tensor = &p->model->tensors[t];
    const notch_lattice *lattice = &p->state->tensors[t].lattice;
    const size_t first = (size_t)tensor->offset, end = first + (size_t)tensor->count;
    double norm = 0;
    for (size_t i = first; i < end; i++) {
        norm += fabs((double)p->gradient[i]);
    }
    p->norms[t] += norm;
    p->exceeded += p->scales[t] > 0 && norm > p->scales[t];
    const double gain = norm > 0 ? p->trials[t] / fmax(norm, p->scales[t]) : 0;
    for (size_t i = first; i < end; i++) {
        const double g = p->gradient[i], step = gain * g;
        const bool cut = step > 0 ? p->weights[i] <= lattice->minimum
                                  : step < 0 && p->weights[i] >= lattice->maximum;
        p->sums[half][i] += g;
        p->squares += g * g;
        p->steps[half][i] += cut ? 0 : step;
        p->whole_step += fabs(step);
        p->kept_step += cut ? 0 : fabs(step);
        p->directions[i] += norm > 0 ? g / norm : 0;
    }
}

static notch_status add_batches(point *p, notch_error *error)
{
    for (uint32_t b = 0; b < p->probe->batches; b++) {
        notch_status status = look(p, p->weights, b, error);
        for (uint32_t t = 0; t < p->model->tensor_count && status == NOTCH_OK; t++) {
            add_tensor(p, t, (int)(b % HALVES));
            status = add_second_moment(p, t, error);
        }
        if (status != NOTCH_OK) {
            return status;
        }
    }
    return NOTCH_OK;
}

/* ---- curvature ------------------------------------------------------------------------------- */

/* Adds sign * the gradient at weights + sign * step * vector to `sum`. */
static notch_status add_displaced(point *p, double step, double sign, double *sum,
                                  notch_error *error)
{
    for (size_t i = 0; i < p->parameters; i++) {
        p->moved_weights[i] = (float)(p->weights[i] + sign * step * p->vector[i]);
    }
    for (uint32_t b = 0; b < CURVATURE_BATCHES; b++) {
        const notch_status status = look(p, p->moved_weights, b, error);
        if (status != NOTCH_OK) {
            return status;
        }
        for (size_t i = 0; i < p->parameters; i++) {
            sum[i] += sign * p->gradient[i] / CURVATURE_BATCHES;
        }
    }
    return NOTCH_OK;
}

/* The largest |eigenvalue| of the Hessian on a few minibatches: power iteration, its products
 * from differences of gradients. A lower bound on the local L, near it after some rounds. */
static notch_status find_curvature(point *p, double *curvature, notch_error *error)
{
    const notch_key key = {p->probe->options.seed, 1, STREAM_PROBE};
    double length = 0;
    for (size_t i = 0; i < p->parameters; i++) {
        p->vector[i] = notch_random_word(&key, i) % 2 == 0 ? 1 : -1;
        length += (double)p->weights[i] * p->weights[i];
    }
    const double step = displacement * sqrt(length);
    double size = sqrt((double)p->parameters);
    for (int round = 0; round < POWER_ROUNDS; round++) {
        for (size_t i = 0; i < p->parameters; i++) {
            p->vector[i] /= size;
            p->scratch[i] = 0;
        }
        notch_status status = add_displaced(p, step, 1, p->scratch, error);
        if (status == NOTCH_OK) {
            status = add_displaced(p, step, -1, p->scratch, error);
        }
        if (status != NOTCH_OK) {
            return status;
        }
        size = sqrt(product(p->scratch, p->scratch, p->parameters));
        *curvature = size / (2 * step);
        if (!(size > 0)) {
            return NOTCH_OK;
        }
        memcpy(p->vector, p->scratch, p->parameters * sizeof(double));
    }
    return NOTCH_OK;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static notch_status find_trials(point *p, network_constants *c, notch_error *error)
{
    const notch_train_options *o = &p->probe->options;
    const notch_schedule schedule = {o->trials_schedule, o->trials_start, o->trials_end,
                                     p->probe->steps};
    uint64_t a_parameter;
    notch_status status = notch_schedule_at(&schedule, p->state->step, &a_parameter, error);
    c->trials = ldexp((double)a_parameter, -32);
    c->nominal = (double)INFINITY;
    for (uint32_t t = 0; t < p->model->tensor_count && status == NOTCH_OK; t++) {
        const notch_scaled scale = p->state->calibrations[t].scale;
        uint64_t trials;
        status = notch_schedule_trials(a_parameter, p->model->tensors[t].count, &trials, error);
        p->trials[t] = (double)trials;
        p->scales[t] = ldexp((double)scale.mantissa, scale.exponent);
        c->calibrating = c->calibrating || scale.mantissa == 0;
    }
    return status;
}

/* Squared distance of the directions of `normalised` from gF over |gF|^2. Both are means of the
 * same minibatches, so most of their noise cancels. */
static double find_bias(const point *p)
{
    double off = 0, all = 0;
    for (uint32_t t = 0; t < p->model->tensor_count; t++) {
        const notch_tensor *tensor = &p->model->tensors[t];
        const double norm = p->norms[t] / p->probe->batches;
        for (size_t i = (size_t)tensor->offset; i < (size_t)(tensor->offset + tensor->count); i++) {
            const double mean = p->sums[0][i] + p->sums[1][i];
            const double difference = norm * p->directions[i] - mean;
            off += difference * difference;
            all += mean * mean;
        }
    }
    return all > 0 ? sqrt(off / all) : 0;
}

static void conclude(point *p, network_constants *c)
{
    const double batches = p->probe->batches, half = batches / 2;
    double gain = 0, saturated = 0;
    for (uint32_t t = 0; t < p->model->tensor_count; t++) {
        const double scale = fmax(p->scales[t], p->norms[t] / batches);
        const double direction = scale > 0 ? p->trials[t] / scale : 0;
        gain = fmax(gain, direction * direction);
        c->nominal = fmin(c->nominal, direction);
        saturated += (double)notch_lattice_saturated(
            &p->state->tensors[t].lattice, p->state->tensors[t].values, p->model->tensors[t].count);
    }
    c->gradient = product(p->sums[0], p->sums[1], p->parameters) / half / half;
    c->variance = p->squares / batches - c->gradient;
    const double along = (product(p->sums[0], p->steps[1], p->parameters) +
                          product(p->sums[1], p->steps[0], p->parameters)) /
                         (2 * half * half);
    c->direction = along / c->gradient;
    c->second_moment = p->second_moment / batches;
    c->largest_rate = c->direction / (c->smoothness * gain);
    c->floor = c->smoothness * c->second_moment / c->direction;
    c->saturated = saturated / (double)p->parameters;
    c->lost = p->whole_step > 0 ? 1 - p->kept_step / p->whole_step : 0;
    c->exceeded = (double)p->exceeded / (batches * p->model->tensor_count);
    c->bias = find_bias(p);
}

notch_status network_measure(const network_probe *probe, notch_trainer *trainer,
                             network_constants *constants, notch_error *error)
{
    point p = {.probe = probe, .state = notch_trainer_checkpoint(trainer)};
    p.model = &p.state->model;
    p.parameters = (size_t)p.model->parameters;
    p.image_bytes = (size_t)probe->data->channels * probe->data->height * probe->data->width;
    *constants = (network_constants){.step = p.state->step};
    notch_status status = reserve(&p) ? NOTCH_OK : no_memory(error);
    if (status == NOTCH_OK) {
        read_weights(&p);
        status = find_trials(&p, constants, error);
    }
    if (status == NOTCH_OK) {
        status = add_batches(&p, error);
    }
    if (status == NOTCH_OK) {
        status = find_curvature(&p, &constants->smoothness, error);
    }
    if (status == NOTCH_OK) {
        conclude(&p, constants);
    }
    release(&p);
    return status;
}
