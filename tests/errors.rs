//! Every failure has its code, and a message that names what to do about it.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests over real sockets wait in real time and may fail anywhere"
)]

mod common;

use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

use common::{
    LIMIT, SECOND, at_most, client_options, client_with, raw, server, server_with, until,
};
use realvirtual_ws::interface::{EventKind, State};
use realvirtual_ws::{Error, ErrorCode, Interface, Options};

#[track_caller]
fn assert_error(error: &Error, code: ErrorCode, words: &[&str]) {
    assert_eq!(error.code(), code, "{error}");
    for word in words {
        assert!(
            error.message().contains(word),
            "{word:?} is not in: {error}"
        );
    }
}

/// Starts a server with these options, which must fail.
#[track_caller]
fn start_error(change: impl FnOnce(&mut Options)) -> Error {
    let mut options = Options::server();
    options.port = 0;
    change(&mut options);
    let server = Interface::new(options).expect("valid options");
    let error = server.start().expect_err("it must not start");
    assert_eq!(server.info().state, State::Stopped);
    // Failing leaves it as it was.
    server.stop(SECOND).expect("nothing to stop");
    assert_eq!(server.start().expect_err("nor now").code(), error.code());
    error
}

#[test]
fn a_port_in_use_names_the_port_and_how_to_find_who_has_it() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let error = start_error(|o| o.port = port);
    let port = port.to_string();
    assert_error(&error, ErrorCode::PortInUse, &[&port, "another port", "0"]);
    #[cfg(target_os = "linux")]
    assert_error(&error, ErrorCode::PortInUse, &["ss -ltnp"]);
}

#[test]
fn a_port_in_use_can_be_started_on_once_it_is_free() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut options = Options::server();
    options.port = other.local_addr().unwrap().port();
    let server = Interface::new(options).unwrap();
    assert_eq!(server.start().unwrap_err().code(), ErrorCode::PortInUse);
    drop(other);
    server.start().unwrap();
    assert_eq!(server.info().state, State::Listening);
}

#[test]
fn two_servers_of_this_library_do_not_share_a_port() {
    let first = server();
    let error = start_error(|o| o.port = first.info().port);
    assert_eq!(error.code(), ErrorCode::PortInUse);
}

#[test]
fn a_bad_address_is_named_when_the_interface_is_created_or_started() {
    for address in ["", " ", "ws://127.0.0.1", "a b"] {
        let mut options = Options::server();
        options.address = address.to_owned();
        let error = Interface::new(options).unwrap_err();
        assert_error(&error, ErrorCode::Address, &["option address"]);
    }
    for address in ["256.1.1.1", "1.2.3", "fe80::zz"] {
        let error = start_error(|o| o.address = address.to_owned());
        assert_error(&error, ErrorCode::Address, &[address, "127.0.0.1"]);
    }
}

#[test]
fn an_address_of_another_machine_cannot_be_listened_on() {
    // TEST-NET-1 belongs to nobody.
    let error = start_error(|o| {
        o.address = "192.0.2.1".to_owned();
        o.allow_anonymous_network = true;
    });
    assert_error(
        &error,
        ErrorCode::Address,
        &["192.0.2.1", "127.0.0.1", "0.0.0.0"],
    );
}

#[test]
fn a_wide_bind_without_authentication_needs_consent() {
    for address in ["0.0.0.0", "::", "192.0.2.1"] {
        let error = start_error(|o| o.address = address.to_owned());
        let words = [address, "127.0.0.1", "allow_anonymous_network"];
        assert_error(&error, ErrorCode::InsecureBind, &words);
    }
    let wide = server_with(|o| {
        o.address = "0.0.0.0".to_owned();
        o.allow_anonymous_network = true;
    });
    let client = client_with(&wide, |_| {});
    client.start().unwrap();
    client.wait_connected(LIMIT).unwrap();
}

#[test]
fn names_that_do_not_resolve_are_named() {
    let error = start_error(|o| {
        o.address = "no-such-host.invalid".to_owned();
        o.connect_timeout = SECOND;
    });
    let words = ["no-such-host.invalid", "127.0.0.1"];
    assert_error(&error, ErrorCode::Resolve, &words);
    let mut options = client_options(1);
    options.address = "no-such-host.invalid".to_owned();
    options.connect_timeout = SECOND;
    let error = refusal(options);
    let words = ["no-such-host.invalid", "option address", "IP address"];
    assert_error(&error, ErrorCode::Resolve, &words);
}

/// What a client that tries once is told.
#[track_caller]
fn refusal(mut options: Options) -> Error {
    options.auto_reconnect = false;
    let client = Interface::new(options).expect("valid options");
    client.start().expect("a client starts");
    let error = client.wait_connected(LIMIT).expect_err("no connection");
    let info = client.info();
    assert_eq!(info.state, State::Failed);
    assert_eq!(info.last_error.as_ref(), Some(&error));
    assert_eq!(client.wait_connected(SECOND).expect_err("nor now"), error);
    let mut told = false;
    while let Some((kind, code)) = client
        .poll_event(|event| (true, (event.kind, event.result)))
        .expect("an open interface")
    {
        told |= kind == EventKind::Disconnected && code == error.code() as i32;
    }
    assert!(told, "there is an event with the code");
    let imported = client.import(SECOND).expect_err("still no connection");
    assert!(
        [error.code(), ErrorCode::Timeout].contains(&imported.code()),
        "{imported}"
    );
    error
}

/// A port on which nothing listens.
fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[test]
fn where_nothing_listens_the_client_says_so() {
    let port = closed_port();
    let error = refusal(client_options(port));
    let place = format!("127.0.0.1:{port}");
    let words = ["nothing listens", &place, "is the server started"];
    assert_error(&error, ErrorCode::Refused, &words);
}

#[test]
fn a_waiting_client_that_keeps_trying_gives_the_last_attempts_error() {
    let client = Interface::new(client_options(closed_port())).unwrap();
    let error = client.wait_connected(SECOND).unwrap_err();
    assert_error(&error, ErrorCode::State, &["not started"]);
    client.start().unwrap();
    let error = client
        .wait_connected(Duration::from_millis(300))
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::Refused);
    assert_eq!(client.info().state, State::Reconnecting);
    let error = client.import(Duration::from_millis(300)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Refused);
    // A new start has nothing to do with the old failure.
    client.stop(SECOND).unwrap();
    assert_eq!(
        client.info().last_error.map(|e| e.code()),
        Some(ErrorCode::Refused)
    );
}

#[test]
fn an_import_without_a_server_gives_the_connections_error() {
    let client = Interface::new(client_options(closed_port())).unwrap();
    let error = client.import(Duration::from_millis(300)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Refused);
    assert_eq!(client.info().state, State::Stopped, "it is as before");
}

#[test]
fn an_import_that_is_not_answered_runs_out_of_time() {
    let server = Interface::new({
        let mut options = Options::server();
        options.port = 0;
        options
    })
    .unwrap();
    server.start().unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = silent.accept().unwrap();
        let head = raw::read_head(&mut stream);
        assert!(head.to_lowercase().contains("sec-websocket-key"), "{head}");
        stream
            .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
    });
    let client = Interface::new(client_options(port)).unwrap();
    let start = std::time::Instant::now();
    let error = client.import(Duration::from_millis(400)).unwrap_err();
    at_most(Duration::from_millis(2000), "import", start);
    let codes = [
        ErrorCode::Handshake,
        ErrorCode::Refused,
        ErrorCode::Unreachable,
    ];
    assert!(codes.contains(&error.code()), "{error}");
    answering.join().unwrap();
}

#[test]
fn a_wrong_path_is_404_and_names_the_option() {
    let server = server_with(|o| o.path = Some("/plc".to_owned()));
    let port = server.info().port;
    let mut options = client_options(port);
    options.path = Some("/other".to_owned());
    let error = refusal(options.clone());
    let words = ["404", "/other", "option path"];
    assert_error(&error, ErrorCode::Handshake, &words);
    until("it is counted", || server.stats().refused_connections == 1);
    options.path = Some("/plc".to_owned());
    let client = Interface::new(options).unwrap();
    client.start().unwrap();
    client.wait_connected(LIMIT).unwrap();
}

#[test]
fn a_server_that_is_no_websocket_server_is_told_apart() {
    let answers: [(&[u8], &str); 3] = [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200"),
        (b"220 mail ready\r\n", "not HTTP"),
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://x/\r\n\r\n",
            "redirect",
        ),
    ];
    for (answer, word) in answers {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let answering = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            raw::read_head(&mut stream);
            stream.write_all(answer).unwrap();
        });
        let error = refusal(client_options(port));
        assert_error(&error, ErrorCode::Handshake, &[word]);
        answering.join().unwrap();
    }
}

#[test]
fn attempts_that_are_used_up_end_in_the_failed_state() {
    let mut options = client_options(closed_port());
    options.max_reconnect_attempts = Some(2);
    options.reconnect_interval = Duration::from_millis(20);
    let client = Interface::new(options).unwrap();
    client.start().unwrap();
    until("it gives up", || client.info().state == State::Failed);
    assert_eq!(client.info().reconnect_attempts, 2);
    let error = client.wait_connected(LIMIT).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Refused);
    // Stop and start try again.
    client.stop(SECOND).unwrap();
    client.start().unwrap();
    until("it gives up again", || client.info().state == State::Failed);
}

#[test]
fn a_server_without_clients_says_that_nobody_came() {
    let server = server();
    let error = server
        .wait_connected(Duration::from_millis(50))
        .unwrap_err();
    assert_error(&error, ErrorCode::Timeout, &["no client"]);
    // A connection alone is no client yet.
    let mut silent = raw::connect(server.info().port);
    let error = server
        .wait_connected(Duration::from_millis(50))
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::Timeout);
    raw::send(&mut silent, r#"{"type":"init"}"#);
    server.wait_connected(LIMIT).unwrap();
}

#[test]
fn one_client_too_many_is_told_to_come_later() {
    let server = server_with(|o| o.limits.max_clients = 2);
    let port = server.info().port;
    let kept: Vec<_> = (0..2).map(|_| raw::connect(port)).collect();
    until("two clients", || server.info().clients == 2);
    let error = refusal(client_options(port));
    assert_error(&error, ErrorCode::Handshake, &["503", "busy"]);
    drop(kept);
    until("there is room again", || server.info().clients == 0);
    let client = client_with(&server, |_| {});
    client.start().unwrap();
    client.wait_connected(LIMIT).unwrap();
}

#[test]
fn clients_that_come_all_at_once_do_not_exceed_the_limit() {
    let server = server_with(|o| o.limits.max_clients = 3);
    let port = server.info().port;
    let streams: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..20)
            .map(|_| {
                scope.spawn(move || {
                    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
                    let request = format!(
                        "GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n\
                         Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
                         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                    );
                    let (start, end) = request.split_at(40);
                    stream.write_all(start.as_bytes()).unwrap();
                    // All are in their handshake by now.
                    std::thread::sleep(Duration::from_millis(200));
                    let _ = stream.write_all(end.as_bytes());
                    stream
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    until("the others are refused", || {
        server.stats().refused_connections == 17
    });
    assert_eq!(server.client_ids().len(), 3);
    drop(streams);
}
