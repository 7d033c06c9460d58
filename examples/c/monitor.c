/*
 * monitor.c - a client that takes over a server's signals and prints what changes
 *
 * It knows no signal beforehand: rv_import asks the server for its catalogue and declares every signal here. Then it
 * waits for changes (rv_wait), and prints each changed signal with its newest value and how often it has changed since
 * the line before. When the server goes away it says so and connects again by itself. It never sets a signal.
 *
 * Build and run, with gateway.c as the server:
 *   make build && target/c/monitor --port 7000
 */

#include "example.h"

const char program[] = "monitor";

static const char usage[] =
    "usage: monitor [--port N] [--address HOST] [--seconds N]\n"
    "\n"
    "Prints the signals of a server, and then their changes.\n"
    "  --port N         the server's TCP port (default 7000)\n"
    "  --address HOST   the server's address or name (default 127.0.0.1)\n"
    "  --seconds N      end after this time (default 0: on Ctrl-C)\n";

enum { CAPACITY = 256, CONNECT_MS = 10000, PAUSE_MS = 200 };

static void print_value(rv_interface *iface, const rv_change *change) {
    static char text[65537]; /* always enough for a text */
    switch (change->kind) {
    case RV_KIND_BOOL:
        printf("%s", change->integer ? "true" : "false");
        break;
    case RV_KIND_INT:
        printf("%" PRId64, change->integer);
        break;
    case RV_KIND_FLOAT:
        printf("%g", change->number);
        break;
    default:
        check("rv_get_text", rv_get_text(iface, change->signal, text, sizeof text, NULL));
        printf("\"%s\"", text);
    }
    if (change->quality != RV_QUALITY_GOOD)
        printf(change->quality == RV_QUALITY_STALE ? " (stale)" : " (never set)");
}

static void print_signal(rv_interface *iface, const rv_change *change) {
    char name[513]; /* always enough for a name */
    check("rv_get_signal_name", rv_get_signal_name(iface, change->signal, name, sizeof name, NULL));
    printf("%-32s ", name);
    print_value(iface, change);
}

static void print_catalogue(rv_interface *iface) {
    static const char *const kinds[] = { "", "Bool", "Int", "Float", "Text" };
    static const char *const directions[] = { "", "PLCInput", "PLCOutput" };
    uint32_t count = (uint32_t)check("rv_signal_count", rv_signal_count(iface));
    uint32_t id;
    for (id = 0; id < count; id++) {
        rv_signal_info info;
        rv_change value;
        check("rv_get_signal_info", rv_get_signal_info(iface, id, &info, sizeof info));
        check("rv_get_values", rv_get_values(iface, &id, &value, 1));
        print_signal(iface, &value);
        if (info.kind <= RV_KIND_TEXT && info.direction <= RV_DIRECTION_OUTPUT)
            printf("   [%s%s here]", directions[info.direction], kinds[info.kind]);
        printf("\n");
    }
}

static void print_events(rv_interface *iface) {
    char text[4096];
    rv_event event;
    rv_log_record record;
    while (rv_poll_event(iface, &event, text, sizeof text, NULL) == 1) {
        if (event.type == RV_EVENT_CONNECTED)
            printf("monitor: connected\n");
        else if (event.type == RV_EVENT_DISCONNECTED)
            printf("monitor: disconnected: %s\n", text);
    }
    while (rv_poll_log(iface, &record, sizeof record, text, sizeof text, NULL) == 1) {
        if (record.level <= RV_LOG_WARN)
            printf("monitor: %s\n", text);
    }
}

int main(int argc, char **argv) {
    struct arguments arguments = { "127.0.0.1", 7000, 0, 0 };
    rv_options options;
    rv_interface *iface = NULL;
    rv_import_report report;
    rv_stats stats;
    int64_t begin = now_ns();

    parse_arguments(argc, argv, &arguments, usage);
    check_library();
    stop_on_signals();

    check("rv_options_init", rv_options_init(&options, sizeof options, RV_MODE_CLIENT));
    options.address = arguments.address;
    options.port = arguments.port;
    options.client_name = "monitor";
    check("rv_create", rv_create(&options, &iface));
    check("rv_start", rv_start(iface));
    check("rv_wait_connected", rv_wait_connected(iface, CONNECT_MS));
    check("rv_import", rv_import(iface, CONNECT_MS, &report, sizeof report));
    printf("monitor: %u signals\n", (unsigned)report.added);
    print_catalogue(iface);
    fflush(stdout);

    while (!stop_requested && (arguments.seconds <= 0 || now_ns() - begin < (int64_t)(arguments.seconds * 1e9))) {
        rv_change changes[CAPACITY];
        int32_t count, i;
        if (check("rv_wait", rv_wait(iface, PAUSE_MS)) == 0)
            continue;
        print_events(iface);
        count = check("rv_poll_changes", rv_poll_changes(iface, changes, CAPACITY));
        for (i = 0; i < count; i++) {
            if ((changes[i].flags & RV_CHANGE_IMPORTED) && changes[i].change_count <= 1)
                continue; /* the import's own value: printed with the catalogue */
            print_signal(iface, &changes[i]);
            if (changes[i].change_count > 1)
                printf("   (%u changes)", (unsigned)changes[i].change_count);
            printf("\n");
        }
        fflush(stdout);
        sleep_until(now_ns() + (int64_t)PAUSE_MS * 1000000); /* so that a busy signal is one line, not hundreds */
    }

    check("rv_get_stats", rv_get_stats(iface, &stats, sizeof stats));
    printf("monitor: ended after %" PRIu64 " messages, %" PRIu64 " changes\n", stats.frames_in, stats.changes);
    rv_stop(iface, 1000);
    check("rv_destroy", rv_destroy(iface));
    return 0;
}
