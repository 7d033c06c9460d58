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

static void tell_overlap(struct mistakes *mistakes, const struct map_signal *here, const struct map_signal *before) {
    const struct map_signal *first = here->line < before->line ? here : before;
    const struct map_signal *second = first == here ? before : here;
    mistake(mistakes, second->line, "\"%s\" and \"%s\" (line %u) both write %s %u", second->name, first->name,
            first->line, table_name(here->table), (unsigned)here->address);
}

static uint32_t end_of(const struct map_signal *signal) {
    return first_bit_of(signal) + bits_of(signal);
}

static void check_overlaps(struct mistakes *mistakes, const struct map_signal **sorted, size_t count) {
    size_t i, furthest = 0; /* the one of this table that reaches furthest so far */
    qsort(sorted, count, sizeof *sorted, map_by_place);
    for (i = 1; i < count; i++) {
        const struct map_signal *here = sorted[i], *before = sorted[furthest];
        if (here->table == before->table && first_bit_of(here) < end_of(before))
            tell_overlap(mistakes, here, before);
        if (here->table != before->table || end_of(here) > end_of(before))
            furthest = i;
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
