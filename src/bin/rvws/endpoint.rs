//! Where a server is: a URL, or less than one.

use std::net::{IpAddr, ToSocketAddrs};
use std::str::FromStr;

use realvirtual_ws::Options;

/// A server as it is named on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub tls: bool,
    pub host: String,
    pub port: u16,
    /// With its `/`.
    pub path: Option<String>,
}

impl Endpoint {
    /// The addresses of its host, as far as it resolves.
    pub fn addresses(&self) -> Vec<IpAddr> {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let found = (host, self.port).to_socket_addrs();
        found.map_or_else(|_| Vec::new(), |all| all.map(|one| one.ip()).collect())
    }
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("it is empty: write a URL, or : for this machine".to_owned());
        }
        let lower = text.to_ascii_lowercase();
        let (tls, rest, default) = if lower.starts_with("ws://") {
            (false, &text[5..], 80)
        } else if lower.starts_with("wss://") {
            (true, &text[6..], 443)
        } else if let Some((scheme, _)) = text.split_once("://") {
            return Err(format!(
                "{scheme} is no scheme of WebSockets: write ws:// or wss://"
            ));
        } else {
            (false, text, Options::client().port)
        };
        let (place, path) = match rest.find(['/', '?']) {
            Some(at) => (&rest[..at], Some(&rest[at..])),
            None => (rest, None),
        };
        if place.contains('@') {
            return Err("user and password in a URL are not sent: leave them out".to_owned());
        }
        let (host, port) = split_port(place);
        let port = match port {
            None => default,
            Some(digits) => match digits.parse() {
                Ok(port) if port > 0 => port,
                _ => return Err(format!("{digits:?} is no port: 1 to 65535")),
            },
        };
        let host = if host.is_empty() { "127.0.0.1" } else { host };
        Ok(Self {
            tls,
            host: host.to_owned(),
            port,
            path: path.filter(|path| *path != "/").map(|path| {
                let slash = if path.starts_with('/') { "" } else { "/" };
                format!("{slash}{path}")
            }),
        })
    }
}

/// Host and port of `host:port`, `[::1]:port`, `host` and `port`; two colons without brackets are an IPv6 address.
fn split_port(place: &str) -> (&str, Option<&str>) {
    if !place.is_empty() && place.bytes().all(|byte| byte.is_ascii_digit()) {
        return ("", Some(place));
    }
    match place.rsplit_once(':') {
        Some((host, port)) if host.ends_with(']') || !host.contains(':') => (host, Some(port)),
        _ => (place, None),
    }
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = if self.tls { "wss" } else { "ws" };
        // What stands behind `?` may be a secret.
        let path = self.path.as_deref().unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default();
        if self.host.contains(':') && !self.host.starts_with('[') {
            write!(f, "{scheme}://[{}]:{}{path}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}{path}", self.host, self.port)
        }
    }
}
