//! Pulses of a millisecond over real sockets: a receiver that polls at 60 Hz counts each, and each edge comes with the
//! values that were set with it. `RV_PULSES` is the number of pulses in each test; 150 if it is not set.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests over real sockets wait in real time and may fail anywhere"
)]

mod common;

use std::net::TcpStream;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use common::{client, connect, input, quality, raw, server, until};
use realvirtual_ws::{Interface, Kind, Quality, ValueRef};

const MS: fn(u64) -> Duration = Duration::from_millis;
/// Pauses between pulses in microseconds: with cycles of 10 ms, some too short for two frames.
const RANDOM: RangeInclusive<u64> = 0..=30_000;
/// At least two cycles from one pulse to the next.
const TWO_CYCLES: RangeInclusive<u64> = 20_000..=25_000;

fn pulses() -> u32 {
    match std::env::var("RV_PULSES") {
        Ok(number) => number.parse().expect("RV_PULSES is a number"),
        Err(_) => 150,
    }
}

/// What a receiver saw: levels, and the rises that it was told of.
#[derive(Debug, Default)]
struct Seen {
    rises: u64,
    edges: u64,
    /// Edges or levels whose other values are not those that were set with them.
    torn: Vec<String>,
}

impl Seen {
    /// Step 2n is the rise of pulse n, step 2n + 1 its fall; 0 is the state before them all.
    fn look(&mut self, level: bool, step: i64, text: &str) {
        let of_fall = step == 0 || step % 2 == 1;
        if text != step.to_string() || level == of_fall {
            self.torn.push(format!("{level} {step} {text:?}"));
        }
    }
}

struct Sender {
    server: Interface,
    ids: [u32; 3],
}

const NAMES: [(&str, Kind); 3] = [
    ("Start", Kind::Bool),
    ("Step", Kind::Int),
    ("Note", Kind::Text),
];

impl Sender {
    fn new() -> Self {
        let server = server();
        let ids = NAMES.map(|(name, kind)| input(&server, name, kind));
        let sender = Self { server, ids };
        sender.batch(false, 0);
        sender
    }

    fn batch(&self, level: bool, step: i64) {
        let text = step.to_string();
        let values = [
            ValueRef::Bool(level),
            ValueRef::Int(step),
            ValueRef::Text(&text),
        ];
        let pairs = self.ids.into_iter().zip(values);
        self.server.set_values(pairs.map(Ok)).unwrap();
    }

    /// Makes the pulses; gives how many there were.
    fn pulse(&self, pauses: &RangeInclusive<u64>) -> u64 {
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        for n in 1..=i64::from(pulses()) {
            self.batch(true, 2 * n);
            std::thread::sleep(MS(1));
            self.batch(false, 2 * n + 1);
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let width = pauses.end() - pauses.start() + 1;
            std::thread::sleep(Duration::from_micros(pauses.start() + random % width));
        }
        u64::from(pulses())
    }

    fn last_step(&self) -> i64 {
        i64::from(pulses()) * 2 + 1
    }
}

/// Polls 60 times a second until the last step has come.
fn poll(client: &Interface, ids: [u32; 3], last_step: i64) -> Seen {
    let mut seen = Seen::default();
    let (mut level, mut step) = (false, 0);
    let mut next = Instant::now();
    let limit = next + MS(200) * pulses() + MS(5_000);
    while step != last_step {
        next += Duration::from_micros(16_667);
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
        assert!(Instant::now() < limit, "the last step did not come");
        let mut changes = Vec::new();
        let count = client.poll_changes(3, |_, change| changes.push(change));
        if count.unwrap() == 0 {
            continue;
        }
        let mut note = None;
        for (record, change) in (0..).zip(&changes) {
            if change.signal == ids[0] {
                level = change.integer == 1;
                seen.rises += u64::from(change.rise_count);
                seen.edges += u64::from(change.change_count);
            } else if change.signal == ids[1] {
                step = change.integer;
            } else {
                note = Some(client.with_change_text(record, str::to_owned).unwrap());
            }
        }
        seen.look(level, step, &note.unwrap_or_default());
    }
    seen
}

/// Reads frames until the last step has come.
fn read(stream: &mut TcpStream, last_step: i64) -> Seen {
    let mut seen = Seen::default();
    let (mut level, mut step) = (false, 0);
    while step != last_step {
        let message: serde_json::Value = serde_json::from_str(&raw::read_text(stream)).unwrap();
        let signals = &message["signals"];
        if signals.as_object().is_none_or(serde_json::Map::is_empty) {
            continue;
        }
        step = signals["Step"].as_i64().unwrap_or(-1);
        if let Some(now) = signals["Start"].as_bool() {
            seen.rises += u64::from(now && !level);
            seen.edges += u64::from(now != level);
            level = now;
        }
        seen.look(level, step, signals["Note"].as_str().unwrap_or_default());
    }
    seen
}

/// All rises that were made arrive, or are counted; gives how many were made and how many are lost.
fn check(what: &str, sender: &Sender, made: u64, seen: &Seen) -> (u64, u64) {
    let collapsed = sender.server.stats().pulses_collapsed;
    println!(
        "pulses: {what}: {made} rises made, {} received, {collapsed} collapsed, {} torn",
        seen.rises,
        seen.torn.len()
    );
    assert!(
        seen.torn.is_empty(),
        "not with their batch: {:?}",
        seen.torn
    );
    assert_eq!(seen.rises + collapsed, made, "received and collapsed");
    assert_eq!(seen.edges, seen.rises * 2, "as many falls as rises");
    (made, collapsed)
}

fn polled(what: &str, pauses: &RangeInclusive<u64>) -> (u64, u64) {
    let sender = Sender::new();
    let client = client(&sender.server);
    let ids = NAMES.map(|(name, kind)| input(&client, name, kind));
    connect(&client);
    until("the first state", || {
        ids.iter().all(|id| quality(&client, *id) == Quality::Good)
    });
    client.poll_changes(3, |_, _| {}).unwrap();
    let last_step = sender.last_step();
    let polling = std::thread::spawn(move || poll(&client, ids, last_step));
    let made = sender.pulse(pauses);
    let seen = polling.join().unwrap();
    check(what, &sender, made, &seen)
}

fn observed(what: &str, pauses: &RangeInclusive<u64>) -> (u64, u64) {
    let sender = Sender::new();
    let mut stream = raw::connect(sender.server.info().port);
    raw::send(&mut stream, r#"{"type":"init"}"#);
    assert!(raw::read_text(&mut stream).contains(r#""Step":0"#));
    let last_step = sender.last_step();
    let reading = std::thread::spawn(move || read(&mut stream, last_step));
    let made = sender.pulse(pauses);
    let seen = reading.join().unwrap();
    check(what, &sender, made, &seen)
}

/// Both at the same time, with a sender each.
fn polled_and_observed(what: &str, pauses: &RangeInclusive<u64>) -> [(u64, u64); 2] {
    std::thread::scope(|scope| {
        let polled = scope.spawn(|| polled(&format!("{what}, polled"), pauses));
        let observed = scope.spawn(|| observed(&format!("{what}, observed"), pauses));
        [polled.join().unwrap(), observed.join().unwrap()]
    })
}

#[test]
fn random_pulses_are_counted_one_by_one_and_come_with_their_batch() {
    polled_and_observed("random", &RANDOM);
}

#[test]
fn pulses_two_cycles_apart_hardly_collapse_and_come_with_their_batch() {
    for (made, collapsed) in polled_and_observed("two cycles apart", &TWO_CYCLES) {
        assert!(collapsed * 10 < made, "{collapsed} of {made} collapsed");
    }
}
