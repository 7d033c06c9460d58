// A peer over MQTT: libmosquitto and a mosquitto broker on PORT, with one JSON message for each frame.
#include "codec.hpp"

#include <mosquitto.h>

using namespace peer;

namespace {

struct State {
    Job job;
    Table table;
    Padded in;
    std::string text;
    std::vector<int64_t> latency;
    int64_t begin = 0, sent_at = 0;
    double before = 0;
    int round = 0, frames = 0;
    bool subscribed = false, done = false;
};

const char *topic(bool from_server) { return from_server ? "bench/server" : "bench/client"; }

void publish(mosquitto *mosq, State &state) {
    if (mosquitto_publish(mosq, nullptr, topic(state.job.server), int(state.text.size()), state.text.data(), 0, false))
        die("mosquitto_publish");
}

void ask(mosquitto *mosq, State &state) {
    if (++state.round > state.job.frames) {
        report(cpu() - state.before, state.job.frames, std::move(state.latency));
        state.done = true;
        return;
    }
    state.sent_at = now();
    if (state.job.rate) {
        state.sent_at = due(state.begin, state.round, state.job.rate);
        if (state.sent_at > now())
            sleep_until(state.sent_at);
    }
    encode_axis(state.text, THERE, state.round);
    publish(mosq, state);
}

void on_message(mosquitto *mosq, void *user, const mosquitto_message *message) {
    auto &state = *static_cast<State *>(user);
    state.in.clear();
    state.in.add(message->payload, size_t(message->payloadlen));
    state.table.decode(state.in.data(), state.in.size());
    state.table.poll();
    const int count = int(state.table.count());
    if (!state.job.roundtrip) {
        state.frames++;
        if (count >= state.job.frames) {
            report(cpu() - state.before, state.frames);
            state.done = true;
        }
    } else if (state.job.server) {
        if (!state.before)
            state.before = cpu();
        encode_axis(state.text, BACK, count);
        publish(mosq, state);
        if (count >= state.job.frames) {
            report(cpu() - state.before, state.job.frames);
            state.done = true;
        }
    } else {
        state.latency.push_back(now() - state.sent_at);
        ask(mosq, state);
    }
}

void on_subscribe(mosquitto *, void *user, int, int, const int *) { static_cast<State *>(user)->subscribed = true; }

void loop_until(mosquitto *mosq, const bool &flag) {
    while (!flag)
        if (mosquitto_loop(mosq, 1000, 1))
            die("mosquitto_loop");
}

} // namespace

int main(int argc, char **argv) {
    State state{job(argc, argv), {}, {}, {}, {}};
    const Job &todo = state.job;
    mosquitto_lib_init();
    mosquitto *mosq = mosquitto_new(nullptr, true, &state);
    mosquitto_int_option(mosq, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_message_callback_set(mosq, on_message);
    mosquitto_subscribe_callback_set(mosq, on_subscribe);
    if (mosquitto_connect(mosq, "127.0.0.1", todo.port, 60))
        die("mosquitto_connect");
    if (!todo.roundtrip)
        state.table.add_stream(todo.signals);
    else
        state.table.add_axis(todo.server ? THERE : BACK);
    if (todo.roundtrip || !todo.server) {
        mosquitto_subscribe(mosq, nullptr, topic(!todo.server), 0);
        loop_until(mosq, state.subscribed);
    }
    if (todo.server)
        listening(todo.port);
    state.before = todo.roundtrip && todo.server ? 0 : cpu();
    state.begin = now();
    if (todo.roundtrip && !todo.server)
        ask(mosq, state);
    if (todo.roundtrip || !todo.server) {
        loop_until(mosq, state.done);
    } else {
        // The receivers have subscribed when the one who starts them says so.
        if (std::getchar() == EOF)
            die("the signal to begin");
        Encoder encoder(todo.signals);
        state.before = cpu();
        state.begin = now();
        for (int frame = 1; frame <= todo.frames; frame++) {
            sleep_until(due(state.begin, frame, todo.rate));
            encoder.frame(state.text, todo.changed, frame);
            publish(mosq, state);
            mosquitto_loop_misc(mosq);
            while (mosquitto_want_write(mosq))
                mosquitto_loop_write(mosq, 1);
        }
        report(cpu() - state.before, todo.frames);
    }
    mosquitto_disconnect(mosq);
    mosquitto_destroy(mosq);
}
