//! Standard output and standard error: lines, colours where they are wanted, and no complaint about a reader that is
//! gone.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};
use std::io::{self, BufWriter, IsTerminal, Stdout, Write, stderr, stdout};

use clap::ValueEnum;

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set or TERM is "dumb"
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Says something to people, in one line on standard error. One that nobody reads is no reason to end.
pub fn say(text: impl Display) {
    let _ = writeln!(stderr(), "rvws: {}", harmless(&text.to_string()));
}

/// A line of a report on standard error, beside what standard output has.
pub fn tell(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}

/// A text with names and words of others in it, as one line that steers no terminal. What the library has escaped
/// already stays as it is.
pub fn harmless(text: &str) -> String {
    let parts: Vec<Cow<'_, str>> = text.split('\\').map(escaped).collect();
    parts.join("\\")
}

/// As [`realvirtual_ws::escape`], but the whole of it.
pub fn escaped(text: &str) -> Cow<'_, str> {
    // What is this short is never cut.
    const PIECE: usize = 32;
    if is_plain(text) && !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest
            .char_indices()
            .nth(PIECE)
            .map_or(rest.len(), |(at, _)| at);
        out.push_str(&realvirtual_ws::escape(&rest[..end]));
        rest = &rest[end..];
    }
    Cow::Owned(out)
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// JSON in one line. What JSON lets stand in a text but steers some terminals is written as an escape of JSON's.
pub fn json_line(json: &serde_json::Value) -> String {
    json_harmless(json.to_string())
}

/// As [`json_line`], in several lines, for people.
pub fn json_lines(json: &serde_json::Value) -> String {
    let lines = format!("{json:#}");
    let lines = lines.lines().map(|line| json_harmless(line.to_owned()));
    lines.collect::<Vec<_>>().join("\n")
}

fn json_harmless(json: String) -> String {
    if is_plain(&json) {
        return json;
    }
    let mut line = String::with_capacity(json.len());
    for c in json.chars() {
        // Such a character stands in a text only, where an escape means the same.
        if escaped(c.encode_utf8(&mut [0; 4])).starts_with("\\u{") {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(line, "\\u{unit:04x}");
            }
        } else {
            line.push(c);
        }
    }
    line
}

/// What a piece of text is.
#[derive(Clone, Copy, Debug)]
pub enum Paint {
    Plain,
    Good,
    Bad,
    Weak,
    Strong,
}

pub struct Output {
    to: BufWriter<Stdout>,
    terminal: bool,
    draws: bool,
    colour: bool,
}

impl Output {
    pub fn new(when: When) -> Self {
        let terminal = stdout().is_terminal();
        // Consoles of Windows take no escape sequences before they are told to.
        let capable = terminal && anstyle_query::windows::enable_ansi_colors() != Some(false);
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let wanted = || {
            let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
            capable && !dumb && !set("NO_COLOR")
        };
        Self {
            to: BufWriter::with_capacity(1 << 16, stdout()),
            terminal,
            draws: capable && !dumb,
            colour: match when {
                When::Auto => wanted(),
                When::Always => true,
                When::Never => false,
            },
        }
    }

    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Whether a picture can be drawn over the one before.
    pub fn draws(&self) -> bool {
        self.draws
    }

    pub fn line(&mut self, text: &str) -> io::Result<()> {
        self.to.write_all(text.as_bytes())?;
        self.to.write_all(b"\n")
    }

    pub fn write(&mut self, text: &str) -> io::Result<()> {
        self.to.write_all(text.as_bytes())
    }

    /// What was written goes out now.
    pub fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }

    pub fn paint<'a>(&self, paint: Paint, text: &'a str) -> Cow<'a, str> {
        let code = match paint {
            Paint::Plain => "",
            Paint::Good => "32",
            Paint::Bad => "1;31",
            Paint::Weak => "2",
            Paint::Strong => "1",
        };
        if !self.colour || code.is_empty() {
            return Cow::Borrowed(text);
        }
        Cow::Owned(format!("\x1b[{code}m{text}\x1b[0m"))
    }
}
