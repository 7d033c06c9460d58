#include "interface.h"

#include "codec.h"
#include "log.h"

enum { STOP_MS = 1000 };

int32_t tell_failure(const char *what, int32_t result) {
    char message[1025];
    if (result >= 0)
        return result;
    if (rv_last_error(message, sizeof message, NULL) < 0)
        message[0] = '\0';
    complain("%s: %s: %s", what, rv_result_name(result), message);
    return result;
}

static int add_signal(rv_interface *iface, rv_signal_options *signal, uint32_t expected) {
    uint32_t id = 0;
    signal->struct_size = sizeof *signal;
    if (tell_failure(signal->name, rv_add_signal_with(iface, signal, &id)) < 0)
        return -1;
    if (id == expected)
        return 0;
    complain("%s: the library numbers it %u, not %u", signal->name, (unsigned)id, (unsigned)expected);
    return -1;
}

static int add_signals(rv_interface *iface, const struct map *map) {
    rv_signal_options connected = { .name = CONNECTED_NAME,
                                    .comment = "Whether the PLC answers the gateway",
                                    .kind = RV_KIND_BOOL,
                                    .direction = RV_DIRECTION_OUTPUT };
    rv_signal_options age = { .name = AGE_NAME,
                              .comment = "Milliseconds since the last complete scan of the PLC",
                              .kind = RV_KIND_INT,
                              .direction = RV_DIRECTION_OUTPUT };
    uint32_t i;
    for (i = 0; i < map->count; i++) {
        const struct map_signal *from = &map->signals[i];
        rv_signal_options signal = { .name = from->name,
                                     .comment = from->comment,
                                     .folder = from->folder,
                                     .kind = kind_of(from),
                                     .direction = from->direction == PLC_WRITES ? RV_DIRECTION_OUTPUT
                                                                                : RV_DIRECTION_INPUT };
        if (add_signal(iface, &signal, i) < 0)
            return -1;
    }
    return add_signal(iface, &connected, i) < 0 || add_signal(iface, &age, i + 1) < 0 ? -1 : 0;
}

rv_interface *interface_open(const struct options *options, const struct map *map) {
    rv_options settings;
    rv_interface *iface = NULL;
    rv_info info;
    if (rv_abi_version() != RV_ABI_VERSION) {
        complain("the library %s has ABI version %u, this program needs %u", rv_version(), (unsigned)rv_abi_version(),
                 (unsigned)RV_ABI_VERSION);
        return NULL;
    }
    if (tell_failure("rv_options_init", rv_options_init(&settings, sizeof settings,
                                                        options->connect ? RV_MODE_CLIENT : RV_MODE_SERVER)) < 0)
        return NULL;
    settings.address = options->connect ? options->connect : options->listen;
    settings.port = (uint16_t)options->port;
    settings.client_name = options->name;
    settings.own_perspective = RV_PERSPECTIVE_CONTROLLER;
    settings.send_mode = RV_SEND_MANUAL;
    settings.allow_anonymous_network = (uint8_t)options->anonymous_network;
    if (tell_failure("rv_create", rv_create(&settings, &iface)) < 0)
        return NULL;
    if (add_signals(iface, map) < 0 || tell_failure("rv_start", rv_start(iface)) < 0 ||
        tell_failure("rv_get_info", rv_get_info(iface, &info, sizeof info)) < 0) {
        rv_destroy(iface);
        return NULL;
    }
    if (options->connect)
        say("connecting to %s port %u, %u signals", settings.address, options->port, (unsigned)info.signals);
    else
        say("listening on %s port %u, %u signals", settings.address, (unsigned)info.port, (unsigned)info.signals);
    return iface;
}

void interface_close(rv_interface *iface) {
    tell_failure("rv_stop", rv_stop(iface, STOP_MS));
    interface_tell(iface);
    rv_destroy(iface);
}

void interface_tell(rv_interface *iface) {
    char text[4096];
    rv_event event;
    rv_log_record record;
    while (rv_poll_event(iface, &event, text, sizeof text, NULL) == 1) {
        switch (event.type) {
        case RV_EVENT_CLIENT_JOINED: say("client %u joined: %s", (unsigned)event.client, text); break;
        case RV_EVENT_CLIENT_LEFT: say("client %u left: %s", (unsigned)event.client, text); break;
        case RV_EVENT_CONNECTED: say("connected"); break;
        case RV_EVENT_DISCONNECTED: complain("disconnected: %s", text); break;
        }
    }
    while (rv_poll_log(iface, &record, sizeof record, text, sizeof text, NULL) == 1)
        if (record.level <= RV_LOG_WARN)
            complain("%s", text);
}
