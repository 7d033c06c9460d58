//! G9: the hand-over between the host's threads and the network thread, in every order that a memory model allows. The
//! table is the library's own; loom's locks stand in for the real ones, and a permit with a condition variable for
//! tokio's `Notify`.

#![cfg(test)]

use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;
use realvirtual_ws::harness::Dirty;

/// At most one wake-up waits.
#[derive(Default)]
struct Wake {
    permit: Mutex<bool>,
    changed: Condvar,
}

impl Wake {
    fn notify(&self) {
        *self.permit.lock().unwrap() = true;
        self.changed.notify_one();
    }

    fn wait(&self) {
        let mut permit = self.permit.lock().unwrap();
        while !std::mem::take(&mut *permit) {
            permit = self.changed.wait(permit).unwrap();
        }
    }
}

struct Shared {
    table: Mutex<Dirty>,
    wake: Wake,
}

impl Shared {
    fn new(signals: u32) -> Arc<Self> {
        Arc::new(Self {
            table: Mutex::new(Dirty::new(signals)),
            wake: Wake::default(),
        })
    }

    /// A host's set: whoever is told that nobody was told yet wakes the network thread, after the lock.
    fn set(&self, signal: u32, value: i64) {
        let first = self.table.lock().unwrap().set(signal, value);
        if first {
            self.wake.notify();
        }
    }

    /// The network thread, until it has sent `last`. A lost wake-up is a deadlock, which loom finds.
    fn send_until(&self, last: &[i64]) {
        let mut sent = vec![0; last.len()];
        while sent != last {
            self.wake.wait();
            for (signal, value) in self.table.lock().unwrap().drain() {
                sent[signal as usize] = value;
            }
        }
        assert!(self.table.lock().unwrap().drain().is_empty(), "sent twice");
    }
}

#[test]
fn g9_no_set_is_lost_between_a_host_and_the_network_thread() {
    loom::model(|| {
        let shared = Shared::new(1);
        let host = Arc::clone(&shared);
        let setting = thread::spawn(move || {
            for value in 1..=3 {
                host.set(0, value);
            }
        });
        shared.send_until(&[3]);
        setting.join().unwrap();
    });
}

#[test]
fn g9_two_hosts_that_set_at_once_wake_the_network_thread() {
    loom::model(|| {
        let shared = Shared::new(2);
        let hosts: Vec<_> = (0..2)
            .map(|signal| {
                let host = Arc::clone(&shared);
                thread::spawn(move || host.set(signal, i64::from(signal) + 1))
            })
            .collect();
        shared.send_until(&[1, 2]);
        for host in hosts {
            host.join().unwrap();
        }
    });
}

/// What comes from a peer while the host sets and polls: it is polled, and of the two values one stands on both ends.
#[test]
fn g9_a_value_that_arrives_between_a_set_and_its_sending_is_polled() {
    loom::model(|| {
        let shared = Shared::new(1);
        let host = Arc::clone(&shared);
        let setting = thread::spawn(move || host.set(0, 1));
        let host = Arc::clone(&shared);
        let polling = thread::spawn(move || host.table.lock().unwrap().poll());
        shared.table.lock().unwrap().apply(0, 2);
        let polled = polling.join().unwrap();
        setting.join().unwrap();
        let mut table = shared.table.lock().unwrap();
        assert_eq!(polled + table.poll(), 1);
        let unsent = table.drain();
        match table.value(0) {
            1 => assert_eq!(unsent, [(0, 1)]),
            _ => assert_eq!((table.value(0), unsent.len()), (2, 0)),
        }
    });
}
