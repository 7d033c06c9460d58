//! Configuration messages and connection tests.

use std::time::Duration;

use super::network::{Network, Packet, options};
use crate::error::{Error, ErrorCode};
use crate::options::Mode;
use crate::session::{ConfigRequest, Event, EventKind, Input};

const MS: fn(u64) -> Duration = Duration::from_millis;

/// A server and a client of ours, connected.
fn pair() -> (Network, usize, usize, usize) {
    let mut network = Network::new(21);
    let server = network.library(options(Mode::Server, MS(10)), MS(0));
    let client = network.library(options(Mode::Client, MS(10)), MS(0));
    let wire = network.connect(client, server, MS(1), 0);
    network.run_for(MS(20));
    (network, server, client, wire)
}

fn ask(network: &mut Network, client: usize, token: u32, request: ConfigRequest, json: &str) {
    let until = network.now + MS(8_000);
    let json = json.to_owned();
    network.input(
        client,
        Input::Config {
            token,
            request,
            json,
            until,
        },
    );
    network.run_for(MS(10));
}

fn event(network: &Network, end: usize, kind: EventKind) -> Option<&Event> {
    network.ends[end]
        .events
        .iter()
        .rfind(|event| event.kind == kind)
}

fn last_error(network: &Network, client: usize) -> ErrorCode {
    network.ends[client]
        .configs
        .last()
        .unwrap()
        .as_ref()
        .unwrap_err()
        .code()
}

#[test]
fn config_get_is_answered_with_what_the_host_published() {
    let (mut network, server, client, _) = pair();
    ask(&mut network, client, 1, ConfigRequest::Get, "");
    assert_eq!(network.ends[client].configs[0].as_deref(), Ok("{}"));
    network.input(
        server,
        Input::PublishConfig(r#"{"publishIntervalMs": 5}"#.to_owned()),
    );
    ask(&mut network, client, 2, ConfigRequest::Get, "");
    assert_eq!(
        network.ends[client].configs[1].as_deref(),
        Ok(r#"{"publishIntervalMs": 5}"#)
    );
    let done = event(&network, client, EventKind::ConfigDone).unwrap();
    assert_eq!((done.token, done.result), (2, 0));
}

#[test]
fn b28_config_set_is_refused_at_once_when_no_host_listens() {
    let (mut network, _, client, _) = pair();
    ask(&mut network, client, 1, ConfigRequest::Set, r#"{"a":1}"#);
    assert_eq!(last_error(&network, client), ErrorCode::Denied);
}

#[test]
fn config_set_waits_for_the_hosts_reply_which_goes_to_that_client_alone() {
    let (mut network, server, client, _) = pair();
    let other = network.library(options(Mode::Client, MS(10)), MS(0));
    network.connect(other, server, MS(1), 0);
    network.input(server, Input::PublishConfig("{}".to_owned()));
    ask(
        &mut network,
        client,
        1,
        ConfigRequest::Set,
        r#"{"a":[1,{"b":2}]}"#,
    );
    let asked = event(&network, server, EventKind::ConfigSet)
        .unwrap()
        .clone();
    assert_eq!(asked.text, r#"{"a":[1,{"b":2}]}"#);
    assert!(network.ends[client].configs.is_empty());
    let message = "saved".to_owned();
    let token = asked.token;
    network.input(
        server,
        Input::ConfigReply {
            token,
            success: true,
            message,
        },
    );
    network.run_for(MS(10));
    assert_eq!(network.ends[client].configs[0].as_deref(), Ok("saved"));
    assert!(network.ends[other].configs.is_empty());
    assert!(!network.session(server).awaits_config_reply(token));
}

#[test]
fn b28_a_host_that_does_not_reply_in_five_seconds_is_answered_for() {
    let (mut network, server, client, _) = pair();
    network.input(server, Input::PublishConfig("{}".to_owned()));
    ask(&mut network, client, 1, ConfigRequest::Set, "{}");
    network.run_for(MS(4_900));
    assert!(network.ends[client].configs.is_empty());
    network.run_for(MS(200));
    assert_eq!(last_error(&network, client), ErrorCode::Denied);
}

#[test]
fn an_answer_that_comes_after_the_time_out_is_not_taken_for_the_next_request() {
    let (mut network, client) = {
        let mut network = Network::new(22);
        let client = network.library(options(Mode::Client, MS(10)), MS(0));
        (network, client)
    };
    let silent = network.model(super::crossing::silent_model(), MS(0));
    let wire = network.connect(client, silent, MS(1), 0);
    let answer = |number: u32| {
        Packet::Text(format!(
            r#"{{"type":"config_answer","version":2,"config":{{"n":{number}}}}}"#
        ))
    };
    ask(&mut network, client, 1, ConfigRequest::Get, "");
    ask(&mut network, client, 2, ConfigRequest::Get, "");
    assert_eq!(last_error(&network, client), ErrorCode::State);
    network.run_for(MS(8_000));
    assert_eq!(last_error(&network, client), ErrorCode::Timeout);
    ask(&mut network, client, 3, ConfigRequest::Get, "");
    network.inject(wire, client, answer(1));
    network.inject(wire, client, answer(3));
    network.run_for(MS(10));
    assert_eq!(
        network.ends[client].configs.last().unwrap().as_deref(),
        Ok(r#"{"n":3}"#)
    );
}

#[test]
fn a_request_fails_with_the_connection() {
    let (mut network, server, client, wire) = pair();
    network.input(server, Input::PublishConfig("{}".to_owned()));
    ask(&mut network, client, 1, ConfigRequest::Set, "{}");
    network.cut(wire);
    assert_eq!(last_error(&network, client), ErrorCode::Connection);
    ask(&mut network, client, 2, ConfigRequest::Get, "");
    assert_eq!(last_error(&network, client), ErrorCode::NotConnected);
    let token = event(&network, server, EventKind::ConfigSet).unwrap().token;
    assert!(!network.session(server).awaits_config_reply(token));
}

#[test]
fn a_connection_test_reports_the_round_trip_or_why_not() {
    let mut network = Network::new(23);
    let server = network.library(options(Mode::Server, MS(10)), MS(0));
    let client = network.library(options(Mode::Client, MS(10)), MS(0));
    let until = network.now + MS(1_000);
    network.input(client, Input::Probe { token: 9, until });
    network.connect(client, server, MS(5), 0);
    network.run_for(MS(20));
    let done = event(&network, client, EventKind::TestDone).unwrap();
    assert_eq!((done.token, done.result), (9, 0));
    assert!(done.text.contains("round trip 10.0 ms"), "{}", done.text);

    let mut network = Network::new(24);
    let mut once = options(Mode::Client, MS(10));
    once.auto_reconnect = false;
    let client = network.library(once, MS(0));
    network.input(client, Input::Probe { token: 9, until });
    let error = Error::new(ErrorCode::Refused, "nothing listens");
    network.input(client, Input::ConnectFailed { error });
    let done = event(&network, client, EventKind::TestDone).unwrap();
    assert_eq!(done.result, ErrorCode::Refused as i32);
}
