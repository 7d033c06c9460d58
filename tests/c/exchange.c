/* Values between a server and a client in one process. */

#include "check.h"

static const char TEXT[] = "gr\xc3\xbcn \"quoted\" \\ \n\xf0\x9f\x8f\xad";

/* A digital twin as server and a controller as client, which both declare these signals, connected. */
struct pair {
    rv_interface *twin, *plc;
    /* ids by rv_kind: what the twin writes, and what the controller writes; the same at both ends */
    uint32_t in[5], out[5];
};

static int declare(rv_interface *iface, uint32_t *in, uint32_t *out) {
    static const char *const names[] = { "", "bool", "int", "float", "text" };
    char name[16];
    uint32_t kind;
    for (kind = RV_KIND_BOOL; kind <= RV_KIND_TEXT; kind++) {
        sprintf(name, "%s in", names[kind]);
        if (rv_add_signal(iface, name, (rv_kind)kind, RV_DIRECTION_INPUT, &in[kind]) < 0)
            return 0;
        sprintf(name, "%s out", names[kind]);
        if (rv_add_signal(iface, name, (rv_kind)kind, RV_DIRECTION_OUTPUT, &out[kind]) < 0)
            return 0;
    }
    return 1;
}

static int connect_pair(struct pair *pair) {
    pair->twin = open_server(RV_PERSPECTIVE_SIMULATION);
    if (!pair->twin || !declare(pair->twin, pair->in, pair->out) || rv_start(pair->twin) < 0)
        return 0;
    pair->plc = open_client(port_of(pair->twin), RV_PERSPECTIVE_CONTROLLER);
    return pair->plc && declare(pair->plc, pair->in, pair->out) && rv_start(pair->plc) == RV_OK &&
           rv_wait_connected(pair->plc, 5000) == RV_OK && rv_wait_connected(pair->twin, 5000) == RV_OK;
}

static void all_four_kinds_travel_both_ways(void) {
    struct pair pair;
    CHECK(connect_pair(&pair));
    OK(rv_set_bool(pair.twin, pair.in[RV_KIND_BOOL], 1));
    OK(rv_set_int(pair.twin, pair.in[RV_KIND_INT], INT64_MIN));
    OK(rv_set_float(pair.twin, pair.in[RV_KIND_FLOAT], 1.7976931348623157e308));
    OK(rv_set_text(pair.twin, pair.in[RV_KIND_TEXT], TEXT));
    OK(rv_set_bool(pair.plc, pair.out[RV_KIND_BOOL], 7)); /* anything but 0 is true */
    OK(rv_set_int(pair.plc, pair.out[RV_KIND_INT], INT64_C(9007199254740993)));
    OK(rv_set_float32(pair.plc, pair.out[RV_KIND_FLOAT], 0.1f));
    OK(rv_set_text(pair.plc, pair.out[RV_KIND_TEXT], ""));
    EVENTUALLY(has_bool(pair.plc, pair.in[RV_KIND_BOOL], 1));
    EVENTUALLY(has_int(pair.plc, pair.in[RV_KIND_INT], INT64_MIN));
    EVENTUALLY(has_float(pair.plc, pair.in[RV_KIND_FLOAT], 1.7976931348623157e308));
    EVENTUALLY(has_text(pair.plc, pair.in[RV_KIND_TEXT], TEXT));
    EVENTUALLY(has_bool(pair.twin, pair.out[RV_KIND_BOOL], 1));
    EVENTUALLY(has_int(pair.twin, pair.out[RV_KIND_INT], INT64_C(9007199254740993)));
    EVENTUALLY(has_float(pair.twin, pair.out[RV_KIND_FLOAT], 0.1));
    EVENTUALLY(has_text(pair.twin, pair.out[RV_KIND_TEXT], ""));
}

static void a_change_says_what_came_from_whom(void) {
    struct pair pair;
    rv_change change;
    rv_client_info client;
    uint32_t id = 0;
    char name[64];
    CHECK(connect_pair(&pair));
    while (rv_poll_changes(pair.twin, &change, 1) > 0)
        ;
    RESULT(1, rv_client_ids(pair.twin, &id, 1));
    OK(rv_set_float(pair.plc, pair.out[RV_KIND_FLOAT], 2.5));
    EVENTUALLY(has_float(pair.twin, pair.out[RV_KIND_FLOAT], 2.5));
    do
        RESULT(1, rv_poll_changes(pair.twin, &change, 1));
    while (change.signal != pair.out[RV_KIND_FLOAT]);
    CHECK(change.kind == RV_KIND_FLOAT && change.quality == RV_QUALITY_GOOD);
    CHECK(change.number == 2.5 && change.change_count >= 1);
    CHECK(change.source == id && change.reserved == 0);
    OK(rv_get_client(pair.twin, id, &client, sizeof client, name, sizeof name, NULL));
    CHECK(client.id == id && !strcmp(name, "realvirtual-ws") && !strncmp(client.address, "127.0.0.1:", 10));
}

static void values_set_together_arrive_together(void) {
    struct pair pair;
    rv_value values[2];
    rv_change read[2];
    uint32_t ids[2];
    int64_t begin = milliseconds(), last = 0;
    int round, torn = 0;
    CHECK(connect_pair(&pair));
    ids[0] = pair.out[RV_KIND_INT];
    ids[1] = pair.out[RV_KIND_FLOAT];
    memset(values, 0, sizeof values);
    values[0].signal = ids[0];
    values[0].kind = RV_KIND_INT;
    values[1].signal = ids[1];
    values[1].kind = RV_KIND_FLOAT;
    /* For 300 ms, and until a batch has arrived however slow the machine is. */
    for (round = 1; milliseconds() - begin < 300 || (last <= 1 && milliseconds() - begin < 20000); round++) {
        values[0].integer = round;
        values[1].number = round;
        OK(rv_set_values(pair.plc, values, 2));
        OK(rv_get_values(pair.twin, ids, read, 2));
        torn += (double)read[0].integer != read[1].number;
        last = read[0].integer;
    }
    CHECK(torn == 0);
    CHECK(last > 1);
    EVENTUALLY(has_int(pair.twin, ids[0], round - 1));
}

static void an_import_takes_over_names_kinds_and_values(void) {
    rv_interface *twin = open_server(RV_PERSPECTIVE_SIMULATION), *client;
    rv_import_report report;
    rv_signal_info info;
    uint32_t in[5], out[5], id = 0;
    CHECK(twin && declare(twin, in, out));
    OK(rv_set_text(twin, in[RV_KIND_TEXT], TEXT));
    OK(rv_start(twin));
    client = open_client(port_of(twin), RV_PERSPECTIVE_SIMULATION);
    CHECK(client);
    OK(rv_import(client, 5000, &report, sizeof report)); /* connects for it, and disconnects again */
    CHECK(report.added == 8 && report.answered == 1 && report.refused == 0);
    RESULT(8, rv_signal_count(client));
    OK(rv_find_signal(client, "text in", &id));
    CHECK(has_text(client, id, TEXT));
    OK(rv_get_signal_info(client, id, &info, sizeof info));
    CHECK(info.kind == RV_KIND_TEXT && info.imported == 1 && info.quality != RV_QUALITY_NEVER);
    CHECK(info.direction == RV_DIRECTION_OUTPUT); /* inverted */
    CHECK(info.access == RV_ACCESS_READ_WRITE);   /* the peer's perspective is not stated */
    OK(rv_find_signal(client, "int out", &id));
    OK(rv_get_signal_info(client, id, &info, sizeof info));
    CHECK(info.kind == RV_KIND_INT && info.direction == RV_DIRECTION_INPUT);
    OK(rv_import(client, 5000, &report, sizeof report));
    CHECK(report.added == 0 && report.unchanged == 8);
}

static void a_lost_writer_leaves_a_stale_value(void) {
    struct pair pair;
    rv_signal_info info;
    CHECK(connect_pair(&pair));
    OK(rv_set_int(pair.plc, pair.out[RV_KIND_INT], 5));
    EVENTUALLY(has_int(pair.twin, pair.out[RV_KIND_INT], 5));
    OK(rv_destroy(pair.plc));
    EVENTUALLY(rv_get_signal_info(pair.twin, pair.out[RV_KIND_INT], &info, sizeof info) == RV_OK &&
               info.quality == RV_QUALITY_STALE);
    CHECK(has_int(pair.twin, pair.out[RV_KIND_INT], 5));
}

static void a_subscription_is_all_that_arrives(void) {
    struct pair pair;
    const char *names[2] = { "int in", "not there yet" };
    CHECK(connect_pair(&pair));
    OK(rv_subscribe(pair.plc, names, 2));
    RESULT(RV_ERR_UNSUPPORTED, rv_subscribe(pair.twin, names, 2));
    RESULT(RV_ERR_UNSUPPORTED, rv_config_publish(pair.plc, "{}"));
    pause_ms(50);
    OK(rv_set_float(pair.twin, pair.in[RV_KIND_FLOAT], 3.5));
    pause_ms(50);
    OK(rv_set_int(pair.twin, pair.in[RV_KIND_INT], 3));
    EVENTUALLY(has_int(pair.plc, pair.in[RV_KIND_INT], 3));
    CHECK(!has_float(pair.plc, pair.in[RV_KIND_FLOAT], 3.5));
    OK(rv_subscribe_all(pair.plc));
    EVENTUALLY(has_float(pair.plc, pair.in[RV_KIND_FLOAT], 3.5));
}

void exchange_tests(void) {
    RUN(all_four_kinds_travel_both_ways);
    RUN(a_change_says_what_came_from_whom);
    RUN(values_set_together_arrive_together);
    RUN(an_import_takes_over_names_kinds_and_values);
    RUN(a_lost_writer_leaves_a_stale_value);
    RUN(a_subscription_is_all_that_arrives);
}
