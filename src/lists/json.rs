//! realvirtual's exchange file.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde::{Deserialize as DeriveDeserialize, Serialize as DeriveSerialize};
use serde_json::value::RawValue;

use super::{Listed, UNNAMED, direction, direction_name, kind, kind_name, line_at, wrong};
use crate::error::{Error, ErrorCode, Result};
use crate::value::{Direction, Kind};

#[derive(DeriveDeserialize)]
struct List<'a> {
    #[serde(rename = "Signals", borrow)]
    signals: Vec<Item<'a>>,
}

#[derive(DeriveDeserialize)]
#[serde(rename_all = "PascalCase")]
struct Item<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    symbolname: Text<'a>,
    #[serde(borrow, default)]
    comment: Text<'a>,
    #[serde(borrow, default)]
    folder: Text<'a>,
    #[serde(rename = "Type", deserialize_with = "read_kind")]
    kind: Kind,
    #[serde(default, deserialize_with = "read_direction")]
    direction: Direction,
}

/// A string; `null` stands for an empty one.
#[derive(Default)]
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Strings;

        impl<'de> Visitor<'de> for Strings {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> std::result::Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> std::result::Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_unit<E>(self) -> std::result::Result<Text<'de>, E> {
                Ok(Text::default())
            }
        }

        deserializer.deserialize_any(Strings)
    }
}

fn read_kind<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Kind, D::Error> {
    kind(&Text::deserialize(deserializer)?.0).map_err(de::Error::custom)
}

fn read_direction<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Direction, D::Error> {
    direction(&Text::deserialize(deserializer)?.0).map_err(de::Error::custom)
}

pub(super) fn read(text: &str) -> Result<Vec<Listed<'_>>> {
    let list: List<'_> = serde_json::from_str(text).map_err(|error| {
        // The message ends in a place that the beginning of the line tells already.
        let message = error.to_string();
        let message = message
            .rsplit_once(" at line ")
            .map_or(message.as_str(), |(message, _)| message);
        wrong(error.line().max(1) as u64, message)
    })?;
    let mut signals = Vec::with_capacity(list.signals.len());
    for (index, item) in list.signals.into_iter().enumerate() {
        let listed = Listed::new(item.name.0, item.symbolname.0, item.kind)
            .ok_or_else(|| wrong(line_of(text, index).unwrap_or(1), UNNAMED))?;
        signals.push(Listed {
            comment: item.comment.0,
            folder: item.folder.0,
            direction: item.direction,
            ..listed
        });
    }
    Ok(signals)
}

pub(super) fn line_of(text: &str, index: usize) -> Option<u64> {
    #[derive(DeriveDeserialize)]
    struct Slices<'a> {
        #[serde(rename = "Signals", borrow)]
        signals: Vec<&'a RawValue>,
    }

    let slices: Slices<'_> = serde_json::from_str(text).ok()?;
    let item = slices.signals.get(index)?.get();
    let offset = item.as_ptr().addr() - text.as_ptr().addr();
    Some(line_at(text.as_bytes(), offset))
}

impl Serialize for Listed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let (name, symbol) = self.names();
        let mut item = serializer.serialize_struct("Signal", 6)?;
        item.serialize_field("Name", name)?;
        item.serialize_field("Symbolname", symbol)?;
        item.serialize_field("Comment", &self.comment)?;
        item.serialize_field("Type", kind_name(self.kind))?;
        item.serialize_field("Direction", direction_name(self.direction))?;
        item.serialize_field("Folder", &self.folder)?;
        item.end()
    }
}

pub(super) fn write(signals: &[Listed<'_>]) -> Result<Vec<u8>> {
    #[derive(DeriveSerialize)]
    struct List<'a> {
        #[serde(rename = "Signals")]
        signals: &'a [Listed<'a>],
    }

    let mut out = Vec::with_capacity(64 + 200 * signals.len());
    let indent = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, indent);
    List { signals }
        .serialize(&mut serializer)
        .map_err(|error| Error::new(ErrorCode::Format, error.to_string()))?;
    out.push(b'\n');
    Ok(out)
}
