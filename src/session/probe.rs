//! A client's connection test: connect, one round trip, and a report.

use std::time::Duration;

use crate::error::{Error, ErrorCode};
use crate::session::{Event, EventKind, Output, Session};
use crate::time::Time;

/// What a connection test found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConnectionReport {
    /// From the start of the test to the end of the WebSocket handshake, in microseconds.
    pub connect_us: u64,
    /// One ping and its pong, in microseconds; 0 when the server does not answer pings.
    pub round_trip_us: u64,
    /// The server is this library.
    pub library: bool,
}

/// How long a server may take to answer the ping; many never do.
const PONG_WAIT: Duration = Duration::from_millis(500);

/// A test under way.
#[derive(Debug)]
pub(super) struct Probe {
    token: u32,
    started: Time,
    until: Time,
    connected: Option<Time>,
}

impl Session {
    pub(super) fn begin_probe(&mut self, token: u32, until: Time) {
        self.probe = Some(Probe {
            token,
            started: self.now,
            until,
            connected: None,
        });
        self.arm(until);
    }

    /// The handshake is done and our first ping is on its way.
    pub(super) fn probe_connected(&mut self) {
        let now = self.now;
        if let Some(probe) = &mut self.probe {
            probe.connected = Some(now);
            probe.until = now + PONG_WAIT;
            let until = probe.until;
            self.arm(until);
        }
    }

    /// The first pong came, or the time for it is up.
    pub(super) fn probe_answered(&mut self, pong: bool) {
        let now = self.now;
        let library = self.peers.values().any(|peer| peer.windows.is_library());
        let Some(probe) = self.probe.take_if(|probe| probe.connected.is_some()) else {
            return;
        };
        let connected = probe.connected.unwrap_or(now);
        let micros = |time: Duration| time.as_micros() as u64;
        let report = ConnectionReport {
            connect_us: micros(connected.since(probe.started)),
            round_trip_us: if pong {
                micros(now.since(connected))
            } else {
                0
            },
            library,
        };
        self.probe_done(&probe, Ok(report));
    }

    pub(super) fn probe_failed(&mut self, error: &Error) {
        if let Some(probe) = self.probe.take() {
            self.probe_done(&probe, Err(error.clone()));
        }
    }

    pub(super) fn probe_deadline(&mut self) {
        let Some(probe) = &self.probe else {
            return;
        };
        let (until, connected) = (probe.until, probe.connected.is_some());
        if until > self.now {
            self.arm(until);
        } else if connected {
            self.probe_answered(false);
        } else {
            let text = "the server did not answer in time: check address, port and firewall";
            self.probe_failed(&Error::new(ErrorCode::Timeout, text));
        }
    }

    fn probe_done(&mut self, probe: &Probe, result: Result<ConnectionReport, Error>) {
        let (code, text) = match &result {
            Ok(report) => (
                0,
                format!(
                    "connected in {:.1} ms, round trip {:.1} ms",
                    report.connect_us as f64 / 1000.0,
                    report.round_trip_us as f64 / 1000.0
                ),
            ),
            Err(error) => (error.code() as i32, error.message().to_owned()),
        };
        self.outputs.push(Output::ProbeDone {
            token: probe.token,
            result,
        });
        self.outputs.push(Output::Event(Event {
            kind: EventKind::TestDone,
            client: 0,
            token: probe.token,
            result: code,
            time: self.now,
            signal: 0,
            text,
        }));
    }
}
