/* What the C tests need of the operating system: time, threads, a lock, and the event that a program's own loop waits on. */

#include "check.h"

#ifdef _WIN32

#include <windows.h>

int64_t milliseconds(void) {
    LARGE_INTEGER now, a_second;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&a_second);
    return (int64_t)((double)now.QuadPart / (double)a_second.QuadPart * 1000);
}

void pause_ms(int ms) {
    Sleep((DWORD)ms);
}

static DWORD WINAPI run_thread(void *argument) {
    struct thread *thread = (struct thread *)argument;
    thread->function(thread->argument);
    return 0;
}

int start_thread(struct thread *thread, void (*function)(void *), void *argument) {
    thread->function = function;
    thread->argument = argument;
    thread->handle = CreateThread(NULL, 0, run_thread, thread, 0, NULL);
    return thread->handle != NULL;
}

void join_thread(struct thread *thread) {
    WaitForSingleObject(thread->handle, INFINITE);
    CloseHandle(thread->handle);
}

static SRWLOCK lock = SRWLOCK_INIT;

void take_lock(void) {
    AcquireSRWLockExclusive(&lock);
}

void release_lock(void) {
    ReleaseSRWLockExclusive(&lock);
}

int32_t event_of(rv_interface *iface, intptr_t *event) {
    void *handle = NULL;
    int32_t result = rv_event_handle(iface, &handle);
    *event = (intptr_t)handle;
    return result;
}

int event_is_set(intptr_t event, int wait_ms) {
    return WaitForSingleObject((HANDLE)event, (DWORD)wait_ms) == WAIT_OBJECT_0;
}

int32_t event_of_another_system(rv_interface *iface) {
    return rv_event_fd(iface);
}

#else

#include <poll.h>
#include <time.h>

int64_t milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void pause_ms(int ms) {
    struct timespec time;
    time.tv_sec = ms / 1000;
    time.tv_nsec = (long)(ms % 1000) * 1000000;
    nanosleep(&time, NULL);
}

static void *run_thread(void *argument) {
    struct thread *thread = (struct thread *)argument;
    thread->function(thread->argument);
    return NULL;
}

int start_thread(struct thread *thread, void (*function)(void *), void *argument) {
    thread->function = function;
    thread->argument = argument;
    return pthread_create(&thread->handle, NULL, run_thread, thread) == 0;
}

void join_thread(struct thread *thread) {
    pthread_join(thread->handle, NULL);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void take_lock(void) {
    pthread_mutex_lock(&lock);
}

void release_lock(void) {
    pthread_mutex_unlock(&lock);
}

int32_t event_of(rv_interface *iface, intptr_t *event) {
    int32_t result = rv_event_fd(iface);
    *event = result;
    return result < 0 ? result : RV_OK;
}

int event_is_set(intptr_t event, int wait_ms) {
    struct pollfd entry;
    entry.fd = (int)event;
    entry.events = POLLIN;
    entry.revents = 0;
    /* A destroy sets the event and then closes it: who wakes late finds it closed, and is awake all the same. */
    return poll(&entry, 1, wait_ms) == 1 && (entry.revents & (POLLIN | POLLNVAL));
}

int32_t event_of_another_system(rv_interface *iface) {
    void *handle = NULL;
    return rv_event_handle(iface, &handle);
}

#endif
