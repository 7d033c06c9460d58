//! `rvws bench`: what a server can do, seen from here.

use std::time::{Duration, Instant};

use realvirtual_ws::Interface;
use serde_json::json;

use crate::arguments::Bench;
use crate::client::{self, looks_on};
use crate::failure::{Exit, Failure};
use crate::histogram::{quantile, shown};
use crate::output::{Output, When};
use crate::progress::Progress;
use crate::stop::{Deadline, LOOK, on_signals};

/// How often it connects, to take the median.
const CONNECTS: usize = 5;
/// How often the round trip is measured.
const PING: Duration = Duration::from_millis(20);

pub fn run(arguments: &Bench) -> Result<Exit, Failure> {
    let mut connects = Vec::with_capacity(CONNECTS);
    for _ in 0..CONNECTS {
        let options = arguments.connect.options(&arguments.url)?;
        let report = Interface::test_connection(options, arguments.connect.patience())?;
        connects.push(report.connect_us);
    }
    connects.sort_unstable();

    let interface = client::connect_with(&arguments.url, &arguments.connect, |options| {
        options.ping_interval = PING;
    })?;
    let asked = Instant::now();
    client::import(&interface, &arguments.url, &arguments.connect)?;
    let catalogue = asked.elapsed();
    let before = interface.stats();
    let began = Instant::now();
    on_signals();
    let end = Deadline::after(Some(arguments.duration));
    {
        let _progress = Progress::new(format!("counting at {}", arguments.url));
        while looks_on(&interface, end, LOOK)? {}
    }
    let after = interface.stats();
    let seconds = began.elapsed().as_secs_f64();
    client::leave(&interface);

    let rate = |before: u64, after: u64| (after - before) as f64 / seconds;
    let round_trip = |share| quantile(&after.round_trip, share);
    let result = [
        ("signals", f64::from(interface.signal_count()), ""),
        ("connect_us", connects[CONNECTS / 2] as f64, "us"),
        ("catalogue_us", catalogue.as_micros() as f64, "us"),
        (
            "messages_per_second",
            rate(before.frames_in, after.frames_in),
            "",
        ),
        (
            "values_per_second",
            rate(before.values_in, after.values_in),
            "",
        ),
        (
            "bytes_per_second",
            rate(before.bytes_in, after.bytes_in),
            "",
        ),
        ("message_bytes_max", after.frame_in_max as f64, ""),
    ];
    let mut output = Output::new(When::Auto);
    if arguments.json {
        let mut object = serde_json::Map::new();
        for (name, value, _) in result {
            object.insert(name.to_owned(), json!(value));
        }
        object.insert("round_trip_us_p50".to_owned(), json!(round_trip(0.5)));
        object.insert("round_trip_us_p99".to_owned(), json!(round_trip(0.99)));
        output.line(&serde_json::Value::Object(object).to_string())?;
    } else {
        for (name, value, unit) in result {
            let name = name.trim_end_matches("_us").replace('_', " ");
            let value = match unit {
                "us" => shown(Duration::from_micros(value as u64)),
                _ => format!("{value:.0}"),
            };
            output.line(&format!("{name:<20} {value:>12}"))?;
        }
        for (name, share) in [("round trip, median", 0.5), ("round trip, 99 %", 0.99)] {
            let time = round_trip(share).map_or_else(
                || "no pong".to_owned(),
                |micros| format!("< {}", shown(Duration::from_micros(micros))),
            );
            output.line(&format!("{name:<20} {time:>12}"))?;
        }
    }
    output.flush()?;
    Ok(Exit::Done)
}
