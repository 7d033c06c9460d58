//! Manual mode: what the host has set since its last flush.
//!
//! To peers none of it has happened yet. It stands beside the slots, which everything that goes out is read from, and
//! comes into them with the flush, as if the host had set all of it at that moment. So nothing that sends needs to know
//! of it. The host alone sees it at once.
//!
//! A new value of a peer's goes into the slot at once, as in the other modes, and as there it overtakes what the host
//! has set before: that is dropped and counted. A repeat of what stands in the slot is no new value, and drops nothing.

use std::collections::VecDeque;

use crate::signals::extra::Fifo;
use crate::signals::slot::{LOCAL, Origin, Stored, special};
use crate::signals::table::Table;
use crate::signals::table::setting::Put;
use crate::time::Time;
use crate::value::{Kind, Quality, Value, ValueRef};

/// All that is staged.
#[derive(Debug, Default)]
pub(super) struct Staging {
    /// Signals that were set; behind them, buffers to be used again.
    entries: Vec<Entry>,
    used: usize,
    /// By signal, where it is among them; of those alone that are marked as staged.
    places: Vec<u32>,
    /// A pulse has closed the first part.
    closed: bool,
    /// When the first of them was set.
    pub(super) since: Option<Time>,
}

/// What is staged of one signal.
#[derive(Debug)]
struct Entry {
    signal: u32,
    kind: Kind,
    /// Its values in the part that a pulse has closed and in the one after it. They go out in two frames, so that the
    /// edge travels with what was set beside it; see [`Table::seal`].
    parts: [Part; 2],
    /// All its values since, if it has a FIFO.
    queue: VecDeque<Value>,
}

#[derive(Debug, Default)]
struct Part {
    set: bool,
    value: Stored,
}

impl Entry {
    fn new(signal: u32, kind: Kind) -> Self {
        Self {
            signal,
            kind,
            parts: Default::default(),
            queue: VecDeque::new(),
        }
    }

    fn part(&self, index: usize) -> Option<ValueRef<'_>> {
        let part = &self.parts[index];
        part.set.then(|| part.value.get(self.kind))
    }

    /// Its newest value.
    fn value(&self) -> Option<ValueRef<'_>> {
        self.part(1).or_else(|| self.part(0))
    }
}

impl Staging {
    /// The entry of a signal that is marked as staged.
    #[inline]
    fn entry(&self, id: u32) -> &Entry {
        &self.entries[self.places[id as usize] as usize]
    }

    /// What the host has set such a signal to.
    pub(super) fn value(&self, id: u32) -> Option<ValueRef<'_>> {
        self.entry(id).value()
    }

    #[inline]
    fn entry_mut(&mut self, id: u32) -> &mut Entry {
        &mut self.entries[self.places[id as usize] as usize]
    }

    /// Makes an entry for a signal.
    fn add(&mut self, id: u32, kind: Kind) {
        let place = self.used;
        self.used += 1;
        match self.entries.get_mut(place) {
            Some(entry) => (entry.signal, entry.kind) = (id, kind),
            None => self.entries.push(Entry::new(id, kind)),
        }
        if self.places.len() <= id as usize {
            self.places.resize(id as usize + 1, 0);
        }
        self.places[id as usize] = place as u32;
    }

    /// What comes now belongs to the second part. `false`: it does already.
    fn close(&mut self) -> bool {
        let first = !std::mem::replace(&mut self.closed, true);
        if first {
            for entry in &mut self.entries[..self.used] {
                entry.parts.swap(0, 1);
            }
        }
        first
    }

    /// Takes the entry of a signal out; it is behind the others then.
    fn remove(&mut self, id: u32) -> &mut Entry {
        let place = self.places[id as usize];
        self.used -= 1;
        self.entries.swap(place as usize, self.used);
        let moved = self.entries[place as usize].signal;
        self.places[moved as usize] = place;
        // With the last one goes what it had closed.
        self.closed &= self.used > 0;
        &mut self.entries[self.used]
    }
}

impl Table {
    /// From now on what the host sets waits for [`Table::flush`].
    pub(crate) fn stage_sets(&mut self) {
        self.staging = Some(Box::default());
        for slot in &mut self.slots {
            slot.special |= special::MANUAL;
        }
    }

    /// Whether the host has set it since its last flush.
    pub(crate) fn is_staged(&self, id: u32) -> bool {
        self.slots[id as usize].is(special::STAGED)
    }

    /// What the host has set it to since its last flush.
    pub(super) fn staged(&self, id: u32) -> Option<ValueRef<'_>> {
        self.staged_entry(id)?.value()
    }

    #[inline]
    fn staged_entry(&self, id: u32) -> Option<&Entry> {
        let staging = self.staging.as_ref()?;
        self.is_staged(id).then(|| staging.entry(id))
    }

    /// As [`Table::set`].
    pub(super) fn stage(&mut self, id: u32, value: ValueRef<'_>) -> bool {
        let repeats = match self.staged(id) {
            Some(staged) => staged == value,
            None => self.slots[id as usize].host_repeats(value),
        };
        if repeats {
            return false;
        }
        let undoes = self.undoes_staged(id, value);
        let fifo = self.extra(id).and_then(|extra| extra.fifo.as_ref());
        let depth = fifo.map(Fifo::depth);
        let Some(staging) = self.staging.as_mut() else {
            return false;
        };
        if undoes && !staging.close() {
            self.collapsed += 1;
        }
        let first = staging.used == 0;
        let slot = &mut self.slots[id as usize];
        if !slot.is(special::STAGED) {
            slot.special |= special::STAGED;
            staging.add(id, slot.kind);
        }
        let entry = staging.entry_mut(id);
        let part = &mut entry.parts[1];
        let again = std::mem::replace(&mut part.set, true);
        part.value.put(value);
        if let Some(depth) = depth {
            if entry.queue.len() >= depth {
                entry.queue.pop_front();
                self.overflowed += 1;
            }
            entry.queue.push_back(value.to_owned());
        } else {
            self.coalesced += u64::from(again);
        }
        first
    }

    /// As [`Table::set_all`].
    pub(super) fn stage_all<'a>(
        &mut self,
        values: impl Iterator<Item = (u32, ValueRef<'a>)> + Clone,
    ) -> bool {
        // Before the first of them, so that they stay in one part.
        let some = (self.staging.as_ref()).is_some_and(|staging| staging.used > 0);
        if some
            && (values.clone()).any(|(id, value)| self.undoes_staged(id, value))
            && let Some(staging) = &mut self.staging
        {
            staging.close();
        }
        let mut first = false;
        for (id, value) in values {
            first |= self.stage(id, value);
        }
        first
    }

    /// Whether this value would take back a change of a bool that stands in the same part.
    fn undoes_staged(&self, id: u32, value: ValueRef<'_>) -> bool {
        let ValueRef::Bool(level) = value else {
            return false;
        };
        let Some(entry) = self.staged_entry(id) else {
            return false;
        };
        let before = entry.part(0).unwrap_or(self.slots[id as usize].value());
        before == value && entry.part(1) == Some(ValueRef::Bool(!level)) && entry.queue.is_empty()
    }

    /// The host's flush: what it has set until now comes into the slots.
    pub(crate) fn flush(&mut self) {
        let Some(mut staging) = self.staging.take() else {
            return;
        };
        let entries = &mut staging.entries[..staging.used];
        for part in usize::from(!staging.closed)..2 {
            let values = (entries.iter())
                .filter(|entry| entry.queue.is_empty())
                .filter_map(|entry| Some((entry.signal, entry.part(part)?)));
            let (first, same) = self.put_all(values);
            if first {
                self.unsent_since = staging.since;
            }
            // What led back to where it began is not sent.
            self.coalesced += same;
        }
        for entry in entries {
            while let Some(value) = entry.queue.pop_front() {
                let put = self.put(entry.signal, value.as_ref(), true);
                if put == Put::First {
                    self.unsent_since = staging.since;
                }
                self.coalesced += u64::from(put == Put::Same);
            }
            self.slots[entry.signal as usize].special &= !special::STAGED;
            for part in &mut entry.parts {
                part.set = false;
            }
        }
        staging.used = 0;
        staging.closed = false;
        self.staging = Some(staging);
    }

    /// A peer's value that what the host has staged stands against: no news to the host, but what its flush changes.
    pub(crate) fn apply_beneath(
        &mut self,
        id: u32,
        value: ValueRef<'_>,
        origin: Origin,
        now: Time,
    ) {
        let slot = &mut self.slots[id as usize];
        slot.store(value);
        slot.settle();
        slot.quality = Quality::Good;
        slot.failsafe = false;
        slot.origin = origin;
        slot.writer = origin;
        slot.repeated_by = LOCAL;
        slot.arrived = now;
        slot.noted = now;
    }

    /// A peer's new value overtakes what the host has staged.
    pub(super) fn unstage(&mut self, id: u32) {
        let slot = &mut self.slots[id as usize];
        let Some(staging) = (self.staging.as_mut()).filter(|_| slot.is(special::STAGED)) else {
            return;
        };
        slot.special &= !special::STAGED;
        let entry = staging.remove(id);
        let parts = entry
            .parts
            .each_mut()
            .map(|part| std::mem::take(&mut part.set));
        if entry.queue.is_empty() {
            self.coalesced += parts.map(u64::from).iter().sum::<u64>();
            self.collapsed += u64::from(entry.kind == Kind::Bool && parts == [true; 2]);
        } else {
            self.overflowed += entry.queue.len() as u64;
            entry.queue.clear();
        }
    }
}
