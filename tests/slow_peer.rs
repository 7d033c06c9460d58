//! A peer that does not read hurts nobody else, costs bounded memory, and gets the newest values later.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests over real sockets wait in real time and may fail anywhere"
)]

mod common;

use std::time::{Duration, Instant};

use common::{client, connect, input, raw, server, server_with, set, until};
use realvirtual_ws::options::SendMode;
use realvirtual_ws::{Interface, Kind, ValueRef};

const TEXTS: usize = 100;
const TEXT_BYTES: usize = 10_000;

/// Signals with a megabyte of values together.
fn large_signals(server: &Interface) -> Vec<u32> {
    (0..TEXTS)
        .map(|n| input(server, &format!("text {n}"), Kind::Text))
        .collect()
}

fn fill(server: &Interface, ids: &[u32], round: usize) {
    let text = format!("{round:06}").repeat(TEXT_BYTES / 6);
    let values = ids.iter().map(|id| Ok((*id, ValueRef::Text(&text))));
    server.set_values(values).expect("valid texts");
}

fn frames_out(server: &Interface, id: u32) -> u64 {
    server.client(id).expect("it stays connected").frames_out
}

#[test]
fn d16_one_of_ten_that_does_not_read_costs_the_others_nothing() {
    let server = server();
    let large = large_signals(&server);
    let small = input(&server, "small", Kind::Int);
    let mut slow = raw::connect(server.info().port);
    until("the slow one", || server.info().clients == 1);
    let slow_id = server.client_ids()[0];
    let others: Vec<Interface> = (0..9)
        .map(|_| {
            let client = client(&server);
            input(&client, "small", Kind::Int);
            client.subscribe(["small"].into_iter()).unwrap();
            connect(&client);
            client
        })
        .collect();
    let all_hold = |n| others.iter().all(|o| o.get_int(0).unwrap() == n);

    // Until its buffers are full and the frames stop.
    let mut round = 0;
    let mut last = (0, Instant::now());
    until("the slow one is stuck", || {
        round += 1;
        fill(&server, &large, round);
        std::thread::sleep(Duration::from_millis(15));
        let frames = frames_out(&server, slow_id);
        if frames != last.0 {
            last = (frames, Instant::now());
        }
        frames > 0 && last.1.elapsed() > Duration::from_millis(200)
    });
    let stuck = frames_out(&server, slow_id);
    #[cfg(target_os = "linux")]
    let memory = common::resident_bytes();
    let mut slowest = Duration::ZERO;
    for n in 1..=60 {
        round += 1;
        fill(&server, &large, round);
        set(&server, small, ValueRef::Int(n));
        let start = Instant::now();
        until("the others receive", || all_hold(n));
        slowest = slowest.max(start.elapsed());
    }
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    let queued = frames_out(&server, slow_id) - stuck;
    assert!(queued <= 1, "{queued} frames were queued for it");
    #[cfg(target_os = "linux")]
    {
        // Sixty rounds of a megabyte each went by.
        let grown = common::resident_bytes().saturating_sub(memory);
        assert!(grown < 16 << 20, "grew by {grown} bytes");
    }

    // It reads again: a few old frames, then the newest of everything.
    let newest = format!("{round:06}");
    let start = Instant::now();
    loop {
        let message = raw::read_text(&mut slow);
        if message.contains(&newest) && message.contains(r#""small":60"#) {
            break;
        }
        assert!(start.elapsed() < common::LIMIT, "no newest values");
    }
    assert_eq!(server.stats().slow_peer_closed, 0);
    set(&server, small, ValueRef::Int(61));
    while !raw::read_text(&mut slow).contains(r#""small":61"#) {}
}

#[test]
#[cfg(target_os = "linux")]
fn d14_little_is_on_its_way_to_a_peer_that_does_not_read() {
    const FRAME: u64 = 12_000;
    let server = server();
    let text = input(&server, "text", Kind::Text);
    let slow = raw::connect(server.info().port);
    let socket = socket2::SockRef::from(&slow);
    socket.set_recv_buffer_size(16 * 1024).unwrap();
    until("the slow one", || server.info().clients == 1);
    let id = server.client_ids()[0];
    let mut round = 0;
    let mut last = (0, Instant::now());
    until("it is stuck", || {
        round += 1;
        let filling = format!("{round:06}").repeat(FRAME as usize / 6);
        set(&server, text, ValueRef::Text(&filling));
        std::thread::sleep(Duration::from_millis(11));
        let frames = frames_out(&server, id);
        if frames != last.0 {
            last = (frames, Instant::now());
        }
        frames > 0 && last.1.elapsed() > Duration::from_millis(300)
    });
    // Left to itself, the system takes some megabytes, which a slow peer would have to read before what is new.
    let bytes = frames_out(&server, id) * FRAME;
    assert!(bytes < 400_000, "{bytes} bytes are on their way");
}

/// A server with a peer that has stopped reading in the middle of a frame, and the id of a signal.
fn stuck(mode: SendMode) -> (Interface, std::net::TcpStream, u32) {
    let server = server_with(|o| o.send_mode = mode);
    let large = large_signals(&server);
    let small = input(&server, "small", Kind::Int);
    let mut slow = raw::connect(server.info().port);
    raw::send(&mut slow, r#"{"type":"init"}"#);
    raw::read_text(&mut slow);
    let id = server.client_ids()[0];
    let mut last = (0, Instant::now());
    let mut round = 0;
    until("it is stuck", || {
        round += 1;
        fill(&server, &large, round);
        server.flush().unwrap();
        std::thread::sleep(Duration::from_millis(15));
        let frames = frames_out(&server, id);
        if frames != last.0 {
            last = (frames, Instant::now());
        }
        last.1.elapsed() > Duration::from_millis(100)
    });
    (server, slow, small)
}

/// Sets a value while the peer's last frame is under way, and waits for it to come.
fn set_while_stuck(mode: SendMode) {
    let (server, mut slow, small) = stuck(mode);
    set(&server, small, ValueRef::Int(1));
    server.flush().unwrap();
    std::thread::sleep(Duration::from_millis(30));
    let start = Instant::now();
    while !raw::read_text(&mut slow).contains(r#""small":1"#) {
        assert!(start.elapsed() < Duration::from_secs(3), "{mode:?}");
    }
}

#[test]
fn d14_what_was_set_while_a_peer_did_not_read_reaches_it_later() {
    set_while_stuck(SendMode::Cycle);
    set_while_stuck(SendMode::OnChange);
}

#[test]
fn d14_what_was_flushed_while_a_peer_did_not_read_reaches_it_later() {
    set_while_stuck(SendMode::Manual);
}

#[test]
fn d14_a_stop_brings_the_last_values_to_a_peer_that_reads_on() {
    let (server, mut slow, small) = stuck(SendMode::Cycle);
    set(&server, small, ValueRef::Int(1));
    let stopping = std::thread::spawn(move || server.stop(Duration::from_secs(3)));
    std::thread::sleep(Duration::from_millis(30));
    let mut last = String::new();
    loop {
        let (first, payload) = raw::read_frame(&mut slow);
        match first & 0x0f {
            0 | 1 => last.push_str(std::str::from_utf8(&payload).unwrap()),
            8 => break,
            _ => {}
        }
    }
    assert!(
        last.contains(r#""small":1"#),
        "closed without the last value"
    );
    drop(slow);
    stopping.join().unwrap().unwrap();
}

#[test]
fn d15_one_that_asks_without_end_and_does_not_read_is_closed() {
    let server = server();
    let large = large_signals(&server);
    fill(&server, &large, 1);
    let other = client(&server);
    input(&other, "small", Kind::Int);
    let small = input(&server, "small", Kind::Int);
    other.subscribe(["small"].into_iter()).unwrap();
    connect(&other);
    let mut slow = raw::connect(server.info().port);
    until("the slow one", || server.info().clients == 2);
    let mut asked = 0;
    until("it is closed", || {
        use std::io::Write;
        // Each answer is a megabyte.
        let _ = slow.write_all(&raw::masked(r#"{"type":"import_request"}"#));
        asked += 1;
        server.stats().slow_peer_closed == 1
    });
    assert!(asked > 10, "after {asked} requests");
    until("it is gone", || server.info().clients == 1);
    set(&server, small, ValueRef::Int(5));
    common::until_holds(&other, 0, ValueRef::Int(5));
}
