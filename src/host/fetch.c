/* fetch.c - downloads of the known data sets.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include "host/fetch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/message.h"
#include "host/data_content.h"
#include "host/data_part.h"
#include "host/fetch_http.h"
#include "host/fetch_unpack.h"
#include "host/fetch_url.h"

enum {
    CONNECT_SECONDS = 15,
    STALL_SECONDS = 30,
    OWN_EXTRA = 4096 /* bytes that compressed content may be longer than content, and its 1/256 */
};

typedef struct job {
    const notch_data_layout *layout;
    const notch_fetch_source *source;
    bool plain_allowed;
    const notch_fetch_options *options;
    notch_fetch_result *result;
    char *folder; /* options->folder/NAME */
    notch_http *http;
    bool refused;            /* the server of the last transfer does not have the file */
    notch_fetch_event event; /* about the current file */
} job;

/* A place from which one file can come. */
typedef struct origin {
    char *url;
    char shown[NOTCH_URL_SHOWN];
    char *name;         /* of the file, there and here */
    uint64_t exact;     /* its size; 0: not known */
    uint64_t limit;     /* the most it can have */
    const char *sha256; /* of the file; NULL: of any */
} origin;

typedef enum outcome {
    IN_PLACE,
    STOPPED,
    TRY_NEXT,
    GIVE_UP
} outcome;

/* ---- events ---------------------------------------------------------------------------------- */

/* Whether to go on. */
static bool notify(job *j, notch_fetch_event_kind kind, const char *message)
{
    j->event.kind = kind;
    j->event.message = message;
    if (j->options->notify == NULL || j->options->notify(j->options->cookie, &j->event)) {
        return true;
    }
    j->result->stopped = true;
    return false;
}

static bool on_progress(void *cookie, uint64_t received, uint64_t total)
{
    job *j = cookie;
    j->event.received = received;
    j->event.total = j->event.total != 0 ? j->event.total : total;
    return notify(j, NOTCH_FETCH_PROGRESS, NULL);
}

static bool on_unpacking(void *cookie)
{
    return notify(cookie, NOTCH_FETCH_CHECK, NULL);
}

/* ---- origins --------------------------------------------------------------------------------- */

static void origin_free(origin *o)
{
    free(o->url);
    free(o->name);
}

/* The most that files compressed by someone else can have. */
static uint64_t own_limit(const job *j, size_t file)
{
    const notch_data_file *content;
    uint64_t bytes = 0;
    if (!j->source->archive) {
        bytes = notch_data_layout_file(j->layout, file)->bytes;
    } else {
        for (size_t i = 0; (content = notch_data_layout_file(j->layout, i)) != NULL; i++) {
            bytes += content->bytes + OWN_EXTRA;
        }
    }
    return bytes + bytes / 256 + OWN_EXTRA;
}

/* Of one's own mirror: the file as it is called officially, then without or with .gz. */
static bool own_name(const job *j, size_t file, size_t index, const char **name, const char **end)
{
    *name = j->source->files[file].name;
    *end = "";
    if (index == 1 && !j->source->archive) {
        const char *content = notch_data_layout_file(j->layout, file)->name;
        *end = strcmp(content, *name) == 0 ? ".gz" : "";
        *name = content;
        return true;
    }
    return index == 0;
}

/* Place number `index` for a file; o->name is NULL if there is none. Errors: MEMORY. */
static notch_status origin_find(const job *j, size_t file, size_t index, origin *o,
                                notch_error *error)
{
    const notch_fetch_file *official = &j->source->files[file];
    const char *folder = j->options->url, *name = official->name, *end = "";
    *o = (origin){.exact = official->bytes, .limit = official->bytes, .sha256 = official->sha256};
    if (folder != NULL) {
        if (!own_name(j, file, index, &name, &end)) {
            return NOTCH_OK;
        }
        *o = (origin){.limit = own_limit(j, file)};
    } else {
        folder = index < NOTCH_FETCH_MIRRORS_MAX ? j->source->mirrors[index] : NULL;
        if (folder == NULL) {
            return NOTCH_OK;
        }
    }
    o->name = notch_path_join(name, "", end);
    o->url = o->name == NULL ? NULL : notch_url_join(folder, o->name);
    if (o->url == NULL) {
        origin_free(o);
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to download it", name);
    }
    notch_url_show(o->url, o->shown);
    return NOTCH_OK;
}

/* ---- what came ------------------------------------------------------------------------------- */

/* Compares what came and puts it in place. TRY_NEXT: it is not the official file. */
static outcome finish(job *j, size_t file, const origin *o, notch_part *part, notch_error *error)
{
    notch_status status = NOTCH_OK;
    bool stopped = false, local = false;
    if (!notify(j, NOTCH_FETCH_CHECK, NULL)) {
        return STOPPED;
    }
    if (o->sha256 != NULL) {
        char found[NOTCH_SHA256_HEX];
        status = notch_file_sha256(part->path, found, error);
        if (status == NOTCH_OK && strcmp(found, o->sha256) != 0) {
            status = notch_fail(error, NOTCH_ERROR_INPUT,
                                "%s: is not the official file, its SHA-256 is another", o->shown);
        }
    }
    if (status == NOTCH_OK && j->source->archive) {
        status = notch_fetch_unpack(part->path, o->shown, j->layout, j->folder, on_unpacking, j,
                                    &stopped, &local, error);
    } else if (status == NOTCH_OK) {
        status = notch_data_content_check(
            part->path, o->shown, notch_data_layout_file(j->layout, file), j->layout->name, error);
    }
    if (stopped) {
        return STOPPED;
    }
    if (status != NOTCH_OK) {
        return status == NOTCH_ERROR_INPUT && !local ? TRY_NEXT : GIVE_UP;
    }
    if (j->source->archive) {
        return notch_part_empty(part, error) == NOTCH_OK ? IN_PLACE : GIVE_UP;
    }
    return notch_part_install(part, error) == NOTCH_OK ? IN_PLACE : GIVE_UP;
}

/* Transfers what is missing. TRY_NEXT: not all came. *wrong: what came cannot be gone on with. */
static outcome transfer(job *j, const origin *o, notch_part *part, bool *resumed, bool *wrong,
                        notch_error *error)
{
    if (o->exact != 0 && part->bytes == o->exact) { /* all was there but was not put in place */
        *resumed = true;
        return IN_PLACE;
    }
    const notch_http_request request = {.url = o->url,
                                        .shown = o->shown,
                                        .plain_allowed =
                                            j->plain_allowed || j->options->url != NULL,
                                        .limit = o->limit};
    const notch_http_end end = notch_http_get(j->http, &request, part, resumed, error);
    j->refused = end == NOTCH_HTTP_REFUSED;
    switch (end) {
    case NOTCH_HTTP_COMPLETE:
        if (o->exact == 0 || part->bytes == o->exact) {
            return IN_PLACE;
        }
        (void)notch_fail(error, NOTCH_ERROR_INPUT, "%s: cut short after %u bytes, expected %u",
                         o->shown, part->bytes, o->exact);
        return TRY_NEXT;
    case NOTCH_HTTP_STOPPED:
        return STOPPED;
    case NOTCH_HTTP_TOO_LONG:
        *wrong = true;
        return TRY_NEXT;
    case NOTCH_HTTP_FAILED:
    case NOTCH_HTTP_REFUSED:
        return TRY_NEXT;
    case NOTCH_HTTP_LOCAL:
        break;
    }
    return GIVE_UP;
}

static outcome fetch_into(job *j, size_t file, const origin *o, notch_part *part,
                          notch_error *error)
{
    for (bool again = false;; again = true) {
        bool resumed = false, wrong = false;
        j->event.received = part->bytes;
        j->event.total = o->exact;
        if (!notify(j, NOTCH_FETCH_START, NULL)) {
            return STOPPED;
        }
        outcome end = transfer(j, o, part, &resumed, &wrong, error);
        if (end == IN_PLACE) {
            end = finish(j, file, o, part, error);
            wrong = end == TRY_NEXT;
        }
        if (wrong && notch_part_empty(part, error) != NOTCH_OK) {
            return GIVE_UP;
        }
        if (!wrong || !resumed || again) {
            return end;
        }
        if (!notify(j, NOTCH_FETCH_RESTART, error->message)) {
            return STOPPED;
        }
    }
}

static outcome fetch_from(job *j, size_t file, const origin *o, notch_error *error)
{
    notch_part part;
    if (notch_part_open(j->folder, o->name, &part, error) != NOTCH_OK) {
        return GIVE_UP;
    }
    j->event.file = o->name;
    j->event.url = o->shown;
    const outcome end = fetch_into(j, file, o, &part, error);
    notch_part_close(&part);
    if (end == TRY_NEXT && !notify(j, NOTCH_FETCH_FAILED, error->message)) {
        return STOPPED;
    }
    return end;
}

/* *error is about the last place that has the file and did not deliver it, or else about the last
 * one. */
static outcome fetch_file(job *j, size_t file, notch_error *error)
{
    notch_error kept;
    bool any_kept = false;
    for (size_t index = 0;; index++) {
        origin o;
        if (origin_find(j, file, index, &o, error) != NOTCH_OK) {
            return GIVE_UP;
        }
        if (o.name == NULL) {
            *error = any_kept ? kept : *error;
            return TRY_NEXT;
        }
        j->refused = false;
        const outcome end = fetch_from(j, file, &o, error);
        if (end == IN_PLACE) {
            j->result->fetched++;
            (void)notify(j, NOTCH_FETCH_DONE, NULL);
        }
        origin_free(&o);
        if (end != TRY_NEXT) {
            return end;
        }
        if (!j->refused) {
            kept = *error;
            any_kept = true;
        }
    }
}

/* ---- what is there --------------------------------------------------------------------------- */

/* *present: file number `index` of the layout is there. A wrong one is an error. */
static notch_status look(job *j, size_t index, bool *present, notch_error *error)
{
    static const char *const endings[] = {"", ".gz"};
    const notch_data_file *file = notch_data_layout_file(j->layout, index);
    notch_status status = NOTCH_OK;
    *present = false;
    for (size_t i = 0; i < 2 && status == NOTCH_OK && !*present; i++) {
        char *path = notch_path_join(j->folder, file->name, endings[i]);
        if (path == NULL) {
            return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to look for it",
                              file->name);
        }
        *present = access(path, F_OK) == 0;
        if (*present) {
            status = notch_data_content_check(path, path, file, j->layout->name, error);
            if (status == NOTCH_ERROR_INPUT) {
                status =
                    notch_fail(error, NOTCH_ERROR_INPUT,
                               "%s: is there, but is not the official file: move it away", path);
            }
        }
        free(path);
    }
    return status;
}

/* *missing[i]: whether file number i of the source has to be fetched. */
static notch_status look_for_all(job *j, bool missing[NOTCH_FETCH_FILES_MAX], notch_error *error)
{
    const notch_data_file *file;
    for (size_t i = 0; (file = notch_data_layout_file(j->layout, i)) != NULL; i++) {
        bool present;
        const notch_status status = look(j, i, &present, error);
        if (status != NOTCH_OK) {
            return status;
        }
        if (!present) {
            missing[j->source->archive ? 0 : i] = true;
            continue;
        }
        j->result->present++;
        j->event = (notch_fetch_event){.file = file->name, .received = file->bytes};
        if (!notify(j, NOTCH_FETCH_PRESENT, NULL)) {
            return NOTCH_OK;
        }
    }
    return NOTCH_OK;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static notch_status fetch_all(job *j, notch_error *error)
{
    bool missing[NOTCH_FETCH_FILES_MAX] = {false};
    notch_error failure = {NOTCH_ERROR_INPUT, ""};
    notch_status status = look_for_all(j, missing, error);
    for (size_t i = 0; i < NOTCH_FETCH_FILES_MAX && status == NOTCH_OK; i++) {
        if (missing[i] && !j->result->stopped) {
            const outcome end = fetch_file(j, i, &failure);
            if (end == TRY_NEXT || end == GIVE_UP) {
                status = notch_fail(error, failure.status, "%s", failure.message);
            }
        }
    }
    return status;
}

static notch_status check(const notch_fetch_source *source, const notch_fetch_options *options,
                          const notch_fetch_result *result, notch_error *error)
{
    if (options == NULL || result == NULL || options->folder == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "%s: the %s missing", source->name,
                          options == NULL  ? "options are"
                          : result == NULL ? "result is"
                                           : "folder is");
    }
    const notch_status status =
        options->url == NULL ? NOTCH_OK : notch_url_check(options->url, error);
#ifdef NOTCH_NO_ZLIB
    if (status == NOTCH_OK && strstr(source->files[0].name, ".gz") != NULL) {
        return notch_fail(error, NOTCH_ERROR_UNSUPPORTED,
                          "%s: comes compressed with gzip, and this build has no zlib",
                          source->name);
    }
#endif
    return status;
}

notch_status notch_fetch_source_run(const notch_data_layout *layout,
                                    const notch_fetch_source *source, bool plain_allowed,
                                    const notch_fetch_options *options, notch_fetch_result *result,
                                    notch_error *error)
{
    job j = {.layout = layout,
             .source = source,
             .plain_allowed = plain_allowed,
             .options = options,
             .result = result};
    notch_status status = check(source, options, result, error);
    if (status != NOTCH_OK) {
        return status;
    }
    *result = (notch_fetch_result){.stopped = false};
    const notch_http_settings settings = {
        .connect_seconds =
            options->connect_seconds == 0 ? CONNECT_SECONDS : options->connect_seconds,
        .stall_seconds = options->stall_seconds == 0 ? STALL_SECONDS : options->stall_seconds,
        .proxies_from_environment = options->proxies_from_environment,
        .progress = on_progress,
        .cookie = &j};
    status = notch_http_create(&settings, &j.http, error);
    if (status != NOTCH_OK) {
        return status;
    }
    size_t made = 0;
    j.folder = notch_path_join(options->folder, layout->name, "");
    status = j.folder == NULL
                 ? notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to fetch it", source->name)
                 : notch_folder_make(j.folder, &made, error);
    if (status == NOTCH_OK) {
        status = fetch_all(&j, error);
    }
    if (j.folder != NULL) {
        notch_folder_unmake(j.folder, made); /* those that stay empty */
    }
    free(j.folder);
    notch_http_destroy(j.http);
    return status;
}

notch_status notch_data_fetch(const char *name, const notch_fetch_options *options,
                              notch_fetch_result *result, notch_error *error)
{
    notch_data_facts facts;
    const notch_status status = notch_data_describe(name, &facts, error);
    if (status != NOTCH_OK) {
        return status;
    }
    return notch_fetch_source_run(notch_data_known(name), notch_fetch_known(name), false, options,
                                  result, error);
}
