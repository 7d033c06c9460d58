#define _POSIX_C_SOURCE 200809L
#include "log.h"

#include <stdarg.h>
#include <stdio.h>

static void line(FILE *to, const char *format, va_list arguments) {
    flockfile(to);
    fputs("gateway-modbus: ", to);
    vfprintf(to, format, arguments);
    fputc('\n', to);
    fflush(to);
    funlockfile(to);
}

void say(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    line(stdout, format, arguments);
    va_end(arguments);
}

void complain(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    line(stderr, format, arguments);
    va_end(arguments);
}
