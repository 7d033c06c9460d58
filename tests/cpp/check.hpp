// Assertions and helpers of the C++ tests. A test ends at its first failure, with what it made.

#ifndef CHECK_HPP
#define CHECK_HPP

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include "realvirtual_ws.hpp"

using std::chrono::milliseconds;
using std::chrono::seconds;

struct failure : std::runtime_error {
    failure(const char *file, int line, const std::string &what)
        : std::runtime_error(std::string(file) + ":" + std::to_string(line) + ": " + what) {}
};

#define CHECK(condition)                                     \
    do {                                                     \
        if (!(condition))                                    \
            throw failure(__FILE__, __LINE__, #condition);   \
    } while (0)

// The expression throws an rv::error with this code, whose message contains `part`.
#define FAILS(expected, part, expression)                                                          \
    do {                                                                                           \
        std::int32_t code_ = RV_OK;                                                                \
        std::string message_ = "nothing was thrown";                                               \
        try {                                                                                      \
            static_cast<void>(expression);                                                         \
        } catch (const rv::error &thrown) {                                                        \
            code_ = thrown.code();                                                                 \
            message_ = thrown.what();                                                              \
        }                                                                                          \
        if (code_ != (expected) || message_.find(part) == std::string::npos)                       \
            throw failure(__FILE__, __LINE__, #expression ": " + message_);                        \
    } while (0)

// The condition becomes true within 5 s.
#define EVENTUALLY(condition) CHECK(eventually([&] { return (condition); }))

template <class Condition> bool eventually(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + seconds(5);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        std::this_thread::sleep_for(milliseconds(2));
    }
    return true;
}

inline bool contains(const std::string &text, const std::string &part) { return text.find(part) != std::string::npos; }

// Waits for an event of this type, and leaves out what comes before it.
inline rv::event next_event(rv::endpoint &endpoint, rv_event_type type) {
    rv::event event;
    if (!eventually([&] { return endpoint.poll_event(event) && event.type == type; }))
        throw std::runtime_error("no event " + std::to_string(static_cast<unsigned>(type)) + " within 5 s");
    return event;
}

// Options for loopback: a server on any free port, a client of that server.
inline rv::server_options twin_options() {
    rv::server_options options;
    options.port = 0;
    return options;
}

inline rv::client_options plc_options(const rv::endpoint &server) {
    rv::client_options options;
    options.port = static_cast<std::uint16_t>(server.info().port);
    options.own_perspective = RV_PERSPECTIVE_CONTROLLER;
    options.reconnect_interval_ms = 50;
    return options;
}

// A started client of a started server, connected at both ends.
inline rv::client connected(rv::server &server, const rv::client_options &options) {
    rv::client client(options);
    client.start();
    client.wait_connected(seconds(5));
    server.wait_connected(seconds(5));
    return client;
}

// Runs a test whose name contains what the command line asks for.
void run_test(const char *name, void (*test)());
#define RUN(test) run_test(#test, test)

void modern_tests();

#endif
