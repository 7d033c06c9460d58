//! When to try to connect again.

use std::time::Duration;

use crate::options::Options;
use crate::time::Time;

/// A connection that lasted this long was stable: the count of attempts starts anew.
const STABLE: Duration = Duration::from_secs(10);

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

    /// How long to wait before the next attempt; `None` when they are used up.
    pub(crate) fn next(&mut self) -> Option<Duration> {
        if self
            .attempts_allowed
            .is_some_and(|allowed| self.attempts >= allowed)
        {
            return None;
        }
        let doubled = self
            .interval
            .saturating_mul(1_u32.checked_shl(self.attempts).unwrap_or(u32::MAX));
        let base = doubled.min(self.max).max(self.interval);
        self.attempts = self.attempts.saturating_add(1);
        // xorshift64: only spreads clients out, nothing depends on its quality.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let tenth = base / 10;
        let jitter = tenth.saturating_mul((self.random % 2001) as u32) / 1000;
        Some(base.saturating_sub(tenth) + jitter)
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

    fn near(wait: Duration, ms: u64) -> bool {
        (ms * 9 / 10..=ms * 11 / 10).contains(&(wait.as_millis() as u64))
    }

    #[test]
    fn the_interval_is_fixed_unless_a_maximum_is_given() {
        let mut fixed = backoff(0, None);
        for _ in 0..50 {
            assert!(near(fixed.next().unwrap(), 1000));
        }
        let mut doubling = backoff(5000, None);
        for expected in [1000, 2000, 4000, 5000, 5000] {
            assert!(near(doubling.next().unwrap(), expected));
        }
    }

    #[test]
    fn attempts_run_out_and_a_stable_connection_gives_them_back() {
        let mut limited = backoff(0, Some(2));
        assert!(limited.next().is_some() && limited.next().is_some());
        assert_eq!(limited.next(), None);
        limited.connection_lasted(Time::ZERO, Time::ZERO + Duration::from_secs(9));
        assert_eq!(limited.next(), None);
        limited.connection_lasted(Time::ZERO, Time::ZERO + Duration::from_secs(10));
        assert!(limited.next().is_some());
        let mut none = backoff(0, Some(0));
        assert_eq!(none.next(), None);
    }
}
