//! One signal's state.

use crate::signals::Print;
use crate::time::Time;
use crate::value::{Access, Direction, Kind, Quality, ValueRef};

/// Who wrote a value last: this host, or the peer of that number. Numbers of peers are never reused.
pub(crate) type Origin = u32;
/// The host of this interface.
pub(crate) const LOCAL: Origin = 0;

/// A value without its kind: a bool, an int or a float's bits, and a text.
#[inline]
pub(super) fn split(value: ValueRef<'_>) -> (u64, &str) {
    match value {
        ValueRef::Bool(v) => (u64::from(v), ""),
        ValueRef::Int(v) => (v.cast_unsigned(), ""),
        ValueRef::Float(v) => (v.to_bits(), ""),
        ValueRef::Text(v) => (0, v),
    }
}

/// What [`split`] has made two of.
#[inline]
pub(super) fn join(kind: Kind, bits: u64, text: &str) -> ValueRef<'_> {
    match kind {
        Kind::Bool => ValueRef::Bool(bits != 0),
        Kind::Int => ValueRef::Int(bits.cast_signed()),
        Kind::Float => ValueRef::Float(f64::from_bits(bits)),
        Kind::Text => ValueRef::Text(text),
    }
}

/// A value whose kind is known; a text keeps its buffer.
#[derive(Debug, Default)]
pub(super) struct Stored {
    /// A bool, an int or a float's bits.
    bits: u64,
    #[expect(
        clippy::box_collection,
        reason = "a third of a String in the slots of other kinds"
    )]
    text: Option<Box<String>>,
}

impl Stored {
    #[inline]
    pub(super) fn get(&self, kind: Kind) -> ValueRef<'_> {
        join(kind, self.bits, self.text.as_ref().map_or("", |text| text))
    }

    #[inline]
    pub(super) fn put(&mut self, value: ValueRef<'_>) {
        match value {
            ValueRef::Bool(v) => self.bits = u64::from(v),
            ValueRef::Int(v) => self.bits = v.cast_unsigned(),
            ValueRef::Float(v) => self.bits = v.to_bits(),
            ValueRef::Text(v) => {
                let text = self.text.get_or_insert_default();
                text.clear();
                text.push_str(v);
            }
        }
    }
}

/// What a signal may take more than a plain one, of which no bit is set.
pub(super) mod special {
    /// It has an entry among the table's extras.
    pub(in crate::signals) const EXTRA: u8 = 1;
    /// Its sets are staged.
    pub(in crate::signals) const MANUAL: u8 = 2;
    /// The host has set it since its last flush.
    pub(in crate::signals) const STAGED: u8 = 4;
}

/// One signal's state. Names and notes are elsewhere: this is what sets, polls and frames touch.
#[derive(Debug)]
pub(crate) struct Slot {
    stored: Stored,
    pub(crate) kind: Kind,
    pub(crate) access: Access,
    pub(crate) quality: Quality,
    /// `None`: a neutral type.
    pub(crate) direction: Option<Direction>,
    pub(crate) imported: bool,
    /// The peer that it was imported from.
    pub(crate) importer: Origin,
    /// A bool as the frame before the pending one carried it.
    pub(super) base: bool,
    /// What it takes more than a plain one: bits of [`special`].
    pub(super) special: u8,
    /// The value is the fail-safe one.
    pub(crate) failsafe: bool,
    /// In the change log, waiting for a poll.
    pub(super) logged: bool,
    /// Flags of the change record to come.
    pub(super) flags: u16,
    /// Whose value it is: whoever else is to get it, this one is not.
    pub(crate) origin: Origin,
    /// Who stands for it: its loss makes the value stale.
    pub(super) writer: Origin,
    /// The peer that has repeated the writer's value last.
    pub(super) repeated_by: Origin,
    /// Whose value the host's replaced; `LOCAL` = nobody's.
    heard_from: Origin,
    /// That value's print.
    heard: u64,
    pub(super) changes: u32,
    pub(super) rises: u32,
    /// When the last value came from outside.
    pub(crate) arrived: Time,
    /// When the last change to poll was noted.
    pub(super) noted: Time,
}

impl Slot {
    pub(super) fn new(value: ValueRef<'_>, access: Access, direction: Option<Direction>) -> Self {
        let mut slot = Self {
            stored: Stored::default(),
            kind: value.kind(),
            access,
            quality: Quality::Never,
            direction,
            imported: false,
            importer: LOCAL,
            base: false,
            special: 0,
            failsafe: false,
            logged: false,
            flags: 0,
            origin: LOCAL,
            writer: LOCAL,
            repeated_by: LOCAL,
            heard_from: LOCAL,
            heard: 0,
            changes: 0,
            rises: 0,
            arrived: Time::ZERO,
            noted: Time::ZERO,
        };
        slot.store(value);
        slot.settle();
        slot
    }

    /// Whether one of these bits of [`special`] is set.
    #[inline]
    pub(super) const fn is(&self, bits: u8) -> bool {
        self.special & bits != 0
    }

    /// Whether the host's value is what stands already: no news for peers.
    #[inline]
    pub(super) fn host_repeats(&mut self, value: ValueRef<'_>) -> bool {
        let same = self.quality != Quality::Never && !self.failsafe && self.value() == value;
        if same && self.quality == Quality::Stale {
            // The host stands for it now.
            self.quality = Quality::Good;
            self.writer = LOCAL;
        }
        same
    }

    /// The host is about to write: what it overwrites is remembered if it came from a peer.
    #[inline]
    pub(super) fn host_writes(&mut self) {
        if self.origin != LOCAL {
            self.remember();
        }
        self.origin = LOCAL;
        self.writer = LOCAL;
        self.repeated_by = LOCAL;
    }

    #[cold]
    fn remember(&mut self) {
        if self.quality != Quality::Never {
            self.heard_from = self.origin;
            self.heard = self.print().bits();
        }
    }

    /// This peer's value that the host's replaced.
    pub(crate) fn heard_from(&self, origin: Origin) -> Option<Print> {
        (self.heard_from == origin && origin != LOCAL)
            .then(|| Print::from_bits(self.kind, self.heard))
    }

    /// The present value goes into a frame. `true`: a bool that differs from the frame before.
    pub(super) fn settle(&mut self) -> bool {
        let level = self.value() == ValueRef::Bool(true);
        std::mem::replace(&mut self.base, level) != level
    }

    /// The current value.
    #[inline]
    pub(crate) fn value(&self) -> ValueRef<'_> {
        self.stored.get(self.kind)
    }

    pub(crate) fn print(&self) -> Print {
        Print::of(self.value())
    }

    /// Stores a value of the slot's own kind.
    #[inline]
    pub(super) fn store(&mut self, value: ValueRef<'_>) {
        self.stored.put(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_takes_80_bytes() {
        // A registry of 100,000 has so many of them, and every set and poll loads one.
        assert!(size_of::<Slot>() <= 80, "{}", size_of::<Slot>());
    }
}
