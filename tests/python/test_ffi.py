"""Calls every export with NULL, stale, foreign and random handles, and with NULL for each pointer: codes, no crashes.

The list of exports and their arguments comes from the header. Each case runs in a process of its own, which loads the
library after the fork, so that a crash or a hang costs one case. Needs Unix and nothing but python3.
"""

import ctypes
import os
import random
import re
import signal
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bindings" / "python" / "realvirtual_ws"))
import _native  # noqa: E402

SECONDS = 5
SEED = int(os.environ.get("RV_SEED", random.randrange(1 << 32)))
CODES = {v: n for n, v in vars(_native).items() if n == "RV_OK" or n.startswith("RV_ERR_")}

# Calls whose remaining arguments are fine but which have nothing to find in an interface that was just created.
MAY_FAIL = {
    ("rv_get_client", "required"): ["RV_ERR_NOT_FOUND", "RV_ERR_UNSUPPORTED"],
    # No record was polled.
    ("rv_get_change_text", "required"): ["RV_ERR_NOT_FOUND"],
    ("rv_config_get", "required"): ["RV_ERR_NOT_CONNECTED"],
    ("rv_config_set", "required"): ["RV_ERR_NOT_CONNECTED"],
    # NULL is the role that may do everything, and the interface is a client.
    ("rv_add_token", "role"): ["RV_ERR_UNSUPPORTED"],
    ("rv_add_user", "role"): ["RV_ERR_UNSUPPORTED"],
}


# Calls that have nothing to refuse, in no process.
NEVER_FAIL = ("rv_abi_version", "rv_version", "rv_result_name", "rv_last_error", "rv_live_count")


def prototypes():
    """(result, name, [(type, argument)]) of every function in the header."""
    header = (ROOT / "include" / "realvirtual_ws.h").read_text(encoding="utf-8")
    header = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
    for result, name, arguments in re.findall(r"^RV_API\s+([\w\s*]+?)(rv_\w+)\(([^)]*)\);", header, re.M):
        parsed = []
        for argument in arguments.split(","):
            if argument.strip() != "void":
                kind, argument = re.fullmatch(r"\s*(.*?)(\w+)\s*", argument, re.S).groups()
                parsed.append((re.sub(r"\bstruct\s+", "", " ".join(kind.split())), argument))
        yield " ".join(result.split()), name, parsed


class World:
    """An interface with a signal of each kind, and room for everything that a function may want."""

    def __init__(self):
        self.library = _native.load()
        self.options = _native.rv_options()
        assert self.library.rv_options_init(ctypes.byref(self.options), ctypes.sizeof(self.options), 0) == 0
        self.options.port = 9  # nothing listens there
        self.handle = self.create()
        self.id = ctypes.c_uint32()
        for kind in (1, 2, 3, 4):
            name = b"signal %d" % kind
            assert self.library.rv_add_signal(self.handle, name, kind, 1, ctypes.byref(self.id)) == 0
            assert self.library.rv_set_access(self.handle, self.id.value, _native.RV_ACCESS_READ_WRITE) == 0
        self.signal = _native.rv_signal_options(
            struct_size=ctypes.sizeof(_native.rv_signal_options), kind=1, name=b"another"
        )
        self.size = ctypes.c_size_t()
        self.text = ctypes.create_string_buffer(70000)

    def create(self):
        handle = ctypes.c_void_p()
        result = self.library.rv_create(ctypes.byref(self.options), ctypes.byref(handle))
        assert result == 0, result
        return handle.value

    def stale(self):
        handle = self.create()
        assert self.library.rv_destroy(handle) == 0
        return handle

    def argument(self, function, kind, name, pointee):
        """A value that is right for this argument."""
        if kind == "rv_interface *":
            return self.handle
        if name == "id" and "*" not in kind:
            return {"bool": 0, "int": 1, "float": 2, "float32": 2, "text": 3}.get(function.rsplit("_", 1)[-1], 0)
        if kind == "const rv_options *":
            return ctypes.byref(self.options)
        if kind == "rv_options *":
            return ctypes.byref(self.options)
        if kind == "const rv_signal_options *":
            return ctypes.byref(self.signal)
        if kind == "const rv_value *":
            return ctypes.byref(_native.rv_value(signal=0, kind=1, integer=1))
        if kind == "const char *const *":
            return (ctypes.c_char_p * 1)(b"signal 1")
        if kind == "const char *":
            return b"{}" if name == "json" else b"signal 1" if function == "rv_find_signal" else b"text"
        if kind == "char *":
            return self.text
        if kind == "size_t *":
            return ctypes.byref(self.size)
        if kind.endswith("*"):
            self.keep = pointee()
            return ctypes.byref(self.keep)
        if kind == "size_t":
            return len(self.text)
        if name in ("out_size", "struct_size"):
            names = [n for _, n in ARGUMENTS[function]]
            target = names.index("out" if name == "out_size" else "options")
            return ctypes.sizeof(_native.FUNCTIONS[function][1][target]._type_)
        if name == "timeout_ms":
            return 50
        return 1

    def call(self, function, replaced):
        values = []
        for (kind, name), declared in zip(ARGUMENTS[function], _native.FUNCTIONS[function][1]):
            pointee = getattr(declared, "_type_", None)
            values.append(replaced[name] if name in replaced else self.argument(function, kind, name, pointee))
        return getattr(self.library, function)(*values)


PROTOTYPES = list(prototypes())
ARGUMENTS = {name: arguments for _, name, arguments in PROTOTYPES}


def in_child(case):
    """Runs `case` in a child process; returns None, or what went wrong."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        signal.alarm(SECONDS)
        try:
            failure = case() or ""
        except BaseException as error:  # the child must not return into the parent's loop
            failure = f"{type(error).__name__}: {error}"
        os.write(writing, failure.encode()[:4000])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        failure = pipe.read().decode()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return f"no answer in {SECONDS} s" if number == signal.SIGALRM else f"killed by {signal.Signals(number).name}"
    return failure or None


def expect(result, names):
    got = CODES.get(result, f"{result}") if result < 0 else "RV_OK"
    return None if got in names else f"returned {got}, expected {' or '.join(names)}"


def handle_case(function, make):
    def case():
        world = World()
        result = world.call(function, {"iface": make(world)})
        failure = expect(result, ["RV_ERR_HANDLE"])
        if not failure:
            world.library.rv_last_error(world.text, len(world.text), None)
            failure = None if b"handle" in world.text.value else f"message {world.text.value!r}"
        return failure

    return case


def null_case(function, argument):
    def case():
        names = ["RV_OK"] if argument == "required" else ["RV_ERR_NULL"]
        names = MAY_FAIL.get((function, argument), names)
        return expect(World().call(function, {argument: None}), names)

    return case


def forked_case(function, takes_handle):
    """The parent of the inner fork has used the library; its child must be told."""

    def case():
        world = World()

        def inner():
            failure = expect(world.call(function, {}), ["RV_ERR_FORKED"])
            if not failure:
                world.library.rv_last_error(world.text, len(world.text), None)
                failure = None if b"fork" in world.text.value else f"message {world.text.value!r}"
            return failure

        failure = in_child(inner)
        if not failure and takes_handle and world.library.rv_signal_count(world.handle) != 4:
            failure = "the parent's interface suffered"
        return failure

    return case


def destroyed_while_waiting(function):
    def case():
        import threading

        world = World()
        if function == "rv_wait":  # nothing may be left to poll
            event, record = _native.rv_event(), _native.rv_log_record()
            while world.library.rv_poll_event(world.handle, ctypes.byref(event), None, 0, None) == 1:
                pass
            size = ctypes.sizeof(record)
            while world.library.rv_poll_log(world.handle, ctypes.byref(record), size, None, 0, None) == 1:
                pass
        else:
            assert world.library.rv_start(world.handle) == 0
        results = []
        thread = threading.Thread(
            target=lambda: results.append(world.call(function, {"timeout_ms": 60000})), daemon=True
        )
        thread.start()
        time.sleep(0.1)
        assert world.library.rv_destroy(world.handle) == 0
        thread.join(2)
        return expect(results[0], ["RV_ERR_HANDLE"]) if results else "still waiting 2 s after the destroy"

    return case


def destroyed_by_many():
    import threading

    world = World()
    results = []
    lock = threading.Lock()

    def destroy():
        result = world.library.rv_destroy(world.handle)
        with lock:
            results.append(result)

    threads = [threading.Thread(target=destroy) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wrong = [r for r in results if r not in (0, _native.RV_ERR_HANDLE)]
    return None if results.count(0) == 1 and not wrong else f"results {results}"


def struct_sizes():
    world = World()
    info = (ctypes.c_uint8 * 64)(*[0xFF] * 64)
    out = ctypes.cast(info, ctypes.POINTER(_native.rv_info))
    size = ctypes.sizeof(_native.rv_info)
    for wrong in (0, 3, size - 1, 1 << 31):
        failure = expect(world.library.rv_get_info(world.handle, out, wrong), ["RV_ERR_STRUCT_SIZE"])
        if failure:
            return f"out_size {wrong}: {failure}"
    if world.library.rv_get_info(world.handle, out, 48) != 0 or bytes(info)[size:] != bytes(16) + b"\xff" * 16:
        return "a larger struct is not zero to its end and untouched behind it"
    newer = ctypes.create_string_buffer(ctypes.sizeof(world.options) + 8)
    handle = ctypes.c_void_p()
    pointer = ctypes.cast(newer, ctypes.POINTER(_native.rv_options))
    assert world.library.rv_options_init(pointer, len(newer), 0) == 0
    if world.library.rv_create(pointer, ctypes.byref(handle)) != 0:
        return "a newer struct that asks for nothing new is refused"
    newer[len(newer) - 1] = 1
    return expect(world.library.rv_create(pointer, ctypes.byref(handle)), ["RV_ERR_ARGUMENT"]) or (
        "*out is not NULL after a failure" if handle.value else None
    )


def shutdown_all():
    world = World()
    handles = [world.handle, world.create(), world.create()]
    if world.library.rv_live_count() != 3:
        return f"{world.library.rv_live_count()} interfaces live, not 3"
    if world.library.rv_shutdown_all(1000) != 0 or world.library.rv_live_count() != 0:
        return f"{world.library.rv_live_count()} interfaces are left"
    for handle in handles:
        failure = expect(world.library.rv_destroy(handle), ["RV_ERR_HANDLE"])
        if failure:
            return failure
    return None if world.create() not in handles else "a handle was given out twice"


def values_round_trip():
    world = World()
    library, iface = world.library, world.handle
    number = ctypes.c_double()
    library.rv_set_float32(iface, 2, 0.1)
    library.rv_get_float(iface, 2, ctypes.byref(number))
    if number.value != 0.1:
        return f"0.1f became {number.value!r}"
    if library.rv_set_text(iface, 3, "grün".encode()) != 0:
        return "a text is refused"
    if library.rv_get_text(iface, 3, world.text, 5, ctypes.byref(world.size)) != _native.RV_ERR_BUFFER:
        return "a text fits where it does not"
    if world.size.value != 6 or library.rv_get_text(iface, 3, world.text, 6, None) != 0:
        return f"required is {world.size.value}"
    if world.text.value.decode() != "grün":
        return f"text {world.text.value!r}"
    failure = expect(library.rv_set_int(iface, 0, 1), ["RV_ERR_KIND"])
    failure = failure or expect(library.rv_set_float(iface, 2, float("nan")), ["RV_ERR_NOT_FINITE"])
    failure = failure or expect(library.rv_set_text(iface, 3, b"\xff"), ["RV_ERR_UTF8"])
    return failure or expect(library.rv_set_bool(iface, 99, 1), ["RV_ERR_NOT_FOUND"])


def f9_texts_that_are_no_texts():
    """Bad UTF-8, no end within the limit, a value of the wrong kind, and a NaN."""
    world = World()
    library, iface = world.library, world.handle
    number = ctypes.c_uint32()
    for bad in (b"\xff", b"a\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"cut \xe2\x82"):
        failure = expect(library.rv_add_signal(iface, bad, 1, 1, ctypes.byref(number)), ["RV_ERR_UTF8"])
        failure = failure or expect(library.rv_set_text(iface, 3, bad), ["RV_ERR_UTF8"])
        if failure:
            return f"{bad!r}: {failure}"
    long = b"x" * (64 << 20)
    failure = expect(library.rv_add_signal(iface, long, 1, 1, ctypes.byref(number)), ["RV_ERR_NAME"])
    failure = failure or expect(library.rv_set_text(iface, 3, long), ["RV_ERR_TEXT"])
    return failure or (None if library.rv_signal_count(iface) == 4 else "a signal was added")


def f21_signals_and_broken_pipes():
    """A storm of signals while values travel, and a peer that is gone: the process lives, the values arrive."""
    import socket

    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # as in a C program
    signal.signal(signal.SIGUSR1, lambda *_: None)
    signal.siginterrupt(signal.SIGUSR1, True)
    world = World()
    library = world.library
    options = _native.rv_options()
    assert library.rv_options_init(ctypes.byref(options), ctypes.sizeof(options), 1) == 0
    options.port = 0
    server, client, number = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_uint32()
    assert library.rv_create(ctypes.byref(options), ctypes.byref(server)) == 0
    assert library.rv_add_signal(server, b"n", 2, 1, ctypes.byref(number)) == 0
    assert library.rv_start(server) == 0
    info = _native.rv_info()
    assert library.rv_get_info(server, ctypes.byref(info), ctypes.sizeof(info)) == 0
    world.options.port = info.port
    world.options.own_perspective = 2
    assert library.rv_create(ctypes.byref(world.options), ctypes.byref(client)) == 0
    assert library.rv_add_signal(client, b"n", 2, 1, ctypes.byref(number)) == 0
    assert library.rv_start(client) == 0
    parent, storm = os.getpid(), os.fork()
    if storm == 0:
        end = time.monotonic() + 3
        while time.monotonic() < end and os.getppid() == parent:
            os.kill(parent, signal.SIGUSR1)
            time.sleep(0.0005)
        os._exit(0)
    try:
        if library.rv_wait_connected(client, 2000) != 0:
            return "no connection was made"
        value = ctypes.c_int64()
        for turn in range(1, 41):
            with socket.create_connection(("127.0.0.1", info.port)) as gone:
                key = b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                gone.sendall(key + b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                gone.recv(64)
                # Its end comes as a reset, right before the server writes.
                gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            assert library.rv_set_int(server, 0, turn) == 0
            end = time.monotonic() + 1
            while value.value != turn:
                if time.monotonic() > end:
                    return f"{turn} did not arrive"
                library.rv_wait(client, 5)
                assert library.rv_get_int(client, 0, ctypes.byref(value)) == 0
        return None
    finally:
        os.kill(storm, signal.SIGKILL)
        os.waitpid(storm, 0)


def cases():
    rng = random.Random(SEED)
    bits = ctypes.sizeof(ctypes.c_void_p) * 8
    for _, function, arguments in PROTOTYPES:
        names = [name for _, name in arguments]
        if "iface" in names:
            yield f"{function}: NULL handle", handle_case(function, lambda world: None)
            yield f"{function}: stale handle", handle_case(function, World.stale)
            yield f"{function}: a pointer to memory", handle_case(function, lambda world: ctypes.addressof(world.text))
            for number in (1, (1 << bits) - 1, rng.getrandbits(bits) | 1 << bits - 1, rng.getrandbits(31) | 1):
                yield f"{function}: handle {number:#x}", handle_case(function, lambda world, n=number: n)
        for kind, name in arguments:
            if kind.endswith("*") and name != "iface":
                yield f"{function}: {name} is NULL", null_case(function, name)
        if "iface" in names or function not in NEVER_FAIL:
            yield f"{function}: in a forked child", forked_case(function, "iface" in names)
    for function in ("rv_wait", "rv_wait_connected", "rv_import"):
        yield f"{function}: destroyed while it waits", destroyed_while_waiting(function)
    yield "rv_destroy: by 16 threads at once", destroyed_by_many
    yield "rv_shutdown_all: three interfaces", shutdown_all
    yield "sizes of structs", struct_sizes
    yield "values there and back", values_round_trip
    yield "texts that are no texts", f9_texts_that_are_no_texts
    yield "signals and broken pipes", f21_signals_and_broken_pipes


def main():
    if not PROTOTYPES or set(ARGUMENTS) != set(_native.FUNCTIONS):
        print(f"the header and the Python declarations differ: {set(ARGUMENTS) ^ set(_native.FUNCTIONS)}")
        return 1
    passed = failed = 0
    for name, case in cases():
        failure = in_child(case)
        if failure:
            failed += 1
            print(f"FAILED {name}: {failure}")
        else:
            passed += 1
    if failed:
        print(f"random handles: RV_SEED={SEED}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
