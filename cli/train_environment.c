/* train_environment.c - where a run is computed, and what that takes.
 * SPDX-License-Identifier: MIT
 *
 * Nothing that tells whose machine it is: no name of host or user.
 */
#define _DEFAULT_SOURCE
#define _POSIX_C_SOURCE 200809L
#include "train_environment.h"

#include <inttypes.h>
#include <notch/notch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include "compiler.h"
#include "json.h"

enum {
    TEXT = 256
};

uint64_t train_peak_memory(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) {
        return 0;
    }
#ifdef __APPLE__
    return (uint64_t)usage.ru_maxrss;
#else
    return (uint64_t)usage.ru_maxrss * 1024;
#endif
}

/* The processor as Linux calls it, "" where it does not. */
static void find_processor(char name[TEXT])
{
    char line[TEXT];
    FILE *file = fopen("/proc/cpuinfo", "r");
    name[0] = '\0';
    while (file != NULL && name[0] == '\0' && fgets(line, sizeof line, file) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", strlen("model name")) == 0 && colon != NULL) {
            (void)snprintf(name, TEXT, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

static void put_text(FILE *file, const char *key, const char *value)
{
    (void)fprintf(file, ",\n  \"%s\": ", key);
    json_write_text(file, value[0] == '\0' ? NULL : value);
}

static void put_count(FILE *file, const char *key, uint64_t value)
{
    (void)fprintf(file, ",\n  \"%s\": %" PRIu64, key, value);
}

static void put_machine(FILE *file, const notch_train_options *o)
{
    char text[TEXT] = "";
    struct utsname system;
    compiler_describe(text, sizeof text);
    put_text(file, "compiler", text);
    text[0] = '\0';
    if (uname(&system) == 0) {
        (void)snprintf(text, sizeof text, "%.80s %.80s %.80s", system.sysname, system.release,
                       system.machine);
    }
    put_text(file, "system", text);
    find_processor(text);
    put_text(file, "processor", text);
    put_count(file, "processors", notch_threads_usable());
    put_count(file, "threads", o->threads == 0 ? notch_threads_usable() : o->threads);
    put_text(file, "isa", notch_isa_name(o->isa == NOTCH_ISA_BEST ? notch_isa_best() : o->isa));
}

static void put_data(FILE *file, const notch_dataset *train, const notch_dataset *test)
{
    put_text(file, "data", train->name);
    put_count(file, "training_images", train->count);
    put_count(file, "test_images", test->count);
    put_count(file, "classes", train->classes);
    (void)fprintf(file, ",\n  \"image\": [%" PRIu32 ", %" PRIu32 ", %" PRIu32 "]", train->channels,
                  train->height, train->width);
}

static void put_memory(FILE *file, const notch_memory_plan *plan)
{
    const struct {
        const char *name;
        uint64_t bytes;
    } parts[] = {{"weights", plan->weights},
                 {"activations", plan->engine.activations},
                 {"gradients", plan->engine.gradients},
                 {"engine_weights", plan->engine.weights},
                 {"engine_state", plan->engine.state},
                 {"engine_workspace", plan->engine.workspace},
                 {"optimiser", plan->optimiser},
                 {"update_workspace", plan->update_workspace},
                 {"dataset", plan->dataset},
                 {"total", plan->total}};
    (void)fputs(",\n  \"memory\": {", file);
    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
        (void)fprintf(file, "%s\n    \"%s\": %" PRIu64, k == 0 ? "" : ",", parts[k].name,
                      parts[k].bytes);
    }
    (void)fputs("\n  }", file);
}

notch_status train_environment_format(const notch_train_options *options,
                                      const notch_dataset *train, const notch_dataset *test,
                                      const notch_memory_plan *plan, char **text,
                                      notch_error *error)
{
    char *made = NULL;
    size_t size;
    FILE *file = open_memstream(&made, &size);
    bool complete = file != NULL;
    if (complete) {
        (void)fprintf(file, "{\n  \"notch\": \"%s\"", notch_version());
        put_machine(file, options);
        put_data(file, train, test);
        put_memory(file, plan);
        (void)fputs("\n}\n", file);
        complete = !ferror(file);
        complete = fclose(file) == 0 && complete;
    }
    if (!complete) {
        free(made);
        (void)snprintf(error->message, sizeof error->message,
                       "no memory to describe the environment");
        return error->status = NOTCH_ERROR_MEMORY;
    }
    *text = made;
    return NOTCH_OK;
}
