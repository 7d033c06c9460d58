//! `rvws ls`: the signals of a server.

use crate::arguments::{Ls, Print};
use crate::client;
use crate::failure::{Exit, Failure};
use crate::output::{Output, Paint};
use crate::signal::{Signal, chosen, shown, shown_name};

pub fn run(arguments: &Ls) -> Result<Exit, Failure> {
    let interface = client::open(&arguments.url, &arguments.connect)?;
    let mut signals = Signal::all(&interface)?;
    client::leave(&interface);
    signals.retain(|signal| chosen(&arguments.patterns, &signal.name));
    if signals.is_empty() && !arguments.patterns.is_empty() {
        return Err(Failure::new(
            Exit::NotFound,
            format!(
                "none of the {} signals of {} has such a name: names are case-sensitive, * stands for any characters",
                interface.signal_count(),
                arguments.url
            ),
        ));
    }
    print(&signals, &arguments.print)?;
    Ok(Exit::Done)
}

/// A line for each signal, as wished.
pub fn print(signals: &[Signal], how: &Print) -> Result<(), Failure> {
    let mut output = Output::new(how.colour.color);
    let terminal = output.is_terminal();
    let wide = |signal: &Signal| shown_name(&signal.name, terminal).chars().count();
    let width = signals.iter().map(wide).max().unwrap_or(0).min(60);
    for signal in signals {
        let line = if how.json {
            signal.json().to_string()
        } else if let Some(template) = &how.format {
            template.fill(signal, terminal)
        } else {
            // Blanks stand outside the colours.
            let name = shown_name(&signal.name, terminal);
            let kind = signal.wire_type();
            let after_name = width.saturating_sub(name.chars().count());
            let after_kind = 14_usize.saturating_sub(kind.len());
            format!(
                "{}{:after_name$}  {}{:after_kind$}  {}",
                output.paint(Paint::Strong, &name),
                "",
                output.paint(Paint::Weak, &kind),
                "",
                shown(&signal.value, terminal)
            )
        };
        output.line(&line)?;
    }
    Ok(output.flush()?)
}
