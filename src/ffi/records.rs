//! The structs that carry values, events and reports.

use std::ffi::c_char;

use safer_ffi::prelude::*;

use super::memory::Growing;

/// A value that goes in. Frozen.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rv_value {
    /// The signal's id. Not looked at in `rv_signal_options`.
    pub signal: u32,
    /// An `rv_kind`; it says which of the fields below counts, and must be the signal's own.
    pub kind: u32,
    /// Bool (0 = false, anything else = true) and int.
    pub integer: i64,
    /// Float.
    pub number: f64,
    /// Text: NUL-terminated UTF-8, copied before the call returns.
    pub text: *const c_char,
}

/// A signal's value and what became of it. 48 bytes, frozen.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rv_change {
    /// The signal's id.
    pub signal: u32,
    /// An `rv_kind`.
    pub kind: u8,
    /// An `rv_quality`.
    pub quality: u8,
    /// Bits of `rv_change_flag`; ignore those you do not know.
    pub flags: u16,
    /// Bool (0 or 1), int, or a text's length in bytes without the NUL.
    pub integer: i64,
    /// Float; also set for bool and int.
    pub number: f64,
    /// How often the value changed since it was last polled; stays at the largest number.
    pub change_count: u32,
    /// Bool: how many of these changes were from 0 to 1. A pulse that was shorter than the time between two polls has
    /// `integer` 0 and `rise_count` 1.
    pub rise_count: u32,
    /// When it arrived, or when the quality changed, in microseconds of a monotonic clock that starts anywhere. 0 for a
    /// value that the host has set: it knows when.
    pub time_us: i64,
    /// Server: the id of the client it came from. Client: 1 = the server. 0 = this host: fail-safe, connection lost.
    pub source: u32,
    /// 0.
    pub reserved: u32,
}

/// Something that happened. Frozen.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rv_event {
    /// An `rv_event_type`; ignore those you do not know.
    pub r#type: u32,
    /// Server: the client's id, or 0.
    pub client: u32,
    /// The token of the call that this completes, or the one to answer with, or 0.
    pub token: u32,
    /// 0 or more, or an `rv_result` that says what failed.
    pub result: i32,
    /// When it happened, on the clock of `rv_change.time_us`.
    pub time_us: i64,
    /// The id of the signal that it is about, or 0.
    pub signal: u32,
    /// 0.
    pub reserved: u32,
}

/// What an interface is doing.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rv_info {
    /// An `rv_mode`.
    pub mode: u32,
    /// An `rv_state`.
    pub state: u32,
    /// The TCP port: a server's real one, also when the option was 0.
    pub port: u32,
    /// Server: connected clients. Client: 1 while connected, else 0.
    pub clients: u32,
    /// Number of signals.
    pub signals: u32,
    /// The `rv_result` of the last failure of the connection or the listener, `RV_OK` if there was none.
    pub last_error: i32,
    /// Client: attempts since the last stable connection.
    pub reconnect_attempts: u32,
    /// Server: the id of the client that connected last, or 0.
    pub last_client: u32,
}

/// What an interface has counted since it was created. Every value that was lost or refused is in one of these.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rv_stats {
    /// Messages received.
    pub frames_in: u64,
    /// Messages sent.
    pub frames_out: u64,
    /// Bytes of messages received.
    pub bytes_in: u64,
    /// Bytes of messages sent.
    pub bytes_out: u64,
    /// Values received for signals that exist, and that fit them; `unknown_signal` and `rejected_type` are the others.
    /// Each has changed a signal, or is counted in `echoes` or `rejected_direction`.
    pub values_in: u64,
    /// Values handed to connections.
    pub values_out: u64,
    /// Received values that changed a signal.
    pub changes: u64,
    /// Values that a newer one replaced before they were sent, or before they were polled.
    pub coalesced: u64,
    /// Bool pulses that were set but not sent: rises made minus rises sent.
    pub pulses_collapsed: u64,
    /// Entries that a signal's full queue dropped.
    pub queue_overflow: u64,
    /// Received values for names that are no signal.
    pub unknown_signal: u64,
    /// Received values that do not fit their signal's kind.
    pub rejected_type: u64,
    /// Received values for signals that only the host writes.
    pub rejected_direction: u64,
    /// Received values that lost something when they were converted, such as 1.5 for an int.
    pub lossy: u64,
    /// Requests refused because the peer may not make them.
    pub denied: u64,
    /// Messages that are not what the protocol asks for.
    pub malformed: u64,
    /// Messages of unknown types.
    pub unknown_message: u64,
    /// Peers disconnected because they did not read.
    pub slow_peer_closed: u64,
    /// Connections made.
    pub connects: u64,
    /// Connections lost or closed.
    pub disconnects: u64,
    /// Server: connections refused before they became WebSockets.
    pub refused_connections: u64,
    /// Received values that told nothing new: equal to the present one, echoes of what was sent, repeats.
    pub echoes: u64,
    /// Values sent to correct a refused or converted one.
    pub corrections: u64,
    /// Values sent once more because both sides had written at the same time.
    pub resends: u64,
    /// Send cycles that ran.
    pub cycles: u64,
    /// Send cycles that were left out because the machine was late.
    pub cycles_skipped: u64,
    /// What all send cycles took together, in microseconds.
    pub cycle_us_total: u64,
    /// What the longest send cycle took, in microseconds.
    pub cycle_us_max: u64,
    /// Log records dropped because nobody polled them.
    pub log_dropped: u64,
    /// Events dropped because nobody polled them.
    pub events_dropped: u64,
    /// From the first set after a message went out to the next message: entry n counts times of 2^n up to 2^(n+1)
    /// microseconds; the first also shorter, the last also longer.
    pub send_latency: [u64; 24],
    /// Clients closed because all of them together had sent too much of unfinished messages.
    pub crowded_closed: u64,
}

/// What is known of a signal, besides its value.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rv_signal_info {
    /// An `rv_kind`.
    pub kind: u32,
    /// An `rv_direction`; `RV_DIRECTION_AUTO` = the signal has none.
    pub direction: u32,
    /// An `rv_access`, never `RV_ACCESS_DEFAULT`. Store it with an imported signal and declare it with it next time.
    pub access: u32,
    /// An `rv_quality`.
    pub quality: u32,
    /// Server: the id of the client that wrote it last. Client: 1 = the server. 0 = this host.
    pub source: u32,
    /// 1 = an import created it.
    pub imported: u8,
    /// 0.
    pub reserved: [u8; 3],
    /// Microseconds since its writer has said it last, also if it said the same value again. Age shows how stale a
    /// peer's value is; -1 = it is the host's own, which is never stale, or nobody has set it.
    pub age_us: i64,
}

/// What is known of a server's client, besides its name.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rv_client_info {
    /// The client's id.
    pub id: u32,
    /// 1 = it is known to be this library.
    pub library: u8,
    /// 1 = it gets only the signals it has subscribed to.
    pub subscribed: u8,
    /// 0.
    pub reserved: [u8; 2],
    /// Microseconds since it connected.
    pub connected_us: u64,
    /// Messages received from it.
    pub frames_in: u64,
    /// Messages sent to it.
    pub frames_out: u64,
    /// Its address and port, NUL-terminated.
    pub address: [c_char; 64],
}

/// What a connection test found. The same in words is the text of `RV_EVENT_TEST_DONE`.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rv_connection_report {
    /// Microseconds from the start of the test to the end of the WebSocket handshake: name, TCP, TLS and upgrade.
    pub connect_us: u64,
    /// Microseconds from a ping to its pong; 0 = the server does not answer pings, which many do not.
    pub round_trip_us: u64,
    /// 1 = the server is known to be this library.
    pub library: u8,
    /// 0.
    pub reserved: [u8; 7],
}

/// What an import did, in numbers. It has no text: which signals were refused or conflict and why, and which clients
/// did not answer, is the text of `RV_EVENT_IMPORT_DONE`, a line for each of the first hundred.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rv_import_report {
    /// Signals created.
    pub added: u32,
    /// Signals that existed and got a new value, direction or access.
    pub updated: u32,
    /// Signals that existed and are as the answer says.
    pub unchanged: u32,
    /// Signals that exist with another kind, or that another client brought with another direction; they stay as they
    /// are. See the option `prefix_collisions`.
    pub conflicting: u32,
    /// Entries of the answer that cannot be signals, or are too many.
    pub refused: u32,
    /// Peers that answered.
    pub answered: u32,
    /// Peers that did not.
    pub unanswered: u32,
    /// 0.
    pub reserved: u32,
}

/// One entry of the log.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rv_log_record {
    /// An `rv_log_level`.
    pub level: u32,
    /// Server: the id of the client it is about, or 0.
    pub client: u32,
    /// When it was written, on the clock of `rv_change.time_us`.
    pub time_us: i64,
}

macro_rules! growing {
    ($($name:ident = $first:literal)*) => {$(
        // SAFETY: numbers without implicit padding (the layout test adds them up), of any bit pattern.
        unsafe impl Growing for $name {
            const NAME: &'static str = stringify!($name);
            const FIRST: usize = $first;
        }
        const _: () = assert!(size_of::<$name>() >= $first);
    )*};
}

growing! {
    rv_info = 32
    rv_stats = 432
    rv_signal_info = 32
    rv_client_info = 96
    rv_import_report = 32
    rv_log_record = 16
    rv_connection_report = 24
}

const _: () = assert!(size_of::<rv_change>() == 48 && size_of::<rv_event>() == 32);
