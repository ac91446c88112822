/* train_expect.c - the weights that a training run is expected to have.
 * SPDX-License-Identifier: MIT
 */
#include "train_expect.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "train_display.h"

static int digit_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool parse_hash(const char *text, uint8_t digest[32])
{
    if (strlen(text) != 2 * 32) {
        return false;
    }
    for (size_t k = 0; k < 32; k++) {
        const int high = digit_of(text[2 * k]), low = digit_of(text[2 * k + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        digest[k] = (uint8_t)(16 * high + low);
    }
    return true;
}

notch_status train_expectation_read(const char *text, train_expectation *e, notch_error *error)
{
    *e = (train_expectation){.name = text};
    e->has_final = text != NULL && parse_hash(text, e->final);
    if (text == NULL || e->has_final) {
        return NOTCH_OK;
    }
    const notch_status status = notch_run_read_hashes(text, &e->hashes, &e->count, error);
    if (status == NOTCH_OK && e->count == 0) {
        (void)snprintf(error->message, sizeof error->message, "%.200s: has no hashes of weights",
                       text);
        return error->status = NOTCH_ERROR_INPUT;
    }
    return status;
}

void train_expectation_free(train_expectation *expectation)
{
    free(expectation->hashes);
}

bool train_expectation_wants(train_expectation *e, uint64_t step)
{
    while (e->next < e->count && e->hashes[e->next].step < step) {
        e->next++;
    }
    return e->next < e->count && e->hashes[e->next].step == step;
}

/* Enough of a hash to tell two apart. */
static void shorten(const uint8_t digest[32], char text[TRAIN_HEX])
{
    train_hex(digest, text);
    text[16] = '\0';
}

static bool compare(const uint8_t digest[32], const uint8_t expected[32], uint64_t step,
                    const char *name, notch_error *error)
{
    char has[TRAIN_HEX], should[TRAIN_HEX];
    if (memcmp(digest, expected, 32) == 0) {
        return true;
    }
    shorten(digest, has);
    shorten(expected, should);
    (void)snprintf(error->message, sizeof error->message,
                   "after step %" PRIu64
                   " the hash of the parameters is %s..., expected %s...%s%.80s",
                   step, has, should, name == NULL ? "" : " as in ", name == NULL ? "" : name);
    return false;
}

bool train_expectation_met(const train_expectation *e, uint64_t step, const uint8_t digest[32],
                           notch_error *error)
{
    return compare(digest, e->hashes[e->next].digest, step, e->name, error);
}

bool train_expectation_met_at_end(const train_expectation *e, uint64_t step,
                                  const uint8_t digest[32], notch_error *error)
{
    if (e->has_final) {
        return compare(digest, e->final, step, NULL, error);
    }
    if (e->count != 0 && e->hashes[e->count - 1].step > step) {
        (void)snprintf(error->message, sizeof error->message,
                       "the run ends after step %" PRIu64 ", %.100s goes on to step %" PRIu64, step,
                       e->name, e->hashes[e->count - 1].step);
        return false;
    }
    return true;
}
