/* assets.h - the files that a report is made of, as the build has put them into the program.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_REPORT_ASSETS_H
#define NOTCH_CLI_REPORT_ASSETS_H

#include <stddef.h>

typedef struct report_asset {
    const char *name; /* "page.html"; NULL ends the table */
    const unsigned char *content;
    size_t size;
} report_asset;

extern const report_asset report_assets[];

#endif
