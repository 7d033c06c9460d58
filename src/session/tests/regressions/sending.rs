//! What goes out when pulses, FIFOs, held levels, send modes and busy peers meet.

use std::time::Duration;

use super::super::network::{Habit, Model, Network, Packet, options};
use super::{MS, bare, both, declare_with, quality};
use crate::options::{Mode, Options, SendMode};
use crate::session::Input;
use crate::signals::Declaration;
use crate::value::{Access, Direction, Kind, Quality, Value, ValueRef};

#[test]
fn a_sealed_frame_does_not_overtake_a_newer_value_of_the_peer() {
    for writer_is_client in [true, false] {
        let (mut n, server, client) = bare(|_| {});
        both(&mut n, &[server, client], "X", Kind::Int);
        both(&mut n, &[server, client], "B", Kind::Bool);
        let wire = n.connect(client, server, MS(1), 0);
        n.run_for(MS(800));
        let (me, other) = if writer_is_client {
            (client, server)
        } else {
            (server, client)
        };
        n.set(me, "B", ValueRef::Bool(false));
        n.set(other, "X", ValueRef::Int(1));
        n.run_for(MS(2500));
        // The other's newer value is on its way and comes before the next cycle of mine.
        let _ = wire;
        n.set(other, "X", ValueRef::Int(9));
        n.input(other, Input::Flush);
        n.run_for(Duration::from_micros(900));
        n.set(me, "X", ValueRef::Int(5));
        n.set(me, "B", ValueRef::Bool(true));
        n.set(me, "B", ValueRef::Bool(false));
        n.run_for(MS(5000));
        assert_eq!(
            n.value(client, "X"),
            n.value(server, "X"),
            "client writes: {writer_is_client}"
        );
    }
}

#[test]
fn overtaken_fifo_values_do_not_go_out_later() {
    let (mut n, server, client) = bare(|_| {});
    let mut d = Declaration::new("F", Kind::Int, Direction::Input);
    d.fifo_depth = 64;
    declare_with(&n, client, Access::ReadWrite, &d);
    n.declare(server, "F", Kind::Int, Access::ReadWrite);
    let wire = n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    n.set(server, "F", ValueRef::Int(9));
    n.input(server, Input::Flush);
    n.run_for(Duration::from_micros(900));
    for v in [1, 2, 3] {
        n.set(client, "F", ValueRef::Int(v));
    }
    n.run_for(MS(500));
    let (c, s) = (n.value(client, "F"), n.value(server, "F"));
    assert_eq!(c, s);
    n.cut(wire);
    n.run_for(MS(100));
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(1000));
    n.sent[client].clear();
    n.set(client, "F", ValueRef::Int(7));
    n.run_for(MS(300));
    let data: Vec<_> = n.sent[client]
        .iter()
        .filter(|t| t.contains("\"F\""))
        .cloned()
        .collect();
    assert!(data.iter().all(|t| t.contains("\"F\":7")), "{data:?}");
}

/// A server with the FIFO `F` and two clients that have its state, and the wire of the first.
fn fifo_for_two(change: impl Fn(&mut Options)) -> (Network, usize, [usize; 2], usize) {
    let mut n = Network::new(3);
    let mut s = options(Mode::Server, MS(10));
    change(&mut s);
    let server = n.library(s, MS(0));
    let a = n.library(options(Mode::Client, MS(10)), MS(5));
    let b = n.library(options(Mode::Client, MS(10)), MS(5));
    let mut d = Declaration::new("F", Kind::Int, Direction::Input);
    d.fifo_depth = 64;
    declare_with(&n, server, Access::Write, &d);
    declare_with(&n, a, Access::Read, &d);
    declare_with(&n, b, Access::Read, &d);
    let wire = n.connect(a, server, MS(1), 0);
    n.connect(b, server, MS(1), 0);
    n.run_for(MS(800));
    for e in [a, b] {
        n.signals(e).table().poll(100, |_, _| {});
    }
    (n, server, [a, b], wire)
}

#[test]
fn every_cycle_mode_with_a_busy_peer_keeps_fifo_entries() {
    let (mut n, server, [_, b], _) = fifo_for_two(|s| {
        s.only_transmit_changed = false;
        s.heartbeat = Duration::ZERO;
    });
    // Both busy after the next cycle; then only a drains.
    n.ends[server].stalled = true;
    n.run_for(MS(15));
    n.input(server, Input::Drained { peers: &[1] });
    for v in 1..=6 {
        n.set(server, "F", ValueRef::Int(v));
    }
    n.run_for(MS(15));
    n.input(server, Input::Drained { peers: &[1] });
    n.run_for(MS(15));
    n.release(server);
    n.run_for(MS(500));
    let mut got = Vec::new();
    n.signals(b).table().poll(100, |_, c| got.push(c.integer));
    assert_eq!(got, [1, 2, 3, 4, 5, 6]);
}

#[test]
fn a_manual_pulse_reaches_a_peer_that_is_busy_at_the_follow_up() {
    let (mut n, server, client) = bare(|o| o.send_mode = SendMode::Manual);
    n.declare(server, "B", Kind::Bool, Access::Write);
    n.declare(client, "B", Kind::Bool, Access::Read);
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    n.set(server, "B", ValueRef::Bool(true));
    n.set(server, "B", ValueRef::Bool(false));
    n.ends[server].stalled = true;
    n.input(server, Input::Flush);
    n.run_for(MS(50));
    n.release(server);
    n.run_for(MS(3000));
    assert_eq!(n.value(client, "B").as_ref(), ValueRef::Bool(false));
}

#[test]
fn manual_sends_nothing_that_was_not_flushed() {
    let (mut n, server, client) = bare(|o| o.send_mode = SendMode::Manual);
    n.declare(server, "B", Kind::Bool, Access::Write);
    n.declare(client, "B", Kind::Bool, Access::Read);
    n.declare(server, "X", Kind::Int, Access::Write);
    n.declare(client, "X", Kind::Int, Access::Read);
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    n.set(server, "B", ValueRef::Bool(true));
    n.set(server, "B", ValueRef::Bool(false));
    n.input(server, Input::Flush);
    n.set(server, "X", ValueRef::Int(5));
    n.run_for(MS(500));
    assert_eq!(n.value(client, "X").as_ref(), ValueRef::Int(0));
}

#[test]
fn stop_flushes_a_peer_that_got_nothing_of_the_sealed_frame() {
    let (mut n, server, client) = bare(|_| {});
    n.declare(server, "B", Kind::Bool, Access::Write);
    n.declare(server, "Y", Kind::Int, Access::Write);
    n.declare(client, "Y", Kind::Int, Access::Read);
    let wire = n.connect(client, server, MS(1), 0);
    n.inject(
        wire,
        server,
        Packet::Text(r#"{"type":"subscribe","subscribe":["Y"]}"#.to_owned()),
    );
    n.run_for(MS(800));
    n.set(server, "B", ValueRef::Bool(true));
    n.set(server, "B", ValueRef::Bool(false));
    n.set(server, "Y", ValueRef::Int(5));
    n.input(server, Input::Stop);
    n.run_for(MS(100));
    assert_eq!(n.value(client, "Y").as_ref(), ValueRef::Int(5));
}

#[test]
fn stop_sends_the_state_to_a_client_that_has_just_come() {
    for mode in [SendMode::Cycle, SendMode::Manual] {
        let (mut n, server, client) = bare(|o| o.send_mode = mode);
        n.declare(server, "Y", Kind::Int, Access::Write);
        n.declare(client, "Y", Kind::Int, Access::Read);
        n.connect(client, server, MS(1), 0);
        n.run_for(MS(20));
        n.set(server, "Y", ValueRef::Int(5));
        n.input(server, Input::Flush);
        n.input(server, Input::Stop);
        n.run_for(MS(100));
        assert_eq!(n.value(client, "Y").as_ref(), ValueRef::Int(5), "{mode:?}");
    }
}

#[test]
fn stop_sends_what_a_client_holds_back_until_it_knows_the_servers_state() {
    let (mut n, server, client) = bare(|_| {});
    both(&mut n, &[server, client], "X", Kind::Int);
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(5));
    n.set(client, "X", ValueRef::Int(5));
    n.input(client, Input::Stop);
    n.run_for(MS(100));
    assert_eq!(n.value(server, "X").as_ref(), ValueRef::Int(5));
}

#[test]
fn stop_sends_the_last_level_of_a_held_bool() {
    let (mut n, server, client) = bare(|_| {});
    let mut d = Declaration::new("B", Kind::Bool, Direction::Input);
    d.min_hold = MS(200);
    declare_with(&n, server, Access::Write, &d);
    n.declare(client, "B", Kind::Bool, Access::Read);
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    n.set(server, "B", ValueRef::Bool(true));
    n.run_for(MS(30));
    n.set(server, "B", ValueRef::Bool(false));
    n.run_for(MS(30));
    n.input(server, Input::Stop);
    n.run_for(MS(100));
    assert_eq!(n.value(client, "B").as_ref(), ValueRef::Bool(false));
}

#[test]
fn a_held_level_lasts_when_every_cycle_carries_everything() {
    let (mut n, server, client) = bare(|o| o.only_transmit_changed = false);
    let mut d = Declaration::new("B", Kind::Bool, Direction::Input);
    d.min_hold = MS(200);
    declare_with(&n, server, Access::Write, &d);
    n.declare(client, "B", Kind::Bool, Access::Read);
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    n.set(server, "B", ValueRef::Bool(true));
    n.run_for(MS(15));
    n.set(server, "B", ValueRef::Bool(false));
    n.run_for(MS(100));
    assert_eq!(n.value(client, "B").as_ref(), ValueRef::Bool(true));
}

#[test]
fn stop_empties_a_fifo_for_every_client() {
    let (mut n, server, [a, _], _) = fifo_for_two(|_| {});
    for v in 1..=4 {
        n.set(server, "F", ValueRef::Int(v));
    }
    n.input(server, Input::Stop);
    n.run_for(MS(100));
    let mut got = Vec::new();
    n.signals(a).table().poll(100, |_, c| got.push(c.integer));
    assert_eq!(got, [1, 2, 3, 4]);
}

#[test]
fn a_due_bit_of_one_client_takes_no_fifo_entry_from_the_others() {
    let (mut n, server, [_, b], wa) = fifo_for_two(|s| s.strict_types = true);
    n.ends[server].stalled = true;
    n.run_for(MS(1500)); // heartbeats: both busy
    n.input(server, Input::Drained { peers: &[1] });
    // Refused: F is the server's. The correction makes F due to a alone.
    n.inject(
        wa,
        server,
        Packet::Text(r#"{"type":"data","signals":{"F":77}}"#.to_owned()),
    );
    for v in 1..=3 {
        n.set(server, "F", ValueRef::Int(v));
    }
    n.run_for(MS(30));
    n.release(server);
    n.run_for(MS(500));
    let mut got = Vec::new();
    n.signals(b).table().poll(100, |_, c| got.push(c.integer));
    assert_eq!(got, [1, 2, 3]);
}

#[test]
fn without_a_seal_the_newer_value_stands_too() {
    let (mut n, server, client) = bare(|_| {});
    both(&mut n, &[server, client], "X", Kind::Int);
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    n.set(server, "X", ValueRef::Int(1));
    n.run_for(MS(2500));
    n.set(server, "X", ValueRef::Int(9));
    n.input(server, Input::Flush);
    n.run_for(Duration::from_micros(900));
    n.set(client, "X", ValueRef::Int(5));
    n.run_for(MS(5000));
    assert_eq!(n.value(client, "X"), n.value(server, "X"));
}

#[test]
fn without_a_seal_a_repeat_is_one_too() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    both(&mut n, &[server], "X", Kind::Int);
    let m = n.model(
        Model {
            habit: Habit::OwnChanges,
            answers_pings: true,
            think: MS(0),
            period: MS(10),
            values: [("X".to_owned(), 1.into())].into(),
        },
        MS(0),
    );
    let wire = n.connect(m, server, MS(1), 0);
    let repeat = || Packet::Text(r#"{"type":"data","signals":{"X":1}}"#.to_owned());
    n.inject(wire, server, repeat());
    n.run_for(MS(2505));
    n.inject(wire, server, repeat());
    n.run_for(MS(1000));
    n.inject(wire, server, repeat());
    n.set(server, "X", ValueRef::Int(5));
    n.run_for(Duration::from_micros(1500));
    assert_eq!(n.value(server, "X").as_ref(), ValueRef::Int(5));
}

#[test]
fn what_is_set_twice_before_a_cycle_is_counted() {
    let (mut n, server, client) = bare(|_| {});
    n.declare(server, "X", Kind::Int, Access::Write);
    n.declare(client, "X", Kind::Int, Access::Read);
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    n.set(server, "X", ValueRef::Int(3));
    n.set(server, "X", ValueRef::Int(4));
    n.run_for(MS(100));
    assert_eq!(n.session(server).stats().coalesced, 1);
}

#[test]
fn a_seal_leaves_a_held_and_a_stopped_state_alone() {
    // A hold of before a reconnect ends the next connection's hold early.
    let (mut n, server, client) = bare(|_| {});
    let mut d = Declaration::new("B", Kind::Bool, Direction::Input);
    d.min_hold = MS(2000);
    declare_with(&n, server, Access::Write, &d);
    n.declare(client, "B", Kind::Bool, Access::Read);
    let wire = n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    n.set(server, "B", ValueRef::Bool(true));
    n.run_for(MS(20)); // held until +2 s
    n.cut(wire);
    n.set(server, "B", ValueRef::Bool(false));
    n.run_for(MS(100));
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    n.set(server, "B", ValueRef::Bool(true));
    n.run_for(MS(20)); // +0.94 s, held until +2.94 s
    n.set(server, "B", ValueRef::Bool(false));
    n.run_for(MS(1300)); // +2.26 s
    assert_eq!(n.value(client, "B").as_ref(), ValueRef::Bool(true));
}

#[test]
fn a_held_level_does_not_slow_other_signals_down_in_on_change_mode() {
    let (mut n, server, client) = bare(|o| {
        o.send_mode = SendMode::OnChange;
        o.update_cycle = MS(1000);
    });
    let mut d = Declaration::new("B", Kind::Bool, Direction::Input);
    d.min_hold = MS(1500);
    declare_with(&n, server, Access::Write, &d);
    n.declare(server, "X", Kind::Int, Access::Write);
    n.declare(client, "X", Kind::Int, Access::Read);
    n.declare(client, "B", Kind::Bool, Access::Read);
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    n.set(server, "B", ValueRef::Bool(true));
    n.input(server, Input::Changed);
    n.run_for(MS(10));
    n.set(server, "B", ValueRef::Bool(false));
    n.input(server, Input::Changed);
    n.run_for(MS(10));
    n.set(server, "X", ValueRef::Int(5));
    n.input(server, Input::Changed);
    n.run_for(MS(50));
    assert_eq!(n.value(client, "X").as_ref(), ValueRef::Int(5));
}

#[test]
fn a_stop_ends_although_a_fifo_cannot_go_out() {
    let (mut n, server, client) = bare(|_| {});
    let mut fifo = Declaration::new("Q", Kind::Int, Direction::Input);
    fifo.fifo_depth = 8;
    for end in [server, client] {
        declare_with(&n, end, Access::ReadWrite, &fifo);
    }
    n.connect(client, server, MS(5), 0);
    // The client waits for the first state, and so does its FIFO.
    n.set(client, "Q", ValueRef::Int(1));
    n.set(client, "Q", ValueRef::Int(2));
    n.input(client, Input::Stop);
    n.run_for(MS(100));
    assert_eq!(n.session(client).peer_counts().0, 0);
}

/// A server with `B`, `N` and a FIFO `F`, whose client reads them and is busy with a frame.
fn busy_client() -> (Network, usize, usize) {
    let (mut n, server, client) = bare(|_| {});
    let mut fifo = Declaration::new("F", Kind::Int, Direction::Input);
    fifo.fifo_depth = 8;
    for (end, access) in [(server, Access::Write), (client, Access::Read)] {
        n.declare(end, "B", Kind::Bool, access);
        n.declare(end, "N", Kind::Int, access);
        declare_with(&n, end, access, &fifo);
    }
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    n.ends[server].stalled = true;
    n.set(server, "N", ValueRef::Int(1));
    n.run_for(MS(15));
    (n, server, client)
}

#[test]
fn a_missed_level_does_not_tear_what_was_set_together() {
    let (mut n, server, client) = busy_client();
    // Both wait for the client: first the level, then what follows it together with another value.
    n.set(server, "B", ValueRef::Bool(true));
    n.run_for(MS(15));
    n.set(server, "B", ValueRef::Bool(false));
    n.set(server, "N", ValueRef::Int(5));
    n.set(server, "F", ValueRef::Int(7));
    n.run_for(MS(15));
    n.release(server);
    let mut levels = Vec::new();
    for _ in 0..60 {
        n.run_for(MS(1));
        let (level, number) = (n.value(client, "B"), n.value(client, "N"));
        levels.push(level == Value::Bool(true));
        let together =
            number.as_ref() != ValueRef::Int(5) || level.as_ref() == ValueRef::Bool(false);
        assert!(together, "{number:?} came with {level:?}");
    }
    assert!(levels.contains(&true), "the pulse was lost");
    assert_eq!(n.value(client, "N").as_ref(), ValueRef::Int(5));
    assert_eq!(n.value(client, "F").as_ref(), ValueRef::Int(7));
    assert_eq!(n.session(server).stats().pulses_collapsed, 0);
}

#[test]
fn pulses_do_not_hold_up_other_values() {
    let (mut n, server, client) = busy_client();
    let mut level = false;
    // The client is always a frame behind, and a level changes in every cycle.
    for number in 2..60 {
        level = !level;
        n.set(server, "B", ValueRef::Bool(level));
        n.set(server, "N", ValueRef::Int(number));
        n.set(server, "F", ValueRef::Int(number));
        n.run_for(MS(10));
        if number % 2 == 0 {
            n.release(server);
            n.ends[server].stalled = true;
        }
    }
    let Value::Int(number) = n.value(client, "N") else {
        panic!("N is no Int");
    };
    assert!(number > 50, "{number} of 59 so far");
    n.release(server);
    n.run_for(MS(1000));
    assert_eq!(n.value(client, "N").as_ref(), ValueRef::Int(59));
    let mut fifo = Vec::new();
    n.signals(client).table().poll(1000, |_, change| {
        if change.signal == 2 {
            fifo.push(change.integer);
        }
    });
    assert_eq!(fifo.last(), Some(&59));
    assert!(fifo.is_sorted(), "{fifo:?}");
}

#[test]
fn the_newest_value_of_a_fifo_does_not_go_ahead_of_the_others() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    let ready = n.library(options(Mode::Client, MS(10)), MS(5));
    let busy = n.library(options(Mode::Client, MS(10)), MS(5));
    let mut fifo = Declaration::new("F", Kind::Int, Direction::Input);
    fifo.fifo_depth = 8;
    for (end, access) in [
        (server, Access::Write),
        (ready, Access::Read),
        (busy, Access::Read),
    ] {
        n.declare(end, "N", Kind::Int, access);
        if end != server {
            declare_with(&n, end, access, &fifo);
        }
    }
    n.connect(ready, server, MS(1), 0);
    n.connect(busy, server, MS(1), 0);
    n.run_for(MS(800));
    n.ends[server].stalled = true;
    n.set(server, "N", ValueRef::Int(1));
    n.run_for(MS(15));
    // Its initial value is due to both, one of which cannot take a frame.
    declare_with(&n, server, Access::Write, &fifo);
    n.input(server, Input::Drained { peers: &[1] });
    for value in [1, 2, 3] {
        n.set(server, "F", ValueRef::Int(value));
    }
    n.run_for(MS(15));
    n.input(server, Input::Drained { peers: &[1] });
    n.run_for(MS(15));
    n.release(server);
    n.run_for(MS(500));
    for end in [ready, busy] {
        let mut got = Vec::new();
        n.signals(end).table().poll(100, |_, change| {
            if change.signal == 1 {
                got.push(change.integer);
            }
        });
        assert!(
            got.ends_with(&[1, 2, 3]) && got.iter().filter(|v| **v == 3).count() == 1,
            "{got:?}"
        );
    }
}

/// Schedule 70 of the simulation.
#[test]
fn a_host_that_sets_what_a_lost_peer_had_set_makes_it_good() {
    let (mut n, server, client) = bare(|_| ());
    both(&mut n, &[server, client], "A", Kind::Int);
    let wire = n.connect(client, server, MS(1), 0);
    n.run_for(MS(600));
    n.set(client, "A", ValueRef::Int(5));
    n.run_for(MS(100));
    n.cut(wire);
    assert_eq!(quality(&n, server, "A"), Quality::Stale);
    n.set(server, "A", ValueRef::Int(5));
    assert_eq!(quality(&n, server, "A"), Quality::Good);
}

#[test]
fn a_value_of_the_host_that_a_peer_replaces_before_it_is_sent_is_counted() {
    for relay in [true, false] {
        let (mut n, server, client) = bare(|o| o.relay = relay);
        both(&mut n, &[server, client], "A", Kind::Int);
        let wire = n.connect(client, server, MS(1), 0);
        n.run_for(MS(600));
        n.set(server, "A", ValueRef::Int(1));
        let text = r#"{"type":"data","signals":{"A":2}}"#;
        n.inject(wire, server, Packet::Text(text.to_owned()));
        n.run_for(MS(2));
        assert_eq!(n.value(server, "A"), Value::Int(2));
        assert_eq!(n.session(server).stats().coalesced, 1, "relay {relay}");
    }
}

#[test]
fn what_a_slow_peer_misses_is_counted_and_what_it_does_not_want_is_not() {
    let (mut n, server, client) = bare(|_| ());
    for (end, access) in [(server, Access::Write), (client, Access::Read)] {
        n.declare(end, "A", Kind::Int, access);
        n.declare(end, "B", Kind::Bool, access);
    }
    let wire = n.connect(client, server, MS(1), 0);
    n.input(client, Input::Subscribe(Some(vec!["A".to_owned()])));
    n.run_for(MS(600));
    n.stall(wire, 0);
    for round in 1..=6 {
        n.set(server, "A", ValueRef::Int(round));
        n.set(server, "B", ValueRef::Bool(round % 2 == 1));
        n.run_for(MS(20));
    }
    n.read_on(wire, 0);
    n.run_for(MS(50));
    assert_eq!(n.value(client, "A"), Value::Int(6));
    // 1 and 6 went out.
    let stats = n.session(server).stats();
    assert_eq!((stats.coalesced, stats.pulses_collapsed), (4, 0));
}
