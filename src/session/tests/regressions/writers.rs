//! Whose loss makes a value stale, and what ends that.

use super::super::network::{Network, Packet, options};
use super::{MS, bare, both, declare_with, quality, quiet};
use crate::options::{Mode, Options};
use crate::signals::{Declaration, flags};
use crate::value::{Access, Direction, Kind, Quality, ValueRef};

/// A server that reads `R`, with the fail-safe value −1 after 100 ms.
fn reader(
    change: impl Fn(&mut Options),
    declare: impl Fn(&mut Declaration<'_>),
) -> (Network, usize) {
    let mut n = Network::new(3);
    let mut s = options(Mode::Server, MS(10));
    change(&mut s);
    let server = n.library(s, MS(0));
    let mut d = Declaration::new("R", Kind::Int, Direction::Output);
    d.failsafe = Some((ValueRef::Int(-1), MS(100)));
    declare(&mut d);
    declare_with(&n, server, Access::Read, &d);
    (n, server)
}

/// A client of this name comes, and has had its first state.
fn comes(n: &mut Network, server: usize, name: &str) -> usize {
    let end = n.model(quiet(), MS(0));
    let wire = n.connect(end, server, MS(1), 0);
    says(
        n,
        wire,
        server,
        &format!(r#"{{"type":"init","name":"{name}"}}"#),
    );
    n.run_for(MS(500));
    wire
}

fn says(n: &mut Network, wire: usize, server: usize, text: &str) {
    n.inject(wire, server, Packet::Text(text.to_owned()));
    n.run_for(MS(20));
}

fn five(n: &mut Network, wire: usize, server: usize) {
    says(n, wire, server, r#"{"type":"data","signals":{"R":5}}"#);
}

fn state(n: &Network, server: usize) -> (Quality, i64) {
    let value = n.value(server, "R");
    let ValueRef::Int(value) = value.as_ref() else {
        panic!("{value:?}");
    };
    (quality(n, server, "R"), value)
}

#[test]
fn a_client_that_comes_and_goes_leaves_only_those_behind_that_stand_for_something() {
    let (mut n, server, client) = bare(|_| {});
    both(&mut n, &[server, client], "X", Kind::Int);
    for life in 0..30 {
        let wire = n.connect(client, server, MS(1), 0);
        n.run_for(MS(if life == 0 { 800 } else { 100 }));
        if life == 0 {
            n.set(client, "X", ValueRef::Int(1));
            n.run_for(MS(100));
        }
        n.cut(wire);
        n.run_for(MS(100));
    }
    assert_eq!(n.session(server).departed.len(), 1);
    // And it is taken up by the one that stays.
    n.connect(client, server, MS(1), 0);
    n.run_for(MS(3000));
    assert_eq!(quality(&n, server, "X"), Quality::Good);
}

#[test]
fn who_repeats_a_value_neither_hides_its_writers_loss_nor_takes_it_over() {
    let (mut n, server) = reader(|_| {}, |_| {});
    let plc = comes(&mut n, server, "plc");
    let viewer = comes(&mut n, server, "viewer");
    five(&mut n, plc, server);
    n.run_for(MS(2_000));
    five(&mut n, viewer, server);
    n.cut(viewer);
    n.run_for(MS(1_000));
    assert_eq!(state(&n, server), (Quality::Good, 5), "the writer is there");

    let viewer = comes(&mut n, server, "viewer");
    five(&mut n, viewer, server);
    n.cut(plc);
    n.run_for(MS(50));
    assert_eq!(state(&n, server), (Quality::Stale, 5));
    n.run_for(MS(100));
    assert_eq!(state(&n, server), (Quality::Stale, -1));
}

#[test]
fn who_repeats_a_value_after_its_writers_loss_stands_for_it() {
    let (mut n, server) = reader(|_| {}, |_| {});
    let plc = comes(&mut n, server, "plc");
    let viewer = comes(&mut n, server, "viewer");
    five(&mut n, plc, server);
    n.run_for(MS(2_000));
    n.cut(plc);
    five(&mut n, viewer, server);
    n.run_for(MS(1_000));
    assert_eq!(state(&n, server), (Quality::Good, 5));
    n.cut(viewer);
    n.run_for(MS(1_000));
    assert_eq!(state(&n, server), (Quality::Stale, -1));
}

#[test]
fn what_a_writer_repeats_over_its_next_connection_outlives_the_first() {
    let (mut n, server) = reader(|_| {}, |_| {});
    let first = comes(&mut n, server, "plc");
    five(&mut n, first, server);
    n.break_off(first);
    n.notice(first, 0);
    let second = comes(&mut n, server, "plc");
    five(&mut n, second, server);
    // Only now does the server notice.
    n.notice(first, 1);
    n.run_for(MS(1_000));
    assert_eq!(state(&n, server), (Quality::Good, 5));
    n.cut(second);
    n.run_for(MS(1_000));
    assert_eq!(state(&n, server), (Quality::Stale, -1));
}

#[test]
fn a_snapshot_to_a_server_is_refused_like_data() {
    let (mut n, server) = reader(|_| {}, |_| {});
    n.declare(server, "W", Kind::Int, Access::Write);
    let peer = comes(&mut n, server, "plc");
    says(
        &mut n,
        peer,
        server,
        r#"{"type":"snapshot","signals":{"W":5}}"#,
    );
    assert_eq!(n.session(server).stats().rejected_direction, 1);
    assert_eq!(n.value(server, "W").as_ref(), ValueRef::Int(0));
}

#[test]
fn the_fail_safe_flag_of_a_fifo_is_on_the_fail_safe_value_alone() {
    let (mut n, server) = reader(|_| {}, |d| d.fifo_depth = 8);
    let plc = comes(&mut n, server, "plc");
    for value in [5, 6] {
        let text = format!(r#"{{"type":"data","signals":{{"R":{value}}}}}"#);
        says(&mut n, plc, server, &text);
    }
    n.cut(plc);
    n.run_for(MS(500));
    let mut got = Vec::new();
    n.signals(server).table().poll(10, |_, c| {
        got.push((c.integer, c.flags & flags::FAILSAFE != 0, c.source == 0));
        assert!(c.time > crate::time::Time::ZERO);
    });
    assert_eq!(
        got,
        [(5, false, false), (6, false, false), (-1, true, true)]
    );
}

#[test]
fn a_value_that_replaced_the_fail_safe_one_before_a_poll_is_not_flagged() {
    let (mut n, server) = reader(|_| {}, |_| {});
    let plc = comes(&mut n, server, "plc");
    five(&mut n, plc, server);
    n.cut(plc);
    n.run_for(MS(500));
    let plc = comes(&mut n, server, "plc");
    says(&mut n, plc, server, r#"{"type":"data","signals":{"R":7}}"#);
    let mut got = Vec::new();
    n.signals(server).table().poll(10, |_, c| {
        got.push((c.integer, c.flags & flags::FAILSAFE));
    });
    assert_eq!(got, [(7, 0)]);
}

#[test]
fn a_resync_without_the_signal_ends_a_fail_safe_value_with_the_one_that_it_replaced() {
    let (mut n, server) = reader(|_| {}, |_| {});
    let plc = comes(&mut n, server, "plc");
    five(&mut n, plc, server);
    n.cut(plc);
    n.run_for(MS(1_000));
    assert_eq!(state(&n, server), (Quality::Stale, -1));
    // Who comes now is not sent the fail-safe value.
    let viewer = n.model(quiet(), MS(0));
    n.connect(viewer, server, MS(1), 0);
    n.run_for(MS(500));
    assert_eq!(n.model_value(viewer, "R"), None);
    comes(&mut n, server, "plc");
    n.run_for(MS(3_000));
    assert_eq!(state(&n, server), (Quality::Good, 5));
    let viewed = n.model_value(viewer, "R");
    assert_eq!(viewed.unwrap().as_ref(), ValueRef::Int(5));
}
