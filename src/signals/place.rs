//! Where value tables live: in memory that is used again and again but never given back, so that a call may lock a
//! table before it knows whether the interface that it names still exists.
//!
//! A call brings a key. The key's index leads to a place, without a lock: blocks of places are made once, published by
//! a `OnceLock`, and stay. Whether the key is good is decided under the lock of the place's table, by comparing it with
//! the key that stands in the table. That one changes only under this same lock, so a call is either before a destroy,
//! which then waits for it, or after it, and finds another key. No key is ever given out twice, so a stale one fits
//! nowhere, whoever has the place meanwhile. No reference count and no second lock is needed, and nothing unsafe.

use std::num::NonZeroUsize;
use std::sync::OnceLock;

use parking_lot::{Mutex, MutexGuard};

use crate::signals::table::Table;

/// One interface among all that this process ever has. The low bits are the index of its place, the others count who
/// had the place, from 1.
pub(crate) type Key = NonZeroUsize;

/// Low bits of a key that hold the index.
pub(crate) const INDEX_BITS: u32 = if usize::BITS >= 64 { 32 } else { 12 };
const INDEX_MASK: usize = (1 << INDEX_BITS) - 1;
/// A place that has had so many is used no more, so that no key ever comes back.
const LAST_GENERATION: usize = usize::MAX >> INDEX_BITS;

/// Neighbours do not share a cache line.
#[repr(align(128))]
#[derive(Debug, Default)]
struct Place {
    table: Mutex<Table>,
}

/// The first block has so many places, as a power of two, and each further one twice as many as the one before.
const FIRST_BITS: u32 = 2;

static BLOCKS: [OnceLock<Box<[Place]>>; (INDEX_BITS - FIRST_BITS + 1) as usize] =
    [const { OnceLock::new() }; (INDEX_BITS - FIRST_BITS + 1) as usize];

/// The block of a place, and where it is in there.
#[inline]
const fn position(index: usize) -> (usize, usize) {
    let at = index + (1 << FIRST_BITS);
    let bits = at.ilog2();
    ((bits - FIRST_BITS) as usize, at ^ (1 << bits))
}

#[inline]
fn place(index: usize) -> Option<&'static Place> {
    let (block, at) = position(index);
    BLOCKS.get(block)?.get()?.get(at)
}

/// As [`place`], for one that may not have been made yet.
fn made(index: usize) -> Option<&'static Place> {
    let (block, at) = position(index);
    let make = || {
        let places = 1 << (block + FIRST_BITS as usize);
        (0..places).map(|_| Place::default()).collect()
    };
    BLOCKS.get(block)?.get_or_init(make).get(at)
}

struct Pool {
    /// The next keys of places that were given back.
    free: Vec<Key>,
    /// How many places were ever given out; their indices are the numbers below.
    used: usize,
}

static POOL: Mutex<Pool> = Mutex::new(Pool {
    free: Vec::new(),
    used: 0,
});

impl Pool {
    fn take(&mut self) -> Option<Key> {
        if let Some(key) = self.free.pop() {
            return Some(key);
        }
        let index = self.used;
        if index > INDEX_MASK {
            return None;
        }
        self.used += 1;
        NonZeroUsize::new(1 << INDEX_BITS | index)
    }

    fn give_back(&mut self, key: Key) {
        let next = key.get().checked_add(1 << INDEX_BITS);
        if let Some(next) = next.and_then(NonZeroUsize::new)
            && next.get() >> INDEX_BITS < LAST_GENERATION
        {
            self.free.push(next);
        }
    }
}

/// A place of one's own, for the life of one interface.
#[derive(Debug)]
pub(super) struct Claim {
    key: Key,
    place: &'static Place,
}

impl Claim {
    /// `None`: there are as many interfaces as keys can tell apart.
    pub(super) fn new() -> Option<Self> {
        let key = POOL.lock().take()?;
        let place = made(key.get() & INDEX_MASK)?;
        Some(Self { key, place })
    }

    pub(super) fn lock(&self) -> MutexGuard<'static, Table> {
        self.place.table.lock()
    }

    pub(super) const fn key(&self) -> Key {
        self.key
    }
}

impl Drop for Claim {
    /// Only the place itself is kept: what the table has allocated goes.
    fn drop(&mut self) {
        let former = std::mem::take(&mut *self.lock());
        drop(former);
        POOL.lock().give_back(self.key);
    }
}

/// Locks the table that is open to this key, if there is one.
#[inline(always)]
pub(crate) fn lock(key: Key) -> Option<MutexGuard<'static, Table>> {
    let table = place(key.get() & INDEX_MASK)?.table.lock();
    (table.key == Some(key)).then_some(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(generation: usize, index: usize) -> Key {
        NonZeroUsize::new(generation << INDEX_BITS | index).unwrap()
    }

    #[test]
    fn every_index_has_a_position_of_its_own() {
        let mut next = (0, 0);
        for index in 0..1000 {
            assert_eq!(position(index), next, "{index}");
            next.1 += 1;
            if next.1 == 1 << (next.0 + FIRST_BITS as usize) {
                next = (next.0 + 1, 0);
            }
        }
        assert!(position(INDEX_MASK).0 < BLOCKS.len());
    }

    #[test]
    fn a_place_is_used_again_under_another_key() {
        let mut pool = Pool {
            free: Vec::new(),
            used: 0,
        };
        assert_eq!(pool.take(), Some(key(1, 0)));
        assert_eq!(pool.take(), Some(key(1, 1)));
        pool.give_back(key(1, 0));
        assert_eq!(pool.take(), Some(key(2, 0)));
        assert_eq!(pool.take(), Some(key(1, 2)));
        assert_eq!(pool.used, 3);
    }

    #[test]
    fn a_place_without_generations_left_is_retired_and_there_is_an_end_of_places() {
        let mut pool = Pool {
            free: Vec::new(),
            used: INDEX_MASK,
        };
        pool.give_back(key(LAST_GENERATION - 2, 7));
        assert_eq!(pool.take(), Some(key(LAST_GENERATION - 1, 7)));
        pool.give_back(key(LAST_GENERATION - 1, 7));
        assert_eq!(pool.take(), Some(key(1, INDEX_MASK)));
        assert_eq!(pool.take(), None);
    }

    #[test]
    fn a_table_is_locked_by_its_key_only_while_it_is_open_to_it() {
        let claim = Claim::new().unwrap();
        let own = claim.key();
        assert!(lock(own).is_none());
        claim.lock().key = Some(own);
        assert!(lock(own).is_some());
        let forged = [1, INDEX_MASK, usize::MAX, own.get() + (1 << INDEX_BITS)];
        for key in forged {
            assert!(lock(NonZeroUsize::new(key).unwrap()).is_none(), "{key:#x}");
        }
        drop(claim);
        assert!(lock(own).is_none());
    }

    #[test]
    fn what_a_table_has_allocated_goes_with_its_claim() {
        let claim = Claim::new().unwrap();
        let held = std::sync::Arc::downgrade(&claim.lock().records);
        assert!(held.upgrade().is_some());
        drop(claim);
        assert!(held.upgrade().is_none());
    }

    #[test]
    fn a_thousand_claims_one_after_the_other_need_no_more_memory_than_those_at_once() {
        let before = POOL.lock().used;
        for _ in 0..1000 {
            drop(Claim::new().unwrap());
        }
        // Other tests run meanwhile, a few at once.
        assert!(POOL.lock().used - before < 200);
    }
}
