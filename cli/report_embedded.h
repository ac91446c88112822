/* report_embedded.h - the page of a report, as the build made it from cli/report/.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_REPORT_EMBEDDED_H
#define NOTCH_CLI_REPORT_EMBEDDED_H

/* page.html with all that it includes; "@data@" stands once in it, for the data. */
extern const char report_embedded_page[];

#endif
