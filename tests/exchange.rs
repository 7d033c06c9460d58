//! Values, catalogues and subscriptions between this library's two ends over real sockets.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests over real sockets wait in real time and may fail anywhere"
)]

mod common;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use common::{
    KINDS, LIMIT, SECOND, add, client, client_with, connect, holds, input, output, poll, quality,
    raw, server, server_with, set, text, until, until_holds,
};
use realvirtual_ws::interface::{EventKind, State, flags};
use realvirtual_ws::options::SendMode;
use realvirtual_ws::{Access, Direction, ErrorCode, Interface, Kind, Quality, ValueRef};

const MODES: [SendMode; 3] = [SendMode::Cycle, SendMode::OnChange, SendMode::Manual];

/// Brings out what was set.
fn flush(interface: &Interface, mode: SendMode) {
    if mode == SendMode::Manual {
        interface.flush().unwrap();
    }
}

#[test]
fn all_kinds_go_both_ways_in_every_send_mode() {
    for mode in MODES {
        let server = server_with(|o| o.send_mode = mode);
        let client = client_with(&server, |o| o.send_mode = mode);
        let pairs: Vec<_> = KINDS
            .iter()
            .map(|(kind, value)| {
                let down = format!("down {kind:?}");
                let up = format!("up {kind:?}");
                (
                    [input(&server, &down, *kind), input(&client, &down, *kind)],
                    [output(&client, &up, *kind), output(&server, &up, *kind)],
                    *value,
                )
            })
            .collect();
        connect(&client);
        for (down, up, value) in &pairs {
            set(&server, down[0], *value);
            set(&client, up[0], *value);
        }
        flush(&server, mode);
        flush(&client, mode);
        for (down, up, value) in &pairs {
            until_holds(&client, down[1], *value);
            until_holds(&server, up[1], *value);
            assert_eq!(quality(&client, down[1]), Quality::Good);
            assert_eq!(server.signal_info(up[1]).unwrap().source, 1);
        }
        // And once more, now that the first states are exchanged.
        let int = &pairs[1];
        for n in 1..=20 {
            set(&server, int.0[0], ValueRef::Int(n));
            set(&client, int.1[0], ValueRef::Int(-n));
            flush(&server, mode);
            flush(&client, mode);
            until_holds(&client, int.0[1], ValueRef::Int(n));
            until_holds(&server, int.1[1], ValueRef::Int(-n));
        }
    }
}

#[test]
fn in_manual_mode_nothing_leaves_before_a_flush() {
    let server = server_with(|o| o.send_mode = SendMode::Manual);
    let client = client(&server);
    let here = input(&server, "n", Kind::Int);
    let there = input(&client, "n", Kind::Int);
    connect(&client);
    until("the first state", || {
        quality(&client, there) == Quality::Good
    });
    set(&server, here, ValueRef::Int(1));
    std::thread::sleep(Duration::from_millis(60));
    assert_eq!(client.get_int(there).unwrap(), 0);
    server.flush().unwrap();
    until_holds(&client, there, ValueRef::Int(1));
}

#[test]
fn in_manual_mode_what_is_set_right_after_a_flush_does_not_go_with_it() {
    let server = server_with(|o| o.send_mode = SendMode::Manual);
    let client = client(&server);
    let here = input(&server, "n", Kind::Int);
    let there = input(&client, "n", Kind::Int);
    connect(&client);
    until("the first state", || {
        quality(&client, there) == Quality::Good
    });
    for n in 1..=200 {
        set(&server, here, ValueRef::Int(n));
        server.flush().unwrap();
        // Before the network thread has got to it.
        set(&server, here, ValueRef::Int(-n));
        assert_eq!(server.get_int(here).unwrap(), -n);
        until_holds(&client, there, ValueRef::Int(n));
        std::thread::sleep(Duration::from_micros(100));
        assert_eq!(client.get_int(there).unwrap(), n);
    }
}

#[test]
fn flushes_in_quick_succession_end_with_the_last_value() {
    let server = server_with(|o| o.send_mode = SendMode::Manual);
    let client = client(&server);
    let here = input(&server, "n", Kind::Int);
    let there = input(&client, "n", Kind::Int);
    connect(&client);
    until("the first state", || {
        quality(&client, there) == Quality::Good
    });
    for round in 1..=20 {
        for n in 0..10 {
            set(&server, here, ValueRef::Int(round * 10 + n));
            server.flush().unwrap();
        }
        until_holds(&client, there, ValueRef::Int(round * 10 + 9));
    }
}

#[test]
fn a_stop_brings_out_what_was_set_just_before_it() {
    let server = server();
    let there = output(&server, "n", Kind::Int);
    for mode in MODES {
        let client = client_with(&server, |o| o.send_mode = mode);
        let here = output(&client, "n", Kind::Int);
        for round in 1..=15 {
            connect(&client);
            for n in 0..20 {
                set(&client, here, ValueRef::Int(round * 100 + n));
                std::thread::sleep(Duration::from_micros(50 * n.cast_unsigned()));
            }
            client.stop(SECOND).unwrap();
            until_holds(&server, there, ValueRef::Int(round * 100 + 19));
        }
    }
}

#[test]
fn a_client_imports_connected_or_not() {
    let server = server();
    let ids: Vec<u32> = KINDS
        .iter()
        .map(|(kind, value)| {
            let id = input(&server, &format!("a {kind:?}"), *kind);
            set(&server, id, *value);
            id
        })
        .collect();
    output(&server, "command", Kind::Int);
    // The controller's direction of view is not stated: both may write what is imported.
    let client = client(&server);
    let report = client.import(LIMIT).unwrap();
    assert_eq!(
        (report.added, report.conflicting, report.refused),
        (5, 0, 0)
    );
    assert_eq!(client.info().state, State::Stopped);
    until("the client is gone", || server.info().clients == 0);
    assert_eq!(client.signal_count(), 5);
    for (kind, value) in KINDS {
        let id = client.find_signal(&format!("a {kind:?}")).unwrap();
        let info = client.signal_info(id).unwrap();
        assert!(holds(&client, id, value));
        assert!(info.imported);
        assert_eq!(info.direction, Some(Direction::Output), "inverted");
        assert_eq!(info.access, Access::ReadWrite);
    }
    assert!(poll(&client).iter().all(|c| c.flags & flags::IMPORTED != 0));

    connect(&client);
    input(&server, "later", Kind::Bool);
    let report = client.import(LIMIT).unwrap();
    assert_eq!((report.added, report.unchanged), (1, 5));
    assert_eq!(client.info().state, State::Connected, "it stays connected");
    let id = client.find_signal("a Int").unwrap();
    set(&server, ids[1], ValueRef::Int(42));
    until_holds(&client, id, ValueRef::Int(42));
}

#[test]
fn a_start_right_after_an_import_is_not_undone_by_its_end() {
    let server = server();
    input(&server, "n", Kind::Int);
    for pause in [0, 0, 0, 1, 2, 5, 10, 20, 50] {
        let client = client(&server);
        let token = client.import_begin(LIMIT).unwrap();
        until("the import is done", || {
            client.import_result(token).unwrap().is_some()
        });
        std::thread::sleep(Duration::from_millis(pause));
        connect(&client);
        std::thread::sleep(Duration::from_millis(60));
        assert_eq!(client.info().state, State::Connected, "after {pause} ms");
    }
}

#[test]
fn an_interface_that_was_started_for_an_import_alone_stops_by_itself_and_starts_again() {
    let server = server();
    input(&server, "n", Kind::Int);
    let client = client(&server);
    for _ in 0..3 {
        client.import_begin(LIMIT).unwrap();
        until("it has stopped", || {
            server.info().clients == 0 && client.info().state == State::Stopped
        });
        assert_eq!(client.import(LIMIT).unwrap().answered, 1);
        assert_eq!(client.info().state, State::Stopped);
    }
    client.import_begin(LIMIT).unwrap();
    // Started by the host meanwhile, it stays.
    client.start().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(client.info().state, State::Connected);
}

#[test]
fn a_server_that_does_not_answer_the_close_takes_nothing_from_an_import() {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let head = raw::read_head(&mut stream);
        let answer = raw::upgrade_answer(&head);
        stream.write_all(answer.as_bytes()).unwrap();
        let text =
            r#"{"type":"import_answer","signals":{"n":1},"signalTypes":{"n":"PLCInputInt"}}"#;
        stream.write_all(&raw::unmasked(text)).unwrap();
        std::thread::sleep(Duration::from_millis(50));
        stream.write_all(&raw::unmasked(text)).unwrap();
        // Reads on and says nothing.
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    });
    let client = Interface::new(common::client_options(port)).unwrap();
    let report = client.import(LIMIT).unwrap();
    assert_eq!(report.added, 1);
    drop(client);
    served.join().unwrap();
}

#[test]
fn a_server_imports_from_its_clients() {
    let server = server();
    let code = Interface::import(&Interface::new(offline()).unwrap(), SECOND);
    assert_eq!(code.unwrap_err().code(), ErrorCode::State);
    let clients: Vec<Interface> = (0..3)
        .map(|n| {
            let client = client(&server);
            let id = output(&client, &format!("client {n}"), Kind::Float);
            set(&client, id, ValueRef::Float(f64::from(n) + 0.5));
            output(&client, "common", Kind::Int);
            connect(&client);
            client
        })
        .collect();
    until("three clients", || server.info().clients == 3);
    // One that never answers, as web viewers do.
    let mut viewer = raw::connect(server.info().port);
    raw::send(&mut viewer, r#"{"type":"init","name":"viewer"}"#);
    until("the viewer", || server.client_ids().len() == 4);
    let report = server.import(Duration::from_millis(400)).unwrap();
    assert_eq!((report.added, report.answered), (4, 3));
    assert_eq!(report.unanswered, 1);
    assert!(report.text.contains("viewer"), "{}", report.text);
    for n in 0..3 {
        let id = server.find_signal(&format!("client {n}")).unwrap();
        assert!(holds(&server, id, ValueRef::Float(f64::from(n) + 0.5)));
    }
    let id = server.find_signal("client 1").unwrap();
    let there = clients[1].find_signal("client 1").unwrap();
    set(&clients[1], there, ValueRef::Float(9.25));
    until_holds(&server, id, ValueRef::Float(9.25));
}

fn offline() -> realvirtual_ws::Options {
    let mut options = realvirtual_ws::Options::server();
    options.port = 0;
    options
}

#[test]
fn a_batch_is_seen_whole_or_not_at_all() {
    const COUNT: u32 = 50;
    let server = server_with(|o| o.send_mode = SendMode::OnChange);
    let client = client(&server);
    let here: Vec<u32> = (0..COUNT)
        .map(|n| input(&server, &format!("s{n}"), Kind::Int))
        .collect();
    let there: Vec<u32> = (0..COUNT)
        .map(|n| input(&client, &format!("s{n}"), Kind::Int))
        .collect();
    connect(&client);
    until("the first state", || {
        quality(&client, there[0]) == Quality::Good
    });
    poll(&client);
    for round in 1..=200 {
        let values = here.iter().map(|id| Ok((*id, ValueRef::Int(round))));
        server.set_values(values).unwrap();
        let start = Instant::now();
        loop {
            let changes = poll(&client);
            if !changes.is_empty() {
                assert_eq!(changes.len(), COUNT as usize, "a torn batch");
                assert!(changes.iter().all(|c| c.integer == round));
                break;
            }
            let mut seen = BTreeSet::new();
            client
                .get_values(there.iter().copied(), |_, c| {
                    seen.insert(c.integer);
                })
                .unwrap();
            assert_eq!(seen.len(), 1, "a torn read");
            assert!(start.elapsed() < LIMIT, "round {round} did not arrive");
        }
    }
}

#[test]
fn a_batch_with_one_bad_entry_sets_nothing_and_names_it() {
    let server = server();
    let a = input(&server, "a", Kind::Int);
    let b = output(&server, "b", Kind::Int);
    let values = [(a, ValueRef::Int(1)), (b, ValueRef::Int(1))];
    let error = server.set_values(values.into_iter().map(Ok)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::NotWritable);
    assert!(error.message().contains("values[1]"), "{error}");
    assert_eq!(server.get_int(a).unwrap(), 0);
}

#[test]
fn ten_thousand_signals_arrive_as_one_state() {
    const COUNT: u32 = 10_000;
    let server = server();
    for n in 0..COUNT {
        let id = input(
            &server,
            &format!("Plant.Line{}.Drive{n}", n % 7),
            Kind::Float,
        );
        set(&server, id, ValueRef::Float(f64::from(n) / 3.0));
    }
    let client = client(&server);
    let report = client.import(LIMIT).unwrap();
    assert_eq!(report.added, COUNT);
    connect(&client);
    for n in 0..COUNT {
        set(&server, n, ValueRef::Float(f64::from(n) / 7.0));
    }
    let last = client.find_signal("Plant.Line3.Drive9999").unwrap();
    until_holds(&client, last, ValueRef::Float(9999.0 / 7.0));
    for n in 0..COUNT {
        let id = client.find_signal(&server.signal_name(n).unwrap()).unwrap();
        until_holds(&client, id, ValueRef::Float(f64::from(n) / 7.0));
    }
}

#[test]
fn names_are_matched_byte_for_byte() {
    let longest = "n".repeat(512);
    let names = [
        "é",
        "e\u{301}",
        "日本語",
        "😀",
        "a.b/c\\d",
        "\"quoted\"",
        "line\nbreak\ttab\u{1}",
        "__proto__",
        " ",
        "A",
        "a",
        "\u{feff}",
        "\u{2028}",
        "</script>",
        &longest,
    ];
    let server = server();
    let client = client(&server);
    let pairs: Vec<(u32, u32)> = names
        .iter()
        .map(|name| {
            (
                input(&server, name, Kind::Text),
                input(&client, name, Kind::Text),
            )
        })
        .collect();
    connect(&client);
    for ((here, _), name) in pairs.iter().zip(names) {
        set(&server, *here, ValueRef::Text(name));
    }
    for ((_, there), name) in pairs.iter().zip(names) {
        until_holds(&client, *there, ValueRef::Text(name));
    }
    for (name, code) in [
        ("", ErrorCode::Name),
        ("a\0b", ErrorCode::Name),
        (&"n".repeat(513), ErrorCode::Name),
    ] {
        let declaration = realvirtual_ws::Declaration::new(name, Kind::Int, Direction::Input);
        assert_eq!(server.add_signal(&declaration).unwrap_err().code(), code);
    }
}

#[test]
fn texts_of_64_kib_go_through_and_longer_ones_are_refused() {
    let server = server();
    let client = client(&server);
    let here = input(&server, "text", Kind::Text);
    let there = input(&client, "text", Kind::Text);
    connect(&client);
    // Six bytes of JSON for each byte of text.
    for unit in ["x", "\u{1}", "é", "\u{1f600}"] {
        let longest = unit.repeat(65_536 / unit.len());
        set(&server, here, ValueRef::Text(&longest));
        until_holds(&client, there, ValueRef::Text(&longest));
    }
    let error = server
        .set(here, ValueRef::Text(&"x".repeat(65_537)))
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::Text);
}

#[test]
fn numbers_arrive_exactly() {
    let ints = [i64::MIN, i64::MAX, (1 << 53) + 1, -(1 << 53) - 1, 0, -1];
    let floats = [
        0.1,
        -0.0,
        1.0,
        f64::MIN_POSITIVE,
        5e-324,
        f64::MAX,
        f64::MIN,
        1e300,
        1.0 / 3.0,
        123_456_789.123_456_78,
        f64::from(0.1_f32),
        9_007_199_254_740_993.0,
        f64::EPSILON,
    ];
    let server = server_with(|o| o.send_mode = SendMode::OnChange);
    let client = client(&server);
    let pair = |kind, name: &str| (input(&server, name, kind), input(&client, name, kind));
    let (int, float) = (pair(Kind::Int, "int"), pair(Kind::Float, "float"));
    connect(&client);
    for value in ints {
        set(&server, int.0, ValueRef::Int(value));
        until_holds(&client, int.1, ValueRef::Int(value));
    }
    for value in floats {
        set(&server, float.0, ValueRef::Float(value));
        if value == 0.0 {
            // The sign of zero is not a value of its own.
            until("zero", || client.get_float(float.1).unwrap() == 0.0);
        } else {
            until_holds(&client, float.1, ValueRef::Float(value));
        }
    }
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let error = server.set(float.0, ValueRef::Float(value)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::NotFinite);
    }
}

#[test]
fn values_of_one_client_reach_the_others() {
    let server = server();
    let (one, other) = (client(&server), client(&server));
    for kind in KINDS.map(|(kind, _)| kind) {
        let name = format!("{kind:?}");
        output(&server, &name, kind);
        output(&one, &name, kind);
        add_read(&other, &name, kind);
    }
    connect(&one);
    connect(&other);
    for (id, (_, value)) in (0..).zip(KINDS) {
        set(&one, id, value);
        until_holds(&other, id, value);
        until_holds(&server, id, value);
    }
    for n in 0..50 {
        set(&one, 1, ValueRef::Int(n));
        until_holds(&other, 1, ValueRef::Int(n));
    }
}

fn add_read(interface: &Interface, name: &str, kind: Kind) {
    let mut declaration = realvirtual_ws::Declaration::new(name, kind, Direction::Output);
    declaration.access = Some(Access::Read);
    interface.add_signal(&declaration).unwrap();
}

#[test]
fn without_relay_values_of_one_client_stay_from_the_others() {
    let server = server_with(|o| o.relay = false);
    let (one, other) = (client(&server), client(&server));
    output(&server, "n", Kind::Int);
    output(&one, "n", Kind::Int);
    add_read(&other, "n", Kind::Int);
    connect(&one);
    connect(&other);
    set(&one, 0, ValueRef::Int(5));
    until_holds(&server, 0, ValueRef::Int(5));
    std::thread::sleep(Duration::from_millis(60));
    assert_eq!(quality(&other, 0), Quality::Never);
}

#[test]
fn a_client_gets_what_it_subscribed_to_until_it_wants_everything_again() {
    let server = server();
    let client = client(&server);
    for name in ["a", "b"] {
        input(&server, name, Kind::Int);
        input(&client, name, Kind::Int);
    }
    client.subscribe(["b", "later"].into_iter()).unwrap();
    connect(&client);
    let both = |a, b| {
        let values = [(0, ValueRef::Int(a)), (1, ValueRef::Int(b))];
        server.set_values(values.into_iter().map(Ok)).unwrap();
    };
    both(1, 1);
    until_holds(&client, 1, ValueRef::Int(1));
    assert_eq!(quality(&client, 0), Quality::Never);
    // A name that did not exist when it was asked for.
    let there = input(&client, "later", Kind::Text);
    let here = input(&server, "later", Kind::Text);
    set(&server, here, ValueRef::Text("now"));
    until_holds(&client, there, ValueRef::Text("now"));
    // In place of the former choice, with a snapshot at once.
    client.subscribe(["a"].into_iter()).unwrap();
    until_holds(&client, 0, ValueRef::Int(1));
    both(2, 2);
    until_holds(&client, 0, ValueRef::Int(2));
    assert_eq!(client.get_int(1).unwrap(), 1);
    assert!(server.client(server.client_ids()[0]).unwrap().subscribed);

    client.subscribe_all().unwrap();
    until_holds(&client, 1, ValueRef::Int(2));
    both(3, 3);
    until_holds(&client, 0, ValueRef::Int(3));
    until_holds(&client, 1, ValueRef::Int(3));
    let code = server.subscribe(["a"].into_iter()).unwrap_err().code();
    assert_eq!(code, ErrorCode::Unsupported);
}

#[test]
fn silence_is_filled_with_heartbeats() {
    let server = server_with(|o| o.heartbeat = Duration::from_millis(100));
    let mut viewer = raw::connect(server.info().port);
    let start = Instant::now();
    let mut beats = 0;
    while start.elapsed() < Duration::from_millis(1000) {
        let message = raw::read_text(&mut viewer);
        assert!(message.contains(r#""signals":{}"#), "{message}");
        beats += 1;
    }
    assert!((5..=11).contains(&beats), "{beats} in a second");
    // Values keep it away.
    let id = input(&server, "n", Kind::Int);
    let mut empty = 0;
    for n in 1..=30 {
        set(&server, id, ValueRef::Int(n));
        while !raw::read_text(&mut viewer).contains(&format!(":{n}}}")) {
            empty += 1;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(empty <= 2, "{empty} heartbeats between values");
}

#[test]
fn fifty_clients_get_and_send() {
    let server = server();
    let shared = input(&server, "shared", Kind::Int);
    let clients: Vec<Interface> = (0..50)
        .map(|n| {
            let client = client(&server);
            input(&client, "shared", Kind::Int);
            output(&client, &format!("from {n}"), Kind::Int);
            output(&server, &format!("from {n}"), Kind::Int);
            client.start().unwrap();
            client
        })
        .collect();
    for client in &clients {
        client.wait_connected(LIMIT).unwrap();
    }
    set(&server, shared, ValueRef::Int(77));
    for (n, client) in (0..).zip(&clients) {
        set(client, 1, ValueRef::Int(1000 + n));
    }
    for (n, client) in (0..).zip(&clients) {
        until_holds(client, 0, ValueRef::Int(77));
        let id = server.find_signal(&format!("from {n}")).unwrap();
        until_holds(&server, id, ValueRef::Int(1000 + n));
    }
    let mut joined = 0;
    until("an event for each", || {
        while let Some(kind) = server.poll_event(|event| (true, event.kind)).unwrap() {
            joined += u32::from(kind == EventKind::ClientJoined);
        }
        joined == 50
    });
    assert_eq!(server.client_ids().len(), 50);
    let first = server.client_ids()[0];
    server.disconnect_client(first).unwrap();
    until("it comes back under a new number", || {
        let ids = server.client_ids();
        ids.len() == 50 && !ids.contains(&first)
    });
}

#[test]
fn a_signal_of_another_kind_takes_what_fits_and_the_rest_goes_on() {
    let server = server();
    let client = client(&server);
    input(&server, "n", Kind::Float);
    input(&client, "n", Kind::Int);
    input(&server, "t", Kind::Text);
    input(&client, "t", Kind::Int);
    connect(&client);
    let values = [(0, ValueRef::Float(3.0)), (1, ValueRef::Text("abc"))];
    server.set_values(values.into_iter().map(Ok)).unwrap();
    until_holds(&client, 0, ValueRef::Int(3));
    assert_eq!(quality(&client, 1), Quality::Never);
    assert!(client.stats().rejected_type > 0);
    assert_eq!(text(&server, 1), "abc");
}

#[test]
fn both_ends_may_write_a_signal_and_agree_in_the_end() {
    let server = server();
    let client = client(&server);
    for interface in [&server, &client] {
        let mut declaration = realvirtual_ws::Declaration::new("n", Kind::Int, Direction::Auto);
        declaration.access = Some(Access::ReadWrite);
        interface.add_signal(&declaration).unwrap();
    }
    connect(&client);
    std::thread::scope(|scope| {
        for (interface, sign) in [(&server, 1), (&client, -1)] {
            scope.spawn(move || {
                for n in 1..=300 {
                    set(interface, 0, ValueRef::Int(sign * n));
                    std::thread::sleep(Duration::from_millis(1));
                }
            });
        }
    });
    let mut equal = 0;
    until("both hold the same value and keep it", || {
        let same = server.get_int(0).unwrap() == client.get_int(0).unwrap();
        equal = if same { equal + 1 } else { 0 };
        equal > 50
    });
    // Which of the crossing values it is, chance decides; a value set afterwards, at either end, holds at both.
    for (interface, value) in [(&client, 1000), (&server, 2000)] {
        std::thread::sleep(Duration::from_millis(300));
        set(interface, 0, ValueRef::Int(value));
        until_holds(&server, 0, ValueRef::Int(value));
        until_holds(&client, 0, ValueRef::Int(value));
    }
    std::thread::sleep(Duration::from_millis(300));
    let frames = server.stats().frames_out + client.stats().frames_out;
    std::thread::sleep(Duration::from_millis(300));
    let later = server.stats().frames_out + client.stats().frames_out;
    assert!(later - frames <= 4, "{} frames at rest", later - frames);
    let _ = add(&server, "n2", Kind::Int, Direction::Auto);
}

#[test]
fn notes_are_kept_with_the_signal() {
    let server = server();
    let mut declaration = realvirtual_ws::Declaration::new("Noted", Kind::Bool, Direction::Input);
    declaration.comment = "light barrier";
    declaration.folder = "cell/conveyor";
    let id = server.add_signal(&declaration).unwrap();
    let plain = server
        .add_signal(&realvirtual_ws::Declaration::new(
            "Plain",
            Kind::Bool,
            Direction::Input,
        ))
        .unwrap();
    let notes = server.signal_notes(id).unwrap();
    assert_eq!(
        (notes.comment.as_str(), notes.folder.as_str()),
        ("light barrier", "cell/conveyor")
    );
    assert_eq!(
        server.signal_notes(plain).unwrap(),
        realvirtual_ws::interface::SignalNotes::default()
    );
}
