/* fuzz_checkpoint.c - no bytes make the reader of model files fail in other ways than it should.
 * SPDX-License-Identifier: MIT
 *
 * An input is a model file. Most inputs get right checksums before they are read, since nothing
 * behind a wrong one is ever looked at. Seeds are made here, since the format is binary. What was
 * read is written and read again.
 */
#include <notch/checkpoint.h>

#include <stdlib.h>
#include <string.h>

#include "../seal.h"
#include "host/checkpoint.h"

enum {
    FILE_MAX = 65536
};

typedef struct content {
    size_t count;
    uint8_t bytes[FILE_MAX];
} content;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);

static notch_model model;
static content written, again;

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static notch_status take(void *self, const void *bytes, size_t count, notch_error *error)
{
    content *to = self;
    (void)error;
    require(count <= FILE_MAX - to->count);
    memcpy(to->bytes + to->count, bytes, count);
    to->count += count;
    return NOTCH_OK;
}

static notch_status write(const notch_checkpoint *c, content *to)
{
    const notch_sink sink = {take, to};
    notch_error error;
    to->count = 0;
    return notch_checkpoint_write_sink(c, "written", &sink, &error);
}

static void write_to(const notch_checkpoint *c, content *to)
{
    require(write(c, to) == NOTCH_OK);
}

/* What is read in full can be written, and comes back as the same. Packed weights are smaller in
 * the file than in memory, so that files do not grow beyond those they came from. */
static void check(const notch_checkpoint *c)
{
    notch_checkpoint *read = NULL;
    notch_error error;
    uint8_t digest[32], digest_again[32];
    require(notch_model_check(&c->model, c->classes, &error) == NOTCH_OK);
    if (c->unknown_state[0] != '\0') {
        require(write(c, &written) == NOTCH_ERROR_ARGUMENT && written.count == 0);
        return;
    }
    write_to(c, &written);
    require(notch_checkpoint_read_memory("written", written.bytes, written.count, &read, &error) ==
            NOTCH_OK);
    notch_checkpoint_digest(c, digest);
    notch_checkpoint_digest(read, digest_again);
    require(memcmp(digest, digest_again, sizeof digest) == 0);
    write_to(read, &again);
    require(again.count == written.count && memcmp(again.bytes, written.bytes, written.count) == 0);
    notch_checkpoint_destroy(read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    notch_checkpoint *c = NULL;
    notch_error error = {.message = ""};
    const notch_status status = notch_checkpoint_read_memory("fuzz", data, size, &c, &error);
    if (status == NOTCH_OK) {
        check(c);
    } else {
        require(c == NULL && status == NOTCH_ERROR_INPUT && error.status == status);
        require(strncmp(error.message, "fuzz: ", 6) == 0);
    }
    notch_checkpoint_destroy(c);
    return 0;
}

/* ---- seeds ----------------------------------------------------------------------------------- */

static void add(const char *name, notch_layer layer)
{
    notch_error error;
    memcpy(layer.name, name, strlen(name));
    require(notch_model_add(&model, &layer, &error) == NOTCH_OK);
}

static void build_model(void)
{
    notch_error error;
    require(notch_model_init(&model, "seed", (notch_shape){1, 2, 3}, &error) == NOTCH_OK);
    add("conv", (notch_layer){.type = NOTCH_LAYER_CONVOLUTION,
                              .outputs = 2,
                              .kernel = {3, 3},
                              .stride = {1, 1},
                              .padding = {1, 1},
                              .bias = true});
    add("bn", (notch_layer){.type = NOTCH_LAYER_BATCH_NORM, .inputs = {1}, .affine = true});
    add("dense", (notch_layer){.type = NOTCH_LAYER_DENSE, .inputs = {2}, .outputs = 3});
}

/* A model file with more or fewer sections, of one lattice or of floats. */
static size_t make_seed(uint8_t *to, size_t room, unsigned kind)
{
    static const uint32_t bits[] = {1, 2, 4, 8, 16};
    notch_checkpoint *c = NULL;
    notch_lattice lattice;
    notch_error error;
    build_model();
    require(notch_lattice_init(&lattice, bits[kind % 5], &error) == NOTCH_OK);
    require(notch_checkpoint_create(&model, kind & 8 ? NULL : &lattice, &c, &error) == NOTCH_OK);
    if (kind & 16) {
        c->state_count = 4;
        c->state = calloc(4, sizeof *c->state);
        c->config = calloc(1, 16);
        require(c->state != NULL && c->config != NULL);
        memcpy(c->config, "[train]\n", 9);
    }
    if (kind & 32) {
        c->step = 7;
        c->calibration_count = 1;
        c->calibrations = calloc(1, sizeof *c->calibrations);
        c->momentum_count = (size_t)model.parameters;
        c->momentum = calloc(c->momentum_count, sizeof *c->momentum);
        require(c->calibrations != NULL && c->momentum != NULL);
        c->test_count = 10;
        c->test_correct = 9;
    }
    write_to(c, &written);
    notch_checkpoint_destroy(c);
    if (written.count > room) {
        return 0;
    }
    memcpy(to, written.bytes, written.count);
    return written.count;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned int seed)
{
    if (size < NOTCH_FORMAT_FILE_HEADER || seed % 64 == 0) {
        size = make_seed(data, room, seed / 64);
    }
    size = LLVMFuzzerMutate(data, size, room);
    if (seed % 8 != 1) {
        seal(data, size);
    }
    return size;
}
