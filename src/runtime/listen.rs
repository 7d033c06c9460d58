//! The listening socket of a server.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, TcpStream};

use crate::error::{Error, ErrorCode, Result};
use crate::options::Options;
use crate::runtime::keys::Keys;

const BACKLOG: i32 = 1024;
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

const KEEPALIVE_IDLE: Duration = Duration::from_secs(15);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
/// Linux also counts a peer that acknowledges but does not read; one that pauses for a minute is kept.
#[cfg(target_os = "linux")]
const USER_TIMEOUT: Duration = Duration::from_secs(90);
/// What the system may hold of ours that it has not sent yet. More would be old by the time it is sent over a slow link,
/// where newer values are better.
#[cfg(any(target_os = "linux", target_os = "android"))]
const UNSENT_BYTES: u32 = 16 * 1024;

/// Opens the listening socket that `options` ask for; gives the address it got.
///
/// # Errors
/// `PortInUse`, `Address`, `Permission`, `Resolve`, `InsecureBind` or `System`, each with its remedy.
pub(crate) async fn bind(options: &Options, keys: &Keys) -> Result<(TcpListener, SocketAddr)> {
    let address = resolve(options).await?;
    if !address.ip().to_canonical().is_loopback()
        && !options.allow_anonymous_network
        && !knows_its_clients(options, keys)
    {
        return Err(Error::new(
            ErrorCode::InsecureBind,
            format!(
                "address {} can be reached from other machines and nothing authenticates clients: keep 127.0.0.1, \
                 or set the option access_token (or user and password, or add tokens with roles) or tls_client_ca_file, \
                 or the option allow_anonymous_network, which lets everyone on that network read and write every signal",
                address.ip()
            ),
        ));
    }
    let listener = open(address).map_err(|error| bind_error(address, &error))?;
    let local = listener
        .local_addr()
        .map_err(|error| bind_error(address, &error))?;
    Ok((listener, local))
}

/// Whether anything tells who a client is. Tokens and passwords do, also when they were all revoked since: then nobody
/// gets in.
fn knows_its_clients(options: &Options, keys: &Keys) -> bool {
    keys.closed() || options.tls.client_ca_file.is_some()
}

async fn resolve(options: &Options) -> Result<SocketAddr> {
    let host = unbracketed(&options.address);
    if let Ok(ip) = host.parse::<IpAddr>() {
        return Ok(SocketAddr::new(ip, options.port));
    }
    if host.eq_ignore_ascii_case("localhost") {
        return Ok(SocketAddr::from(([127, 0, 0, 1], options.port)));
    }
    let error = |code, cause: &dyn std::fmt::Display| {
        Error::new(
            code,
            format!(
                "option address {host:?} is no IP address and does not resolve to one ({cause}): use 127.0.0.1 for this machine alone, 0.0.0.0 for every network, or one of this machine's addresses"
            ),
        )
    };
    // All digits and dots is a mistyped address, which is not worth a look-up.
    if host.bytes().all(|b| b.is_ascii_digit() || b == b'.') || host.contains(':') {
        return Err(error(ErrorCode::Address, &"it is malformed"));
    }
    let found = tokio::net::lookup_host((host, options.port));
    match tokio::time::timeout(options.connect_timeout, found).await {
        Ok(Ok(mut addresses)) => addresses
            .next()
            .ok_or_else(|| error(ErrorCode::Resolve, &"it has none")),
        Ok(Err(cause)) => Err(error(ErrorCode::Resolve, &cause)),
        Err(_) => Err(error(ErrorCode::Resolve, &"no answer in time")),
    }
}

/// `address` without blanks around it and without the brackets of an IPv6 address.
pub(crate) fn unbracketed(address: &str) -> &str {
    let address = address.trim();
    address
        .strip_prefix('[')
        .and_then(|a| a.strip_suffix(']'))
        .unwrap_or(address)
}

fn open(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // On Unix this only skips the wait for old connections. On Windows it would let two programs share the port. Its
    // default keeps other users' programs away, and every program from an address that is listened on by itself;
    // SO_EXCLUSIVEADDRUSE would do no more than that for loopback, and keep the port taken while old connections last.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    if address.is_ipv6() && address.ip().is_unspecified() {
        // `::` means every network, whatever this machine's default is.
        let _ = socket.set_only_v6(false);
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

fn bind_error(address: SocketAddr, error: &io::Error) -> Error {
    let (ip, port) = (address.ip(), address.port());
    let who = if cfg!(windows) {
        "`netstat -ano`"
    } else if cfg!(target_os = "linux") {
        "`ss -ltnp`"
    } else {
        "`lsof -nP -iTCP -sTCP:LISTEN`"
    };
    match error.kind() {
        io::ErrorKind::AddrInUse => Error::new(
            ErrorCode::PortInUse,
            format!(
                "port {port} on {ip} is taken by another program: choose another port, or 0 for a free one; {who} shows who has it"
            ),
        ),
        io::ErrorKind::AddrNotAvailable => Error::new(
            ErrorCode::Address,
            format!(
                "{ip} is not an address of this machine: use 127.0.0.1 for this machine alone, 0.0.0.0 for every network, or one of this machine's addresses"
            ),
        ),
        io::ErrorKind::PermissionDenied => Error::new(
            ErrorCode::Permission,
            format!(
                "this user may not listen on port {port} of {ip}: choose a port from 1024 up, such as 1234"
            ),
        ),
        _ => Error::new(
            ErrorCode::System,
            format!("cannot listen on {address}: {error}"),
        ),
    }
}

/// Hands every connection to `on_connection` until `stop` is ready.
///
/// No error ends it: a connection that failed before it was accepted is skipped; when the system has no
/// descriptors or memory left, `on_trouble` is told once and the listener tries again after a pause.
pub(crate) async fn accept_loop(
    listener: TcpListener,
    mut on_connection: impl FnMut(TcpStream, SocketAddr),
    mut on_trouble: impl FnMut(Error),
    stop: impl Future<Output = ()>,
) {
    let mut stop = pin!(stop);
    let mut pause = SHORTEST_PAUSE;
    let mut in_trouble = false;
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, mut peer)) => {
                pause = SHORTEST_PAUSE;
                in_trouble = false;
                // A dual-stack socket shows an IPv4 client as ::ffff:a.b.c.d.
                peer.set_ip(peer.ip().to_canonical());
                tune(&stream);
                on_connection(stream, peer);
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                if !in_trouble {
                    in_trouble = true;
                    on_trouble(Error::new(
                        ErrorCode::System,
                        format!(
                            "cannot accept connections at the moment, trying again: {error} (too many open files? raise the limit, `ulimit -n`)"
                        ),
                    ));
                }
                tokio::select! {
                    () = &mut stop => return,
                    () = tokio::time::sleep(pause) => {}
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

/// The error belongs to a connection that is gone already, not to the listener.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        error.kind(),
        Kind::ConnectionAborted
            | Kind::ConnectionReset
            | Kind::ConnectionRefused
            | Kind::Interrupted
            | Kind::TimedOut
            | Kind::HostUnreachable
            | Kind::NetworkUnreachable
            | Kind::NetworkDown
    )
}

/// Small frames leave at once, and a peer that vanished is noticed even when nobody pings.
/// What the system does not support is left as it is.
pub(crate) fn tune(stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE_IDLE)
        .with_interval(KEEPALIVE_INTERVAL);
    let _ = socket.set_tcp_keepalive(&keepalive);
    #[cfg(target_os = "linux")]
    let _ = socket.set_tcp_user_timeout(Some(USER_TIMEOUT));
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = socket.set_tcp_notsent_lowat(UNSENT_BYTES);
}
