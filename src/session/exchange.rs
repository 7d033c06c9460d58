//! Sending: what each peer is to get, in as few encodings as there are different answers.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::options::SendMode;
use crate::protocol::encode;
use crate::session::aliases::View;
use crate::session::frames::{
    Common, Eligibility, Fate, Fragments, Frame, INVERTED, build, choice_key,
};
use crate::session::peer::{Again, FIFO_PATIENCE, Peer, PeerId};
use crate::session::{LogLevel, Output, Session, fence};
use crate::signals::{BitSet, Kept, LOCAL, Pick, Picks, Print, Table};
use crate::time::Time;
use crate::value::Quality;

/// What a transmission takes from the signals, besides what peers are due already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Take {
    /// What the host has set, and what is to be relayed.
    Unsent,
    /// Every value of the host as well.
    Everything,
}

/// What of a frame the peer had sent itself.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sent {
    corrections: u64,
    resends: u64,
}

impl Sent {
    pub(super) fn add(&mut self, again: Option<&Again>) {
        match again {
            Some(Again::Correction) => self.corrections += 1,
            Some(Again::Resend) => self.resends += 1,
            None => {}
        }
    }
}

/// Buffers that live on, so that a steady cycle does not allocate more than its frames.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// Ids whose values are copied in this cycle, where they are more than what was set or applied since the last one.
    wanted: BitSet,
    /// Those of them that were.
    fresh: BitSet,
    /// Those of them that are as they were, and go out because everything does.
    repeats: BitSet,
    pub(super) picks: Picks,
    pub(super) fragments: Fragments,
    /// Positions in `picks` of what one peer gets.
    pub(super) chosen: Vec<u32>,
}

impl Session {
    pub(super) fn eligibility(&self) -> Eligibility {
        Eligibility::new(&self.options, self.awaiting_state())
    }

    /// The size at which a `data` or a `snapshot` is split.
    pub(super) fn max_frame_bytes(&self) -> usize {
        match self.options.max_data_frame_bytes {
            0 => usize::MAX,
            bytes => bytes as usize,
        }
    }

    /// The host's flush, and what is left of it: in manual mode the table holds back what is not flushed.
    pub(super) fn flush(&mut self, now: Time) {
        // Who cannot take a frame now gets it when it can.
        for peer in self.peers.values_mut() {
            peer.flush |= peer.busy;
        }
        self.transmit(now, Take::Unsent);
    }

    /// Sends what is due to every peer that can take a frame.
    pub(super) fn transmit(&mut self, now: Time, take: Take) {
        self.transmit_wanted = false;
        self.follow_up_at = None;
        self.edge_waits = false;
        // What nobody hears stays unsent, so that its pulses are counted and not sent late.
        if self.peers.is_empty() {
            return;
        }
        self.meet_new_signals();
        let mut scratch = std::mem::take(&mut self.scratch);
        let sealed = self.collect(&mut scratch, take);
        self.nothing_due = scratch.picks.is_empty() && scratch.wanted.is_empty() && !self.follow_up;
        if !scratch.picks.list.is_empty() {
            self.distribute(&mut scratch, sealed, now);
        }
        self.scratch = scratch;
        if std::mem::take(&mut self.follow_up) && self.options.send_mode != SendMode::Cycle {
            // In cycle mode, the next cycle comes by itself.
            let at = now + self.options.update_cycle;
            self.follow_up_at = Some(at);
            self.arm(at);
        }
    }

    /// Copies all values that may be sent now, under one lock, so that frames are never torn. Tells whether they are
    /// those of the sealed frame.
    fn collect(&mut self, scratch: &mut Scratch, take: Take) -> bool {
        scratch.wanted.clear();
        scratch.fresh.clear();
        scratch.repeats.clear();
        scratch.picks.clear();
        for peer in self.peers.values().filter(|peer| ready(peer)) {
            peer.due.for_each(|id| {
                scratch.wanted.insert(id);
            });
        }
        let signals = Arc::clone(&self.signals);
        let mut table = signals.table();
        let busy = self.awaiting_state() || self.fifos_wait(&table);
        // A sealed frame goes alone: with values that are newer than it, it would be torn.
        if let Some(since) = table.take_unsent_since() {
            self.stats.send_latency.add(self.now.since(since));
        }
        let sealed = table.take_sealed(&mut scratch.picks);
        // Where nobody is owed anything, what is new is all.
        let all_new = scratch.wanted.is_empty() && take != Take::Everything;
        if sealed {
            self.follow_up = true;
            self.edge_waits = true;
        } else {
            let kept = if busy { Kept::Fifos } else { Kept::Nothing };
            if all_new {
                table.pick_unsent(kept, &mut scratch.picks);
            } else {
                table.drain_unsent(kept, |id| {
                    scratch.fresh.insert(id);
                    scratch.wanted.insert(id);
                });
            }
        }
        if sealed || all_new {
            self.picked(&mut table, &scratch.picks, &scratch.repeats);
            self.follow_up |= !sealed && !busy && table.fifo_waits(|_| true);
            return sealed;
        }
        if take == Take::Everything {
            for (id, slot) in table.iter() {
                if slot.origin == LOCAL
                    && slot.quality != Quality::Never
                    && slot.access.host_writes()
                    && !table.is_unsent(id)
                {
                    scratch.wanted.insert(id);
                    scratch.fresh.insert(id);
                    scratch.repeats.insert(id);
                }
            }
        }
        scratch.wanted.for_each(|id| {
            let fresh = scratch.fresh.contains(id);
            // A held level stays due, and the newest value of a FIFO does not overtake those before it.
            if fresh || !table.is_held(id) && !table.is_queued(id) {
                table.pick(id, &mut scratch.picks, fresh);
            }
        });
        self.picked(&mut table, &scratch.picks, &scratch.repeats);
        // The rest of a FIFO goes out with the next frames.
        self.follow_up |= !busy && table.fifo_waits(|_| true);
        false
    }

    /// Whether FIFOs stay where they are for the sake of a peer that cannot take a frame: for a short while, or as long as
    /// nobody else wants them.
    fn fifos_wait(&mut self, table: &Table) -> bool {
        if table.is_plain() {
            return false;
        }
        let now = self.now;
        let taken = (self.peers.values())
            .any(|peer| ready(peer) && table.fifo_waits(|signal| peer.wants(signal)));
        if !taken {
            self.fifos_held = None;
            return self.peers.values().any(|peer| peer.busy && !peer.closing);
        }
        let over = now.since(*self.fifos_held.get_or_insert(now)) >= FIFO_PATIENCE;
        let mut wait = false;
        for peer in self.peers.values_mut() {
            wait |= peer.holds_fifos(over, now);
        }
        if wait {
            // Where no cycle comes by itself, this looks again.
            self.follow_up = true;
        } else {
            self.fifos_held = None;
        }
        wait
    }

    /// Notes what follows from values that are about to go out.
    fn picked(&mut self, table: &mut Table, picks: &Picks, repeats: &BitSet) {
        if !self.is_server() {
            // What is only repeated the server may have seen, and changed since.
            let set = |pick: &&Pick| pick.fresh && !repeats.contains(pick.signal);
            for pick in picks.list.iter().filter(set) {
                if table
                    .slot(pick.signal)
                    .is_some_and(|slot| slot.origin == LOCAL)
                {
                    self.client.set_here(pick.signal);
                }
            }
        }
        if table.is_plain() {
            return;
        }
        // Levels that this frame changes and that must last a while.
        for pick in picks.list.iter().filter(|pick| pick.toggled) {
            if let Some(until) = table.hold(pick.signal, self.now) {
                self.holds.push_back((until, pick.signal));
                self.arm(until);
            }
        }
    }

    /// Lets go of levels that have lasted long enough.
    pub(super) fn release_holds(&mut self) {
        let now = self.now;
        // Signals differ in their times, so this is not in order.
        let (over, holds): (Vec<_>, Vec<_>) =
            self.holds.drain(..).partition(|(until, _)| *until <= now);
        self.holds = holds.into();
        for (_, signal) in over {
            self.signals.table().release(signal);
            self.transmit_wanted = true;
            // In manual mode the host has flushed what waits for it.
            self.transmit_now |= self.options.send_mode == SendMode::Manual;
        }
        if let Some(next) = self.holds.iter().map(|(until, _)| *until).min() {
            self.arm(next);
        }
    }

    /// The first of all peers comes: what was set until now is part of the state that it gets.
    pub(super) fn forget_unsent(&mut self) {
        let signals = Arc::clone(&self.signals);
        let mut table = signals.table();
        self.holds.clear();
        let mut set_here = Vec::new();
        table.forget_unsent(|id| set_here.push(id));
        for id in set_here {
            if table.slot(id).is_some_and(|slot| slot.origin == LOCAL) {
                self.client.set_here(id);
            }
        }
    }

    fn distribute(&mut self, scratch: &mut Scratch, sealed: bool, now: Time) {
        let eligibility = self.eligibility();
        let Scratch {
            repeats,
            picks,
            fragments,
            chosen,
            ..
        } = scratch;
        fragments.reset(picks.list.len(), self.peers.len());
        let max_bytes = self.max_frame_bytes();
        let signals = Arc::clone(&self.signals);
        let names = signals.names();
        let mut frames: Vec<Frame> = Vec::new();
        // Further choices than the common one, by their hash, with the places of their frames.
        let mut by_choice: FxHashMap<u64, (Vec<u32>, usize)> = FxHashMap::default();
        let common = Common::of(&eligibility, picks);
        let mut common_at = None;
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for id in ids {
            let Some(peer) = self.peers.get_mut(&id) else {
                continue;
            };
            if let Some(common) = common
                .as_ref()
                .filter(|common| ready(peer) && common.is_for(peer))
            {
                if common.chosen.is_empty() {
                    continue;
                }
                let at = *common_at.get_or_insert_with(|| {
                    let view = View {
                        names: &names,
                        aliases: None,
                    };
                    frames.push(build(
                        encode::DATA_OPEN,
                        max_bytes,
                        &common.chosen,
                        picks,
                        fragments,
                        &view,
                        &eligibility,
                    ));
                    frames.len() - 1
                });
                peer.had_pulses = false;
                peer.set_busy(now);
                self.send_frame(id, &frames[at], Sent::default(), now);
                continue;
            }
            for pick in picks.list.iter().filter(|pick| pick.fresh) {
                match owe(peer, pick, &eligibility) {
                    Owed::Nothing | Owed::Pulse => {}
                    Owed::Entry => self.stats.queue_overflow += 1,
                    Owed::Value => {
                        self.stats.coalesced += u64::from(!repeats.contains(pick.signal));
                    }
                    Owed::PulseToo => {
                        self.stats.pulses_collapsed += 1;
                        self.stats.coalesced += 2;
                    }
                }
            }
            if !ready(peer) {
                continue;
            }
            // Missed levels go ahead, in a frame of their own: beside newer values they would tear what was set
            // together. A sealed frame is what it is, and two such frames in a row would hold the others up. What was taken
            // out of a FIFO has to go now.
            let only_pulses = !sealed
                && !std::mem::take(&mut peer.had_pulses)
                && !peer.pulses.is_empty()
                && (picks.list.iter()).any(|pick| {
                    peer.pulses.contains(pick.signal)
                        && matches!(eligibility.fate(peer, pick), Fate::Send)
                });
            peer.had_pulses = only_pulses;
            chosen.clear();
            let mut again = Sent::default();
            for (index, pick) in (0..).zip(&picks.list) {
                let pulse = peer.pulses.contains(pick.signal);
                if !peer.due.contains(pick.signal) || only_pulses && !pulse && !pick.queued {
                    continue;
                }
                let fate = eligibility.fate(peer, pick);
                if matches!(fate, Fate::Later) {
                    continue;
                }
                peer.pulses.remove(pick.signal);
                if matches!(fate, Fate::Send) {
                    if pulse && (only_pulses || sealed) {
                        // The level itself follows in the next frame, so it stays due.
                        chosen.push(index | INVERTED);
                        self.follow_up = true;
                        self.edge_waits = true;
                        continue;
                    }
                    self.stats.pulses_collapsed += u64::from(pulse);
                    self.stats.coalesced += u64::from(pulse);
                    chosen.push(index);
                    again.add(peer.again.get(&pick.signal));
                }
                peer.due.remove(pick.signal);
                peer.unmoved.remove(pick.signal);
                if peer.forced.remove(pick.signal) {
                    peer.again.remove(&pick.signal);
                }
            }
            if chosen.is_empty() {
                continue;
            }
            let key = choice_key(chosen);
            // Who has names of its own gets frames of its own.
            let shared = peer.aliases.is_none();
            let is_common = || {
                common
                    .as_ref()
                    .is_some_and(|common| common.chosen == *chosen)
            };
            let known = by_choice.get(&key).filter(|(known, _)| known == chosen);
            let found = (common_at.filter(|_| is_common()))
                .or_else(|| known.map(|(_, at)| *at))
                .filter(|_| shared);
            let at = found.unwrap_or_else(|| {
                frames.push(build(
                    encode::DATA_OPEN,
                    max_bytes,
                    chosen,
                    picks,
                    fragments,
                    &View {
                        names: &names,
                        aliases: peer.aliases.as_deref(),
                    },
                    &eligibility,
                ));
                if shared {
                    by_choice.insert(key, (chosen.clone(), frames.len() - 1));
                }
                frames.len() - 1
            });
            if let Some(peer) = self.peers.get_mut(&id) {
                peer.set_busy(now);
            }
            self.send_frame(id, &frames[at], again, now);
        }
    }

    /// Sends the messages of a frame, and counts what went out of it.
    pub(super) fn send_frame(&mut self, id: PeerId, frame: &Frame, again: Sent, now: Time) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.last_data = now;
        }
        for (text, values) in &frame.texts {
            if !self.send_large(id, text.clone()) {
                return;
            }
            self.stats.values_out += u64::from(*values);
        }
        self.stats.corrections += again.corrections;
        self.stats.resends += again.resends;
        self.fence_frame(id, frame, now);
    }

    /// Opens the windows of what the peer may write as well, and asks it for an acknowledgement.
    fn fence_frame(&mut self, id: PeerId, frame: &Frame, now: Time) {
        if frame.shared.is_empty() {
            return;
        }
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        peer.windows
            .sent(&frame.shared, |index| frame.shared_prints[index], now);
        self.ask_for_answer(id, now);
    }

    /// Sends a fence if a frame waits for one, and sees to it that windows end in time.
    fn ask_for_answer(&mut self, id: PeerId, now: Time) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        if let Some(number) = peer.windows.due_ping(now) {
            self.outputs.push(Output::Ping {
                peer: id,
                payload: fence(number),
            });
        }
        let deadline = peer.windows.deadline();
        self.arm(deadline);
    }

    /// Hands a message to the peer's link, or closes a peer for which too much waits. `true`: it goes out.
    pub(super) fn send(&mut self, id: PeerId, text: Utf8Bytes) -> bool {
        let Some(peer) = self.peers.get_mut(&id) else {
            return false;
        };
        if peer.closing {
            return false;
        }
        if !peer.queue(text.len(), self.now) {
            self.close_slow(id);
            return false;
        }
        self.hand_over(id, text);
        true
    }

    /// Hands data, a state or a catalogue to the peer's link: however large it is, a peer that reads must get it. `true`:
    /// it goes out.
    pub(super) fn send_large(&mut self, id: PeerId, text: Utf8Bytes) -> bool {
        let Some(peer) = self.peers.get_mut(&id).filter(|peer| !peer.closing) else {
            return false;
        };
        peer.queue_large(text.len(), self.now);
        self.hand_over(id, text);
        true
    }

    fn hand_over(&mut self, id: PeerId, text: Utf8Bytes) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        peer.frames_out += 1;
        self.log_frame(id, "->", &text);
        self.stats.frames_out += 1;
        self.stats.bytes_out += text.len() as u64;
        self.outputs.push(Output::Send { peer: id, text });
    }

    pub(super) fn close_slow(&mut self, id: PeerId) {
        self.stats.slow_peer_closed += 1;
        self.close(id, 1008, "too slow: it does not read what it asked for");
    }

    /// Ends windows: those that a pong acknowledges, and those whose time is up.
    pub(super) fn end_windows(&mut self, id: PeerId, pong: Option<u64>, now: Time) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let mut ended = Vec::new();
        {
            let table = self.signals.table();
            let current = |signal| {
                table
                    .slot(signal)
                    .map_or(Print::Exact(0), crate::signals::Slot::print)
            };
            if let Some(number) = pong {
                peer.windows.pong(number, now, &mut ended, current);
            }
            peer.windows.expire(now, &mut ended, current);
        }
        for end in &ended {
            if end.resend {
                peer.force(end.signal, Again::Resend);
                self.transmit_wanted = true;
            }
            // A later value that still waits for a frame is not what was acknowledged.
            if end.acknowledged && !peer.due.contains(end.signal) {
                self.client.acknowledged(end.signal);
            }
        }
        self.ask_for_answer(id, now);
    }

    /// Pulses that a peer was owed, and that it does not get: each is an edge less, and a value that a newer one replaced.
    pub(super) fn collapse(&mut self, pulses: u64) {
        self.stats.pulses_collapsed += pulses;
        self.stats.coalesced += pulses;
    }

    /// Debug mode: a frame, for people.
    pub(super) fn log_frame(&mut self, id: PeerId, arrow: &str, text: &str) {
        if self.options.debug {
            let text = format!("{arrow} {}", self.shown(text, 512));
            self.log(LogLevel::Debug, id, text, self.now);
        }
    }
}

/// What a peer had still to get of a signal when a new value of it came.
enum Owed {
    Nothing,
    /// An entry of a FIFO, or what it began with.
    Entry,
    /// The value before, which the new one replaces.
    Value,
    /// The other level of a bool: from now on it is owed a pulse, so nothing is lost.
    Pulse,
    /// A pulse and the level after it. Both are lost, since the new value is the pulse's other level again.
    PulseToo,
}

/// Notes that the peer is to get a new value.
fn owe(peer: &mut Peer, pick: &Pick, eligibility: &Eligibility) -> Owed {
    if peer.due.insert(pick.signal) {
        if pick.is_bool() && !pick.toggled && !pick.queued {
            peer.unmoved.insert(pick.signal);
        }
        return Owed::Nothing;
    }
    // What it is not to get anyway is not lost to it.
    let own = pick.origin == peer.origin;
    if own || peer.closing || matches!(eligibility.fate(peer, pick), Fate::Never) {
        return Owed::Nothing;
    }
    if pick.queued {
        return Owed::Entry;
    }
    if !pick.toggled {
        return Owed::Value;
    }
    if peer.pulses.remove(pick.signal) {
        Owed::PulseToo
    } else if peer.unmoved.remove(pick.signal) {
        // This is the first edge of what it is owed.
        Owed::Value
    } else {
        peer.pulses.insert(pick.signal);
        Owed::Pulse
    }
}

/// Whether the peer can take a data frame now.
fn ready(peer: &Peer) -> bool {
    !peer.busy && !peer.closing && peer.first_state.is_none() && peer.state_owed.is_none()
}
