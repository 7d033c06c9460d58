/* What callers do wrong, and what they are told. */

#include "check.h"

#include <math.h>

/* A server, not started, whose signals 0 to 3 are of the kinds bool, int, float, text and writable. */
static rv_interface *with_signals(void) {
    static const char *const names[] = { "bool", "int", "float", "text" };
    rv_interface *iface = open_server(RV_PERSPECTIVE_SIMULATION);
    uint32_t i, id;
    for (i = 0; i < 4; i++)
        if (rv_add_signal(iface, names[i], (rv_kind)(i + 1), RV_DIRECTION_INPUT, &id) < 0 || id != i)
            return NULL;
    return iface;
}

static void a_buffer_that_is_too_short_is_told_its_size(void) {
    rv_interface *iface = with_signals();
    char text[8];
    size_t required = 0;
    CHECK(iface);
    OK(rv_set_text(iface, 3, "12345"));
    RESULT(RV_ERR_BUFFER, rv_get_text(iface, 3, text, 5, &required));
    CHECK(required == 6);
    required = 0;
    RESULT(RV_ERR_BUFFER, rv_get_text(iface, 3, NULL, 0, &required));
    CHECK(required == 6);
    OK(rv_get_text(iface, 3, text, 6, NULL));
    CHECK(!strcmp(text, "12345"));
    RESULT(RV_ERR_BUFFER, rv_get_signal_name(iface, 2, text, 5, &required));
    CHECK(required == 6);
    OK(rv_get_signal_name(iface, 2, text, 6, &required));
    CHECK(!strcmp(text, "float"));
}

static void the_last_error_survives_a_short_buffer(void) {
    rv_interface *iface = with_signals();
    char text[1025];
    size_t required = 0;
    CHECK(iface);
    RESULT(RV_ERR_NOT_FOUND, rv_set_bool(iface, 99, 1));
    RESULT(RV_ERR_BUFFER, rv_last_error(text, 3, &required));
    CHECK(required > 3);
    OK(rv_last_error(text, required, NULL));
    CHECK(strlen(text) + 1 == required);
    CHECK(strstr(text, "99"));
}

static void an_event_stays_until_its_text_fits(void) {
    rv_interface *server = open_server(RV_PERSPECTIVE_SIMULATION), *client;
    rv_event event;
    char text[256];
    size_t required = 0;
    int32_t result;
    CHECK(server);
    OK(rv_start(server));
    client = open_client(port_of(server), RV_PERSPECTIVE_SIMULATION);
    CHECK(client);
    OK(rv_start(client));
    OK(rv_wait_connected(server, 5000));
    do {
        result = rv_poll_event(server, &event, text, 2, &required);
        CHECK(result != 0);
        if (result == RV_ERR_BUFFER) {
            CHECK(required > 2 && required <= sizeof text);
            RESULT(1, rv_poll_event(server, &event, text, required, NULL));
            CHECK(strlen(text) + 1 == required);
        }
    } while (event.type != RV_EVENT_CLIENT_JOINED);
    CHECK(event.client > 0 && strstr(text, "realvirtual-ws"));
}

static void the_wrong_kind_is_refused(void) {
    rv_interface *iface = with_signals();
    double number;
    CHECK(iface);
    RESULT(RV_ERR_KIND, rv_set_bool(iface, 1, 1));
    RESULT(RV_ERR_KIND, rv_set_int(iface, 2, 1));
    RESULT(RV_ERR_KIND, rv_set_text(iface, 0, "true"));
    RESULT(RV_ERR_KIND, rv_get_float(iface, 1, &number));
    MESSAGE("int");
    CHECK(has_int(iface, 1, 0));
}

static void values_that_cannot_be_sent_are_refused(void) {
    rv_interface *iface = with_signals();
    char *text = (char *)malloc(65538);
    CHECK(iface && text);
    RESULT(RV_ERR_NOT_FINITE, rv_set_float(iface, 2, (double)NAN));
    RESULT(RV_ERR_NOT_FINITE, rv_set_float(iface, 2, (double)-INFINITY));
    RESULT(RV_ERR_UTF8, rv_set_text(iface, 3, "\xff"));
    memset(text, 'x', 65537);
    text[65537] = '\0';
    RESULT(RV_ERR_TEXT, rv_set_text(iface, 3, text));
    text[65536] = '\0';
    OK(rv_set_text(iface, 3, text));
    free(text);
}

static void a_signal_that_peers_write_cannot_be_set(void) {
    rv_interface *iface = open_server(RV_PERSPECTIVE_SIMULATION);
    uint32_t id = 0;
    CHECK(iface);
    OK(rv_add_signal(iface, "Motor", RV_KIND_BOOL, RV_DIRECTION_OUTPUT, &id));
    RESULT(RV_ERR_NOT_WRITABLE, rv_set_bool(iface, id, 1));
    MESSAGE("Motor");
    MESSAGE("own_perspective");
}

static void declarations_that_do_not_fit_are_refused(void) {
    rv_interface *iface = with_signals();
    char name[514];
    uint32_t id = 77;
    CHECK(iface);
    OK(rv_add_signal(iface, "int", RV_KIND_INT, RV_DIRECTION_INPUT, &id)); /* the same once more */
    CHECK(id == 1);
    RESULT(RV_ERR_EXISTS, rv_add_signal(iface, "int", RV_KIND_FLOAT, RV_DIRECTION_INPUT, &id));
    RESULT(RV_ERR_NAME, rv_add_signal(iface, "", RV_KIND_BOOL, RV_DIRECTION_INPUT, &id));
    memset(name, 'n', 513);
    name[513] = '\0';
    RESULT(RV_ERR_NAME, rv_add_signal(iface, name, RV_KIND_BOOL, RV_DIRECTION_INPUT, &id));
    RESULT(RV_ERR_ARGUMENT, rv_add_signal(iface, "new", (rv_kind)9, RV_DIRECTION_INPUT, &id));
    RESULT(RV_ERR_NULL, rv_add_signal(iface, NULL, RV_KIND_BOOL, RV_DIRECTION_INPUT, &id));
    RESULT(RV_ERR_NOT_FOUND, rv_find_signal(iface, "Int", &id)); /* case matters */
    RESULT(4, rv_signal_count(iface));
}

static void set_values_is_all_or_nothing_and_names_the_index(void) {
    rv_interface *iface = with_signals();
    rv_value values[3];
    CHECK(iface);
    memset(values, 0, sizeof values);
    values[0].signal = 0;
    values[0].kind = RV_KIND_BOOL;
    values[0].integer = 1;
    values[1].signal = 1;
    values[1].kind = RV_KIND_INT;
    values[1].integer = 42;
    values[2].signal = 2;
    values[2].kind = RV_KIND_INT; /* it is a float */
    RESULT(RV_ERR_KIND, rv_set_values(iface, values, 3));
    MESSAGE("2");
    CHECK(has_bool(iface, 0, 0) && has_int(iface, 1, 0));
    values[2].kind = RV_KIND_FLOAT;
    values[2].number = 0.5;
    values[1].signal = 1000;
    RESULT(RV_ERR_NOT_FOUND, rv_set_values(iface, values, 3));
    MESSAGE("1");
    CHECK(has_bool(iface, 0, 0) && has_float(iface, 2, 0));
    values[1].signal = 1;
    OK(rv_set_values(iface, values, 3));
    CHECK(has_bool(iface, 0, 1) && has_int(iface, 1, 42) && has_float(iface, 2, 0.5));
}

static void a_stale_handle_is_an_error_for_ever(void) {
    rv_interface *iface = with_signals(), *other;
    rv_stats stats;
    CHECK(iface);
    OK(rv_destroy(iface));
    RESULT(RV_ERR_HANDLE, rv_destroy(iface));
    other = with_signals();
    CHECK(other && other != iface);
    RESULT(RV_ERR_HANDLE, rv_set_bool(iface, 0, 1));
    RESULT(RV_ERR_HANDLE, rv_get_stats(iface, &stats, sizeof stats));
    RESULT(RV_ERR_HANDLE, rv_signal_count(NULL));
    MESSAGE("handle");
    RESULT(4, rv_signal_count(other));
}

void error_tests(void) {
    RUN(a_buffer_that_is_too_short_is_told_its_size);
    RUN(the_last_error_survives_a_short_buffer);
    RUN(an_event_stays_until_its_text_fits);
    RUN(the_wrong_kind_is_refused);
    RUN(values_that_cannot_be_sent_are_refused);
    RUN(a_signal_that_peers_write_cannot_be_set);
    RUN(declarations_that_do_not_fit_are_refused);
    RUN(set_values_is_all_or_nothing_and_names_the_index);
    RUN(a_stale_handle_is_an_error_for_ever);
}
