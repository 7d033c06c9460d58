//! The hot paths, so often as they are asked for: `check.py` counts their instructions.
//!
//!   instructions set | cycle | arrival ROUNDS
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a program that may fail anywhere"
)]

use std::hint::black_box;

use realvirtual_ws::bench::{Client, Server, handle_of, rv_set_bool};
use realvirtual_ws::{Declaration, Direction, Interface, Kind, Options};

#[path = "../../benches/micro/data.rs"]
#[allow(dead_code, reason = "the benches use the rest")]
mod data;

/// Signals in a frame.
const FRAME: usize = 1000;

/// A host sets a bool, alternating, through the C interface.
fn set(rounds: usize) {
    let interface = Interface::new(Options::server()).unwrap();
    let declaration = Declaration::new("Signal", Kind::Bool, Direction::Input);
    let signal = interface.add_signal(&declaration).unwrap();
    let handle = handle_of(interface);
    for round in 0..rounds {
        assert_eq!(rv_set_bool(black_box(handle), signal, (round % 2) as u8), 0);
    }
}

/// Every signal with its two values.
fn alternatives() -> [Vec<data::Signal>; 2] {
    let first = data::signals(FRAME);
    let second = first.iter().cloned().map(|(name, mut value)| {
        data::change(&mut value);
        (name, value)
    });
    [second.collect(), first]
}

/// A host sets every signal, and a cycle sends them to a client.
fn cycle(rounds: usize) {
    let values = alternatives();
    let mut server = Server::new(&values[1]);
    for round in 0..rounds {
        for (id, (_, value)) in (0..).zip(&values[round % 2]) {
            assert!(server.set(id, value.as_ref()));
        }
        assert!(black_box(server.cycle()) > FRAME);
    }
}

/// A frame with every signal comes to a client, whose host polls.
fn arrival(rounds: usize) {
    let values = alternatives();
    let frames = [data::frame(&values[0]), data::frame(&values[1])];
    let mut client = Client::new(&values[1]);
    for round in 0..rounds {
        let polled = client.receive(&frames[round % 2], |change| {
            black_box(change);
        });
        assert_eq!(polled, FRAME);
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [work, rounds] = &*arguments else {
        panic!("instructions set | cycle | arrival ROUNDS");
    };
    let rounds = rounds.parse().unwrap();
    match work.as_str() {
        "set" => set(rounds),
        "cycle" => cycle(rounds),
        "arrival" => arrival(rounds),
        other => panic!("{other} is none of set, cycle, arrival"),
    }
}
