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
        let told = hops(head, "x-forwarded-for", |item| Some(item))
            .or_else(|| hops(head, "forwarded", forwarded_for))
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

/// The addresses in all lines of a header, in order; `None` without such a header.
fn hops(
    head: &Head,
    name: &str,
    address_of: fn(&str) -> Option<&str>,
) -> Option<Vec<Option<IpAddr>>> {
    let mut hops = None;
    for line in head.all(name) {
        let line = String::from_utf8_lossy(line);
        let addresses = line
            .split(',')
            .map(|item| address_of(item.trim()).and_then(parse));
        hops.get_or_insert_with(Vec::new).extend(addresses);
    }
    hops
}

/// The value of `for` in one element of `Forwarded`.
fn forwarded_for(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("for")
            .then(|| value.trim())
    })
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
