//! Change records: what a poll hands to the host.

use crate::time::Time;
use crate::value::{Kind, Quality};

/// Bits of [`Change::flags`].
pub mod flags {
    /// A FIFO lost its oldest entries.
    pub const OVERFLOW: u16 = 1;
    /// Further records wait: this poll's capacity was too small for all.
    pub const MORE: u16 = 2;
    /// The value is the declared fail-safe one.
    pub const FAILSAFE: u16 = 4;
    /// An import has created the signal.
    pub const IMPORTED: u16 = 8;
    /// The quality changed, the value did not.
    pub const QUALITY: u16 = 16;
}

/// What happened to one signal since it was last polled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The signal's id.
    pub signal: u32,
    /// Its kind.
    pub kind: Kind,
    /// Its quality now.
    pub quality: Quality,
    /// Bits of [`flags`].
    pub flags: u16,
    /// A bool as 0 or 1, an int, or a text's length in bytes; 0 for a float.
    pub integer: i64,
    /// A float; also set for bools and ints.
    pub number: f64,
    /// Changes of the value since the last poll.
    pub change_count: u32,
    /// Rising edges of a bool among them.
    pub rise_count: u32,
    /// When the last of them arrived, or when the quality changed; zero for a value of the host's own.
    pub time: Time,
    /// The client it came from, on a server; 1 = the server, on a client; 0 = this host.
    pub source: u32,
}
