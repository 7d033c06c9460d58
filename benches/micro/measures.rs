//! What is measured, and what with.

use std::hint::black_box;
use std::time::Duration;

use realvirtual_ws::bench::{Registry, Server, import};
use realvirtual_ws::{Direction, Value, ValueRef};

use crate::clock::timed;
use crate::native::{Handle, Library, Pair};
use crate::{data, lists};

/// Does so many units of work and tells how long they took.
pub type Side = Box<dyn FnMut(u64) -> Duration>;

pub struct Measure {
    pub name: &'static str,
    /// What one unit is.
    pub unit: &'static str,
    /// What ours is compared with.
    pub with: &'static str,
    /// The greatest ratio that is good enough.
    pub aim: Option<f64>,
    /// The page in bench/profiles that says what dominates.
    pub page: &'static str,
    /// Builds ours and the other.
    pub sides: fn() -> [Side; 2],
}

/// The work, once for each unit.
fn each(work: impl FnMut() + 'static) -> Side {
    batch(1, work)
}

/// The work, which does `batch` units at once.
pub fn batch(batch: usize, mut work: impl FnMut() + 'static) -> Side {
    Box::new(move |units| {
        let rounds = units.div_ceil(batch as u64);
        let took = timed(|| (0..rounds).for_each(|_| work()));
        took.mul_f64(units as f64 / (rounds * batch as u64) as f64)
    })
}

/// The work, which does some units at once, prepares each time, and tells how many it did and how long they took.
pub fn prepared(mut work: impl FnMut() -> (usize, Duration) + 'static) -> Side {
    Box::new(move |units| {
        let (mut done, mut took) = (0, Duration::ZERO);
        while done < units {
            let (count, time) = work();
            done += count as u64;
            took += time;
        }
        took.mul_f64(units as f64 / done as f64)
    })
}

const FRAME: usize = 1000;
const CATALOGUE: usize = 100_000;

pub fn all() -> Vec<Measure> {
    let mut measures = frames();
    measures.extend(calls());
    measures.extend(registry());
    measures.extend(cycles());
    measures.push(importing());
    measures.extend(lists::all());
    measures
}

fn value_decode(text: String, batch_of: usize) -> Side {
    batch(batch_of, move || {
        black_box(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"));
    })
}

fn value_encode() -> Side {
    let frame = data::frame(&data::signals(FRAME));
    let value: serde_json::Value = serde_json::from_str(&frame).expect("JSON");
    batch(FRAME, move || {
        black_box(serde_json::to_string(&value).expect("a text"));
    })
}

fn decode(order: fn(Vec<data::Signal>) -> Vec<data::Signal>) -> [Side; 2] {
    let signals = data::signals(FRAME);
    let frame = data::frame(&order(signals.clone()));
    let theirs = value_decode(frame.clone(), FRAME);
    let mut registry = Registry::new(&signals, false);
    let ours = batch(FRAME, move || assert_eq!(registry.decode(&frame), FRAME));
    [ours, theirs]
}

fn encode() -> Side {
    let mut registry = Registry::new(&data::signals(FRAME), true);
    registry.pick();
    batch(FRAME, move || {
        black_box(registry.encode());
    })
}

fn transmit() -> Side {
    let mut signals = data::signals(FRAME);
    let mut server = Server::new(&signals);
    prepared(move || {
        for (id, (_, value)) in (0..).zip(&mut signals) {
            data::change(value);
            assert!(server.set(id, value.as_ref()));
        }
        (FRAME, timed(|| server.cycle()))
    })
}

fn frames() -> Vec<Measure> {
    vec![
        Measure {
            name: "decode, signals in the order of their ids",
            unit: "signal",
            with: "serde_json::Value from the frame",
            aim: Some(0.3),
            page: "frames",
            sides: || decode(|signals| signals),
        },
        Measure {
            name: "decode, signals in another order",
            unit: "signal",
            with: "serde_json::Value from the frame",
            aim: Some(0.3),
            page: "frames",
            sides: || decode(data::shuffled),
        },
        Measure {
            name: "encode alone",
            unit: "signal",
            with: "serde_json::to_string of the Value",
            aim: Some(0.5),
            page: "frames",
            sides: || [encode(), value_encode()],
        },
        Measure {
            name: "a whole cycle: lock, copy, choose, encode, hand over",
            unit: "signal",
            with: "serde_json::to_string of the Value",
            aim: None,
            page: "frames",
            sides: || [transmit(), value_encode()],
        },
    ]
}

const BARE_CALL: &str = "a foreign call of that shape that does nothing";

/// What any call of the shape of a set costs: three arguments by the C convention, through an address.
fn bare() -> Side {
    extern "C" fn nothing(_: Handle, _: u32, _: u8) -> i32 {
        0
    }
    let call = black_box(nothing as extern "C" fn(Handle, u32, u8) -> i32);
    let mut bit = 0;
    each(move || {
        bit ^= 1;
        assert_eq!(call(std::ptr::null_mut(), 0, bit), 0);
    })
}

/// A server, not started, with a signal of this kind.
fn one_signal(initial: &Value) -> (Library, Handle, u32) {
    let library = Library::load();
    let server = library.server();
    let signal = library.add(server, "Signal", initial, Direction::Input);
    (library, server, signal)
}

fn set_bool() -> Side {
    let (library, server, signal) = one_signal(&Value::Bool(false));
    let mut bit = 0;
    each(move || {
        bit ^= 1;
        assert_eq!((library.set_bool)(server, signal, bit), 0);
    })
}

fn set_float() -> Side {
    let (library, server, signal) = one_signal(&Value::Float(0.0));
    let mut number = 0.0;
    each(move || {
        number += 0.5;
        assert_eq!((library.set_float)(server, signal, number), 0);
    })
}

fn get_bool() -> Side {
    let (library, server, signal) = one_signal(&Value::Bool(false));
    let mut out = 0;
    each(move || assert_eq!(library.bool(server, signal, &mut out), 0))
}

fn poll_changes() -> Side {
    let mut pair = Pair::new(Library::load(), &data::signals(FRAME));
    prepared(move || pair.poll())
}

fn calls() -> Vec<Measure> {
    vec![
        Measure {
            name: "rv_set_bool, alternating",
            unit: "call",
            with: BARE_CALL,
            aim: Some(8.0),
            page: "calls",
            sides: || [set_bool(), bare()],
        },
        Measure {
            name: "rv_set_float, always another value",
            unit: "call",
            with: BARE_CALL,
            aim: Some(8.0),
            page: "calls",
            sides: || [set_float(), bare()],
        },
        Measure {
            name: "rv_get_bool",
            unit: "call",
            with: BARE_CALL,
            aim: None,
            page: "calls",
            sides: || [get_bool(), bare()],
        },
        Measure {
            name: "rv_poll_changes, 1,000 changes from a client, for each change",
            unit: "change",
            with: BARE_CALL,
            aim: Some(4.0),
            page: "calls",
            sides: || [poll_changes(), bare()],
        },
    ]
}

fn registry_set() -> Side {
    let registry = Registry::new(&data::signals(FRAME), true);
    let mut bit = false;
    each(move || {
        bit = !bit;
        assert!(registry.set(0, ValueRef::Bool(bit)));
    })
}

fn registry_poll() -> Side {
    let mut signals = data::signals(FRAME);
    let mut registry = Registry::new(&signals, false);
    prepared(move || {
        for (id, (_, value)) in (0..).zip(&mut signals) {
            data::change(value);
            registry.apply(id, value.as_ref());
        }
        let poll = || {
            registry.poll(FRAME, |change| {
                black_box(change);
            })
        };
        (FRAME, timed(poll))
    })
}

fn registry() -> Vec<Measure> {
    vec![
        Measure {
            name: "registry alone: set of a bool, alternating",
            unit: "set",
            with: BARE_CALL,
            aim: None,
            page: "calls",
            sides: || [registry_set(), bare()],
        },
        Measure {
            name: "registry alone: poll of 1,000 changes, for each change",
            unit: "change",
            with: BARE_CALL,
            aim: None,
            page: "calls",
            sides: || [registry_poll(), bare()],
        },
    ]
}

fn importing() -> Measure {
    Measure {
        name: "import of 100,000 signals by a new client: decode, declare, report",
        unit: "import",
        with: "serde_json::Value from the answer",
        aim: Some(3.0),
        page: "import",
        sides: || {
            let answer = data::catalogue(&data::signals(CATALOGUE));
            let theirs = value_decode(answer.clone(), 1);
            let ours = batch(1, move || assert_eq!(import(&answer), CATALOGUE));
            [ours, theirs]
        },
    }
}

/// A cycle of a server with so many signals, of which so many are set before, spread evenly.
fn cycle(exist: usize, changed: usize) -> Side {
    let mut server = Server::new(&data::signals(exist));
    let mut level = false;
    each(move || {
        level = !level;
        for n in 0..changed {
            // Every twentieth signal is a bool.
            let id = n * exist / changed / 20 * 20;
            assert!(server.set(id as u32, ValueRef::Bool(level)));
        }
        assert_eq!(server.cycle() > 0, changed > 0);
    })
}

fn cycles() -> Vec<Measure> {
    vec![
        Measure {
            name: "cycle, nothing changed of 100,000",
            unit: "cycle",
            with: "nothing changed of 1,000",
            aim: Some(2.0),
            page: "frames",
            sides: || [cycle(100_000, 0), cycle(1000, 0)],
        },
        Measure {
            name: "10 of 10,000 set, and a cycle",
            unit: "cycle",
            with: "10 of 1,000 set",
            aim: Some(2.0),
            page: "frames",
            sides: || [cycle(10_000, 10), cycle(1000, 10)],
        },
        Measure {
            name: "10 of 100,000 set, and a cycle",
            unit: "cycle",
            with: "10 of 1,000 set",
            aim: Some(2.0),
            page: "frames",
            sides: || [cycle(100_000, 10), cycle(1000, 10)],
        },
    ]
}
