//! A flag outside of the library, for hosts that wait in an event loop: up while there is something to poll.

use std::fmt::Debug;
use std::io;

/// What the system calls it.
#[cfg(unix)]
pub(crate) type RawFlag = std::os::fd::RawFd;
#[cfg(windows)]
pub(crate) type RawFlag = std::os::windows::io::RawHandle;

/// Something of the system's on which a host can wait. It is made lowered, and never waits itself.
pub(crate) trait Flag: Debug + Send {
    /// Raises it when it is down, or lowers it when it is up.
    fn set(&mut self, up: bool) -> io::Result<()>;

    /// What the host is given. It lives as long as the flag.
    fn raw(&self) -> RawFlag;
}

/// A pipe that is readable while the flag is up. It holds one byte at most, so it never blocks.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct Pipe {
    reader: io::PipeReader,
    writer: io::PipeWriter,
}

#[cfg(unix)]
impl Pipe {
    pub(crate) fn new() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        Ok(Self { reader, writer })
    }
}

#[cfg(unix)]
impl Flag for Pipe {
    fn set(&mut self, up: bool) -> io::Result<()> {
        use std::io::{Read, Write};
        if up {
            self.writer.write_all(&[1])
        } else {
            self.reader.read_exact(&mut [0])
        }
    }

    fn raw(&self) -> RawFlag {
        use std::os::fd::AsRawFd;
        self.reader.as_raw_fd()
    }
}
