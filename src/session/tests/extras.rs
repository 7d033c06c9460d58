//! FIFOs, fail-safe values, held levels, split frames, pushed catalogues, messages of the host's own.

use std::time::Duration;

use super::network::{Network, Packet, options};
use crate::options::{Mode, Options};
use crate::session::{EventKind, Input};
use crate::signals::{Change, Declaration, flags};
use crate::value::{Access, Direction, Kind, Quality, Value, ValueRef};

const MS: fn(u64) -> Duration = Duration::from_millis;

/// A server that writes and a client that reads one signal, declared alike but for the access.
struct OneWay {
    network: Network,
    server: usize,
    client: usize,
    wire: usize,
}

impl OneWay {
    fn new(declaration: &Declaration<'_>, change: impl FnOnce(&mut Options)) -> Self {
        let mut network = Network::new(41);
        let mut server_options = options(Mode::Server, MS(10));
        change(&mut server_options);
        let server = network.library(server_options, MS(0));
        let client = network.library(options(Mode::Client, MS(10)), MS(0));
        for (end, access) in [(server, Access::Write), (client, Access::Read)] {
            network
                .signals(end)
                .declare(declaration, Direction::Input, access)
                .unwrap();
        }
        let wire = network.connect(client, server, MS(1), 0);
        network.run_for(MS(500));
        let mut this = Self {
            network,
            server,
            client,
            wire,
        };
        this.poll(100);
        this
    }

    fn set(&mut self, value: ValueRef<'_>) {
        self.network.set(self.server, "S", value);
    }

    fn poll(&mut self, capacity: usize) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut table = self.network.signals(self.client).table();
        table.poll(capacity, |_, change| changes.push(change));
        changes
    }
}

fn with_fifo(kind: Kind, depth: u32) -> Declaration<'static> {
    let mut declaration = Declaration::new("S", kind, Direction::Input);
    declaration.fifo_depth = depth;
    declaration
}

#[test]
fn every_change_of_a_fifo_signal_arrives_in_order_with_its_text() {
    let mut way = OneWay::new(&with_fifo(Kind::Text, 64), |_| {});
    for text in ["one", "two", "two", "three"] {
        way.set(ValueRef::Text(text));
    }
    way.network.run_for(MS(100));
    let changes = way.poll(2);
    assert_eq!(changes.len(), 2);
    assert_eq!(changes[1].flags & flags::MORE, flags::MORE);
    let text = |way: &OneWay, record| {
        let table = way.network.signals(way.client).table();
        table.polled_text(record).map(str::to_owned)
    };
    assert_eq!(text(&way, 0).as_deref(), Some("one"));
    assert_eq!(text(&way, 1).as_deref(), Some("two"));
    assert_eq!(text(&way, 2), None);
    let changes = way.poll(10);
    assert_eq!(changes.len(), 1, "an equal set is no change");
    assert_eq!((changes[0].change_count, changes[0].integer), (1, 5));
    assert_eq!(text(&way, 0).as_deref(), Some("three"));
}

#[test]
fn a_fifo_that_nobody_polls_drops_its_oldest_flags_it_and_counts() {
    let mut way = OneWay::new(&with_fifo(Kind::Int, 4), |_| {});
    for value in 1..=10 {
        way.set(ValueRef::Int(value));
        way.network.run_for(MS(20));
    }
    let values: Vec<(i64, bool)> = way
        .poll(100)
        .iter()
        .map(|change| (change.integer, change.flags & flags::OVERFLOW != 0))
        .collect();
    assert_eq!(values, [(7, true), (8, false), (9, false), (10, false)]);
    assert_eq!(way.network.session(way.client).stats().queue_overflow, 6);
}

#[test]
fn a_fifo_bounds_what_the_sender_keeps_too() {
    let mut way = OneWay::new(&with_fifo(Kind::Int, 4), |_| {});
    for value in 1..=10 {
        way.set(ValueRef::Int(value));
    }
    way.network.run_for(MS(100));
    let values: Vec<i64> = way.poll(100).iter().map(|change| change.integer).collect();
    assert_eq!(values, [7, 8, 9, 10]);
    assert_eq!(way.network.session(way.server).stats().queue_overflow, 6);
}

#[test]
fn fifo_entries_wait_for_a_busy_peer() {
    let mut way = OneWay::new(&with_fifo(Kind::Int, 64), |_| {});
    let server = way.server;
    way.set(ValueRef::Int(1));
    way.network.ends[server].stalled = true;
    way.network.run_for(MS(20));
    for value in 2..=5 {
        way.set(ValueRef::Int(value));
        way.network.run_for(MS(20));
    }
    way.network.release(server);
    way.network.run_for(MS(100));
    let values: Vec<i64> = way.poll(100).iter().map(|change| change.integer).collect();
    assert_eq!(values, [1, 2, 3, 4, 5]);
}

#[test]
fn a_failsafe_value_shows_after_its_time_is_flagged_and_never_sent() {
    let mut declaration = Declaration::new("S", Kind::Int, Direction::Input);
    declaration.failsafe = Some((ValueRef::Int(-1), MS(300)));
    let mut way = OneWay::new(&declaration, |_| {});
    way.set(ValueRef::Int(7));
    way.network.run_for(MS(50));
    way.poll(10);
    way.network.cut(way.wire);
    let stale = way.poll(10);
    assert_eq!(
        (stale[0].quality, stale[0].change_count),
        (Quality::Stale, 0)
    );
    assert_eq!(stale[0].flags, flags::QUALITY);
    way.network.run_for(MS(290));
    assert!(way.poll(10).is_empty());
    way.network.run_for(MS(20));
    let safe = way.poll(10);
    assert_eq!((safe[0].integer, safe[0].source), (-1, 0));
    assert_eq!(safe[0].flags, flags::FAILSAFE);
    assert_eq!(way.network.value(way.client, "S"), Value::Int(-1));
    // The same value as before the outage is a change now.
    way.network.connect(way.client, way.server, MS(1), 0);
    way.network.run_for(MS(500));
    let back = way.poll(10);
    assert_eq!((back[0].integer, back[0].quality), (7, Quality::Good));
    assert!(
        !way.network.sent[way.client]
            .iter()
            .any(|text| text.contains("\"S\""))
    );
}

#[test]
fn a_held_level_lasts_its_time_on_the_wire() {
    let mut declaration = Declaration::new("S", Kind::Bool, Direction::Input);
    declaration.min_hold = MS(100);
    let mut way = OneWay::new(&declaration, |_| {});
    way.set(ValueRef::Bool(true));
    way.network.run_for(MS(15));
    assert_eq!(way.poll(10)[0].rise_count, 1);
    way.set(ValueRef::Bool(false));
    way.network.run_for(MS(80));
    assert!(way.poll(10).is_empty(), "the level must last");
    way.network.run_for(MS(30));
    assert_eq!(way.poll(10)[0].integer, 0);
}

#[test]
fn a_large_state_is_split_into_complete_messages() {
    let mut network = Network::new(42);
    let mut small = options(Mode::Server, MS(10));
    small.max_data_frame_bytes = 8192;
    let server = network.library(small, MS(0));
    let client = network.library(options(Mode::Client, MS(10)), MS(0));
    for index in 0..2_000 {
        let name = format!("Signal{index:04}");
        network.declare(server, &name, Kind::Int, Access::Write);
        network.declare(client, &name, Kind::Int, Access::Read);
        network.set(server, &name, ValueRef::Int(index));
    }
    network.connect(client, server, MS(1), 0);
    network.run_for(MS(500));
    let sizes: Vec<usize> = network.sent[server].iter().map(String::len).collect();
    assert!(
        sizes.len() >= 5 && sizes.iter().all(|size| *size <= 8192),
        "{sizes:?}"
    );
    for index in [0, 999, 1_999] {
        let name = format!("Signal{index:04}");
        assert_eq!(network.value(client, &name), Value::Int(index));
    }
}

#[test]
fn a_grown_catalogue_is_pushed_once_to_those_who_asked() {
    let mut way = OneWay::new(
        &Declaration::new("S", Kind::Int, Direction::Input),
        |options| {
            options.catalog_push = true;
        },
    );
    let until = way.network.now + MS(1_000);
    way.network
        .input(way.client, Input::Import { token: 1, until });
    way.network.run_for(MS(50));
    let answers = |way: &OneWay| {
        let sent = &way.network.sent[way.server];
        sent.iter()
            .filter(|text| text.contains("import_answer"))
            .count()
    };
    assert_eq!(answers(&way), 1);
    for name in ["New1", "New2", "New3"] {
        way.network
            .declare(way.server, name, Kind::Bool, Access::Write);
        way.network.run_for(MS(20));
    }
    way.network.run_for(MS(400));
    assert_eq!(answers(&way), 2);
    let events = &way.network.ends[way.client].events;
    assert!(
        events
            .iter()
            .any(|event| event.kind == EventKind::CatalogChanged)
    );
}

#[test]
fn messages_of_unknown_types_reach_a_host_that_asked_for_them() {
    for asked in [true, false] {
        let mut way = OneWay::new(
            &Declaration::new("S", Kind::Int, Direction::Input),
            |options| {
                options.raw_events = asked;
            },
        );
        let json = r#"{"type":"acme_ping","n":1}"#.to_owned();
        way.network.input(
            way.client,
            Input::SendRaw {
                peer: None,
                json: json.clone(),
            },
        );
        way.network.run_for(MS(10));
        let events = &way.network.ends[way.server].events;
        let raw: Vec<&str> = events
            .iter()
            .filter(|event| event.kind == EventKind::Raw)
            .map(|event| event.text.as_str())
            .collect();
        assert_eq!(raw, if asked { vec![json.as_str()] } else { vec![] });
    }
    let mut network = Network::new(43);
    let server = network.library(options(Mode::Server, MS(10)), MS(0));
    let client = network.model(super::crossing::silent_model(), MS(0));
    let wire = network.connect(client, server, MS(1), 0);
    network.inject(wire, server, Packet::Text(r#"{"type":"acme"}"#.to_owned()));
    network.run_for(MS(5));
    assert_eq!(network.session(server).stats().unknown_message, 1);
}
