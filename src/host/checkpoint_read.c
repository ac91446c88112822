/* checkpoint_read.c - model files: from the disk to memory.
 * SPDX-License-Identifier: MIT
 *
 * Bytes are hostile until their section's checksum was seen, and after it, too: whoever writes a
 * bad file can write its checksums. Sizes of sections are compared with the file, and sizes of
 * tensors with their section, before memory is reserved: reading takes at most 8 times the size of
 * the file and 200 KiB.
 */
#include "host/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "host/checkpoint_sections.h"

typedef notch_checkpoint_reader reader;

/* ---- sections -------------------------------------------------------------------------------- */

static unsigned find_section(const char *tag)
{
    unsigned section = 0;
    while (section < NOTCH_FORMAT_SECTIONS && strcmp(tag, notch_format_entries[section].tag) != 0) {
        section++;
    }
    return section;
}

/* Nobody is harmed by a section that is of no use to them. */
static notch_status read_unknown(reader *r, notch_error *error)
{
    if ((r->in.flags & NOTCH_FORMAT_FOR_USE) != 0) {
        return notch_checkpoint_fail_section(
            r, "not known to this version, and needed: a newer notch wrote it", error);
    }
    if ((r->in.flags & NOTCH_FORMAT_FOR_TRAINING) != 0) {
        memcpy(r->made->unknown_state, r->in.tag, sizeof r->made->unknown_state);
    }
    return notch_checkpoint_in_skip(&r->in, error);
}

/* The section that has to come now, or the first of those that may. */
static unsigned expected_section(const reader *r)
{
    const bool tensors_missing =
        r->next == NOTCH_FORMAT_TENS + 1 && r->tensors < r->made->model.tensor_count;
    return tensors_missing ? NOTCH_FORMAT_TENS : r->next;
}

static notch_status check_place(const reader *r, unsigned section, notch_error *error)
{
    const unsigned expected = expected_section(r);
    /* One by one up to the last tensor (a model has at least one), then in order. */
    const bool strict = expected <= NOTCH_FORMAT_TENS;
    if (strict ? section != expected : section < expected) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: section %s: is not in its place, expected %s%s", r->in.path,
                          r->in.tag, notch_format_entries[expected].tag,
                          strict ? "" : " or a later one");
    }
    if (r->in.flags != notch_format_entries[section].flags ||
        r->in.index != (section == NOTCH_FORMAT_TENS ? r->tensors : 0)) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: section %s: flags %u and index %u, expected %u and %u", r->in.path,
                          r->in.tag, (uint64_t)r->in.flags, (uint64_t)r->in.index,
                          (uint64_t)notch_format_entries[section].flags,
                          (uint64_t)(section == NOTCH_FORMAT_TENS ? r->tensors : 0));
    }
    return NOTCH_OK;
}

static notch_status read_known(reader *r, unsigned section, notch_error *error)
{
    const notch_status status = check_place(r, section, error);
    if (status != NOTCH_OK) {
        return status;
    }
    r->next = section + 1;
    return notch_checkpoint_read_section(r, (notch_format_section)section, error);
}

static notch_status read_sections(reader *r, notch_error *error)
{
    while (r->next != NOTCH_FORMAT_SECTIONS) {
        notch_status status = notch_checkpoint_in_next(&r->in, error);
        if (status != NOTCH_OK) {
            return status;
        }
        const unsigned section = find_section(r->in.tag);
        status = section == NOTCH_FORMAT_SECTIONS ? read_unknown(r, error)
                                                  : read_known(r, section, error);
        status = notch_checkpoint_in_finish(&r->in, status, error);
        if (status != NOTCH_OK) {
            return status;
        }
    }
    bool ended;
    const notch_status status = notch_stream_end(r->in.stream, &ended, error);
    if (status == NOTCH_OK && !ended) {
        return notch_fail(error, NOTCH_ERROR_INPUT, "%s: goes on behind its section DONE",
                          r->in.path);
    }
    return status;
}

/* ---- files ----------------------------------------------------------------------------------- */

/* Closes the stream. */
static notch_status read_stream(notch_stream *stream, notch_checkpoint **checkpoint,
                                notch_error *error)
{
    reader *r = calloc(1, sizeof *r);
    notch_checkpoint *made = calloc(1, sizeof *made);
    notch_status status = NOTCH_OK;
    if (r == NULL || made == NULL) {
        status = notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to read it",
                            notch_stream_name(stream));
    } else {
        r->made = made;
        status = notch_checkpoint_in_begin(&r->in, stream, error);
    }
    if (status == NOTCH_OK) {
        status = read_sections(r, error);
    }
    notch_stream_close(stream);
    free(r);
    if (status != NOTCH_OK) {
        notch_checkpoint_destroy(made);
        return status;
    }
    *checkpoint = made;
    return NOTCH_OK;
}

notch_status notch_checkpoint_read_memory(const char *name, const void *bytes, size_t count,
                                          notch_checkpoint **checkpoint, notch_error *error)
{
    notch_stream *stream = NULL;
    const notch_status status = notch_stream_open_memory(name, bytes, count, &stream, error);
    return status == NOTCH_OK ? read_stream(stream, checkpoint, error) : status;
}

notch_status notch_checkpoint_read(const char *path, notch_checkpoint **checkpoint,
                                   notch_error *error)
{
    notch_stream *stream = NULL;
    if (path == NULL || checkpoint == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "checkpoint: the %s is missing",
                          path == NULL ? "path" : "result");
    }
    const notch_status status = notch_stream_open(path, &stream, error);
    return status == NOTCH_OK ? read_stream(stream, checkpoint, error) : status;
}

bool notch_checkpoint_recognise(const char *path)
{
    /* Its first byte is no ASCII character; the rest may have suffered. */
    FILE *file = path == NULL ? NULL : fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    const int first = fgetc(file);
    (void)fclose(file);
    return first == (unsigned char)NOTCH_FORMAT_MAGIC[0];
}
