//! Signal lists: load and save, against only parsing the same file.

use std::hint::black_box;
use std::path::PathBuf;

use realvirtual_ws::{Declaration, Direction, Interface, Kind, ListFormat, Options};

use crate::clock::timed;
use crate::measures::{Measure, Side, batch, prepared};

const SIGNALS: u32 = 10_000;

pub fn all() -> Vec<Measure> {
    let with = "serde_json::Value from the exchange file in memory";
    vec![
        Measure {
            name: "10,000 signals from an exchange file, and into another one",
            unit: "round trip",
            with,
            aim: Some(5.0),
            page: "lists",
            sides: || round_trip("list.json"),
        },
        Measure {
            name: "10,000 signals from a CSV file, and into another one",
            unit: "round trip",
            with,
            aim: Some(5.0),
            page: "lists",
            sides: || round_trip("list.csv"),
        },
    ]
}

fn server() -> Interface {
    Interface::new(Options::server()).expect("an interface")
}

fn round_trip(file: &str) -> [Side; 2] {
    let folder = std::env::temp_dir().join(format!("rv-lists-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = |name: &str| -> String {
        let path: PathBuf = folder.join(name);
        path.to_str().expect("UTF-8").to_owned()
    };
    let original = server();
    for n in 0..SIGNALS {
        let name = format!("Cell.Conveyor{}.bSensor{n}", n % 50);
        let mut declaration = Declaration::new(&name, Kind::Bool, Direction::Input);
        let comment = format!("light barrier number {n}");
        (declaration.comment, declaration.folder) = (&comment, "Cell/Conveyor");
        original.add_signal(&declaration).expect("a signal");
    }
    let (list, copy, json) = (path(file), path("copy"), path("same.json"));
    for path in [&list, &json] {
        original
            .save_signals(path, ListFormat::Auto)
            .expect("a list");
    }
    let format = if file.ends_with("csv") {
        ListFormat::Csv
    } else {
        ListFormat::Json
    };
    let bytes = std::fs::read(&json).expect("a list");
    let ours = prepared(move || {
        let interface = server();
        let took = timed(|| {
            interface.load_signals(&list, format).expect("a list");
            interface.save_signals(&copy, format).expect("a file");
        });
        (1, took)
    });
    let theirs = batch(1, move || {
        black_box(serde_json::from_slice::<serde_json::Value>(&bytes).expect("JSON"));
    });
    [ours, theirs]
}
