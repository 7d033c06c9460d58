// What every native peer of the benches shares: the job from the command line, the plant's signals, clocks, and the
// line of figures at the end.
//
//   PEER MEASURE ROLE PORT SIGNALS CHANGED RATE FRAMES CLIENTS
//
//   MEASURE  roundtrip: the client sends a frame of four signals, the server reads it and answers with four others.
//            stream: the server sends frames, the client reads them into its table and looks at what has changed.
//   ROLE     server or client. A server writes "port N" once it listens.
//   PORT     the server's; 0 = any free one.
//   SIGNALS  how many there are (stream).
//   CHANGED  how many of them change from frame to frame, the first ones (stream).
//   RATE     frames a second, on a schedule that waits for nobody; 0 = each one when the last has come back (roundtrip).
//   FRAMES   how many frames.
//   CLIENTS  how many clients the server waits for before it sends (stream).
//
// The last line that a peer writes is a JSON object: "cpu" (seconds of its process, of the measured part), "frames"
// (received, or sent by a server), and for a round trip "latency" (microseconds, sorted).
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <time.h>

namespace peer {

struct Job {
    bool roundtrip, server;
    int port, signals, changed, rate, frames, clients;
};

inline Job job(int argc, char **argv) {
    if (argc != 9) {
        std::fprintf(stderr, "usage: %s MEASURE ROLE PORT SIGNALS CHANGED RATE FRAMES CLIENTS\n", argv[0]);
        std::exit(2);
    }
    auto number = [&](int n) { return std::atoi(argv[n]); };
    return {std::strcmp(argv[1], "roundtrip") == 0, std::strcmp(argv[2], "server") == 0, number(3), number(4),
            number(5), number(6), number(7), number(8)};
}

[[noreturn]] inline void die(const char *what) {
    std::fprintf(stderr, "%s failed\n", what);
    std::exit(1);
}

inline int64_t now() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return int64_t(t.tv_sec) * 1000000000 + t.tv_nsec;
}

inline double cpu() {
    rusage use;
    getrusage(RUSAGE_SELF, &use);
    auto seconds = [](const timeval &t) { return double(t.tv_sec) + double(t.tv_usec) * 1e-6; };
    return seconds(use.ru_utime) + seconds(use.ru_stime);
}

// When frame `n` is to go out.
inline int64_t due(int64_t begin, int n, int rate) { return begin + int64_t(n) * 1000000000 / rate; }

inline void sleep_until(int64_t when) {
    timespec t{time_t(when / 1000000000), long(when % 1000000000)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr);
}

inline void listening(int port) {
    std::printf("port %d\n", port);
    std::fflush(stdout);
}

inline void report(double cpu_seconds, int frames, std::vector<int64_t> latency = {}) {
    std::sort(latency.begin(), latency.end());
    std::printf("{\"cpu\":%.6f,\"frames\":%d,\"latency\":[", cpu_seconds, frames);
    for (size_t n = 0; n < latency.size(); n++)
        std::printf("%s%.1f", n ? "," : "", double(latency[n]) / 1000);
    std::printf("]}\n");
    std::fflush(stdout);
}

enum Kind { BOOL, INT, FLOAT, TEXT };

struct Value {
    Kind kind;
    int64_t integer; // BOOL and INT
    double number;
    char text[32];
};

// Half bools, a quarter floats, a fifth ints, a twentieth texts. The first signal is an int that counts the frames.
inline Kind kind_of(int n) {
    const int part = n % 20;
    return n == 0 ? INT : part < 10 ? BOOL : part < 15 ? FLOAT : part < 19 ? INT : TEXT;
}

inline std::string name_of(int n) {
    static const char *const parts[] = {"Sensor", "Counter", "Drive.Speed", "State"};
    char name[64];
    std::snprintf(name, sizeof name, "Cell%d.%s_%d", n / 200, parts[kind_of(n)], n);
    return name;
}

// Another one in every frame.
inline Value value_of(int n, int frame) {
    Value value{kind_of(n), 0, 0, ""};
    switch (value.kind) {
    case BOOL: value.integer = (n + frame) & 1; break;
    case INT: value.integer = n == 0 ? frame : int64_t(n) * 37 - 500 + frame; break;
    case FLOAT: value.number = n * 1.25 + frame * 0.5 + 0.001; break;
    case TEXT: std::snprintf(value.text, sizeof value.text, "Running, step %d", n + frame); break;
    }
    return value;
}

// The four signals of a round trip, there and back.
static const char *const THERE[] = {"Axis.Count", "Axis.Position", "Axis.Ready", "Axis.Note"};
static const char *const BACK[] = {"Echo.Count", "Echo.Position", "Echo.Ready", "Echo.Note"};

inline Value axis_value(int n, int round) {
    static const Kind kinds[] = {INT, FLOAT, BOOL, TEXT};
    Value value{kinds[n], 0, 0, ""};
    switch (value.kind) {
    case INT: value.integer = round; break;
    case FLOAT: value.number = round * 0.25 + 0.001; break;
    case BOOL: value.integer = round & 1; break;
    case TEXT: std::snprintf(value.text, sizeof value.text, "step %d", round); break;
    }
    return value;
}

} // namespace peer
