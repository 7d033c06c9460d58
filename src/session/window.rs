//! Echoes and crossing writes: what a value from a peer means while a value of ours may still be on
//! its way to that peer.
//!
//! The protocol has no acknowledgement. RFC 6455 §5.5.3 gives one: a pong answers a ping, in order.
//! So a ping with a number (the *fence*) follows every frame that carries a signal which the peer may
//! write as well, and its pong tells that the peer has seen all frames up to that number. Between our
//! set and that pong the signal's *window* towards the peer is open.
//!
//! The pong of another implementation comes from its WebSocket layer, before its application has
//! looked at the frame: there the window lasts a grace time longer. An end that sends fences itself
//! is this library, which answers for its application.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashMap;

use crate::signals::Print;
use crate::time::Time;
use crate::value::ValueRef;

/// What to do with a value that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Apply,
    /// A repeat or an echo: it shows that the peer lives, and nothing else.
    SignOfLife,
}

/// How a window ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub signal: u32,
    /// The peer has seen our last value.
    pub acknowledged: bool,
    /// The current value goes to this peer once more.
    pub resend: bool,
}

/// After this long without a pong a window ends anyway.
const WINDOW_MAX: Duration = Duration::from_secs(1);

/// How long an insisting peer may take to repeat itself, before our value goes out once more.
const LISTEN: Duration = Duration::from_secs(1);

#[derive(Debug)]
struct Window {
    /// The last frame that carried the signal.
    frame: u64,
    /// What the peer had sent last when we set the signal.
    before: Option<Print>,
    /// What the peer has sent last since.
    inbound: Option<Print>,
    applied: bool,
    /// What the peer had sent last in the window that led to this one by a resend.
    previous_inbound: Option<Print>,
    /// Our value goes out for the last time: the peer had its chance to say that it insists.
    last_try: bool,
}

#[derive(Debug, Default)]
struct Entry {
    /// The last value this peer sent, on this connection.
    last: Option<Print>,
    window: Option<Window>,
    /// Values sent in this window, oldest first, with the frame that carried them.
    sent: VecDeque<(u64, Print)>,
    /// Carried over a resend: [`Window::previous_inbound`], and what is to be sent again.
    resend_after: Option<(Print, Print)>,
    /// The peer insists; it is given until then to say so again.
    listening: Option<Time>,
    /// What goes out as the last try against an insisting peer.
    last_try: Option<Print>,
    last_correction: Option<Time>,
}

#[derive(Debug)]
struct SentFrame {
    number: u64,
    at: Time,
    signals: Arc<[u32]>,
}

/// The windows of all signals towards one peer.
#[derive(Debug)]
pub(crate) struct Windows {
    /// We are the server of this connection.
    server: bool,
    grace: Duration,
    library: bool,
    entries: FxHashMap<u32, Entry>,
    /// Frames that wait for their pong.
    unanswered: VecDeque<SentFrame>,
    /// Frames that were answered, or were not in time, and wait for the end of the grace time.
    grace_queue: VecDeque<(Time, bool, SentFrame)>,
    /// Signals of [`Entry::listening`].
    listening: VecDeque<(Time, u32)>,
    last_frame: u64,
    /// The highest frame whose pong came.
    answered: u64,
    /// Values of frames before this one can no longer come back as echoes.
    settled: u64,
    ping: Option<(u64, Time)>,
}

impl Windows {
    pub(crate) fn new(server: bool, grace: Duration) -> Self {
        Self {
            server,
            grace,
            library: false,
            entries: FxHashMap::default(),
            unanswered: VecDeque::new(),
            grace_queue: VecDeque::new(),
            listening: VecDeque::new(),
            last_frame: 0,
            answered: 0,
            settled: 0,
            ping: None,
        }
    }

    /// The peer sends fences: it is this library.
    pub(crate) fn set_library(&mut self) {
        self.library = true;
    }

    pub(crate) const fn is_library(&self) -> bool {
        self.library
    }

    /// Whether this end decides when both ends wrote: the server between two ends of this library,
    /// this end towards any other.
    pub(crate) const fn arbitrates(&self) -> bool {
        self.server || !self.library
    }

    /// Judges a value from the peer. `pending`: the signal was set here and this peer has not been
    /// sent that value yet. `current`: the signal's present value. `heard`: what the host had from this
    /// peer when it set the signal, over an import or an earlier connection.
    pub(crate) fn receive(
        &mut self,
        signal: u32,
        value: ValueRef<'_>,
        current: Print,
        pending: bool,
        heard: Option<Print>,
    ) -> Verdict {
        if self.library {
            if let Some(window) = self
                .entries
                .get_mut(&signal)
                .and_then(|entry| entry.window.as_mut())
            {
                window.applied = true;
            }
            return Verdict::Apply;
        }
        let print = Print::of(value);
        let entry = self.entries.entry(signal).or_default();
        let last = entry.last.replace(print).or(heard);
        entry.listening = None;
        let known = match &mut entry.window {
            Some(window) => {
                window.inbound = Some(print);
                Some(print) == window.before.or(heard)
                    || (pending && Some(print) == last)
                    || entry.sent.iter().any(|(_, sent)| print.echoes(*sent))
            }
            None => pending && Some(print) == last,
        };
        if known || (pending && print.echoes(current)) {
            return Verdict::SignOfLife;
        }
        if let Some(window) = &mut entry.window {
            window.applied = true;
        }
        Verdict::Apply
    }

    /// Notes what the peer said of a signal whose value from here stands whatever it says.
    pub(crate) fn note(&mut self, signal: u32, value: ValueRef<'_>) {
        if !self.library {
            self.entries.entry(signal).or_default().last = Some(Print::of(value));
        }
    }

    /// Notes that a frame with these signals, which the peer may write too, was handed to the link.
    pub(crate) fn sent(&mut self, signals: &Arc<[u32]>, print: impl Fn(usize) -> Print, now: Time) {
        self.last_frame += 1;
        let frame = self.last_frame;
        for (index, signal) in signals.iter().enumerate() {
            let entry = self.entries.entry(*signal).or_default();
            let resent = entry.resend_after.take();
            let last_try = entry
                .last_try
                .take()
                .is_some_and(|value| value == print(index));
            entry.listening = None;
            match &mut entry.window {
                Some(window) => {
                    window.frame = frame;
                    window.before = entry.last;
                    // A new value of ours: whether the peer insists against it is still open.
                    window.previous_inbound = None;
                    window.last_try = false;
                }
                None => {
                    entry.window = Some(Window {
                        frame,
                        before: entry.last,
                        inbound: None,
                        applied: false,
                        previous_inbound: resent
                            .filter(|(_, value)| *value == print(index))
                            .map(|(last, _)| last),
                        last_try,
                    });
                }
            }
            if !self.library {
                // Once the peer has seen a later value, it cannot send back an earlier one.
                while entry.sent.len() > 1 && entry.sent[1].0 <= self.settled {
                    entry.sent.pop_front();
                }
                entry.sent.push_back((frame, print(index)));
            }
        }
        self.unanswered.push_back(SentFrame {
            number: frame,
            at: now,
            signals: Arc::clone(signals),
        });
    }

    /// The number to ping with now, if a frame waits for a fence and none is under way.
    pub(crate) fn due_ping(&mut self, now: Time) -> Option<u64> {
        if self.ping.is_some_and(|(_, at)| now.since(at) < WINDOW_MAX) {
            return None;
        }
        let newest = self.unanswered.back()?.number;
        (newest > self.answered).then(|| self.ping(now))
    }

    /// The number for a ping that is sent for any reason.
    pub(crate) fn ping(&mut self, now: Time) -> u64 {
        self.ping = Some((self.last_frame, now));
        self.last_frame
    }

    /// When the ping was sent that a pong with this number answers, if one is unanswered.
    pub(crate) fn pinged(&self, number: u64) -> Option<Time> {
        let (_, at) = self.ping.filter(|(sent, _)| *sent == number)?;
        Some(at)
    }

    /// The peer has answered the ping with this number.
    pub(crate) fn pong(
        &mut self,
        number: u64,
        now: Time,
        ended: &mut Vec<Ended>,
        current: impl Fn(u32) -> Print,
    ) {
        if number > self.last_frame {
            return;
        }
        self.answered = self.answered.max(number);
        if self.ping.is_some_and(|(sent, _)| sent <= number) {
            self.ping = None;
        }
        while self
            .unanswered
            .front()
            .is_some_and(|frame| frame.number <= number)
        {
            if let Some(frame) = self.unanswered.pop_front() {
                self.retire(frame, true, now, ended, &current);
            }
        }
    }

    /// Ends the windows whose time is up.
    pub(crate) fn expire(
        &mut self,
        now: Time,
        ended: &mut Vec<Ended>,
        current: impl Fn(u32) -> Print,
    ) {
        while self
            .unanswered
            .front()
            .is_some_and(|frame| frame.at + WINDOW_MAX <= now)
        {
            if let Some(frame) = self.unanswered.pop_front() {
                self.retire(frame, false, now, ended, &current);
            }
        }
        while self.grace_queue.front().is_some_and(|(at, ..)| *at <= now) {
            if let Some((_, acknowledged, frame)) = self.grace_queue.pop_front() {
                self.end(&frame, acknowledged, now, ended, &current);
            }
        }
        while let Some((at, signal)) = self.listening.front().copied().filter(|(at, _)| *at <= now)
        {
            self.listening.pop_front();
            let silent = |entry: &mut Entry| entry.listening.take_if(|until| *until == at);
            if let Some(entry) = self.entries.get_mut(&signal)
                && silent(entry).is_some()
            {
                entry.last_try = Some(current(signal));
                ended.push(Ended {
                    signal,
                    acknowledged: false,
                    resend: true,
                });
            }
        }
    }

    /// When [`Windows::expire`] has something to do next.
    pub(crate) fn deadline(&self) -> Time {
        let unanswered = self
            .unanswered
            .front()
            .map_or(Time::NEVER, |frame| frame.at + WINDOW_MAX);
        let grace = self.grace_queue.front().map_or(Time::NEVER, |(at, ..)| *at);
        let listening = self.listening.front().map_or(Time::NEVER, |(at, _)| *at);
        unanswered.min(grace).min(listening)
    }

    /// Whether a correction may go out for this signal now: one a second, from the arbitrating end.
    pub(crate) fn allows_correction(&mut self, signal: u32, now: Time) -> bool {
        if !self.arbitrates() {
            return false;
        }
        let entry = self.entries.entry(signal).or_default();
        let due = entry
            .last_correction
            .is_none_or(|at| now.since(at) >= Duration::from_secs(1));
        if due {
            entry.last_correction = Some(now);
        }
        due
    }

    fn retire(
        &mut self,
        frame: SentFrame,
        acknowledged: bool,
        now: Time,
        ended: &mut Vec<Ended>,
        current: &impl Fn(u32) -> Print,
    ) {
        if self.library {
            self.end(&frame, acknowledged, now, ended, current);
        } else {
            self.grace_queue
                .push_back((now + self.grace, acknowledged, frame));
        }
    }

    fn end(
        &mut self,
        frame: &SentFrame,
        acknowledged: bool,
        now: Time,
        ended: &mut Vec<Ended>,
        current: &impl Fn(u32) -> Print,
    ) {
        self.settled = self.settled.max(frame.number);
        for signal in frame.signals.iter().copied() {
            let Some(entry) = self.entries.get_mut(&signal) else {
                continue;
            };
            let Some(window) = entry.window.take_if(|window| window.frame == frame.number) else {
                continue;
            };
            entry.sent.clear();
            let resend = if self.library {
                self.server && window.applied
            } else {
                let current = current(signal);
                match window.inbound {
                    // The same value at the end of two windows in a row: the peer insists, or it
                    // wrote that before it saw ours. If it insists it says so again, and then
                    // outside any window, where it is heeded.
                    Some(last)
                        if !last.echoes(current) && window.previous_inbound == Some(last) =>
                    {
                        entry.listening = Some(now + LISTEN);
                        self.listening.push_back((now + LISTEN, signal));
                        false
                    }
                    Some(_) if window.last_try => false,
                    Some(last) if window.applied || !last.echoes(current) => {
                        entry.resend_after = Some((last, current));
                        true
                    }
                    _ => false,
                }
            };
            // What is left of an entry towards another end of this library says nothing.
            if self.library && !resend && entry.last_correction.is_none() {
                self.entries.remove(&signal);
            }
            ended.push(Ended {
                signal,
                acknowledged,
                resend,
            });
        }
    }
}
