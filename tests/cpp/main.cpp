// Tests of realvirtual_ws.hpp, as C++11. Usage: tests-cpp [part of a test's name]

#include "check.hpp"

#include <atomic>
#include <cstring>
#include <iostream>
#include <limits>

#include <poll.h>
#include <unistd.h>

namespace {

int passed, failed;
std::string filter;

void options_have_the_defaults_and_reach_the_library() {
    rv_options c;
    rv_options_init(&c, sizeof c, RV_MODE_SERVER);
    rv::server_options options;
    CHECK(options.mode == RV_MODE_SERVER && rv::client_options().mode == RV_MODE_CLIENT);
    CHECK(options.address == c.address && options.client_name == c.client_name && options.path.empty());
    CHECK(options.port == c.port && options.update_cycle_ms == c.update_cycle_ms && options.relay == c.relay);

    options.address = "::1";
    options.path = "/twin";
    options.client_name = "a";
    options.tls_ca_file = "b";
    options.tls_pin = "c";
    options.tls_certificate_file = "e";
    options.tls_key_file = "f";
    options.tls_client_ca_file = "g";
    options.access_token = "t";
    options.user = "u";
    options.password = "p";
    options.trusted_proxies = {"10.0.0.0/8"};
    options.input_patterns = {"_in", "_i"};
    options.output_patterns = {"_out"};
    options.allowed_origins = {"https://a", "https://b"};
    options.allowed_hosts = {"d"};
    const rv::detail::c_options converted(options);
    const rv_options &got = *converted.get();
    CHECK(got.struct_size == sizeof got && got.port == 1234);
    CHECK(std::string(got.address) == "::1" && std::string(got.path) == "/twin");
    CHECK(std::string(got.client_name) == "a" && std::string(got.tls_ca_file) == "b");
    CHECK(std::string(got.tls_pin) == "c" && std::string(got.tls_certificate_file) == "e");
    CHECK(std::string(got.tls_key_file) == "f" && std::string(got.tls_client_ca_file) == "g");
    CHECK(std::string(got.access_token) == "t");
    CHECK(std::string(got.user) == "u" && std::string(got.password) == "p");
    CHECK(std::string(got.trusted_proxies) == "10.0.0.0/8\n");
    CHECK(std::string(got.input_patterns) == "_in\n_i\n" && std::string(got.output_patterns) == "_out\n");
    CHECK(std::string(got.allowed_origins) == "https://a\nhttps://b\n" && std::string(got.allowed_hosts) == "d\n");
    const rv::detail::c_options plain{rv::server_options()};
    CHECK(plain.get()->path == nullptr && plain.get()->allowed_origins == nullptr);

    options = rv::server_options();
    options.update_cycle_ms = 0;
    FAILS(RV_ERR_ARGUMENT, "update_cycle_ms", rv::server(options));
    options = rv::server_options();
    FAILS(RV_ERR_STATE, "option tls", rv::server(options).reload_tls());
    options.tls = 1;
    FAILS(RV_ERR_ARGUMENT, "tls_certificate_file", rv::server(options));
    options = rv::server_options();
    options.address = std::string("127.0.0.1\0x", 11);
    FAILS(RV_ERR_UTF8, "address", rv::server(options));
}

void a_role_decides_what_a_client_may_do() {
    rv::server twin(twin_options());
    const auto visible = twin.add<std::int64_t>("Line1/a", RV_DIRECTION_OUTPUT);
    twin.add<std::int64_t>("Line2/b", RV_DIRECTION_OUTPUT);
    rv::role viewer("viewer");
    viewer.read = {"Line1/*"};
    viewer.may_import = true;
    twin.add_token("look-only", viewer);
    twin.add_token("everything");
    twin.add_user("bob", "hunter22", viewer);
    FAILS(RV_ERR_EXISTS, "revoke", twin.add_token("look-only"));
    FAILS(RV_ERR_ARGUMENT, "empty", twin.add_token(""));
    CHECK(twin.try_revoke_user("nobody") == RV_ERR_NOT_FOUND);
    twin.start();

    rv::client_options options;
    options.port = static_cast<std::uint16_t>(twin.info().port);
    options.access_token = "wrong";
    FAILS(RV_ERR_DENIED, "401", rv::test_connection(options, std::chrono::seconds(3)));
    options.access_token = "look-only";
    rv::client panel(options);
    CHECK(panel.import_signals(std::chrono::seconds(3)).added == 1);
    CHECK(panel.signal_count() == 1 && visible.id() == 0);
    panel.start();
    panel.wait_connected(std::chrono::seconds(3));
    twin.revoke_token("look-only");
    rv::event event;
    bool revoked = false;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
    while (!revoked && std::chrono::steady_clock::now() < end) {
        panel.poll();
        panel.wait(std::chrono::milliseconds(10));
        while (panel.poll_event(event))
            revoked = revoked || event.text.find("1008") != std::string::npos;
    }
    CHECK(revoked);
    twin.revoke_user("bob");
}

void all_types_travel_both_ways() {
    rv::server twin(twin_options());
    const auto b = twin.add<bool>("b", RV_DIRECTION_INPUT);
    const auto i = twin.add<std::int64_t>("i", RV_DIRECTION_INPUT);
    const auto l = twin.add<long long>("l", RV_DIRECTION_INPUT);
    const auto d = twin.add<double>("d", RV_DIRECTION_INPUT);
    const auto f = twin.add<float>("f", RV_DIRECTION_INPUT);
    const auto t = twin.add<std::string>("t", RV_DIRECTION_INPUT);
    const auto back = twin.add<std::string>("back", RV_DIRECTION_OUTPUT);
    twin.start();
    rv::client plc = connected(twin, plc_options(twin));
    CHECK(plc.import_signals(seconds(5)).added == 7);

    const std::string long_text(5000, 'x');
    b.set(true);
    i.set(INT64_MIN);
    l.set(-7);
    d.set(1.7976931348623157e308);
    f.set(0.1f);
    t.set(long_text);
    EVENTUALLY(plc.find<bool>("b").get());
    EVENTUALLY(plc.find<std::int64_t>("i").get() == INT64_MIN);
    EVENTUALLY(plc.find<long long>("l").get() == -7);
    EVENTUALLY(plc.find<double>("d").get() == 1.7976931348623157e308);
    EVENTUALLY(plc.find<float>("f").get() == 0.1f);
    CHECK(plc.find<double>("f").get() == 0.1); // not 0.10000000149011612
    EVENTUALLY(plc.find<std::string>("t").get() == long_text);
    plc.find<std::string>("back").set("gr\xc3\xbcn");
    EVENTUALLY(back.get() == "gr\xc3\xbcn");
}

void failures_are_exceptions_with_code_name_and_message() {
    rv::server twin(twin_options());
    twin.start();
    rv::server_options options;
    options.port = static_cast<std::uint16_t>(twin.info().port);
    rv::server second(options);
    try {
        second.start();
        CHECK(!"a port has one server");
    } catch (const rv::error &error) {
        CHECK(error.code() == RV_ERR_PORT_IN_USE && std::string(error.name()) == "RV_ERR_PORT_IN_USE");
        CHECK(contains(error.what(), std::to_string(options.port)) && error.what() == rv::last_error());
    }
    CHECK(second.try_start() == RV_ERR_PORT_IN_USE);

    const auto out = twin.add<double>("out", RV_DIRECTION_OUTPUT);
    FAILS(RV_ERR_NOT_WRITABLE, "out", out.set(1));
    CHECK(out.try_set(1) == RV_ERR_NOT_WRITABLE);
    FAILS(RV_ERR_KIND, "out", twin.find<bool>("out"));
    FAILS(RV_ERR_KIND, "out", twin.find<std::string>("out"));
    FAILS(RV_ERR_NOT_FOUND, "none", twin.find<bool>("none"));
    FAILS(RV_ERR_EXISTS, "out", twin.add<bool>("out"));
    FAILS(RV_ERR_NULL, "name", twin.add<bool>(nullptr));
    FAILS(RV_ERR_UTF8, "name", twin.add<bool>(std::string("a\0b", 3)));
    const auto text = twin.add<std::string>("text", RV_DIRECTION_INPUT);
    FAILS(RV_ERR_UTF8, "value", text.set(std::string("a\0b", 3)));
    FAILS(RV_ERR_TEXT, "65536", text.set(std::string(65537, 'x')));
    FAILS(RV_ERR_HANDLE, "", rv::signal<bool>().get());
    FAILS(RV_ERR_STATE, "", second.wait_connected(milliseconds(0)));
    FAILS(RV_ERR_TIMEOUT, "", twin.wait_connected(milliseconds(0)));
}

void an_endpoint_moves_and_its_signals_stay() {
    const std::uint32_t before = rv::live_count();
    {
        rv::server first(twin_options());
        const auto signal = first.add<double>("s", RV_DIRECTION_INPUT);
        rv::server second(std::move(first));
        signal.set(2.5);
        CHECK(second.find<double>("s").get() == 2.5);
        CHECK(!first && first.handle() == nullptr && first.try_start() == RV_ERR_HANDLE);
        first = rv::server(twin_options());
        CHECK(rv::live_count() == before + 2);
        first = std::move(second);
        CHECK(rv::live_count() == before + 1 && signal.get() == 2.5);
        rv::endpoint adopted(first.release());
        CHECK(adopted && !first && adopted.signal_count() == 1);
        adopted.reset();
        adopted.reset();
        CHECK(rv::live_count() == before && signal.try_set(1) == RV_ERR_HANDLE);
    }
    static_assert(!std::is_copy_constructible<rv::endpoint>::value && !std::is_copy_assignable<rv::server>::value, "");
    static_assert(std::is_nothrow_move_constructible<rv::server>::value, "");
    static_assert(std::is_nothrow_move_assignable<rv::client>::value, "");
    static_assert(noexcept(std::declval<rv::signal<double>>().try_set(1.0)), "");
    static_assert(noexcept(std::declval<rv::endpoint>().try_poll(nullptr, 0)), "");
}

void a_batch_arrives_together() {
    rv::server twin(twin_options());
    const auto f = twin.add<float>("f", RV_DIRECTION_INPUT);
    const auto i = twin.add<std::int64_t>("i", RV_DIRECTION_INPUT);
    const auto b = twin.add<bool>("b", RV_DIRECTION_INPUT);
    const auto t = twin.add<std::string>("t", RV_DIRECTION_INPUT);
    const auto u = twin.add<std::string>("u", RV_DIRECTION_INPUT);
    rv::batch batch;
    for (int round = 0; round < 3; round++) {
        batch.clear();
        {
            std::string gone = "text " + std::to_string(round);
            batch.set(f, 0.1f).set(i, round).set(b, round == 2).set(t, gone).set(u, "literal");
        }
        CHECK(batch.size() == 5);
        twin.set_values(batch);
        CHECK(t.get() == "text " + std::to_string(round) && u.get() == "literal" && i.get() == round);
    }
    CHECK(b.get() && twin.find<double>("f").get() == 0.1);
    const std::vector<rv_change> read = twin.get_values({i.id(), f.id()});
    CHECK(read.size() == 2 && read[0].integer == 2 && read[1].number == 0.1);

    batch.clear();
    batch.set(i, 99).set(rv::signal<bool>(twin.handle(), 1000), true);
    FAILS(RV_ERR_NOT_FOUND, "", twin.set_values(batch));
    // The same id at another endpoint, first or later; and no signal at all.
    rv::server other(twin_options());
    const auto theirs = other.add<std::int64_t>("theirs", RV_DIRECTION_INPUT);
    batch.clear();
    FAILS(RV_ERR_ARGUMENT, "another endpoint", twin.set_values(batch.set(theirs, 1)));
    other.set_values(batch);
    CHECK(theirs.get() == 1);
    FAILS(RV_ERR_ARGUMENT, "another endpoint", other.set_values(batch.set(i, 98)));
    CHECK(other.try_set_values(batch) == RV_ERR_ARGUMENT && twin.try_set_values(batch) == RV_ERR_ARGUMENT);
    batch.clear();
    FAILS(RV_ERR_ARGUMENT, "", twin.set_values(batch.set(i, 98).set(rv::signal<bool>(), true)));
    batch.clear();
    twin.set_values(batch);
    CHECK(i.get() == 2); // all or none
}

// Every float is sent by the same double, however it is set.
void floats_are_set_by_their_shortest_form() {
    rv::server twin(twin_options());
    const auto one = twin.add<float>("one", RV_DIRECTION_INPUT);
    const auto two = twin.add<float>("two", RV_DIRECTION_INPUT);
    const auto a = twin.find<double>("one"), b = twin.find<double>("two");
    rv::batch batch;
    std::uint32_t bits = 1;
    for (int n = 0; n < 20000; n++) {
        bits = bits * 1664525u + 1013904223u;
        float value;
        std::memcpy(&value, &bits, sizeof value);
        if (n < 4)
            value = n == 0 ? 0.0f : n == 1 ? 1e-45f : n == 2 ? 3.4028235e38f : -0.1f;
        if (!(value - value == 0))
            continue; // not finite
        one.set(value);
        batch.clear();
        twin.set_values(batch.set(two, value));
        CHECK(a.get() == b.get());
    }
    CHECK(a.get() != 0);
    batch.clear();
    FAILS(RV_ERR_NOT_FINITE, "", twin.set_values(batch.set(two, std::numeric_limits<float>::infinity())));

    // What is no float comes as the nearest, or as infinity.
    const auto wide = twin.add<double>("wide", RV_DIRECTION_INPUT);
    const rv::signal<float> narrow(twin.handle(), wide.id());
    const double most = static_cast<double>(std::numeric_limits<float>::max());
    wide.set(-most);
    CHECK(narrow.get() == -std::numeric_limits<float>::max());
    wide.set(1e300);
    CHECK(narrow.get() == std::numeric_limits<float>::infinity());
    wide.set(-1e300);
    CHECK(narrow.get() == -std::numeric_limits<float>::infinity());
}

void polls_give_pulses_texts_and_queues() {
    rv::server twin(twin_options());
    const auto start = twin.add<bool>("Start", RV_DIRECTION_OUTPUT);
    rv::signal_options<std::string> order("Order", RV_DIRECTION_OUTPUT);
    order.fifo_depth = 8;
    const auto orders = twin.add(order);
    twin.start();
    rv::client plc = connected(twin, plc_options(twin));
    const auto button = plc.add<bool>("Start", RV_DIRECTION_OUTPUT);
    const auto queue = plc.add(order);
    CHECK(twin.poll().size() <= 2);
    button.set(true);
    button.set(false);
    queue.set("first order");
    queue.set(std::string(300, '2'));
    std::uint32_t rises = 0;
    std::vector<std::string> texts;
    EVENTUALLY([&] {
        const rv::changes records = twin.poll();
        for (std::size_t n = 0; n < records.size(); n++) {
            if (records[n].signal == start.id())
                rises += records[n].rise_count;
            else if (records[n].signal == orders.id() && !(records[n].flags & RV_CHANGE_QUALITY))
                texts.push_back(twin.change_text(n));
        }
        return rises > 0 && texts.size() >= 2 && !start.get();
    }());
    CHECK(rises == 1 && texts[texts.size() - 2] == "first order" && texts.back() == std::string(300, '2'));
    CHECK(twin.poll().empty());
    FAILS(RV_ERR_NOT_FOUND, "", twin.change_text(0));
}

void events_and_the_log_are_polled_with_their_texts() {
    rv::server_options options = twin_options();
    options.raw_events = true;
    rv::server twin(options);
    twin.start();
    rv::client plc = connected(twin, plc_options(twin));
    const rv::event joined = next_event(twin, RV_EVENT_CLIENT_JOINED);
    CHECK(contains(joined.text, "realvirtual-ws") && joined.client == twin.client_ids().at(0));

    const std::string padding(10000, 'p');
    plc.send_raw("{\"type\":\"mine\",\"padding\":\"" + padding + "\"}");
    CHECK(contains(next_event(twin, RV_EVENT_RAW).text, padding));
    plc.send_raw("{\"type\":\"mine\"}");
    CHECK(next_event(twin, RV_EVENT_RAW).text == "{\"type\":\"mine\"}"); // no rest of the longer one
    twin.send_raw("{\"type\":\"yours\"}");
    FAILS(RV_ERR_NOT_FOUND, "", twin.send_raw("{\"type\":\"yours\"}", 999));
    FAILS(RV_ERR_ARGUMENT, "", plc.send_raw("[]"));

    rv::log_record record;
    std::string log;
    while (plc.poll_log(record))
        log += std::to_string(record.level) + " " + record.text + "\n";
    CHECK(contains(log, std::to_string(RV_LOG_INFO) + " connected to 127.0.0.1:"));
    EVENTUALLY(plc.stats().unknown_message == 1);
    CHECK(twin.stats().frames_in >= 2);
}

void waiting_ends_with_a_change() {
    rv::server twin(twin_options());
    const auto out = twin.add<bool>("out", RV_DIRECTION_OUTPUT);
    twin.start();
    rv::client plc = connected(twin, plc_options(twin));
    const auto own = plc.add<bool>("out", RV_DIRECTION_OUTPUT);
    rv::event event;
    EVENTUALLY(([&] {
        while (twin.poll_event(event)) {}
        return twin.poll().empty() && !twin.wait(milliseconds(0));
    }()));
    CHECK(!twin.wait(milliseconds(-5)));
    pollfd entry = {twin.event_fd(), POLLIN, 0};
    CHECK(::poll(&entry, 1, 0) == 0);
    own.set(true);
    CHECK(::poll(&entry, 1, 5000) == 1 && twin.wait(seconds(5)));
    void *handle = nullptr; // only on Windows
    CHECK(twin.try_event_handle(handle) == RV_ERR_UNSUPPORTED && !handle);
    EVENTUALLY(!twin.poll().empty() && out.get());
}

void imports_block_or_end_in_an_event() {
    rv::server twin(twin_options());
    twin.add<double>("a", RV_DIRECTION_INPUT);
    twin.start();
    rv::client client(plc_options(twin));
    const std::uint32_t token = client.import_begin(seconds(5));
    rv_import_report report;
    EVENTUALLY(client.import_result(token, report));
    CHECK(report.added == 1 && report.answered == 1 && next_event(client, RV_EVENT_IMPORT_DONE).token == token);
    CHECK(client.import_signals(seconds(5)).unchanged == 1);
    CHECK(client.signal_info(client.find("a")).imported == 1);
    client.cancel(client.import_begin(seconds(5)));

    rv::server alone(twin_options());
    FAILS(RV_ERR_STATE, "", alone.import_signals(seconds(1)));
    FAILS(RV_ERR_STATE, "", alone.import_begin(seconds(1)));
}

void configurations_are_asked_for_and_changed() {
    rv::server twin(twin_options());
    twin.start();
    rv::client plc = connected(twin, plc_options(twin));
    CHECK(plc.config_get(seconds(5)) == "{}");
    const std::string config = "{\"speed\":1,\"note\":\"" + std::string(9000, 'n') + "\"}";
    twin.config_publish(config);
    CHECK(plc.config_get(seconds(5)) == config);
    FAILS(RV_ERR_ARGUMENT, "", twin.config_publish("[]"));

    std::atomic<bool> apply(true), end(false);
    std::thread host([&] {
        rv::event event;
        while (!end) {
            if (twin.try_poll_event(event) == 1 && event.type == RV_EVENT_CONFIG_SET)
                twin.try_config_reply(event.token, apply, apply ? "applied" : "too fast");
            else
                std::this_thread::sleep_for(milliseconds(1));
        }
    });
    struct joined {
        std::atomic<bool> &end;
        std::thread &thread;
        ~joined() {
            end = true;
            thread.join();
        }
    } join = {end, host};
    CHECK(plc.config_set("{\"speed\":2}", seconds(5)) == "applied");
    apply = false;
    std::string message;
    CHECK(plc.try_config_set("{\"speed\":9}", seconds(5), message) == RV_ERR_DENIED && message == "too fast");
    FAILS(RV_ERR_DENIED, "too fast", plc.config_set("{\"speed\":9}", seconds(5)));
    std::uint32_t token = plc.config_set_begin("{\"speed\":9}", seconds(5));
    rv::event done = next_event(plc, RV_EVENT_CONFIG_DONE);
    while (done.token != token)
        done = next_event(plc, RV_EVENT_CONFIG_DONE);
    CHECK(done.result == RV_ERR_DENIED && contains(done.text, "too fast"));
    token = plc.config_get_begin(seconds(5));
    done = next_event(plc, RV_EVENT_CONFIG_DONE);
    CHECK(done.token == token && done.result == RV_OK && done.text == config);
    FAILS(RV_ERR_NOT_FOUND, "", twin.config_reply(12345, true, ""));
}

void a_server_knows_its_clients() {
    rv::server twin(twin_options());
    twin.start();
    rv::client_options options = plc_options(twin);
    options.client_name = std::string(200, 'n');
    options.auto_reconnect = false;
    std::vector<rv::client> clients;
    for (int n = 0; n < 20; n++) // more than the first guess
        clients.push_back(connected(twin, options));
    EVENTUALLY(twin.client_ids().size() == 20);
    const std::uint32_t id = twin.client_ids().front();
    const rv::client_info client = twin.get_client(id);
    CHECK(client.id == id && client.name == options.client_name && !client.subscribed);
    CHECK(contains(client.address, "127.0.0.1:"));
    twin.disconnect_client(id);
    EVENTUALLY(twin.client_ids().size() == 19);
    FAILS(RV_ERR_NOT_FOUND, "", twin.get_client(id));
    FAILS(RV_ERR_NOT_FOUND, "", twin.disconnect_client(id));
}

void a_client_chooses_what_it_gets() {
    rv::server twin(twin_options());
    const auto a = twin.add<double>("a", RV_DIRECTION_INPUT), b = twin.add<double>("b", RV_DIRECTION_INPUT);
    twin.start();
    rv::client plc(plc_options(twin));
    const auto here_a = plc.add<double>("a", RV_DIRECTION_INPUT), here_b = plc.add<double>("b", RV_DIRECTION_INPUT);
    plc.subscribe({"b", "later"});
    plc.start();
    plc.wait_connected(seconds(5));
    a.set(1);
    b.set(1);
    EVENTUALLY(here_b.get() == 1);
    CHECK(here_a.get() == 0);
    EVENTUALLY(twin.get_client(twin.client_ids().at(0)).subscribed == 1);
    plc.subscribe_all();
    EVENTUALLY(here_a.get() == 1);
    plc.subscribe({});
    FAILS(RV_ERR_UTF8, "", plc.subscribe({"fine", std::string("a\0b", 3)}));
}

void signals_can_be_declared_with_everything() {
    rv::server twin(twin_options());
    rv::signal_options<bool> lamp("Lamp", RV_DIRECTION_INPUT);
    lamp.access = RV_ACCESS_READ_WRITE;
    lamp.comment = "over the door";
    lamp.folder = "Hall 1";
    lamp.display_name = "Lamp over the door";
    lamp.min_hold = milliseconds(50);
    CHECK(twin.add(lamp.initial(true).failsafe(false, milliseconds(20))).get());
    CHECK(twin.signal_info(twin.find("Lamp")).access == RV_ACCESS_READ_WRITE);
    CHECK(twin.signal_note(0, RV_NOTE_COMMENT) == lamp.comment && twin.signal_note(0, RV_NOTE_FOLDER) == lamp.folder);
    CHECK(twin.signal_note(0, RV_NOTE_DISPLAY_NAME) == lamp.display_name);
    CHECK(twin.add(rv::signal_options<std::string>("Text", RV_DIRECTION_INPUT).initial("first")).get() == "first");
    CHECK(twin.add(rv::signal_options<float>("Float", RV_DIRECTION_INPUT).initial(0.1f)).get() == 0.1f);
    CHECK(twin.find<double>("Float").get() == 0.1);
    rv::signal_options<double> wrong("Wrong");
    wrong.min_hold = milliseconds(50);
    FAILS(RV_ERR_KIND, "Wrong", twin.add(wrong));

    CHECK(twin.add("Plain", RV_KIND_INT, RV_DIRECTION_OUTPUT) == 3);
    rv_signal_options c = rv_signal_options();
    c.struct_size = sizeof c;
    c.name = "C";
    c.kind = RV_KIND_FLOAT;
    CHECK(twin.add(c) == 4 && twin.signal_count() == 5);
    const std::string longest(512, 'n');
    CHECK(twin.signal_name(twin.add<bool>(longest).id()) == longest);
    twin.set_access(3, RV_ACCESS_WRITE);
    rv::signal<std::int64_t>(twin.handle(), 3).set(7);
    CHECK(twin.find<std::int64_t>("Plain").get() == 7);

    // The fail-safe value shows when the writer is gone.
    rv::server_options options = twin_options();
    rv::server other(options);
    const auto safe = other.add(rv::signal_options<double>("Safe", RV_DIRECTION_OUTPUT).failsafe(-1, milliseconds(20)));
    other.start();
    rv::client plc = connected(other, plc_options(other));
    plc.add<double>("Safe", RV_DIRECTION_OUTPUT).set(5);
    EVENTUALLY(safe.get() == 5);
    plc.reset();
    EVENTUALLY(safe.get() == -1);
}

void lists_are_saved_and_loaded() {
    const char *folder = getenv("TMPDIR");
    std::string name = std::string(folder ? folder : P_tmpdir) + "/signals-XXXXXX";
    char *const path = &name[0];
    const int file = mkstemp(path);
    CHECK(file >= 0);
    close(file);
    struct removed {
        const char *path;
        ~removed() { unlink(path); }
    } remove = {path};
    rv::server twin(twin_options());
    twin.add<double>("Speed", RV_DIRECTION_INPUT);
    twin.add<bool>("Start", RV_DIRECTION_OUTPUT);
    CHECK(twin.save_signals(path, RV_LIST_CSV) == 2);
    rv::server other(twin_options());
    CHECK(other.load_signals(path, RV_LIST_CSV) == 2 && other.find<bool>("Start").id() == 1);
    FAILS(RV_ERR_FORMAT, "", other.load_signals(path, RV_LIST_JSON));
    FAILS(RV_ERR_FILE, "", other.load_signals("/nonexistent/list.json"));
    FAILS(RV_ERR_FILE, "", other.save_signals("/nonexistent/list.json"));
}

void connections_can_be_tested() {
    rv::server twin(twin_options());
    twin.start();
    const rv::client_options options = plc_options(twin);
    const rv_connection_report report = rv::test_connection(options, seconds(5));
    CHECK(report.connect_us > 0 && report.library == 1);
    rv::endpoint test = rv::test_connection_begin(options, seconds(5));
    CHECK(next_event(test, RV_EVENT_TEST_DONE).result == RV_OK);
    rv_connection_report later = rv_connection_report();
    CHECK(test.test_connection_result(later) && later.connect_us > 0);
    CHECK(!test.test_connection_result(later));
    twin.reset();
    FAILS(RV_ERR_REFUSED, "", rv::test_connection(options, seconds(5)));
}

void a_stop_sends_what_is_due() {
    rv::server_options options = twin_options();
    options.send_mode = RV_SEND_MANUAL;
    rv::server twin(options);
    const auto signal = twin.add<double>("s", RV_DIRECTION_INPUT);
    twin.start();
    rv::client plc = connected(twin, plc_options(twin));
    const auto there = plc.add<double>("s", RV_DIRECTION_INPUT);
    signal.set(1);
    twin.flush();
    EVENTUALLY(there.get() == 1);
    signal.set(2);
    CHECK(twin.stop(seconds(5)) && twin.info().state == RV_STATE_STOPPED);
    EVENTUALLY(there.get() == 2);
    CHECK(rv::shutdown_all(seconds(5)) && rv::live_count() == 0 && twin.try_flush() == RV_ERR_HANDLE);
}

void times_are_cut_to_what_the_library_takes() {
    CHECK(rv::detail::ms(milliseconds(-1)) == 0 && rv::detail::ms(seconds(2)) == 2000);
    CHECK(rv::detail::ms(std::chrono::hours(10000)) == 0xFFFFFFFFu);
    CHECK(rv::detail::count(std::size_t(1) << 40) == 0xFFFFFFFFu && rv::detail::count(std::size_t(7)) == 7);
    CHECK(rv::abi_version() == RV_ABI_VERSION);
    CHECK(rv::version() == std::to_string(RV_VERSION_MAJOR) + "." + std::to_string(RV_VERSION_MINOR) + "." +
                               std::to_string(RV_VERSION_PATCH));
}

} // namespace

void run_test(const char *name, void (*test)()) {
    if (!contains(name, filter))
        return;
    try {
        test();
        passed++;
    } catch (const std::exception &error) {
        failed++;
        std::cerr << "FAILED " << name << "\n  " << error.what() << "\n";
    }
    rv_shutdown_all(1000);
}

int main(int argc, char **argv) {
    filter = argc > 1 ? argv[1] : "";
    RUN(options_have_the_defaults_and_reach_the_library);
    RUN(a_role_decides_what_a_client_may_do);
    RUN(all_types_travel_both_ways);
    RUN(failures_are_exceptions_with_code_name_and_message);
    RUN(an_endpoint_moves_and_its_signals_stay);
    RUN(a_batch_arrives_together);
    RUN(floats_are_set_by_their_shortest_form);
    RUN(polls_give_pulses_texts_and_queues);
    RUN(events_and_the_log_are_polled_with_their_texts);
    RUN(waiting_ends_with_a_change);
    RUN(imports_block_or_end_in_an_event);
    RUN(configurations_are_asked_for_and_changed);
    RUN(a_server_knows_its_clients);
    RUN(a_client_chooses_what_it_gets);
    RUN(signals_can_be_declared_with_everything);
    RUN(lists_are_saved_and_loaded);
    RUN(connections_can_be_tested);
    RUN(a_stop_sends_what_is_due);
    RUN(times_are_cut_to_what_the_library_takes);
    modern_tests();
    std::cout << "cpp: " << passed << " passed, " << failed << " failed\n";
    return failed > 0 || passed == 0;
}
