//! The short way of the calls that a host makes for every signal in every cycle.
//!
//! They come with a key and take one lock, that of the values, under which the key is found good or not. Whatever is
//! out of the ordinary gives `None` without having done anything: the key is not good (never given out, destroyed,
//! faulted), no such signal, another kind, no right to set it. The methods of [`Interface`](super::Interface) then
//! find out what it is and say so.

use crate::interface::signal::store;
use crate::interface::{Change, Interface};
use crate::signals::{Key, check_value, lock};
use crate::value::ValueRef;

impl Interface {
    /// Opens the short way to whoever has the key.
    pub(crate) fn open(&self) -> Key {
        let key = self.shared.signals.open();
        // A fault before this found nothing to shut; one after it shuts by itself.
        if self.shared.is_faulted() {
            self.shut();
        }
        key
    }

    /// Ends the short way; calls on it are over when this returns.
    pub(crate) fn shut(&self) {
        self.shared.signals.shut();
    }
}

/// As [`Interface::set`]. `Some(true)`: [`Interface::wake_sender`] is to be called.
#[inline(always)]
pub(crate) fn set(key: Key, id: u32, value: ValueRef<'_>) -> Option<bool> {
    check_value(value).ok()?;
    store(&mut *lock(key)?, id, value).ok()
}

/// As [`Interface::get_bool`] and its like: `read` gives `None` for a value of another kind.
#[inline(always)]
pub(crate) fn get<R>(key: Key, id: u32, read: impl FnOnce(ValueRef<'_>) -> Option<R>) -> Option<R> {
    read(lock(key)?.value(id)?)
}

/// As [`Interface::poll_changes`]. If there were any, [`Interface::polled`] is to be called.
#[inline(always)]
pub(crate) fn poll_changes(
    key: Key,
    capacity: usize,
    out: impl FnMut(usize, Change),
) -> Option<usize> {
    Some(lock(key)?.poll(capacity, out))
}
