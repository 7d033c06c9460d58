//! What is to be polled: change records and their texts.

use crate::signals::changes::{Change, flags};
use crate::signals::extra::Incoming;
use crate::signals::slot::{LOCAL, Slot};
use crate::signals::table::Table;
use crate::time::Time;
use crate::value::{Quality, ValueRef};

/// The texts of the records of the last poll.
#[derive(Debug, Default)]
pub(super) struct Polled {
    text: String,
    /// Start and end in `text` by record; empty for other kinds.
    ranges: Vec<(u32, u32)>,
}

impl Polled {
    /// Makes room for as many records.
    pub(super) fn reserve(&mut self, records: usize) {
        self.ranges
            .reserve(records.saturating_sub(self.ranges.len()));
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ranges.clear();
    }

    fn add(&mut self, value: ValueRef<'_>) {
        let start = self.text.len() as u32;
        if let ValueRef::Text(text) = value {
            self.text.push_str(text);
        }
        self.ranges.push((start, self.text.len() as u32));
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
            let mut change = self.take_change(id);
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
        let (start, end) = *self.polled.ranges.get(record as usize)?;
        self.polled.text.get(start as usize..end as usize)
    }

    /// The next record of a signal that was taken from the log; it is put back while its FIFO holds more.
    fn take_change(&mut self, id: u32) -> Change {
        let mut change = self.change(id);
        let extra = if self.slots[id as usize].extra {
            self.extras.get_mut(&id)
        } else {
            None
        };
        let mut more = false;
        let mut entry = None;
        if let Some(fifo) = extra.and_then(|extra| extra.fifo.as_mut()) {
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
            }) => {
                fill(&mut change, value.as_ref());
                change.change_count = 1;
                change.rise_count = *rises;
                change.time = *time;
                change.source = *origin;
                self.polled.add(value.as_ref());
            }
            None => self.polled.add(self.slots[id as usize].value()),
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

    /// The signal's state as a change record, without forgetting anything.
    pub(crate) fn change(&self, id: u32) -> Change {
        let slot = &self.slots[id as usize];
        let mut change = Change {
            signal: id,
            kind: slot.kind,
            quality: slot.quality,
            // A change of the value itself outweighs one of quality.
            flags: if slot.changes > 0 {
                slot.flags & !flags::QUALITY
            } else {
                slot.flags
            },
            integer: 0,
            number: 0.0,
            change_count: slot.changes,
            rise_count: slot.rises,
            time: if slot.origin == LOCAL {
                Time::ZERO
            } else {
                slot.noted
            },
            source: source(slot),
        };
        fill(&mut change, slot.value());
        change
    }
}

/// Stale and fail-safe states come from this host.
const fn source(slot: &Slot) -> u32 {
    match slot.quality {
        Quality::Stale => LOCAL,
        _ => slot.origin,
    }
}

fn fill(change: &mut Change, value: ValueRef<'_>) {
    (change.integer, change.number) = match value {
        ValueRef::Bool(v) => (i64::from(v), f64::from(u8::from(v))),
        ValueRef::Int(v) => (v, v as f64),
        ValueRef::Float(v) => (0, v),
        ValueRef::Text(v) => (v.len() as i64, 0.0),
    };
}
