//! What goes into a session and what comes out of it.

use std::net::IpAddr;
use std::sync::Arc;

use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::access::Grant;
use crate::error::Error;
use crate::session::{
    ConfigRequest, ConfigResult, ConnectionReport, Event, ImportReport, LogRecord, PeerId, State,
};
use crate::time::Time;

/// Something that happened outside.
#[derive(Debug)]
pub(crate) enum Input<'a> {
    /// The host has started the interface.
    Start,
    /// A connection is up: dialled by a client, accepted by a server. `note` is for the log.
    Connected {
        peer: PeerId,
        address: String,
        note: String,
        /// The client's own IP address, on a server.
        ip: Option<IpAddr>,
        /// What it came by, on a server that asks.
        grant: Option<Arc<Grant>>,
    },
    /// The connection that was asked for could not be made.
    ConnectFailed {
        error: Error,
    },
    /// A server turned a connection away before the upgrade.
    Refused {
        why: String,
        address: Option<IpAddr>,
    },
    /// A server's host took a token or a user back.
    Revoke {
        grant: u32,
    },
    /// A text message.
    Text {
        peer: PeerId,
        text: &'a str,
    },
    Ping {
        peer: PeerId,
        payload: &'a [u8],
    },
    Pong {
        peer: PeerId,
        payload: &'a [u8],
    },
    /// Bytes of a message that is not complete yet.
    Progress {
        peer: PeerId,
    },
    /// Everything sent to these peers so far is in the kernel.
    Drained {
        peers: &'a [PeerId],
    },
    /// The connection is gone.
    Closed {
        peer: PeerId,
        reason: String,
    },
    /// A peer is being closed because all of them together had sent too much of unfinished messages.
    Crowded,
    /// The cycle's time has come; so many before it were left out.
    Cycle {
        skipped: u64,
    },
    /// The host has set something, in on-change mode.
    Changed,
    /// The host flushes.
    Flush,
    /// The time of [`Session::wake_at`] has come.
    Deadline,
    /// A client's host chose what to subscribe to; `None`: everything.
    Subscribe(Option<Vec<String>>),
    /// The host wants the peers' catalogues.
    Import {
        token: u32,
        until: Time,
    },
    /// The host no longer wants a request's result.
    Cancel {
        token: u32,
    },
    /// A client's host asks its server about the configuration.
    Config {
        token: u32,
        request: ConfigRequest,
        json: String,
        until: Time,
    },
    /// A client's host wants to know whether the server can be reached.
    Probe {
        token: u32,
        until: Time,
    },
    /// The host sends a message of its own to one peer, or to all.
    SendRaw {
        peer: Option<PeerId>,
        json: String,
    },
    /// A server's host gives the answer to `config_get`.
    PublishConfig(String),
    /// A server's host replies to a `config_set`.
    ConfigReply {
        token: u32,
        success: bool,
        message: String,
    },
    /// A server's host closes one client.
    Disconnect {
        peer: PeerId,
    },
    /// The host stops the interface: flush, then close everyone.
    Stop,
}

/// Something to do outside.
#[derive(Debug)]
pub(crate) enum Output {
    Send {
        peer: PeerId,
        text: Utf8Bytes,
    },
    Ping {
        peer: PeerId,
        payload: [u8; 11],
    },
    Close {
        peer: PeerId,
        code: u16,
        reason: String,
    },
    /// How large a message from the peer may be from now on.
    MessageCap {
        peer: PeerId,
        bytes: usize,
    },
    /// Client: make a connection.
    Connect,
    Event(Event),
    Log(LogRecord),
    State(State),
    /// Client: why there is no connection.
    NotConnected(Error),
    ImportDone {
        token: u32,
        result: Result<ImportReport, Error>,
    },
    ConfigDone {
        token: u32,
        result: ConfigResult,
    },
    ProbeDone {
        token: u32,
        result: Result<ConnectionReport, Error>,
    },
}
