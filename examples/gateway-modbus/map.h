/*
 * map.h - which signal is which address of the PLC
 *
 * Read from a JSON file, whose format README.md describes. A map that was read is right in itself: names are unique,
 * addresses exist, types fit their tables, and no two signals write the same bits.
 */

#ifndef MAP_H
#define MAP_H

#include <stddef.h>
#include <stdint.h>

enum direction { PLC_READS, PLC_WRITES }; /* "input" and "output" of the file: the PLC's point of view */
enum table { COIL, DISCRETE_INPUT, HOLDING_REGISTER, INPUT_REGISTER };
enum type { TYPE_BOOL, TYPE_INT16, TYPE_UINT16, TYPE_INT32, TYPE_UINT32, TYPE_INT64, TYPE_FLOAT32, TYPE_FLOAT64 };

/* Where the bytes A B C D of a number, A the most significant, stand in its registers. */
enum order { ORDER_ABCD, ORDER_CDAB, ORDER_BADC, ORDER_DCBA };

enum { WHOLE = -1, MAX_WIDTH = 4, LAST_ADDRESS = 65535 };

struct map_signal {
    char *name, *comment, *folder; /* the last two may be NULL */
    enum direction direction;
    enum table table;
    enum type type;
    enum order order;
    uint16_t address;
    int bit; /* of its register, 0 the least significant; WHOLE for everything that is no bit of a register */
    int scaled;
    double scale, offset; /* signal = number at the PLC * scale + offset */
    unsigned line;
};

struct map {
    struct map_signal *signals;
    size_t count;
    unsigned register_gap, bit_gap; /* how many addresses between signals may be read along */
};

/* The signals that the gateway adds. */
#define CONNECTED_NAME "PLC_Connected"
#define AGE_NAME "PLC_AgeMs"

/*
 * Reads a map, or says on standard error what is wrong with it: a line for each mistake, as file:line: reason. Returns
 * 0, or -1 and an empty map. map_free gives back what it holds.
 */
int map_read(struct map *map, const char *file);
void map_free(struct map *map);

/* How many addresses a signal takes. */
unsigned width_of(const struct map_signal *signal);

/* The bits that a signal takes of its table, counted through all addresses: the first, and how many. */
uint32_t first_bit_of(const struct map_signal *signal);
uint32_t bits_of(const struct map_signal *signal);

/* For qsort: orders pointers to signals by table and first bit, then as in the file. */
int map_by_place(const void *left, const void *right);

int is_register(enum table table);
const char *table_name(enum table table);

#endif
