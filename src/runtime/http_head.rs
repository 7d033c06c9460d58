//! The head of an HTTP request: read with bounds, parsed, and checked for what an upgrade needs.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

use super::meter::MAX_HEAD;

const MAX_LINES: usize = 64;

/// Why there is no usable request.
#[derive(Debug)]
pub(crate) enum HeadError {
    /// The peer went away first; how many bytes it had sent.
    Gone(usize, Option<io::Error>),
    /// More than [`MAX_HEAD`] bytes or [`MAX_LINES`] lines.
    TooLarge,
    /// A TLS greeting.
    Tls,
    /// Not HTTP/1.1, and how not.
    Malformed(&'static str),
}

/// A request, as far as an upgrade is concerned.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) method: String,
    /// The target as sent.
    pub(crate) target: String,
    headers: Vec<(String, Vec<u8>)>,
}

/// Reads a request's head; also gives the bytes that came after it.
pub(crate) async fn read<S>(stream: &mut S) -> Result<(Head, Vec<u8>), HeadError>
where
    S: AsyncRead + Unpin,
{
    let mut bytes: Vec<u8> = Vec::with_capacity(2048);
    loop {
        let before = bytes.len();
        let room = (MAX_HEAD + 1 - before).min(4096) as u64;
        match (&mut *stream).take(room).read_buf(&mut bytes).await {
            Ok(0) => return Err(HeadError::Gone(before, None)),
            Err(error) => return Err(HeadError::Gone(before, Some(error))),
            Ok(_) => {}
        }
        match bytes[0] {
            0x16 => return Err(HeadError::Tls),
            b'\r' | b'\n' | b'A'..=b'Z' | b'a'..=b'z' => {}
            _ => return Err(HeadError::Malformed("it is not HTTP")),
        }
        // Parsing waits for an empty line, so that a head sent byte by byte is not parsed once a byte.
        let from = before.saturating_sub(3);
        let ended = bytes[from..].windows(2).any(|w| w == b"\n\n")
            || bytes[from..].windows(3).any(|w| w == b"\n\r\n");
        if ended && let Some((head, length)) = parse(&bytes)? {
            bytes.drain(..length);
            return Ok((head, bytes));
        }
        if bytes.len() > MAX_HEAD {
            return Err(HeadError::TooLarge);
        }
    }
}

fn parse(bytes: &[u8]) -> Result<Option<(Head, usize)>, HeadError> {
    let mut lines = [httparse::EMPTY_HEADER; MAX_LINES];
    let mut request = httparse::Request::new(&mut lines);
    let length = match request.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(HeadError::TooLarge),
        Err(httparse::Error::Version) => {
            return Err(HeadError::Malformed("it is not HTTP/1.1"));
        }
        Err(_) => return Err(HeadError::Malformed("it is not valid HTTP")),
    };
    if length > MAX_HEAD {
        return Err(HeadError::TooLarge);
    }
    if request.version != Some(1) {
        return Err(HeadError::Malformed("it is HTTP/1.0, not HTTP/1.1"));
    }
    let head = Head {
        method: request.method.unwrap_or_default().to_owned(),
        target: request.path.unwrap_or_default().to_owned(),
        headers: request
            .headers
            .iter()
            .map(|h| (h.name.to_ascii_lowercase(), h.value.to_vec()))
            .collect(),
    };
    Ok(Some((head, length)))
}

impl Head {
    /// Every value of the header `name`, which is in lower case.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(n, _)| n == name)
            .map(|(_, value)| value.as_slice())
    }

    /// The only value of `name`: `Ok(None)` when there is none, an error when there are several.
    pub(crate) fn one<'a>(&'a self, name: &'a str) -> Result<Option<&'a [u8]>, ()> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() {
            return Err(());
        }
        Ok(first)
    }

    /// The comma-separated lists under `name` hold `token`.
    pub(crate) fn has_token(&self, name: &str, token: &str) -> bool {
        self.all(name).any(|value| {
            value
                .split(|b| *b == b',')
                .any(|item| item.trim_ascii().eq_ignore_ascii_case(token.as_bytes()))
        })
    }

    /// The request announces a body.
    pub(crate) fn has_body(&self) -> bool {
        self.all("transfer-encoding").next().is_some()
            || self
                .all("content-length")
                .any(|value| value.iter().any(|b| *b != b'0'))
    }

    /// The target's authority, if it is in absolute form, and its path.
    pub(crate) fn authority_and_path(&self) -> Option<(Option<&str>, &str)> {
        let path_of = |target: &str| target.find(['?', '#']).unwrap_or(target.len());
        if self.target.starts_with('/') {
            return Some((None, &self.target[..path_of(&self.target)]));
        }
        let (scheme, rest) = self.target.split_once("://")?;
        if !["http", "https", "ws", "wss"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
        {
            return None;
        }
        let rest = &rest[..path_of(rest)];
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        Some((Some(authority), if path.is_empty() { "/" } else { path }))
    }
}

/// `key` is the base64 of 16 bytes.
pub(crate) fn is_websocket_key(key: &[u8]) -> bool {
    key.len() == 24
        && key.ends_with(b"==")
        && key[..22]
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Head {
        parse(text.as_bytes()).unwrap().unwrap().0
    }

    #[test]
    fn c10_targets_in_both_forms() {
        for (target, expected) in [
            ("/a?b", Some((None, "/a"))),
            ("http://h:1/a?b", Some((Some("h:1"), "/a"))),
            ("ws://h", Some((Some("h"), "/"))),
            ("http://h?x", Some((Some("h"), "/"))),
            ("ftp://h/", None),
            ("*", None),
            ("h:1", None),
        ] {
            let head = head(&format!("GET {target} HTTP/1.1\r\n\r\n"));
            assert_eq!(head.authority_and_path(), expected, "{target}");
        }
    }

    #[test]
    fn lists_are_searched_for_tokens() {
        let head =
            head("GET / HTTP/1.1\r\nConnection: keep-alive ,UPGRADE\r\nconnection: x\r\n\r\n");
        assert!(head.has_token("connection", "upgrade"));
        assert!(head.has_token("connection", "X"));
        assert!(!head.has_token("connection", "keep"));
        assert!(head.one("connection").is_err());
        assert!(head.one("host").unwrap().is_none());
    }
}
