/* common_options.c - options that several commands have, so that each is said in one place.
 * SPDX-License-Identifier: MIT
 */
#include "common_options.h"

#include "data_search.h"

enum {
    BATCH_MAX = 65536,
    THREADS_MAX = 1024
};

option_entry option_data(const char **name)
{
    return (option_entry){.kind = OPTION_TEXT,
                          .name = "data",
                          .argument = "NAME",
                          .text = name,
                          .help = "the data set: " DATA_NAMES};
}

option_entry option_data_dir(const char **folder)
{
    return (option_entry){
        .kind = OPTION_TEXT,
        .name = "data-dir",
        .argument = "DIR",
        .text = folder,
        .help = "look for data sets here first, then in $NOTCH_DATA and the user's data folder"};
}

option_entry option_part(uint64_t *part, const char *help)
{
    return (option_entry){.kind = OPTION_CHOICE,
                          .name = "part",
                          .argument = "NAME",
                          .value = part,
                          .choices = data_part_name,
                          .help = help};
}

static option_entry threads(uint64_t *count, const char *help)
{
    return (option_entry){.kind = OPTION_NUMBER,
                          .name = "threads",
                          .argument = "N",
                          .value = count,
                          .maximum = THREADS_MAX,
                          .help = help};
}

option_entry option_threads(uint64_t *count)
{
    return threads(count, "threads; 0 stands for one on each processor");
}

option_entry option_workers(uint64_t *count)
{
    return threads(count, "worker threads; 0: one for each processor");
}

option_entry option_isa(uint64_t *isa, const char *help)
{
    return (option_entry){.kind = OPTION_CHOICE,
                          .name = "isa",
                          .argument = "NAME",
                          .value = isa,
                          .choices = option_isas,
                          .help = help};
}

option_entry option_sampler(uint64_t *sampler, const char *help)
{
    return (option_entry){.kind = OPTION_CHOICE,
                          .name = "sampler",
                          .argument = "NAME",
                          .value = sampler,
                          .choices = option_samplers,
                          .help = help};
}

option_entry option_seed(uint64_t *seed, const char *help)
{
    return (option_entry){.kind = OPTION_NUMBER,
                          .name = "seed",
                          .argument = "S",
                          .value = seed,
                          .maximum = UINT64_MAX,
                          .help = help};
}

option_entry option_batch(uint64_t *images, const char *help)
{
    return (option_entry){.kind = OPTION_NUMBER,
                          .name = "batch",
                          .argument = "N",
                          .value = images,
                          .minimum = 1,
                          .maximum = BATCH_MAX,
                          .help = help};
}

option_entry option_json(bool *json)
{
    return (option_entry){
        .kind = OPTION_FLAG, .name = "json", .flag = json, .help = "print one JSON object"};
}

option_entry option_csv(bool *csv)
{
    return (option_entry){.kind = OPTION_FLAG, .name = "csv", .flag = csv, .help = "print CSV"};
}
