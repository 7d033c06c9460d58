"""The peers of the bench: how each is built and started."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from processes import Failed, Program, free_port

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "bench" / "peers"
OUTPUT = Path(os.environ.get("RV_OUTPUT", ROOT / "target"))
BUILT = OUTPUT / "bench"

CXX = ["g++", "-std=c++17", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread"]
RELEASE = OUTPUT / "release"
LIBRARY = [f"-I{ROOT}/include", f"-L{RELEASE}", "-lrealvirtual_ws", f"-Wl,-rpath,{RELEASE}"]
NATIVE = {
    "ours": LIBRARY,
    "footprint": LIBRARY,
    "floor": ["-lsimdjson"],
    "drain": [],
    "calls": LIBRARY,
    "lws": ["-lwebsockets", "-lsimdjson"],
    "mosquitto": ["-lmosquitto", "-lsimdjson"],
}
# The programs that time single calls, and how they find the library.
CALLS = {
    "C": [BUILT / "calls"],
    "C# (Mono)": ["mono", BUILT / "Calls.exe"],
    "Python": [sys.executable, SOURCES / "calls.py"],
}
LIBRARY_ENVIRONMENT = {
    **os.environ,
    "LD_LIBRARY_PATH": str(RELEASE),
    "REALVIRTUAL_WS_LIBRARY": str(RELEASE / "librealvirtual_ws.so"),
    "PYTHONPATH": str(ROOT / "bindings" / "python"),
}


def build():
    """Builds the native peers; the Rust ones and the library are cargo's."""
    BUILT.mkdir(parents=True, exist_ok=True)
    headers = [SOURCES / "peer.hpp", SOURCES / "codec.hpp", ROOT / "include" / "realvirtual_ws.h"]
    for name, flags in NATIVE.items():
        source, program = SOURCES / f"{name}.cpp", BUILT / name
        newest = max(path.stat().st_mtime for path in [source, *headers])
        if not program.exists() or program.stat().st_mtime < newest:
            subprocess.run([*CXX, source, "-o", program, *flags], check=True)
    wrapper = sorted((ROOT / "bindings" / "csharp" / "src").rglob("*.cs"))
    mcs = ["mcs", "-nologo", "-langversion:7.2", "-unsafe", f"-out:{BUILT}/Calls.exe"]
    subprocess.run([*mcs, SOURCES / "Calls.cs", *wrapper], check=True)


class Broker:
    """A mosquitto broker on a free port."""

    def __init__(self):
        self.port = free_port()
        settings = BUILT / "mosquitto.conf"
        settings.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 10000\n"
        )
        self.program = Program(["mosquitto", "-c", settings])
        time.sleep(0.5)

    def __enter__(self):
        return self.program.__enter__() and self

    def __exit__(self, *failure):
        self.program.__exit__(*failure)


@dataclass(frozen=True)
class Peer:
    name: str
    what: str
    command: list = field(hash=False)
    # What `drain` speaks to its server, if the fan-out is measured with it.
    drain: str = ""
    # It needs a port that is given, or has none of its own because a broker listens.
    own_port: bool = True
    broker: bool = False
    # The least that frames can cost, or no reading of frames: no rival.
    floor: bool = False
    # Too slow for the long round trip.
    rounds: int = 5000


RUST = RELEASE / "examples" / "bench-peer"
PYTHON = sys.executable
OURS = Peer("realvirtual-ws", "this library through its C interface", [BUILT / "ours"], drain="websocket")
TCP = Peer("TCP", "the same bytes, made before; no WebSocket, no JSON", [BUILT / "floor"], drain="tcp", floor=True)
ECHO = Peer("echo", "tokio-tungstenite, frames sent back unread", [RUST, "echo"], floor=True)
PEERS = [
    OURS,
    TCP,
    ECHO,
    Peer("libwebsockets", "C++ by hand: libwebsockets, simdjson, std::to_chars", [BUILT / "lws"], "websocket", False),
    Peer("mosquitto", "MQTT: a JSON message a frame, C++ with the same codec", [BUILT / "mosquitto"], "mqtt", broker=True),
    Peer("plain Rust", "tokio-tungstenite, serde_json::Value in a HashMap", [RUST, "plain"], "websocket"),
    Peer("Node", "npm ws, JSON.parse", ["node", SOURCES / "node.mjs"], "websocket", rounds=3000),
    Peer("Python", "websockets, json", [PYTHON, SOURCES / "websockets_peer.py"], "websocket", rounds=2000),
    Peer("NetworkTables", "pyntcore (C++ under Python)", [PYTHON, SOURCES / "nt4.py"], own_port=False, rounds=100),
]


def start(peer, measure, role, port, broker, *, signals=4, changed=4, rate=0, frames=1, clients=1):
    """Starts one end. A server's port is given only where it cannot choose one."""
    if broker:
        port = broker.port
    elif role == "server":
        port = 0 if peer.own_port else free_port()
    return Program([*peer.command, measure, role, *map(str, (port, signals, changed, rate, frames, clients))])


__all__ = [
    "BUILT",
    "Broker",
    "CALLS",
    "Failed",
    "LIBRARY_ENVIRONMENT",
    "OURS",
    "PEERS",
    "Peer",
    "RELEASE",
    "ROOT",
    "build",
    "start",
]
