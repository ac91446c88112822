/* convolution.c - convolutions, with the ReLU that follows them.
 * SPDX-License-Identifier: MIT
 *
 * On small images some taps of a kernel only ever meet padding: of a 3 x 3 kernel with padding 1 on
 * a single pixel, all but the middle one. They are left out of the computation; their gradients are
 * zero and are never written.
 */
#include "engine/float/build.h"

typedef struct geometry {
    dnnl_dims_t stride, before, after;               /* before, after: padding */
    dnnl_memory_desc_t input, weights, bias, output; /* row-major; weights: of the taps in use */
    bool has_bias;
} geometry;

/* The taps from `first` to the one before `end` meet pixels somewhere. */
typedef struct tap_range {
    uint32_t first, end, before, after;
} tap_range;

static tap_range taps_of(const notch_layer *layer, const notch_shape *input, uint32_t dimension)
{
    const uint32_t side = dimension == 0 ? input->height : input->width;
    const uint32_t windows = dimension == 0 ? layer->shape.height : layer->shape.width;
    const uint32_t padding = layer->padding[dimension];
    /* where the last window starts, counted from the first one */
    const uint32_t last = (windows - 1) * layer->stride[dimension];
    tap_range t = {0, layer->kernel[dimension], padding, 0};
    if (last < padding) { /* even in the last window, the first taps come before the first pixel */
        t.first = padding - last;
        t.before = last;
    }
    if (t.end >
        side + padding) { /* even in the first window, the last ones are beyond all pixels */
        t.end = side + padding;
    }
    if (last + t.end > side + padding) {
        t.after = last + t.end - (side + padding);
    }
    return t;
}

static geometry geometry_of(notch_builder *b, uint32_t number)
{
    const notch_layer *layer = &b->model->layers[number];
    const notch_shape *input = &b->model->layers[layer->inputs[0]].shape;
    const tap_range rows = taps_of(layer, input, 0), columns = taps_of(layer, input, 1);
    const dnnl_dims_t weights = {layer->outputs, input->channels, layer->kernel[0],
                                 layer->kernel[1]};
    const dnnl_dims_t used = {layer->outputs, input->channels, rows.end - rows.first,
                              columns.end - columns.first};
    const dnnl_dims_t first = {0, 0, rows.first, columns.first};
    const dnnl_dims_t bias = {layer->outputs};
    const dnnl_memory_desc_t all = notch_build_plain(b, 4, weights);
    geometry g = {.stride = {layer->stride[0], layer->stride[1]},
                  .before = {rows.before, columns.before},
                  .after = {rows.after, columns.after},
                  .input = notch_build_plain_value(b, input),
                  .output = notch_build_plain_value(b, &layer->shape),
                  .has_bias = layer->bias};
    (void)notch_build_good(b, dnnl_memory_desc_init_submemory(&g.weights, &all, used, first));
    if (g.has_bias) {
        g.bias = notch_build_plain(b, 1, bias);
    }
    return g;
}

void notch_build_convolution(notch_builder *b, uint32_t number)
{
    const notch_layer *layer = &b->model->layers[number];
    notch_layer_build *own = &b->layers[number];
    const geometry g = geometry_of(b, number);
    const dnnl_memory_desc_t input = notch_build_any(&g.input), output = notch_build_any(&g.output),
                             weights = notch_build_any(&g.weights);
    dnnl_convolution_desc_t operation;
    if (!notch_build_good(
            b, dnnl_convolution_forward_desc_init(
                   &operation, b->training ? dnnl_forward_training : dnnl_forward_inference,
                   dnnl_convolution_direct, &input, &weights, g.has_bias ? &g.bias : NULL, &output,
                   g.stride, g.before, g.after))) {
        return;
    }
    own->forward = notch_build_descriptor(b, &operation, NULL, own->rectified);
    if (own->forward == NULL) {
        return;
    }
    const dnnl_memory_desc_t *source = notch_build_layout(own->forward, dnnl_query_src_md),
                             *filter = notch_build_layout(own->forward, dnnl_query_weights_md),
                             *result = notch_build_layout(own->forward, dnnl_query_dst_md);
    const notch_tensor_value from =
        notch_build_reorder(b, &b->layers[layer->inputs[0]].value, source, NOTCH_AREA_ACTIVATIONS);
    const notch_place filter_place = notch_build_weights(b, layer->tensors[0], &g.weights, filter);
    const notch_place bias_place = g.has_bias
                                       ? notch_build_weights(b, layer->tensors[1], &g.bias, &g.bias)
                                       : (notch_place){NOTCH_PLACE_NONE, 0, 0};
    own->value = (notch_tensor_value){
        *result, notch_build_buffer_for(b, NOTCH_AREA_ACTIVATIONS, result), false};
    own->extra[0] = from; /* for the gradient of the weights */
    notch_step *step = notch_build_primitive(b, own->forward);
    notch_build_argument(b, step, DNNL_ARG_SRC, source, from.place);
    notch_build_argument(b, step, DNNL_ARG_WEIGHTS, filter, filter_place);
    if (g.has_bias) {
        notch_build_argument(b, step, DNNL_ARG_BIAS, &g.bias, bias_place);
    }
    notch_build_argument(b, step, DNNL_ARG_DST, result, own->value.place);
}

static void build_gradients(notch_builder *b, uint32_t number, const geometry *g)
{
    const notch_layer *layer = &b->model->layers[number];
    notch_layer_build *own = &b->layers[number];
    const dnnl_memory_desc_t input = notch_build_any(&g->input),
                             output = notch_build_any(&g->output),
                             weights = notch_build_any(&g->weights);
    dnnl_convolution_desc_t operation;
    if (!notch_build_good(b, dnnl_convolution_backward_weights_desc_init(
                                 &operation, dnnl_convolution_direct, &input, &weights,
                                 g->has_bias ? &g->bias : NULL, &output, g->stride, g->before,
                                 g->after))) {
        return;
    }
    const dnnl_primitive_desc_t descriptor =
        notch_build_descriptor(b, &operation, own->forward, false);
    if (descriptor == NULL) {
        return;
    }
    const dnnl_memory_desc_t *source = notch_build_layout(descriptor, dnnl_query_src_md),
                             *filter = notch_build_layout(descriptor, dnnl_query_diff_weights_md),
                             *result = notch_build_layout(descriptor, dnnl_query_diff_dst_md);
    const notch_tensor_value from =
        notch_build_reorder(b, &own->extra[0], source, NOTCH_AREA_WORKSPACE);
    const notch_tensor_value error = notch_build_error(b, number, result);
    const notch_place place = notch_build_gradient(b, layer->tensors[0], &g->weights, filter);
    notch_step *step = notch_build_primitive(b, descriptor);
    notch_build_argument(b, step, DNNL_ARG_SRC, source, from.place);
    notch_build_argument(b, step, DNNL_ARG_DIFF_DST, result, error.place);
    notch_build_argument(b, step, DNNL_ARG_DIFF_WEIGHTS, filter, place);
    if (g->has_bias) {
        notch_build_argument(b, step, DNNL_ARG_DIFF_BIAS, &g->bias,
                             (notch_place){NOTCH_PLACE_GRADIENT, layer->tensors[1], 0});
    }
    notch_build_gradient_done(b, layer->tensors[0], &g->weights, filter, place);
    (void)dnnl_primitive_desc_destroy(descriptor);
}

static void build_input_error(notch_builder *b, uint32_t number, const geometry *g)
{
    const notch_layer *layer = &b->model->layers[number];
    const dnnl_memory_desc_t input = notch_build_any(&g->input),
                             output = notch_build_any(&g->output),
                             weights = notch_build_any(&g->weights);
    dnnl_convolution_desc_t operation;
    if (!notch_build_good(b, dnnl_convolution_backward_data_desc_init(
                                 &operation, dnnl_convolution_direct, &input, &weights, &output,
                                 g->stride, g->before, g->after))) {
        return;
    }
    const dnnl_primitive_desc_t descriptor =
        notch_build_descriptor(b, &operation, b->layers[number].forward, false);
    if (descriptor == NULL) {
        return;
    }
    const dnnl_memory_desc_t *source = notch_build_layout(descriptor, dnnl_query_diff_src_md),
                             *filter = notch_build_layout(descriptor, dnnl_query_weights_md),
                             *result = notch_build_layout(descriptor, dnnl_query_diff_dst_md);
    const notch_tensor_value error = notch_build_error(b, number, result);
    const notch_place place = notch_build_weights(b, layer->tensors[0], &g->weights, filter);
    const notch_tensor_value to = {*source, notch_build_buffer_for(b, NOTCH_AREA_WORKSPACE, source),
                                   false};
    notch_step *step = notch_build_primitive(b, descriptor);
    notch_build_argument(b, step, DNNL_ARG_DIFF_DST, result, error.place);
    notch_build_argument(b, step, DNNL_ARG_WEIGHTS, filter, place);
    notch_build_argument(b, step, DNNL_ARG_DIFF_SRC, source, to.place);
    notch_build_contribute(b, layer->inputs[0], to);
    (void)dnnl_primitive_desc_destroy(descriptor);
}

void notch_build_convolution_backward(notch_builder *b, uint32_t number)
{
    const geometry g = geometry_of(b, number);
    b->pass = NOTCH_PASS_GRADIENTS;
    build_gradients(b, number, &g);
    b->pass = NOTCH_PASS_ERRORS;
    if (b->layers[b->model->layers[number].inputs[0]].needs_error) {
        build_input_error(b, number, &g);
    }
}
