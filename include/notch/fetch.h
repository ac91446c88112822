/* notch/fetch.h - downloads of the known data sets.
 * SPDX-License-Identifier: MIT
 *
 * Files come from one of several mirrors by HTTPS and are compared with the official SHA-256
 * before they are put in place. What was interrupted is gone on with by the next call.
 *
 * Nothing here prints, and the environment is read only where asked for. libcurl does the
 * transfers; a build without it returns UNSUPPORTED.
 */
#ifndef NOTCH_FETCH_H
#define NOTCH_FETCH_H

#include <notch/data.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum notch_fetch_event_kind {
    NOTCH_FETCH_PRESENT = 0,  /* the file is there already and is the official one */
    NOTCH_FETCH_START = 1,    /* a transfer begins, behind `received` bytes that are there */
    NOTCH_FETCH_PROGRESS = 2, /* bytes came, or about a second has passed */
    NOTCH_FETCH_CHECK = 3,    /* all bytes are there and are compared (and unpacked) */
    NOTCH_FETCH_RESTART = 4,  /* `message` says why everything is transferred once more */
    NOTCH_FETCH_FAILED = 5, /* `message` says why this mirror will not do; the next one is tried */
    NOTCH_FETCH_DONE = 6    /* the file is in place */
} notch_fetch_event_kind;

/* Pointers are valid during the call. */
typedef struct notch_fetch_event {
    notch_fetch_event_kind kind;
    const char *file;    /* its name */
    const char *url;     /* without user and password; NULL for PRESENT */
    const char *message; /* RESTART and FAILED only, else NULL */
    uint64_t received;   /* bytes of the file that are there */
    uint64_t total;      /* bytes of the whole file, 0: not known */
} notch_fetch_event;

/* Told of everything that happens, on the calling thread; the fetch stops if it returns false. */
typedef bool notch_fetch_notify(void *cookie, const notch_fetch_event *event);

typedef struct notch_fetch_options {
    const char *folder; /* files are put into folder/NAME, which is made if need be */
    const char *url;    /* NULL: the known mirrors; else https://... or http://..., of a folder with
                           the files, compressed in whatever way; only their content has to be the
                           official one */
    uint32_t connect_seconds;      /* how long a connection may take; 0: 15 */
    uint32_t stall_seconds;        /* how long less than 100 bytes a second may come; 0: 30 */
    bool proxies_from_environment; /* heed http_proxy, https_proxy, ..., as libcurl does */
    notch_fetch_notify *notify;    /* NULL: nobody is told */
    void *cookie;
} notch_fetch_options;

typedef struct notch_fetch_result {
    bool stopped;     /* by `notify`; what was received stays in FILE.part */
    uint32_t fetched; /* files that were put in place */
    uint32_t present; /* files that were there */
} notch_fetch_result;

/* Downloads the known data set `name` and puts its files, compressed as they come, into
 * options->folder/name. cifar10 comes as an archive and is unpacked.
 *
 * Bytes arrive in FILE.part, which becomes FILE by a rename, after it has the right content and is
 * on disk. Where FILE.part is there already, the transfer goes on behind it; if that makes a wrong
 * file, all is transferred once more. FILE.part is removed as soon as it proves to be wrong, and
 * stays if a transfer is cut short. No more is written than the official file has. A FILE that is
 * there and is not the official one is an error and stays as it is.
 *
 * Redirections are followed to https only (from http to http as well). *result is written in any
 * case but ARGUMENT. Errors: ARGUMENT, INPUT (every mirror has failed: the sentence is about the
 * last one that has the file, or else the last one; or the folder cannot be written), MEMORY,
 * UNSUPPORTED (no libcurl, no zlib).
 * The first call in a process must not be at the same time as another thread's first use of
 * libcurl. */
NOTCH_API notch_status notch_data_fetch(const char *name, const notch_fetch_options *options,
                                        notch_fetch_result *result, notch_error *error);

#ifdef __cplusplus
}
#endif

#endif
