//! Handles: keys in the shape of a pointer, never dereferenced.

use std::ops::Deref;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::error::{Error, ErrorCode, Result};
use crate::interface::{Interface, Key};

/// One server or client. The pointer is only a number: never read through it.
pub struct rv_interface {
    _opaque: [u8; 0],
}

/// What stands behind a handle.
pub struct Entry {
    interface: Interface,
    /// A configuration that did not fit into the host's buffer, for its next try.
    pub config: Mutex<Option<String>>,
}

impl Entry {
    fn new(interface: Interface) -> Self {
        Self {
            interface,
            config: Mutex::default(),
        }
    }
}

impl Deref for Entry {
    type Target = Interface;

    fn deref(&self) -> &Interface {
        &self.interface
    }
}

/// What the handles of this process stand for. Locked for writing only to create and destroy.
static ENTRIES: RwLock<FxHashMap<Key, Arc<Entry>>> =
    RwLock::new(FxHashMap::with_hasher(FxBuildHasher));

/// The key that a handle is. It may be none that was ever given out.
#[inline]
pub fn key(handle: *mut rv_interface) -> Option<Key> {
    Key::new(handle.addr())
}

#[cold]
fn invalid(handle: *mut rv_interface) -> Error {
    Error::new(
        ErrorCode::Handle,
        if handle.is_null() {
            "the interface handle is NULL: rv_create has to succeed first"
        } else {
            "the interface handle is stale or was never valid: the interface has been destroyed, or the value did not \
             come from rv_create"
        },
    )
}

/// A reference of one's own, for calls that may block.
pub fn get(handle: *mut rv_interface) -> Result<Arc<Entry>> {
    let entry = key(handle).and_then(|key| ENTRIES.read().get(&key).cloned());
    entry.ok_or_else(|| invalid(handle))
}

/// Gives `interface` a handle.
pub fn insert(interface: Interface) -> *mut rv_interface {
    let key = interface.open();
    ENTRIES.write().insert(key, Arc::new(Entry::new(interface)));
    std::ptr::without_provenance_mut(key.get())
}

/// Invalidates `handle` and hands its interface out; from two threads that try, one succeeds.
pub fn remove(handle: *mut rv_interface) -> Result<Arc<Entry>> {
    let entry = key(handle).and_then(|key| ENTRIES.write().remove(&key));
    let entry = entry.ok_or_else(|| invalid(handle))?;
    entry.shut();
    Ok(entry)
}

/// Invalidates every handle.
pub fn remove_all() -> Vec<Arc<Entry>> {
    let entries = std::mem::take(&mut *ENTRIES.write());
    entries
        .into_values()
        .inspect(|entry| entry.shut())
        .collect()
}

#[cfg(test)]
mod tests;
