/* model_ini.h - what the readers of a model's sections share.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_MODEL_INI_H
#define NOTCH_HOST_MODEL_INI_H

#include <notch/model_file.h>

#include "host/ini.h"

enum {
    NOTCH_LAYER_KEYS = 9,
    NOTCH_INI_SHOWN = 44 /* bytes */
};

/* One layer's section, as far as it has been read. */
typedef struct notch_layer_draft {
    notch_layer layer;
    uint64_t line;                    /* of its section */
    uint64_t lines[NOTCH_LAYER_KEYS]; /* of its keys; 0: not there */
    bool whole_kernel;                /* kernel = all */
} notch_layer_draft;

/* The state of reading a model. */
typedef struct notch_model_reader {
    const char *file; /* what messages call it */
    notch_model_context context;
    notch_error *error;
    notch_model model;       /* its input once layers have begun */
    notch_layer_draft draft; /* in section LAYER */
    char name[NOTCH_LAYER_NAME_MAX + 1];
    notch_shape input;   /* of section [input]; zero where keys are missing */
    uint64_t model_line; /* of section [model]; 0: not there */
    uint64_t input_line; /* of section [input]; 0: not there */
    uint64_t name_line;  /* of key name; 0: not there */
    enum {
        NOTCH_SECTION_NONE,
        NOTCH_SECTION_MODEL,
        NOTCH_SECTION_INPUT,
        NOTCH_SECTION_LAYER
    } section;
} notch_model_reader;

/* One key of a layer's section. */
notch_status notch_layer_draft_take(notch_model_reader *reader, const notch_ini_item *item);
/* The section has ended: adds the layer to the model. */
notch_status notch_layer_draft_finish(notch_model_reader *reader);

/* One section or key of the text, for notch_ini_parse; argument: the reader. */
notch_status notch_model_reader_take(void *argument, const notch_ini_item *item,
                                     notch_error *error);
/* The last section has ended. */
notch_status notch_model_reader_finish(notch_model_reader *reader);

/* Values; these say whether `text` is one, and write it only then.
 * Decimal digits and nothing else, below 2^32. */
bool notch_ini_number(const char *text, uint32_t *value);
/* "3", or "3, 5" as height, width. */
bool notch_ini_pair(const char *text, uint32_t pair[2]);
/* "yes" or "no". */
bool notch_ini_flag(const char *text, bool *flag);
/* "A, B" with exactly one comma, blanks around it or not. */
bool notch_ini_names(const char *text, char first[NOTCH_LAYER_NAME_MAX + 1],
                     char second[NOTCH_LAYER_NAME_MAX + 1]);

/* `text`, or its beginning with "..." behind it, so that a sentence has room for more. */
const char *notch_ini_shown(const char *text, char shown[NOTCH_INI_SHOWN]);

#endif
