/* fetch_url.h - addresses of files.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_FETCH_URL_H
#define NOTCH_HOST_FETCH_URL_H

#include <notch/core.h>

enum {
    NOTCH_URL_MAX = 1000, /* bytes of the address of a folder */
    NOTCH_URL_SHOWN = 112 /* bytes of an address in messages, with the final NUL */
};

/* Whether `url` can be the address of a folder: http:// or https://, no blanks, no query.
 * Errors: ARGUMENT. */
notch_status notch_url_check(const char *url, notch_error *error);
/* `folder`, a slash if it does not end with one, and `file`: to be freed; NULL without memory. */
char *notch_url_join(const char *folder, const char *file);
/* The address as messages show it: without user and password, and only the end of a long one. */
void notch_url_show(const char *url, char shown[NOTCH_URL_SHOWN]);

#endif
