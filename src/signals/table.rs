//! All signals' states, what is to be sent of them, and what is to be polled. Everything here runs
//! under one short-held lock: no encoding, logging, formatting or allocation for each signal.

mod polling;
mod sending;
mod setting;
mod staging;

pub(crate) use sending::Kept;
pub(crate) use setting::SetRefused;
use staging::Staging;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::signals::bits::BitSet;
use crate::signals::changes::flags;
use crate::signals::extra::{Extra, FailSafe, Incoming};
use crate::signals::pick::Picks;
use crate::signals::place::Key;
use crate::signals::slot::{LOCAL, Origin, Slot, special};
use crate::time::Time;
use crate::value::{Access, Direction, Quality, ValueRef};

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
    /// What opens it to calls that come with a key.
    pub(super) key: Option<Key>,
    slots: Vec<Slot>,
    /// FIFOs, fail-safe values and least times, of the few signals that have them.
    extras: FxHashMap<u32, Extra>,
    /// Set, or applied for relay, since the last [`Table::drain_unsent`].
    unsent: BitSet,
    /// The host was told that there is something to send.
    announced: bool,
    /// When the host set the first of what is unsent.
    unsent_since: Option<Time>,
    /// Manual mode: what the host has not flushed yet. Elsewhere, for the sake of what all modes use, which is to stay
    /// together.
    staging: Option<Box<Staging>>,
    /// A frame that must go out as it is before what is unsent now; see [`Table::seal`].
    sealed: Picks,
    /// Bools whose present level on the wire must last a while longer.
    holding: BitSet,
    /// What [`Table::drain_unsent`] moved out and what it kept, reused.
    drained: Vec<u32>,
    kept: Vec<u32>,
    /// Pulses that no frame carries.
    pub(crate) collapsed: u64,
    /// Entries dropped from full FIFOs.
    pub(crate) overflowed: u64,
    /// Ids with a change to poll, in the order of their first change.
    log: VecDeque<u32>,
    /// Texts of the records of the last poll.
    polled: polling::Polled,
    /// Changes that were merged into a record that was not polled yet.
    pub(crate) coalesced: u64,
    /// Values from outside that changed a signal.
    pub(crate) changes: u64,
    /// Records put into the log since the start; also read without the lock.
    pub(super) records: Arc<AtomicU64>,
}

impl Table {
    pub(super) fn push(&mut self, slot: Slot, extra: Extra) -> u32 {
        let id = self.slots.len() as u32;
        self.slots.push(slot);
        if self.staging.is_some() {
            self.slots[id as usize].special |= special::MANUAL;
        }
        if !extra.is_empty() {
            self.slots[id as usize].special |= special::EXTRA;
            self.extras.insert(id, extra);
        }
        self.unsent.reserve(self.slots.len());
        self.holding.reserve(self.slots.len());
        // Room for every signal, so that neither sets nor frames allocate later.
        self.log
            .reserve(self.slots.len().saturating_sub(self.log.len()));
        self.polled.reserve(self.slots.len());
        self.settle_initial(id);
        id
    }

    pub(super) fn reserve(&mut self, more: usize) {
        self.slots.reserve(more);
        self.log.reserve(more);
        self.polled.reserve(more);
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// A signal as its peers are to see it.
    #[inline]
    pub(crate) fn slot(&self, id: u32) -> Option<&Slot> {
        self.slots.get(id as usize)
    }

    /// The value that the host sees.
    #[inline]
    pub(crate) fn value(&self, id: u32) -> Option<ValueRef<'_>> {
        let slot = self.slot(id)?;
        if slot.is(special::STAGED) {
            return self.staged(id);
        }
        Some(slot.value())
    }

    /// Every slot with its id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Slot)> {
        (0..).zip(&self.slots)
    }

    #[inline]
    fn extra(&self, id: u32) -> Option<&Extra> {
        if self.slots[id as usize].is(special::EXTRA) {
            self.extras.get(&id)
        } else {
            None
        }
    }

    #[inline]
    fn extra_mut(&mut self, id: u32) -> Option<&mut Extra> {
        if self.slots[id as usize].is(special::EXTRA) {
            self.extras.get_mut(&id)
        } else {
            None
        }
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

    pub(super) fn set_imported(
        &mut self,
        id: u32,
        direction: Option<Direction>,
        access: Access,
        importer: Origin,
    ) {
        if let Some(slot) = self.slots.get_mut(id as usize) {
            slot.direction = direction;
            slot.imported = true;
            slot.importer = importer;
            slot.access = access;
        }
    }

    /// The peer that these signals were imported from has another number from now on.
    pub(crate) fn succeed_importer(&mut self, before: Origin, successor: Origin) {
        for slot in &mut self.slots {
            if slot.importer == before {
                slot.importer = successor;
            }
        }
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
        if !first && !slot.failsafe && slot.value() == value {
            // A repeat makes nobody the writer: it would hide the writer's loss, or make its own look like it. Once the
            // writer is gone, whoever says the value stands for it.
            if slot.quality == Quality::Stale {
                slot.origin = origin;
                slot.writer = origin;
                slot.repeated_by = LOCAL;
                self.set_quality(id, Quality::Good, now);
            } else if slot.writer != origin {
                slot.repeated_by = origin;
            }
            return Applied::Same;
        }
        self.unstage(id);
        if relay {
            self.before_unsent(id, value);
        }
        let slot = &mut self.slots[id as usize];
        slot.quality = Quality::Good;
        slot.failsafe = false;
        slot.origin = origin;
        slot.writer = origin;
        slot.repeated_by = LOCAL;
        self.sealed.overtake(id, origin);
        self.changes += 1;
        self.store_change(id, value, 0, now);
        // Whatever was about to be sent of it is overtaken.
        let overtaken = if relay {
            !self.unsent.insert(id)
        } else {
            self.unsent.remove(id)
        };
        self.coalesced += u64::from(overtaken && !self.has_fifo(id));
        if !relay {
            self.slots[id as usize].settle();
            if let Some(fifo) = self.extra_mut(id).and_then(|extra| extra.fifo.as_mut()) {
                let dropped = fifo.outgoing.len() as u64;
                fifo.outgoing.clear();
                self.overflowed += dropped;
            }
        }
        Applied::Changed
    }

    /// Stores a value that did not come from the host, and notes it for the next poll.
    fn store_change(&mut self, id: u32, value: ValueRef<'_>, flag: u16, now: Time) {
        let slot = &mut self.slots[id as usize];
        let rises = slot.value() == ValueRef::Bool(false) && value == ValueRef::Bool(true);
        let rises = u32::from(rises);
        slot.store(value);
        slot.noted = now;
        slot.changes = slot.changes.saturating_add(1);
        slot.rises = slot.rises.saturating_add(rises);
        let (origin, failsafe) = (polling::source(slot), slot.failsafe);
        if let Some(fifo) = self.extra_mut(id).and_then(|extra| extra.fifo.as_mut()) {
            let dropped = fifo.receive(Incoming {
                value: value.to_owned(),
                rises,
                time: now,
                origin,
                failsafe,
            });
            self.overflowed += u64::from(dropped);
        }
        self.record(id, flag);
    }

    /// Marks the change record to come as one of an import.
    pub(super) fn mark_imported(&mut self, id: u32) {
        self.record(id, flags::IMPORTED);
    }

    /// The connection to this peer is lost: what it wrote last is stale, but for what its successor, if it has one
    /// already, has repeated. `failsafe` gets the signals that have a fail-safe value, with its delay.
    pub(crate) fn set_stale(
        &mut self,
        origin: Origin,
        successor: Option<Origin>,
        now: Time,
        mut failsafe: impl FnMut(u32, Duration),
    ) {
        for id in 0..self.slots.len() as u32 {
            let slot = &mut self.slots[id as usize];
            if slot.writer == origin && successor == Some(slot.repeated_by) {
                slot.writer = slot.repeated_by;
                slot.repeated_by = LOCAL;
            }
            if slot.writer == origin && slot.quality == Quality::Good {
                self.set_quality(id, Quality::Stale, now);
                if let Some(FailSafe { after, .. }) =
                    self.extra(id).and_then(|e| e.failsafe.as_ref())
                {
                    failsafe(id, *after);
                }
            }
        }
    }

    /// Keeps those that stand for a value, or that a signal was imported from.
    pub(crate) fn keep_standing(&self, origins: &mut Vec<Origin>) {
        let standing: FxHashSet<Origin> = (self.slots.iter())
            .flat_map(|slot| [slot.writer, slot.importer])
            .collect();
        origins.retain(|origin| standing.contains(origin));
    }

    /// The time of a fail-safe value has come: it applies if the signal is stale still.
    pub(crate) fn apply_failsafe(&mut self, id: u32, now: Time) {
        let slot = &mut self.slots[id as usize];
        if slot.quality != Quality::Stale || slot.failsafe {
            return;
        }
        let Some(extra) = self.extras.get_mut(&id) else {
            return;
        };
        let Some(FailSafe { value, .. }) = extra.failsafe.clone() else {
            return;
        };
        extra.replaced = Some(slot.value().to_owned());
        slot.failsafe = true;
        self.store_change(id, value.as_ref(), flags::FAILSAFE, now);
    }

    /// Values that `before` wrote last and that its successor's resync did not mention stand; a fail-safe value gives
    /// way to the one that it replaced. `relay`: peers that came meanwhile, and did not get it, are to have that.
    pub(crate) fn restore_stale(
        &mut self,
        before: Origin,
        successor: Origin,
        relay: bool,
        now: Time,
    ) {
        for id in 0..self.slots.len() as u32 {
            let slot = &mut self.slots[id as usize];
            if slot.writer != before || slot.quality != Quality::Stale {
                continue;
            }
            slot.origin = successor;
            slot.writer = successor;
            if !std::mem::take(&mut slot.failsafe) {
                self.set_quality(id, Quality::Good, now);
                continue;
            }
            slot.quality = Quality::Good;
            let replaced = self.extra_mut(id).and_then(|extra| extra.replaced.take());
            if let Some(value) = replaced {
                self.store_change(id, value.as_ref(), 0, now);
                if relay {
                    self.unsent.insert(id);
                }
            }
        }
    }

    fn set_quality(&mut self, id: u32, quality: Quality, now: Time) {
        let slot = &mut self.slots[id as usize];
        slot.quality = quality;
        slot.noted = now;
        self.record(id, flags::QUALITY);
    }

    fn record(&mut self, id: u32, flag: u16) {
        let fifo = self.extra(id).is_some_and(|extra| extra.fifo.is_some());
        let slot = &mut self.slots[id as usize];
        slot.flags |= flag;
        if slot.logged {
            self.coalesced += u64::from(flag == 0 && !fifo);
        } else {
            slot.logged = true;
            // It is written under the table's lock alone, so this need not be one atomic step.
            let made = self.records.load(Ordering::Relaxed) + 1;
            self.records.store(made, Ordering::Relaxed);
            self.log.push_back(id);
        }
    }
}
