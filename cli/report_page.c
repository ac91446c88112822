/* report_page.c - the page of a report: its parts put together, and the file.
 * SPDX-License-Identifier: MIT
 *
 * With NOTCH_NO_REPORT defined, a build has no pages and needs no generated source.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "report.h"

#ifdef NOTCH_NO_REPORT

notch_status report_write_page(const char *folder, const char *json, size_t size,
                               notch_error *error)
{
    (void)json, (void)size;
    (void)snprintf(error->message, sizeof error->message,
                   "%.100s: reports need a build with meson, which puts the page into the program",
                   folder);
    return error->status = NOTCH_ERROR_UNSUPPORTED;
}

#else

#include "report/assets.h"

static const report_asset *find(const char *name, size_t length)
{
    for (const report_asset *asset = report_assets; asset->name != NULL; asset++) {
        if (strlen(asset->name) == length && memcmp(asset->name, name, length) == 0) {
            return asset;
        }
    }
    return NULL;
}

/* The first "{{" in text[0 .. size), or its end. */
static const char *find_mark(const char *text, size_t size)
{
    const char *end = text + size;
    for (; end - text >= 2; text++) {
        if (text[0] == '{' && text[1] == '{') {
            return text;
        }
    }
    return end;
}

/* page.html with {{NAME}} replaced by the asset of that name, and {{DATA}} by the JSON. */
static void put_page(FILE *file, const char *json, size_t size)
{
    const report_asset *page = find("page.html", strlen("page.html"));
    const char *at = (const char *)page->content, *end = at + page->size;
    while (at < end) {
        const char *mark = find_mark(at, (size_t)(end - at));
        (void)fwrite(at, 1, (size_t)(mark - at), file);
        if (mark == end) {
            return;
        }
        const char *name = mark + 2;
        const char *close = memchr(name, '}', (size_t)(end - name)); /* page.html closes them all */
        const size_t length = (size_t)(close - name);
        const report_asset *asset = find(name, length);
        if (asset != NULL) {
            (void)fwrite(asset->content, 1, asset->size, file);
        } else {
            (void)fwrite(json, 1, size, file);
        }
        at = name + length + 2;
    }
}

static notch_status refuse(const char *path, notch_error *error)
{
    (void)snprintf(error->message, sizeof error->message, "%.100s: cannot be written: %.100s", path,
                   strerror(errno));
    return error->status = NOTCH_ERROR_INPUT;
}

notch_status report_write_page(const char *folder, const char *json, size_t size,
                               notch_error *error)
{
    static const char name[] = "/index.html", part[] = ".part";
    const size_t room = strlen(folder) + sizeof name + sizeof part;
    char *path = malloc(room), *temporary = malloc(room);
    notch_status status = NOTCH_OK;
    if (path == NULL || temporary == NULL) {
        (void)snprintf(error->message, sizeof error->message, "no memory for a page");
        status = error->status = NOTCH_ERROR_MEMORY;
    } else {
        status = folder_make(folder, error);
    }
    if (status == NOTCH_OK) {
        (void)snprintf(path, room, "%s%s", folder, name);
        (void)snprintf(temporary, room, "%s%s", path, part);
        FILE *file = fopen(temporary, "wb");
        if (file == NULL) {
            status = refuse(path, error);
        } else {
            put_page(file, json, size);
            const bool complete = !ferror(file);
            if (fclose(file) != 0 || !complete || rename(temporary, path) != 0) {
                status = refuse(path, error);
                (void)remove(temporary);
            }
        }
    }
    free(path);
    free(temporary);
    return status;
}

#endif
