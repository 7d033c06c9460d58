//! What time alone brings about: as many wake-ups as there are moments, not as there are peers.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::options::Options;
use crate::session::{Input, Output, Session};
use crate::signals::Signals;
use crate::time::Time;

const CLIENTS: u32 = 200;

/// A server without signals, and the times at which each of its clients last got a message.
struct Idle {
    session: Session,
    now: Time,
    heard: HashMap<u32, Time>,
    longest: Duration,
    messages: u32,
}

impl Idle {
    fn input(&mut self, input: Input<'_>) {
        self.session.handle(self.now, input);
        let mut outputs = Vec::new();
        self.session.outputs(&mut outputs);
        for output in outputs {
            if let Output::Send { peer, .. } = output {
                if let Some(before) = self.heard.insert(peer, self.now) {
                    self.longest = self.longest.max(self.now.since(before));
                }
                self.messages += 1;
                self.input(Input::Drained { peers: &[peer] });
            }
        }
    }

    /// Gives how often the session had to be woken.
    fn pass(&mut self, time: Duration) -> u32 {
        let until = self.now + time;
        let mut wakes = 0;
        while self.session.wake_at() < until {
            self.now = self.now.max(self.session.wake_at());
            self.input(Input::Deadline);
            wakes += 1;
        }
        self.now = until;
        wakes
    }
}

#[test]
fn heartbeats_of_many_clients_go_out_together_and_none_is_late() {
    let signals = Arc::new(Signals::new(10).unwrap());
    let mut idle = Idle {
        session: Session::new(Arc::new(Options::server()), signals, 1),
        now: Time::from_micros(1_000_000),
        heard: HashMap::new(),
        longest: Duration::ZERO,
        messages: 0,
    };
    idle.input(Input::Start);
    for peer in 1..=CLIENTS {
        idle.pass(Duration::from_micros(4_900));
        idle.input(Input::Connected {
            peer,
            address: "test".to_owned(),
            note: String::new(),
            ip: None,
            grant: None,
        });
    }
    idle.pass(Duration::from_secs(5));
    idle.messages = 0;
    let wakes = idle.pass(Duration::from_secs(10));
    assert!(wakes <= 200, "{wakes} wake-ups");
    let each = f64::from(idle.messages) / f64::from(CLIENTS);
    assert!((10.0..11.0).contains(&each), "{each} heartbeats each");
    assert!(idle.longest <= Duration::from_secs(1), "{:?}", idle.longest);
}
