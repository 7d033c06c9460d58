// As program.c, in C++11 or later. With a port: a simulation for examples/cpp/quickstart.cpp, to which it shows a part.
#include <cstdlib>
#include <iostream>

#include <realvirtual_ws.hpp>

using std::chrono::milliseconds;
using std::chrono::seconds;

// Waits until the signal has this value, for 5 s at most.
template <class T> bool becomes(rv::client &client, const rv::signal<T> &signal, const T &value) {
    rv::event event;
    for (int tries = 0; tries < 50 && !(signal.get() >= value); tries++) {
        client.wait(milliseconds(100));
        client.poll();
        while (client.poll_event(event)) {
        }
    }
    return signal.get() >= value;
}

static bool exchange() {
    rv::server_options options;
    options.port = 0;
    rv::server twin(options);
    const auto speed = twin.add<double>("Speed", RV_DIRECTION_INPUT);
    twin.start();
    rv::client_options client_options;
    client_options.port = static_cast<std::uint16_t>(twin.info().port);
    rv::client plc(client_options);
    plc.start();
    plc.wait_connected(seconds(5));
    plc.import_signals(seconds(5));
    speed.set(12.5);
    const auto here = plc.find<double>("Speed");
    const bool arrived = becomes(plc, here, 12.5);
    std::cout << "Speed = " << here.get() << std::endl;
    return arrived;
}

static bool show_a_part(const char *port) {
    rv::client_options options;
    options.port = static_cast<std::uint16_t>(std::atoi(port));
    rv::client simulation(options);
    simulation.start();
    simulation.wait_connected(seconds(5));
    simulation.import_signals(seconds(5));
    const auto part_at_end = simulation.find<bool>("PartAtEnd");
    const auto parts_out = simulation.find<std::int64_t>("PartsOut");
    part_at_end.set(true);
    part_at_end.set(false);
    const bool counted = becomes(simulation, parts_out, std::int64_t(1));
    const double speed = simulation.find<double>("Motor").get();
    std::cout << "PartsOut = " << parts_out.get() << ", Motor = " << speed << std::endl;
    return counted;
}

int main(int argc, char **argv) {
    try {
        return (argc > 1 ? show_a_part(argv[1]) : exchange()) ? 0 : 1;
    } catch (const rv::error &error) {
        std::cerr << error.name() << ": " << error.what() << std::endl;
        return 1;
    }
}
