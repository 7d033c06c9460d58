// JSON by hand, as a C++ programmer who cares about speed writes it: std::to_chars out, simdjson in. For the peers that
// have no library for signals.
#pragma once

#include "peer.hpp"

#include <charconv>
#include <unordered_map>

#include <simdjson.h>

namespace peer {

inline void append(std::string &out, const Value &value) {
    char text[40];
    std::to_chars_result end{};
    switch (value.kind) {
    case BOOL: out += value.integer ? "true" : "false"; return;
    case TEXT: (out += '"') += value.text, out += '"'; return; // none of them needs an escape
    case INT: end = std::to_chars(text, text + sizeof text, value.integer); break;
    case FLOAT: end = std::to_chars(text, text + sizeof text, value.number); break;
    }
    out.append(text, end.ptr);
}

// A `data` frame of `count` signals.
template <class Name, class Get> void encode(std::string &out, int count, Name name, Get value) {
    out = "{\"type\":\"data\",\"version\":2,\"signals\":{";
    for (int n = 0; n < count; n++) {
        ((out += n ? ",\"" : "\"") += name(n)) += "\":";
        append(out, value(n));
    }
    out += "}}";
}

// The frames of a stream.
class Encoder {
    std::vector<std::string> names_;

  public:
    explicit Encoder(int signals) {
        for (int n = 0; n < signals; n++)
            names_.push_back(name_of(n));
    }
    void frame(std::string &out, int changed, int number) const {
        encode(out, changed, [&](int n) -> const std::string & { return names_[size_t(n)]; },
               [&](int n) { return value_of(n, number); });
    }
};

inline void encode_axis(std::string &out, const char *const *names, int round) {
    encode(out, 4, [&](int n) { return names[n]; }, [&](int n) { return axis_value(n, round); });
}

// The receiver's signals: values by name, and which of them have changed since the last look.
class Table {
    struct Slot {
        Value value;
        std::string text;
        bool changed;
    };
    std::unordered_map<std::string, size_t> ids_;
    std::vector<Slot> slots_;
    std::vector<size_t> changed_;
    simdjson::ondemand::parser parser_;
    std::string name_;

    void store(Slot &slot, simdjson::ondemand::value value) {
        switch (slot.value.kind) {
        case BOOL: slot.value.integer = bool(value.get_bool()); break;
        case INT: slot.value.integer = value.get_int64(); break;
        case FLOAT: slot.value.number = value.get_double(); break;
        case TEXT: slot.text = std::string_view(value.get_string()); break;
        }
    }

  public:
    void add(const std::string &name, Kind kind) {
        ids_.emplace(name, slots_.size());
        slots_.push_back({{kind, 0, 0, ""}, "", false});
    }
    void add_stream(int signals) {
        for (int n = 0; n < signals; n++)
            add(name_of(n), kind_of(n));
    }
    void add_axis(const char *const *names) {
        for (int n = 0; n < 4; n++)
            add(names[n], axis_value(n, 0).kind);
    }

    // `text` is followed by simdjson::SIMDJSON_PADDING bytes that may be read.
    void decode(const char *text, size_t length) {
        auto document = parser_.iterate(text, length, length + simdjson::SIMDJSON_PADDING);
        if (std::string_view(document["type"].get_string()) != "data")
            return;
        for (auto field : document["signals"].get_object()) {
            name_ = std::string_view(field.unescaped_key());
            auto found = ids_.find(name_);
            if (found == ids_.end())
                continue;
            Slot &slot = slots_[found->second];
            store(slot, field.value());
            if (!slot.changed) {
                slot.changed = true;
                changed_.push_back(found->second);
            }
        }
    }

    // Looks at everything that has changed; gives how much that was.
    size_t poll() {
        [[maybe_unused]] static volatile int64_t seen;
        int64_t sum = 0;
        for (size_t id : changed_) {
            slots_[id].changed = false;
            sum += slots_[id].value.integer;
        }
        seen = sum;
        const size_t count = changed_.size();
        changed_.clear();
        return count;
    }

    // The first signal: the number of the frame, or of the round.
    int64_t count() const { return slots_[0].value.integer; }
};

// Bytes with the room behind them that simdjson wants.
class Padded {
    std::string bytes_;
    size_t length_ = 0;

  public:
    void clear() { length_ = 0; }
    void add(const void *data, size_t length) {
        if (bytes_.size() < length_ + length + simdjson::SIMDJSON_PADDING)
            bytes_.resize((length_ + length) * 2 + simdjson::SIMDJSON_PADDING);
        std::memcpy(&bytes_[length_], data, length);
        length_ += length;
    }
    const char *data() const { return bytes_.data(); }
    size_t size() const { return length_; }
};

} // namespace peer
