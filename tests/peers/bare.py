"""WebSocket by hand, for what no package lets a peer do: leave pings unanswered."""

import base64
import hashlib
import json
import os
import socket
import struct
import threading

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Bare:
    """An open connection that reads in a thread of its own, and answers the first `pongs` pings."""

    masks = False

    def __init__(self, pongs=0):
        self.messages = []
        self.pings = 0
        self.pongs = pongs
        self.socket = None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self._close()
        self.thread.join(5)

    def _close(self):
        if self.socket is not None:
            try:
                self.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            self.socket.close()

    def state(self):
        state = {}
        for message in list(self.messages):
            state.update(message.get("signals", {}))
        return state

    def _run(self):
        try:
            self._open()
            self._read()
        except (OSError, EOFError):
            pass

    def _read(self):
        while True:
            opcode, payload = self._frame()
            if opcode == 1:
                self.messages.append(json.loads(payload))
            elif opcode == 9:
                self.pings += 1
                if self.pings <= self.pongs:
                    self._write(10, payload)
            elif opcode == 8:
                self._write(8, payload[:2])
                return

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def _frame(self):
        first, second = self._exactly(2)
        assert first & 0x80, "the library sends messages in one frame"
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack(">H", self._exactly(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self._exactly(8))
        mask = self._exactly(4) if second & 0x80 else b"\0\0\0\0"
        return first & 0x0F, bytes(b ^ mask[i % 4] for i, b in enumerate(self._exactly(length)))

    def _write(self, opcode, payload):
        assert len(payload) < 65536
        mask = os.urandom(4) if self.masks else b""
        flag = 0x80 if self.masks else 0
        head = bytes([0x80 | opcode])
        if len(payload) < 126:
            head += bytes([flag | len(payload)])
        else:
            head += struct.pack(">BH", flag | 126, len(payload))
        if mask:
            payload = bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
        self.socket.sendall(head + mask + payload)

    def send(self, text):
        self._write(1, text.encode())

    def _head(self):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._exactly(1)
        return head.decode("latin-1")


class BareClient(Bare):
    masks = True

    def __init__(self, port, pongs=0):
        super().__init__(pongs)
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        request = [
            "GET / HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Version: 13",
        ]
        self.socket.sendall(("\r\n".join(request) + "\r\n\r\n").encode())
        answer = self._head()
        assert answer.startswith("HTTP/1.1 101 "), answer

    def _open(self):
        pass


class BareServer(Bare):
    def __init__(self, pongs=0):
        super().__init__(pongs)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(20)
        self.port = self.listener.getsockname()[1]

    def _open(self):
        self.socket, _ = self.listener.accept()
        self.socket.settimeout(20)
        head = self._head()
        key = next(line.split(": ", 1)[1] for line in head.split("\r\n") if line.lower().startswith("sec-websocket-key"))
        accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        answer = [
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {accept}",
        ]
        self.socket.sendall(("\r\n".join(answer) + "\r\n\r\n").encode())

    def _close(self):
        self.listener.close()
        super()._close()
