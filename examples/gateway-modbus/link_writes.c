#include "link_writes.h"

#include <errno.h>
#include <string.h>

#include "log.h"

int is_refusal(int error) {
    /* A converter's 10 and 11 are no refusals: they say that the PLC behind it does not answer. */
    return error > MODBUS_ENOBASE && error < EMBXGPATH;
}

static int is_bit(const struct write *write) {
    return write->signal->bit != WHOLE;
}

/* Whether `next` can go into the request that begins with `first` and ends so far with `last`. */
static int joins(const struct write *first, const struct write *last, const struct write *next) {
    unsigned end = last->signal->address + width_of(last->signal);
    unsigned limit = first->signal->table == COIL ? MODBUS_MAX_WRITE_BITS : MODBUS_MAX_WRITE_REGISTERS;
    if (next->signal->table != first->signal->table || is_bit(next) != is_bit(first))
        return 0;
    if (is_bit(first))
        return next->signal->address == first->signal->address;
    return next->signal->address == end &&
           next->signal->address + width_of(next->signal) - first->signal->address <= limit;
}

static int write_coils(modbus_t *modbus, const struct write *run, size_t count) {
    uint8_t bits[MODBUS_MAX_WRITE_BITS];
    size_t i;
    for (i = 0; i < count; i++)
        bits[i] = (uint8_t)run[i].raw.registers[0];
    return count == 1 ? modbus_write_bit(modbus, run->signal->address, bits[0])
                      : modbus_write_bits(modbus, run->signal->address, (int)count, bits);
}

static int write_registers(modbus_t *modbus, const struct write *run, size_t count) {
    uint16_t words[MODBUS_MAX_WRITE_REGISTERS];
    int width = 0;
    size_t i;
    for (i = 0; i < count; i++) {
        memcpy(words + width, run[i].raw.registers, width_of(run[i].signal) * sizeof *words);
        width += (int)width_of(run[i].signal);
    }
    return width == 1 ? modbus_write_register(modbus, run->signal->address, words[0])
                      : modbus_write_registers(modbus, run->signal->address, width, words);
}

static int write_register_bits(struct link_writes *writes, modbus_t *modbus, const struct write *run, size_t count) {
    int address = run->signal->address;
    uint16_t mask = 0, value = 0, word;
    size_t i;
    for (i = 0; i < count; i++) {
        mask = (uint16_t)(mask | 1u << run[i].signal->bit);
        value = (uint16_t)(value | (unsigned)run[i].raw.registers[0] << run[i].signal->bit);
    }
    if (!writes->no_mask_write) {
        int result = modbus_mask_write_register(modbus, address, (uint16_t)~mask, value);
        if (result != -1 || errno != EMBXILFUN)
            return result;
        writes->no_mask_write = 1;
        complain("the PLC has no mask write (function 22): bits are written by reading and writing their register");
    }
    if (modbus_read_registers(modbus, address, 1, &word) == -1)
        return -1;
    return modbus_write_register(modbus, address, (uint16_t)((word & ~mask) | value));
}

static int write_run(struct link_writes *writes, modbus_t *modbus, const struct write *run, size_t count) {
    if (is_bit(run))
        return write_register_bits(writes, modbus, run, count);
    return run->signal->table == COIL ? write_coils(modbus, run, count) : write_registers(modbus, run, count);
}

/* Writes a run, and remembers and tells what became of it. Returns 0, 1 when it was refused, -1 as link_write. */
static int attempt(struct link_writes *writes, modbus_t *modbus, struct scan *scan, struct write *run, size_t count) {
    const struct map_signal *signal = run->signal;
    unsigned char *told = &writes->told[signal - writes->map->signals];
    size_t i;
    scan->requests++;
    if (write_run(writes, modbus, run, count) == -1) {
        int error = errno;
        if (!is_refusal(error))
            return -1;
        scan->refused++;
        if (count == 1 && !*told)
            complain("the PLC refuses \"%s\", %s %u: %s", signal->name, table_name(signal->table),
                     (unsigned)signal->address, modbus_strerror(error));
        *told |= count == 1;
        return 1;
    }
    for (i = 0; i < count; i++) {
        run[i].done = 1;
        writes->told[run[i].signal - writes->map->signals] = 0;
    }
    return 0;
}

int link_write(struct link_writes *writes, modbus_t *modbus, struct scan *scan) {
    size_t begin = 0, end, i;
    for (; begin < scan->write_count; begin = end) {
        struct write *run = &scan->writes[begin];
        int result;
        end = begin + 1;
        while (end < scan->write_count && joins(run, &scan->writes[end - 1], &scan->writes[end]))
            end++;
        result = attempt(writes, modbus, scan, run, end - begin);
        for (i = 0; result == 1 && end - begin > 1 && i < end - begin; i++) /* one by one */
            if (attempt(writes, modbus, scan, run + i, 1) == -1)
                return -1;
        if (result == -1)
            return -1;
    }
    return 0;
}
