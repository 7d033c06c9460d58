/*
 * What TLS costs: host A sets, host B polls it and sets, A polls that; over a plain connection and over TLS, in turns.
 *
 *   round_trip CERTIFICATE KEY AUTHORITY
 *
 * Prints the medians of both in microseconds. Four signals each, sent at once, on loopback; both ends of both
 * connections share the library's one network thread. `make bench-tls` builds and runs it.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "realvirtual_ws.h"

#define SIGNALS 4
#define TURNS 21
#define TRIPS 500
#define LIMIT_MS 10000

typedef struct {
    rv_interface *server, *client;
    double micros[TURNS];
} pair;

static void must(int32_t result, const char *what) {
    char message[1025];
    if (result >= 0) return;
    rv_last_error(message, sizeof message, NULL);
    fprintf(stderr, "%s: %s\n", what, message);
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* The first half of the signals goes from the server to the client, the second half back. */
static void declare(rv_interface *iface) {
    char name[16];
    uint32_t id;
    int i;
    for (i = 0; i < SIGNALS; i++) {
        snprintf(name, sizeof name, "Signal%d", i);
        must(rv_add_signal(iface, name, RV_KIND_FLOAT, i < SIGNALS / 2 ? RV_DIRECTION_INPUT : RV_DIRECTION_OUTPUT, &id),
             "rv_add_signal");
    }
}

static void open_pair(pair *both, const char *certificate, const char *key, const char *authority) {
    rv_options options;
    rv_info info;
    must(rv_options_init(&options, sizeof options, RV_MODE_SERVER), "rv_options_init");
    options.port = 0;
    options.send_mode = RV_SEND_ON_CHANGE;
    options.tls = certificate != NULL;
    options.tls_certificate_file = certificate;
    options.tls_key_file = key;
    must(rv_create(&options, &both->server), "rv_create");
    declare(both->server);
    must(rv_start(both->server), "rv_start");
    must(rv_get_info(both->server, &info, sizeof info), "rv_get_info");

    must(rv_options_init(&options, sizeof options, RV_MODE_CLIENT), "rv_options_init");
    options.port = (uint16_t)info.port;
    options.send_mode = RV_SEND_ON_CHANGE;
    options.own_perspective = RV_PERSPECTIVE_CONTROLLER;
    options.tls = certificate != NULL;
    options.tls_ca_file = authority;
    must(rv_create(&options, &both->client), "rv_create");
    declare(both->client);
    must(rv_start(both->client), "rv_start");
    must(rv_wait_connected(both->client, LIMIT_MS), "rv_wait_connected");
}

/* Sets the values at one end, and returns when the other end has polled the last of them. */
static void carry(rv_interface *from, rv_interface *to, uint32_t first, double number) {
    rv_value values[SIGNALS / 2] = { { 0 } };
    rv_change changes[SIGNALS];
    uint32_t i;
    int32_t count, n;
    for (i = 0; i < SIGNALS / 2; i++) {
        values[i].signal = first + i;
        values[i].kind = RV_KIND_FLOAT;
        values[i].number = number;
    }
    must(rv_set_values(from, values, SIGNALS / 2), "rv_set_values");
    for (;;) {
        must(rv_wait(to, LIMIT_MS), "rv_wait");
        must(count = rv_poll_changes(to, changes, SIGNALS), "rv_poll_changes");
        for (n = 0; n < count; n++)
            if (changes[n].signal == first + SIGNALS / 2 - 1 && changes[n].number == number) return;
    }
}

static int by_size(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void turn(pair *both, int number) {
    double *trips = malloc(TRIPS * sizeof *trips);
    double begin;
    int i;
    if (trips == NULL) exit(1);
    for (i = 0; i < TRIPS; i++) {
        begin = now();
        carry(both->server, both->client, 0, number * TRIPS + i + 1);
        carry(both->client, both->server, SIGNALS / 2, number * TRIPS + i + 1);
        trips[i] = now() - begin;
    }
    qsort(trips, TRIPS, sizeof *trips, by_size);
    both->micros[number] = trips[TRIPS / 2];
    free(trips);
}

static double median(pair *both) {
    qsort(both->micros, TURNS, sizeof *both->micros, by_size);
    return both->micros[TURNS / 2];
}

int main(int argc, char **argv) {
    static pair plain, tls;
    int i;
    if (argc != 4) {
        fprintf(stderr, "usage: %s CERTIFICATE KEY AUTHORITY\n", argv[0]);
        return 2;
    }
    open_pair(&plain, NULL, NULL, NULL);
    open_pair(&tls, argv[1], argv[2], argv[3]);
    for (i = 0; i < TURNS; i++) {
        turn(&plain, i);
        turn(&tls, i);
    }
    printf("%.1f %.1f\n", median(&plain), median(&tls));
    rv_shutdown_all(1000);
    return 0;
}
