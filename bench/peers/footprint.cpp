// What this library takes: time to start and stop, memory of signals and of idle clients, work for them.
//
//   footprint            writes "port N", waits for a line on its input before each step, and a JSON object at the end
#include "peer.hpp"

#include <realvirtual_ws.h>

using namespace peer;

namespace {

long resident() {
    long pages = 0, all = 0;
    FILE *file = std::fopen("/proc/self/statm", "r");
    if (!file || std::fscanf(file, "%ld %ld", &all, &pages) != 2)
        die("/proc/self/statm");
    std::fclose(file);
    return pages * 4096;
}

void wait_for_line() {
    for (int c = 0; c != '\n';)
        if ((c = std::getchar()) == EOF)
            die("the next step");
}

rv_interface *create(uint32_t clients) {
    rv_options options;
    rv_interface *iface = nullptr;
    rv_options_init(&options, sizeof options, RV_MODE_SERVER);
    options.port = 0;
    options.max_clients = clients;
    if (rv_create(&options, &iface) != RV_OK)
        die("rv_create");
    return iface;
}

} // namespace

int main() {
    const int64_t loaded = now();
    rv_interface *iface = create(1000);
    if (rv_start(iface) != RV_OK)
        die("rv_start");
    const int64_t started = now();

    const int signals = 100000;
    const long before_signals = resident();
    char name[32];
    for (int n = 0; n < signals; n++) {
        uint32_t id;
        std::snprintf(name, sizeof name, "Cell.Sensor_%06d", n);
        if (rv_add_signal(iface, name, RV_KIND_FLOAT, RV_DIRECTION_INPUT, &id) != RV_OK)
            die("rv_add_signal");
    }
    const long after_signals = resident();
    rv_destroy(iface);

    iface = create(1000);
    uint32_t id;
    for (int n = 0; n < 10000; n++) {
        std::snprintf(name, sizeof name, "Cell.Sensor_%06d", n);
        rv_add_signal(iface, name, RV_KIND_FLOAT, RV_DIRECTION_INPUT, &id);
    }
    if (rv_start(iface) != RV_OK)
        die("rv_start");
    rv_info info;
    rv_get_info(iface, &info, sizeof info);
    listening(int(info.port));
    // One client has come and gone: what every connection shares is there.
    wait_for_line();
    const long before_clients = resident();
    std::printf("ready\n"), std::fflush(stdout);
    wait_for_line();
    sleep_until(now() + 1000000000);
    rv_get_info(iface, &info, sizeof info);
    const long after_clients = resident();
    const double used = cpu();
    const int64_t idle = now();
    sleep_until(idle + 5000000000);
    const double share = (cpu() - used) / (double(now() - idle) * 1e-9);
    rv_destroy(iface);

    iface = create(10);
    rv_start(iface);
    const int64_t stopping = now();
    rv_stop(iface, 1000);
    const int64_t stopped = now();
    rv_destroy(iface);
    std::printf("{\"start_ms\":%.3f,\"stop_ms\":%.3f,\"signal_bytes\":%.1f,\"client_bytes\":%.1f,\"clients\":%u,"
                "\"idle_share\":%.5f}\n",
                double(started - loaded) * 1e-6, double(stopped - stopping) * 1e-6,
                double(after_signals - before_signals) / signals,
                double(after_clients - before_clients) / std::max(info.clients, 1u), info.clients, share);
}
