#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include <modbus.h>

static unsigned limit_of(enum table table) {
    return is_register(table) ? MODBUS_MAX_READ_REGISTERS : MODBUS_MAX_READ_BITS;
}

/* Whether the block can be made to reach over the signal, which does not begin before it. */
static int joins(const struct block *block, const struct map_signal *signal, const struct map *map) {
    unsigned gap = is_register(signal->table) ? map->register_gap : map->bit_gap;
    return block->table == signal->table && signal->address <= block->address + block->count + gap &&
           signal->address + width_of(signal) - block->address <= limit_of(signal->table);
}

static void extend(struct block *block, const struct map_signal *signal) {
    unsigned reach = signal->address + width_of(signal) - block->address;
    if (reach > block->count)
        block->count = (uint16_t)reach;
    block->end++;
}

int plan_make(struct plan *plan, const struct map *map) {
    size_t reads = 0, i;
    memset(plan, 0, sizeof *plan);
    plan->order = malloc(map->count * sizeof *plan->order);
    plan->blocks = malloc(map->count * sizeof *plan->blocks);
    if (!plan->order || !plan->blocks) {
        plan_free(plan);
        return -1;
    }
    for (i = 0; i < map->count; i++)
        if (map->signals[i].direction == PLC_WRITES)
            plan->order[reads++] = &map->signals[i];
    qsort(plan->order, reads, sizeof *plan->order, map_by_place);
    for (i = 0; i < reads; i++) {
        const struct map_signal *signal = plan->order[i];
        if (!plan->count || !joins(&plan->blocks[plan->count - 1], signal, map)) {
            struct block begin = { signal->table, signal->address, 0, i, i };
            plan->blocks[plan->count++] = begin;
        }
        extend(&plan->blocks[plan->count - 1], signal);
    }
    if (!plan->count) { /* nothing to read: one address, as a sign of life */
        struct block life = { map->signals[0].table, map->signals[0].address, 1, 0, 0 };
        plan->blocks[plan->count++] = life;
    }
    return 0;
}

void plan_free(struct plan *plan) {
    free(plan->order);
    free(plan->blocks);
    memset(plan, 0, sizeof *plan);
}
