//! Why a connection did not come about, and what to do.

use std::io;
use std::time::Duration;

use tokio_tungstenite::tungstenite::error::{Error as WsError, ProtocolError};
use tokio_tungstenite::tungstenite::handshake::client::Response;

use crate::access::{PROTOCOL, without_query};
use crate::error::{Cause, Error, ErrorCode};
use crate::escape::escape;
use crate::options::Options;
use crate::runtime::meter::NotHttp;
use crate::runtime::tls;

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

/// Somebody accepts connections and then says nothing, which is no matter of the network.
pub(super) fn silent(place: &str, to_what: &str) -> Error {
    Error::new(
        ErrorCode::Unreachable,
        format!(
            "{place} accepts connections, but does not answer {to_what}: the program there hangs, or is no WebSocket server"
        ),
    )
    .because(Cause::Silent)
}

pub(super) fn upgrade_error(place: &str, options: &Options, error: WsError) -> Error {
    let handshake = |text: String| Error::new(ErrorCode::Handshake, text);
    match error {
        WsError::Http(response) => status_error(place, options, &response),
        WsError::Io(error) => match error.get_ref().and_then(|e| e.downcast_ref::<NotHttp>()) {
            Some(NotHttp { tls: true }) => is_tls(place),
            Some(NotHttp { tls: false }) => handshake(format!(
                "{place} is no WebSocket server, its answer is not HTTP: check address and port"
            ))
            .because(Cause::NotHttp),
            None => tls::refusal(place, options.tls.certificate_file.is_some(), &error)
                .unwrap_or_else(|| broken(place, options, &error)),
        },
        WsError::Protocol(ProtocolError::HandshakeIncomplete) => handshake(format!(
            "{place} closed the connection instead of answering the WebSocket upgrade: is it a WebSocket server, and plain or TLS as the client?"
        ))
        .because(Cause::NotHttp),
        WsError::Protocol(ProtocolError::WrongHttpVersion) => handshake(format!(
            "{place} is a web server that answers in HTTP/1.0, where there is no WebSocket: check port and path"
        ))
        .because(Cause::OldHttp),
        WsError::Protocol(ProtocolError::SecWebSocketSubProtocolError(_)) => handshake(format!(
            "{place} answered without the subprotocol \"{PROTOCOL}\" that this client offers beside its token: choose another token_transport"
        )),
        other => handshake(format!(
            "{place} is no WebSocket server, or a proxy in between spoils the upgrade: {}",
            escape(&other.to_string())
        ))
        .because(Cause::NotHttp),
    }
}

/// The connection was lost before there was an answer.
fn broken(place: &str, options: &Options, error: &io::Error) -> Error {
    let hint = match &options.tls {
        tls if !tls.enabled => "; if it speaks TLS on this port, switch TLS on (wss://)",
        tls if tls.certificate_file.is_none() => {
            "; if it wants a certificate of its clients, set the options tls_certificate_file and tls_key_file"
        }
        _ => "",
    };
    Error::new(
        ErrorCode::Connection,
        format!("the connection to {place} broke during the WebSocket upgrade: {error}{hint}"),
    )
}

/// What a port that speaks TLS, or wants certificates, says in the text of an HTTP 400.
fn about_tls(place: &str, options: &Options, said: &[u8]) -> Option<Error> {
    let said = String::from_utf8_lossy(said).to_ascii_lowercase();
    if !options.tls.enabled {
        // As nginx, Go's server, Apache and this library put it.
        let tls = ["https port", "https server", "ssl-enabled", "use wss://"]
            .iter()
            .any(|words| said.contains(words));
        return tls.then(|| is_tls(place));
    }
    said.contains("ssl certificate").then(|| {
        Error::new(
            ErrorCode::Certificate,
            format!(
                "{place} wants a certificate of this client that it can accept: set the options tls_certificate_file and tls_key_file"
            ),
        )
        .because(Cause::ClientCertificate)
    })
}

fn is_tls(place: &str) -> Error {
    Error::new(
        ErrorCode::Handshake,
        format!("{place} speaks TLS: switch TLS on (wss://), or use the port of its plain service"),
    )
    .because(Cause::IsTls)
}

fn status_error(place: &str, options: &Options, response: &Response) -> Error {
    let status = response.status().as_u16();
    let path = without_query(options.path.as_deref().unwrap_or("/"));
    let said = response.body().as_deref().unwrap_or_default();
    if status == 400
        && let Some(error) = about_tls(place, options, said)
    {
        return error;
    }
    let said = escape(String::from_utf8_lossy(said).trim());
    let said = if said.is_empty() {
        String::new()
    } else {
        format!(" (it says: {said})")
    };
    let error = match status {
        401 => Error::new(
            ErrorCode::Denied,
            if options.access_token.is_some() || options.user.is_some() {
                format!(
                    "{place} refused this client with HTTP 401: the token or password is wrong, or is wanted in another way (option token_transport){said}"
                )
            } else {
                format!(
                    "{place} refused this client with HTTP 401, it wants a token or a password: set option access_token, or user and password{said}"
                )
            },
        ),
        429 => Error::new(
            ErrorCode::Denied,
            format!(
                "{place} refused this client with HTTP 429: too many wrong tokens or passwords came from this machine's address, or too many connections; it is left alone for a while{said}"
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
    let seconds = response
        .headers()
        .get("retry-after")
        .and_then(|value| value.to_str().ok()?.trim().parse().ok());
    error
        .because(Cause::Status(status))
        .retry_after(seconds.map(Duration::from_secs))
}
