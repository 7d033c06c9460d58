//! `rvws replay`: writes what `watch --json` has recorded to a server, at the recorded pace.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, stdin};
use std::time::{Duration, Instant};

use realvirtual_ws::{Kind, Value};
use serde::Deserialize;

use crate::arguments::Replay;
use crate::client::{self, looks_on};
use crate::failure::{Exit, Failure};
use crate::output::say;
use crate::set::send;
use crate::signal::{Signal, chosen};
use crate::stop::{Deadline, LOOK, on_signals};
use crate::writer::Writer;

/// A line of a recording; what else stands in it does not matter.
#[derive(Deserialize)]
struct Record {
    /// Seconds since some moment.
    time: f64,
    name: String,
    value: serde_json::Value,
    /// How many changes of the signal came together, of which this is the last.
    #[serde(default = "one")]
    changes: u32,
}

/// What was done of a recording.
#[derive(Default)]
struct Done {
    written: u64,
    /// Names that the server does not have.
    skipped: HashSet<String>,
}

const fn one() -> u32 {
    1
}

pub fn run(arguments: &Replay) -> Result<Exit, Failure> {
    let lines: Box<dyn BufRead> = if arguments.file == "-" {
        Box::new(BufReader::new(stdin()))
    } else {
        let file = File::open(&arguments.file);
        Box::new(BufReader::new(file.map_err(|e| unreadable(arguments, &e))?))
    };
    let end = Deadline::after(arguments.connect.timeout);
    let mut signals = signals(arguments)?;
    signals.retain(|signal| chosen(&arguments.patterns, &signal.name));
    let mut writer = Writer::start(&arguments.url, &arguments.connect, &signals, false)?;
    on_signals();
    let mut done = Done::default();
    let replayed = replay(lines, &mut writer, arguments, end, &mut done);
    // Also after a line that is wrong: what was set before it goes out.
    let sent = send(
        &writer.interface,
        u64::from(done.written > 0),
        &arguments.url,
        &arguments.connect,
    );
    let kept = writer.end(!arguments.no_check);
    replayed.and(sent)?;
    let Done {
        written, skipped, ..
    } = done;
    if written == 0 && !skipped.is_empty() {
        return Err(Failure::new(
            Exit::NotFound,
            format!(
                "{} has none of the {} recorded signals",
                arguments.url,
                skipped.len()
            ),
        ));
    }
    if let Some(first) = skipped.iter().min() {
        say(format_args!(
            "{} has not {} of the recorded signals, the first is {first:?}",
            arguments.url,
            skipped.len()
        ));
    }
    say(format_args!("replayed {written} changes"));
    kept
}

/// What the server has.
fn signals(arguments: &Replay) -> Result<Vec<Signal>, Failure> {
    let interface = client::open(&arguments.url, &arguments.connect)?;
    client::leave(&interface);
    Ok(Signal::all(&interface)?)
}

fn replay(
    lines: impl BufRead,
    writer: &mut Writer<'_>,
    arguments: &Replay,
    end: Deadline,
    done: &mut Done,
) -> Result<(), Failure> {
    let mut began: Option<(Instant, f64)> = None;
    for (index, line) in lines.lines().enumerate() {
        let line = line.map_err(|error| unreadable(arguments, &error))?;
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |exit, why: String| {
            let (file, number) = (&arguments.file, index + 1);
            Failure::new(exit, format!("{file}, line {number}: {why}"))
        };
        let record: Record = serde_json::from_str(&line).map_err(|error| {
            let why = format!("it is no line of watch --json: {error}");
            wrong(Exit::File, why)
        })?;
        if !chosen(&arguments.patterns, &record.name) {
            continue;
        }
        let (start, first) = *began.get_or_insert_with(|| (Instant::now(), record.time));
        let after = Duration::try_from_secs_f64((record.time - first).max(0.0) / arguments.speed);
        let due = after.ok().and_then(|after| start.checked_add(after));
        let due = due.ok_or_else(|| wrong(Exit::File, "its time is out of reach".to_owned()))?;
        if !wait(writer, due, end)? {
            break;
        }
        let Ok(id) = writer.interface.find_signal(&record.name) else {
            done.skipped.insert(record.name);
            continue;
        };
        let kind = writer.interface.signal_info(id)?.kind;
        let value = recorded(&record.value, kind).ok_or_else(|| {
            let (kind, value) = (kind.name(), &record.value);
            let why = format!("signal {:?} is of kind {kind}, not {value}", record.name);
            wrong(Exit::Value, why)
        })?;
        // A level that came back between two looks of the recording has been away.
        if let (Value::Bool(level), true) = (&value, record.changes > 1) {
            writer.set(vec![(id, Value::Bool(!level))])?;
        }
        writer.set(vec![(id, value)])?;
        done.written += 1;
    }
    Ok(())
}

/// `false`: it is to end before.
fn wait(writer: &mut Writer<'_>, due: Instant, end: Deadline) -> Result<bool, Failure> {
    loop {
        writer.look()?;
        let left = due.saturating_duration_since(Instant::now());
        if !looks_on(&writer.interface, end, left.min(LOOK))? {
            return Ok(false);
        }
        if Instant::now() >= due {
            return Ok(true);
        }
    }
}

/// The recorded value, if signals of this kind can have it.
fn recorded(json: &serde_json::Value, kind: Kind) -> Option<Value> {
    Some(match kind {
        Kind::Bool => Value::Bool(json.as_bool()?),
        Kind::Int => Value::Int(json.as_i64()?),
        Kind::Float => Value::Float(json.as_f64()?),
        Kind::Text => Value::Text(json.as_str()?.to_owned()),
    })
}

fn unreadable(arguments: &Replay, error: &std::io::Error) -> Failure {
    let what = format!("cannot read the recording {}: {error}", arguments.file);
    Failure::new(Exit::File, what)
}
