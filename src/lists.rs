//! Signal lists: realvirtual's exchange file, and the same as CSV.
//!
//! The exchange file is that of realvirtual.io's *Signal Importer Exporter*, described in its documentation
//! (<https://doc.realvirtual.io/components-and-scripts/interfaces/interface-tools/signal-importer-exporter>).

mod csv;
mod json;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::error::{Error, ErrorCode, Result};
use crate::value::{Direction, Kind};

/// How a signal list is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListFormat {
    /// By the end of the file's name: `.csv` is CSV, everything else the exchange file.
    #[default]
    Auto,
    /// realvirtual's exchange file: `{"Signals":[{"Name":…,"Symbolname":…,"Comment":…,"Type":…,"Direction":…,"Folder":…}]}`.
    Json,
    /// A header line with the same names, then a line for each signal. Read with commas, semicolons or tabs; written
    /// with commas.
    Csv,
}

impl ListFormat {
    /// The format of the file called `path`.
    pub(crate) fn of(self, path: &str) -> Self {
        match self {
            Self::Auto if path.to_ascii_lowercase().ends_with(".csv") => Self::Csv,
            Self::Auto => Self::Json,
            stated => stated,
        }
    }
}

/// One signal of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed<'a> {
    /// What identifies it.
    pub name: Cow<'a, str>,
    /// What people read instead, if it differs.
    pub display_name: Cow<'a, str>,
    pub comment: Cow<'a, str>,
    pub folder: Cow<'a, str>,
    pub kind: Kind,
    /// `Auto` where the list says nothing.
    pub direction: Direction,
}

impl<'a> Listed<'a> {
    /// By the rules of the exchange file: `Symbolname` identifies, `Name` is for display, and stands in for it.
    fn new(name: Cow<'a, str>, symbol: Cow<'a, str>, kind: Kind) -> Option<Self> {
        let (name, display_name) = match (name.is_empty(), symbol.is_empty()) {
            (true, true) => return None,
            (_, true) => (name, Cow::default()),
            (_, false) if name == symbol => (symbol, Cow::default()),
            (_, false) => (symbol, name),
        };
        Some(Self {
            name,
            display_name,
            comment: Cow::default(),
            folder: Cow::default(),
            kind,
            direction: Direction::Auto,
        })
    }

    /// `Name` and `Symbolname` as they are written.
    fn names(&self) -> (&str, &str) {
        if self.display_name.is_empty() {
            (&self.name, "")
        } else {
            (&self.display_name, &self.name)
        }
    }
}

const UNNAMED: &str = "the signal has neither a Name nor a Symbolname: fill in one of them";

const KINDS: [(&str, Kind); 4] = [
    ("BOOL", Kind::Bool),
    ("INT", Kind::Int),
    ("FLOAT", Kind::Float),
    ("TEXT", Kind::Text),
];

fn kind(text: &str) -> std::result::Result<Kind, String> {
    KINDS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
        .map(|(_, kind)| *kind)
        .ok_or_else(|| {
            format!(
                "the Type {} is none of BOOL, INT, FLOAT and TEXT",
                quoted(text)
            )
        })
}

fn kind_name(kind: Kind) -> &'static str {
    KINDS[kind as usize - 1].0
}

fn direction(text: &str) -> std::result::Result<Direction, String> {
    match text {
        "" => Ok(Direction::Auto),
        _ if text.eq_ignore_ascii_case("INPUT") => Ok(Direction::Input),
        _ if text.eq_ignore_ascii_case("OUTPUT") => Ok(Direction::Output),
        _ => Err(format!(
            "the Direction {} is none of INPUT and OUTPUT",
            quoted(text)
        )),
    }
}

fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Auto => "",
        Direction::Input => "INPUT",
        Direction::Output => "OUTPUT",
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", crate::escape::escape(text))
}

fn wrong(line: u64, message: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::Format, format!("line {line}: {message}"))
}

/// The signals of a list in their order. `format` is not `Auto`.
pub(crate) fn read(bytes: &[u8], format: ListFormat) -> Result<Vec<Listed<'_>>> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        wrong(
            line_at(bytes, error.valid_up_to()),
            "this is not UTF-8: save the list with that encoding",
        )
    })?;
    let text = without_mark(text);
    let begin = text.trim_start();
    let at = || line_at(text.as_bytes(), text.len() - begin.len());
    match format {
        ListFormat::Csv if begin.starts_with(['{', '[']) => Err(wrong(
            at(),
            "this is JSON, and not CSV: let the file's name end in .json, or state the format",
        )),
        ListFormat::Json | ListFormat::Auto if !begin.starts_with('{') && csv::is_headed(text) => {
            Err(wrong(
                at(),
                "this is CSV, and not JSON: let the file's name end in .csv, or state the format",
            ))
        }
        // Without this the reader would take the array for the object's members in their order.
        ListFormat::Json | ListFormat::Auto if begin.starts_with('[') => Err(wrong(
            at(),
            "the signals are in an array, which has to stand in an object: {\"Signals\":[…]}",
        )),
        ListFormat::Csv => csv::read(text),
        ListFormat::Json | ListFormat::Auto => json::read(text),
    }
}

/// The line of the list `bytes` on which its signal number `index` begins. For messages: it reads all before it again.
pub(crate) fn line_of(bytes: &[u8], format: ListFormat, index: usize) -> u64 {
    let text = without_mark(std::str::from_utf8(bytes).unwrap_or_default());
    let line = match format {
        ListFormat::Csv => csv::line_of(text, index),
        ListFormat::Json | ListFormat::Auto => json::line_of(text, index),
    };
    line.unwrap_or(1)
}

/// Spreadsheets begin a file with a byte-order mark.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn line_at(bytes: &[u8], offset: usize) -> u64 {
    1 + bytes[..offset]
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count() as u64
}

/// `signals` as a list. `format` is not `Auto`.
pub(crate) fn write(signals: &[Listed<'_>], format: ListFormat) -> Result<Vec<u8>> {
    match format {
        ListFormat::Csv => csv::write(signals),
        ListFormat::Json | ListFormat::Auto => json::write(signals),
    }
}
