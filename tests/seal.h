/* seal.h - right checksums for model files that tests have changed.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_TESTS_SEAL_H
#define NOTCH_TESTS_SEAL_H

#include "host/checkpoint_bytes.h"
#include "host/checkpoint_crc.h"
#include "host/checkpoint_format.h"

/* Bytes that a section takes from its header to its checksum. */
static inline uint64_t seal_section_bytes(uint64_t content)
{
    return (NOTCH_FORMAT_SECTION_HEADER + content + NOTCH_FORMAT_CHECKSUM + 7) / 8 * 8;
}

/* Makes all checksums right, and the size and the number of sections that the last one gives, as
 * far as the sizes of sections lead. */
static inline void seal(uint8_t *bytes, size_t count)
{
    notch_crc32c crc;
    uint32_t sections = 0;
    size_t at = NOTCH_FORMAT_FILE_HEADER;
    if (count < at) {
        return;
    }
    notch_crc32c_init(&crc);
    notch_put_u32(bytes + 12, notch_crc32c_add(&crc, 0, bytes, 12));
    while (count - at >= NOTCH_FORMAT_SECTION_HEADER) {
        uint8_t *header = bytes + at, *content = header + NOTCH_FORMAT_SECTION_HEADER;
        const uint64_t size = notch_get_u64(header + 8);
        notch_put_u32(header + 20, notch_crc32c_add(&crc, 0, header, 20));
        if (size > count || seal_section_bytes(size) > count - at) {
            return;
        }
        sections++;
        if (memcmp(header, "DONE", 4) == 0 && size == NOTCH_FORMAT_END) {
            notch_put_u64(content, count);
            notch_put_u32(content + 8, sections);
        }
        const size_t covered = (size_t)seal_section_bytes(size) - NOTCH_FORMAT_SECTION_HEADER - 4;
        notch_put_u32(content + covered, notch_crc32c_add(&crc, 0, content, covered));
        at += (size_t)seal_section_bytes(size);
    }
}

#endif
