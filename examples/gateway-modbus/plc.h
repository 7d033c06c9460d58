/*
 * plc.h - the connection to the PLC, in a thread of its own
 *
 * A PLC that is slow, hangs or is switched off makes Modbus calls wait. They wait here, so that the WebSocket side goes
 * on in its cycle. The two sides hand one struct scan back and forth and never touch it at the same time: the bridge
 * fills in the writes and calls plc_begin, the thread writes and reads, and plc_finished hands the results back.
 *
 * The thread connects, notices that the PLC is gone, and connects again, first after retry_ms and then after twice as
 * long each time, up to retry_max_ms.
 */

#ifndef PLC_H
#define PLC_H

#include "codec.h"
#include "outputs.h"
#include "plan.h"

struct plc_options {
    const char *host;
    unsigned port, unit;
    unsigned timeout_ms; /* for a connection, and for the response to one request */
    unsigned retry_ms, retry_max_ms;
};

struct scan {
    /* in */
    struct write *writes;
    size_t write_count;
    /* out */
    int connected;        /* the PLC has answered everything, if only with a refusal */
    int complete;         /* every block was read */
    struct raw *raw;      /* by index in the map; what was not read keeps the former value */
    unsigned char *read;  /* by index in the map: read in this scan */
    int64_t duration_ns;
    uint64_t requests, refused;
};

struct plc;

/* Starts the thread. The map, the plan and the options must outlive it. NULL with a message when that fails. */
struct plc *plc_open(const struct plc_options *options, const struct map *map, const struct plan *plan);

/* Ends the thread; waits for a scan that is under way, which with a PLC that hangs takes the time-out of a request. */
void plc_close(struct plc *plc);

/* Begins a scan, when none is under way. */
void plc_begin(struct plc *plc, struct scan *scan);

/* Waits until the scan is finished: 1, or 0 when it is not by `until_ns`. */
int plc_finished(struct plc *plc, int64_t until_ns);

#endif
