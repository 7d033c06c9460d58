//! All signals' states, what is to be sent of them, and what is to be polled. Everything here runs
//! under one short-held lock: no encoding, logging, formatting or allocation for each signal.

use std::collections::VecDeque;

use crate::signals::bits::BitSet;
use crate::signals::changes::{Change, flags};
use crate::signals::pick::Picks;
use crate::signals::slot::{LOCAL, Origin, Slot};
use crate::time::Time;
use crate::value::{Access, Direction, Kind, Quality, ValueRef};

/// Why a host's set was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetRefused {
    NotFound,
    Kind(Kind),
    NotWritable,
}

/// What a value from outside did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applied {
    Changed,
    /// The same value again.
    Same,
}

/// The state behind the lock.
#[derive(Debug, Default)]
pub(crate) struct Table {
    slots: Vec<Slot>,
    /// Set, or applied for relay, since the last [`Table::drain_unsent`].
    unsent: BitSet,
    /// A frame that must go out as it is before what is unsent now; see [`Table::set`].
    sealed: Picks,
    /// Pulses that no frame carries.
    pub(crate) collapsed: u64,
    /// Ids with a change to poll, in the order of their first change.
    log: VecDeque<u32>,
    /// Changes that were merged into a record that was not polled yet.
    pub(crate) coalesced: u64,
    /// Records put into the log since the start.
    pub(crate) changes: u64,
}

impl Table {
    pub(super) fn push(&mut self, slot: Slot) -> u32 {
        let id = self.slots.len() as u32;
        self.slots.push(slot);
        self.unsent.reserve(self.slots.len());
        // Room for every signal, so that neither sets nor frames allocate later.
        self.log
            .reserve(self.slots.len().saturating_sub(self.log.len()));
        self.settle_initial(id);
        id
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn slot(&self, id: u32) -> Option<&Slot> {
        self.slots.get(id as usize)
    }

    /// Every slot with its id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Slot)> {
        (0..).zip(&self.slots)
    }

    /// A WRITE signal has its value from its declaration and is sent like any other.
    fn settle_initial(&mut self, id: u32) {
        let slot = &mut self.slots[id as usize];
        if slot.access == Access::Write && slot.quality == Quality::Never {
            slot.quality = Quality::Good;
            self.unsent.insert(id);
        }
    }

    pub(super) fn set_access(&mut self, id: u32, access: Access) {
        if let Some(slot) = self.slots.get_mut(id as usize) {
            slot.access = access;
            self.settle_initial(id);
        }
    }

    pub(super) fn set_imported(&mut self, id: u32, direction: Option<Direction>, access: Access) {
        if let Some(slot) = self.slots.get_mut(id as usize) {
            slot.direction = direction;
            slot.imported = true;
            slot.access = access;
        }
    }

    pub(crate) fn check_set(&self, id: u32, kind: Kind) -> Result<(), SetRefused> {
        let slot = self.slot(id).ok_or(SetRefused::NotFound)?;
        if slot.kind != kind {
            return Err(SetRefused::Kind(slot.kind));
        }
        if !slot.access.host_writes() {
            return Err(SetRefused::NotWritable);
        }
        Ok(())
    }

    /// Whether this value would take back a change of a bool that is not sent yet.
    pub(crate) fn undoes(&self, id: u32, value: ValueRef<'_>) -> bool {
        let (ValueRef::Bool(level), Some(slot)) = (value, self.slot(id)) else {
            return false;
        };
        slot.base == level && slot.value() != value && self.unsent.contains(id)
    }

    /// Closes the pending frame: it goes out as it is, and what comes now goes into the next. One
    /// frame at most waits so; `false` when one does already.
    pub(crate) fn seal(&mut self) -> bool {
        if !self.sealed.is_empty() {
            return false;
        }
        let (slots, sealed) = (&mut self.slots, &mut self.sealed);
        self.unsent.drain(|id| {
            let slot = &mut slots[id as usize];
            let toggled = slot.settle();
            sealed.add(id, slot, toggled);
        });
        true
    }

    /// A value is about to be stored that takes back an unsent change: an edge must not get lost
    /// between two frames, so the pending frame is sealed. When one waits already, the pulse
    /// collapses; its level is the base again and needs no frame.
    fn keep_edge(&mut self, id: u32, value: ValueRef<'_>) {
        if self.undoes(id, value) && !self.seal() {
            self.collapsed += 1;
        }
    }

    /// Takes a value from the host. `Ok(true)`: there is now something to send where there was nothing.
    pub(crate) fn set(&mut self, id: u32, value: ValueRef<'_>) -> Result<bool, SetRefused> {
        self.check_set(id, value.kind())?;
        let slot = &self.slots[id as usize];
        if slot.quality != Quality::Never && slot.value() == value {
            return Ok(false);
        }
        self.keep_edge(id, value);
        let slot = &mut self.slots[id as usize];
        slot.store(value);
        slot.quality = Quality::Good;
        slot.origin = LOCAL;
        let first = !self.has_unsent();
        self.unsent.insert(id);
        Ok(first)
    }

    /// Takes a value of the signal's own kind from a peer. `relay`: other peers are to get it.
    pub(crate) fn apply(
        &mut self,
        id: u32,
        value: ValueRef<'_>,
        origin: Origin,
        relay: bool,
        now: Time,
    ) -> Applied {
        let Some(slot) = self.slots.get_mut(id as usize) else {
            return Applied::Same;
        };
        slot.arrived = now;
        let first = slot.quality == Quality::Never;
        if !first && slot.value() == value {
            if slot.quality == Quality::Stale {
                slot.origin = origin;
                self.set_quality(id, Quality::Good, now);
            }
            return Applied::Same;
        }
        let rises = slot.value() == ValueRef::Bool(false) && value == ValueRef::Bool(true);
        if relay {
            self.keep_edge(id, value);
        }
        let slot = &mut self.slots[id as usize];
        slot.store(value);
        slot.quality = Quality::Good;
        slot.origin = origin;
        slot.changes = slot.changes.saturating_add(1);
        slot.rises = slot.rises.saturating_add(u32::from(rises));
        self.record(id, 0);
        if relay {
            self.unsent.insert(id);
        } else {
            // Whatever we were about to send of it is overtaken.
            self.unsent.remove(id);
            self.slots[id as usize].settle();
        }
        Applied::Changed
    }

    /// Marks the change record to come as one of an import.
    pub(super) fn mark_imported(&mut self, id: u32) {
        self.record(id, flags::IMPORTED);
    }

    /// The connection to this peer is lost: what it wrote last is stale.
    pub(crate) fn set_stale(&mut self, origin: Origin, now: Time) {
        for id in 0..self.slots.len() as u32 {
            let slot = &self.slots[id as usize];
            if slot.origin == origin && slot.quality == Quality::Good {
                self.set_quality(id, Quality::Stale, now);
            }
        }
    }

    /// Values that `before` wrote last and that its successor's resync did not mention stand.
    pub(crate) fn restore_stale(&mut self, before: Origin, successor: Origin, now: Time) {
        for id in 0..self.slots.len() as u32 {
            let slot = &mut self.slots[id as usize];
            if slot.origin == before && slot.quality == Quality::Stale {
                slot.origin = successor;
                self.set_quality(id, Quality::Good, now);
            }
        }
    }

    fn set_quality(&mut self, id: u32, quality: Quality, now: Time) {
        let slot = &mut self.slots[id as usize];
        slot.quality = quality;
        slot.arrived = now;
        self.record(id, flags::QUALITY);
    }

    fn record(&mut self, id: u32, flag: u16) {
        let slot = &mut self.slots[id as usize];
        slot.flags |= flag;
        if slot.logged {
            self.coalesced += u64::from(flag == 0);
        } else {
            slot.logged = true;
            self.changes += 1;
            self.log.push_back(id);
        }
    }

    pub(crate) fn is_unsent(&self, id: u32) -> bool {
        self.unsent.contains(id)
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

    /// Moves what is to be sent out of the table, smallest id first.
    pub(crate) fn drain_unsent(&mut self, each: impl FnMut(u32)) {
        self.unsent.drain(each);
    }

    /// Copies a value into a frame.
    pub(crate) fn pick(&mut self, id: u32, picks: &mut Picks) {
        if let Some(slot) = self.slots.get_mut(id as usize) {
            let toggled = slot.settle();
            picks.add(id, slot, toggled);
        }
    }

    /// Nobody is connected: what is unsent is part of the state that the next peer gets, and pulses
    /// are over. Gives the ids to `each`.
    pub(crate) fn forget_unsent(&mut self, mut each: impl FnMut(u32)) {
        for pick in &self.sealed.list {
            let (slot, sealed) = (&self.slots[pick.signal as usize], self.sealed.value(pick));
            self.collapsed += u64::from(pick.toggled && slot.value() != sealed);
            each(pick.signal);
        }
        self.sealed.clear();
        let slots = &mut self.slots;
        self.unsent.drain(|id| {
            slots[id as usize].settle();
            each(id);
        });
    }

    pub(crate) fn has_changes(&self) -> bool {
        !self.log.is_empty()
    }

    /// Hands out up to `capacity` change records and forgets them.
    pub(crate) fn poll(&mut self, capacity: usize, mut out: impl FnMut(usize, Change)) -> usize {
        let count = capacity.min(self.log.len());
        for index in 0..count {
            let Some(id) = self.log.pop_front() else {
                return index;
            };
            let mut change = self.change(id);
            if index + 1 == count && !self.log.is_empty() {
                change.flags |= flags::MORE;
            }
            let slot = &mut self.slots[id as usize];
            slot.logged = false;
            slot.flags = 0;
            slot.changes = 0;
            slot.rises = 0;
            out(index, change);
        }
        count
    }

    /// The signal's state as a change record, without forgetting anything.
    pub(crate) fn change(&self, id: u32) -> Change {
        let slot = &self.slots[id as usize];
        let (integer, number) = match slot.value() {
            ValueRef::Bool(v) => (i64::from(v), f64::from(u8::from(v))),
            ValueRef::Int(v) => (v, v as f64),
            ValueRef::Float(v) => (0, v),
            ValueRef::Text(v) => (v.len() as i64, 0.0),
        };
        Change {
            signal: id,
            kind: slot.kind,
            quality: slot.quality,
            // A change of the value itself outweighs one of quality.
            flags: if slot.changes > 0 {
                slot.flags & !flags::QUALITY
            } else {
                slot.flags
            },
            integer,
            number,
            change_count: slot.changes,
            rise_count: slot.rises,
            time: slot.arrived,
            source: if slot.quality == Quality::Stale {
                LOCAL
            } else {
                slot.origin
            },
        }
    }
}
