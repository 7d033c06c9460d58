// What realvirtual_ws.hpp adds with C++20. Linked with main.cpp, which is C++11: one program may hold both.

#include "check.hpp"

#include <array>

#if !defined(__cpp_lib_span) || !defined(__cpp_lib_string_view)
#error "this file is for C++20: it tests the overloads for std::span and std::string_view"
#endif

namespace {

using namespace std::string_view_literals;

void string_views_are_texts() {
    rv::server twin(twin_options());
    const std::string_view view = "SpeedAndMore";
    const auto speed = twin.add<double>(view.substr(0, 5), RV_DIRECTION_INPUT);
    CHECK(twin.signal_name(speed.id()) == "Speed" && twin.find("Speed"sv) == speed.id());
    const auto text = twin.add<std::string>("Text"sv, RV_DIRECTION_INPUT);
    text.set(view.substr(5, 3));
    CHECK(text.get() == "And");
    FAILS(RV_ERR_UTF8, "value", text.set("a\0b"sv));
}

void spans_are_arrays() {
    rv::server twin(twin_options());
    const auto a = twin.add<double>("a", RV_DIRECTION_INPUT), b = twin.add<double>("b", RV_DIRECTION_INPUT);
    twin.add<bool>("out", RV_DIRECTION_OUTPUT);
    std::array<rv_value, 2> values{};
    values[0] = {a.id(), RV_KIND_FLOAT, 0, 1.5, nullptr};
    values[1] = {b.id(), RV_KIND_FLOAT, 0, 2.5, nullptr};
    CHECK(twin.try_set_values(values) == RV_OK);
    const std::array ids{b.id(), a.id()};
    std::array<rv_change, 8> read{};
    CHECK(twin.try_get_values(ids, read) == RV_OK && read[0].number == 2.5 && read[1].number == 1.5);
    CHECK(twin.try_get_values(ids, std::span(read).first(1)) == RV_OK);

    twin.start();
    rv::client plc(plc_options(twin));
    const std::array names{"out"sv, "b"sv};
    plc.subscribe(names);
    const auto out = plc.add<bool>("out", RV_DIRECTION_OUTPUT);
    const auto here = plc.add<double>("b", RV_DIRECTION_INPUT);
    plc.start();
    EVENTUALLY(here.get() == 2.5);
    out.set(true);
    EVENTUALLY(twin.try_poll(read) == 1 && read[0].integer == 1);
    const std::span<const rv_change> polled = twin.poll();
    CHECK(polled.empty());
}

} // namespace

void modern_tests() {
    RUN(string_views_are_texts);
    RUN(spans_are_arrays);
}
