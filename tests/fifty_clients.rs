//! One client of fifty stops reading: the other forty-nine are served all the same, the memory of the process stays
//! bounded, and when it reads again it gets the newest values. `RV_ROUNDS` is the number of rounds that the others are
//! served in meanwhile; 120 if it is not set. `make verify-stall` measures what a stall of a minute costs the others.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests over real sockets wait in real time and may fail anywhere"
)]

mod common;

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use common::{client, connect, input, number, raw, server, server_with, set, until};
use realvirtual_ws::options::SendMode;
use realvirtual_ws::{Interface, Kind, ValueRef};

const CLIENTS: usize = 50;
const TEXTS: usize = 50;
const TEXT_BYTES: usize = 1_200;
/// Less than what 120 rounds at 60 KB each would pile up.
#[cfg(target_os = "linux")]
const MAX_GROWTH: usize = 4 << 20;

/// Sets everything anew, in one batch.
fn fill(server: &Interface, texts: &[u32], count: u32, round: i64) {
    let text = format!("{round:06}").repeat(TEXT_BYTES / 6);
    let values = texts.iter().map(|id| (*id, ValueRef::Text(&text)));
    let values = values.chain([(count, ValueRef::Int(round))]);
    server.set_values(values.map(Ok)).unwrap();
}

fn quantile(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() - 1) * percent / 100]
}

#[test]
fn d16_one_of_fifty_that_stops_reading_costs_the_others_nothing() {
    let server = server();
    let texts: Vec<u32> = (0..TEXTS)
        .map(|n| input(&server, &format!("text {n}"), Kind::Text))
        .collect();
    let count = input(&server, "count", Kind::Int);
    let mut slow = raw::connect(server.info().port);
    raw::send(&mut slow, r#"{"type":"init"}"#);
    raw::read_text(&mut slow);
    let slow_id = server.client_ids()[0];
    let others: Vec<Interface> = (1..CLIENTS)
        .map(|_| {
            let client = client(&server);
            for n in 0..TEXTS {
                input(&client, &format!("text {n}"), Kind::Text);
            }
            input(&client, "count", Kind::Int);
            connect(&client);
            client
        })
        .collect();
    until("all are connected", || {
        server.info().clients == CLIENTS as u32
    });
    let mut round = 0;
    // Sets everything anew; gives the time until all others hold it.
    let mut serve = || {
        round += 1;
        fill(&server, &texts, count, round);
        let start = Instant::now();
        until("the others receive", || {
            others
                .iter()
                .all(|other| other.get_int(count).unwrap() == round)
        });
        start.elapsed()
    };

    // It reads nothing from here on. Until the frames to it stop, they fill the buffers of the connection.
    let frames_out = || server.client(slow_id).unwrap().frames_out;
    let (mut frames, mut since) = (frames_out(), Instant::now());
    let limit = since + Duration::from_secs(60);
    while since.elapsed() < Duration::from_millis(500) {
        assert!(
            Instant::now() < limit,
            "frames go on to one that does not read"
        );
        serve();
        if frames_out() != frames {
            (frames, since) = (frames_out(), Instant::now());
        }
    }
    #[cfg(target_os = "linux")]
    let memory = common::resident_bytes();
    let mut stuck: Vec<Duration> = (0..number("RV_ROUNDS", 120)).map(|_| serve()).collect();
    let newest = server.get_int(count).unwrap();
    #[cfg(target_os = "linux")]
    let grown = common::resident_bytes().saturating_sub(memory);
    #[cfg(target_os = "linux")]
    println!(
        "slow: {CLIENTS} clients, resident {:.1} MiB, grown by {:.1} MiB in {} rounds of {} KB",
        memory as f64 / 1_048_576.0,
        grown as f64 / 1_048_576.0,
        stuck.len(),
        TEXTS * TEXT_BYTES / 1000
    );
    stuck.sort_unstable();
    println!(
        "slow: the others have a round after {:?} (median), {:?} (99 %), {:?} (longest)",
        quantile(&stuck, 50),
        quantile(&stuck, 99),
        quantile(&stuck, 100)
    );
    let queued = frames_out() - frames;
    assert!(queued <= 1, "{queued} frames were queued for it");
    #[cfg(target_os = "linux")]
    assert!(grown < MAX_GROWTH, "grew by {grown} bytes");
    assert!(
        quantile(&stuck, 99) < Duration::from_secs(1),
        "the others wait {:?}",
        quantile(&stuck, 99)
    );

    // It reads again: what was under way when it stopped, then the newest of everything.
    let text = format!("{newest:06}").repeat(TEXT_BYTES / 6);
    let mut stale = 0;
    loop {
        let message: serde_json::Value = serde_json::from_str(&raw::read_text(&mut slow)).unwrap();
        let signals = &message["signals"];
        if signals["count"] == newest {
            for n in 0..TEXTS {
                assert_eq!(signals[format!("text {n}")], *text, "text {n}");
            }
            break;
        }
        stale += 1;
    }
    println!("slow: it reads again: {stale} older frames, then the newest values");
    assert_eq!(server.stats().slow_peer_closed, 0);
    set(&server, count, ValueRef::Int(-1));
    while !raw::read_text(&mut slow).contains(r#""count":-1"#) {}
}

/// Sets something new every 20 ms; gives, for each time and each of `others`, how long it took to arrive there.
fn latencies(
    server: &Interface,
    texts: &[u32],
    count: u32,
    others: &[Interface],
    seconds: f64,
) -> Vec<Duration> {
    let begin = Instant::now();
    let mut found = Vec::new();
    let mut round = server.get_int(count).unwrap();
    while begin.elapsed().as_secs_f64() < seconds {
        round += 1;
        let start = Instant::now();
        fill(server, texts, count, round);
        let mut waiting: Vec<&Interface> = others.iter().collect();
        while !waiting.is_empty() {
            assert!(start.elapsed() < common::LIMIT, "the others wait");
            waiting.retain(|other| {
                let arrived = other.get_int(count).unwrap() == round;
                if arrived {
                    found.push(start.elapsed());
                }
                !arrived
            });
            std::thread::sleep(Duration::from_micros(100));
        }
        std::thread::sleep(Duration::from_millis(20).saturating_sub(start.elapsed()));
    }
    found.sort_unstable();
    found
}

/// What a stall of one client may cost.
#[cfg(target_os = "linux")]
const MAX_STALL_GROWTH: usize = 8 << 20;
const MAX_STALL_RATIO: f64 = 2.0;
const MAX_CATCH_UP: Duration = Duration::from_millis(100);

/// Sets a flag when the test ends, in whatever way.
struct AtEnd<'a>(&'a AtomicBool);

impl Drop for AtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

#[test]
#[ignore = "takes minutes: make verify-stall"]
fn d14_d16_what_a_stall_costs_the_others() {
    let seconds = number("RV_STALL_SECONDS", 60) as f64;
    let server = server_with(|o| o.send_mode = SendMode::OnChange);
    let texts: Vec<u32> = (0..10)
        .map(|n| input(&server, &format!("text {n}"), Kind::Text))
        .collect();
    let count = input(&server, "count", Kind::Int);
    let others: Vec<Interface> = (1..CLIENTS)
        .map(|_| {
            let client = client(&server);
            for n in 0..texts.len() {
                input(&client, &format!("text {n}"), Kind::Text);
            }
            input(&client, "count", Kind::Int);
            connect(&client);
            client
        })
        .collect();
    let (reads, seen, ends) = (
        AtomicBool::new(true),
        AtomicI64::new(0),
        AtomicBool::new(false),
    );
    std::thread::scope(|scope| {
        let _at_end = AtEnd(&ends);
        scope.spawn(|| {
            let mut slow = raw::connect(server.info().port);
            // So that it is stuck soon.
            let socket = socket2::SockRef::from(&slow);
            socket.set_recv_buffer_size(1 << 16).unwrap();
            raw::send(&mut slow, r#"{"type":"init"}"#);
            while !ends.load(Ordering::Acquire) {
                if !reads.load(Ordering::Acquire) {
                    std::thread::sleep(Duration::from_micros(100));
                    continue;
                }
                let message: serde_json::Value =
                    serde_json::from_str(&raw::read_text(&mut slow)).unwrap();
                if let Some(count) = message["signals"]["count"].as_i64() {
                    seen.store(count, Ordering::Release);
                }
            }
        });
        until("all are connected", || {
            server.info().clients == CLIENTS as u32
        });
        let frames_out = || server.client(server.info().last_client).unwrap().frames_out;
        let (mut baselines, mut stalled, mut catch_ups) = (vec![], vec![], vec![]);
        let mut grown = 0;
        // What grows once has grown after this.
        latencies(&server, &texts, count, &others, 1.0);
        for run in 1..=5 {
            let baseline = latencies(&server, &texts, count, &others, (seconds / 6.0).max(1.0));
            reads.store(false, Ordering::Release);
            let frames = frames_out();
            #[cfg(target_os = "linux")]
            let memory = common::resident_bytes();
            let stall = latencies(&server, &texts, count, &others, seconds);
            #[cfg(target_os = "linux")]
            {
                grown = grown.max(common::resident_bytes().saturating_sub(memory));
            }
            let newest = server.get_int(count).unwrap();
            let rounds = (stall.len() / others.len()) as u64;
            let sent = frames_out() - frames;
            assert!(
                sent < rounds.max(100) / 2,
                "{sent} frames to one that stalls"
            );
            let start = Instant::now();
            reads.store(true, Ordering::Release);
            until("it has the newest values", || {
                seen.load(Ordering::Acquire) == newest
            });
            catch_ups.push(start.elapsed());
            baselines.push(quantile(&baseline, 99));
            stalled.push(quantile(&stall, 99));
            println!(
                "stall: run {run}: the others' 99 % {:?}, while one stalls {:?}; it is up to date after {:?}",
                quantile(&baseline, 99),
                quantile(&stall, 99),
                start.elapsed()
            );
        }
        // One more for it to read, and to notice that it ends.
        ends.store(true, Ordering::Release);
        set(&server, count, ValueRef::Int(-1));
        for times in [&mut baselines, &mut stalled, &mut catch_ups] {
            times.sort_unstable();
        }
        let ratio = stalled[2].as_secs_f64() / baselines[2].as_secs_f64();
        println!(
            "stall: {seconds} s, medians of 5: the others' 99 % {:?}, while one stalls {:?} ({ratio:.2} times); \
             up to date after {:?}, {:?} at the longest; resident {:+.1} MiB",
            baselines[2],
            stalled[2],
            catch_ups[2],
            catch_ups[4],
            grown as f64 / 1_048_576.0
        );
        assert!(ratio <= MAX_STALL_RATIO, "{ratio:.2} times");
        // Counted from its first look at what had piled up, and each time: only latencies are judged by their median.
        assert!(catch_ups[4] <= MAX_CATCH_UP, "{:?}", catch_ups[4]);
        #[cfg(target_os = "linux")]
        assert!(grown <= MAX_STALL_GROWTH, "grew by {grown} bytes");
    });
}
