//! What a request presents: a token or a password, in any of the ways there are.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD};

use super::Kind;
use crate::access::{PROTOCOL, TOKEN_PROTOCOL, percent_decoded, tokens_in_query};
use crate::runtime::http_head::Head;

/// One credential of a request.
pub(crate) struct Presented {
    pub(super) kind: Kind,
    /// The token, or `user:password`.
    pub(super) text: Vec<u8>,
}

impl Presented {
    /// Everything that `head` presents, at most one in each way, in the order in which they count.
    ///
    /// # Errors
    /// A way that is used twice: a request is to be one guess, not hundreds.
    pub(crate) fn all(head: &Head) -> Result<Vec<Self>, &'static str> {
        let mut all = Vec::new();
        let Ok(authorization) = head.one("authorization") else {
            return Err("more than one Authorization");
        };
        all.extend(authorization.and_then(of_authorization));
        let Ok(key) = head.one("x-api-key") else {
            return Err("more than one X-API-Key");
        };
        all.extend(key.map(|key| token(key.trim_ascii().to_vec())));
        let mut in_query = tokens_in_query(&head.target);
        all.extend(in_query.next().map(|text| token(percent_decoded(text))));
        if in_query.next().is_some() {
            return Err("more than one token in its query");
        }
        let mut offered =
            protocols(head).filter_map(|name| name.strip_prefix(TOKEN_PROTOCOL.as_bytes()));
        if let Some(text) = offered.next() {
            // What is not base64url is wrong as it is.
            let decoded = BASE64URL_NOPAD
                .decode(text)
                .or_else(|_| BASE64URL.decode(text));
            all.push(token(decoded.unwrap_or_default()));
        }
        if offered.next().is_some() {
            return Err("more than one token among its subprotocols");
        }
        Ok(all)
    }
}

fn token(text: Vec<u8>) -> Presented {
    Presented {
        kind: Kind::Token,
        text,
    }
}

fn of_authorization(value: &[u8]) -> Option<Presented> {
    let value = value.trim_ascii();
    let (scheme, rest) = value.split_at(value.iter().position(|b| *b == b' ')?);
    let rest = rest.trim_ascii();
    if scheme.eq_ignore_ascii_case(b"bearer") {
        return Some(token(rest.to_vec()));
    }
    if scheme.eq_ignore_ascii_case(b"basic") {
        let decoded = BASE64.decode(rest).or_else(|_| BASE64_NOPAD.decode(rest));
        return Some(Presented {
            kind: Kind::User,
            text: decoded.unwrap_or_default(),
        });
    }
    // Another scheme, which may be meant for a proxy.
    None
}

fn protocols(head: &Head) -> impl Iterator<Item = &[u8]> {
    head.all("sec-websocket-protocol")
        .flat_map(|value| value.split(|b| *b == b','))
        .map(<[u8]>::trim_ascii)
}

/// Whether the request offers the subprotocol that goes beside one with a token.
pub(crate) fn offers_protocol(head: &Head) -> bool {
    protocols(head).any(|name| name == PROTOCOL.as_bytes())
}
