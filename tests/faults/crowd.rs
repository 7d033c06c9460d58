//! Many clients at once, each behind a proxy that does something else to it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use realvirtual_ws::{Interface, Kind, ValueRef};

use crate::common::{holds, input, number, output, server_with, set, until};
use crate::proxy::{End, Faults, Plan, Proxy, Way};
use crate::{assert_nothing_refused, behind};

/// Long enough for a busy machine, short enough to wait for: a corrupted handshake may end by it alone.
const HANDSHAKE: Duration = Duration::from_secs(2);
/// Crowds on a busy machine.
const CROWD_LIMIT: Duration = Duration::from_secs(30);

/// A server with clients of which each has a proxy of its own, with values both ways.
struct Crowd {
    /// A crowd is a load: one at a time.
    _alone: MutexGuard<'static, ()>,
    server: Interface,
    down: u32,
    clients: Vec<(Interface, Proxy)>,
    round: i64,
}

impl Crowd {
    /// `plans`: the faults of each client's first connection. Its later ones have none.
    fn new(plans: &[Plan]) -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let server = server_with(|o| {
            o.limits.handshake_timeout = HANDSHAKE;
            o.limits.max_pending_handshakes = 1024;
            // Nobody here knows the others' signals.
            o.relay = false;
        });
        let down = input(&server, "down", Kind::Text);
        let clients = plans.iter().enumerate().map(|(n, plan)| {
            let plan = *plan;
            let proxy = Proxy::new(server.info().port, move |index| match index {
                0 => plan,
                _ => Plan::NONE,
            });
            let client = behind(&proxy, |o| o.connect_timeout = HANDSHAKE);
            input(&client, "down", Kind::Text);
            let name = format!("up {n:04}");
            assert_eq!(output(&client, &name, Kind::Text), 1);
            assert_eq!(output(&server, &name, Kind::Text), down + 1 + n as u32);
            (client, proxy)
        });
        let clients = clients.collect();
        Self {
            _alone: alone,
            server,
            down,
            clients,
            round: 0,
        }
    }

    fn text(&self, who: usize, size: usize) -> String {
        format!("{who:04} {:06} ", self.round).repeat(size)
    }

    /// The clients ask for what they have, not for everything: a subscription, too, goes over the wire.
    fn subscribed(self) -> Self {
        for (client, _) in &self.clients {
            client.subscribe(["down"].into_iter()).unwrap();
        }
        self
    }

    /// Everybody sets something new.
    fn set(&mut self, size: usize) {
        self.round += 1;
        set(
            &self.server,
            self.down,
            ValueRef::Text(&self.text(9999, size)),
        );
        for (n, (client, _)) in self.clients.iter().enumerate() {
            set(client, 1, ValueRef::Text(&self.text(n, size)));
        }
    }

    /// The clients that do not agree with the server, and it with them.
    fn apart(&self, size: usize) -> Vec<usize> {
        let down = self.text(9999, size);
        let agrees = |n: usize| {
            holds(&self.clients[n].0, 0, ValueRef::Text(&down))
                && holds(
                    &self.server,
                    self.down + 1 + n as u32,
                    ValueRef::Text(&self.text(n, size)),
                )
        };
        (0..self.clients.len()).filter(|n| !agrees(*n)).collect()
    }

    /// Everybody sets something new again and again until each fault has come to pass.
    fn set_until_struck(&mut self, size: usize) {
        let start = Instant::now();
        while self.clients.iter().any(|(_, proxy)| proxy.struck() == 0) {
            assert!(start.elapsed() < CROWD_LIMIT, "faults that never came");
            self.set(size);
            std::thread::sleep(Duration::from_millis(8));
        }
    }

    fn start(&self) {
        for (client, _) in &self.clients {
            client.start().unwrap();
        }
    }
}

/// Where the handshake and each of the first three frames end.
fn ends(bytes: &[u8]) -> Option<Vec<usize>> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let mut ends = vec![head];
    for _ in 0..3 {
        let at = *ends.last()?;
        let second = *bytes.get(at + 1)?;
        let mask = if second & 0x80 == 0 { 0 } else { 4 };
        let (start, length) = match second & 0x7f {
            126 => {
                let length = bytes.get(at + 2..at + 4)?;
                (
                    at + 4,
                    usize::from(u16::from_be_bytes(length.try_into().ok()?)),
                )
            }
            127 => panic!("no frame here is that long"),
            n => (at + 2, usize::from(n)),
        };
        ends.push(start + mask + length);
    }
    (bytes.len() >= *ends.last()?).then_some(ends)
}

/// Cuts at every `step`th byte of the handshake and the first three frames of one way, many at a time.
fn cut_everywhere(way: Way, end: End, step: usize) {
    // How long they are: from a connection without a fault.
    let mut crowd = Crowd::new(&[Plan::NONE]).subscribed();
    crowd.start();
    let mut found = None;
    until("three frames", || {
        crowd.set(1);
        found = ends(&crowd.clients[0].1.first(way));
        found.is_some()
    });
    let length = *found.unwrap().last().unwrap();
    drop(crowd);
    let offsets: Vec<usize> = (0..=length).step_by(step).collect();
    for offsets in offsets.chunks(50) {
        let plan = |at: &usize| {
            let cut = Some((*at, end));
            Plan::new(
                way,
                Faults {
                    cut,
                    ..Faults::NONE
                },
            )
        };
        let plans: Vec<Plan> = offsets.iter().map(plan).collect();
        let mut crowd = Crowd::new(&plans).subscribed();
        crowd.start();
        crowd.set_until_struck(1);
        crowd.set(1);
        let mut apart = Vec::new();
        let start = Instant::now();
        while start.elapsed() < CROWD_LIMIT {
            apart = crowd.apart(1);
            if apart.is_empty() {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let at: Vec<usize> = apart.iter().map(|n| offsets[*n]).collect();
        assert!(at.is_empty(), "{way:?} {end:?}: cut at {at:?}, never equal");
        assert_nothing_refused(&crowd.server);
        for (client, _) in &crowd.clients {
            assert_nothing_refused(client);
        }
    }
}

#[test]
fn e13_cut_at_every_byte_upwards_both_ends_agree_again() {
    cut_everywhere(Way::Up, End::Reset, 1);
    cut_everywhere(Way::Up, End::HalfClose, number("RV_CUT_STEP", 7));
}

#[test]
fn e13_cut_at_every_byte_downwards_both_ends_agree_again() {
    cut_everywhere(Way::Down, End::Reset, 1);
    cut_everywhere(Way::Down, End::HalfClose, number("RV_CUT_STEP", 7));
}

/// Of `seed`: a byte among the first two thousand of one way, and the bits of it that change.
fn corruption(seed: u64) -> Plan {
    let mut random = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = |bound: u64| {
        random ^= random >> 29;
        random = random.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        random ^= random >> 32;
        random % bound
    };
    let way = if next(2) == 0 { Way::Up } else { Way::Down };
    // Half of them in the handshake and the first frames.
    let bound = if next(2) == 0 { 500 } else { 2000 };
    let corrupt = Some((next(bound) as usize, 1 << next(8)));
    Plan::new(
        way,
        Faults {
            corrupt,
            ..Faults::NONE
        },
    )
}

#[test]
fn e14_after_a_corrupted_byte_both_ends_agree_again() {
    let seeds = number("RV_CORRUPTIONS", 200) as u64;
    let first = number("RV_SEED", 0) as u64;
    // A false length swallows up to 64 KiB of what follows: a kilobyte each time is soon through.
    let size = 85;
    for begin in (first..first + seeds).step_by(25) {
        let seeds: Vec<u64> = (begin..(begin + 25).min(first + seeds)).collect();
        let plans: Vec<Plan> = seeds.iter().map(|seed| corruption(*seed)).collect();
        let mut crowd = Crowd::new(&plans);
        crowd.start();
        crowd.set_until_struck(size);
        // A value that came corrupted stands until the next one, so values go on.
        let start = Instant::now();
        loop {
            crowd.set(size);
            let set = Instant::now();
            let mut apart = crowd.apart(size);
            while !apart.is_empty() && set.elapsed() < Duration::from_millis(100) {
                std::thread::sleep(Duration::from_millis(5));
                apart = crowd.apart(size);
            }
            if apart.is_empty() {
                break;
            }
            let apart: Vec<_> = apart.iter().map(|n| (seeds[*n], plans[*n])).collect();
            assert!(
                start.elapsed() < CROWD_LIMIT,
                "seeds that never agree (one alone: RV_SEED=n RV_CORRUPTIONS=1): {apart:?}"
            );
        }
    }
}
