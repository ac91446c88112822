/* names.c - the names of samplers, inflations, rules, modes and scopes.
 * SPDX-License-Identifier: MIT
 */
#include "base/message.h"
#include "base/names.h"

#define TABLE(...)                                                                                 \
    (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)

static const notch_names samplers = {"sampler",
                                     TABLE("multinomial", "residual", "stratified", "systematic")};
static const notch_names inflations = {"inflation", TABLE("trial", "vector")};
static const notch_names rules = {"update rule", TABLE("zim", "sr", "sign", "bold", "user")};
static const notch_names modes = {"mode", TABLE("unbiased", "normalised", "paper")};
static const notch_names scopes = {"scope", TABLE("layer", "global")};
static const notch_names schedules = {"schedule", TABLE("constant", "linear", "cosine")};

#define NAMED(type, noun, table, parsed)                                                           \
    const char *notch_##noun##_name(type value)                                                    \
    {                                                                                              \
        return notch_names_get(&table, (int64_t)value);                                            \
    }                                                                                              \
    notch_status notch_##noun##_parse(const char *name, type *value, notch_error *error)           \
    {                                                                                              \
        if (value == NULL) {                                                                       \
            return notch_fail(error, NOTCH_ERROR_ARGUMENT, "%s: the result is missing",            \
                              table.what);                                                         \
        }                                                                                          \
        notch_names known = table;                                                                 \
        known.count = parsed;                                                                      \
        uint32_t number;                                                                           \
        const notch_status status = notch_names_parse(&known, name, &number, error);               \
        if (status == NOTCH_OK) {                                                                  \
            *value = (type)number;                                                                 \
        }                                                                                          \
        return status;                                                                             \
    }

NAMED(notch_sampler, sampler, samplers, samplers.count)
NAMED(notch_inflation, inflation, inflations, inflations.count)
NAMED(notch_rule, rule, rules, NOTCH_RULE_USER)
NAMED(notch_mode, mode, modes, modes.count)
NAMED(notch_scope, scope, scopes, scopes.count)
NAMED(notch_schedule_kind, schedule, schedules, schedules.count)
