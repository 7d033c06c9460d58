//! Clients by the hundred that say nothing, or half of something, or far too much, and a host that never polls: memory
//! stays bounded, and a healthy client is served as if they were not there. `RV_FLOOD_SECONDS` is how long the others'
//! times are measured with a flood and without one; they are compared only where it is set.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests over real sockets wait in real time and may fail anywhere"
)]

mod common;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use common::{
    client_with, connect, input, output, poll, raw, server_with, set, until, until_holds,
};
use realvirtual_ws::options::SendMode;
use realvirtual_ws::{Interface, Kind, ValueRef};

/// One after the other: each looks at the memory or the time of the process as a whole.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A server with a signal in each direction, and a client with the same; both send at once.
fn served() -> (Interface, Interface) {
    let server = server_with(|options| options.send_mode = SendMode::OnChange);
    let healthy = client_with(&server, |options| options.send_mode = SendMode::OnChange);
    for interface in [&server, &healthy] {
        assert_eq!(input(interface, "to the client", Kind::Int), 0);
        assert_eq!(output(interface, "to the server", Kind::Int), 1);
    }
    connect(&healthy);
    until_holds(&healthy, 0, ValueRef::Int(0));
    (server, healthy)
}

/// A value goes each way.
#[track_caller]
fn exchange(server: &Interface, healthy: &Interface, value: i64) {
    set(server, 0, ValueRef::Int(value));
    set(healthy, 1, ValueRef::Int(value));
    until_holds(healthy, 0, ValueRef::Int(value));
    until_holds(server, 1, ValueRef::Int(value));
}

/// Reads up to the end of the connection; gives the code of the close frame, if one came.
fn close_code(stream: &mut TcpStream) -> Option<u16> {
    let mut bytes = Vec::new();
    // A connection that was reset ends, too.
    let _ = stream.read_to_end(&mut bytes);
    let at = bytes.windows(2).rposition(|w| w[0] == 0x88 && w[1] >= 2)?;
    let code = bytes.get(at + 2..at + 4)?;
    Some(u16::from_be_bytes([code[0], code[1]]))
}

#[test]
fn d1_d5_slow_and_silent_connections_are_cut_and_keep_nobody_out() {
    const SILENT: usize = 500;
    let _turn = alone();
    let server = server_with(|options| options.limits.handshake_timeout = Duration::from_secs(1));
    let address = ("127.0.0.1", server.info().port);
    let mut silent: Vec<TcpStream> = (0..SILENT)
        .map(|_| TcpStream::connect(address).unwrap())
        .collect();
    for slow in silent.iter_mut().step_by(2) {
        // Those that gave way meanwhile are closed already.
        let _ = slow.write_all(b"GET / HTTP/1.1\r\nHo");
    }
    until("nearly all gave way to others", || {
        server.stats().refused_connections >= (SILENT - 64) as u64
    });
    // Those that are left still have their time.
    let healthy = client_with(&server, |options| {
        options.connect_timeout = common::SECOND;
    });
    healthy.start().unwrap();
    healthy.wait_connected(common::SECOND).unwrap();
    until("the others are cut in time", || {
        server.stats().refused_connections == SILENT as u64
    });
    assert_eq!((server.info().clients, server.stats().disconnects), (1, 0));
    for stream in &mut silent {
        stream.set_read_timeout(Some(common::LIMIT)).unwrap();
        assert!(!matches!(stream.read(&mut [0]), Ok(1)));
    }
}

#[test]
fn d7_messages_that_128_clients_do_not_finish_are_bounded_together() {
    const CLIENTS: usize = 128;
    const MESSAGE: usize = 4 << 20;
    let _turn = alone();
    let (server, healthy) = served();
    #[cfg(target_os = "linux")]
    let before = common::resident_bytes();
    let mut half = raw::masked(&" ".repeat(MESSAGE));
    half.truncate(half.len() - 1);
    let mut clients: Vec<TcpStream> = (0..CLIENTS)
        .map(|_| raw::connect(server.info().port))
        .collect();
    for client in &mut clients {
        for part in half.chunks(256 << 10) {
            // Who was closed need not see it at once.
            match client.write_all(part) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::BrokenPipe => break,
                Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
                Err(error) => panic!("{error}"),
            }
        }
    }
    // 128 MiB have room for 33 such messages, of which the first 64 KiB are free.
    until("the others are closed", || {
        server.stats().crowded_closed >= (CLIENTS - 33) as u64
    });
    exchange(&server, &healthy, 1);
    #[cfg(target_os = "linux")]
    {
        let grown = common::resident_bytes().saturating_sub(before) >> 20;
        println!(
            "d7: {} of {CLIENTS} closed, grown by {grown} MiB",
            server.stats().crowded_closed
        );
        assert!(grown < 256, "grew by {grown} MiB");
    }
    let closed = server.stats().crowded_closed;
    let told = clients.into_iter().filter_map(|mut client| {
        client.shutdown(std::net::Shutdown::Write).unwrap_or(());
        close_code(&mut client)
    });
    let told: Vec<u16> = told.collect();
    assert!(
        !told.is_empty() && told.iter().all(|code| *code == 1013),
        "{told:?}"
    );
    until("they are gone", || server.info().clients == 1);
    // All of it is free again.
    let mut large = raw::connect(server.info().port);
    raw::send(&mut large, &" ".repeat(MESSAGE));
    until("a large message is taken", || server.stats().malformed == 1);
    assert_eq!(server.stats().crowded_closed, closed);
}

/// Sends `data` about nothing that the server knows, as fast as it is taken, until told to stop.
fn flood(port: u16, stop: &AtomicBool) {
    let mut stream = raw::connect(port);
    let frames = raw::masked(r#"{"type":"data","signals":{"nobody knows me":1}}"#).repeat(100);
    stream
        .set_read_timeout(Some(Duration::from_millis(1)))
        .unwrap();
    while !stop.load(Ordering::Relaxed) {
        let began = Instant::now();
        stream.write_all(&frames).unwrap();
        let mut unread = [0; 4096];
        let _ = stream.read(&mut unread);
        // 100,000 a second at most.
        std::thread::sleep(Duration::from_millis(1).saturating_sub(began.elapsed()));
    }
}

/// What the slowest hundredth of the others' values take, each way, during `seconds`.
fn slowest(server: &Interface, healthy: &Interface, values: &mut i64, seconds: f64) -> Duration {
    let mut times = Vec::new();
    let began = Instant::now();
    while began.elapsed().as_secs_f64() < seconds {
        *values += 1;
        let start = Instant::now();
        set(server, 0, ValueRef::Int(*values));
        while healthy.get_int(0).unwrap() != *values {
            assert!(start.elapsed() < common::LIMIT, "value {values} is lost");
            healthy.wait(Duration::from_millis(5)).unwrap();
            poll(healthy);
        }
        times.push(start.elapsed());
        std::thread::sleep(Duration::from_millis(2));
    }
    times.sort_unstable();
    times[(times.len() - 1) * 99 / 100]
}

#[test]
fn d8_a_flood_of_messages_does_not_starve_the_others() {
    let _turn = alone();
    let seconds = std::env::var("RV_FLOOD_SECONDS").map(|s| s.parse::<f64>().unwrap());
    let (server, healthy) = served();
    let stop = AtomicBool::new(false);
    let mut values = 0;
    let baseline = slowest(
        &server,
        &healthy,
        &mut values,
        seconds.clone().unwrap_or(0.2),
    );
    let flooded = || server.stats().unknown_signal;
    let loaded = std::thread::scope(|scope| {
        scope.spawn(|| flood(server.info().port, &stop));
        until("the flood", || flooded() > 1_000);
        // It never pauses, so that whoever read all of it first would never come to anything else.
        for value in 1..=20 {
            let before = flooded();
            exchange(&server, &healthy, 1_000_000 + value);
            until("the flood goes on", || flooded() > before);
        }
        let (before, began) = (flooded(), Instant::now());
        let loaded = slowest(
            &server,
            &healthy,
            &mut values,
            seconds.clone().unwrap_or(0.2),
        );
        let rate = (flooded() - before) as f64 / began.elapsed().as_secs_f64();
        stop.store(true, Ordering::Relaxed);
        println!(
            "d8: 99 % of values within {baseline:?}, within {loaded:?} in a flood of {rate:.0} messages/s"
        );
        loaded
    });
    println!(
        "d8: ratio {:.2}",
        loaded.as_secs_f64() / baseline.as_secs_f64()
    );
    if seconds.is_ok() {
        assert!(loaded < 5 * baseline, "{loaded:?} instead of {baseline:?}");
    }
}

/// Stopped with the block, also by a failure.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn d9_a_signal_that_is_set_without_a_pause_costs_bounded_memory_and_no_others_time() {
    let _turn = alone();
    let seconds = std::env::var("RV_FLOOD_SECONDS").map(|s| s.parse::<f64>().unwrap());
    let (server, healthy) = served();
    let often = input(&server, "often", Kind::Int);
    let measured = seconds.clone().unwrap_or(0.2);
    let mut values = 0;
    let baseline = slowest(&server, &healthy, &mut values, measured);
    let (stop, sets) = (AtomicBool::new(false), AtomicI64::new(0));
    let loaded = std::thread::scope(|scope| {
        let _stop = Stop(&stop);
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let value = sets.fetch_add(1, Ordering::Relaxed);
                server.set(often, ValueRef::Int(value)).unwrap();
            }
        });
        let so_many = |more: i64| {
            let from = sets.load(Ordering::Relaxed);
            until("it is set", || sets.load(Ordering::Relaxed) > from + more);
        };
        so_many(100_000);
        #[cfg(target_os = "linux")]
        let before = common::resident_bytes();
        so_many(1_000_000);
        #[cfg(target_os = "linux")]
        {
            let grown = common::resident_bytes().saturating_sub(before) >> 10;
            println!("d9: grown by {grown} KiB");
            assert!(grown < 8 << 10, "grew by {grown} KiB");
        }
        exchange(&server, &healthy, 1_000_000);
        slowest(&server, &healthy, &mut values, measured)
    });
    println!("d9: 99 % of values within {baseline:?}, within {loaded:?} beside it");
    if seconds.is_ok() {
        assert!(loaded < 5 * baseline, "{loaded:?} instead of {baseline:?}");
    }
}

#[test]
fn d17_a_host_that_never_polls_costs_bounded_memory() {
    const SIGNALS: usize = 100;
    let _turn = alone();
    let server = server_with(|options| options.raw_events = true);
    for n in 0..SIGNALS {
        output(&server, &format!("text {n}"), Kind::Text);
    }
    let mut peer = raw::connect(server.info().port);
    // So many values that nobody polls, with messages of another kind between them, each an event.
    let mut say = |rounds: std::ops::Range<usize>| {
        for round in rounds.clone() {
            let text = format!("{round:06}").repeat(200);
            let members: Vec<String> = (0..SIGNALS)
                .map(|n| format!(r#""text {n}":"{text}""#))
                .collect();
            let data = format!(r#"{{"type":"data","signals":{{{}}}}}"#, members.join(","));
            raw::send(&mut peer, &data);
            for _ in 0..25 {
                raw::send(&mut peer, r#"{"type":"of another kind"}"#);
            }
        }
        let last = format!("{:06}", rounds.end - 1);
        until("all has come", || {
            common::text(&server, 99).starts_with(&last)
        });
    };
    say(0..180);
    #[cfg(target_os = "linux")]
    let before = common::resident_bytes();
    say(180..400);
    // 220 rounds have 26 MB of texts and 5,500 events.
    #[cfg(target_os = "linux")]
    {
        let grown = common::resident_bytes().saturating_sub(before) >> 10;
        println!("d17: grown by {grown} KiB");
        assert!(grown < 8 << 10, "grew by {grown} KiB");
    }
    until("events were dropped", || {
        server.stats().events_dropped > 5_000
    });
    let changes = poll(&server);
    assert_eq!(changes.len(), SIGNALS, "one record for each signal");
    assert_eq!(common::text(&server, 0), "000399".repeat(200));
    assert!(server.stats().coalesced > 30_000);
}
