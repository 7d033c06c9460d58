//! How a link comes to its end, and what is said about it.

use tokio::time::Instant;
use tokio_tungstenite::tungstenite::error::{Error as WsError, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::error::{Error, ErrorCode};
use crate::runtime::frames::Fault;

/// How a link ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Closed {
    /// The code of the close frame that ended it, ours or the peer's; `None` if there was none.
    pub(crate) code: Option<u16>,
    /// That frame's reason. The peer's is a foreign text: escape it for a log.
    pub(crate) reason: String,
    /// Both sides said that they close.
    pub(crate) clean: bool,
    /// This end closed, on request or because of what the peer did.
    pub(crate) by_us: bool,
    /// What went wrong, if anything did.
    pub(crate) error: Option<Error>,
}

impl Closed {
    /// This end closed because all peers together had sent too much of unfinished messages.
    pub(crate) fn crowded(&self) -> bool {
        self.by_us && self.code == Some(CloseCode::Again.into())
    }
}

/// How it came to the end.
pub(super) enum End {
    /// The host cut the connection.
    Cut,
    /// The peer's close frame came, first or as the answer to ours.
    Peer(Option<CloseFrame>),
    /// The peer did what it must not, or did not finish in time.
    Violation(CloseCode, String),
    /// We closed and the peer did not answer.
    NoAnswer,
    /// No more bytes, without a close frame.
    Gone(String),
}

impl End {
    /// Reading failed with `error`, or because of `fault`: what the peer did wrong, or that it is gone.
    /// Writing may have failed before, with `broken`.
    pub(super) fn of(error: &WsError, fault: Option<Fault>, broken: Option<&str>) -> Self {
        match (error, fault) {
            (WsError::Io(_), Some(Fault::TooBig { announced, cap })) => Self::Violation(
                CloseCode::Size,
                format!("message of {announced} bytes or more, {cap} are allowed"),
            ),
            (WsError::Io(_), Some(Fault::LongControl)) => Self::Violation(
                CloseCode::Protocol,
                "control frame of more than 125 bytes".into(),
            ),
            (WsError::Io(_), Some(Fault::Crowded)) => Self::Violation(
                CloseCode::Again,
                "too much has come of unfinished messages, try again later".into(),
            ),
            (WsError::Capacity(error), _) => Self::Violation(CloseCode::Size, error.to_string()),
            // The error's text would quote the peer's bytes.
            (WsError::Utf8(_), _) => {
                Self::Violation(CloseCode::Invalid, "text is not UTF-8".into())
            }
            (WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake), _) => {
                Self::Gone(broken.map_or_else(
                    || "the peer ended the connection without a WebSocket close".into(),
                    str::to_owned,
                ))
            }
            (WsError::Protocol(error), _) => {
                Self::Violation(CloseCode::Protocol, error.to_string())
            }
            (error, _) => Self::Gone(cause(error)),
        }
    }

    /// Whether the peer is still to be told something, and what: `Some(None)` is only the reply to its
    /// own close frame, which tungstenite holds ready.
    pub(super) fn farewell(&self) -> Option<Option<CloseFrame>> {
        match self {
            Self::Peer(_) => Some(None),
            Self::Violation(code, reason) => Some(Some(CloseFrame {
                code: *code,
                reason: reason.clone().into(),
            })),
            Self::Cut | Self::NoAnswer | Self::Gone(_) => None,
        }
    }

    pub(super) fn closed(self, closing: Option<&Closing>) -> Closed {
        let failure = |text: String| Some(Error::new(ErrorCode::Connection, text));
        let ours = |clean, error| Closed {
            code: closing.map(|c| c.code.into()),
            reason: closing.map(|c| c.reason.clone()).unwrap_or_default(),
            clean,
            by_us: true,
            error,
        };
        match self {
            Self::Cut => ours(false, None),
            Self::Peer(_) if closing.is_some() => ours(true, None),
            Self::NoAnswer => ours(false, failure("the peer did not answer the close".into())),
            Self::Gone(cause) if closing.is_some() => ours(false, failure(cause)),
            Self::Peer(frame) => {
                let (code, reason) = frame.map_or((None, String::new()), |f| {
                    (Some(f.code.into()), f.reason.to_string())
                });
                Closed {
                    code,
                    reason,
                    clean: true,
                    by_us: false,
                    error: None,
                }
            }
            Self::Violation(code, reason) => Closed {
                code: Some(code.into()),
                error: failure(format!(
                    "closed the peer with {}: {reason}",
                    u16::from(code)
                )),
                reason,
                clean: false,
                by_us: true,
            },
            Self::Gone(cause) => Closed {
                code: None,
                reason: String::new(),
                clean: false,
                by_us: false,
                error: failure(cause),
            },
        }
    }
}

/// A close that the host asked for.
pub(super) struct Closing {
    pub(super) code: CloseCode,
    pub(super) reason: String,
    pub(super) deadline: Instant,
}

/// Why the connection is of no more use.
pub(super) fn cause(error: &WsError) -> String {
    match error {
        WsError::Io(error) => format!("the connection broke: {error}"),
        other => format!("the connection broke: {other}"),
    }
}
