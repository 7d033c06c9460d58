//! Frames: whom a value may go to, and how values become one text that several peers share.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::options::{Mode, Options};
use crate::protocol::encode;
use crate::session::aliases::View;
use crate::session::peer::Peer;
use crate::signals::{LOCAL, Origin, Pick, Picks, Print};
use crate::value::{Access, Quality};

/// How much room a frame gets in advance: for each value at most, since one long text says nothing of the next frame's,
/// and at all. A longer one grows.
const GUESS_EACH: usize = 128;
const GUESS_MOST: usize = 4 << 20;

/// `"name":value` of each pick, encoded when first asked for and kept for further frames.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    /// Frames may differ, so there may be further ones.
    kept: bool,
    text: String,
    /// Start and end in `text` by position in the picks; an empty range is not encoded yet.
    ranges: Vec<(u32, u32)>,
    /// Bytes of a value in the last frame, with its name, rounded up: frames resemble each other.
    bytes_each: usize,
}

impl Fragments {
    /// Forgets everything, for so many picks that go to so many peers.
    pub(super) fn reset(&mut self, count: usize, peers: usize) {
        self.text.clear();
        self.ranges.clear();
        self.kept = peers > 1;
        if self.kept {
            self.ranges.resize(count, (0, 0));
        }
    }

    /// Appends a choice, with a comma before it if it is a `further` one of its frame.
    fn append(
        &mut self,
        frame: &mut String,
        further: bool,
        choice: u32,
        picks: &Picks,
        names: &View<'_>,
    ) {
        let index = choice & !INVERTED;
        let pick = &picks.list[index as usize];
        if choice != index || !self.kept || names.differs(pick.signal) {
            // The first half of a pulse for a peer that was busy is rare, so it is not kept either.
            names.write_key(frame, pick.signal, further);
            let value = if choice == index {
                picks.value(pick)
            } else {
                picks.inverted(pick)
            };
            encode::write_value(frame, value);
            return;
        }
        let (start, end) = match self.ranges[index as usize] {
            (0, 0) => {
                let start = self.text.len() as u32;
                names.write_key(&mut self.text, pick.signal, false);
                encode::write_value(&mut self.text, picks.value(pick));
                let range = (start, self.text.len() as u32);
                self.ranges[index as usize] = range;
                range
            }
            range => range,
        };
        if further {
            frame.push(',');
        }
        frame.push_str(&self.text[start as usize..end as usize]);
    }
}

/// Marks a choice that carries the other level of a bool.
pub(super) const INVERTED: u32 = 1 << 31;

/// One encoded frame, shared by all peers that get the same signals.
pub(super) struct Frame {
    /// The message, or several when it was split, each with how many values it carries.
    pub(super) texts: Vec<(Utf8Bytes, u32)>,
    /// The signals in it that peers may write as well.
    pub(super) shared: Arc<[u32]>,
    pub(super) shared_prints: Arc<[Print]>,
}

/// What decides whether a peer gets a signal's value.
pub(super) struct Eligibility {
    mode: Mode,
    relay: bool,
    accept_remote_writes: bool,
    /// Client: READ_WRITE signals wait for the server's first state.
    awaiting_state: bool,
}

pub(super) enum Fate {
    Send,
    Later,
    Never,
}

impl Eligibility {
    pub(super) fn new(options: &Options, awaiting_state: bool) -> Self {
        Self {
            mode: options.mode,
            relay: options.relay,
            accept_remote_writes: options.accept_remote_writes,
            awaiting_state,
        }
    }

    /// Whether the value is for others at all.
    fn may_go(&self, pick: &Pick) -> bool {
        pick.quality != Quality::Never && !pick.failsafe
    }

    /// Server: a value that a client sent is relayed, whoever else writes the signal.
    fn passes_on(&self, pick: &Pick) -> bool {
        pick.origin == LOCAL || pick.access == Access::Write || self.relay
    }

    pub(super) fn fate(&self, peer: &Peer, pick: &Pick) -> Fate {
        let forced = peer.forced.contains(pick.signal);
        if pick.overtaken_by == peer.origin {
            // The frame was closed before this peer's value came, which would be lost there.
            return Fate::Later;
        }
        if !self.may_go(pick) || (pick.origin == peer.origin && !forced) {
            return Fate::Never;
        }
        let ours = pick.access.host_writes();
        let send = match self.mode {
            Mode::Server => peer.wants(pick.signal) && (self.passes_on(pick) || forced),
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

/// What every peer gets that has no ties of its own: one choice for all of them, so that a further one costs no look at
/// each signal.
pub(super) struct Common {
    /// Positions in the picks.
    pub(super) chosen: Vec<u32>,
    /// Peers whose own values are among the picks, in ascending order.
    authors: Vec<Origin>,
}

impl Common {
    /// `None` for a client that does not know its server's state yet: some of its values have to wait.
    pub(super) fn of(eligibility: &Eligibility, picks: &Picks) -> Option<Self> {
        if eligibility.awaiting_state {
            return None;
        }
        let mut chosen = Vec::with_capacity(picks.list.len());
        let mut authors = Vec::new();
        for (index, pick) in (0..).zip(&picks.list) {
            if !pick.fresh {
                continue;
            }
            for origin in [pick.origin, pick.overtaken_by] {
                if origin != LOCAL {
                    authors.push(origin);
                }
            }
            let goes = match eligibility.mode {
                Mode::Server => eligibility.passes_on(pick),
                Mode::Client => pick.access.host_writes(),
            };
            if goes && eligibility.may_go(pick) {
                chosen.push(index);
            }
        }
        authors.sort_unstable();
        authors.dedup();
        Some(Self { chosen, authors })
    }

    pub(super) fn is_for(&self, peer: &Peer) -> bool {
        peer.has_no_ties() && self.authors.binary_search(&peer.origin).is_err()
    }
}

pub(super) fn choice_key(chosen: &[u32]) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    chosen.hash(&mut hasher);
    hasher.finish()
}

pub(super) fn build(
    open: &str,
    max_bytes: usize,
    chosen: &[u32],
    picks: &Picks,
    fragments: &mut Fragments,
    names: &View<'_>,
    eligibility: &Eligibility,
) -> Frame {
    let mut texts = Vec::new();
    let around = open.len() + encode::CLOSE.len();
    let room = chosen.len().saturating_mul(fragments.bytes_each + 1);
    let mut text = String::with_capacity(around + room.min(GUESS_MOST));
    text.push_str(open);
    let mut shared = Vec::new();
    let mut shared_prints = Vec::new();
    let mut values = 0;
    for choice in chosen {
        let before = text.len();
        let further = before > open.len();
        fragments.append(&mut text, further, *choice, picks, names);
        if further && text.len() + encode::CLOSE.len() > max_bytes {
            // This one opens the next message.
            let rest = text.split_off(before);
            text.push_str(encode::CLOSE);
            let next = format!("{open}{}", &rest[1..]);
            texts.push((std::mem::replace(&mut text, next).into(), values));
            values = 0;
        }
        values += 1;
        let pick = &picks.list[(*choice & !INVERTED) as usize];
        if eligibility.shared(pick.access) {
            shared.push(pick.signal);
            shared_prints.push(Print::of(if *choice & INVERTED == 0 {
                picks.value(pick)
            } else {
                picks.inverted(pick)
            }));
        }
    }
    text.push_str(encode::CLOSE);
    if values > 0 {
        fragments.bytes_each = text.len().div_ceil(values as usize).min(GUESS_EACH);
    }
    texts.push((text.into(), values));
    Frame {
        texts,
        shared: shared.into(),
        shared_prints: shared_prints.into(),
    }
}
