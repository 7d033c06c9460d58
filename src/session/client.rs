//! The client's own matters: connecting, and resynchronising after each connect.

use std::time::Duration;

use crate::error::{Error, ErrorCode};
use crate::options::Options;
use crate::protocol::{init, subscribe};
use crate::session::backoff::Backoff;
use crate::session::peer::{Peer, PeerId};
use crate::session::{EventKind, LogLevel, Output, SERVER, Session, State};
use crate::signals::{BitSet, LOCAL};
use crate::time::Time;
use crate::value::{Access, Quality};

/// What outlives a client's connections.
#[derive(Debug)]
pub(super) struct Client {
    backoff: Backoff,
    /// `None`: everything.
    subscription: Option<Vec<String>>,
    /// Set by the host, and not known to have reached the server.
    unacknowledged: BitSet,
    retry: Option<Time>,
    /// The server's first state is awaited until then.
    awaiting_state: Option<Time>,
    /// What the server has mentioned since, or has acknowledged, and until when that counts.
    mentioned: Option<(Time, BitSet)>,
    running: bool,
    again_now: bool,
    last_error: Option<Error>,
    /// When the log said so.
    told: Option<Time>,
}

/// How often the log repeats that the server cannot be reached, for the same reason as before.
const TELL_AGAIN: Duration = Duration::from_secs(60);

impl Client {
    pub(super) fn new(options: &Options, seed: u64) -> Self {
        Self {
            backoff: Backoff::new(options, seed),
            subscription: None,
            unacknowledged: BitSet::default(),
            retry: None,
            awaiting_state: None,
            mentioned: None,
            running: false,
            again_now: false,
            last_error: None,
            told: None,
        }
    }

    /// A server that is away for months must not fill a disk.
    fn is_news(&self, error: &Error, now: Time) -> bool {
        let same = self
            .last_error
            .as_ref()
            .is_some_and(|last| (last.code(), last.message()) == (error.code(), error.message()));
        !(same && self.told.is_some_and(|told| now < told + TELL_AGAIN))
    }

    pub(super) fn restart(&mut self) {
        self.backoff.reset();
        self.retry = None;
        self.running = true;
    }

    pub(super) fn halt(&mut self) {
        self.retry = None;
        self.awaiting_state = None;
        self.mentioned = None;
        self.running = false;
    }

    /// Why the last connection was lost or could not be made.
    pub(super) fn last_error(&self) -> Option<Error> {
        self.last_error.clone()
    }

    pub(super) const fn attempts(&self) -> u32 {
        self.backoff.attempts()
    }

    /// The host has set this signal.
    pub(super) fn set_here(&mut self, signal: u32) {
        self.unacknowledged.insert(signal);
    }

    /// The server has seen our last value.
    pub(super) fn acknowledged(&mut self, signal: u32) {
        if let Some((_, mentioned)) = &mut self.mentioned {
            mentioned.insert(signal);
        }
        self.unacknowledged.remove(signal);
    }

    /// The server's value stands.
    pub(super) fn overwritten(&mut self, signal: u32) {
        self.unacknowledged.remove(signal);
    }

    /// The host's value outlives the server's first state.
    pub(super) fn keeps(&self, signal: u32) -> bool {
        self.unacknowledged.contains(signal)
    }
}

impl Session {
    pub(super) const fn awaiting_state(&self) -> bool {
        self.client.awaiting_state.is_some()
    }

    /// The first messages of a connection: who we are, what we want, what only we write.
    pub(super) fn greet(&mut self, id: PeerId, note: &str, now: Time) {
        self.send(id, init::init(&self.options.client_name).into());
        self.send_subscription(id);
        let until = now + self.options.resync_wait;
        self.client.awaiting_state = Some(until);
        self.arm(until);
        self.set_state(State::Connected, now);
        let text = self
            .peers
            .get(&id)
            .map_or_else(String::new, |peer| peer.address.clone());
        self.log(
            LogLevel::Info,
            id,
            format!("connected to {text}{note}"),
            now,
        );
        self.event(EventKind::Connected, 0, 0, text, now);
        let writes: Vec<u32> = self
            .signals
            .table()
            .iter()
            .filter(|(_, slot)| slot.access == Access::Write && slot.quality != Quality::Never)
            .map(|(signal, _)| signal)
            .collect();
        if let Some(peer) = self.peers.get_mut(&id) {
            for signal in writes {
                peer.due.insert(signal);
                peer.forced.insert(signal);
            }
        }
        self.flush(now);
    }

    fn send_subscription(&mut self, id: PeerId) {
        if let Some(names) = &self.client.subscription {
            let text = subscribe::subscribe(names.iter().map(String::as_str));
            self.send(id, text.into());
        }
    }

    pub(super) fn choose_subscription(&mut self, names: Option<Vec<String>>) {
        let was_filtered = self.client.subscription.is_some();
        self.client.subscription = names;
        let Some(id) = self.peers.keys().next().copied() else {
            return;
        };
        if self.client.subscription.is_some() {
            self.send_subscription(id);
        } else if was_filtered {
            // The protocol has no way back to everything but a new connection.
            self.client.backoff.reset();
            self.client.again_now = true;
            self.close(id, 1000, "reconnecting to receive every signal");
        }
    }

    /// The server's first state is here, or its time is up: what the host set and the server is not
    /// known to have goes out now. What it does not mention until the time is up follows then: a
    /// state can come in several messages.
    pub(super) fn state_arrived(&mut self, id: PeerId, now: Time) {
        let Some(until) = self.client.awaiting_state.take() else {
            return;
        };
        self.owe_where(id, |client, signal| client.keeps(signal));
        // What goes out now need not go out again for want of a mention.
        self.client.mentioned = Some((until, self.client.unacknowledged.clone()));
        self.restore_later(SERVER, SERVER);
        self.flush(now);
    }

    /// Server's values came in; while the first state may still be under way, they are noted.
    pub(super) fn mentioned(&mut self, signals: impl Iterator<Item = u32>) {
        if let Some((_, mentioned)) = &mut self.client.mentioned {
            signals.for_each(|signal| {
                mentioned.insert(signal);
            });
        }
    }

    /// The time for the first state is up.
    fn resync_over(&mut self, id: PeerId, now: Time) {
        self.state_arrived(id, now);
        if let Some((_, mentioned)) = self.client.mentioned.take() {
            self.owe_where(id, |_, signal| !mentioned.contains(signal));
            self.flush(now);
        }
    }

    /// Marks what the host wrote last of the signals that both sides write, as far as `which` says.
    fn owe_where(&mut self, id: PeerId, which: impl Fn(&Client, u32) -> bool) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        for (signal, slot) in self.signals.table().iter() {
            if slot.access == Access::ReadWrite
                && slot.origin == LOCAL
                && slot.quality != Quality::Never
                && which(&self.client, signal)
            {
                peer.due.insert(signal);
            }
        }
    }

    pub(super) fn connect_failed(&mut self, error: &Error, now: Time) {
        if self.client.is_news(error, now) {
            self.client.told = Some(now);
            self.log(LogLevel::Warn, 0, error.message().to_owned(), now);
        }
        let code = error.code() as i32;
        self.event(
            EventKind::Disconnected,
            0,
            code,
            error.message().to_owned(),
            now,
        );
        self.retry_later(error, now);
    }

    pub(super) fn lost(&mut self, peer: &Peer, text: &str, now: Time) {
        self.client.awaiting_state = None;
        self.client.mentioned = None;
        self.client.backoff.connection_lasted(peer.connected, now);
        self.log(LogLevel::Warn, 0, format!("connection lost: {text}"), now);
        let code = ErrorCode::Connection;
        self.event(
            EventKind::Disconnected,
            0,
            code as i32,
            text.to_owned(),
            now,
        );
        let error = Error::new(
            code,
            format!("the connection to the server was lost: {text}"),
        );
        self.retry_later(&error, now);
    }

    fn retry_later(&mut self, error: &Error, now: Time) {
        self.probe_failed(error);
        self.outputs.push(Output::NotConnected(error.clone()));
        self.client.last_error = Some(error.clone());
        if !self.client.running {
            return;
        }
        let wait = if std::mem::take(&mut self.client.again_now) {
            Some(Duration::ZERO)
        } else if self.options.auto_reconnect {
            self.client.backoff.next(error)
        } else {
            None
        };
        if let Some(wait) = wait {
            self.client.retry = Some(now + wait);
            self.arm(now + wait);
            self.set_state(State::Reconnecting, now);
        } else {
            let text = format!("gave up connecting: {}", error.message());
            self.log(LogLevel::Error, 0, text, now);
            self.set_state(State::Failed, now);
            self.fail_import(error);
        }
    }

    pub(super) fn client_deadline(&mut self, now: Time) {
        let retry = self.client.retry.take_if(|at| *at <= now);
        if retry.is_some() {
            self.outputs.push(Output::Connect);
        }
        let resync =
            self.client
                .awaiting_state
                .or(self.client.mentioned.as_ref().map(|(until, _)| *until));
        if resync.is_some_and(|at| at <= now)
            && let Some(id) = self.peers.keys().next().copied()
        {
            self.resync_over(id, now);
        }
        let waits = [self.client.retry, resync.filter(|at| *at > now)];
        for at in waits.into_iter().flatten() {
            self.arm(at);
        }
    }
}
