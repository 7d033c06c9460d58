"""The programs in the package's README, run as they stand there, but for the port."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[3] / "bindings" / "python" / "README.md"
SERVER, CLIENT, LOOP, TEST = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.S)


class Running:
    def __init__(self, program, port):
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-c", program.replace("7000", str(port))],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self):
        return self

    def wait_for(self, text):
        for line in self.process.stdout:
            if line.startswith(text):
                return
        pytest.fail(f"it ended without {text!r}")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        try:
            assert "Traceback" in self.process.communicate(timeout=5)[0]  # of KeyboardInterrupt
        finally:
            self.process.kill()


@pytest.mark.parametrize("program", [CLIENT, LOOP], ids=["loop over changes", "event loop"])
def test_server_and_client_talk_to_each_other(program, free_port):
    with Running(SERVER, free_port) as server, Running(program, free_port) as client:
        client.wait_for("Sensor = True")
        client.wait_for("Sensor = False")
        if program is CLIENT:
            server.wait_for("Motor = 12.5")


def test_the_test_passes(tmp_path):
    (tmp_path / "test_readme_block.py").write_text(TEST)
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "realvirtual_ws.pytest_plugin", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "1 passed" in found.stdout, found.stdout
