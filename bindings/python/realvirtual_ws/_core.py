"""The library, one interface in it, and the checks around every call."""

from __future__ import annotations

import ctypes
import math
import threading
import time
import warnings
import weakref
from typing import Any, Callable, Optional, TypeVar

from . import _native as _n
from . import errors

T = TypeVar("T")

# A call that waits comes back this often (seconds), so that Ctrl-C ends it.
SLICE = 0.1
# Between two looks while something else lies unpolled, which makes rv_wait return at once.
LOOK = 0.002
MAX_MS = 0xFFFFFFFF
# A handle of ours is never a wrong one, so what the library says of handles has one reason here.
CLOSED = "this server or client is closed, or was closed while the call went on: make a new one"

_lock = threading.Lock()
_library: Optional[_n.Library] = None


def library() -> _n.Library:
    """The library, loaded at the first use. OSError says where it was looked for."""
    global _library
    if _library is None:
        with _lock:
            if _library is None:
                _library = _n.load()
    return _library


def failure(result: int, message: Optional[str] = None) -> errors.RvError:
    """The exception for a failed call, with `message` or what this thread's last failed call said."""
    lib = library()
    if message is None and result == _n.RV_ERR_HANDLE:
        message = CLOSED
    if message is None:
        buffer = ctypes.create_string_buffer(1025)
        lib.rv_last_error(buffer, len(buffer), None)
        message = buffer.value.decode()
    return errors.make(result, lib.rv_result_name(result).decode(), message)


def check(result: int) -> int:
    """Raises what a negative result stands for."""
    if result < 0:
        raise failure(result)
    return result


def timed_out(message: str) -> errors.RvError:
    """The exception for a wait of our own whose time is up."""
    return failure(_n.RV_ERR_TIMEOUT, message)


def encode(text: str, what: str) -> bytes:
    """A string for the library, which ends strings with NUL."""
    if not isinstance(text, str):
        raise TypeError(f"{what} must be a str, not {type(text).__name__}")
    if "\0" in text:
        raise ValueError(f"{what} must not hold a NUL character")
    return text.encode()


def read_text(call: Callable[[Any, int, Any], int], size: int = 256) -> str:
    """What `call(buf, capacity, required)` writes, with a larger buffer while it does not fit."""
    required = ctypes.c_size_t()
    while True:
        buffer = ctypes.create_string_buffer(size)
        result = call(buffer, size, ctypes.byref(required))
        if result != _n.RV_ERR_BUFFER:
            check(result)
            return buffer.value.decode()
        size = required.value


def milliseconds(seconds: float) -> int:
    """A timeout for the library. Rounded up, so that a short one is not none."""
    if not seconds >= 0:
        raise ValueError(f"a timeout is in seconds and not less than 0, but it is {seconds!r}")
    return min(math.ceil(min(seconds, MAX_MS) * 1000), MAX_MS)


def interruptible(call: Callable[[], T]) -> T:
    """Makes a call that blocks for long so that Ctrl-C ends the waiting (the call itself goes on to its end)."""
    if threading.current_thread() is not threading.main_thread():
        return call()
    done = threading.Event()
    results = []
    failures = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:
            failures.append(error)
        done.set()

    try:
        threading.Thread(target=run, name="realvirtual-ws call", daemon=True).start()
    except RuntimeError:  # the interpreter is ending
        return call()
    while not done.wait(SLICE):
        pass
    if failures:
        raise failures[0]
    return results[0]


def _abandon(lib: _n.Library, handle: int, what: str) -> None:
    if lib.rv_destroy(handle) == _n.RV_OK:
        warnings.warn(f"{what} was never closed: use `with`, or call close()", ResourceWarning)


class Core:
    """One interface of the library. Signals share it with its server or client, so it lives as long as any of them."""

    __slots__ = ("__weakref__", "_end", "closing", "handle", "lib")

    def __init__(self, options: _n.rv_options, what: str) -> None:
        self.lib = library()
        out = ctypes.c_void_p()
        check(self.lib.rv_create(ctypes.byref(options), ctypes.byref(out)))
        assert out.value is not None
        # A handle is never given out again: after the end each call with it fails with RV_ERR_HANDLE.
        self.handle: int = out.value
        self.closing = threading.Lock()
        self._end = weakref.finalize(self, _abandon, self.lib, self.handle, what)

    def close(self) -> None:
        """Destroys the interface; other threads' calls on it end. The second time it does nothing."""
        with self.closing:
            if self._end.detach() is not None:
                self.lib.rv_destroy(self.handle)

    @property
    def closed(self) -> bool:
        return not self._end.alive

    def struct(self, kind: Callable[[], T], function: Callable[..., int], *arguments: Any) -> T:
        """What a function writes to a struct that it is given with its size."""
        out: Any = kind()
        check(function(self.handle, *arguments, ctypes.byref(out), ctypes.sizeof(out)))
        found: T = out
        return found

    def wait(self, look: Callable[[], Optional[T]], timeout: Optional[float]) -> Optional[T]:
        """What `look` gives as soon as it gives something; None when the time (seconds) is up."""
        end = math.inf if timeout is None else time.monotonic() + timeout
        woken = False
        while True:
            found = look()
            if found is not None:
                return found
            left = end - time.monotonic()
            if left <= 0:
                return None
            if woken:
                time.sleep(min(LOOK, left))
            woken = check(self.lib.rv_wait(self.handle, milliseconds(min(left, SLICE)))) == 1
