/* environment.c - what a program ran on, and how much memory it took.
 * SPDX-License-Identifier: MIT
 */
#define _DEFAULT_SOURCE
#include "environment.h"

#include <inttypes.h>
#include <notch/notch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>

#include "json.h"

#if defined(__clang__)
#define COMPILER "clang", __clang_major__, __clang_minor__, __clang_patchlevel__
#elif defined(__GNUC__)
#define COMPILER "gcc", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__
#else
#define COMPILER "unknown", 0, 0, 0
#endif

void environment_compiler(char text[ENVIRONMENT_TEXT])
{
    (void)snprintf(text, ENVIRONMENT_TEXT, "%s %d.%d.%d", COMPILER);
}

double environment_peak_memory(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) {
        return 0;
    }
#ifdef __APPLE__
    return (double)usage.ru_maxrss;
#else
    return 1024.0 * (double)usage.ru_maxrss;
#endif
}

/* "Linux 6.1.0 x86_64" */
static const char *system_name(char text[ENVIRONMENT_TEXT])
{
    struct utsname facts;
    if (uname(&facts) != 0) {
        return NULL;
    }
    (void)snprintf(text, ENVIRONMENT_TEXT, "%.30s %.60s %.30s", facts.sysname, facts.release,
                   facts.machine);
    return text;
}

/* As Linux on x86 calls it; NULL elsewhere. */
static const char *processor_name(char text[ENVIRONMENT_TEXT])
{
    static const char key[] = "model name";
    FILE *file = fopen("/proc/cpuinfo", "r");
    const char *name = NULL;
    while (file != NULL && name == NULL && fgets(text, ENVIRONMENT_TEXT, file) != NULL) {
        char *colon = strchr(text, ':');
        if (strncmp(text, key, sizeof key - 1) == 0 && colon != NULL) {
            colon[strcspn(colon, "\n")] = '\0';
            name = colon + 1 + strspn(colon + 1, " ");
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return name;
}

static void put(FILE *file, const char *key, const char *value)
{
    (void)fprintf(file, ",\"%s\":", key);
    json_put_string(file, value);
}

static void put_number(FILE *file, const char *key, uint64_t value)
{
    (void)fprintf(file, ",\"%s\":%" PRIu64, key, value);
}

static void put_began(FILE *file, int64_t began)
{
    char text[ENVIRONMENT_TEXT];
    const time_t seconds = (time_t)began;
    struct tm parts;
    const bool known = gmtime_r(&seconds, &parts) != NULL &&
                       strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts) != 0;
    put(file, "began", known ? text : NULL);
}

static void put_plan(FILE *file, const notch_memory_plan *plan)
{
    (void)fprintf(file, ",\"memory\":{\"weights\":%" PRIu64, plan->weights + plan->engine.weights);
    put_number(file, "activations", plan->engine.activations);
    put_number(file, "gradients", plan->engine.gradients);
    put_number(file, "state", plan->engine.state);
    put_number(file, "workspace", plan->engine.workspace);
    put_number(file, "optimiser", plan->optimiser);
    put_number(file, "update", plan->update_workspace);
    put_number(file, "batch", plan->batch);
    put_number(file, "dataset", plan->dataset);
    put_number(file, "total", plan->total);
    (void)fputc('}', file);
}

char *environment_json(uint32_t threads, notch_isa isa, const notch_memory_plan *plan,
                       int64_t began)
{
    char text[ENVIRONMENT_TEXT];
    char *json = NULL;
    size_t size;
    FILE *file = open_memstream(&json, &size);
    if (file == NULL) {
        return NULL;
    }
    (void)fputs("{\"notch\":", file);
    json_put_string(file, notch_version());
    environment_compiler(text);
    put(file, "compiler", text);
    put(file, "system", system_name(text));
    put(file, "processor", processor_name(text));
    put_number(file, "processors", notch_threads_usable());
    put_number(file, "threads", threads == 0 ? notch_threads_usable() : threads);
    put(file, "instruction_set", notch_isa_name(isa == NOTCH_ISA_BEST ? notch_isa_best() : isa));
    put_began(file, began);
    put_plan(file, plan);
    put_number(file, "peak_memory", (uint64_t)environment_peak_memory());
    (void)fputs("}\n", file);
    const bool complete = !ferror(file);
    if (fclose(file) != 0 || !complete) {
        free(json);
        return NULL;
    }
    return json;
}
