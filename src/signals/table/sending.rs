//! What is to be sent: pending values, the sealed frame, FIFOs, held levels.

use crate::signals::pick::Picks;
use crate::signals::slot::special;
use crate::signals::table::Table;
use crate::time::Time;
use crate::value::{Quality, Value, ValueRef};

/// What of the unsent stays unsent when a frame is made; held levels always do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    Nothing,
    Fifos,
}

impl Table {
    /// Whether this value would take back a change of a bool that is not sent yet.
    #[inline]
    pub(crate) fn undoes(&self, id: u32, value: ValueRef<'_>) -> bool {
        let (ValueRef::Bool(level), Some(slot)) = (value, self.slot(id)) else {
            return false;
        };
        slot.base == level
            && slot.value() != value
            && self.unsent.contains(id)
            && !self.has_fifo(id)
    }

    /// Closes the pending frame: it goes out as it is, and what comes now goes into the next. One
    /// frame at most waits so; `false` when one does already.
    pub(crate) fn seal(&mut self) -> bool {
        let first = self.sealed.is_empty();
        if first {
            self.seal_pending();
        }
        first
    }

    #[cold]
    fn seal_pending(&mut self) {
        let mut sealed = std::mem::take(&mut self.sealed);
        self.pick_unsent(Kept::Fifos, &mut sealed);
        self.sealed = sealed;
    }

    /// A value is about to be stored for sending. If it takes back a change that is not sent yet, an
    /// edge must not get lost between two frames, so the pending frame is sealed. When one waits
    /// already, or the level is held, the pulse collapses. A FIFO keeps every value by itself.
    pub(super) fn before_unsent(&mut self, id: u32, value: ValueRef<'_>) {
        if self.has_fifo(id) {
            self.queue(id, value);
        } else if self.undoes(id, value) && (self.holding.contains(id) || !self.seal()) {
            self.collapsed += 1;
        }
    }

    /// Puts a value into the signal's FIFO.
    fn queue(&mut self, id: u32, value: ValueRef<'_>) {
        let slot = &self.slots[id as usize];
        let Some(fifo) = (self.extras.get_mut(&id)).and_then(|extra| extra.fifo.as_mut()) else {
            return;
        };
        if fifo.outgoing.is_empty() {
            fifo.before = (slot.quality != Quality::Never).then(|| slot.value().to_owned());
        }
        self.overflowed += u64::from(fifo.send(value.to_owned()));
    }

    pub(super) fn has_fifo(&self, id: u32) -> bool {
        self.extra(id).is_some_and(|extra| extra.fifo.is_some())
    }

    /// Whether a FIFO has more to send that is wanted.
    pub(crate) fn fifo_waits(&self, wanted: impl Fn(u32) -> bool) -> bool {
        let mut waits = false;
        if !self.extras.is_empty() {
            self.unsent
                .for_each(|id| waits |= self.has_fifo(id) && wanted(id));
        }
        waits
    }

    /// Whether values of its FIFO wait to be sent.
    pub(crate) fn is_queued(&self, id: u32) -> bool {
        self.extra(id)
            .and_then(|extra| extra.fifo.as_ref())
            .is_some_and(|fifo| !fifo.outgoing.is_empty())
    }

    /// Copies what a peer that comes now begins with: the values that wait in a FIFO follow in their order.
    pub(crate) fn pick_start(&self, id: u32, picks: &mut Picks) {
        let Some(slot) = self.slot(id) else {
            return;
        };
        picks.add(id, slot, false);
        let fifo = self.extra(id).and_then(|extra| extra.fifo.as_ref());
        if let Some(fifo) = fifo.filter(|fifo| !fifo.outgoing.is_empty()) {
            match &fifo.before {
                Some(before) => picks.replace_last(before.as_ref()),
                None => picks.unset_last(Value::default_of(slot.kind).as_ref()),
            }
        }
    }

    pub(crate) fn is_unsent(&self, id: u32) -> bool {
        self.unsent.contains(id) || self.sealed.position(id).is_some()
    }

    /// Whether its present level on the wire must last.
    pub(crate) fn is_held(&self, id: u32) -> bool {
        self.holding.contains(id)
    }

    /// The level that is held, of a bool whose new one has to wait.
    pub(crate) fn held(&self, id: u32) -> Option<ValueRef<'_>> {
        let slot = self.slot(id).filter(|_| self.is_held(id))?;
        Some(ValueRef::Bool(slot.base))
    }

    /// All held levels may change: the interface stops.
    pub(crate) fn release_all(&mut self) {
        self.holding.clear();
    }

    pub(crate) fn has_unsent(&self) -> bool {
        !self.unsent.is_empty() || !self.sealed.is_empty()
    }

    /// Moves the sealed frame, if one waits, into `picks`.
    pub(crate) fn take_sealed(&mut self, picks: &mut Picks) -> bool {
        if self.sealed.is_empty() {
            return false;
        }
        picks.clear();
        std::mem::swap(&mut self.sealed, picks);
        true
    }

    /// Moves what is to be sent out of the table, smallest id first. What is held stays,
    /// and what `what` says.
    pub(crate) fn drain_unsent(&mut self, what: Kept, mut each: impl FnMut(u32)) {
        let mut kept = std::mem::take(&mut self.kept);
        let mut drained = std::mem::take(&mut self.drained);
        drained.clear();
        self.announced = false;
        self.unsent.drain(|id| drained.push(id));
        let all = self.holding.is_empty()
            && (what == Kept::Nothing || what == Kept::Fifos && self.extras.is_empty());
        if all {
            drained.iter().copied().for_each(each);
            self.drained = drained;
            self.kept = kept;
            return;
        }
        drained.retain(|id| {
            let keep = self.holding.contains(*id)
                || match what {
                    Kept::Nothing => false,
                    Kept::Fifos => self.has_fifo(*id),
                };
            if keep {
                kept.push(*id);
            } else {
                each(*id);
            }
            !keep
        });
        for id in kept.drain(..) {
            self.unsent.insert(id);
        }
        self.kept = kept;
        self.drained = drained;
    }

    /// As [`Table::drain_unsent`], with the values, as [`Table::pick`].
    pub(crate) fn pick_unsent(&mut self, what: Kept, picks: &mut Picks) {
        self.drain_unsent(what, |_| {});
        for at in 0..self.drained.len() {
            let id = self.drained[at];
            self.pick(id, picks, true);
        }
    }

    /// Copies a value into a frame: the present one, or the oldest of a FIFO if it is `fresh`.
    #[inline]
    pub(crate) fn pick(&mut self, id: u32, picks: &mut Picks, fresh: bool) {
        let Some(slot) = self.slots.get_mut(id as usize) else {
            return;
        };
        let toggled = slot.settle();
        if !fresh {
            picks.add(id, slot, toggled);
            return;
        }
        picks.add_fresh(id, slot, toggled);
        if slot.is(special::EXTRA) {
            self.pop(id, picks);
        }
    }

    #[cold]
    fn pop(&mut self, id: u32, picks: &mut Picks) {
        let Some(fifo) = self.extra_mut(id).and_then(|extra| extra.fifo.as_mut()) else {
            return;
        };
        let Some(oldest) = fifo.outgoing.pop_front() else {
            return;
        };
        let more = !fifo.outgoing.is_empty();
        picks.replace_last(oldest.as_ref());
        fifo.before = Some(oldest);
        if more {
            self.unsent.insert(id);
        }
    }

    /// Whether no signal has more than its slot.
    pub(crate) fn is_plain(&self) -> bool {
        self.extras.is_empty()
    }

    /// A frame is about to carry another level of this bool: gives how long it must last from now.
    pub(crate) fn hold(&mut self, id: u32, now: Time) -> Option<Time> {
        let min_hold = self.extra(id)?.min_hold;
        if min_hold.is_zero() {
            return None;
        }
        self.holding.insert(id);
        Some(now + min_hold)
    }

    /// The time of [`Table::hold`] is over.
    pub(crate) fn release(&mut self, id: u32) {
        self.holding.remove(id);
    }

    /// Nobody is connected: what is unsent is part of the state that the next peer gets, and pulses
    /// and FIFO entries are over. Gives the ids to `each`.
    pub(crate) fn forget_unsent(&mut self, mut each: impl FnMut(u32)) {
        for pick in &self.sealed.list {
            let (slot, sealed) = (&self.slots[pick.signal as usize], self.sealed.value(pick));
            let replaced = slot.value() != sealed;
            self.coalesced += u64::from(replaced);
            self.collapsed += u64::from(pick.toggled && replaced);
            each(pick.signal);
        }
        self.unsent_since = None;
        self.sealed.clear();
        self.holding.clear();
        self.announced = false;
        let (slots, extras, overflowed) = (&mut self.slots, &mut self.extras, &mut self.overflowed);
        self.unsent.drain(|id| {
            slots[id as usize].settle();
            if let Some(fifo) = extras.get_mut(&id).and_then(|extra| extra.fifo.as_mut()) {
                *overflowed += fifo.outgoing.len().saturating_sub(1) as u64;
                fifo.outgoing.clear();
            }
            each(id);
        });
    }
}
