/* dense.c - dense layers, with the ReLU that follows them.
 * SPDX-License-Identifier: MIT
 *
 * A dense layer sees the values of a sample as one vector, in the row-major order of channels,
 * height and width. oneDNN keeps the spatial sizes, so that a value in blocks of channels need not
 * be reordered: the weights are.
 */
#include "engine/float/build.h"

typedef struct geometry {
    dnnl_memory_desc_t input, weights, bias, output; /* row-major; output has two dimensions */
    bool has_bias;
} geometry;

static geometry geometry_of(notch_builder *b, uint32_t number)
{
    const notch_layer *layer = &b->model->layers[number];
    const notch_shape *input = &b->model->layers[layer->inputs[0]].shape;
    const dnnl_dims_t weights = {layer->outputs, input->channels, input->height, input->width};
    const dnnl_dims_t bias = {layer->outputs};
    const dnnl_dims_t output = {b->program->images, layer->outputs};
    geometry g = {.input = notch_build_plain_value(b, input),
                  .weights = notch_build_plain(b, 4, weights),
                  .output = notch_build_plain(b, 2, output),
                  .has_bias = layer->bias};
    if (g.has_bias) {
        g.bias = notch_build_plain(b, 1, bias);
    }
    return g;
}

void notch_build_dense(notch_builder *b, uint32_t number)
{
    const notch_layer *layer = &b->model->layers[number];
    notch_layer_build *own = &b->layers[number];
    const geometry g = geometry_of(b, number);
    const dnnl_memory_desc_t weights = notch_build_any(&g.weights),
                             input = notch_build_any(&g.input);
    dnnl_inner_product_desc_t operation;
    if (!notch_build_good(b, dnnl_inner_product_forward_desc_init(
                                 &operation,
                                 b->training ? dnnl_forward_training : dnnl_forward_inference,
                                 &input, &weights, g.has_bias ? &g.bias : NULL, &g.output))) {
        return;
    }
    own->forward = notch_build_descriptor(b, &operation, NULL, own->rectified);
    if (own->forward == NULL) {
        return;
    }
    const dnnl_memory_desc_t *source = notch_build_layout(own->forward, dnnl_query_src_md),
                             *matrix = notch_build_layout(own->forward, dnnl_query_weights_md);
    const notch_tensor_value from =
        notch_build_reorder(b, &b->layers[layer->inputs[0]].value, source, NOTCH_AREA_ACTIVATIONS);
    const notch_place matrix_place = notch_build_weights(b, layer->tensors[0], &g.weights, matrix);
    const notch_place bias_place = g.has_bias
                                       ? notch_build_weights(b, layer->tensors[1], &g.bias, &g.bias)
                                       : (notch_place){NOTCH_PLACE_NONE, 0, 0};
    own->value =
        (notch_tensor_value){notch_build_plain_value(b, &layer->shape),
                             notch_build_buffer_for(b, NOTCH_AREA_ACTIVATIONS, &g.output), false};
    own->extra[0] = from; /* for the gradient of the weights */
    notch_step *step = notch_build_primitive(b, own->forward);
    notch_build_argument(b, step, DNNL_ARG_SRC, source, from.place);
    notch_build_argument(b, step, DNNL_ARG_WEIGHTS, matrix, matrix_place);
    if (g.has_bias) {
        notch_build_argument(b, step, DNNL_ARG_BIAS, &g.bias, bias_place);
    }
    notch_build_argument(b, step, DNNL_ARG_DST, &g.output, own->value.place);
}

static void build_gradients(notch_builder *b, uint32_t number, const geometry *g, notch_place error)
{
    const notch_layer *layer = &b->model->layers[number];
    notch_layer_build *own = &b->layers[number];
    const dnnl_memory_desc_t weights = notch_build_any(&g->weights),
                             input = notch_build_any(&g->input);
    dnnl_inner_product_desc_t operation;
    if (!notch_build_good(
            b, dnnl_inner_product_backward_weights_desc_init(
                   &operation, &input, &weights, g->has_bias ? &g->bias : NULL, &g->output))) {
        return;
    }
    const dnnl_primitive_desc_t descriptor =
        notch_build_descriptor(b, &operation, own->forward, false);
    if (descriptor == NULL) {
        return;
    }
    const dnnl_memory_desc_t *source = notch_build_layout(descriptor, dnnl_query_src_md),
                             *matrix = notch_build_layout(descriptor, dnnl_query_diff_weights_md);
    const notch_tensor_value from =
        notch_build_reorder(b, &own->extra[0], source, NOTCH_AREA_WORKSPACE);
    const notch_place place = notch_build_gradient(b, layer->tensors[0], &g->weights, matrix);
    notch_step *step = notch_build_primitive(b, descriptor);
    notch_build_argument(b, step, DNNL_ARG_SRC, source, from.place);
    notch_build_argument(b, step, DNNL_ARG_DIFF_DST, &g->output, error);
    notch_build_argument(b, step, DNNL_ARG_DIFF_WEIGHTS, matrix, place);
    if (g->has_bias) {
        notch_build_argument(b, step, DNNL_ARG_DIFF_BIAS, &g->bias,
                             (notch_place){NOTCH_PLACE_GRADIENT, layer->tensors[1], 0});
    }
    notch_build_gradient_done(b, layer->tensors[0], &g->weights, matrix, place);
    (void)dnnl_primitive_desc_destroy(descriptor);
}

static void build_input_error(notch_builder *b, uint32_t number, const geometry *g,
                              notch_place error)
{
    const notch_layer *layer = &b->model->layers[number];
    const dnnl_memory_desc_t weights = notch_build_any(&g->weights),
                             input = notch_build_any(&g->input);
    dnnl_inner_product_desc_t operation;
    if (!notch_build_good(b, dnnl_inner_product_backward_data_desc_init(&operation, &input,
                                                                        &weights, &g->output))) {
        return;
    }
    const dnnl_primitive_desc_t descriptor =
        notch_build_descriptor(b, &operation, b->layers[number].forward, false);
    if (descriptor == NULL) {
        return;
    }
    const dnnl_memory_desc_t *source = notch_build_layout(descriptor, dnnl_query_diff_src_md),
                             *matrix = notch_build_layout(descriptor, dnnl_query_weights_md);
    const notch_place place = notch_build_weights(b, layer->tensors[0], &g->weights, matrix);
    const notch_tensor_value to = {*source, notch_build_buffer_for(b, NOTCH_AREA_WORKSPACE, source),
                                   false};
    notch_step *step = notch_build_primitive(b, descriptor);
    notch_build_argument(b, step, DNNL_ARG_DIFF_DST, &g->output, error);
    notch_build_argument(b, step, DNNL_ARG_WEIGHTS, matrix, place);
    notch_build_argument(b, step, DNNL_ARG_DIFF_SRC, source, to.place);
    notch_build_contribute(b, layer->inputs[0], to);
    (void)dnnl_primitive_desc_destroy(descriptor);
}

void notch_build_dense_backward(notch_builder *b, uint32_t number)
{
    const geometry g = geometry_of(b, number);
    const dnnl_memory_desc_t *plain = &b->layers[number].value.layout; /* row-major */
    const notch_place error = notch_build_error(b, number, plain).place;
    b->pass = NOTCH_PASS_GRADIENTS;
    build_gradients(b, number, &g, error);
    b->pass = NOTCH_PASS_ERRORS;
    if (b->layers[b->model->layers[number].inputs[0]].needs_error) {
        build_input_error(b, number, &g, error);
    }
}
