/* data_place.c - known data sets: what they are, where they are, whether they are official.
 * SPDX-License-Identifier: MIT
 */
#include <notch/data.h>

#include <stdlib.h>

#include "base/message.h"
#include "host/data_content.h"
#include "host/data_find.h"
#include "host/data_part.h"
#include "host/fetch_known.h"

static notch_status known(const char *name, const notch_data_layout **layout, notch_error *error)
{
    *layout = name == NULL ? NULL : notch_data_known(name);
    if (*layout == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "'%s' is no known data set, expected one of: %s, %s, %s, %s",
                          name == NULL ? "" : name, notch_data_name(0), notch_data_name(1),
                          notch_data_name(2), notch_data_name(3));
    }
    return NOTCH_OK;
}

notch_status notch_data_describe(const char *name, notch_data_facts *facts, notch_error *error)
{
    const notch_data_layout *layout;
    const notch_status status = known(name, &layout, error);
    if (status != NOTCH_OK) {
        return status;
    }
    if (facts == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "%s: the result is missing", name);
    }
    *facts = (notch_data_facts){.train_count = layout->counts[NOTCH_DATA_TRAIN],
                                .test_count = layout->counts[NOTCH_DATA_TEST],
                                .channels = layout->format.channels,
                                .height = layout->format.height,
                                .width = layout->format.width,
                                .classes = layout->format.classes};
    const notch_data_file *file;
    while ((file = notch_data_layout_file(layout, facts->file_count)) != NULL) {
        facts->files[facts->file_count++] = file->name;
        facts->bytes += file->bytes;
    }
    const notch_fetch_source *source = notch_fetch_known(name);
    for (size_t i = 0; source->files[i].name != NULL; i++) {
        facts->download_bytes += source->files[i].bytes;
    }
    return NOTCH_OK;
}

notch_status notch_data_locate(const char *name, const notch_data_options *options, char **folder,
                               notch_error *error)
{
    const notch_data_layout *layout;
    char *place = NULL;
    notch_status status = known(name, &layout, error);
    if (status != NOTCH_OK) {
        return status;
    }
    if (options == NULL || folder == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "%s: the %s missing", name,
                          options == NULL ? "options are" : "result is");
    }
    status = notch_data_folders_check(name, options, error);
    if (status == NOTCH_OK) {
        status = notch_data_search(layout, options, &place, error);
    }
    if (status == NOTCH_OK && place == NULL) {
        status = notch_data_fail_not_found(layout, options, error);
    }
    if (status == NOTCH_OK) {
        *folder = place;
    }
    return status;
}

notch_status notch_data_verify(const char *name, uint32_t file, const char *folder,
                               notch_error *error)
{
    const notch_data_layout *layout;
    notch_status status = known(name, &layout, error);
    if (status != NOTCH_OK) {
        return status;
    }
    const notch_data_file *official = notch_data_layout_file(layout, file);
    if (official == NULL || folder == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "%s: there is no file %u (from 0)%s", name,
                          (uint64_t)file, folder == NULL ? ", and no folder is given" : "");
    }
    char *path = NULL;
    status = notch_data_file_path(folder, official->name, &path, error);
    if (status == NOTCH_OK) {
        status = notch_data_content_check(path, path, official, name, error);
    }
    free(path);
    return status;
}
