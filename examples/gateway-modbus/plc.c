#define _POSIX_C_SOURCE 200809L
#include "plc.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "link.h"
#include "log.h"

struct plc {
    struct link *link;
    pthread_t thread;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t changed;
    struct scan *begun; /* to be worked on, or being worked on */
    int stop;
};

static void *work(void *argument) {
    struct plc *plc = argument;
    pthread_mutex_lock(&plc->mutex);
    while (!plc->stop) {
        struct scan *scan = plc->begun;
        if (!scan) {
            pthread_cond_wait(&plc->changed, &plc->mutex);
            continue;
        }
        pthread_mutex_unlock(&plc->mutex);
        link_scan(plc->link, scan);
        pthread_mutex_lock(&plc->mutex);
        plc->begun = NULL;
        pthread_cond_broadcast(&plc->changed);
    }
    pthread_mutex_unlock(&plc->mutex);
    return NULL;
}

struct plc *plc_open(const struct plc_options *options, const struct map *map, const struct plan *plan) {
    struct plc *plc = calloc(1, sizeof *plc);
    pthread_condattr_t monotonic;
    sigset_t all, before;
    int failed;
    if (!plc || !(plc->link = link_open(options, map, plan))) {
        complain("out of memory");
        free(plc);
        return NULL;
    }
    pthread_mutex_init(&plc->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&plc->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    sigfillset(&all); /* signals are for the main thread: they must not interrupt a request */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&plc->thread, NULL, work, plc);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        complain("no thread for the PLC: %s", strerror(failed));
        pthread_cond_destroy(&plc->changed);
        pthread_mutex_destroy(&plc->mutex);
        link_close(plc->link);
        free(plc);
        return NULL;
    }
    return plc;
}

void plc_close(struct plc *plc) {
    pthread_mutex_lock(&plc->mutex);
    plc->stop = 1;
    pthread_cond_broadcast(&plc->changed);
    pthread_mutex_unlock(&plc->mutex);
    pthread_join(plc->thread, NULL);
    pthread_cond_destroy(&plc->changed);
    pthread_mutex_destroy(&plc->mutex);
    link_close(plc->link);
    free(plc);
}

void plc_begin(struct plc *plc, struct scan *scan) {
    pthread_mutex_lock(&plc->mutex);
    plc->begun = scan;
    pthread_cond_broadcast(&plc->changed);
    pthread_mutex_unlock(&plc->mutex);
}

int plc_finished(struct plc *plc, int64_t until_ns) {
    struct timespec until = as_timespec(until_ns);
    int finished, timed_out = 0;
    pthread_mutex_lock(&plc->mutex);
    while (plc->begun && !timed_out)
        timed_out = pthread_cond_timedwait(&plc->changed, &plc->mutex, &until) != 0;
    finished = !plc->begun;
    pthread_mutex_unlock(&plc->mutex);
    return finished;
}
