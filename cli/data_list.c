/* data_list.c - `notch data list`, `verify`, `path`: what is known of data sets, and what is here.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "common_options.h"
#include "data_commands.h"
#include "data_search.h"
#include "json.h"
#include "options.h"

enum {
    SHAPE_TEXT = 40
};

/* ---- list ------------------------------------------------------------------------------------ */

static notch_data_facts digits_facts(void)
{
    return (notch_data_facts){.train_count = NOTCH_DIGITS_TRAIN_COUNT,
                              .test_count = NOTCH_DIGITS_TEST_COUNT,
                              .channels = 1,
                              .height = NOTCH_DIGITS_SIDE,
                              .width = NOTCH_DIGITS_SIDE,
                              .classes = NOTCH_DIGITS_CLASSES};
}

/* place: NULL if the data set is not here. */
static void print_row(const char *name, const notch_data_facts *facts, const char *place)
{
    char train[NUMBER_TEXT], test[NUMBER_TEXT], shape[SHAPE_TEXT], download[NUMBER_TEXT] = "-";
    number_format_grouped(facts->train_count, train);
    number_format_grouped(facts->test_count, test);
    (void)snprintf(shape, sizeof shape, "%" PRIu32 " x %" PRIu32 " x %" PRIu32, facts->channels,
                   facts->height, facts->width);
    if (facts->download_bytes != 0) {
        (void)snprintf(download, sizeof download, "%.1f MB", (double)facts->download_bytes / 1e6);
    }
    printf("%-14s %8s %7s  %-12s %7" PRIu32 " %9s  %s\n", name, train, test, shape, facts->classes,
           download, place == NULL ? "not here" : place);
}

static void print_object(const char *name, const notch_data_facts *facts, const char *place,
                         bool built_in)
{
    printf("    {\"name\": ");
    json_print_text(name);
    printf(", \"train_count\": %" PRIu64 ", \"test_count\": %" PRIu64 ", \"channels\": %" PRIu32
           ", \"height\": %" PRIu32 ", \"width\": %" PRIu32 ", \"classes\": %" PRIu32
           ", \"bytes\": %" PRIu64 ", \"download_bytes\": %" PRIu64 ", \"built_in\": %s",
           facts->train_count, facts->test_count, facts->channels, facts->height, facts->width,
           facts->classes, facts->bytes, facts->download_bytes, built_in ? "true" : "false");
    printf(", \"folder\": ");
    json_print_text(place);
    printf("}");
}

static notch_status print_known(const data_folders *folders, bool json, notch_error *error)
{
    const notch_data_options options = {.folders = (const char *const *)folders->paths,
                                        .folder_count = folders->count};
    for (size_t i = 0; notch_data_name(i) != NULL; i++) {
        notch_data_facts facts;
        char *place = NULL;
        notch_status status = notch_data_describe(notch_data_name(i), &facts, error);
        if (status == NOTCH_OK) {
            status = notch_data_locate(notch_data_name(i), &options, &place, error);
        }
        if (status != NOTCH_OK && status != NOTCH_ERROR_INPUT) { /* INPUT: it is nowhere */
            return status;
        }
        if (json) {
            printf(",\n");
            print_object(notch_data_name(i), &facts, place, false);
        } else {
            print_row(notch_data_name(i), &facts, place);
        }
        free(place);
    }
    return NOTCH_OK;
}

static void print_folders(const data_folders *folders, const char *separator, bool json)
{
    for (size_t i = 0; i < folders->count; i++) {
        printf("%s", i == 0 ? "" : separator);
        if (json) {
            json_print_text(folders->paths[i]);
        } else {
            printf("%s", folders->paths[i]);
        }
    }
}

static notch_status list(const data_folders *folders, bool json, notch_error *error)
{
    const notch_data_facts digits = digits_facts();
    if (json) {
        printf("{\n  \"folders\": [");
        print_folders(folders, ", ", true);
        printf("],\n  \"data_sets\": [\n");
        print_object(DATA_DIGITS, &digits, NULL, true);
    } else {
        printf("%-14s %8s %7s  %-12s %7s %9s  %s\n", "name", "training", "test", "image", "classes",
               "download", "where");
        print_row(DATA_DIGITS, &digits, "drawn by the program");
    }
    const notch_status status = print_known(folders, json, error);
    if (status == NOTCH_OK && json) {
        printf("\n  ]\n}\n");
    } else if (status == NOTCH_OK) {
        printf("\nLooked in: ");
        print_folders(folders, "\n           ", false);
        printf("%s\n", folders->count == 0 ? "no folder; --data-dir names one" : "");
    }
    return status;
}

int cmd_data_list(int argc, char **argv)
{
    const char *data_dir = NULL;
    bool json = false;
    const option_entry entries[] = {
        option_data_dir(&data_dir),
        option_json(&json),
    };
    const option_table table = {.command = "notch data list",
                                .purpose = "lists the data sets that are known by name",
                                .entries = entries,
                                .entry_count = sizeof entries / sizeof entries[0]};
    char **operands;
    const int code = options_parse(&table, argc, argv, &operands);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    notch_error error = {NOTCH_OK, ""};
    data_folders folders;
    notch_status status = data_folders_find(data_dir, &folders, &error);
    if (status == NOTCH_OK) {
        status = list(&folders, json, &error);
    }
    data_folders_free(&folders);
    return status == NOTCH_OK ? EXIT_DONE : command_fail(table.command, &error);
}

/* ---- verify and path ------------------------------------------------------------------------- */

/* What both are given. Returns OPTIONS_GO_ON with *folder to be freed, or an exit code. */
static int find_folder(int argc, char **argv, const char *command, const char *purpose,
                       const char **name, char **folder)
{
    const char *data_dir = NULL;
    const option_entry entries[] = {
        option_data_dir(&data_dir),
    };
    const option_table table = {.command = command,
                                .purpose = purpose,
                                .operands = "NAME",
                                .operand_count = 1,
                                .entries = entries,
                                .entry_count = sizeof entries / sizeof entries[0]};
    char **operands;
    const int code = options_parse(&table, argc, argv, &operands);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    *name = operands[0];
    notch_error error = {NOTCH_ERROR_INPUT, "digits is drawn by the program and has no files"};
    if (strcmp(*name, DATA_DIGITS) == 0) {
        return command_fail(command, &error);
    }
    data_folders folders;
    notch_status status = data_folders_find(data_dir, &folders, &error);
    if (status == NOTCH_OK) {
        const notch_data_options options = {.folders = (const char *const *)folders.paths,
                                            .folder_count = folders.count};
        status = notch_data_locate(*name, &options, folder, &error);
    }
    data_folders_free(&folders);
    return status == NOTCH_OK ? OPTIONS_GO_ON : command_fail(command, &error);
}

static int verify_files(const char *name, const notch_data_facts *facts, const char *folder)
{
    int code = EXIT_DONE;
    printf("%s in %s\n", name, folder);
    for (uint32_t i = 0; i < facts->file_count; i++) {
        notch_error error;
        if (notch_data_verify(name, i, folder, &error) == NOTCH_OK) {
            printf("  %-24s as published\n", facts->files[i]);
        } else {
            printf("  %-24s not as published\n", facts->files[i]);
            (void)fflush(stdout);
            code = command_fail("notch data verify", &error);
        }
    }
    return code;
}

int cmd_data_verify(int argc, char **argv)
{
    const char *name;
    char *folder;
    int code = find_folder(argc, argv, "notch data verify",
                           "compares the files of a data set with the SHA-256 of the official ones",
                           &name, &folder);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    notch_data_facts facts;
    notch_error error;
    code = notch_data_describe(name, &facts, &error) == NOTCH_OK
               ? verify_files(name, &facts, folder)
               : command_fail("notch data verify", &error);
    free(folder);
    return code;
}

static bool has_file(const char *folder, const char *name, const char *ending)
{
    const size_t room = strlen(folder) + strlen(name) + strlen(ending) + 2;
    char *path = malloc(room);
    bool found = false;
    if (path != NULL) {
        (void)snprintf(path, room, "%s/%s%s", folder, name, ending);
        found = access(path, R_OK) == 0;
    }
    free(path);
    return found;
}

/* Whether all files are in the folder, whatever they hold. */
static notch_status look_for_files(const char *name, const char *folder, notch_error *error)
{
    notch_data_facts facts;
    const notch_status status = notch_data_describe(name, &facts, error);
    for (uint32_t i = 0; status == NOTCH_OK && i < facts.file_count; i++) {
        if (!has_file(folder, facts.files[i], "") && !has_file(folder, facts.files[i], ".gz")) {
            (void)snprintf(error->message, sizeof error->message,
                           "%.100s: has no readable %s (or .gz), which %s needs", folder,
                           facts.files[i], name);
            return error->status = NOTCH_ERROR_INPUT;
        }
    }
    return status;
}

int cmd_data_path(int argc, char **argv)
{
    const char *name;
    char *folder;
    const int code =
        find_folder(argc, argv, "notch data path",
                    "prints the folder in which a data set is, if it is anywhere", &name, &folder);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    notch_error error;
    const notch_status status = look_for_files(name, folder, &error);
    if (status == NOTCH_OK) {
        printf("%s\n", folder);
    }
    free(folder);
    return status == NOTCH_OK ? EXIT_DONE : command_fail("notch data path", &error);
}
