/* fetch_http.h - one transfer by HTTP into a file under way.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_FETCH_HTTP_H
#define NOTCH_HOST_FETCH_HTTP_H

#include "host/fetch_part.h"

typedef struct notch_http notch_http;

typedef struct notch_http_settings {
    uint32_t connect_seconds;      /* how long a connection may take */
    uint32_t stall_seconds;        /* how long next to nothing may come */
    bool proxies_from_environment; /* as libcurl does it; otherwise none is used */
    /* Called about once a second and whenever bytes came; ends the transfer if false. received:
     * of the file; total: as announced, 0 if it is not. */
    bool (*progress)(void *cookie, uint64_t received, uint64_t total);
    void *cookie;
} notch_http_settings;

/* Settings are copied. Errors: MEMORY, UNSUPPORTED (a build without libcurl). */
notch_status notch_http_create(const notch_http_settings *settings, notch_http **http,
                               notch_error *error);
/* NULL is fine. */
void notch_http_destroy(notch_http *http);

typedef enum notch_http_end {
    NOTCH_HTTP_COMPLETE = 0,
    NOTCH_HTTP_STOPPED = 1,  /* progress said so */
    NOTCH_HTTP_FAILED = 2,   /* the server's fault or the way's: what came can be gone on with */
    NOTCH_HTTP_TOO_LONG = 3, /* more than `limit` bytes came or were announced */
    NOTCH_HTTP_LOCAL = 4,    /* this machine's fault: no memory, disk full */
    NOTCH_HTTP_REFUSED = 5   /* the server has answered, but not with the file: such as 404 */
} notch_http_end;

typedef struct notch_http_request {
    const char *url;
    const char *shown;  /* the URL in messages */
    bool plain_allowed; /* http as well as https */
    uint64_t limit;     /* bytes that the whole file may have */
} notch_http_request;

/* Transfers a file to the end of `part`, from where that ends; where the server does not know how
 * to go on, from the beginning. *resumed: whether bytes of an earlier transfer are part of the
 * result. Redirections lead to https only, or to http from there. *error is written unless COMPLETE
 * or STOPPED. */
notch_http_end notch_http_get(notch_http *http, const notch_http_request *request, notch_part *part,
                              bool *resumed, notch_error *error);

#endif
