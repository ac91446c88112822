/* numbers.c - numbers as people write them on a command line.
 * SPDX-License-Identifier: MIT
 */
#include "numbers.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    DECIMALS_MAX = 9 /* 10^9 * 2^32 is below 2^62 */
};

/* Multiplies in place; says whether the product fits. */
static bool multiply(uint64_t *value, uint64_t factor)
{
    if (factor != 0 && *value > UINT64_MAX / factor) {
        return false;
    }
    *value *= factor;
    return true;
}

/* Reads the digits that *text starts with and moves it behind them; at least one is needed.
 * Digits of a number that is too large are skipped, so that what follows is looked at as well. */
static number_status parse_digits(const char **text, uint64_t *value)
{
    const char *at = *text;
    bool fits = true;
    *value = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        const uint64_t digit = (uint64_t)(*at - '0');
        fits = fits && multiply(value, 10) && *value <= UINT64_MAX - digit;
        *value += digit;
    }
    if (at == *text) {
        return NUMBER_MALFORMED;
    }
    *text = at;
    return fits ? NUMBER_OK : NUMBER_TOO_LARGE;
}

/* start * base^exponent. A product that can grow does not fit after 64 steps. */
static number_status raise(uint64_t start, uint64_t base, uint64_t exponent, uint64_t *value)
{
    *value = start;
    if (base <= 1 || start == 0) {
        *value = base == 0 && exponent != 0 ? 0 : start;
        return NUMBER_OK;
    }
    for (uint64_t i = 0; i < exponent; i++) {
        if (!multiply(value, base)) {
            return NUMBER_TOO_LARGE;
        }
    }
    return NUMBER_OK;
}

number_status number_parse(const char *text, uint64_t *value)
{
    uint64_t first, second = 0;
    const number_status first_status = parse_digits(&text, &first);
    const char operation = *text;
    number_status second_status = NUMBER_OK;
    if (first_status != NUMBER_MALFORMED && (operation == 'e' || operation == '^')) {
        text++;
        second_status = parse_digits(&text, &second);
    }
    if (first_status == NUMBER_MALFORMED || second_status == NUMBER_MALFORMED || *text != '\0') {
        return NUMBER_MALFORMED;
    }
    if (first_status != NUMBER_OK || second_status != NUMBER_OK) {
        return NUMBER_TOO_LARGE;
    }
    uint64_t result;
    const number_status status =
        operation == '^' ? raise(1, first, second, &result) : raise(first, 10, second, &result);
    if (status == NUMBER_OK) {
        *value = result;
    }
    return status;
}

number_status number_parse_fixed(const char *text, uint64_t *value)
{
    uint64_t whole, decimals = 0, unit = 1;
    const number_status status = parse_digits(&text, &whole);
    if (status != NUMBER_MALFORMED && *text == '.') {
        const char *start = ++text;
        if (parse_digits(&text, &decimals) == NUMBER_MALFORMED || text - start > DECIMALS_MAX) {
            return NUMBER_MALFORMED;
        }
        (void)raise(1, 10, (uint64_t)(text - start), &unit);
    }
    if (status == NUMBER_MALFORMED || *text != '\0') {
        return NUMBER_MALFORMED;
    }
    /* Less than 2^32 - 1, because a fraction may round up to 1 and 2^32 would not fit. */
    if (status != NUMBER_OK || whole >= UINT32_MAX) {
        return NUMBER_TOO_LARGE;
    }
    *value = (whole << 32) + ((decimals << 32) + unit / 2) / unit;
    return NUMBER_OK;
}

static const char size_units[] = "KMGT";

number_status number_parse_size(const char *text, uint64_t *value)
{
    const char *at = text;
    uint64_t result;
    const number_status status = parse_digits(&at, &result);
    const char *unit = *at == '\0' ? NULL : strchr(size_units, *at);
    if (status == NUMBER_MALFORMED || unit == NULL || at[1] != '\0') {
        return number_parse(text, value);
    }
    if (status != NUMBER_OK || !multiply(&result, UINT64_C(1024) << (10 * (unit - size_units)))) {
        return NUMBER_TOO_LARGE;
    }
    *value = result;
    return NUMBER_OK;
}

/* log2 of a power of two that is shorter to read as such, else 0. */
static unsigned readable_power(uint64_t value)
{
    unsigned power = 0;
    if (value < 65536 || (value & (value - 1)) != 0) {
        return 0;
    }
    while (value >> power != 1) {
        power++;
    }
    return power;
}

void number_format(uint64_t value, char text[NUMBER_TEXT])
{
    if (value == UINT64_MAX) {
        (void)snprintf(text, NUMBER_TEXT, "2^64 - 1");
    } else if (readable_power(value) != 0) {
        (void)snprintf(text, NUMBER_TEXT, "2^%u", readable_power(value));
    } else if (readable_power(value + 1) != 0) {
        (void)snprintf(text, NUMBER_TEXT, "2^%u - 1", readable_power(value + 1));
    } else {
        (void)snprintf(text, NUMBER_TEXT, "%" PRIu64, value);
    }
}

void number_format_fixed(uint64_t value, char text[NUMBER_TEXT])
{
    const uint64_t billion = UINT64_C(1000000000);
    /* At most 10^9 - 1/4 rounded, so the carry into the whole number is at most 1. */
    const uint64_t decimals = ((value & UINT32_MAX) * billion + (UINT64_C(1) << 31)) >> 32;
    int length = snprintf(text, NUMBER_TEXT, "%" PRIu64 ".%09" PRIu64,
                          (value >> 32) + decimals / billion, decimals % billion);
    while (text[length - 1] == '0') {
        text[--length] = '\0';
    }
    if (text[length - 1] == '.') {
        text[length - 1] = '\0';
    }
}

void number_format_size(uint64_t value, char text[NUMBER_TEXT])
{
    size_t unit = 0;
    while (value != 0 && value % 1024 == 0 && unit < sizeof size_units - 1) {
        value /= 1024;
        unit++;
    }
    const int length = snprintf(text, NUMBER_TEXT, "%" PRIu64, value);
    if (unit != 0) {
        text[length] = size_units[unit - 1];
        text[length + 1] = '\0';
    }
}

void number_format_grouped(uint64_t value, char text[NUMBER_TEXT])
{
    char digits[NUMBER_TEXT];
    const size_t count = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, value);
    size_t at = 0;
    for (size_t k = 0; k < count; k++) {
        if (k != 0 && (count - k) % 3 == 0) {
            text[at++] = ',';
        }
        text[at++] = digits[k];
    }
    text[at] = '\0';
}
