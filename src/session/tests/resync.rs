//! What happens when connections are lost and come back.

use std::time::Duration;

use super::network::{Network, Packet, options};
use crate::options::{Mode, Options};
use crate::session::{EventKind, Input, State};
use crate::value::{Access, Kind, Quality, ValueRef};

const MS: fn(u64) -> Duration = Duration::from_millis;

/// A server and a client with the same signals, connected.
fn pair(signals: &[(&str, Access, Access)]) -> (Network, usize, usize, usize) {
    pair_apart(signals, MS(1))
}

fn pair_apart(
    signals: &[(&str, Access, Access)],
    delay: Duration,
) -> (Network, usize, usize, usize) {
    let mut network = Network::new(3);
    let server = network.library(options(Mode::Server, MS(10)), MS(0));
    let client = network.library(options(Mode::Client, MS(10)), MS(5));
    for (name, at_server, at_client) in signals {
        network.declare(server, name, Kind::Int, *at_server);
        network.declare(client, name, Kind::Int, *at_client);
    }
    let wire = network.connect(client, server, delay, 0);
    network.run_for(MS(800));
    (network, server, client, wire)
}

fn quality(network: &Network, end: usize, name: &str) -> Quality {
    let signals = network.signals(end);
    let id = signals.names().find(name).unwrap();
    signals.table().slot(id).unwrap().quality
}

#[test]
fn strict_signals_travel_one_way_and_their_defaults_go_out() {
    let (mut network, server, client, _) = pair(&[
        ("Down", Access::Write, Access::Read),
        ("Up", Access::Read, Access::Write),
    ]);
    assert_eq!(quality(&network, client, "Down"), Quality::Good);
    network.set(server, "Down", ValueRef::Int(5));
    network.set(client, "Up", ValueRef::Int(6));
    network.run_for(MS(50));
    assert_eq!(network.value(client, "Down").as_ref(), ValueRef::Int(5));
    assert_eq!(network.value(server, "Up").as_ref(), ValueRef::Int(6));
}

#[test]
fn nobodys_default_overwrites_a_live_value() {
    let (mut network, server, client, wire) =
        pair(&[("Shared", Access::ReadWrite, Access::ReadWrite)]);
    assert_eq!(quality(&network, client, "Shared"), Quality::Never);
    network.set(client, "Shared", ValueRef::Int(0));
    network.run_for(MS(50));
    // The first set counts even though it equals the default.
    assert_eq!(quality(&network, server, "Shared"), Quality::Good);
    network.cut(wire);
    network.set(server, "Shared", ValueRef::Int(7));
    // A client that starts anew knows nothing and must not send its default.
    let other = network.library(options(Mode::Client, MS(10)), MS(0));
    network.declare(other, "Shared", Kind::Int, Access::ReadWrite);
    network.connect(other, server, MS(1), 0);
    network.run_for(MS(800));
    for end in [server, other] {
        assert_eq!(network.value(end, "Shared").as_ref(), ValueRef::Int(7));
    }
    // The first client had its value acknowledged before the cut, so the server's stands.
    network.connect(client, server, MS(1), 0);
    network.run_for(MS(800));
    assert_eq!(network.value(client, "Shared").as_ref(), ValueRef::Int(7));
}

#[test]
fn e17_what_was_set_on_either_side_while_cut_arrives() {
    let (mut network, server, client, wire) = pair(&[
        ("Down", Access::Write, Access::Read),
        ("Up", Access::Read, Access::Write),
        ("Here", Access::ReadWrite, Access::ReadWrite),
        ("There", Access::ReadWrite, Access::ReadWrite),
    ]);
    network.set(server, "There", ValueRef::Int(1));
    network.set(client, "Here", ValueRef::Int(1));
    network.run_for(MS(200));
    network.cut(wire);
    assert_eq!(quality(&network, client, "Down"), Quality::Stale);
    assert_eq!(network.ends[client].state, State::Reconnecting);
    network.set(server, "Down", ValueRef::Int(10));
    network.set(client, "Up", ValueRef::Int(11));
    network.set(client, "Here", ValueRef::Int(12));
    network.set(server, "There", ValueRef::Int(13));
    network.run_for(MS(100));
    network.connect(client, server, MS(1), 0);
    network.run_for(MS(800));
    for (name, value) in [("Down", 10), ("Up", 11), ("Here", 12), ("There", 13)] {
        for end in [server, client] {
            assert_eq!(
                network.value(end, name).as_ref(),
                ValueRef::Int(value),
                "{name} at {end}"
            );
        }
    }
    assert_eq!(quality(&network, client, "Down"), Quality::Good);
}

#[test]
fn a_set_that_the_server_had_not_acknowledged_survives_the_cut() {
    let (mut network, server, client, wire) =
        pair_apart(&[("Shared", Access::ReadWrite, Access::ReadWrite)], MS(30));
    network.set(server, "Shared", ValueRef::Int(1));
    network.run_for(MS(200));
    network.set(client, "Shared", ValueRef::Int(2));
    // Sent with the next cycle, lost with the connection.
    let before = network.frames[client];
    network.run_for(MS(20));
    assert_eq!(network.frames[client], before + 1);
    network.cut(wire);
    assert_eq!(network.value(server, "Shared").as_ref(), ValueRef::Int(1));
    network.connect(client, server, MS(1), 0);
    network.run_for(MS(800));
    for end in [server, client] {
        assert_eq!(network.value(end, "Shared").as_ref(), ValueRef::Int(2));
    }
}

#[test]
fn what_a_silent_server_does_not_mention_is_sent_after_the_wait() {
    let mut network = Network::new(4);
    let client = network.library(options(Mode::Client, MS(10)), MS(0));
    network.declare(client, "Shared", Kind::Int, Access::ReadWrite);
    network.declare(client, "Own", Kind::Int, Access::Write);
    network.set(client, "Shared", ValueRef::Int(3));
    let server = network.model(super::crossing::silent_model(), MS(0));
    network.connect(client, server, MS(1), 0);
    network.run_for(MS(400));
    let sent = network.sent[client].join("\n");
    assert!(sent.contains("Own") && !sent.contains("Shared"), "{sent}");
    network.run_for(MS(200));
    assert!(network.sent[client].join("\n").contains("\"Shared\":3"));
}

#[test]
fn stale_values_that_the_resync_does_not_mention_are_good_again_after_two_seconds() {
    let (mut network, server, client, wire) = pair(&[("Down", Access::Write, Access::Read)]);
    network.cut(wire);
    assert_eq!(quality(&network, client, "Down"), Quality::Stale);
    // The next server speaks, but not of this signal.
    let other = network.model(super::crossing::silent_model(), MS(0));
    let wire = network.connect(client, other, MS(1), 0);
    let frame = r#"{"type":"data","signals":{"Elsewhere":1}}"#.to_owned();
    network.inject(wire, client, Packet::Text(frame));
    network.run_for(MS(1_900));
    assert_eq!(quality(&network, client, "Down"), Quality::Stale);
    network.run_for(MS(200));
    assert_eq!(quality(&network, client, "Down"), Quality::Good);
    let _ = server;
}

#[test]
fn a_client_tries_again_until_its_attempts_are_used_up() {
    let mut network = Network::new(5);
    let mut limited: Options = options(Mode::Client, MS(10));
    limited.max_reconnect_attempts = Some(2);
    limited.reconnect_interval = MS(100);
    let client = network.library(limited, MS(0));
    for expected in [State::Reconnecting, State::Reconnecting, State::Failed] {
        assert!(std::mem::take(&mut network.ends[client].wants_connect));
        let error = crate::error::Error::new(crate::error::ErrorCode::Refused, "nothing listens");
        network.input(client, Input::ConnectFailed { error });
        assert_eq!(network.ends[client].state, expected);
        network.run_for(MS(150));
    }
    assert!(!network.ends[client].wants_connect);
    let failures = network.ends[client]
        .events
        .iter()
        .filter(|event| event.kind == EventKind::Disconnected);
    assert_eq!(failures.count(), 3);
}

#[test]
fn subscribing_to_everything_again_makes_a_new_connection() {
    let (mut network, server, client, _) = pair(&[
        ("A", Access::Write, Access::Read),
        ("B", Access::Write, Access::Read),
    ]);
    network.input(client, Input::Subscribe(Some(vec!["A".to_owned()])));
    network.run_for(MS(50));
    network.set(server, "A", ValueRef::Int(1));
    network.set(server, "B", ValueRef::Int(1));
    network.run_for(MS(50));
    assert_eq!(network.value(client, "A").as_ref(), ValueRef::Int(1));
    assert_eq!(network.value(client, "B").as_ref(), ValueRef::Int(0));
    network.input(client, Input::Subscribe(None));
    network.run_for(MS(50));
    assert_eq!(network.ends[client].state, State::Reconnecting);
    network.connect(client, server, MS(1), 0);
    network.run_for(MS(500));
    assert_eq!(network.value(client, "B").as_ref(), ValueRef::Int(1));
}

#[test]
fn a_dead_peer_is_noticed_and_its_values_turn_stale() {
    let mut network = Network::new(6);
    let server = network.library(options(Mode::Server, MS(10)), MS(0));
    network.declare(server, "Up", Kind::Int, Access::Read);
    let quiet = network.model(super::crossing::silent_model(), MS(0));
    let wire = network.connect(quiet, server, MS(1), 0);
    let frame = r#"{"type":"data","signals":{"Up":4}}"#.to_owned();
    network.inject(wire, server, Packet::Text(frame));
    // A peer that never answers a ping may be as silent as it likes.
    network.run_for(MS(60_000));
    assert_eq!(network.session(server).peer_counts().0, 1);
    assert_eq!(quality(&network, server, "Up"), Quality::Good);
    network.inject(wire, server, Packet::Pong(b"rvf\0\0\0\0\0\0\0\0".to_vec()));
    network.run_for(MS(14_000));
    assert_eq!(network.session(server).peer_counts().0, 1);
    network.run_for(MS(2_000));
    assert_eq!(network.session(server).peer_counts().0, 0);
    assert_eq!(quality(&network, server, "Up"), Quality::Stale);
}

#[test]
fn who_is_not_asked_for_a_sign_of_life_is_not_taken_for_dead() {
    let mut network = Network::new(6);
    let mut silent = options(Mode::Server, MS(10));
    silent.ping_interval = Duration::ZERO;
    let server = network.library(silent, MS(0));
    let quiet = network.model(super::crossing::silent_model(), MS(0));
    let wire = network.connect(quiet, server, MS(1), 0);
    // It has answered what asked it whose frame crossed whose.
    network.inject(wire, server, Packet::Pong(b"rvf\0\0\0\0\0\0\0\0".to_vec()));
    network.run_for(MS(60_000));
    assert_eq!(network.session(server).peer_counts().0, 1);
}

#[test]
fn a_client_of_the_same_name_takes_over_what_it_does_not_mention() {
    let mut network = Network::new(7);
    let server = network.library(options(Mode::Server, MS(10)), MS(0));
    network.declare(server, "Shared", Kind::Int, Access::ReadWrite);
    let client = network.library(options(Mode::Client, MS(10)), MS(0));
    network.declare(client, "Shared", Kind::Int, Access::ReadWrite);
    let wire = network.connect(client, server, MS(1), 0);
    network.run_for(MS(600));
    network.set(client, "Shared", ValueRef::Int(4));
    network.run_for(MS(300));
    network.cut(wire);
    assert_eq!(quality(&network, server, "Shared"), Quality::Stale);
    network.connect(client, server, MS(1), 0);
    network.run_for(MS(1_900));
    assert_eq!(quality(&network, server, "Shared"), Quality::Stale);
    network.run_for(MS(200));
    assert_eq!(quality(&network, server, "Shared"), Quality::Good);
}
