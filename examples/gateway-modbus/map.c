#include "map.h"

#include <stdlib.h>
#include <string.h>

int is_register(enum table table) {
    return table == HOLDING_REGISTER || table == INPUT_REGISTER;
}

unsigned width_of(const struct map_signal *signal) {
    static const unsigned char widths[] = {
        [TYPE_BOOL] = 1,   [TYPE_INT16] = 1, [TYPE_UINT16] = 1,  [TYPE_INT32] = 2,
        [TYPE_UINT32] = 2, [TYPE_INT64] = 4, [TYPE_FLOAT32] = 2, [TYPE_FLOAT64] = 4,
    };
    return widths[signal->type];
}

const char *table_name(enum table table) {
    static const char *const names[] = { "coil", "discrete_input", "holding_register", "input_register" };
    return names[table];
}

uint32_t first_bit_of(const struct map_signal *signal) {
    return is_register(signal->table) ? signal->address * 16u + (signal->bit == WHOLE ? 0 : (uint32_t)signal->bit)
                                      : signal->address;
}

uint32_t bits_of(const struct map_signal *signal) {
    return is_register(signal->table) && signal->bit == WHOLE ? width_of(signal) * 16u : 1;
}

int map_by_place(const void *left, const void *right) {
    const struct map_signal *const *a = left, *const *b = right;
    if ((*a)->table != (*b)->table)
        return (*a)->table < (*b)->table ? -1 : 1;
    if (first_bit_of(*a) != first_bit_of(*b))
        return first_bit_of(*a) < first_bit_of(*b) ? -1 : 1;
    return (*a)->line < (*b)->line ? -1 : (*a)->line > (*b)->line;
}

void map_free(struct map *map) {
    size_t i;
    for (i = 0; i < map->count; i++) {
        free(map->signals[i].name);
        free(map->signals[i].comment);
        free(map->signals[i].folder);
    }
    free(map->signals);
    memset(map, 0, sizeof *map);
}
