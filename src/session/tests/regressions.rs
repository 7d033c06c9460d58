//! Findings of the review; each of these fails.

use std::time::Duration;

use super::network::{Habit, Model, Network, Packet, options};
use crate::options::{Mode, Options, SendMode};
use crate::session::{EventKind, Input};
use crate::signals::Declaration;
use crate::value::{Access, Direction, Kind, Quality, ValueRef};

const MS: fn(u64) -> Duration = Duration::from_millis;

fn bare(change: impl Fn(&mut Options)) -> (Network, usize, usize) {
    let mut network = Network::new(3);
    let mut s = options(Mode::Server, MS(10));
    let mut c = options(Mode::Client, MS(10));
    change(&mut s);
    change(&mut c);
    let server = network.library(s, MS(0));
    let client = network.library(c, MS(5));
    (network, server, client)
}

fn both(network: &mut Network, ends: &[usize], name: &str, kind: Kind) {
    for end in ends {
        network.declare(*end, name, kind, Access::ReadWrite);
    }
}

fn declare_with(network: &Network, end: usize, access: Access, d: &Declaration<'_>) -> u32 {
    network
        .signals(end)
        .declare(d, Direction::Input, access)
        .unwrap()
}

fn quality(network: &Network, end: usize, name: &str) -> Quality {
    let signals = network.signals(end);
    let id = signals.names().find(name).unwrap();
    signals.table().slot(id).unwrap().quality
}

/// 1
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

/// 2
#[test]
fn a_sealed_value_is_not_lost_to_a_repeat() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    both(&mut n, &[server], "X", Kind::Int);
    both(&mut n, &[server], "B", Kind::Bool);
    let model = n.model(
        Model {
            habit: Habit::OwnChanges,
            answers_pings: true,
            think: MS(0),
            period: MS(10),
            values: [("X".to_owned(), 1.into())].into(),
        },
        MS(0),
    );
    let wire = n.connect(model, server, MS(1), 0);
    let repeat = || Packet::Text(r#"{"type":"data","signals":{"X":1}}"#.to_owned());
    n.inject(wire, server, repeat());
    n.run_for(MS(505));
    n.set(server, "B", ValueRef::Bool(false));
    n.run_for(MS(2000));
    n.inject(wire, server, repeat());
    n.run_for(MS(1000));
    n.inject(wire, server, repeat());
    n.set(server, "X", ValueRef::Int(5));
    n.set(server, "B", ValueRef::Bool(true));
    n.set(server, "B", ValueRef::Bool(false));
    n.run_for(Duration::from_micros(1500));
    assert_eq!(n.value(server, "X").as_ref(), ValueRef::Int(5));
}

/// 3
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

/// 4
#[test]
fn fifo_values_before_the_first_state_are_not_lost_uncounted() {
    let (mut n, server, client) = bare(|_| {});
    let mut d = Declaration::new("F", Kind::Int, Direction::Input);
    d.fifo_depth = 64;
    declare_with(&n, client, Access::ReadWrite, &d);
    declare_with(&n, server, Access::ReadWrite, &d);
    n.connect(client, server, MS(40), 0);
    for v in 1..=6 {
        n.set(client, "F", ValueRef::Int(v));
    }
    n.run_for(MS(2000));
    let mut got = Vec::new();
    n.signals(server)
        .table()
        .poll(100, |_, c| got.push(c.integer));
    let lost = n.session(client).stats().queue_overflow;
    assert_eq!(got.len() as u64 + lost, 6, "got {got:?}, counted {lost}");
}

/// 5: a FIFO entry goes to the one peer with a due bit while another is busy.
#[test]
fn every_cycle_mode_with_a_busy_peer_keeps_fifo_entries() {
    let mut n = Network::new(3);
    let mut s = options(Mode::Server, MS(10));
    s.only_transmit_changed = false;
    s.heartbeat = Duration::ZERO;
    let server = n.library(s, MS(0));
    let a = n.library(options(Mode::Client, MS(10)), MS(5));
    let b = n.library(options(Mode::Client, MS(10)), MS(5));
    let mut d = Declaration::new("F", Kind::Int, Direction::Input);
    d.fifo_depth = 64;
    declare_with(&n, server, Access::Write, &d);
    declare_with(&n, a, Access::Read, &d);
    declare_with(&n, b, Access::Read, &d);
    n.connect(a, server, MS(1), 0);
    n.connect(b, server, MS(1), 0);
    n.run_for(MS(800));
    for e in [a, b] {
        n.signals(e).table().poll(100, |_, _| {});
    }
    // Both busy after the next cycle; then only a drains.
    n.ends[server].stalled = true;
    n.run_for(MS(15));
    n.input(server, Input::Drained { peer: 1 });
    for v in 1..=6 {
        n.set(server, "F", ValueRef::Int(v));
    }
    n.run_for(MS(15));
    n.input(server, Input::Drained { peer: 1 });
    n.run_for(MS(15));
    n.release(server);
    n.run_for(MS(500));
    let mut got = Vec::new();
    n.signals(b).table().poll(100, |_, c| got.push(c.integer));
    assert_eq!(got, [1, 2, 3, 4, 5, 6]);
}

/// 6
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

/// 7
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

/// 8
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

/// 9
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

/// 10
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

/// 11
#[test]
fn a_fail_safe_counts_from_the_latest_loss() {
    let (mut n, server, client) = bare(|_| {});
    let mut d = Declaration::new("S", Kind::Int, Direction::Input);
    d.failsafe = Some((ValueRef::Int(-1), MS(10_000)));
    declare_with(&n, client, Access::Read, &d);
    n.declare(server, "S", Kind::Int, Access::Write);
    let wire = n.connect(client, server, MS(1), 0);
    n.run_for(MS(500));
    n.set(server, "S", ValueRef::Int(5));
    n.run_for(MS(100));
    n.cut(wire); // due at +10 s
    n.run_for(MS(1000));
    let wire = n.connect(client, server, MS(1), 0);
    n.run_for(MS(8500));
    assert_eq!(quality(&n, client, "S"), Quality::Good);
    n.cut(wire); // +9.5 s: the fail-safe is due at +19.5 s
    n.run_for(MS(1000));
    assert_eq!(n.value(client, "S").as_ref(), ValueRef::Int(5));
}

/// 12
#[test]
fn a_fail_safe_value_is_not_in_the_catalogue() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    let a = n.library(options(Mode::Client, MS(10)), MS(5));
    let mut d = Declaration::new("S", Kind::Int, Direction::Input);
    d.failsafe = Some((ValueRef::Int(-77), MS(100)));
    declare_with(&n, server, Access::Read, &d);
    n.declare(a, "S", Kind::Int, Access::Write);
    let wire = n.connect(a, server, MS(1), 0);
    n.run_for(MS(500));
    n.set(a, "S", ValueRef::Int(5));
    n.run_for(MS(100));
    n.cut(wire);
    n.run_for(MS(500));
    let c = n.library(options(Mode::Client, MS(10)), MS(5));
    let wire = n.connect(c, server, MS(1), 0);
    n.inject(
        wire,
        server,
        Packet::Text(r#"{"type":"import_request"}"#.to_owned()),
    );
    n.run_for(MS(100));
    assert!(
        !n.sent[server].iter().any(|t| t.contains("-77")),
        "{:?}",
        n.sent[server].last()
    );
}

/// 13
#[test]
fn a_host_that_sets_the_fail_safe_value_is_heard() {
    let (mut n, server, client) = bare(|_| {});
    let mut d = Declaration::new("S", Kind::Int, Direction::Input);
    d.failsafe = Some((ValueRef::Int(0), MS(100)));
    declare_with(&n, client, Access::ReadWrite, &d);
    n.declare(server, "S", Kind::Int, Access::ReadWrite);
    let wire = n.connect(client, server, MS(1), 0);
    n.run_for(MS(500));
    n.set(server, "S", ValueRef::Int(5));
    n.run_for(MS(100));
    n.cut(wire);
    n.run_for(MS(500));
    assert_eq!(n.value(client, "S").as_ref(), ValueRef::Int(0));
    n.set(client, "S", ValueRef::Int(0));
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(4000));
    assert_eq!(n.value(server, "S").as_ref(), ValueRef::Int(0));
}

/// 14
#[test]
fn values_of_a_client_that_flaps_become_good_again() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    n.declare(server, "S", Kind::Int, Access::ReadWrite);
    let model = || Model {
        habit: Habit::OwnChanges,
        answers_pings: true,
        think: MS(0),
        period: MS(10),
        values: [("S".to_owned(), 1.into())].into(),
    };
    let m = n.model(model(), MS(0));
    let init = || Packet::Text(r#"{"type":"init","name":"HMI"}"#.to_owned());
    let wire = n.connect(m, server, MS(1), 0);
    n.inject(wire, server, init());
    n.run_for(MS(500));
    n.set(m, "S", ValueRef::Int(4));
    n.run_for(MS(500));
    n.cut(wire);
    n.run_for(MS(500));
    let wire = n.connect(m, server, MS(1), 0);
    n.inject(wire, server, init());
    n.run_for(MS(1000));
    n.cut(wire);
    n.run_for(MS(500));
    let wire = n.connect(m, server, MS(1), 0);
    n.inject(wire, server, init());
    n.run_for(MS(10_000));
    let _ = wire;
    assert_eq!(quality(&n, server, "S"), Quality::Good);
}

/// 15
#[test]
fn what_the_host_sets_just_before_the_first_state_is_kept() {
    for mode in [SendMode::Cycle, SendMode::Manual] {
        let (mut n, server, client) = bare(|o| {
            o.send_mode = if o.mode == Mode::Client {
                mode
            } else {
                SendMode::Cycle
            }
        });
        both(&mut n, &[server, client], "X", Kind::Int);
        n.set(server, "X", ValueRef::Int(1));
        n.run_for(MS(100));
        n.connect(client, server, MS(20), 0);
        n.run_for(MS(100));
        // The server's first state leaves at 120 ms and is here at 140 ms.
        n.run_for(MS(38));
        n.set(client, "X", ValueRef::Int(5));
        n.run_for(MS(200));
        n.input(client, Input::Flush);
        n.run_for(MS(3000));
        assert_eq!(n.value(client, "X").as_ref(), ValueRef::Int(5), "{mode:?}");
        assert_eq!(n.value(server, "X").as_ref(), ValueRef::Int(5), "{mode:?}");
    }
}

/// 16
#[test]
fn a_split_first_state_is_one_state() {
    let (mut n, server, client) = bare(|o| {
        if o.mode == Mode::Server {
            o.max_data_frame_bytes = 64
        }
    });
    for name in ["AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "X"] {
        both(&mut n, &[server, client], name, Kind::Int);
    }
    let wire = n.connect(client, server, MS(5), 0);
    n.run_for(MS(800));
    n.set(client, "X", ValueRef::Int(5));
    n.set(server, "AAAAAAAAAAAAAAAAAAAAAAAAAAAA", ValueRef::Int(1));
    n.run_for(MS(3000));
    assert_eq!(n.value(server, "X").as_ref(), ValueRef::Int(5));
    n.cut(wire);
    n.run_for(MS(100));
    n.set(server, "X", ValueRef::Int(9));
    n.run_for(MS(100));
    n.connect(client, server, MS(5), 0);
    n.run_for(MS(5000));
    assert_eq!(n.value(server, "X").as_ref(), ValueRef::Int(9));
    assert_eq!(n.value(client, "X").as_ref(), ValueRef::Int(9));
}

/// 17
#[test]
fn the_age_is_that_of_the_value() {
    let (mut n, server, client) = bare(|_| {});
    n.declare(client, "S", Kind::Int, Access::Read);
    n.declare(server, "S", Kind::Int, Access::Write);
    let wire = n.connect(client, server, MS(1), 0);
    n.run_for(MS(500));
    n.set(server, "S", ValueRef::Int(5));
    n.run_for(MS(100));
    let arrived = n.signals(client).table().slot(0).unwrap().arrived;
    n.run_for(MS(5000));
    n.cut(wire);
    assert_eq!(n.signals(client).table().slot(0).unwrap().arrived, arrived);
}

/// 18
#[test]
fn subscribe_all_reconnects_without_auto_reconnect() {
    let (mut n, server, client) = bare(|o| o.auto_reconnect = false);
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(500));
    n.input(client, Input::Subscribe(Some(vec!["S".to_owned()])));
    n.run_for(MS(500));
    n.input(client, Input::Subscribe(None));
    n.run_for(MS(20_000));
    assert!(n.ends[client].wants_connect, "{:?}", n.ends[client].state);
}

/// 19
#[test]
fn the_first_of_two_clients_decides_an_imported_direction() {
    let mut n = Network::new(3);
    let mut o = options(Mode::Server, MS(10));
    o.peer_perspective = Some(crate::value::Perspective::Controller);
    let server = n.library(o, MS(0));
    let m = || Model {
        habit: Habit::OwnChanges,
        answers_pings: true,
        think: MS(0),
        period: MS(10),
        values: Default::default(),
    };
    let (a, b) = (n.model(m(), MS(0)), n.model(m(), MS(0)));
    let wa = n.connect(a, server, MS(1), 0);
    let wb = n.connect(b, server, MS(1), 0);
    n.run_for(MS(500));
    let until = n.now + MS(5000);
    n.input(server, Input::Import { token: 1, until });
    let answer = |ty: &str| {
        Packet::Text(format!(
            r#"{{"type":"import_answer","signals":{{"S":1}},"signalTypes":{{"S":"{ty}"}}}}"#
        ))
    };
    n.inject(wa, server, answer("PLCOutputInt"));
    n.run_for(MS(50));
    assert_eq!(
        n.signals(server).table().slot(0).unwrap().access,
        Access::Read
    );
    n.inject(wb, server, answer("PLCInputInt"));
    n.run_for(MS(50));
    assert_eq!(
        n.signals(server).table().slot(0).unwrap().access,
        Access::Read
    );
}

/// 20
#[test]
fn a_value_that_an_import_updates_reaches_the_other_clients() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    n.declare(server, "S", Kind::Int, Access::Read);
    let b = n.library(options(Mode::Client, MS(10)), MS(5));
    n.declare(b, "S", Kind::Int, Access::Read);
    let m = n.model(
        Model {
            habit: Habit::OwnChanges,
            answers_pings: true,
            think: MS(0),
            period: MS(10),
            values: Default::default(),
        },
        MS(0),
    );
    n.connect(b, server, MS(1), 0);
    let wm = n.connect(m, server, MS(1), 0);
    n.run_for(MS(500));
    let until = n.now + MS(5000);
    n.input(server, Input::Import { token: 1, until });
    n.inject(
        wm,
        server,
        Packet::Text(
            r#"{"type":"import_answer","signals":{"S":7},"signalTypes":{"S":"PLCInputInt"}}"#
                .to_owned(),
        ),
    );
    n.run_for(MS(3000));
    assert_eq!(n.value(server, "S").as_ref(), ValueRef::Int(7));
    assert_eq!(n.value(b, "S").as_ref(), ValueRef::Int(7));
}

/// 21
#[test]
fn a_client_that_began_with_a_foreign_message_still_joins() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    let m = n.model(
        Model {
            habit: Habit::OwnChanges,
            answers_pings: true,
            think: MS(0),
            period: MS(10),
            values: Default::default(),
        },
        MS(0),
    );
    let w = n.connect(m, server, MS(1), 0);
    n.inject(w, server, Packet::Text(r#"{"tag":"x"}"#.to_owned()));
    n.run_for(MS(50));
    assert_eq!(n.session(server).peer_counts().1, 0);
    n.inject(
        w,
        server,
        Packet::Text(r#"{"type":"init","name":"x"}"#.to_owned()),
    );
    n.run_for(MS(50));
    assert!(
        n.ends[server]
            .events
            .iter()
            .any(|e| e.kind == EventKind::ClientJoined)
    );
}

/// 22
#[test]
fn coalesced_counts_for_a_signal_with_a_fail_safe_value() {
    let (mut n, server, client) = bare(|_| {});
    let mut d = Declaration::new("S", Kind::Int, Direction::Input);
    d.failsafe = Some((ValueRef::Int(0), MS(100)));
    declare_with(&n, client, Access::Read, &d);
    n.declare(server, "S", Kind::Int, Access::Write);
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(500));
    n.signals(client).table().poll(10, |_, _| {});
    for v in 1..=3 {
        n.set(server, "S", ValueRef::Int(v));
        n.run_for(MS(50));
    }
    assert_eq!(n.session(client).stats().coalesced, 2);
}

/// 23
#[test]
fn a_pulse_owed_to_a_peer_that_is_lost_is_counted() {
    let (mut n, server, client) = bare(|_| {});
    n.declare(server, "B", Kind::Bool, Access::Write);
    n.declare(client, "B", Kind::Bool, Access::Read);
    let wire = n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    n.ends[server].stalled = true;
    n.run_for(MS(1500)); // the heartbeat makes it busy
    n.set(server, "B", ValueRef::Bool(true));
    n.run_for(MS(20));
    n.set(server, "B", ValueRef::Bool(false));
    n.run_for(MS(20));
    n.cut(wire);
    assert_eq!(n.session(server).stats().pulses_collapsed, 1);
}

/// 24: a FIFO's entry goes only to the peer with a due bit of its own while another is busy.
#[test]
fn stop_empties_a_fifo_for_every_client() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    let a = n.library(options(Mode::Client, MS(10)), MS(5));
    let b = n.library(options(Mode::Client, MS(10)), MS(5));
    let mut d = Declaration::new("F", Kind::Int, Direction::Input);
    d.fifo_depth = 64;
    declare_with(&n, server, Access::Write, &d);
    declare_with(&n, a, Access::Read, &d);
    declare_with(&n, b, Access::Read, &d);
    n.connect(a, server, MS(1), 0);
    n.connect(b, server, MS(1), 0);
    n.run_for(MS(800));
    for e in [a, b] {
        n.signals(e).table().poll(100, |_, _| {});
    }
    for v in 1..=4 {
        n.set(server, "F", ValueRef::Int(v));
    }
    n.input(server, Input::Stop);
    n.run_for(MS(100));
    let mut got = Vec::new();
    n.signals(a).table().poll(100, |_, c| got.push(c.integer));
    assert_eq!(got, [1, 2, 3, 4]);
}

/// 25
#[test]
fn the_last_writer_is_who_said_it_last() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    n.declare(server, "S", Kind::Int, Access::Read);
    let m = || Model {
        habit: Habit::OwnChanges,
        answers_pings: true,
        think: MS(0),
        period: MS(10),
        values: Default::default(),
    };
    let (a, b) = (n.model(m(), MS(0)), n.model(m(), MS(0)));
    let wa = n.connect(a, server, MS(1), 0);
    n.connect(b, server, MS(1), 0);
    n.run_for(MS(500));
    n.set(a, "S", ValueRef::Int(6));
    n.run_for(MS(2500));
    n.set(b, "S", ValueRef::Int(6));
    n.run_for(MS(2500));
    n.cut(wa);
    assert_eq!(quality(&n, server, "S"), Quality::Good);
}

/// 26: default mode; the resend's due bit lets one client take what all were to get.
#[test]
fn a_due_bit_of_one_client_takes_no_fifo_entry_from_the_others() {
    let mut n = Network::new(3);
    let mut s = options(Mode::Server, MS(10));
    s.strict_types = true;
    let server = n.library(s, MS(0));
    let a = n.library(options(Mode::Client, MS(10)), MS(5));
    let b = n.library(options(Mode::Client, MS(10)), MS(5));
    let mut d = Declaration::new("F", Kind::Int, Direction::Input);
    d.fifo_depth = 64;
    declare_with(&n, server, Access::Write, &d);
    declare_with(&n, a, Access::Read, &d);
    declare_with(&n, b, Access::Read, &d);
    let wa = n.connect(a, server, MS(1), 0);
    n.connect(b, server, MS(1), 0);
    n.run_for(MS(800));
    n.signals(b).table().poll(100, |_, _| {});
    n.ends[server].stalled = true;
    n.run_for(MS(1500)); // heartbeats: both busy
    n.input(server, Input::Drained { peer: 1 });
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

/// 27
#[test]
fn one_client_brings_ten_thousand_signals_in_all() {
    let mut n = Network::new(3);
    let mut o = options(Mode::Server, MS(10));
    o.auto_import = true;
    let server = n.library(o, MS(0));
    let m = n.model(
        Model {
            habit: Habit::OwnChanges,
            answers_pings: true,
            think: MS(0),
            period: MS(10),
            values: Default::default(),
        },
        MS(0),
    );
    let w = n.connect(m, server, MS(1), 0);
    for block in 0..3 {
        let types: Vec<String> = (0..10_000)
            .map(|i| format!("\"S{block}_{i}\":\"Int\""))
            .collect();
        n.inject(
            w,
            server,
            Packet::Text(format!(
                r#"{{"type":"import_answer","signals":{{}},"signalTypes":{{{}}}}}"#,
                types.join(",")
            )),
        );
    }
    n.run_for(MS(50));
    assert!(
        n.signals(server).names().len() <= 10_000,
        "{}",
        n.signals(server).names().len()
    );
}

/// 28
#[test]
fn a_subscribe_does_not_lose_an_owed_pulse_uncounted() {
    let (mut n, server, client) = bare(|_| {});
    n.declare(server, "B", Kind::Bool, Access::Write);
    n.declare(client, "B", Kind::Bool, Access::Read);
    let wire = n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    n.signals(client).table().poll(100, |_, _| {});
    n.ends[server].stalled = true;
    n.run_for(MS(1500));
    n.set(server, "B", ValueRef::Bool(true));
    n.run_for(MS(20));
    n.set(server, "B", ValueRef::Bool(false));
    n.run_for(MS(20));
    n.inject(
        wire,
        server,
        Packet::Text(r#"{"type":"subscribe","subscribe":["B"]}"#.to_owned()),
    );
    n.run_for(MS(20));
    n.release(server);
    n.run_for(MS(100));
    let mut rises = 0;
    n.signals(client)
        .table()
        .poll(100, |_, c| rises += c.rise_count);
    assert_eq!(
        u64::from(rises) + n.session(server).stats().pulses_collapsed,
        1
    );
}

/// 29
#[test]
fn an_import_that_timed_out_gives_the_message_cap_back() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    let m = n.model(
        Model {
            habit: Habit::OwnChanges,
            answers_pings: true,
            think: MS(0),
            period: MS(10),
            values: Default::default(),
        },
        MS(0),
    );
    n.connect(m, server, MS(1), 0);
    n.run_for(MS(100));
    let until = n.now + MS(500);
    n.input(server, Input::Import { token: 1, until });
    n.run_for(MS(1000));
    assert_eq!(n.ends[server].imports.len(), 1);
    assert_eq!(n.caps.last().copied(), Some(4 << 20), "{:?}", n.caps);
}

// Controls: the same schedules without the trigger. These pass.

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
fn what_the_host_sets_well_before_the_first_state_is_kept_too() {
    let (mut n, server, client) = bare(|_| {});
    both(&mut n, &[server, client], "X", Kind::Int);
    n.set(server, "X", ValueRef::Int(1));
    n.run_for(MS(100));
    n.connect(client, server, MS(20), 0);
    n.run_for(MS(100));
    n.set(client, "X", ValueRef::Int(5));
    n.run_for(MS(3000));
    assert_eq!(n.value(client, "X").as_ref(), ValueRef::Int(5));
    assert_eq!(n.value(server, "X").as_ref(), ValueRef::Int(5));
}

#[test]
fn an_unsplit_first_state_is_one_state_too() {
    let (mut n, server, client) = bare(|_| {});
    for name in ["AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "X"] {
        both(&mut n, &[server, client], name, Kind::Int);
    }
    let wire = n.connect(client, server, MS(5), 0);
    n.run_for(MS(800));
    n.set(client, "X", ValueRef::Int(5));
    n.set(server, "AAAAAAAAAAAAAAAAAAAAAAAAAAAA", ValueRef::Int(1));
    n.run_for(MS(3000));
    n.cut(wire);
    n.run_for(MS(100));
    n.set(server, "X", ValueRef::Int(9));
    n.run_for(MS(100));
    n.connect(client, server, MS(5), 0);
    n.run_for(MS(5000));
    assert_eq!(n.value(server, "X").as_ref(), ValueRef::Int(9));
}

/// 30
#[test]
fn values_in_are_all_accounted_for() {
    let (mut n, server, client) = bare(|_| {});
    both(&mut n, &[server, client], "X", Kind::Int);
    let wire = n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    n.set(client, "X", ValueRef::Int(3));
    n.run_for(MS(800));
    n.cut(wire);
    n.set(client, "X", ValueRef::Int(4));
    n.run_for(MS(100));
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(2000));
    let s = n.session(client).stats();
    let told = s.changes + s.echoes + s.rejected_direction;
    assert_eq!(s.values_in, told, "{s:?}");
}

/// 31
#[test]
fn a_server_import_that_nobody_answers_times_out() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    let m = n.model(
        Model {
            habit: Habit::OwnChanges,
            answers_pings: true,
            think: MS(0),
            period: MS(10),
            values: Default::default(),
        },
        MS(0),
    );
    n.connect(m, server, MS(1), 0);
    n.run_for(MS(100));
    let until = n.now + MS(500);
    n.input(server, Input::Import { token: 1, until });
    n.run_for(MS(1000));
    assert!(
        n.ends[server].imports[0].is_err(),
        "{:?}",
        n.ends[server].imports[0]
    );
}

/// 32
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

/// 33: each `subscribe` copies every signal under the signals' lock; shown by time.
#[test]
fn an_empty_subscribe_is_cheap() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    for i in 0..50_000 {
        n.declare(server, &format!("S{i}"), Kind::Int, Access::Write);
    }
    let m = n.model(
        Model {
            habit: Habit::OwnChanges,
            answers_pings: true,
            think: MS(0),
            period: MS(10),
            values: Default::default(),
        },
        MS(0),
    );
    let w = n.connect(m, server, MS(1), 0);
    n.run_for(MS(500));
    let start = std::time::Instant::now();
    for _ in 0..200 {
        n.inject(
            w,
            server,
            Packet::Text(r#"{"type":"subscribe","subscribe":[]}"#.to_owned()),
        );
        n.run_for(MS(2));
    }
    let each = start.elapsed() / 200;
    assert!(each < Duration::from_micros(100), "{each:?} each");
}

/// 34: a fail-safe that fires twice counts as two changes.
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

/// 35
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

/// 36
#[test]
fn manual_sends_nothing_by_itself_when_the_first_state_comes() {
    let (mut n, server, client) = bare(|o| o.send_mode = SendMode::Manual);
    n.declare(client, "Y", Kind::Int, Access::Write);
    n.declare(server, "Y", Kind::Int, Access::Read);
    n.connect(client, server, MS(1), 0);
    n.run_for(Duration::from_micros(1500));
    n.set(client, "Y", ValueRef::Int(5));
    n.run_for(MS(1000));
    assert_eq!(n.value(server, "Y").as_ref(), ValueRef::Int(0));
}

/// 37: the peer's own FIFO-less READ_WRITE value with relay off still goes to others on their first state.
#[test]
fn relay_off_means_off() {
    let mut n = Network::new(3);
    let mut o = options(Mode::Server, MS(10));
    o.relay = false;
    let server = n.library(o, MS(0));
    n.declare(server, "X", Kind::Int, Access::ReadWrite);
    let a = n.library(options(Mode::Client, MS(10)), MS(5));
    let b = n.library(options(Mode::Client, MS(10)), MS(5));
    for e in [a, b] {
        n.declare(e, "X", Kind::Int, Access::ReadWrite);
    }
    n.connect(a, server, MS(1), 0);
    n.run_for(MS(800));
    n.set(a, "X", ValueRef::Int(5));
    n.run_for(MS(800));
    n.connect(b, server, MS(1), 0);
    n.run_for(MS(800));
    n.set(a, "X", ValueRef::Int(6));
    n.run_for(MS(800));
    let got = n.value(b, "X");
    assert!(
        got.as_ref() == ValueRef::Int(0) || got.as_ref() == ValueRef::Int(6),
        "{got:?}"
    );
}

/// 38: a request that is never answered makes every later one fail that follows within 10 s.
#[test]
fn one_lost_config_answer_costs_one_request() {
    let mut n = Network::new(3);
    let client = n.library(options(Mode::Client, MS(10)), MS(0));
    let m = n.model(
        Model {
            habit: Habit::OwnChanges,
            answers_pings: true,
            think: MS(0),
            period: MS(10),
            values: Default::default(),
        },
        MS(0),
    );
    let w = n.connect(client, m, MS(1), 0);
    n.run_for(MS(1000));
    let mut fine = 0;
    for token in 1..=6 {
        let until = n.now + MS(5000);
        n.input(
            client,
            Input::Config {
                token,
                request: crate::session::ConfigRequest::Get,
                json: String::new(),
                until,
            },
        );
        n.run_for(MS(100));
        if token > 1 {
            n.inject(
                w,
                client,
                Packet::Text(r#"{"type":"config_answer","config":{}}"#.to_owned()),
            );
        }
        n.run_for(MS(5000));
        fine += usize::from(n.ends[client].configs.last().is_some_and(Result::is_ok));
    }
    assert!(fine >= 4, "{fine} of 5 answered requests were fine");
}

/// 39: imported values flagged IMPORTED only when the signal is new.
#[test]
fn a_fail_safe_fires_once() {
    let (mut n, server, client) = bare(|_| {});
    let mut d = Declaration::new("S", Kind::Int, Direction::Input);
    d.failsafe = Some((ValueRef::Int(-1), MS(3000)));
    declare_with(&n, client, Access::Read, &d);
    n.declare(server, "S", Kind::Int, Access::Write);
    let wire = n.connect(client, server, MS(1), 0);
    n.run_for(MS(500));
    n.set(server, "S", ValueRef::Int(5));
    n.run_for(MS(100));
    n.cut(wire);
    n.run_for(MS(200));
    let wire = n.connect(client, server, MS(1), 0);
    n.run_for(MS(600));
    n.cut(wire);
    n.signals(client).table().poll(10, |_, _| {});
    n.run_for(MS(10_000));
    let mut count = 0;
    n.signals(client)
        .table()
        .poll(10, |_, c| count += c.change_count);
    assert_eq!(count, 1);
}

/// 40: a mirror's answer, made before it had the value, overwrites the value of the one that writes it.
#[test]
fn a_default_in_a_mirrors_answer_overwrites_no_live_value() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    n.declare(server, "S", Kind::Int, Access::Read);
    let b = n.library(options(Mode::Client, MS(10)), MS(5));
    n.declare(b, "S", Kind::Int, Access::Read);
    let a = n.library(options(Mode::Client, MS(10)), MS(5));
    n.declare(a, "S", Kind::Int, Access::ReadWrite);
    n.connect(b, server, MS(30), 0);
    n.connect(a, server, MS(1), 0);
    n.run_for(MS(1500));
    let until = n.now + MS(5000);
    n.input(server, Input::Import { token: 1, until });
    n.run_for(MS(40)); // b's answer is under way and says 0: nobody has set it.
    n.set(a, "S", ValueRef::Int(7));
    n.run_for(MS(3000));
    assert_eq!(n.value(server, "S").as_ref(), ValueRef::Int(7));
    assert_eq!(n.value(a, "S").as_ref(), ValueRef::Int(7));
}

/// 41: r20 with another client that does not answer.
#[test]
fn a_value_that_an_import_updates_reaches_a_client_that_does_not_answer() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    n.declare(server, "S", Kind::Int, Access::Read);
    let m = || Model {
        habit: Habit::OwnChanges,
        answers_pings: true,
        think: MS(0),
        period: MS(10),
        values: [("S".to_owned(), 0.into())].into(),
    };
    let (b, a) = (n.model(m(), MS(0)), n.model(m(), MS(0)));
    n.connect(b, server, MS(1), 0);
    let wa = n.connect(a, server, MS(1), 0);
    n.run_for(MS(500));
    let until = n.now + MS(5000);
    n.input(server, Input::Import { token: 1, until });
    n.inject(
        wa,
        server,
        Packet::Text(
            r#"{"type":"import_answer","signals":{"S":7},"signalTypes":{"S":"PLCInputInt"}}"#
                .to_owned(),
        ),
    );
    n.run_for(MS(3000));
    assert_eq!(n.value(server, "S").as_ref(), ValueRef::Int(7));
    assert_eq!(n.value(b, "S").as_ref(), ValueRef::Int(7));
}
