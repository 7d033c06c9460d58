/*
 * bridge.h - the cycle between the WebSocket interface and the PLC
 *
 * Each cycle: take what the twin has changed (one rv_poll_changes), begin a scan of the PLC, wait for it until the
 * cycle's end at most, and put what it read out in one message (one rv_set_values). A scan that takes longer than the
 * cycle goes on in its thread, and its results go out in the cycle in which it ends.
 */

#ifndef BRIDGE_H
#define BRIDGE_H

#include <signal.h>

#include "map.h"
#include "options.h"

struct bridge;

/* Opens both sides; NULL with a message when that fails. The options, the map and the plan must outlive it. */
struct bridge *bridge_open(const struct options *options, const struct map *map, const struct plan *plan);

/* Runs cycles until *stop is set, then brings the last values to both sides. Returns 0, or -1 with a message. */
int bridge_run(struct bridge *bridge, const volatile sig_atomic_t *stop);

void bridge_close(struct bridge *bridge);

#endif
