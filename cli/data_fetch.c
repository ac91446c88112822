/* data_fetch.c - `notch data fetch`: downloads a data set and says how it goes.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include <notch/fetch.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "data_commands.h"
#include "data_search.h"
#include "interrupt.h"
#include "options.h"

static const char description[] =
    "Puts the files of data set NAME into a folder of that name in --data-dir, or else\n"
    "in $NOTCH_DATA or the user's data folder. They are downloaded from the first of\n"
    "several mirrors that has them, and are put in place only if their SHA-256 is the\n"
    "official one. What was interrupted goes on with the next call. Proxies are taken\n"
    "from the environment (https_proxy, ...).";

typedef struct fetch_request {
    const char *name, *data_dir, *url;
    uint64_t stall_seconds;
    bool quiet;
} fetch_request;

typedef struct fetch_display {
    bool quiet;
    bool live;  /* a line that changes can be shown */
    bool drawn; /* there is one */
} fetch_display;

/* ---- how it goes ----------------------------------------------------------------------------- */

static double megabytes(uint64_t bytes)
{
    return (double)bytes / 1e6;
}

static void clear_live_line(fetch_display *display)
{
    if (display->drawn) {
        printf("\r\033[K");
        display->drawn = false;
    }
}

static void draw_live_line(fetch_display *display, const notch_fetch_event *event)
{
    if (!display->live) {
        return;
    }
    printf("\r\033[K  %s  %.1f", event->file, megabytes(event->received));
    if (event->total != 0) {
        printf(" of %.1f MB, %.0f %%", megabytes(event->total),
               100.0 * (double)event->received / (double)event->total);
    } else {
        printf(" MB");
    }
    display->drawn = true;
}

static void print_event(fetch_display *display, const notch_fetch_event *event)
{
    switch (event->kind) {
    case NOTCH_FETCH_PRESENT:
        printf("%s: is there already\n", event->file);
        break;
    case NOTCH_FETCH_START:
        printf("%s: from %s", event->file, event->url);
        if (event->received != 0) {
            printf(", going on behind %.1f MB", megabytes(event->received));
        }
        printf("\n");
        break;
    case NOTCH_FETCH_PROGRESS:
    case NOTCH_FETCH_CHECK:
        draw_live_line(display, event);
        break;
    case NOTCH_FETCH_RESTART:
        printf("%s; all of it once more\n", event->message);
        break;
    case NOTCH_FETCH_FAILED:
        printf("%s\n", event->message);
        break;
    case NOTCH_FETCH_DONE:
        printf("%s: %.1f MB, the official file\n", event->file, megabytes(event->received));
        break;
    }
}

static bool on_event(void *cookie, const notch_fetch_event *event)
{
    fetch_display *display = cookie;
    if (!display->quiet) {
        if (event->kind != NOTCH_FETCH_PROGRESS && event->kind != NOTCH_FETCH_CHECK) {
            clear_live_line(display);
        }
        print_event(display, event);
        (void)fflush(stdout);
    }
    return !interrupt_seen();
}

/* ---- the command ----------------------------------------------------------------------------- */

static int report(const fetch_request *request, const char *folder,
                  const notch_fetch_result *result)
{
    if (result->stopped) {
        (void)fprintf(stderr,
                      "notch data fetch: interrupted; the same command goes on from here\n");
        return EXIT_INTERRUPTED;
    }
    if (!request->quiet) {
        printf("%s is in %s/%s\n", request->name, folder, request->name);
    }
    return EXIT_DONE;
}

static int fetch(const fetch_request *request, const char *folder)
{
    fetch_display display = {.quiet = request->quiet, .live = isatty(fileno(stdout)) == 1};
    const notch_fetch_options options = {.folder = folder,
                                         .url = request->url,
                                         .stall_seconds = (uint32_t)request->stall_seconds,
                                         .connect_seconds = (uint32_t)request->stall_seconds,
                                         .proxies_from_environment = true,
                                         .notify = on_event,
                                         .cookie = &display};
    notch_fetch_result result = {.stopped = false};
    notch_error error;
    interrupt_catch();
    const notch_status status = notch_data_fetch(request->name, &options, &result, &error);
    clear_live_line(&display);
    (void)fflush(stdout);
    if (status != NOTCH_OK) {
        return command_fail("notch data fetch", &error);
    }
    return report(request, folder, &result);
}

static int fetch_into_first(const fetch_request *request)
{
    notch_error error = {NOTCH_OK, ""};
    data_folders folders;
    int code;
    if (data_folders_find(request->data_dir, &folders, &error) != NOTCH_OK) {
        code = command_fail("notch data fetch", &error);
    } else if (folders.count == 0) {
        code = options_refuse("notch data fetch",
                              "there is no folder to put it into, expected --data-dir");
    } else {
        code = fetch(request, folders.paths[0]);
    }
    data_folders_free(&folders);
    return code;
}

int cmd_data_fetch(int argc, char **argv)
{
    fetch_request request = {.stall_seconds = 30};
    const option_entry entries[] = {
        {.kind = OPTION_TEXT,
         .name = "data-dir",
         .argument = "DIR",
         .text = &request.data_dir,
         .help = "the folder to put it into"},
        {.kind = OPTION_TEXT,
         .name = "url",
         .argument = "URL",
         .text = &request.url,
         .help = "a folder on a server of one's own, http or https, instead of the known mirrors; "
                 "the files there may be compressed with gzip or not"},
        {.kind = OPTION_NUMBER,
         .name = "timeout",
         .argument = "SECONDS",
         .value = &request.stall_seconds,
         .minimum = 1,
         .maximum = 86400,
         .help = "give a mirror up that does not answer, or sends next to nothing, for so long"},
        {.kind = OPTION_FLAG,
         .name = "quiet",
         .flag = &request.quiet,
         .help = "print nothing but what goes wrong"},
    };
    const option_table table = {.command = "notch data fetch",
                                .purpose = "downloads a data set and verifies it",
                                .operands = "NAME",
                                .operand_count = 1,
                                .description = description,
                                .entries = entries,
                                .entry_count = sizeof entries / sizeof entries[0]};
    char **operands;
    const int code = options_parse(&table, argc, argv, &operands);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    request.name = operands[0];
    if (strcmp(request.name, DATA_DIGITS) == 0) {
        printf("digits is drawn by the program: there is nothing to fetch\n");
        return EXIT_DONE;
    }
    return fetch_into_first(&request);
}
