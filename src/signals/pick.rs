//! Values copied out of the table, to be encoded after the lock is released.

use crate::signals::slot::{LOCAL, Origin, Slot};
use crate::value::{Access, Kind, Quality, ValueRef};

/// One signal's state at the time of copying.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pick {
    pub(crate) signal: u32,
    pub(crate) origin: Origin,
    pub(crate) access: Access,
    pub(crate) quality: Quality,
    /// The value is the fail-safe one, which is for this host alone.
    pub(crate) failsafe: bool,
    /// A bool that differs from the frame before.
    pub(crate) toggled: bool,
    /// It was set or applied since the last frame; the others are due to some peer from before.
    pub(crate) fresh: bool,
    /// The value was taken out of a FIFO.
    pub(crate) queued: bool,
    /// The peer whose newer value came after the copying, and which therefore must not get this one; 0 = none.
    pub(crate) overtaken_by: Origin,
    kind: Kind,
    bits: u64,
}

impl Pick {
    pub(crate) fn is_bool(&self) -> bool {
        self.kind == Kind::Bool
    }
}

/// A reusable list of copied values, in ascending order of ids if they were added so.
#[derive(Debug, Default)]
pub(crate) struct Picks {
    pub(crate) list: Vec<Pick>,
    text: String,
}

impl Picks {
    pub(crate) fn clear(&mut self) {
        self.list.clear();
        self.text.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    fn keep(&mut self, value: ValueRef<'_>) -> u64 {
        match value {
            ValueRef::Bool(v) => u64::from(v),
            ValueRef::Int(v) => v.cast_unsigned(),
            ValueRef::Float(v) => v.to_bits(),
            ValueRef::Text(v) => {
                let start = self.text.len() as u64;
                self.text.push_str(v);
                start << 32 | v.len() as u64
            }
        }
    }

    /// Puts another value of the same kind in the place of the one added last.
    pub(crate) fn replace_last(&mut self, value: ValueRef<'_>) {
        let bits = self.keep(value);
        if let Some(last) = self.list.last_mut() {
            last.bits = bits;
            last.queued = true;
        }
    }

    /// As [`Picks::add`], for a value that is new to everybody.
    pub(super) fn add_fresh(&mut self, signal: u32, slot: &Slot, toggled: bool) {
        self.push(signal, slot, toggled, true);
    }

    /// As [`Picks::replace_last`], by what the signal was when nobody had set it.
    pub(crate) fn unset_last(&mut self, value: ValueRef<'_>) {
        self.replace_last(value);
        if let Some(last) = self.list.last_mut() {
            last.quality = Quality::Never;
        }
    }

    pub(crate) fn add(&mut self, signal: u32, slot: &Slot, toggled: bool) {
        self.push(signal, slot, toggled, false);
    }

    #[inline]
    fn push(&mut self, signal: u32, slot: &Slot, toggled: bool, fresh: bool) {
        let bits = self.keep(slot.value());
        self.list.push(Pick {
            signal,
            origin: slot.origin,
            access: slot.access,
            quality: slot.quality,
            failsafe: slot.failsafe,
            toggled,
            fresh,
            queued: false,
            overtaken_by: LOCAL,
            kind: slot.kind,
            bits,
        });
    }

    /// Where a signal is in the list, which must be in ascending order of ids.
    pub(crate) fn position(&self, signal: u32) -> Option<usize> {
        let found = self.list.binary_search_by_key(&signal, |pick| pick.signal);
        found.ok()
    }

    /// Notes that `origin` has sent a newer value of this signal. The list must be in ascending order of ids.
    pub(crate) fn overtake(&mut self, signal: u32, origin: Origin) {
        if let Some(at) = self.position(signal) {
            self.list[at].overtaken_by = origin;
        }
    }

    #[inline]
    pub(crate) fn value(&self, pick: &Pick) -> ValueRef<'_> {
        match pick.kind {
            Kind::Bool => ValueRef::Bool(pick.bits != 0),
            Kind::Int => ValueRef::Int(pick.bits.cast_signed()),
            Kind::Float => ValueRef::Float(f64::from_bits(pick.bits)),
            Kind::Text => {
                let start = (pick.bits >> 32) as usize;
                let len = (pick.bits & u64::from(u32::MAX)) as usize;
                ValueRef::Text(&self.text[start..start + len])
            }
        }
    }

    /// The other level of a bool; the value itself of any other kind.
    pub(crate) fn inverted(&self, pick: &Pick) -> ValueRef<'_> {
        match self.value(pick) {
            ValueRef::Bool(level) => ValueRef::Bool(!level),
            value => value,
        }
    }
}
