//! A client that writes signals of a server for as long as a command runs, and notices what the server does not keep.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use realvirtual_ws::{Access, Declaration, Direction, Interface, Kind, Value, escape};

use crate::arguments::Connect;
use crate::client::{self, next_warning};
use crate::endpoint::Endpoint;
use crate::failure::{Exit, Failure};
use crate::output::say;
use crate::signal::{Signal, same, shown, value};
use crate::stop::{Deadline, LOOK};

/// Every edge of a bool travels, also when the other side is slow for a moment: up to so many of each signal wait.
const EDGES: u32 = 4096;
/// How long a server may take to apply what was written last.
const APPLIED: Duration = Duration::from_millis(500);
/// So many names of signals a message holds.
const NAMED: usize = 3;
/// What the library says of a value that came for a signal that only this end writes: a server sends one to correct
/// what it has refused, or because somebody else writes the signal.
const OTHER_VALUE: &str = " is refused, since only this host writes it";

/// Declares a signal as a mirror has it: with every edge of a bool.
pub fn declare(interface: &Interface, signal: &Signal, access: Access) -> Result<(), Failure> {
    let bool = signal.kind == Kind::Bool;
    interface.add_signal(&Declaration {
        access: Some(access),
        fifo_depth: if bool { EDGES } else { 0 },
        ..Declaration::new(
            &signal.name,
            signal.kind,
            signal.direction.unwrap_or(Direction::Auto),
        )
    })?;
    Ok(())
}

pub struct Writer<'a> {
    pub interface: Interface,
    url: &'a Endpoint,
    connect: &'a Connect,
    /// By signal id: the name, and what was written last.
    signals: Vec<(Arc<str>, Option<Value>)>,
    /// Names of which something was not kept.
    refused: BTreeSet<Arc<str>>,
}

impl<'a> Writer<'a> {
    /// A client that is connected and writes `signals`, whose ids are their places here.
    pub fn start(
        url: &'a Endpoint,
        connect: &'a Connect,
        signals: &[Signal],
        reconnects: bool,
    ) -> Result<Self, Failure> {
        let mut options = connect.options(url)?;
        options.auto_reconnect = reconnects;
        let interface = Interface::new(options)?;
        for signal in signals {
            declare(&interface, signal, Access::Write)?;
        }
        // A server tells only those who want a signal that it has refused its value.
        interface.subscribe(signals.iter().map(|signal| &*signal.name))?;
        client::start(&interface, url, connect)?;
        let signals = signals.iter().map(|one| (Arc::clone(&one.name), None));
        Ok(Self {
            interface,
            url,
            connect,
            signals: signals.collect(),
            refused: BTreeSet::new(),
        })
    }

    /// Writes values of one moment.
    pub fn set(&mut self, values: Vec<(u32, Value)>) -> Result<(), Failure> {
        let all = values.iter();
        self.interface
            .set_values(all.map(|(id, value)| Ok((*id, value.as_ref()))))?;
        for (id, value) in values {
            self.signals[id as usize].1 = Some(value);
        }
        Ok(())
    }

    /// Says at once what the server did not keep, and what else the library noticed.
    pub fn look(&mut self) -> Result<(), Failure> {
        while let Some(text) = next_warning(&self.interface)? {
            match self.other_value(&text) {
                Some(name) => self.refuses(name, "other values come back"),
                None => say(text),
            }
        }
        Ok(())
    }

    /// Of which signal the server has another value, if that is what the log says.
    fn other_value(&self, text: &str) -> Option<Arc<str>> {
        let said = text.strip_prefix("signal ")?;
        let (said, _) = said.split_once(OTHER_VALUE)?;
        let names = self.signals.iter().map(|(name, _)| name);
        let fitting = names.filter(|name| {
            let rest = said.strip_prefix(&*escape(name));
            rest.is_some_and(|rest| rest.starts_with(": "))
        });
        fitting.max_by_key(|name| name.len()).map(Arc::clone)
    }

    fn refuses(&mut self, name: Arc<str>, how: &str) {
        if !self.refused.contains(&name) {
            say(format_args!(
                "{} does not keep what is written to {name:?} ({how}): the server, or another client, writes this signal",
                self.url
            ));
            self.refused.insert(name);
        }
    }

    /// Says goodbye; then with `check` looks what a new client is told of the signals. A failure if not all was kept.
    pub fn end(mut self, check: bool) -> Result<Exit, Failure> {
        let connected = self.interface.info().clients > 0;
        self.look()?;
        client::leave(&self.interface);
        // A connection that is lost was told already.
        if check && connected {
            self.check()?;
        }
        let count = self.refused.len();
        if count == 0 {
            return Ok(Exit::Done);
        }
        let names: Vec<_> = self.refused.iter().take(NAMED).collect();
        let names: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
        let more = if count > NAMED { " …" } else { "" };
        Err(Failure::new(
            Exit::Value,
            format!(
                "{} did not keep the values of {count} of {}: {}{more}",
                self.url,
                signals(self.signals.len()),
                names.join(", ")
            ),
        ))
    }

    /// A server may take a moment for what came last.
    fn check(&mut self) -> Result<(), Failure> {
        let end = Deadline::after(Some(APPLIED));
        loop {
            let others = self.others()?;
            if others.is_empty() || end.passed() {
                for (name, how) in others {
                    self.refuses(name, &how);
                }
                return Ok(());
            }
            std::thread::sleep(LOOK);
        }
    }

    /// What a new client is told that is not what was written: of which signal, and how it differs.
    fn others(&self) -> Result<Vec<(Arc<str>, String)>, Failure> {
        let again = client::open(self.url, self.connect)?;
        let mut others = Vec::new();
        for (name, written) in &self.signals {
            let (Some(written), Ok(id)) = (written, again.find_signal(name)) else {
                continue;
            };
            let kept = value(&again, id, again.signal_info(id)?.kind)?;
            if !same(&kept, written) {
                let how = format!("it has {} and not {}", shown(&kept), shown(written));
                others.push((Arc::clone(name), how));
            }
        }
        client::leave(&again);
        Ok(others)
    }
}

/// `1 signal`, `2 signals`.
pub fn signals(count: usize) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} signal{s}")
}
