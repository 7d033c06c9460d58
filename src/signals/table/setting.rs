//! What the host sets.

use crate::signals::slot::{join, special, split};
use crate::signals::table::Table;
use crate::time::Time;
use crate::value::{Kind, Quality, ValueRef};

/// Why a host's set was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetRefused {
    NotFound,
    Kind(Kind),
    NotWritable,
}

/// What became of a value of the host's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    /// It is what stands already.
    Same,
    /// It is the first that is to be sent since somebody was told.
    First,
    Further,
}

impl Table {
    #[inline]
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

    /// Takes a value from the host. `Ok(true)`: there is something to send, and nobody was told yet; then
    /// [`Table::set_first_at`] is to be called.
    #[inline(always)]
    pub(crate) fn set(&mut self, id: u32, value: ValueRef<'_>) -> Result<bool, SetRefused> {
        self.check_set(id, value.kind())?;
        if self.slots[id as usize].special != 0 {
            let (bits, text) = split(value);
            return Ok(self.set_special(id, value.kind(), bits, text));
        }
        Ok(self.put(id, value, false) == Put::First)
    }

    /// The value comes in registers: in memory it would be written before the lock is taken, which waits for that, at
    /// every set of a plain signal as well.
    #[cold]
    #[inline(never)]
    fn set_special(&mut self, id: u32, kind: Kind, bits: u64, text: &str) -> bool {
        let value = join(kind, bits, text);
        if self.staging.is_some() {
            self.stage(id, value)
        } else {
            self.put(id, value, true) == Put::First
        }
    }

    /// Takes several values of the host's that [`Table::check_set`] has found good, all for one frame. As [`Table::set`].
    pub(crate) fn set_all<'a>(
        &mut self,
        values: impl Iterator<Item = (u32, ValueRef<'a>)> + Clone,
    ) -> bool {
        if self.staging.is_some() {
            self.stage_all(values)
        } else {
            self.put_all(values).0
        }
    }

    /// As [`Table::set_all`], for what is no longer held back. The second number counts what was nothing new.
    pub(super) fn put_all<'a>(
        &mut self,
        values: impl Iterator<Item = (u32, ValueRef<'a>)> + Clone,
    ) -> (bool, u64) {
        // Before the first of them, so that they stay in one frame.
        let undoes = |(id, value)| self.undoes(id, value);
        if !self.unsent.is_empty() && values.clone().any(undoes) {
            self.seal();
        }
        let (mut first, mut same) = (false, 0);
        for (id, value) in values {
            let special = self.slots[id as usize].is(special::EXTRA);
            match self.put(id, value, special) {
                Put::First => first = true,
                Put::Further => {}
                Put::Same => same += 1,
            }
        }
        (first, same)
    }

    /// The host has set the first of what is unsent now: it tells, the clock is not ours.
    pub(crate) fn set_first_at(&mut self, now: Time) {
        let since = match &mut self.staging {
            Some(staging) => &mut staging.since,
            None => &mut self.unsent_since,
        };
        *since = Some(now);
    }

    /// When the host set the first of what goes out now.
    pub(crate) fn take_unsent_since(&mut self) -> Option<Time> {
        self.unsent_since.take()
    }

    /// Stores a value of the host's for sending. `special`: the signal may be one.
    #[inline(always)]
    pub(super) fn put(&mut self, id: u32, value: ValueRef<'_>, special: bool) -> Put {
        let slot = &mut self.slots[id as usize];
        if slot.host_repeats(value) {
            return Put::Same;
        }
        // A pulse leads back to the level that the frame before carried, so most sets have nothing to do with one.
        let back = value == ValueRef::Bool(slot.base);
        if special {
            self.before_unsent(id, value);
        }
        let mut again = !self.unsent.insert(id);
        if !special && back && again {
            // As before_unsent, of which a plain signal needs no more.
            if self.seal() {
                again = !self.unsent.insert(id);
            } else {
                self.collapsed += 1;
            }
        }
        let slot = &mut self.slots[id as usize];
        slot.host_writes();
        slot.store(value);
        slot.quality = Quality::Good;
        slot.failsafe = false;
        self.coalesced += u64::from(again && !(special && self.has_fifo(id)));
        if std::mem::replace(&mut self.announced, true) {
            Put::Further
        } else {
            Put::First
        }
    }
}
