/* report_page.c - the page of a report: what was built into the program, and the data.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "report_embedded.h"

/* Where page.html wants the data. */
static const char mark[] = "@data@";

/* JSON has `<`, `>` and `&` within texts only, where an escape stands for the same: no text can
 * then end the script that holds it, or begin another one. */
static void write_escaped(FILE *file, const char *json, size_t length)
{
    for (size_t k = 0; k < length; k++) {
        if (strchr("<>&", json[k]) != NULL && json[k] != '\0') {
            (void)fprintf(file, "\\u%04x", (unsigned)json[k]);
        } else {
            (void)fputc(json[k], file);
        }
    }
}

bool report_write_page(FILE *file, const report_run *runs, size_t count)
{
    const char *page = report_embedded_page;
    const char *data = strstr(page, mark);
    char *json = NULL;
    size_t length;
    FILE *memory = open_memstream(&json, &length);
    if (memory == NULL) {
        return false;
    }
    report_write_json(memory, runs, count);
    bool complete = !ferror(memory);
    complete = fclose(memory) == 0 && complete && data != NULL;
    if (complete) {
        (void)fwrite(page, 1, (size_t)(data - page), file);
        write_escaped(file, json, length);
        (void)fputs(data + strlen(mark), file);
    }
    free(json);
    return complete;
}
