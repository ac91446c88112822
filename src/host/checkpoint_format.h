/* checkpoint_format.h - the numbers of the model file format; docs/format.md describes it.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_CHECKPOINT_FORMAT_H
#define NOTCH_HOST_CHECKPOINT_FORMAT_H

#include <stdint.h>

/* The file begins with magic, version, checksum of both. A byte above 127, CR and LF show whether
 * a file was copied as text. */
#define NOTCH_FORMAT_MAGIC "\x89notch\r\n"

enum {
    NOTCH_FORMAT_VERSION = 1,
    NOTCH_FORMAT_MAGIC_BYTES = 8,
    NOTCH_FORMAT_FILE_HEADER = 16,

    /* A section: tag, flags (32 bits), size of its content (64 bits), index, checksum of these (32
     * bits each); content; zeros; checksum of content and zeros. Its length is a multiple of 8. */
    NOTCH_FORMAT_TAG = 4, /* characters, A to Z */
    NOTCH_FORMAT_SECTION_HEADER = 24,
    NOTCH_FORMAT_CHECKSUM = 4,
    NOTCH_FORMAT_ALIGNMENT = 8,

    /* Contents. */
    NOTCH_FORMAT_MODEL_HEADER = 56,
    NOTCH_FORMAT_LAYER = 88,
    NOTCH_FORMAT_ENGINE = 16,
    NOTCH_FORMAT_TENSOR_HEADER = 24,
    NOTCH_FORMAT_TRAINING_HEADER = 24,
    NOTCH_FORMAT_CALIBRATION = 40,
    NOTCH_FORMAT_EVALUATION = 24,
    NOTCH_FORMAT_END = 16,
    NOTCH_FORMAT_CONFIG_MAX = 1048576,
    NOTCH_FORMAT_PIXEL_MAX = 255 << 16, /* mean and deviation */
    NOTCH_FORMAT_SHARPNESS_MAX = 6
};

/* Flags of a section: who may not go on without knowing what it is. */
enum {
    NOTCH_FORMAT_FOR_USE = 1,      /* nobody may use the weights */
    NOTCH_FORMAT_FOR_TRAINING = 2, /* nobody may train on */
    NOTCH_FORMAT_FLAGS = 3
};

/* Sections in the order of the file. */
typedef enum notch_format_section {
    NOTCH_FORMAT_MODL = 0, /* the graph */
    NOTCH_FORMAT_ENGN,     /* engine and preprocessing */
    NOTCH_FORMAT_TENS,     /* one for each tensor */
    NOTCH_FORMAT_STAT,     /* state of the engine */
    NOTCH_FORMAT_CONF,     /* configuration */
    NOTCH_FORMAT_TRNG,     /* what it takes to train on: step, seed, calibrations */
    NOTCH_FORMAT_MOMT,     /* the same: momentum */
    NOTCH_FORMAT_ACCU,     /* the same: accumulators */
    NOTCH_FORMAT_EVAL,     /* evaluation */
    NOTCH_FORMAT_DONE,     /* the end */
    NOTCH_FORMAT_SECTIONS
} notch_format_section;

typedef struct notch_format_entry {
    char tag[NOTCH_FORMAT_TAG + 1];
    uint32_t flags;
} notch_format_entry;

static const notch_format_entry notch_format_entries[NOTCH_FORMAT_SECTIONS] = {
    {"MODL", NOTCH_FORMAT_FOR_USE | NOTCH_FORMAT_FOR_TRAINING},
    {"ENGN", NOTCH_FORMAT_FOR_USE | NOTCH_FORMAT_FOR_TRAINING},
    {"TENS", NOTCH_FORMAT_FOR_USE | NOTCH_FORMAT_FOR_TRAINING},
    {"STAT", NOTCH_FORMAT_FOR_USE | NOTCH_FORMAT_FOR_TRAINING},
    {"CONF", 0},
    {"TRNG", NOTCH_FORMAT_FOR_TRAINING},
    {"MOMT", NOTCH_FORMAT_FOR_TRAINING},
    {"ACCU", NOTCH_FORMAT_FOR_TRAINING},
    {"EVAL", 0},
    {"DONE", NOTCH_FORMAT_FOR_USE | NOTCH_FORMAT_FOR_TRAINING},
};

#endif
