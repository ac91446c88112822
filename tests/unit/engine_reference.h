/* engine_reference.h - a model's loss in plain loops and double precision, to compare engines with.
 * SPDX-License-Identifier: MIT
 *
 * It shares no code with the engines and has no backward pass: derivatives are differences of the
 * loss.
 */
#ifndef NOTCH_TEST_ENGINE_REFERENCE_H
#define NOTCH_TEST_ENGINE_REFERENCE_H

#include <notch/engine.h>

#include <math.h>
#include <stdlib.h>

typedef struct reference {
    const notch_model *model;
    uint32_t images;
    bool training;
    double *values[NOTCH_LAYERS_MAX];   /* outputs, [images][channels][height][width] */
    double *weights[NOTCH_TENSORS_MAX]; /* to be filled by the test */
    /* of batch norms: running statistics to use (evaluation) or the batch's own (training) */
    double *means[NOTCH_LAYERS_MAX], *variances[NOTCH_LAYERS_MAX];
} reference;

static inline size_t reference_size(const notch_shape *s)
{
    return (size_t)s->channels * s->height * s->width;
}

static inline double *reference_zeros(size_t count)
{
    double *values = calloc(count, sizeof *values);
    if (values == NULL) {
        abort();
    }
    return values;
}

static inline void reference_init(reference *r, const notch_model *model, uint32_t images)
{
    *r = (reference){.model = model, .images = images, .training = true};
    for (uint32_t l = 0; l < model->layer_count; l++) {
        const notch_shape *shape = &model->layers[l].shape;
        r->values[l] = reference_zeros(images * reference_size(shape));
        r->means[l] = reference_zeros(shape->channels);
        r->variances[l] = reference_zeros(shape->channels);
    }
    for (uint32_t k = 0; k < model->tensor_count; k++) {
        r->weights[k] = reference_zeros((size_t)model->tensors[k].count);
    }
}

static inline void reference_free(reference *r)
{
    for (uint32_t l = 0; l < NOTCH_LAYERS_MAX; l++) {
        free(r->values[l]);
        free(r->means[l]);
        free(r->variances[l]);
    }
    for (uint32_t k = 0; k < NOTCH_TENSORS_MAX; k++) {
        free(r->weights[k]);
    }
}

/* A value of one sample, or `outside` beyond its borders. */
static inline double reference_at(const double *sample, const notch_shape *s, uint32_t channel,
                                  int64_t row, int64_t column, double outside)
{
    if (row < 0 || column < 0 || row >= (int64_t)s->height || column >= (int64_t)s->width) {
        return outside;
    }
    return sample[((size_t)channel * s->height + (size_t)row) * s->width + (size_t)column];
}

/* One output of a convolution or a pool. */
static inline double reference_window(const reference *r, uint32_t l, const double *sample,
                                      uint32_t channel, uint32_t row, uint32_t column)
{
    const notch_layer *layer = &r->model->layers[l];
    const notch_shape *in = &r->model->layers[layer->inputs[0]].shape;
    const bool convolution = layer->type == NOTCH_LAYER_CONVOLUTION;
    const bool largest = layer->type == NOTCH_LAYER_MAX_POOL;
    const uint32_t first = convolution ? 0 : channel, end = convolution ? in->channels : first + 1;
    double result = largest ? -INFINITY : 0;
    for (uint32_t c = first; c < end; c++) {
        for (uint32_t y = 0; y < layer->kernel[0]; y++) {
            for (uint32_t x = 0; x < layer->kernel[1]; x++) {
                const int64_t at_y = (int64_t)row * layer->stride[0] + y - layer->padding[0];
                const int64_t at_x = (int64_t)column * layer->stride[1] + x - layer->padding[1];
                const double value =
                    reference_at(sample, in, c, at_y, at_x, largest ? -INFINITY : 0);
                if (convolution) {
                    const size_t weight =
                        (((size_t)channel * in->channels + c) * layer->kernel[0] + y) *
                            layer->kernel[1] +
                        x;
                    result += value * r->weights[layer->tensors[0]][weight];
                } else if (largest) {
                    result = value > result ? value : result;
                } else {
                    result += value / (layer->kernel[0] * layer->kernel[1]);
                }
            }
        }
    }
    return layer->bias ? result + r->weights[layer->tensors[1]][channel] : result;
}

static inline void reference_windows(reference *r, uint32_t l)
{
    const notch_layer *layer = &r->model->layers[l];
    const notch_shape *in = &r->model->layers[layer->inputs[0]].shape, *out = &layer->shape;
    double *result = r->values[l];
    for (uint32_t i = 0; i < r->images; i++) {
        const double *sample = r->values[layer->inputs[0]] + i * reference_size(in);
        for (uint32_t c = 0; c < out->channels; c++) {
            for (uint32_t y = 0; y < out->height; y++) {
                for (uint32_t x = 0; x < out->width; x++) {
                    *result++ = reference_window(r, l, sample, c, y, x);
                }
            }
        }
    }
}

static inline void reference_dense(reference *r, uint32_t l)
{
    const notch_layer *layer = &r->model->layers[l];
    const size_t inputs = reference_size(&r->model->layers[layer->inputs[0]].shape);
    for (uint32_t i = 0; i < r->images; i++) {
        const double *sample = r->values[layer->inputs[0]] + i * inputs;
        for (uint32_t o = 0; o < layer->outputs; o++) {
            double sum = layer->bias ? r->weights[layer->tensors[1]][o] : 0;
            for (size_t k = 0; k < inputs; k++) {
                sum += sample[k] * r->weights[layer->tensors[0]][o * inputs + k];
            }
            r->values[l][(size_t)i * layer->outputs + o] = sum;
        }
    }
}

static inline void reference_layer_norm(reference *r, uint32_t l)
{
    const notch_layer *layer = &r->model->layers[l];
    const size_t n = reference_size(&layer->shape);
    for (uint32_t i = 0; i < r->images; i++) {
        const double *x = r->values[layer->inputs[0]] + i * n;
        double mean = 0, variance = 0;
        for (size_t k = 0; k < n; k++) {
            mean += x[k] / (double)n;
        }
        for (size_t k = 0; k < n; k++) {
            variance += (x[k] - mean) * (x[k] - mean) / (double)n;
        }
        for (size_t k = 0; k < n; k++) {
            r->values[l][i * n + k] = (x[k] - mean) / sqrt(variance + 1e-5);
        }
    }
}

static inline void reference_batch_norm(reference *r, uint32_t l)
{
    const notch_layer *layer = &r->model->layers[l];
    const size_t positions = (size_t)layer->shape.height * layer->shape.width;
    const size_t sample = positions * layer->shape.channels;
    const double n = (double)(r->images * positions);
    for (uint32_t c = 0; c < layer->shape.channels; c++) {
        const double *x = r->values[layer->inputs[0]] + c * positions;
        double mean = 0, variance = 0;
        for (size_t k = 0; k < r->images * positions; k++) {
            mean += x[k / positions * sample + k % positions] / n;
        }
        for (size_t k = 0; k < r->images * positions; k++) {
            const double d = x[k / positions * sample + k % positions] - mean;
            variance += d * d / n;
        }
        if (r->training) {
            r->means[l][c] = mean;
            r->variances[l][c] = variance;
        }
        const double weight = layer->affine ? r->weights[layer->tensors[0]][c] : 1;
        const double bias = layer->affine ? r->weights[layer->tensors[1]][c] : 0;
        for (size_t k = 0; k < r->images * positions; k++) {
            const size_t at = k / positions * sample + k % positions;
            r->values[l][c * positions + at] =
                (x[at] - r->means[l][c]) / sqrt(r->variances[l][c] + 1e-5) * weight + bias;
        }
    }
}

static inline void reference_layer(reference *r, uint32_t l)
{
    const notch_layer *layer = &r->model->layers[l];
    const size_t count = r->images * reference_size(&layer->shape);
    const double *left = r->values[layer->inputs[0]], *right = r->values[layer->inputs[1]];
    switch (layer->type) {
    case NOTCH_LAYER_CONVOLUTION:
    case NOTCH_LAYER_MAX_POOL:
    case NOTCH_LAYER_AVERAGE_POOL:
        reference_windows(r, l);
        break;
    case NOTCH_LAYER_DENSE:
        reference_dense(r, l);
        break;
    case NOTCH_LAYER_LAYER_NORM:
        reference_layer_norm(r, l);
        break;
    case NOTCH_LAYER_BATCH_NORM:
        reference_batch_norm(r, l);
        break;
    case NOTCH_LAYER_RELU:
        for (size_t k = 0; k < count; k++) {
            r->values[l][k] = left[k] > 0 ? left[k] : 0;
        }
        break;
    case NOTCH_LAYER_ADD:
        for (size_t k = 0; k < count; k++) {
            r->values[l][k] = left[k] + right[k];
        }
        break;
    case NOTCH_LAYER_INPUT:
        break;
    }
}

static inline void reference_input(reference *r, const uint8_t *images,
                                   const notch_standardisation *s)
{
    const size_t count = r->images * reference_size(&r->model->layers[0].shape);
    for (size_t k = 0; k < count; k++) {
        r->values[0][k] = (images[k] * 65536.0 - s->mean) / s->deviation;
    }
}

/* The sum over samples of the cross-entropy; outputs of the layers before `first` are there. */
static inline double reference_loss_from(reference *r, const uint8_t *labels, uint32_t first)
{
    const uint32_t last = r->model->layer_count - 1;
    const uint32_t classes = r->model->layers[last].shape.channels;
    double loss = 0;
    for (uint32_t l = first; l <= last; l++) {
        reference_layer(r, l);
    }
    for (uint32_t i = 0; i < r->images; i++) {
        const double *logits = r->values[last] + (size_t)i * classes;
        double sum = 0, largest = logits[0];
        for (uint32_t c = 1; c < classes; c++) {
            largest = logits[c] > largest ? logits[c] : largest;
        }
        for (uint32_t c = 0; c < classes; c++) {
            sum += exp(logits[c] - largest);
        }
        loss += log(sum) + largest - logits[labels[i]];
    }
    return loss;
}

/* The same; values[0] holds the input. */
static inline double reference_loss(reference *r, const uint8_t *labels)
{
    return reference_loss_from(r, labels, 1);
}

/* The derivative of the mean loss by one weight: (f(w + h) - f(w - h)) / 2h. Outputs of the layers
 * before the tensor's are there; those of its own and of later ones are not of use afterwards. */
static inline double reference_derivative(reference *r, const uint8_t *labels, uint32_t tensor,
                                          size_t index, double h)
{
    double *weight = &r->weights[tensor][index];
    const double before = *weight;
    const uint32_t layer = r->model->tensors[tensor].layer;
    *weight = before + h;
    const double above = reference_loss_from(r, labels, layer);
    *weight = before - h;
    const double below = reference_loss_from(r, labels, layer);
    *weight = before;
    return (above - below) / (2 * h * r->images);
}

#endif
