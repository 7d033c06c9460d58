//! Who a client is and what it may do: tokens, passwords and roles.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use data_encoding::{BASE64, BASE64URL_NOPAD};

use crate::error::{Error, ErrorCode, Result};
use crate::glob;
use crate::network::Network;
use crate::options::{Mode, Options};

/// The longest token or password, in bytes: it must fit the head of a request.
const MAX_SECRET: usize = 4096;
/// Names under which a query may carry a token, in any case.
const QUERY_NAMES: [&str; 3] = ["token", "access_token", "apikey"];
/// What the name of the subprotocol that carries a token begins with; the token follows in base64url.
pub(crate) const TOKEN_PROTOCOL: &str = "rv.token.";
/// The subprotocol that is offered beside it: a browser wants one of those it offered in the answer, and the one with
/// the token is never sent back.
pub(crate) const PROTOCOL: &str = "rv.v2";
/// Shorter texts are no secrets, and stand in every second line.
const SHORTEST_SECRET: usize = 4;

/// How a client presents its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum TokenTransport {
    /// `Authorization: Bearer`.
    Auto = 0,
    /// `X-API-Key`.
    XApiKey = 1,
    /// `?token=` behind the path. Servers and proxies write paths into their logs: take another where there is one.
    Query = 2,
    /// The subprotocol `rv.token.` with the token in base64url, beside `rv.v2`.
    Subprotocol = 3,
}

/// What the clients of one token or password may do. The default may nothing; see [`Role::full`].
///
/// Patterns are signal names with `*` (any characters) and `?` (one), compared byte for byte. A signal that a client
/// may not read does not exist for it. One that it may write and not read is written blind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Role {
    /// For logs.
    pub name: String,
    /// Signals whose values it gets.
    pub read: Vec<String>,
    /// Signals that it may set.
    pub write: Vec<String>,
    /// It may ask for the catalogue, of what it may read, and its own is imported, of what it may write.
    pub import: bool,
    /// It may read and set the configuration, and exchange messages of the host's own.
    pub config: bool,
}

impl Role {
    /// The role that may do everything.
    #[must_use]
    pub fn full() -> Self {
        Self {
            name: "full".to_owned(),
            read: vec!["*".to_owned()],
            write: vec!["*".to_owned()],
            import: true,
            config: true,
        }
    }

    /// It allows everything, so that nothing needs to be checked.
    pub(crate) fn is_full(&self) -> bool {
        let all = |patterns: &[String]| patterns.iter().any(|pattern| pattern == "*");
        all(&self.read) && all(&self.write) && self.import && self.config
    }

    pub(crate) fn reads(&self, name: &str) -> bool {
        glob::fits_any(&self.read, name)
    }

    pub(crate) fn writes(&self, name: &str) -> bool {
        glob::fits_any(&self.write, name)
    }
}

/// The role of one token or password, as the connections that came by it have it.
#[derive(Debug)]
pub(crate) struct Grant {
    /// Never used again.
    pub(crate) number: u32,
    pub(crate) role: Role,
    revoked: AtomicBool,
}

impl Grant {
    pub(crate) const fn new(number: u32, role: Role) -> Self {
        Self {
            number,
            role,
            revoked: AtomicBool::new(false),
        }
    }

    /// A connection that is on its way in finds out, too.
    pub(crate) fn revoke(&self) {
        self.revoked.store(true, Ordering::Release);
    }

    pub(crate) fn is_revoked(&self) -> bool {
        self.revoked.load(Ordering::Acquire)
    }
}

/// A token can be presented in every way there is.
///
/// # Errors
/// [`ErrorCode::Argument`], without the token.
pub(crate) fn check_token(token: &str, what: &str) -> Result<()> {
    let problem = if token.is_empty() {
        "is empty, which would let everyone in"
    } else if token.len() > MAX_SECRET {
        "is longer than 4096 bytes"
    } else if !token.bytes().all(|b| b.is_ascii_graphic()) {
        "holds a blank, a control character or something beyond ASCII, which no HTTP header carries"
    } else {
        return Ok(());
    };
    Err(argument(format!(
        "{what} {problem}: `rvws token` makes a good one"
    )))
}

/// A user and a password as HTTP Basic carries them.
///
/// # Errors
/// [`ErrorCode::Argument`], without the password.
pub(crate) fn check_user(user: &str, password: &str) -> Result<()> {
    let unfit = |text: &str| text.is_empty() || text.len() > MAX_SECRET;
    let problem = if unfit(user) || user.contains(':') || user.contains(char::is_control) {
        "user is empty, too long, or holds a colon or a control character"
    } else if unfit(password) || password.contains(char::is_control) {
        "password is empty, too long, or holds a control character"
    } else {
        return Ok(());
    };
    Err(argument(problem.to_owned()))
}

fn argument(message: String) -> Error {
    Error::new(ErrorCode::Argument, message)
}

/// The options of this module.
///
/// # Errors
/// [`ErrorCode::Argument`], naming the option.
pub(crate) fn check_options(options: &Options) -> Result<()> {
    let named = |error: Error| argument(format!("option {}", error.message()));
    if let Some(token) = &options.access_token {
        check_token(token, "access_token").map_err(named)?;
    }
    match (&options.user, &options.password) {
        (None, None) => {}
        (Some(user), Some(password)) => check_user(user, password).map_err(named)?,
        _ => {
            return Err(argument(
                "options user and password belong together: one of them is missing".to_owned(),
            ));
        }
    }
    for proxy in &options.trusted_proxies {
        if Network::parse(proxy).is_none() {
            return Err(argument(format!(
                "option trusted_proxies holds {proxy:?}, which is neither an IP address nor a network such as 10.0.0.0/8"
            )));
        }
    }
    if options.mode == Mode::Client {
        check_client(options)?;
    }
    Ok(())
}

fn check_client(options: &Options) -> Result<()> {
    if options.access_token.is_some() && options.user.is_some() {
        return Err(argument(
            "options access_token and user are both set: a client presents the one or the other"
                .to_owned(),
        ));
    }
    let path = options.path.as_deref().unwrap_or_default();
    let in_path = tokens_in_query(path).next().is_some();
    let present = options.access_token.is_some() || options.user.is_some() || in_path;
    if present
        && !options.tls.enabled
        && !options.allow_plain_credentials
        && !is_this_machine(&options.address)
    {
        return Err(argument(
            "a token or a password would cross the network readable by anyone on the way: switch TLS on (wss://), or set option allow_plain_credentials where the network is trusted".to_owned(),
        ));
    }
    Ok(())
}

fn is_this_machine(address: &str) -> bool {
    let address = address.trim();
    let bare = address
        .strip_prefix('[')
        .and_then(|a| a.strip_suffix(']'))
        .unwrap_or(address);
    bare.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// Names and values of a target's query, as they stand there.
fn query(target: &str) -> impl Iterator<Item = (&str, &str)> {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    query
        .split('&')
        .filter_map(|pair| pair.split_once('=').or(Some((pair, ""))))
}

/// The tokens in a target's query, as they stand there.
pub(crate) fn tokens_in_query(target: &str) -> impl Iterator<Item = &str> {
    let known = |name: &str| QUERY_NAMES.iter().any(|n| n.eq_ignore_ascii_case(name));
    query(target).filter_map(move |(name, value)| known(name).then_some(value))
}

/// Takes percent escapes out. What is none stands for itself; so does `+`, which tokens hold and blanks are not.
pub(crate) fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digit = |i: usize| {
            let digit = bytes.get(i).copied().map(char::from)?;
            digit.to_digit(16).map(|digit| digit as u8)
        };
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

/// `text` for a query's value.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The value of `Authorization` for a user.
pub(crate) fn basic(user: &str, password: &str) -> String {
    let pair = format!("{user}:{password}");
    format!("Basic {}", BASE64.encode(pair.as_bytes()))
}

/// The name of the subprotocol that carries `token`.
pub(crate) fn token_protocol(token: &str) -> String {
    format!(
        "{TOKEN_PROTOCOL}{}",
        BASE64URL_NOPAD.encode(token.as_bytes())
    )
}

/// A path without its query, in which a token may stand.
pub(crate) fn without_query(path: &str) -> &str {
    path.split('?').next().unwrap_or_default()
}

/// What must not stand in a log, an error or an event, in every form in which it travels.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<String>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(***)")
    }
}

impl Secrets {
    /// Those of `options`.
    pub(crate) fn of(options: &Options) -> Self {
        let mut list = Vec::new();
        let forms = |token: &str| {
            [
                token.to_owned(),
                percent_encoded(token),
                BASE64URL_NOPAD.encode(token.as_bytes()),
            ]
        };
        if let Some(token) = &options.access_token {
            list.extend(forms(token));
        }
        let path = options.path.as_deref().unwrap_or_default();
        for value in tokens_in_query(path) {
            list.extend(forms(&String::from_utf8_lossy(&percent_decoded(value))));
            list.push(value.to_owned());
        }
        if let (Some(user), Some(password)) = (&options.user, &options.password) {
            list.push(password.clone());
            list.push(basic(user, password).split_off("Basic ".len()));
        }
        list.retain(|secret| secret.len() >= SHORTEST_SECRET);
        // A longer form first: what is left of it after a shorter one would still tell something.
        list.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        list.dedup();
        Self(list)
    }

    /// `text` with `***` in the place of secrets.
    pub(crate) fn redact<'a>(&self, text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
        let mut text = text.into();
        for secret in &self.0 {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), "***").into();
            }
        }
        text
    }
}

#[cfg(test)]
mod tests;
