/* mistakes.h - what is wrong with a map file, told line by line */

#ifndef MISTAKES_H
#define MISTAKES_H

#include "log.h"

struct mistakes {
    const char *file;
    unsigned count;
};

/* Says on standard error what is wrong on a line, as file:line: reason, and counts it. */
void mistake(struct mistakes *mistakes, unsigned line, const char *format, ...) PRINTF_LIKE(3, 4);

/* Says how many were counted and not shown, because they were too many. */
void mistakes_end(const struct mistakes *mistakes);

#endif
