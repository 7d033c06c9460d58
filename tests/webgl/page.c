/*
 * A client in a page, as a game's main loop drives it: page.py plays the server and judges by what arrives there and by
 * what this reports. Arguments: port, 1 for TLS, token ("" = none).
 */
#include <emscripten.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "realvirtual_ws.h"

enum { TEXT = 65537, CHANGES = 32 };

static rv_interface *iface;
static uint32_t importing, asking;
static uint32_t motor, start, count, label, sensor, total, words;
static uint32_t rises;
static int phase, frames, lost;
static char text[TEXT];

/* One after the other: requests that are under way together arrive in any order. */
EM_JS(void, report, (const char *line), {
  const body = UTF8ToString(line);
  Module.reported = (Module.reported || Promise.resolve()).then(() => fetch('/report', { method: 'POST', body }));
})

static void finish(const char *line) {
    phase = -1;
    report(line);
    emscripten_cancel_main_loop();
}

static void expect(int32_t result, const char *what) {
    char line[1400];
    if (result >= 0)
        return;
    rv_last_error(text, sizeof text, NULL);
    snprintf(line, sizeof line, "failed: %s: %s: %s", what, rv_result_name(result), text);
    finish(line);
}

static void event(const rv_event *e) {
    char line[256];
    rv_import_report imported;
    if (e->type == RV_EVENT_IMPORT_DONE && e->token == importing) {
        expect(e->result, text);
        expect(rv_import_result(iface, importing, &imported, sizeof imported), "rv_import_result");
        snprintf(line, sizeof line, "imported %u", imported.added);
        report(line);
        phase = 1;
    } else if (e->type == RV_EVENT_DISCONNECTED) {
        lost++;
        snprintf(line, sizeof line, "disconnected %d: %.150s", e->result, text);
        report(line);
    } else if (e->type == RV_EVENT_CONFIG_DONE && e->token == asking) {
        expect(e->result, text);
        snprintf(line, sizeof line, "config %.200s", text);
        report(line);
        phase = 6;
    }
}

static void find(const char *name, uint32_t *id) {
    expect(rv_find_signal(iface, name, id), name);
}

static int64_t number(uint32_t id) {
    int64_t value = 0;
    expect(rv_get_int(iface, id, &value), "rv_get_int");
    return value;
}

static void set_values(void) {
    rv_value batch[2];
    memset(batch, 0, sizeof batch);
    batch[0].signal = count;
    batch[0].kind = RV_KIND_INT;
    batch[0].integer = INT64_C(9007199254740993);
    batch[1].signal = label;
    batch[1].kind = RV_KIND_TEXT;
    batch[1].text = "gr\xC3\xBCn \xF0\x9F\x98\x80";
    expect(rv_set_values(iface, batch, 2), "rv_set_values");
    expect(rv_set_float32(iface, motor, 0.1f), "rv_set_float32");
    expect(rv_set_bool(iface, start, 1), "rv_set_bool");
    expect(rv_set_bool(iface, start, 0), "rv_set_bool");
}

static void act(void) {
    rv_signal_info info;
    char line[64];
    switch (phase) {
        case 1:
            find("Motor", &motor);
            find("Start", &start);
            find("Count", &count);
            find("Label", &label);
            find("Sensor", &sensor);
            find("Total", &total);
            find("Words", &words);
            set_values();
            phase = 2;
            break;
        case 2: /* The server has answered, with pulses that no frame sees. */
            expect(rv_get_text(iface, words, text, sizeof text, NULL), "rv_get_text");
            if (number(total) != INT64_C(9007199254740992) || strcmp(text, "gr\xC3\xBCn \xF0\x9F\x98\x80!") != 0 || rises < 5)
                break;
            snprintf(line, sizeof line, "answered, %u rises", rises);
            report(line);
            expect(rv_set_float(iface, motor, 2.0), "rv_set_float");
            phase = 3;
            break;
        case 3: /* The server has closed the connection. */
            expect(rv_get_signal_info(iface, total, &info, sizeof info), "rv_get_signal_info");
            if (!lost)
                break;
            if (info.quality == RV_QUALITY_STALE)
                report("stale");
            expect(rv_set_int(iface, count, INT64_C(-9007199254740995)), "rv_set_int");
            phase = 4;
            break;
        case 4: /* It is back, and the server has the value that was set meanwhile. */
            if (number(total) != INT64_C(-9007199254740996))
                break;
            report("resynchronised");
            expect(rv_config_get_begin(iface, 5000, &asking), "rv_config_get_begin");
            phase = 5;
            break;
        case 6:
            expect(rv_set_float(iface, motor, 3.5), "rv_set_float");
            expect(rv_stop(iface, 1000), "rv_stop");
            expect(rv_destroy(iface), "rv_destroy");
            finish(rv_live_count() == 0 ? "done" : "failed: an interface is left");
            break;
    }
}

static void frame(void) {
    rv_change changes[CHANGES];
    rv_event e;
    int32_t i, found;
    while (phase >= 0 && rv_poll_event(iface, &e, text, sizeof text, NULL) == 1)
        event(&e);
    if (phase < 0)
        return;
    found = rv_poll_changes(iface, changes, CHANGES);
    expect(found, "rv_poll_changes");
    for (i = 0; i < found; i++)
        if (phase > 1 && changes[i].signal == sensor)
            rises += changes[i].rise_count;
    act();
    if (phase >= 0 && ++frames > 60 * 20)
        finish("failed: not done within 20 s");
}

int main(int argc, char **argv) {
    rv_options options;
    expect(rv_options_init(&options, sizeof options, RV_MODE_CLIENT), "rv_options_init");
    options.port = (uint16_t)(argc > 1 ? atoi(argv[1]) : 0);
    options.tls = argc > 2 && argv[2][0] == '1';
    options.access_token = argc > 3 && argv[3][0] ? argv[3] : NULL;
    options.token_transport = RV_TOKEN_QUERY;
    options.address = options.tls ? "localhost" : "127.0.0.1";
    options.client_name = "page";
    options.reconnect_interval_ms = 100;
    expect(rv_create(&options, &iface), "rv_create");
    if (phase < 0)
        return 1;
    expect(rv_start(iface), "rv_start");
    expect(rv_import_begin(iface, 10000, &importing), "rv_import_begin");
    emscripten_set_main_loop(frame, 60, 0);
    return 0;
}
