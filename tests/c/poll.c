/* Polling and waiting. */

#include "check.h"

enum { SIGNALS = 5 };

/* A server with five ints that the client, which has imported them, writes. */
static int connect_five(rv_interface **server, rv_interface **client) {
    static const char *const names[SIGNALS] = { "a", "b", "c", "d", "e" };
    uint32_t i, id;
    rv_change change;
    *server = open_server(RV_PERSPECTIVE_SIMULATION);
    for (i = 0; i < SIGNALS; i++)
        if (rv_add_signal(*server, names[i], RV_KIND_INT, RV_DIRECTION_OUTPUT, &id) < 0)
            return 0;
    if (rv_start(*server) < 0)
        return 0;
    *client = open_client(port_of(*server), RV_PERSPECTIVE_CONTROLLER);
    if (rv_start(*client) < 0 || rv_wait_connected(*client, 5000) < 0 || rv_import(*client, 5000, NULL, 0) < 0)
        return 0;
    while (rv_poll_changes(*server, &change, 1) > 0)
        ;
    return 1;
}

static int32_t set_five(rv_interface *client, int64_t value) {
    rv_value values[SIGNALS];
    uint32_t i;
    memset(values, 0, sizeof values);
    for (i = 0; i < SIGNALS; i++) {
        values[i].signal = i;
        values[i].kind = RV_KIND_INT;
        values[i].integer = value + i;
    }
    return rv_set_values(client, values, SIGNALS);
}

static void drain(rv_interface *iface) {
    rv_change changes[SIGNALS];
    rv_event event;
    rv_log_record record;
    while (rv_poll_changes(iface, changes, SIGNALS) > 0)
        ;
    while (rv_poll_event(iface, &event, NULL, 0, NULL) == 1)
        ;
    while (rv_poll_log(iface, &record, sizeof record, NULL, 0, NULL) == 1)
        ;
}

static void a_small_capacity_is_told_that_there_is_more(void) {
    rv_interface *server, *client;
    rv_change changes[SIGNALS];
    CHECK(connect_five(&server, &client));
    OK(set_five(client, 10));
    EVENTUALLY(has_int(server, 4, 14));
    RESULT(2, rv_poll_changes(server, changes, 2));
    CHECK(changes[0].signal == 0 && changes[1].signal == 1 && changes[1].integer == 11);
    CHECK(changes[1].flags & RV_CHANGE_MORE);
    RESULT(3, rv_poll_changes(server, changes, SIGNALS));
    CHECK(changes[0].signal == 2 && changes[2].signal == 4);
    CHECK(!(changes[2].flags & RV_CHANGE_MORE));
    RESULT(0, rv_poll_changes(server, changes, SIGNALS));
    OK(set_five(client, 20));
    EVENTUALLY(has_int(server, 4, 24));
    RESULT(SIGNALS, rv_poll_changes(server, changes, SIGNALS));
    CHECK(!(changes[SIGNALS - 1].flags & RV_CHANGE_MORE));
}

static void a_signal_is_one_record_however_often_it_changed(void) {
    rv_interface *server, *client;
    rv_change changes[SIGNALS];
    int64_t value;
    CHECK(connect_five(&server, &client));
    for (value = 1; value <= 5; value++) {
        OK(rv_set_int(client, 3, value));
        EVENTUALLY(has_int(server, 3, value));
    }
    RESULT(1, rv_poll_changes(server, changes, SIGNALS));
    CHECK(changes[0].signal == 3 && changes[0].integer == 5 && changes[0].change_count == 5);
    CHECK(changes[0].rise_count == 0);
}

static void a_pulse_between_two_polls_is_a_rise(void) {
    rv_interface *server = open_server(RV_PERSPECTIVE_SIMULATION), *client;
    rv_change change;
    uint32_t id = 0;
    CHECK(server);
    OK(rv_add_signal(server, "Start", RV_KIND_BOOL, RV_DIRECTION_OUTPUT, &id));
    OK(rv_start(server));
    client = open_client(port_of(server), RV_PERSPECTIVE_CONTROLLER);
    CHECK(client);
    OK(rv_import(client, 5000, NULL, 0));
    OK(rv_start(client));
    OK(rv_set_bool(client, id, 1));
    EVENTUALLY(has_bool(server, id, 1));
    OK(rv_set_bool(client, id, 0));
    EVENTUALLY(has_bool(server, id, 0));
    RESULT(1, rv_poll_changes(server, &change, 1));
    CHECK(change.integer == 0 && change.rise_count == 1 && change.change_count >= 2);
}

static void manual_sending_waits_for_the_flush(void) {
    rv_interface *server, *client = NULL;
    rv_options options;
    uint32_t id = 0;
    server = open_server(RV_PERSPECTIVE_SIMULATION);
    CHECK(server);
    OK(rv_add_signal(server, "a", RV_KIND_INT, RV_DIRECTION_OUTPUT, &id));
    OK(rv_start(server));
    OK(rv_options_init(&options, sizeof options, RV_MODE_CLIENT));
    options.port = (uint16_t)port_of(server);
    options.send_mode = RV_SEND_MANUAL;
    OK(rv_create(&options, &client));
    OK(rv_start(client));
    OK(rv_wait_connected(client, 5000));
    OK(rv_import(client, 5000, NULL, 0));
    pause_ms(700); /* the exchange of states after the connect is over */
    OK(rv_set_int(client, id, 1));
    pause_ms(200);
    CHECK(has_int(server, id, 0));
    OK(rv_flush(client));
    EVENTUALLY(has_int(server, id, 1));
}

static void the_event_is_set_while_there_is_something(void) {
    rv_interface *server, *client;
    intptr_t event = 0, again = -1;
    CHECK(connect_five(&server, &client));
    OK(event_of(server, &event));
    OK(event_of(server, &again));
    CHECK(event == again);
    pause_ms(100); /* let what belongs to the connection arrive */
    drain(server);
    CHECK(!event_is_set(event, 0));
    OK(set_five(client, 1));
    CHECK(event_is_set(event, 5000));
    CHECK(event_is_set(event, 0)); /* as long as there is something */
    EVENTUALLY(has_int(server, 4, 5));
    drain(server);
    CHECK(!event_is_set(event, 0));
    RESULT(RV_ERR_UNSUPPORTED, event_of_another_system(server));
    MESSAGE("use rv_event_");
}

static void waiting_ends_with_the_time_or_with_a_change(void) {
    rv_interface *server, *client;
    int64_t begin;
    CHECK(connect_five(&server, &client));
    pause_ms(100);
    drain(server);
    begin = milliseconds();
    RESULT(0, rv_wait(server, 50));
    CHECK(milliseconds() - begin >= 45);
    OK(rv_set_int(client, 0, 1));
    begin = milliseconds();
    RESULT(1, rv_wait(server, 5000));
    CHECK(milliseconds() - begin < 1000);
    RESULT(1, rv_wait(server, 0));
    drain(server);
    RESULT(0, rv_wait(server, 0));
}

struct waiter {
    rv_interface *iface;
    int32_t result;
    intptr_t event;
    int woken;
};

static void wait_in_the_library(void *argument) {
    struct waiter *waiter = (struct waiter *)argument;
    waiter->result = rv_wait(waiter->iface, 60000);
}

static void wait_for_the_event(void *argument) {
    struct waiter *waiter = (struct waiter *)argument;
    waiter->woken = event_is_set(waiter->event, 60000);
}

static void a_destroy_wakes_whoever_waits(void) {
    struct waiter waiter;
    struct thread in_library, in_loop;
    int64_t begin;
    memset(&waiter, 0, sizeof waiter);
    waiter.iface = open_server(RV_PERSPECTIVE_SIMULATION);
    CHECK(waiter.iface);
    OK(rv_start(waiter.iface));
    OK(event_of(waiter.iface, &waiter.event));
    drain(waiter.iface);
    CHECK(start_thread(&in_library, wait_in_the_library, &waiter));
    CHECK(start_thread(&in_loop, wait_for_the_event, &waiter));
    pause_ms(100);
    begin = milliseconds();
    OK(rv_destroy(waiter.iface));
    CHECK(milliseconds() - begin < 500);
    join_thread(&in_library);
    join_thread(&in_loop);
    CHECK(milliseconds() - begin < 1000);
    CHECK(waiter.result == RV_ERR_HANDLE);
    CHECK(waiter.woken);
}

void poll_tests(void) {
    RUN(a_small_capacity_is_told_that_there_is_more);
    RUN(a_signal_is_one_record_however_often_it_changed);
    RUN(a_pulse_between_two_polls_is_a_rise);
    RUN(manual_sending_waits_for_the_flush);
    RUN(the_event_is_set_while_there_is_something);
    RUN(waiting_ends_with_the_time_or_with_a_change);
    RUN(a_destroy_wakes_whoever_waits);
}
