/* message.c - one sentence about a failure, composed without stdio.
 * SPDX-License-Identifier: MIT
 */
#include "base/message.h"

#include <stdarg.h>

#include "base/text.h"

static size_t append_number(char *text, size_t capacity, size_t length, uint64_t number)
{
    char digits[21]; /* 2^64 - 1 has 20 digits */
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    return notch_text_append(text, capacity, length, digits + at);
}

notch_status notch_fail(notch_error *error, notch_status status, const char *format, ...)
{
    if (error == NULL) {
        return status;
    }
    const size_t capacity = sizeof error->message;
    size_t length = 0;
    va_list arguments;
    va_start(arguments, format);
    while (*format != '\0' && length + 1 < capacity) {
        if (format[0] == '%' && format[1] == 's') {
            length = notch_text_append(error->message, capacity, length,
                                       va_arg(arguments, const char *));
            format += 2;
        } else if (format[0] == '%' && format[1] == 'u') {
            length = append_number(error->message, capacity, length, va_arg(arguments, uint64_t));
            format += 2;
        } else {
            error->message[length++] = *format++;
        }
    }
    va_end(arguments);
    error->message[length] = '\0';
    error->status = status;
    return status;
}

const char *notch_status_name(notch_status status)
{
    switch (status) {
    case NOTCH_OK:
        return "ok";
    case NOTCH_ERROR_ARGUMENT:
        return "argument";
    case NOTCH_ERROR_RANGE:
        return "range";
    case NOTCH_ERROR_OVERFLOW:
        return "overflow";
    case NOTCH_ERROR_NOT_FINITE:
        return "not finite";
    case NOTCH_ERROR_MEMORY:
        return "memory";
    case NOTCH_ERROR_UNSUPPORTED:
        return "unsupported";
    case NOTCH_ERROR_INPUT:
        return "input";
    }
    return "unknown";
}
