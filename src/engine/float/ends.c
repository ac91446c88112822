/* ends.c - the first and the last layer: pixels to floats, logits to loss and error.
 * SPDX-License-Identifier: MIT
 *
 * loss = -log softmax(logits)[label]. What concerns a single sample is computed in double
 * precision and in one thread, in the order of the samples.
 */
#include "engine/float/build.h"

#include <math.h>

#include "engine/float/vector.h"

static const notch_place none = {NOTCH_PLACE_NONE, 0, 0};

static void standardise(const notch_run *run, const notch_step *step)
{
    const uint64_t values = run->batch->count * step->count;
    float *input = notch_place_pointer(run, step->places[0]);
    notch_look_up(run->pixels, run->batch->images, input, values);
    /* samples beyond those of the batch: finite, and nobody looks at what becomes of them */
    for (uint64_t k = values; k < run->program->images * step->count; k++) {
        input[k] = 0.0F;
    }
}

void notch_build_input(notch_builder *b, uint32_t number)
{
    const notch_shape *shape = &b->model->layers[number].shape;
    notch_tensor_value *value = &b->layers[number].value;
    value->layout = notch_build_plain_value(b, shape);
    value->place = notch_build_buffer_for(b, NOTCH_AREA_ACTIVATIONS, &value->layout);
    notch_build_function(b, standardise, value->place, none, none, none)->count =
        (uint64_t)shape->channels * shape->height * shape->width;
}

typedef struct sample_softmax {
    double largest, sum; /* sum of exp(logit - largest) */
    uint32_t best;       /* the first of the largest logits */
} sample_softmax;

static sample_softmax softmax_of(const float *logits, uint32_t classes)
{
    sample_softmax s = {(double)logits[0], 0, 0};
    for (uint32_t c = 1; c < classes; c++) {
        if ((double)logits[c] > s.largest) {
            s.largest = (double)logits[c];
            s.best = c;
        }
    }
    for (uint32_t c = 0; c < classes; c++) {
        s.sum += exp((double)logits[c] - s.largest);
    }
    return s;
}

static void lose(const notch_run *run, const notch_step *step)
{
    const uint32_t classes = run->engine->classes;
    const uint8_t *labels = run->batch->labels;
    const float *logits = notch_place_pointer(run, step->places[0]);
    float *error = notch_place_pointer(run, step->places[1]); /* NULL in evaluation */
    for (uint32_t i = 0; i < run->batch->count; i++, logits += classes) {
        const sample_softmax s = softmax_of(logits, classes);
        if (labels != NULL) {
            run->result->loss += s.largest + log(s.sum) - (double)logits[labels[i]];
            run->result->correct += s.best == labels[i];
        }
        for (uint32_t c = 0; c < classes && (error != NULL || run->probabilities != NULL); c++) {
            const double p = exp((double)logits[c] - s.largest) / s.sum;
            if (run->probabilities != NULL) {
                run->probabilities[(size_t)i * classes + c] = (float)p;
            }
            if (error != NULL) {
                error[(size_t)i * classes + c] =
                    (float)((p - (c == labels[i])) / (double)run->batch->count);
            }
        }
    }
}

void notch_build_loss(notch_builder *b)
{
    const uint32_t last = b->model->layer_count - 1;
    notch_layer_build *layer = &b->layers[last];
    const dnnl_memory_desc_t plain = notch_build_plain_value(b, &b->model->layers[last].shape);
    const notch_tensor_value logits =
        notch_build_reorder(b, &layer->value, &plain, NOTCH_AREA_WORKSPACE);
    notch_tensor_value error = {plain, none, false};
    if (b->training) {
        error.place = notch_build_buffer_for(b, NOTCH_AREA_WORKSPACE, &plain);
    }
    notch_build_function(b, lose, logits.place, error.place, none, none);
    notch_build_contribute(b, last, error);
}
