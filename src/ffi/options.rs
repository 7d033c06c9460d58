//! `rv_options`: every option of [`Options`] as C sees it.

use std::ffi::{CStr, c_char};
use std::ptr::null;
use std::time::Duration;

use safer_ffi::prelude::*;

use super::checked::checked;
use super::enums::{
    rv_catalog_direction, rv_catalog_direction_in, rv_direction, rv_direction_in,
    rv_import_direction, rv_import_direction_in, rv_mode, rv_mode_in, rv_perspective,
    rv_perspective_in, rv_send_mode, rv_send_mode_in, rv_token_transport, rv_token_transport_in,
};
use super::memory::Growing;
use super::string;
use crate::error::{Error, ErrorCode, Result};
use crate::options::{Limits, Options, Tls};

/// Everything that can be chosen for an interface. `rv_options_init` fills in the defaults of the table at the top.
///
/// Strings may be NULL, which is their default. Lists are one string with an entry on each line. Times are in
/// milliseconds. Booleans are 0 or 1. Reserved fields are 0.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rv_options {
    /// `sizeof(rv_options)`.
    pub struct_size: u32,
    /// Server or client.
    pub mode: rv_mode_in,
    /// Server: the IP address to listen on. Client: the server's address or host name.
    pub address: *const c_char,
    /// TCP port. A server may use 0 to get a free one, which `rv_get_info` tells.
    pub port: u16,
    pub reserved0: u16,
    pub reserved1: u32,
    /// Client: the URL's path and query. Server: if set, other paths get HTTP 404.
    pub path: *const c_char,
    /// Client: the name it gives itself.
    pub client_name: *const c_char,
    /// The side that this program stands on; decides the access of declared signals.
    pub own_perspective: rv_perspective_in,
    /// The side the peer stands on, if known; gives imported signals strict access.
    pub peer_perspective: rv_perspective_in,
    /// What import does with the peer's directions.
    pub import_direction: rv_import_direction_in,
    /// How directions appear in the catalogue that peers get.
    pub catalog_direction: rv_catalog_direction_in,
    /// Direction of a signal that has none and that no pattern matches; not `RV_DIRECTION_AUTO`.
    pub default_direction: rv_direction_in,
    /// When changed values go out.
    pub send_mode: rv_send_mode_in,
    /// List: substrings of names that mark a signal as `RV_DIRECTION_INPUT`.
    pub input_patterns: *const c_char,
    /// List: substrings of names that mark a signal as `RV_DIRECTION_OUTPUT`.
    pub output_patterns: *const c_char,
    /// The cycle of `RV_SEND_CYCLE`, 1 to 3600000.
    pub update_cycle_ms: u32,
    /// Client: time between attempts to connect, +-10 %. Towards a server that refuses this client (HTTP 401, 403, 429) it
    /// doubles up to a minute.
    pub reconnect_interval_ms: u32,
    /// Client: the interval doubles up to this; 0 = it stays fixed.
    pub reconnect_backoff_max_ms: u32,
    /// Client: attempts before giving up; -1 = unlimited.
    pub max_reconnect_attempts: i32,
    /// Client: time for one attempt, from looking the name up to the WebSocket handshake.
    pub connect_timeout_ms: u32,
    /// Time between keep-alive pings; 0 = none.
    pub ping_interval_ms: u32,
    /// A peer that has answered a ping before is dead after this long without a byte; 0, or no pings = never. Not
    /// shorter than `ping_interval_ms`.
    pub peer_timeout_ms: u32,
    /// A peer that has got no values for this long gets an empty message; 0 = never.
    pub heartbeat_ms: u32,
    /// How much longer a peer that is not this library may take until its values no longer count as crossing ours.
    pub fence_grace_ms: u32,
    /// Client: how long signals that both sides write wait for the server's state after a connect.
    pub resync_wait_ms: u32,
    /// Server: how long a new client may stay silent before it gets the whole state.
    pub first_state_wait_ms: u32,
    /// Server: connected clients in all; the next one gets HTTP 503.
    pub max_clients: u32,
    /// Server: connected clients from one address (of IPv6: from one /64), when listening beyond this machine or through a
    /// trusted proxy.
    pub max_clients_per_address: u32,
    /// The largest message accepted, in bytes; 0 = 4 MiB for a server, 64 MiB for a client. A server holds 16 times
    /// this and 64 MiB of all clients' unfinished messages together; a client that would exceed it is closed with 1013.
    pub max_message_bytes: u32,
    /// Signals in all, 1 to 10000000.
    pub max_signals: u32,
    /// Server: time for TLS and the HTTP upgrade together.
    pub handshake_timeout_ms: u32,
    /// Server: connections that are still in their handshake; for one more the oldest is cut, of the address that has most.
    pub max_pending_handshakes: u32,
    /// Larger messages with values are split into several of about this size; 0 = never. The values of one message
    /// are applied together, those of several are not.
    pub max_data_frame_bytes: u32,
    /// Use the patterns.
    pub use_patterns: u8,
    /// Send only what changed. 0 = every cycle carries every signal that the host has set.
    pub only_transmit_changed: u8,
    /// Server: pass values that one client sent on to the others.
    pub relay: u8,
    /// Apply a peer's value even to a signal whose access is `RV_ACCESS_WRITE`.
    pub accept_remote_writes: u8,
    /// Create signals from a catalogue that was not asked for.
    pub auto_import: u8,
    /// Refuse received values that lose something when converted, such as 1.5 for an int.
    pub strict_types: u8,
    /// Client: connect again when the connection is lost or cannot be made.
    pub auto_reconnect: u8,
    /// Server: allow listening beyond this machine although nothing authenticates clients.
    pub allow_anonymous_network: u8,
    /// Speak TLS (`wss://`). A server then needs `tls_certificate_file` and `tls_key_file`.
    pub tls: u8,
    /// Client: accept any certificate. Nothing then protects against an attacker in between.
    pub tls_insecure_skip_verify: u8,
    /// Log every frame.
    pub debug: u8,
    /// Peers that asked for the catalogue get a fresh one when signals were added.
    pub catalog_push: u8,
    /// Messages of unknown types become events `RV_EVENT_RAW`.
    pub raw_events: u8,
    /// Write the log to standard error, too. The environment variable `RV_LOG` (`error`, `warn`, `info`, `debug`) does
    /// so for every interface.
    pub log_to_stderr: u8,
    pub reserved3: [u8; 2],
    /// Client: a PEM file with authorities to trust besides the platform's.
    pub tls_ca_file: *const c_char,
    /// Client: the SHA-256 of the server's public key (SubjectPublicKeyInfo), as hexadecimal digits or Base64: a server
    /// with another key is refused, whoever vouches for it; NULL = none.
    pub tls_pin: *const c_char,
    /// Server, list: web pages that may connect, exactly as in `Origin`: scheme, host and port, such as
    /// `https://viewer.example`; "*" = any.
    pub allowed_origins: *const c_char,
    /// Server, list: names that may stand in `Host`, besides IP addresses, `localhost` and this machine's name.
    pub allowed_hosts: *const c_char,
    /// Server: when two clients bring signals of one name that differ in kind or direction, keep the later one as
    /// `client/name`, with the name that its client gave itself; that client goes on calling it `name`. 0 = the first
    /// one stands, and the other is reported as a conflict.
    pub prefix_collisions: u8,
    pub reserved4: [u8; 7],
    /// A PEM file with the certificate that this side shows, followed by those that lead to its authority. A server
    /// needs one for TLS; a client for servers that ask for it. Needs `tls_key_file`.
    pub tls_certificate_file: *const c_char,
    /// A PEM file with the private key of that certificate, not encrypted.
    pub tls_key_file: *const c_char,
    /// Server: a PEM file with authorities; clients must show a certificate of one of them. NULL = clients need none.
    pub tls_client_ca_file: *const c_char,
    /// Server: clients must present this token, and may do everything with it; see `rv_add_token` for more of them and
    /// for roles. Client: the token that it presents. Visible ASCII; NULL = none; "" is an error.
    pub access_token: *const c_char,
    /// Server: clients may present this user and `password` (HTTP Basic) instead of a token. Client: the user that it
    /// presents. NULL = none.
    pub user: *const c_char,
    /// See `user`.
    pub password: *const c_char,
    /// Server, list: addresses and networks (`10.0.0.0/8`) of proxies. The address of a client that these tell in
    /// `X-Forwarded-For`, or else in `Forwarded`, is the one that counts for limits, wrong tokens and the log; where
    /// it cannot be read, that of the proxy is. A proxy must set that header itself, or take away what a client sent.
    pub trusted_proxies: *const c_char,
    /// Client: how it presents the token.
    pub token_transport: rv_token_transport_in,
    /// Client: 1 = present token or password without TLS to another machine, too.
    pub allow_plain_credentials: u8,
    pub reserved5: [u8; 3],
}

// SAFETY: numbers and pointers, of any bit pattern, and laid out without implicit padding.
unsafe impl Growing for rv_options {
    const NAME: &'static str = "rv_options";
    const FIRST: usize = if size_of::<usize>() == 8 { 200 } else { 164 };
}
const _: () = assert!(size_of::<rv_options>() >= rv_options::FIRST);

const ADDRESS: &CStr = c"127.0.0.1";
const CLIENT_NAME: &CStr = c"realvirtual-ws";

/// In whole milliseconds, as options are given.
fn milliseconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

impl rv_options {
    /// The defaults; the strings live as long as the library.
    pub fn defaults(mode: rv_mode) -> Self {
        let options = match mode {
            rv_mode::RV_MODE_CLIENT => Options::client(),
            rv_mode::RV_MODE_SERVER => Options::server(),
        };
        let Limits {
            max_clients,
            max_clients_per_address,
            max_message_bytes,
            max_signals,
            handshake_timeout,
            max_pending_handshakes,
        } = options.limits;
        Self {
            struct_size: size_of::<Self>() as u32,
            mode: options.mode as u32,
            address: ADDRESS.as_ptr(),
            port: options.port,
            reserved0: 0,
            reserved1: 0,
            path: null(),
            client_name: CLIENT_NAME.as_ptr(),
            own_perspective: options.own_perspective as u32,
            peer_perspective: options.peer_perspective.map_or(0, |side| side as u32),
            import_direction: options.import_direction as u32,
            catalog_direction: options.catalog_direction as u32,
            default_direction: options.default_direction as u32,
            send_mode: options.send_mode as u32,
            input_patterns: null(),
            output_patterns: null(),
            update_cycle_ms: milliseconds(options.update_cycle),
            reconnect_interval_ms: milliseconds(options.reconnect_interval),
            reconnect_backoff_max_ms: milliseconds(options.reconnect_backoff_max),
            max_reconnect_attempts: options
                .max_reconnect_attempts
                .map_or(-1, |attempts| i32::try_from(attempts).unwrap_or(i32::MAX)),
            connect_timeout_ms: milliseconds(options.connect_timeout),
            ping_interval_ms: milliseconds(options.ping_interval),
            peer_timeout_ms: milliseconds(options.peer_timeout),
            heartbeat_ms: milliseconds(options.heartbeat),
            fence_grace_ms: milliseconds(options.fence_grace),
            resync_wait_ms: milliseconds(options.resync_wait),
            first_state_wait_ms: milliseconds(options.first_state_wait),
            max_clients,
            max_clients_per_address,
            max_message_bytes,
            max_signals,
            handshake_timeout_ms: milliseconds(handshake_timeout),
            max_pending_handshakes,
            max_data_frame_bytes: options.max_data_frame_bytes,
            use_patterns: options.use_patterns.into(),
            only_transmit_changed: options.only_transmit_changed.into(),
            relay: options.relay.into(),
            accept_remote_writes: options.accept_remote_writes.into(),
            auto_import: options.auto_import.into(),
            strict_types: options.strict_types.into(),
            auto_reconnect: options.auto_reconnect.into(),
            allow_anonymous_network: options.allow_anonymous_network.into(),
            tls: options.tls.enabled.into(),
            tls_insecure_skip_verify: options.tls.insecure_skip_verify.into(),
            debug: options.debug.into(),
            catalog_push: options.catalog_push.into(),
            raw_events: options.raw_events.into(),
            log_to_stderr: options.log_to_stderr.into(),
            reserved3: [0; 2],
            tls_ca_file: null(),
            tls_pin: null(),
            allowed_origins: null(),
            allowed_hosts: null(),
            prefix_collisions: options.prefix_collisions.into(),
            reserved4: [0; 7],
            tls_certificate_file: null(),
            tls_key_file: null(),
            tls_client_ca_file: null(),
            access_token: null(),
            user: null(),
            password: null(),
            trusted_proxies: null(),
            token_transport: options.token_transport as u32,
            allow_plain_credentials: options.allow_plain_credentials.into(),
            reserved5: [0; 3],
        }
    }

    /// The options of the facade. Ranges are its own business; here only what C can get wrong is checked.
    ///
    /// # Safety
    /// Each string is NULL or a NUL-terminated string that does not change during the call.
    pub unsafe fn to_options(self) -> Result<Options> {
        self.check_reserved()?;
        let text = |pointer, name| {
            // SAFETY: the caller's promise.
            unsafe { string::optional(pointer, name) }
        };
        let owned = |pointer, name| text(pointer, name).map(|text| text.map(str::to_owned));
        let list = |pointer, name| text(pointer, name).map(|text| lines(text.unwrap_or_default()));
        let ms = |value: u32| Duration::from_millis(value.into());
        let defaults = Options::client();
        Ok(Options {
            mode: checked::<rv_mode>(self.mode, "option mode")?.into(),
            address: owned(self.address, "option address")?.unwrap_or(defaults.address),
            port: self.port,
            path: owned(self.path, "option path")?.filter(|path| !path.is_empty()),
            client_name: owned(self.client_name, "option client_name")?
                .unwrap_or(defaults.client_name),
            own_perspective: Option::from(checked::<rv_perspective>(
                self.own_perspective,
                "option own_perspective",
            )?)
            .ok_or_else(|| {
                bad("own_perspective must be RV_PERSPECTIVE_SIMULATION or RV_PERSPECTIVE_CONTROLLER")
            })?,
            peer_perspective: checked::<rv_perspective>(
                self.peer_perspective,
                "option peer_perspective",
            )?
            .into(),
            import_direction: checked::<rv_import_direction>(
                self.import_direction,
                "option import_direction",
            )?
            .into(),
            catalog_direction: checked::<rv_catalog_direction>(
                self.catalog_direction,
                "option catalog_direction",
            )?
            .into(),
            default_direction: checked::<rv_direction>(
                self.default_direction,
                "option default_direction",
            )?
            .into(),
            use_patterns: flag(self.use_patterns, "use_patterns")?,
            input_patterns: list(self.input_patterns, "option input_patterns")?,
            output_patterns: list(self.output_patterns, "option output_patterns")?,
            send_mode: checked::<rv_send_mode>(self.send_mode, "option send_mode")?.into(),
            update_cycle: ms(self.update_cycle_ms),
            only_transmit_changed: flag(self.only_transmit_changed, "only_transmit_changed")?,
            relay: flag(self.relay, "relay")?,
            accept_remote_writes: flag(self.accept_remote_writes, "accept_remote_writes")?,
            auto_import: flag(self.auto_import, "auto_import")?,
            prefix_collisions: flag(self.prefix_collisions, "prefix_collisions")?,
            strict_types: flag(self.strict_types, "strict_types")?,
            max_data_frame_bytes: self.max_data_frame_bytes,
            catalog_push: flag(self.catalog_push, "catalog_push")?,
            raw_events: flag(self.raw_events, "raw_events")?,
            log_to_stderr: flag(self.log_to_stderr, "log_to_stderr")?,
            auto_reconnect: flag(self.auto_reconnect, "auto_reconnect")?,
            reconnect_interval: ms(self.reconnect_interval_ms),
            reconnect_backoff_max: ms(self.reconnect_backoff_max_ms),
            max_reconnect_attempts: attempts(self.max_reconnect_attempts)?,
            connect_timeout: ms(self.connect_timeout_ms),
            ping_interval: ms(self.ping_interval_ms),
            peer_timeout: ms(self.peer_timeout_ms),
            heartbeat: ms(self.heartbeat_ms),
            fence_grace: ms(self.fence_grace_ms),
            resync_wait: ms(self.resync_wait_ms),
            first_state_wait: ms(self.first_state_wait_ms),
            limits: Limits {
                max_clients: self.max_clients,
                max_clients_per_address: self.max_clients_per_address,
                max_message_bytes: self.max_message_bytes,
                max_signals: self.max_signals,
                handshake_timeout: ms(self.handshake_timeout_ms),
                max_pending_handshakes: self.max_pending_handshakes,
            },
            tls: Tls {
                enabled: flag(self.tls, "tls")?,
                ca_file: owned(self.tls_ca_file, "option tls_ca_file")?,
                pin: owned(self.tls_pin, "option tls_pin")?,
                certificate_file: owned(self.tls_certificate_file, "option tls_certificate_file")?,
                key_file: owned(self.tls_key_file, "option tls_key_file")?,
                client_ca_file: owned(self.tls_client_ca_file, "option tls_client_ca_file")?,
                insecure_skip_verify: flag(
                    self.tls_insecure_skip_verify,
                    "tls_insecure_skip_verify",
                )?,
            },
            allowed_origins: list(self.allowed_origins, "option allowed_origins")?,
            allowed_hosts: list(self.allowed_hosts, "option allowed_hosts")?,
            allow_anonymous_network: flag(self.allow_anonymous_network, "allow_anonymous_network")?,
            access_token: owned(self.access_token, "option access_token")?,
            user: owned(self.user, "option user")?,
            password: owned(self.password, "option password")?,
            token_transport: checked::<rv_token_transport>(
                self.token_transport,
                "option token_transport",
            )?
            .into(),
            allow_plain_credentials: flag(self.allow_plain_credentials, "allow_plain_credentials")?,
            trusted_proxies: list(self.trusted_proxies, "option trusted_proxies")?,
            debug: flag(self.debug, "debug")?,
        })
    }

    fn check_reserved(&self) -> Result<()> {
        let reserved = [self.reserved0.into(), self.reserved1];
        let bytes = [&self.reserved3[..], &self.reserved4, &self.reserved5].concat();
        if reserved != [0; 2] || bytes.iter().any(|byte| *byte != 0) {
            return Err(Error::new(
                ErrorCode::Argument,
                "a reserved field of rv_options is not zero: call rv_options_init before changing fields",
            ));
        }
        Ok(())
    }
}

fn bad(message: &str) -> Error {
    Error::new(ErrorCode::Argument, format!("option {message}"))
}

fn flag(value: u8, name: &str) -> Result<bool> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(bad(&format!("{name} is {other}: it must be 0 or 1"))),
    }
}

fn attempts(value: i32) -> Result<Option<u32>> {
    match value {
        -1 => Ok(None),
        value => u32::try_from(value).map(Some).map_err(|_| {
            bad(&format!(
                "max_reconnect_attempts is {value}: it must be -1 (unlimited) or more"
            ))
        }),
    }
}

/// The entries of a list.
pub fn lines(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests;
