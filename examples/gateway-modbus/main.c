/*
 * main.c - a gateway between a Modbus TCP PLC and realvirtual's WebSocket interface
 *
 * README.md has everything that a user needs. From the inside:
 *
 *   options         the command line
 *   map_read        the map file, with lines and mistakes for its messages; map_check, what all signals show together
 *   map, codec      what a signal is at the PLC, and its value from and to registers
 *   plan, outputs   what a scan reads, and what it writes
 *   link            the Modbus connection and one scan; link_writes, its writing half
 *   plc             the thread that the link lives in
 *   interface       the WebSocket side
 *   bridge          the cycle that joins both sides
 */

#define _POSIX_C_SOURCE 200809L

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "bridge.h"
#include "exit_codes.h"
#include "log.h"
#include "map.h"
#include "options.h"
#include "plan.h"

static volatile sig_atomic_t stop;

static void request_stop(int signal_number) {
    (void)signal_number;
    stop = 1;
}

static void stop_on_signals(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = request_stop;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static void tell_map(const char *file, const struct map *map, const struct plan *plan) {
    size_t i, inputs = 0;
    for (i = 0; i < map->count; i++)
        inputs += map->signals[i].direction == PLC_READS;
    printf("%s: %zu signals: %zu from the PLC in %zu reads, %zu to the PLC\n", file, map->count, map->count - inputs,
           plan->count, inputs);
    for (i = 0; i < plan->count; i++)
        printf("  read %s %u to %u\n", table_name(plan->blocks[i].table), (unsigned)plan->blocks[i].address,
               (unsigned)(plan->blocks[i].address + plan->blocks[i].count - 1));
}

static int run(const struct options *options, const struct map *map, const struct plan *plan) {
    struct bridge *bridge;
    int result;
    stop_on_signals();
    bridge = bridge_open(options, map, plan);
    if (!bridge)
        return EXIT_FAILED;
    result = bridge_run(bridge, &stop);
    bridge_close(bridge);
    return result < 0 ? EXIT_FAILED : EXIT_ENDED;
}

int main(int argc, char **argv) {
    struct options options;
    struct map map;
    struct plan plan;
    int result = EXIT_ENDED;
    options_read(&options, argc, argv);
    if (map_read(&map, options.check ? options.check : options.map) < 0)
        return EXIT_MAP;
    if (plan_make(&plan, &map) < 0) {
        complain("out of memory");
        result = EXIT_FAILED;
    } else if (options.check) {
        tell_map(options.check, &map, &plan);
    } else {
        result = run(&options, &map, &plan);
    }
    plan_free(&plan);
    map_free(&map);
    return result;
}
