/* data_gzip.c - decoding of gzip data with zlib, piece by piece.
 * SPDX-License-Identifier: MIT
 *
 * Not gzopen and gzread, which take bytes behind the end of the gzip data for nothing and leave
 * open whether the check sum was seen. With NOTCH_NO_ZLIB defined, gzip data are unsupported and
 * zlib is not needed.
 */
#include "host/data_gzip.h"

#include <stdlib.h>

#include "base/message.h"

#ifdef NOTCH_NO_ZLIB

notch_status notch_gzip_create(const char *name, notch_gzip **gzip, notch_error *error)
{
    (void)gzip;
    return notch_fail(error, NOTCH_ERROR_UNSUPPORTED,
                      "%s: is compressed, expected plain data: this build has no zlib", name);
}

void notch_gzip_destroy(notch_gzip *gzip)
{
    (void)gzip;
}

notch_status notch_gzip_decode(notch_gzip *gzip, const uint8_t **raw, size_t *raw_count,
                               uint8_t *to, size_t room, size_t *made, notch_error *error)
{
    (void)gzip, (void)raw, (void)raw_count, (void)to, (void)room, (void)made;
    return notch_fail(error, NOTCH_ERROR_UNSUPPORTED, "gzip: this build has no zlib");
}

bool notch_gzip_complete(const notch_gzip *gzip)
{
    (void)gzip;
    return true;
}

#else

#define ZLIB_CONST /* z_stream.next_in points to const */
#include <zlib.h>

enum {
    GZIP_WINDOW = 16 + MAX_WBITS, /* inflateInit2: gzip only, any window */
    PIECE_MAX = 1 << 30           /* of one call: uInt may have 32 bits */
};

struct notch_gzip {
    const char *name;
    z_stream stream;
    bool complete; /* the last byte taken was the last one of a member */
};

notch_status notch_gzip_create(const char *name, notch_gzip **gzip, notch_error *error)
{
    notch_gzip *created = calloc(1, sizeof *created);
    if (created == NULL || inflateInit2(&created->stream, GZIP_WINDOW) != Z_OK) {
        free(created);
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to decompress it", name);
    }
    created->name = name;
    *gzip = created;
    return NOTCH_OK;
}

void notch_gzip_destroy(notch_gzip *gzip)
{
    if (gzip != NULL) {
        inflateEnd(&gzip->stream);
        free(gzip);
    }
}

notch_status notch_gzip_decode(notch_gzip *gzip, const uint8_t **raw, size_t *raw_count,
                               uint8_t *to, size_t room, size_t *made, notch_error *error)
{
    z_stream *stream = &gzip->stream;
    if (gzip->complete) {
        inflateReset(stream);
        gzip->complete = false;
    }
    const uInt given = (uInt)(*raw_count < PIECE_MAX ? *raw_count : PIECE_MAX);
    const uInt space = (uInt)(room < PIECE_MAX ? room : PIECE_MAX);
    stream->next_in = *raw;
    stream->avail_in = given;
    stream->next_out = to;
    stream->avail_out = space;
    const int result = inflate(stream, Z_NO_FLUSH);
    *raw += given - stream->avail_in;
    *raw_count -= given - stream->avail_in;
    *made = space - stream->avail_out;
    switch (result) {
    case Z_OK:
        return NOTCH_OK;
    case Z_STREAM_END:
        gzip->complete = true;
        return NOTCH_OK;
    case Z_MEM_ERROR:
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to decompress it", gzip->name);
    default:
        return notch_fail(
            error, NOTCH_ERROR_INPUT,
            "%s: damaged, expected gzip data throughout (%s after %u bytes of content)", gzip->name,
            stream->msg != NULL ? stream->msg : "no progress", (uint64_t)stream->total_out);
    }
}

bool notch_gzip_complete(const notch_gzip *gzip)
{
    return gzip->complete;
}

#endif
