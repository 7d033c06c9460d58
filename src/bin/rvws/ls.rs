//! `rvws ls`: the signals of a server.

use realvirtual_ws::Interface;

use crate::arguments::{Ls, Print};
use crate::client;
use crate::endpoint::Endpoint;
use crate::failure::{Exit, Failure};
use crate::output::{Output, Paint, escaped, json_line};
use crate::signal::{Signal, chosen, shown};

pub fn run(arguments: &Ls) -> Result<Exit, Failure> {
    let interface = client::open(&arguments.url, &arguments.connect)?;
    let mut signals = Signal::all(&interface)?;
    client::leave(&interface);
    signals.retain(|signal| chosen(&arguments.patterns, &signal.name));
    if signals.is_empty() && !arguments.patterns.is_empty() {
        return Err(none_fits(&interface, &arguments.url));
    }
    print(&signals, &arguments.print)?;
    Ok(Exit::Done)
}

/// No name of a server fits the patterns.
pub fn none_fits(interface: &Interface, url: &Endpoint) -> Failure {
    let count = interface.signal_count();
    Failure::new(
        Exit::NotFound,
        format!(
            "none of the {count} signals of {url} has such a name: names are case-sensitive, * stands for any characters"
        ),
    )
}

/// A line for each signal, as wished.
pub fn print(signals: &[Signal], how: &Print) -> Result<(), Failure> {
    let mut output = Output::new(how.colour.color);
    let wide = |signal: &Signal| escaped(&signal.name).chars().count();
    let width = signals.iter().map(wide).max().unwrap_or(0).min(60);
    for signal in signals {
        let line = if how.json {
            json_line(&signal.json())
        } else if let Some(template) = &how.format {
            template.fill(signal)
        } else {
            // Blanks stand outside the colours.
            let name = escaped(&signal.name);
            let kind = signal.wire_type();
            let after_name = width.saturating_sub(name.chars().count());
            let after_kind = 14_usize.saturating_sub(kind.len());
            format!(
                "{}{:after_name$}  {}{:after_kind$}  {}",
                output.paint(Paint::Strong, &name),
                "",
                output.paint(Paint::Weak, &kind),
                "",
                shown(&signal.value)
            )
        };
        output.line(&line)?;
    }
    Ok(output.flush()?)
}
