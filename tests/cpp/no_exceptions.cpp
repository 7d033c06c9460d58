// realvirtual_ws.hpp without exceptions: the `try_` forms carry a program, and what would throw ends it with a message.
// Usage: tests-cpp-no-exceptions [end], and `end` fails in a function without `try_`.

#include <cstdio>
#include <cstring>

#include "realvirtual_ws.hpp"

#if !defined(RV_NO_EXCEPTIONS)
#error "this file is for -fno-exceptions"
#endif

int main(int argc, char **argv) {
    rv::server_options options;
    options.port = 0;
    rv::server twin;
    rv::signal<double> speed;
    rv::signal<bool> none;
    double value = 0;
    if (twin.try_create(options) < 0 || twin.try_add("Speed", RV_DIRECTION_INPUT, speed) < 0 || twin.try_start() < 0 ||
        speed.try_set(1.5) < 0 || speed.try_get(value) < 0 || value != 1.5)
        return 1;
    if (twin.try_find("None", none) != RV_ERR_NOT_FOUND || none.try_set(true) != RV_ERR_HANDLE)
        return 2;
    if (argc > 1 && !std::strcmp(argv[1], "end"))
        twin.find("None"); // does not return
    if (twin.try_stop(std::chrono::seconds(1)) < 0)
        return 3;
    std::puts("no exceptions: ok");
    return 0;
}
