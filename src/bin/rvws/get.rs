//! `rvws get`: the values of signals.

use std::time::Duration;

use realvirtual_ws::{Interface, Quality, Value};

use crate::arguments::Get;
use crate::client;
use crate::endpoint::Endpoint;
use crate::failure::{Exit, Failure};
use crate::ls;
use crate::output::{Output, say};
use crate::signal::{Signal, shown};
use crate::stop::Deadline;

/// How long a server may take for values that are not in its catalogue.
const VALUES: Duration = Duration::from_secs(1);

pub fn run(arguments: &Get) -> Result<Exit, Failure> {
    let names = arguments.names.iter().map(String::as_str);
    let interface = client::open_for(&arguments.url, &arguments.connect, names)?;
    let mut ids = Vec::with_capacity(arguments.names.len());
    for name in &arguments.names {
        ids.push(find(&interface, name, &arguments.url)?);
    }
    let signals = with_values(&interface, &ids)?;
    client::leave(&interface);
    let print = &arguments.print;
    match &signals[..] {
        // A single value is what a script wants.
        [signal] if !print.json && print.format.is_none() => {
            let mut output = Output::new(print.colour.color);
            match &signal.value {
                // A program gets the text itself, whatever is in it.
                Value::Text(text) if !output.is_terminal() => output.line(text)?,
                value => output.line(&shown(value))?,
            }
            output.flush()?;
        }
        signals => ls::print(signals, print)?,
    }
    Ok(Exit::Done)
}

/// The signals as soon as all have a value: a catalogue need not hold any.
fn with_values(interface: &Interface, ids: &[u32]) -> Result<Vec<Signal>, Failure> {
    let end = Deadline::after(Some(VALUES));
    loop {
        let signals: Result<Vec<_>, _> = ids.iter().map(|id| Signal::one(interface, *id)).collect();
        let signals = signals?;
        let Some(without) = signals.iter().find(|one| one.quality == Quality::Never) else {
            return Ok(signals);
        };
        if end.passed() {
            say(format_args!(
                "{:?} has no value yet, what is shown is where its kind begins",
                without.name
            ));
            return Ok(signals);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The id of a signal that the server has.
pub fn find(interface: &Interface, name: &str, url: &Endpoint) -> Result<u32, Failure> {
    interface.find_signal(name).map_err(|_| {
        let names = (0..interface.signal_count()).filter_map(|id| interface.signal_name(id).ok());
        let lower = name.to_lowercase();
        let near = names
            .filter(|other| other.to_lowercase() == lower)
            .map(|other| format!(", but there is {other:?}"))
            .next();
        if name.contains(['*', '?']) {
            return Failure::new(
                Exit::NotFound,
                format!("{url} has no signal {name:?}: this takes names, rvws ls and watch take patterns"),
            );
        }
        Failure::new(
            Exit::NotFound,
            format!(
                "{url} has no signal {name:?}{}: names are case-sensitive, rvws ls {url} lists them",
                near.unwrap_or_default()
            ),
        )
    })
}
