//! From options to a WebSocket at a server: look-up, TCP, TLS, upgrade.

mod failure;

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_tungstenite::tungstenite::handshake::client::{Request, generate_key};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use self::failure::{dial_error, silent, unreachable, upgrade_error};
use super::link::websocket_config;
use super::listen::{tune, unbracketed};
use super::meter::Meter;
use super::stream::MaybeTls;
use super::tls::{self, Loaded};
use crate::access::{
    PROTOCOL, Secrets, TokenTransport, basic, percent_encoded, token_protocol, without_query,
};
use crate::error::{Error, ErrorCode, Result};
use crate::options::Options;

/// How long one address has before the next is tried beside it (RFC 8305).
const HEAD_START: Duration = Duration::from_millis(250);

/// Connects to the server that `options` name, whose TLS files hold what `loaded` says; all of it within
/// `connect_timeout`.
///
/// # Errors
/// `Resolve`, `Refused`, `Unreachable`, `Tls`, `Certificate`, `Handshake`, `Denied`, `Connection` or
/// `Argument`, each with its remedy.
pub(crate) async fn connect(
    options: &Options,
    loaded: Loaded,
) -> Result<WebSocketStream<Meter<MaybeTls>>> {
    // What the other side says in its answer is quoted, and it may say what it was told.
    let redact =
        |error: Error| error.reworded(|text| Secrets::of(options).redact(text).into_owned());
    attempt(options, loaded).await.map_err(redact)
}

async fn attempt(options: &Options, loaded: Loaded) -> Result<WebSocketStream<Meter<MaybeTls>>> {
    let limit = Limit {
        deadline: Instant::now() + options.connect_timeout,
        timeout: options.connect_timeout,
    };
    let host = unbracketed(&options.address);
    let place = place(host, options.port);
    let request = request(options, &place)?;

    let addresses = resolve(host, options.port, &limit).await?;
    let tcp = limit
        .hold(race(addresses, &place), || {
            unreachable(&place, "it does not answer")
        })
        .await?;
    tune(&tcp);
    let stream = if options.tls.enabled {
        let Loaded::Client(files) = loaded else {
            return Err(Error::new(ErrorCode::Tls, "the TLS files were not read"));
        };
        let handshake = tls::start(files, host, &place, tcp);
        limit.hold(handshake, || silent(&place, "to TLS")).await?
    } else {
        MaybeTls::plain(tcp)
    };

    let cap = options.message_cap();
    let meter = Meter::before_handshake(stream, cap);
    let upgrade = async {
        client_async_with_config(request, meter, Some(websocket_config(cap)))
            .await
            .map(|(socket, _)| socket)
            .map_err(|error| upgrade_error(&place, options, error))
    };
    limit
        .hold(upgrade, || silent(&place, "the WebSocket upgrade"))
        .await
}

/// The time for the whole attempt, which its stages share.
struct Limit {
    deadline: Instant,
    timeout: Duration,
}

impl Limit {
    async fn hold<T>(
        &self,
        stage: impl Future<Output = Result<T>>,
        late: impl FnOnce() -> Error,
    ) -> Result<T> {
        timeout_at(self.deadline, stage).await.unwrap_or_else(|_| {
            Err(late().reworded(|text| format!("{text} (within {:?})", self.timeout)))
        })
    }
}

/// `host:port` as in a URL.
fn place(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

fn request(options: &Options, place: &str) -> Result<Request> {
    let (scheme, default) = if options.tls.enabled {
        ("wss", ":443")
    } else {
        ("ws", ":80")
    };
    let path = options.path.as_deref().unwrap_or_default();
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut uri = format!("{scheme}://{place}{slash}{path}");
    let mut credentials = None;
    match (&options.access_token, options.token_transport) {
        (Some(token), TokenTransport::Auto) => {
            credentials = Some(("Authorization", format!("Bearer {token}")));
        }
        (Some(token), TokenTransport::XApiKey) => {
            credentials = Some(("X-API-Key", token.clone()));
        }
        (Some(token), TokenTransport::Query) => {
            uri.push(if path.contains('?') { '&' } else { '?' });
            uri.push_str(&format!("token={}", percent_encoded(token)));
        }
        (Some(token), TokenTransport::Subprotocol) => {
            let offer = format!("{PROTOCOL}, {}", token_protocol(token));
            credentials = Some(("Sec-WebSocket-Protocol", offer));
        }
        (None, _) => {
            if let (Some(user), Some(password)) = (&options.user, &options.password) {
                credentials = Some(("Authorization", basic(user, password)));
            }
        }
    }
    // No Origin: that header is for browsers, and says on whose behalf they act.
    let mut request = Request::builder()
        .uri(uri)
        .header("Host", place.strip_suffix(default).unwrap_or(place))
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", generate_key());
    if let Some((name, value)) = credentials {
        request = request.header(name, value);
    }
    request.body(()).map_err(|error| {
        Error::new(
            ErrorCode::Argument,
            format!(
                "options address {place:?} and path {:?} do not make a URL: {error}",
                without_query(path)
            ),
        )
    })
}

/// Looked up at every attempt, since the server may have moved.
async fn resolve(host: &str, port: u16, limit: &Limit) -> Result<Vec<SocketAddr>> {
    if let Ok(ip) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    let error = |cause: &dyn std::fmt::Display| {
        Error::new(
            ErrorCode::Resolve,
            format!(
                "host name {host:?} does not resolve ({cause}): check the option address, or use the server's IP address"
            ),
        )
    };
    let found = limit
        .hold(
            async {
                tokio::net::lookup_host((host, port))
                    .await
                    .map_err(|cause| error(&cause))
            },
            || error(&"no answer"),
        )
        .await?;
    let addresses = interleave(found.collect());
    if addresses.is_empty() {
        return Err(error(&"it has no address"));
    }
    Ok(addresses)
}

/// Alternates the two families, the system's first choice first.
fn interleave(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let Some(first) = addresses.first().copied() else {
        return addresses;
    };
    let (one, other): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .partition(|a| a.is_ipv6() == first.is_ipv6());
    let mut other = other.into_iter();
    let mut mixed = Vec::new();
    for address in one {
        mixed.push(address);
        mixed.extend(other.next());
    }
    mixed.extend(other);
    mixed
}

/// Tries the addresses in turn, each a moment after the one before or as soon as that failed; the first
/// connection wins and the others are dropped.
async fn race(addresses: Vec<SocketAddr>, place: &str) -> Result<TcpStream> {
    let mut waiting = addresses.into_iter();
    let mut running = JoinSet::new();
    let mut failed: Option<Error> = None;
    if let Some(address) = waiting.next() {
        running.spawn(dial(address));
    }
    loop {
        tokio::select! {
            done = running.join_next() => match done {
                Some(Ok(Ok(stream))) => return Ok(stream),
                Some(Ok(Err(error))) => {
                    let error = dial_error(place, &error);
                    // Somebody who said no is more telling than nobody at all.
                    if failed.as_ref().is_none_or(|f| f.code() != ErrorCode::Refused) {
                        failed = Some(error);
                    }
                    if let Some(address) = waiting.next() {
                        running.spawn(dial(address));
                    }
                }
                Some(Err(_)) => {}
                None => {
                    return Err(failed.unwrap_or_else(|| unreachable(place, "no attempt was possible")));
                }
            },
            () = sleep(HEAD_START), if waiting.len() > 0 => {
                if let Some(address) = waiting.next() {
                    running.spawn(dial(address));
                }
            }
        }
    }
}

async fn dial(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    // With nobody listening, the system may pick the target's own port for us and connect us to ourselves.
    if stream.local_addr().ok() == stream.peer_addr().ok() {
        return Err(io::ErrorKind::ConnectionRefused.into());
    }
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e10_families_alternate_and_the_first_stays_first() {
        let parse = |list: &[&str]| -> Vec<SocketAddr> {
            list.iter().map(|a| a.parse().unwrap()).collect()
        };
        assert_eq!(
            interleave(parse(&["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1"])),
            parse(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "[::3]:1"])
        );
        assert_eq!(
            interleave(parse(&["1.1.1.1:1", "[::1]:1", "[::2]:1"])),
            parse(&["1.1.1.1:1", "[::1]:1", "[::2]:1"])
        );
        assert!(interleave(Vec::new()).is_empty());
    }

    #[test]
    fn urls_are_made_from_address_port_and_path() {
        let mut options = Options::client();
        for (host, port, path, tls, uri, header) in [
            ("h", 1234, None, false, "ws://h:1234/", "h:1234"),
            ("h", 80, Some("a?t=1"), false, "ws://h:80/a?t=1", "h"),
            ("h", 443, Some("/a"), true, "wss://h:443/a", "h"),
            ("::1", 8443, None, true, "wss://[::1]:8443/", "[::1]:8443"),
        ] {
            options.path = path.map(str::to_owned);
            options.tls.enabled = tls;
            let request = request(&options, &place(host, port)).unwrap();
            assert_eq!(request.uri().to_string(), uri);
            assert_eq!(request.headers()["host"], header);
            assert!(!request.headers().contains_key("origin"));
        }
    }
}
