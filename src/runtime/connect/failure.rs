//! Why a connection did not come about, and what to do.

use std::io;

use tokio_tungstenite::tungstenite::error::{Error as WsError, ProtocolError};
use tokio_tungstenite::tungstenite::handshake::client::Response;

use crate::error::{Cause, Error, ErrorCode};
use crate::escape::escape;
use crate::options::Options;
use crate::runtime::meter::NotHttp;

pub(super) fn dial_error(place: &str, error: &io::Error) -> Error {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::ConnectionRefused => Error::new(
            ErrorCode::Refused,
            format!("nothing listens on {place}: is the server started, and on this port?"),
        ),
        Kind::TimedOut
        | Kind::HostUnreachable
        | Kind::NetworkUnreachable
        | Kind::NetworkDown
        | Kind::AddrNotAvailable => unreachable(place, &error.to_string()),
        _ => Error::new(
            ErrorCode::Connection,
            format!("cannot connect to {place}: {error}"),
        ),
    }
}

pub(super) fn unreachable(place: &str, cause: &str) -> Error {
    Error::new(
        ErrorCode::Unreachable,
        format!(
            "{place} cannot be reached: {cause}; check address, port, network, and firewalls on the way"
        ),
    )
}

pub(super) fn upgrade_error(place: &str, options: &Options, error: WsError) -> Error {
    let handshake = |text: String| Error::new(ErrorCode::Handshake, text);
    match error {
        WsError::Http(response) => status_error(place, options, &response),
        WsError::Io(error) => match error.get_ref().and_then(|e| e.downcast_ref::<NotHttp>()) {
            Some(NotHttp { tls: true }) => handshake(format!(
                "{place} speaks TLS: switch TLS on (wss://), or use the port of its plain service"
            ))
            .because(Cause::IsTls),
            Some(NotHttp { tls: false }) => handshake(format!(
                "{place} is no WebSocket server, its answer is not HTTP: check address and port"
            ))
            .because(Cause::NotHttp),
            None => Error::new(
                ErrorCode::Connection,
                format!("the connection to {place} broke during the WebSocket upgrade: {error}"),
            ),
        },
        WsError::Protocol(ProtocolError::HandshakeIncomplete) => handshake(format!(
            "{place} closed the connection instead of answering the WebSocket upgrade: is it a WebSocket server, and plain or TLS as the client?"
        ))
        .because(Cause::NotHttp),
        other => handshake(format!(
            "{place} is no WebSocket server, or a proxy in between spoils the upgrade: {}",
            escape(&other.to_string())
        ))
        .because(Cause::NotHttp),
    }
}

fn status_error(place: &str, options: &Options, response: &Response) -> Error {
    let status = response.status().as_u16();
    let path = options.path.as_deref().unwrap_or("/");
    let said = response.body().as_deref().unwrap_or_default();
    let said = escape(String::from_utf8_lossy(said).trim());
    let said = if said.is_empty() {
        String::new()
    } else {
        format!(" (it says: {said})")
    };
    let error = match status {
        401 => Error::new(
            ErrorCode::Denied,
            format!(
                "{place} refused this client with HTTP 401, it wants a token or a password{said}"
            ),
        ),
        403 => Error::new(
            ErrorCode::Denied,
            format!(
                "{place} refused this client with HTTP 403, by its rules for hosts, origins or tokens{said}"
            ),
        ),
        300..=399 => {
            let target = response
                .headers()
                .get("location")
                .map(|l| String::from_utf8_lossy(l.as_bytes()).into_owned())
                .unwrap_or_default();
            Error::new(
                ErrorCode::Handshake,
                format!(
                    "{place} redirects to \"{}\" (HTTP {status}); redirects are not followed: set address, port, path and TLS to that place",
                    escape(&target)
                ),
            )
        }
        404 => Error::new(
            ErrorCode::Handshake,
            format!("{place} has no WebSocket at {path:?} (HTTP 404): check the option path{said}"),
        ),
        502 | 504 => Error::new(
            ErrorCode::Handshake,
            format!(
                "{place} is a proxy that does not reach the server behind it (HTTP {status}): is that one started, and is it where the proxy looks for it?"
            ),
        ),
        503 => Error::new(
            ErrorCode::Handshake,
            format!("{place} is busy (HTTP 503), it may have all the clients it takes{said}"),
        ),
        _ => Error::new(
            ErrorCode::Handshake,
            format!(
                "{place} answered HTTP {status} instead of a WebSocket upgrade: check port and path{said}"
            ),
        ),
    };
    error.because(Cause::Status(status))
}
