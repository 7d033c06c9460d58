/* A digital twin with one signal in each direction, as a server on port 7000 (or the one given) for 30 seconds. */
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "realvirtual_ws.h"

int main(int argc, char **argv) {
    rv_options options;
    rv_interface *iface = NULL;
    rv_change changes[64];
    uint32_t sensor = 0, motor = 0;
    int32_t count, i;
    int cycle;
    struct timespec cycle_time = { 0, 100000000 }; /* 100 ms */

    rv_options_init(&options, sizeof options, RV_MODE_SERVER);
    options.port = (uint16_t)(argc > 1 ? atoi(argv[1]) : 7000);
    if (rv_create(&options, &iface) < 0 ||
        rv_add_signal(iface, "Sensor", RV_KIND_BOOL, RV_DIRECTION_INPUT, &sensor) < 0 ||
        rv_add_signal(iface, "Motor", RV_KIND_FLOAT, RV_DIRECTION_OUTPUT, &motor) < 0 ||
        rv_start(iface) < 0) {
        char message[1025];
        rv_last_error(message, sizeof message, NULL);
        fprintf(stderr, "%s\n", message);
        rv_destroy(iface);
        return 1;
    }
    for (cycle = 0; cycle < 300; cycle++) {
        count = rv_poll_changes(iface, changes, 64);
        for (i = 0; i < count; i++)
            if (changes[i].signal == motor && changes[i].change_count > 0) /* and not only its quality */
                printf("Motor = %g\n", changes[i].number);
        fflush(stdout);
        rv_set_bool(iface, sensor, cycle % 10 < 5); /* a part passes every second */
        nanosleep(&cycle_time, NULL);
    }
    rv_stop(iface, 1000);
    rv_destroy(iface);
    return 0;
}
