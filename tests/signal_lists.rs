//! Signal lists in files: all or nothing, errors with their line, and a round trip without loss.
#![allow(clippy::unwrap_used, reason = "tests may fail anywhere")]

use std::fs;
use std::path::PathBuf;

use realvirtual_ws::{
    Access, Declaration, Direction, ErrorCode, Interface, Kind, ListFormat, Options,
};

/// A folder of one test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("lists-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.0.join(name), text).unwrap();
        self.file(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn server() -> Interface {
    Interface::new(Options::server()).unwrap()
}

#[test]
fn ten_thousand_signals_make_the_round_trip_without_loss() {
    let folder = Folder::new("round-trip");
    let kinds = [Kind::Bool, Kind::Int, Kind::Float, Kind::Text];
    let original = server();
    for i in 0..10_000 {
        let name = format!("Cell.\"{i}\".bÄ,;信号");
        let (comment, folder) = (
            format!("Line {i}\r\nand \u{1f600}"),
            format!("F{}/a,b", i % 7),
        );
        let display_name = if i % 3 == 0 {
            format!("Signal {i}")
        } else {
            String::new()
        };
        let direction = if i % 2 == 0 {
            Direction::Input
        } else {
            Direction::Output
        };
        let mut declaration = Declaration::new(&name, kinds[i % 4], direction);
        declaration.comment = &comment;
        declaration.folder = &folder;
        declaration.display_name = &display_name;
        original.add_signal(&declaration).unwrap();
    }
    for file in ["list.json", "list.csv"] {
        let path = folder.file(file);
        assert_eq!(
            original.save_signals(&path, ListFormat::Auto).unwrap(),
            10_000
        );
        let copy = server();
        assert_eq!(copy.load_signals(&path, ListFormat::Auto).unwrap(), 10_000);
        assert_eq!(copy.signal_count(), 10_000);
        for id in 0..10_000 {
            assert_eq!(
                copy.signal_name(id).unwrap(),
                original.signal_name(id).unwrap()
            );
            assert_eq!(
                copy.signal_info(id).unwrap(),
                original.signal_info(id).unwrap()
            );
            assert_eq!(
                copy.signal_notes(id).unwrap(),
                original.signal_notes(id).unwrap()
            );
        }
        // Once more changes nothing.
        assert_eq!(copy.load_signals(&path, ListFormat::Auto).unwrap(), 10_000);
        assert_eq!(copy.signal_count(), 10_000);
    }
    let left = fs::read_dir(&folder.0).unwrap().count();
    assert_eq!(left, 2, "nothing but the two files");
}

#[test]
fn nothing_is_half_loaded_and_the_line_is_named() {
    let folder = Folder::new("wrong");
    let long = "x".repeat(513);
    let cases = [
        (
            "Name,Type\nA,BOOL\nB,WORD\n".to_owned(),
            ErrorCode::Format,
            "line 3: ",
        ),
        (
            format!("Name,Type\nA,BOOL\n{long},BOOL\n"),
            ErrorCode::Name,
            "line 3: ",
        ),
        (
            "Name,Type\nA,BOOL\n\nB,INT\nA,BOOL\n".to_owned(),
            ErrorCode::Exists,
            "line 5: ",
        ),
        (
            "Name,Type\nA,BOOL\nTaken,BOOL\n".to_owned(),
            ErrorCode::Exists,
            "line 3: ",
        ),
        (
            "Name,Type\nA,BOOL\nB,BOOL\nC,BOOL\nD,BOOL\n".to_owned(),
            ErrorCode::Limit,
            "line 5: ",
        ),
    ];
    for (text, code, line) in cases {
        let path = folder.write("list.csv", &text);
        let mut options = Options::server();
        options.limits.max_signals = 4;
        let server = Interface::new(options).unwrap();
        server
            .add_signal(&Declaration::new("Taken", Kind::Int, Direction::Input))
            .unwrap();
        let error = server.load_signals(&path, ListFormat::Auto).unwrap_err();
        assert_eq!(error.code(), code, "{text}: {error}");
        assert!(
            error.message().starts_with(&format!("{path}, {line}")),
            "{error}"
        );
        assert_eq!(server.signal_count(), 1, "{text}");
    }
}

#[test]
fn access_follows_from_the_direction_and_a_list_adds_notes_to_what_exists() {
    let folder = Folder::new("access");
    let path = folder.write(
        "list.json",
        r#"{"Signals":[{"Name":"Motor","Type":"FLOAT","Direction":"OUTPUT","Comment":"m/s"},
            {"Name":"Sensor","Type":"BOOL","Direction":"INPUT"}]}"#,
    );
    let server = server();
    let motor = server
        .add_signal(&Declaration::new("Motor", Kind::Float, Direction::Output))
        .unwrap();
    assert_eq!(server.load_signals(&path, ListFormat::Auto).unwrap(), 2);
    assert_eq!(server.signal_notes(motor).unwrap().comment, "m/s");
    let sensor = server.find_signal("Sensor").unwrap();
    assert_eq!(server.signal_info(motor).unwrap().access, Access::Read);
    assert_eq!(server.signal_info(sensor).unwrap().access, Access::Write);
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let folder = Folder::new("files");
    let server = server();
    let missing = folder.file("none.json");
    let error = server.load_signals(&missing, ListFormat::Auto).unwrap_err();
    assert_eq!(error.code(), ErrorCode::File);
    assert!(error.message().contains(&missing), "{error}");
    let directory = folder.file("");
    assert_eq!(
        server
            .load_signals(&directory, ListFormat::Auto)
            .unwrap_err()
            .code(),
        ErrorCode::File
    );
    let nowhere = folder.file("none/list.json");
    assert_eq!(
        server
            .save_signals(&nowhere, ListFormat::Auto)
            .unwrap_err()
            .code(),
        ErrorCode::File
    );
    // What is there stays when it cannot be replaced.
    let occupied = folder.file("occupied");
    fs::create_dir_all(format!("{occupied}/x")).unwrap();
    assert_eq!(
        server
            .save_signals(&occupied, ListFormat::Auto)
            .unwrap_err()
            .code(),
        ErrorCode::File
    );
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
}

#[test]
fn a_list_saved_while_the_interface_is_destroyed_is_whole() {
    const SIGNALS: usize = 5000;
    let folder = Folder::new("destroyed");
    for round in 0..8 {
        let path = folder.file("list.csv");
        let server = server();
        for i in 0..SIGNALS {
            let name = format!("Signal {i}");
            let declaration = Declaration::new(&name, Kind::Bool, Direction::Input);
            server.add_signal(&declaration).unwrap();
        }
        server.save_signals(&path, ListFormat::Auto).unwrap();
        std::thread::scope(|scope| {
            let saving = scope.spawn(
                || {
                    while server.save_signals(&path, ListFormat::Auto).is_ok() {}
                },
            );
            let first = fs::metadata(&path).unwrap().modified().unwrap();
            while fs::metadata(&path).unwrap().modified().unwrap() == first {}
            // At another moment of the next save each time.
            std::thread::sleep(std::time::Duration::from_micros(300 * round));
            server.close();
            saving.join().unwrap();
        });
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert_eq!(lines, 1 + SIGNALS);
    }
}
