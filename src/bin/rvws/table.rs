//! The live table of `watch`: what fits the terminal, sorted.

use std::io::{self, IsTerminal, Write, stderr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::arguments::Sort;
use crate::output::{Output, Paint, escaped};
use crate::signal::{Signal, shown};
use crate::template::quality_name;

/// One line of the table.
pub struct Row {
    pub signal: Signal,
    pub changes: u64,
    pub changed: Option<Instant>,
}

/// The alternate screen, without a cursor; a line that is too wide for it (characters of two columns) does not wrap.
const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
const LEAVE: &str = "\x1b[?7h\x1b[?25h\x1b[?1049l";
static SHOWN: AtomicBool = AtomicBool::new(false);

/// Before the first table.
pub fn enter(output: &mut Output) -> io::Result<()> {
    SHOWN.store(true, Ordering::Release);
    output.write(ENTER)
}

/// After the last one: the terminal is as it was.
pub fn leave(output: &mut Output) -> io::Result<()> {
    SHOWN.store(false, Ordering::Release);
    output.write(LEAVE)?;
    output.flush()
}

/// As [`leave`], if there is a table, from another thread: the one that draws may hang in its output.
pub fn leave_at_once() {
    if SHOWN.load(Ordering::Acquire) && stderr().is_terminal() {
        let _ = stderr().write_all(LEAVE.as_bytes());
    }
}

/// How wide the columns are; those that a narrow terminal has no room for are left out.
struct Layout {
    name: usize,
    kind: bool,
    value: usize,
    changes: bool,
}

impl Layout {
    fn new(columns: usize, longest_name: usize) -> Self {
        let (kind, changes) = (columns >= 72, columns >= 48);
        let others = 8 + if kind { 15 } else { 0 } + if changes { 9 } else { 0 };
        let rest = columns.saturating_sub(others);
        let name = longest_name.clamp(4, 48).min(rest * 2 / 3);
        Self {
            name,
            kind,
            value: rest.saturating_sub(name + 1),
            changes,
        }
    }

    fn line(&self, name: &str, kind: &str, value: &str, changes: &str, age: &str) -> String {
        let Self {
            name: wide,
            value: room,
            ..
        } = *self;
        let mut line = format!("{:<wide$} ", tail(name, wide));
        if self.kind {
            line += &format!("{kind:<14} ");
        }
        line += &format!("{:<room$}", cut(value, room));
        if self.changes {
            line += &format!(" {changes:>8}");
        }
        line + &format!(" {age:>7}")
    }
}

/// Draws the table over the one before; `footer` stands below it.
pub fn draw(
    output: &mut Output,
    mut rows: Vec<&Row>,
    sort: Sort,
    title: &str,
    footer: &[String],
) -> io::Result<()> {
    let (columns, lines) = terminal_size::terminal_size().map_or((80, 24), |(width, height)| {
        (usize::from(width.0), usize::from(height.0))
    });
    // Title, head, and at least two rows go before it.
    let footer = &footer[..footer.len().min(lines.saturating_sub(4))];
    let mut room = lines.saturating_sub(2 + footer.len());
    let order = |a: &&Row, b: &&Row| {
        let by_name = a.signal.name.cmp(&b.signal.name);
        match sort {
            Sort::Name => by_name,
            Sort::Value => compare(a, b).then(by_name),
            Sort::Changes => b.changes.cmp(&a.changes).then(by_name),
            Sort::Age => b.changed.cmp(&a.changed).then(by_name),
        }
    };
    let mut more = 0;
    if rows.len() > room {
        // One of the lines says how many there are more; of them all, these few are found without sorting them all.
        room = room.saturating_sub(1);
        more = rows.len() - room;
        rows.select_nth_unstable_by(room, order);
        rows.truncate(room);
    }
    rows.sort_by(order);
    let wide = |row: &&Row| escaped(&row.signal.name).chars().count();
    let layout = Layout::new(columns, rows.iter().map(wide).max().unwrap_or(0));

    let head = layout.line("NAME", "TYPE", "VALUE", "CHANGES", "AGE");
    let head = output
        .paint(Paint::Strong, &cut(&head, columns))
        .into_owned();
    let mut picture = vec![cut(title, columns), head];
    for row in rows {
        let age = row.changed.map_or(String::new(), |at| {
            format!("{:.1} s", at.elapsed().as_secs_f32())
        });
        let fresh = row.changed.is_some_and(|at| at.elapsed().as_millis() < 500);
        let mut text = shown(&row.signal.value).into_owned();
        if row.signal.quality != realvirtual_ws::Quality::Good {
            text = format!("{text} ({})", quality_name(row.signal.quality));
        }
        let line = layout.line(
            &escaped(&row.signal.name),
            &row.signal.wire_type(),
            &text,
            &row.changes.to_string(),
            &age,
        );
        let paint = if fresh { Paint::Good } else { Paint::Plain };
        picture.push(output.paint(paint, &cut(&line, columns)).into_owned());
    }
    if more > 0 {
        let text = format!("… {more} more: give patterns, or a larger terminal");
        picture.push(cut(&text, columns));
    }
    picture.extend(footer.iter().map(|line| cut(line, columns)));
    picture.truncate(lines.max(1));
    // In one write, line for line over the old picture: nothing flickers. A line is cleared before it is written, since
    // the cursor stays on the last column of one that fills it; and no line ends the last one, which would scroll.
    output.write("\x1b[H\x1b[K")?;
    output.write(&picture.join("\r\n\x1b[K"))?;
    if picture.len() < lines {
        output.write("\r\n\x1b[J")?;
    }
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

/// The end of a name tells more than its beginning, which many have in common.
fn tail(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count <= width {
        return text.to_owned();
    }
    let end: String = text.chars().skip(count + 1 - width.max(1)).collect();
    format!("…{end}")
}
