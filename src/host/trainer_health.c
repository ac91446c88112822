/* trainer_health.c - how the layers fare: weights at their bounds, moves, layers without gradient.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "host/trainer.h"

/* The layer's entry, or NULL for the first tensor of a layer that has none yet. */
static notch_layer_health *find_layer(notch_trainer *t, uint32_t layer)
{
    for (uint32_t k = t->layer_count; k-- > 0;) {
        if (t->layers[k].layer == layer) {
            return &t->layers[k];
        }
    }
    return NULL;
}

void notch_trainer_forget(notch_trainer *t)
{
    const notch_model *model = &t->state->model;
    t->loss_sum = 0;
    t->correct_sum = t->count_sum = t->steps_since = 0;
    t->layer_count = 0;
    for (uint32_t i = 0; i < model->tensor_count; i++) {
        notch_layer_health *health = find_layer(t, model->tensors[i].layer);
        if (health == NULL) {
            health = &t->layers[t->layer_count++];
            *health = (notch_layer_health){.layer = model->tensors[i].layer};
        }
        health->parameters += model->tensors[i].count;
    }
}

void notch_trainer_count(notch_trainer *t, uint32_t tensor, uint64_t moved, bool has_gradient)
{
    notch_layer_health *health = find_layer(t, t->state->model.tensors[tensor].layer);
    health->moved += moved;
    t->alive[health - t->layers] |= has_gradient;
}

void notch_trainer_count_step(notch_trainer *t)
{
    t->steps_since++;
    for (uint32_t k = 0; k < t->layer_count; k++) {
        t->layers[k].steps_without_gradient += !t->alive[k];
    }
    memset(t->alive, 0, sizeof t->alive);
}

void notch_trainer_tell_health(const notch_trainer *t, notch_train_evaluation *evaluation)
{
    const notch_model *model = &t->state->model;
    evaluation->saturated = evaluation->moved = 0;
    evaluation->layer_count = t->layer_count;
    for (uint32_t k = 0; k < t->layer_count; k++) {
        notch_layer_health *health = &evaluation->layers[k];
        *health = t->layers[k];
        health->dead_units = notch_engine_dead_units(t->engine, health->layer);
        for (uint32_t i = 0; i < model->tensor_count && !t->options.sgd; i++) {
            if (model->tensors[i].layer == health->layer) {
                health->saturated += notch_lattice_saturated(
                    &t->parameters[i].lattice, t->parameters[i].weights, model->tensors[i].count);
            }
        }
        evaluation->saturated += health->saturated;
        evaluation->moved += health->moved;
    }
}
