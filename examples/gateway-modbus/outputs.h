/*
 * outputs.h - what the PLC is to be written: the signals of direction input, as the twin set them
 *
 * Numbers: the newest value counts. Bools: every level that the twin sets lasts at the PLC for one scan at least, and
 * for the hold time, so that a pulse of a millisecond reaches the coil. A bool that toggles faster than it can be
 * written ends in the right level after one full pulse; the pulses left out are counted. While the PLC is away pulses
 * are dropped and counted, so that an old "Start" never fires late; levels and numbers are kept, and written again when
 * it is back. A signal that the twin has never set is never written.
 */

#ifndef OUTPUTS_H
#define OUTPUTS_H

#include "codec.h"
#include "map.h"

struct output {
    const struct map_signal *signal;
    struct value wanted;
    uint32_t toggles;   /* bool: changes of level still to be written, of which the last gives `wanted` */
    int due;            /* `wanted` is to be written even without toggles */
    int known;          /* the twin has set it */
    int limited;        /* the value does not fit the PLC's type */
    int64_t hold_until; /* bool: the level stays until then */
};

struct outputs {
    struct output *all; /* by place, so that neighbours can be written together */
    size_t *of_signal;  /* the index into `all` of the signal with this index in the map */
    size_t count;
    int64_t hold_ns;
    uint64_t pulses_dropped;
};

/* One write: filled here, carried out by plc.c, which sets `done`. */
struct write {
    const struct map_signal *signal;
    size_t output;
    struct raw raw;
    int done;
};

int outputs_make(struct outputs *outputs, const struct map *map, int64_t hold_ns);
void outputs_free(struct outputs *outputs);

/* The twin has changed the signal with this index in the map so many times, the last time to `value`. */
void outputs_change(struct outputs *outputs, size_t signal, struct value value, uint32_t changes, int plc_is_there);

/* What this scan is to write, by place; room for `count` of outputs. Returns how many. */
size_t outputs_collect(struct outputs *outputs, int64_t now, struct write *writes);

/* What became of them. */
void outputs_written(struct outputs *outputs, const struct write *writes, size_t count, int64_t now);

/* The PLC is gone: what it holds is unknown from now on. */
void outputs_lost(struct outputs *outputs);

#endif
