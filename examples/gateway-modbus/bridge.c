#define _POSIX_C_SOURCE 200809L
#include "bridge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "interface.h"
#include "log.h"
#include "outputs.h"

enum { AGE_STEP_MS = 100, TELL_MS = 100 };

struct counters {
    uint64_t cycles, overruns, scans, slow_scans, requests, refused, reconnects;
    int64_t scan_ns, longest_scan_ns; /* of the scans since the last status line */
    uint64_t timed_scans;
};

struct bridge {
    const struct options *options;
    const struct map *map;
    rv_interface *iface;
    struct plc *plc;
    struct outputs outputs;
    struct scan scan;
    struct raw *known;      /* by index in the map: what PLC signals hold */
    unsigned char *decoded; /* by index in the map: `known` is something that was read */
    rv_change *changes;
    rv_value *values;
    int busy;      /* a scan is under way */
    int connected; /* the PLC answered the last scan */
    int64_t complete_at;
    struct counters counters;
};

struct bridge *bridge_open(const struct options *options, const struct map *map, const struct plan *plan) {
    struct bridge *bridge = calloc(1, sizeof *bridge);
    size_t count = map->count + 2;
    if (!bridge) {
        complain("out of memory");
        return NULL;
    }
    bridge->options = options;
    bridge->map = map;
    bridge->scan.writes = calloc(count, sizeof *bridge->scan.writes);
    bridge->scan.raw = calloc(count, sizeof *bridge->scan.raw);
    bridge->scan.read = calloc(count, sizeof *bridge->scan.read);
    bridge->known = calloc(count, sizeof *bridge->known);
    bridge->decoded = calloc(count, sizeof *bridge->decoded);
    bridge->changes = calloc(count, sizeof *bridge->changes);
    bridge->values = calloc(count, sizeof *bridge->values);
    bridge->complete_at = now_ns();
    if (!bridge->scan.writes || !bridge->scan.raw || !bridge->scan.read || !bridge->known || !bridge->decoded ||
        !bridge->changes || !bridge->values || outputs_make(&bridge->outputs, map, options->hold_ms * MS) < 0) {
        complain("out of memory");
        bridge_close(bridge);
        return NULL;
    }
    bridge->iface = interface_open(options, map);
    bridge->plc = bridge->iface ? plc_open(&options->plc, map, plan) : NULL;
    if (!bridge->plc) {
        bridge_close(bridge);
        return NULL;
    }
    return bridge;
}

void bridge_close(struct bridge *bridge) {
    if (bridge->iface) /* first: the twins need not wait for a PLC that hangs */
        interface_close(bridge->iface);
    if (bridge->plc)
        plc_close(bridge->plc);
    outputs_free(&bridge->outputs);
    free(bridge->scan.writes);
    free(bridge->scan.raw);
    free(bridge->scan.read);
    free(bridge->known);
    free(bridge->decoded);
    free(bridge->changes);
    free(bridge->values);
    free(bridge);
}

/* Takes what the twin has changed. A twin that is gone leaves its last values. */
static int poll_twin(struct bridge *bridge) {
    int32_t count, i;
    count = tell_failure("rv_poll_changes",
                         rv_poll_changes(bridge->iface, bridge->changes, (uint32_t)bridge->map->count + 2));
    for (i = 0; i < count; i++) {
        const rv_change *change = &bridge->changes[i];
        struct value value = { change->integer, change->number };
        if (change->signal < bridge->map->count && change->change_count > 0)
            outputs_change(&bridge->outputs, change->signal, value, change->change_count, bridge->connected);
    }
    return count < 0 ? -1 : 0;
}

static void begin_scan(struct bridge *bridge, int64_t now) {
    bridge->scan.write_count =
        bridge->connected ? outputs_collect(&bridge->outputs, now, bridge->scan.writes) : 0;
    bridge->busy = 1;
    plc_begin(bridge->plc, &bridge->scan);
}

/* Takes the results of a scan, except for what it read. */
static void take_scan(struct bridge *bridge) {
    struct counters *counters = &bridge->counters;
    struct scan *scan = &bridge->scan;
    int64_t now = now_ns();
    bridge->busy = 0;
    counters->requests += scan->requests;
    counters->refused += scan->refused;
    scan->requests = scan->refused = 0;
    outputs_written(&bridge->outputs, scan->writes, scan->write_count, now);
    if (scan->connected) {
        counters->scans++;
        counters->timed_scans++;
        counters->scan_ns += scan->duration_ns;
        if (scan->duration_ns > counters->longest_scan_ns)
            counters->longest_scan_ns = scan->duration_ns;
        counters->reconnects += !bridge->connected;
    } else if (bridge->connected) {
        outputs_lost(&bridge->outputs);
    }
    bridge->connected = scan->connected;
    if (scan->complete)
        bridge->complete_at = now;
}

/* Adds what the scan read and what differs from before to the values. Returns how many. */
static uint32_t changed_inputs(struct bridge *bridge) {
    uint32_t count = 0, i;
    for (i = 0; i < bridge->map->count; i++) {
        const struct map_signal *signal = &bridge->map->signals[i];
        const struct raw *raw = &bridge->scan.raw[i];
        struct value value;
        if (!bridge->scan.read[i] || (bridge->decoded[i] && !memcmp(raw, &bridge->known[i], sizeof *raw)))
            continue;
        bridge->known[i] = *raw;
        bridge->decoded[i] = 1;
        if (decode(signal, raw, &value) < 0)
            continue; /* NaN or infinite: no signal can hold it, so the last value stays */
        bridge->values[count].signal = i;
        bridge->values[count].kind = kind_of(signal);
        bridge->values[count].integer = value.integer;
        bridge->values[count].number = value.number;
        count++;
    }
    return count;
}

/* Puts everything that is new to the twin out in one message. */
static int publish(struct bridge *bridge, uint32_t count) {
    rv_value *own = &bridge->values[count];
    int64_t age_ms = (now_ns() - bridge->complete_at) / MS;
    own[0].signal = (uint32_t)bridge->map->count;
    own[0].kind = RV_KIND_BOOL;
    own[0].integer = bridge->connected;
    own[1].signal = own[0].signal + 1;
    own[1].kind = RV_KIND_INT;
    own[1].integer = age_ms / AGE_STEP_MS * AGE_STEP_MS; /* in steps, so that it is no change in every cycle */
    if (tell_failure("rv_set_values", rv_set_values(bridge->iface, bridge->values, count + 2)) < 0 ||
        tell_failure("rv_flush", rv_flush(bridge->iface)) < 0)
        return -1;
    return 0;
}

/* Waits for the scan, until then at most, and gives the twin what there is. */
static int finish_cycle(struct bridge *bridge, int64_t until_ns) {
    uint32_t count = 0;
    if (bridge->busy && plc_finished(bridge->plc, until_ns)) {
        take_scan(bridge);
        count = changed_inputs(bridge);
    }
    return publish(bridge, count);
}

static void tell_status(struct bridge *bridge) {
    struct counters *counters = &bridge->counters;
    rv_info info;
    rv_stats stats;
    if (rv_get_info(bridge->iface, &info, sizeof info) < 0 || rv_get_stats(bridge->iface, &stats, sizeof stats) < 0)
        return;
    say("status: plc=%s age_ms=%" PRId64 " scans=%" PRIu64 " scan_ms=%.1f scan_ms_max=%.1f slow_scans=%" PRIu64
        " overruns=%" PRIu64 " reconnects=%" PRIu64 " requests=%" PRIu64 " refused=%" PRIu64 " pulses_dropped=%" PRIu64
        " peers=%u frames_in=%" PRIu64 " frames_out=%" PRIu64 " rejected=%" PRIu64,
        bridge->connected ? "connected" : "gone", (now_ns() - bridge->complete_at) / MS, counters->scans,
        counters->timed_scans ? (double)counters->scan_ns / (double)counters->timed_scans / 1e6 : 0,
        (double)counters->longest_scan_ns / 1e6, counters->slow_scans, counters->overruns, counters->reconnects,
        counters->requests, counters->refused, bridge->outputs.pulses_dropped, (unsigned)info.clients, stats.frames_in,
        stats.frames_out, stats.rejected_type + stats.rejected_direction);
    counters->timed_scans = 0;
    counters->scan_ns = counters->longest_scan_ns = 0;
}

/* The twin's last values and unfinished pulses to the PLC, if it answers, and the PLC's last values to the twin. */
static int bring_last_values(struct bridge *bridge) {
    int64_t until = now_ns() + bridge->options->plc.timeout_ms * MS;
    int result = poll_twin(bridge);
    int written = 0;
    while (result == 0 && !written && (bridge->busy || bridge->connected) && now_ns() < until) {
        if (!bridge->busy) {
            begin_scan(bridge, INT64_MAX);
            written = !bridge->scan.write_count;
        }
        result = finish_cycle(bridge, until);
    }
    return result;
}

static int run_cycle(struct bridge *bridge, int64_t until_ns) {
    bridge->counters.cycles++;
    if (poll_twin(bridge) < 0)
        return -1;
    if (bridge->busy)
        bridge->counters.slow_scans++;
    else
        begin_scan(bridge, now_ns());
    return finish_cycle(bridge, until_ns);
}

int bridge_run(struct bridge *bridge, const volatile sig_atomic_t *stop) {
    struct counters *counters = &bridge->counters;
    int64_t cycle = bridge->options->cycle_ms * MS, status = bridge->options->status_s * 1000 * MS;
    int64_t began = now_ns(), begin = began, ended, status_at = begin + status, tell_at = begin;
    int result = 0;
    while (!*stop && result == 0) {
        int64_t now = now_ns();
        result = run_cycle(bridge, begin + cycle);
        if (now >= tell_at) {
            interface_tell(bridge->iface);
            tell_at = now + TELL_MS * MS;
        }
        if (status && now >= status_at) {
            tell_status(bridge);
            status_at += status;
        }
        begin += cycle;
        now = now_ns();
        if (now > begin) { /* late: leave out what has passed instead of making it up */
            int64_t missed = (now - begin) / cycle;
            counters->overruns += (uint64_t)missed;
            begin += missed * cycle;
        }
        sleep_until(begin);
    }
    ended = now_ns();
    if (result == 0)
        result = bring_last_values(bridge);
    tell_status(bridge);
    say("ended after %" PRIu64 " cycles in %.2f s", counters->cycles, (double)(ended - began) / 1e9);
    return result;
}
