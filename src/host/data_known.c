/* data_known.c - the data sets that are known by name, and how folders of other ones look.
 * SPDX-License-Identifier: MIT
 *
 * The SHA-256 are those of the files that the makers of the data sets publish, uncompressed.
 */
#include "host/data_known.h"

#include <string.h>

static const notch_data_layout known[] = {
    {"mnist",
     NOTCH_DATA_IDX,
     {.classes = 10, .channels = 1, .height = 28, .width = 28},
     {60000, 10000},
     {{{"train-images-idx3-ubyte",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", 47040016},
       {"train-labels-idx1-ubyte",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", 60008}},
      {{"t10k-images-idx3-ubyte",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7", 7840016},
       {"t10k-labels-idx1-ubyte",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2", 10008}}}},
    {"fashion-mnist",
     NOTCH_DATA_IDX,
     {.classes = 10, .channels = 1, .height = 28, .width = 28},
     {60000, 10000},
     {{{"train-images-idx3-ubyte",
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888", 47040016},
       {"train-labels-idx1-ubyte",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9", 60008}},
      {{"t10k-images-idx3-ubyte",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b", 7840016},
       {"t10k-labels-idx1-ubyte",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34", 10008}}}},
    {"cifar10",
     NOTCH_DATA_CIFAR10,
     {.classes = 10, .channels = 3, .height = 32, .width = 32},
     {50000, 10000},
     {{{"data_batch_1.bin", "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
        30730000},
       {"data_batch_2.bin", "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
        30730000},
       {"data_batch_3.bin", "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
        30730000},
       {"data_batch_4.bin", "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
        30730000},
       {"data_batch_5.bin", "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
        30730000}},
      {{"test_batch.bin", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
        30730000}}}},
    {"optdigits",
     NOTCH_DATA_CSV,
     {.classes = 10, .channels = 1, .height = 8, .width = 8, .maximum = 16},
     {3823, 1797},
     {{{"optdigits.tra", "e1b683cc211604fe8fd8c4417e6a69f31380e0c61d4af22e93cc21e9257ffedd",
        563639}},
      {{"optdigits.tes", "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8",
        264712}}}}};

enum {
    KNOWN_COUNT = sizeof known / sizeof known[0]
};

static const notch_data_layout idx_folder = {
    .kind = NOTCH_DATA_IDX,
    .files = {{{.name = "train-images-idx3-ubyte"}, {.name = "train-labels-idx1-ubyte"}},
              {{.name = "t10k-images-idx3-ubyte"}, {.name = "t10k-labels-idx1-ubyte"}}}};
static const notch_data_layout csv_folder = {
    .kind = NOTCH_DATA_CSV, .files = {{{.name = "train.csv"}}, {{.name = "test.csv"}}}};

const notch_data_layout *notch_data_known(const char *name)
{
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        if (strcmp(known[i].name, name) == 0) {
            return &known[i];
        }
    }
    return NULL;
}

const notch_data_file *notch_data_layout_file(const notch_data_layout *layout, size_t index)
{
    for (size_t part = 0; part < NOTCH_DATA_PARTS; part++) {
        const notch_data_file *file = layout->files[part];
        for (; file->name != NULL; file++) {
            if (index-- == 0) {
                return file;
            }
        }
    }
    return NULL;
}

const notch_data_layout *notch_data_folder_layout(size_t index)
{
    switch (index) {
    case 0:
        return &idx_folder;
    case 1:
        return notch_data_known("cifar10");
    case 2:
        return notch_data_known("optdigits");
    case 3:
        return &csv_folder;
    default:
        return NULL;
    }
}

const char *notch_data_name_of(const char *sha256)
{
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        for (size_t part = 0; part < NOTCH_DATA_PARTS; part++) {
            const notch_data_file *file = known[i].files[part];
            for (; file->name != NULL; file++) {
                if (strcmp(file->sha256, sha256) == 0) {
                    return known[i].name;
                }
            }
        }
    }
    return NULL;
}

const char *notch_data_name(size_t index)
{
    return index < KNOWN_COUNT ? known[index].name : NULL;
}
