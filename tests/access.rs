//! Tokens and roles of running servers: added, presented, taken back; and who is told what.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests over real sockets wait in real time and may fail anywhere"
)]

mod common;

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use common::{
    LIMIT, client_with, connect, input, output, raw, server_with, set, until, until_holds,
};
use realvirtual_ws::interface::{EventKind, State};
use realvirtual_ws::{ErrorCode, Interface, Kind, Options, Role, ValueRef};

const TOKEN: &str = "s3same-t0ken";

/// An upgrade request with further header lines; gives the socket and the answer's head.
fn ask(port: u16, lines: &str) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    let request = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{lines}\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let head = raw::read_head(&mut stream);
    (stream, head)
}

fn status(port: u16, lines: &str) -> String {
    ask(port, lines).1[9..12].to_owned()
}

/// The code with which the server closes; then the connection is ended from here, too.
fn close_code(mut stream: TcpStream) -> u16 {
    loop {
        let (first, payload) = raw::read_frame(&mut stream);
        if first == 0x88 {
            return u16::from_be_bytes([payload[0], payload[1]]);
        }
    }
}

#[test]
fn c22_a_revoked_token_closes_its_connections_and_no_other_and_the_door_stays_shut() {
    let server = server_with(|o| o.access_token = Some(TOKEN.into()));
    let port = server.info().port;
    let id = input(&server, "n", Kind::Int);
    server.add_token("second", Role::full()).unwrap();
    server.add_user("bob", "hunter22", Role::full()).unwrap();
    let (first, _) = ask(port, &format!("X-API-Key: {TOKEN}\r\n"));
    let (mut second, _) = ask(port, "Authorization: Bearer second\r\n");
    let (user, _) = ask(port, "Authorization: Basic Ym9iOmh1bnRlcjIy\r\n");
    until("three are connected", || server.info().clients == 3);

    server.revoke_token(TOKEN).unwrap();
    assert_eq!(close_code(first), 1008);
    assert_eq!(status(port, &format!("X-API-Key: {TOKEN}\r\n")), "401");
    until("one is gone", || server.info().clients == 2);
    set(&server, id, ValueRef::Int(7));
    while !raw::read_text(&mut second).contains(r#""n":7"#) {}

    server.revoke_user("bob").unwrap();
    assert_eq!(close_code(user), 1008);
    server.revoke_token("second").unwrap();
    assert_eq!(close_code(second), 1008);
    assert_eq!(status(port, ""), "401", "no token left is no open door");
    assert_eq!(
        server.revoke_token("second").unwrap_err().code(),
        ErrorCode::NotFound
    );
    // Nor is it after a stop.
    server.stop(LIMIT).unwrap();
    server.start().unwrap();
    let port = server.info().port;
    assert_eq!(status(port, ""), "401");
    server.add_token("third", Role::full()).unwrap();
    assert_eq!(status(port, "X-API-Key: third\r\n"), "101");
}

#[test]
fn tokens_are_for_servers() {
    let client = Interface::new(Options::client()).unwrap();
    let errors = [
        client.add_token("t", Role::full()),
        client.revoke_token("t"),
        client.add_user("u", "p", Role::full()),
        client.revoke_user("u"),
    ];
    for error in errors {
        assert_eq!(error.unwrap_err().code(), ErrorCode::Unsupported);
    }
}

/// Everything that an interface has said so far, for people.
fn told(interface: &Interface) -> String {
    let mut all = String::new();
    while let Some(record) = interface.poll_log(|r| (true, r.text.clone())).unwrap() {
        all += &record;
        all.push('\n');
    }
    while let Some(event) = interface.poll_event(|e| (true, e.text.clone())).unwrap() {
        all += &event;
        all.push('\n');
    }
    if let Some(error) = interface.info().last_error {
        all += &format!("{error} {error:?}\n");
    }
    all
}

#[test]
fn c17_to_c19_no_log_error_event_or_close_reason_tells_a_secret() {
    let server = server_with(|o| {
        o.debug = true;
        o.access_token = Some(TOKEN.into());
        (o.user, o.password) = (Some("bob".into()), Some("hunter22".into()));
    });
    server.add_token("added-t0ken", Role::full()).unwrap();
    let port = server.info().port;
    let mut all = String::new();
    for (present, path) in [
        (Some(TOKEN), None),
        (Some("added-t0ken"), None),
        (Some("wr0ng-t0ken"), None),
        (None, Some(format!("/?token={TOKEN}"))),
        (None, Some("/?apikey=wr0ng-t0ken".to_owned())),
        (None, None),
    ] {
        let client = client_with(&server, |o| {
            o.debug = true;
            o.auto_reconnect = false;
            match present {
                Some(token) => o.access_token = Some(token.into()),
                None if path.is_none() => {
                    (o.user, o.password) = (Some("bob".into()), Some("hunter22".into()));
                }
                None => {}
            }
            o.path = path;
        });
        client.start().unwrap();
        let _ = client.wait_connected(LIMIT);
        all += &told(&client);
    }
    let (mut nosy, _) = ask(port, &format!("X-API-Key: {TOKEN}\r\n"));
    // A client that says its token aloud.
    raw::send(&mut nosy, &format!(r#"{{"type":"init","name":"{TOKEN}"}}"#));
    raw::send(
        &mut nosy,
        &format!(r#"{{"type":"data","signals":{{"{TOKEN}":1}}}}"#),
    );
    raw::send(
        &mut nosy,
        r#"{"type":"config_set","config":{"password":"hunter33"}"#,
    );
    until("it was heard", || server.stats().malformed == 1);
    server.revoke_token(TOKEN).unwrap();
    server.revoke_token("added-t0ken").unwrap();
    assert_eq!(close_code(nosy), 1008);
    let closed = || server.client_ids().is_empty();
    until("all are gone", closed);
    all += &told(&server);
    for words in ["role \"full\"", "malformed", "access was revoked"] {
        assert!(all.contains(words), "{words} is not in what was told");
    }
    for line in all.lines() {
        for secret in ["s3same", "t0ken", "hunter", "Ym9iOmh1bnRlcjIy"] {
            assert!(!line.contains(secret), "{line}");
        }
    }
}

#[test]
fn a_role_holds_between_two_programs() {
    let server = server_with(|_| {});
    let (seen, hidden) = (
        input(&server, "Line1/seen", Kind::Int),
        input(&server, "Line2/hidden", Kind::Int),
    );
    let commanded = output(&server, "Line1/set", Kind::Int);
    let role = Role {
        name: "operator".into(),
        read: vec!["Line1/*".into()],
        write: vec!["Line1/set".into()],
        import: true,
        config: false,
    };
    server.add_token(TOKEN, role).unwrap();
    set(&server, seen, ValueRef::Int(1));
    set(&server, hidden, ValueRef::Int(2));
    let panel = client_with(&server, |o| o.access_token = Some(TOKEN.into()));
    assert_eq!(panel.import(LIMIT).unwrap().added, 2);
    connect(&panel);
    let id = panel.find_signal("Line1/set").unwrap();
    set(&panel, id, ValueRef::Int(9));
    until_holds(&server, commanded, ValueRef::Int(9));
    set(&server, seen, ValueRef::Int(3));
    until_holds(
        &panel,
        panel.find_signal("Line1/seen").unwrap(),
        ValueRef::Int(3),
    );
    assert!(panel.find_signal("Line2/hidden").is_err());
    assert_eq!(server.stats().denied, 0);
}

#[test]
fn a_refused_client_goes_on_trying_ever_less_often_and_gets_in_when_it_may() {
    let server = server_with(|o| o.access_token = Some("another".into()));
    let client = client_with(&server, |o| {
        o.access_token = Some(TOKEN.into());
        o.reconnect_interval = Duration::from_millis(10);
    });
    client.start().unwrap();
    until("it has tried five times", || {
        client.info().reconnect_attempts >= 5
    });
    assert_eq!(client.info().state, State::Reconnecting);
    let error = client.wait_connected(Duration::ZERO).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Denied);
    // One wrong token many times is no guessing.
    let mut refused = Vec::new();
    while let Some(event) = client.poll_event(|e| (true, e.clone())).unwrap() {
        if event.kind == EventKind::Disconnected {
            assert!(event.text.contains("401"), "{}", event.text);
            refused.push(event.time);
        }
    }
    let waits: Vec<Duration> = refused
        .windows(2)
        .map(|pair| pair[1].since(pair[0]))
        .collect();
    assert!(waits.last() > waits.first(), "{waits:?}");
    server.add_token(TOKEN, Role::full()).unwrap();
    until("it is let in", || client.info().state == State::Connected);
}
