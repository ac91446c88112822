/* checkpoint_out.c - the sections of a model file, on their way out.
 * SPDX-License-Identifier: MIT
 */
#include "host/checkpoint_out.h"

#include <assert.h>
#include <string.h>

#include "host/checkpoint_bytes.h"

static void flush(notch_checkpoint_out *out)
{
    if (out->status == NOTCH_OK && out->used > 0) {
        out->status = out->sink->write(out->sink->self, out->buffer, out->used, out->error);
    }
    out->used = 0;
}

static void put_raw(notch_checkpoint_out *out, const void *bytes, size_t count)
{
    const uint8_t *next = bytes;
    out->position += count;
    while (count > 0) {
        const size_t room = sizeof out->buffer - out->used, piece = count < room ? count : room;
        memcpy(out->buffer + out->used, next, piece);
        out->used += piece;
        next += piece;
        count -= piece;
        if (out->used == sizeof out->buffer) {
            flush(out);
        }
    }
}

void notch_checkpoint_out_begin(notch_checkpoint_out *out, const notch_sink *sink,
                                notch_error *error)
{
    uint8_t header[NOTCH_FORMAT_FILE_HEADER];
    out->sink = sink;
    out->error = error;
    out->status = NOTCH_OK;
    out->sections = 0;
    out->left = 0;
    out->position = 0;
    out->used = 0;
    notch_crc32c_init(&out->crc);
    memcpy(header, NOTCH_FORMAT_MAGIC, NOTCH_FORMAT_MAGIC_BYTES);
    notch_put_u32(header + 8, NOTCH_FORMAT_VERSION);
    notch_put_u32(header + 12, notch_crc32c_add(&out->crc, 0, header, 12));
    put_raw(out, header, sizeof header);
}

/* Zeros and checksum. */
static void end_section(notch_checkpoint_out *out)
{
    static const uint8_t zeros[NOTCH_FORMAT_ALIGNMENT];
    uint8_t sum[NOTCH_FORMAT_CHECKSUM];
    const size_t rest = (size_t)(-(out->position + NOTCH_FORMAT_CHECKSUM) % NOTCH_FORMAT_ALIGNMENT);
    notch_put_u32(sum, notch_crc32c_add(&out->crc, out->sum, zeros, rest));
    put_raw(out, zeros, rest);
    put_raw(out, sum, sizeof sum);
}

void notch_checkpoint_out_section(notch_checkpoint_out *out, notch_format_section section,
                                  uint32_t index, uint64_t bytes)
{
    uint8_t header[NOTCH_FORMAT_SECTION_HEADER];
    assert(out->left == 0 && bytes > 0);
    memcpy(header, notch_format_entries[section].tag, NOTCH_FORMAT_TAG);
    notch_put_u32(header + 4, notch_format_entries[section].flags);
    notch_put_u64(header + 8, bytes);
    notch_put_u32(header + 16, index);
    notch_put_u32(header + 20, notch_crc32c_add(&out->crc, 0, header, 20));
    put_raw(out, header, sizeof header);
    out->sections++;
    out->sum = 0;
    out->left = bytes;
}

void notch_checkpoint_out_put(notch_checkpoint_out *out, const void *bytes, size_t count)
{
    assert(count <= out->left);
    out->sum = notch_crc32c_add(&out->crc, out->sum, bytes, count);
    out->left -= count;
    put_raw(out, bytes, count);
    if (out->left == 0 && count > 0) {
        end_section(out);
    }
}

notch_status notch_checkpoint_out_end(notch_checkpoint_out *out)
{
    uint8_t content[NOTCH_FORMAT_END];
    /* header, content of 16 bytes, 4 zeros, checksum */
    const uint64_t size =
        out->position + NOTCH_FORMAT_SECTION_HEADER + sizeof content + NOTCH_FORMAT_ALIGNMENT;
    notch_checkpoint_out_section(out, NOTCH_FORMAT_DONE, 0, sizeof content);
    notch_put_u64(content, size);
    notch_put_u32(content + 8, out->sections);
    notch_put_u32(content + 12, 0);
    notch_checkpoint_out_put(out, content, sizeof content);
    assert(out->position == size);
    flush(out);
    return out->status;
}
