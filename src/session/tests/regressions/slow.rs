//! Peers that take long to read what they are owed, and what they cost the others.

use super::super::network::{Network, Packet, options};
use super::{MS, declare_with, quiet};
use crate::options::{Mode, SendMode};
use crate::session::Input;
use crate::signals::Declaration;
use crate::value::{Access, Direction, Kind, Value, ValueRef};

const INIT: &str = r#"{"type":"init","name":"a"}"#;
const IMPORT: &str = r#"{"type":"import_request"}"#;

/// A server with so many texts of 60,000 bytes, and a client whose link does not say that it has sent anything.
fn server_with_texts(texts: usize) -> (Network, usize, usize) {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    let model = n.model(quiet(), MS(0));
    for text in 0..texts {
        let name = format!("T{text}");
        n.declare(server, &name, Kind::Text, Access::Write);
        n.set(server, &name, ValueRef::Text(&"t".repeat(60_000)));
    }
    n.declare(server, "N", Kind::Int, Access::Write);
    let wire = n.connect(model, server, MS(1), 0);
    n.ends[server].stalled = true;
    (n, server, wire)
}

fn say(n: &mut Network, wire: usize, server: usize, texts: &[&str]) {
    for text in texts {
        n.inject(wire, server, Packet::Text((*text).to_owned()));
    }
    n.run_for(MS(5));
}

/// The kinds of the messages that the server sent, with the number in each.
fn sent(n: &Network, server: usize) -> Vec<(&str, Option<&str>)> {
    let number = |text: &'_ str| -> Option<usize> { Some(text.rfind("\"N\":")? + 4) };
    let sent = n.sent[server].iter().map(|text| {
        let kind = text.split('"').nth(3).unwrap();
        let value = number(text).map(|at| text[at..].trim_end_matches('}'));
        (kind, value)
    });
    sent.filter(|(kind, value)| *kind == "import_answer" || value.is_some())
        .collect()
}

/// More than what may wait of control messages, each.
#[test]
fn a_large_catalogue_and_a_large_state_reach_a_client_that_needs_time_for_them() {
    let (mut n, server, wire) = server_with_texts(300);
    say(&mut n, wire, server, &[INIT, IMPORT]);
    n.set(server, "N", ValueRef::Int(1));
    // The time of the first state passes, and a heartbeat.
    n.run_for(MS(1_500));
    assert_eq!(n.session(server).stats().slow_peer_closed, 0);
    assert_eq!(n.sent[server].len(), 1, "the state waits");
    assert!(n.sent[server][0].len() > 16 << 20);
    n.set(server, "N", ValueRef::Int(2));
    n.release(server);
    n.set(server, "N", ValueRef::Int(3));
    n.run_for(MS(50));
    assert_eq!(
        sent(&n, server)[1..],
        [("data", Some("2")), ("data", Some("3"))]
    );
    assert_eq!(n.session(server).stats().slow_peer_closed, 0);
}

#[test]
fn a_snapshot_that_waits_is_one_and_tells_the_newest_before_any_later_change() {
    let (mut n, server, wire) = server_with_texts(20);
    let subscribe = r#"{"type":"subscribe","subscribe":["N"]}"#;
    say(
        &mut n,
        wire,
        server,
        &[INIT, IMPORT, IMPORT, subscribe, subscribe],
    );
    for value in 1..=3 {
        n.set(server, "N", ValueRef::Int(value));
        n.run_for(MS(20));
    }
    assert_eq!(n.sent[server].len(), 1, "all but the first answer wait");
    n.release(server);
    n.set(server, "N", ValueRef::Int(4));
    n.run_for(MS(50));
    let sent: Vec<_> = sent(&n, server).into_iter().skip(1).collect();
    let values: Vec<_> = sent
        .iter()
        .filter(|(kind, _)| *kind != "import_answer")
        .collect();
    assert_eq!(values, [&("snapshot", Some("3")), &("data", Some("4"))]);
    assert_eq!(sent.len(), 3, "the other answer");
    assert_eq!(n.session(server).stats().slow_peer_closed, 0);
}

#[test]
fn a_stop_waits_for_a_state_that_waits() {
    let (mut n, server, wire) = server_with_texts(20);
    say(&mut n, wire, server, &[INIT, IMPORT]);
    n.set(server, "N", ValueRef::Int(5));
    n.input(server, Input::Stop);
    assert_eq!(n.sent[server].len(), 1, "the state waits");
    n.release(server);
    n.run_for(MS(50));
    assert_eq!(sent(&n, server)[1..], [("data", Some("5"))]);
}

#[test]
fn one_that_does_not_read_holds_no_fifo_up_for_the_others() {
    for mode in [SendMode::Cycle, SendMode::OnChange] {
        let mut n = Network::new(3);
        let mut o = options(Mode::Server, MS(10));
        o.send_mode = mode;
        let server = n.library(o, MS(0));
        let mut fifo = Declaration::new("F", Kind::Int, Direction::Input);
        fifo.fifo_depth = 8;
        declare_with(&n, server, Access::Write, &fifo);
        n.declare(server, "N", Kind::Int, Access::Write);
        let (stuck, good) = (
            n.model(quiet(), MS(0)),
            n.library(options(Mode::Client, MS(10)), MS(5)),
        );
        fifo.fifo_depth = 64;
        declare_with(&n, good, Access::Read, &fifo);
        let wire = n.connect(stuck, server, MS(1), 0);
        n.connect(good, server, MS(1), 0);
        n.run_for(MS(800));
        n.stall(wire, 0);
        n.set(server, "N", ValueRef::Int(1));
        n.input(server, Input::Changed);
        n.run_for(MS(20));
        for value in 1..=30 {
            n.set(server, "F", ValueRef::Int(value));
            n.input(server, Input::Changed);
            n.run_for(MS(20));
        }
        n.run_for(MS(100));
        let mut got = Vec::new();
        n.signals(good)
            .table()
            .poll(100, |_, change| got.push(change.integer));
        let wanted: Vec<i64> = (0..=30).collect();
        assert_eq!(got, wanted, "{mode:?}");
        n.read_on(wire, 0);
        n.run_for(MS(100));
        assert_eq!(n.value(stuck, "F"), Value::Int(30));
        assert_eq!(
            n.session(server).stats().queue_overflow,
            29,
            "all but the newest"
        );
    }
}

#[test]
fn a_snapshot_does_not_cut_a_held_level_short() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    let mut held = Declaration::new("B", Kind::Bool, Direction::Input);
    held.min_hold = MS(200);
    declare_with(&n, server, Access::Write, &held);
    let model = n.model(quiet(), MS(0));
    let wire = n.connect(model, server, MS(1), 0);
    n.run_for(MS(800));
    n.set(server, "B", ValueRef::Bool(true));
    n.run_for(MS(30));
    n.set(server, "B", ValueRef::Bool(false));
    n.run_for(MS(30));
    let subscribe = r#"{"type":"subscribe","subscribe":["B"]}"#;
    say(&mut n, wire, server, &[subscribe]);
    n.run_for(MS(60));
    assert!(n.sent[server].iter().any(|text| text.contains("snapshot")));
    assert_eq!(n.value(model, "B"), Value::Bool(true));
    n.run_for(MS(200));
    assert_eq!(n.value(model, "B"), Value::Bool(false));
}

/// A FIFO waits for one that does not read; another subscribes meanwhile.
#[test]
fn a_snapshot_begins_a_fifo_with_the_value_before_those_that_wait() {
    for known in [true, false] {
        let mut n = Network::new(3);
        let server = n.library(options(Mode::Server, MS(10)), MS(0));
        let (slow, late) = (
            n.library(options(Mode::Client, MS(10)), MS(5)),
            n.library(options(Mode::Client, MS(10)), MS(5)),
        );
        let mut d = Declaration::new("F", Kind::Int, Direction::Input);
        d.fifo_depth = 64;
        declare_with(&n, server, Access::ReadWrite, &d);
        declare_with(&n, slow, Access::Read, &d);
        declare_with(&n, late, Access::Read, &d);
        if known {
            n.set(server, "F", ValueRef::Int(9));
        }
        n.connect(slow, server, MS(1), 0);
        n.run_for(MS(800));
        n.ends[server].stalled = true;
        // A heartbeat makes it busy.
        n.run_for(MS(1_100));
        for value in 1..=3 {
            n.set(server, "F", ValueRef::Int(value));
        }
        n.input(late, Input::Subscribe(Some(vec!["F".to_owned()])));
        n.sent[server].clear();
        n.connect(late, server, MS(1), 0);
        n.run_for(MS(5));
        let snapshots: Vec<String> = (n.sent[server].iter())
            .filter(|text| text.contains("snapshot"))
            .cloned()
            .collect();
        let begins = if known { r#""F":9"# } else { "" };
        let expected = format!(r#"{{"type":"snapshot","version":2,"signals":{{{begins}}}}}"#);
        assert_eq!(snapshots, [expected]);
        n.release(server);
        n.run_for(MS(500));
        for end in [slow, late] {
            let mut got = Vec::new();
            (n.signals(end).table()).poll(100, |_, change| got.push(change.integer));
            let from = if known { 0 } else { 1 };
            assert_eq!(got, [9, 1, 2, 3][from..], "known: {known}");
        }
    }
}

#[test]
fn a_snapshot_takes_no_value_of_a_fifo_back_that_the_client_has_written_itself() {
    let mut n = Network::new(3);
    let server = n.library(options(Mode::Server, MS(10)), MS(0));
    let slow = n.library(options(Mode::Client, MS(10)), MS(5));
    let writer = n.model(quiet(), MS(0));
    let mut d = Declaration::new("F", Kind::Int, Direction::Input);
    d.fifo_depth = 64;
    declare_with(&n, server, Access::ReadWrite, &d);
    declare_with(&n, slow, Access::Read, &d);
    n.connect(slow, server, MS(1), 0);
    let wire = n.connect(writer, server, MS(1), 0);
    n.run_for(MS(800));
    n.ends[server].stalled = true;
    n.run_for(MS(1_100));
    n.sent[server].clear();
    for text in [
        r#"{"type":"data","signals":{"F":1}}"#,
        r#"{"type":"data","signals":{"F":2}}"#,
        r#"{"type":"subscribe","version":2,"subscribe":["F"]}"#,
    ] {
        n.inject(wire, server, Packet::Text(text.to_owned()));
    }
    n.run_for(MS(5));
    let snapshot = r#"{"type":"snapshot","version":2,"signals":{"F":2}}"#;
    assert!(
        n.sent[server].iter().any(|text| text == snapshot),
        "{:?}",
        n.sent[server]
    );
    assert_eq!(n.value(writer, "F"), Value::Int(2));
}
