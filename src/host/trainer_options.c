/* trainer_options.c - the options of a training run, and the memory it takes.
 * SPDX-License-Identifier: MIT
 */
#include "base/message.h"
#include "host/trainer.h"
#include "host/trainer_rows.h"
#include "update/budget.h"

#define TRIALS_MAX (UINT64_C(1) << 48)
#define MOMENTUM_MAX (UINT64_C(1) << 32)

enum {
    BATCH_MAX = 65536
};

/* round(2^32 x / 1000) */
static uint64_t thousandths(uint64_t x)
{
    return ((x << 32) + 500) / 1000;
}

static uint64_t trials_at_start(notch_rule rule, uint32_t bits)
{
    const bool bold = rule == NOTCH_RULE_BOLD;
    return bits >= 8   ? NOTCH_TRIALS_ONE
           : bits == 4 ? thousandths(100)
                       : thousandths(bold ? 30 : 10);
}

static uint64_t trials_at_end(notch_rule rule, uint32_t bits)
{
    const bool bold = rule == NOTCH_RULE_BOLD;
    return bits >= 8 ? thousandths(3) : thousandths(1) / (bits == 4 || bold ? 1 : 10);
}

notch_train_options notch_train_options_for(notch_engine_type engine, notch_rule rule,
                                            uint32_t bits)
{
    notch_train_options o = {
        .engine = engine,
        .isa = NOTCH_ISA_BEST,
        .sharpness = 1,
        .epochs = 10,
        .batch = 64,
        .seed = 1,
        .initialisation = NOTCH_INITIALISATION_UNIFORM,
        .update = notch_update_options_default(),
        .bits = bits,
        .trials_start = trials_at_start(rule, bits),
        .trials_end = trials_at_end(rule, bits),
        .trials_schedule = NOTCH_SCHEDULE_COSINE,
        .learning_rate = thousandths(10),
        .learning_rate_schedule = NOTCH_SCHEDULE_CONSTANT,
    };
    o.update.rule = rule;
    o.update.mode = engine == NOTCH_ENGINE_INT && rule != NOTCH_RULE_BOLD ? NOTCH_MODE_NORMALISED
                                                                          : NOTCH_MODE_UNBIASED;
    return o;
}

notch_train_options notch_train_options_default(void)
{
    return notch_train_options_for(NOTCH_ENGINE_INT, NOTCH_RULE_ZIM, 8);
}

static notch_status check_range(const char *what, uint64_t value, uint64_t minimum,
                                uint64_t maximum, notch_error *error)
{
    if (value < minimum || value > maximum) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "training: %s is %u, expected %u to %u", what,
                          value, minimum, maximum);
    }
    return NOTCH_OK;
}

static notch_status check_numbers(const notch_train_options *o, notch_error *error)
{
    const struct {
        const char *what;
        uint64_t value, minimum, maximum;
    } numbers[] = {
        {"the number of epochs", o->epochs, 1, UINT32_MAX},
        {"the number of steps", o->steps, 0, UINT32_MAX},
        {"the batch", o->batch, 1, BATCH_MAX},
        {"the shift", o->shift, 0, NOTCH_SHIFT_MAX},
        {"the learning rate in units of 2^-32", o->learning_rate, 0, TRIALS_MAX},
        {"the momentum in units of 2^-32", o->momentum, 0, MOMENTUM_MAX},
        {"the first number of trials in units of 2^-32", o->trials_start, 0, TRIALS_MAX},
        {"the last number of trials in units of 2^-32", o->trials_end, 0, TRIALS_MAX},
    };
    notch_status status = NOTCH_OK;
    for (size_t k = 0; status == NOTCH_OK && k < sizeof numbers / sizeof numbers[0]; k++) {
        status = check_range(numbers[k].what, numbers[k].value, numbers[k].minimum,
                             numbers[k].maximum, error);
    }
    return status;
}

notch_status notch_train_options_check(const notch_train_options *options, notch_lattice *lattice,
                                       notch_error *error)
{
    if (options == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "training: the options are missing");
    }
    const char *unknown =
        notch_engine_type_name(options->engine) == NULL                ? "engine"
        : notch_schedule_name(options->trials_schedule) == NULL        ? "schedule of trials"
        : notch_schedule_name(options->learning_rate_schedule) == NULL ? "schedule of the rate"
        : (unsigned)options->initialisation > NOTCH_INITIALISATION_HE  ? "initialisation"
                                                                       : NULL;
    if (unknown != NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "training: unknown %s", unknown);
    }
    if (options->engine == NOTCH_ENGINE_INT && (options->sgd || options->bits > 8)) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "training: engine int takes weights of 1 to 8 bits, not %s",
                          options->sgd ? "the floats of sgd" : "16");
    }
    notch_status status = check_numbers(options, error);
    if (status == NOTCH_OK && !options->sgd) {
        status = notch_update_options_check(&options->update, error);
    }
    if (status == NOTCH_OK && notch_train_accumulates(options) && options->bits > 8) {
        status = notch_fail(error, NOTCH_ERROR_ARGUMENT,
                            "training: rule bold moves weights of up to 8 bits, these have %u",
                            (uint64_t)options->bits);
    }
    return status == NOTCH_OK ? notch_lattice_init(lattice, options->bits, error) : status;
}

bool notch_train_calibrates(const notch_train_options *options)
{
    return notch_train_accumulates(options) ||
           (!options->sgd && options->update.mode == NOTCH_MODE_UNBIASED &&
            options->update.scale.mantissa == 0);
}

bool notch_train_accumulates(const notch_train_options *options)
{
    return !options->sgd && options->update.rule == NOTCH_RULE_BOLD;
}

bool notch_train_has_momentum(const notch_train_options *options)
{
    return options->sgd && options->momentum != 0;
}

void notch_train_parameters(const notch_model *model, const notch_lattice *lattice,
                            notch_parameter *parameters)
{
    for (uint32_t i = 0; i < model->tensor_count; i++) {
        const notch_tensor *tensor = &model->tensors[i];
        parameters[i] = (notch_parameter){.name = tensor->name,
                                          .lattice = *lattice,
                                          .gradient = {.count = tensor->count},
                                          .dimensions = tensor->dimensions};
    }
}

notch_status notch_train_memory_plan(const notch_model *model, const notch_train_options *options,
                                     uint64_t dataset, notch_memory_plan *plan, notch_error *error)
{
    notch_lattice lattice;
    const notch_status status = notch_train_options_check(options, &lattice, error);
    if (status != NOTCH_OK) {
        return status;
    }
    const notch_memory_request request = {.model = model,
                                          .engine = {.type = options->engine,
                                                     .batch = options->batch,
                                                     .threads = options->threads,
                                                     .isa = options->isa,
                                                     .training = true,
                                                     .pixels = {.deviation = 65536},
                                                     .sharpness = options->sharpness},
                                          .lattice = options->sgd ? NULL : &lattice,
                                          .momentum = notch_train_has_momentum(options),
                                          .accumulators = notch_train_accumulates(options),
                                          .scope = options->update.scope,
                                          .rows = !options->sgd &&
                                                  notch_train_by_rows(&options->update),
                                          .dataset = dataset};
    return notch_memory_plan_make(&request, plan, error);
}
