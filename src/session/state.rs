//! Whole states: the first `data`, the answer to `subscribe`, and the heartbeat between changes.

use std::sync::Arc;
use std::time::Duration;

use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::options::Mode;
use crate::protocol::encode;
use crate::session::Session;
use crate::session::aliases::View;
use crate::session::exchange::{Scratch, Sent};
use crate::session::frames::{Fate, build};
use crate::session::import::PUSH_DELAY;
use crate::session::large;
use crate::session::peer::{Peer, PeerId, Whole};
use crate::time::Time;
use crate::value::Quality;

/// States and catalogues of all peers on their way to the kernel, in bytes: further ones wait until less is.
const WHOLE_BYTES: usize = 64 << 20;
/// Who waits for that looks again after so long.
const WHOLE_LOOK: Duration = Duration::from_secs(1);
/// And a peer that others wait for has so long to read what it asked for.
const WHOLE_PATIENCE: Duration = Duration::from_secs(15);

impl Session {
    /// The whole state that the peer may see, as `data` or as `snapshot`, ahead of any later change.
    fn send_state(&mut self, id: PeerId, state: Whole, now: Time) {
        let later = Some(state).filter(|_| !self.may_make(id));
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.first_state = None;
            peer.state_owed = later;
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
                let Some(slot) = table.slot(signal) else {
                    return;
                };
                // Its own newest value the peer has; for all others a FIFO begins before what waits in it, and the held
                // level stands.
                if slot.origin == peer.origin {
                    picks.add(signal, slot, false);
                } else {
                    table.pick_start(signal, picks);
                    if let Some(level) = table.held(signal) {
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
        let mut frame = {
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
        for (text, _) in &mut frame.texts {
            *text = large::apart(std::mem::take(text));
        }
        let bytes = frame.texts.iter().map(|(text, _)| text.len()).sum();
        peer.made(picks.list.len(), bytes, now);
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

    /// What has waited until the peer can take it, or until it was its turn.
    pub(super) fn send_owed(&mut self, id: PeerId, now: Time) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        if let Some(state) = peer.state_owed.take() {
            self.send_state(id, state, now);
        }
        let owes = |peer: &Peer| peer.owes_catalog() && !peer.stopping;
        if self.peers.get(&id).is_some_and(owes)
            && self.may_make(id)
            && self.peers.get_mut(&id).is_some_and(Peer::take_catalog)
        {
            self.answer_import(id);
        }
        if (self.peers.get_mut(&id)).is_some_and(|peer| std::mem::take(&mut peer.aliases_owed)) {
            self.adopt_aliases(id);
        }
    }

    /// Whether a state or a catalogue can be made for this peer now. If not, [`Session::send_owed`] is called when it can.
    pub(super) fn may_make(&mut self, id: PeerId) -> bool {
        let now = self.now;
        let Some(peer) = self.peers.get_mut(&id) else {
            return false;
        };
        if peer.crowded() {
            return false;
        }
        // There is no later for one that is to be closed.
        if let Some(turn) = peer.effort.wait(now).filter(|_| !peer.stopping) {
            peer.turn = Some(turn);
            self.arm(turn);
            return false;
        }
        if self.has_room() {
            return true;
        }
        self.close_who_holds_room(now);
        let room = self.has_room();
        let Some(peer) = self.peers.get_mut(&id).filter(|peer| !peer.closing) else {
            return false;
        };
        if !room {
            let again = now + WHOLE_LOOK;
            peer.turn = Some(again);
            self.arm(again);
        }
        room
    }

    /// Whether somebody waits for a state or a catalogue: one that drains may be the one that makes them all go out.
    pub(crate) fn owes_wholes(&self) -> bool {
        let owed =
            |peer: &Peer| peer.turn.is_some() || peer.state_owed.is_some() || peer.owes_catalog();
        self.peers.values().any(owed)
    }

    /// Whether the peers leave room for one more state or catalogue on its way.
    fn has_room(&self) -> bool {
        let waiting: usize = self.peers.values().map(Peer::queued_whole).sum();
        waiting < WHOLE_BYTES
    }

    /// Others wait for what these do not read.
    fn close_who_holds_room(&mut self, now: Time) {
        let stuck = |peer: &&Peer| {
            peer.queued_whole() > 0 && now.since(peer.whole_since()) >= WHOLE_PATIENCE
        };
        let stuck: Vec<PeerId> = (self.peers.values().filter(stuck))
            .map(|peer| peer.id)
            .collect();
        for id in stuck {
            self.close_slow(id);
        }
    }

    /// A peer has read what was on its way to it.
    pub(super) fn send_what_waits_for_room(&mut self, now: Time) {
        let owed = |peer: &&Peer| peer.turn.is_some() && !peer.closing;
        let ids: Vec<PeerId> = (self.peers.values().filter(owed))
            .map(|peer| peer.id)
            .collect();
        for id in ids {
            self.send_owed(id, now);
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
                // Of what it may not see it is not to notice even that something came.
                if self.options.catalog_push
                    && peer.asked_catalog
                    && peer.push_at.is_none()
                    && !peer.must_not_see(id)
                {
                    let at = self.now + PUSH_DELAY;
                    peer.push_at = Some(at);
                    self.wake = self.wake.min(at);
                }
            }
        }
        self.known_signals = count;
    }
}
