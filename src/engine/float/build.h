/* build.h - compiling a model into a program: what the files of the layers share.
 * SPDX-License-Identifier: MIT
 *
 * The first failure stays in the builder and turns everything after it into nothing, so that the
 * layers need not ask after each call.
 *
 * Layouts: oneDNN chooses those of convolutions and dense layers; what follows takes what it gets.
 * A value that someone needs in another layout is reordered. Values of padded layouts (channels
 * rounded up to whole blocks) hold zeros in the padding.
 */
#ifndef NOTCH_ENGINE_FLOAT_BUILD_H
#define NOTCH_ENGINE_FLOAT_BUILD_H

#include "engine/float/program.h"

/* A tensor in the arena, with the batch as its first dimension. */
typedef struct notch_tensor_value {
    dnnl_memory_desc_t layout;
    notch_place place;
    bool shared; /* errors: someone else reads the same place, so it must not be written */
} notch_tensor_value;

/* What is known of a layer while its model is compiled. */
typedef struct notch_layer_build {
    notch_tensor_value value;      /* its output */
    notch_tensor_value error;      /* the loss's derivative by its output; no place: none yet */
    dnnl_primitive_desc_t forward; /* hint for the backward primitives */
    notch_tensor_value extra[2];   /* what the backward pass needs besides, as the layer likes */
    notch_place kept;              /* what the forward primitive keeps for the backward one */
    uint32_t consumers;            /* layers that use its output */
    bool rectified;   /* the layer does the work of the ReLU that is its only consumer */
    bool masked;      /* a ReLU whose error arrives with its mask applied */
    bool needs_error; /* it or a layer before it has parameters */
} notch_layer_build;

typedef struct notch_builder {
    const notch_model *model;
    dnnl_engine_t onednn;
    notch_program *program;
    bool training;  /* forward and backward pass; else the forward pass in evaluation mode */
    bool dry;       /* only sizes are wanted: no primitive is created */
    uint32_t layer; /* the one at hand, for sentences and observers */
    notch_pass pass;
    uint32_t state; /* floats of state given out so far */
    notch_status status;
    notch_error *error;
    notch_step nobody; /* what failed calls return */
    notch_layer_build layers[NOTCH_LAYERS_MAX];
} notch_builder;

/* Compiles the model for program->images images. */
notch_status notch_program_build(notch_program *program, const notch_model *model,
                                 dnnl_engine_t onednn, bool training, bool dry, notch_error *error);

/* ---- tools (build_tools.c) ------------------------------------------------------------------- */

/* Whether all is well; if oneDNN failed, the builder's sentence names the layer. */
bool notch_build_good(notch_builder *b, dnnl_status_t status);

notch_place notch_build_buffer(notch_builder *b, notch_area area, uint64_t bytes);
notch_place notch_build_buffer_for(notch_builder *b, notch_area area,
                                   const dnnl_memory_desc_t *layout);

/* Row-major layout of `dimensions` sizes. */
dnnl_memory_desc_t notch_build_plain(notch_builder *b, int dimensions, const dnnl_dims_t sizes);
/* The same sizes, the layout being oneDNN's choice. */
dnnl_memory_desc_t notch_build_any(const dnnl_memory_desc_t *layout);
/* [images][channels][height][width] of a layer's output, row-major. */
dnnl_memory_desc_t notch_build_plain_value(notch_builder *b, const notch_shape *shape);
bool notch_build_same(const dnnl_memory_desc_t *a, const dnnl_memory_desc_t *b);
/* Whether the layout has no padding, so that its values are in one row. */
bool notch_build_is_compact(const dnnl_memory_desc_t *layout);

/* Creates a primitive descriptor: operation is one of oneDNN's, hint NULL or the forward one.
 * rectify: with a ReLU on the output. NULL on failure. */
dnnl_primitive_desc_t notch_build_descriptor(notch_builder *b, const_dnnl_op_desc_t operation,
                                             const_dnnl_primitive_desc_t hint, bool rectify);
/* The layout that the descriptor chose for an argument. */
const dnnl_memory_desc_t *notch_build_layout(dnnl_primitive_desc_t descriptor, dnnl_query_t query);

/* Appends a step that runs the primitive, with its scratchpad; the arguments follow. */
notch_step *notch_build_primitive(notch_builder *b, dnnl_primitive_desc_t descriptor);
/* Appends an argument; step is the program's last one. */
void notch_build_argument(notch_builder *b, notch_step *step, int number,
                          const dnnl_memory_desc_t *layout, notch_place place);
/* Appends a step that runs a function of ours on up to four places. */
notch_step *notch_build_function(notch_builder *b, notch_step_function *function, notch_place p0,
                                 notch_place p1, notch_place p2, notch_place p3);

/* The value in the layout wanted: itself, or a copy in `area`. */
notch_tensor_value notch_build_reorder(notch_builder *b, const notch_tensor_value *value,
                                       const dnnl_memory_desc_t *wanted, notch_area area);
void notch_build_reorder_to(notch_builder *b, const notch_tensor_value *from,
                            const notch_tensor_value *to);

/* The values of a parameter tensor as floats in the layout wanted. plain: the row-major layout. */
notch_place notch_build_weights(notch_builder *b, uint32_t tensor, const dnnl_memory_desc_t *plain,
                                const dnnl_memory_desc_t *wanted);
/* Where a primitive is to put a gradient that it computes in `layout`; notch_build_gradient_done,
 * after that step, moves it to where notch_engine_gradient finds it. */
notch_place notch_build_gradient(notch_builder *b, uint32_t tensor, const dnnl_memory_desc_t *plain,
                                 const dnnl_memory_desc_t *layout);
void notch_build_gradient_done(notch_builder *b, uint32_t tensor, const dnnl_memory_desc_t *plain,
                               const dnnl_memory_desc_t *layout, notch_place place);

/* ---- errors (build_errors.c) ----------------------------------------------------------------- */

/* The error of a layer's output in a given layout. */
notch_tensor_value notch_build_error(notch_builder *b, uint32_t layer,
                                     const dnnl_memory_desc_t *wanted);
/* Adds to the error of a layer; does nothing where none is needed. */
void notch_build_contribute(notch_builder *b, uint32_t layer, notch_tensor_value contribution);
/* error = (value > 0) ? error : 0, in place where that is allowed. Both have the same layout. */
notch_tensor_value notch_build_mask(notch_builder *b, const notch_tensor_value *error,
                                    const notch_tensor_value *value);

/* ---- layers ---------------------------------------------------------------------------------- */

typedef void notch_layer_builder(notch_builder *b, uint32_t layer);

notch_layer_builder notch_build_input, notch_build_convolution, notch_build_convolution_backward,
    notch_build_dense, notch_build_dense_backward, notch_build_relu, notch_build_relu_backward,
    notch_build_pool, notch_build_pool_backward, notch_build_layer_norm,
    notch_build_layer_norm_backward, notch_build_batch_norm, notch_build_batch_norm_backward,
    notch_build_add, notch_build_add_backward;

/* Softmax and cross-entropy on the last layer's output; when training, its error. */
void notch_build_loss(notch_builder *b);
/* The batch norm's running statistics move towards the batch's. */
void notch_build_running_statistics(notch_builder *b, uint32_t layer);

#endif
