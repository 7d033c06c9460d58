//! Connections that come and go leave nothing behind. Alone in its process, whose memory and descriptors it counts.
#![cfg(target_os = "linux")]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests over real sockets wait in real time and may fail anywhere"
)]

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use common::{client, connect, input, raw, server, set, until, until_holds};
use realvirtual_ws::{Kind, ValueRef};

/// How many descriptors this process has open.
fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[test]
fn d12_ten_thousand_connections_that_come_and_go_leave_nothing() {
    const ROUNDS: [u64; 2] = [2000, 8000];
    let server = server();
    let id = input(&server, "n", Kind::Int);
    let healthy = client(&server);
    input(&healthy, "n", Kind::Int);
    connect(&healthy);
    let port = server.info().port;
    let before = descriptors();
    let mut came = 1;
    let mut memory = Vec::new();
    for round in ROUNDS {
        let threads: Vec<_> = (0..4)
            .map(|_| std::thread::spawn(move || (0..round / 4).for_each(|n| come_and_go(port, n))))
            .collect();
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
        came += round;
        until("every connection is noticed to be gone", || {
            let stats = server.stats();
            (stats.connects, stats.disconnects) == (came, came - 1)
        });
        memory.push(common::resident_bytes());
    }
    // The tests beside this one open some, too.
    until("their descriptors are closed", || {
        descriptors() < before + 50
    });
    assert_eq!(server.client_ids().len(), 1);
    let grown = memory[1].saturating_sub(memory[0]);
    assert!(grown < 4 << 20, "{grown} bytes more after 8000 connections");
    set(&server, id, ValueRef::Int(5));
    until_holds(&healthy, 0, ValueRef::Int(5));
}

/// A connection that ends at once: by a reset mostly, so that its port is free again, and sometimes in the proper way.
fn come_and_go(port: u16, number: u64) {
    if number < 20 {
        let mut stream = raw::connect(port);
        raw::send(&mut stream, r#"{"type":"init","name":"short"}"#);
        // Close, masked, with code 1000.
        stream
            .write_all(&[0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8])
            .unwrap();
        while raw::read_frame(&mut stream).0 != 0x88 {}
    } else {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let request = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                       Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 101");
        let socket = socket2::SockRef::from(&stream);
        socket.set_linger(Some(Duration::ZERO)).unwrap();
    }
}
