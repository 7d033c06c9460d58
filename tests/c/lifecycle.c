/* Creating, starting, stopping, and what stands in the way. */

#include "check.h"

static int32_t start_server(const char *address, uint32_t port, rv_interface **iface) {
    rv_options options;
    int32_t result = rv_options_init(&options, sizeof options, RV_MODE_SERVER);
    options.address = address;
    options.port = (uint16_t)port;
    *iface = NULL;
    if (result >= 0)
        result = rv_create(&options, iface);
    return result < 0 ? result : rv_start(*iface);
}

static int32_t connect_once(const char *address, uint32_t port, rv_interface **iface) {
    rv_options options;
    int32_t result = rv_options_init(&options, sizeof options, RV_MODE_CLIENT);
    options.address = address;
    options.port = (uint16_t)port;
    options.auto_reconnect = 0;
    *iface = NULL;
    if (result >= 0)
        result = rv_create(&options, iface);
    if (result >= 0)
        result = rv_start(*iface);
    return result < 0 ? result : rv_wait_connected(*iface, 20000);
}

static void port_0_is_a_free_port_that_can_be_read_back(void) {
    rv_interface *first, *second;
    rv_info info;
    OK(start_server("127.0.0.1", 0, &first));
    OK(start_server("127.0.0.1", 0, &second));
    OK(rv_get_info(first, &info, sizeof info));
    CHECK(info.mode == RV_MODE_SERVER && info.state == RV_STATE_LISTENING);
    CHECK(info.port > 0 && info.port < 65536 && info.port != port_of(second));
}

static void a_port_in_use_is_named_with_the_remedy(void) {
    rv_interface *first, *second;
    char port[16];
    OK(start_server("127.0.0.1", 0, &first));
    RESULT(RV_ERR_PORT_IN_USE, start_server("127.0.0.1", port_of(first), &second));
    sprintf(port, "%u", (unsigned)port_of(first));
    MESSAGE(port);
    MESSAGE("another");
}

static void a_bad_address_is_named_with_the_remedy(void) {
    rv_interface *iface;
    RESULT(RV_ERR_ADDRESS, start_server("127.0.0.256", 0, &iface));
    MESSAGE("127.0.0.256");
    MESSAGE("use 127.0.0.1");
}

static void an_address_of_another_machine_is_named(void) {
    rv_options options;
    rv_interface *iface = NULL;
    OK(rv_options_init(&options, sizeof options, RV_MODE_SERVER));
    options.address = "192.0.2.1"; /* for documentation: never this machine's */
    options.port = 0;
    options.allow_anonymous_network = 1;
    OK(rv_create(&options, &iface));
    RESULT(RV_ERR_ADDRESS, rv_start(iface));
    MESSAGE("192.0.2.1");
}

static void a_wider_bind_needs_a_word(void) {
    rv_interface *iface;
    RESULT(RV_ERR_INSECURE_BIND, start_server("0.0.0.0", 0, &iface));
    MESSAGE("allow_anonymous_network");
}

static void a_name_that_does_not_resolve_is_named(void) {
    rv_interface *iface;
    rv_info info;
    RESULT(RV_ERR_RESOLVE, connect_once("no-such-host.invalid", 7000, &iface));
    MESSAGE("no-such-host.invalid");
    OK(rv_get_info(iface, &info, sizeof info));
    CHECK(info.state == RV_STATE_FAILED && info.last_error == RV_ERR_RESOLVE);
    RESULT(RV_ERR_RESOLVE, start_server("no-such-host.invalid", 0, &iface));
    MESSAGE("no-such-host.invalid");
    MESSAGE("127.0.0.1");
}

static void a_port_where_nothing_listens_is_named(void) {
    rv_interface *server, *client;
    uint32_t port;
    OK(start_server("127.0.0.1", 0, &server));
    port = port_of(server);
    OK(rv_stop(server, 1000));
    RESULT(RV_ERR_REFUSED, connect_once("127.0.0.1", port, &client));
    MESSAGE("is the server started");
}

static void stopping_gives_the_port_back_at_once(void) {
    rv_interface *server, *other, *client;
    uint32_t port;
    int round;
    OK(start_server("127.0.0.1", 0, &server));
    port = port_of(server);
    OK(connect_once("127.0.0.1", port, &client));
    OK(rv_stop(server, 1000));
    OK(rv_stop(server, 1000));
    OK(start_server("127.0.0.1", port, &other));
    OK(rv_destroy(other));
    for (round = 0; round < 3; round++) {
        OK(rv_start(server));
        OK(rv_start(server));
        OK(rv_stop(server, 1000));
    }
}

static void options_of_another_size(void) {
    /* What a program passes that was compiled with a later header: more fields at the end. */
    struct {
        rv_options known;
        uint64_t later;
    } newer;
    rv_interface *iface = NULL;
    memset(&newer, 0, sizeof newer);
    OK(rv_options_init(&newer.known, sizeof newer, RV_MODE_SERVER));
    CHECK(newer.known.struct_size == sizeof newer && newer.later == 0);
    OK(rv_create(&newer.known, &iface));
    OK(rv_destroy(iface));
    newer.later = 1;
    RESULT(RV_ERR_ARGUMENT, rv_create(&newer.known, &iface));
    MESSAGE(rv_version());
    CHECK(iface == NULL);
    newer.known.struct_size = 8; /* no version was ever that small */
    RESULT(RV_ERR_STRUCT_SIZE, rv_create(&newer.known, &iface));
    RESULT(RV_ERR_STRUCT_SIZE, rv_options_init(&newer.known, 8, RV_MODE_SERVER));
}

static void results_of_another_size(void) {
    struct {
        rv_info known;
        uint64_t later;
    } newer;
    rv_interface *server;
    OK(start_server("127.0.0.1", 0, &server));
    memset(&newer, 0xff, sizeof newer);
    OK(rv_get_info(server, &newer.known, sizeof newer));
    CHECK(newer.known.state == RV_STATE_LISTENING && newer.later == 0);
    RESULT(RV_ERR_STRUCT_SIZE, rv_get_info(server, &newer.known, 4));
}

static void an_option_out_of_range_is_named(void) {
    rv_options options;
    rv_interface *iface = (rv_interface *)&options;
    OK(rv_options_init(&options, sizeof options, RV_MODE_CLIENT));
    options.update_cycle_ms = 0;
    RESULT(RV_ERR_ARGUMENT, rv_create(&options, &iface));
    MESSAGE("update_cycle");
    CHECK(iface == NULL);
    OK(rv_options_init(&options, sizeof options, RV_MODE_CLIENT));
    options.own_perspective = (rv_perspective)9;
    RESULT(RV_ERR_ARGUMENT, rv_create(&options, &iface));
    MESSAGE("own_perspective");
    RESULT(RV_ERR_ARGUMENT, rv_options_init(&options, sizeof options, (rv_mode)9));
}

static void interfaces_are_counted_and_can_be_ended_together(void) {
    rv_interface *first, *second;
    CHECK(rv_live_count() == 0);
    OK(start_server("127.0.0.1", 0, &first));
    second = open_server(RV_PERSPECTIVE_SIMULATION);
    CHECK(second && rv_live_count() == 2);
    OK(rv_shutdown_all(1000));
    CHECK(rv_live_count() == 0);
    RESULT(RV_ERR_HANDLE, rv_destroy(first));
}

static void results_have_names(void) {
    CHECK(!strcmp(rv_result_name(RV_ERR_PORT_IN_USE), "RV_ERR_PORT_IN_USE"));
    CHECK(!strcmp(rv_result_name(3), "RV_OK"));
    CHECK(!strcmp(rv_result_name(-9999), "RV_ERR_UNKNOWN"));
}

void lifecycle_tests(void) {
    RUN(port_0_is_a_free_port_that_can_be_read_back);
    RUN(a_port_in_use_is_named_with_the_remedy);
    RUN(a_bad_address_is_named_with_the_remedy);
    RUN(an_address_of_another_machine_is_named);
    RUN(a_wider_bind_needs_a_word);
    RUN(a_name_that_does_not_resolve_is_named);
    RUN(a_port_where_nothing_listens_is_named);
    RUN(stopping_gives_the_port_back_at_once);
    RUN(options_of_another_size);
    RUN(results_of_another_size);
    RUN(an_option_out_of_range_is_named);
    RUN(interfaces_are_counted_and_can_be_ended_together);
    RUN(results_have_names);
}
