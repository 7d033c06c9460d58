//! When to try to connect again.

use std::time::Duration;

use crate::error::{Error, ErrorCode};
use crate::options::Options;
use crate::time::Time;

/// A connection that lasted this long was stable: the count of attempts starts anew.
const STABLE: Duration = Duration::from_secs(10);
/// Up to this the interval doubles towards a server that refuses us.
const DENIED_MAX: Duration = Duration::from_secs(60);
/// The longest that a server is left alone because it says so.
const WANTED_MAX: Duration = Duration::from_secs(300);

/// Counts attempts and spaces them: the document's fixed interval, or doubling up to a bound, with
/// ±10 % so that many clients do not come back at the same moment.
#[derive(Debug)]
pub(crate) struct Backoff {
    interval: Duration,
    max: Duration,
    attempts_allowed: Option<u32>,
    attempts: u32,
    random: u64,
}

impl Backoff {
    pub(crate) fn new(options: &Options, seed: u64) -> Self {
        Self {
            interval: options.reconnect_interval,
            max: options.reconnect_backoff_max,
            attempts_allowed: options.max_reconnect_attempts,
            attempts: 0,
            random: seed | 1,
        }
    }

    /// Attempts since the last stable connection.
    pub(crate) const fn attempts(&self) -> u32 {
        self.attempts
    }

    pub(crate) fn reset(&mut self) {
        self.attempts = 0;
    }

    /// Notes how long a connection lasted.
    pub(crate) fn connection_lasted(&mut self, connected: Time, now: Time) {
        if now.since(connected) >= STABLE {
            self.attempts = 0;
        }
    }

    /// How long to wait before the next attempt, after one that failed so; `None` when they are used up.
    ///
    /// A server that refuses a client may change its mind, but not soon: towards such a one the interval doubles,
    /// whatever the options say. One that tells how long it wants to be left alone is.
    pub(crate) fn next(&mut self, failed: &Error) -> Option<Duration> {
        if self
            .attempts_allowed
            .is_some_and(|allowed| self.attempts >= allowed)
        {
            return None;
        }
        let doubled = self
            .interval
            .saturating_mul(1_u32.checked_shl(self.attempts).unwrap_or(u32::MAX));
        let max = if failed.code() == ErrorCode::Denied {
            self.max.max(DENIED_MAX)
        } else {
            self.max
        };
        let wanted = failed.wanted_wait().unwrap_or_default().min(WANTED_MAX);
        let base = doubled.min(max).max(self.interval).max(wanted);
        self.attempts = self.attempts.saturating_add(1);
        // xorshift64: only spreads clients out, nothing depends on its quality.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let tenth = base / 10;
        let jitter = tenth.saturating_mul((self.random % 2001) as u32) / 1000;
        Some((base.saturating_sub(tenth) + jitter).max(wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backoff(max_ms: u64, attempts: Option<u32>) -> Backoff {
        let mut options = Options::client();
        options.reconnect_interval = Duration::from_millis(1000);
        options.reconnect_backoff_max = Duration::from_millis(max_ms);
        options.max_reconnect_attempts = attempts;
        Backoff::new(&options, 42)
    }

    fn lost() -> Error {
        Error::new(ErrorCode::Connection, "lost")
    }

    fn near(wait: Duration, ms: u64) -> bool {
        (ms * 9 / 10..=ms * 11 / 10).contains(&(wait.as_millis() as u64))
    }

    #[test]
    fn the_interval_is_fixed_unless_a_maximum_is_given() {
        let mut fixed = backoff(0, None);
        for _ in 0..50 {
            assert!(near(fixed.next(&lost()).unwrap(), 1000));
        }
        let mut doubling = backoff(5000, None);
        for expected in [1000, 2000, 4000, 5000, 5000] {
            assert!(near(doubling.next(&lost()).unwrap(), expected));
        }
    }

    #[test]
    fn attempts_run_out_and_a_stable_connection_gives_them_back() {
        let mut limited = backoff(0, Some(2));
        assert!(limited.next(&lost()).is_some() && limited.next(&lost()).is_some());
        assert_eq!(limited.next(&lost()), None);
        limited.connection_lasted(Time::ZERO, Time::ZERO + Duration::from_secs(9));
        assert_eq!(limited.next(&lost()), None);
        limited.connection_lasted(Time::ZERO, Time::ZERO + Duration::from_secs(10));
        assert!(limited.next(&lost()).is_some());
        let mut none = backoff(0, Some(0));
        assert_eq!(none.next(&lost()), None);
    }

    #[test]
    fn a_server_that_refuses_is_asked_less_and_less_often() {
        let mut refused = backoff(0, None);
        let denied = Error::new(ErrorCode::Denied, "401");
        let seconds = [1, 2, 4, 8, 16, 32, 60, 60];
        for expected in seconds {
            assert!(near(refused.next(&denied).unwrap(), expected * 1000));
        }
    }

    #[test]
    fn a_server_that_wants_to_be_left_alone_is() {
        let busy = |seconds| {
            let wait = Duration::from_secs(seconds);
            Error::new(ErrorCode::Handshake, "503").retry_after(Some(wait))
        };
        for _ in 0..50 {
            let wait = backoff(0, None).next(&busy(5)).unwrap();
            assert!(wait >= Duration::from_secs(5) && wait < Duration::from_secs(6));
        }
        let wait = backoff(0, None).next(&busy(1_000_000)).unwrap();
        assert!(wait <= WANTED_MAX * 11 / 10);
    }
}
