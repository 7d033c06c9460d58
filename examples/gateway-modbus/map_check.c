#include "map_check.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *left, const void *right) {
    const struct map_signal *const *a = left, *const *b = right;
    int order = strcmp((*a)->name, (*b)->name);
    return order ? order : (*a)->line < (*b)->line ? -1 : (*a)->line > (*b)->line;
}

static void check_names(struct mistakes *mistakes, const struct map_signal **sorted, size_t count) {
    size_t i, first = 0;
    qsort(sorted, count, sizeof *sorted, by_name);
    for (i = 1; i < count; i++) {
        if (strcmp(sorted[i]->name, sorted[first]->name))
            first = i;
        else
            mistake(mistakes, sorted[i]->line, "name \"%s\" is taken by line %u", sorted[i]->name, sorted[first]->line);
    }
}

static void check_overlaps(struct mistakes *mistakes, const struct map_signal **sorted, size_t count) {
    size_t i, last = 0; /* last: the one that reaches furthest so far */
    qsort(sorted, count, sizeof *sorted, map_by_place);
    for (i = 1; i < count; i++) {
        const struct map_signal *here = sorted[i], *before = sorted[last];
        if (here->table == before->table && first_bit_of(here) < first_bit_of(before) + bits_of(before)) {
            mistake(mistakes, here->line > before->line ? here->line : before->line,
                    "\"%s\" and \"%s\" (line %u) both write %s %u", here->name, before->name,
                    here->line > before->line ? before->line : here->line, table_name(here->table),
                    (unsigned)here->address);
            if (first_bit_of(here) + bits_of(here) <= first_bit_of(before) + bits_of(before))
                continue;
        }
        last = i;
    }
}

void map_check(const struct map *map, struct mistakes *mistakes) {
    const struct map_signal **sorted = malloc((map->count + 1) * sizeof *sorted);
    size_t i, writes = 0;
    if (!sorted) {
        mistake(mistakes, 1, "out of memory");
        return;
    }
    for (i = 0; i < map->count; i++)
        sorted[i] = &map->signals[i];
    check_names(mistakes, sorted, map->count);
    for (i = 0; i < map->count; i++)
        if (map->signals[i].direction == PLC_READS)
            sorted[writes++] = &map->signals[i];
    check_overlaps(mistakes, sorted, writes);
    free(sorted);
}
