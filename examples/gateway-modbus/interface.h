/* interface.h - the WebSocket side: options, the signals of a map, and what the library has to say */

#ifndef INTERFACE_H
#define INTERFACE_H

#include "map.h"
#include "options.h"
#include "realvirtual_ws.h"

/* Says what failed, for a negative result. Returns the result. */
int32_t tell_failure(const char *what, int32_t result);

/*
 * Creates and starts an interface whose signals are those of the map, in its order, so that a signal's id is its index
 * there; then PLC_Connected and PLC_AgeMs. NULL with a message when that fails.
 */
rv_interface *interface_open(const struct options *options, const struct map *map);

/* Sends what is due, and closes. */
void interface_close(rv_interface *iface);

/* Tells who comes and goes, and the library's warnings. */
void interface_tell(rv_interface *iface);

#endif
