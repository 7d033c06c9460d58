//! One client of fifty stops reading: the other forty-nine are served all the same, the memory of the process stays
//! bounded, and when it reads again it gets the newest values. `RV_ROUNDS` is the number of rounds that the others are
//! served in meanwhile; 120 if it is not set.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests over real sockets wait in real time and may fail anywhere"
)]

mod common;

use std::time::{Duration, Instant};

use common::{client, connect, input, raw, server, set, until};
use realvirtual_ws::{Interface, Kind, ValueRef};

const CLIENTS: usize = 50;
const TEXTS: usize = 50;
const TEXT_BYTES: usize = 1_200;
/// Less than what 120 rounds at 60 KB each would pile up.
#[cfg(target_os = "linux")]
const MAX_GROWTH: usize = 4 << 20;

fn rounds() -> usize {
    match std::env::var("RV_ROUNDS") {
        Ok(number) => number.parse().expect("RV_ROUNDS is a number"),
        Err(_) => 120,
    }
}

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
    let mut stuck: Vec<Duration> = (0..rounds()).map(|_| serve()).collect();
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
