/*
 * example.h - what the example programs share: arguments, errors, a clean end, time
 *
 * Nothing here belongs to the library. C99, for POSIX and Windows. Include it first.
 */

#ifndef EXAMPLE_H
#define EXAMPLE_H

#define _POSIX_C_SOURCE 200809L
#define _CRT_SECURE_NO_WARNINGS  /* MSVC: plain C functions are meant */

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef _WIN32
#include <windows.h>
#endif

#include "realvirtual_ws.h"

/* The program's name, for messages. Each example defines it. */
extern const char program[];

/* Set by SIGINT and SIGTERM; on Windows by Ctrl-C, Ctrl-Break and a closed console. */
static volatile sig_atomic_t stop_requested;

/* Passes a result on when it is a success; otherwise says what failed and what to do, and ends the program. */
static inline int32_t check(const char *what, int32_t result) {
    char message[1025];
    if (result >= 0)
        return result;
    if (rv_last_error(message, sizeof message, NULL) < 0)
        message[0] = '\0';
    fprintf(stderr, "%s: %s: %s: %s\n", program, what, rv_result_name(result), message);
    exit(1);
}

/* The library that was found at run time must have the interface that this program was compiled for. */
static inline void check_library(void) {
    if (rv_abi_version() != RV_ABI_VERSION) {
        fprintf(stderr, "%s: the library %s has ABI version %u, this program needs %u\n", program, rv_version(),
                (unsigned)rv_abi_version(), (unsigned)RV_ABI_VERSION);
        exit(1);
    }
}

/* stop_on_signals: from now on such a signal sets stop_requested.
 * now_ns: nanoseconds of a clock that is never set back.
 * sleep_until: sleeps until that clock shows `time_ns`, on POSIX also until a signal arrives. */
#ifdef _WIN32

static BOOL WINAPI request_stop(DWORD control) {
    (void)control;
    stop_requested = 1;
    return TRUE;
}

static inline void stop_on_signals(void) {
    SetConsoleCtrlHandler(request_stop, TRUE);
}

static inline int64_t now_ns(void) {
    LARGE_INTEGER now, a_second;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&a_second);
    return now.QuadPart / a_second.QuadPart * 1000000000 +
           now.QuadPart % a_second.QuadPart * 1000000000 / a_second.QuadPart;
}

static inline void sleep_until(int64_t time_ns) {
    int64_t rest = time_ns - now_ns();
    if (rest > 0)
        Sleep((DWORD)((rest + 999999) / 1000000));
}

#else

static inline void request_stop(int signal_number) {
    (void)signal_number;
    stop_requested = 1;
}

static inline void stop_on_signals(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = request_stop;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static inline int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline void sleep_until(int64_t time_ns) {
    struct timespec until;
    until.tv_sec = (time_t)(time_ns / 1000000000);
    until.tv_nsec = (long)(time_ns % 1000000000);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

#endif

struct arguments {
    const char *address;
    uint16_t port;
    double seconds;        /* 0 = until a signal ends the program */
    int anonymous_network; /* servers: --allow-anonymous-network */
};

static inline double number(const char *option, const char *text, double smallest, double largest) {
    char *end = NULL;
    double value = text ? strtod(text, &end) : 0;
    if (!text || end == text || *end || !(value >= smallest && value <= largest)) {
        fprintf(stderr, "%s: %s takes a number from %.0f to %.0f; try --help\n", program, option, smallest, largest);
        exit(2);
    }
    return value;
}

/* Reads the command line over the defaults in `arguments`; ends the program for --help and for mistakes. */
static inline void parse_arguments(int argc, char **argv, struct arguments *arguments, const char *usage) {
    int i;
    for (i = 1; i < argc; i++) {
        const char *option = argv[i];
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (!strcmp(option, "--help") || !strcmp(option, "-h")) {
            fputs(usage, stdout);
            exit(0);
        } else if (!strcmp(option, "--allow-anonymous-network") && strstr(usage, option)) {
            arguments->anonymous_network = 1;
        } else if (!strcmp(option, "--port")) {
            arguments->port = (uint16_t)number(option, value, 0, 65535);
            i++;
        } else if (!strcmp(option, "--seconds")) {
            arguments->seconds = number(option, value, 0, 1e9);
            i++;
        } else if (!strcmp(option, "--address") && value) {
            arguments->address = value;
            i++;
        } else {
            fprintf(stderr, "%s: what is %s?\n%s", program, option, usage);
            exit(2);
        }
    }
}

#endif
