//! The object around every message: which message it is, and slices of the frame for its fields.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::raw;

/// What a frame says of the protocol's version. All are accepted; what is not `Ok` deserves one warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `2`.
    Ok,
    /// None, or `null`. The document's own `data` and `snapshot` have none; there it is no fault.
    Missing,
    /// Another number, a string, or something else.
    Other,
}

/// Another protocol that shares the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// The older realtime protocol, v1: an object with a `tag`.
    V1,
    /// The multiuser protocol: `room_join` and the like.
    Multiuser,
}

/// A message. Fields that are `null` are absent; unknown fields are ignored.
#[derive(Clone, Debug)]
pub enum Message<'a> {
    /// `init`.
    Init {
        /// The client's name as sent: any length, any characters. `None` if absent or not a text.
        name: Option<Cow<'a, str>>,
    },
    /// `data`; its signals are in the decoder's batch.
    Data,
    /// `snapshot`; its signals are in the decoder's batch.
    Snapshot,
    /// `import_request`.
    ImportRequest,
    /// `import_answer`, for [`decode_catalog`](super::import::decode_catalog).
    ImportAnswer {
        /// The map of values, of any form.
        signals: Option<&'a RawValue>,
        /// The map of type strings, of any form.
        types: Option<&'a RawValue>,
    },
    /// `subscribe`, for [`decode_subscribe`](super::subscribe::decode_subscribe).
    Subscribe {
        /// The list of names, of any form.
        names: Option<&'a RawValue>,
    },
    /// `config_get`.
    ConfigGet,
    /// `config_answer`.
    ConfigAnswer {
        /// The configuration, a JSON object; `None` if absent or something else.
        config: Option<&'a RawValue>,
    },
    /// `config_set`.
    ConfigSet {
        /// The configuration, a JSON object; `None` if absent or something else.
        config: Option<&'a RawValue>,
    },
    /// `config_result`.
    ConfigResult {
        /// `None` if absent or not a bool.
        success: Option<bool>,
        /// The text for a person. `None` if absent or not a text.
        message: Option<Cow<'a, str>>,
    },
    /// A message of another protocol.
    Foreign(Foreign),
    /// No `type`, an unknown one, or one that is not a string.
    Unknown,
}

/// A frame that was understood.
#[derive(Clone, Debug)]
pub struct Decoded<'a> {
    /// The message.
    pub message: Message<'a>,
    /// What it says of the version.
    pub version: Version,
}

/// A frame that is dropped whole: not JSON, not an object, nested too deep, `type` twice, or a `data` or
/// `snapshot` whose `signals` is not an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Why, for the log: short, printable ASCII.
    pub reason: String,
}

impl Malformed {
    pub(super) fn new(reason: &str) -> Self {
        /// Longer than any reason the reader gives by itself.
        const LONGEST: usize = 160;
        let reason = reason.chars().take(LONGEST);
        Self {
            reason: reason.flat_map(char::escape_default).collect(),
        }
    }
}

impl From<serde_json::Error> for Malformed {
    fn from(error: serde_json::Error) -> Self {
        Self::new(&error.to_string())
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Malformed {}

/// Takes `signals` while the frame is being read, without a detour.
pub(super) trait Sink {
    /// Reads the whole of `signals`.
    fn stream<'de, D: Deserializer<'de>>(&mut self, signals: D) -> Result<(), D::Error>;
}

/// The fields of a frame.
#[derive(Default)]
pub(super) struct Fields<'a> {
    kind: Option<Cow<'a, str>>,
    /// Whether it is `data` or a `snapshot`.
    pub carries_signals: bool,
    version: Option<&'a RawValue>,
    name: Option<&'a RawValue>,
    /// Not there if it went to the sink.
    pub signals: Option<&'a RawValue>,
    types: Option<&'a RawValue>,
    subscribe: Option<&'a RawValue>,
    config: Option<&'a RawValue>,
    success: Option<&'a RawValue>,
    message: Option<&'a RawValue>,
    tag: bool,
}

impl<'a> Fields<'a> {
    /// What the fields say, once the signals are dealt with.
    pub(super) fn decoded(self) -> Decoded<'a> {
        let text = |raw: Option<&'a RawValue>| raw.and_then(|raw| raw::text(raw.get()));
        let object = |raw: Option<&'a RawValue>| raw.filter(|raw| raw.get().starts_with('{'));
        let version = match self.version.map(RawValue::get) {
            Some("2" | "2.0") => Version::Ok,
            None => Version::Missing,
            Some(_) => Version::Other,
        };
        let message = match self.kind.as_deref() {
            Some("data") => Message::Data,
            Some("snapshot") => Message::Snapshot,
            Some("init") => Message::Init {
                name: text(self.name),
            },
            Some("import_request") => Message::ImportRequest,
            Some("import_answer") => Message::ImportAnswer {
                signals: self.signals,
                types: self.types,
            },
            Some("subscribe") => Message::Subscribe {
                names: self.subscribe,
            },
            Some("config_get") => Message::ConfigGet,
            Some("config_answer") => Message::ConfigAnswer {
                config: object(self.config),
            },
            Some("config_set") => Message::ConfigSet {
                config: object(self.config),
            },
            Some("config_result") => Message::ConfigResult {
                success: match self.success.map(RawValue::get) {
                    Some("true") => Some(true),
                    Some("false") => Some(false),
                    _ => None,
                },
                message: text(self.message),
            },
            Some(kind) if kind.starts_with("room_") => Message::Foreign(Foreign::Multiuser),
            _ if self.tag => Message::Foreign(Foreign::V1),
            _ => Message::Unknown,
        };
        Decoded { message, version }
    }
}

/// Reads a frame. With a sink, `signals` goes there if the frame has told before that it is `data` or a
/// `snapshot`; else it is left in the fields.
pub(super) fn read<'a, S: Sink>(
    frame: &'a str,
    sink: Option<&mut S>,
) -> serde_json::Result<Fields<'a>> {
    let mut deserializer = serde_json::Deserializer::from_str(frame);
    let fields = deserializer.deserialize_map(Frame(sink))?;
    deserializer.end()?;
    Ok(fields)
}

struct Frame<'s, S>(Option<&'s mut S>);

impl<'de, S: Sink> Visitor<'de> for Frame<'_, S> {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Fields::default();
        let mut type_seen = false;
        // Keys are read raw: one that holds a lone surrogate is an extra field like any other.
        while let Some(key) = map.next_key::<&RawValue>()? {
            let key = raw::text(key.get()).unwrap_or_default();
            if key == "signals"
                && fields.carries_signals
                && let Some(sink) = self.0.as_deref_mut()
            {
                map.next_value_seed(Streamed(sink))?;
                // The last of two wins.
                fields.signals = None;
                continue;
            }
            let value = map.next_value_seed(raw::Measured { levels: 1 })?;
            let present = Some(value).filter(|value| value.get() != "null");
            match &*key {
                "type" => {
                    if std::mem::replace(&mut type_seen, true) {
                        return Err(A::Error::custom("duplicate `type`"));
                    }
                    let kind = present.and_then(|kind| raw::text(kind.get()));
                    fields.carries_signals = matches!(kind.as_deref(), Some("data" | "snapshot"));
                    fields.kind = kind;
                }
                "version" => fields.version = present,
                "name" => fields.name = present,
                "signals" => fields.signals = present,
                "signalTypes" => fields.types = present,
                "subscribe" => fields.subscribe = present,
                "config" => fields.config = present,
                "success" => fields.success = present,
                "message" => fields.message = present,
                "tag" => fields.tag = true,
                _ => {}
            }
        }
        Ok(fields)
    }
}

struct Streamed<'s, S>(&'s mut S);

impl<'de, S: Sink> DeserializeSeed<'de> for Streamed<'_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.0.stream(deserializer)
    }
}

#[cfg(test)]
mod tests;
