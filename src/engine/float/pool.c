/* pool.c - max-pools and average pools.
 * SPDX-License-Identifier: MIT
 *
 * A max-pool that alone follows a ReLU does the ReLU's backward pass as well: an error goes to the
 * largest value of its window, and passes the ReLU if that value, the pool's output, is positive.
 */
#include "engine/float/build.h"

typedef struct geometry {
    dnnl_dims_t kernel, stride, padding, dilation;
    dnnl_alg_kind_t algorithm;
    bool largest;
} geometry;

static geometry geometry_of(const notch_layer *layer)
{
    geometry g = {.kernel = {layer->kernel[0], layer->kernel[1]},
                  .stride = {layer->stride[0], layer->stride[1]},
                  .padding = {layer->padding[0], layer->padding[1]},
                  .largest = layer->type == NOTCH_LAYER_MAX_POOL};
    g.algorithm = g.largest ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding;
    return g;
}

void notch_build_pool(notch_builder *b, uint32_t number)
{
    const notch_layer *layer = &b->model->layers[number];
    notch_layer_build *own = &b->layers[number];
    const notch_tensor_value *from = &b->layers[layer->inputs[0]].value;
    const geometry g = geometry_of(layer);
    const dnnl_memory_desc_t plain = notch_build_plain_value(b, &layer->shape);
    const dnnl_memory_desc_t output = notch_build_any(&plain);
    dnnl_pooling_v2_desc_t operation;
    if (!notch_build_good(b, dnnl_pooling_v2_forward_desc_init(
                                 &operation,
                                 b->training ? dnnl_forward_training : dnnl_forward_inference,
                                 g.algorithm, &from->layout, &output, g.stride, g.kernel,
                                 g.dilation, g.padding, g.padding))) {
        return;
    }
    own->forward = notch_build_descriptor(b, &operation, NULL, false);
    if (own->forward == NULL) {
        return;
    }
    const dnnl_memory_desc_t *result = notch_build_layout(own->forward, dnnl_query_dst_md);
    own->value = (notch_tensor_value){
        *result, notch_build_buffer_for(b, NOTCH_AREA_ACTIVATIONS, result), false};
    notch_step *step = notch_build_primitive(b, own->forward);
    notch_build_argument(b, step, DNNL_ARG_SRC, &from->layout, from->place);
    notch_build_argument(b, step, DNNL_ARG_DST, result, own->value.place);
    if (g.largest && b->training) { /* where in its window each value comes from */
        const dnnl_memory_desc_t *places =
            notch_build_layout(own->forward, dnnl_query_workspace_md);
        own->kept = notch_build_buffer_for(b, NOTCH_AREA_ACTIVATIONS, places);
        notch_build_argument(b, step, DNNL_ARG_WORKSPACE, places, own->kept);
    }
}

void notch_build_pool_backward(notch_builder *b, uint32_t number)
{
    const notch_layer *layer = &b->model->layers[number];
    notch_layer_build *own = &b->layers[number], *input = &b->layers[layer->inputs[0]];
    const geometry g = geometry_of(layer);
    notch_tensor_value error = notch_build_error(b, number, &own->value.layout);
    if (g.largest && input->consumers == 1 &&
        b->model->layers[layer->inputs[0]].type == NOTCH_LAYER_RELU) {
        error = notch_build_mask(b, &error, &own->value);
        input->masked = true;
    }
    dnnl_pooling_v2_desc_t operation;
    if (!notch_build_good(b, dnnl_pooling_v2_backward_desc_init(
                                 &operation, g.algorithm, &input->value.layout, &error.layout,
                                 g.stride, g.kernel, g.dilation, g.padding, g.padding))) {
        return;
    }
    const dnnl_primitive_desc_t descriptor =
        notch_build_descriptor(b, &operation, own->forward, false);
    if (descriptor == NULL) {
        return;
    }
    const notch_tensor_value to = {
        input->value.layout, notch_build_buffer_for(b, NOTCH_AREA_WORKSPACE, &input->value.layout),
        false};
    notch_step *step = notch_build_primitive(b, descriptor);
    notch_build_argument(b, step, DNNL_ARG_DIFF_DST, &error.layout, error.place);
    notch_build_argument(b, step, DNNL_ARG_DIFF_SRC, &to.layout, to.place);
    if (g.largest) {
        notch_build_argument(b, step, DNNL_ARG_WORKSPACE,
                             notch_build_layout(descriptor, dnnl_query_workspace_md), own->kept);
    }
    notch_build_contribute(b, layer->inputs[0], to);
    (void)dnnl_primitive_desc_destroy(descriptor);
}
