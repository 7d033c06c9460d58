#include "lines.h"

#include <stdlib.h>
#include <string.h>

static size_t after_string(const char *text, size_t quote) {
    size_t at = quote + 1;
    while (text[at] != '"')
        at += text[at] == '\\' ? 2 : 1;
    return at + 1;
}

unsigned *lines_of_values(const char *text, size_t length) {
    unsigned *lines = malloc((length + 1) * sizeof *lines); /* every value takes a byte at least */
    unsigned line = 1, name_line = 0;
    size_t at = 0, count = 0;
    if (!lines)
        return NULL;
    while (at < length) {
        char c = text[at];
        if (c == '\n')
            line++;
        if (strchr(" \t\r\n,:]}", c)) {
            at++;
            continue;
        }
        if (c == '"') {
            size_t next;
            at = after_string(text, at);
            for (next = at; next < length && strchr(" \t\r\n", text[next]); next++) {
            }
            if (next < length && text[next] == ':') {
                name_line = line;
                continue;
            }
        } else if (c == '{' || c == '[') {
            at++;
        } else {
            while (at < length && !strchr(" \t\r\n,]}", text[at]))
                at++;
        }
        lines[count++] = name_line ? name_line : line;
        name_line = 0;
    }
    return lines;
}
