// A peer by hand in C++: libwebsockets, simdjson, std::to_chars.
#include "codec.hpp"

#include <atomic>
#include <thread>

#include <libwebsockets.h>

using namespace peer;

namespace {

// What a connection has still to get: only the newest frame, as with every peer that sends signals.
struct Connection {
    Padded *in;
    bool pending;
};

struct State {
    Job job;
    Table table;
    Encoder encoder;
    std::string text, frame; // `frame` has LWS_PRE bytes before the text
    std::thread clock;
    lws_context *context = nullptr;
    lws *client = nullptr;
    std::vector<int64_t> latency;
    int64_t begin = 0, sent_at = 0;
    double before = 0;
    int round = 0, asked = 0, frames = 0, connected = 0;
    std::atomic<int> ticks{0};
    std::atomic<bool> done{false};

    explicit State(const Job &todo) : job(todo), encoder(todo.signals) {}

    void publish() {
        frame.assign(LWS_PRE, '\0');
        frame += text;
    }
};

State *state;

const lws_protocols *protocols();

void finish(int frames, std::vector<int64_t> latency = {}) {
    report(cpu() - state->before, frames, std::move(latency));
    state->done = true;
    lws_cancel_service(state->context);
}

// ---- round trip, client

void ask() {
    state->asked = state->round;
    state->sent_at = state->job.rate ? due(state->begin, state->round, state->job.rate) : now();
    encode_axis(state->text, THERE, state->round);
    state->publish();
    lws_callback_on_writable(state->client);
}

void next_round() {
    if (++state->round > state->job.frames)
        return finish(state->job.frames, std::move(state->latency));
    if (!state->job.rate || due(state->begin, state->round, state->job.rate) <= now())
        ask();
}

// ---- stream, server

void send_frame() {
    state->frames++;
    state->encoder.frame(state->text, state->job.changed, state->frames);
    state->publish();
    lws_callback_on_writable_all_protocol(state->context, protocols());
    if (state->frames == state->job.frames)
        finish(state->job.frames);
}

// ---- both

// A thread keeps the schedule: the library's own timers go by milliseconds and spin through the last one.
void begin_clock(int64_t after) {
    if (state->job.rate)
        state->clock = std::thread([begin = state->begin = now() + after] {
            for (int n = 1; n <= state->job.frames && !state->done; n++) {
                sleep_until(due(begin, n, state->job.rate));
                state->ticks = n;
                lws_cancel_service(state->context);
            }
        });
}

void tick() {
    if (state->job.roundtrip && !state->job.server && state->ticks >= state->round && state->asked < state->round)
        ask();
    // Ticks that came together: of their frames only the last is sent.
    while (!state->job.roundtrip && state->job.server && state->frames < state->ticks)
        send_frame();
}

void received(lws *wsi, const Padded &in) {
    state->table.decode(in.data(), in.size());
    if (!state->table.poll())
        return;
    const int count = int(state->table.count());
    if (!state->job.roundtrip) {
        state->frames++;
        if (count >= state->job.frames)
            finish(state->frames);
    } else if (state->job.server) {
        if (!state->before)
            state->before = cpu();
        encode_axis(state->text, BACK, count);
        state->publish();
        state->client = wsi;
        lws_callback_on_writable(wsi);
        state->round = count;
    } else {
        state->latency.push_back(now() - state->sent_at);
        next_round();
    }
}

int callback(lws *wsi, lws_callback_reasons reason, void *user, void *in, size_t length) {
    auto *connection = static_cast<Connection *>(user);
    switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        connection->in = new Padded;
        if (state->job.server) {
            if (++state->connected == state->job.clients && !state->job.roundtrip) {
                state->before = cpu();
                begin_clock(600000000);
            }
        } else {
            state->client = wsi;
            state->before = cpu();
            if (state->job.roundtrip) {
                begin_clock(0);
                next_round();
            }
        }
        break;
    case LWS_CALLBACK_RECEIVE:
    case LWS_CALLBACK_CLIENT_RECEIVE:
        connection->in->add(in, length);
        if (lws_is_final_fragment(wsi) && !lws_remaining_packet_payload(wsi)) {
            received(wsi, *connection->in);
            connection->in->clear();
        }
        break;
    case LWS_CALLBACK_SERVER_WRITEABLE:
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        if (state->frame.size() > LWS_PRE) {
            auto *data = reinterpret_cast<unsigned char *>(&state->frame[LWS_PRE]);
            const size_t size = state->frame.size() - LWS_PRE;
            lws_write(wsi, data, size, LWS_WRITE_TEXT);
            if (state->job.roundtrip && state->job.server && state->round >= state->job.frames)
                finish(state->job.frames);
        }
        break;
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
        tick();
        break;
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_CLIENT_CLOSED:
        delete connection->in;
        break;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        die("connect");
    default:
        break;
    }
    return 0;
}

const lws_protocols *protocols() {
    static lws_protocols list[2];
    list[0].name = "default";
    list[0].callback = callback;
    list[0].per_session_data_size = sizeof(Connection);
    list[0].rx_buffer_size = 65536;
    return list;
}

} // namespace

int main(int argc, char **argv) {
    State whole(job(argc, argv));
    state = &whole;
    const Job &todo = whole.job;
    if (!todo.roundtrip)
        whole.table.add_stream(todo.signals);
    else
        whole.table.add_axis(todo.server ? THERE : BACK);
    lws_set_log_level(LLL_ERR, nullptr);
    lws_context_creation_info info{};
    info.port = todo.server ? todo.port : CONTEXT_PORT_NO_LISTEN;
    info.iface = "127.0.0.1";
    info.protocols = protocols();
    info.pt_serv_buf_size = 65536;
    if (todo.server && !todo.port)
        die("libwebsockets needs a port of its own: PORT");
    whole.context = lws_create_context(&info);
    if (!whole.context)
        die("lws_create_context");
    if (todo.server) {
        listening(todo.port);
    } else {
        lws_client_connect_info to{};
        to.context = whole.context;
        to.address = to.host = to.origin = "127.0.0.1";
        to.port = todo.port;
        to.path = "/";
        to.local_protocol_name = "default";
        if (!lws_client_connect_via_info(&to))
            die("connect");
    }
    while (!whole.done && lws_service(whole.context, 0) >= 0) {
    }
    // What was written last goes out.
    for (const int64_t end = now() + 100000000; now() < end;)
        lws_service(whole.context, 0), lws_cancel_service(whole.context);
    if (whole.clock.joinable())
        whole.clock.join();
    lws_context_destroy(whole.context);
}
