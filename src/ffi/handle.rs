//! Handles: an index and a generation in the shape of a pointer, never dereferenced.

use std::ops::Deref;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

use super::fork;
use crate::error::{Error, ErrorCode, Result};
use crate::interface::Interface;

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

/// Low bits of a handle that hold the index; the others hold the generation.
const INDEX_BITS: u32 = if usize::BITS >= 64 { 32 } else { 12 };
const INDEX_MASK: usize = (1 << INDEX_BITS) - 1;
const LAST_GENERATION: usize = usize::MAX >> INDEX_BITS;

struct Slot {
    /// Of the entry in the slot, or else of the next one. It starts at 1, so that no handle is NULL; a slot that
    /// has used up its generations stays empty, so that no handle ever comes back.
    generation: usize,
    entry: Option<Arc<Entry>>,
}

/// Locked for writing only to create and destroy.
static TABLE: RwLock<Vec<Slot>> = RwLock::new(Vec::new());

fn split(handle: *mut rv_interface) -> (usize, usize) {
    let bits = handle.addr();
    (bits & INDEX_MASK, bits >> INDEX_BITS)
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

/// Looks `handle` up. The one way from a number to an interface.
#[inline]
fn find(table: &[Slot], handle: *mut rv_interface) -> Option<&Arc<Entry>> {
    let (index, generation) = split(handle);
    let slot = table.get(index)?;
    if slot.generation != generation {
        return None;
    }
    slot.entry.as_ref()
}

/// A reference of one's own, for calls that may block.
pub fn get(handle: *mut rv_interface) -> Result<Arc<Entry>> {
    find(&TABLE.read(), handle)
        .cloned()
        .ok_or_else(|| invalid(handle))
}

/// Runs `body` with the table locked for reading. `body` must not block and must not use handles.
#[inline]
pub fn borrow<R>(handle: *mut rv_interface, body: impl FnOnce(&Interface) -> R) -> Result<R> {
    match find(&TABLE.read(), handle) {
        Some(entry) => Ok(body(entry)),
        None => Err(invalid(handle)),
    }
}

/// Gives `interface` a handle.
pub fn insert(interface: Interface) -> Result<*mut rv_interface> {
    fork::arm();
    let mut table = TABLE.write();
    let free = table
        .iter()
        .position(|slot| slot.entry.is_none() && slot.generation < LAST_GENERATION);
    let index = match free {
        Some(index) => index,
        None if table.len() > INDEX_MASK => {
            drop(table);
            interface.close();
            return Err(Error::new(
                ErrorCode::Limit,
                "there are too many interfaces: destroy those that are no longer used",
            ));
        }
        None => {
            table.push(Slot {
                generation: 1,
                entry: None,
            });
            table.len() - 1
        }
    };
    table[index].entry = Some(Arc::new(Entry::new(interface)));
    Ok(std::ptr::without_provenance_mut(
        table[index].generation << INDEX_BITS | index,
    ))
}

/// Invalidates `handle` and hands its interface out; from two threads that try, one succeeds.
pub fn remove(handle: *mut rv_interface) -> Result<Arc<Entry>> {
    let mut table = TABLE.write();
    if find(&table, handle).is_none() {
        return Err(invalid(handle));
    }
    table
        .get_mut(split(handle).0)
        .and_then(take)
        .ok_or_else(|| invalid(handle))
}

/// Invalidates every handle.
pub fn remove_all() -> Vec<Arc<Entry>> {
    TABLE.write().iter_mut().filter_map(take).collect()
}

fn take(slot: &mut Slot) -> Option<Arc<Entry>> {
    let entry = slot.entry.take()?;
    slot.generation += 1;
    Some(entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    fn new() -> *mut rv_interface {
        insert(Interface::new(Options::client()).unwrap()).unwrap()
    }

    fn code<T>(result: Result<T>) -> ErrorCode {
        result.err().unwrap().code()
    }

    #[test]
    fn a_destroyed_handle_stays_invalid_although_its_slot_is_used_again() {
        let first = new();
        assert!(get(first).is_ok());
        remove(first).unwrap().close();
        let others: Vec<_> = (0..8).map(|_| new()).collect();
        assert!(!others.contains(&first));
        assert_eq!(code(get(first)), ErrorCode::Handle);
        assert_eq!(code(borrow(first, |_| ())), ErrorCode::Handle);
        assert_eq!(code(remove(first)), ErrorCode::Handle);
        for handle in others {
            remove(handle).unwrap().close();
        }
    }

    #[test]
    fn numbers_that_no_create_returned_are_refused() {
        let live = new();
        let same_slot = split(live).0;
        let forged = [
            0,
            1,
            INDEX_MASK,
            usize::MAX,
            usize::MAX - INDEX_MASK,
            same_slot,
            LAST_GENERATION << INDEX_BITS | same_slot,
        ];
        for bits in forged {
            assert_eq!(
                code(get(std::ptr::without_provenance_mut(bits))),
                ErrorCode::Handle,
                "{bits:#x}"
            );
        }
        remove(live).unwrap().close();
    }

    #[test]
    fn of_many_threads_that_destroy_one_succeeds() {
        let handle = new().addr();
        let destroyed: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(move || {
                        remove(std::ptr::without_provenance_mut(handle))
                            .map(|interface| interface.close())
                            .is_ok()
                    })
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| usize::from(thread.join().unwrap()))
                .sum()
        });
        assert_eq!(destroyed, 1);
    }

    #[test]
    fn a_slot_without_generations_left_is_retired() {
        let mut slot = Slot {
            generation: LAST_GENERATION - 1,
            entry: Some(Arc::new(Entry::new(
                Interface::new(Options::client()).unwrap(),
            ))),
        };
        take(&mut slot).unwrap().close();
        assert_eq!(slot.generation, LAST_GENERATION);
        assert!(take(&mut slot).is_none());
    }
}
