//! Whether the server can be reached, and if not, why.

use realvirtual_ws::interface::EventKind;
use realvirtual_ws::{self as library, Error, ErrorCode, Interface};

use super::{Cause, Finding};
use crate::arguments::Connect;
use crate::client::{next_event, start};
use crate::endpoint::Endpoint;
use crate::failure::{Exit, Failure, in_words};

/// Connects; what stands in the way, if something does.
pub fn connect(
    interface: &Interface,
    url: &Endpoint,
    arguments: &Connect,
) -> Result<Option<Finding>, Failure> {
    let Err(failure) = start(interface, url, arguments) else {
        return Ok(None);
    };
    match interface.info().last_error {
        Some(error) if !url.tls && is_silent(&error) && speaks_tls(url, arguments)? => {
            let what = format!("{url} speaks TLS, and breaks off when it hears plain text");
            Ok(Some(Finding::new(Cause::TlsPort, what, other(url, true))))
        }
        Some(error) => diagnose(&error, url).map_or(Err(failure), |finding| Ok(Some(finding))),
        None => Err(failure),
    }
}

/// Whether nothing was said that tells what the other side is.
fn is_silent(error: &Error) -> bool {
    error.code() == ErrorCode::Connection || error.cause() == Some(library::Cause::NotHttp)
}

/// Whether TLS gets an answer where plain text got none. Neither what the URL holds nor a token is sent: whoever it is has
/// proven nothing.
fn speaks_tls(url: &Endpoint, arguments: &Connect) -> Result<bool, Failure> {
    let mut options = arguments.options(url)?;
    options.path = None;
    (options.access_token, options.user, options.password) = (None, None, None);
    options.tls.enabled = true;
    options.tls.insecure_skip_verify = true;
    let Err(error) = Interface::test_connection(options, arguments.patience()) else {
        return Ok(true);
    };
    let answered = matches!(
        error.cause(),
        Some(library::Cause::Status(_) | library::Cause::ClientCertificate)
    );
    Ok(answered || error.code() == ErrorCode::Handshake)
}

/// The same place with or without TLS.
fn other(url: &Endpoint, tls: bool) -> String {
    let url = Endpoint { tls, ..url.clone() };
    format!("use {url}, or the port of the other service")
}

/// What an error of a connection attempt means; `None`: nothing that the other side could be.
fn diagnose(error: &Error, url: &Endpoint) -> Option<Finding> {
    let found = |cause, remedy: String| Some(Finding::new(cause, in_words(error), remedy));
    match error.cause() {
        Some(library::Cause::IsTls) => return found(Cause::TlsPort, other(url, true)),
        Some(library::Cause::NotTls) => return found(Cause::PlainPort, other(url, false)),
        Some(library::Cause::Untrusted) => {
            return found(
                Cause::Untrusted,
                "give the authority's certificate with --ca FILE (tls_ca_file in a program), or install it on this machine; --pin trusts one key".to_owned(),
            );
        }
        Some(library::Cause::WrongName) => {
            return found(
                Cause::WrongName,
                "use one of the names in the certificate, or let the server have a certificate for this name".to_owned(),
            );
        }
        Some(library::Cause::WrongTime) => {
            return found(
                Cause::WrongTime,
                "renew the server's certificate; check the clocks of both machines".to_owned(),
            );
        }
        Some(library::Cause::ClientCertificate) => {
            return found(
                Cause::ClientCertificate,
                "give a certificate of an authority that the server trusts, and its key, with --cert FILE and --key FILE".to_owned(),
            );
        }
        Some(library::Cause::Status(401)) => {
            return found(
                Cause::Refused,
                "give the token in RVWS_TOKEN or with --token-file (access_token in a program), or user and password; --token-by if the server wants it in another way".to_owned(),
            );
        }
        Some(library::Cause::Status(403)) => {
            return found(
                Cause::Refused,
                "see the server's rules for hosts and origins: its log tells which one refused"
                    .to_owned(),
            );
        }
        Some(library::Cause::Status(429)) => {
            return found(
                Cause::Refused,
                "wait, and look for the program at this address that presents wrong tokens: the server's log tells more".to_owned(),
            );
        }
        Some(library::Cause::Status(503)) => {
            return found(
                Cause::Busy,
                "end clients that are not needed, or let the server take more".to_owned(),
            );
        }
        Some(library::Cause::Status(300..=399 | 404) | library::Cause::OldHttp) => {
            return found(
                Cause::WrongPath,
                format!(
                    "the path is {}: ask the server's documentation or its proxy's configuration for the right one",
                    url.path.as_deref().unwrap_or("/")
                ),
            );
        }
        Some(library::Cause::Silent) => {
            return found(
                Cause::NotWebSocket,
                format!(
                    "see whether the server's program hangs, and whether its WebSocket interface has port {}, with or without TLS (wss://)",
                    url.port
                ),
            );
        }
        Some(library::Cause::NotHttp | library::Cause::Status(_)) => {
            return found(
                Cause::NotWebSocket,
                format!(
                    "another program has port {}: look up the port of the WebSocket interface",
                    url.port
                ),
            );
        }
        None => {}
    }
    match error.code() {
        ErrorCode::Resolve => found(
            Cause::NoHost,
            "check the spelling, or use the IP address".to_owned(),
        ),
        ErrorCode::Refused => found(
            Cause::NothingListens,
            format!(
                "start the server (in realvirtual: play mode); a server on 127.0.0.1 can only be reached from its own machine; look whether its port is {}",
                url.port
            ),
        ),
        ErrorCode::Unreachable => found(
            Cause::NoAnswer,
            format!(
                "check that {} is the right machine, and that its firewall lets port {} in",
                url.host, url.port
            ),
        ),
        ErrorCode::Tls | ErrorCode::Certificate => found(
            Cause::Tls,
            "see what the server's log says of the handshake".to_owned(),
        ),
        ErrorCode::Connection => found(
            Cause::Lost,
            "see what the server's log, or that of a proxy in between, says of it".to_owned(),
        ),
        _ => None,
    }
}

/// Whether the connection is lost since; what the server said of it.
pub fn lost(interface: &Interface) -> Result<Option<Finding>, Failure> {
    while let Some(event) = next_event(interface)? {
        if event.kind == EventKind::Disconnected {
            return Ok(Some(Finding::new(
                Cause::Lost,
                format!("the server ended the connection: {}", event.text),
                "see what the server's log, or that of a proxy in between, says of it",
            )));
        }
        if event.kind == EventKind::ForeignProtocol {
            return Ok(Some(foreign(&event.text)));
        }
    }
    if interface.info().clients == 0 {
        return Err(Failure::new(Exit::Lost, "the connection was lost"));
    }
    Ok(None)
}

fn foreign(text: &str) -> Finding {
    if text.contains("multiuser") {
        Finding::new(
            Cause::Multiuser,
            text,
            "use the port of the WebSocket interface (1234 unless changed), not that of the multiuser service",
        )
    } else {
        Finding::new(
            Cause::OldProtocol,
            text,
            "update the other side (realvirtual 6.3 or later), or set its protocol version to 2",
        )
    }
}
