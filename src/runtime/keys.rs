//! Who may connect to a server: its tokens and passwords, and what becomes of a request that presents one.

mod guesses;
mod presented;
mod proxies;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use ring::digest::{SHA256, digest};
use subtle::ConstantTimeEq;

use self::guesses::Guesses;
pub(crate) use self::presented::{Presented, offers_protocol};
pub(crate) use self::proxies::Proxies;
use crate::access::{Grant, Role, check_token, check_user};
use crate::error::{Error, ErrorCode, Result};
use crate::options::{Mode, Options};
use crate::time::Time;

/// Tokens and users of one server.
const MAX_KEYS: usize = 10_000;

/// A token or a password, of which only this is kept.
pub(super) type Digest = [u8; 32];

/// What a credential is, besides its text: a token is none as a password, and the reverse.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Token,
    User,
}

fn digest_of(kind: Kind, text: &[u8]) -> Digest {
    let mut bytes = Vec::with_capacity(text.len() + 1);
    bytes.push(kind as u8);
    bytes.extend(text);
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, &bytes).as_ref());
    out
}

struct Key {
    digest: Digest,
    /// The user that it is the password of; `None` for a token.
    user: Option<String>,
    grant: Arc<Grant>,
}

#[derive(Default)]
struct Ring {
    keys: Vec<Key>,
    /// There was a key once: without any left, nobody gets in.
    closed: bool,
    last_number: u32,
}

impl Ring {
    /// Every key is compared, and over digests, so that neither a right beginning nor a length shows in the time taken.
    fn find(&self, wanted: &Digest) -> Option<&Key> {
        let mut found = None;
        for key in &self.keys {
            if bool::from(key.digest.ct_eq(wanted)) {
                found = Some(key);
            }
        }
        found
    }

    fn add(&mut self, digest: Digest, user: Option<&str>, role: Role) -> Result<()> {
        let taken = match user {
            Some(user) => self
                .keys
                .iter()
                .any(|key| key.user.as_deref() == Some(user)),
            None => self.find(&digest).is_some(),
        };
        let what = user.map_or("token", |_| "user");
        if taken {
            return Err(Error::new(
                ErrorCode::Exists,
                format!("there is such a {what} already: revoke it first"),
            ));
        }
        if self.keys.len() >= MAX_KEYS {
            return Err(Error::new(
                ErrorCode::Limit,
                format!("a server has at most {MAX_KEYS} tokens and users"),
            ));
        }
        self.last_number += 1;
        self.closed = true;
        self.keys.push(Key {
            digest,
            user: user.map(str::to_owned),
            grant: Arc::new(Grant::new(self.last_number, role)),
        });
        Ok(())
    }

    fn revoke(&mut self, what: &str, which: impl Fn(&Key) -> bool) -> Result<u32> {
        let Some(at) = self.keys.iter().position(which) else {
            return Err(Error::new(
                ErrorCode::NotFound,
                format!("there is no such {what}"),
            ));
        };
        let key = self.keys.swap_remove(at);
        key.grant.revoke();
        Ok(key.grant.number)
    }
}

/// What becomes of a request.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It may pass; without a grant because this server knows no keys.
    Pass(Option<Arc<Grant>>),
    /// It presents nothing.
    Missing,
    /// What it presents is wrong.
    Wrong,
    /// There were too many wrong ones from its address: not looked at before this time is over.
    Later(Duration),
}

/// The keys of one interface, and who tried wrong ones.
#[derive(Default)]
pub(crate) struct Keys {
    ring: Mutex<Ring>,
    guesses: Mutex<Guesses>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(***)")
    }
}

impl Keys {
    /// Those of a server's options.
    ///
    /// # Errors
    /// As [`Keys::add_token`] and [`Keys::add_user`].
    pub(crate) fn of(options: &Options) -> Result<Self> {
        let keys = Self::default();
        if options.mode == Mode::Server {
            if let Some(token) = &options.access_token {
                keys.add_token(token, Role::full())?;
            }
            if let (Some(user), Some(password)) = (&options.user, &options.password) {
                keys.add_user(user, password, Role::full())?;
            }
        }
        Ok(keys)
    }

    /// # Errors
    /// `Argument`, `Exists` or `Limit`.
    pub(crate) fn add_token(&self, token: &str, role: Role) -> Result<()> {
        check_token(token, "the token")?;
        let digest = digest_of(Kind::Token, token.as_bytes());
        self.ring.lock().add(digest, None, role)
    }

    /// # Errors
    /// `Argument`, `Exists` or `Limit`.
    pub(crate) fn add_user(&self, user: &str, password: &str, role: Role) -> Result<()> {
        check_user(user, password)?;
        let digest = digest_of(Kind::User, format!("{user}:{password}").as_bytes());
        self.ring.lock().add(digest, Some(user), role)
    }

    /// The number of the grant that is no more.
    ///
    /// # Errors
    /// `NotFound`.
    pub(crate) fn revoke_token(&self, token: &str) -> Result<u32> {
        let digest = digest_of(Kind::Token, token.as_bytes());
        let mut ring = self.ring.lock();
        ring.revoke("token", |key| bool::from(key.digest.ct_eq(&digest)))
    }

    /// The number of the grant that is no more.
    ///
    /// # Errors
    /// `NotFound`.
    pub(crate) fn revoke_user(&self, user: &str) -> Result<u32> {
        let mut ring = self.ring.lock();
        ring.revoke("user", |key| key.user.as_deref() == Some(user))
    }

    /// Whether clients must present something.
    pub(crate) fn closed(&self) -> bool {
        self.ring.lock().closed
    }

    /// Whether there are passwords, which the answer to a request without any tells.
    pub(crate) fn has_users(&self) -> bool {
        self.ring.lock().keys.iter().any(|key| key.user.is_some())
    }

    /// Judges what a request from `address` presents.
    pub(crate) fn judge(&self, presented: &[Presented], address: IpAddr, now: Time) -> Verdict {
        let ring = self.ring.lock();
        if !ring.closed {
            return Verdict::Pass(None);
        }
        if presented.is_empty() {
            return Verdict::Missing;
        }
        let mut guesses = self.guesses.lock();
        if let Some(wait) = guesses.wait(address, now) {
            return Verdict::Later(wait);
        }
        let digests: Vec<Digest> = presented
            .iter()
            .map(|one| digest_of(one.kind, &one.text))
            .collect();
        // All are looked at, and the first that is right counts.
        let right = digests.iter().rev().fold(None, |right, digest| {
            ring.find(digest)
                .map(|key| Arc::clone(&key.grant))
                .or(right)
        });
        // Also beside a right one: who has one token is not to guess another behind it.
        for digest in digests.iter().filter(|digest| ring.find(digest).is_none()) {
            guesses.wrong(address, digest, now);
        }
        if right.is_none() {
            return Verdict::Wrong;
        }
        Verdict::Pass(right)
    }
}

#[cfg(test)]
mod tests;
