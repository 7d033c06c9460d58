//! Signals and values as this program shows and reads them.

use std::borrow::Cow;
use std::sync::Arc;

use realvirtual_ws::{Change, Direction, Interface, Kind, Quality, Result, Value, glob};
use serde_json::json;

use crate::output::escaped;

/// Whether `name` fits one of the patterns of a command line; without any, every name does.
pub fn chosen(patterns: &[String], name: &str) -> bool {
    patterns.is_empty() || glob::fits_any(patterns, name)
}

/// One signal of an endpoint.
#[derive(Clone, Debug)]
pub struct Signal {
    pub name: Arc<str>,
    pub kind: Kind,
    pub direction: Option<Direction>,
    pub quality: Quality,
    pub value: Value,
}

impl Signal {
    /// All signals of an interface, by name.
    pub fn all(interface: &Interface) -> Result<Vec<Self>> {
        let count = interface.signal_count();
        let mut signals = Vec::with_capacity(count as usize);
        for id in 0..count {
            signals.push(Self::one(interface, id)?);
        }
        signals.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(signals)
    }

    pub fn one(interface: &Interface, id: u32) -> Result<Self> {
        let info = interface.signal_info(id)?;
        Ok(Self {
            name: interface.signal_name(id)?,
            kind: info.kind,
            direction: info.direction,
            quality: info.quality,
            value: value(interface, id, info.kind)?,
        })
    }

    /// The wire type, such as `PLCInputBool`.
    pub fn wire_type(&self) -> String {
        let prefix = match self.direction {
            Some(Direction::Input) => "PLCInput",
            Some(Direction::Output) => "PLCOutput",
            Some(Direction::Auto) | None => "",
        };
        format!("{prefix}{}", self.kind.name())
    }

    pub fn json(&self) -> serde_json::Value {
        json!({"name": &*self.name, "type": self.wire_type(), "value": json_value(&self.value)})
    }
}

/// The value that a signal has now.
pub fn value(interface: &Interface, id: u32, kind: Kind) -> Result<Value> {
    Ok(match kind {
        Kind::Bool => Value::Bool(interface.get_bool(id)?),
        Kind::Int => Value::Int(interface.get_int(id)?),
        Kind::Float => Value::Float(interface.get_float(id)?),
        Kind::Text => Value::Text(interface.with_text(id, str::to_owned)?),
    })
}

/// The value of record `record` of the last poll.
pub fn changed(interface: &Interface, record: usize, change: &Change) -> Result<Value> {
    Ok(match change.kind {
        Kind::Bool => Value::Bool(change.integer != 0),
        Kind::Int => Value::Int(change.integer),
        Kind::Float => Value::Float(change.number),
        Kind::Text => Value::Text(interface.with_change_text(record as u32, str::to_owned)?),
    })
}

pub fn json_value(value: &Value) -> serde_json::Value {
    match value {
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!(value),
        Value::Float(value) => json!(value),
        Value::Text(value) => json!(value),
    }
}

/// As it stands in a line: a text from outside must neither steer a terminal nor look like two lines to a program.
pub fn shown(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Bool(value) => value.to_string().into(),
        Value::Int(value) => value.to_string().into(),
        Value::Float(value) => format!("{value:?}").into(),
        Value::Text(text) => escaped(text),
    }
}

/// A value of this kind from what was written on the command line.
pub fn parse(text: &str, kind: Kind) -> std::result::Result<Value, String> {
    let wrong = |what: &str| Err(format!("{text:?} is no {what}"));
    match kind {
        Kind::Bool => match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "on" => Ok(Value::Bool(true)),
            "false" | "0" | "off" => Ok(Value::Bool(false)),
            _ => wrong("bool: write true or false"),
        },
        Kind::Int => text.parse().map(Value::Int).or_else(|_| {
            wrong("int: write a whole number from -9223372036854775808 to 9223372036854775807")
        }),
        Kind::Float => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Float(number)),
            _ => wrong("float: write a finite number such as 12.5"),
        },
        Kind::Text => Ok(Value::Text(text.to_owned())),
    }
}

/// Equal, or as equal as a peer with floats of 32 bits can have it.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits() || *a as f32 == *b as f32,
        _ => a == b,
    }
}
