/* prefetch.h - memory that will be wanted soon.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_BASE_PREFETCH_H
#define NOTCH_BASE_PREFETCH_H

#include <stddef.h>

/* Starts to load `bytes` from `address` on; no effect on results, and none at all where the
 * compiler has no way to say it. Need not be memory of the program's. */
static inline void notch_prefetch(const void *address, size_t bytes)
{
#if defined(__GNUC__)
    for (size_t offset = 0; offset < bytes; offset += 64) {
        __builtin_prefetch((const unsigned char *)address + offset);
    }
#else
    (void)address;
    (void)bytes;
#endif
}

#endif
