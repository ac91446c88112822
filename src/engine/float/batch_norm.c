/* batch_norm.c - batch norms, with the ReLU that follows them, and their running statistics.
 * SPDX-License-Identifier: MIT
 *
 * Training: y = (x - m) / sqrt(v + epsilon) * weight + bias with the batch's mean m and variance v
 * (divided by the number n of values). Running statistics, once the loss is known to be finite:
 * r <- 0.9 r + 0.1 m, and 0.1 v n / (n - 1) for the variance, as PyTorch does. A single value has
 * no unbiased variance: the running one stays as it is.
 */
#include "engine/float/build.h"

static const float epsilon = 1e-5F, momentum = 0.1F;

static const notch_place none = {NOTCH_PLACE_NONE, 0, 0};

static unsigned flags_of(const notch_builder *b, uint32_t number)
{
    unsigned flags = b->training ? 0 : dnnl_use_global_stats;
    if (b->model->layers[number].affine) {
        flags |= dnnl_use_scale | dnnl_use_shift;
    }
    if (b->layers[number].rectified) {
        flags |= dnnl_fuse_norm_relu;
    }
    return flags;
}

static dnnl_memory_desc_t channels_of(notch_builder *b, uint32_t number)
{
    const dnnl_dims_t channels = {b->model->layers[number].shape.channels};
    return notch_build_plain(b, 1, channels);
}

/* Running means, then running variances. */
static notch_place state_of(const notch_builder *b, uint32_t number, bool variance)
{
    uint32_t index = 0;
    for (uint32_t l = 0; l < number; l++) {
        const notch_layer *layer = &b->model->layers[l];
        index += layer->type == NOTCH_LAYER_BATCH_NORM ? 2 * layer->shape.channels : 0;
    }
    index += variance ? b->model->layers[number].shape.channels : 0;
    return (notch_place){NOTCH_PLACE_STATE, index, 0};
}

void notch_build_batch_norm(notch_builder *b, uint32_t number)
{
    const notch_layer *layer = &b->model->layers[number];
    notch_layer_build *own = &b->layers[number];
    const notch_tensor_value *from = &b->layers[layer->inputs[0]].value;
    const dnnl_memory_desc_t channels = channels_of(b, number);
    dnnl_batch_normalization_desc_t operation;
    if (!notch_build_good(b, dnnl_batch_normalization_forward_desc_init(
                                 &operation,
                                 b->training ? dnnl_forward_training : dnnl_forward_inference,
                                 &from->layout, epsilon, flags_of(b, number)))) {
        return;
    }
    own->forward = notch_build_descriptor(b, &operation, NULL, false);
    if (own->forward == NULL) {
        return;
    }
    notch_place weight = none, bias = none;
    if (layer->affine) {
        weight = notch_build_weights(b, layer->tensors[0], &channels, &channels);
        bias = notch_build_weights(b, layer->tensors[1], &channels, &channels);
    }
    for (uint32_t k = 0; k < 2; k++) { /* mean and variance */
        own->extra[k].layout = channels;
        own->extra[k].place = b->training
                                  ? notch_build_buffer_for(b, NOTCH_AREA_ACTIVATIONS, &channels)
                                  : state_of(b, number, k == 1);
    }
    own->value = (notch_tensor_value){
        from->layout, notch_build_buffer_for(b, NOTCH_AREA_ACTIVATIONS, &from->layout), false};
    notch_step *step = notch_build_primitive(b, own->forward);
    notch_build_argument(b, step, DNNL_ARG_SRC, &from->layout, from->place);
    notch_build_argument(b, step, DNNL_ARG_DST, &from->layout, own->value.place);
    notch_build_argument(b, step, DNNL_ARG_MEAN, &channels, own->extra[0].place);
    notch_build_argument(b, step, DNNL_ARG_VARIANCE, &channels, own->extra[1].place);
    if (layer->affine) {
        notch_build_argument(b, step, DNNL_ARG_SCALE, &channels, weight);
        notch_build_argument(b, step, DNNL_ARG_SHIFT, &channels, bias);
    }
    if (own->rectified && b->training) { /* which values the ReLU let pass */
        const dnnl_memory_desc_t *passed =
            notch_build_layout(own->forward, dnnl_query_workspace_md);
        own->kept = notch_build_buffer_for(b, NOTCH_AREA_ACTIVATIONS, passed);
        notch_build_argument(b, step, DNNL_ARG_WORKSPACE, passed, own->kept);
    }
}

static void update_running(const notch_run *run, const notch_step *step)
{
    const notch_layer *layer = &run->engine->model.layers[step->layer];
    const float *mean = notch_place_pointer(run, step->places[0]);
    const float *variance = notch_place_pointer(run, step->places[1]);
    float *running_mean = notch_place_pointer(run, step->places[2]);
    float *running_variance = notch_place_pointer(run, step->places[3]);
    const uint64_t values =
        (uint64_t)run->program->images * layer->shape.height * layer->shape.width;
    const float unbiased = values > 1 ? (float)values / (float)(values - 1) : 0.0F;
    for (uint32_t c = 0; c < layer->shape.channels; c++) {
        running_mean[c] += momentum * (mean[c] - running_mean[c]);
        if (values > 1) {
            running_variance[c] += momentum * (variance[c] * unbiased - running_variance[c]);
        }
    }
}

void notch_build_batch_norm_backward(notch_builder *b, uint32_t number)
{
    const notch_layer *layer = &b->model->layers[number];
    notch_layer_build *own = &b->layers[number];
    const notch_tensor_value *from = &b->layers[layer->inputs[0]].value;
    const dnnl_memory_desc_t channels = channels_of(b, number);
    const notch_tensor_value error = notch_build_error(b, number, &from->layout);
    dnnl_batch_normalization_desc_t operation;
    if (!notch_build_good(b, dnnl_batch_normalization_backward_desc_init(
                                 &operation, layer->affine ? dnnl_backward : dnnl_backward_data,
                                 &from->layout, &from->layout, epsilon, flags_of(b, number)))) {
        return;
    }
    const dnnl_primitive_desc_t descriptor =
        notch_build_descriptor(b, &operation, own->forward, false);
    if (descriptor == NULL) {
        return;
    }
    notch_place weight = none, bias = none; /* oneDNN insists on the bias, and does not use it */
    if (layer->affine) {
        weight = notch_build_weights(b, layer->tensors[0], &channels, &channels);
        bias = notch_build_weights(b, layer->tensors[1], &channels, &channels);
    }
    const notch_tensor_value to = {
        from->layout, notch_build_buffer_for(b, NOTCH_AREA_WORKSPACE, &from->layout), false};
    notch_step *step = notch_build_primitive(b, descriptor);
    notch_build_argument(b, step, DNNL_ARG_SRC, &from->layout, from->place);
    notch_build_argument(b, step, DNNL_ARG_MEAN, &channels, own->extra[0].place);
    notch_build_argument(b, step, DNNL_ARG_VARIANCE, &channels, own->extra[1].place);
    notch_build_argument(b, step, DNNL_ARG_DIFF_DST, &error.layout, error.place);
    notch_build_argument(b, step, DNNL_ARG_DIFF_SRC, &to.layout, to.place);
    if (layer->affine) {
        notch_build_argument(b, step, DNNL_ARG_SCALE, &channels, weight);
        notch_build_argument(b, step, DNNL_ARG_SHIFT, &channels, bias);
        notch_build_argument(b, step, DNNL_ARG_DIFF_SCALE, &channels,
                             (notch_place){NOTCH_PLACE_GRADIENT, layer->tensors[0], 0});
        notch_build_argument(b, step, DNNL_ARG_DIFF_SHIFT, &channels,
                             (notch_place){NOTCH_PLACE_GRADIENT, layer->tensors[1], 0});
    }
    if (own->rectified) {
        notch_build_argument(b, step, DNNL_ARG_WORKSPACE,
                             notch_build_layout(descriptor, dnnl_query_workspace_md), own->kept);
    }
    notch_build_contribute(b, layer->inputs[0], to);
    (void)dnnl_primitive_desc_destroy(descriptor);
}

void notch_build_running_statistics(notch_builder *b, uint32_t number)
{
    const notch_layer_build *own = &b->layers[number];
    notch_build_function(b, update_running, own->extra[0].place, own->extra[1].place,
                         state_of(b, number, false), state_of(b, number, true));
}
