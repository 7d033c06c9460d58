//! What a person reads of what peers do wrong: who, which signal, which value, and not too much of it.

use std::time::Duration;

use super::crossing::silent_model;
use super::network::{Network, Packet, options};
use crate::error::{Error, ErrorCode};
use crate::options::Mode;
use crate::session::{EventKind, Input, LogLevel};
use crate::value::{Access, Kind};

const MS: fn(u64) -> Duration = Duration::from_millis;

/// A server with a peer named `robot`.
fn named() -> (Network, usize, usize) {
    let mut network = Network::new(51);
    let server = network.library(options(Mode::Server, MS(10)), MS(0));
    let model = network.model(silent_model(), MS(0));
    let wire = network.connect(model, server, MS(1), 0);
    say(
        &mut network,
        wire,
        server,
        r#"{"type":"init","version":2,"name":"robot\n1"}"#,
    );
    (network, server, wire)
}

fn say(network: &mut Network, wire: usize, server: usize, text: &str) {
    network.inject(wire, server, Packet::Text(text.to_owned()));
    network.run_for(MS(2));
}

fn warnings(network: &Network, server: usize) -> Vec<&str> {
    let log = network.ends[server].log.iter();
    log.filter(|record| record.level == LogLevel::Warn)
        .map(|record| record.text.as_str())
        .collect()
}

#[test]
fn each_unknown_name_is_logged_once_and_not_without_end() {
    let (mut network, server, wire) = named();
    let frame = |from: u32, to: u32| {
        let names: Vec<String> = (from..to).map(|n| format!("\"N{n}\\u001b\":1")).collect();
        format!(r#"{{"type":"data","signals":{{{}}}}}"#, names.join(","))
    };
    for _ in 0..3 {
        say(&mut network, wire, server, &frame(0, 3));
    }
    let log = warnings(&network, server);
    assert_eq!(log.len(), 3, "{log:#?}");
    assert!(
        log[2].contains("(robot\\n1) sends N2\\u{1b},"),
        "{}",
        log[2]
    );
    for start in 0..50 {
        say(&mut network, wire, server, &frame(start, start + 30));
    }
    let log = warnings(&network, server);
    assert_eq!(log.len(), 17, "{log:#?}");
    assert!(log[16].contains("unknown_signal"), "{}", log[16]);
    assert_eq!(network.session(server).stats().unknown_signal, 9 + 1500);
}

#[test]
fn a_refused_value_is_logged_with_client_signal_and_value() {
    let (mut network, server, wire) = named();
    network.declare(server, "Speed", Kind::Int, Access::Read);
    network.declare(server, "Cell", Kind::Int, Access::Write);
    let long = "x".repeat(100);
    for _ in 0..2 {
        let text = format!(r#"{{"type":"data","signals":{{"Speed":"{long}","Cell":12345}}}}"#);
        say(&mut network, wire, server, &text);
    }
    let log = warnings(&network, server);
    assert_eq!(log.len(), 2, "{log:#?}");
    assert!(log[0].starts_with("signal Speed: \"xxx"), "{}", log[0]);
    assert!(
        log[0].contains("x… of client 1 (robot\\n1) cannot be converted"),
        "{}",
        log[0]
    );
    assert!(log[0].len() < 200, "{}", log[0]);
    for part in ["signal Cell: 12345 of client 1", "accept_remote_writes"] {
        assert!(log[1].contains(part), "{}", log[1]);
    }
}

#[test]
fn a_malformed_message_is_logged_with_client_and_beginning() {
    let (mut network, server, wire) = named();
    say(
        &mut network,
        wire,
        server,
        &format!("{{\"type\":\u{7}{}", "y".repeat(1000)),
    );
    let log = warnings(&network, server);
    assert!(log[0].contains("of client 1 (robot\\n1)"), "{}", log[0]);
    assert!(
        log[0].contains(r#"{"type":\u{7}yyy"#) && log[0].len() < 300,
        "{}",
        log[0]
    );
}

#[test]
fn refused_connections_do_not_fill_the_log() {
    let (mut network, server, _) = named();
    let refuse = |network: &mut Network| {
        for n in 0..100 {
            let why = format!("refused {n}");
            network.input(server, Input::Refused { why, address: None });
        }
    };
    refuse(&mut network);
    assert_eq!(warnings(&network, server).len(), 20);
    assert!(warnings(&network, server)[19].contains("only counted"));
    network.run_for(MS(10_000));
    refuse(&mut network);
    // What was left out is counted in a line of its own.
    let log = warnings(&network, server);
    assert_eq!((log.len(), log[20]), (41, "80 more lines were left out"));
    assert_eq!(network.session(server).stats().refused_connections, 200);
}

#[test]
fn a_server_that_is_away_is_logged_once_a_minute_and_when_the_reason_changes() {
    let mut network = Network::new(52);
    let client = network.library(options(Mode::Client, MS(10)), MS(0));
    let fail = |network: &mut Network, code, message: &str| {
        let error = Error::new(code, message);
        network.input(client, Input::ConnectFailed { error });
        network.run_for(MS(2000));
    };
    for _ in 0..31 {
        fail(&mut network, ErrorCode::Refused, "nothing listens");
    }
    fail(&mut network, ErrorCode::Timeout, "no answer");
    fail(&mut network, ErrorCode::Refused, "nothing listens");
    let expected = [
        "nothing listens",
        "nothing listens",
        "no answer",
        "nothing listens",
    ];
    assert_eq!(warnings(&network, client), expected);
    let failures = network.ends[client].events.iter();
    let failures = failures.filter(|event| event.kind == EventKind::Disconnected);
    assert_eq!(failures.count(), 33);
}

#[test]
fn addresses_of_one_ipv6_network_share_a_quota() {
    let mut network = Network::new(51);
    let server = network.library(options(Mode::Server, MS(10)), MS(0));
    let mut refused = |address: &str| {
        let why = format!("refused {address}");
        let address = Some(address.parse().unwrap());
        network.input(server, Input::Refused { why, address });
    };
    for n in 0..100 {
        refused(&format!("2001:db8::{n:x}"));
    }
    refused("2001:db8:0:1::1");
    let log = warnings(&network, server);
    assert_eq!(log.len(), 21, "{log:#?}");
    assert_eq!(log[20], "refused 2001:db8:0:1::1");
    network.run_for(MS(10_100));
    let log = warnings(&network, server);
    assert_eq!(
        log[21..],
        ["80 more lines about 2001:db8::/64 were left out"]
    );
}
