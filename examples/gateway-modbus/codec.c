#include "codec.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "realvirtual_ws.h"

uint32_t kind_of(const struct map_signal *signal) {
    if (signal->type == TYPE_BOOL)
        return RV_KIND_BOOL;
    return signal->scaled || signal->type == TYPE_FLOAT32 || signal->type == TYPE_FLOAT64 ? RV_KIND_FLOAT : RV_KIND_INT;
}

static uint16_t swapped(uint16_t word) {
    return (uint16_t)(word << 8 | word >> 8);
}

/* Brings registers into the order ABCD, or from it into the signal's: each of the four orders undoes itself. */
static void reorder(const struct map_signal *signal, const uint16_t *from, uint16_t *to) {
    unsigned width = width_of(signal), i;
    int swap_words = signal->order == ORDER_CDAB || signal->order == ORDER_DCBA;
    int swap_bytes = signal->order == ORDER_BADC || signal->order == ORDER_DCBA;
    for (i = 0; i < width; i++) {
        uint16_t word = from[swap_words ? width - 1 - i : i];
        to[i] = swap_bytes ? swapped(word) : word;
    }
}

/* The shortest decimal number that is this float, so that 0.1 does not arrive as 0.10000000149011612. */
static double shortest(float value) {
    char text[32];
    int digits;
    for (digits = 1; digits < 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value)
            return strtod(text, NULL);
    }
    return (double)value;
}

int decode(const struct map_signal *signal, const struct raw *raw, struct value *value) {
    uint16_t words[MAX_WIDTH];
    uint64_t bits = 0;
    unsigned i;
    memset(value, 0, sizeof *value);
    if (signal->type == TYPE_BOOL) {
        value->integer = signal->bit == WHOLE ? raw->registers[0] != 0 : raw->registers[0] >> signal->bit & 1;
        return 0;
    }
    reorder(signal, raw->registers, words);
    for (i = 0; i < width_of(signal); i++)
        bits = bits << 16 | words[i];
    switch (signal->type) {
    case TYPE_INT16: value->integer = (int16_t)bits; break;
    case TYPE_INT32: value->integer = (int32_t)bits; break;
    case TYPE_FLOAT32: {
        uint32_t half = (uint32_t)bits;
        float number;
        memcpy(&number, &half, sizeof number);
        value->number = isfinite(number) ? shortest(number) : (double)number;
        break;
    }
    case TYPE_FLOAT64: memcpy(&value->number, &bits, sizeof bits); break;
    default: value->integer = (int64_t)bits;
    }
    if (signal->scaled) {
        if (signal->type != TYPE_FLOAT32 && signal->type != TYPE_FLOAT64)
            value->number = (double)value->integer;
        value->number = value->number * signal->scale + signal->offset;
    }
    return isfinite(value->number) ? 0 : -1;
}

struct range {
    int64_t low, high;
};

static struct range range_of(enum type type) {
    static const struct range ranges[] = {
        [TYPE_BOOL] = { 0, 1 },
        [TYPE_INT16] = { INT16_MIN, INT16_MAX },
        [TYPE_UINT16] = { 0, UINT16_MAX },
        [TYPE_INT32] = { INT32_MIN, INT32_MAX },
        [TYPE_UINT32] = { 0, UINT32_MAX },
        [TYPE_INT64] = { INT64_MIN, INT64_MAX },
    };
    return ranges[type];
}

static int limit_integer(int64_t value, struct range range, int64_t *limited) {
    *limited = value < range.low ? range.low : value > range.high ? range.high : value;
    return *limited != value;
}

/* As limit_integer, for what may be beyond any integer. As a double the largest int64 is 2^63, which is none. */
static int limit_number(double value, struct range range, int64_t *limited) {
    double rounded = round(value);
    int low = rounded < (double)range.low, high = rounded >= (double)range.high + 1;
    *limited = low ? range.low : high ? range.high : (int64_t)rounded;
    return low || high;
}

static int limit_float(double value, double largest, double *limited) {
    *limited = value > largest ? largest : value < -largest ? -largest : value;
    return *limited != value;
}

int encode(const struct map_signal *signal, const struct value *value, struct raw *raw) {
    uint16_t words[MAX_WIDTH];
    uint64_t bits;
    double number = value->number;
    int limited = 0;
    unsigned i;
    memset(raw, 0, sizeof *raw);
    if (signal->type == TYPE_BOOL) {
        raw->registers[0] = value->integer != 0;
        return 0;
    }
    if (signal->scaled)
        number = (number - signal->offset) / signal->scale;
    if (signal->type == TYPE_FLOAT64) {
        limited = limit_float(number, DBL_MAX, &number);
        memcpy(&bits, &number, sizeof bits);
    } else if (signal->type == TYPE_FLOAT32) {
        float single;
        uint32_t half;
        limited = limit_float(number, FLT_MAX, &number);
        single = (float)number;
        memcpy(&half, &single, sizeof half);
        bits = half;
    } else {
        int64_t integer;
        limited = signal->scaled ? limit_number(number, range_of(signal->type), &integer)
                                 : limit_integer(value->integer, range_of(signal->type), &integer);
        bits = (uint64_t)integer;
    }
    for (i = width_of(signal); i > 0; i--) {
        words[i - 1] = (uint16_t)bits;
        bits >>= 16;
    }
    reorder(signal, words, raw->registers);
    return limited;
}
