//! Everything a host can choose when it creates an interface, with the document's defaults.

mod tls;

use std::fmt;
use std::time::Duration;

use crate::access::{TokenTransport, check_options, without_query};
use crate::error::{Error, ErrorCode, Result};
use crate::escape::escape;
use crate::value::{Direction, Perspective};

pub use tls::Tls;

/// Server or client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mode {
    /// Connects to a server.
    Client = 0,
    /// Listens for clients.
    Server = 1,
}

/// When changed values go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum SendMode {
    /// Every `update_cycle`.
    Cycle = 0,
    /// As soon as something changes; what changes meanwhile is gathered.
    OnChange = 1,
    /// Only when the host flushes. Until then no peer sees what is set, whatever it asks for.
    Manual = 2,
}

/// What import does with the direction in a peer's `PLCInput…` and `PLCOutput…` types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ImportDirection {
    /// Inverts it, as the protocol's document says.
    Invert = 0,
    /// Keeps it, for peers that already speak of our direction.
    Keep = 1,
}

/// How directions appear in the catalogue that we give to peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum CatalogDirection {
    /// As declared.
    Keep = 0,
    /// Inverted.
    Invert = 1,
    /// Without direction: `Bool`, `Int`, `Float`, `Text`.
    Neutral = 2,
}

/// Bounds on what peers can make us hold. See each field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connected clients in all; the next one gets HTTP 503.
    pub max_clients: u32,
    /// Connected clients from one address (of IPv6: from one /64), on a bind wider than loopback or through a trusted
    /// proxy.
    pub max_clients_per_address: u32,
    /// The largest message that is accepted, in bytes; larger ones close the connection with 1009.
    /// 0 = 4 MiB for a server, 64 MiB for a client. An `import_answer` that was asked for may have 64 MiB.
    /// Of all clients' unfinished messages together a server holds 16 times this and 64 MiB; a client that would
    /// exceed it is closed with 1013.
    pub max_message_bytes: u32,
    /// Signals in all.
    pub max_signals: u32,
    /// Time for TLS and the HTTP upgrade together.
    pub handshake_timeout: Duration,
    /// Connections that are still in their handshake; for one more the oldest is cut, of the address that has most.
    pub max_pending_handshakes: u32,
}

/// Everything a host can choose when it creates an interface.
///
/// Start from [`Options::client`] or [`Options::server`] and change fields.
#[derive(Clone, PartialEq, Eq)]
pub struct Options {
    /// Server or client.
    pub mode: Mode,
    /// Server: the IP address to listen on. Client: the server's address or host name. Default `127.0.0.1`.
    pub address: String,
    /// TCP port, default 1234. A server may use 0 to get a free one.
    pub port: u16,
    /// Client: the URL's path (and query), default `/`. Server: if set, other paths get HTTP 404.
    pub path: Option<String>,
    /// Client: the name in `init`.
    pub client_name: String,

    /// The side that this program stands on; decides the access of declared signals.
    pub own_perspective: Perspective,
    /// The side the peer stands on, if known; gives imported signals strict access.
    pub peer_perspective: Option<Perspective>,
    /// What import does with the peer's directions.
    pub import_direction: ImportDirection,
    /// How directions appear in our catalogue.
    pub catalog_direction: CatalogDirection,
    /// Direction of a signal that has none and that no pattern matches. `Auto` is not allowed here.
    pub default_direction: Direction,
    /// Use the patterns.
    pub use_patterns: bool,
    /// Substrings of names that mark a signal as `Input`.
    pub input_patterns: Vec<String>,
    /// Substrings of names that mark a signal as `Output`.
    pub output_patterns: Vec<String>,

    /// When changed values go out.
    pub send_mode: SendMode,
    /// The cycle of [`SendMode::Cycle`], default 10 ms.
    pub update_cycle: Duration,
    /// Send only what changed. `false`: every cycle carries every signal the host has set.
    pub only_transmit_changed: bool,
    /// Server: pass values that one client sent on to the others.
    pub relay: bool,
    /// Apply a peer's value even to a signal whose access is WRITE.
    pub accept_remote_writes: bool,
    /// Create signals from an `import_answer` that was not asked for.
    pub auto_import: bool,
    /// Server: of two clients' signals of one name that differ in kind or direction, the one that came later is kept as
    /// `client/name`, with the name that its client gave itself. `false`: the first stands, the other is reported.
    pub prefix_collisions: bool,
    /// Refuse values that lose something when converted (`1.5` for an int).
    pub strict_types: bool,

    /// Larger `data` messages are split into several of about this size; 0 = never. The values of one
    /// message are applied together, those of several are not.
    pub max_data_frame_bytes: u32,
    /// Peers that asked for the catalogue get a fresh one when it grows.
    pub catalog_push: bool,
    /// Give messages of unknown types to the host, as events.
    pub raw_events: bool,

    /// Client: connect again when the connection is lost or cannot be made.
    pub auto_reconnect: bool,
    /// Time between attempts, ±10 %.
    pub reconnect_interval: Duration,
    /// The interval doubles up to this; zero = it stays fixed.
    pub reconnect_backoff_max: Duration,
    /// Attempts before giving up; `None` = unlimited.
    pub max_reconnect_attempts: Option<u32>,
    /// Time for one attempt: look-up, TCP, TLS and upgrade.
    pub connect_timeout: Duration,

    /// Time between keep-alive pings; zero = none.
    pub ping_interval: Duration,
    /// A peer that has answered a ping before is dead after this long without a byte; zero, or no pings = never. Not
    /// shorter than `ping_interval`.
    pub peer_timeout: Duration,
    /// An empty `data` goes to a peer that has got none for this long; zero = never.
    pub heartbeat: Duration,
    /// How much longer a window stays open towards a peer that is not this library.
    pub fence_grace: Duration,
    /// Client: how long READ_WRITE signals wait for the server's first state after a connect.
    pub resync_wait: Duration,
    /// Server: how long after connecting a client that stays silent gets the first full state.
    pub first_state_wait: Duration,

    /// Bounds on what peers can make us hold.
    pub limits: Limits,
    /// TLS.
    pub tls: Tls,
    /// Server: web pages (values of `Origin`) that may connect, exact; `*` = any. Default: none.
    pub allowed_origins: Vec<String>,
    /// Server: names that may stand in `Host`, besides IP literals, `localhost` and this machine's name.
    pub allowed_hosts: Vec<String>,
    /// Server: allow listening beyond loopback although nothing authenticates clients.
    pub allow_anonymous_network: bool,
    /// Server: clients must present this token, and may do everything with it; see also
    /// [`Interface::add_token`](crate::Interface::add_token). Client: the token that it presents.
    pub access_token: Option<String>,
    /// Server: clients may present this user and `password` (HTTP Basic) instead, and may do everything with it. Client:
    /// the user that it presents.
    pub user: Option<String>,
    /// See `user`.
    pub password: Option<String>,
    /// Client: how it presents the token.
    pub token_transport: TokenTransport,
    /// Client: present token or password without TLS to another machine, too.
    pub allow_plain_credentials: bool,
    /// Server: addresses and networks (`10.0.0.0/8`) of proxies. The address that these tell of a client in
    /// `X-Forwarded-For`, or else in `Forwarded`, is the one that counts for limits, wrong tokens and the log.
    pub trusted_proxies: Vec<String>,
    /// Log every frame.
    pub debug: bool,
    /// Write the log to standard error, too. The environment variable `RV_LOG` (`error`, `warn`,
    /// `info`, `debug`) does the same for every interface, down to that level.
    pub log_to_stderr: bool,
}

impl Options {
    /// The defaults of a client.
    #[must_use]
    pub fn client() -> Self {
        Self {
            mode: Mode::Client,
            address: "127.0.0.1".to_owned(),
            port: 1234,
            path: None,
            client_name: "realvirtual-ws".to_owned(),
            own_perspective: Perspective::Simulation,
            peer_perspective: None,
            import_direction: ImportDirection::Invert,
            catalog_direction: CatalogDirection::Keep,
            default_direction: Direction::Input,
            use_patterns: false,
            input_patterns: Vec::new(),
            output_patterns: Vec::new(),
            send_mode: SendMode::Cycle,
            update_cycle: Duration::from_millis(10),
            only_transmit_changed: true,
            relay: true,
            accept_remote_writes: false,
            auto_import: false,
            prefix_collisions: false,
            strict_types: false,
            max_data_frame_bytes: 0,
            catalog_push: false,
            raw_events: false,
            auto_reconnect: true,
            reconnect_interval: Duration::from_secs(2),
            reconnect_backoff_max: Duration::ZERO,
            max_reconnect_attempts: None,
            connect_timeout: Duration::from_secs(10),
            ping_interval: Duration::from_secs(5),
            peer_timeout: Duration::from_secs(15),
            heartbeat: Duration::from_secs(1),
            fence_grace: Duration::from_millis(100),
            resync_wait: Duration::from_millis(500),
            first_state_wait: Duration::from_millis(250),
            limits: Limits {
                max_clients: 512,
                max_clients_per_address: 64,
                max_message_bytes: 0,
                max_signals: 100_000,
                handshake_timeout: Duration::from_secs(5),
                max_pending_handshakes: 64,
            },
            tls: Tls::default(),
            allowed_origins: Vec::new(),
            allowed_hosts: Vec::new(),
            allow_anonymous_network: false,
            access_token: None,
            user: None,
            password: None,
            token_transport: TokenTransport::Auto,
            allow_plain_credentials: false,
            trusted_proxies: Vec::new(),
            debug: false,
            log_to_stderr: false,
        }
    }

    /// The defaults of a server.
    #[must_use]
    pub fn server() -> Self {
        Self {
            mode: Mode::Server,
            ..Self::client()
        }
    }

    /// Checks what can be checked without the network.
    ///
    /// # Errors
    /// [`ErrorCode::Argument`] or [`ErrorCode::Address`], naming the option.
    pub fn validate(&self) -> Result<()> {
        let argument = |message: &str| Err(Error::new(ErrorCode::Argument, message));
        let address = self.address.trim();
        if address.is_empty() || address.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(Error::new(
                ErrorCode::Address,
                format!(
                    "option address {:?} is empty or holds blanks: give an IP address or a host name such as 127.0.0.1",
                    self.address
                ),
            ));
        }
        if address.contains("://") {
            return Err(Error::new(
                ErrorCode::Address,
                format!(
                    "option address {address:?} is a URL: give the host alone, and port, path and TLS in their own options"
                ),
            ));
        }
        if self.mode == Mode::Client && self.port == 0 {
            return argument(
                "option port is 0: a client needs the server's port (the default is 1234)",
            );
        }
        self.tls.validate(self.mode)?;
        if self.mode == Mode::Client && has_port(address) {
            return Err(Error::new(
                ErrorCode::Address,
                format!("option address {address:?} holds a port: give it in option port"),
            ));
        }
        if self.default_direction == Direction::Auto {
            return argument("option default_direction must be INPUT or OUTPUT");
        }
        if self.update_cycle.is_zero() || self.update_cycle > Duration::from_secs(3600) {
            return argument("option update_cycle_ms must be 1 to 3600000");
        }
        if !self.peer_timeout.is_zero() && self.ping_interval > self.peer_timeout {
            return argument(
                "option ping_interval_ms is longer than peer_timeout_ms: a peer that has nothing to say would be taken for dead between two pings",
            );
        }
        if self.client_name.len() > 256 {
            return argument("option client_name is longer than 256 bytes");
        }
        if let Some(path) = &self.path
            && path.contains(|c: char| c.is_whitespace() || c.is_control() || c == '#')
        {
            return argument(
                "option path holds a blank, a control character or '#': percent-encode it",
            );
        }
        if let Some(origin) = self
            .allowed_origins
            .iter()
            .find(|origin| !is_origin(origin))
        {
            return argument(&format!(
                "option allowed_origins holds {}, which no web page's Origin is: write scheme, host and port, such as https://viewer.example or http://127.0.0.1:8080, or \"*\" for any page",
                escape(origin)
            ));
        }
        if self.limits.max_signals == 0 || self.limits.max_signals > 10_000_000 {
            return argument("option max_signals must be 1 to 10000000");
        }
        check_options(self)
    }

    /// The largest message in bytes that a peer may send unasked.
    #[must_use]
    pub const fn message_cap(&self) -> usize {
        match (self.limits.max_message_bytes, self.mode) {
            (0, Mode::Server) => 4 << 20,
            (0, Mode::Client) => 64 << 20,
            (n, _) => n as usize,
        }
    }
}

impl fmt::Debug for Options {
    /// Without token, password and query, which may hold one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("mode", &self.mode)
            .field("address", &self.address)
            .field("port", &self.port)
            .field("path", &self.path.as_deref().map(without_query))
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

/// Whether a page's `Origin` can look so: a scheme, a host and perhaps a port, without a path.
fn is_origin(entry: &str) -> bool {
    let entry = entry.trim();
    let rest = entry.split_once("://").map(|(scheme, rest)| {
        let host = rest.strip_suffix('/').unwrap_or(rest);
        !scheme.is_empty() && !host.is_empty() && !host.contains(['/', '?', '#', ' '])
    });
    // Pages from files have none, and some web views call that "file://".
    entry == "file://" || rest.unwrap_or(entry == "*" || entry == "null")
}

/// Whether a port is written behind a host name or an IPv4 address, or behind brackets.
fn has_port(address: &str) -> bool {
    match address.rsplit_once(']') {
        Some((_, rest)) => rest.starts_with(':'),
        // An IPv6 address has two colons at least.
        None => address.matches(':').count() == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid() {
        Options::client().validate().unwrap();
        Options::server().validate().unwrap();
    }

    #[test]
    fn addresses_with_colons_are_good() {
        for address in ["::1", "[::1]", "fe80::1%eth0", "localhost"] {
            let mut options = Options::client();
            options.address = address.into();
            options.validate().unwrap();
        }
    }

    #[test]
    fn origins_as_browsers_send_them_are_good() {
        let mut server = Options::server();
        let good = [
            "*",
            "null",
            "file://",
            "https://a.example",
            "http://[::1]:80",
            "https://a.example/",
        ];
        server.allowed_origins = good.map(str::to_owned).to_vec();
        server.validate().unwrap();
    }

    #[test]
    fn bad_options_are_named() {
        type Change = fn(&mut Options);
        let cases: [(Change, ErrorCode, &str); 12] = [
            (|o| o.address = " ".into(), ErrorCode::Address, "address"),
            (|o| o.address = "ws://h".into(), ErrorCode::Address, "URL"),
            (|o| o.port = 0, ErrorCode::Argument, "port"),
            (
                |o| o.address = "127.0.0.1:7000".into(),
                ErrorCode::Address,
                "port",
            ),
            (
                |o| o.address = "[::1]:7000".into(),
                ErrorCode::Address,
                "port",
            ),
            (
                |o| o.default_direction = Direction::Auto,
                ErrorCode::Argument,
                "default_direction",
            ),
            (
                |o| o.update_cycle = Duration::ZERO,
                ErrorCode::Argument,
                "update_cycle_ms",
            ),
            (
                |o| o.path = Some("/a b".into()),
                ErrorCode::Argument,
                "path",
            ),
            (
                |o| o.allowed_origins = vec!["*".into(), "viewer.example".into()],
                ErrorCode::Argument,
                "viewer.example",
            ),
            (
                |o| o.allowed_origins = vec!["https://viewer.example/page".into()],
                ErrorCode::Argument,
                "allowed_origins",
            ),
            (
                |o| o.peer_timeout = Duration::from_secs(4),
                ErrorCode::Argument,
                "ping_interval_ms",
            ),
            (
                |o| o.limits.max_signals = 0,
                ErrorCode::Argument,
                "max_signals",
            ),
        ];
        for (change, code, word) in cases {
            let mut options = Options::client();
            change(&mut options);
            let error = options.validate().unwrap_err();
            assert_eq!(error.code(), code);
            assert!(error.message().contains(word), "{error}");
        }
    }
}
