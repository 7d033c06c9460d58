#include "outputs.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"

/* A level and back is one full pulse; three changes are one pulse and the change to the right level. */
enum { MAX_TOGGLES = 3 };

int outputs_make(struct outputs *outputs, const struct map *map, int64_t hold_ns) {
    const struct map_signal **order = malloc(map->count * sizeof *order);
    size_t i;
    memset(outputs, 0, sizeof *outputs);
    outputs->hold_ns = hold_ns;
    outputs->all = calloc(map->count, sizeof *outputs->all);
    outputs->of_signal = calloc(map->count, sizeof *outputs->of_signal);
    if (!order || !outputs->all || !outputs->of_signal) {
        free(order);
        outputs_free(outputs);
        return -1;
    }
    for (i = 0; i < map->count; i++)
        if (map->signals[i].direction == PLC_READS)
            order[outputs->count++] = &map->signals[i];
    qsort(order, outputs->count, sizeof *order, map_by_place);
    for (i = 0; i < outputs->count; i++) {
        outputs->all[i].signal = order[i];
        outputs->of_signal[order[i] - map->signals] = i;
    }
    free(order);
    return 0;
}

void outputs_free(struct outputs *outputs) {
    free(outputs->all);
    free(outputs->of_signal);
    memset(outputs, 0, sizeof *outputs);
}

/* Leaves out pulses until no more changes of level are left than that. */
static void limit_toggles(struct outputs *outputs, struct output *output, uint32_t most) {
    if (output->toggles > most) {
        uint32_t pulses = (output->toggles - most + 1) / 2;
        output->toggles -= 2 * pulses;
        outputs->pulses_dropped += pulses;
    }
}

void outputs_change(struct outputs *outputs, size_t signal, struct value value, uint32_t changes, int plc_is_there) {
    struct output *output = &outputs->all[outputs->of_signal[signal]];
    output->known = 1;
    output->wanted = value;
    if (output->signal->type != TYPE_BOOL) {
        output->due = 1;
        return;
    }
    output->toggles += changes;
    limit_toggles(outputs, output, plc_is_there ? MAX_TOGGLES : 1);
}

static void tell_limited(struct output *output, int limited) {
    if (limited && !output->limited)
        complain("%s: the value does not fit %s %u; its limit is written", output->signal->name,
                 table_name(output->signal->table), (unsigned)output->signal->address);
    output->limited = limited;
}

size_t outputs_collect(struct outputs *outputs, int64_t now, struct write *writes) {
    size_t i, count = 0;
    for (i = 0; i < outputs->count; i++) {
        struct output *output = &outputs->all[i];
        struct write *write = &writes[count];
        struct value value = output->wanted;
        if (!output->due && !output->toggles)
            continue;
        if (output->toggles) {
            if (now < output->hold_until)
                continue;
            output->toggles--;
            value.integer ^= output->toggles & 1;
        }
        output->due = 0;
        write->signal = output->signal;
        write->output = i;
        write->done = 0;
        tell_limited(output, encode(output->signal, &value, &write->raw));
        count++;
    }
    return count;
}

void outputs_written(struct outputs *outputs, const struct write *writes, size_t count, int64_t now) {
    size_t i;
    for (i = 0; i < count; i++) {
        struct output *output = &outputs->all[writes[i].output];
        if (writes[i].done)
            output->hold_until = now + outputs->hold_ns;
        else if (output->toggles) /* not done: a pulse is over, */
            outputs->pulses_dropped++;
        else /* and a value is tried again */
            output->due = 1;
    }
}

void outputs_lost(struct outputs *outputs) {
    size_t i;
    for (i = 0; i < outputs->count; i++) {
        struct output *output = &outputs->all[i];
        limit_toggles(outputs, output, 1);
        output->due = output->known;
    }
}
