/* link_writes.h - the writes of a scan, in as few requests as their places allow */

#ifndef LINK_WRITES_H
#define LINK_WRITES_H

#include <modbus.h>

#include "plc.h"

struct link_writes {
    const struct map *map;
    unsigned char *told; /* by index in the map: its refusal was told */
    int no_mask_write;   /* the PLC does not know function 22 */
};

/* Whether the PLC has answered, though not with what it was asked for. */
int is_refusal(int error);

/*
 * Carries out the writes of the scan, which stand in the order of their places: coils and registers without a gap
 * between them with one request; bits of one register with one, function 22, or where the PLC does not know that, by
 * reading and writing the register. Sets `done` of each. What is refused together is tried one by one. Returns 0, or -1
 * with errno when the connection is lost.
 */
int link_write(struct link_writes *writes, modbus_t *modbus, struct scan *scan);

#endif
