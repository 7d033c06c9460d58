//! The server's signals among themselves, and compared with what this side declares.

use std::collections::{BTreeMap, HashMap};

use realvirtual_ws::{Direction, Interface, ListFormat, Options, Perspective};

use super::{Cause, Finding, some};
use crate::arguments::Doctor;
use crate::failure::Failure;
use crate::signal::Signal;

/// The signals of a list.
pub fn listed(file: &str) -> Result<Vec<Signal>, Failure> {
    let interface = Interface::new(Options::server())?;
    interface.load_signals(file, ListFormat::Auto)?;
    Ok(Signal::all(&interface)?)
}

/// Names of the server that differ only in case.
pub fn within(signals: &[Signal]) -> Option<Finding> {
    let mut names: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for signal in signals {
        let lower = signal.name.to_lowercase();
        names.entry(lower).or_default().push(&signal.name);
    }
    let twice: Vec<String> = names
        .into_values()
        .filter(|same| same.len() > 1)
        .map(|same| same.join(" and "))
        .collect();
    (!twice.is_empty()).then(|| {
        Finding::new(
            Cause::Case,
            format!(
                "the server has names that differ only in case: {}",
                some(&twice)
            ),
            "names are case-sensitive, these are different signals: rename or remove the wrong one",
        )
    })
}

/// What stands between this side's declarations and the server's.
pub fn with(listed: &[Signal], signals: &[Signal], arguments: &Doctor) -> Vec<Finding> {
    let by_name: HashMap<&str, &Signal> = signals.iter().map(|s| (&*s.name, s)).collect();
    let lower: HashMap<String, &Signal> = signals
        .iter()
        .map(|signal| (signal.name.to_lowercase(), signal))
        .collect();
    let own = arguments.perspective;
    let peer = arguments.peer_perspective.unwrap_or(own);
    let (mut case, mut missing, mut types) = (Vec::new(), Vec::new(), Vec::new());
    let (mut write, mut read) = (Vec::new(), Vec::new());
    for here in listed {
        let Some(there) = by_name.get(&*here.name) else {
            match lower.get(&here.name.to_lowercase()) {
                Some(there) => case.push(format!("{} here, {} there", here.name, there.name)),
                None => missing.push(here.name.to_string()),
            }
            continue;
        };
        if here.kind != there.kind {
            let (a, b) = (here.kind.name(), there.kind.name());
            types.push(format!("{} is {a} here, {b} there", here.name));
        }
        match (writes(here, own), writes(there, peer)) {
            (Some(true), Some(true)) => write.push(here.name.to_string()),
            (Some(false), Some(false)) => read.push(here.name.to_string()),
            _ => {}
        }
    }
    let direction = "declare it PLCInput on one side and PLCOutput on the other; if the sides stand on different sides of the PLC, say so with --perspective and --peer-perspective (own_perspective and peer_perspective in a program)";
    let found = [
        (
            Cause::Case,
            case,
            "names differ only in case",
            "names are case-sensitive: write them the same on both sides",
        ),
        (
            Cause::Missing,
            missing,
            "the server does not have",
            "compare the spelling, or add them at the server: values for them are dropped",
        ),
        (
            Cause::TypeClash,
            types,
            "types differ",
            "change one side: values are converted as far as they can be, and refused otherwise",
        ),
        (Cause::BothWrite, write, "both sides write", direction),
        (
            Cause::BothRead,
            read,
            "both sides read, and nobody writes",
            direction,
        ),
    ];
    found
        .into_iter()
        .filter(|(_, names, ..)| !names.is_empty())
        .map(|(cause, names, what, remedy)| {
            Finding::new(cause, format!("{what}: {}", some(&names)), remedy)
        })
        .collect()
}

/// Whether the side that stands there writes the signal; `None`: its type does not say.
fn writes(signal: &Signal, side: Perspective) -> Option<bool> {
    match signal.direction? {
        Direction::Input => Some(side == Perspective::Simulation),
        Direction::Output => Some(side == Perspective::Controller),
        Direction::Auto => None,
    }
}
