/*
 * codec.h - from registers to a signal's value and back
 *
 * A coil, a discrete input and a bool that is written stand in the first register, as 0 or 1.
 */

#ifndef CODEC_H
#define CODEC_H

#include "map.h"

struct value {
    int64_t integer; /* bools and ints */
    double number;   /* floats */
};

struct raw {
    uint16_t registers[MAX_WIDTH];
};

/* The rv_kind of a signal: scaled numbers are floats. */
uint32_t kind_of(const struct map_signal *signal);

/* 0, or -1 for a float that is none (NaN, infinite), which no signal can hold. */
int decode(const struct map_signal *signal, const struct raw *raw, struct value *value);

/* 0, or 1 when the value does not fit: then it is the nearest that does. */
int encode(const struct map_signal *signal, const struct value *value, struct raw *raw);

#endif
