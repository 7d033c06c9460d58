// This library, through its C interface: what a host would write.
#include "peer.hpp"

#include <realvirtual_ws.h>

using namespace peer;

namespace {

rv_interface *open(const Job &job) {
    rv_options options;
    rv_interface *iface = nullptr;
    rv_options_init(&options, sizeof options, job.server ? RV_MODE_SERVER : RV_MODE_CLIENT);
    options.port = uint16_t(job.port);
    options.own_perspective = job.server ? RV_PERSPECTIVE_CONTROLLER : RV_PERSPECTIVE_SIMULATION;
    options.send_mode = RV_SEND_MANUAL;
    if (rv_create(&options, &iface) != RV_OK)
        die("rv_create");
    return iface;
}

uint32_t add(rv_interface *iface, const char *name, Kind kind, rv_direction direction) {
    static const rv_kind kinds[] = {RV_KIND_BOOL, RV_KIND_INT, RV_KIND_FLOAT, RV_KIND_TEXT};
    uint32_t id = 0;
    if (rv_add_signal(iface, name, kinds[kind], direction, &id) != RV_OK)
        die("rv_add_signal");
    return id;
}

void start(const Job &job, rv_interface *iface) {
    rv_info info;
    if (rv_start(iface) != RV_OK)
        die("rv_start");
    if (job.server) {
        rv_get_info(iface, &info, sizeof info);
        listening(int(info.port));
    } else if (rv_wait_connected(iface, 10000) != RV_OK) {
        die("rv_wait_connected");
    }
}

void fill(rv_value &out, uint32_t id, const Value &value) {
    static const uint32_t kinds[] = {RV_KIND_BOOL, RV_KIND_INT, RV_KIND_FLOAT, RV_KIND_TEXT};
    out.signal = id;
    out.kind = kinds[value.kind];
    out.integer = value.integer;
    out.number = value.number;
    out.text = value.text;
}

struct Axis {
    uint32_t ids[4];
    void add_to(rv_interface *iface, const char *const *names, rv_direction direction) {
        for (int n = 0; n < 4; n++)
            ids[n] = add(iface, names[n], axis_value(n, 0).kind, direction);
    }
    void send(rv_interface *iface, int round) const {
        rv_value values[4];
        Value held[4];
        for (int n = 0; n < 4; n++)
            fill(values[n], ids[n], held[n] = axis_value(n, round));
        if (rv_set_values(iface, values, 4) != RV_OK || rv_flush(iface) != RV_OK)
            die("rv_set_values");
    }
};

// Waits for changes, at most this long, and gives the newest value of the counting signal, or -1.
int64_t receive(rv_interface *iface, uint32_t count_id, uint32_t wait_ms, std::vector<rv_change> &changes) {
    if (rv_wait(iface, wait_ms) < 0)
        die("rv_wait");
    rv_event event;
    char text[64];
    size_t length;
    while (rv_poll_event(iface, &event, text, sizeof text, &length) == 1) {
    }
    int64_t newest = -1;
    for (;;) {
        const int32_t count = rv_poll_changes(iface, changes.data(), uint32_t(changes.size()));
        if (count < 0)
            die("rv_poll_changes");
        for (int32_t n = 0; n < count; n++)
            if (changes[size_t(n)].signal == count_id && changes[size_t(n)].change_count)
                newest = changes[size_t(n)].integer;
        if (count < int32_t(changes.size()))
            return newest;
    }
}

int clients(rv_interface *iface) {
    rv_info info;
    rv_get_info(iface, &info, sizeof info);
    return int(info.clients);
}

void roundtrip(const Job &job, rv_interface *iface) {
    Axis out, in;
    std::vector<rv_change> changes(16);
    out.add_to(iface, job.server ? BACK : THERE, job.server ? RV_DIRECTION_OUTPUT : RV_DIRECTION_INPUT);
    in.add_to(iface, job.server ? THERE : BACK, job.server ? RV_DIRECTION_INPUT : RV_DIRECTION_OUTPUT);
    start(job, iface);
    if (job.server) {
        double before = 0;
        for (int64_t round = 0; round < job.frames;) {
            const int64_t got = receive(iface, in.ids[0], 1000, changes);
            if (got < 0)
                continue;
            if (!before)
                before = cpu();
            out.send(iface, int(round = got));
        }
        report(cpu() - before, job.frames);
        rv_stop(iface, 1000);
        return;
    }
    // The first state of the connection is through before anything is measured.
    sleep_until(now() + 600000000);
    receive(iface, in.ids[0], 0, changes);
    std::vector<int64_t> latency;
    const double before = cpu();
    const int64_t begin = now();
    for (int round = 1; round <= job.frames; round++) {
        int64_t sent = now();
        if (job.rate) {
            sent = due(begin, round, job.rate);
            if (sent > now())
                sleep_until(sent);
        }
        out.send(iface, round);
        while (receive(iface, in.ids[0], 1000, changes) < round) {
        }
        latency.push_back(now() - sent);
    }
    report(cpu() - before, job.frames, std::move(latency));
}

void stream(const Job &job, rv_interface *iface) {
    std::vector<uint32_t> ids;
    for (int n = 0; n < job.signals; n++)
        ids.push_back(add(iface, name_of(n).c_str(), kind_of(n), RV_DIRECTION_OUTPUT));
    start(job, iface);
    if (job.server) {
        while (clients(iface) < job.clients)
            sleep_until(now() + 10000000);
        sleep_until(now() + 600000000);
        std::vector<rv_value> values{size_t(job.changed)};
        std::vector<Value> held{size_t(job.changed)};
        const double before = cpu();
        const int64_t begin = now();
        for (int frame = 1; frame <= job.frames; frame++) {
            sleep_until(due(begin, frame, job.rate));
            for (int n = 0; n < job.changed; n++)
                fill(values[size_t(n)], ids[size_t(n)], held[size_t(n)] = value_of(n, frame));
            if (rv_set_values(iface, values.data(), uint32_t(job.changed)) != RV_OK || rv_flush(iface) != RV_OK)
                die("rv_set_values");
        }
        sleep_until(now() + 100000000);
        report(cpu() - before, job.frames);
        rv_stop(iface, 1000);
        return;
    }
    std::vector<rv_change> changes{size_t(job.signals)};
    sleep_until(now() + 300000000);
    receive(iface, ids[0], 0, changes);
    int frames = 0;
    const double before = cpu();
    for (int64_t newest = 0; newest < job.frames;) {
        const int64_t got = receive(iface, ids[0], 1000, changes);
        frames += got > 0;
        newest = std::max(newest, got);
    }
    report(cpu() - before, frames);
}

} // namespace

int main(int argc, char **argv) {
    const Job todo = job(argc, argv);
    rv_interface *iface = open(todo);
    (todo.roundtrip ? roundtrip : stream)(todo, iface);
    rv_destroy(iface);
}
