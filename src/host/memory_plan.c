/* memory_plan.c - the bytes that training or evaluating a model takes, before any are reserved.
 * SPDX-License-Identifier: MIT
 */
#include <notch/model_file.h>
#include <notch/notch.h>

#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "host/trainer_rows.h"

/* Bytes of workspace for an update of the model's tensors, or of their rows; 0 where sizes are out
 * of range. */
static notch_status plan_workspace(const notch_memory_request *request, uint32_t threads,
                                   uint64_t *bytes, notch_error *error)
{
    const notch_model *model = request->model;
    notch_parameter tensors[NOTCH_TENSORS_MAX];
    memset(tensors, 0, sizeof tensors);
    for (uint32_t i = 0; i < model->tensor_count; i++) {
        tensors[i].gradient.count = model->tensors[i].count;
    }
    if (!request->rows) {
        *bytes = notch_update_workspace(tensors, model->tensor_count, threads);
        return NOTCH_OK;
    }
    const uint64_t count = notch_train_row_count(model);
    *bytes = 0;
    const notch_status status = notch_train_rows_check(model, error);
    if (status != NOTCH_OK) {
        return status;
    }
    notch_parameter *rows = malloc((size_t)count * sizeof *rows);
    if (rows == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "memory: no memory for %u rows of %s", count,
                          model->name);
    }
    notch_train_rows(model, tensors, rows);
    *bytes = notch_update_workspace(rows, count, threads) + count * sizeof *rows;
    free(rows);
    return NOTCH_OK;
}

/* What an update needs; `plan` has room for the parts that depend on the rule. */
static notch_status plan_update(const notch_memory_request *request, notch_memory_plan *plan,
                                notch_error *error)
{
    const notch_model *model = request->model;
    if (request->lattice == NULL) {
        plan->optimiser = request->momentum ? model->parameters * sizeof(float) : 0;
        return NOTCH_OK;
    }
    const uint32_t threads =
        request->engine.threads != 0 ? request->engine.threads : notch_threads_usable();
    const uint64_t groups = request->scope == NOTCH_SCOPE_GLOBAL ? 1 : model->tensor_count;
    plan->optimiser = groups * sizeof(notch_calibration) +
                      (request->accumulators ? model->parameters * sizeof(int32_t) : 0);
    const notch_status status = plan_workspace(request, threads, &plan->update_workspace, error);
    if (status == NOTCH_OK && plan->update_workspace == 0) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "memory: an update of %u tensors on %u threads is out of range",
                          (uint64_t)model->tensor_count, (uint64_t)threads);
    }
    return status;
}

static notch_status plan_engine(const notch_memory_request *request, notch_memory_plan *plan,
                                notch_error *error)
{
    notch_error reason;
    const notch_status status =
        notch_engine_memory_needed(request->model, &request->engine, &plan->engine, &reason);
    plan->engine_known = status == NOTCH_OK;
    if (!plan->engine_known) {
        plan->engine = (notch_engine_memory){0};
    }
    return plan->engine_known || status == NOTCH_ERROR_UNSUPPORTED
               ? NOTCH_OK
               : notch_fail(error, status, "%s", reason.message);
}

static void add_up(notch_memory_plan *plan)
{
    const uint64_t parts[] = {
        plan->weights,          plan->engine.weights,   plan->engine.activations,
        plan->engine.gradients, plan->engine.state,     plan->engine.workspace,
        plan->optimiser,        plan->update_workspace, plan->batch,
        plan->dataset};
    plan->total = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        plan->total = parts[i] > UINT64_MAX - plan->total ? UINT64_MAX : plan->total + parts[i];
    }
}

notch_status notch_memory_plan_make(const notch_memory_request *request, notch_memory_plan *plan,
                                    notch_error *error)
{
    if (request == NULL || plan == NULL || request->model == NULL ||
        request->model->layer_count == 0) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "memory: %s missing",
                          plan == NULL ? "the result is" : "the request or its model is");
    }
    const notch_model *model = request->model;
    const notch_shape *input = &model->layers[0].shape;
    const uint64_t image = (uint64_t)input->channels * input->height * input->width;
    notch_memory_plan result = {
        .weights = model->parameters *
                   (request->lattice == NULL ? sizeof(float) : request->lattice->bytes),
        .batch = request->engine.batch * (image + 1), /* a byte a pixel and one for the label */
        .dataset = request->dataset};
    notch_status status = plan_engine(request, &result, error);
    if (status == NOTCH_OK && request->engine.training) {
        status = plan_update(request, &result, error);
    }
    if (status == NOTCH_OK) {
        add_up(&result);
        *plan = result;
    }
    return status;
}
