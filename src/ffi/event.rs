//! The event of Win32 that is set while there is something to poll.

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr;

use windows_sys::Win32::Foundation::{FALSE, TRUE};
use windows_sys::Win32::System::Threading::{CreateEventW, ResetEvent, SetEvent};

use crate::interface::{Flag, RawFlag};

/// A manual-reset event: only the library resets it, so that several threads may wait on it.
#[derive(Debug)]
pub struct Event(OwnedHandle);

impl Event {
    pub fn new() -> io::Result<Self> {
        // SAFETY: no attributes and no name; NULL stands for both.
        let handle = unsafe { CreateEventW(ptr::null(), TRUE, FALSE, ptr::null()) };
        if handle.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the event was just made, and nothing else owns its handle.
        Ok(Self(unsafe { OwnedHandle::from_raw_handle(handle) }))
    }
}

impl Flag for Event {
    fn set(&mut self, up: bool) -> io::Result<()> {
        let handle = self.0.as_raw_handle();
        // SAFETY: the handle is that of the event, which lives as long as `self`.
        let done = unsafe {
            if up {
                SetEvent(handle)
            } else {
                ResetEvent(handle)
            }
        };
        if done == FALSE {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }

    fn raw(&self) -> RawFlag {
        self.0.as_raw_handle()
    }
}
