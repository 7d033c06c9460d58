/* A program of somebody who has installed the library: a server and a client in one process exchange a value over a
   socket. C99, and nothing but the installed header. Prints the value that came through. */
#include <stdio.h>

#include <realvirtual_ws.h>

static int fail(const char *what) {
    char message[1025] = "";
    rv_last_error(message, sizeof message, NULL);
    fprintf(stderr, "%s: %s\n", what, message);
    rv_shutdown_all(0);
    return 1;
}

int main(void) {
    rv_options options;
    rv_info info;
    rv_interface *twin = NULL, *plc = NULL;
    uint32_t speed = 0, here = 0;
    int tries;
    double value = 0;

    if (rv_abi_version() != RV_ABI_VERSION)
        return fail("header and library differ");
    if (rv_options_init(&options, sizeof options, RV_MODE_SERVER) < 0)
        return fail("rv_options_init");
    options.port = 0;
    if (rv_create(&options, &twin) < 0 || rv_add_signal(twin, "Speed", RV_KIND_FLOAT, RV_DIRECTION_INPUT, &speed) < 0 ||
        rv_start(twin) < 0 || rv_get_info(twin, &info, sizeof info) < 0)
        return fail("the server");
    if (rv_options_init(&options, sizeof options, RV_MODE_CLIENT) < 0)
        return fail("rv_options_init");
    options.port = (uint16_t)info.port;
    if (rv_create(&options, &plc) < 0 || rv_start(plc) < 0 || rv_wait_connected(plc, 5000) < 0 ||
        rv_import(plc, 5000, NULL, 0) < 0 || rv_find_signal(plc, "Speed", &here) < 0)
        return fail("the client");
    if (rv_set_float(twin, speed, 12.5) < 0)
        return fail("rv_set_float");
    for (tries = 0; tries < 50 && value != 12.5; tries++) {
        rv_change change;
        rv_event event;
        rv_wait(plc, 100);
        while (rv_poll_changes(plc, &change, 1) > 0 || rv_poll_event(plc, &event, NULL, 0, NULL) > 0)
            ;
        if (rv_get_float(plc, here, &value) < 0)
            return fail("rv_get_float");
    }
    printf("Speed = %g\n", value);
    rv_destroy(plc);
    rv_destroy(twin);
    return value == 12.5 ? 0 : 1;
}
