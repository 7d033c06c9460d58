//! What time alone brings about: time-outs, heartbeats, stale values and what becomes of them.

use std::time::Duration;

use crate::session::Session;
use crate::session::peer::{self, Peer, PeerId};
use crate::signals::Origin;
use crate::time::Time;
use crate::value::Quality;

/// Stale values that a resync does not mention are good again after this long.
const RESTORE_AFTER: Duration = Duration::from_secs(2);
/// Clients that left are remembered up to this count.
const DEPARTED_MAX: usize = 1024;

impl Session {
    /// A writer is gone: its values are stale, and some have another one for that case.
    fn turn_stale(&mut self, origin: Origin, successor: Option<Origin>) {
        let now = self.now;
        let mut table = self.signals.table();
        // Of an earlier loss, only what is stale still keeps its time.
        self.failsafes.retain(|(_, signal)| {
            let slot = table.slot(*signal);
            slot.is_some_and(|slot| slot.quality == Quality::Stale)
        });
        table.set_stale(origin, successor, now, |signal, after| {
            self.failsafes.push((now + after, signal));
            self.wake = self.wake.min(now + after);
        });
    }

    /// A client has named itself: it may be back.
    pub(super) fn succeed(&mut self, id: PeerId, name: &str) {
        let grant = self.peers.get(&id).map_or(0, Peer::grant_number);
        let (same, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.departed)
            .into_iter()
            .partition(|(left, _, by)| left == name && *by == grant);
        self.departed = others.into();
        for (_, before, _) in same {
            self.succeeded(before, id);
        }
    }

    fn succeeded(&mut self, before: Origin, id: PeerId) {
        self.signals.table().succeed_importer(before, id);
        self.restore_later(before, id);
    }

    /// The successor's resync has begun: what it does not mention within a while stands.
    pub(super) fn restore_later(&mut self, before: Origin, successor: Origin) {
        let at = self.now + RESTORE_AFTER;
        self.restores.push((at, before, successor));
        self.arm(at);
    }

    fn restore_deadline(&mut self) {
        let now = self.now;
        let relay = self.is_server() && self.options.relay;
        let mut table = self.signals.table();
        self.restores.retain(|(at, before, successor)| {
            let wait = *at > now;
            if wait {
                self.wake = self.wake.min(*at);
            } else {
                table.restore_stale(*before, *successor, relay, now);
                self.transmit_wanted |= relay;
            }
            wait
        });
    }

    fn failsafe_deadline(&mut self) {
        let now = self.now;
        let mut table = self.signals.table();
        self.failsafes.retain(|(at, signal)| {
            let wait = *at > now;
            if wait {
                self.wake = self.wake.min(*at);
            } else {
                table.apply_failsafe(*signal, now);
            }
            wait
        });
    }

    pub(super) fn deadline(&mut self, now: Time) {
        self.wake = Time::NEVER;
        self.client_deadline(now);
        self.import_deadline(now);
        self.config_deadline(now);
        self.probe_deadline();
        self.quota_deadline(now);
        self.failsafe_deadline();
        self.restore_deadline();
        self.release_holds();
        match self.follow_up_at {
            Some(at) if at <= now => {
                self.flush(now);
            }
            Some(at) => self.arm(at),
            None => {}
        }
        let due: Vec<PeerId> = (self.peers.values())
            .filter(|peer| peer.is_due(&self.options, now))
            .map(|peer| peer.id)
            .collect();
        for id in due {
            self.peer_deadline(id, now);
        }
        let next = (self.peers.values())
            .map(|peer| peer.deadline(&self.options))
            .min();
        self.arm(next.unwrap_or(Time::NEVER));
    }

    fn peer_deadline(&mut self, id: PeerId, now: Time) {
        self.end_windows(id, None, now);
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let silent = now.since(peer.last_heard);
        let timeout = peer.patience(&self.options);
        if !timeout.is_zero() && silent >= timeout {
            let text = format!("no byte for {} ms", silent.as_millis());
            self.close(id, 1001, &text);
            // It will not answer the close either; what it wrote is stale from now on.
            self.closed(id, &text, now);
            return;
        }
        let ping = peer.ping_is_due(&self.options, now);
        if ping {
            peer.next_ping = peer::after(now, self.options.ping_interval);
        }
        let first_state = peer.first_state.is_some_and(|at| at <= now);
        let push = peer.push_at.take_if(|at| *at <= now).is_some();
        let turn = peer.turn.take_if(|at| *at <= now).is_some();
        let heartbeat = peer.heartbeat_is_due(&self.options, now);
        if ping {
            self.send_fence(id, now);
        }
        if push {
            self.push_catalog(id);
        }
        if turn {
            self.send_owed(id, now);
        }
        if first_state {
            self.send_first_state(id, now);
        } else if heartbeat {
            self.send_heartbeat(id, now);
        }
    }

    /// A peer left: its signals are stale, and its successor may take them over.
    pub(super) fn departed(&mut self, peer: &Peer) {
        let origin = peer.origin;
        let name = peer.name.as_deref().filter(|_| self.is_server());
        let grant = peer.grant_number();
        // It may be back already: where a cable was pulled, the loss is noticed long after the next connection.
        let back = |other: &&Peer| {
            // A name that was changed since is a name all the same.
            (other.name == peer.name || other.first_name == peer.first_name)
                && other.grant_number() == grant
                && other.connected >= peer.last_heard
        };
        let successor = name.and_then(|_| self.peers.values().find(back));
        let successor = successor.map(|other| (other.id, other.origin));
        self.turn_stale(origin, successor.map(|(_, origin)| origin));
        // What it had not taken over yet is left to the next of its name.
        let mut left = vec![origin];
        self.restores.retain(|(_, before, successor)| {
            if *successor == origin && *before != origin {
                left.push(*before);
            }
            *successor != origin
        });
        // Else a client that comes and goes would leave one more each time.
        self.signals.table().keep_standing(&mut left);
        if let Some((id, _)) = successor {
            for before in left {
                self.succeeded(before, id);
            }
        } else if let Some(name) = name {
            let left = left
                .into_iter()
                .map(|origin| (name.to_owned(), origin, grant));
            self.departed.extend(left);
            let excess = self.departed.len().saturating_sub(DEPARTED_MAX);
            self.departed.drain(..excess);
        }
    }
}
