/* sample_draw.c - draws from masses, and the closed form for the same masses.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sample.h"

static notch_status no_memory(notch_error *error)
{
    error->status = NOTCH_ERROR_MEMORY;
    (void)snprintf(error->message, sizeof error->message,
                   "there is not enough memory for this many categories");
    return NOTCH_ERROR_MEMORY;
}

/* One element for each cell, all zero. At most 2^31 cells: the product fits a size_t wherever such
 * a file of masses does, and calloc checks it anyway. */
static void *per_cell(const sample_results *results, size_t element)
{
    return calloc((size_t)results->masses.count + 1, element);
}

/* The null category, where the law of the library does not give it: all trials or none. */
static void null_law(sample_results *results)
{
    const uint64_t null_cell = results->masses.count;
    const double trials = (double)results->settings->trials;
    const double null_mass = (double)results->settings->null_mass;
    const double sum = (double)results->masses.sum;
    const double presence = sum == 0 ? 0 : sum / (sum + null_mass);
    const double absence = sum == 0 ? 1 : null_mass / (sum + null_mass);
    results->expected[null_cell] = trials * absence;
    results->variance[null_cell] = trials * trials * absence * presence;
}

/* With trial inflation the null category is one like the others, at the end of the line. */
static notch_status closed_form(sample_results *results, notch_error *error)
{
    const sample_settings *settings = results->settings;
    const uint64_t categories = results->masses.count;
    const bool together = settings->inflation == NOTCH_INFLATION_TRIAL && results->masses.sum != 0;
    double *values = per_cell(results, sizeof values[0]);
    if (values == NULL) {
        return no_memory(error);
    }
    for (uint64_t i = 0; i < categories; i++) {
        values[i] = (double)results->masses.values[i];
    }
    values[categories] = (double)settings->null_mass;
    const notch_law law = {.sampler = (notch_sampler)settings->sampler,
                           .inflation = (notch_inflation)settings->inflation,
                           .masses = values,
                           .categories = together ? categories + 1 : categories,
                           .null_mass = together ? 0 : values[categories],
                           .trials = settings->trials};
    notch_status status = notch_law_mean(&law, results->expected, error);
    if (status == NOTCH_OK) {
        status = notch_law_variance(&law, results->variance, error);
    }
    if (status == NOTCH_OK && !together) {
        null_law(results);
    }
    free(values);
    return status;
}

/* ---- draws ----------------------------------------------------------------------------------- */

typedef struct workplace {
    notch_threads *threads;
    notch_runtime runtime;
    void *workspace; /* aligned to 64 */
    size_t bytes;
    uint64_t *counts; /* of one draw */
} workplace;

static notch_status workplace_init(workplace *w, const sample_results *results, notch_error *error)
{
    const sample_settings *settings = results->settings;
    notch_status status = notch_threads_create((uint32_t)settings->threads, &w->threads, error);
    if (status != NOTCH_OK) {
        return status;
    }
    w->runtime = (notch_runtime){(notch_isa)settings->isa, notch_threads_executor(w->threads)};
    w->bytes = notch_sample_workspace(results->masses.count, w->runtime.executor->workers);
    w->bytes = (w->bytes + 63) / 64 * 64;
    w->workspace = aligned_alloc(64, w->bytes);
    w->counts = per_cell(results, sizeof w->counts[0]);
    return w->workspace == NULL || w->counts == NULL ? no_memory(error) : NOTCH_OK;
}

static void workplace_fini(workplace *w)
{
    notch_threads_destroy(w->threads);
    free(w->workspace);
    free(w->counts);
}

static void add_counts(sample_results *results, const uint64_t *counts)
{
    for (uint64_t i = 0; i <= results->masses.count; i++) {
        results->totals[i] += counts[i];
        if (results->squares != NULL) {
            const double deviation = (double)counts[i] - results->expected[i];
            results->squares[i] += deviation * deviation;
        }
    }
}

static notch_status draw_all(sample_results *results, workplace *w, notch_error *error)
{
    const sample_settings *settings = results->settings;
    notch_sample_request request = {.sampler = (notch_sampler)settings->sampler,
                                    .inflation = (notch_inflation)settings->inflation,
                                    .masses = results->masses.values,
                                    .categories = results->masses.count,
                                    .null_mass = settings->null_mass,
                                    .trials = settings->trials,
                                    .key = {.seed = settings->seed}};
    notch_status status = NOTCH_OK;
    for (uint64_t k = 0; k < settings->repeat && status == NOTCH_OK; k++) {
        request.key.step = (uint32_t)(settings->step + k);
        status = notch_sample(&request, &w->runtime, w->workspace, w->bytes, w->counts,
                              &w->counts[results->masses.count], error);
        if (status == NOTCH_OK) {
            add_counts(results, w->counts);
        }
    }
    return status;
}

notch_status sample_draw(const sample_settings *settings, masses m, sample_results *results,
                         notch_error *error)
{
    *results = (sample_results){.settings = settings, .masses = m};
    results->expected = per_cell(results, sizeof results->expected[0]);
    results->variance = per_cell(results, sizeof results->variance[0]);
    results->totals = per_cell(results, sizeof results->totals[0]);
    if (settings->repeat > 1) {
        results->squares = per_cell(results, sizeof results->squares[0]);
    }
    if (results->expected == NULL || results->variance == NULL || results->totals == NULL ||
        (settings->repeat > 1 && results->squares == NULL)) {
        return no_memory(error);
    }
    notch_status status = closed_form(results, error);
    if (status == NOTCH_OK) {
        workplace w = {0};
        status = workplace_init(&w, results, error);
        if (status == NOTCH_OK) {
            status = draw_all(results, &w, error);
        }
        workplace_fini(&w);
    }
    return status;
}

void sample_free(sample_results *results)
{
    masses_free(&results->masses);
    free(results->expected);
    free(results->variance);
    free(results->totals);
    free(results->squares);
}
