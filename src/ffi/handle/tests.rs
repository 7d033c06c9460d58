use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::*;
use crate::ffi::value::{rv_get_int, rv_set_int};
use crate::interface::{Declaration, direct};
use crate::options::Options;
use crate::value::{Access, Direction, Kind};

fn new() -> *mut rv_interface {
    insert(Interface::new(Options::client()).unwrap())
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
    assert_eq!(direct::get(key(first).unwrap(), 0, |_| Some(())), None);
    assert_eq!(code(remove(first)), ErrorCode::Handle);
    for handle in others {
        remove(handle).unwrap().close();
    }
}

#[test]
fn what_was_faulted_before_it_got_its_handle_has_no_short_way() {
    let interface = Interface::new(Options::client()).unwrap();
    interface
        .add_signal(&Declaration::new("A", Kind::Int, Direction::Input))
        .unwrap();
    interface.fault("on purpose");
    let handle = insert(interface);
    assert_eq!(rv_set_int(handle, 0, 1), ErrorCode::Panic as i32);
    remove(handle).unwrap().close();
}

#[test]
fn numbers_that_no_create_returned_are_refused() {
    let live = new();
    let forged = [
        0,
        1,
        usize::MAX,
        usize::MAX >> 1,
        usize::MAX / 2 + 1,
        !live.addr(),
        live.addr() | 1 << (usize::BITS - 1),
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

/// An interface with one int that the host may set.
fn with_signal() -> *mut rv_interface {
    let interface = Interface::new(Options::client()).unwrap();
    let declaration = Declaration {
        access: Some(Access::ReadWrite),
        ..Declaration::new("n", Kind::Int, Direction::Auto)
    };
    assert_eq!(interface.add_signal(&declaration).unwrap(), 0);
    insert(interface)
}

fn value_of(handle: *mut rv_interface) -> (i32, i64) {
    let mut value = 0;
    // SAFETY: a place for the value.
    let code = unsafe { rv_get_int(handle, 0, &raw mut value) };
    (code, value)
}

#[test]
fn a_call_either_reaches_the_interface_that_it_names_or_none() {
    const INTERFACES: usize = 300;
    const DESTROYED: i32 = ErrorCode::Handle as i32;
    // So that the network thread need not start and end each time.
    let lasting = with_signal();
    let current: Vec<AtomicUsize> = (0..4).map(|_| AtomicUsize::new(lasting.addr())).collect();
    let (stop, reached) = (AtomicBool::new(false), AtomicUsize::new(0));
    let own = |handle: usize| handle.cast_signed() as i64;
    std::thread::scope(|scope| {
        for thread in 0..16 {
            let (current, stop, reached) = (&current, &stop, &reached);
            scope.spawn(move || {
                let mut at = thread;
                while !stop.load(Ordering::Relaxed) {
                    at += 1;
                    // Mostly one that lives, sometimes one that is being destroyed or is gone.
                    let handle = current[at % current.len()].load(Ordering::Relaxed);
                    let pointer = std::ptr::without_provenance_mut(handle);
                    for _ in 0..50 {
                        let code = rv_set_int(pointer, 0, own(handle));
                        assert!(code == 0 || code == DESTROYED, "{code}");
                        reached.fetch_add(usize::from(code == 0), Ordering::Relaxed);
                        match value_of(pointer) {
                            (0, value) => assert_eq!(value, own(handle)),
                            (code, _) => assert_eq!(code, DESTROYED),
                        }
                    }
                }
            });
        }
        let creators: Vec<_> = current
            .iter()
            .map(|current| {
                scope.spawn(move || {
                    let mut seen = Vec::new();
                    for _ in 0..INTERFACES {
                        let handle = with_signal();
                        current.store(handle.addr(), Ordering::Relaxed);
                        std::thread::yield_now();
                        let (code, value) = value_of(handle);
                        assert_eq!(code, 0);
                        assert!(value == 0 || value == own(handle.addr()), "a stranger's");
                        remove(handle).unwrap().close();
                        assert_eq!(rv_set_int(handle, 0, 1), DESTROYED);
                        seen.push(handle.addr());
                    }
                    seen
                })
            })
            .collect();
        let mut seen: Vec<usize> = creators
            .into_iter()
            .flat_map(|creator| creator.join().unwrap())
            .collect();
        stop.store(true, Ordering::Relaxed);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 4 * INTERFACES, "a handle came twice");
    });
    assert!(reached.into_inner() > 0);
    remove(lasting).unwrap().close();
}
