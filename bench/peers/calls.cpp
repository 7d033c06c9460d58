// What the calls that a host makes in every cycle cost from C, beside a bare foreign call: one JSON object with
// nanoseconds. `Calls.cs` and `calls.py` are the same from C# and Python.
#include "peer.hpp"

#include <realvirtual_ws.h>

using namespace peer;

namespace {

const int SIGNALS = 1000, CALLS = 20000, TURNS = 51;

// This thread's own time: what else the machine does is not the calls'.
int64_t own_time() {
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return int64_t(t.tv_sec) * 1000000000 + t.tv_nsec;
}

double median(std::vector<double> &all) {
    std::nth_element(all.begin(), all.begin() + long(all.size() / 2), all.end());
    return all[all.size() / 2];
}

template <typename Call> double turn(Call call) {
    const int64_t begin = own_time();
    for (int n = 0; n < CALLS; n++)
        call(n);
    return double(own_time() - begin) / CALLS;
}

rv_interface *open(rv_mode mode, uint16_t port) {
    rv_options options;
    rv_interface *iface = nullptr;
    rv_options_init(&options, sizeof options, mode);
    options.port = port;
    options.own_perspective = mode == RV_MODE_SERVER ? RV_PERSPECTIVE_CONTROLLER : RV_PERSPECTIVE_SIMULATION;
    options.send_mode = RV_SEND_MANUAL;
    if (rv_create(&options, &iface) != RV_OK)
        die("rv_create");
    for (int n = 0; n < SIGNALS; n++) {
        uint32_t id;
        if (rv_add_signal(iface, name_of(n).c_str(), RV_KIND_FLOAT, RV_DIRECTION_OUTPUT, &id) != RV_OK)
            die("rv_add_signal");
    }
    if (rv_start(iface) != RV_OK)
        die("rv_start");
    return iface;
}

} // namespace

int main() {
    rv_interface *server = open(RV_MODE_SERVER, 0);
    rv_info info;
    rv_get_info(server, &info, sizeof info);
    rv_interface *client = open(RV_MODE_CLIENT, uint16_t(info.port));
    if (rv_wait_connected(client, 10000) != RV_OK)
        die("rv_wait_connected");
    std::vector<double> bare, set, get, poll;
    std::vector<rv_change> changes(SIGNALS);
    volatile uint32_t sink = 0;
    for (int round = 0; round < TURNS; round++) {
        bare.push_back(turn([&](int) { sink = rv_abi_version(); }));
        set.push_back(turn([&](int n) { rv_set_float(server, uint32_t(n % SIGNALS), n + round * 0.5); }));
        double value;
        get.push_back(turn([&](int n) { rv_get_float(server, uint32_t(n % SIGNALS), &value); }));
        rv_flush(server);
        const double last = CALLS - 1 + round * 0.5;
        for (int64_t end = now() + 10000000000; rv_get_float(client, SIGNALS - 1, &value) == RV_OK && value != last;) {
            if (now() > end)
                die("the exchange");
            sleep_until(now() + 500000);
        }
        const int64_t begin = own_time();
        const int32_t count = rv_poll_changes(client, changes.data(), SIGNALS);
        if (count != SIGNALS)
            die("rv_poll_changes");
        poll.push_back(double(own_time() - begin) / SIGNALS);
    }
    rv_destroy(client);
    rv_destroy(server);
    std::printf("{\"bare\":%.2f,\"set\":%.2f,\"get\":%.2f,\"poll\":%.2f}\n", median(bare), median(set), median(get),
                median(poll));
}
