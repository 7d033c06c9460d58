//! Connections that come and go: first states, stale and fail-safe values, what is counted.

use std::time::Duration;

use super::super::network::{Habit, Model, Network, Packet, options};
use super::{MS, bare, both, declare_with, quality, quiet};
use crate::options::{Mode, SendMode};
use crate::session::Input;
use crate::signals::Declaration;
use crate::value::{Access, Direction, Kind, Quality, ValueRef};

#[test]
fn what_a_client_only_repeats_each_cycle_does_not_overwrite_what_the_server_set_meanwhile() {
    let (mut n, server, client) = bare(|o| o.only_transmit_changed = false);
    both(&mut n, &[server, client], "X", Kind::Int);
    let wire = n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    n.set(client, "X", ValueRef::Int(1));
    n.run_for(MS(3000));
    // The last repeats are not acknowledged.
    n.cut(wire);
    n.set(server, "X", ValueRef::Int(2));
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(2000));
    for end in [server, client] {
        assert_eq!(n.value(end, "X").as_ref(), ValueRef::Int(2));
    }
}

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

#[test]
fn coalesced_counts_what_the_host_replaced_of_a_signal_with_a_fail_safe_value() {
    let (mut n, server, client) = bare(|_| {});
    let mut d = Declaration::new("S", Kind::Int, Direction::Input);
    d.failsafe = Some((ValueRef::Int(0), MS(100)));
    declare_with(&n, client, Access::ReadWrite, &d);
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(800));
    for v in 1..=3 {
        n.set(client, "S", ValueRef::Int(v));
    }
    assert_eq!(n.session(client).stats().coalesced, 2);
}

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

#[test]
fn an_empty_subscribe_copies_nothing() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    for i in 0..50_000 {
        n.declare(server, &format!("S{i}"), Kind::Int, Access::Write);
    }
    let m = n.model(quiet(), MS(0));
    let w = n.connect(m, server, MS(1), 0);
    n.run_for(MS(500));
    n.inject(
        w,
        server,
        Packet::Text(r#"{"type":"subscribe","subscribe":[]}"#.to_owned()),
    );
    n.run_for(MS(2));
    // What is copied under the lock follows what is wanted, not what exists.
    assert!(n.session(server).scratch.picks.is_empty());
}

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

#[test]
fn a_value_is_good_again_whose_writer_was_back_before_its_loss_was_noticed() {
    let (mut n, server, client) = bare(|o| o.client_name = "cell".to_owned());
    both(&mut n, &[server, client], "A", Kind::Int);
    let first = n.connect(client, server, MS(1), 0);
    n.run_for(MS(600));
    n.set(client, "A", ValueRef::Int(5));
    n.run_for(MS(100));
    n.break_off(first);
    n.notice(first, 0);
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(1_000));
    // Only now does the server notice.
    n.notice(first, 1);
    assert_eq!(quality(&n, server, "A"), Quality::Stale);
    n.run_for(MS(2_100));
    assert_eq!(quality(&n, server, "A"), Quality::Good);
}
