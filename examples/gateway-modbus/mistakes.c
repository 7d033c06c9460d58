#include "mistakes.h"

#include <stdarg.h>
#include <stdio.h>

enum { MAX_SHOWN = 50 };

void mistake(struct mistakes *mistakes, unsigned line, const char *format, ...) {
    va_list arguments;
    if (++mistakes->count > MAX_SHOWN)
        return;
    fprintf(stderr, "%s:%u: ", mistakes->file, line);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

void mistakes_end(const struct mistakes *mistakes) {
    if (mistakes->count > MAX_SHOWN)
        fprintf(stderr, "%s: and %u more mistakes\n", mistakes->file, mistakes->count - MAX_SHOWN);
}
