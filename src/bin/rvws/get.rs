//! `rvws get`: the values of signals.

use realvirtual_ws::{Interface, escape};

use crate::arguments::Get;
use crate::client;
use crate::endpoint::Endpoint;
use crate::failure::{Exit, Failure};
use crate::ls;
use crate::output::Output;
use crate::signal::{Signal, shown};

pub fn run(arguments: &Get) -> Result<Exit, Failure> {
    let interface = client::open(&arguments.url, &arguments.connect)?;
    let mut signals = Vec::with_capacity(arguments.names.len());
    for name in &arguments.names {
        let id = find(&interface, name, &arguments.url)?;
        signals.push(Signal::one(&interface, id)?);
    }
    client::leave(&interface);
    let print = &arguments.print;
    match &signals[..] {
        // A single value is what a script wants.
        [signal] if !print.json && print.format.is_none() => {
            let mut output = Output::new(print.colour.color);
            let terminal = output.is_terminal();
            output.line(&shown(&signal.value, terminal))?;
            output.flush()?;
        }
        signals => ls::print(signals, print)?,
    }
    Ok(Exit::Done)
}

/// The id of a signal that the server has.
pub fn find(interface: &Interface, name: &str, url: &Endpoint) -> Result<u32, Failure> {
    interface.find_signal(name).map_err(|_| {
        let names = (0..interface.signal_count()).filter_map(|id| interface.signal_name(id).ok());
        let lower = name.to_lowercase();
        let near = names
            .filter(|other| other.to_lowercase() == lower)
            .map(|other| format!(", but there is {:?}", escape(&other)))
            .next();
        Failure::new(
            Exit::NotFound,
            format!(
                "{url} has no signal {name:?}{}: names are case-sensitive, rvws ls {url} lists them",
                near.unwrap_or_default()
            ),
        )
    })
}
