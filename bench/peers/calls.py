"""What calls.cpp measures, from Python through the package: setting and reading a signal, and polling tuples."""

import json
import statistics
import time

import realvirtual_ws as rv

SIGNALS, CALLS, TURNS = 1000, 2000, 31


def turn(call):
    begin = time.perf_counter_ns()
    for n in range(CALLS):
        call(n)
    return (time.perf_counter_ns() - begin) / CALLS


def setter(written, offset):
    def put(n):
        written[n % SIGNALS].value = n + offset

    return put


def main():
    figures = {"bare": [], "set": [], "get": [], "poll": []}
    with rv.Server(port=0, own_perspective=rv.Perspective.CONTROLLER, send_mode=rv.SendMode.MANUAL) as server:
        written = [server.add_float(f"Signal{n}", rv.Direction.OUTPUT) for n in range(SIGNALS)]
        version = server._core.lib.rv_abi_version
        with rv.Client(port=server.port) as client:
            read = [client.add_float(f"Signal{n}", rv.Direction.OUTPUT) for n in range(SIGNALS)]
            client.wait_connected(10)
            for offset in range(1, TURNS + 1):
                figures["bare"].append(turn(lambda _: version()))
                figures["set"].append(turn(setter(written, offset * 0.5)))
                figures["get"].append(turn(lambda n: written[n % SIGNALS].value))
                server.flush()
                end = time.monotonic() + 10
                while read[-1].value != CALLS - 1 + offset * 0.5:
                    if time.monotonic() > end:
                        raise SystemExit("the changes do not arrive")
                    time.sleep(0.0005)
                begin = time.perf_counter_ns()
                changes = client.poll_raw()
                figures["poll"].append((time.perf_counter_ns() - begin) / SIGNALS)
                if len(changes) != SIGNALS:
                    raise SystemExit(f"{len(changes)} changes instead of {SIGNALS}")
    print(json.dumps({name: statistics.median(column) for name, column in figures.items()}))


if __name__ == "__main__":
    main()
