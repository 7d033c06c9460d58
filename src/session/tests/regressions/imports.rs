//! Catalogues, requests and whose word counts, where several peers are involved.

use std::time::Duration;

use super::super::network::{Habit, Model, Network, Packet, options};
use super::{MS, declare_with, quality, quiet};
use crate::options::Mode;
use crate::session::{EventKind, Input};
use crate::signals::Declaration;
use crate::value::{Access, Direction, Kind, Quality, Value, ValueRef};

/// Schedule 8 of the simulation.
#[test]
fn a_catalogue_does_not_run_ahead_of_a_fifo() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    let client = n.library(options(Mode::Client, MS(10)), MS(5));
    let mut d = Declaration::new("Q", Kind::Int, Direction::Input);
    d.fifo_depth = 8;
    declare_with(&n, server, Access::Write, &d);
    declare_with(&n, client, Access::Read, &d);
    n.connect(client, server, Duration::from_micros(50), 0);
    n.run_for(MS(505));
    let (token, until) = (1, n.now + MS(1_000));
    n.input(client, Input::Import { token, until });
    for value in 1..=3 {
        n.set(server, "Q", ValueRef::Int(value));
    }
    n.run_for(MS(100));
    assert!(n.ends[client].imports[0].is_ok());
    let mut got = Vec::new();
    let signals = n.signals(client);
    signals
        .table()
        .poll(100, |_, change| got.push(change.integer));
    assert_eq!(got, [0, 1, 2, 3]);
}

/// A value that is due to a peer for another reason than a set is nothing that the peer could echo.
#[test]
fn the_first_value_of_a_signal_counts_although_it_is_the_default() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    let model = n.model(quiet(), MS(0));
    let wire = n.connect(model, server, MS(1), 0);
    n.run_for(MS(300));
    // Every connected peer is to hear of a new signal as soon as it has a value.
    n.declare(server, "A", Kind::Int, Access::Read);
    n.run_for(MS(100));
    let text = r#"{"type":"data","signals":{"A":0}}"#;
    n.inject(wire, server, Packet::Text(text.to_owned()));
    n.run_for(MS(10));
    assert_eq!(quality(&n, server, "A"), Quality::Good);
}

/// A client that tells its name after its subscription.
#[test]
fn a_late_name_brings_the_values_of_what_the_client_calls_otherwise() {
    let mut n = Network::new(3);
    let mut o = options(Mode::Server, MS(10));
    o.prefix_collisions = true;
    let server = n.library(o, MS(0));
    n.declare(server, "X", Kind::Int, Access::Write);
    n.declare(server, "cell/X", Kind::Int, Access::Write);
    n.set(server, "cell/X", ValueRef::Int(7));
    let model = n.model(quiet(), MS(0));
    let wire = n.connect(model, server, MS(1), 0);
    for text in [
        r#"{"type":"subscribe","subscribe":["X"]}"#,
        r#"{"type":"init","name":"cell"}"#,
    ] {
        n.inject(wire, server, Packet::Text(text.to_owned()));
        n.run_for(MS(100));
    }
    assert_eq!(n.value(model, "X"), Value::Int(7));
}

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

#[test]
fn the_first_of_two_clients_decides_an_imported_direction() {
    let mut n = Network::new(3);
    let mut o = options(Mode::Server, MS(10));
    o.peer_perspective = Some(crate::value::Perspective::Controller);
    let server = n.library(o, MS(0));
    let m = || quiet();
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

#[test]
fn a_value_that_an_import_updates_reaches_the_other_clients() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    n.declare(server, "S", Kind::Int, Access::Read);
    let b = n.library(options(Mode::Client, MS(10)), MS(5));
    n.declare(b, "S", Kind::Int, Access::Read);
    let m = n.model(quiet(), MS(0));
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

#[test]
fn a_client_that_began_with_a_foreign_message_still_joins() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    let m = n.model(quiet(), MS(0));
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

#[test]
fn one_client_brings_ten_thousand_signals_in_all() {
    let mut n = Network::new(3);
    let mut o = options(Mode::Server, MS(10));
    o.auto_import = true;
    let server = n.library(o, MS(0));
    let m = n.model(quiet(), MS(0));
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

/// A catalogue with so many signals of this block.
fn catalogue(block: &str, count: u32) -> Packet {
    let types: Vec<String> = (0..count)
        .map(|i| format!("\"{block}_{i}\":\"Int\""))
        .collect();
    Packet::Text(format!(
        r#"{{"type":"import_answer","signals":{{}},"signalTypes":{{{}}}}}"#,
        types.join(",")
    ))
}

#[test]
fn a_client_that_reconnects_brings_no_ten_thousand_more() {
    let mut n = Network::new(3);
    let mut o = options(Mode::Server, MS(10));
    o.auto_import = true;
    let server = n.library(o, MS(0));
    let m = n.model(quiet(), MS(0));
    for (name, block, expected) in [
        ("greedy", "a", 9_000),
        ("greedy", "b", 10_000),
        ("other", "c", 19_000),
    ] {
        let w = n.connect(m, server, MS(1), 0);
        let init = format!(r#"{{"type":"init","version":2,"name":"{name}"}}"#);
        n.inject(w, server, Packet::Text(init));
        n.inject(w, server, catalogue(block, 9_000));
        n.run_for(MS(50));
        n.cut(w);
        assert_eq!(n.signals(server).names().len(), expected, "{name} {block}");
    }
}

#[test]
fn a_client_whose_catalogue_grows_during_an_import_has_answered_once() {
    let mut n = Network::new(3);
    let mut o = options(Mode::Server, MS(10));
    o.auto_import = true;
    let server = n.library(o, MS(0));
    let (one, other) = (n.model(quiet(), MS(0)), n.model(quiet(), MS(0)));
    let wire = n.connect(one, server, MS(1), 0);
    let slow = n.connect(other, server, MS(1), 0);
    n.run_for(MS(100));
    let (token, until) = (1, n.now + MS(1_000));
    n.input(server, Input::Import { token, until });
    for block in ["a", "b"] {
        n.inject(wire, server, catalogue(block, 2));
        n.run_for(MS(10));
    }
    n.inject(slow, server, catalogue("c", 2));
    n.run_for(MS(10));
    let report = n.ends[server].imports[0].as_ref().unwrap();
    assert_eq!((report.answered, report.added), (2, 6));
}

#[test]
fn an_import_that_timed_out_gives_the_message_cap_back() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    let m = n.model(quiet(), MS(0));
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
fn a_server_import_that_nobody_answers_times_out() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    let m = n.model(quiet(), MS(0));
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

#[test]
fn one_lost_config_answer_costs_one_request() {
    let mut n = Network::new(3);
    let client = n.library(options(Mode::Client, MS(10)), MS(0));
    let m = n.model(quiet(), MS(0));
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
