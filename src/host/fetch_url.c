/* fetch_url.c - addresses of files.
 * SPDX-License-Identifier: MIT
 */
#include "host/fetch_url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/message.h"
#include "host/data_part.h"

notch_status notch_url_check(const char *url, notch_error *error)
{
    char shown[NOTCH_URL_SHOWN];
    notch_url_show(url, shown);
    const size_t scheme = strncasecmp(url, "https://", 8) == 0  ? 8
                          : strncasecmp(url, "http://", 7) == 0 ? 7
                                                                : 0;
    if (scheme == 0 || url[scheme] == '\0' || url[scheme] == '/') {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "'%s' is no address of a folder, expected https://... or http://...",
                          shown);
    }
    if (strlen(url) > NOTCH_URL_MAX) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "'%s' is too long an address, expected at most %u bytes", shown,
                          (uint64_t)NOTCH_URL_MAX);
    }
    for (const char *c = url; *c != '\0'; c++) {
        if (*c <= ' ' || *c > '~' || *c == '?' || *c == '#') {
            return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                              "'%s' has a character that the address of a folder cannot have: "
                              "blanks, ? and # are written %20, %3F and %23",
                              shown);
        }
    }
    return NOTCH_OK;
}

char *notch_url_join(const char *folder, const char *file)
{
    return notch_path_join(folder, file, "");
}

void notch_url_show(const char *url, char shown[NOTCH_URL_SHOWN])
{
    const char *host = strstr(url, "://");
    host = host == NULL ? url : host + 3;
    const size_t authority = strcspn(host, "/");
    const char *rest = host;
    for (size_t i = 0; i < authority; i++) {
        rest = host[i] == '@' ? host + i + 1 : rest;
    }
    const size_t length = (size_t)(host - url) + strlen(rest);
    if (length < NOTCH_URL_SHOWN) {
        (void)snprintf(shown, NOTCH_URL_SHOWN, "%.*s%s", (int)(host - url), url, rest);
    } else {
        const size_t kept = NOTCH_URL_SHOWN - sizeof "...";
        const size_t rest_length = strlen(rest);
        (void)snprintf(shown, NOTCH_URL_SHOWN, "...%s",
                       rest + (rest_length > kept ? rest_length - kept : 0));
    }
}
