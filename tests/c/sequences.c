/* Random sequences of calls on several threads: whatever is called with whatever, in whatever order, the program lives.
 * Every buffer has exactly the size that is told, so that a sanitizer sees the first byte too many.
 *
 * RV_SEED repeats a run (as far as threads repeat), RV_CALLS says how many calls it has. */

#include "check.h"

#include <math.h>

#define THREADS 4
#define SLOTS 6
#define STALE 16

static rv_interface *slots[SLOTS], *stale[STALE];
static uint32_t stale_count, defects;

struct caller {
    struct thread thread;
    uint64_t random;
    uint32_t calls;
    /* A fuzzer's bytes, mixed into the random numbers as long as there are some. */
    const unsigned char *input;
    size_t left;
};

static uint32_t below(struct caller *caller, uint32_t bound) {
    uint64_t x = caller->random;
    if (caller->left) {
        uint32_t byte = *caller->input++;
        if (bound > 256 && --caller->left)
            byte = byte << 8 | *caller->input++;
        caller->left--;
        caller->random = (x << 8 ^ x >> 56 ^ byte) | 1;
        return byte % bound;
    }
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    caller->random = x;
    return (uint32_t)((x >> 24) % bound);
}

static int one_in(struct caller *caller, uint32_t chances) {
    return below(caller, chances) == 0;
}

static rv_interface *handle(struct caller *caller) {
    rv_interface *found = NULL;
    uint32_t which = below(caller, 20);
    if (which == 0)
        return NULL;
    if (which == 1)
        return (rv_interface *)(uintptr_t)(caller->random >> (caller->random & 31));
    take_lock();
    found = which == 2 ? stale[below(caller, STALE)] : slots[below(caller, SLOTS)];
    release_lock();
    if (which == 3) /* another generation or another index of a handle that was given out */
        found = (rv_interface *)((uintptr_t)found + (one_in(caller, 2) ? 1 : (uintptr_t)1 << (sizeof found * 4)));
    return found;
}

/* Keeps a new interface; the one whose place it takes is destroyed. */
static void keep(struct caller *caller, rv_interface *iface) {
    rv_interface *former;
    uint32_t at = below(caller, SLOTS);
    take_lock();
    former = slots[at];
    slots[at] = iface;
    stale[stale_count++ % STALE] = former;
    release_lock();
    rv_destroy(former);
}

static uint32_t id(struct caller *caller) {
    return one_in(caller, 10) ? (uint32_t)caller->random : below(caller, 12);
}

static uint32_t number(struct caller *caller) {
    static const uint32_t numbers[] = { 0, 1, 2, 3, 4, 5, 7, 100, 5000, 65536, 0x7fffffff, 0xffffffff };
    return numbers[below(caller, sizeof numbers / sizeof *numbers)];
}

static char long_text[70001], long_name[514];

static const char *text(struct caller *caller) {
    static const char *const texts[] = { NULL, "", "a", "Motor", "{}", "{\"type\":\"x\"}", "{\"a\":[1,2,{\"b\":null}]}", "[", "\xff",
                                         "\xc3\xbc", "a\nb", "client/a", "127.0.0.1", "::1", "/path?x=1", long_name, long_name + 1,
                                         long_text, long_text + 5000 };
    return texts[below(caller, sizeof texts / sizeof *texts)];
}

static const char *name(struct caller *caller) {
    static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g/h", "\xc3\xbc" };
    return one_in(caller, 5) ? text(caller) : names[below(caller, sizeof names / sizeof *names)];
}

static uint32_t enumeration(struct caller *caller) {
    return one_in(caller, 10) ? number(caller) : below(caller, 5);
}

static uint32_t moment(struct caller *caller) {
    return below(caller, 4);
}

/* A buffer of exactly `size` bytes, or NULL. */
static void *bytes(struct caller *caller, size_t size) {
    void *buffer = one_in(caller, 12) ? NULL : malloc(size ? size : 1);
    if (buffer && size)
        memset(buffer, one_in(caller, 2) ? 0 : 0xa5, size);
    return buffer;
}

/* The size of a struct as a program of some version may tell it. */
static uint32_t size_of(struct caller *caller, size_t real) {
    static const int differences[] = { 0, 0, 0, 0, 16, -8, -4, 1 };
    if (one_in(caller, 20))
        return below(caller, 8);
    return (uint32_t)((int)real + differences[below(caller, sizeof differences / sizeof *differences)]);
}

static size_t capacity_of(struct caller *caller) {
    static const size_t capacities[] = { 0, 1, 2, 8, 64, 1025, 65537 };
    return capacities[below(caller, sizeof capacities / sizeof *capacities)];
}

/* A call that fills a struct. */
#define RECORD(type, call)                                   \
    do {                                                     \
        uint32_t size = size_of(caller, sizeof(type));       \
        type *out = (type *)bytes(caller, size);             \
        int32_t result = (call);                             \
        free(out);                                           \
        return result;                                       \
    } while (0)

/* A call that fills a text. */
#define TEXT(call)                                           \
    do {                                                     \
        size_t capacity = capacity_of(caller), needed = 0;   \
        size_t *required = one_in(caller, 4) ? NULL : &needed; \
        char *buf = (char *)bytes(caller, capacity);         \
        int32_t result;                                      \
        if (!buf && one_in(caller, 2))                       \
            capacity = 0;                                    \
        result = (call);                                     \
        free(buf);                                           \
        return result;                                       \
    } while (0)

static void random_options(struct caller *caller, rv_options *options, rv_mode mode) {
    rv_options_init(options, sizeof *options, mode);
    if (mode == RV_MODE_CLIENT) {
        rv_info info;
        options->port = 9;
        if (rv_get_info(handle(caller), &info, sizeof info) == RV_OK && info.port)
            options->port = info.port;
    } else {
        options->port = 0;
    }
    options->reconnect_interval_ms = 5;
    options->update_cycle_ms = 1 + below(caller, 5);
    options->send_mode = (rv_send_mode)below(caller, 3);
    options->only_transmit_changed = !one_in(caller, 4);
    options->catalog_push = (uint8_t)below(caller, 2);
    options->raw_events = (uint8_t)below(caller, 2);
    options->auto_import = (uint8_t)below(caller, 2);
    options->prefix_collisions = (uint8_t)below(caller, 2);
    options->debug = (uint8_t)one_in(caller, 8);
    if (one_in(caller, 4))
        options->client_name = text(caller);
    if (one_in(caller, 4))
        options->max_data_frame_bytes = number(caller);
    if (one_in(caller, 12))
        options->max_signals = below(caller, 8);
    if (one_in(caller, 24))
        options->path = text(caller);
    if (one_in(caller, 24))
        options->address = text(caller);
    if (one_in(caller, 24))
        options->input_patterns = text(caller);
    if (one_in(caller, 24))
        options->allowed_origins = text(caller);
    if (one_in(caller, 24))
        options->tls = (uint8_t)below(caller, 3);
    if (one_in(caller, 24))
        options->tls_pin = text(caller);
    if (one_in(caller, 24))
        options->tls_certificate_file = options->tls_key_file = text(caller);
    if (one_in(caller, 24))
        options->tls_client_ca_file = text(caller);
    if (one_in(caller, 24))
        options->max_reconnect_attempts = (int32_t)number(caller);
    if (one_in(caller, 24))
        options->heartbeat_ms = number(caller);
    if (one_in(caller, 24))
        options->own_perspective = (rv_perspective)enumeration(caller);
    if (one_in(caller, 20))
        options->struct_size = size_of(caller, sizeof *options);
    if (options->struct_size > sizeof *options)
        options->struct_size = sizeof *options;
}

static int32_t create(struct caller *caller) {
    rv_interface *iface = NULL;
    rv_options options;
    int32_t result;
    random_options(caller, &options, one_in(caller, 2) ? RV_MODE_SERVER : RV_MODE_CLIENT);
    result = rv_create(one_in(caller, 20) ? NULL : &options, one_in(caller, 20) ? NULL : &iface);
    if (!iface)
        return result;
    if (!one_in(caller, 4))
        rv_start(iface);
    keep(caller, iface);
    return result;
}

static int32_t test_connection(struct caller *caller) {
    rv_interface *iface = NULL;
    rv_options options;
    int32_t result;
    random_options(caller, &options, RV_MODE_CLIENT);
    if (one_in(caller, 2))
        RECORD(rv_connection_report, rv_test_connection(&options, moment(caller), out, size));
    result = rv_test_connection_begin(&options, moment(caller), one_in(caller, 10) ? NULL : &iface);
    if (iface)
        keep(caller, iface);
    return result;
}

static void random_value(struct caller *caller, rv_value *value) {
    memset(value, 0, sizeof *value);
    value->signal = id(caller);
    value->kind = enumeration(caller);
    value->integer = (int64_t)caller->random;
    value->number = one_in(caller, 8) ? HUGE_VAL : (double)below(caller, 100) / 4;
    value->text = text(caller);
}

static int32_t add_signal_with(struct caller *caller) {
    rv_signal_options options;
    uint32_t signal;
    memset(&options, 0, sizeof options);
    options.struct_size = one_in(caller, 20) ? below(caller, sizeof options) : (uint32_t)sizeof options;
    options.kind = (rv_kind)enumeration(caller);
    options.direction = (rv_direction)enumeration(caller);
    options.access = (rv_access)enumeration(caller);
    options.name = name(caller);
    options.comment = one_in(caller, 4) ? text(caller) : NULL;
    if (one_in(caller, 4))
        random_value(caller, &options.initial);
    if (one_in(caller, 4))
        random_value(caller, &options.failsafe);
    options.failsafe_after_ms = moment(caller);
    options.fifo_depth = one_in(caller, 4) ? number(caller) : 0;
    options.min_hold_ms = one_in(caller, 4) ? moment(caller) : 0;
    return rv_add_signal_with(handle(caller), &options, one_in(caller, 20) ? NULL : &signal);
}

static int32_t set_values(struct caller *caller) {
    uint32_t count = below(caller, 9), i;
    rv_value *values = (rv_value *)malloc(sizeof(rv_value) * (count ? count : 1));
    int32_t result;
    for (i = 0; i < count; i++)
        random_value(caller, &values[i]);
    result = rv_set_values(handle(caller), one_in(caller, 20) ? NULL : values, count);
    free(values);
    return result;
}

static int32_t get_values(struct caller *caller) {
    uint32_t count = below(caller, 9), i;
    uint32_t *ids = (uint32_t *)malloc(sizeof(uint32_t) * (count ? count : 1));
    rv_change *out = (rv_change *)bytes(caller, sizeof(rv_change) * count);
    int32_t result;
    for (i = 0; i < count; i++)
        ids[i] = id(caller);
    result = rv_get_values(handle(caller), one_in(caller, 20) ? NULL : ids, out, count);
    free(ids);
    free(out);
    return result;
}

static int32_t poll_changes(struct caller *caller) {
    uint32_t capacity = below(caller, 9);
    rv_change *out = (rv_change *)bytes(caller, sizeof(rv_change) * capacity);
    int32_t result = rv_poll_changes(handle(caller), out, capacity);
    free(out);
    return result;
}

static int32_t subscribe(struct caller *caller) {
    const char *names[4];
    uint32_t i;
    for (i = 0; i < 4; i++)
        names[i] = name(caller);
    return rv_subscribe(handle(caller), one_in(caller, 20) ? NULL : names, below(caller, 5));
}

static int32_t client_ids(struct caller *caller) {
    uint32_t capacity = below(caller, 4);
    uint32_t *out = (uint32_t *)bytes(caller, sizeof(uint32_t) * capacity);
    int32_t result = rv_client_ids(handle(caller), out, capacity);
    free(out);
    return result;
}

static int32_t get_client(struct caller *caller) {
    uint32_t size = size_of(caller, sizeof(rv_client_info));
    rv_client_info *out = (rv_client_info *)bytes(caller, size);
    size_t capacity = capacity_of(caller), required;
    char *buf = (char *)bytes(caller, capacity);
    int32_t result = rv_get_client(handle(caller), below(caller, 20), out, size, buf, buf ? capacity : 0, &required);
    free(out);
    free(buf);
    return result;
}

static int32_t poll_log(struct caller *caller) {
    uint32_t size = size_of(caller, sizeof(rv_log_record));
    rv_log_record *out = (rv_log_record *)bytes(caller, size);
    size_t capacity = capacity_of(caller), required;
    char *buf = (char *)bytes(caller, capacity);
    int32_t result = rv_poll_log(handle(caller), out, size, buf, buf ? capacity : 0, &required);
    free(out);
    free(buf);
    return result;
}

static int32_t destroy(struct caller *caller) {
    return one_in(caller, 4) ? rv_destroy(handle(caller)) : 0;
}

static int32_t shut_down(struct caller *caller) {
    return one_in(caller, 200) ? rv_shutdown_all(moment(caller)) : (int32_t)rv_live_count();
}

static int32_t start(struct caller *caller) { return rv_start(handle(caller)); }
static int32_t stop(struct caller *caller) { return rv_stop(handle(caller), moment(caller)); }
static int32_t wait_connected(struct caller *caller) { return rv_wait_connected(handle(caller), moment(caller)); }
static int32_t get_info(struct caller *caller) { RECORD(rv_info, rv_get_info(handle(caller), out, size)); }
static int32_t get_stats(struct caller *caller) { RECORD(rv_stats, rv_get_stats(handle(caller), out, size)); }
static int32_t init_options(struct caller *caller) {
    RECORD(rv_options, rv_options_init(out, size, (rv_mode)enumeration(caller)));
}
static int32_t last_error(struct caller *caller) { TEXT(rv_last_error(buf, capacity, required)); }
static int32_t add_signal(struct caller *caller) {
    uint32_t signal;
    return rv_add_signal(handle(caller), name(caller), (rv_kind)enumeration(caller), (rv_direction)enumeration(caller), &signal);
}
static int32_t find_signal(struct caller *caller) {
    uint32_t signal;
    return rv_find_signal(handle(caller), name(caller), one_in(caller, 20) ? NULL : &signal);
}
static int32_t signal_count(struct caller *caller) { return rv_signal_count(handle(caller)); }
static int32_t signal_info(struct caller *caller) {
    RECORD(rv_signal_info, rv_get_signal_info(handle(caller), id(caller), out, size));
}
static int32_t signal_name(struct caller *caller) {
    TEXT(rv_get_signal_name(handle(caller), id(caller), buf, capacity, required));
}
static int32_t set_access(struct caller *caller) {
    return rv_set_access(handle(caller), id(caller), (rv_access)enumeration(caller));
}
static int32_t set_bool(struct caller *caller) { return rv_set_bool(handle(caller), id(caller), (uint8_t)below(caller, 3)); }
static int32_t set_int(struct caller *caller) { return rv_set_int(handle(caller), id(caller), (int64_t)caller->random); }
static int32_t set_float(struct caller *caller) {
    return rv_set_float(handle(caller), id(caller), one_in(caller, 9) ? -HUGE_VAL : (double)below(caller, 99) / 8);
}
static int32_t set_float32(struct caller *caller) {
    return rv_set_float32(handle(caller), id(caller), (float)below(caller, 99) / 7);
}
static int32_t set_text(struct caller *caller) { return rv_set_text(handle(caller), id(caller), text(caller)); }
static int32_t get_bool(struct caller *caller) {
    uint8_t value;
    return rv_get_bool(handle(caller), id(caller), one_in(caller, 20) ? NULL : &value);
}
static int32_t get_int(struct caller *caller) {
    int64_t value;
    return rv_get_int(handle(caller), id(caller), &value);
}
static int32_t get_float(struct caller *caller) {
    double value;
    return rv_get_float(handle(caller), id(caller), &value);
}
static int32_t get_text(struct caller *caller) { TEXT(rv_get_text(handle(caller), id(caller), buf, capacity, required)); }
static int32_t change_text(struct caller *caller) {
    TEXT(rv_get_change_text(handle(caller), below(caller, 9), buf, capacity, required));
}
static int32_t poll_event(struct caller *caller) {
    rv_event event;
    TEXT(rv_poll_event(handle(caller), one_in(caller, 20) ? NULL : &event, buf, capacity, required));
}
static int32_t flush(struct caller *caller) { return rv_flush(handle(caller)); }
static int32_t wait(struct caller *caller) { return rv_wait(handle(caller), moment(caller)); }
static int32_t import(struct caller *caller) {
    RECORD(rv_import_report, rv_import(handle(caller), moment(caller), out, size));
}
static int32_t import_begin(struct caller *caller) {
    uint32_t token;
    return rv_import_begin(handle(caller), moment(caller), one_in(caller, 20) ? NULL : &token);
}
static int32_t import_result(struct caller *caller) {
    RECORD(rv_import_report, rv_import_result(handle(caller), below(caller, 30), out, size));
}
static int32_t cancel(struct caller *caller) { return rv_cancel(handle(caller), below(caller, 30)); }
static int32_t subscribe_all(struct caller *caller) { return rv_subscribe_all(handle(caller)); }
static int32_t disconnect(struct caller *caller) { return rv_disconnect_client(handle(caller), below(caller, 20)); }
static int32_t send_raw(struct caller *caller) { return rv_send_raw(handle(caller), below(caller, 4), text(caller)); }
static int32_t publish(struct caller *caller) { return rv_config_publish(handle(caller), text(caller)); }
static int32_t reply(struct caller *caller) {
    return rv_config_reply(handle(caller), below(caller, 30), (uint8_t)below(caller, 2), text(caller));
}
static int32_t config_get(struct caller *caller) {
    TEXT(rv_config_get(handle(caller), moment(caller), buf, capacity, required));
}
static int32_t config_set(struct caller *caller) {
    TEXT(rv_config_set(handle(caller), text(caller), moment(caller), buf, capacity, required));
}
static int32_t config_get_begin(struct caller *caller) {
    uint32_t token;
    return rv_config_get_begin(handle(caller), moment(caller), &token);
}
static int32_t config_set_begin(struct caller *caller) {
    uint32_t token;
    return rv_config_set_begin(handle(caller), text(caller), moment(caller), one_in(caller, 20) ? NULL : &token);
}

typedef int32_t (*call)(struct caller *);

static void make_calls(void *argument) {
    static const call often[] = { add_signal, add_signal, add_signal, add_signal_with, add_signal_with, set_bool, set_int, set_float, set_float32, set_text, set_values,
                                  get_bool, get_int, get_float, get_text, get_values, poll_changes, change_text, poll_event,
                                  poll_log, flush, find_signal, signal_count, signal_info, signal_name, set_access, get_info,
                                  get_stats, last_error, init_options, client_ids, get_client, create };
    static const call seldom[] = { start, stop, destroy, wait_connected, test_connection, wait, import, import_begin,
                                   import_result, cancel, subscribe, subscribe_all, disconnect, send_raw, publish, reply,
                                   config_get, config_set, config_get_begin, config_set_begin, shut_down };
    struct caller *caller = (struct caller *)argument;
    uint32_t made;
    for (made = 0; made < caller->calls; made++) {
        uint32_t frequent = (uint32_t)(sizeof often / sizeof *often), rare = (uint32_t)(sizeof seldom / sizeof *seldom);
        call next = one_in(caller, 6) ? seldom[below(caller, rare)] : often[below(caller, frequent)];
        int32_t result = next(caller);
        if (result == RV_ERR_PANIC || !rv_result_name(result)) {
            char message[1025] = "";
            rv_last_error(message, sizeof message, NULL);
            take_lock();
            fprintf(stderr, "  call %u gave %d: %s\n", (unsigned)made, (int)result, message);
            defects++;
            release_lock();
        }
    }
}

#ifdef FUZZ

uint32_t calls_from(const unsigned char *input, size_t length);

/* Calls as the bytes say, on one thread; gives how many went wrong. */
uint32_t calls_from(const unsigned char *input, size_t length) {
    struct caller caller;
    memset(&caller, 0, sizeof caller);
    memset(long_text, 't', sizeof long_text - 1);
    memset(long_name, 'n', sizeof long_name - 1);
    caller.random = 1;
    caller.input = input;
    caller.left = length;
    defects = 0;
    while (caller.left) {
        caller.calls = 1;
        make_calls(&caller);
    }
    rv_shutdown_all(2000);
    memset(slots, 0, sizeof slots);
    return defects;
}

#else

static uint64_t from_environment(const char *variable, uint64_t otherwise) {
    const char *given = getenv(variable);
    return given && *given ? strtoull(given, NULL, 10) : otherwise;
}

static void random_calls_in_any_order_do_no_harm(void) {
    struct caller callers[THREADS];
    uint64_t seed = from_environment("RV_SEED", 1);
    uint32_t calls = (uint32_t)from_environment("RV_CALLS", 20000), i, signal;
    rv_interface *server, *client;
    memset(long_text, 't', sizeof long_text - 1);
    memset(long_name, 'n', sizeof long_name - 1);
    defects = 0;
    for (i = 0; i < THREADS; i++) {
        callers[i].random = ((seed * THREADS + i) * UINT64_C(0x9e3779b97f4a7c15)) | 1;
        callers[i].calls = calls / THREADS;
        callers[i].input = NULL;
        callers[i].left = 0;
        CHECK(start_thread(&callers[i].thread, make_calls, &callers[i]));
    }
    for (i = 0; i < THREADS; i++)
        join_thread(&callers[i].thread);
    if (defects)
        fprintf(stderr, "  RV_SEED=%" PRIu64 " RV_CALLS=%u repeats it\n", seed, (unsigned)calls);
    CHECK(defects == 0);
    OK(rv_shutdown_all(2000));
    CHECK(rv_live_count() == 0);
    /* And everything works as before. */
    server = open_server(RV_PERSPECTIVE_SIMULATION);
    CHECK(server);
    OK(rv_add_signal(server, "A", RV_KIND_INT, RV_DIRECTION_INPUT, &signal));
    OK(rv_start(server));
    client = open_client(port_of(server), RV_PERSPECTIVE_CONTROLLER);
    CHECK(client);
    OK(rv_add_signal(client, "A", RV_KIND_INT, RV_DIRECTION_INPUT, &signal));
    OK(rv_start(client));
    OK(rv_set_int(server, 0, 42));
    EVENTUALLY(has_int(client, 0, 42));
}

void sequence_tests(void) {
    RUN(random_calls_in_any_order_do_no_harm);
}

#endif
