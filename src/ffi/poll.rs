//! Polling: what came from outside, what happened, what was logged.

use std::ffi::{c_char, c_void};

#[cfg(windows)]
use super::event::Event;
use super::guard::Success;
use super::handle::rv_interface;
use super::lifecycle::ms;
use super::records::{rv_change, rv_event, rv_log_record};
use super::{guard, memory, string};
use crate::error::{Error, ErrorCode, Result};
use crate::interface::{Interface, direct};

/// Copies the signals that changed since the last poll, in the order of their first change: at most `capacity` of
/// them, one record for a signal. Only what comes from outside (peers, imports, lost connections) is reported, not
/// the host's own sets. There is one change log, and so one place to poll it from.
///
/// With a capacity of at least `rv_signal_count`, values that arrived in one message are never torn apart; with less,
/// `RV_CHANGE_MORE` says so. Waits for nothing and allocates nothing.
///
/// Returns the number of records, 0 when nothing has changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_poll_changes(
    iface: *mut rv_interface,
    out: *mut rv_change,
    capacity: u32,
) -> i32 {
    let capacity = capacity.min(i32::MAX.unsigned_abs()) as usize;
    let short = move |key| {
        // SAFETY: the header asks for room for `capacity` records at `out`, or NULL.
        let out = unsafe { memory::slots(out, capacity, "out") }.ok()?;
        direct::poll_changes(key, capacity, |index, change| {
            out[index].write(change.into());
        })
    };
    match guard::short(iface, short) {
        Some(0) => 0,
        Some(count) => {
            guard::afterwards(iface, Interface::polled);
            count.code()
        }
        None => guard::long(iface, move |interface| {
            // SAFETY: as above.
            let out = unsafe { memory::slots(out, capacity, "out") }?;
            interface.poll_changes(capacity, |index, change| {
                out[index].write(change.into());
            })
        }),
    }
}

/// Copies the text of record number `record`, from 0, of the last `rv_poll_changes`, as it was when the record was
/// made: of a signal with a FIFO, that entry's text. The next poll forgets it.
///
/// Returns `RV_OK`; `RV_ERR_NOT_FOUND` when the last poll gave no such record; `RV_ERR_BUFFER` with the size in
/// `*required`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_get_change_text(
    iface: *mut rv_interface,
    record: u32,
    buf: *mut c_char,
    capacity: usize,
    required: *mut usize,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for `capacity` bytes at `buf` and a `size_t` at `required`, or NULL.
        let out = unsafe { string::out(buf, capacity, required) }?;
        interface.with_change_text(record, |text| out.write(text))?
    })
}

/// Takes the oldest event and copies it to `*out`, and what it says to `text`, which is never longer than the largest
/// message. `text` NULL, `capacity` 0 and `required` NULL together leave the text out. Events nobody takes are
/// dropped after a while, oldest first, and counted in `rv_stats.events_dropped`.
///
/// Returns 1 for an event, 0 when there is none, or `RV_ERR_BUFFER` with the size in `*required`: the event stays.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_poll_event(
    iface: *mut rv_interface,
    out: *mut rv_event,
    text: *mut c_char,
    capacity: usize,
    required: *mut usize,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for an `rv_event` at `out`, or NULL.
        let out = unsafe { memory::out(out, "out") }?;
        // SAFETY: the header asks for `capacity` bytes at `text` and a `size_t` at `required`, or NULL.
        let mut text = Some(unsafe { string::optional_out(text, capacity, required, "text") }?);
        let polled = interface
            .poll_event(|event| consume(text.take(), &event.text, || out.write(event.into())))?;
        finish(polled, text)
    })
}

/// Takes the oldest log record and copies it to `*out`, and its text to `text`. Pass `sizeof(rv_log_record)` as
/// `out_size`. As `rv_poll_event`, with `rv_stats.log_dropped`.
///
/// Returns 1 for a record, 0 when there is none, `RV_ERR_STRUCT_SIZE`, or `RV_ERR_BUFFER` with the size in
/// `*required`: the record stays.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_poll_log(
    iface: *mut rv_interface,
    out: *mut rv_log_record,
    out_size: u32,
    text: *mut c_char,
    capacity: usize,
    required: *mut usize,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for `out_size` writable bytes at `out`, or NULL.
        let out = unsafe { memory::record(out, out_size, "out") }?;
        // SAFETY: the header asks for `capacity` bytes at `text` and a `size_t` at `required`, or NULL.
        let mut text = Some(unsafe { string::optional_out(text, capacity, required, "text") }?);
        let polled = interface
            .poll_log(|record| consume(text.take(), &record.text, || out.write(&record.into())))?;
        finish(polled, text)
    })
}

/// Whether the entry is used up: only if its text had room.
fn consume(
    text: Option<string::TextOut<'_>>,
    content: &str,
    write: impl FnOnce(),
) -> (bool, Result<()>) {
    let written = text.map_or(Ok(()), |text| text.write(content));
    if written.is_ok() {
        write();
    }
    (written.is_ok(), written)
}

fn finish(polled: Option<Result<()>>, text: Option<string::TextOut<'_>>) -> Result<bool> {
    if let Some(text) = text {
        text.none();
    }
    polled.transpose().map(|taken| taken.is_some())
}

/// Waits until there is something to poll: a change or an event. Log records wake nobody.
///
/// Blocks for at most `timeout_ms`; 0 only asks. For a thread of its own; a host with a cycle just polls.
///
/// Returns 1 when there is something, 0 when the time is up.
#[unsafe(no_mangle)]
pub extern "C" fn rv_wait(iface: *mut rv_interface, timeout_ms: u32) -> i32 {
    guard::with(iface, |interface| interface.wait(ms(timeout_ms)))
}

/// Returns a file descriptor that is readable as long as there is a change or an event to poll, for `poll`, `select`,
/// `epoll` or an event loop. It belongs to the library: do not read from it, write to it or close it. `rv_destroy`
/// wakes who waits for it, and closes it.
///
/// Returns `RV_ERR_UNSUPPORTED` on Windows, which has `rv_event_handle`; `RV_ERR_SYSTEM` when there are no more
/// descriptors.
#[unsafe(no_mangle)]
pub extern "C" fn rv_event_fd(iface: *mut rv_interface) -> i32 {
    #[cfg(unix)]
    return guard::with(iface, Interface::event_fd);
    #[cfg(not(unix))]
    guard::with(iface, |_| {
        unsupported::<i32>("there are file descriptors only on Unix: use rv_event_handle")
    })
}

/// Gives the handle of an event that is set as long as there is a change or an event to poll, for
/// `WaitForSingleObject`, `WaitForMultipleObjects`, `RegisterWaitForSingleObject` or an event loop: `*out` is a
/// `HANDLE`, each time the same one. The event is reset by polling what there is (a manual-reset event). It belongs to
/// the library: do not set, reset or close it. `rv_destroy` wakes who waits for it, and closes it.
///
/// Returns `RV_OK`; `RV_ERR_UNSUPPORTED` on other systems than Windows, which have `rv_event_fd`; `RV_ERR_SYSTEM` when
/// there are no more handles.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_event_handle(iface: *mut rv_interface, out: *mut *mut c_void) -> i32 {
    // SAFETY: the header asks for a pointer at `out`, or NULL.
    let checked = || unsafe { memory::out(out, "out") };
    #[cfg(windows)]
    return guard::with(iface, |interface| {
        let out = checked()?;
        let handle = interface.event_flag(|| Ok(Box::new(Event::new()?)))?;
        out.write(handle);
        Ok(())
    });
    #[cfg(not(windows))]
    guard::with(iface, |_| {
        checked()?;
        unsupported::<()>("there are event handles only on Windows: use rv_event_fd")
    })
}

fn unsupported<T>(why: &str) -> Result<T> {
    Err(Error::new(ErrorCode::Unsupported, why))
}
