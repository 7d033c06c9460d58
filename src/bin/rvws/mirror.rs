//! `rvws mirror`: every change of the signals of one server is written to another.

use std::sync::Arc;

use realvirtual_ws::interface::{EventKind, Stats};
use realvirtual_ws::{Access, Change, Interface, Value};

use crate::arguments::Mirror;
use crate::client::{self, goes_on};
use crate::failure::{Exit, Failure};
use crate::output::say;
use crate::signal::{Signal, changed, chosen};
use crate::stop::{Deadline, LOOK, on_signals};
use crate::writer::{self, Writer, declare};

pub fn run(arguments: &Mirror) -> Result<Exit, Failure> {
    refuse_itself(arguments)?;
    let signals = common(arguments)?;
    let end = Deadline::after(arguments.connect.timeout);

    // Declared instead of imported, with a FIFO for each bool; ids are the same on both sides.
    let mut options = arguments.connect.options(&arguments.a)?;
    options.auto_reconnect = true;
    let a = Interface::new(options)?;
    for signal in &signals {
        declare(&a, signal, Access::Read)?;
    }
    a.subscribe(signals.iter().map(|signal| &*signal.name))?;
    let mut b = Writer::start(&arguments.b, &arguments.connect, &signals, true)?;
    client::start(&a, &arguments.a, &arguments.connect)?;
    on_signals();
    say(format_args!(
        "mirroring {} from {} to {}",
        writer::signals(signals.len()),
        arguments.a,
        arguments.b
    ));

    let mut sent = 0_u64;
    let mut lost_before = 0;
    loop {
        let on = goes_on(&a, end, LOOK)?;
        sent += pass(&a, &mut b)?;
        for (interface, url) in [(&a, &arguments.a), (&b.interface, &arguments.b)] {
            while let Some(event) = client::next_event(interface)? {
                match event.kind {
                    EventKind::Connected => say(format_args!("connected to {url} again")),
                    EventKind::Disconnected => say(format_args!("{url}: {}", event.text)),
                    _ => {}
                }
            }
        }
        client::tell_log(&a)?;
        b.look()?;
        let lost = lost(&a.stats()) + lost(&b.interface.stats());
        if lost > lost_before {
            say(format_args!("{} edges were lost", lost - lost_before));
            lost_before = lost;
        }
        if !on {
            break;
        }
    }
    client::leave(&a);
    let kept = b.end(!arguments.no_check);
    say(format_args!(
        "mirrored {sent} changes, {lost_before} edges lost"
    ));
    kept
}

/// Edges that one side could not keep.
fn lost(stats: &Stats) -> u64 {
    stats.queue_overflow + stats.pulses_collapsed
}

/// A server that gets its own changes back would never rest, and nothing is gained. A host that cannot be looked up is
/// told of when it is connected to.
fn refuse_itself(arguments: &Mirror) -> Result<(), Failure> {
    let (a, b) = (&arguments.a, &arguments.b);
    if a.port == b.port && a.path == b.path {
        let there = b.addresses();
        if a.host == b.host || a.addresses().iter().any(|one| there.contains(one)) {
            let text = format!("{a} and {b} are the same server: it is not mirrored to itself");
            return Err(Failure::new(Exit::Usage, text));
        }
    }
    Ok(())
}

/// The wanted signals of A that B has as well; says which are missing there.
fn common(arguments: &Mirror) -> Result<Vec<Signal>, Failure> {
    let of = |url| -> Result<Vec<Signal>, Failure> {
        let interface = client::open(url, &arguments.connect)?;
        client::leave(&interface);
        Ok(Signal::all(&interface)?)
    };
    let mut signals = of(&arguments.a)?;
    signals.retain(|signal| chosen(&arguments.patterns, &signal.name));
    let there = of(&arguments.b)?;
    let (mut missing, mut other) = (Vec::new(), Vec::new());
    signals.retain(|signal| {
        match there.binary_search_by(|one| one.name.cmp(&signal.name)) {
            Err(_) => missing.push(Arc::clone(&signal.name)),
            Ok(at) if there[at].kind != signal.kind => other.push(Arc::clone(&signal.name)),
            Ok(_) => return true,
        }
        false
    });
    for (names, why) in [(missing, "not"), (other, "of another kind")] {
        if let Some(first) = names.first() {
            say(format_args!(
                "{} signals of {} are {why} in {}, the first is {first:?}: rvws diff shows them",
                names.len(),
                arguments.a,
                arguments.b
            ));
        }
    }
    if signals.is_empty() {
        return Err(Failure::new(
            Exit::NotFound,
            format!(
                "{} and {} have no wanted signal in common: rvws diff shows what differs",
                arguments.a, arguments.b
            ),
        ));
    }
    Ok(signals)
}

/// Hands on what has changed, in its order.
fn pass(a: &Interface, b: &mut Writer<'_>) -> Result<u64, Failure> {
    let mut changes: Vec<Change> = Vec::new();
    a.poll_changes(usize::MAX, |_, change| changes.push(change))?;
    let mut values: Vec<(u32, Value)> = Vec::with_capacity(changes.len());
    for (record, change) in changes.iter().enumerate() {
        if change.change_count > 0 {
            values.push((change.signal, changed(a, record, change)?));
        }
    }
    // What A sent in one message goes on in one, as far as no signal changed twice.
    let count = values.len() as u64;
    b.set(values)?;
    Ok(count)
}
