/*
 * plan.h - which reads a scan makes
 *
 * Signals whose addresses are neighbours are read with one request, as many as a Modbus response holds: 125 registers
 * or 2000 bits. Addresses between them are read along if there are no more of them than the map's gap allows; it is 0
 * unless the map says otherwise, because many PLCs refuse a read that touches an address they do not have.
 */

#ifndef PLAN_H
#define PLAN_H

#include "map.h"

struct block {
    enum table table;
    uint16_t address, count; /* what is read */
    size_t first, end;       /* its signals: plan.order[first] up to, and without, plan.order[end] */
};

struct plan {
    const struct map_signal **order; /* the signals that are read, by place */
    struct block *blocks;
    size_t count;
};

/* Returns 0, or -1 when memory is short. The map must outlive the plan. */
int plan_make(struct plan *plan, const struct map *map);
void plan_free(struct plan *plan);

#endif
