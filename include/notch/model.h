/* notch/model.h - a network as a graph of layers: shapes, parameter tensors, presets.
 * SPDX-License-Identifier: MIT
 *
 * A model is plain data without pointers: layers in an order in which each uses earlier ones only,
 * and the parameter tensors they need. It holds no weights. Engines (notch/engine.h) run it.
 *
 * Freestanding, like notch/core.h: no allocation, no floating point; a call that fails leaves the
 * model as it was.
 */
#ifndef NOTCH_MODEL_H
#define NOTCH_MODEL_H

#include <notch/core.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NOTCH_LAYERS_MAX 128u
#define NOTCH_TENSORS_MAX 256u
#define NOTCH_LAYER_NAME_MAX 31u         /* bytes, without the final NUL */
#define NOTCH_MODEL_SIDE_MAX 65536u      /* channels, height and width of any shape */
#define NOTCH_MODEL_VALUES_MAX 16777216u /* channels * height * width of any shape */
#define NOTCH_MODEL_PARAMETERS_MAX (UINT64_C(1) << 31)

/* Values are pinned: model files hold them. */
typedef enum notch_layer_type {
    NOTCH_LAYER_INPUT = 0, /* the images; always layer 0 and nowhere else */
    NOTCH_LAYER_CONVOLUTION =
        1,                 /* cross-correlation with zero padding, as everywhere in the field */
    NOTCH_LAYER_DENSE = 2, /* on all values of its input as one vector */
    NOTCH_LAYER_RELU = 3,
    NOTCH_LAYER_MAX_POOL = 4,     /* padding counts as minus infinity */
    NOTCH_LAYER_AVERAGE_POOL = 5, /* no padding; the mean of its window */
    NOTCH_LAYER_LAYER_NORM = 6,   /* over all values of a sample, no parameters, epsilon 1e-5 */
    NOTCH_LAYER_BATCH_NORM =
        7,              /* per channel over batch and positions, epsilon 1e-5, momentum 0.1 */
    NOTCH_LAYER_ADD = 8 /* the sum of two different earlier layers of the same shape */
} notch_layer_type;

/* "input", "convolution", "dense", "relu", "max-pool", "average-pool", "layer-norm", "batch-norm",
 * "add"; NULL for a value that is none of these. */
NOTCH_API const char *notch_layer_type_name(notch_layer_type type);
NOTCH_API notch_status notch_layer_type_parse(const char *name, notch_layer_type *type,
                                              notch_error *error);

/* Of one sample; memory order is [channels][height][width]. A vector has height and width 1. */
typedef struct notch_shape {
    uint32_t channels, height, width;
} notch_shape;

#define NOTCH_NO_TENSOR UINT32_MAX

/* One layer. The caller fills what its type uses and leaves the rest zero; notch_model_add checks
 * and fills the lower part. Pairs are height, width. */
typedef struct notch_layer {
    char name[NOTCH_LAYER_NAME_MAX + 1]; /* unique in the model; letters, digits, '-', '_', '.', but
                                            not "model" */
    notch_layer_type type;
    uint32_t inputs[2];  /* numbers of earlier layers; the second for `add` only */
    uint32_t outputs;    /* convolution: channels; dense: units */
    uint32_t kernel[2];  /* convolution and pools, 1 to NOTCH_MODEL_SIDE_MAX */
    uint32_t stride[2];  /* convolution and pools, 1 to NOTCH_MODEL_SIDE_MAX */
    uint32_t padding[2]; /* convolution and max-pool: rows and columns added on each side, less
                            than kernel */
    bool bias;           /* convolution and dense: a bias for each output */
    bool affine;         /* batch-norm: a learned weight and bias for each channel */

    /* Filled by notch_model_add. */
    notch_shape shape;   /* of its output */
    uint32_t tensors[2]; /* numbers of its weight and its bias, or NOTCH_NO_TENSOR */
} notch_layer;

typedef enum notch_tensor_role {
    NOTCH_TENSOR_WEIGHT = 0, /* convolution [outputs][inputs][height][width], dense
                                [outputs][inputs], batch-norm [channels] */
    NOTCH_TENSOR_BIAS = 1    /* [outputs] or [channels] */
} notch_tensor_role;

/* One parameter tensor, in row-major order of its sizes. */
typedef struct notch_tensor {
    char name[NOTCH_LAYER_NAME_MAX + 9]; /* layer name + ".weight" or ".bias" */
    notch_tensor_role role;
    uint32_t layer;
    uint32_t dimensions; /* 1, 2 or 4 */
    uint32_t sizes[4];
    uint32_t fan_in; /* products that one output sums: inputs * height * width; batch-norm: 1 */
    uint64_t count;  /* product of sizes */
    uint64_t offset; /* sum of the counts of the tensors before */
} notch_tensor;

typedef struct notch_model {
    char name[NOTCH_LAYER_NAME_MAX + 1];
    uint32_t layer_count; /* 1 or more; the last layer's output are the logits */
    uint32_t tensor_count;
    uint64_t parameters; /* sum of all tensors' counts */
    notch_layer layers[NOTCH_LAYERS_MAX];
    notch_tensor tensors[NOTCH_TENSORS_MAX];
} notch_model;

/* A model that consists of its input, which is called "input". name: 1 to NOTCH_LAYER_NAME_MAX
 * letters, digits, '-', '_', '.'. Errors: ARGUMENT, RANGE. */
NOTCH_API notch_status notch_model_init(notch_model *model, const char *name, notch_shape input,
                                        notch_error *error);

/* Appends a layer and fills its lower part. Output sides are
 * floor((side + 2 padding - kernel) / stride) + 1. Sentences name the layer and, where shapes do
 * not fit, the layers before it and their shapes. Errors: ARGUMENT, RANGE. */
NOTCH_API notch_status notch_model_add(notch_model *model, const notch_layer *layer,
                                       notch_error *error);

/* Whether the model can be trained on this many classes: its last layer has a shape of
 * classes x 1 x 1, every layer but the last one is used, and there is a parameter to train.
 * ARGUMENT otherwise. */
NOTCH_API notch_status notch_model_check(const notch_model *model, uint32_t classes,
                                         notch_error *error);

/* Number of the layer called so, or NOTCH_LAYERS_MAX. */
NOTCH_API uint32_t notch_model_find(const notch_model *model, const char *name);

/* Multiplications that layer number `layer` does for one sample in a forward pass, each with an
 * addition: those of convolutions and dense layers; 0 for others and for numbers of no layer. */
NOTCH_API uint64_t notch_model_multiply_adds(const notch_model *model, uint32_t layer);

/* Whether two models have the same layers (types, connections, sizes), whatever they are called;
 * if not, the sentence names the first difference (ARGUMENT). */
NOTCH_API notch_status notch_model_same(const notch_model *model, const notch_model *other,
                                        notch_error *error);

/* *plain becomes the model with batch norms that learn nothing (affine = no), as the int engine
 * needs them. Errors: ARGUMENT, and those of notch_model_init and notch_model_add. */
NOTCH_API notch_status notch_model_without_affine(const notch_model *model, notch_model *plain,
                                                  notch_error *error);

/* The model as a text that notch_model_parse (notch/model_file.h) reads as the same model, each
 * layer with all its options; the grammar is in docs/models.md. Writes as many of its bytes as fit
 * into text[0 .. capacity), NUL-terminated unless capacity is 0, and returns how many bytes the
 * whole text has, without the NUL. */
NOTCH_API size_t notch_model_format(const notch_model *model, char *text, size_t capacity);

/* Names of the presets: "linear", "mlp", "cnn", "resnet18"; NULL from index 4 on.
 *   linear    dense, layer norm
 *   mlp       dense 128, ReLU, dense, layer norm
 *   cnn       conv 32 3x3, ReLU, max-pool 2, layer norm, conv 64 3x3, ReLU, max-pool 2, layer norm,
 *             dense 128, ReLU, layer norm, dense, layer norm; padding 1
 *   resnet18  ResNet-18 (He et al. 2015) with batch norm and a 7x7 stem of stride 2 on any number
 *             of channels, and a layer norm on its outputs
 * Biases in all dense layers and in the convolutions of cnn. With 28 x 28 grey images and 10
 * classes: 7,850, 101,770, 421,642 and 11,175,370 parameters. */
NOTCH_API const char *notch_model_preset_name(size_t index);
NOTCH_API notch_status notch_model_preset(notch_model *model, const char *name, notch_shape input,
                                          uint32_t classes, notch_error *error);

/* ------------------------------------------------------------------------------------------------
 * What a training step is at
 * --------------------------------------------------------------------------------------------- */

/* The passes of a training step. */
typedef enum notch_pass {
    NOTCH_PASS_DATA = 0,  /* gathering the batch */
    NOTCH_PASS_FORWARD,   /* from inputs to outputs, weights being brought into order included */
    NOTCH_PASS_LOSS,      /* of the logits, and its derivative by them */
    NOTCH_PASS_ERRORS,    /* the loss's derivative by the inputs of layers */
    NOTCH_PASS_GRADIENTS, /* its derivative by parameters */
    NOTCH_PASS_UPDATE,    /* of the parameters, and of running statistics */
    NOTCH_PASSES          /* how many; as an argument: the step or the call has ended */
} notch_pass;

/* "data", "forward", "loss", "errors", "gradients", "update"; NULL for a value that is none. */
NOTCH_API const char *notch_pass_name(notch_pass pass);

/* Is told what begins next, and thereby that what it was told before has ended. This is how stages
 * are timed: the library itself reads no clock. Called from the thread that called the library,
 * between the work of its threads; must not call back. Layers that are computed together count as
 * the first of them; layer is 0 for passes that are not a layer's. */
typedef struct notch_observer {
    void *self;
    void (*begins)(void *self, notch_pass pass, uint32_t layer);
} notch_observer;

/* ------------------------------------------------------------------------------------------------
 * First weights, in integers
 * --------------------------------------------------------------------------------------------- */

/* weights[i], 0 <= i < count, int8_t or int16_t as lattice->bytes says: the point of the lattice
 * that is nearest to x_i (of two, the one away from zero). x_i is approximately normal with mean 0
 * and standard deviation `deviation` / 2^16: deviation * (s_i - 6 * 65535) / 2^32, where s_i is the
 * sum of the 12 halves of random words 6 i to 6 i + 5 of the stream. It never exceeds 6 standard
 * deviations and is symmetric about zero. On a lattice of 1 bit, weights are fair signs instead:
 * bit 31 of word 6 i. A pure function of its arguments. Errors: ARGUMENT. */
NOTCH_API notch_status notch_initialise_normal(const notch_lattice *lattice, uint32_t deviation,
                                               const notch_key *key, uint64_t count, void *weights,
                                               notch_error *error);

/* A deviation that suits the lattice, in units of 2^-16: 20 / 127 of the maximum on 8 and 16 bits
 * (20 and about 5,160), 2 on 4 bits, 0.75 on 2 bits (about half of the weights are zero); 0 on 1
 * bit, where it plays no role, and for a NULL. */
NOTCH_API uint32_t notch_initialise_deviation(const notch_lattice *lattice);

/* The first weights of one tensor of a model, as training in integers uses them:
 *   weights of convolutions and dense layers   notch_initialise_normal with the deviation above,
 *                                              from stream key->stream + tensor (below 2^24)
 *   weights of batch norms                     1: an integer stands for itself
 *   biases                                     0; on a lattice of 1 bit, which has none, fair signs
 * Errors: ARGUMENT, RANGE. */
NOTCH_API notch_status notch_initialise_tensor(const notch_model *model, uint32_t tensor,
                                               const notch_lattice *lattice, const notch_key *key,
                                               void *weights, notch_error *error);

#ifdef __cplusplus
}
#endif

#endif
