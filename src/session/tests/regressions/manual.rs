//! Manual mode: to its peers, what a host sets happens with its flush, whatever goes out before.

use super::super::crossing::schedules;
use super::super::network::{Network, Packet, Random, options};
use super::{MS, bare, both, declare_with, quality};
use crate::options::{Mode, SendMode};
use crate::session::Input;
use crate::signals::Declaration;
use crate::value::{Access, Direction, Kind, Quality, ValueRef};

/// A server in manual mode and a client, both with the int `X` and the bool `B`, which the server writes.
fn written_by_server() -> (Network, usize, usize, usize) {
    let (mut n, server, client) = bare(|o| o.send_mode = SendMode::Manual);
    for (end, access) in [(server, Access::Write), (client, Access::Read)] {
        n.declare(end, "X", Kind::Int, access);
        n.declare(end, "B", Kind::Bool, access);
    }
    let wire = n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    (n, server, client, wire)
}

fn int(n: &Network, end: usize, name: &str) -> i64 {
    match n.value(end, name).as_ref() {
        ValueRef::Int(value) => value,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_state_holds_what_was_flushed() {
    for subscribes in [false, true] {
        let (mut n, server, ..) = written_by_server();
        n.set(server, "X", ValueRef::Int(1));
        n.input(server, Input::Flush);
        n.set(server, "X", ValueRef::Int(2));
        let other = n.library(options(Mode::Client, MS(10)), MS(5));
        n.declare(other, "X", Kind::Int, Access::Read);
        if subscribes {
            let names = Some(vec!["X".to_owned()]);
            n.input(other, Input::Subscribe(names));
        }
        n.connect(other, server, MS(1), 0);
        n.run_for(MS(1000));
        assert_eq!(int(&n, other, "X"), 1, "subscribes: {subscribes}");
        // Its host sees the newest all the same.
        assert_eq!(int(&n, server, "X"), 2);
        n.input(server, Input::Flush);
        n.run_for(MS(20));
        assert_eq!(int(&n, other, "X"), 2, "subscribes: {subscribes}");
    }
}

#[test]
fn a_catalogue_holds_what_was_flushed() {
    let (mut n, server, _, wire) = written_by_server();
    n.set(server, "X", ValueRef::Int(1));
    n.input(server, Input::Flush);
    n.set(server, "X", ValueRef::Int(2));
    n.sent[server].clear();
    let ask = Packet::Text(r#"{"type":"import_request"}"#.to_owned());
    n.inject(wire, server, ask);
    n.run_for(MS(50));
    let answer = n.sent[server].iter().find(|t| t.contains("import_answer"));
    let answer = answer.expect("an answer");
    assert!(answer.contains("\"X\":1"), "{answer}");
}

#[test]
fn a_client_greets_with_what_was_flushed() {
    let (mut n, server, client) = bare(|o| o.send_mode = SendMode::Manual);
    n.declare(client, "X", Kind::Int, Access::Write);
    n.declare(server, "X", Kind::Int, Access::Read);
    n.set(client, "X", ValueRef::Int(1));
    n.input(client, Input::Flush);
    n.set(client, "X", ValueRef::Int(2));
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(1000));
    assert_eq!(int(&n, server, "X"), 1);
    n.input(client, Input::Flush);
    n.run_for(MS(20));
    assert_eq!(int(&n, server, "X"), 2);
}

#[test]
fn the_second_frame_of_a_pulse_holds_what_was_flushed_and_keeps_its_distance() {
    let (mut n, server, client, _) = written_by_server();
    n.set(server, "B", ValueRef::Bool(true));
    n.set(server, "B", ValueRef::Bool(false));
    n.set(server, "X", ValueRef::Int(1));
    n.input(server, Input::Flush);
    n.set(server, "X", ValueRef::Int(2));
    n.set(server, "B", ValueRef::Bool(true));
    n.run_for(MS(9));
    assert_eq!(n.value(client, "B").as_ref(), ValueRef::Bool(true));
    assert_eq!(int(&n, client, "X"), 0);
    n.run_for(MS(500));
    assert_eq!(n.value(client, "B").as_ref(), ValueRef::Bool(false));
    assert_eq!(int(&n, client, "X"), 1);
}

#[test]
fn a_busy_peer_gets_what_was_flushed() {
    let (mut n, server, client, _) = written_by_server();
    n.ends[server].stalled = true;
    for value in [1, 2] {
        n.set(server, "X", ValueRef::Int(value));
        n.input(server, Input::Flush);
    }
    n.set(server, "X", ValueRef::Int(3));
    n.run_for(MS(50));
    n.release(server);
    n.run_for(MS(500));
    assert_eq!(int(&n, client, "X"), 2);
}

#[test]
fn a_fifo_sends_what_was_flushed_and_all_of_it_by_itself() {
    for busy in [false, true] {
        let (mut n, server, client) = bare(|o| o.send_mode = SendMode::Manual);
        let mut d = Declaration::new("F", Kind::Int, Direction::Input);
        d.fifo_depth = 64;
        declare_with(&n, server, Access::Write, &d);
        declare_with(&n, client, Access::Read, &d);
        n.connect(client, server, MS(1), 0);
        n.run_for(MS(800));
        n.signals(client).table().poll(100, |_, _| {});
        if busy {
            n.ends[server].stalled = true;
            // A heartbeat makes it so.
            n.run_for(MS(1100));
        }
        for value in 1..=3 {
            n.set(server, "F", ValueRef::Int(value));
        }
        n.input(server, Input::Flush);
        for value in 4..=6 {
            n.set(server, "F", ValueRef::Int(value));
        }
        n.run_for(MS(20));
        n.release(server);
        n.run_for(MS(500));
        let mut got = Vec::new();
        n.signals(client)
            .table()
            .poll(100, |_, c| got.push(c.integer));
        assert_eq!(got, [1, 2, 3], "busy: {busy}");
        assert_eq!(int(&n, server, "F"), 6);
    }
}

#[test]
fn a_level_that_was_flushed_while_the_one_before_was_held_goes_out_by_itself() {
    for busy in [false, true] {
        let (mut n, server, client) = bare(|o| o.send_mode = SendMode::Manual);
        let mut d = Declaration::new("B", Kind::Bool, Direction::Input);
        d.min_hold = MS(1_500);
        declare_with(&n, server, Access::Write, &d);
        n.declare(client, "B", Kind::Bool, Access::Read);
        n.connect(client, server, MS(1), 0);
        n.run_for(MS(800));
        n.set(server, "B", ValueRef::Bool(true));
        n.input(server, Input::Flush);
        n.run_for(MS(20));
        n.set(server, "B", ValueRef::Bool(false));
        n.input(server, Input::Flush);
        n.run_for(MS(100));
        assert_eq!(n.value(client, "B").as_ref(), ValueRef::Bool(true));
        // A heartbeat makes it busy before the time is over.
        n.ends[server].stalled = busy;
        n.run_for(MS(1_800));
        n.release(server);
        // Where nobody could take it, the time began anew.
        n.run_for(MS(1_600));
        let level = n.value(client, "B");
        assert_eq!(level.as_ref(), ValueRef::Bool(false), "busy: {busy}");
    }
}

#[test]
fn what_is_set_while_nobody_is_connected_waits_for_the_flush_too() {
    let (mut n, server, client, wire) = written_by_server();
    n.cut(wire);
    n.set(server, "X", ValueRef::Int(1));
    n.input(server, Input::Flush);
    n.set(server, "X", ValueRef::Int(2));
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(1000));
    assert_eq!(int(&n, client, "X"), 1);
    n.input(server, Input::Flush);
    n.run_for(MS(20));
    assert_eq!(int(&n, client, "X"), 2);
}

#[test]
fn a_value_of_a_peers_overtakes_what_is_not_flushed_and_a_repeat_does_not() {
    let (mut n, server, client) = bare(|o| o.send_mode = SendMode::Manual);
    both(&mut n, &[server, client], "X", Kind::Int);
    let wire = n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    n.set(client, "X", ValueRef::Int(5));
    n.input(client, Input::Flush);
    n.run_for(MS(1500));
    n.input(server, Input::Flush);
    n.run_for(MS(1500));
    n.set(server, "X", ValueRef::Int(7));
    let repeat = Packet::Text(r#"{"type":"data","signals":{"X":5}}"#.to_owned());
    n.inject(wire, server, repeat);
    n.run_for(MS(10));
    assert_eq!(int(&n, server, "X"), 7);
    // Nothing else is replaced by what comes.
    n.signals(server).table().poll(10, |_, _| {});
    let before = n.session(server).stats().coalesced;
    n.set(client, "X", ValueRef::Int(9));
    n.input(client, Input::Flush);
    n.run_for(MS(10));
    // The host's own is overtaken, and counted; a flush brings nothing of it back.
    assert_eq!(int(&n, server, "X"), 9);
    assert_eq!(n.session(server).stats().coalesced, before + 1);
    n.input(server, Input::Flush);
    n.run_for(MS(1500));
    assert_eq!((int(&n, server, "X"), int(&n, client, "X")), (9, 9));
}

#[test]
fn what_a_peer_overtakes_takes_nothing_else_of_what_is_staged_along() {
    let names = ["A", "B", "C", "D"];
    for overtaken in 0..names.len() {
        let (mut n, server, client) = bare(|o| o.send_mode = SendMode::Manual);
        for name in names {
            both(&mut n, &[server, client], name, Kind::Int);
        }
        n.connect(client, server, MS(1), 0);
        n.run_for(MS(800));
        for (name, value) in names.iter().zip(1..) {
            n.set(server, name, ValueRef::Int(value));
        }
        n.set(client, names[overtaken], ValueRef::Int(9));
        n.input(client, Input::Flush);
        n.run_for(MS(10));
        n.input(server, Input::Flush);
        n.run_for(MS(1500));
        for (index, (name, value)) in names.iter().zip(1..).enumerate() {
            let expected = if index == overtaken { 9 } else { value };
            assert_eq!(
                (int(&n, server, name), int(&n, client, name)),
                (expected, expected)
            );
        }
    }
}

#[test]
fn what_a_peer_overtook_leaves_the_second_frame_free() {
    let (mut n, server, client) = bare(|o| o.send_mode = SendMode::Manual);
    for name in ["A", "B"] {
        both(&mut n, &[server, client], name, Kind::Bool);
    }
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    n.set(client, "A", ValueRef::Bool(true));
    n.input(client, Input::Flush);
    n.run_for(MS(1500));
    for level in [false, true] {
        n.set(server, "A", ValueRef::Bool(level));
    }
    n.set(client, "A", ValueRef::Bool(false));
    n.input(client, Input::Flush);
    n.run_for(MS(10));
    let before = n.session(server).stats().pulses_collapsed;
    for level in [true, false] {
        n.set(server, "B", ValueRef::Bool(level));
    }
    assert_eq!(n.session(server).stats().pulses_collapsed, before);
}

#[test]
fn the_servers_first_state_does_not_overtake_what_the_client_has_still_to_flush() {
    let (mut n, server, client) = bare(|o| o.send_mode = SendMode::Manual);
    both(&mut n, &[server, client], "X", Kind::Int);
    n.set(server, "X", ValueRef::Int(1));
    n.input(server, Input::Flush);
    n.set(client, "X", ValueRef::Int(2));
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(1500));
    assert_eq!((int(&n, server, "X"), int(&n, client, "X")), (1, 2));
    n.input(client, Input::Flush);
    n.run_for(MS(1500));
    assert_eq!((int(&n, server, "X"), int(&n, client, "X")), (2, 2));
}

#[test]
fn a_flush_that_leads_back_is_sent_to_a_server_that_has_something_else_by_then() {
    let (mut n, server, client) = bare(|o| o.send_mode = SendMode::Manual);
    both(&mut n, &[server, client], "X", Kind::Int);
    both(&mut n, &[server, client], "B", Kind::Bool);
    let wire = n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    n.set(client, "X", ValueRef::Int(3));
    n.input(client, Input::Flush);
    n.run_for(MS(1500));
    n.cut(wire);
    n.set(server, "X", ValueRef::Int(9));
    n.set(server, "B", ValueRef::Bool(true));
    n.input(server, Input::Flush);
    for value in [4, 3] {
        n.set(client, "X", ValueRef::Int(value));
    }
    for level in [true, false] {
        n.set(client, "B", ValueRef::Bool(level));
    }
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(1500));
    assert_eq!((int(&n, server, "X"), int(&n, client, "X")), (9, 3));
    n.input(client, Input::Flush);
    n.run_for(MS(1500));
    assert_eq!((int(&n, server, "X"), int(&n, client, "X")), (3, 3));
    for end in [server, client] {
        assert_eq!(n.value(end, "B").as_ref(), ValueRef::Bool(false));
    }
}

#[test]
fn a_host_sees_what_it_has_not_flushed_as_its_own() {
    let (mut n, server, client) = bare(|o| o.send_mode = SendMode::Manual);
    both(&mut n, &[server, client], "X", Kind::Int);
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    n.set(client, "X", ValueRef::Int(5));
    n.input(client, Input::Flush);
    n.run_for(MS(20));
    n.set(server, "X", ValueRef::Int(7));
    let mut records = Vec::new();
    let table = n.signals(server).table().change(0);
    assert_eq!((table.integer, table.source), (7, 0));
    n.signals(server).table().poll(10, |_, change| {
        records.push((change.integer, change.source))
    });
    assert_eq!(records, [(7, 0)]);
    assert_eq!(quality(&n, client, "X"), Quality::Good);
}

#[test]
fn what_leads_back_to_where_it_began_is_not_sent_and_counted() {
    let (mut n, server, _, _) = written_by_server();
    let before = n.session(server).stats();
    n.set(server, "X", ValueRef::Int(1));
    n.set(server, "X", ValueRef::Int(0));
    n.input(server, Input::Flush);
    n.run_for(MS(20));
    let after = n.session(server).stats();
    assert_eq!(after.values_out, before.values_out);
    assert_eq!(after.coalesced, before.coalesced + 2);
}

#[test]
fn many_pulses_before_a_flush_are_one_pulse_and_counted() {
    let (mut n, server, client, _) = written_by_server();
    n.signals(client).table().poll(10, |_, _| {});
    for level in [true, false, true, false, true, false] {
        n.set(server, "B", ValueRef::Bool(level));
    }
    n.input(server, Input::Flush);
    n.run_for(MS(100));
    let mut rises = 0;
    n.signals(client)
        .table()
        .poll(10, |_, change| rises += change.rise_count);
    assert_eq!(n.value(client, "B").as_ref(), ValueRef::Bool(false));
    assert_eq!(rises, 1);
    assert_eq!(n.session(server).stats().pulses_collapsed, 2);
}

/// A host that sets everything to the number of its scan, bit by bit, and flushes at the end of each scan, while
/// clients come, go, subscribe, import and do not read.
struct Scans {
    n: Network,
    random: Random,
    server: usize,
    clients: [usize; 3],
    wires: [Option<usize>; 3],
    stalled: [bool; 3],
    scan: i64,
}

const NUMBERS: [&str; 3] = ["one", "two", "three"];
const QUEUE: &str = "queue";

impl Scans {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut n = Network::new(seed);
        n.audit();
        let mut sender = options(Mode::Server, MS(10));
        sender.send_mode = SendMode::Manual;
        let server = n.library(sender, MS(0));
        let clients = [(); 3].map(|()| {
            let phase = random.micros(0, 10_000);
            n.library(options(Mode::Client, MS(10)), phase)
        });
        for end in [&[server][..], &clients].concat() {
            let access = if end == server {
                Access::Write
            } else {
                Access::Read
            };
            for name in NUMBERS {
                n.declare(end, name, Kind::Int, access);
            }
            n.declare(end, "bool", Kind::Bool, access);
            let mut queue = Declaration::new(QUEUE, Kind::Int, Direction::Input);
            queue.fifo_depth = 4;
            declare_with(&n, end, access, &queue);
        }
        Self {
            n,
            random,
            server,
            clients,
            wires: [None; 3],
            stalled: [false; 3],
            scan: 0,
        }
    }

    /// No message of the server's has held a number of a scan whose flush is to come.
    fn check(&mut self) {
        let newest = self.scan;
        for text in self.n.sent[self.server].drain(..) {
            let message: serde_json::Value = serde_json::from_str(&text).unwrap();
            let Some(signals) = message["signals"].as_object() else {
                continue;
            };
            for (name, value) in signals {
                let early = value.as_i64().is_some_and(|number| number > newest);
                assert!(!early, "{name} after scan {newest}: {text}");
            }
        }
    }

    fn disturb(&mut self) {
        let at = self.random.below(3) as usize;
        let client = self.clients[at];
        let Some(wire) = self.wires[at] else {
            let delay = self.random.micros(50, 20_000);
            let wire = self.n.connect(client, self.server, delay, 1_000);
            self.wires[at] = Some(wire);
            return;
        };
        match self.random.below(6) {
            0 => {
                self.n.cut(wire);
                (self.wires[at], self.stalled[at]) = (None, false);
            }
            1 => {
                let names = [NUMBERS[0], QUEUE].map(str::to_owned).to_vec();
                self.n.input(client, Input::Subscribe(Some(names)));
            }
            2 => {
                let ask = Packet::Text(r#"{"type":"import_request"}"#.to_owned());
                self.n.inject(wire, self.server, ask);
            }
            _ => self.read_or_not(at, wire),
        }
    }

    fn read_or_not(&mut self, at: usize, wire: usize) {
        self.stalled[at] = !self.stalled[at];
        if self.stalled[at] {
            self.n.stall(wire, 0);
        } else {
            self.n.read_on(wire, 0);
        }
    }

    fn scan(&mut self) {
        let next = self.scan + 1;
        for name in [NUMBERS[0], NUMBERS[1], "bool", NUMBERS[2], QUEUE] {
            if name == "bool" {
                for _ in 0..self.random.below(4) {
                    let level = self.n.value(self.server, name).as_ref() == ValueRef::Bool(true);
                    self.n.set(self.server, name, ValueRef::Bool(!level));
                }
            } else if self.random.below(4) > 0 {
                self.n.set(self.server, name, ValueRef::Int(next));
            }
            if self.random.below(3) == 0 {
                self.disturb();
            }
            let pause = self.random.micros(0, 8_000);
            self.n.run_for(pause);
            self.check();
        }
        self.scan = next;
        self.n.input(self.server, Input::Flush);
        self.check();
    }

    /// All that is connected has what the host has flushed.
    fn settle(&mut self) {
        for at in 0..3 {
            if let Some(wire) = self.wires[at].filter(|_| self.stalled[at]) {
                self.read_or_not(at, wire);
            }
        }
        // Without another flush.
        self.n.run_for(MS(3_000));
        self.check();
        for at in 0..3 {
            let client = self.clients[at];
            let open = self.wires[at].is_some_and(|wire| self.n.is_open(wire));
            for name in [NUMBERS[0], QUEUE] {
                let (here, there) = (self.n.value(self.server, name), self.n.value(client, name));
                assert!(!open || here == there, "{name}: {here:?}, {there:?}");
            }
        }
    }
}

#[test]
fn nothing_goes_out_before_its_flush_whatever_peers_do() {
    for seed in schedules(300) {
        let mut scans = Scans::new(seed);
        for _ in 0..12 {
            scans.scan();
        }
        scans.settle();
    }
}
