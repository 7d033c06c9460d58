//! What is measured, and what with.

use std::cell::RefCell;
use std::hint::black_box;
use std::rc::Rc;
use std::time::{Duration, Instant};

use realvirtual_ws::bench::{Registry, Server, import};
use realvirtual_ws::{Direction, Value, ValueRef};

use crate::native::{Library, Pair};
use crate::{data, lists, tool};

/// Does so many units of work and tells how long they took.
pub type Side = Box<dyn FnMut(u64) -> Duration>;

pub struct Measure {
    pub name: &'static str,
    /// What one unit is.
    pub unit: &'static str,
    pub ours: Side,
    pub with: &'static str,
    pub theirs: Side,
    /// The greatest ratio that is good enough.
    pub aim: Option<f64>,
}

/// The work, once for each unit.
fn each(mut work: impl FnMut() + 'static) -> Side {
    Box::new(move |units| {
        let started = Instant::now();
        for _ in 0..units {
            work();
        }
        started.elapsed()
    })
}

/// The work, which does `batch` units at once.
pub fn batch(batch: u64, mut work: impl FnMut() -> Duration + 'static) -> Side {
    Box::new(move |units| {
        let rounds = units.div_ceil(batch);
        let took: Duration = (0..rounds).map(|_| work()).sum();
        took.mul_f64(units as f64 / (rounds * batch) as f64)
    })
}

pub fn timed<R>(work: impl FnOnce() -> R) -> Duration {
    let started = Instant::now();
    black_box(work());
    started.elapsed()
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
    measures.push(tool::ls());
    measures
}

fn value_decode(frame: String) -> Side {
    batch(FRAME as u64, move || {
        timed(|| serde_json::from_str::<serde_json::Value>(&frame))
    })
}

fn value_encode(frame: &str) -> Side {
    let value: serde_json::Value = serde_json::from_str(frame).expect("JSON");
    batch(FRAME as u64, move || {
        timed(|| serde_json::to_string(&value))
    })
}

fn decode(signals: &[(String, Value)], frame: String) -> Side {
    let mut registry = Registry::new(signals, false);
    assert_eq!(registry.decode(&frame), FRAME);
    batch(FRAME as u64, move || timed(|| registry.decode(&frame)))
}

fn frames() -> Vec<Measure> {
    let signals = data::signals(FRAME);
    let frame = data::frame(&signals);
    let shuffled = data::frame(&data::shuffled(&signals));
    let mut registry = Registry::new(&signals, true);
    registry.pick();
    let mut server = Server::new(&signals);
    let mut changing = signals.clone();
    let transmit = batch(FRAME as u64, move || {
        for (id, (_, value)) in (0..).zip(&mut changing) {
            change(value);
            assert!(server.set(id, value.as_ref()));
        }
        timed(|| server.cycle())
    });
    vec![
        Measure {
            name: "decode, signals in the order of their ids",
            unit: "signal",
            ours: decode(&signals, frame.clone()),
            with: "serde_json::Value from the frame",
            theirs: value_decode(frame.clone()),
            aim: Some(0.3),
        },
        Measure {
            name: "decode, signals in another order",
            unit: "signal",
            ours: decode(&signals, shuffled.clone()),
            with: "serde_json::Value from the frame",
            theirs: value_decode(shuffled),
            aim: Some(0.3),
        },
        Measure {
            name: "encode",
            unit: "signal",
            ours: batch(FRAME as u64, move || timed(|| registry.encode().len())),
            with: "serde_json::to_string of the Value",
            theirs: value_encode(&frame),
            aim: Some(0.5),
        },
        Measure {
            name: "encode, with a whole cycle around it: lock, copy, choose, hand over",
            unit: "signal",
            ours: transmit,
            with: "serde_json::to_string of the Value",
            theirs: value_encode(&frame),
            aim: Some(0.5),
        },
    ]
}

fn change(value: &mut Value) {
    match value {
        Value::Bool(v) => *v = !*v,
        Value::Int(v) => *v ^= 1,
        Value::Float(v) => *v = if *v < 1e6 { *v + 1e6 } else { *v - 1e6 },
        Value::Text(v) => {
            let last = if v.ends_with('a') { 'b' } else { 'a' };
            v.pop();
            v.push(last);
        }
    }
}

fn calls() -> Vec<Measure> {
    let library = Library::load();
    let bare = || {
        let version = library.abi_version;
        each(move || {
            black_box(version());
        })
    };
    let server = library.server();
    let add = |name, value| library.add(server, name, &value, Direction::Input);
    let (flag, level) = (
        add("Running", Value::Bool(false)),
        add("Speed", Value::Float(0.0)),
    );
    let (mut bit, mut number, mut out) = (0_u8, 0.0_f64, 0_u8);
    let pair = Rc::new(RefCell::new(Pair::new(library, &data::signals(FRAME))));
    let call = "a bare call (rv_abi_version by dlsym)";
    vec![
        Measure {
            name: "rv_set_bool, alternating",
            unit: "call",
            ours: each(move || {
                bit ^= 1;
                assert_eq!((library.set_bool)(server, flag, bit), 0);
            }),
            with: call,
            theirs: bare(),
            aim: Some(8.0),
        },
        Measure {
            name: "rv_set_float, always another value",
            unit: "call",
            ours: each(move || {
                number += 0.5;
                assert_eq!((library.set_float)(server, level, number), 0);
            }),
            with: call,
            theirs: bare(),
            aim: Some(8.0),
        },
        Measure {
            name: "rv_get_bool",
            unit: "call",
            ours: each(move || assert_eq!(library.bool(server, flag, &mut out), 0)),
            with: call,
            theirs: bare(),
            aim: None,
        },
        Measure {
            name: "rv_poll_changes, 1,000 changes from a client, for each change",
            unit: "change",
            ours: Box::new(move |units| {
                let (mut done, mut took) = (0, Duration::ZERO);
                while done < units {
                    let (count, time) = pair.borrow_mut().poll();
                    done += count;
                    took += time;
                }
                took.mul_f64(units as f64 / done as f64)
            }),
            with: call,
            theirs: bare(),
            aim: Some(4.0),
        },
    ]
}

fn registry() -> Vec<Measure> {
    let library = Library::load();
    let bare = || {
        let version = library.abi_version;
        each(move || {
            black_box(version());
        })
    };
    let signals = data::signals(FRAME);
    let written = Registry::new(&signals, true);
    let mut bit = false;
    let mut read = Registry::new(&signals, false);
    let mut values = signals;
    let call = "a bare call (rv_abi_version by dlsym)";
    vec![
        Measure {
            name: "registry alone: set of a bool, alternating",
            unit: "set",
            ours: each(move || {
                bit = !bit;
                assert!(written.set(0, ValueRef::Bool(bit)));
            }),
            with: call,
            theirs: bare(),
            aim: None,
        },
        Measure {
            name: "registry alone: poll of 1,000 changes, for each change",
            unit: "change",
            ours: batch(FRAME as u64, move || {
                for (id, (_, value)) in (0..).zip(&mut values) {
                    change(value);
                    read.apply(id, value.as_ref());
                }
                timed(|| {
                    read.poll(FRAME, |change| {
                        black_box(change);
                    })
                })
            }),
            with: call,
            theirs: bare(),
            aim: None,
        },
    ]
}

fn importing() -> Measure {
    let answer = data::catalogue(&data::signals(CATALOGUE));
    let same = answer.clone();
    assert_eq!(import(&answer), CATALOGUE);
    Measure {
        name: "import of 100,000 signals by a new client: decode, declare, report",
        unit: "import",
        ours: batch(1, move || timed(|| import(&answer))),
        with: "serde_json::Value from the answer",
        theirs: batch(1, move || {
            timed(|| serde_json::from_str::<serde_json::Value>(&same))
        }),
        aim: Some(3.0),
    }
}

/// A cycle of a server with so many signals, of which so many have changed, spread evenly.
fn cycle(exist: usize, changed: usize) -> Side {
    let mut server = Server::new(&data::signals(exist));
    let mut level = false;
    if changed == 0 {
        return each(move || assert_eq!(server.cycle(), 0));
    }
    let step = exist / changed;
    batch(1, move || {
        level = !level;
        for n in 0..changed {
            // Every twentieth signal is a bool.
            let id = n * step / 20 * 20;
            assert!(server.set(id as u32, ValueRef::Bool(level)));
        }
        timed(|| server.cycle())
    })
}

fn cycles() -> Vec<Measure> {
    vec![
        Measure {
            name: "cycle, nothing changed of 100,000",
            unit: "cycle",
            ours: cycle(100_000, 0),
            with: "nothing changed of 1,000",
            theirs: cycle(1000, 0),
            aim: Some(2.0),
        },
        Measure {
            name: "cycle, 10 changed of 10,000",
            unit: "cycle",
            ours: cycle(10_000, 10),
            with: "10 changed of 1,000",
            theirs: cycle(1000, 10),
            aim: Some(2.0),
        },
        Measure {
            name: "cycle, 10 changed of 100,000",
            unit: "cycle",
            ours: cycle(100_000, 10),
            with: "10 changed of 1,000",
            theirs: cycle(1000, 10),
            aim: Some(2.0),
        },
    ]
}
