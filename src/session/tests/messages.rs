//! What each message does to a session.

use std::time::Duration;

use super::network::{Network, Packet, options};
use crate::error::ErrorCode;
use crate::options::{Mode, Options};
use crate::session::{EventKind, Input};
use crate::value::{Access, Kind, Quality, ValueRef};

const MS: fn(u64) -> Duration = Duration::from_millis;

/// A server and a scripted client that never answers pings.
struct Scripted {
    network: Network,
    server: usize,
    wire: usize,
    heard: usize,
}

impl Scripted {
    fn new(change: impl FnOnce(&mut Options)) -> Self {
        let mut network = Network::new(9);
        let mut server_options = options(Mode::Server, MS(10));
        change(&mut server_options);
        let server = network.library(server_options, MS(0));
        let client = network.model(super::crossing::silent_model(), MS(0));
        let wire = network.connect(client, server, MS(1), 0);
        Self {
            network,
            server,
            wire,
            heard: 0,
        }
    }

    fn declare(&mut self, name: &str, access: Access) -> u32 {
        self.network.declare(self.server, name, Kind::Int, access)
    }

    fn say(&mut self, text: &str) {
        self.network
            .inject(self.wire, self.server, Packet::Text(text.to_owned()));
        self.network.run_for(MS(3));
    }

    fn set(&mut self, name: &str, value: i64) {
        self.network.set(self.server, name, ValueRef::Int(value));
    }

    fn wait(&mut self, ms: u64) {
        self.network.run_for(MS(ms));
    }

    /// What the server has sent since the last call.
    fn heard(&mut self) -> Vec<String> {
        let all = &self.network.sent[self.server];
        let new = all[self.heard..].to_vec();
        self.heard = all.len();
        new
    }

    fn stats(&self) -> crate::session::Stats {
        self.network.session(self.server).stats()
    }

    fn logged(&self, word: &str) -> usize {
        let log = &self.network.ends[self.server].log;
        log.iter()
            .filter(|record| record.text.contains(word))
            .count()
    }
}

#[test]
fn without_subscribe_the_first_data_gets_the_full_state_then_changes() {
    let mut peer = Scripted::new(|_| {});
    peer.declare("A", Access::Write);
    peer.declare("B", Access::ReadWrite);
    peer.set("A", 1);
    peer.wait(50);
    assert!(peer.heard().is_empty(), "nothing before the first state");
    peer.say(r#"{"type":"data","signals":{}}"#);
    assert_eq!(
        peer.heard(),
        [r#"{"type":"data","version":2,"signals":{"A":1}}"#]
    );
    peer.set("A", 2);
    peer.set("A", 3);
    peer.wait(20);
    assert_eq!(
        peer.heard(),
        [r#"{"type":"data","version":2,"signals":{"A":3}}"#]
    );
}

#[test]
fn a_silent_client_gets_the_full_state_after_init_or_after_a_while() {
    let mut peer = Scripted::new(|_| {});
    peer.declare("A", Access::Write);
    peer.say(r#"{"type":"init","version":2,"name":"x"}"#);
    peer.wait(90);
    assert!(peer.heard().is_empty());
    peer.wait(15);
    assert_eq!(
        peer.heard(),
        [r#"{"type":"data","version":2,"signals":{"A":0}}"#]
    );

    let mut silent = Scripted::new(|_| {});
    silent.declare("A", Access::Write);
    silent.wait(240);
    assert!(silent.heard().is_empty());
    silent.wait(15);
    assert_eq!(silent.heard().len(), 1);
}

#[test]
fn b27_subscribe_replaces_the_list_and_is_always_answered_with_a_snapshot() {
    let mut peer = Scripted::new(|_| {});
    for name in ["A", "B", "C"] {
        peer.declare(name, Access::Write);
    }
    let cases = [
        (r#"["A","B"]"#, r#"{"A":0,"B":0}"#),
        (r#"["C","C"]"#, r#"{"C":0}"#),
        (r"[]", r"{}"),
        ("null", r"{}"),
        ("7", r"{}"),
        (r#"["Later"]"#, r"{}"),
    ];
    for (list, signals) in cases {
        peer.say(&format!(
            r#"{{"type":"subscribe","version":2,"subscribe":{list}}}"#
        ));
        let snapshot = format!(r#"{{"type":"snapshot","version":2,"signals":{signals}}}"#);
        assert_eq!(peer.heard(), [snapshot], "{list}");
    }
    peer.set("A", 1);
    peer.wait(20);
    assert!(peer.heard().is_empty());
    // A name that did not exist matches the signal that is created later.
    peer.declare("Later", Access::Write);
    peer.wait(20);
    assert_eq!(
        peer.heard(),
        [r#"{"type":"data","version":2,"signals":{"Later":0}}"#]
    );
}

#[test]
fn g5_g6_a_change_around_subscribe_is_in_the_snapshot_or_right_behind_it() {
    let mut peer = Scripted::new(|_| {});
    peer.declare("A", Access::Write);
    peer.set("A", 1);
    peer.say(r#"{"type":"subscribe","subscribe":["A"]}"#);
    peer.set("A", 2);
    peer.wait(20);
    let heard = peer.heard();
    assert_eq!(
        heard[0],
        r#"{"type":"snapshot","version":2,"signals":{"A":1}}"#
    );
    assert_eq!(
        heard.last().unwrap(),
        r#"{"type":"data","version":2,"signals":{"A":2}}"#
    );
}

#[test]
fn import_request_is_answered_before_init_and_in_both_maps() {
    let mut peer = Scripted::new(|_| {});
    peer.declare("A", Access::Write);
    peer.declare("Never", Access::ReadWrite);
    peer.say(r#"{"type":"import_request"}"#);
    assert_eq!(
        peer.heard(),
        [
            r#"{"type":"import_answer","version":2,"signals":{"A":0,"Never":0},"signalTypes":{"A":"PLCInputInt","Never":"PLCInputInt"}}"#
        ]
    );
}

#[test]
fn heartbeats_go_out_when_no_data_does() {
    let mut peer = Scripted::new(|_| {});
    peer.declare("A", Access::Write);
    peer.wait(400);
    assert_eq!(peer.heard().len(), 1);
    peer.wait(3_000);
    let empty = r#"{"type":"data","version":2,"signals":{}}"#;
    assert_eq!(peer.heard(), [empty, empty, empty]);
}

#[test]
fn b34_a_write_to_a_signal_of_ours_is_refused_counted_and_reported_once() {
    let mut peer = Scripted::new(|_| {});
    let id = peer.declare("A", Access::Write);
    peer.set("A", 5);
    peer.say(r#"{"type":"data","signals":{}}"#);
    peer.heard();
    peer.say(r#"{"type":"data","signals":{"A":9}}"#);
    peer.say(r#"{"type":"data","signals":{"A":9}}"#);
    peer.say(r#"{"type":"data","signals":{"A":5}}"#);
    peer.wait(20);
    let stats = peer.stats();
    assert_eq!((stats.rejected_direction, stats.echoes), (2, 1));
    assert_eq!(peer.logged("accept_remote_writes"), 1);
    // One correction in a second, however often it is refused.
    assert_eq!(
        peer.heard(),
        [r#"{"type":"data","version":2,"signals":{"A":5}}"#]
    );
    let table = peer.network.signals(peer.server).table();
    assert_eq!(table.slot(id).unwrap().value(), ValueRef::Int(5));
}

#[test]
fn remote_writes_are_accepted_when_the_host_says_so() {
    let mut peer = Scripted::new(|options| options.accept_remote_writes = true);
    peer.declare("A", Access::Write);
    peer.say(r#"{"type":"data","signals":{"A":9}}"#);
    peer.wait(20);
    assert_eq!(
        peer.network.value(peer.server, "A").as_ref(),
        ValueRef::Int(9)
    );
}

#[test]
fn a_lossy_value_is_applied_counted_and_corrected_an_equal_one_is_not() {
    let mut peer = Scripted::new(|_| {});
    peer.declare("A", Access::Read);
    peer.say(r#"{"type":"data","signals":{}}"#);
    peer.heard();
    peer.say(r#"{"type":"data","signals":{"A":2.0}}"#);
    peer.wait(20);
    assert!(peer.heard().is_empty());
    peer.say(r#"{"type":"data","signals":{"A":7.5}}"#);
    peer.wait(20);
    assert_eq!(
        peer.heard(),
        [r#"{"type":"data","version":2,"signals":{"A":7}}"#]
    );
    assert_eq!(peer.stats().lossy, 1);

    let mut strict = Scripted::new(|options| options.strict_types = true);
    strict.declare("A", Access::Read);
    strict.say(r#"{"type":"data","signals":{"A":1.5}}"#);
    assert_eq!(
        strict.network.value(strict.server, "A").as_ref(),
        ValueRef::Int(0)
    );
    assert_eq!(strict.stats().rejected_type, 1);
}

#[test]
fn b1_b3_malformed_and_unknown_messages_are_counted_and_the_peer_stays() {
    let mut peer = Scripted::new(|_| {});
    peer.declare("A", Access::Read);
    for text in [
        "",
        "  ",
        "null",
        "[]",
        "1",
        "\"x\"",
        "{",
        r#"{"type":"data",}"#,
    ] {
        peer.say(text);
    }
    assert_eq!(peer.stats().malformed, 8);
    for text in [
        r"{}",
        r#"{"type":3}"#,
        r#"{"type":"Data"}"#,
        r#"{"type":"later_version"}"#,
    ] {
        peer.say(text);
    }
    assert_eq!(peer.stats().unknown_message, 4);
    peer.say(r#"{"type":"data","signals":{"A":1,"Nobody":2,"A2":[]}}"#);
    assert_eq!(peer.stats().unknown_signal, 2);
    assert_eq!(
        peer.network.value(peer.server, "A").as_ref(),
        ValueRef::Int(1)
    );
}

#[test]
fn more_than_a_hundred_malformed_messages_in_ten_seconds_end_the_connection() {
    let mut peer = Scripted::new(|_| {});
    for _ in 0..100 {
        peer.say("x");
    }
    assert_eq!(peer.network.session(peer.server).peer_counts().0, 1);
    peer.wait(11_000);
    for _ in 0..100 {
        peer.say("x");
    }
    assert_eq!(peer.network.session(peer.server).peer_counts().0, 1);
    peer.network
        .inject(peer.wire, peer.server, Packet::Text("x".to_owned()));
    peer.wait(5);
    let malformed = peer.network.session(peer.server).stats().malformed;
    assert_eq!((malformed, peer.logged("malformed")), (201, 40));
    let (peers, _) = peer.network.session(peer.server).peer_counts();
    // The link is told to close; what still comes from the peer is not heeded.
    peer.say(r#"{"type":"import_request"}"#);
    assert!(
        peers <= 1
            && !peer
                .heard()
                .iter()
                .any(|text| text.contains("import_answer"))
    );
}

#[test]
fn no_ten_seconds_hold_more_than_a_hundred_malformed_messages() {
    let mut peer = Scripted::new(|_| {});
    peer.say("x");
    peer.wait(9_000);
    for _ in 0..99 {
        peer.say("x");
    }
    peer.wait(1_500);
    // The first is too long ago, the others are not.
    peer.say("x");
    assert_eq!(peer.network.session(peer.server).peer_counts().0, 1);
    peer.say("x");
    peer.say(r#"{"type":"import_request"}"#);
    assert!(!(peer.heard().iter()).any(|text| text.contains("import_answer")));
}

#[test]
fn b32_a_wrong_version_is_served_and_warned_about_once() {
    let mut peer = Scripted::new(|_| {});
    for version in ["1", "3", "\"2\"", "null"] {
        peer.say(&format!(
            r#"{{"type":"import_request","version":{version}}}"#
        ));
    }
    assert_eq!(peer.heard().len(), 4);
    assert_eq!(peer.logged("another version"), 1);
}

#[test]
fn a_missing_version_is_warned_about_once_where_the_document_has_one() {
    let mut peer = Scripted::new(|_| {});
    for text in [
        r#"{"type":"data","signals":{}}"#,
        r#"{"type":"snapshot","signals":{}}"#,
        r#"{"type":"later"}"#,
    ] {
        peer.say(text);
    }
    assert_eq!(peer.logged("no version"), 0);
    for _ in 0..2 {
        peer.say(r#"{"type":"init","name":"x"}"#);
        peer.say(r#"{"type":"subscribe","subscribe":[]}"#);
    }
    assert_eq!(peer.logged("no version"), 1);
}

#[test]
fn b37_b38_other_protocols_are_named() {
    for (text, name) in [
        (r#"{"tag":"x","value":1}"#, "v1"),
        (r#"{"type":"room_join","room":"a"}"#, "multiuser"),
    ] {
        let mut peer = Scripted::new(|_| {});
        peer.say(text);
        peer.say(text);
        assert_eq!(peer.logged(name), 1);
        let events = &peer.network.ends[peer.server].events;
        let named = events
            .iter()
            .filter(|event| event.kind == EventKind::ForeignProtocol);
        assert_eq!(named.count(), 1);
    }
}

#[test]
fn b30_a_client_without_init_is_served_as_unknown_and_may_name_itself_again() {
    let mut peer = Scripted::new(|_| {});
    peer.say(r#"{"type":"data","signals":{}}"#);
    let name = |peer: &Scripted| {
        peer.network.session(peer.server).clients(peer.network.now)[0]
            .name
            .clone()
    };
    assert_eq!(name(&peer), "unknown");
    peer.say(r#"{"type":"init","name":"first"}"#);
    peer.say(r#"{"type":"init","name":"second"}"#);
    assert_eq!(name(&peer), "second");
}

#[test]
fn values_of_one_client_reach_the_others_but_not_itself() {
    for relay in [true, false] {
        let mut peer = Scripted::new(|options| options.relay = relay);
        peer.declare("A", Access::Read);
        let other = peer.network.library(options(Mode::Client, MS(10)), MS(0));
        peer.network.declare(other, "A", Kind::Int, Access::Read);
        peer.network.connect(other, peer.server, MS(1), 0);
        peer.say(r#"{"type":"data","signals":{}}"#);
        peer.wait(400);
        peer.say(r#"{"type":"data","signals":{"A":8}}"#);
        peer.wait(100);
        let expected = if relay { 8 } else { 0 };
        assert_eq!(
            peer.network.value(other, "A").as_ref(),
            ValueRef::Int(expected)
        );
        assert_eq!(peer.stats().resends, 0);
    }
}

#[test]
fn only_transmit_changed_false_sends_every_own_value_each_cycle() {
    let mut peer = Scripted::new(|options| options.only_transmit_changed = false);
    peer.declare("Own", Access::Write);
    peer.declare("Theirs", Access::Read);
    peer.declare("Never", Access::ReadWrite);
    peer.say(r#"{"type":"data","signals":{"Theirs":4}}"#);
    peer.wait(5);
    peer.heard();
    peer.wait(95);
    let heard = peer.heard();
    assert!((9..=11).contains(&heard.len()), "{}", heard.len());
    for frame in heard {
        assert_eq!(frame, r#"{"type":"data","version":2,"signals":{"Own":0}}"#);
    }
}

#[test]
fn manual_mode_sends_on_flush_only() {
    let mut peer = Scripted::new(|options| options.send_mode = crate::options::SendMode::Manual);
    peer.declare("A", Access::Write);
    peer.say(r#"{"type":"data","signals":{}}"#);
    peer.heard();
    peer.set("A", 1);
    peer.wait(100);
    assert!(peer.heard().is_empty());
    peer.set("A", 2);
    let server = peer.server;
    peer.network.input(server, Input::Flush);
    assert_eq!(
        peer.heard(),
        [r#"{"type":"data","version":2,"signals":{"A":2}}"#]
    );
}

#[test]
fn an_import_creates_mirrors_and_unasked_answers_are_ignored() {
    let mut network = Network::new(11);
    let server = network.library(options(Mode::Server, MS(10)), MS(0));
    network.declare(server, "Speed", Kind::Float, Access::Write);
    network.set(server, "Speed", ValueRef::Float(2.5));
    let client = network.library(options(Mode::Client, MS(10)), MS(0));
    let wire = network.connect(client, server, MS(1), 0);
    let stray = r#"{"type":"import_answer","signals":{"Stray":1},"signalTypes":{}}"#;
    network.inject(wire, client, Packet::Text(stray.to_owned()));
    network.run_for(MS(100));
    assert!(network.signals(client).names().find("Stray").is_none());

    let until = network.now + MS(1_000);
    network.input(client, Input::Import { token: 5, until });
    network.input(client, Input::Import { token: 6, until });
    network.run_for(MS(50));
    let second = network.ends[client].imports[0].as_ref().unwrap_err();
    assert_eq!(second.code(), ErrorCode::State);
    let report = network.ends[client].imports[1].as_ref().unwrap();
    assert_eq!((report.added, report.answered), (1, 1));
    assert_eq!(
        network.value(client, "Speed").as_ref(),
        ValueRef::Float(2.5)
    );
    let signals = network.signals(client);
    let id = signals.names().find("Speed").unwrap();
    let table = signals.table();
    let slot = table.slot(id).unwrap();
    assert_eq!(
        (slot.access, slot.quality),
        (Access::ReadWrite, Quality::Good)
    );
    assert!(
        !table.is_unsent(id),
        "an imported value is not due to its sender"
    );
}

#[test]
fn a_servers_import_names_the_clients_that_do_not_answer() {
    let mut network = Network::new(12);
    let server = network.library(options(Mode::Server, MS(10)), MS(0));
    let client = network.library(options(Mode::Client, MS(10)), MS(0));
    network.declare(client, "Twin", Kind::Bool, Access::Write);
    network.connect(client, server, MS(1), 0);
    let silent = network.model(super::crossing::silent_model(), MS(0));
    network.connect(silent, server, MS(1), 0);
    network.run_for(MS(50));
    let until = network.now + MS(300);
    network.input(server, Input::Import { token: 1, until });
    network.run_for(MS(290));
    assert!(network.ends[server].imports.is_empty());
    network.run_for(MS(30));
    let report = network.ends[server].imports[0].as_ref().unwrap();
    assert_eq!(
        (report.added, report.answered, report.unanswered),
        (1, 1, 1)
    );
    assert!(report.text.contains("client 2"), "{}", report.text);
}

#[test]
fn b28_a_configuration_of_four_mebibytes_is_refused_at_once_without_a_host() {
    let mut peer = Scripted::new(|_| {});
    let large = "x".repeat(4 << 20);
    peer.say(&format!(
        r#"{{"type":"config_set","config":{{"a":"{large}"}}}}"#
    ));
    assert_eq!(
        peer.heard(),
        [
            r#"{"type":"config_result","version":2,"success":false,"message":"this server has no configuration"}"#
        ]
    );
}

#[test]
fn b29_a_name_of_a_megabyte_is_cut_and_logged_in_one_short_line() {
    let mut peer = Scripted::new(|_| {});
    let name = format!("first\\nsecond\\u001b[31m{}", "x".repeat(1 << 20));
    peer.say(&format!(r#"{{"type":"init","name":"{name}"}}"#));
    let clients = peer.network.session(peer.server).clients(peer.network.now);
    assert_eq!(clients[0].name.chars().count(), 256);
    let end = &peer.network.ends[peer.server];
    let texts = end.log.iter().map(|record| &record.text);
    for text in texts.chain(end.events.iter().map(|event| &event.text)) {
        assert!(
            text.len() < 1024 && !text.contains(['\n', '\u{1b}']),
            "{text}"
        );
    }
}
