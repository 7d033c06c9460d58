//! Who presented wrong tokens, and how long such an address has to wait.
//!
//! After a few wrong ones, each further one costs its address a wait that doubles up to 8 s. While it waits, nothing that
//! it presents is looked at, or the wait would be worth nothing; so that whoever is right and shares the address is not
//! locked out for long, requests in a wait do not prolong it, and presenting the same wrong token again, as a program
//! with an old one does, is no further guess.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use super::Digest;
use crate::network::Source;
use crate::time::Time;

/// Wrong ones that cost nothing.
const FREE: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(8);
/// After so long without a wrong one, an address begins anew.
const FORGOTTEN: Duration = Duration::from_secs(60);
/// Addresses that are remembered; then the one that was quiet longest goes.
const MAX_ADDRESSES: usize = 4096;
/// Wrong ones of an address that are known again.
const KNOWN: usize = 16;

#[derive(Debug)]
struct Suspect {
    wrong: u32,
    known: Vec<Digest>,
    last: Time,
    until: Time,
}

#[derive(Debug, Default)]
pub(super) struct Guesses {
    suspects: HashMap<Source, Suspect>,
}

impl Guesses {
    /// How long `address` has to wait still.
    pub(super) fn wait(&self, address: IpAddr, now: Time) -> Option<Duration> {
        let suspect = self.suspects.get(&Source::of(address))?;
        (suspect.until > now).then(|| suspect.until.since(now))
    }

    /// `address` presented a wrong one.
    pub(super) fn wrong(&mut self, address: IpAddr, digest: &Digest, now: Time) {
        let address = Source::of(address);
        if !self.suspects.contains_key(&address) {
            self.make_room(now);
        }
        let suspect = self.suspects.entry(address).or_insert_with(|| Suspect {
            wrong: 0,
            known: Vec::new(),
            last: now,
            until: Time::ZERO,
        });
        if now.since(suspect.last) >= FORGOTTEN {
            suspect.wrong = 0;
            suspect.known.clear();
        }
        if suspect.known.contains(digest) {
            return;
        }
        suspect.last = now;
        if suspect.known.len() == KNOWN {
            suspect.known.remove(0);
        }
        suspect.known.push(*digest);
        suspect.wrong = suspect.wrong.saturating_add(1);
        if let Some(beyond) = suspect.wrong.checked_sub(FREE + 1) {
            let doubled = 1_u32.checked_shl(beyond).unwrap_or(u32::MAX);
            let wait = FIRST_WAIT.saturating_mul(doubled).min(LONGEST_WAIT);
            suspect.until = now + wait;
        }
    }

    fn make_room(&mut self, now: Time) {
        if self.suspects.len() < MAX_ADDRESSES {
            return;
        }
        (self.suspects).retain(|_, suspect| now.since(suspect.last) < FORGOTTEN);
        if self.suspects.len() < MAX_ADDRESSES {
            return;
        }
        let quiet = self.suspects.iter().min_by_key(|(_, suspect)| suspect.last);
        if let Some(address) = quiet.map(|(address, _)| *address) {
            self.suspects.remove(&address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Time = Time::from_micros(1_000_000);

    fn digest(n: u32) -> Digest {
        let mut digest = [0; 32];
        digest[..4].copy_from_slice(&n.to_be_bytes());
        digest
    }

    #[test]
    fn c20_waits_double_to_a_bound_and_are_forgotten() {
        let address: IpAddr = "10.0.0.1".parse().unwrap();
        let mut guesses = Guesses::default();
        let mut now = AT;
        let mut waits = Vec::new();
        for n in 0..14 {
            guesses.wrong(address, &digest(n), now);
            let wait = guesses.wait(address, now).unwrap_or_default();
            waits.push(wait.as_millis());
            now = now + wait;
            assert_eq!(guesses.wait(address, now), None);
        }
        assert_eq!(
            waits,
            [
                0, 0, 0, 0, 0, 250, 500, 1000, 2000, 4000, 8000, 8000, 8000, 8000
            ]
        );
        guesses.wrong(address, &digest(99), now + FORGOTTEN);
        assert_eq!(guesses.wait(address, now + FORGOTTEN), None);
    }

    #[test]
    fn c20_the_same_wrong_one_again_is_no_further_guess() {
        let address: IpAddr = "10.0.0.1".parse().unwrap();
        let mut guesses = Guesses::default();
        for n in 0..10_000 {
            guesses.wrong(address, &digest(n % 3), AT);
        }
        assert_eq!(guesses.wait(address, AT), None);
    }

    #[test]
    fn c20_addresses_are_apart_bounded_and_of_ipv6_a_network() {
        let mut guesses = Guesses::default();
        let of = |text: &str| -> IpAddr { text.parse().unwrap() };
        for n in 0..10 {
            guesses.wrong(of("2001:db8::1"), &digest(n), AT);
        }
        assert!(guesses.wait(of("2001:db8::ffff:1"), AT).is_some());
        assert_eq!(guesses.wait(of("2001:db8:0:1::1"), AT), None);
        assert_eq!(guesses.wait(of("10.0.0.1"), AT), None);
        for n in 0..20_000_u32 {
            let address = std::net::Ipv4Addr::from(n).into();
            let later = AT + Duration::from_millis(n.into());
            guesses.wrong(address, &digest(1), later);
        }
        assert!(guesses.suspects.len() <= MAX_ADDRESSES);
    }
}
