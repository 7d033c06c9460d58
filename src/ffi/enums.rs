//! The enumerations, as C sees them.

use safer_ffi::prelude::*;

use crate::interface::{EventKind, LogLevel, State};
use crate::value::Quality;

/// Server or client.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum rv_mode {
    /// Connects to a server.
    RV_MODE_CLIENT = 0,
    /// Listens for clients.
    RV_MODE_SERVER = 1,
}

/// When changed values go out.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum rv_send_mode {
    /// Every `update_cycle_ms`.
    RV_SEND_CYCLE = 0,
    /// As soon as something changes; what changes meanwhile is gathered.
    RV_SEND_ON_CHANGE = 1,
    /// Only on `rv_flush`. Until then no peer sees what is set, whatever it asks for, and then it sees all of it.
    RV_SEND_MANUAL = 2,
}

/// The kind of value that a signal holds. It never changes once the signal is declared.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum rv_kind {
    /// 0 or 1.
    RV_KIND_BOOL = 1,
    /// A 64-bit signed integer.
    RV_KIND_INT = 2,
    /// A finite 64-bit floating point number.
    RV_KIND_FLOAT = 3,
    /// UTF-8 text of at most 65536 bytes without NUL.
    RV_KIND_TEXT = 4,
}

/// A signal's direction, from the PLC's point of view. The table at the top says who writes what.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum rv_direction {
    /// As input: decided by the patterns, then by `default_direction`. As output: the signal has no direction.
    RV_DIRECTION_AUTO = 0,
    /// `PLCInput`: the PLC reads it, the simulation writes it.
    RV_DIRECTION_INPUT = 1,
    /// `PLCOutput`: the PLC writes it, the simulation reads it.
    RV_DIRECTION_OUTPUT = 2,
}

/// What the host may do with a signal.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum rv_access {
    /// Decided by direction and perspective.
    RV_ACCESS_DEFAULT = 0,
    /// Peers write it, the host reads it.
    RV_ACCESS_READ = 1,
    /// The host writes it; values from peers are refused.
    RV_ACCESS_WRITE = 2,
    /// Both write it.
    RV_ACCESS_READ_WRITE = 3,
}

/// Which side of the PLC's interface a program stands on.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum rv_perspective {
    /// Not stated. Only for the peer's.
    RV_PERSPECTIVE_UNKNOWN = 0,
    /// The digital twin: writes `PLCInput`, reads `PLCOutput`.
    RV_PERSPECTIVE_SIMULATION = 1,
    /// The controller or its gateway: writes `PLCOutput`, reads `PLCInput`.
    RV_PERSPECTIVE_CONTROLLER = 2,
}

/// What import does with the direction in a peer's types.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum rv_import_direction {
    /// Inverts it, as the protocol's document says.
    RV_IMPORT_INVERT = 0,
    /// Keeps it, for peers that already speak of our direction.
    RV_IMPORT_KEEP = 1,
}

/// How directions appear in the catalogue that peers get.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum rv_catalog_direction {
    /// As declared.
    RV_CATALOG_KEEP = 0,
    /// Inverted.
    RV_CATALOG_INVERT = 1,
    /// Without direction.
    RV_CATALOG_NEUTRAL = 2,
}

/// How a client presents its token.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum rv_token_transport {
    /// `Authorization: Bearer`.
    RV_TOKEN_AUTO = 0,
    /// `X-API-Key`.
    RV_TOKEN_X_API_KEY = 1,
    /// `?token=` behind the path. Servers and proxies write paths into their logs: take another where there is one.
    RV_TOKEN_QUERY = 2,
    /// The subprotocol `rv.token.` with the token in base64url, beside `rv.v2`.
    RV_TOKEN_SUBPROTOCOL = 3,
}

/// How a signal list is written.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum rv_list_format {
    /// CSV for a file whose name ends in `.csv`, otherwise the exchange file.
    RV_LIST_AUTO = 0,
    /// realvirtual's exchange file, a JSON object.
    RV_LIST_JSON = 1,
    /// A header line, then a line for each signal.
    RV_LIST_CSV = 2,
}

/// What people read of a signal.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum rv_note {
    /// Its comment.
    RV_NOTE_COMMENT = 1,
    /// The group it stands in, with `/` between levels.
    RV_NOTE_FOLDER = 2,
    /// What stands in the place of its name.
    RV_NOTE_DISPLAY_NAME = 3,
}

/// What an interface is doing.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum rv_state {
    /// Not started, or stopped.
    RV_STATE_STOPPED = 0,
    /// Client: the first attempt is under way.
    RV_STATE_CONNECTING = 1,
    /// Client: connected.
    RV_STATE_CONNECTED = 2,
    /// Server: the port is open.
    RV_STATE_LISTENING = 3,
    /// Client: the connection was lost or could not be made, and is tried again.
    RV_STATE_RECONNECTING = 4,
    /// Given up; `rv_info` has the reason.
    RV_STATE_FAILED = 5,
}

/// How far a signal's value can be trusted.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum rv_quality {
    /// Nobody has set it yet; the value is the declared initial one.
    RV_QUALITY_NEVER = 0,
    /// Current, as far as the connection tells.
    RV_QUALITY_GOOD = 1,
    /// The connection to its last writer is lost.
    RV_QUALITY_STALE = 2,
}

/// Bits of `rv_change.flags`.
#[allow(
    dead_code,
    reason = "the registry sets the bits; this names them for C"
)]
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum rv_change_flag {
    /// Entries of this signal's queue were lost.
    RV_CHANGE_OVERFLOW = 1,
    /// The capacity ended in the middle of what arrived together; the rest comes with the next poll.
    RV_CHANGE_MORE = 2,
    /// The value is the fail-safe one.
    RV_CHANGE_FAILSAFE = 4,
    /// An import has created the signal.
    RV_CHANGE_IMPORTED = 8,
    /// Only the quality changed.
    RV_CHANGE_QUALITY = 16,
}

/// What happened.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum rv_event_type {
    /// Client: connected to the server.
    RV_EVENT_CONNECTED = 1,
    /// Client: the connection is gone; `result` and the text say why.
    RV_EVENT_DISCONNECTED = 2,
    /// Server: a client has sent its first valid message; the text is its name and address.
    RV_EVENT_CLIENT_JOINED = 3,
    /// Server: a client that had joined has left; the text says who and why.
    RV_EVENT_CLIENT_LEFT = 4,
    /// An import is complete; `token` and `result` are its own, and the text has a line for each signal that was
    /// refused or conflicts and each client that did not answer. `rv_import_result` has the numbers.
    RV_EVENT_IMPORT_DONE = 5,
    /// Server: a client asks for a configuration change; the text is the JSON. Answer it with `rv_config_reply` and
    /// `token` within 5 seconds.
    RV_EVENT_CONFIG_SET = 6,
    /// A configuration request is complete; `token` and `result` are its own. The text is the JSON or the server's
    /// message, or says what failed.
    RV_EVENT_CONFIG_DONE = 7,
    /// A connection test is complete; `result` is its own, and the text says what was measured or what failed.
    RV_EVENT_TEST_DONE = 8,
    /// The peer's catalogue of signals has changed: import again to see how.
    RV_EVENT_CATALOG_CHANGED = 9,
    /// The peer speaks another protocol, which the text names.
    RV_EVENT_FOREIGN_PROTOCOL = 10,
    /// A message of a type that the library does not know; the text is the JSON.
    RV_EVENT_RAW = 11,
    /// `rv_info.state` has changed.
    RV_EVENT_STATE = 12,
}

/// How much a log record matters.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum rv_log_level {
    /// Something does not work.
    RV_LOG_ERROR = 1,
    /// Something works otherwise than one might think.
    RV_LOG_WARN = 2,
    /// What happens, in the large.
    RV_LOG_INFO = 3,
    /// Every frame; only with the option `debug`.
    RV_LOG_DEBUG = 4,
}

// Numbers that stand for an enumeration. The header shows the enumeration's name; here they are checked before use,
// because a host can pass any number.
pub type rv_mode_in = u32;
pub type rv_send_mode_in = u32;
pub type rv_kind_in = u32;
pub type rv_direction_in = u32;
pub type rv_access_in = u32;
pub type rv_perspective_in = u32;
pub type rv_import_direction_in = u32;
pub type rv_catalog_direction_in = u32;
pub type rv_token_transport_in = u32;
pub type rv_list_format_in = u32;
pub type rv_note_in = u32;

// Enumerations that only go out are the library's numbers.
const _: () = {
    assert!(rv_state::RV_STATE_STOPPED as u32 == State::Stopped as u32);
    assert!(rv_state::RV_STATE_CONNECTING as u32 == State::Connecting as u32);
    assert!(rv_state::RV_STATE_CONNECTED as u32 == State::Connected as u32);
    assert!(rv_state::RV_STATE_LISTENING as u32 == State::Listening as u32);
    assert!(rv_state::RV_STATE_RECONNECTING as u32 == State::Reconnecting as u32);
    assert!(rv_state::RV_STATE_FAILED as u32 == State::Failed as u32);
    assert!(rv_quality::RV_QUALITY_NEVER as u32 == Quality::Never as u32);
    assert!(rv_quality::RV_QUALITY_GOOD as u32 == Quality::Good as u32);
    assert!(rv_quality::RV_QUALITY_STALE as u32 == Quality::Stale as u32);
    assert!(rv_event_type::RV_EVENT_CONNECTED as u32 == EventKind::Connected as u32);
    assert!(rv_event_type::RV_EVENT_DISCONNECTED as u32 == EventKind::Disconnected as u32);
    assert!(rv_event_type::RV_EVENT_CLIENT_JOINED as u32 == EventKind::ClientJoined as u32);
    assert!(rv_event_type::RV_EVENT_CLIENT_LEFT as u32 == EventKind::ClientLeft as u32);
    assert!(rv_event_type::RV_EVENT_IMPORT_DONE as u32 == EventKind::ImportDone as u32);
    assert!(rv_event_type::RV_EVENT_CONFIG_SET as u32 == EventKind::ConfigSet as u32);
    assert!(rv_event_type::RV_EVENT_CONFIG_DONE as u32 == EventKind::ConfigDone as u32);
    assert!(rv_event_type::RV_EVENT_TEST_DONE as u32 == EventKind::TestDone as u32);
    assert!(rv_event_type::RV_EVENT_CATALOG_CHANGED as u32 == EventKind::CatalogChanged as u32);
    assert!(rv_event_type::RV_EVENT_FOREIGN_PROTOCOL as u32 == EventKind::ForeignProtocol as u32);
    assert!(rv_event_type::RV_EVENT_RAW as u32 == EventKind::Raw as u32);
    assert!(rv_event_type::RV_EVENT_STATE as u32 == EventKind::State as u32);
    assert!(rv_log_level::RV_LOG_ERROR as u32 == LogLevel::Error as u32);
    assert!(rv_log_level::RV_LOG_WARN as u32 == LogLevel::Warn as u32);
    assert!(rv_log_level::RV_LOG_INFO as u32 == LogLevel::Info as u32);
    assert!(rv_log_level::RV_LOG_DEBUG as u32 == LogLevel::Debug as u32);
};
