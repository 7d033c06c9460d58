"""Each command does what its help says."""

import fcntl
import json
import os
import pty
import re
import signal
import socket
import struct
import subprocess
import termios
import time
from pathlib import Path

from rig import ROOT, RVWS, Running, catalogue, equal, expect, folder, free_port, peer, rvws, served, succeeds, until

HERE = Path(__file__).resolve().parent


def ls_lists_signals_with_types_and_values():
    with served() as url:
        lines = succeeds("ls", url).splitlines()
        equal([line.split()[0] for line in lines], ["Count", "Motor", "Sensor", "Speed", "Status"])
        equal(lines[2].split(), ["Sensor", "PLCInputBool", "false"])
        equal(succeeds("ls", url, "S*", "--format", r"%n\t%t\t%v"), "Sensor\tPLCInputBool\tfalse\nSpeed\tPLCInputFloat\t0.0\nStatus\tPLCOutputText\t\n")
        objects = [json.loads(line) for line in succeeds("ls", url, "--json").splitlines()]
        expect({"name": "Count", "type": "PLCOutputInt", "value": 0} in objects, objects)


def get_waits_for_a_value_that_the_catalogue_lacks():
    answer = {"type": "import_answer", "version": 2, "signals": {}, "signalTypes": {"Speed": "PLCInputFloat"}}

    def handle(values):
        def late(socket):
            for message in map(json.loads, socket):
                if message["type"] == "import_request":
                    socket.send(json.dumps(answer))
                    time.sleep(0.1)
                    socket.send(json.dumps({"type": "data", "version": 2, "signals": values}))

        return late

    with peer(handle({"Speed": 2.5})) as url:
        equal(succeeds("get", url, "Speed"), "2.5\n")
    with peer(handle({})) as url:
        done = rvws("get", url, "Speed")
        equal((done.returncode, done.stdout), (0, "0.0\n"))
        expect('"Speed" has no value yet' in done.stderr, done.stderr)


def get_prints_a_value_alone_and_several_with_names():
    with served() as url:
        equal(succeeds("get", url, "Speed"), "0.0\n")
        lines = succeeds("get", url, "Speed", "Count").splitlines()
        equal([line.split()[0] for line in lines], ["Speed", "Count"])


def set_sets_every_kind_and_the_server_keeps_it():
    with served() as url:
        began = time.monotonic()
        succeeds("set", url, "Motor=0", "Count=3")
        expect(time.monotonic() - began < 2, "it waits for a value that the server has")
        succeeds("set", url, "Motor=-1.5", "Count=9007199254740993", "Status=a=b ✓")
        equal(succeeds("get", url, "Motor", "Count", "Status", "--format", "%v"), "-1.5\n9007199254740993\na=b ✓\n")


def watch_prints_a_line_for_each_change():
    with served("-g", "Sensor=toggle:50ms") as url:
        lines = succeeds("watch", url, "Sensor", "-C", "3").splitlines()
        expect(len(lines) == 3 and all(line.startswith("Sensor ") for line in lines), lines)
        shown = rvws("watch", url, "Sensor", "-C", "4", "--json", "--stats")
        objects = [json.loads(line) for line in shown.stdout.splitlines()]
        # Changes that came together leave a level that their number tells.
        levels = all((a["value"] != b["value"]) == (b["changes"] % 2 == 1) for a, b in zip(objects, objects[1:]))
        expect(len(objects) == 4 and levels, objects)
        expect("round trip" in shown.stderr and "values" in shown.stderr, shown.stderr)


def on_a_terminal(*arguments, seconds=3, environment=None, size=(24, 80)):
    """What the tool writes to a terminal until it is ended with Ctrl-C, and its exit code."""
    control, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    process = subprocess.Popen([RVWS, *map(str, arguments)], stdin=terminal, stdout=terminal, stderr=terminal, env=environment)
    os.close(terminal)
    text, end = b"", time.monotonic() + seconds
    os.set_blocking(control, False)
    asked = False
    while True:
        try:
            text += os.read(control, 65536)
        except BlockingIOError:
            time.sleep(0.01)
        except OSError:
            break
        if not asked and (text.count(b"\x1b[H") > 3 or time.monotonic() > end):
            process.send_signal(signal.SIGINT)
            asked = True
        if process.poll() is not None and time.monotonic() > end:
            break
    os.close(control)
    return text.decode(), process.wait(5)


def watch_on_a_terminal_is_a_table_that_leaves_it_as_it_was():
    with served("-g", "Sensor=toggle:50ms") as url:
        environment = {**os.environ, "TERM": "xterm"}
        environment.pop("NO_COLOR", None)
        text, code = on_a_terminal("watch", url, "--sort", "changes", environment=environment)
        equal(code, 0)
        picture = text.split("\x1b[H")[-1]
        expect("NAME" in picture and picture.index("Sensor") < picture.index("Count"), picture)
        expect(text.endswith("\x1b[?25h\x1b[?1049l") and "\x1b[32m" in text, repr(text[-200:]))
        plain, _ = on_a_terminal("watch", url, environment={**environment, "NO_COLOR": "1"})
        expect(not re.search(r"\x1b\[[0-9;]*m", plain), "colours with NO_COLOR")
        dumb, code = on_a_terminal("watch", url, "-C", 2, environment={**environment, "TERM": "dumb"}, seconds=0.5)
        expect(code == 0 and "\x1b" not in dumb and "Sensor true" in dumb, repr(dumb))


def watch_draws_no_more_than_the_terminal_has():
    many = "Name,Type,Direction\n" + "".join(f"Cell.Conveyor.Station{n}.Sensor,BOOL,INPUT\n" for n in range(60))
    with served("-g", "*Station7.Sensor=toggle:50ms", text=many) as url:
        for lines, columns in ((24, 80), (10, 38), (3, 20), (60, 200)):
            text, code = on_a_terminal("watch", url, "--stats", "--color", "never", size=(lines, columns))
            equal(code, 0)
            picture = re.split(r"\x1b\[J|\x1b\[\?7h", text.split("\x1b[H")[-1])[0]
            drawn = [line.removeprefix("\x1b[K") for line in picture.replace("\r", "").split("\n") if line]
            # As many line ends as there are lines would scroll it, and a line that fills it is erased after it is written.
            expect(not re.search(r"[^\n]\x1b\[K", picture[3:]), picture)
            expect(len(drawn) <= lines and max(map(len, drawn)) <= columns, (lines, columns, drawn))
            expect(lines < 5 or sum("Sensor" in line for line in drawn) >= 1, drawn)
            names = [int(found) for found in re.findall(r"Station(\d+)", picture)]
            equal(names, sorted(range(60), key=str)[: len(names)])
            expect("AGE" in drawn[1] and ("TYPE" in drawn[1]) == (columns > 72), drawn[1])


def ctrl_c_ends_a_command_that_still_connects():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for command in ("watch", "bench", "stats"):
            with Running(command, f":{silent.getsockname()[1]}") as running:
                client, _ = silent.accept()
                with client:
                    began = time.monotonic()
                    equal(running.end(), -signal.SIGINT)
                    expect(time.monotonic() - began < 2, command)


def serve_generates_toggle_ramp_sine_and_script():
    with folder() as path:
        (path / "steps").write_text("# seconds value\n0 idle\n0.1 running\n0.2 done\n")
        rules = ("Sensor=toggle:50ms", "Speed=sine:-5..5/300ms", "Motor=ramp:0..10/300ms", f"Status=script:{path}/steps")
        with served(*[word for rule in rules for word in ("-g", rule)]) as url:
            lines = succeeds("watch", url, "-C", "150", "--json").splitlines()
    values = {}
    for line in map(json.loads, lines):
        values.setdefault(line["name"], []).append(line["value"])
    equal(set(values["Sensor"]), {True, False})
    expect(-5 <= min(values["Speed"]) < -3 and 3 < max(values["Speed"]) <= 5, values["Speed"])
    expect(0 <= min(values["Motor"]) < 2 and 8 < max(values["Motor"]) < 10, values["Motor"])
    rises = sum(a < b for a, b in zip(values["Motor"], values["Motor"][1:]))
    expect(rises > len(values["Motor"]) * 0.7, values["Motor"])
    expect({"idle", "running"} <= set(values["Status"]), values["Status"])


def serve_takes_names_and_files_with_equals_signs_and_an_ipv6_address():
    with folder() as path:
        (path / "a=b").write_text("0 3\n")
        with served("-g", f"x=y=script:{path}/a=b", "--address", "::1", text="Name,Type\nx=y,INT\n") as url:
            expect(url.startswith("ws://[::1]:"), url)
            equal(succeeds("get", url, "x=y"), "3\n")


def serve_tells_who_comes_and_ends_cleanly():
    with folder() as path:
        (path / "list.csv").write_text("Name,Type\nA,BOOL\n")
        for number in (signal.SIGINT, signal.SIGTERM):
            with Running("serve", path / "list.csv", "--port", 0) as server:
                url = server.line("1 signal at").split()[-1]
                succeeds("ls", url, "--name", "somebody")
                until("joined and left", lambda: any("left: somebody" in line for line in server.errors))
                equal(server.end(number), 0)


def import_writes_a_list_with_directions_inverted_or_kept():
    with served() as url, folder() as path:
        succeeds("import", url, "-o", path / "inverted.csv")
        expect("Sensor,,,BOOL,OUTPUT," in (path / "inverted.csv").read_text(), "not inverted")
        succeeds("import", url, "-o", path / "kept.json", "--keep-direction")
        signals = json.loads((path / "kept.json").read_text())["Signals"]
        kept = {one["Name"]: (one["Type"], one["Direction"]) for one in signals}
        equal(kept["Sensor"], ("BOOL", "INPUT"))


def import_writes_to_standard_output_and_through_a_link():
    with served() as url, folder() as path:
        listed = json.loads(succeeds("import", url, "-o", "-"))
        equal(len(listed["Signals"]), 5)
        expect(succeeds("import", url, "-o", "-", "--format", "csv").startswith("Name,"), "CSV")
        (path / "list.csv").write_text("old")
        (path / "link.csv").symlink_to(path / "list.csv")
        succeeds("import", url, "-o", path / "link.csv")
        expect((path / "link.csv").is_symlink() and "Sensor" in (path / "list.csv").read_text(), "the link")
        equal(sorted(entry.name for entry in path.iterdir()), ["link.csv", "list.csv"])


def import_and_diff_agree():
    with served() as url, folder() as path:
        succeeds("import", url, "-o", path / "kept.json", "--keep-direction")
        equal(succeeds("diff", url, path / "kept.json"), "")


def diff_shows_what_differs():
    one = "Name,Type,Direction\nA,BOOL,INPUT\nB,INT,INPUT\nC,INT,INPUT\nD,TEXT,OUTPUT\n"
    two = "Name,Type,Direction\nB,FLOAT,INPUT\nC,INT,INPUT\nD,TEXT,OUTPUT\nE,BOOL,INPUT\n"
    with served(text=one) as a, served(text=two) as b:
        succeeds("set", a, "D=here")
        done = rvws("diff", a, b)
        equal((done.returncode, done.stderr), (1, ""))
        equal(done.stdout.splitlines(), ["- A  PLCInputBool", "! B  PLCInputInt | PLCInputFloat", "+ E  PLCInputBool"])
        done = rvws("diff", a, b, "--values", "--json")
        expect('{"a":"here","b":"","differs":"value","name":"D"}' in done.stdout.splitlines(), done.stdout)
        equal(rvws("diff", a, a, "--values").stdout, "")


def config_is_read_and_written():
    with folder() as path:
        (path / "config.json").write_text('{"publishIntervalMs": 5}')
        with served("--config", path / "config.json") as url:
            equal(json.loads(succeeds("config", "get", url)), {"publishIntervalMs": 5})
            (path / "new.json").write_text('{"publishIntervalMs": 10}')
            succeeds("config", "set", url, f"@{path}/new.json")
            equal(json.loads(succeeds("config", "get", url)), {"publishIntervalMs": 10})


def mirror_hands_on_every_edge_and_the_last_value():
    with served("-g", "Sensor=toggle:30ms", "-g", "Speed=ramp:0..1000/5s") as a, served("--perspective", "controller") as b:
        with Running("watch", b, "Sensor", "Speed", "--json") as watch, Running("mirror", a, b, "S*") as mirror:
            until("changes at B", lambda: len(watch.lines) > 60)
            equal(mirror.end(), 0)
            last = mirror.errors[-1]
            equal(watch.end(), 0)
    expect(re.fullmatch(r"rvws: mirrored \d+ changes, 0 edges lost", last), mirror.errors)
    seen = list(map(json.loads, watch.lines))
    sensor = [one["value"] for one in seen if one["name"] == "Sensor" and one["changes"] == 1]
    expect(len(sensor) > 3, sensor)
    speed = [one["value"] for one in seen if one["name"] == "Speed"]
    equal(speed, sorted(speed))


def mirror_waits_for_a_server_that_is_away():
    with folder() as path:
        (path / "list.csv").write_text("Name,Type,Direction\nSensor,BOOL,INPUT\n")
        with served("-g", "Sensor=toggle:30ms") as a, Running("serve", path / "list.csv", "--port", 0, "--perspective", "controller") as b:
            url = b.line(" at ws").split()[-1]
            with Running("mirror", a, url) as mirror:
                until("it runs", lambda: any("mirroring 1" in line for line in mirror.errors))
                equal(b.end(), 0)
                until("it is told", lambda: any(line.startswith(f"rvws: {url}: ") for line in mirror.errors))
                with Running("serve", path / "list.csv", "--port", url.rsplit(":", 1)[1], "--perspective", "controller"):
                    until("it is back", lambda: any("again" in line for line in mirror.errors))
                    succeeds("watch", url, "Sensor", "-C", 2, "-W", 5)
                equal(mirror.end(), 0)
                equal(sum("closed by the peer" in line for line in mirror.errors), 1)


def mirror_and_replay_say_what_is_not_kept():
    """A server that takes nothing of what it writes itself, where the last value is the one it has."""
    run = "".join(json.dumps({"time": at, "name": "Sensor", "value": at == 1.0}) + "\n" for at in (1.0, 1.4))
    refuses = 'does not keep what is written to "Sensor"'
    with served("-g", "Sensor=toggle:50ms") as a, served() as b:
        with Running("mirror", a, b, "Sensor", "Motor") as mirror:
            until("it is told at once", lambda: any(refuses in line for line in mirror.errors))
            equal(mirror.end(), 8)
        expect("mirroring 2 signals" in mirror.errors[0], mirror.errors)
        expect(mirror.errors[-1].endswith('did not keep the values of 1 of 2 signals: "Sensor"'), mirror.errors)
        done = rvws("replay", "-", b, "Sensor", input_text=run)
        equal((done.returncode, len(done.stderr.splitlines())), (8, 3))
        expect(refuses in done.stderr and "1 of 1 signal:" in done.stderr, done.stderr)
        # Without any word of the server, a new client sees what it has.
        with peer(catalogue({"Sensor": ("PLCInputBool", False)})) as silent:
            done = rvws("replay", "-", silent, input_text=run.splitlines()[0])
            expect(done.returncode == 8 and refuses in done.stderr, done)
            equal(rvws("replay", "-", silent, "--no-check", input_text=run.splitlines()[0]).returncode, 0)


def replay_writes_what_watch_has_recorded_at_its_pace():
    lines = [{"time": 100 + n / 10, "name": "Motor", "value": n * 1.5, "changes": 1} for n in range(1, 6)]
    # Two changes that came together: it was true, and is false again.
    lines.append({"time": 100.6, "name": "Sensor", "value": False, "changes": 2, "rises": 1})
    lines.append({"time": 100.6, "name": "Elsewhere", "value": 1})
    recording = "\n".join(map(json.dumps, lines)) + "\n"
    read_by_the_server = "Name,Type,Direction\nMotor,FLOAT,OUTPUT\nSensor,BOOL,OUTPUT\nSpeed,FLOAT,OUTPUT\n"
    with folder() as path, served(text=read_by_the_server) as url:
        (path / "run.ndjson").write_text(recording)
        succeeds("set", url, "Sensor=false")
        with Running("watch", url, "Motor", "Sensor", "--json") as watch:
            # Other values, until it hears of one, and has heard of the last one.
            before = []

            def another():
                before.append(-1.0 - len(before))
                succeeds("set", url, f"Motor={before[-1]}")
                return watch.lines

            until("it watches", another)
            until("it has the last one", lambda: json.loads(watch.lines[-1])["value"] == before[-1])
            told = len(watch.lines)
            began = time.monotonic()
            done = rvws("replay", path / "run.ndjson", url)
            equal(done.returncode, 0)
            expect("Elsewhere" in done.stderr and done.stderr.endswith("rvws: replayed 6 changes\n"), done.stderr)
            expect(time.monotonic() - began >= 0.5, "too fast")
            seen = lambda name: [one for one in map(json.loads, watch.lines[told:]) if one["name"] == name]  # noqa: E731
            until("all of it", lambda: seen("Sensor") and seen("Motor") and seen("Motor")[-1]["value"] == 7.5)
            # Values that wait together on a busy machine become one; none comes twice, or out of order.
            motor = [one["value"] for one in seen("Motor")]
            expect(set(motor) <= {1.5, 3.0, 4.5, 6.0, 7.5} and motor == sorted(set(motor)), motor)
            until("the fall", lambda: seen("Sensor")[-1]["value"] is False)
            equal(sum(one["rises"] for one in seen("Sensor")), 1)
        again = rvws("replay", "-", url, "Mot*", "--speed", 1000, input_text=recording)
        equal((again.returncode, again.stderr), (0, "rvws: replayed 5 changes\n"))
        # What was recorded here can be replayed here.
        with served("-g", "Speed=ramp:0..100/2s") as source:
            run = succeeds("watch", source, "-C", 5, "--json")
        done = rvws("replay", "-", url, input_text=run)
        equal((done.returncode, done.stderr), (0, "rvws: replayed 5 changes\n"))
        equal(succeeds("get", url, "Speed"), f"{json.loads(run.splitlines()[-1])['value']}\n")


def bench_measures():
    with served("-g", "Speed=sine:0..1/1s") as url:
        found = json.loads(succeeds("bench", url, "--duration", 0.5, "--json"))
        expect(found["signals"] == 5 and found["values_per_second"] > 10 and found["round_trip_us_p50"] > 0, found)
        expect(0 < found["connect_us"] < 1e6, found)
        expect("round trip, median" in succeeds("bench", url, "--duration", 0.1), "for people")


def stats_speaks_to_prometheus():
    with served("-g", "Speed=sine:0..1/1s") as url:
        text = succeeds("stats", url, "--duration", 0.4, "--prometheus")
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        values = {}
        for line in lines:
            name, value = re.fullmatch(r'(rvws_[a-z_]+(?:\{le="[^"]+"\})?) ([0-9.e+-]+)', line).groups()
            values[name] = float(value)
        expect(values["rvws_up"] == 1 and values["rvws_signals"] == 5 and values["rvws_values_in_total"] > 5, values)
        equal(values["rvws_round_trip_seconds_count"], values['rvws_round_trip_seconds_bucket{le="+Inf"}'])
        expect(values["rvws_round_trip_seconds_count"] > 0, values)
        for line in text.splitlines():
            expect(line.startswith(("# HELP rvws_", "# TYPE rvws_", "rvws_")), line)
        expect("frames_in" in succeeds("stats", url, "--duration", 0.1), "for people")
    done = rvws("stats", f":{free_port()}", "--prometheus")
    expect(done.returncode == 3 and "rvws_up 0\n" in done.stdout, done)


def completions_are_scripts_of_the_shells():
    for shell in ("bash", "zsh", "fish", "powershell", "elvish"):
        script = succeeds("completions", shell)
        expect("rvws" in script and "mirror" in script and "prometheus" in script, shell)
    subprocess.run(["bash", "-n"], input=succeeds("completions", "bash"), text=True, check=True)


def the_man_page_has_every_command_cause_and_exit_code():
    page = succeeds("man")
    commands = re.findall(r"^  ([a-z]+) ", succeeds("--help").split("\nOptions:")[0], re.M)
    expect(len(commands) >= 14, commands)
    for command in set(commands) - {"help"}:
        expect(re.search(rf"^\.SS rvws {command}\b", page, re.M), command)
    expect(r"\fB\-C, \-\-count <NUMBER>\fR" in page and "[default: 1234]" in page, "short options and defaults")
    expect("Sort the table: name, value, changes, age [default: name]" in page, "possible values")
    codes = list(map(int, re.findall(r"^\\fB(\d+)\\fR$", page, re.M)))
    equal(codes, list(range(13)))
    for name in re.findall(r'finds\(\["([a-z-]+)"', (HERE / "doctor.py").read_text()):
        expect(name.replace("-", "\\-") in page, name)
    # Every code and every cause has its test.
    tested = {int(code) for code in re.findall(r"^def exit_(\d+)_", (HERE / "exits.py").read_text(), re.M)}
    equal(tested, set(codes))
    causes = page.split(".SH CAUSES")[1].split(".SH")[0]
    for cause in re.findall(r"^\\fB(.*)\\fR$", causes, re.M):
        cause = cause.replace("\\-", "-")
        expect(f'"{cause}"' in (HERE / "doctor.py").read_text(), f"no test for {cause}")


def a_reader_that_goes_away_is_no_error():
    many = "Name,Type,Direction\n" + "".join(f"A rather long name of a signal {n},BOOL,INPUT\n" for n in range(20000))
    with served(text=many) as url:
        process = subprocess.Popen([RVWS, "ls", url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        process.stdout.readline()
        process.stdout.close()
        equal((process.wait(10), process.stderr.read()), (0, ""))
        process.stderr.close()


def a_reader_of_complaints_that_goes_away_is_no_error():
    with folder() as path:
        (path / "list.csv").write_text("Name,Type\nA,BOOL\n")
        with Running("serve", path / "list.csv", "--port", 0, read_errors=False) as server:
            url = server.line("1 signal at").split()[-1]
            server.process.stderr.close()
            for _ in range(3):
                succeeds("ls", url)
            equal(server.end(), 0)


def what_a_peer_says_stays_in_its_line():
    evil = "Evil\n\x9b2JSensor  PLCInputBool  true\u202e"
    with peer(catalogue({evil: ("PLCInputText", f"{evil}\\")})) as url:
        shown = r"Evil\n\u{9b}2JSensor  PLCInputBool  true\u{202e}"
        equal(succeeds("ls", url), f"{shown}  PLCInputText    {shown}\\\\\n")
        equal(succeeds("ls", url, "--format", "%n"), f"{shown}\n")
        line = succeeds("ls", url, "--json")
        expect(line.isascii() and line.count("\n") == 1, repr(line))
        equal(json.loads(line)["name"], evil)
        # The text alone, for a program, is as it came.
        equal(succeeds("get", url, evil), f"{evil}\\\n")
        long = "q" * 400
    with peer(catalogue({long: ("PLCInputText", long)})) as url:
        text, _ = on_a_terminal("ls", url, seconds=0.3, size=(24, 4000))
        equal(text.count("q"), 800)


def texts_of_a_peer_do_not_steer_the_terminal():
    with peer(catalogue({"Evil\x1b[2J": ("PLCInputText", "\x1b]0;title\x07")})) as url:
        text, code = on_a_terminal("ls", url, "--color", "never", seconds=0.3)
        equal(code, 0)
        expect("\x1b" not in text and "\x07" not in text and "Evil" in text, repr(text))


TESTS = (
    ls_lists_signals_with_types_and_values,
    get_prints_a_value_alone_and_several_with_names,
    set_sets_every_kind_and_the_server_keeps_it,
    watch_prints_a_line_for_each_change,
    watch_on_a_terminal_is_a_table_that_leaves_it_as_it_was,
    serve_generates_toggle_ramp_sine_and_script,
    serve_tells_who_comes_and_ends_cleanly,
    import_writes_a_list_with_directions_inverted_or_kept,
    import_and_diff_agree,
    diff_shows_what_differs,
    config_is_read_and_written,
    mirror_hands_on_every_edge_and_the_last_value,
    mirror_waits_for_a_server_that_is_away,
    mirror_and_replay_say_what_is_not_kept,
    bench_measures,
    stats_speaks_to_prometheus,
    completions_are_scripts_of_the_shells,
    the_man_page_has_every_command_cause_and_exit_code,
    a_reader_that_goes_away_is_no_error,
    texts_of_a_peer_do_not_steer_the_terminal,
    get_waits_for_a_value_that_the_catalogue_lacks,
    watch_draws_no_more_than_the_terminal_has,
    ctrl_c_ends_a_command_that_still_connects,
    serve_takes_names_and_files_with_equals_signs_and_an_ipv6_address,
    import_writes_to_standard_output_and_through_a_link,
    a_reader_of_complaints_that_goes_away_is_no_error,
    what_a_peer_says_stays_in_its_line,
    replay_writes_what_watch_has_recorded_at_its_pace,
)
