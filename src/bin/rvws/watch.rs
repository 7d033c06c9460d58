//! `rvws watch`: a live table on a terminal, else a line for each change.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use realvirtual_ws::interface::{Event, EventKind, Stats, flags};
use realvirtual_ws::{Change, Interface};
use serde_json::json;

use crate::arguments::Watch;
use crate::client::{self, goes_on};
use crate::failure::{Exit, Failure};
use crate::histogram;
use crate::ls::none_fits;
use crate::output::{Output, Paint, escaped, json_line, say, tell};
use crate::signal::{Signal, changed, chosen, json_value, shown};
use crate::stop::{Deadline, LOOK, on_signals};
use crate::table::{self, Row};
use crate::template::quality_name;

/// How often the table is drawn.
const PICTURE: Duration = Duration::from_millis(100);
/// How often the round trip is measured with --stats.
const PING: Duration = Duration::from_millis(250);

pub fn run(arguments: &Watch) -> Result<Exit, Failure> {
    let end = Deadline::after(arguments.connect.timeout);
    let interface = client::connect_with(&arguments.url, &arguments.connect, |options| {
        options.auto_reconnect = true;
        if arguments.stats {
            options.ping_interval = PING;
        }
    })?;
    client::import(&interface, &arguments.url, &arguments.connect)?;
    // Until here Ctrl-C ends it as it ends every program.
    on_signals();
    let output = Output::new(arguments.print.colour.color);
    let table = output.draws() && !arguments.print.json && arguments.print.format.is_none();
    let mut watcher = Watcher {
        arguments,
        interface: &interface,
        output,
        rows: Vec::new(),
        seen: 0,
        table,
        picture: None,
        note: String::new(),
    };
    watcher.take_signals()?;
    if !arguments.patterns.is_empty() && watcher.rows.iter().all(Option::is_none) {
        client::leave(&interface);
        return Err(none_fits(&interface, &arguments.url));
    }
    let done = watcher.watch(end);
    watcher.finish()?;
    done
}

struct Watcher<'a> {
    arguments: &'a Watch,
    interface: &'a Interface,
    output: Output,
    /// By signal id; `None`: not wanted.
    rows: Vec<Option<Row>>,
    seen: u64,
    table: bool,
    picture: Option<Instant>,
    /// What the title of the table says of the connection.
    note: String,
}

impl Watcher<'_> {
    /// Signals that were imported since.
    fn take_signals(&mut self) -> Result<(), Failure> {
        for id in self.rows.len() as u32..self.interface.signal_count() {
            let signal = Signal::one(self.interface, id)?;
            let wanted = chosen(&self.arguments.patterns, &signal.name);
            self.rows.push(wanted.then_some(Row {
                signal,
                changes: 0,
                changed: None,
            }));
        }
        Ok(())
    }

    fn watch(&mut self, end: Deadline) -> Result<Exit, Failure> {
        if self.table {
            table::enter(&mut self.output)?;
        }
        self.draw()?;
        loop {
            if self.wanted_is_seen() {
                return Ok(Exit::Done);
            }
            if !goes_on(self.interface, end, LOOK)? {
                let counted = self.arguments.count.is_some() && end.passed();
                if counted {
                    let text = format!("the time is up after {} changes", self.seen);
                    return Err(Failure::new(Exit::Timeout, text));
                }
                return Ok(Exit::Done);
            }
            while let Some(event) = client::next_event(self.interface)? {
                self.event(&event)?;
            }
            self.take_changes()?;
            self.draw()?;
        }
    }

    fn wanted_is_seen(&self) -> bool {
        self.arguments.count.is_some_and(|count| self.seen >= count)
    }

    fn event(&mut self, event: &Event) -> Result<(), Failure> {
        match event.kind {
            EventKind::Connected => self.note.clear(),
            EventKind::Disconnected if self.table => {
                self.note = format!("disconnected: {}", event.text);
            }
            EventKind::Disconnected => say(format_args!("disconnected: {}", event.text)),
            EventKind::CatalogChanged => {
                client::import(self.interface, &self.arguments.url, &self.arguments.connect)?;
                self.take_signals()?;
            }
            _ => {}
        }
        Ok(())
    }

    fn take_changes(&mut self) -> Result<(), Failure> {
        let mut changes: Vec<Change> = Vec::new();
        self.interface
            .poll_changes(usize::MAX, |_, change| changes.push(change))?;
        self.take_signals()?;
        for (record, change) in changes.iter().enumerate() {
            let only_imported = change.flags & flags::IMPORTED != 0 && change.change_count <= 1;
            let value = changed(self.interface, record, change)?;
            let Some(row) = self.rows[change.signal as usize].as_mut() else {
                continue;
            };
            row.signal.value = value;
            row.signal.quality = change.quality;
            if only_imported {
                continue;
            }
            row.changes += u64::from(change.change_count);
            row.changed = Some(Instant::now());
            self.seen += 1;
            if !self.table {
                self.line(change)?;
                if self.wanted_is_seen() {
                    break;
                }
            }
        }
        if !self.table {
            self.output.flush()?;
        }
        Ok(())
    }

    fn line(&mut self, change: &Change) -> Result<(), Failure> {
        let Some(row) = &self.rows[change.signal as usize] else {
            return Ok(());
        };
        let signal = &row.signal;
        let line = if self.arguments.print.json {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            json_line(&json!({
                "time": since.unwrap_or_default().as_micros() as f64 / 1e6,
                "name": &*signal.name,
                "type": signal.wire_type(),
                "value": json_value(&signal.value),
                "quality": quality_name(signal.quality),
                "changes": change.change_count,
                "rises": change.rise_count,
            }))
        } else if let Some(template) = &self.arguments.print.format {
            template.fill(signal)
        } else {
            let name = escaped(&signal.name);
            let name = self.output.paint(Paint::Strong, &name);
            let value = shown(&signal.value);
            match change.change_count {
                0 => format!("{name} {value} ({})", quality_name(signal.quality)),
                1 => format!("{name} {value}"),
                count => format!("{name} {value} ({count} changes)"),
            }
        };
        Ok(self.output.line(&line)?)
    }

    fn draw(&mut self) -> Result<(), Failure> {
        if !self.table || self.picture.is_some_and(|at| at.elapsed() < PICTURE) {
            return Ok(());
        }
        self.picture = Some(Instant::now());
        let title = format!(
            "{}  {} of {} signals  {}  (Ctrl-C ends)",
            self.arguments.url,
            self.rows.iter().flatten().count(),
            self.rows.len(),
            self.note
        );
        let footer = if self.arguments.stats {
            summary(&self.interface.stats())
        } else {
            Vec::new()
        };
        let rows: Vec<&Row> = self.rows.iter().flatten().collect();
        let sort = self.arguments.sort;
        Ok(table::draw(&mut self.output, rows, sort, &title, &footer)?)
    }

    fn finish(&mut self) -> Result<(), Failure> {
        if self.table {
            table::leave(&mut self.output)?;
        }
        client::tell_log(self.interface)?;
        if self.arguments.stats {
            for line in summary(&self.interface.stats()) {
                tell(&line);
            }
        }
        client::leave(self.interface);
        Ok(())
    }
}

/// Counters and round trips.
fn summary(stats: &Stats) -> Vec<String> {
    let mut lines = vec![
        format!(
            "{} messages, {} bytes, {} values, {} changes, largest message {} bytes",
            stats.frames_in, stats.bytes_in, stats.values_in, stats.changes, stats.frame_in_max
        ),
        "round trip".to_owned(),
    ];
    lines.extend(histogram::lines(&stats.round_trip));
    lines
}
