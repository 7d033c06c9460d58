//! `import_request` and `import_answer`: the catalogue of signals.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::value::RawValue;

use super::coerce::{Scalar, Wire, coerce};
use super::direction::{Parsed, WireType};
use super::{encode, raw};
use crate::value::{Direction, Kind, MAX_NAME_BYTES, Value, ValueRef, name_beginning};

/// The message that asks for the catalogue.
#[must_use]
pub fn import_request() -> String {
    r#"{"type":"import_request","version":2}"#.to_owned()
}

/// Builds an `import_answer`. Every name stands in both of its maps.
#[derive(Debug)]
pub struct AnswerWriter {
    signals: String,
    types: String,
}

impl Default for AnswerWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl AnswerWriter {
    /// An answer without signals.
    #[must_use]
    pub fn new() -> Self {
        Self {
            signals: r#"{"type":"import_answer","version":2,"signals":{"#.to_owned(),
            types: r#"},"signalTypes":{"#.to_owned(),
        }
    }

    /// Adds a signal with its type string, such as `PLCInputBool`.
    pub fn push(&mut self, name: &str, value: ValueRef<'_>, wire: &str) {
        for map in [&mut self.signals, &mut self.types] {
            if !map.ends_with('{') {
                map.push(',');
            }
            encode::write_key(map, name);
        }
        encode::write_value(&mut self.signals, value);
        encode::write_text(&mut self.types, wire);
    }

    /// The message.
    #[must_use]
    pub fn finish(self) -> String {
        self.signals + &self.types + "}}"
    }
}

/// A signal of a peer's catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogEntry {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// The peer's direction, not inverted: `Input`, `Output`, or `None` for a neutral type.
    pub direction: Option<Direction>,
    /// Its value; `None` if it has none that fits.
    pub value: Option<Value>,
    /// The type was missing or not recognised; the kind is a guess from the value.
    pub inferred: bool,
}

/// A peer's catalogue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalog {
    /// The signals, in order of first appearance: those with a value, then those with a type alone.
    pub entries: Vec<CatalogEntry>,
    /// What cannot be imported: the name (at most [`MAX_NAME_BYTES`], as JSON if it is no text) and why.
    pub refused: Vec<(String, &'static str)>,
    /// How many more there are that are not listed: beyond the limit, or beyond a thousand refusals.
    pub refused_more: u32,
}

/// Refusals that are kept with name and reason.
const REFUSALS_KEPT: usize = 1000;

impl Catalog {
    fn refuse(&mut self, name: &str, why: &'static str) {
        if self.refused.len() < REFUSALS_KEPT {
            self.refused.push((name_beginning(name).to_owned(), why));
        } else {
            self.refused_more = self.refused_more.saturating_add(1);
        }
    }
}

/// Reads both maps of an `import_answer` and unites them, keeping at most `limit` names.
///
/// A missing or unknown type is inferred: bool → Bool, string → Text, every number → Float, which loses
/// nothing when the peer meant an int. A name that stands twice in a map has its last value or type. A value
/// that does not fit its declared type leaves an entry without a value.
#[must_use]
pub fn decode_catalog(
    signals: Option<&RawValue>,
    types: Option<&RawValue>,
    limit: usize,
) -> Catalog {
    let mut catalog = Catalog::default();
    let mut names = Names {
        index: HashMap::new(),
        rows: Vec::new(),
        limit,
        refused: Vec::new(),
    };
    let values_beyond = names.read(signals, |row, value| row.value = Some(value));
    let types_beyond = names.read(types, |row, kind| row.wire_type = Some(kind));
    // A name beyond the limit usually stands in both maps and is one signal.
    catalog.refused_more = values_beyond.max(types_beyond);
    for (name, why) in names.refused {
        catalog.refuse(name, why);
    }
    for row in names.rows {
        match row.entry() {
            Ok(entry) => catalog.entries.push(entry),
            Err(why) => catalog.refuse(&row.name, why),
        }
    }
    catalog
}

/// What both maps say of one name, still in the frame.
struct Row<'a> {
    name: Cow<'a, str>,
    value: Option<&'a str>,
    wire_type: Option<&'a str>,
}

struct Names<'a> {
    index: HashMap<Cow<'a, str>, usize>,
    rows: Vec<Row<'a>>,
    limit: usize,
    refused: Vec<(&'a str, &'static str)>,
}

impl<'a> Names<'a> {
    /// Reads one of the maps. Returns how many of its names lie beyond the limit.
    fn read(&mut self, map: Option<&'a RawValue>, store: impl Fn(&mut Row<'a>, &'a str)) -> u32 {
        let mut beyond = 0_u32;
        // Peers write both maps in the same order, so that the second one rarely needs the index.
        let mut next = 0;
        let Some(map) = map.map(RawValue::get).filter(|map| *map != "null") else {
            return beyond;
        };
        let read = raw::members(map, |key, member| {
            let Some(name) = raw::text(key).filter(|name| possible(name)) else {
                if self.refused.len() < REFUSALS_KEPT {
                    self.refused.push((key, "no possible name"));
                } else {
                    beyond = beyond.saturating_add(1);
                }
                return;
            };
            if let Some(row) = self.rows.get_mut(next).filter(|row| row.name == name) {
                store(row, member);
                next += 1;
                return;
            }
            let full = self.rows.len() >= self.limit;
            let at = match self.index.entry(name) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(_) if full => {
                    beyond = beyond.saturating_add(1);
                    return;
                }
                Entry::Vacant(new) => {
                    self.rows.push(Row {
                        name: new.key().clone(),
                        value: None,
                        wire_type: None,
                    });
                    *new.insert(self.rows.len() - 1)
                }
            };
            if let Some(row) = self.rows.get_mut(at) {
                store(row, member);
            }
            next = at + 1;
        });
        if read.is_err() {
            self.refused.push((map, "not an object of names"));
        }
        beyond
    }
}

fn possible(name: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&name.len()) && !name.contains('\0')
}

impl Row<'_> {
    fn entry(&self) -> Result<CatalogEntry, &'static str> {
        let parsed = match self.wire_type.and_then(raw::text) {
            Some(wire_type) => WireType::parse(&wire_type),
            None => Parsed::Unrecognised,
        };
        let (wire_type, inferred) = match parsed {
            Parsed::Known(wire_type) => (wire_type, false),
            Parsed::Refused => return Err("a Transform is not a signal"),
            Parsed::Unrecognised => (self.inferred()?, true),
        };
        let value = self.value.and_then(|value| fitted(value, wire_type.kind));
        if inferred && value.is_none() {
            return Err("no type, and a value that no signal holds");
        }
        Ok(CatalogEntry {
            name: self.name.clone().into_owned(),
            kind: wire_type.kind,
            direction: wire_type.direction,
            value,
            inferred,
        })
    }

    fn inferred(&self) -> Result<WireType, &'static str> {
        let kind = match self.value.and_then(|value| value.bytes().next()) {
            Some(b't' | b'f') => Kind::Bool,
            Some(b'"') => Kind::Text,
            Some(b'-' | b'0'..=b'9') => Kind::Float,
            _ => return Err("no type, and no value to infer it from"),
        };
        Ok(WireType {
            direction: None,
            kind,
        })
    }
}

fn fitted(json: &str, kind: Kind) -> Option<Value> {
    let mut text = String::new();
    let fitted = raw::wire(json, |wire: Wire<'_>| coerce(wire, kind, false, &mut text))??;
    Some(match fitted.value {
        Scalar::Bool(v) => Value::Bool(v),
        Scalar::Int(v) => Value::Int(v),
        Scalar::Float(v) => Value::Float(v),
        Scalar::Text { .. } => Value::Text(text),
    })
}

#[cfg(test)]
mod tests;
