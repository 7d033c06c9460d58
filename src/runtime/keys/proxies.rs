//! Proxies that are trusted to tell whom they speak for.

use std::net::IpAddr;

use crate::network::Network;
use crate::options::Options;
use crate::runtime::http_head::Head;

/// The addresses of such proxies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies(Vec<Network>);

impl Proxies {
    /// Those of `options`, which were checked.
    pub(crate) fn of(options: &Options) -> Self {
        let networks = options.trusted_proxies.iter();
        Self(networks.filter_map(|text| Network::parse(text)).collect())
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// The client's own address: of the addresses that were passed on, the last that is no trusted proxy's. What stands
    /// before it the client may have written itself.
    pub(crate) fn client(&self, peer: IpAddr, head: &Head) -> IpAddr {
        let mut nearest = peer.to_canonical();
        if !self.trusts(nearest) {
            return nearest;
        }
        let told = hops(head, "x-forwarded-for", x_forwarded_for)
            .or_else(|| hops(head, "forwarded", forwarded))
            .unwrap_or_default();
        for hop in told.iter().rev() {
            let Some(address) = hop else {
                break;
            };
            nearest = *address;
            if !self.trusts(nearest) {
                break;
            }
        }
        nearest
    }
}

/// An address that was passed on; `None` if it cannot be read, and then nothing before it counts.
type Hop = Option<IpAddr>;

/// The addresses in all lines of a header, in order; `None` without such a header.
fn hops(head: &Head, name: &str, read: fn(&str) -> Vec<Hop>) -> Option<Vec<Hop>> {
    let mut hops = None;
    for line in head.all(name) {
        let line = String::from_utf8_lossy(line);
        hops.get_or_insert_with(Vec::new).extend(read(&line));
    }
    hops
}

fn x_forwarded_for(line: &str) -> Vec<Hop> {
    line.split(',').map(|item| parse(item.trim())).collect()
}

/// RFC 7239. What a client said may stand in quotes beside its address, such as its `Host`, commas and all.
fn forwarded(line: &str) -> Vec<Hop> {
    match parts(line, ',') {
        Some(elements) => elements.into_iter().map(forwarded_for).collect(),
        None => vec![None],
    }
}

/// The address in one element of `Forwarded`, which says it once.
fn forwarded_for(element: &str) -> Hop {
    let mut found = parts(element, ';')?.into_iter().filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let is_for = name.trim().eq_ignore_ascii_case("for");
        is_for.then(|| value.trim())
    });
    let only = found.next().filter(|_| found.next().is_none());
    only.and_then(parse)
}

/// `text` at its separators outside quotes; `None` where quotes do not end.
fn parts(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if c == separator && !quoted => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    (!quoted).then_some(parts)
}

/// An address as proxies write it: quoted or not, with a port or not.
fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches('"');
    let address = if let Some(rest) = text.strip_prefix('[') {
        rest.split_once(']')?.0
    } else if text.matches(':').count() == 1 {
        text.split_once(':')?.0
    } else {
        text
    };
    let address: IpAddr = address.parse().ok()?;
    Some(address.to_canonical())
}
