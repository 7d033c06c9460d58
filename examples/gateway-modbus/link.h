/*
 * link.h - the Modbus connection: connecting, one scan, and what to make of failures
 *
 * A refusal (a Modbus exception) is an answer: the connection stays, what was refused is told once and tried again in
 * the next scan. Anything else - no answer in time, a broken connection, a converter that cannot reach its PLC - ends
 * the connection, because an answer that comes late would be taken for the next one's.
 */

#ifndef LINK_H
#define LINK_H

#include "plc.h"

struct link;

struct link *link_open(const struct plc_options *options, const struct map *map, const struct plan *plan);
void link_close(struct link *link);

/* Writes and reads. Connects first if need be and if it is time to; returns at once if it is not. */
void link_scan(struct link *link, struct scan *scan);

#endif
