/* affine.c - models without learned weights and biases of batch norms.
 * SPDX-License-Identifier: MIT
 */
#include "base/message.h"
#include "model/layers.h"

notch_status notch_model_without_affine(const notch_model *model, notch_model *plain,
                                        notch_error *error)
{
    if (model == NULL || plain == NULL || model == plain) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "model: expected a model and room for another one");
    }
    notch_status status = notch_model_init(plain, model->name, model->layers[0].shape, error);
    for (uint32_t i = 1; i < model->layer_count && status == NOTCH_OK; i++) {
        notch_layer layer = model->layers[i];
        layer.affine = false;
        status = notch_model_add(plain, &layer, error);
    }
    return status;
}
