/* checkpoint_sections.h - what the sections of a model file hold.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_CHECKPOINT_SECTIONS_H
#define NOTCH_HOST_CHECKPOINT_SECTIONS_H

#include <notch/checkpoint.h>

#include "host/checkpoint_in.h"

typedef struct notch_checkpoint_reader {
    notch_checkpoint_in in;
    notch_checkpoint *made;
    uint32_t tensors; /* read so far */
    unsigned next;    /* the first section that may follow, in the order of the format */
} notch_checkpoint_reader;

/* Reads the content of the section at hand, or some of it where that is wrong. It has its place in
 * the order of the format. Errors: INPUT, MEMORY. */
notch_status notch_checkpoint_read_section(notch_checkpoint_reader *r, notch_format_section section,
                                           notch_error *error);

/* "PATH: section TAG: SENTENCE", as NOTCH_ERROR_INPUT. */
notch_status notch_checkpoint_fail_section(const notch_checkpoint_reader *r, const char *sentence,
                                           notch_error *error);

#endif
