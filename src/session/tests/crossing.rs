//! Both ends write the same signal: everybody ends with the same value, without a storm.

use std::time::Duration;

use super::network::{Habit, Model, Network, Random, options};
use crate::options::Mode;
use crate::value::{Access, Kind, ValueRef};

const NAME: &str = "Shared";
const MS: fn(u64) -> Duration = Duration::from_millis;

/// The seeds of the random schedules. `RV_SCHEDULES` changes their number, `RV_FIRST` says which is the first; `RV_SEED`
/// runs a single one, and with `RV_TRACE` it prints what happens.
pub(super) fn schedules(default: u64) -> std::ops::Range<u64> {
    let number = |name| -> Option<u64> { std::env::var(name).ok()?.parse().ok() };
    let (first, count) = match number("RV_SEED") {
        Some(seed) => (seed, 1),
        None => (
            number("RV_FIRST").unwrap_or(0),
            number("RV_SCHEDULES").unwrap_or(default),
        ),
    };
    first..first + count
}

fn random_delay(random: &mut Random) -> (Duration, u64) {
    let delay = random.pick(&[
        50, 500, 1_000, 3_000, 9_000, 10_000, 25_000, 60_000, 120_000,
    ]);
    let jitter = random.pick(&[0, delay / 2]);
    (Duration::from_micros(delay), jitter)
}

fn random_cycle(random: &mut Random) -> (Duration, Duration) {
    let cycle = random.pick(&[1_000, 10_000]);
    // Equal phases are the hardest case, so they come up often.
    let phase = random.pick(&[0, 0, cycle / 2, cycle / 3]);
    (Duration::from_micros(cycle), Duration::from_micros(phase))
}

/// Plans writes for the writers within a short time, so that they cross; values repeat often.
fn writes(random: &mut Random, writers: &[usize], span: Duration) -> Vec<(Duration, usize, i64)> {
    let mut plan = Vec::new();
    for writer in writers {
        for _ in 0..1 + random.below(5) {
            let at = random.micros(0, span.as_micros() as u64);
            plan.push((at, *writer, random.below(4) as i64 + 1));
        }
    }
    plan.sort();
    plan
}

fn play(network: &mut Network, plan: &[(Duration, usize, i64)]) {
    let start = network.now;
    for (at, writer, value) in plan {
        network.run_until(start + *at);
        network.set(*writer, NAME, ValueRef::Int(*value));
    }
}

/// Runs on until nothing can be under way any more; the frames that each end sent after the writes.
fn settle(network: &mut Network) -> Vec<u32> {
    let before = network.frames.clone();
    network.run_for(MS(4_000));
    network
        .frames
        .iter()
        .zip(before)
        .map(|(after, before)| after - before)
        .collect()
}

fn all_equal(network: &Network, ends: &[usize], what: &str) {
    let first = network.value(ends[0], NAME);
    for end in ends {
        let value = network.value(*end, NAME);
        assert_eq!(
            value, first,
            "{what}: end {end} differs from end {}",
            ends[0]
        );
    }
}

/// A server and a number of clients of ours that share one signal.
fn library_ends(seed: u64, clients: usize) -> (Network, Random, Vec<usize>) {
    let mut random = Random::new(seed);
    let mut network = Network::new(seed);
    let mut ends = Vec::new();
    for index in 0..=clients {
        let (cycle, phase) = random_cycle(&mut random);
        let mode = if index == 0 {
            Mode::Server
        } else {
            Mode::Client
        };
        let end = network.library(options(mode, cycle), phase);
        network.declare(end, NAME, Kind::Int, Access::ReadWrite);
        ends.push(end);
    }
    for client in 1..=clients {
        let (delay, jitter) = random_delay(&mut random);
        network.connect(ends[client], ends[0], delay, jitter);
    }
    // Some schedules write while the connection is being made.
    network.run_for(random.pick(&[MS(0), MS(5), MS(150), MS(1_500)]));
    (network, random, ends)
}

#[test]
fn two_library_ends_agree_within_four_frames_each_way() {
    for seed in schedules(2_000) {
        let (mut network, mut random, ends) = library_ends(seed, 1);
        let span = random.pick(&[MS(2), MS(30), MS(300)]);
        let plan = writes(&mut random, &ends, span);
        play(&mut network, &plan);
        let frames = settle(&mut network);
        all_equal(&network, &ends, &format!("seed {seed}"));
        assert!(
            frames.iter().all(|count| *count <= 4),
            "seed {seed}: {frames:?}"
        );
    }
}

#[test]
fn a_server_and_its_clients_agree_when_all_write() {
    for seed in schedules(500) {
        let clients = 2 + (seed % 3) as usize;
        let (mut network, mut random, ends) = library_ends(seed, clients);
        let span = random.pick(&[MS(2), MS(30), MS(300)]);
        let plan = writes(&mut random, &ends, span);
        play(&mut network, &plan);
        let frames = settle(&mut network);
        all_equal(&network, &ends, &format!("seed {seed}"));
        // What a client wrote is told to the other one, too, however late it comes.
        let relayed = plan.iter().filter(|(_, end, _)| *end != ends[0]).count();
        let most = |end: usize| {
            if end == ends[0] {
                4 * clients + relayed
            } else {
                4
            }
        };
        // With more clients, what the others wrote comes on top everywhere.
        assert!(
            clients > 2 || ends.iter().all(|end| frames[*end] as usize <= most(*end)),
            "seed {seed}: {frames:?}"
        );
    }
}

/// Two bools: a pulse of one closes the frame that carries the other, too.
#[test]
fn library_ends_agree_on_bools_that_all_of_them_pulse() {
    const BOOLS: [&str; 2] = ["one", "two"];
    for seed in schedules(500) {
        let (mut network, mut random, ends) = library_ends(seed, 1 + (seed % 3) as usize);
        for (end, name) in ends.iter().flat_map(|end| BOOLS.map(|name| (*end, name))) {
            network.declare(end, name, Kind::Bool, Access::ReadWrite);
        }
        let pause = random.pick(&[500, 4_000, 15_000]);
        for _ in 0..1 + random.below(40) {
            let (end, name) = (random.pick(&ends), random.pick(&BOOLS));
            network.set(end, name, ValueRef::Bool(random.below(2) == 1));
            network.run_for(random.micros(0, pause));
        }
        settle(&mut network);
        for name in BOOLS {
            let values = || ends.iter().map(|end| network.value(*end, name));
            assert!(
                values().all(|value| value == values().next().unwrap()),
                "seed {seed}: {name} {:?}",
                values().collect::<Vec<_>>()
            );
        }
    }
}

/// A peer that says nothing and does not answer pings.
pub(super) fn silent_model() -> Model {
    Model {
        habit: Habit::OwnChanges,
        answers_pings: false,
        think: MS(0),
        period: MS(10),
        values: Default::default(),
    }
}

/// One end of ours, in either role, and a model.
fn with_model(seed: u64, habit: Habit, answers_pings: bool) -> (Network, Random, [usize; 2]) {
    let mut random = Random::new(seed);
    let mut network = Network::new(seed);
    let (cycle, phase) = random_cycle(&mut random);
    let server = random.below(2) == 0;
    let mode = if server { Mode::Server } else { Mode::Client };
    let ours = network.library(options(mode, cycle), phase);
    network.declare(ours, NAME, Kind::Int, Access::ReadWrite);
    let (period, phase) = random_cycle(&mut random);
    let think = random.pick(&[MS(0), MS(1), MS(20)]);
    let mut model = Model {
        habit,
        answers_pings,
        think,
        period: period.max(MS(10)),
        values: Default::default(),
    };
    model.values.insert(NAME.to_owned(), 0.into());
    let model = network.model(model, phase);
    let (delay, jitter) = random_delay(&mut random);
    if server {
        network.connect(model, ours, delay, jitter);
    } else {
        network.connect(ours, model, delay, jitter);
    }
    network.run_for(random.pick(&[MS(600), MS(1_500)]));
    (network, random, [ours, model])
}

#[test]
fn other_peers_and_we_agree_when_both_write() {
    let cases = [
        (Habit::Echo, true),
        (Habit::Cyclic, true),
        (Habit::OwnChanges, true),
        (Habit::OwnChanges, false),
        (Habit::Cyclic, false),
    ];
    for (habit, answers_pings) in cases {
        for seed in schedules(300) {
            let (mut network, mut random, ends) = with_model(seed, habit, answers_pings);
            let span = random.pick(&[MS(2), MS(30), MS(300)]);
            let plan = writes(&mut random, &ends, span);
            play(&mut network, &plan);
            let frames = settle(&mut network);
            let what = format!("{habit:?}, pongs {answers_pings}, seed {seed}");
            all_equal(&network, &ends, &what);
            assert!(frames[ends[0]] <= 11, "{what}: {} frames", frames[ends[0]]);
        }
    }
}

#[test]
fn b35_echoes_and_repeats_never_overwrite_what_only_the_host_writes() {
    for habit in [Habit::Echo, Habit::Cyclic] {
        for seed in schedules(300) {
            let (mut network, mut random, [ours, model]) = with_model(seed, habit, true);
            let id = network.signals(ours).names().find(NAME).unwrap();
            network.signals(ours).table().poll(usize::MAX, |_, _| {});
            let span = random.pick(&[MS(30), MS(300)]);
            let plan = writes(&mut random, &[ours], span);
            let start = network.now;
            for (at, writer, value) in &plan {
                network.run_until(start + *at);
                network.set(*writer, NAME, ValueRef::Int(*value));
                // Every moment until the next write, the host reads what it wrote.
                for _ in 0..20 {
                    network.run_for(Duration::from_micros(200));
                    let table = network.signals(ours).table();
                    let now = table.slot(id).unwrap().value().to_owned();
                    assert_eq!(
                        now.as_ref(),
                        ValueRef::Int(*value),
                        "{habit:?}, seed {seed}"
                    );
                }
            }
            let last = plan.last().unwrap().2;
            settle(&mut network);
            let what = format!("{habit:?}, seed {seed}");
            all_equal(&network, &[ours, model], &what);
            assert_eq!(
                network.value(ours, NAME).as_ref(),
                ValueRef::Int(last),
                "{what}"
            );
            let changes = network
                .signals(ours)
                .table()
                .poll(usize::MAX, |_, _| panic!("{what}: an echo became a change"));
            assert_eq!(changes, 0);
        }
    }
}

#[test]
fn a_peer_that_insists_gets_its_way_after_two_tries() {
    let mut network = Network::new(1);
    let ours = network.library(options(Mode::Server, MS(10)), MS(0));
    network.declare(ours, NAME, Kind::Int, Access::ReadWrite);
    let mut model = Model {
        habit: Habit::OwnChanges,
        answers_pings: true,
        think: MS(0),
        period: MS(10),
        values: Default::default(),
    };
    model.values.insert(NAME.to_owned(), 0.into());
    let model = network.model(model, MS(3));
    let wire = network.connect(model, ours, MS(1), 0);
    network.run_for(MS(500));
    let before = network.frames[ours];
    // Whatever it hears, it keeps saying 9, every 20 ms.
    for round in 0..100 {
        if round == 10 {
            network.set(ours, NAME, ValueRef::Int(5));
        }
        let frame = format!(r#"{{"type":"data","signals":{{"{NAME}":9}}}}"#);
        network.inject(wire, ours, super::network::Packet::Text(frame));
        network.run_for(MS(20));
    }
    assert_eq!(network.value(ours, NAME).as_ref(), ValueRef::Int(9));
    let frames = network.frames[ours] - before;
    assert!((1..=4).contains(&frames), "{frames} frames");
}
