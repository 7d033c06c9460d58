//! `rvws stats`: counters of a connection, for people and for Prometheus.

use std::fmt::Write as _;
use std::time::Duration;

use realvirtual_ws::interface::Stats as Counters;

use crate::arguments::Stats;
use crate::client::{self, looks_on};
use crate::failure::{Exit, Failure};
use crate::histogram;
use crate::output::{Output, When};
use crate::progress::Progress;
use crate::stop::{Deadline, LOOK, on_signals};

/// How often the round trip is measured.
const PING: Duration = Duration::from_millis(100);

pub fn run(arguments: &Stats) -> Result<Exit, Failure> {
    let counted = count(arguments);
    let mut output = Output::new(When::Auto);
    match &counted {
        Ok((signals, counters)) if arguments.prometheus => {
            output.write(&prometheus(Some((*signals, counters))))?;
        }
        Ok((signals, counters)) => {
            output.line(&format!("{:<24} {signals}", "signals"))?;
            for (name, value) in counters.named() {
                output.line(&format!("{name:<24} {value}"))?;
            }
            output.line(&format!("{:<24} {}", "frame_in_max", counters.frame_in_max))?;
            output.line("round trip")?;
            for line in histogram::lines(&counters.round_trip) {
                output.line(&line)?;
            }
        }
        // For a collector a server that is down is a value, too.
        Err(_) if arguments.prometheus => output.write(&prometheus(None))?,
        Err(_) => {}
    }
    output.flush()?;
    counted.map(|_| Exit::Done)
}

/// How many signals there are, and what was counted.
fn count(arguments: &Stats) -> Result<(u32, Counters), Failure> {
    let interface = client::connect_with(&arguments.url, &arguments.connect, |options| {
        options.ping_interval = PING;
    })?;
    client::import(&interface, &arguments.url, &arguments.connect)?;
    on_signals();
    let end = Deadline::after(Some(arguments.duration));
    let _progress = Progress::new(format!("counting at {}", arguments.url));
    while looks_on(&interface, end, LOOK)? {}
    let counters = interface.stats();
    let signals = interface.signal_count();
    client::leave(&interface);
    Ok((signals, counters))
}

fn prometheus(counted: Option<(u32, &Counters)>) -> String {
    let mut text = String::new();
    let mut put = |name: &str, kind: &str, what: &str, value: u64| {
        let _ = writeln!(
            text,
            "# HELP rvws_{name} {what}\n# TYPE rvws_{name} {kind}\nrvws_{name} {value}"
        );
    };
    put(
        "up",
        "gauge",
        "Whether the server answered.",
        counted.is_some().into(),
    );
    let Some((signals, counters)) = counted else {
        return text;
    };
    put("signals", "gauge", "Signals of the server.", signals.into());
    put(
        "frame_in_max_bytes",
        "gauge",
        "The largest message received.",
        counters.frame_in_max,
    );
    for (name, value) in counters.named() {
        let what = format!("The library's counter {name}.");
        // The longest of all is no sum.
        if name == "cycle_us_max" {
            put(name, "gauge", &what, value);
        } else {
            put(&format!("{name}_total"), "counter", &what, value);
        }
    }
    text.push_str("# HELP rvws_round_trip_seconds From a ping to its pong.\n# TYPE rvws_round_trip_seconds histogram\n");
    let (mut all, mut sum) = (0, 0.0);
    for (bucket, count) in counters.round_trip.buckets.iter().enumerate() {
        all += count;
        let upper = histogram::upper_micros(bucket) as f64 / 1e6;
        // Times are counted by powers of two, so the sum is that of the middles.
        sum += *count as f64 * upper * 0.75;
        let _ = writeln!(
            text,
            "rvws_round_trip_seconds_bucket{{le=\"{upper}\"}} {all}"
        );
    }
    let _ = writeln!(
        text,
        "rvws_round_trip_seconds_bucket{{le=\"+Inf\"}} {all}\nrvws_round_trip_seconds_sum {sum}\nrvws_round_trip_seconds_count {all}"
    );
    text
}
