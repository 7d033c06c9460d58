//! Each counter counts what it says, and nothing is counted twice or not at all.

use std::time::Duration;

use super::crossing::silent_model;
use super::network::{Network, Packet, options};
use crate::options::Mode;
use crate::value::{Access, Kind, ValueRef};

const MS: fn(u64) -> Duration = Duration::from_millis;

#[test]
fn every_value_that_was_sent_is_received_unknown_or_refused() {
    let mut network = Network::new(41);
    let server = network.library(options(Mode::Server, MS(10)), MS(0));
    let client = network.library(options(Mode::Client, MS(10)), MS(3));
    for (name, kind) in [("A", Kind::Int), ("B", Kind::Text), ("C", Kind::Int)] {
        network.declare(server, name, kind, Access::Write);
    }
    network.declare(client, "A", Kind::Int, Access::Read);
    network.declare(client, "B", Kind::Int, Access::Read);
    network.connect(client, server, MS(1), 0);
    for round in 1..20 {
        network.set(server, "A", ValueRef::Int(round % 3));
        network.set(
            server,
            "B",
            ValueRef::Text(if round % 2 == 0 { "7" } else { "x" }),
        );
        network.set(server, "C", ValueRef::Int(round));
        network.run_for(MS(20));
    }
    let sent = network.session(server).stats();
    let got = network.session(client).stats();
    assert_eq!(
        sent.values_out,
        got.values_in + got.unknown_signal + got.rejected_type,
        "{got:?}"
    );
    assert_eq!(
        got.values_in,
        got.changes + got.echoes + got.rejected_direction,
        "{got:?}"
    );
    assert!(
        got.unknown_signal >= 10 && got.rejected_type >= 5,
        "{got:?}"
    );
    assert_eq!(sent.frames_out, got.frames_in);
    assert_eq!(sent.bytes_out, got.bytes_in);
}

#[test]
fn what_finds_no_room_is_not_counted_as_sent() {
    let mut network = Network::new(42);
    let server = network.library(options(Mode::Server, MS(10)), MS(0));
    let model = network.model(silent_model(), MS(0));
    for n in 0..16 {
        let name = format!("T{n}");
        network.declare(server, &name, Kind::Text, Access::Write);
        network.set(server, &name, ValueRef::Text(&"t".repeat(60_000)));
    }
    let wire = network.connect(model, server, MS(1), 0);
    network.ends[server].stalled = true;
    let say = |network: &mut Network, text: &str| {
        network.inject(wire, server, Packet::Text(text.to_owned()));
        network.run_for(MS(1));
    };
    // Just under a megabyte each: two go to the link, 64 may wait.
    for _ in 0..2 + 64 {
        say(&mut network, r#"{"type":"import_request"}"#);
    }
    let subscribe =
        r#"{"type":"subscribe","subscribe":["T0","T1","T2","T3","T4","T5","T6","T7","T8","T9"]}"#;
    say(&mut network, subscribe);
    network.run_for(MS(5));
    let stats = network.session(server).stats();
    let counted = (stats.frames_out, stats.values_out, stats.slow_peer_closed);
    assert_eq!(counted, (2, 0, 0));
    say(&mut network, r#"{"type":"import_request"}"#);
    network.run_for(MS(5));
    let stats = network.session(server).stats();
    let counted = (stats.frames_out, stats.values_out, stats.slow_peer_closed);
    assert_eq!(counted, (2, 0, 1));
}
