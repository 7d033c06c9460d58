//! Many threads on one interface while traffic flows (torture table G, rows 1 to 3).
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests over real sockets wait in real time and may fail anywhere"
)]

mod common;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use common::{client, connect, input, output, server, server_with, set, until, until_holds};
use realvirtual_ws::options::SendMode;
use realvirtual_ws::{Interface, Kind, ValueRef};

const TIME: Duration = Duration::from_secs(1);

/// Runs `body` on several threads, with the number of each, until the time is up.
fn hammer(threads: u32, body: impl Fn(u32, i64) + Sync) -> u64 {
    let calls = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (body, calls) = (&body, &calls);
            scope.spawn(move || {
                let start = Instant::now();
                let mut n = 0;
                while start.elapsed() < TIME {
                    n += 1;
                    body(thread, n);
                }
                calls.fetch_add(n.cast_unsigned(), Ordering::Relaxed);
            });
        }
    });
    calls.into_inner()
}

#[test]
fn g1_sixteen_threads_set_get_and_poll_a_thousand_signals_under_traffic() {
    const COUNT: u32 = 1000;
    let server = server();
    let client = client(&server);
    let here: Vec<u32> = (0..COUNT)
        .map(|n| input(&server, &format!("down {n}"), Kind::Int))
        .collect();
    let up: Vec<u32> = (0..COUNT)
        .map(|n| output(&server, &format!("up {n}"), Kind::Float))
        .collect();
    client.import(common::LIMIT).unwrap();
    let there: Vec<u32> = (0..COUNT)
        .map(|n| client.find_signal(&format!("down {n}")).unwrap())
        .collect();
    let from: Vec<u32> = (0..COUNT)
        .map(|n| client.find_signal(&format!("up {n}")).unwrap())
        .collect();
    connect(&client);
    let polled = AtomicU64::new(0);
    let calls = hammer(16, |thread, n| {
        let at = (n.cast_unsigned() as usize * 7 + thread as usize * 125) % COUNT as usize;
        match thread % 8 {
            0..=2 => set(&server, here[at], ValueRef::Int(n)),
            3 => set(&client, from[at], ValueRef::Float(n as f64)),
            4 => {
                let slice = here[at..(at + 20).min(COUNT as usize)].iter();
                server
                    .set_values(slice.map(|id| Ok((*id, ValueRef::Int(n)))))
                    .unwrap();
            }
            5 => {
                let mut seen = 0;
                client
                    .get_values(there.iter().copied(), |_, _| seen += 1)
                    .unwrap();
                assert_eq!(seen, COUNT);
            }
            6 => {
                let count = client.poll_changes(COUNT as usize * 2, |_, _| ()).unwrap();
                polled.fetch_add(count as u64, Ordering::Relaxed);
                let _ = (client.stats(), client.info());
            }
            _ => {
                server.get_float(up[at]).unwrap();
                let _ = (server.clients_and_info(), server.flush());
            }
        }
    });
    assert!(calls > 10_000, "{calls} calls");
    assert!(polled.into_inner() > 1000);
    // It converges, and still works.
    for (n, (here, there)) in (0..).zip(here.iter().zip(&there)) {
        set(&server, *here, ValueRef::Int(-n - 1));
        let _ = there;
    }
    for (n, there) in (0..).zip(&there) {
        until_holds(&client, *there, ValueRef::Int(-n - 1));
    }
}

trait Look {
    fn clients_and_info(&self) -> usize;
}

impl Look for Interface {
    fn clients_and_info(&self) -> usize {
        self.client_ids().len() + self.info().clients as usize
    }
}

#[test]
fn g2_texts_are_never_torn() {
    let server = server_with(|o| o.send_mode = SendMode::OnChange);
    let client = client(&server);
    let here = input(&server, "text", Kind::Text);
    let there = input(&client, "text", Kind::Text);
    connect(&client);
    let texts: Vec<String> = ('a'..='z')
        .enumerate()
        .map(|(n, c)| c.to_string().repeat(1 + n * 97))
        .collect();
    let whole = |text: &str| {
        let mut chars = text.chars();
        let first = chars.next();
        chars.all(|c| Some(c) == first)
            && (text.is_empty() || texts.iter().any(|t| t.len() == text.len()))
    };
    let seen = AtomicU64::new(0);
    hammer(8, |thread, n| match thread {
        0 | 1 => {
            let text = &texts[(n.cast_unsigned() as usize * 5 + thread as usize) % texts.len()];
            set(&server, here, ValueRef::Text(text));
        }
        2..=4 => assert!(server.with_text(here, whole).unwrap()),
        _ => {
            assert!(client.with_text(there, whole).unwrap());
            seen.fetch_add(1, Ordering::Relaxed);
        }
    });
    assert!(seen.into_inner() > 1000);
}

#[test]
fn g3_frames_are_never_torn() {
    const COUNT: u32 = 100;
    for mode in [SendMode::Cycle, SendMode::OnChange] {
        let server = server_with(|o| o.send_mode = mode);
        let client = client(&server);
        let here: Vec<u32> = (0..COUNT)
            .map(|n| input(&server, &format!("s{n}"), Kind::Int))
            .collect();
        let there: Vec<u32> = (0..COUNT)
            .map(|n| input(&client, &format!("s{n}"), Kind::Int))
            .collect();
        connect(&client);
        until("the first state", || client.stats().frames_in > 0);
        let batches = AtomicU64::new(0);
        let (torn, seen) = (AtomicBool::new(false), AtomicU64::new(0));
        hammer(6, |thread, n| {
            if thread < 3 {
                // Every batch has a value of its own, from whichever thread.
                let value = ValueRef::Int(n * 3 + i64::from(thread));
                let pairs = here.iter().map(|id| Ok((*id, value)));
                server.set_values(pairs).unwrap();
                batches.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_micros(100));
            } else {
                let mut values = BTreeSet::new();
                client
                    .get_values(there.iter().copied(), |_, c| {
                        values.insert(c.integer);
                    })
                    .unwrap();
                torn.fetch_or(values.len() != 1, Ordering::Relaxed);
                seen.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_micros(20));
            }
        });
        assert!(batches.into_inner() > 100 && seen.into_inner() > 100);
        assert!(!torn.into_inner(), "a frame was seen in part, {mode:?}");

        let frames = client.stats().frames_in;
        assert!(frames > 5, "{frames} frames, {mode:?}");
    }
}

#[test]
fn sets_without_a_pause_hold_up_neither_timers_nor_frames() {
    for mode in [SendMode::Cycle, SendMode::OnChange] {
        let server = server_with(|o| o.send_mode = mode);
        let client = client(&server);
        let here: Vec<u32> = (0..100)
            .map(|n| input(&server, &format!("s{n}"), Kind::Int))
            .collect();
        let there = input(&client, "s0", Kind::Int);
        let (start, stop) = (Instant::now(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut n = 0;
                    while !stop.load(Ordering::Relaxed) {
                        n += 1;
                        let pairs = here.iter().map(|id| Ok((*id, ValueRef::Int(n))));
                        server.set_values(pairs).unwrap();
                    }
                });
            }
            client.start().unwrap();
            // The first state is on a timer.
            while client.get_int(there).unwrap() == 0 && start.elapsed() < common::LIMIT {
                std::thread::sleep(Duration::from_millis(1));
            }
            let took = start.elapsed();
            let first = client.stats().frames_in;
            std::thread::sleep(Duration::from_millis(500));
            let frames = client.stats().frames_in - first;
            stop.store(true, Ordering::Relaxed);
            assert!(took < common::LIMIT, "{took:?}, {mode:?}");
            assert!(frames > 0, "{frames} frames, {mode:?}");
        });
    }
}

#[test]
fn g8_signals_declared_while_serving_reach_connected_clients() {
    let server = server();
    let clients: Vec<Interface> = (0..4)
        .map(|_| {
            let client = client(&server);
            connect(&client);
            client
        })
        .collect();
    hammer(4, |thread, n| {
        if n > 50 {
            std::thread::sleep(Duration::from_millis(20));
            return;
        }
        let name = format!("t{thread} n{n}");
        input(&clients[thread as usize], &name, Kind::Int);
        let id = input(&server, &name, Kind::Int);
        set(&server, id, ValueRef::Int(n));
    });
    assert_eq!(server.signal_count(), 200);
    for (thread, client) in clients.iter().enumerate() {
        for n in 1..=50 {
            let id = client.find_signal(&format!("t{thread} n{n}")).unwrap();
            until_holds(client, id, ValueRef::Int(n));
        }
    }
}

#[test]
fn waiting_threads_are_woken_by_every_change() {
    let server = server_with(|o| o.send_mode = SendMode::OnChange);
    let client = client(&server);
    let here = input(&server, "n", Kind::Int);
    let there = input(&client, "n", Kind::Int);
    connect(&client);
    until("the first state", || {
        common::quality(&client, there) == realvirtual_ws::Quality::Good
    });
    common::poll(&client);
    while client.poll_event(|_| (true, ())).unwrap().is_some() {}
    let mut slowest = Duration::ZERO;
    for n in 1..=500 {
        let start = Instant::now();
        set(&server, here, ValueRef::Int(n));
        assert!(client.wait(common::LIMIT).unwrap(), "a lost wake-up at {n}");
        slowest = slowest.max(start.elapsed());
        assert_eq!(common::poll(&client)[0].integer, n);
    }
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
}
