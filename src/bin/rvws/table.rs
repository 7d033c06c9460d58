//! The live table of `watch`: what fits the terminal, sorted.

use std::time::Instant;

use crate::arguments::Sort;
use crate::output::{Output, Paint};
use crate::signal::{Signal, shown, shown_name};
use crate::template::quality_name;

/// One line of the table.
pub struct Row {
    pub signal: Signal,
    pub changes: u64,
    pub changed: Option<Instant>,
}

/// Columns and lines of the terminal.
fn size() -> (usize, usize) {
    terminal_size::terminal_size().map_or((80, 24), |(width, height)| {
        (usize::from(width.0).max(40), usize::from(height.0).max(4))
    })
}

/// Draws the table over the one before; `footer` stands below it.
pub fn draw(
    output: &mut Output,
    mut rows: Vec<&Row>,
    sort: Sort,
    title: &str,
    footer: &[String],
) -> std::io::Result<()> {
    let (columns, lines) = size();
    rows.sort_by(|a, b| {
        let by_name = a.signal.name.cmp(&b.signal.name);
        match sort {
            Sort::Name => by_name,
            Sort::Value => compare(a, b).then(by_name),
            Sort::Changes => b.changes.cmp(&a.changes).then(by_name),
            Sort::Age => b.changed.cmp(&a.changed).then(by_name),
        }
    });
    let room = lines.saturating_sub(3 + footer.len());
    // The whole picture in one write, line for line over the old one: nothing flickers.
    let mut picture = String::from("\x1b[H");
    let mut put = |line: &str| {
        picture.push_str(line);
        picture.push_str("\x1b[K\r\n");
    };
    put(&cut(title, columns));
    let name = (columns / 2).saturating_sub(2).clamp(16, 48);
    let value = columns.saturating_sub(name + 38).max(8);
    let head = format!(
        "{:<name$} {:<14} {:<value$} {:>8} {:>7} ",
        "NAME", "TYPE", "VALUE", "CHANGES", "AGE"
    );
    put(&output.paint(Paint::Strong, &cut(&head, columns)));
    for row in rows.iter().take(room) {
        let age = row.changed.map_or(String::new(), |at| {
            format!("{:.1} s", at.elapsed().as_secs_f32())
        });
        let fresh = row.changed.is_some_and(|at| at.elapsed().as_millis() < 500);
        let mut text = shown(&row.signal.value, true);
        if row.signal.quality != realvirtual_ws::Quality::Good {
            text = format!("{text} ({})", quality_name(row.signal.quality));
        }
        let line = format!(
            "{:<name$} {:<14} {:<value$} {:>8} {:>7} ",
            cut(&shown_name(&row.signal.name, true), name),
            row.signal.wire_type(),
            cut(&text, value),
            row.changes,
            age
        );
        let paint = if fresh { Paint::Good } else { Paint::Plain };
        put(&output.paint(paint, &cut(&line, columns)));
    }
    if rows.len() > room {
        put(&format!(
            "… {} more: give patterns, or a larger terminal",
            rows.len() - room
        ));
    }
    for line in footer {
        put(&cut(line, columns));
    }
    picture.push_str("\x1b[J");
    output.write(&picture)?;
    output.flush()
}

fn compare(a: &Row, b: &Row) -> std::cmp::Ordering {
    use realvirtual_ws::Value;
    let number = |value: &Value| match value {
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::Int(value) => *value as f64,
        Value::Float(value) => *value,
        Value::Text(_) => f64::INFINITY,
    };
    let (a, b) = (&a.signal.value, &b.signal.value);
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        _ => number(a).total_cmp(&number(b)),
    }
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}
