"""Signal lists: realvirtual's exchange file and CSV."""

import json

import pytest

from realvirtual_ws import Direction, ExistsError, FileError, FormatError, InvalidError, Kind, ListFormat, Server

LIST = {
    "Signals": [
        {
            "Name": "Teil am Sensor ü",
            "Symbolname": "Cell.bSensor",
            "Comment": "light barrier",
            "Type": "BOOL",
            "Direction": "INPUT",
            "Folder": "Cell/Conveyor",
        },
        {"Symbolname": "Cell.rSpeed", "Type": "FLOAT", "Direction": "OUTPUT"},
        {"Name": "Order", "Type": "TEXT", "Direction": ""},
    ]
}


@pytest.fixture
def other():
    server = Server(port=0)
    yield server
    server.close()


@pytest.mark.parametrize("name", ["signals.json", "signals.csv", "grün 中.json"])
def test_a_list_goes_through_a_file_without_loss(rv_server, other, tmp_path, name):
    source = tmp_path / "source.json"
    source.write_text(json.dumps(LIST), encoding="utf-8")
    assert rv_server.load_signals(source) == 3
    sensor = rv_server["Cell.bSensor"]
    assert (sensor.kind, sensor.direction) == (Kind.BOOL, Direction.INPUT)
    assert (sensor.comment, sensor.folder, sensor.display_name) == ("light barrier", "Cell/Conveyor", "Teil am Sensor ü")
    assert rv_server["Cell.rSpeed"].comment == ""

    assert rv_server.save_signals(tmp_path / name) == 3
    assert other.load_signals(str(tmp_path / name)) == 3
    for signal in rv_server.signals.values():
        found = other[signal.name]
        assert (found.kind, found.direction, found.comment, found.folder, found.display_name) == (
            signal.kind, signal.direction, signal.comment, signal.folder, signal.display_name,
        )  # fmt: skip


def test_the_format_can_be_stated(rv_server, tmp_path):
    rv_server.add_int("Number", Direction.INPUT, comment="counts", folder="Cell", display_name="Zähler")
    rv_server.save_signals(tmp_path / "list.txt", ListFormat.CSV)
    assert "Zähler" in (tmp_path / "list.txt").read_text(encoding="utf-8").splitlines()[1]
    with pytest.raises(FormatError):
        rv_server.load_signals(tmp_path / "list.txt", ListFormat.JSON)


def test_a_wrong_line_is_named_and_nothing_is_loaded(other, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Symbolname,Type,Direction\nA,BOOL,INPUT\nB,COLOUR,INPUT\n")
    with pytest.raises(FormatError, match="line 3") as caught:
        other.load_signals(path)
    assert isinstance(caught.value, ValueError)
    assert len(other.signals) == 0
    other.add_text("A")
    path.write_text("Symbolname,Type,Direction\nC,BOOL,INPUT\nA,BOOL,INPUT\n")
    with pytest.raises(ExistsError, match="line 3"):
        other.load_signals(path)
    path.write_text("Symbolname,Type,Direction\n" + "x" * 513 + ",BOOL,INPUT\n")
    with pytest.raises(InvalidError, match="line 2"):
        other.load_signals(path)
    assert list(other.signals) == ["A"]


def test_a_file_that_is_not_there(other, tmp_path):
    with pytest.raises(FileError, match="nothing.json") as caught:
        other.load_signals(tmp_path / "nothing.json")
    assert isinstance(caught.value, OSError)
    with pytest.raises(FileError):
        other.save_signals(tmp_path / "no" / "folder.json")
