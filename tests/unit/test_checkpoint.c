/* test_checkpoint.c - model files: content, bytes, damage, hostile content, files on the disk.
 * SPDX-License-Identifier: MIT
 *
 * Works in a temporary folder, with relative paths, so that sentences can be compared in full.
 */
#define _XOPEN_SOURCE 700
#include <notch/checkpoint.h>

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sha256.h"
#include "host/checkpoint.h"
#include "host/checkpoint_model.h"
#include "host/checkpoint_pack.h"
#include "seal.h"
#include "test.h"

enum {
    FILE_MAX = 65536
};

typedef struct content {
    size_t count;
    uint8_t bytes[FILE_MAX];
} content;

static char scratch[4096];
static notch_error error;
static notch_model model;
static content good, other;

static void leave(void)
{
    DIR *folder = opendir(scratch);
    if (folder != NULL && chdir(scratch) == 0) {
        for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
            remove(entry->d_name);
        }
        closedir(folder);
        remove(scratch);
    }
}

static void enter(void)
{
    const char *place = getenv("TMPDIR");
    snprintf(scratch, sizeof scratch, "%s/notch-checkpoint-XXXXXX", place != NULL ? place : "/tmp");
    if (mkdtemp(scratch) == NULL || chdir(scratch) != 0) {
        perror(scratch);
        exit(1);
    }
    atexit(leave);
}

/* ------------------------------------------------------------------------------------------------
 * Checkpoints
 * --------------------------------------------------------------------------------------------- */

static void check_ok(notch_status status)
{
    if (status != NOTCH_OK) {
        TEST_FAIL("%s: %s", notch_status_name(status), error.message);
    }
}

/* The status, and the sentence in full. */
static void check_failure(notch_status status, notch_status expected, const char *sentence)
{
    CHECK_STRING(notch_status_name(status), notch_status_name(expected));
    CHECK_STRING(error.message, sentence);
    CHECK(error.status == expected);
}

static void add_layer(const char *name, notch_layer layer)
{
    snprintf(layer.name, sizeof layer.name, "%s", name);
    check_ok(notch_model_add(&model, &layer, &error));
}

/* 1 x 2 x 3 images, three classes; tensors of 15, 1, 6, 3, 3 and 3 values. */
static void build_model(void)
{
    check_ok(notch_model_init(&model, "tiny", (notch_shape){1, 2, 3}, &error));
    add_layer("conv", (notch_layer){.type = NOTCH_LAYER_CONVOLUTION,
                                    .outputs = 1,
                                    .kernel = {3, 5},
                                    .stride = {1, 1},
                                    .padding = {1, 1},
                                    .bias = true});
    add_layer("flat", (notch_layer){.type = NOTCH_LAYER_RELU, .inputs = {1}});
    add_layer("pool",
              (notch_layer){
                  .type = NOTCH_LAYER_MAX_POOL, .inputs = {2}, .kernel = {1, 1}, .stride = {1, 1}});
    add_layer("dense",
              (notch_layer){.type = NOTCH_LAYER_DENSE, .inputs = {3}, .outputs = 3, .bias = true});
    add_layer("bn", (notch_layer){.type = NOTCH_LAYER_BATCH_NORM, .inputs = {4}, .affine = true});
    add_layer("sum", (notch_layer){.type = NOTCH_LAYER_ADD, .inputs = {4, 5}});
}

static notch_lattice lattice_of(uint32_t bits)
{
    notch_lattice lattice;
    check_ok(notch_lattice_init(&lattice, bits, &error));
    return lattice;
}

/* Gives one tensor another lattice (bits) or floats (32), and values that use all of it. */
static void set_tensor(notch_checkpoint *c, uint32_t index, uint32_t bits)
{
    notch_stored_tensor *tensor = &c->tensors[index];
    const uint64_t count = c->model.tensors[index].count;
    free(tensor->values);
    *tensor = (notch_stored_tensor){.type = NOTCH_VALUE_F32};
    if (bits != 32) {
        tensor->lattice = lattice_of(bits);
        tensor->type = bits == 16 ? NOTCH_VALUE_I16 : NOTCH_VALUE_I8;
    }
    CHECK(notch_stored_tensor_reserve(tensor, count));
    for (uint64_t i = 0; i < count; i++) {
        const int last = bits == 32 ? 0
                                    : (tensor->lattice.maximum - tensor->lattice.minimum) /
                                          tensor->lattice.spacing;
        const int number = bits == 32   ? 0
                           : i % 3 == 0 ? last - (int)(i / 3) % (last + 1)
                                        : (int)(i * 7919) % (last + 1);
        const int weight = tensor->lattice.minimum + number * tensor->lattice.spacing;
        if (bits == 32) {
            ((float *)tensor->values)[i] = (float)i / 8 - 1;
        } else if (bits == 16) {
            ((int16_t *)tensor->values)[i] = (int16_t)weight;
        } else {
            ((int8_t *)tensor->values)[i] = (int8_t)weight;
        }
    }
}

/* A checkpoint that has everything, with a lattice of its own for each tensor. */
static notch_checkpoint *full(void)
{
    notch_checkpoint *c = NULL;
    const notch_lattice lattice = lattice_of(8);
    build_model();
    check_ok(notch_checkpoint_create(&model, &lattice, &c, &error));
    const uint32_t bits[] = {1, 16, 2, 4, 32, 8};
    CHECK_EQUAL_U64(c->model.tensor_count, 6);
    for (uint32_t i = 0; i < 6; i++) {
        set_tensor(c, i, bits[i]);
    }
    c->engine = NOTCH_ENGINE_FLOAT;
    c->pixels = (notch_standardisation){2185000, 5190000};
    c->state_count = 6;
    c->state = calloc(6, sizeof *c->state);
    c->config = calloc(1, 32);
    c->calibration_count = 2;
    c->calibrations = calloc(2, sizeof *c->calibrations);
    c->momentum_count = (size_t)c->model.parameters;
    c->momentum = calloc(c->momentum_count, sizeof *c->momentum);
    CHECK(c->state != NULL && c->config != NULL && c->calibrations != NULL && c->momentum != NULL);
    c->state[5] = 0x3fc00000;
    strcpy(c->config, "[train]\ndata = digits\n");
    c->step = UINT64_C(0x123456789abc);
    c->seed = UINT64_MAX;
    c->calibrations[1] = (notch_calibration){.scale = {UINT64_C(1) << 63, -1000},
                                             .sum = {UINT64_C(0xfedcba9876543210), 77},
                                             .steps = 200,
                                             .exceeded = 5};
    c->momentum[1] = -0.25f;
    c->test_count = 10000;
    c->test_correct = 9876;
    c->test_loss = 0.0441;
    return c;
}

static notch_status add_bytes(void *self, const void *bytes, size_t count, notch_error *failure)
{
    content *c = self;
    (void)failure;
    CHECK(c->count + count <= FILE_MAX);
    memcpy(c->bytes + c->count, bytes, count);
    c->count += count;
    return NOTCH_OK;
}

static notch_status encode(const notch_checkpoint *c, content *to)
{
    const notch_sink sink = {add_bytes, to};
    to->count = 0;
    return notch_checkpoint_write_sink(c, "out.notch", &sink, &error);
}

static notch_status decode(const content *c, notch_checkpoint **read)
{
    error = (notch_error){.message = ""};
    return notch_checkpoint_read_memory("in.notch", c->bytes, c->count, read, &error);
}

/* good = the file of full() */
static void make_good(void)
{
    notch_checkpoint *c = full();
    check_ok(encode(c, &good));
    notch_checkpoint_destroy(c);
}

/* The file is refused with this sentence, and the result is not touched. */
static void refused(const content *c, const char *sentence)
{
    notch_checkpoint *read = NULL;
    check_failure(decode(c, &read), NOTCH_ERROR_INPUT, sentence);
    CHECK(read == NULL);
}

/* ------------------------------------------------------------------------------------------------
 * Parts
 * --------------------------------------------------------------------------------------------- */

TEST(crc_is_castagnolis)
{
    notch_crc32c crc;
    notch_crc32c_init(&crc);
    CHECK_EQUAL_U64(notch_crc32c_add(&crc, 0, "123456789", 9), 0xe3069283);
    /* RFC 3720 B.4: 32 bytes of zeros, of ones, and 0 to 31 */
    uint8_t bytes[32] = {0};
    CHECK_EQUAL_U64(notch_crc32c_add(&crc, 0, bytes, 32), 0x8a9136aa);
    memset(bytes, 255, 32);
    CHECK_EQUAL_U64(notch_crc32c_add(&crc, 0, bytes, 32), 0x62a8ab43);
    for (uint8_t i = 0; i < 32; i++) {
        bytes[i] = i;
    }
    CHECK_EQUAL_U64(notch_crc32c_add(&crc, 0, bytes, 32), 0x46dd794e);
    for (size_t first = 0; first <= 32; first++) {
        const uint32_t sum = notch_crc32c_add(&crc, 0, bytes, first);
        CHECK_EQUAL_U64(notch_crc32c_add(&crc, sum, bytes + first, 32 - first), 0x46dd794e);
    }
}

TEST(weights_take_the_bits_of_their_lattice)
{
    const int8_t one[] = {1, -1, 1, -1, -1, -1, -1, 1, 1}, two[] = {-1, 0, 1, 1, -1};
    const int8_t four[] = {-7, 7, 0}, eight[] = {-127, 0, 127};
    const int16_t sixteen[] = {-32767, 32767, 0};
    uint8_t bytes[8];
    notch_lattice lattice = lattice_of(1);
    CHECK_EQUAL_U64(notch_pack(&lattice, one, 9, bytes), 9);
    CHECK_EQUAL_U64(bytes[0], 0x85);
    CHECK_EQUAL_U64(bytes[1], 0x01);
    lattice = lattice_of(2);
    CHECK_EQUAL_U64(notch_pack(&lattice, two, 5, bytes), 5);
    CHECK_EQUAL_U64(bytes[0], 0xa4);
    CHECK_EQUAL_U64(bytes[1], 0x00);
    lattice = lattice_of(4);
    CHECK_EQUAL_U64(notch_pack(&lattice, four, 3, bytes), 3);
    CHECK_EQUAL_U64(bytes[0], 0xe0);
    CHECK_EQUAL_U64(bytes[1], 0x07);
    lattice = lattice_of(8);
    CHECK_EQUAL_U64(notch_pack(&lattice, eight, 3, bytes), 3);
    CHECK(memcmp(bytes, "\x00\x7f\xfe", 3) == 0);
    lattice = lattice_of(16);
    CHECK_EQUAL_U64(notch_pack(&lattice, sixteen, 3, bytes), 3);
    CHECK(memcmp(bytes, "\x00\x00\xfe\xff\xff\x7f", 6) == 0);
}

/* All counts up to 40, with weights that go through the whole lattice. */
TEST(packing_goes_both_ways)
{
    static const uint32_t widths[] = {1, 2, 4, 8, 16};
    for (size_t k = 0; k < 5; k++) {
        const notch_lattice lattice = lattice_of(widths[k]);
        const int last = (lattice.maximum - lattice.minimum) / lattice.spacing;
        for (uint64_t count = 0; count <= 40; count++) {
            int16_t wide[40], wide_again[40];
            int8_t narrow[40], narrow_again[40];
            uint8_t bytes[81];
            const uint64_t used = notch_packed_bytes(count, widths[k]);
            NOTE("%u bits, %u values", (unsigned)widths[k], (unsigned)count);
            for (uint64_t i = 0; i < count; i++) {
                const int number = (int)((i + count) * 7919 % ((uint64_t)last + 1));
                wide[i] = (int16_t)(lattice.minimum + number * lattice.spacing);
                narrow[i] = (int8_t)wide[i];
            }
            const bool is_wide = lattice.bytes == 2;
            memset(bytes, 0xcc, sizeof bytes);
            CHECK_EQUAL_U64(
                notch_pack(&lattice, is_wide ? (void *)wide : (void *)narrow, count, bytes), count);
            CHECK_EQUAL_U64(bytes[used], 0xcc);
            CHECK(notch_packed_rest_is_zero(&lattice, bytes, count));
            CHECK_EQUAL_U64(notch_unpack(&lattice, bytes, count,
                                         is_wide ? (void *)wide_again : (void *)narrow_again),
                            count);
            CHECK(is_wide ? memcmp(wide, wide_again, (size_t)count * 2) == 0
                          : memcmp(narrow, narrow_again, (size_t)count) == 0);
        }
    }
}

TEST(packing_refuses_what_is_off_the_lattice)
{
    int8_t weights[3] = {1, -1, 0};
    int16_t wide[3] = {32767, -32767, -32768};
    uint8_t bytes[8];
    notch_lattice lattice = lattice_of(1);
    CHECK_EQUAL_U64(notch_pack(&lattice, weights, 3, bytes), 2);
    lattice = lattice_of(2);
    weights[1] = 2;
    CHECK_EQUAL_U64(notch_pack(&lattice, weights, 3, bytes), 1);
    lattice = lattice_of(4);
    weights[1] = -8;
    CHECK_EQUAL_U64(notch_pack(&lattice, weights, 3, bytes), 1);
    lattice = lattice_of(8);
    weights[0] = -128;
    CHECK_EQUAL_U64(notch_pack(&lattice, weights, 3, bytes), 0);
    lattice = lattice_of(16);
    CHECK_EQUAL_U64(notch_pack(&lattice, wide, 3, bytes), 2);

    /* The one number of each width that stands for nothing. */
    memcpy(bytes, "\x34\xf0\xff\xff\xff", 5);
    lattice = lattice_of(2);
    CHECK_EQUAL_U64(notch_unpack(&lattice, bytes, 4, weights), 2);
    lattice = lattice_of(4);
    CHECK_EQUAL_U64(notch_unpack(&lattice, bytes, 3, weights), 3);
    CHECK_EQUAL_U64(notch_unpack(&lattice, bytes, 4, (int8_t[4]){0}), 3);
    lattice = lattice_of(8);
    CHECK_EQUAL_U64(notch_unpack(&lattice, bytes, 3, weights), 2);
    lattice = lattice_of(16);
    CHECK_EQUAL_U64(notch_unpack(&lattice, bytes, 2, wide), 1);
}

/* ------------------------------------------------------------------------------------------------
 * In memory
 * --------------------------------------------------------------------------------------------- */

TEST(a_new_checkpoint_is_zero)
{
    notch_checkpoint *c = NULL;
    build_model();
    static const uint32_t widths[] = {1, 4, 16, 32};
    for (size_t k = 0; k < 4; k++) {
        const bool is_float = widths[k] == 32;
        const notch_lattice lattice = lattice_of(is_float ? 8 : widths[k]);
        check_ok(notch_checkpoint_create(&model, is_float ? NULL : &lattice, &c, &error));
        CHECK_EQUAL_U64(c->classes, 3);
        CHECK_EQUAL_U64(c->pixels.deviation, 65536);
        CHECK(c->state_count == 0 && c->config == NULL && c->calibration_count == 0 &&
              c->momentum_count == 0 && c->step == 0 && c->test_count == 0);
        notch_values values[6];
        notch_checkpoint_values(c, values);
        for (uint32_t i = 0; i < 6; i++) {
            CHECK(values[i].type == (is_float        ? NOTCH_VALUE_F32
                                     : widths[k] > 8 ? NOTCH_VALUE_I16
                                                     : NOTCH_VALUE_I8));
            CHECK(values[i].values == c->tensors[i].values);
            for (uint64_t j = 0; j < model.tensors[i].count * notch_value_bytes(values[i].type);
                 j++) {
                CHECK_EQUAL_U64(((const uint8_t *)values[i].values)[j], widths[k] == 1 ? 255 : 0);
            }
        }
        check_ok(encode(c, &other));
        notch_checkpoint_destroy(c);
    }
    notch_checkpoint_destroy(NULL);
}

TEST(create_refuses_arguments)
{
    notch_checkpoint *c = NULL;
    notch_lattice lattice = lattice_of(8);
    build_model();
    check_failure(notch_checkpoint_create(NULL, NULL, &c, &error), NOTCH_ERROR_ARGUMENT,
                  "checkpoint: the model is missing");
    check_failure(notch_checkpoint_create(&model, NULL, NULL, &error), NOTCH_ERROR_ARGUMENT,
                  "checkpoint: the result is missing");
    lattice.maximum = 126;
    check_failure(notch_checkpoint_create(&model, &lattice, &c, &error), NOTCH_ERROR_ARGUMENT,
                  "checkpoint: the lattice was not made by notch_lattice_init");
    model.layer_count = 0;
    check_failure(notch_checkpoint_create(&model, NULL, &c, &error), NOTCH_ERROR_ARGUMENT,
                  "checkpoint: the model was not made by notch_model_init");
    CHECK(c == NULL);
}

/* Bytes by hand, then SHA-256 of them. */
TEST(the_digest_is_of_little_endian_values)
{
    notch_checkpoint *c = full();
    uint8_t bytes[4 * 64], digest[32], expected[32];
    size_t count = 0;
    for (uint32_t i = 0; i < 6; i++) {
        const notch_stored_tensor *tensor = &c->tensors[i];
        for (uint64_t j = 0; j < c->model.tensors[i].count; j++) {
            uint32_t value;
            if (tensor->type == NOTCH_VALUE_I8) {
                value = (uint32_t)((const int8_t *)tensor->values)[j];
            } else if (tensor->type == NOTCH_VALUE_I16) {
                value = (uint32_t)((const int16_t *)tensor->values)[j];
            } else {
                memcpy(&value, (const float *)tensor->values + j, 4);
            }
            for (size_t k = 0; k < notch_value_bytes(tensor->type); k++) {
                bytes[count++] = (uint8_t)(value >> 8 * k & 255);
            }
        }
    }
    notch_sha256 hash;
    notch_sha256_init(&hash);
    notch_sha256_add(&hash, bytes, count);
    notch_sha256_finish(&hash, expected);
    notch_checkpoint_digest(c, digest);
    CHECK(memcmp(digest, expected, 32) == 0);
    notch_checkpoint_destroy(c);
}

/* More values than are converted at a time. */
TEST(large_tensors_come_back)
{
    notch_checkpoint *c = NULL, *read = NULL;
    uint8_t digest[32], again[32];
    check_ok(notch_model_init(&model, "large", (notch_shape){1, 1, 833}, &error));
    add_layer("dense", (notch_layer){.type = NOTCH_LAYER_DENSE, .outputs = 10, .bias = true});
    static const uint32_t widths[] = {1, 2, 4, 8, 16, 32};
    for (size_t k = 0; k < 6; k++) {
        check_ok(notch_checkpoint_create(&model, NULL, &c, &error));
        set_tensor(c, 0, widths[k]);
        set_tensor(c, 1, 32);
        check_ok(encode(c, &other));
        check_ok(decode(&other, &read));
        notch_checkpoint_digest(c, digest);
        notch_checkpoint_digest(read, again);
        CHECK(memcmp(digest, again, 32) == 0);
        notch_checkpoint_destroy(c);
        notch_checkpoint_destroy(read);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Bytes
 * --------------------------------------------------------------------------------------------- */

/* A change of this hash is a change of the format. */
TEST(golden_bytes)
{
    static const uint8_t begin[] = {
        0x89, 'n', 'o', 't', 'c', 'h', '\r', '\n', 1, 0, 0, 0, /* checksum */
    };
    uint8_t digest[32];
    char text[NOTCH_SHA256_HEX];
    make_good();
    CHECK(memcmp(good.bytes, begin, sizeof begin) == 0);
    CHECK(memcmp(good.bytes + 16, "MODL\3\0\0\0", 8) == 0);
    notch_sha256 hash;
    notch_sha256_init(&hash);
    notch_sha256_add(&hash, good.bytes, good.count);
    notch_sha256_finish(&hash, digest);
    notch_sha256_hex(digest, text);
    CHECK_EQUAL_U64(good.count, 1616);
    CHECK_STRING(text, "38486f8274120931d2a66f07107370aeb0143239e4a2dbce8a10084ba8038bd3");
}

static void check_floats(const float *a, const float *b, size_t count)
{
    CHECK((a == NULL) == (b == NULL));
    CHECK(count == 0 || memcmp(a, b, count * sizeof *a) == 0);
}

TEST(everything_comes_back)
{
    notch_checkpoint *c = full(), *read = NULL;
    uint8_t digest[32], again[32];
    c->sharpness = 5;
    check_ok(encode(c, &good));
    check_ok(decode(&good, &read));
    check_ok(notch_model_same(&c->model, &read->model, &error));
    CHECK_STRING(read->model.name, "tiny");
    CHECK_STRING(read->model.layers[5].name, "bn");
    CHECK_EQUAL_U64(read->classes, 3);
    CHECK_EQUAL_U64(read->engine, NOTCH_ENGINE_FLOAT);
    CHECK_EQUAL_U64(read->pixels.mean, c->pixels.mean);
    CHECK_EQUAL_U64(read->pixels.deviation, c->pixels.deviation);
    CHECK_EQUAL_U64(read->sharpness, 5);
    for (uint32_t i = 0; i < 6; i++) {
        CHECK(read->tensors[i].type == c->tensors[i].type);
        CHECK_EQUAL_U64(read->tensors[i].lattice.bits, c->tensors[i].lattice.bits);
        CHECK(memcmp(read->tensors[i].values, c->tensors[i].values,
                     (size_t)c->model.tensors[i].count * notch_value_bytes(c->tensors[i].type)) ==
              0);
    }
    notch_checkpoint_digest(c, digest);
    notch_checkpoint_digest(read, again);
    CHECK(memcmp(digest, again, 32) == 0);
    CHECK_EQUAL_U64(read->state_count, 6);
    CHECK(memcmp(read->state, c->state, 6 * sizeof *c->state) == 0);
    CHECK_STRING(read->config, c->config);
    CHECK_EQUAL_U64(read->step, c->step);
    CHECK_EQUAL_U64(read->seed, c->seed);
    CHECK_EQUAL_U64(read->calibration_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const notch_calibration *a = &read->calibrations[i], *b = &c->calibrations[i];
        CHECK(a->scale.mantissa == b->scale.mantissa && a->scale.exponent == b->scale.exponent);
        CHECK(a->sum.mantissa == b->sum.mantissa && a->sum.exponent == b->sum.exponent);
        CHECK(a->steps == b->steps && a->exceeded == b->exceeded &&
              a->moved_share == b->moved_share);
    }
    CHECK_EQUAL_U64(read->momentum_count, c->model.parameters);
    check_floats(read->momentum, c->momentum, c->momentum_count);
    CHECK_EQUAL_U64(read->test_count, 10000);
    CHECK_EQUAL_U64(read->test_correct, 9876);
    CHECK(memcmp(&read->test_loss, &c->test_loss, sizeof(double)) == 0);
    CHECK_STRING(read->unknown_state, "");
    check_ok(encode(read, &other));
    CHECK(good.count == other.count && memcmp(good.bytes, other.bytes, good.count) == 0);
    notch_checkpoint_destroy(c);
    notch_checkpoint_destroy(read);
}

/* Floats are kept as they are, whatever they are. */
TEST(floats_keep_their_bits)
{
    static const uint32_t bits[3] = {0x7fc12345, 0xff800000, 0x80000001}; /* NaN, -inf, tiny */
    notch_checkpoint *c = NULL, *read = NULL;
    build_model();
    check_ok(notch_checkpoint_create(&model, NULL, &c, &error));
    memcpy(c->tensors[3].values, bits, sizeof bits);
    c->test_count = 1;
    memset(&c->test_loss, 0xff, sizeof c->test_loss);
    check_ok(encode(c, &other));
    check_ok(decode(&other, &read));
    CHECK(memcmp(read->tensors[3].values, bits, sizeof bits) == 0);
    CHECK(memcmp(&read->test_loss, &c->test_loss, sizeof(double)) == 0);
    CHECK(read->config == NULL && read->calibrations == NULL && read->momentum == NULL);
    notch_checkpoint_destroy(c);
    notch_checkpoint_destroy(read);
}

/* There is nothing in it to train or to keep. */
TEST(a_model_without_parameters_is_refused)
{
    notch_checkpoint *c = NULL;
    check_ok(notch_model_init(&model, "none", (notch_shape){4, 1, 1}, &error));
    add_layer("relu", (notch_layer){.type = NOTCH_LAYER_RELU});
    check_ok(notch_checkpoint_create(&model, NULL, &c, &error));
    check_failure(encode(c, &other), NOTCH_ERROR_ARGUMENT,
                  "out.notch: the model cannot be written: model 'none': no layer has parameters, "
                  "expected one to train");
    notch_checkpoint_destroy(c);
}

/* ------------------------------------------------------------------------------------------------
 * Damage
 * --------------------------------------------------------------------------------------------- */

TEST(every_truncation_is_refused)
{
    notch_checkpoint *read = NULL;
    make_good();
    for (size_t count = 0; count < good.count; count++) {
        other = good;
        other.count = count;
        NOTE("%u bytes", (unsigned)count);
        CHECK(decode(&other, &read) == NOTCH_ERROR_INPUT);
        CHECK(count < 16 || strstr(error.message, "in.notch: cut short, ") == error.message);
        CHECK(read == NULL);
    }
    good.bytes[good.count++] = 0;
    refused(&good, "in.notch: section DONE: 1616 bytes in 14 sections, but the file has 1617 in "
                   "14");
}

TEST(every_flipped_bit_is_found)
{
    notch_checkpoint *read = NULL;
    make_good();
    for (size_t bit = 0; bit < 8 * good.count; bit++) {
        NOTE("bit %u of byte %u", (unsigned)(bit % 8), (unsigned)(bit / 8));
        good.bytes[bit / 8] = (uint8_t)(good.bytes[bit / 8] ^ 1 << bit % 8);
        CHECK(decode(&good, &read) == NOTCH_ERROR_INPUT);
        CHECK(bit < 64 || strstr(error.message, "in.notch: damaged, ") == error.message);
        CHECK(read == NULL);
        good.bytes[bit / 8] = (uint8_t)(good.bytes[bit / 8] ^ 1 << bit % 8);
    }
    check_ok(decode(&good, &read));
    notch_checkpoint_destroy(read);
}

TEST(sentences_about_the_beginning)
{
    make_good();
    other.count = 0;
    refused(&other, "in.notch: is no .notch file, expected it to begin with the bytes 89 6e 6f 74 "
                    "63 68");
    other = good;
    other.bytes[0] = 'P';
    other.bytes[1] = 'N';
    refused(&other, "in.notch: is no .notch file, expected it to begin with the bytes 89 6e 6f 74 "
                    "63 68");
    other = good;
    memmove(other.bytes + 6, other.bytes + 7, other.count - 7);
    refused(&other, "in.notch: damaged in its first 8 bytes, as if it had been copied as text");
    other = good;
    other.count = 12;
    refused(&other, "in.notch: cut short, it ends after 12 bytes");
    other = good;
    other.bytes[8] = 2;
    seal(other.bytes, other.count);
    refused(&other, "in.notch: has version 2 of the format, expected 1: a newer notch wrote it");
    other = good;
    other.bytes[12] ^= 1;
    refused(&other, "in.notch: damaged, what it holds from byte 0 on does not match its checksum");
    other = good;
    other.bytes[16] ^= 1;
    refused(&other, "in.notch: damaged, the header of a section from byte 16 on does not match its "
                    "checksum");
    other = good;
    other.bytes[40] ^= 1;
    refused(&other, "in.notch: damaged, MODL from byte 16 on does not match its checksum");
    other = good;
    memcpy(other.bytes, "\x1f\x8b", 2);
    CHECK(decode(&other, &(notch_checkpoint *){NULL}) != NOTCH_OK);
}

/* ------------------------------------------------------------------------------------------------
 * Hostile content: checksums are right, and what they cover is wrong
 * --------------------------------------------------------------------------------------------- */

/* Where the header of section number `number` with this tag stands in good. */
static size_t find(const char *tag, unsigned number)
{
    for (size_t at = NOTCH_FORMAT_FILE_HEADER; at < good.count;
         at += (size_t)seal_section_bytes(notch_get_u64(good.bytes + at + 8))) {
        if (memcmp(good.bytes + at, tag, 4) == 0 && number-- == 0) {
            return at;
        }
    }
    TEST_FAIL("expected a section %s", tag);
}

/* other = good with another 32-bit number at byte `offset` of the content of a section. */
static void change(const char *tag, unsigned number, size_t offset, uint32_t value)
{
    other = good;
    notch_put_u32(other.bytes + find(tag, number) + NOTCH_FORMAT_SECTION_HEADER + offset, value);
    seal(other.bytes, other.count);
}

static void change_refused(const char *tag, unsigned number, size_t offset, uint32_t value,
                           const char *sentence)
{
    change(tag, number, offset, value);
    refused(&other, sentence);
}

/* other = good without one section. */
static void remove_section(const char *tag, unsigned number)
{
    const size_t at = find(tag, number);
    const size_t bytes = (size_t)seal_section_bytes(notch_get_u64(good.bytes + at + 8));
    other = good;
    memmove(other.bytes + at, other.bytes + at + bytes, other.count - at - bytes);
    other.count -= bytes;
    seal(other.bytes, other.count);
}

/* Inserts a section of 5 bytes into `other` before the first one called `before`. */
static void insert_section(const char *before, const char *tag, uint32_t flags)
{
    good = other;
    const size_t at = find(before, 0), bytes = (size_t)seal_section_bytes(5);
    memmove(other.bytes + at + bytes, other.bytes + at, other.count - at);
    memset(other.bytes + at, 0, bytes);
    memcpy(other.bytes + at, tag, 4);
    notch_put_u32(other.bytes + at + 4, flags);
    notch_put_u64(other.bytes + at + 8, 5);
    memcpy(other.bytes + at + NOTCH_FORMAT_SECTION_HEADER, "hello", 5);
    other.count += bytes;
    seal(other.bytes, other.count);
}

TEST(unknown_sections)
{
    notch_checkpoint *read = NULL;
    make_good();
    other = good;
    insert_section("MODL", "XYZZ", 0);
    insert_section("TENS", "ABCD", 0);
    insert_section("DONE", "WXYZ", 0);
    check_ok(decode(&other, &read));
    CHECK_STRING(read->unknown_state, "");
    CHECK_EQUAL_U64(read->test_correct, 9876);
    notch_checkpoint_destroy(read);
    insert_section("EVAL", "EXPO", NOTCH_FORMAT_FOR_TRAINING);
    check_ok(decode(&other, &read));
    CHECK_STRING(read->unknown_state, "EXPO");
    check_failure(encode(read, &good), NOTCH_ERROR_ARGUMENT,
                  "out.notch: the checkpoint's state for training on was not read in full, so that "
                  "it cannot be written");
    notch_checkpoint_destroy(read);
    make_good();
    other = good;
    insert_section("EVAL", "EXPO", NOTCH_FORMAT_FOR_USE);
    refused(&other, "in.notch: section EXPO: not known to this version, and needed: a newer notch "
                    "wrote it");
    other = good;
    insert_section("EVAL", "EXPO", 4);
    refused(&other, "in.notch: section EXPO: flags 4, expected 0 to 3");
    make_good();
    other = good;
    insert_section("EVAL", "eXPO", 0);
    const size_t at = find("EVAL", 0);
    char sentence[100];
    snprintf(sentence, sizeof sentence,
             "in.notch: the section at byte %u has no tag of capital letters", (unsigned)at);
    refused(&other, sentence);
}

TEST(sections_have_their_places)
{
    make_good();
    remove_section("MODL", 0);
    refused(&other, "in.notch: section ENGN: is not in its place, expected MODL");
    remove_section("ENGN", 0);
    refused(&other, "in.notch: section TENS: is not in its place, expected ENGN");
    remove_section("TENS", 5);
    refused(&other, "in.notch: section STAT: is not in its place, expected TENS");
    remove_section("TENS", 2);
    refused(&other, "in.notch: section TENS: flags 3 and index 3, expected 3 and 2");
    other = good;
    insert_section("STAT", "TENS", 3);
    refused(&other, "in.notch: section TENS: is not in its place, expected STAT or a later one");
    make_good();
    other = good;
    insert_section("EVAL", "CONF", 0);
    refused(&other, "in.notch: section CONF: is not in its place, expected ACCU or a later one");
    make_good();
    other = good;
    insert_section("CONF", "CONF", 0);
    refused(&other, "in.notch: section CONF: is not in its place, expected TRNG or a later one");
    make_good();
    other = good;
    notch_put_u32(other.bytes + find("CONF", 0) + 4, 1);
    seal(other.bytes, other.count);
    refused(&other, "in.notch: section CONF: flags 1 and index 0, expected 0 and 0");
    other = good;
    notch_put_u32(other.bytes + find("CONF", 0) + 16, 7);
    seal(other.bytes, other.count);
    refused(&other, "in.notch: section CONF: flags 0 and index 7, expected 0 and 0");
    remove_section("DONE", 0);
    refused(&other, "in.notch: cut short, it ends after 1568 bytes and before its section DONE");
}

TEST(optional_sections_may_be_missing)
{
    static const char *const tags[] = {"STAT", "CONF", "TRNG", "MOMT", "EVAL"};
    notch_checkpoint *read = NULL;
    for (size_t i = 0; i < 5; i++) {
        make_good();
        NOTE("%s", tags[i]);
        remove_section(tags[i], 0);
        check_ok(decode(&other, &read));
        notch_checkpoint_destroy(read);
    }
}

/* A header may say any size; the sentence comes before any memory is taken. */
TEST(declared_sizes_are_compared_first)
{
    static const char *const tags[] = {"MODL", "ENGN", "TENS", "STAT", "CONF",
                                       "TRNG", "MOMT", "EVAL", "DONE"};
    static const uint64_t sizes[] = {
        0, UINT64_C(1) << 31, UINT64_C(1) << 32, UINT64_C(1) << 60, UINT64_MAX - 7, UINT64_MAX};
    notch_checkpoint *read = NULL;
    make_good();
    for (size_t i = 0; i < 9; i++) {
        for (size_t k = 0; k < 6; k++) {
            other = good;
            notch_put_u64(other.bytes + find(tags[i], 0) + 8, sizes[k]);
            seal(other.bytes, other.count);
            NOTE("%s with %" PRIu64 " bytes: %.150s", tags[i], sizes[k], error.message);
            CHECK(decode(&other, &read) == NOTCH_ERROR_INPUT);
            CHECK(strstr(error.message, "in.notch: cut short, section ") == error.message);
        }
    }
    other = good;
    notch_put_u64(other.bytes + find("MODL", 0) + 8, UINT64_C(1) << 60);
    seal(other.bytes, other.count);
    refused(&other, "in.notch: cut short, section MODL has 1152921504606846976 bytes and the file "
                    "has 1576 left");
}

/* The largest model there can be, in a file of 900 bytes. */
TEST(a_large_model_takes_no_memory)
{
    notch_checkpoint *c = full();
    check_ok(notch_model_init(&model, "huge", (notch_shape){65536, 1, 1}, &error));
    add_layer("a", (notch_layer){.type = NOTCH_LAYER_DENSE, .outputs = 32767});
    add_layer("b", (notch_layer){.type = NOTCH_LAYER_DENSE, .inputs = {1}, .outputs = 2});
    notch_sink sink = {add_bytes, &other};
    uint8_t bytes[1000];
    notch_checkpoint_out *out = malloc(sizeof *out);
    CHECK(out != NULL);
    other.count = 0;
    notch_checkpoint_out_begin(out, &sink, &error);
    notch_stored_model_encode(&model, 2, bytes);
    notch_checkpoint_out_section(out, NOTCH_FORMAT_MODL, 0, notch_stored_model_bytes(3));
    notch_checkpoint_out_put(out, bytes, notch_stored_model_bytes(3));
    memset(bytes, 0, sizeof bytes);
    notch_put_u32(bytes + 8, 1);
    notch_checkpoint_out_section(out, NOTCH_FORMAT_ENGN, 0, NOTCH_FORMAT_ENGINE);
    notch_checkpoint_out_put(out, bytes, NOTCH_FORMAT_ENGINE);
    memset(bytes, 0, sizeof bytes);
    notch_put_u32(bytes, NOTCH_VALUE_F32);
    notch_put_u32(bytes + 4, 32);
    notch_checkpoint_out_section(out, NOTCH_FORMAT_TENS, 0, 600);
    notch_checkpoint_out_put(out, bytes, 600);
    check_ok(notch_checkpoint_out_end(out));
    free(out);
    refused(&other, "in.notch: section TENS: 600 bytes, expected 8589672472");
    notch_checkpoint_destroy(c);
}

/* Content of MODL: name 0, classes 32, layers 36, tensors 40, 0 44, parameters 48; layers of 88
 * from 56 on: name 0, type 32, inputs 36, outputs 44, kernel 48, stride 56, padding 64, flags 72,
 * shape 76. */
TEST(hostile_graphs)
{
    enum {
        CONV = 56 + 88,
        DENSE = 56 + 4 * 88
    };
    make_good();
    change_refused("MODL", 0, 36, 0,
                   "in.notch: section MODL: 0 layers in 672 bytes, expected 1 to 128 of 88 bytes "
                   "each after 56 bytes");
    change_refused("MODL", 0, 36, 129,
                   "in.notch: section MODL: 129 layers in 672 bytes, expected 1 to 128 of 88 bytes "
                   "each after 56 bytes");
    change_refused("MODL", 0, 36, 6,
                   "in.notch: section MODL: 6 layers in 672 bytes, expected 1 to 128 of 88 bytes "
                   "each after 56 bytes");
    change_refused("MODL", 0, 40, 5,
                   "in.notch: section MODL: the graph says more than its layers need, expected "
                   "zeros, 6 tensors and 31 parameters");
    change_refused("MODL", 0, 44, 1,
                   "in.notch: section MODL: the graph says more than its layers need, expected "
                   "zeros, 6 tensors and 31 parameters");
    change_refused("MODL", 0, 48, 0xffffffff,
                   "in.notch: section MODL: the graph says more than its layers need, expected "
                   "zeros, 6 tensors and 31 parameters");
    change_refused("MODL", 0, 28, 0x41000000,
                   "in.notch: section MODL: the graph says more than its layers need, expected "
                   "zeros, 6 tensors and 31 parameters");
    change_refused("MODL", 0, CONV + 72, 5,
                   "in.notch: section MODL: the graph says more than its layers need, expected "
                   "zeros, 6 tensors and 31 parameters");
    change_refused("MODL", 0, CONV + 32, 99,
                   "in.notch: section MODL: layer conv: type 99 is not known to this version");
    change_refused("MODL", 0, CONV + 32, 0xffffffff,
                   "in.notch: section MODL: layer conv: type 4294967295 is not known to this "
                   "version");
    change_refused("MODL", 0, 56 + 32, 3,
                   "in.notch: section MODL: layer input: is the first, expected an input");
    change_refused("MODL", 0, DENSE + 76, 4,
                   "in.notch: section MODL: layer dense: its shape is given as 4 x 1 x 1, expected "
                   "3 x 1 x 1");
    other = good;
    memset(other.bytes + find("MODL", 0) + NOTCH_FORMAT_SECTION_HEADER + CONV, 'x', 32);
    seal(other.bytes, other.count);
    refused(&other,
            "in.notch: section MODL: layer 1: the name has no end, expected at most 31 bytes");

    /* What notch_model_add refuses; its sentences are its own. */
    static const struct {
        size_t offset;
        uint32_t value;
    } wrong[] = {
        {32, 4},         {32, 0},         {56 + 76, 0},        {56 + 76, 0xffffffff},
        {CONV + 36, 1},  {CONV + 36, 9},  {CONV + 44, 0},      {CONV + 44, 0xffffffff},
        {CONV + 48, 0},  {CONV + 48, 99}, {CONV + 56, 0},      {CONV + 64, 0xffffffff},
        {DENSE + 36, 4}, {DENSE + 44, 0}, {DENSE + 44, 65537}, {DENSE + 36, 0xffffffff},
        {DENSE + 48, 1}, {CONV, 0},       {CONV, 0x2f2f2f2f},  {DENSE + 36, 0},
    };
    notch_checkpoint *read = NULL;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        change("MODL", 0, wrong[i].offset, wrong[i].value);
        NOTE("%u at %u", (unsigned)wrong[i].value, (unsigned)wrong[i].offset);
        CHECK(decode(&other, &read) == NOTCH_ERROR_INPUT);
        CHECK(strstr(error.message, "in.notch: section MODL: ") == error.message);
    }
}

TEST(hostile_tensors)
{
    make_good();
    change_refused(
        "TENS", 0, 0, 3,
        "in.notch: section TENS: tensor conv.weight: the type of its values is not known "
        "to this version");
    change_refused("TENS", 0, 4, 3,
                   "in.notch: section TENS: tensor conv.weight: expected 8-bit integers of 1, 2, 4 "
                   "or 8 bits or 16-bit integers");
    change_refused("TENS", 0, 4, 16,
                   "in.notch: section TENS: tensor conv.weight: expected 8-bit integers of 1, 2, 4 "
                   "or 8 bits or 16-bit integers");
    change_refused("TENS", 0, 8, 0,
                   "in.notch: section TENS: tensor conv.weight: the lattice is not the one of its "
                   "bits");
    change_refused("TENS", 0, 12, 0,
                   "in.notch: section TENS: tensor conv.weight: the lattice is not the one of its "
                   "bits");
    change_refused("TENS", 0, 16, 1,
                   "in.notch: section TENS: tensor conv.weight: the lattice is not the one of its "
                   "bits");
    change_refused("TENS", 0, 20, 1,
                   "in.notch: section TENS: tensor conv.weight: the lattice is not the one of its "
                   "bits");
    change_refused("TENS", 4, 4, 8,
                   "in.notch: section TENS: tensor bn.weight: expected floats of 32 bits");
    change_refused("TENS", 4, 8, 1,
                   "in.notch: section TENS: tensor bn.weight: the lattice is not the one of its "
                   "bits");
    /* 15 weights of 1 bit: the last bit is not used */
    change_refused(
        "TENS", 0, 24, 0x8000,
        "in.notch: section TENS: tensor conv.weight: the bits behind its last weight are "
        "not zero");
    change_refused("TENS", 1, 24, 0xffff,
                   "in.notch: section TENS: tensor conv.bias: weight 0 is not on its lattice of 16 "
                   "bits");
    change_refused("TENS", 2, 24, 0x0c00,
                   "in.notch: section TENS: tensor dense.weight: weight 5 is not on its lattice of "
                   "2 bits");
    change_refused("TENS", 3, 24, 0xf0,
                   "in.notch: section TENS: tensor dense.bias: weight 1 is not on its lattice of 4 "
                   "bits");
    change_refused("TENS", 5, 24, 0xff0000,
                   "in.notch: section TENS: tensor bn.bias: weight 2 is not on its lattice of 8 "
                   "bits");
    /* 2 of 3 bytes declared: the last one becomes one of the zeros behind */
    other = good;
    notch_put_u64(other.bytes + find("TENS", 5) + 8, 26);
    seal(other.bytes, other.count);
    refused(&other, "in.notch: section TENS: 26 bytes, expected 27");
    notch_put_u64(other.bytes + find("TENS", 5) + 8, 28);
    seal(other.bytes, other.count);
    refused(&other, "in.notch: section TENS: 28 bytes, expected 27");
}

TEST(hostile_rest)
{
    make_good();
    change_refused("ENGN", 0, 0, 2,
                   "in.notch: section ENGN: the engine is not known to this version");
    static const char pixels[] = "in.notch: section ENGN: expected a mean of up to 255, a "
                                 "deviation of more than 0 up to 255, a sharpness of up to 6";
    change_refused("ENGN", 0, 4, (255 << 16) + 1, pixels);
    change_refused("ENGN", 0, 8, 0, pixels);
    change_refused("ENGN", 0, 8, (255 << 16) + 1, pixels);
    change_refused("ENGN", 0, 12, 7, pixels);
    change_refused("CONF", 0, 8, 0, "in.notch: section CONF: holds a byte of zero, expected text");
    change_refused("TRNG", 0, 16, 257,
                   "in.notch: section TRNG: expected at most 256 calibrations, then 0");
    change_refused("TRNG", 0, 20, 1,
                   "in.notch: section TRNG: expected at most 256 calibrations, then 0");
    change_refused("TRNG", 0, 16, 3, "in.notch: section TRNG: 104 bytes, expected 144");
    static const char images[] = "in.notch: section EVAL: expected at least one image and no more "
                                 "correct than all";
    change_refused("EVAL", 0, 0, 0, images);
    change_refused("EVAL", 0, 0, 9875, images);
    other = good;
    notch_put_u64(other.bytes + find("MOMT", 0) + 8, 30 * 4);
    seal(other.bytes, other.count);
    refused(&other, "in.notch: section MOMT: 120 bytes, expected 124");
    other = good;
    notch_put_u64(other.bytes + find("STAT", 0) + 8, 23);
    seal(other.bytes, other.count);
    refused(&other, "in.notch: section STAT: expected 1 to 2^31 words of 4 bytes");
    /* The byte behind the config's last. */
    other = good;
    other.bytes[find("CONF", 0) + NOTCH_FORMAT_SECTION_HEADER + 22] = 1;
    seal(other.bytes, other.count);
    refused(&other, "in.notch: section CONF: the bytes behind its content are not zero");
}

/* ------------------------------------------------------------------------------------------------
 * Writing
 * --------------------------------------------------------------------------------------------- */

static void write_refused(notch_checkpoint *c, const char *sentence)
{
    check_failure(encode(c, &other), NOTCH_ERROR_ARGUMENT, sentence);
}

TEST(write_refuses_contradictions)
{
    notch_checkpoint *c = full(), kept = *c;
    c->classes = 4;
    CHECK(encode(c, &other) == NOTCH_ERROR_ARGUMENT);
    CHECK(strstr(error.message, "out.notch: the model cannot be written: ") == error.message);
    *c = kept;
    c->model.layers[4].outputs = 4;
    CHECK(encode(c, &other) == NOTCH_ERROR_ARGUMENT);
    *c = kept;
    c->model.layer_count = 129;
    write_refused(c, "out.notch: the model has 129 layers");
    *c = kept;
    c->tensors[0].values = NULL;
    write_refused(c, "out.notch: tensor conv.weight has no values");
    *c = kept;
    c->tensors[0].type = NOTCH_VALUE_I16;
    write_refused(c, "out.notch: tensor conv.weight: the lattice does not go with the type, or "
                     "notch_lattice_init did not make it");
    *c = kept;
    c->pixels.deviation = 0;
    write_refused(c, "out.notch: the checkpoint's standardisation is out of range");
    *c = kept;
    c->sharpness = 7;
    write_refused(c, "out.notch: the checkpoint's sharpness is more than 6");
    *c = kept;
    c->state = NULL;
    write_refused(c, "out.notch: the checkpoint's state of the engine is missing or has too many "
                     "values");
    *c = kept;
    c->momentum_count--;
    write_refused(c,
                  "out.notch: the checkpoint's momentum is missing or not that of all parameters");
    *c = kept;
    c->calibration_count = 257;
    write_refused(c, "out.notch: the checkpoint's calibrations are missing or more than tensors "
                     "can be");
    *c = kept;
    c->test_correct = 10001;
    write_refused(c, "out.notch: the checkpoint's evaluation has more correct images than images");
    *c = kept;
    c->config = malloc(1048578);
    CHECK(c->config != NULL);
    memset(c->config, 'x', 1048577);
    c->config[1048577] = '\0';
    write_refused(c, "out.notch: the checkpoint's configuration is longer than 1 MiB");
    free(c->config);
    *c = kept;
    ((int8_t *)c->tensors[0].values)[14] = 0;
    write_refused(c, "out.notch: tensor conv.weight: weight 14 is not on its lattice of 1 bits, "
                     "expected a whole number of magnitude up to 1, and not 0 if that is 1");
    notch_checkpoint_destroy(c);
    check_failure(notch_checkpoint_write(NULL, "x", &error), NOTCH_ERROR_ARGUMENT,
                  "checkpoint: the checkpoint is missing");
    check_failure(notch_checkpoint_read(NULL, &c, &error), NOTCH_ERROR_ARGUMENT,
                  "checkpoint: the path is missing");
    check_failure(notch_checkpoint_read("x", NULL, &error), NOTCH_ERROR_ARGUMENT,
                  "checkpoint: the result is missing");
}

static void get(const char *path, content *to)
{
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    to->count = fread(to->bytes, 1, FILE_MAX, file);
    CHECK(fclose(file) == 0);
}

/* How many files there are here. */
static unsigned files(void)
{
    unsigned count = 0;
    DIR *folder = opendir(".");
    CHECK(folder != NULL);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        count += entry->d_name[0] != '.';
    }
    closedir(folder);
    return count;
}

TEST(files_are_written_and_read)
{
    notch_checkpoint *c = full(), *read = NULL;
    struct stat facts;
    check_ok(notch_checkpoint_write(c, "a.notch", &error));
    check_ok(encode(c, &good));
    get("a.notch", &other);
    CHECK(good.count == other.count && memcmp(good.bytes, other.bytes, good.count) == 0);
    const mode_t mask = umask(027);
    check_ok(notch_checkpoint_write(c, "a.notch", &error));
    umask(mask);
    CHECK(stat("a.notch", &facts) == 0);
    CHECK_EQUAL_U64(facts.st_mode & 0777, 0640);
    CHECK_EQUAL_U64(files(), 1);
    check_ok(notch_checkpoint_read("a.notch", &read, &error));
    CHECK_EQUAL_U64(read->step, c->step);
    notch_checkpoint_destroy(read);
    notch_checkpoint_destroy(c);
    CHECK(remove("a.notch") == 0);
}

/* The old file is as it was and the temporary one is gone. */
static void check_kept(const char *path)
{
    get(path, &other);
    CHECK(good.count == other.count && memcmp(good.bytes, other.bytes, good.count) == 0);
    CHECK_EQUAL_U64(files(), 1);
}

TEST(a_failed_write_keeps_the_old_file)
{
    notch_checkpoint *c = full();
    struct rlimit limit, small;
    check_ok(notch_checkpoint_write(c, "b.notch", &error));
    check_ok(encode(c, &good));
    ((int8_t *)c->tensors[0].values)[0] = 5;
    CHECK(notch_checkpoint_write(c, "b.notch", &error) == NOTCH_ERROR_ARGUMENT);
    check_kept("b.notch");
    ((int8_t *)c->tensors[0].values)[0] = 1;

    /* A disk that is full: no file may be longer than 100 bytes. */
    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR && getrlimit(RLIMIT_FSIZE, &limit) == 0);
    small = limit;
    small.rlim_cur = 100;
    CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
    const notch_status status = notch_checkpoint_write(c, "b.notch", &error);
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    check_failure(status, NOTCH_ERROR_INPUT, "b.notch: cannot be written: File too large");
    check_kept("b.notch");
    notch_checkpoint_destroy(c);
    CHECK(remove("b.notch") == 0);
}

TEST(places_that_cannot_be_written)
{
    notch_checkpoint *c = full();
    check_failure(notch_checkpoint_write(c, "none/c.notch", &error), NOTCH_ERROR_INPUT,
                  "none/c.notch: cannot be written: No such file or directory");
    CHECK(mkdir("folder", 0777) == 0);
    check_failure(notch_checkpoint_write(c, "folder", &error), NOTCH_ERROR_INPUT,
                  "folder: cannot be written: is a folder, expected a regular file or nothing");
    check_ok(notch_checkpoint_write(c, "folder/c.notch", &error));
    CHECK(remove("folder/c.notch") == 0);
    CHECK(remove("folder") == 0);
    check_failure(notch_checkpoint_write(c, "/dev/null", &error), NOTCH_ERROR_INPUT,
                  "/dev/null: cannot be written: is no regular file, expected a regular file or "
                  "nothing");
    check_failure(notch_checkpoint_write(c, "", &error), NOTCH_ERROR_INPUT,
                  ": cannot be written: No such file or directory");
    notch_checkpoint_destroy(c);
}

/* Names of temporary files that are taken. */
TEST(temporary_files_of_others_stay)
{
    notch_checkpoint *c = full();
    char names[2][64];
    for (unsigned i = 0; i < 2; i++) {
        snprintf(names[i], sizeof names[i], "d.notch.%lld-%u.tmp", (long long)getpid(), i);
        FILE *file = fopen(names[i], "w");
        CHECK(file != NULL && fclose(file) == 0);
    }
    check_ok(notch_checkpoint_write(c, "d.notch", &error));
    CHECK_EQUAL_U64(files(), 3);
    CHECK(remove("d.notch") == 0 && remove(names[0]) == 0 && remove(names[1]) == 0);
    notch_checkpoint_destroy(c);
}

TEST(places_that_cannot_be_read)
{
    notch_checkpoint *read = NULL;
    check_failure(notch_checkpoint_read("none.notch", &read, &error), NOTCH_ERROR_INPUT,
                  "none.notch: cannot be opened: No such file or directory");
    check_failure(notch_checkpoint_read(".", &read, &error), NOTCH_ERROR_INPUT,
                  ".: is a folder, expected a regular file");
}

TEST_MAIN(enter(), RUN(crc_is_castagnolis), RUN(weights_take_the_bits_of_their_lattice),
          RUN(packing_goes_both_ways), RUN(packing_refuses_what_is_off_the_lattice),
          RUN(a_new_checkpoint_is_zero), RUN(create_refuses_arguments),
          RUN(the_digest_is_of_little_endian_values), RUN(large_tensors_come_back),
          RUN(golden_bytes), RUN(everything_comes_back), RUN(floats_keep_their_bits),
          RUN(a_model_without_parameters_is_refused), RUN(every_truncation_is_refused),
          RUN(every_flipped_bit_is_found), RUN(sentences_about_the_beginning),
          RUN(unknown_sections), RUN(sections_have_their_places),
          RUN(optional_sections_may_be_missing), RUN(declared_sizes_are_compared_first),
          RUN(a_large_model_takes_no_memory), RUN(hostile_graphs), RUN(hostile_tensors),
          RUN(hostile_rest), RUN(write_refuses_contradictions), RUN(files_are_written_and_read),
          RUN(a_failed_write_keeps_the_old_file), RUN(places_that_cannot_be_written),
          RUN(temporary_files_of_others_stay), RUN(places_that_cannot_be_read))
