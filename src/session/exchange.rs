//! Sending: what each peer is to get, in as few encodings as there are different answers.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::options::Mode;
use crate::protocol::encode;
use crate::session::peer::{Peer, PeerId};
use crate::session::window::Then;
use crate::session::{LogLevel, Output, Session, fence};
use crate::signals::{BitSet, LOCAL, Names, Pick, Picks, Print};
use crate::time::Time;
use crate::value::{Access, Quality};

/// Buffers that live on, so that a steady cycle does not allocate more than its frames.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// Ids whose values are copied in this cycle.
    wanted: BitSet,
    /// Those of them that were set or applied since the last cycle.
    unsent: Vec<u32>,
    picks: Picks,
    fragments: Fragments,
    /// Positions in `picks` of what one peer gets.
    chosen: Vec<u32>,
}

/// `"name":value` of each pick, encoded when first asked for.
#[derive(Debug, Default)]
struct Fragments {
    text: String,
    /// Start and end in `text` by position in the picks; an empty range is not encoded yet.
    ranges: Vec<(u32, u32)>,
}

impl Fragments {
    fn reset(&mut self, count: usize) {
        self.text.clear();
        self.ranges.clear();
        self.ranges.resize(count, (0, 0));
    }

    fn append(&mut self, frame: &mut String, index: u32, picks: &Picks, names: &Names) {
        let (start, end) = match self.ranges[index as usize] {
            (0, 0) => {
                let pick = &picks.list[index as usize];
                let start = self.text.len() as u32;
                names.write_key(&mut self.text, pick.signal);
                encode::write_value(&mut self.text, picks.value(pick));
                let range = (start, self.text.len() as u32);
                self.ranges[index as usize] = range;
                range
            }
            range => range,
        };
        frame.push_str(&self.text[start as usize..end as usize]);
    }
}

/// One encoded frame, shared by all peers that get the same signals.
struct Frame {
    chosen: Vec<u32>,
    text: Utf8Bytes,
    /// The signals in it that peers may write as well.
    shared: Arc<[u32]>,
    shared_prints: Arc<[Print]>,
}

/// What decides whether a peer gets a signal's value.
struct Eligibility {
    mode: Mode,
    relay: bool,
    accept_remote_writes: bool,
    /// Client: READ_WRITE signals wait for the server's first state.
    awaiting_state: bool,
}

enum Fate {
    Send,
    Later,
    Never,
}

impl Eligibility {
    fn fate(&self, peer: &Peer, pick: &Pick) -> Fate {
        let forced = peer.forced.contains(pick.signal);
        if pick.quality == Quality::Never || (pick.origin == peer.origin && !forced) {
            return Fate::Never;
        }
        let ours = pick.access.host_writes();
        let send = match self.mode {
            Mode::Server => peer.wants(pick.signal) && (ours || self.relay || forced),
            // A client does not send its server's values back, from whichever connection.
            Mode::Client => {
                ours && (pick.access == Access::Write || pick.origin == LOCAL || forced)
            }
        };
        if !send {
            Fate::Never
        } else if self.awaiting_state && pick.access == Access::ReadWrite {
            Fate::Later
        } else {
            Fate::Send
        }
    }

    /// Whether the peer may write this signal as well.
    fn shared(&self, access: Access) -> bool {
        match access {
            Access::ReadWrite => true,
            Access::Read => self.mode == Mode::Server,
            Access::Write => self.accept_remote_writes,
        }
    }
}

impl Session {
    fn eligibility(&self) -> Eligibility {
        Eligibility {
            mode: self.options.mode,
            relay: self.options.relay,
            accept_remote_writes: self.options.accept_remote_writes,
            awaiting_state: self.awaiting_state(),
        }
    }

    /// Sends what is due to every peer that can take a frame. `everything`: also what did not change.
    pub(super) fn transmit(&mut self, now: Time, everything: bool) {
        self.transmit_wanted = false;
        self.meet_new_signals();
        let mut scratch = std::mem::take(&mut self.scratch);
        self.collect(&mut scratch, everything);
        if !scratch.picks.list.is_empty() {
            self.distribute(&mut scratch, now);
        }
        self.scratch = scratch;
    }

    /// Copies all values that may be sent now, under one lock, so that frames are never torn.
    fn collect(&mut self, scratch: &mut Scratch, everything: bool) {
        scratch.wanted.clear();
        scratch.unsent.clear();
        scratch.picks.clear();
        for peer in self.peers.values().filter(|peer| ready(peer)) {
            peer.due.for_each(|id| {
                scratch.wanted.insert(id);
            });
        }
        let mut table = self.signals.table();
        if everything && !self.peers.is_empty() {
            for (id, slot) in table.iter() {
                if slot.origin == LOCAL
                    && slot.quality != Quality::Never
                    && slot.access.host_writes()
                {
                    scratch.wanted.insert(id);
                    scratch.unsent.push(id);
                }
            }
        }
        if table.has_unsent() {
            let before = scratch.unsent.len();
            table.drain_unsent(|id| {
                scratch.wanted.insert(id);
                scratch.unsent.push(id);
            });
            for id in &scratch.unsent[before..] {
                if table.slot(*id).is_some_and(|slot| slot.origin == LOCAL) {
                    self.client.set_here(*id);
                }
            }
        }
        if !self.peers.is_empty() {
            scratch.wanted.for_each(|id| {
                if let Some(slot) = table.slot(id) {
                    scratch.picks.add(id, slot);
                }
            });
        }
    }

    fn distribute(&mut self, scratch: &mut Scratch, now: Time) {
        let eligibility = self.eligibility();
        let Scratch {
            unsent,
            picks,
            fragments,
            chosen,
            ..
        } = scratch;
        fragments.reset(picks.list.len());
        let signals = Arc::clone(&self.signals);
        let names = signals.names();
        let mut frames: Vec<Frame> = Vec::new();
        let mut by_choice: FxHashMap<u64, usize> = FxHashMap::default();
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for id in ids {
            let Some(peer) = self.peers.get_mut(&id) else {
                continue;
            };
            for signal in unsent.iter().copied() {
                peer.due.insert(signal);
            }
            if !ready(peer) {
                continue;
            }
            chosen.clear();
            for (index, pick) in (0..).zip(&picks.list) {
                if !peer.due.contains(pick.signal) {
                    continue;
                }
                match eligibility.fate(peer, pick) {
                    Fate::Later => continue,
                    Fate::Send => chosen.push(index),
                    Fate::Never => {}
                }
                peer.due.remove(pick.signal);
                peer.forced.remove(pick.signal);
            }
            if chosen.is_empty() {
                continue;
            }
            let key = choice_key(chosen);
            let found = by_choice
                .get(&key)
                .copied()
                .filter(|at| frames[*at].chosen == *chosen);
            let at = found.unwrap_or_else(|| {
                frames.push(build(
                    encode::DATA_OPEN,
                    chosen,
                    picks,
                    fragments,
                    &names,
                    &eligibility,
                ));
                by_choice.insert(key, frames.len() - 1);
                frames.len() - 1
            });
            self.send_data(id, &frames[at], now);
        }
    }

    fn send_data(&mut self, id: PeerId, frame: &Frame, now: Time) {
        self.stats.values_out += frame.chosen.len() as u64;
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.busy = true;
            peer.last_data = now;
        }
        self.send(id, frame.text.clone());
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
        if let Some(number) = peer.windows.due_ping(now) {
            self.outputs.push(Output::Ping {
                peer: id,
                payload: fence(number),
            });
        }
        let deadline = peer.windows.deadline();
        self.arm(deadline);
    }

    /// Hands a message to the peer's link, or closes a peer for which too much waits.
    pub(super) fn send(&mut self, id: PeerId, text: Utf8Bytes) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        if peer.closing {
            return;
        }
        if !peer.queue(text.len()) {
            self.stats.slow_peer_closed += 1;
            self.close(id, 1008, "too slow: it does not read what it asked for");
            return;
        }
        peer.frames_out += 1;
        self.stats.frames_out += 1;
        self.stats.bytes_out += text.len() as u64;
        self.outputs.push(Output::Send { peer: id, text });
    }

    /// The whole state that the peer may see, as `data` or as `snapshot`, ahead of any later change.
    fn send_state(&mut self, id: PeerId, open: &'static str, own_values: bool, now: Time) {
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
        {
            let table = self.signals.table();
            for (signal, slot) in table.iter() {
                picks.add(signal, slot);
            }
        }
        fragments.reset(picks.list.len());
        let Some(peer) = self.peers.get_mut(&id) else {
            self.scratch = scratch;
            return;
        };
        for (index, pick) in (0..).zip(&picks.list) {
            let own = own_values
                && pick.origin == peer.origin
                && pick.quality != Quality::Never
                && peer.wants(pick.signal);
            if own || matches!(eligibility.fate(peer, pick), Fate::Send) {
                chosen.push(index);
            }
        }
        peer.due.clear();
        peer.forced.clear();
        peer.first_state = None;
        peer.last_data = now;
        let frame = {
            let names = self.signals.names();
            build(open, chosen, picks, fragments, &names, &eligibility)
        };
        self.stats.values_out += frame.chosen.len() as u64;
        self.send(id, frame.text.clone());
        self.fence_frame(id, &frame, now);
        self.scratch = scratch;
    }

    /// Server: the answer to `subscribe`.
    pub(super) fn send_snapshot(&mut self, id: PeerId, now: Time) {
        self.send_state(id, encode::SNAPSHOT_OPEN, true, now);
    }

    /// Server: the first `data` to a client that did not subscribe.
    pub(super) fn send_first_state(&mut self, id: PeerId, now: Time) {
        self.send_state(id, encode::DATA_OPEN, false, now);
    }

    /// An empty `data`, for peers that take silence for death.
    pub(super) fn send_heartbeat(&mut self, id: PeerId, now: Time) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        peer.last_data = now;
        // Where a frame still waits to be read, another says nothing new.
        if !peer.busy {
            peer.busy = true;
            let text = format!("{}{}", encode::DATA_OPEN, encode::CLOSE);
            self.send(id, text.into());
        }
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
            match &end.then {
                Then::Nothing => {}
                Then::Resend => {
                    self.stats.resends += 1;
                    peer.due.insert(end.signal);
                    peer.forced.insert(end.signal);
                    self.transmit_wanted = true;
                }
                Then::Adopt(value) => {
                    let relay = self.options.mode == Mode::Server && self.options.relay;
                    let mut table = self.signals.table();
                    table.apply(end.signal, value.as_ref(), peer.origin, relay, now);
                    self.client.overwritten(end.signal);
                    self.transmit_wanted |= relay;
                }
            }
            // A later value that still waits for a frame is not what was acknowledged.
            if end.acknowledged && !peer.due.contains(end.signal) {
                self.client.acknowledged(end.signal);
            }
        }
        if let Some(number) = peer.windows.due_ping(now) {
            self.outputs.push(Output::Ping {
                peer: id,
                payload: fence(number),
            });
        }
        let deadline = peer.windows.deadline();
        self.arm(deadline);
    }

    /// Brings subscriptions up to date with signals that were created since the last time.
    fn meet_new_signals(&mut self) {
        let signals = Arc::clone(&self.signals);
        let names = signals.names();
        let count = names.len() as u32;
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
    }

    /// Debug mode: a frame, for people.
    pub(super) fn log_frame(&mut self, id: PeerId, arrow: &str, text: &str, now: Time) {
        if self.options.debug {
            let text = format!("{arrow} {}", crate::escape::escape_to(text, 512));
            self.log(LogLevel::Debug, id, text, now);
        }
    }
}

/// Whether the peer can take a data frame now.
fn ready(peer: &Peer) -> bool {
    !peer.busy && !peer.closing && peer.first_state.is_none()
}

fn choice_key(chosen: &[u32]) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut hasher = rustc_hash::FxHasher::default();
    chosen.hash(&mut hasher);
    hasher.finish()
}

fn build(
    open: &str,
    chosen: &[u32],
    picks: &Picks,
    fragments: &mut Fragments,
    names: &Names,
    eligibility: &Eligibility,
) -> Frame {
    let mut text = String::with_capacity(open.len() + chosen.len() * 32 + encode::CLOSE.len());
    text.push_str(open);
    let mut shared = Vec::new();
    let mut shared_prints = Vec::new();
    for (at, index) in chosen.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        fragments.append(&mut text, *index, picks, names);
        let pick = &picks.list[*index as usize];
        if eligibility.shared(pick.access) {
            shared.push(pick.signal);
            shared_prints.push(picks.print(pick));
        }
    }
    text.push_str(encode::CLOSE);
    Frame {
        chosen: chosen.to_vec(),
        text: text.into(),
        shared: shared.into(),
        shared_prints: shared_prints.into(),
    }
}
