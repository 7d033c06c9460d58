/* Tests of the shared library as a C program sees it. Usage: tests [label] [part of a test's name] */

#include "check.h"

int failures_in_test;
static int passed, failed;
static const char *filter = "";

void test_failed(const char *file, int line, const char *what) {
    fprintf(stderr, "  %s:%d: %s\n", file, line, what);
    failures_in_test++;
}

void result_failed(const char *file, int line, const char *call, int32_t got, int32_t expected) {
    char message[1025] = "";
    rv_last_error(message, sizeof message, NULL);
    fprintf(stderr, "  %s:%d: %s gave %d %s, not %d %s; last error: %s\n", file, line, call, (int)got,
            rv_result_name(got), (int)expected, rv_result_name(expected), message);
    failures_in_test++;
}

/* Runs a test; interfaces that it leaves behind, also when it fails in the middle, end with it. */
void run_test(const char *name, void (*test)(void)) {
    if (!strstr(name, filter))
        return;
    failures_in_test = 0;
    test();
    rv_shutdown_all(1000);
    if (failures_in_test) {
        failed++;
        fprintf(stderr, "FAILED %s\n", name);
    } else {
        passed++;
    }
}

static rv_interface *open_interface(rv_mode mode, uint32_t port, rv_perspective perspective) {
    rv_options options;
    rv_interface *iface = NULL;
    if (rv_options_init(&options, sizeof options, mode) < 0)
        return NULL;
    options.port = (uint16_t)port;
    options.own_perspective = perspective;
    options.reconnect_interval_ms = 50;
    rv_create(&options, &iface);
    return iface;
}

rv_interface *open_server(rv_perspective perspective) {
    return open_interface(RV_MODE_SERVER, 0, perspective);
}

rv_interface *open_client(uint32_t port, rv_perspective perspective) {
    return open_interface(RV_MODE_CLIENT, port, perspective);
}

uint32_t port_of(rv_interface *iface) {
    rv_info info;
    return rv_get_info(iface, &info, sizeof info) == RV_OK ? info.port : 0;
}

int has_bool(rv_interface *iface, uint32_t id, uint8_t expected) {
    uint8_t value = 99;
    return rv_get_bool(iface, id, &value) == RV_OK && value == expected;
}

int has_int(rv_interface *iface, uint32_t id, int64_t expected) {
    int64_t value = 0;
    return rv_get_int(iface, id, &value) == RV_OK && value == expected;
}

int has_float(rv_interface *iface, uint32_t id, double expected) {
    double value = 0;
    return rv_get_float(iface, id, &value) == RV_OK && value == expected;
}

int has_text(rv_interface *iface, uint32_t id, const char *expected) {
    static char value[65537];
    return rv_get_text(iface, id, value, sizeof value, NULL) == RV_OK && !strcmp(value, expected);
}

int main(int argc, char **argv) {
    const char *label = argc > 1 ? argv[1] : "c";
    if (argc > 2)
        filter = argv[2];
    if (rv_abi_version() != RV_ABI_VERSION) {
        fprintf(stderr, "the library has ABI version %u, the header %u\n", (unsigned)rv_abi_version(),
                (unsigned)RV_ABI_VERSION);
        return 1;
    }
    exchange_tests();
    error_tests();
    poll_tests();
    lifecycle_tests();
    list_tests();
    sequence_tests();
    printf("%s: %d passed, %d failed\n", label, passed, failed);
    return failed > 0 || passed == 0;
}
