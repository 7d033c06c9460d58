//! What is to be polled: change records and their texts.

use crate::signals::changes::{Change, flags};
use crate::signals::extra::Incoming;
use crate::signals::slot::{LOCAL, Slot, special};
use crate::signals::table::Table;
use crate::time::Time;
use crate::value::{Quality, ValueRef};

/// The texts of the records of the last poll.
#[derive(Debug, Default)]
pub(super) struct Polled {
    text: String,
    /// The records that are texts, in ascending order, with their starts in `text`.
    starts: Vec<(u32, u32)>,
    records: u32,
}

impl Polled {
    /// Makes room for as many records.
    pub(super) fn reserve(&mut self, records: usize) {
        self.starts
            .reserve(records.saturating_sub(self.starts.len()));
    }

    fn clear(&mut self) {
        self.text.clear();
        self.starts.clear();
        self.records = 0;
    }

    #[inline]
    fn add(&mut self, value: ValueRef<'_>) {
        if let ValueRef::Text(text) = value {
            self.starts.push((self.records, self.text.len() as u32));
            self.text.push_str(text);
        }
        self.records += 1;
    }

    /// The text of a record, empty for other kinds.
    fn get(&self, record: u32) -> Option<&str> {
        if record >= self.records {
            return None;
        }
        let Ok(at) = self.starts.binary_search_by_key(&record, |(of, _)| *of) else {
            return Some("");
        };
        let end = self.starts.get(at + 1).map(|(_, start)| *start as usize);
        let start = self.starts[at].1 as usize;
        self.text.get(start..end.unwrap_or(self.text.len()))
    }
}

impl Table {
    pub(crate) fn has_changes(&self) -> bool {
        !self.log.is_empty()
    }

    /// Hands out up to `capacity` change records and forgets them. A signal with a FIFO gives a
    /// record for each of its entries.
    pub(crate) fn poll(&mut self, capacity: usize, mut out: impl FnMut(usize, Change)) -> usize {
        self.polled.clear();
        let mut count = 0;
        while count < capacity {
            let Some(id) = self.log.pop_front() else {
                break;
            };
            let slot = &mut self.slots[id as usize];
            let mut change = if slot.is(special::EXTRA | special::STAGED) {
                self.take_entry(id)
            } else {
                let change = slot.change(id);
                self.polled.add(slot.value());
                slot.logged = false;
                slot.changes = 0;
                slot.flags = 0;
                slot.rises = 0;
                change
            };
            count += 1;
            if count == capacity && !self.log.is_empty() {
                change.flags |= flags::MORE;
            }
            out(count - 1, change);
        }
        count
    }

    /// The text of a record of the last poll.
    pub(crate) fn polled_text(&self, record: u32) -> Option<&str> {
        self.polled.get(record)
    }

    /// The next record of a special signal that was taken from the log; it is put back while its FIFO, if it has one,
    /// holds more.
    fn take_entry(&mut self, id: u32) -> Change {
        let mut change = self.change(id);
        let mut more = false;
        let mut entry = None;
        if let Some(fifo) = self.extra_mut(id).and_then(|extra| extra.fifo.as_mut()) {
            entry = fifo.incoming.pop_front();
            more = !fifo.incoming.is_empty();
            if std::mem::take(&mut fifo.overflow) {
                change.flags |= flags::OVERFLOW;
            }
        }
        match &entry {
            Some(Incoming {
                value,
                rises,
                time,
                origin,
                failsafe,
            }) => {
                fill(&mut change, value.as_ref());
                change.flags = with_failsafe(change.flags, *failsafe);
                change.change_count = 1;
                change.rise_count = *rises;
                change.time = *time;
                change.source = *origin;
                self.polled.add(value.as_ref());
            }
            None => {
                let slot = &self.slots[id as usize];
                let staging = self.staging.as_ref().filter(|_| slot.is(special::STAGED));
                let value = staging.and_then(|staging| staging.value(id));
                let value = value.unwrap_or_else(|| slot.value());
                self.polled.add(value);
            }
        }
        let slot = &mut self.slots[id as usize];
        if more {
            self.log.push_front(id);
        } else {
            slot.logged = false;
            slot.changes = 0;
        }
        slot.flags = 0;
        slot.rises = 0;
        change
    }

    /// The signal's state as the host sees it, as a change record, without forgetting anything.
    pub(crate) fn change(&self, id: u32) -> Change {
        let mut change = self.slots[id as usize].change(id);
        if let Some(value) = self.staged(id) {
            fill(&mut change, value);
            change.quality = Quality::Good;
            change.flags = with_failsafe(change.flags, false);
            change.time = Time::ZERO;
            change.source = LOCAL;
        }
        change
    }
}

impl Slot {
    #[inline]
    fn change(&self, id: u32) -> Change {
        // A change of the value itself outweighs one of quality.
        let flags = if self.changes > 0 {
            self.flags & !flags::QUALITY
        } else {
            self.flags
        };
        let mut change = Change {
            signal: id,
            kind: self.kind,
            quality: self.quality,
            // Another value may have replaced the fail-safe one before the poll.
            flags: with_failsafe(flags, self.failsafe && flags & flags::FAILSAFE != 0),
            integer: 0,
            number: 0.0,
            change_count: self.changes,
            rise_count: self.rises,
            time: if self.origin == LOCAL {
                Time::ZERO
            } else {
                self.noted
            },
            source: source(self),
        };
        fill(&mut change, self.value());
        change
    }
}

/// The flags of a record, with the one that belongs to its value alone.
const fn with_failsafe(flags: u16, failsafe: bool) -> u16 {
    let others = flags & !flags::FAILSAFE;
    if failsafe {
        others | flags::FAILSAFE
    } else {
        others
    }
}

/// Stale and fail-safe states come from this host.
#[inline]
pub(super) const fn source(slot: &Slot) -> u32 {
    match slot.quality {
        Quality::Stale => LOCAL,
        _ => slot.origin,
    }
}

#[inline]
fn fill(change: &mut Change, value: ValueRef<'_>) {
    (change.integer, change.number) = match value {
        ValueRef::Bool(v) => (i64::from(v), f64::from(u8::from(v))),
        ValueRef::Int(v) => (v, v as f64),
        ValueRef::Float(v) => (0, v),
        ValueRef::Text(v) => (v.len() as i64, 0.0),
    };
}
