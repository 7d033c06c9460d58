//! Whole states: the first `data`, the answer to `subscribe`, and the heartbeat between changes.

use std::sync::Arc;

use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::options::Mode;
use crate::protocol::encode;
use crate::session::Session;
use crate::session::aliases::View;
use crate::session::exchange::{Scratch, Sent};
use crate::session::frames::{Fate, build};
use crate::session::peer::{Peer, PeerId, Whole};
use crate::time::Time;
use crate::value::Quality;

impl Session {
    /// The whole state that the peer may see, as `data` or as `snapshot`, ahead of any later change.
    fn send_state(&mut self, id: PeerId, state: Whole, now: Time) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.first_state = None;
            peer.state_owed = Some(state).filter(|_| peer.crowded());
            if peer.state_owed.is_some() {
                return;
            }
        }
        let (open, own_values) = match state {
            Whole::First => (encode::DATA_OPEN, false),
            Whole::Snapshot => (encode::SNAPSHOT_OPEN, true),
        };
        self.meet_new_signals();
        let eligibility = self.eligibility();
        let mut scratch = std::mem::take(&mut self.scratch);
        let Scratch {
            picks,
            fragments,
            chosen,
            ..
        } = &mut scratch;
        picks.clear();
        chosen.clear();
        let max_bytes = self.max_frame_bytes();
        let Some(peer) = self.peers.get_mut(&id) else {
            self.scratch = scratch;
            return;
        };
        {
            let table = self.signals.table();
            peer.for_each_wanted(table.len() as u32, |signal| {
                // What waits in a FIFO follows at once, in its order.
                if let Some(slot) = table.slot(signal)
                    && !table.is_queued(signal)
                {
                    picks.add(signal, slot, false);
                    // Its own newest value is no news to the peer; to all others the held level stands.
                    if let Some(level) = table.held(signal)
                        && slot.origin != peer.origin
                    {
                        picks.replace_last(level);
                    }
                }
            });
        }
        fragments.reset(picks.list.len(), 1);
        let mut again = Sent::default();
        for (index, pick) in (0..).zip(&picks.list) {
            let own = own_values && pick.origin == peer.origin && pick.quality != Quality::Never;
            let own = own && !peer.must_not_see(pick.signal);
            if own || matches!(eligibility.fate(peer, pick), Fate::Send) {
                chosen.push(index);
                again.add(peer.again.get(&pick.signal));
            }
        }
        peer.due.clear();
        peer.unmoved.clear();
        let pulses = peer.pulses.len() as u64;
        peer.pulses.clear();
        peer.forced.clear();
        peer.again.clear();
        let frame = {
            let names = self.signals.names();
            build(
                open,
                max_bytes,
                chosen,
                picks,
                fragments,
                &View {
                    names: &names,
                    aliases: peer.aliases.as_deref(),
                },
                &eligibility,
            )
        };
        self.collapse(pulses);
        self.send_frame(id, &frame, again, now);
        self.scratch = scratch;
    }

    /// Server: the answer to `subscribe`.
    pub(super) fn send_snapshot(&mut self, id: PeerId, now: Time) {
        self.send_state(id, Whole::Snapshot, now);
    }

    /// Server: the first `data` to a client that did not subscribe.
    pub(super) fn send_first_state(&mut self, id: PeerId, now: Time) {
        self.send_state(id, Whole::First, now);
    }

    /// What has waited until the peer can take it.
    pub(super) fn send_owed(&mut self, id: PeerId, now: Time) {
        let owed = (self.peers.get_mut(&id)).and_then(|peer| peer.state_owed.take());
        if let Some(state) = owed {
            self.send_state(id, state, now);
        }
        while self.peers.get_mut(&id).is_some_and(Peer::take_catalog) {
            self.answer_import(id);
        }
    }

    /// An empty `data`, for peers that take silence for death.
    pub(super) fn send_heartbeat(&mut self, id: PeerId, now: Time) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        peer.last_data = now;
        // Where a frame still waits to be read, another says nothing new.
        if !peer.busy {
            peer.set_busy(now);
            self.send(id, Utf8Bytes::from_static(encode::EMPTY_DATA));
        }
    }

    /// Brings subscriptions up to date with signals that were created since the last time.
    pub(super) fn meet_new_signals(&mut self) {
        let signals = Arc::clone(&self.signals);
        let names = signals.names();
        let count = names.len() as u32;
        if self.known_signals == count {
            return;
        }
        for rights in (self.peers.values_mut()).filter_map(|peer| peer.rights.as_mut()) {
            rights.meet(&names);
        }
        for id in self.known_signals..count {
            let Some(name) = names.name(id) else {
                break;
            };
            for peer in self.peers.values_mut() {
                let wanted = match &mut peer.subscription {
                    Some(subscription) => subscription.created(id, name),
                    None => true,
                };
                if wanted && self.options.mode == Mode::Server {
                    peer.due.insert(id);
                }
            }
        }
        self.known_signals = count;
        self.catalog_grew();
    }
}
