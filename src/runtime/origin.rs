//! Who may talk to a server, by what the request says of itself: the rules for `Host` and `Origin`.
//!
//! A web page cannot forge either. `Origin` names the page's site, so a foreign page is told from a
//! native program, which sends none. `Host` names what the browser believes it talks to, so a page whose
//! own name was rebound to this machine's address is told from one that means this machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::http_head::Head;
use super::keys::Proxies;
use crate::options::Options;

/// The options that decide on `Host`, `Origin` and path, and on whom a proxy speaks for; prepared once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policy {
    origins: Vec<String>,
    hosts: Vec<String>,
    machine: Vec<String>,
    path: Option<String>,
    proxies: Proxies,
}

impl Policy {
    /// The rules of `options`, on this machine.
    pub(crate) fn new(options: &Options) -> Self {
        let machine = hostname::get().unwrap_or_default();
        Self::on_machine(options, &machine.to_string_lossy())
    }

    fn on_machine(options: &Options, machine: &str) -> Self {
        let machine = machine.trim().trim_end_matches('.').to_ascii_lowercase();
        let mut names = Vec::new();
        if !machine.is_empty() {
            // Only a domain that the machine itself claims: any other could be an attacker's.
            if let Some((short, _)) = machine.split_once('.') {
                names.push(short.to_owned());
                names.push(format!("{short}.local"));
            } else {
                names.push(format!("{machine}.local"));
            }
            names.push(machine);
        }
        Self {
            origins: options.allowed_origins.clone(),
            hosts: options.allowed_hosts.clone(),
            machine: names,
            path: options.path.as_deref().map(|path| {
                let path = path.split('?').next().unwrap_or_default();
                format!("/{}", path.trim_start_matches('/'))
            }),
            proxies: Proxies::of(options),
        }
    }

    /// The address of the client that `peer` speaks for.
    pub(crate) fn client(&self, peer: IpAddr, head: &Head) -> IpAddr {
        self.proxies.client(peer, head)
    }

    /// The path of a request's target is served.
    pub(crate) fn allows_path(&self, path: &str) -> bool {
        self.path.as_deref().is_none_or(|own| own == path)
    }

    /// The name in `Host` is one of this machine's.
    pub(crate) fn allows_host(&self, host: &Authority) -> bool {
        host.is_ip()
            || host.name == "localhost"
            || self.machine.contains(&host.name)
            || self.hosts.iter().any(|listed| {
                Authority::parse(listed.trim()).is_some_and(|listed| {
                    listed.name == host.name && (listed.port.is_none() || listed.port == host.port)
                })
            })
    }

    /// A page of `origin` may talk to this server, which it calls `host`.
    pub(crate) fn allows_origin(&self, origin: &str, host: &Authority) -> bool {
        let listed = self
            .origins
            .iter()
            .map(|listed| listed.trim())
            .any(
                |listed| match (Origin::parse(listed), Origin::parse(origin)) {
                    (Some(listed), Some(origin)) => listed == origin,
                    _ => listed == "*" || listed == origin,
                },
            );
        listed || Origin::parse(origin).is_some_and(|origin| origin.is_at(host))
    }
}

/// A host and perhaps a port, as in `Host`; the name in lower case, without a final dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authority {
    name: String,
    port: Option<u16>,
}

impl Authority {
    /// Reads `name`, `name:port`, `[v6]` or `[v6]:port`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (name, port) = if text.starts_with('[') {
            let end = text.find(']')?;
            text[1..end].parse::<Ipv6Addr>().ok()?;
            (&text[..=end], &text[end + 1..])
        } else {
            text.split_at(text.find(':').unwrap_or(text.len()))
        };
        let port = match port.strip_prefix(':') {
            // RFC 3986 allows an empty port.
            Some("") => None,
            Some(port) if port.bytes().all(|b| b.is_ascii_digit()) => Some(port.parse().ok()?),
            None if port.is_empty() => None,
            _ => return None,
        };
        let bare = name.strip_suffix('.').unwrap_or(name);
        let valid = !bare.is_empty()
            && (bare.starts_with('[')
                || bare
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=".contains(&b)));
        valid.then(|| Self {
            name: bare.to_ascii_lowercase(),
            port,
        })
    }

    fn is_ip(&self) -> bool {
        self.name.starts_with('[') || self.name.parse::<Ipv4Addr>().is_ok()
    }
}

/// A web origin: scheme, host, port; default ports made explicit.
#[derive(Debug, PartialEq, Eq)]
struct Origin {
    scheme: String,
    host: Authority,
}

impl Origin {
    fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let mut host = Authority::parse(rest.strip_suffix('/').unwrap_or(rest))?;
        let scheme = scheme.to_ascii_lowercase();
        host.port = host.port.or_else(|| default_port(&scheme));
        Some(Self { scheme, host })
    }

    /// The page came from `host` itself.
    fn is_at(&self, host: &Authority) -> bool {
        default_port(&self.scheme).is_some_and(|default| {
            self.host.name == host.name && self.host.port == Some(host.port.unwrap_or(default))
        })
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(origins: &[&str], hosts: &[&str]) -> Policy {
        let mut options = Options::server();
        options.allowed_origins = origins.iter().map(|s| (*s).to_owned()).collect();
        options.allowed_hosts = hosts.iter().map(|s| (*s).to_owned()).collect();
        Policy::on_machine(&options, "Box.plant.example")
    }

    #[test]
    fn c8_hosts_are_this_machine_or_listed() {
        let policy = policy(&[], &["twin.example", "other:81"]);
        for (host, allowed) in [
            ("127.0.0.1:1234", true),
            ("192.168.1.5", true),
            ("[::1]:1234", true),
            ("localhost", true),
            ("LOCALHOST.:1234", true),
            ("box", true),
            ("BOX.local:1", true),
            ("box.plant.example", true),
            ("box.evil.com", false),
            ("Twin.Example:9", true),
            ("other:81", true),
            ("other", false),
            ("evil.com", false),
            ("127.0.0.1.evil.com", false),
            ("127.1", false),
            ("0x7f.0.0.1", false),
            ("localhost.evil.com", false),
        ] {
            let parsed = Authority::parse(host).unwrap();
            assert_eq!(policy.allows_host(&parsed), allowed, "{host}");
        }
        for bad in [
            "", ":1", "a b", "a:x", "a:70000", "a:+1", "[::1", "[x]", "a/b", "u@h", "é", "[::1]x",
        ] {
            assert_eq!(Authority::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn c1_to_c6_origins_are_the_same_site_or_listed() {
        let listed = policy(
            &[
                "https://Viewer.example",
                "http://app:80/",
                "app://obsidian.md",
            ],
            &[],
        );
        let none = policy(&[], &[]);
        let any = policy(&["*"], &[]);
        let null = policy(&["null"], &[]);
        for (policy, origin, host, allowed) in [
            (&none, "http://evil.com", "127.0.0.1:1234", false),
            (&none, "null", "127.0.0.1:1234", false),
            (&null, "null", "127.0.0.1:1234", true),
            (&any, "null", "127.0.0.1:1234", true),
            (&any, "http://evil.com", "127.0.0.1:1234", true),
            (&none, "http://127.0.0.1:1234", "127.0.0.1:1234", true),
            (&none, "HTTP://LocalHost:1234", "localhost:1234", true),
            (&none, "http://127.0.0.1:3000", "127.0.0.1:1234", false),
            (&none, "http://127.0.0.1", "127.0.0.1:1234", false),
            (&none, "http://localhost:1234", "127.0.0.1:1234", false),
            (
                &none,
                "http://127.0.0.1.evil.com:1234",
                "127.0.0.1:1234",
                false,
            ),
            (&none, "http://127.0.0.1", "127.0.0.1", true),
            (&none, "https://box", "box:443", true),
            (&none, "https://box", "box", true),
            (&none, "http://box", "box:443", false),
            (&none, "file://127.0.0.1:1234", "127.0.0.1:1234", false),
            (&none, "http://[::1]:5", "[::1]:5", true),
            (&none, "", "127.0.0.1:1234", false),
            (&listed, "https://viewer.EXAMPLE:443", "localhost", true),
            (&listed, "http://viewer.example", "localhost", false),
            (&listed, "https://viewer.example:444", "localhost", false),
            (
                &listed,
                "https://viewer.example.evil.com",
                "localhost",
                false,
            ),
            (&listed, "http://app", "localhost", true),
            (&listed, "app://obsidian.md", "localhost", true),
            (&listed, "http://a@app", "localhost", false),
        ] {
            let host = Authority::parse(host).unwrap();
            assert_eq!(
                policy.allows_origin(origin, &host),
                allowed,
                "{origin} {host:?}"
            );
        }
    }

    #[test]
    fn a_path_is_compared_without_its_query() {
        let mut options = Options::server();
        assert!(Policy::new(&options).allows_path("/anything"));
        options.path = Some("plant?x=1".into());
        let policy = Policy::new(&options);
        assert!(policy.allows_path("/plant"));
        assert!(!policy.allows_path("/plant/"));
        assert!(!policy.allows_path("/"));
    }
}
