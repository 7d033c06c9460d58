//! The same as CSV, as RFC 4180 and spreadsheets write it.

use std::borrow::Cow;

use ::csv::{ByteRecord, Position, ReaderBuilder, StringRecord, Terminator, WriterBuilder};

use super::{Listed, UNNAMED, direction, direction_name, kind, kind_name, line_at, wrong};
use crate::error::{Error, ErrorCode, Result};

const HEADER: [&str; 6] = [
    "Name",
    "Symbolname",
    "Comment",
    "Type",
    "Direction",
    "Folder",
];

/// In which column of this file each name of [`HEADER`] stands.
struct Columns([Option<usize>; HEADER.len()]);

impl Columns {
    fn read(header: &StringRecord) -> Result<Self> {
        let columns = HEADER.map(|name| {
            header
                .iter()
                .position(|cell| cell.trim().eq_ignore_ascii_case(name))
        });
        let [name, symbol, _, kind, ..] = columns;
        if kind.is_none() || (name.is_none() && symbol.is_none()) {
            return Err(wrong(
                1,
                format!(
                    "the first line has to name the columns: Type, and Name or Symbolname, at least, of {}",
                    HEADER.join(", ")
                ),
            ));
        }
        Ok(Self(columns))
    }

    fn of<'r>(&self, record: &'r StringRecord) -> [&'r str; HEADER.len()] {
        self.0
            .map(|column| column.and_then(|column| record.get(column)).unwrap_or(""))
    }
}

/// Spreadsheets separate by what their language does not use in numbers. The header holds none of it in its names.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or("");
    let count = |delimiter: u8| header.bytes().filter(|&byte| byte == delimiter).count();
    // The first of the most frequent, so a comma where there is none of them.
    [b'\t', b';', b',']
        .into_iter()
        .max_by_key(|&delimiter| count(delimiter))
        .unwrap_or(b',')
}

fn reader(text: &str) -> ::csv::Reader<&[u8]> {
    ReaderBuilder::new()
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes())
}

/// Whether the text begins as a list in CSV does.
pub(super) fn is_headed(text: &str) -> bool {
    let mut reader = reader(text);
    reader
        .headers()
        .is_ok_and(|header| Columns::read(header).is_ok())
}

/// The reader's own count of lines stops before empty ones, which it skips with the record behind them.
fn line(text: &str, position: Option<&Position>) -> u64 {
    let start = position.map_or(0, |position| position.byte() as usize);
    let rest = text.get(start..).unwrap_or_default();
    let skipped = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
    line_at(text.as_bytes(), start + skipped)
}

/// Whether there is an odd number of quotes from a record on: the last of them opens what nothing closes.
fn quotes_are_open(text: &str, position: Option<&Position>) -> bool {
    let rest = position.and_then(|position| text.get(position.byte() as usize..));
    rest.is_some_and(|rest| rest.matches('"').count() % 2 == 1)
}

fn failure(text: &str, error: &::csv::Error) -> Error {
    let line = line(text, error.position());
    match error.kind() {
        ::csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => wrong(
            line,
            if quotes_are_open(text, error.position()) {
                "a quote that begins here is not closed".to_owned()
            } else {
                format!("there are {len} columns, but the first line names {expected_len}")
            },
        ),
        _ => wrong(line, error),
    }
}

pub(super) fn read(text: &str) -> Result<Vec<Listed<'static>>> {
    let mut reader = reader(text);
    let columns = Columns::read(reader.headers().map_err(|error| failure(text, &error))?)?;
    let mut record = StringRecord::new();
    let mut signals = Vec::new();
    while reader
        .read_record(&mut record)
        .map_err(|error| failure(text, &error))?
    {
        let wrong = |message: String| wrong(line(text, record.position()), message);
        let [name, symbol, comment, kind_cell, direction_cell, folder] = columns.of(&record);
        let kind = kind(kind_cell.trim()).map_err(wrong)?;
        let direction = direction(direction_cell.trim()).map_err(wrong)?;
        let owned = |cell: &str| Cow::Owned(cell.to_owned());
        let listed = Listed::new(owned(name), owned(symbol), kind)
            .ok_or_else(|| wrong(UNNAMED.to_owned()))?;
        signals.push(Listed {
            comment: owned(comment),
            folder: owned(folder),
            direction,
            ..listed
        });
    }
    Ok(signals)
}

pub(super) fn line_of(text: &str, index: usize) -> Option<u64> {
    let mut reader = reader(text);
    let mut record = ByteRecord::new();
    for _ in 0..=index {
        reader.read_byte_record(&mut record).ok()?;
    }
    Some(line(text, record.position()))
}

pub(super) fn write(signals: &[Listed<'_>]) -> Result<Vec<u8>> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::with_capacity(64 + 100 * signals.len()));
    let failed = |error: ::csv::Error| Error::new(ErrorCode::Format, error.to_string());
    writer.write_record(HEADER).map_err(failed)?;
    for signal in signals {
        let (name, symbol) = signal.names();
        writer
            .write_record([
                name,
                symbol,
                &signal.comment,
                kind_name(signal.kind),
                direction_name(signal.direction),
                &signal.folder,
            ])
            .map_err(failed)?;
    }
    writer
        .into_inner()
        .map_err(|error| Error::new(ErrorCode::Format, error.to_string()))
}
