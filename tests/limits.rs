//! What a peer sends to wear a server out: the server refuses it or takes it in its stride, and others do not notice.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests over real sockets wait in real time and may fail anywhere"
)]

mod common;

use std::io::Write;
use std::time::{Duration, Instant};

use common::{client, connect, input, raw, server, set, until_holds};
use realvirtual_ws::{Kind, ValueRef};

/// A `data` message with so many unknown names, each of this form.
fn names(count: usize, name: impl Fn(usize) -> String) -> String {
    let members: Vec<String> = (0..count).map(|i| format!("\"{}\":1", name(i))).collect();
    format!(r#"{{"type":"data","signals":{{{}}}}}"#, members.join(","))
}

#[test]
fn b18_eleven_mebibytes_of_keys_close_with_1009_and_nobody_else() {
    let message = names(11 * 65_536, |i| format!("{i:09}"));
    assert!(message.len() > 9 << 20);
    let frame = raw::masked(&message);
    let server = server();
    let id = input(&server, "n", Kind::Int);
    let healthy = client(&server);
    input(&healthy, "n", Kind::Int);
    connect(&healthy);
    let mut flood = raw::connect(server.info().port);
    // The server closes at the header; what comes behind it would meet a closed connection.
    flood.write_all(&frame[..65_536]).unwrap();
    let (opcode, payload) = std::iter::repeat_with(|| raw::read_frame(&mut flood))
        .find(|(opcode, _)| *opcode == 0x88)
        .unwrap();
    assert_eq!((opcode, &payload[..2]), (0x88, &1009_u16.to_be_bytes()[..]));
    assert_eq!(
        server.stats().frames_in,
        1,
        "the healthy client's init alone"
    );
    set(&server, id, ValueRef::Int(5));
    until_holds(&healthy, 0, ValueRef::Int(5));
}

#[test]
fn b19_messages_with_200_000_names_hold_the_others_up_for_a_moment_only() {
    let server = server();
    let id = input(&server, "n", Kind::Int);
    let healthy = client(&server);
    input(&healthy, "n", Kind::Int);
    connect(&healthy);
    let mut flood = raw::connect(server.info().port);
    let message = raw::masked(&names(200_000, |i| format!("nobody {i:06}")));
    assert!(message.len() < 4 << 20);
    let flooding = std::thread::spawn(move || {
        for _ in 0..5 {
            flood.write_all(&message).unwrap();
        }
        flood
    });
    let mut worst = Duration::ZERO;
    for value in 1.. {
        let start = Instant::now();
        set(&server, id, ValueRef::Int(value));
        until_holds(&healthy, 0, ValueRef::Int(value));
        worst = worst.max(start.elapsed());
        if server.stats().unknown_signal == 1_000_000 {
            break;
        }
        assert!(
            value < 10_000,
            "{} names were counted",
            server.stats().unknown_signal
        );
    }
    flooding.join().unwrap();
    // One such message is decoded in between, in a debug build.
    assert!(worst < Duration::from_secs(2), "a value took {worst:?}");
}

#[test]
fn b33_a_thousand_import_requests_are_answered_and_others_served() {
    let server = server();
    let id = input(&server, "n", Kind::Int);
    let healthy = client(&server);
    input(&healthy, "n", Kind::Int);
    connect(&healthy);
    let mut asking = raw::connect(server.info().port);
    for _ in 0..1000 {
        raw::send(&mut asking, r#"{"type":"import_request"}"#);
    }
    let answers = (0..1000).map(|_| {
        loop {
            let text = raw::read_text(&mut asking);
            if text.contains("import_answer") {
                break text;
            }
        }
    });
    let expected = r#"{"type":"import_answer","version":2,"signals":{"n":0},"signalTypes":{"n":"PLCInputInt"}}"#;
    assert!(answers.into_iter().all(|text| text == expected));
    set(&server, id, ValueRef::Int(5));
    until_holds(&healthy, 0, ValueRef::Int(5));
    assert_eq!(server.stats().disconnects, 0);
}
