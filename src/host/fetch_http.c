/* fetch_http.c - one transfer by HTTP into a file under way.
 * SPDX-License-Identifier: MIT
 *
 * With NOTCH_NO_CURL defined, transfers are unsupported and libcurl is not needed.
 */
#include "host/fetch_http.h"

#include "base/message.h"

#ifdef NOTCH_NO_CURL

notch_status notch_http_create(const notch_http_settings *settings, notch_http **http,
                               notch_error *error)
{
    (void)settings, (void)http;
    return notch_fail(error, NOTCH_ERROR_UNSUPPORTED, "this build cannot download: it has no curl");
}

void notch_http_destroy(notch_http *http)
{
    (void)http;
}

notch_http_end notch_http_get(notch_http *http, const notch_http_request *request, notch_part *part,
                              bool *resumed, notch_error *error)
{
    (void)http, (void)part, (void)resumed;
    (void)notch_fail(error, NOTCH_ERROR_UNSUPPORTED, "%s: this build has no curl", request->shown);
    return NOTCH_HTTP_LOCAL;
}

#else

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    REDIRECTIONS_MAX = 5,
    STALL_BYTES = 100 /* a second: less is next to nothing */
};

struct notch_http {
    notch_http_settings settings;
    CURL *curl;
    bool started; /* curl_global_init was called */
};

/* One exchange with the server. */
typedef struct transfer {
    notch_http *http;
    const notch_http_request *request;
    notch_part *part;
    notch_error *error;
    uint64_t offset;      /* bytes asked to be left out, those that are there already */
    uint64_t range_start; /* what the server says of it */
    bool has_range;
    bool begun;       /* the first byte of the file has come */
    bool range_wrong; /* not the range that was asked for */
    notch_http_end end;
} transfer;

/* ---- callbacks ------------------------------------------------------------------------------- */

static size_t take_header(char *line, size_t size, size_t count, void *cookie)
{
    static const char name[] = "content-range:";
    transfer *t = cookie;
    char text[64] = "";
    const size_t length = size * count;
    memcpy(text, line, length < sizeof text - 1 ? length : sizeof text - 1);
    if (strncmp(text, "HTTP/", 5) == 0) {
        t->has_range = false; /* the answer before was a redirection */
    } else if (strncasecmp(text, name, sizeof name - 1) == 0) {
        unsigned long long start;
        t->has_range = sscanf(text + sizeof name - 1, " bytes %llu-", &start) == 1;
        t->range_start = t->has_range ? start : 0;
    }
    return length;
}

static bool fail(transfer *t, notch_http_end end)
{
    t->end = end;
    return false;
}

static bool fail_too_long(transfer *t)
{
    (void)notch_fail(t->error, NOTCH_ERROR_INPUT, "%s: is too long, expected at most %u bytes",
                     t->request->shown, t->request->limit);
    return fail(t, NOTCH_HTTP_TOO_LONG);
}

static long status_code(const transfer *t)
{
    long code = 0;
    (void)curl_easy_getinfo(t->http->curl, CURLINFO_RESPONSE_CODE, &code);
    return code;
}

static bool fail_status(transfer *t)
{
    (void)notch_fail(t->error, NOTCH_ERROR_INPUT, "%s: the server answers %u, expected the file",
                     t->request->shown, (uint64_t)status_code(t));
    return fail(t, NOTCH_HTTP_REFUSED);
}

/* The answer is there: what kind of bytes will come? */
static bool begin(transfer *t)
{
    const long code = status_code(t);
    curl_off_t announced = -1;
    t->begun = true;
    if (code == 206 && t->offset > 0) {
        t->range_wrong = !t->has_range || t->range_start != t->offset;
        if (t->range_wrong) {
            return false;
        }
    } else if (code != 200) {
        return fail_status(t);
    } else if (t->offset > 0) { /* the whole file comes again */
        if (notch_part_empty(t->part, t->error) != NOTCH_OK) {
            return fail(t, NOTCH_HTTP_LOCAL);
        }
        t->offset = 0;
    }
    (void)curl_easy_getinfo(t->http->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    if (announced > 0 && (uint64_t)announced > t->request->limit - t->offset) {
        return fail_too_long(t);
    }
    return true;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *cookie)
{
    transfer *t = cookie;
    const size_t length = size * count;
    if (!t->begun && !begin(t)) {
        return 0;
    }
    if (length > t->request->limit - t->part->bytes) {
        (void)fail_too_long(t);
        return 0;
    }
    if (notch_part_append(t->part, bytes, length, t->error) != NOTCH_OK) {
        (void)fail(t, NOTCH_HTTP_LOCAL);
        return 0;
    }
    return length;
}

static int take_progress(void *cookie, curl_off_t download_total, curl_off_t download_now,
                         curl_off_t upload_total, curl_off_t upload_now)
{
    const transfer *t = cookie;
    const notch_http_settings *settings = &t->http->settings;
    (void)download_now, (void)upload_total, (void)upload_now;
    const uint64_t total =
        t->begun && download_total > 0 ? t->offset + (uint64_t)download_total : 0;
    return settings->progress != NULL &&
           !settings->progress(settings->cookie, t->part->bytes, total);
}

/* ---- one exchange ---------------------------------------------------------------------------- */

static CURLcode restrict_protocols(CURL *curl, bool plain, bool plain_redirection)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    const CURLcode code =
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, plain ? "http,https" : "https");
    return code != CURLE_OK ? code
                            : curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR,
                                               plain_redirection ? "http,https" : "https");
#else
    const long secure = CURLPROTO_HTTPS, both = CURLPROTO_HTTPS | CURLPROTO_HTTP;
    const CURLcode code = curl_easy_setopt(curl, CURLOPT_PROTOCOLS, plain ? both : secure);
    return code != CURLE_OK
               ? code
               : curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS, plain_redirection ? both : secure);
#endif
}

/* Every option has to be taken: some of them keep the user safe. */
static bool set_options(transfer *t)
{
    CURL *curl = t->http->curl;
    const notch_http_settings *settings = &t->http->settings;
    const notch_http_request *request = t->request;
    const bool plain_redirection =
        request->plain_allowed && strncasecmp(request->url, "http://", 7) == 0;
    char range[32];
    (void)snprintf(range, sizeof range, "%llu-", (unsigned long long)t->offset);
    curl_easy_reset(curl);
    bool taken = restrict_protocols(curl, request->plain_allowed, plain_redirection) == CURLE_OK;
#define SET(option, value) (taken = curl_easy_setopt(curl, option, value) == CURLE_OK && taken)
    SET(CURLOPT_URL, request->url);
    SET(CURLOPT_USERAGENT, "notch/" NOTCH_VERSION_STRING);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_FAILONERROR, 1L);
    SET(CURLOPT_FOLLOWLOCATION, 1L);
    SET(CURLOPT_MAXREDIRS, (long)REDIRECTIONS_MAX);
    SET(CURLOPT_CONNECTTIMEOUT, (long)settings->connect_seconds);
    SET(CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES);
    SET(CURLOPT_LOW_SPEED_TIME, (long)settings->stall_seconds);
    SET(CURLOPT_HEADERFUNCTION, take_header);
    SET(CURLOPT_HEADERDATA, t);
    SET(CURLOPT_WRITEFUNCTION, take_body);
    SET(CURLOPT_WRITEDATA, t);
    SET(CURLOPT_NOPROGRESS, 0L);
    SET(CURLOPT_XFERINFOFUNCTION, take_progress);
    SET(CURLOPT_XFERINFODATA, t);
    if (!settings->proxies_from_environment) {
        SET(CURLOPT_PROXY, "");
    }
    if (t->offset > 0) {
        SET(CURLOPT_RANGE, range);
    }
#undef SET
    return taken;
}

static notch_http_end fail_timeout(transfer *t)
{
    curl_off_t ready = 0;
    (void)curl_easy_getinfo(t->http->curl, CURLINFO_PRETRANSFER_TIME_T, &ready);
    if (ready == 0) {
        (void)notch_fail(t->error, NOTCH_ERROR_INPUT, "%s: no connection within %u s",
                         t->request->shown, (uint64_t)t->http->settings.connect_seconds);
    } else {
        (void)notch_fail(t->error, NOTCH_ERROR_INPUT,
                         "%s: stalled, next to nothing came for %u s, after %u bytes",
                         t->request->shown, (uint64_t)t->http->settings.stall_seconds,
                         t->part->bytes);
    }
    return NOTCH_HTTP_FAILED;
}

/* What libcurl says of the server or the way to it, in our words where they are clearer. */
static void fail_remote(transfer *t, CURLcode code)
{
    const char *shown = t->request->shown;
    const long status = status_code(t);
    const char *words = curl_easy_strerror(code);
    if (code == CURLE_PARTIAL_FILE) {
        (void)notch_fail(t->error, NOTCH_ERROR_INPUT, "%s: cut short after %u bytes", shown,
                         t->part->bytes);
        return;
    }
    if (code == CURLE_UNSUPPORTED_PROTOCOL && status >= 300 && status < 400) {
        words = strncasecmp(t->request->url, "http://", 7) == 0
                    ? "leads to an address that is not http or https, which is refused"
                    : "leads to an address that is not https, which is refused";
    } else if (code == CURLE_COULDNT_RESOLVE_HOST) {
        words = "the server's name is not known, or this machine is offline";
    } else if (code == CURLE_COULDNT_CONNECT) {
        words = "the server cannot be reached";
    } else if (code == CURLE_PEER_FAILED_VERIFICATION) {
        words = "the server's certificate is not valid";
    } else if (code == CURLE_TOO_MANY_REDIRECTS) {
        words = "leads from one address to the next without an end";
    }
    (void)notch_fail(t->error, NOTCH_ERROR_INPUT, "%s: %s", shown, words);
}

static notch_http_end fail_transfer(transfer *t, CURLcode code)
{
    switch (code) {
    case CURLE_WRITE_ERROR: /* a callback has refused and said why */
        return t->end;
    case CURLE_ABORTED_BY_CALLBACK:
        return NOTCH_HTTP_STOPPED;
    case CURLE_HTTP_RETURNED_ERROR:
        (void)fail_status(t);
        return t->end;
    case CURLE_OPERATION_TIMEDOUT:
        return fail_timeout(t);
    case CURLE_OUT_OF_MEMORY:
        (void)notch_fail(t->error, NOTCH_ERROR_MEMORY, "%s: no memory to download it",
                         t->request->shown);
        return NOTCH_HTTP_LOCAL;
    default:
        fail_remote(t, code);
        return NOTCH_HTTP_FAILED;
    }
}

/* An answer without a body does not reach take_body. */
static notch_http_end finish_empty(transfer *t)
{
    return begin(t) ? NOTCH_HTTP_COMPLETE : t->end;
}

static notch_http_end exchange(transfer *t)
{
    if (!set_options(t)) {
        (void)notch_fail(t->error, NOTCH_ERROR_UNSUPPORTED,
                         "%s: libcurl cannot do this, expected one with HTTPS and enough memory",
                         t->request->shown);
        return NOTCH_HTTP_LOCAL;
    }
    const CURLcode code = curl_easy_perform(t->http->curl);
    if (t->offset > 0 && code == CURLE_HTTP_RETURNED_ERROR && status_code(t) == 416) {
        t->range_wrong = true;
    }
    if (code != CURLE_OK) {
        return t->range_wrong ? NOTCH_HTTP_FAILED : fail_transfer(t, code);
    }
    return t->begun ? NOTCH_HTTP_COMPLETE : finish_empty(t);
}

notch_http_end notch_http_get(notch_http *http, const notch_http_request *request, notch_part *part,
                              bool *resumed, notch_error *error)
{
    if (part->bytes > request->limit && notch_part_empty(part, error) != NOTCH_OK) {
        return NOTCH_HTTP_LOCAL;
    }
    transfer t = {.http = http,
                  .request = request,
                  .part = part,
                  .error = error,
                  .offset = part->bytes,
                  .end = NOTCH_HTTP_FAILED};
    notch_http_end end = exchange(&t);
    if (t.range_wrong) {
        if (notch_part_empty(part, error) != NOTCH_OK) {
            return NOTCH_HTTP_LOCAL;
        }
        t = (transfer){.http = http,
                       .request = request,
                       .part = part,
                       .error = error,
                       .end = NOTCH_HTTP_FAILED};
        end = exchange(&t);
    }
    *resumed = t.offset > 0;
    return end;
}

/* ---- connections ----------------------------------------------------------------------------- */

notch_status notch_http_create(const notch_http_settings *settings, notch_http **http,
                               notch_error *error)
{
    notch_http *created = calloc(1, sizeof *created);
    if (created != NULL) {
        created->settings = *settings;
        created->started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
        created->curl = created->started ? curl_easy_init() : NULL;
    }
    if (created == NULL || created->curl == NULL) {
        notch_http_destroy(created);
        return notch_fail(error, NOTCH_ERROR_MEMORY, "no memory to download");
    }
    *http = created;
    return NOTCH_OK;
}

void notch_http_destroy(notch_http *http)
{
    if (http == NULL) {
        return;
    }
    curl_easy_cleanup(http->curl);
    if (http->started) {
        curl_global_cleanup();
    }
    free(http);
}

#endif
