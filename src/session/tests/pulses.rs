//! Edges of bools between two frames: none is lost without being counted.

use std::time::Duration;

use super::network::{Network, Random, options};
use crate::options::{Mode, SendMode};
use crate::value::{Access, Kind, ValueRef};

const MS: fn(u64) -> Duration = Duration::from_millis;

/// What a host's polls of one signal added up to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Polled {
    changes: u32,
    rises: u32,
}

struct Pulsing {
    network: Network,
    sender: usize,
    receiver: usize,
    wire: usize,
}

impl Pulsing {
    /// A server that sends `Start` and the texts and numbers of its batch to a client.
    fn new(mode: SendMode) -> Self {
        let mut network = Network::new(31);
        let mut server_options = options(Mode::Server, MS(10));
        server_options.send_mode = mode;
        let sender = network.library(server_options, MS(0));
        let receiver = network.library(options(Mode::Client, MS(10)), MS(0));
        for (end, access) in [(sender, Access::Write), (receiver, Access::Read)] {
            network.declare(end, "Start", Kind::Bool, access);
            network.declare(end, "Speed", Kind::Int, access);
        }
        let wire = network.connect(receiver, sender, MS(1), 0);
        network.run_for(MS(500));
        let mut pulsing = Self {
            network,
            sender,
            receiver,
            wire,
        };
        pulsing.poll();
        pulsing
    }

    fn set(&mut self, level: bool) {
        self.network
            .set(self.sender, "Start", ValueRef::Bool(level));
    }

    fn poll(&mut self) -> Polled {
        poll(&self.network, self.receiver)
    }

    fn collapsed(&self) -> u64 {
        self.network.session(self.sender).stats().pulses_collapsed
    }

    fn frames(&self) -> u32 {
        self.network.frames[self.sender]
    }
}

fn poll(network: &Network, end: usize) -> Polled {
    let mut polled = Polled::default();
    let signals = network.signals(end);
    let start = signals.names().find("Start").unwrap();
    signals.table().poll(usize::MAX, |_, change| {
        if change.signal == start {
            polled.changes += change.change_count;
            polled.rises += change.rise_count;
        }
    });
    polled
}

#[test]
fn e19_a_pulse_within_one_cycle_arrives_as_one_rise_and_one_fall() {
    let mut pulsing = Pulsing::new(SendMode::Cycle);
    let before = pulsing.frames();
    pulsing.set(true);
    pulsing.set(false);
    pulsing.network.run_for(MS(11));
    assert_eq!(
        pulsing.frames(),
        before + 1,
        "the second frame waits for the next cycle"
    );
    pulsing.network.run_for(MS(20));
    assert_eq!(pulsing.frames(), before + 2);
    assert_eq!(
        pulsing.poll(),
        Polled {
            changes: 2,
            rises: 1
        }
    );
    assert_eq!(pulsing.collapsed(), 0);
}

#[test]
fn an_edge_travels_with_the_other_values_of_its_batch() {
    let mut pulsing = Pulsing::new(SendMode::Cycle);
    let sender = pulsing.sender;
    pulsing.network.set(sender, "Speed", ValueRef::Int(5));
    pulsing.set(true);
    pulsing.set(false);
    pulsing.network.set(sender, "Speed", ValueRef::Int(6));
    pulsing.network.run_for(MS(30));
    let frames: Vec<_> = pulsing.network.sent[sender].iter().rev().take(2).collect();
    assert!(
        frames[1].ends_with(r#""signals":{"Start":true,"Speed":5}}"#),
        "{frames:?}"
    );
    assert!(
        frames[0].ends_with(r#""signals":{"Start":false,"Speed":6}}"#),
        "{frames:?}"
    );
}

#[test]
fn more_pulses_than_frames_collapse_to_one_and_are_counted() {
    let mut pulsing = Pulsing::new(SendMode::Cycle);
    for _ in 0..5 {
        pulsing.set(true);
        pulsing.set(false);
    }
    pulsing.network.run_for(MS(50));
    assert_eq!(
        pulsing.poll(),
        Polled {
            changes: 2,
            rises: 1
        }
    );
    assert_eq!(pulsing.collapsed(), 4);
}

#[test]
fn rises_received_are_rises_made_minus_pulses_collapsed() {
    for mode in [SendMode::Cycle, SendMode::OnChange] {
        let mut pulsing = Pulsing::new(mode);
        let mut random = Random::new(5);
        let (mut made, mut received) = (0, 0);
        let mut level = false;
        for _ in 0..4_000 {
            level = !level;
            made += u32::from(level);
            pulsing.set(level);
            if mode == SendMode::OnChange {
                pulsing
                    .network
                    .input(pulsing.sender, crate::session::Input::Changed);
            }
            let pause = random.micros(1, 16_000);
            pulsing.network.run_for(pause);
            received += pulsing.poll().rises;
        }
        pulsing.network.run_for(MS(100));
        received += pulsing.poll().rises;
        assert_eq!(
            u64::from(made),
            u64::from(received) + pulsing.collapsed(),
            "{mode:?}"
        );
        // On change, each edge goes out by itself; in cycles, the schedule must be hard enough.
        assert_eq!(pulsing.collapsed() > 0, mode == SendMode::Cycle);
    }
}

#[test]
fn a_busy_peer_gets_the_pulse_when_it_drains() {
    let mut pulsing = Pulsing::new(SendMode::Cycle);
    let sender = pulsing.sender;
    pulsing.network.set(sender, "Speed", ValueRef::Int(1));
    pulsing.network.ends[sender].stalled = true;
    pulsing.network.run_for(MS(20));
    let before = pulsing.frames();
    // One pulse passes while nothing can be sent, with cycles between its edges.
    pulsing.set(true);
    pulsing.network.run_for(MS(30));
    pulsing.set(false);
    pulsing.network.run_for(MS(30));
    assert_eq!(pulsing.frames(), before);
    pulsing.network.release(sender);
    pulsing.network.run_for(MS(50));
    assert_eq!(
        pulsing.poll(),
        Polled {
            changes: 2,
            rises: 1
        }
    );
    assert_eq!(pulsing.collapsed(), 0);
}

#[test]
fn relay_keeps_pulses() {
    let mut network = Network::new(32);
    let server = network.library(options(Mode::Server, MS(50)), MS(0));
    let writer = network.library(options(Mode::Client, MS(10)), MS(0));
    let reader = network.library(options(Mode::Client, MS(10)), MS(0));
    for (end, access) in [
        (server, Access::Read),
        (writer, Access::Write),
        (reader, Access::Read),
    ] {
        network.declare(end, "Start", Kind::Bool, access);
    }
    network.connect(writer, server, MS(1), 0);
    network.connect(reader, server, MS(1), 0);
    network.run_for(MS(500));
    poll(&network, reader);
    network.set(writer, "Start", ValueRef::Bool(true));
    network.run_for(MS(12));
    network.set(writer, "Start", ValueRef::Bool(false));
    network.run_for(MS(200));
    assert_eq!(
        poll(&network, reader),
        Polled {
            changes: 2,
            rises: 1
        }
    );
}

#[test]
fn e18_a_pulse_during_an_outage_is_counted_and_not_sent_late() {
    let mut pulsing = Pulsing::new(SendMode::Cycle);
    pulsing.network.cut(pulsing.wire);
    pulsing.set(true);
    pulsing.network.run_for(MS(50));
    pulsing.set(false);
    pulsing.network.run_for(MS(50));
    let (receiver, sender) = (pulsing.receiver, pulsing.sender);
    pulsing.network.connect(receiver, sender, MS(1), 0);
    pulsing.network.run_for(MS(500));
    assert_eq!(pulsing.poll().rises, 0);
    assert_eq!(pulsing.collapsed(), 1);
}
