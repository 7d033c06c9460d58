/**
 * @file realvirtual_ws.hpp
 * The C++ interface of realvirtual-ws: signals between a digital twin and a controller.
 *
 * A header over the C interface, whose documentation in realvirtual_ws.h holds here too: options, directions, delivery
 * and every result. What this one adds is ownership, C++ types and exceptions. C++11 or later; link as for C.
 *
 *     #include <realvirtual_ws.hpp>
 *
 *     rv::server_options options;
 *     options.port = 7000;
 *     rv::server twin(options);
 *     auto sensor = twin.add<bool>("Sensor", RV_DIRECTION_INPUT);
 *     auto motor = twin.add<double>("Motor", RV_DIRECTION_OUTPUT);
 *     twin.start();
 *     while (simulating()) {
 *         for (const rv_change &change : twin.poll())
 *             if (change.signal == motor.id())
 *                 drive(change.number);
 *         sensor.set(part_is_at_sensor());
 *         step();
 *     }
 *     twin.stop(std::chrono::seconds(1));
 *
 * **Errors.** Functions throw rv::error. Each has a form that begins with `try_`, throws no rv::error and returns what
 * the C function returns: an rv_result, or 0 or more. Those that are `noexcept` throw nothing at all; the others may run
 * out of memory for a text.
 *
 * **Without exceptions** (-fno-exceptions, or RV_NO_EXCEPTIONS defined) what would throw writes its message to standard
 * error and calls std::abort: use the `try_` forms where a failure is not the end. A program makes the same choice in
 * all its files.
 *
 * **Threads.** As in C, every function may be called from any thread at any time. Three things belong to one thread at
 * a time, as with any C++ object: moving, assigning and destroying an endpoint; poll(), whose records live in the
 * endpoint; and objects that the program passes in.
 *
 * **Texts.** What takes an rv::text takes `const char *`, std::string and, from C++17 on, std::string_view. UTF-8.
 *
 * **Times** are std::chrono::milliseconds; less than none counts as none, and the longest is 49 days.
 */

#ifndef REALVIRTUAL_WS_HPP
#define REALVIRTUAL_WS_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#if defined(__has_include)
#if __has_include(<version>) && (__cplusplus > 201703L || (defined(_MSVC_LANG) && _MSVC_LANG > 201703L))
#include <version>
#endif
#if __has_include(<string_view>) && (__cplusplus >= 201703L || (defined(_MSVC_LANG) && _MSVC_LANG >= 201703L))
#include <string_view>
#endif
#endif
#if defined(__cpp_lib_span)
#include <span>
#endif

#include "realvirtual_ws.h"

#if !defined(RV_NO_EXCEPTIONS) && !defined(__cpp_exceptions) && !defined(__EXCEPTIONS) && !defined(_CPPUNWIND)
#define RV_NO_EXCEPTIONS
#endif

namespace rv {

class endpoint;

using std::chrono::milliseconds;

/// What this thread's last failed call said: what happened, where, and what to do about it. Any thread.
inline std::string last_error() {
    char message[1025] = ""; // always enough
    rv_last_error(message, sizeof message, nullptr);
    return message;
}

/// A result's name, such as "RV_ERR_KIND". Lives as long as the library. Never fails.
inline const char *result_name(std::int32_t result) noexcept { return rv_result_name(result); }

/// The library's version, such as "0.1.0". Lives as long as the library. Never fails.
inline const char *version() noexcept { return rv_version(); }

/// The RV_ABI_VERSION that the library was built with. Endpoints compare it when they are created. Never fails.
inline std::uint32_t abi_version() noexcept { return rv_abi_version(); }

/// How many interfaces exist in this process, of other users too. For tests that look for leaks. Never fails.
inline std::uint32_t live_count() noexcept { return rv_live_count(); }

/// What functions without `try_` throw.
class error : public std::runtime_error {
public:
    /// @param code an rv_result below 0
    /// @param message what happened, and what to do
    error(std::int32_t code, const std::string &message) : std::runtime_error(message), code_(code) {}

    /// The rv_result: `failure.code() == RV_ERR_PORT_IN_USE`. Later versions may have codes that this header lacks.
    rv_result code() const noexcept { return static_cast<rv_result>(code_); }

    /// The code's name, such as "RV_ERR_PORT_IN_USE".
    const char *name() const noexcept { return rv_result_name(code_); }

private:
    std::int32_t code_;
};

/// A text that goes in: NUL-terminated UTF-8. Made where it is passed; what it was made from must outlive the call.
class text {
public:
    /// @param chars NUL-terminated; a null pointer gives RV_ERR_NULL, or is "none" where the C documentation says so
    text(const char *chars) noexcept : chars_(chars) {}

    /// @param string without a NUL inside: a text with one cannot cross, and gives RV_ERR_UTF8
    text(const std::string &string) noexcept
        : chars_(string.find('\0') == std::string::npos ? string.c_str() : not_a_text()) {}

#if defined(__cpp_lib_string_view)
    /// @param view copied, so that it ends in a NUL; none inside, as for std::string
    text(std::string_view view) : copy_(view), chars_(text(copy_).chars_) {}
#endif

    text(const text &) = delete;
    text &operator=(const text &) = delete;

    /// What the C functions take. Lives as long as this object.
    const char *c_str() const noexcept { return chars_; }

private:
    // How some programs encode a NUL, and no UTF-8: the library refuses it, and names the argument.
    static const char *not_a_text() noexcept { return "\xC0\x80"; }

    std::string copy_; // with every standard, so that files of different ones can be linked together
    const char *chars_;
};

/// What only this header uses.
namespace detail {

[[noreturn]] inline void fail(std::int32_t code, const std::string &message) {
#if defined(RV_NO_EXCEPTIONS)
    std::fprintf(stderr, "realvirtual_ws: %s: %s\n", rv_result_name(code), message.c_str());
    std::abort();
#else
    throw error(code, message);
#endif
}

inline std::int32_t check(std::int32_t result) {
    if (result < 0)
        fail(result, last_error());
    return result;
}

/// For functions that say whether they were through in time.
inline bool in_time(std::int32_t result) { return result != RV_ERR_TIMEOUT && check(result) >= 0; }

/// The library that the program has found must have the interface that it was compiled for.
inline void check_abi() {
    if (rv_abi_version() != RV_ABI_VERSION)
        fail(RV_ERR_UNSUPPORTED, std::string("the library ") + rv_version() + " has ABI version " +
                                     std::to_string(rv_abi_version()) + ", this program was compiled for " +
                                     std::to_string(RV_ABI_VERSION) + ": install the library that belongs to it");
}

inline std::uint32_t ms(milliseconds time) noexcept {
    const auto count = time.count();
    return count <= 0 ? 0U : count >= 0xFFFFFFFFLL ? 0xFFFFFFFFU : static_cast<std::uint32_t>(count);
}

inline std::uint32_t count(std::size_t size) noexcept {
    return size >= 0xFFFFFFFFU ? 0xFFFFFFFFU : static_cast<std::uint32_t>(size);
}

/// Calls `copy(buffer, capacity, &required)` with a buffer that grows until the text fits.
template <class Copy> std::int32_t read_text(std::string &out, Copy copy) {
    const std::size_t begin = out.capacity() < 64 ? 64 : out.capacity() > 4096 ? 4096 : out.capacity();
    out.resize(begin);
    for (;;) {
        std::size_t required = 0;
        const std::int32_t result = copy(&out[0], out.size(), &required);
        if (result == RV_ERR_BUFFER && required > out.size()) {
            out.resize(required);
            continue;
        }
        out.resize(result >= 0 && required > 0 ? required - 1 : 0);
        return result;
    }
}

/// How a C++ type travels: its kind, its functions, its place in an rv_value.
template <class T, class = void> struct traits {
    static_assert(sizeof(T) == 0, "rv: a signal holds bool, std::int64_t, double, float or std::string");
};

template <> struct traits<bool> {
    using argument = bool;
    static constexpr rv_kind kind = RV_KIND_BOOL;
    static std::int32_t set(rv_interface *iface, std::uint32_t id, bool value) noexcept {
        return rv_set_bool(iface, id, value ? 1 : 0);
    }
    static std::int32_t get(rv_interface *iface, std::uint32_t id, bool &value) noexcept {
        std::uint8_t byte = 0;
        const std::int32_t result = rv_get_bool(iface, id, &byte);
        if (result >= 0)
            value = byte != 0;
        return result;
    }
    static std::int32_t probe(rv_interface *iface, std::uint32_t id) noexcept {
        std::uint8_t byte = 0;
        return rv_get_bool(iface, id, &byte);
    }
    static void fill(rv_value &to, bool value) noexcept { to.integer = value ? 1 : 0; }
};

template <class T>
struct traits<
    T, typename std::enable_if<std::is_integral<T>::value && std::is_signed<T>::value && sizeof(T) == 8>::type> {
    using argument = T;
    static constexpr rv_kind kind = RV_KIND_INT;
    static std::int32_t set(rv_interface *iface, std::uint32_t id, T value) noexcept {
        return rv_set_int(iface, id, value);
    }
    static std::int32_t get(rv_interface *iface, std::uint32_t id, T &value) noexcept {
        std::int64_t integer = 0;
        const std::int32_t result = rv_get_int(iface, id, &integer);
        if (result >= 0)
            value = integer;
        return result;
    }
    static std::int32_t probe(rv_interface *iface, std::uint32_t id) noexcept {
        std::int64_t integer = 0;
        return rv_get_int(iface, id, &integer);
    }
    static void fill(rv_value &to, T value) noexcept { to.integer = value; }
};

template <> struct traits<double> {
    using argument = double;
    static constexpr rv_kind kind = RV_KIND_FLOAT;
    static std::int32_t set(rv_interface *iface, std::uint32_t id, double value) noexcept {
        return rv_set_float(iface, id, value);
    }
    static std::int32_t get(rv_interface *iface, std::uint32_t id, double &value) noexcept {
        return rv_get_float(iface, id, &value);
    }
    static std::int32_t probe(rv_interface *iface, std::uint32_t id) noexcept {
        double number = 0;
        return rv_get_float(iface, id, &number);
    }
    static void fill(rv_value &to, double value) noexcept { to.number = value; }
};

template <> struct traits<float> : traits<double> {
    using argument = float;
    static std::int32_t set(rv_interface *iface, std::uint32_t id, float value) noexcept {
        return rv_set_float32(iface, id, value);
    }
    static std::int32_t get(rv_interface *iface, std::uint32_t id, float &value) noexcept {
        double number = 0;
        const std::int32_t result = rv_get_float(iface, id, &number);
        if (result >= 0)
            value = nearest(number);
        return result;
    }
    static void fill(rv_value &to, float value) noexcept { to.number = shortest(value); }
    /// Infinity for what is beyond a float's range, which C++ does not define.
    static float nearest(double number) noexcept {
        const float most = std::numeric_limits<float>::max(), infinity = std::numeric_limits<float>::infinity();
        return number > static_cast<double>(most)    ? infinity
               : number < -static_cast<double>(most) ? -infinity
                                                     : static_cast<float>(number);
    }
    /// The double that is written as shortly as the float: 0.1 for 0.1f, as rv_set_float32 does.
    static double shortest(float value) noexcept {
        char digits[32];
        for (int precision = 1; precision <= 9; precision++) {
            std::snprintf(digits, sizeof digits, "%.*g", precision, static_cast<double>(value));
            if (std::strtof(digits, nullptr) == value)
                return std::strtod(digits, nullptr);
        }
        return static_cast<double>(value);
    }
};

template <> struct traits<std::string> {
    using argument = const text &;
    static constexpr rv_kind kind = RV_KIND_TEXT;
    static std::int32_t set(rv_interface *iface, std::uint32_t id, const text &value) noexcept {
        return rv_set_text(iface, id, value.c_str());
    }
    static std::int32_t get(rv_interface *iface, std::uint32_t id, std::string &value) {
        return read_text(value, [=](char *buf, std::size_t capacity, std::size_t *required) {
            return rv_get_text(iface, id, buf, capacity, required);
        });
    }
    static std::int32_t probe(rv_interface *iface, std::uint32_t id) noexcept {
        std::size_t required = 0;
        const std::int32_t result = rv_get_text(iface, id, nullptr, 0, &required);
        return result == RV_ERR_BUFFER ? RV_OK : result;
    }
    static void fill(rv_value &to, const text &value) noexcept { to.text = value.c_str(); }
};

} // namespace detail

/// Everything that can be chosen for an endpoint: the fields of rv_options by their names, with their defaults. Texts
/// are std::string, "" = the default; lists are vectors with an entry for each line. Made as server_options or
/// client_options.
struct options : rv_options {
    std::string address;     ///< as rv_options::address
    std::string path;        ///< as rv_options::path
    std::string client_name; ///< as rv_options::client_name
    std::string tls_ca_file; ///< as rv_options::tls_ca_file
    std::string tls_pin;     ///< as rv_options::tls_pin
    std::string access_token; ///< as rv_options::access_token; "" = none
    std::string user;        ///< as rv_options::user
    std::string password;    ///< as rv_options::password

    std::string tls_certificate_file; ///< as rv_options::tls_certificate_file
    std::string tls_key_file;         ///< as rv_options::tls_key_file
    std::string tls_client_ca_file;   ///< as rv_options::tls_client_ca_file

    std::vector<std::string> input_patterns;  ///< as rv_options::input_patterns
    std::vector<std::string> output_patterns; ///< as rv_options::output_patterns
    std::vector<std::string> allowed_origins; ///< as rv_options::allowed_origins
    std::vector<std::string> allowed_hosts;   ///< as rv_options::allowed_hosts
    std::vector<std::string> trusted_proxies; ///< as rv_options::trusted_proxies

protected:
    /// @throws error as rv_options_init, and RV_ERR_UNSUPPORTED for a library of another ABI version
    explicit options(rv_mode for_mode) : rv_options() {
        detail::check_abi();
        detail::check(rv_options_init(this, sizeof(rv_options), for_mode));
        address = rv_options::address;
        client_name = rv_options::client_name;
    }
};

/// The options of a server. server_options().port = 0 takes any free port, which endpoint::info() tells.
struct server_options : options {
    /// The defaults. @throws error as rv_options_init, and RV_ERR_UNSUPPORTED for a library of another ABI version
    server_options() : options(RV_MODE_SERVER) {}
};

/// The options of a client.
struct client_options : options {
    /// The defaults. @throws error as rv_options_init, and RV_ERR_UNSUPPORTED for a library of another ABI version
    client_options() : options(RV_MODE_CLIENT) {}
};

namespace detail {

/// The C form of options, which points into them: it must not outlive them.
class c_options {
public:
    explicit c_options(const options &from) : c_(from) {
        c_.address = optional(from.address);
        c_.path = optional(from.path);
        c_.client_name = optional(from.client_name);
        c_.tls_ca_file = optional(from.tls_ca_file);
        c_.tls_pin = optional(from.tls_pin);
        c_.tls_certificate_file = optional(from.tls_certificate_file);
        c_.tls_key_file = optional(from.tls_key_file);
        c_.tls_client_ca_file = optional(from.tls_client_ca_file);
        c_.access_token = optional(from.access_token);
        c_.user = optional(from.user);
        c_.password = optional(from.password);
        c_.input_patterns = list(from.input_patterns);
        c_.output_patterns = list(from.output_patterns);
        c_.allowed_origins = list(from.allowed_origins);
        c_.allowed_hosts = list(from.allowed_hosts);
        c_.trusted_proxies = list(from.trusted_proxies);
    }
    c_options(const c_options &) = delete;
    c_options &operator=(const c_options &) = delete;

    const rv_options *get() const noexcept { return &c_; }

private:
    static const char *optional(const std::string &string) noexcept {
        return string.empty() ? nullptr : text(string).c_str();
    }

    const char *list(const std::vector<std::string> &entries) {
        lists_.emplace_back();
        for (const std::string &entry : entries)
            lists_.back() += entry + '\n';
        return optional(lists_.back());
    }

    rv_options c_;
    std::deque<std::string> lists_;
};

} // namespace detail

/// What the clients of one token or user may do: whatever is not allowed here is not. Fields as in rv_role.
struct role {
    std::string name;               ///< for the log
    std::vector<std::string> read;  ///< patterns of the signals that it may read, with * and ?
    std::vector<std::string> write; ///< patterns of the signals that it may write
    bool may_import = false;        ///< it may ask for the catalogue, and bring signals of its own
    bool may_config = false;        ///< it may read and set the configuration, and exchange messages of the host's own

    /// @param role_name for the log
    explicit role(std::string role_name = std::string()) : name(std::move(role_name)) {}

private:
    friend class server;

    // Calls `use` with the C form, which lives until it returns.
    template <class Use> std::int32_t with_c(Use use) const {
        const std::string readable = lines(read), writable = lines(write);
        rv_role c = rv_role();
        c.struct_size = sizeof c;
        c.name = text(name).c_str();
        c.read = text(readable).c_str();
        c.write = text(writable).c_str();
        c.may_import = may_import ? 1 : 0;
        c.may_config = may_config ? 1 : 0;
        return use(c);
    }

    static std::string lines(const std::vector<std::string> &entries) {
        std::string all;
        for (const std::string &entry : entries)
            all += entry + '\n';
        return all;
    }
};

/// A signal with everything that can be said about it; T as for signal. Fields as in rv_signal_options.
template <class T> struct signal_options {
    std::string name;                            ///< 1 to 512 bytes
    rv_direction direction = RV_DIRECTION_AUTO;  ///< AUTO = by the patterns, then `default_direction`
    rv_access access = RV_ACCESS_DEFAULT;        ///< DEFAULT = by direction and perspective
    std::string comment;                         ///< for people
    std::string folder;                          ///< for people, to group signals
    std::string display_name;                    ///< for people, in the place of the name
    std::uint32_t fifo_depth = 0;                ///< every change by itself, up to so many; 0 = only the newest
    milliseconds min_hold = milliseconds::zero(); ///< bool: how long a level lasts on the wire at least

    /// @param signal_name its name
    /// @param signal_direction its direction, from the PLC's point of view
    explicit signal_options(std::string signal_name, rv_direction signal_direction = RV_DIRECTION_AUTO)
        : name(std::move(signal_name)), direction(signal_direction) {}

    /// The value before anybody sets it; without this 0, false or "".
    signal_options &initial(T value) {
        has_initial_ = true;
        initial_ = std::move(value);
        return *this;
    }

    /// The value that the program sees `after` this time without a connection to the signal's writer. Never sent.
    signal_options &failsafe(T value, milliseconds after) {
        has_failsafe_ = true;
        failsafe_ = std::move(value);
        failsafe_after_ = after;
        return *this;
    }

private:
    friend class endpoint;

    // Calls `use` with the C form, which lives until it returns.
    template <class Use> std::int32_t with_c(Use use) const {
        rv_signal_options c = rv_signal_options();
        c.struct_size = sizeof c;
        c.kind = detail::traits<T>::kind;
        c.direction = direction;
        c.access = access;
        c.name = text(name).c_str();
        c.comment = comment.empty() ? nullptr : text(comment).c_str();
        c.folder = folder.empty() ? nullptr : text(folder).c_str();
        c.display_name = display_name.empty() ? nullptr : text(display_name).c_str();
        c.fifo_depth = fifo_depth;
        c.min_hold_ms = detail::ms(min_hold);
        c.failsafe_after_ms = detail::ms(failsafe_after_);
        fill(c.initial, has_initial_, initial_);
        fill(c.failsafe, has_failsafe_, failsafe_);
        return use(c);
    }

    static void fill(rv_value &to, bool given, const T &value) noexcept {
        if (given) {
            to.kind = detail::traits<T>::kind;
            detail::traits<T>::fill(to, value);
        }
    }

    bool has_initial_ = false, has_failsafe_ = false;
    T initial_ = T(), failsafe_ = T();
    milliseconds failsafe_after_ = milliseconds::zero();
};

/// One signal of an endpoint: an id that knows its type. T is bool, std::int64_t, double, float (set by its shortest
/// decimal form, as rv_set_float32) or std::string. Owns nothing and can be copied; what it names ends with the
/// endpoint, after which everything here is RV_ERR_HANDLE. Moving the endpoint changes nothing. Any thread.
template <class T> class signal {
public:
    /// What set() takes: T, or for std::string an rv::text.
    using argument = typename detail::traits<T>::argument;

    /// No signal: everything gives RV_ERR_HANDLE.
    signal() noexcept : iface_(nullptr), id_(0) {}

    /// @param iface whose signal
    /// @param id its id; that it exists and is of T's kind shows when it is used
    signal(rv_interface *iface, std::uint32_t id) noexcept : iface_(iface), id_(id) {}

    /// The id: `change.signal == speed.id()`. Never changes.
    std::uint32_t id() const noexcept { return id_; }

    /// Sets the value, which goes out with the next cycle, or as `send_mode` says. Does not wait.
    /// @throws error RV_ERR_NOT_WRITABLE where peers write it, RV_ERR_NOT_FINITE, RV_ERR_TEXT, ... as rv_set_bool
    void set(argument value) const { detail::check(try_set(value)); }
    /// As set(); returns the result.
    std::int32_t try_set(argument value) const noexcept { return detail::traits<T>::set(iface_, id_, value); }

    /// The current value; infinity where it is beyond the range of a float. Does not wait.
    /// @throws error RV_ERR_KIND, ... as rv_get_bool
    T get() const {
        T value = T();
        detail::check(try_get(value));
        return value;
    }
    /// As get(); returns the result. @param value stays as it was after a failure; a text is empty then
    std::int32_t try_get(T &value) const noexcept(!std::is_same<T, std::string>::value) {
        return detail::traits<T>::get(iface_, id_, value);
    }

private:
    friend class batch;

    rv_interface *iface_;
    std::uint32_t id_;
};

/// Values that are set together: in one message, all or none, all of one endpoint. Texts are copied. To be filled, set
/// and cleared over and over: it keeps its memory. One thread at a time.
class batch {
public:
    batch() = default;
    batch(const batch &) = delete;
    batch &operator=(const batch &) = delete;

    /// Adds a value.
    /// @param target a signal of the endpoint that the batch is for; with another's it is refused as a whole
    /// @param value as signal::set() takes it
    template <class T> batch &set(const signal<T> &target, typename signal<T>::argument value) {
        if (values_.empty())
            owner_ = target.iface_;
        mixed_ = mixed_ || target.iface_ != owner_;
        rv_value entry = rv_value();
        entry.signal = target.id();
        entry.kind = detail::traits<T>::kind;
        detail::traits<T>::fill(entry, value);
        if (entry.text != nullptr) {
            if (used_ == texts_.size())
                texts_.emplace_back();
            texts_[used_] = entry.text;
            entry.text = texts_[used_++].c_str();
        }
        values_.push_back(entry);
        return *this;
    }

    /// Forgets the values.
    void clear() noexcept {
        values_.clear();
        used_ = 0;
        mixed_ = false;
    }

    /// The values, as rv_set_values takes them. Valid until the next set() or clear().
    const rv_value *data() const noexcept { return values_.data(); }

    /// How many values.
    std::size_t size() const noexcept { return values_.size(); }

    /// Whether each signal is that endpoint's: ids are numbers, which another endpoint has, too.
    bool is_for(const rv_interface *endpoint) const noexcept {
        return values_.empty() || (!mixed_ && owner_ == endpoint);
    }

private:
    const rv_interface *owner_ = nullptr; // whose signal the first is
    bool mixed_ = false;                  // another is somebody else's
    std::vector<rv_value> values_;
    std::deque<std::string> texts_; // whose entries stay where they are
    std::size_t used_ = 0;
};

/// The records of one poll, in the order of first change. Valid until the endpoint is polled again or destroyed.
class changes {
public:
    /// @param first the records
    /// @param size how many
    changes(const rv_change *first, std::size_t size) noexcept : first_(first), size_(size) {}

    const rv_change *begin() const noexcept { return first_; }                             ///< the first record
    const rv_change *end() const noexcept { return first_ + size_; }                       ///< behind the last
    const rv_change *data() const noexcept { return first_; }                              ///< the first record
    std::size_t size() const noexcept { return size_; }                                    ///< how many records
    bool empty() const noexcept { return size_ == 0; }                                     ///< whether there are none
    const rv_change &operator[](std::size_t record) const noexcept { return first_[record]; } ///< record, from 0

private:
    const rv_change *first_;
    std::size_t size_;
};

/// Something that happened, with its text.
struct event : rv_event {
    event() : rv_event() {}
    std::string text; ///< what it says, or the JSON it carries
};

/// An entry of the log, with its text.
struct log_record : rv_log_record {
    log_record() : rv_log_record() {}
    std::string text; ///< one line
};

/// What is known of a server's client, with its name.
struct client_info : rv_client_info {
    client_info() : rv_client_info() {}
    std::string name; ///< the name it gave itself
};

/// One server or client: what both can do. Made as rv::server or rv::client. (Not called `interface`, of which Windows
/// makes a macro.) Owns its rv_interface and destroys it with itself, which sends nothing any more and takes 500 ms at
/// most: stop() first where the last values matter. Move-only; after a move, and when default-constructed, it has none,
/// and everything gives RV_ERR_HANDLE.
class endpoint {
public:
    /// No interface.
    endpoint() noexcept : iface_(nullptr) {}

    /// Takes an interface over, from rv_create or release().
    explicit endpoint(rv_interface *iface) noexcept : iface_(iface) {}

    /// Takes the other's interface over; signals of it stay good.
    endpoint(endpoint &&other) noexcept : iface_(other.release()), records_(std::move(other.records_)) {}

    /// Destroys the own interface and takes the other's over.
    endpoint &operator=(endpoint &&other) noexcept {
        if (this != &other) {
            reset();
            iface_ = other.release();
            records_ = std::move(other.records_);
        }
        return *this;
    }

    endpoint(const endpoint &) = delete;
    endpoint &operator=(const endpoint &) = delete;

    /// Destroys the interface, as reset().
    ~endpoint() { reset(); }

    /// Destroys the interface: at once, without sending what is due. Calls on it that wait in other threads fail with
    /// RV_ERR_HANDLE.
    void reset() noexcept {
        if (iface_ != nullptr)
            rv_destroy(release());
    }

    /// Gives the interface away: the caller destroys it.
    rv_interface *release() noexcept {
        rv_interface *iface = iface_;
        iface_ = nullptr;
        return iface;
    }

    /// The interface, for the C functions; null if there is none. It stays the endpoint's.
    rv_interface *handle() const noexcept { return iface_; }

    /// Whether there is an interface.
    explicit operator bool() const noexcept { return iface_ != nullptr; }

    // ---- Lifecycle ----

    /// Starts. A server has its port when this returns; a client has begun to connect and goes on trying. Blocks for a
    /// moment. @throws error RV_ERR_PORT_IN_USE, ... as rv_start
    void start() { detail::check(try_start()); }
    /// As start(); returns the result.
    std::int32_t try_start() noexcept { return rv_start(iface_); }

    /// Stops: sends what is due, closes the connections, gives the port back. Can be started again. Blocks.
    /// @param timeout for all of it; connections that are not through by then are dropped
    /// @return whether nothing was dropped. @throws error as rv_stop
    bool stop(milliseconds timeout) { return detail::in_time(try_stop(timeout)); }
    /// As stop(); returns the result, RV_ERR_TIMEOUT when something was dropped.
    std::int32_t try_stop(milliseconds timeout) noexcept { return rv_stop(iface_, detail::ms(timeout)); }

    /// Reads the files of the tls_ options again: connections that are made from now on use what they hold now. Blocks for
    /// a moment. @throws error RV_ERR_TLS when something in them cannot be used; everything then stays as it was
    void reload_tls() { detail::check(try_reload_tls()); }
    /// As reload_tls(); returns the result.
    std::int32_t try_reload_tls() noexcept { return rv_reload_tls(iface_); }

    /// Waits until there is a connection; a server's: until a client has sent its first valid message. Blocks.
    /// @throws error RV_ERR_TIMEOUT, or why an attempt failed, such as RV_ERR_REFUSED: as rv_wait_connected
    void wait_connected(milliseconds timeout) const { detail::check(try_wait_connected(timeout)); }
    /// As wait_connected(); returns the result.
    std::int32_t try_wait_connected(milliseconds timeout) const noexcept {
        return rv_wait_connected(iface_, detail::ms(timeout));
    }

    /// What it is doing: state, port, clients, signals, last failure. @throws error as rv_get_info
    rv_info info() const {
        rv_info out = rv_info();
        detail::check(try_info(out));
        return out;
    }
    /// As info(); returns the result.
    std::int32_t try_info(rv_info &out) const noexcept { return rv_get_info(iface_, &out, sizeof out); }

    /// What it has counted. @throws error as rv_get_stats
    rv_stats stats() const {
        rv_stats out = rv_stats();
        detail::check(try_stats(out));
        return out;
    }
    /// As stats(); returns the result.
    std::int32_t try_stats(rv_stats &out) const noexcept { return rv_get_stats(iface_, &out, sizeof out); }

    // ---- Signals ----

    /// Declares a signal; once more in the same way gives the same one. At any time. T as for rv::signal.
    /// @param name 1 to 512 bytes
    /// @param direction from the PLC's point of view; AUTO = by the patterns, then `default_direction`
    /// @throws error RV_ERR_NAME, RV_ERR_EXISTS, RV_ERR_LIMIT, ... as rv_add_signal
    template <class T> signal<T> add(const text &name, rv_direction direction = RV_DIRECTION_AUTO) {
        return signal<T>(iface_, add(name, detail::traits<T>::kind, direction));
    }
    /// As add(); returns the result.
    template <class T> std::int32_t try_add(const text &name, rv_direction direction, signal<T> &out) noexcept {
        std::uint32_t id = 0;
        return found(try_add(name, detail::traits<T>::kind, direction, id), id, out);
    }

    /// Declares a signal with everything that can be said about it. @throws error as rv_add_signal_with
    template <class T> signal<T> add(const signal_options<T> &options) {
        signal<T> out;
        detail::check(try_add(options, out));
        return out;
    }
    /// As add(); returns the result.
    template <class T> std::int32_t try_add(const signal_options<T> &options, signal<T> &out) noexcept {
        std::uint32_t id = 0;
        const std::int32_t result =
            options.with_c([&](const rv_signal_options &c) { return rv_add_signal_with(iface_, &c, &id); });
        return found(result, id, out);
    }

    /// Declares a signal whose kind is known at run time; returns its id. @throws error as rv_add_signal
    std::uint32_t add(const text &name, rv_kind kind, rv_direction direction) {
        std::uint32_t id = 0;
        detail::check(try_add(name, kind, direction, id));
        return id;
    }
    /// As add(); returns the result.
    std::int32_t try_add(const text &name, rv_kind kind, rv_direction direction, std::uint32_t &id) noexcept {
        return rv_add_signal(iface_, name.c_str(), kind, direction, &id);
    }

    /// Declares a signal from the C struct; returns its id. @throws error as rv_add_signal_with
    std::uint32_t add(const rv_signal_options &options) {
        std::uint32_t id = 0;
        detail::check(try_add(options, id));
        return id;
    }
    /// As add(); returns the result.
    std::int32_t try_add(const rv_signal_options &options, std::uint32_t &id) noexcept {
        return rv_add_signal_with(iface_, &options, &id);
    }

    /// Finds a signal by its name; case matters. @throws error RV_ERR_NOT_FOUND; RV_ERR_KIND when it is not of T's kind
    template <class T> signal<T> find(const text &name) const {
        signal<T> out;
        detail::check(try_find(name, out));
        return out;
    }
    /// As find(); returns the result.
    template <class T> std::int32_t try_find(const text &name, signal<T> &out) const noexcept {
        std::uint32_t id = 0;
        std::int32_t result = try_find(name, id);
        if (result >= 0)
            result = detail::traits<T>::probe(iface_, id);
        return found(result, id, out);
    }

    /// Finds a signal's id by its name; case matters. @throws error RV_ERR_NOT_FOUND
    std::uint32_t find(const text &name) const {
        std::uint32_t id = 0;
        detail::check(try_find(name, id));
        return id;
    }
    /// As find(); returns the result.
    std::int32_t try_find(const text &name, std::uint32_t &id) const noexcept {
        return rv_find_signal(iface_, name.c_str(), &id);
    }

    /// How many signals there are; their ids are 0 up to one less. @throws error as rv_signal_count
    std::uint32_t signal_count() const { return static_cast<std::uint32_t>(detail::check(try_signal_count())); }
    /// As signal_count(); returns the number, or what failed.
    std::int32_t try_signal_count() const noexcept { return rv_signal_count(iface_); }

    /// What is known of a signal, besides its value. @throws error RV_ERR_NOT_FOUND
    rv_signal_info signal_info(std::uint32_t id) const {
        rv_signal_info out = rv_signal_info();
        detail::check(try_signal_info(id, out));
        return out;
    }
    /// As signal_info(); returns the result.
    std::int32_t try_signal_info(std::uint32_t id, rv_signal_info &out) const noexcept {
        return rv_get_signal_info(iface_, id, &out, sizeof out);
    }

    /// A signal's name. @throws error RV_ERR_NOT_FOUND
    std::string signal_name(std::uint32_t id) const {
        std::string out;
        detail::check(try_signal_name(id, out));
        return out;
    }
    /// As signal_name(); returns the result.
    std::int32_t try_signal_name(std::uint32_t id, std::string &out) const {
        return detail::read_text(out, [&](char *buf, std::size_t capacity, std::size_t *required) {
            return rv_get_signal_name(iface_, id, buf, capacity, required);
        });
    }

    /// Changes what the program may do with a signal; RV_ACCESS_DEFAULT = by direction and perspectives.
    /// @throws error as rv_set_access
    void set_access(std::uint32_t id, rv_access access) { detail::check(try_set_access(id, access)); }
    /// As set_access(); returns the result.
    std::int32_t try_set_access(std::uint32_t id, rv_access access) noexcept {
        return rv_set_access(iface_, id, access);
    }

    /// What people read of a signal: its comment, folder or display name; "" if it has none.
    /// @throws error RV_ERR_NOT_FOUND
    std::string signal_note(std::uint32_t id, rv_note note) const {
        std::string out;
        detail::check(try_signal_note(id, note, out));
        return out;
    }
    /// As signal_note(); returns the result.
    std::int32_t try_signal_note(std::uint32_t id, rv_note note, std::string &out) const {
        return detail::read_text(out, [&](char *buf, std::size_t capacity, std::size_t *required) {
            return rv_get_signal_note(iface_, id, note, buf, capacity, required);
        });
    }

    /// Declares every signal of the list in a file, all or none. Blocks for as long as reading it takes.
    /// @param path the exchange file or CSV. @param format AUTO = by the file's name
    /// @return how many. @throws error RV_ERR_FILE, RV_ERR_FORMAT with the line, ... as rv_load_signals
    std::uint32_t load_signals(const text &path, rv_list_format format = RV_LIST_AUTO) {
        return static_cast<std::uint32_t>(detail::check(try_load_signals(path, format)));
    }
    /// As load_signals(); returns how many, or what failed.
    std::int32_t try_load_signals(const text &path, rv_list_format format = RV_LIST_AUTO) noexcept {
        return rv_load_signals(iface_, path.c_str(), format);
    }

    /// Writes every signal to a file, which is replaced at once. Blocks until it is on its disk.
    /// @param path a name that ends in .csv gives CSV. @param format AUTO = by the file's name
    /// @return how many. @throws error RV_ERR_FILE
    std::uint32_t save_signals(const text &path, rv_list_format format = RV_LIST_AUTO) const {
        return static_cast<std::uint32_t>(detail::check(try_save_signals(path, format)));
    }
    /// As save_signals(); returns how many, or what failed.
    std::int32_t try_save_signals(const text &path, rv_list_format format = RV_LIST_AUTO) const noexcept {
        return rv_save_signals(iface_, path.c_str(), format);
    }

    // ---- Values ----

    /// Sets several signals together: in one message, all or none. Does not wait.
    /// @throws error RV_ERR_ARGUMENT for a signal of another endpoint, and as rv_set_values
    void set_values(const batch &values) {
        if (!values.is_for(iface_))
            detail::fail(RV_ERR_ARGUMENT, "the batch has a signal of another endpoint: make a batch for each");
        detail::check(try_set_values(values));
    }
    /// As set_values(); returns the result.
    std::int32_t try_set_values(const batch &values) noexcept {
        return values.is_for(iface_) ? try_set_values(values.data(), values.size()) : RV_ERR_ARGUMENT;
    }
    /// As set_values(), from the C struct; returns the result.
    std::int32_t try_set_values(const rv_value *values, std::size_t count) noexcept {
        return rv_set_values(iface_, values, detail::count(count));
    }

    /// The current values of several signals, in the order of `ids`, all of one moment. @throws error RV_ERR_NOT_FOUND
    std::vector<rv_change> get_values(const std::vector<std::uint32_t> &ids) const {
        std::vector<rv_change> out(ids.size());
        detail::check(try_get_values(ids.data(), out.data(), ids.size()));
        return out;
    }
    /// As get_values(), for `count` signals; returns the result.
    std::int32_t try_get_values(const std::uint32_t *ids, rv_change *out, std::size_t count) const noexcept {
        return rv_get_values(iface_, ids, out, detail::count(count));
    }

#if defined(__cpp_lib_span)
    /// As set_values(), from the C struct; returns the result.
    std::int32_t try_set_values(std::span<const rv_value> values) noexcept {
        return try_set_values(values.data(), values.size());
    }
    /// As get_values(), as many as there are ids and room; returns the result.
    std::int32_t try_get_values(std::span<const std::uint32_t> ids, std::span<rv_change> out) const noexcept {
        return try_get_values(ids.data(), out.data(), ids.size() < out.size() ? ids.size() : out.size());
    }
#endif

    /// Sends what is due now instead of with the next cycle. Does not wait. @throws error as rv_flush
    void flush() { detail::check(try_flush()); }
    /// As flush(); returns the result.
    std::int32_t try_flush() noexcept { return rv_flush(iface_); }

    // ---- Polling ----

    /// The signals that changed from outside since the last poll, each once, in the order of first change. Does not
    /// wait. With the room that it makes, values that arrived together are never torn apart. One thread at a time; the
    /// records live here until the next poll. @throws error as rv_poll_changes
    changes poll() {
        const std::size_t room = signal_count() + std::size_t(1);
        if (records_.size() < room)
            records_.resize(room);
        const std::int32_t count = detail::check(try_poll(records_.data(), records_.size()));
        return changes(records_.data(), static_cast<std::size_t>(count));
    }
    /// As poll(), into `out`, at most `capacity` records; returns how many.
    std::int32_t try_poll(rv_change *out, std::size_t capacity) noexcept {
        return rv_poll_changes(iface_, out, detail::count(capacity));
    }
#if defined(__cpp_lib_span)
    /// As poll(), into `out`; returns how many.
    std::int32_t try_poll(std::span<rv_change> out) noexcept { return try_poll(out.data(), out.size()); }
#endif

    /// The text of a record of the last poll, as it was when the record was made.
    /// @param record the record's place in it, from 0. @throws error RV_ERR_NOT_FOUND
    std::string change_text(std::size_t record) const {
        std::string out;
        detail::check(try_change_text(record, out));
        return out;
    }
    /// As change_text(); returns the result.
    std::int32_t try_change_text(std::size_t record, std::string &out) const {
        return detail::read_text(out, [&](char *buf, std::size_t capacity, std::size_t *required) {
            return rv_get_change_text(iface_, detail::count(record), buf, capacity, required);
        });
    }

    /// Takes the oldest event. Does not wait.
    /// @return whether there was one: `while (twin.poll_event(event)) ...`. @throws error as rv_poll_event
    bool poll_event(event &out) { return detail::check(try_poll_event(out)) == 1; }
    /// As poll_event(); returns 1, 0 or what failed.
    std::int32_t try_poll_event(event &out) {
        return detail::read_text(out.text, [&](char *buf, std::size_t capacity, std::size_t *required) {
            return rv_poll_event(iface_, &out, buf, capacity, required);
        });
    }

    /// Takes the oldest log record. Does not wait. @return whether there was one. @throws error as rv_poll_log
    bool poll_log(log_record &out) { return detail::check(try_poll_log(out)) == 1; }
    /// As poll_log(); returns 1, 0 or what failed.
    std::int32_t try_poll_log(log_record &out) {
        return detail::read_text(out.text, [&](char *buf, std::size_t capacity, std::size_t *required) {
            return rv_poll_log(iface_, &out, sizeof(rv_log_record), buf, capacity, required);
        });
    }

    /// Waits for a change or an event, for `timeout` at most. @return whether there is one. @throws error as rv_wait
    bool wait(milliseconds timeout) const { return detail::check(try_wait(timeout)) == 1; }
    /// As wait(); returns 1, 0 or what failed.
    std::int32_t try_wait(milliseconds timeout) const noexcept { return rv_wait(iface_, detail::ms(timeout)); }

    /// A descriptor that is readable as long as there is a change or an event, for an event loop. The library's own:
    /// only wait for it. @throws error RV_ERR_UNSUPPORTED on Windows, RV_ERR_SYSTEM
    int event_fd() const { return detail::check(try_event_fd()); }
    /// As event_fd(); returns the descriptor, or what failed.
    std::int32_t try_event_fd() const noexcept { return rv_event_fd(iface_); }

    /// The HANDLE of an event that is set as long as there is a change or an event, for an event loop. The library's
    /// own: only wait for it. @throws error RV_ERR_UNSUPPORTED but on Windows, RV_ERR_SYSTEM
    void *event_handle() const {
        void *handle = nullptr;
        detail::check(try_event_handle(handle));
        return handle;
    }
    /// As event_handle(), into `out`; returns RV_OK, or what failed.
    std::int32_t try_event_handle(void *&out) const noexcept { return rv_event_handle(iface_, &out); }

    // ---- Requests ----

    /// Asks for the signals of the other side and declares them here. A client connects for this when it is not
    /// connected, and disconnects again. Blocks. @return what it did. @throws error RV_ERR_TIMEOUT, ... as rv_import
    rv_import_report import_signals(milliseconds timeout) {
        rv_import_report out = rv_import_report();
        detail::check(try_import_signals(timeout, out));
        return out;
    }
    /// As import_signals(); returns the result.
    std::int32_t try_import_signals(milliseconds timeout, rv_import_report &out) noexcept {
        return rv_import(iface_, detail::ms(timeout), &out, sizeof out);
    }

    /// Begins an import, which ends in RV_EVENT_IMPORT_DONE. Does not wait. @return its token, never 0.
    /// @throws error RV_ERR_STATE when a server is not started
    std::uint32_t import_begin(milliseconds timeout) {
        std::uint32_t token = 0;
        detail::check(try_import_begin(timeout, token));
        return token;
    }
    /// As import_begin(); returns the result.
    std::int32_t try_import_begin(milliseconds timeout, std::uint32_t &token) noexcept {
        return rv_import_begin(iface_, detail::ms(timeout), &token);
    }

    /// Takes the result of import_begin(). Does not wait. @return whether it is complete and its report is in `out`.
    /// @throws error the import's own failure, ... as rv_import_result
    bool import_result(std::uint32_t token, rv_import_report &out) {
        return detail::check(try_import_result(token, out)) == 1;
    }
    /// As import_result(); returns 1, 0 or what failed.
    std::int32_t try_import_result(std::uint32_t token, rv_import_report &out) noexcept {
        return rv_import_result(iface_, token, &out, sizeof out);
    }

    /// Takes the result of rv::test_connection_begin(). Does not wait. @return whether it is complete and its report is
    /// in `out`. @throws error the test's own failure, ... as rv_test_connection_result
    bool test_connection_result(rv_connection_report &out) {
        return detail::check(try_test_connection_result(out)) == 1;
    }
    /// As test_connection_result(); returns 1, 0 or what failed.
    std::int32_t try_test_connection_result(rv_connection_report &out) noexcept {
        return rv_test_connection_result(iface_, &out, sizeof out);
    }

    /// Gives up a request that a function with `begin` began: it ends in no event. Does not wait.
    /// @throws error as rv_cancel
    void cancel(std::uint32_t token) { detail::check(try_cancel(token)); }
    /// As cancel(); returns the result.
    std::int32_t try_cancel(std::uint32_t token) noexcept { return rv_cancel(iface_, token); }

protected:
    /// Creates an interface in place of the present one.
    std::int32_t try_create_from(const options &options) {
        reset();
        return rv_create(detail::c_options(options).get(), &iface_);
    }

private:
    template <class T>
    std::int32_t found(std::int32_t result, std::uint32_t id, signal<T> &out) const noexcept {
        if (result >= 0)
            out = signal<T>(iface_, id);
        return result;
    }

    rv_interface *iface_;
    std::vector<rv_change> records_;
};

/// A server: listens for clients. As endpoint, and what only servers can do.
class server : public endpoint {
public:
    /// No interface: try_create() makes one.
    server() noexcept {}

    /// A server with these options, which are copied; it listens from start() on.
    /// @throws error naming the option: RV_ERR_ARGUMENT, RV_ERR_ADDRESS, ... as rv_create
    explicit server(const server_options &options) { detail::check(try_create(options)); }
    /// As the constructor, in place of the present interface; returns the result.
    std::int32_t try_create(const server_options &options) { return try_create_from(options); }

    /// Lets clients in that present `token`, and may do everything. From the first token or user on, nobody gets in
    /// without one. @throws error RV_ERR_ARGUMENT, RV_ERR_EXISTS, ... as rv_add_token
    void add_token(const text &token) { detail::check(try_add_token(token)); }
    /// Lets clients in that present `token`, with what the role allows. @throws error as rv_add_token
    void add_token(const text &token, const role &allowed) { detail::check(try_add_token(token, allowed)); }
    /// As add_token(); returns the result.
    std::int32_t try_add_token(const text &token) noexcept { return rv_add_token(handle(), token.c_str(), nullptr); }
    /// As add_token(); returns the result.
    std::int32_t try_add_token(const text &token, const role &allowed) {
        return allowed.with_c([&](const rv_role &c) { return rv_add_token(handle(), token.c_str(), &c); });
    }

    /// Takes a token back; connections that came by it close. @throws error RV_ERR_NOT_FOUND, ... as rv_revoke_token
    void revoke_token(const text &token) { detail::check(try_revoke_token(token)); }
    /// As revoke_token(); returns the result.
    std::int32_t try_revoke_token(const text &token) noexcept { return rv_revoke_token(handle(), token.c_str()); }

    /// Lets clients in that present `user` and `password`, and may do everything. @throws error as rv_add_user
    void add_user(const text &user, const text &password) { detail::check(try_add_user(user, password)); }
    /// Lets clients in that present `user` and `password`, with what the role allows. @throws error as rv_add_user
    void add_user(const text &user, const text &password, const role &allowed) {
        detail::check(try_add_user(user, password, allowed));
    }
    /// As add_user(); returns the result.
    std::int32_t try_add_user(const text &user, const text &password) noexcept {
        return rv_add_user(handle(), user.c_str(), password.c_str(), nullptr);
    }
    /// As add_user(); returns the result.
    std::int32_t try_add_user(const text &user, const text &password, const role &allowed) {
        return allowed.with_c(
            [&](const rv_role &c) { return rv_add_user(handle(), user.c_str(), password.c_str(), &c); });
    }

    /// Takes a user back; connections that came by it close. @throws error RV_ERR_NOT_FOUND, ... as rv_revoke_user
    void revoke_user(const text &user) { detail::check(try_revoke_user(user)); }
    /// As revoke_user(); returns the result.
    std::int32_t try_revoke_user(const text &user) noexcept { return rv_revoke_user(handle(), user.c_str()); }

    /// The ids of the connected clients. Ids are never used again. @throws error as rv_client_ids
    std::vector<std::uint32_t> client_ids() const {
        std::vector<std::uint32_t> ids(16);
        for (;;) {
            const std::size_t count = static_cast<std::size_t>(detail::check(try_client_ids(ids.data(), ids.size())));
            const bool all = count <= ids.size();
            ids.resize(count);
            if (all)
                return ids;
        }
    }
    /// As client_ids(), at most `capacity`; returns how many there are, or what failed.
    std::int32_t try_client_ids(std::uint32_t *out, std::size_t capacity) const noexcept {
        return rv_client_ids(handle(), out, detail::count(capacity));
    }

    /// What is known of a client. @throws error RV_ERR_NOT_FOUND when it is no longer connected
    client_info get_client(std::uint32_t client) const {
        client_info out;
        detail::check(try_get_client(client, out));
        return out;
    }
    /// As get_client(); returns the result.
    std::int32_t try_get_client(std::uint32_t client, client_info &out) const {
        return detail::read_text(out.name, [&](char *buf, std::size_t capacity, std::size_t *required) {
            return rv_get_client(handle(), client, &out, sizeof(rv_client_info), buf, capacity, required);
        });
    }

    /// Begins to close the connection to a client; most come back by themselves. Does not wait.
    /// @throws error RV_ERR_NOT_FOUND when it is no longer connected
    void disconnect_client(std::uint32_t client) { detail::check(try_disconnect_client(client)); }
    /// As disconnect_client(); returns the result.
    std::int32_t try_disconnect_client(std::uint32_t client) noexcept { return rv_disconnect_client(handle(), client); }

    /// Sends a message of the program's own, a JSON object with a `type` of its own, to a client, 0 = to all. Does not
    /// wait. @throws error RV_ERR_ARGUMENT, ... as rv_send_raw
    void send_raw(const text &json, std::uint32_t client = 0) { detail::check(try_send_raw(json, client)); }
    /// As send_raw(); returns the result.
    std::int32_t try_send_raw(const text &json, std::uint32_t client = 0) noexcept {
        return rv_send_raw(handle(), client, json.c_str());
    }

    /// Publishes the configuration that clients get. From then on they may ask to change it: RV_EVENT_CONFIG_SET.
    /// @param json a JSON object. @throws error RV_ERR_ARGUMENT when it is none
    void config_publish(const text &json) { detail::check(try_config_publish(json)); }
    /// As config_publish(); returns the result.
    std::int32_t try_config_publish(const text &json) noexcept { return rv_config_publish(handle(), json.c_str()); }

    /// Answers an RV_EVENT_CONFIG_SET, within 5 seconds of it.
    /// @param token the event's. @param success whether it was applied. @param message for a person at the client
    /// @throws error RV_ERR_NOT_FOUND when nobody waits for it
    void config_reply(std::uint32_t token, bool success, const text &message) {
        detail::check(try_config_reply(token, success, message));
    }
    /// As config_reply(); returns the result.
    std::int32_t try_config_reply(std::uint32_t token, bool success, const text &message) noexcept {
        return rv_config_reply(handle(), token, success ? 1 : 0, message.c_str());
    }
};

/// A client: connects to a server. As endpoint, and what only clients can do.
class client : public endpoint {
public:
    /// No interface: try_create() makes one.
    client() noexcept {}

    /// A client with these options, which are copied; it connects from start() on.
    /// @throws error naming the option: RV_ERR_ARGUMENT, RV_ERR_ADDRESS, ... as rv_create
    explicit client(const client_options &options) { detail::check(try_create(options)); }
    /// As the constructor, in place of the present interface; returns the result.
    std::int32_t try_create(const client_options &options) { return try_create_from(options); }

    /// Asks the server for these signals only; replaces the former list, and holds for later connections too. None: for
    /// nothing at all. Does not wait. @throws error RV_ERR_UTF8
    void subscribe(const std::vector<std::string> &names) {
        std::vector<const char *> pointers;
        for (const std::string &name : names)
            pointers.push_back(text(name).c_str());
        detail::check(try_subscribe(pointers.data(), pointers.size()));
    }
    /// As subscribe(), for `count` texts; returns the result.
    std::int32_t try_subscribe(const char *const *names, std::size_t count) noexcept {
        return rv_subscribe(handle(), names, detail::count(count));
    }
#if defined(__cpp_lib_span) && defined(__cpp_lib_string_view)
    /// As subscribe() of strings.
    void subscribe(std::span<const std::string_view> names) {
        subscribe(std::vector<std::string>(names.begin(), names.end()));
    }
#endif

    /// Asks the server for all signals again, by connecting anew when a list is in force.
    /// @throws error as rv_subscribe_all
    void subscribe_all() { detail::check(try_subscribe_all()); }
    /// As subscribe_all(); returns the result.
    std::int32_t try_subscribe_all() noexcept { return rv_subscribe_all(handle()); }

    /// Sends a message of the program's own, a JSON object with a `type` of its own, to the server. Does not wait.
    /// @throws error RV_ERR_ARGUMENT, ... as rv_send_raw
    void send_raw(const text &json) { detail::check(try_send_raw(json)); }
    /// As send_raw(); returns the result.
    std::int32_t try_send_raw(const text &json) noexcept { return rv_send_raw(handle(), 0, json.c_str()); }

    /// Asks the server for its configuration, a JSON object. Blocks. @throws error RV_ERR_TIMEOUT, ... as rv_config_get
    std::string config_get(milliseconds timeout) {
        std::string out;
        detail::check(try_config_get(timeout, out));
        return out;
    }
    /// As config_get(); returns the result.
    std::int32_t try_config_get(milliseconds timeout, std::string &out) {
        return detail::read_text(out, [&](char *buf, std::size_t capacity, std::size_t *required) {
            return rv_config_get(handle(), detail::ms(timeout), buf, capacity, required);
        });
    }

    /// Begins config_get(), which ends in RV_EVENT_CONFIG_DONE. Does not wait. @return its token, never 0.
    /// @throws error as rv_config_get_begin
    std::uint32_t config_get_begin(milliseconds timeout) {
        std::uint32_t token = 0;
        detail::check(try_config_get_begin(timeout, token));
        return token;
    }
    /// As config_get_begin(); returns the result.
    std::int32_t try_config_get_begin(milliseconds timeout, std::uint32_t &token) noexcept {
        return rv_config_get_begin(handle(), detail::ms(timeout), &token);
    }

    /// Asks the server to apply a configuration, a JSON object. Blocks.
    /// @return what the server says to it. @throws error RV_ERR_DENIED with what it says, ... as rv_config_set
    std::string config_set(const text &json, milliseconds timeout) {
        std::string message;
        detail::check(try_config_set(json, timeout, message));
        return message;
    }
    /// As config_set(); returns the result. `message` gets what the server says, also when it denies; cut after 64 KiB.
    std::int32_t try_config_set(const text &json, milliseconds timeout, std::string &message) {
        message.resize(65537);
        const std::int32_t result =
            rv_config_set(handle(), json.c_str(), detail::ms(timeout), &message[0], message.size(), nullptr);
        message.resize(std::strlen(message.c_str()));
        return result;
    }

    /// Begins config_set(), which ends in RV_EVENT_CONFIG_DONE. Does not wait. @return its token, never 0.
    /// @throws error as rv_config_set_begin
    std::uint32_t config_set_begin(const text &json, milliseconds timeout) {
        std::uint32_t token = 0;
        detail::check(try_config_set_begin(json, timeout, token));
        return token;
    }
    /// As config_set_begin(); returns the result.
    std::int32_t try_config_set_begin(const text &json, milliseconds timeout, std::uint32_t &token) noexcept {
        return rv_config_set_begin(handle(), json.c_str(), detail::ms(timeout), &token);
    }
};

/// As test_connection(); returns the result.
inline std::int32_t try_test_connection(const client_options &options, milliseconds timeout,
                                        rv_connection_report &out) {
    return rv_test_connection(detail::c_options(options).get(), detail::ms(timeout), &out, sizeof out);
}
/// Tries whether a client with these options would reach its server. Blocks.
/// @return what was measured. @throws error why it would not, and what to do: as rv_test_connection
inline rv_connection_report test_connection(const client_options &options, milliseconds timeout) {
    rv_connection_report out = rv_connection_report();
    detail::check(try_test_connection(options, timeout, out));
    return out;
}

/// As test_connection_begin(); returns the result.
inline std::int32_t try_test_connection_begin(const client_options &options, milliseconds timeout, endpoint &out) {
    rv_interface *iface = nullptr;
    const std::int32_t result =
        rv_test_connection_begin(detail::c_options(options).get(), detail::ms(timeout), &iface);
    out = endpoint(iface);
    return result;
}
/// Begins test_connection(). Does not wait. @return an endpoint for this alone: poll it for RV_EVENT_TEST_DONE,
/// or call its test_connection_result().
/// @throws error as rv_test_connection_begin
inline endpoint test_connection_begin(const client_options &options, milliseconds timeout) {
    endpoint out;
    detail::check(try_test_connection_begin(options, timeout, out));
    return out;
}

/// As shutdown_all(); returns the result, RV_ERR_TIMEOUT when something was not sent.
inline std::int32_t try_shutdown_all(milliseconds timeout) noexcept { return rv_shutdown_all(detail::ms(timeout)); }
/// Stops and destroys every interface of the process, other users' too, as at the end of a process. Blocks.
/// @param timeout for all of them together
/// @return whether everything was sent in time. @throws error as rv_shutdown_all
inline bool shutdown_all(milliseconds timeout) { return detail::in_time(try_shutdown_all(timeout)); }

} // namespace rv

#endif // REALVIRTUAL_WS_HPP
