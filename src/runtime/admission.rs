//! From an accepted socket to a WebSocket, or to a proper HTTP refusal.
//!
//! tungstenite's own accept takes any `Origin`, any `Host` and any length, and drops most bad requests
//! without an answer. So the request is read and judged here, and tungstenite begins after the `101`.

use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::clock;
use super::http_head::{self, Head, HeadError};
use super::keys::{Keys, Presented, Verdict, offers_protocol};
use super::meter::Meter;
use super::origin::Authority;
pub(crate) use super::origin::Policy;
use crate::access::{Grant, PROTOCOL};
use crate::escape::escape;

/// A client that was let in.
#[derive(Debug)]
pub(crate) struct Accepted<S> {
    pub(crate) socket: WebSocketStream<Meter<S>>,
    /// The request's target, as sent: path and query.
    pub(crate) target: String,
    /// The web page's origin; `None` for a native program.
    pub(crate) origin: Option<String>,
    /// The client's own address, which a trusted proxy may have told.
    pub(crate) address: IpAddr,
    /// What it may do; `None` on a server that asks nobody.
    pub(crate) grant: Option<Arc<Grant>>,
}

/// A client that was turned away; it has had its answer already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The HTTP status sent; 0 when the client was gone before one could be.
    pub(crate) status: u16,
    /// One line that names the option to change, if there is one.
    pub(crate) log: String,
    /// The client's own address, as far as it is known.
    pub(crate) address: IpAddr,
}

/// What a server asks of its clients.
#[derive(Clone, Copy)]
pub(crate) struct Door<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) keys: &'a Keys,
    /// Names the option by which there is no room for a client from this address.
    pub(crate) full: &'a (dyn Fn(IpAddr) -> Option<&'static str> + Sync),
}

#[cfg(any(test, feature = "harness"))]
impl<'a> Door<'a> {
    /// Of a server that asks nobody for a token.
    pub(crate) fn open(policy: &'a Policy) -> Self {
        static NONE: std::sync::LazyLock<Keys> = std::sync::LazyLock::new(Keys::default);
        Self {
            policy,
            keys: &NONE,
            full: &|_| None,
        }
    }
}

/// What a refused client is told (never anything it sent), and what the log says.
struct No {
    status: u16,
    body: &'static str,
    why: String,
    /// Further header lines of the answer.
    headers: String,
}

impl No {
    fn new(status: u16, body: &'static str, why: impl Display) -> Self {
        Self {
            status,
            body,
            why: why.to_string(),
            headers: String::new(),
        }
    }
}

fn no<T>(status: u16, body: &'static str, why: impl Display) -> Result<T, No> {
    Err(No::new(status, body, why))
}

struct Yes {
    key: String,
    origin: Option<String>,
    grant: Option<Arc<Grant>>,
    /// The answer names the subprotocol.
    protocol: bool,
}

/// Reads the upgrade request of `peer` from `stream` and answers it. The caller bounds the time.
pub(crate) async fn accept<S>(
    mut stream: S,
    door: Door<'_>,
    peer: SocketAddr,
    config: WebSocketConfig,
) -> Result<Accepted<S>, Refusal>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let caller = Caller::direct(peer);
    let (head, early) = match http_head::read(&mut stream).await {
        Ok(read) => read,
        Err(HeadError::Gone(bytes, error)) => {
            let cause = error.map(|e| format!(" ({e})")).unwrap_or_default();
            return Err(caller.left(format_args!("after {bytes} bytes of its request{cause}")));
        }
        Err(HeadError::TooLarge) => {
            let no = No::new(
                431,
                "The request's head is larger than 16 KiB or 64 lines.",
                "its request has more than 16 KiB or 64 header lines",
            );
            return Err(caller.refuse(&mut stream, no).await);
        }
        Err(HeadError::Tls) => {
            let no = No::new(
                400,
                "This port speaks plain HTTP: use ws://, not wss://.",
                "it speaks TLS (wss://) and this server does not: switch TLS off in the client",
            );
            return Err(caller.refuse(&mut stream, no).await);
        }
        Err(HeadError::Malformed(why)) => {
            let no = No::new(
                400,
                "This is not an HTTP/1.1 WebSocket upgrade request.",
                format_args!("its request cannot be used: {why}"),
            );
            return Err(caller.refuse(&mut stream, no).await);
        }
    };
    let caller = Caller {
        peer,
        address: door.policy.client(peer.ip(), &head),
    };
    let yes = match judge(&head, door, caller.address) {
        Ok(yes) => yes,
        Err(no) => return Err(caller.refuse(&mut stream, no).await),
    };
    // Never the subprotocol with the token: answers are logged in other places than requests.
    let protocol = if yes.protocol {
        format!("Sec-WebSocket-Protocol: {PROTOCOL}\r\n")
    } else {
        String::new()
    };
    let response = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {}\r\n{protocol}\r\n",
        derive_accept_key(yes.key.as_bytes())
    );
    let sent = async {
        stream.write_all(response.as_bytes()).await?;
        stream.flush().await
    };
    if let Err(error) = sent.await {
        return Err(caller.left(format_args!("before the upgrade was answered ({error})")));
    }
    // Frames that came along with the request are read from the meter like all others.
    let cap = config.max_message_size.unwrap_or(usize::MAX);
    let meter = Meter::after_handshake(stream, &early, cap);
    Ok(Accepted {
        socket: WebSocketStream::from_raw_socket(meter, Role::Server, Some(config)).await,
        target: head.target,
        origin: yes.origin,
        address: caller.address,
        grant: yes.grant,
    })
}

/// Tells a client that there are too many; its request is not looked at.
pub(crate) async fn refuse_busy<S>(mut stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    answer(&mut stream, 503, BUSY, "").await;
}

const BUSY: &str = "The server has as many clients as it may have. Try again later.";

/// Tells a client that speaks plain HTTP to a server of TLS; its request is not looked at.
pub(crate) async fn refuse_plain<S>(mut stream: S, peer: SocketAddr) -> Refusal
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let no = No::new(
        400,
        "This port speaks TLS: use wss://, not ws://.",
        "it speaks plain text (ws://) and this server TLS: switch TLS on in the client",
    );
    Caller::direct(peer).refuse(&mut stream, no).await
}

/// Whom a request came from.
struct Caller {
    peer: SocketAddr,
    /// The client's own address, which a trusted proxy may have told.
    address: IpAddr,
}

impl Display for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&named(self.peer, self.address))
    }
}

/// A client for the log: its own address, and by which proxy it comes.
pub(crate) fn named(peer: SocketAddr, address: IpAddr) -> String {
    if peer.ip() == address {
        peer.to_string()
    } else {
        format!("{address} (by the proxy {peer})")
    }
}

impl Caller {
    fn direct(peer: SocketAddr) -> Self {
        let address = peer.ip();
        Self { peer, address }
    }

    fn left(&self, when: std::fmt::Arguments<'_>) -> Refusal {
        Refusal {
            status: 0,
            log: format!("{self} left {when}"),
            address: self.address,
        }
    }

    async fn refuse<S>(&self, stream: &mut S, no: No) -> Refusal
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        answer(stream, no.status, no.body, &no.headers).await;
        Refusal {
            status: no.status,
            log: format!("refused {self} with HTTP {}: {}", no.status, no.why),
            address: self.address,
        }
    }
}

fn judge(head: &Head, door: Door<'_>, address: IpAddr) -> Result<Yes, No> {
    let policy = door.policy;
    let Some((authority, path)) = head.authority_and_path() else {
        return no(400, "Bad request target.", "bad request target");
    };
    let host = host(head, authority)?;
    if !policy.allows_host(&host.0) {
        return no(
            403,
            "This server does not answer to that Host: see its option allowed_hosts.",
            format_args!(
                "Host \"{}\" is neither an IP address, localhost nor this machine's name; add it to allowed_hosts if that is right",
                escape(&host.1)
            ),
        );
    }
    let Ok(origin) = head.one("origin") else {
        return no(400, "More than one Origin.", "it sent more than one Origin");
    };
    let origin = origin.map(|origin| String::from_utf8_lossy(origin).into_owned());
    if let Some(origin) = &origin
        && !policy.allows_origin(origin, &host.0)
    {
        return no(
            403,
            "Web pages of this Origin may not connect: see the server's option allowed_origins.",
            format_args!(
                "a web page of Origin \"{}\" is not in allowed_origins; add it there if it may connect",
                escape(origin)
            ),
        );
    }
    if head.method != "GET" {
        return no(
            405,
            "Only GET is answered here.",
            format_args!("method {} instead of GET", escape(&head.method)),
        );
    }
    if head.has_body() {
        return no(400, "An upgrade request has no body.", "it sent a body");
    }
    if !policy.allows_path(path) {
        return no(
            404,
            "There is nothing at this path.",
            format_args!("path \"{}\" is not the option path", escape(path)),
        );
    }
    let key = upgrade_key(head)?;
    // Last, so that only what could connect counts as a guess.
    let grant = credentials(head, door.keys, address)?;
    if let Some(option) = (door.full)(address) {
        return no(503, BUSY, format_args!("option {option} is reached"));
    }
    let protocol = offers_protocol(head);
    Ok(Yes {
        key,
        origin,
        grant,
        protocol,
    })
}

/// What the client may do, if it presents what this server asks for.
fn credentials(head: &Head, keys: &Keys, address: IpAddr) -> Result<Option<Arc<Grant>>, No> {
    if !keys.closed() {
        return Ok(None);
    }
    let presented = match Presented::all(head) {
        Ok(presented) => presented,
        Err(twice) => {
            return no(
                400,
                "A request presents a token once.",
                format_args!("it sent {twice}"),
            );
        }
    };
    let (body, why) = match keys.judge(&presented, address, clock::now()) {
        Verdict::Pass(grant) => return Ok(grant),
        Verdict::Missing => (
            "This server wants a token or a password.",
            "it presents neither token nor password",
        ),
        Verdict::Wrong => (
            "This token or password is wrong.",
            "its token or password is wrong",
        ),
        Verdict::Later(wait) => {
            let mut no = No::new(
                429,
                "Too many wrong tokens or passwords from this address. Try again later.",
                format_args!(
                    "too many wrong tokens or passwords from its address, which are not looked at for another {} ms",
                    wait.as_millis()
                ),
            );
            // Rounded up: who comes back then is heard.
            no.headers = format!("Retry-After: {}\r\n", wait.as_millis().div_ceil(1000));
            return Err(no);
        }
    };
    let mut no = No::new(401, body, why);
    no.headers = "WWW-Authenticate: Bearer realm=\"realvirtual-ws\"\r\n".to_owned();
    if keys.has_users() {
        no.headers
            .push_str("WWW-Authenticate: Basic realm=\"realvirtual-ws\", charset=\"UTF-8\"\r\n");
    }
    Err(no)
}

/// The validated form of `Host`, and its text.
fn host(head: &Head, authority: Option<&str>) -> Result<(Authority, String), No> {
    let Ok(Some(text)) = head.one("host") else {
        return no(
            400,
            "A request needs exactly one Host.",
            "it sent no Host, or several",
        );
    };
    let text = String::from_utf8_lossy(text).into_owned();
    let Some(host) = Authority::parse(&text) else {
        return no(
            400,
            "Bad Host.",
            format_args!("Host \"{}\" is malformed", escape(&text)),
        );
    };
    if authority.is_some_and(|other| Authority::parse(other).as_ref() != Some(&host)) {
        return no(
            400,
            "The target's host differs from Host.",
            "its target names another host than Host",
        );
    }
    Ok((host, text))
}

fn upgrade_key(head: &Head) -> Result<String, No> {
    if !head.has_token("upgrade", "websocket") {
        return no(
            426,
            "This is a WebSocket server: connect with a WebSocket client.",
            "a plain HTTP request instead of a WebSocket upgrade",
        );
    }
    if !head.has_token("connection", "upgrade") {
        return no(
            400,
            "The header Connection must hold Upgrade.",
            "Connection does not hold Upgrade (a proxy that does not forward WebSockets?)",
        );
    }
    if head.one("sec-websocket-version") != Ok(Some(&b"13"[..])) {
        return no(
            426,
            "Only WebSocket version 13 is spoken here.",
            "another WebSocket version than 13",
        );
    }
    match head.one("sec-websocket-key") {
        Ok(Some(key)) if http_head::is_websocket_key(key) => {
            Ok(String::from_utf8_lossy(key).into_owned())
        }
        _ => no(
            400,
            "Bad Sec-WebSocket-Key.",
            "Sec-WebSocket-Key is missing, repeated or malformed",
        ),
    }
}

/// How much more of a refused request is read, and for how long. Closing a socket with unread bytes
/// resets it, and the client would never see its answer.
const DRAIN_BYTES: u64 = 8 << 20;
const DRAIN_TIME: Duration = Duration::from_secs(1);

async fn answer<S>(stream: &mut S, status: u16, body: &str, headers: &str)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let reason = match status {
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        426 => "Upgrade Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        _ => "Bad Request",
    };
    let extra = match status {
        405 => "Allow: GET\r\n",
        426 => "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
        503 => "Retry-After: 5\r\n",
        _ => "",
    };
    // RFC 9110 wants `Upgrade` among the connection's options where the header is sent.
    let connection = if status == 426 {
        "close, Upgrade"
    } else {
        "close"
    };
    let text = format!(
        "HTTP/1.1 {status} {reason}\r\nConnection: {connection}\r\n{extra}{headers}\
         Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n\
         Content-Length: {}\r\n\r\n{body}\n",
        body.len() + 1
    );
    let _ = tokio::time::timeout(DRAIN_TIME, async {
        stream.write_all(text.as_bytes()).await?;
        stream.shutdown().await?;
        drain(stream, DRAIN_BYTES).await
    })
    .await;
}

/// Reads and forgets until the peer ends, or `bytes` have come.
pub(crate) async fn drain<S>(stream: &mut S, bytes: u64) -> std::io::Result<()>
where
    S: AsyncRead + Unpin,
{
    let mut left = bytes;
    let mut buffer = [0; 4096];
    while left > 0 {
        let n = stream.read(&mut buffer).await?;
        if n == 0 {
            break;
        }
        left = left.saturating_sub(n as u64);
    }
    Ok(())
}
