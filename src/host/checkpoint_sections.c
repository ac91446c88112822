/* checkpoint_sections.c - what the sections of a model file hold.
 * SPDX-License-Identifier: MIT
 */
#include "host/checkpoint_sections.h"

#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "host/checkpoint.h"
#include "host/checkpoint_bytes.h"
#include "host/checkpoint_model.h"
#include "host/checkpoint_pack.h"

typedef notch_checkpoint_reader reader;

notch_status notch_checkpoint_fail_section(const notch_checkpoint_reader *r, const char *sentence,
                                           notch_error *error)
{
    return notch_fail(error, NOTCH_ERROR_INPUT, "%s: section %s: %s", r->in.path, r->in.tag,
                      sentence);
}

static notch_status fail_memory(const reader *r, notch_error *error)
{
    return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory for section %s of %u bytes",
                      r->in.path, r->in.tag, r->in.bytes);
}

static notch_status expect_bytes(const reader *r, uint64_t expected, notch_error *error)
{
    if (r->in.bytes == expected) {
        return NOTCH_OK;
    }
    return notch_fail(error, NOTCH_ERROR_INPUT, "%s: section %s: %u bytes, expected %u", r->in.path,
                      r->in.tag, r->in.bytes, expected);
}

/* The whole content of a section that has exactly so many bytes. */
static notch_status take_exactly(reader *r, uint8_t *bytes, size_t count, notch_error *error)
{
    const notch_status status = expect_bytes(r, count, error);
    return status == NOTCH_OK ? notch_checkpoint_in_take(&r->in, bytes, count, error) : status;
}

/* ---- the model and its weights --------------------------------------------------------------- */

static notch_status read_model(reader *r, notch_error *error)
{
    uint8_t bytes[NOTCH_STORED_MODEL_MAX];
    notch_error reason = {0};
    if (r->in.bytes > sizeof bytes) {
        return notch_checkpoint_fail_section(r, "more bytes than the largest graph takes", error);
    }
    notch_status status = notch_checkpoint_in_take(&r->in, bytes, (size_t)r->in.bytes, error);
    if (status != NOTCH_OK) {
        return status;
    }
    status =
        notch_stored_model_decode(bytes, r->in.bytes, &r->made->model, &r->made->classes, &reason);
    return status == NOTCH_OK ? NOTCH_OK : notch_checkpoint_fail_section(r, reason.message, error);
}

static notch_status read_engine(reader *r, notch_error *error)
{
    uint8_t bytes[NOTCH_FORMAT_ENGINE];
    const notch_status status = take_exactly(r, bytes, sizeof bytes, error);
    if (status != NOTCH_OK) {
        return status;
    }
    const uint32_t engine = notch_get_u32(bytes);
    const notch_standardisation pixels = {notch_get_u32(bytes + 4), notch_get_u32(bytes + 8)};
    const uint32_t sharpness = notch_get_u32(bytes + 12);
    if (engine > NOTCH_ENGINE_FLOAT) {
        return notch_checkpoint_fail_section(r, "the engine is not known to this version", error);
    }
    if (pixels.mean > NOTCH_FORMAT_PIXEL_MAX || pixels.deviation < 1 ||
        pixels.deviation > NOTCH_FORMAT_PIXEL_MAX || sharpness > NOTCH_FORMAT_SHARPNESS_MAX) {
        return notch_checkpoint_fail_section(
            r,
            "expected a mean of up to 255, a deviation of more than 0 up to 255, a sharpness of up "
            "to 6",
            error);
    }
    r->made->engine = (notch_engine_type)engine;
    r->made->pixels = pixels;
    r->made->sharpness = sharpness;
    return NOTCH_OK;
}

static notch_status fail_tensor(const reader *r, const char *sentence, notch_error *error)
{
    return notch_fail(error, NOTCH_ERROR_INPUT, "%s: section %s: tensor %s: %s", r->in.path,
                      r->in.tag, r->made->model.tensors[r->tensors].name, sentence);
}

/* Type and lattice. */
static notch_status decode_tensor_header(const reader *r, const uint8_t *header,
                                         notch_stored_tensor *tensor, notch_error *error)
{
    const uint32_t type = notch_get_u32(header), bits = notch_get_u32(header + 4);
    notch_lattice lattice = {0};
    if (type > NOTCH_VALUE_F32) {
        return fail_tensor(r, "the type of its values is not known to this version", error);
    }
    tensor->type = (notch_value_type)type;
    if (tensor->type != NOTCH_VALUE_F32) {
        if (notch_lattice_init(&lattice, bits, NULL) != NOTCH_OK ||
            tensor->type != (lattice.bytes == 2 ? NOTCH_VALUE_I16 : NOTCH_VALUE_I8)) {
            return fail_tensor(r, "expected 8-bit integers of 1, 2, 4 or 8 bits or 16-bit integers",
                               error);
        }
    } else if (bits != 32) {
        return fail_tensor(r, "expected floats of 32 bits", error);
    }
    if (notch_get_i32(header + 8) != lattice.minimum ||
        notch_get_i32(header + 12) != lattice.maximum ||
        notch_get_i32(header + 16) != lattice.spacing || notch_get_u32(header + 20) != 0) {
        return fail_tensor(r, "the lattice is not the one of its bits", error);
    }
    tensor->lattice = lattice;
    return NOTCH_OK;
}

/* Unpacks the next `count` values to those from `first` on. */
static notch_status read_piece(reader *r, const notch_stored_tensor *tensor, uint64_t first,
                               uint64_t count, notch_error *error)
{
    uint8_t bytes[4 * NOTCH_CHECKPOINT_PIECE];
    uint8_t *values = (uint8_t *)tensor->values + first * notch_value_bytes(tensor->type);
    const bool is_float = tensor->type == NOTCH_VALUE_F32;
    const uint64_t packed = notch_packed_bytes(count, is_float ? 32 : tensor->lattice.bits);
    const notch_status status = notch_checkpoint_in_take(&r->in, bytes, (size_t)packed, error);
    if (status != NOTCH_OK) {
        return status;
    }
    if (is_float) {
        notch_unpack_words(bytes, count, (float *)tensor->values + first);
        return NOTCH_OK;
    }
    const uint64_t unpacked = notch_unpack(&tensor->lattice, bytes, count, values);
    if (unpacked != count) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: section %s: tensor %s: weight %u is not on its lattice of %u bits",
                          r->in.path, r->in.tag, r->made->model.tensors[r->tensors].name,
                          first + unpacked, (uint64_t)tensor->lattice.bits);
    }
    if (!notch_packed_rest_is_zero(&tensor->lattice, bytes, count)) {
        return fail_tensor(r, "the bits behind its last weight are not zero", error);
    }
    return NOTCH_OK;
}

static notch_status read_tensor(reader *r, notch_error *error)
{
    uint8_t header[NOTCH_FORMAT_TENSOR_HEADER];
    notch_stored_tensor *tensor = &r->made->tensors[r->tensors];
    const uint64_t count = r->made->model.tensors[r->tensors].count;
    if (r->in.bytes < sizeof header) {
        return notch_checkpoint_fail_section(r, "too short", error);
    }
    notch_status status = notch_checkpoint_in_take(&r->in, header, sizeof header, error);
    if (status == NOTCH_OK) {
        status = decode_tensor_header(r, header, tensor, error);
    }
    if (status == NOTCH_OK) {
        const uint32_t bits = tensor->type == NOTCH_VALUE_F32 ? 32 : tensor->lattice.bits;
        status = expect_bytes(r, sizeof header + notch_packed_bytes(count, bits), error);
    }
    if (status == NOTCH_OK && !notch_stored_tensor_reserve(tensor, count)) {
        status = fail_memory(r, error);
    }
    for (uint64_t first = 0; first < count && status == NOTCH_OK; first += NOTCH_CHECKPOINT_PIECE) {
        const uint64_t left = count - first;
        status = read_piece(r, tensor, first,
                            left < NOTCH_CHECKPOINT_PIECE ? left : NOTCH_CHECKPOINT_PIECE, error);
    }
    r->tensors += status == NOTCH_OK;
    return status;
}

/* ---- what belongs to them -------------------------------------------------------------------- */

/* A section of 32-bit words and nothing else. The memory of *words is the caller's, also where it
 * fails; NULL where there was none. */
static notch_status read_words(reader *r, void **words, size_t *count, notch_error *error)
{
    uint8_t bytes[4 * NOTCH_CHECKPOINT_PIECE];
    if (r->in.bytes % 4 != 0 || r->in.bytes / 4 > NOTCH_MODEL_PARAMETERS_MAX) {
        return notch_checkpoint_fail_section(r, "expected 1 to 2^31 words of 4 bytes", error);
    }
    uint8_t *made = r->in.bytes <= SIZE_MAX ? malloc((size_t)r->in.bytes) : NULL;
    *words = made;
    if (made == NULL) {
        return fail_memory(r, error);
    }
    *count = (size_t)(r->in.bytes / 4);
    notch_status status = NOTCH_OK;
    for (size_t first = 0; first < *count && status == NOTCH_OK; first += NOTCH_CHECKPOINT_PIECE) {
        const size_t left = *count - first;
        const size_t piece = left < NOTCH_CHECKPOINT_PIECE ? left : NOTCH_CHECKPOINT_PIECE;
        status = notch_checkpoint_in_take(&r->in, bytes, piece * 4, error);
        if (status == NOTCH_OK) {
            notch_unpack_words(bytes, piece, made + 4 * first);
        }
    }
    return status;
}

static notch_status read_state(reader *r, notch_error *error)
{
    void *words = NULL;
    const notch_status status = read_words(r, &words, &r->made->state_count, error);
    r->made->state = words;
    return status;
}

static notch_status read_momentum(reader *r, notch_error *error)
{
    void *words = NULL;
    notch_status status = expect_bytes(r, r->made->model.parameters * 4, error);
    if (status == NOTCH_OK) {
        status = read_words(r, &words, &r->made->momentum_count, error);
        r->made->momentum = words;
    }
    return status;
}

static notch_status read_accumulators(reader *r, notch_error *error)
{
    void *words = NULL;
    notch_status status = expect_bytes(r, r->made->model.parameters * 4, error);
    if (status == NOTCH_OK) {
        status = read_words(r, &words, &r->made->accumulator_count, error);
        r->made->accumulators = words;
    }
    return status;
}

static notch_status read_config(reader *r, notch_error *error)
{
    if (r->in.bytes > NOTCH_FORMAT_CONFIG_MAX) {
        return notch_checkpoint_fail_section(r, "longer than 1 MiB", error);
    }
    const size_t bytes = (size_t)r->in.bytes;
    r->made->config = calloc(bytes + 1, 1);
    if (r->made->config == NULL) {
        return fail_memory(r, error);
    }
    const notch_status status = notch_checkpoint_in_take(&r->in, r->made->config, bytes, error);
    if (status == NOTCH_OK && memchr(r->made->config, '\0', bytes) != NULL) {
        return notch_checkpoint_fail_section(r, "holds a byte of zero, expected text", error);
    }
    return status;
}

static notch_calibration decode_calibration(const uint8_t *bytes)
{
    return (notch_calibration){
        .scale = {notch_get_u64(bytes), notch_get_i32(bytes + 24)},
        .sum = {notch_get_u64(bytes + 8), notch_get_i32(bytes + 28)},
        .exceeded = notch_get_u64(bytes + 16),
        .steps = notch_get_u32(bytes + 32),
        .moved_share = notch_get_u32(bytes + 36),
    };
}

static notch_status read_training(reader *r, notch_error *error)
{
    uint8_t bytes[NOTCH_FORMAT_TRAINING_HEADER], calibration[NOTCH_FORMAT_CALIBRATION];
    if (r->in.bytes < sizeof bytes) {
        return notch_checkpoint_fail_section(r, "too short", error);
    }
    notch_status status = notch_checkpoint_in_take(&r->in, bytes, sizeof bytes, error);
    if (status != NOTCH_OK) {
        return status;
    }
    const uint32_t count = notch_get_u32(bytes + 16);
    if (count > NOTCH_TENSORS_MAX || notch_get_u32(bytes + 20) != 0) {
        return notch_checkpoint_fail_section(r, "expected at most 256 calibrations, then 0", error);
    }
    status = expect_bytes(r, sizeof bytes + (uint64_t)count * sizeof calibration, error);
    if (status != NOTCH_OK) {
        return status;
    }
    r->made->step = notch_get_u64(bytes);
    r->made->seed = notch_get_u64(bytes + 8);
    r->made->calibrations = calloc(count + 1, sizeof *r->made->calibrations);
    if (r->made->calibrations == NULL) {
        return fail_memory(r, error);
    }
    for (uint32_t i = 0; i < count && status == NOTCH_OK; i++) {
        status = notch_checkpoint_in_take(&r->in, calibration, sizeof calibration, error);
        r->made->calibrations[i] = decode_calibration(calibration);
    }
    r->made->calibration_count = count;
    return status;
}

static notch_status read_evaluation(reader *r, notch_error *error)
{
    uint8_t bytes[NOTCH_FORMAT_EVALUATION];
    const notch_status status = take_exactly(r, bytes, sizeof bytes, error);
    if (status != NOTCH_OK) {
        return status;
    }
    r->made->test_count = notch_get_u64(bytes);
    r->made->test_correct = notch_get_u64(bytes + 8);
    r->made->test_loss = notch_get_f64(bytes + 16);
    if (r->made->test_count == 0 || r->made->test_correct > r->made->test_count) {
        return notch_checkpoint_fail_section(
            r, "expected at least one image and no more correct than all", error);
    }
    return NOTCH_OK;
}

static notch_status read_end(reader *r, notch_error *error)
{
    uint8_t bytes[NOTCH_FORMAT_END];
    const notch_status status = take_exactly(r, bytes, sizeof bytes, error);
    if (status != NOTCH_OK) {
        return status;
    }
    if (notch_get_u64(bytes) != r->in.size || notch_get_u32(bytes + 8) != r->in.sections ||
        notch_get_u32(bytes + 12) != 0) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: section %s: %u bytes in %u sections, but the file has %u in %u",
                          r->in.path, r->in.tag, notch_get_u64(bytes),
                          (uint64_t)notch_get_u32(bytes + 8), r->in.size, (uint64_t)r->in.sections);
    }
    return NOTCH_OK;
}

/* ---- all of them ----------------------------------------------------------------------------- */

typedef notch_status section_reader(reader *r, notch_error *error);

static section_reader *const section_readers[NOTCH_FORMAT_SECTIONS] = {
    read_model,    read_engine,   read_tensor,       read_state,      read_config,
    read_training, read_momentum, read_accumulators, read_evaluation, read_end,
};

notch_status notch_checkpoint_read_section(notch_checkpoint_reader *r, notch_format_section section,
                                           notch_error *error)
{
    return section_readers[section](r, error);
}
