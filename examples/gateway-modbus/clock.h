/* clock.h - time of a clock that is never set back, in nanoseconds */

#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

static const int64_t MS = 1000000; /* nanoseconds in a millisecond */

static inline int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline struct timespec as_timespec(int64_t time_ns) {
    struct timespec time;
    time.tv_sec = (time_t)(time_ns / 1000000000);
    time.tv_nsec = (long)(time_ns % 1000000000);
    return time;
}

/* Sleeps until that clock shows `time_ns`, or until a signal arrives. */
static inline void sleep_until(int64_t time_ns) {
    struct timespec until = as_timespec(time_ns);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

#endif
