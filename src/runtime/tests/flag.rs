//! When the flag of an event loop goes up and down. What the systems make of it is tested from C.

use std::io;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::error::{ErrorCode, Result};
use crate::options::Options;
use crate::runtime::keys::Keys;
use crate::runtime::{Flag, RawFlag, Shared};
use crate::session::{Event, EventKind};
use crate::signals::Signals;
use crate::time::Time;

/// Remembers how it was set.
#[derive(Debug, Default)]
struct Seen {
    sets: Vec<bool>,
    /// The next time it is set gives an error.
    refuse: bool,
}

#[derive(Debug, Clone, Default)]
struct Fake(Arc<Mutex<Seen>>);

impl Flag for Fake {
    fn set(&mut self, up: bool) -> io::Result<()> {
        let mut seen = self.0.lock();
        if std::mem::take(&mut seen.refuse) {
            return Err(io::Error::other("refused"));
        }
        seen.sets.push(up);
        Ok(())
    }

    fn raw(&self) -> RawFlag {
        7 as RawFlag
    }
}

impl Fake {
    fn sets(&self) -> Vec<bool> {
        self.0.lock().sets.clone()
    }
}

fn shared() -> Shared {
    Shared::new(
        Arc::new(Options::server()),
        Arc::new(Signals::new(1).unwrap()),
        Keys::default(),
    )
}

fn ask(shared: &Shared, flag: &Fake) -> Result<RawFlag> {
    let flag = flag.clone();
    shared.flag(|| Ok(Box::new(flag)))
}

fn happen(shared: &Shared) {
    shared.events.push(Event {
        time: Time::ZERO,
        kind: EventKind::Connected,
        client: 0,
        token: 0,
        result: 0,
        signal: 0,
        text: String::new(),
    });
    shared.notify();
}

fn poll(shared: &Shared) {
    shared.events.poll(|_| (true, ()));
    shared.polled();
}

#[test]
fn it_is_up_while_there_is_something() {
    let (shared, flag) = (shared(), Fake::default());
    assert_eq!(ask(&shared, &flag).unwrap(), 7 as RawFlag);
    assert!(flag.sets().is_empty());
    happen(&shared);
    happen(&shared);
    assert_eq!(flag.sets(), [true]);
    poll(&shared);
    assert_eq!(flag.sets(), [true], "there is one more");
    poll(&shared);
    poll(&shared);
    assert_eq!(flag.sets(), [true, false]);
}

#[test]
fn it_is_made_once_and_goes_up_for_what_is_there_already() {
    let (shared, flag) = (shared(), Fake::default());
    happen(&shared);
    ask(&shared, &flag).unwrap();
    assert_eq!(flag.sets(), [true]);
    let again = shared.flag(|| panic!("a second one"));
    assert_eq!(again.unwrap(), 7 as RawFlag);
}

#[test]
fn a_close_raises_it_for_good() {
    let (shared, flag) = (shared(), Fake::default());
    ask(&shared, &flag).unwrap();
    shared.close();
    poll(&shared);
    assert_eq!(flag.sets(), [true]);
}

#[test]
fn what_the_system_refused_is_tried_again() {
    let (shared, flag) = (shared(), Fake::default());
    flag.0.lock().refuse = true;
    ask(&shared, &flag).unwrap();
    happen(&shared);
    assert!(flag.sets().is_empty());
    happen(&shared);
    assert_eq!(flag.sets(), [true]);
}

#[test]
fn without_the_systems_consent_there_is_an_error_and_the_next_call_tries_again() {
    let shared = shared();
    let error = shared
        .flag(|| Err(io::Error::other("too many")))
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::System);
    assert!(error.message().contains("too many"), "{error}");
    assert!(ask(&shared, &Fake::default()).is_ok());
}
