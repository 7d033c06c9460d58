//! Kinds, directions, access rights and values of signals.

use crate::escape::beginning;

/// The kind of value that a signal holds. It never changes once the signal is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// `true` or `false`.
    Bool = 1,
    /// A 64-bit signed integer.
    Int = 2,
    /// A finite 64-bit floating point number.
    Float = 3,
    /// UTF-8 text of at most [`MAX_TEXT_BYTES`] bytes without NUL.
    Text = 4,
}

impl Kind {
    /// The kind as it is written in wire types, such as the `Bool` of `PLCInputBool`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "Bool",
            Self::Int => "Int",
            Self::Float => "Float",
            Self::Text => "Text",
        }
    }
}

/// The longest text value, in bytes.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;
/// The longest signal name, in bytes.
pub const MAX_NAME_BYTES: usize = 512;

/// The beginning of a foreign name, as much as a name can have, so that no whole message is kept for its sake.
pub(crate) fn name_beginning(name: &str) -> &str {
    beginning(name, MAX_NAME_BYTES)
}

/// The direction a signal is declared with: the PLC's point of view, as in `PLCInput` and `PLCOutput`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Direction {
    /// Decided by the input and output patterns, then by the default direction.
    #[default]
    Auto = 0,
    /// `PLCInput`: the PLC reads it, the simulation writes it.
    Input = 1,
    /// `PLCOutput`: the PLC writes it, the simulation reads it.
    Output = 2,
}

/// What the host may do with a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Access {
    /// Peers write it, the host reads it.
    Read = 1,
    /// The host writes it; values from peers are refused.
    Write = 2,
    /// Both write it.
    ReadWrite = 3,
}

impl Access {
    /// Whether the host may set the signal.
    #[must_use]
    pub const fn host_writes(self) -> bool {
        !matches!(self, Self::Read)
    }

    /// As it is called in error messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Write => "WRITE",
            Self::ReadWrite => "READ_WRITE",
        }
    }

    /// Whether a peer's value is accepted.
    #[must_use]
    pub const fn peer_writes(self) -> bool {
        !matches!(self, Self::Write)
    }
}

/// Which side of the PLC's interface a program stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Perspective {
    /// The digital twin: writes `PLCInput`, reads `PLCOutput`.
    Simulation = 1,
    /// The controller or its gateway: writes `PLCOutput`, reads `PLCInput`.
    Controller = 2,
}

/// How far a signal's value can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Quality {
    /// Nobody has set it yet; the value is the declared initial one.
    Never = 0,
    /// Current, as far as the connection tells.
    Good = 1,
    /// The connection to its last writer is lost.
    Stale = 2,
}

/// A value, borrowed where it is text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ValueRef<'a> {
    /// A bool.
    Bool(bool),
    /// An int.
    Int(i64),
    /// A float.
    Float(f64),
    /// A text.
    Text(&'a str),
}

impl ValueRef<'_> {
    /// The kind of signal that this value fits without coercion.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Bool(_) => Kind::Bool,
            Self::Int(_) => Kind::Int,
            Self::Float(_) => Kind::Float,
            Self::Text(_) => Kind::Text,
        }
    }

    /// An owned copy.
    #[must_use]
    pub fn to_owned(&self) -> Value {
        match *self {
            Self::Bool(v) => Value::Bool(v),
            Self::Int(v) => Value::Int(v),
            Self::Float(v) => Value::Float(v),
            Self::Text(v) => Value::Text(v.to_owned()),
        }
    }
}

/// An owned value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A bool.
    Bool(bool),
    /// An int.
    Int(i64),
    /// A float.
    Float(f64),
    /// A text.
    Text(String),
}

impl Value {
    /// A borrowed view.
    #[must_use]
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Bool(v) => ValueRef::Bool(*v),
            Self::Int(v) => ValueRef::Int(*v),
            Self::Float(v) => ValueRef::Float(*v),
            Self::Text(v) => ValueRef::Text(v),
        }
    }

    /// The value that a signal of this kind has before anybody sets it.
    #[must_use]
    pub const fn default_of(kind: Kind) -> Self {
        match kind {
            Kind::Bool => Self::Bool(false),
            Kind::Int => Self::Int(0),
            Kind::Float => Self::Float(0.0),
            Kind::Text => Self::Text(String::new()),
        }
    }
}
