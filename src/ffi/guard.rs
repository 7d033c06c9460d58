//! What every export does around its call: fork check, handle, panics, result code, last error.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::fork;
use super::handle::{self, Entry, rv_interface};
use crate::error::{Error, ErrorCode, Result};
use crate::escape::beginning;
use crate::interface::{Interface, Key};

/// What a call can return through a result code.
pub trait Success {
    /// The code, at least 0.
    fn code(self) -> i32;
}

impl Success for () {
    fn code(self) -> i32 {
        0
    }
}

impl Success for bool {
    fn code(self) -> i32 {
        i32::from(self)
    }
}

impl Success for i32 {
    fn code(self) -> i32 {
        self
    }
}

impl Success for u32 {
    fn code(self) -> i32 {
        i32::try_from(self).unwrap_or(i32::MAX)
    }
}

impl Success for usize {
    fn code(self) -> i32 {
        i32::try_from(self).unwrap_or(i32::MAX)
    }
}

/// Runs a call that has no handle.
pub fn call<T: Success>(body: impl FnOnce() -> Result<T>) -> i32 {
    finish(fork::check().and_then(|()| catch(body)))
}

/// Runs a call on an interface. It may block, and the interface may be destroyed meanwhile.
pub fn with<T: Success>(
    iface: *mut rv_interface,
    body: impl FnOnce(&Interface) -> Result<T>,
) -> i32 {
    with_entry(iface, |entry| body(entry))
}

/// As [`with`], for calls that keep something beside the interface.
pub fn with_entry<T: Success>(
    iface: *mut rv_interface,
    body: impl FnOnce(&Entry) -> Result<T>,
) -> i32 {
    finish(fork::check().and_then(|()| {
        let entry = handle::get(iface)?;
        catch_on(&entry, |_| body(&entry))
    }))
}

/// The short way of what a host does for every signal in every cycle; `body` gets the handle as a key. `None`: it has
/// done nothing, and [`long`] does it all or says what is wrong.
///
/// `body` should own what it needs: what is passed by reference goes through memory, and a lock waits for every store
/// before it.
#[inline(always)]
pub fn short<T>(iface: *mut rv_interface, body: impl FnOnce(Key) -> Option<T>) -> Option<T> {
    let key = handle::key(iface)?;
    if fork::is_child() {
        return None;
    }
    catch_unwind(AssertUnwindSafe(|| body(key))).unwrap_or_else(|payload| {
        fault(iface, &*payload);
        None
    })
}

/// After [`short`]: as [`with`].
#[cold]
#[inline(never)]
pub fn long<T: Success>(
    iface: *mut rv_interface,
    body: impl FnOnce(&Interface) -> Result<T>,
) -> i32 {
    with(iface, body)
}

#[cold]
fn fault(iface: *mut rv_interface, payload: &(dyn Any + Send)) {
    afterwards(iface, |interface| interface.fault(reason(payload)));
}

/// What remains to be done of a call that has succeeded: nothing, if the interface is gone meanwhile.
#[cold]
#[inline(never)]
pub fn afterwards(iface: *mut rv_interface, rest: impl FnOnce(&Interface)) {
    if let Ok(entry) = handle::get(iface) {
        let _ = catch_on(&entry, |interface| {
            rest(interface);
            Ok(())
        });
    }
}

#[inline]
fn catch_on<T>(interface: &Interface, body: impl FnOnce(&Interface) -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(|| body(interface))).unwrap_or_else(|payload| {
        // A second panic in here must not cross either.
        let _ = catch_unwind(AssertUnwindSafe(|| interface.fault(reason(&*payload))));
        Err(panicked(&*payload))
    })
}

fn catch<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| Err(panicked(&*payload)))
}

fn reason(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason given")
}

#[cold]
fn panicked(payload: &(dyn Any + Send)) -> Error {
    let reason = reason(payload);
    Error::new(
        ErrorCode::Panic,
        format!(
            "defect in realvirtual-ws {}: {reason}; this interface can no longer be used, destroy it and please \
             report this message",
            env!("CARGO_PKG_VERSION")
        ),
    )
}

#[inline]
fn finish<T: Success>(result: Result<T>) -> i32 {
    match result {
        Ok(value) => value.code(),
        Err(error) => fail(&error),
    }
}

/// Longer messages are cut; a fixed buffer needs no destructor, which could run after the library was unloaded.
const MESSAGE_BYTES: usize = 1024;

struct LastError {
    length: usize,
    text: [u8; MESSAGE_BYTES],
}

thread_local! {
    static LAST: RefCell<LastError> = const {
        RefCell::new(LastError { length: 0, text: [0; MESSAGE_BYTES] })
    };
}

/// Remembers `error` as this thread's last one and returns its code.
#[cold]
pub fn fail(error: &Error) -> i32 {
    let message = beginning(error.message(), MESSAGE_BYTES);
    LAST.with_borrow_mut(|last| {
        last.text[..message.len()].copy_from_slice(message.as_bytes());
        last.length = message.len();
    });
    error.code() as i32
}

/// Hands this thread's last message to `f`; empty when nothing has failed.
pub fn with_last<R>(f: impl FnOnce(&str) -> R) -> R {
    LAST.with_borrow(|last| f(std::str::from_utf8(&last.text[..last.length]).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::direct;
    use crate::options::Options;
    use crate::value::ValueRef;

    fn handle() -> *mut rv_interface {
        handle::insert(Interface::new(Options::client()).unwrap())
    }

    #[test]
    fn a_panic_becomes_a_code_and_faults_only_its_interface() {
        let (broken, sound) = (handle(), handle());
        let set = |iface, panics: bool| {
            let body = |key| {
                assert!(!panics, "on purpose");
                direct::set(key, 0, ValueRef::Bool(true))
            };
            assert_eq!(short(iface, body), None);
            long(iface, |interface| interface.set(0, ValueRef::Bool(true)))
        };
        assert_eq!(set(broken, true), ErrorCode::Panic as i32);
        with_last(|text| assert!(text.contains("on purpose"), "{text}"));
        assert_eq!(set(broken, false), ErrorCode::Panic as i32);
        assert_eq!(set(sound, false), ErrorCode::NotFound as i32);
        assert_eq!(
            with(sound, |_| -> Result<()> { panic!("{}", "formatted") }),
            ErrorCode::Panic as i32
        );
        with_last(|text| assert!(text.contains("formatted"), "{text}"));
        assert_eq!(
            call(|| -> Result<()> { panic!("no handle") }),
            ErrorCode::Panic as i32
        );
        for handle in [broken, sound] {
            handle::remove(handle).unwrap().close();
        }
    }

    #[test]
    fn long_messages_are_cut_between_characters() {
        let text = "ä".repeat(MESSAGE_BYTES);
        let code = fail(&Error::new(ErrorCode::State, format!("x{text}")));
        assert_eq!(code, ErrorCode::State as i32);
        with_last(|text| assert_eq!(text.len(), MESSAGE_BYTES - 1));
    }

    #[test]
    fn counts_beyond_the_code_range_saturate() {
        assert_eq!(u32::MAX.code(), i32::MAX);
        assert_eq!(usize::MAX.code(), i32::MAX);
        assert_eq!(true.code(), 1);
    }
}
