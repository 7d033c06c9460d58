/*
 * lines.h - on which line each value of a JSON text stands
 *
 * Jansson tells the line of what is no JSON, but not where a value stood that is JSON and still wrong. Its values come
 * in the order of the text, so the n-th value of a walk through the tree is the n-th one found here.
 */

#ifndef LINES_H
#define LINES_H

#include <stddef.h>

/*
 * The line, from 1, of each value of a text that is known to be JSON: containers before what they hold, a member by the
 * line of its name. NULL when memory is short; otherwise free it.
 */
unsigned *lines_of_values(const char *text, size_t length);

#endif
