#define _POSIX_C_SOURCE 200809L
#include "link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netdb.h>
#include <sys/socket.h>

#include <modbus.h>

#include "clock.h"
#include "link_writes.h"
#include "log.h"

struct link {
    const struct plc_options *options;
    const struct map *map;
    const struct plan *plan;
    modbus_t *modbus; /* NULL = not connected */
    int answered;     /* a whole scan of this connection was answered */
    int64_t retry_at, retry_ns;
    char reason[160];             /* of the last failure, to tell each only once */
    unsigned char *block_refused; /* by block: told already */
    struct link_writes writes;
};

struct link *link_open(const struct plc_options *options, const struct map *map, const struct plan *plan) {
    struct link *link = calloc(1, sizeof *link);
    if (!link)
        return NULL;
    link->options = options;
    link->map = map;
    link->plan = plan;
    link->retry_ns = options->retry_ms * MS;
    link->block_refused = calloc(plan->count, 1);
    link->writes.told = calloc(map->count, 1);
    link->writes.map = map;
    if (!link->block_refused || !link->writes.told) {
        link_close(link);
        return NULL;
    }
    return link;
}

static void disconnect(struct link *link) {
    if (link->modbus) {
        modbus_close(link->modbus);
        modbus_free(link->modbus);
    }
    link->modbus = NULL;
    link->answered = 0;
}

void link_close(struct link *link) {
    disconnect(link);
    free(link->block_refused);
    free(link->writes.told);
    free(link);
}

/* Ends the connection, if there is one, and sets the time of the next attempt. */
static void lost(struct link *link, const char *what, const char *why) {
    char reason[sizeof link->reason];
    snprintf(reason, sizeof reason, "%s: %s", what, why);
    if (link->answered || strcmp(reason, link->reason)) {
        complain("PLC %s:%u is gone: %s; trying again", link->options->host, link->options->port, reason);
        strcpy(link->reason, reason);
    }
    disconnect(link);
    link->retry_at = now_ns() + link->retry_ns;
    link->retry_ns *= 2;
    if (link->retry_ns > link->options->retry_max_ms * MS)
        link->retry_ns = link->options->retry_max_ms * MS;
}

/* 0 when the name has an address, or an error of getaddrinfo: libmodbus looks it up too, but does not say what failed. */
static int unresolved(const char *host, const char *port) {
    struct addrinfo hints, *found;
    int error;
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    error = getaddrinfo(host, port, &hints, &found);
    if (!error)
        freeaddrinfo(found);
    return error;
}

/* 0, or -1 when there is no connection. */
static int connect_if_due(struct link *link) {
    char port[8];
    int error;
    if (link->modbus)
        return 0;
    if (now_ns() < link->retry_at)
        return -1;
    snprintf(port, sizeof port, "%u", link->options->port);
    error = unresolved(link->options->host, port);
    if (error) {
        lost(link, "looking the name up", gai_strerror(error));
        return -1;
    }
    link->modbus = modbus_new_tcp_pi(link->options->host, port);
    if (!link->modbus) {
        lost(link, "connecting", modbus_strerror(errno));
        return -1;
    }
    modbus_set_slave(link->modbus, (int)link->options->unit);
    modbus_set_response_timeout(link->modbus, link->options->timeout_ms / 1000,
                                link->options->timeout_ms % 1000 * 1000);
    modbus_set_byte_timeout(link->modbus, 0, 0); /* the time-out is for the whole response */
    if (modbus_connect(link->modbus) == -1) {
        /* When its time is up libmodbus leaves what connect said at the beginning. */
        lost(link, "connecting", modbus_strerror(errno == EINPROGRESS ? ETIMEDOUT : errno));
        return -1;
    }
    return 0;
}

static int read_block(struct link *link, const struct block *block, uint16_t *words) {
    uint8_t bits[MODBUS_MAX_READ_BITS];
    int i, result;
    switch (block->table) {
    case HOLDING_REGISTER: return modbus_read_registers(link->modbus, block->address, block->count, words);
    case INPUT_REGISTER: return modbus_read_input_registers(link->modbus, block->address, block->count, words);
    case COIL: result = modbus_read_bits(link->modbus, block->address, block->count, bits); break;
    default: result = modbus_read_input_bits(link->modbus, block->address, block->count, bits);
    }
    for (i = 0; i < result; i++)
        words[i] = bits[i];
    return result;
}

static void hand_out(const struct link *link, const struct block *block, const uint16_t *words, struct scan *scan) {
    size_t i;
    for (i = block->first; i < block->end; i++) {
        const struct map_signal *signal = link->plan->order[i];
        size_t index = (size_t)(signal - link->map->signals);
        memcpy(scan->raw[index].registers, words + (signal->address - block->address),
               width_of(signal) * sizeof *words);
        scan->read[index] = 1;
    }
}

static void tell_refused(struct link *link, size_t number, int error) {
    const struct block *block = &link->plan->blocks[number];
    if (!link->block_refused[number])
        complain("the PLC refuses to read %s %u to %u: %s", table_name(block->table), (unsigned)block->address,
                 (unsigned)(block->address + block->count - 1), modbus_strerror(error));
    link->block_refused[number] = 1;
}

/* 0, or -1 when the connection is lost. */
static int read_blocks(struct link *link, struct scan *scan) {
    uint16_t words[MODBUS_MAX_READ_BITS];
    int complete = 1;
    size_t i;
    for (i = 0; i < link->plan->count; i++) {
        const struct block *block = &link->plan->blocks[i];
        scan->requests++;
        if (read_block(link, block, words) != -1) {
            hand_out(link, block, words, scan);
            link->block_refused[i] = 0;
        } else if (is_refusal(errno)) {
            tell_refused(link, i, errno);
            scan->refused++;
            complete = 0;
        } else {
            lost(link, "reading", modbus_strerror(errno));
            return -1;
        }
    }
    scan->complete = complete;
    return 0;
}

void link_scan(struct link *link, struct scan *scan) {
    int64_t began = now_ns();
    scan->connected = scan->complete = 0;
    memset(scan->read, 0, link->map->count);
    if (connect_if_due(link) == 0) {
        if (link_write(&link->writes, link->modbus, scan) == -1)
            lost(link, "writing", modbus_strerror(errno));
        else if (read_blocks(link, scan) == 0)
            scan->connected = 1;
    }
    if (scan->connected && !link->answered) {
        say("PLC %s:%u answers", link->options->host, link->options->port);
        link->answered = 1;
        link->reason[0] = '\0';
        link->retry_ns = link->options->retry_ms * MS;
    }
    scan->duration_ns = now_ns() - began;
}
