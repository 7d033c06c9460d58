//! `rvws set`: sets signals, and looks whether the server keeps the values.

use std::time::Duration;

use realvirtual_ws::{Interface, Quality, Value};

use crate::arguments::{Connect, Set};
use crate::client;
use crate::endpoint::Endpoint;
use crate::failure::{Exit, Failure};
use crate::get::find;
use crate::progress::Progress;
use crate::signal::{parse, same, shown, value};
use crate::stop::Deadline;

pub fn run(arguments: &Set) -> Result<Exit, Failure> {
    let interface = client::open(&arguments.url, &arguments.connect)?;
    let mut values: Vec<(u32, &str, Value)> = Vec::with_capacity(arguments.values.len());
    // What the server has already is not sent.
    let mut new = 0;
    for text in &arguments.values {
        let (name, text) = split(&interface, text)?;
        let id = find(&interface, name, &arguments.url)?;
        if values.iter().any(|(other, ..)| *other == id) {
            let text = format!("{name:?} stands twice: a signal is set to one value");
            return Err(Failure::new(Exit::Usage, text));
        }
        let info = interface.signal_info(id)?;
        let wanted = parse(text, info.kind)
            .map_err(|why| Failure::new(Exit::Value, format!("signal {name:?}: {why}")))?;
        let known = info.quality != Quality::Never;
        new += u64::from(!known || value(&interface, id, info.kind)? != wanted);
        values.push((id, name, wanted));
    }
    interface.set_values(
        values
            .iter()
            .map(|(id, _, value)| Ok((*id, value.as_ref()))),
    )?;
    send(&interface, new, &arguments.url, &arguments.connect)?;
    // Everything that was set has left before this returns.
    client::leave(&interface);
    if !arguments.no_check {
        check(arguments, &values)?;
    }
    Ok(Exit::Done)
}

/// Name and value of `NAME=VALUE`. A name may hold `=`: the longest name that exists counts.
fn split<'a>(interface: &Interface, text: &'a str) -> Result<(&'a str, &'a str), Failure> {
    let splits = || {
        text.match_indices('=')
            .map(|(at, _)| (&text[..at], &text[at + 1..]))
    };
    if text.starts_with('=') {
        let text = format!("{text:?} names no signal: write NAME=VALUE");
        return Err(Failure::new(Exit::Usage, text));
    }
    let known = splits().filter(|(name, _)| interface.find_signal(name).is_ok());
    known.last().or_else(|| splits().next()).ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            format!("{text:?} is no NAME=VALUE: write a signal's name, an equals sign, the value"),
        )
    })
}

/// Waits until so many values have gone out: a client first hears what the server has to say.
pub fn send(
    interface: &Interface,
    count: u64,
    url: &Endpoint,
    connect: &Connect,
) -> Result<(), Failure> {
    let _progress = Progress::new(format!("sending to {url}"));
    let end = Deadline::after(Some(connect.patience()));
    while interface.stats().values_out < count {
        if interface.info().clients == 0 {
            let text = format!("{url} closed the connection before it had the values");
            return Err(Failure::new(Exit::Lost, text));
        }
        if end.passed() {
            let text = format!("{url} did not take the values in time");
            return Err(Failure::new(Exit::Timeout, text));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}

/// What a new client of the server is told of these signals.
fn check(arguments: &Set, values: &[(u32, &str, Value)]) -> Result<(), Failure> {
    let again = client::open(&arguments.url, &arguments.connect)?;
    for (_, name, wanted) in values {
        let id = find(&again, name, &arguments.url)?;
        let kept = value(&again, id, again.signal_info(id)?.kind)?;
        if !same(&kept, wanted) {
            return Err(Failure::new(
                Exit::Value,
                format!(
                    "{} has {} for {name:?} after it was set to {}: the server, or another client, writes this signal (--no-check does not look)",
                    arguments.url,
                    shown(&kept),
                    shown(wanted)
                ),
            ));
        }
    }
    client::leave(&again);
    Ok(())
}
