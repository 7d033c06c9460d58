//! What a host sets is sent or counted, value by value and rise by rise.

use std::time::Duration;

use super::super::network::{Network, Random, options};
use super::{Told, schedules};
use crate::options::{Mode, SendMode};
use crate::session::Input;
use crate::signals::Declaration;
use crate::value::{Access, Direction, Kind, ValueRef};

const MS: fn(u64) -> Duration = Duration::from_millis;
const BOOLS: [&str; 2] = ["one", "two"];
const NUMBERS: [&str; 2] = ["number", "other"];
const QUEUE: &str = "queue";
const QUEUE_DEPTH: u32 = 4;

/// A server that sends, and a client that wants everything.
struct Ledger {
    network: Network,
    random: Random,
    server: usize,
    client: usize,
    wire: usize,
    mode: SendMode,
    /// Sets that changed something.
    sets: u64,
    rises: u64,
    /// What the client's host has polled.
    changes: u64,
    polled_rises: u64,
}

impl Ledger {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut network = Network::new(seed);
        network.audit();
        let mode = random.pick(&[SendMode::Cycle, SendMode::OnChange, SendMode::Manual]);
        let mut sender = options(Mode::Server, MS(10));
        sender.send_mode = mode;
        let server = network.library(sender, MS(0));
        let client = network.library(options(Mode::Client, MS(10)), random.micros(0, 10_000));
        for (end, access) in [(server, Access::Write), (client, Access::Read)] {
            for name in BOOLS {
                network.declare(end, name, Kind::Bool, access);
            }
            for name in NUMBERS {
                network.declare(end, name, Kind::Int, access);
            }
            let queue = Declaration {
                fifo_depth: QUEUE_DEPTH,
                ..Declaration::new(QUEUE, Kind::Int, Direction::Input)
            };
            let signals = network.signals(end);
            signals.declare(&queue, Direction::Input, access).unwrap();
        }
        let delay = random.pick(&[50, 3_000, 25_000]);
        let wire = network.connect(client, server, Duration::from_micros(delay), delay / 2);
        network.run_for(MS(500));
        let mut ledger = Self {
            network,
            random,
            server,
            client,
            wire,
            mode,
            sets: 0,
            rises: 0,
            changes: 0,
            polled_rises: 0,
        };
        ledger.poll();
        (ledger.changes, ledger.polled_rises) = (0, 0);
        ledger
    }

    fn poll(&mut self) {
        let signals = self.network.signals(self.client);
        signals.table().poll(usize::MAX, |_, change| {
            self.changes += u64::from(change.change_count);
            self.polled_rises += u64::from(change.rise_count);
        });
    }

    fn set(&mut self) {
        let bools = self.random.below(3) > 0;
        let before;
        let (name, value) = if bools {
            let name = self.random.pick(&BOOLS);
            before = self.network.value(self.server, name);
            (name, ValueRef::Bool(self.random.below(2) == 1))
        } else {
            let name = self.random.pick(&[NUMBERS[0], NUMBERS[1], QUEUE]);
            before = self.network.value(self.server, name);
            (name, ValueRef::Int(self.random.below(4) as i64))
        };
        if before.as_ref() != value {
            self.sets += 1;
            self.rises += u64::from(value == ValueRef::Bool(true));
        }
        self.network.set(self.server, name, value);
        self.network.input(self.server, Input::Changed);
        if self.mode == SendMode::Manual && self.random.below(3) == 0 {
            self.network.flush(self.server);
        }
    }

    /// Sets in bursts and one by one, while the client reads and does not read.
    fn play(&mut self) {
        let pause = self.random.pick(&[300, 4_000, 15_000, 40_000]);
        let mut stalled = false;
        for _ in 0..20 + self.random.below(60) {
            for _ in 0..1 + self.random.below(3) {
                self.set();
            }
            let pause = self.random.micros(0, pause);
            self.network.run_for(pause);
            if self.random.below(8) == 0 {
                stalled = !stalled;
                if stalled {
                    self.network.stall(self.wire, 0);
                } else {
                    self.network.read_on(self.wire, 0);
                }
            }
            if self.random.below(4) == 0 {
                self.poll();
            }
        }
        if stalled {
            self.network.read_on(self.wire, 0);
        }
        for _ in 0..20 {
            self.network.flush(self.server);
            self.network.run_for(MS(60));
        }
        self.poll();
    }
}

#[test]
fn every_set_and_every_rise_is_received_or_counted() {
    for seed in schedules(1_000) {
        let told = Told(seed);
        let mut ledger = Ledger::new(seed);
        let before = ledger.network.session(ledger.server).stats();
        let client_before = ledger.network.session(ledger.client).stats();
        ledger.play();
        let after = ledger.network.session(ledger.server).stats();
        let client = ledger.network.session(ledger.client).stats();
        let sent = after.values_out - before.values_out;
        let coalesced = after.coalesced - before.coalesced;
        let dropped = after.queue_overflow - before.queue_overflow;
        let collapsed = after.pulses_collapsed - before.pulses_collapsed;
        assert_eq!(
            client.values_in - client_before.values_in,
            sent,
            "every value that was sent arrived"
        );
        assert_eq!(
            ledger.sets,
            sent + coalesced + dropped,
            "sets, {:?}",
            ledger.mode
        );
        assert_eq!(
            ledger.rises,
            ledger.polled_rises + collapsed,
            "rises, {:?}",
            ledger.mode
        );
        let missed = client.queue_overflow - client_before.queue_overflow;
        let echoes = client.echoes - client_before.echoes;
        assert_eq!(sent, ledger.changes + missed + echoes, "changes");
        drop(told);
    }
}
