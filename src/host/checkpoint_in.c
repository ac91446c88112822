/* checkpoint_in.c - the sections of a model file, on their way in.
 * SPDX-License-Identifier: MIT
 */
#include "host/checkpoint_in.h"

#include <assert.h>
#include <string.h>

#include "base/message.h"
#include "host/checkpoint_bytes.h"

static notch_status read_raw(notch_checkpoint_in *in, void *to, size_t count, notch_error *error)
{
    size_t got;
    const notch_status status = notch_stream_read(in->stream, to, count, &got, error);
    if (status == NOTCH_OK && got < count) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: cut short, it ends after %u bytes and before its section DONE",
                          in->path, notch_stream_position(in->stream));
    }
    return status;
}

static notch_status fail_damaged(const notch_checkpoint_in *in, const char *what, uint64_t position,
                                 notch_error *error)
{
    return notch_fail(error, NOTCH_ERROR_INPUT,
                      "%s: damaged, %s from byte %u on does not match its checksum", in->path, what,
                      position);
}

/* ---- the header of the file ------------------------------------------------------------------ */

static notch_status check_magic(const notch_checkpoint_in *in, const uint8_t *header, size_t count,
                                notch_error *error)
{
    const size_t compared = count < NOTCH_FORMAT_MAGIC_BYTES ? count : NOTCH_FORMAT_MAGIC_BYTES;
    if (compared > 0 && memcmp(header, NOTCH_FORMAT_MAGIC, compared) == 0) {
        return NOTCH_OK;
    }
    if (compared == NOTCH_FORMAT_MAGIC_BYTES &&
        memcmp(header + 1, &NOTCH_FORMAT_MAGIC[1], 5) == 0) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: damaged in its first 8 bytes, as if it had been copied as text",
                          in->path);
    }
    return notch_fail(
        error, NOTCH_ERROR_INPUT,
        "%s: is no .notch file, expected it to begin with the bytes 89 6e 6f 74 63 68", in->path);
}

notch_status notch_checkpoint_in_begin(notch_checkpoint_in *in, notch_stream *stream,
                                       notch_error *error)
{
    uint8_t header[NOTCH_FORMAT_FILE_HEADER];
    bool known;
    size_t got;
    memset(in, 0, sizeof *in);
    in->stream = stream;
    in->path = notch_stream_name(stream);
    in->size = notch_stream_size(stream, &known);
    notch_crc32c_init(&in->crc);
    if (!known) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: is compressed, expected a .notch file as it was written", in->path);
    }
    notch_status status = notch_stream_read(stream, header, sizeof header, &got, error);
    if (status == NOTCH_OK) {
        status = check_magic(in, header, got, error);
    }
    if (status != NOTCH_OK) {
        return status;
    }
    if (got < sizeof header) {
        return notch_fail(error, NOTCH_ERROR_INPUT, "%s: cut short, it ends after %u bytes",
                          in->path, (uint64_t)got);
    }
    if (notch_get_u32(header + 12) != notch_crc32c_add(&in->crc, 0, header, 12)) {
        return fail_damaged(in, "what it holds", 0, error);
    }
    const uint32_t version = notch_get_u32(header + 8);
    if (version != NOTCH_FORMAT_VERSION) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: has version %u of the format, expected %u: a newer notch wrote it",
                          in->path, (uint64_t)version, (uint64_t)NOTCH_FORMAT_VERSION);
    }
    return NOTCH_OK;
}

/* ---- sections -------------------------------------------------------------------------------- */

static bool is_tag(const uint8_t *bytes)
{
    for (size_t k = 0; k < NOTCH_FORMAT_TAG; k++) {
        if (bytes[k] < 'A' || bytes[k] > 'Z') {
            return false;
        }
    }
    return true;
}

/* Bytes of zeros behind the content. */
static size_t rest_of(const notch_checkpoint_in *in)
{
    const uint64_t used = in->bytes % NOTCH_FORMAT_ALIGNMENT + NOTCH_FORMAT_CHECKSUM;
    return (size_t)(-used % NOTCH_FORMAT_ALIGNMENT);
}

static notch_status check_header(const notch_checkpoint_in *in, notch_error *error)
{
    if ((in->flags & ~(uint32_t)NOTCH_FORMAT_FLAGS) != 0) {
        return notch_fail(error, NOTCH_ERROR_INPUT, "%s: section %s: flags %u, expected 0 to %u",
                          in->path, in->tag, (uint64_t)in->flags, (uint64_t)NOTCH_FORMAT_FLAGS);
    }
    /* Its content can take what the file has left but for what ends this section. */
    const uint64_t position = notch_stream_position(in->stream);
    const uint64_t left = position < in->size ? in->size - position : 0;
    if (in->bytes < 1 || left < NOTCH_FORMAT_CHECKSUM || in->bytes > left - NOTCH_FORMAT_CHECKSUM) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: cut short, section %s has %u bytes and the file has %u left",
                          in->path, in->tag, in->bytes, left);
    }
    return NOTCH_OK;
}

notch_status notch_checkpoint_in_next(notch_checkpoint_in *in, notch_error *error)
{
    uint8_t header[NOTCH_FORMAT_SECTION_HEADER];
    in->position = notch_stream_position(in->stream);
    const notch_status status = read_raw(in, header, sizeof header, error);
    if (status != NOTCH_OK) {
        return status;
    }
    if (notch_get_u32(header + 20) != notch_crc32c_add(&in->crc, 0, header, 20)) {
        return fail_damaged(in, "the header of a section", in->position, error);
    }
    if (!is_tag(header)) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: the section at byte %u has no tag of capital letters", in->path,
                          in->position);
    }
    memcpy(in->tag, header, NOTCH_FORMAT_TAG);
    in->tag[NOTCH_FORMAT_TAG] = '\0';
    in->flags = notch_get_u32(header + 4);
    in->bytes = notch_get_u64(header + 8);
    in->index = notch_get_u32(header + 16);
    in->left = in->bytes;
    in->sum = 0;
    in->sections++;
    return check_header(in, error);
}

notch_status notch_checkpoint_in_take(notch_checkpoint_in *in, void *to, size_t count,
                                      notch_error *error)
{
    assert(count <= in->left);
    const notch_status status = read_raw(in, to, count, error);
    if (status == NOTCH_OK) {
        in->sum = notch_crc32c_add(&in->crc, in->sum, to, count);
        in->left -= count;
    }
    return status;
}

notch_status notch_checkpoint_in_skip(notch_checkpoint_in *in, notch_error *error)
{
    uint8_t skipped[4096];
    notch_status status = NOTCH_OK;
    while (in->left > 0 && status == NOTCH_OK) {
        const size_t piece = in->left < sizeof skipped ? (size_t)in->left : sizeof skipped;
        status = notch_checkpoint_in_take(in, skipped, piece, error);
    }
    return status;
}

/* Zeros and checksum. The content had `so_far` as its status. */
static notch_status check_end(notch_checkpoint_in *in, notch_status so_far, notch_error *error)
{
    uint8_t end[NOTCH_FORMAT_ALIGNMENT + NOTCH_FORMAT_CHECKSUM];
    const size_t rest = rest_of(in);
    const notch_status status = read_raw(in, end, rest + NOTCH_FORMAT_CHECKSUM, error);
    if (status != NOTCH_OK) {
        return status;
    }
    if (notch_get_u32(end + rest) != notch_crc32c_add(&in->crc, in->sum, end, rest)) {
        return fail_damaged(in, in->tag, in->position, error);
    }
    for (size_t k = 0; k < rest; k++) {
        if (end[k] != 0 && so_far == NOTCH_OK) {
            return notch_fail(error, NOTCH_ERROR_INPUT,
                              "%s: section %s: the bytes behind its content are not zero", in->path,
                              in->tag);
        }
    }
    return NOTCH_OK;
}

notch_status notch_checkpoint_in_finish(notch_checkpoint_in *in, notch_status status,
                                        notch_error *error)
{
    if (status != NOTCH_OK && status != NOTCH_ERROR_INPUT) {
        return status;
    }
    notch_error about_end;
    notch_status end = notch_checkpoint_in_skip(in, &about_end);
    if (end == NOTCH_OK) {
        end = check_end(in, status, &about_end);
    }
    if (end == NOTCH_OK) {
        return status;
    }
    if (error != NULL) {
        *error = about_end;
    }
    return end;
}
