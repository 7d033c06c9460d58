//! What a server does once it is connected.

use std::time::{Duration, Instant};

use realvirtual_ws::{Interface, Result};

use super::reach::lost;
use super::{Cause, Finding};
use crate::arguments::Doctor;
use crate::failure::{Failure, in_words};
use crate::progress::Progress;
use crate::stop::{Deadline, LOOK};

/// How long a server may take for its first state: some wait for a moment whether a subscription comes.
const FIRST_STATE: Duration = Duration::from_millis(400);
/// How long a server may take to answer the import request, unless -W says otherwise.
const CATALOGUE: Duration = Duration::from_secs(3);
/// Messages of this size some clients read in one piece, and no more.
const LARGE: u64 = 8192;
/// Messages that a server is sent to see whether it answers each.
const PROBES: u32 = 30;
const PROBE: &str = r#"{"type":"data","version":2,"signals":{}}"#;
const BETWEEN_PROBES: Duration = Duration::from_millis(10);
/// How long the answers to them may take.
const ANSWERS: Duration = Duration::from_millis(200);
/// More messages in a second than the usual cycle of 10 ms makes.
const STORM: f64 = 150.0;

/// What was seen.
#[derive(Default)]
pub struct Seen {
    pub findings: Vec<Finding>,
    pub good: Vec<String>,
    /// The signals of the server are here.
    pub catalogue: bool,
}

/// Counters of a span of time.
struct Span {
    frames: u64,
    values: u64,
    changes: u64,
    seconds: f64,
}

impl Span {
    /// Messages in a second.
    fn rate(&self) -> f64 {
        self.frames as f64 / self.seconds
    }
}

pub fn examine(interface: &Interface, arguments: &Doctor) -> std::result::Result<Seen, Failure> {
    let _progress = Progress::new(format!("examining {}", arguments.url));
    let mut seen = Seen::default();
    span(interface, FIRST_STATE)?;
    let mut largest = interface.stats().frame_in_max;
    // Whatever else is found, a foreign protocol explains it.
    if let Some(finding) = lost(interface)? {
        seen.findings.push(finding);
        return Ok(seen);
    }

    let patience = arguments.connect.timeout.unwrap_or(CATALOGUE);
    let asked = Instant::now();
    match interface.import(patience) {
        Ok(_) => {
            seen.catalogue = true;
            let (count, ms) = (interface.signal_count(), asked.elapsed().as_millis());
            seen.good
                .push(format!("its catalogue has {count} signals ({ms} ms)"));
        }
        Err(error) => {
            if let Some(finding) = lost(interface)? {
                seen.findings.push(finding);
                return Ok(seen);
            }
            seen.findings.push(Finding::new(
                Cause::NoCatalogue,
                format!("it does not answer the import request: {}", in_words(&error)),
                "declare the signals by hand, as a signal list; if the server should answer, is it a realvirtual endpoint of version 2?",
            ));
        }
    }
    let with_catalogue = interface.stats().frame_in_max;
    let quiet = span(interface, arguments.duration)?;
    let probed = probe(interface, quiet.rate())?;
    let stats = interface.stats();
    // The answer to an import may be large; only those who ask get it.
    if stats.frame_in_max > with_catalogue {
        largest = stats.frame_in_max;
    }
    if let Some(finding) = lost(interface)? {
        seen.findings.push(finding);
        return Ok(seen);
    }

    let values = stats.values_in + stats.unknown_signal;
    if values == 0 {
        seen.findings.push(Finding::new(
            Cause::NoData,
            format!(
                "connected, and {} messages came, but no value",
                stats.frames_in
            ),
            "does the server's program run (play mode), and has it set a signal? A server sends only what was set; signals that it reads wait for a client to write them",
        ));
    } else {
        seen.good.push(format!("{values} values came"));
    }
    if stats.rejected_type > 0 {
        seen.findings.push(Finding::new(
            Cause::TypeClash,
            format!(
                "{} values do not fit the type that the server's own catalogue states",
                stats.rejected_type
            ),
            "correct the type in the server's catalogue, or what it sends; RV_LOG=warn names the signals",
        ));
    }
    if largest > LARGE {
        seen.findings.push(Finding::new(
            Cause::LargeMessages,
            format!("its messages have up to {largest} bytes"),
            "clients that read 8192 bytes at once lose the rest: let them subscribe to fewer signals, or set max_data_frame_bytes to 8000 at the server",
        ));
    }
    seen.findings.extend(restless(&quiet, &probed));
    Ok(seen)
}

/// A server that answers data with data, or that never rests.
fn restless(quiet: &Span, probed: &Span) -> Option<Finding> {
    let rate = quiet.rate();
    if rate > STORM && quiet.changes * 10 < quiet.values.max(1) {
        return Some(Finding::new(
            Cause::Storm,
            format!(
                "it sends {rate:.0} messages a second, and {} of {} values in them are new",
                quiet.changes, quiet.values
            ),
            "two ends echo each other's messages, or its cycle is too short: send only what changed (only_transmit_changed), and never answer data with data",
        ));
    }
    let extra = probed.frames as f64 - rate * probed.seconds;
    (extra >= f64::from(PROBES) * 0.8).then(|| {
        Finding::new(
            Cause::Echo,
            format!("it answers data with data: {extra:.0} messages more for {PROBES} empty ones"),
            "with another end that does the same, this never stops: send on a cycle or on change, and never because data came",
        )
    })
}

/// Looks for so long.
fn span(interface: &Interface, time: Duration) -> Result<Span> {
    measure(interface, |interface| {
        let end = Deadline::after(Some(time));
        while !end.passed() {
            // Not `wait`, which returns at once while events wait that are looked at later.
            std::thread::sleep(end.left(LOOK));
            interface.poll_changes(usize::MAX, |_, _| {})?;
        }
        Ok(())
    })
}

/// Sends empty messages, and looks what comes beyond the usual rate.
fn probe(interface: &Interface, rate: f64) -> Result<Span> {
    let (before, began) = (interface.stats().frames_in, Instant::now());
    measure(interface, |interface| {
        for _ in 0..PROBES {
            if interface.send_raw(None, PROBE).is_err() {
                // The connection is lost, which is found out next.
                return Ok(());
            }
            std::thread::sleep(BETWEEN_PROBES);
        }
        let end = Deadline::after(Some(ANSWERS));
        let answered = || {
            let usual = rate * began.elapsed().as_secs_f64();
            (interface.stats().frames_in - before) as f64 - usual >= f64::from(PROBES)
        };
        while !end.passed() && !answered() {
            std::thread::sleep(BETWEEN_PROBES);
        }
        Ok(())
    })
}

fn measure(interface: &Interface, run: impl FnOnce(&Interface) -> Result<()>) -> Result<Span> {
    let (before, began) = (interface.stats(), Instant::now());
    run(interface)?;
    let after = interface.stats();
    Ok(Span {
        frames: after.frames_in - before.frames_in,
        values: after.values_in - before.values_in,
        changes: after.changes - before.changes,
        seconds: began.elapsed().as_secs_f64(),
    })
}
