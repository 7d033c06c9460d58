//! What a session tells its host: state, events, log records, counters.

use std::time::Duration;

use crate::error::Error;
use crate::options::Mode;
use crate::time::Time;

/// Where an interface stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// Not started, or stopped.
    #[default]
    Stopped = 0,
    /// Client: the first connection is being made.
    Connecting = 1,
    /// Client: connected.
    Connected = 2,
    /// Server: listening.
    Listening = 3,
    /// Client: the connection was lost or could not be made; the next attempt follows.
    Reconnecting = 4,
    /// Gave up, or faulted. Stop and start to try again.
    Failed = 5,
}

/// What an event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum EventKind {
    /// Client: connected to the server.
    Connected = 1,
    /// Client: the connection is lost, or an attempt failed.
    Disconnected = 2,
    /// Server: a client has sent its first valid message.
    ClientJoined = 3,
    /// Server: a client is gone.
    ClientLeft = 4,
    /// An import is complete.
    ImportDone = 5,
    /// Server: a client wants its configuration applied.
    ConfigSet = 6,
    /// Client: a configuration request is complete.
    ConfigDone = 7,
    /// A connection test is complete.
    TestDone = 8,
    /// The peer's catalogue changed.
    CatalogChanged = 9,
    /// The peer speaks another protocol; the text names it.
    ForeignProtocol = 10,
    /// A message of an unknown type, as JSON.
    Raw = 11,
    /// The state changed; `result` is the new [`State`].
    State = 12,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// The client it is about, on a server.
    pub client: u32,
    /// The request that it completes.
    pub token: u32,
    /// 0 or an error code; the new state for [`EventKind::State`].
    pub result: i32,
    /// When.
    pub time: Time,
    /// The signal it is about.
    pub signal: u32,
    /// In words, or as JSON.
    pub text: String,
}

/// How serious a log record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum LogLevel {
    /// Something does not work.
    Error = 1,
    /// Something was refused or looks wrong.
    Warn = 2,
    /// Connections, imports.
    Info = 3,
    /// Every frame.
    Debug = 4,
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRecord {
    /// How serious.
    pub level: LogLevel,
    /// When.
    pub time: Time,
    /// The client it is about, on a server.
    pub client: u32,
    /// One line; text from peers is escaped and cut.
    pub text: String,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Signals created.
    pub added: u32,
    /// Signals that took a new value, direction or access.
    pub updated: u32,
    /// Signals that are as before.
    pub unchanged: u32,
    /// Names that exist here with another kind, or from another client with another direction.
    pub conflicting: u32,
    /// Entries that cannot be a signal.
    pub refused: u32,
    /// Peers that answered.
    pub answered: u32,
    /// Peers that did not.
    pub unanswered: u32,
    /// What is worth a person's look, one line each.
    pub text: String,
}

/// How long something took, counted by powers of two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Entry `n` counts times of 2^n up to 2^(n+1) microseconds; the first also shorter, the last also longer.
    pub buckets: [u64; 24],
}

impl Histogram {
    pub(crate) fn add(&mut self, time: Duration) {
        let micros = time.as_micros().max(1) as u64;
        let bucket = micros.ilog2() as usize;
        let last = self.buckets.len() - 1;
        self.buckets[bucket.min(last)] += 1;
    }
}

macro_rules! stats {
    ($($(#[$doc:meta])* $field:ident,)*) => {
        /// Counters since the interface was created.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Stats {
            $($(#[$doc])* pub $field: u64,)*
            /// From the first set after a transmission to the next transmission.
            pub send_latency: Histogram,
            /// From a ping to its pong.
            pub round_trip: Histogram,
            /// The largest text message received, in bytes.
            pub frame_in_max: u64,
        }

        impl Stats {
            /// Each plain counter with its name, in the order of declaration.
            #[must_use]
            pub fn named(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($field), self.$field),)*]
            }
        }
    };
}

stats! {
    /// Text messages received.
    frames_in,
    /// Text messages sent.
    frames_out,
    /// Bytes of text messages received.
    bytes_in,
    /// Bytes of text messages sent.
    bytes_out,
    /// Signal values received in `data` and `snapshot` for signals that exist, and that fit them.
    values_in,
    /// Signal values sent in `data` and `snapshot`.
    values_out,
    /// Values from outside that changed a signal.
    changes,
    /// Values that a newer one replaced before they were sent, for each peer that missed one, or before they were polled.
    coalesced,
    /// Pulses that could not be sent one by one. It counts edges; their values are in `coalesced`.
    pulses_collapsed,
    /// Entries dropped from a full FIFO.
    queue_overflow,
    /// Values for names that do not exist here.
    unknown_signal,
    /// Values whose type does not fit the signal.
    rejected_type,
    /// Values for signals that only the host writes.
    rejected_direction,
    /// Values that lost something when converted.
    lossy,
    /// Values or requests that the peer's role does not allow.
    denied,
    /// Messages that are not a JSON object, or broken.
    malformed,
    /// Messages of an unknown type, or not asked for.
    unknown_message,
    /// Peers closed because they did not read.
    slow_peer_closed,
    /// Connections made or accepted.
    connects,
    /// Connections lost or closed.
    disconnects,
    /// Connections refused before the upgrade.
    refused_connections,
    /// Values that told nothing new: equal to the present one, echoes of ours, repeats.
    echoes,
    /// Values sent back because the peer's was refused or changed.
    corrections,
    /// Values sent again after a crossing write.
    resends,
    /// Cycles run.
    cycles,
    /// Cycles left out because the one before took too long.
    cycles_skipped,
    /// What all cycles took together, in microseconds: copying, encoding and handing over.
    cycle_us_total,
    /// What the longest cycle took, in microseconds.
    cycle_us_max,
    /// Log records dropped because nobody polled them.
    log_dropped,
    /// Events dropped because nobody polled them.
    events_dropped,
}

/// A look at an interface.
#[derive(Clone, Debug)]
pub struct Info {
    /// Server or client.
    pub mode: Mode,
    /// Where it stands.
    pub state: State,
    /// Server: the bound port. Client: the server's port.
    pub port: u16,
    /// Connected clients of a server; 0 or 1 for a client.
    pub clients: u32,
    /// Declared signals.
    pub signals: u32,
    /// Why the last connection attempt failed.
    pub last_error: Option<Error>,
    /// Attempts since the connection was last stable.
    pub reconnect_attempts: u32,
    /// Server: the number given to the client that connected last.
    pub last_client: u32,
}

/// A look at one client of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientInfo {
    /// Its number; never used again.
    pub id: u32,
    /// From its `init`; `unknown` without one.
    pub name: String,
    /// Its address and port.
    pub address: String,
    /// It is this library.
    pub library: bool,
    /// For how long it has been connected, in microseconds.
    pub connected_us: u64,
    /// Text messages received from it.
    pub frames_in: u64,
    /// Text messages sent to it.
    pub frames_out: u64,
    /// It has sent a `subscribe`.
    pub subscribed: bool,
}
