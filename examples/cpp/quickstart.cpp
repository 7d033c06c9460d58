// A controller's gateway, as a server on port 7000 (or the one given) for 30 seconds: every 10 ms it takes what the
// simulation has set, decides, and sends its outputs together.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include <realvirtual_ws.hpp>

int main(int argc, char **argv) try {
    rv::server_options options;
    options.port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 7000);
    options.own_perspective = RV_PERSPECTIVE_CONTROLLER; // writes PLCOutput, reads PLCInput
    options.send_mode = RV_SEND_MANUAL;                  // the end of a scan sends
    rv::server gateway(options);
    const auto part_at_end = gateway.add<bool>("PartAtEnd", RV_DIRECTION_INPUT);
    const auto motor = gateway.add<double>("Motor", RV_DIRECTION_OUTPUT);
    const auto parts_out = gateway.add<std::int64_t>("PartsOut", RV_DIRECTION_OUTPUT);
    gateway.start();
    std::cout << "listening on port " << gateway.info().port << std::endl;

    std::int64_t parts = 0;
    rv::batch outputs;
    rv::event event;
    auto scan = std::chrono::steady_clock::now();
    for (const auto end = scan + std::chrono::seconds(30); scan < end; std::this_thread::sleep_until(scan)) {
        for (const rv_change &change : gateway.poll())
            if (change.signal == part_at_end.id())
                parts += change.rise_count; // a part that passed between two scans counts as well
        outputs.clear();
        gateway.set_values(outputs.set(motor, parts < 10 ? 0.5 : 0.0).set(parts_out, parts));
        gateway.flush();
        while (gateway.poll_event(event))
            if (event.type == RV_EVENT_CLIENT_JOINED || event.type == RV_EVENT_CLIENT_LEFT)
                std::cout << event.text << std::endl;
        scan += std::chrono::milliseconds(10);
    }
    gateway.stop(std::chrono::seconds(1));
} catch (const rv::error &error) {
    std::cerr << error.name() << ": " << error.what() << std::endl;
    return 1;
}
