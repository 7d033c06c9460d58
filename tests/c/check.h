/* Assertions and helpers of the C tests. C99 and C++11. A test ends at its first failure. */

#ifndef CHECK_H
#define CHECK_H

#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef _WIN32
#include <pthread.h>
#endif

#include "realvirtual_ws.h"

/* Set by a failing assertion. */
extern int failures_in_test;

void test_failed(const char *file, int line, const char *what);
void result_failed(const char *file, int line, const char *call, int32_t got, int32_t expected);
void run_test(const char *name, void (*test)(void));

#define CHECK(condition)                                  \
    do {                                                  \
        if (!(condition)) {                               \
            test_failed(__FILE__, __LINE__, #condition);  \
            return;                                       \
        }                                                 \
    } while (0)

/* The call gives exactly this result. */
#define RESULT(expected, call)                                             \
    do {                                                                   \
        int32_t result_ = (call);                                          \
        if (result_ != (expected)) {                                       \
            result_failed(__FILE__, __LINE__, #call, result_, (expected)); \
            return;                                                        \
        }                                                                  \
    } while (0)

#define OK(call) RESULT(RV_OK, call)

/* This thread's last error contains `part`. */
#define MESSAGE(part)                                                 \
    do {                                                              \
        char message_[1025] = "";                                     \
        rv_last_error(message_, sizeof message_, NULL);               \
        if (!strstr(message_, (part))) {                              \
            fprintf(stderr, "  the message is \"%s\"\n", message_);   \
            test_failed(__FILE__, __LINE__, "it contains " #part);    \
            return;                                                   \
        }                                                             \
    } while (0)

/* The condition becomes true within 5 s. */
#define EVENTUALLY(condition)                                              \
    do {                                                                   \
        int64_t end_ = milliseconds() + 5000;                              \
        while (!(condition) && milliseconds() < end_)                      \
            pause_ms(2);                                                   \
        if (!(condition)) {                                                \
            test_failed(__FILE__, __LINE__, "within 5 s: " #condition);    \
            return;                                                        \
        }                                                                  \
    } while (0)

#define RUN(test) run_test(#test, test)

/* platform.c */
struct thread {
    void (*function)(void *);
    void *argument;
#ifdef _WIN32
    void *handle;
#else
    pthread_t handle;
#endif
};

int64_t milliseconds(void);
void pause_ms(int ms);
int start_thread(struct thread *thread, void (*function)(void *), void *argument);
void join_thread(struct thread *thread);
void take_lock(void); /* the tests have one */
void release_lock(void);
int32_t event_of(rv_interface *iface, intptr_t *event);
int event_is_set(intptr_t event, int wait_ms);
int32_t event_of_another_system(rv_interface *iface);

/* An interface with default options on loopback; a server gets a free port, a client tries `port`. NULL on failure. */
rv_interface *open_server(rv_perspective perspective);
rv_interface *open_client(uint32_t port, rv_perspective perspective);
uint32_t port_of(rv_interface *iface);
int has_bool(rv_interface *iface, uint32_t id, uint8_t expected);
int has_int(rv_interface *iface, uint32_t id, int64_t expected);
int has_float(rv_interface *iface, uint32_t id, double expected);
int has_text(rv_interface *iface, uint32_t id, const char *expected);

void exchange_tests(void);
void error_tests(void);
void poll_tests(void);
void lifecycle_tests(void);
void list_tests(void);
void sequence_tests(void);

#endif
