/* environment.h - what a program ran on, and how much memory it took.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_ENVIRONMENT_H
#define NOTCH_CLI_ENVIRONMENT_H

#include <notch/model_file.h>

enum {
    ENVIRONMENT_TEXT = 128
};

/* "gcc 12.2.0" */
void environment_compiler(char text[ENVIRONMENT_TEXT]);

/* Bytes of physical memory that the process has had at most, as the system counts them; 0: it does
 * not tell. */
double environment_peak_memory(void);

/* One JSON object with the content of a run's environment.json, see docs/training.md; to be freed,
 * NULL: no memory. threads: 0 stands for one on each processor. began: seconds since 1970. */
char *environment_json(uint32_t threads, notch_isa isa, const notch_memory_plan *plan,
                       int64_t began);

#endif
