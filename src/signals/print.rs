//! Values reduced to what comparing them needs.

use std::hash::{BuildHasher, RandomState};

use once_cell::sync::Lazy;

use crate::value::{Kind, ValueRef};

/// A value of a known kind, reduced to 64 bits. Texts are hashed with a key of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Print {
    Exact(u64),
    Float(u64),
}

static TEXT_HASHER: Lazy<RandomState> = Lazy::new(RandomState::new);

impl Print {
    pub(crate) fn of(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Bool(v) => Self::Exact(u64::from(v)),
            ValueRef::Int(v) => Self::Exact(v.cast_unsigned()),
            // The two zeros are one value to every host.
            ValueRef::Float(v) => Self::Float(if v == 0.0 { 0 } else { v.to_bits() }),
            ValueRef::Text(v) => Self::Exact(TEXT_HASHER.hash_one(v)),
        }
    }

    /// Without the kind, for [`Print::from_bits`].
    pub(super) const fn bits(self) -> u64 {
        match self {
            Self::Exact(bits) | Self::Float(bits) => bits,
        }
    }

    pub(super) fn from_bits(kind: Kind, bits: u64) -> Self {
        match kind {
            Kind::Float => Self::Float(bits),
            _ => Self::Exact(bits),
        }
    }

    /// Whether `self`, coming back from a peer, can be the echo of `sent`. A peer that stores floats
    /// in 32 bits sends back another number than it got.
    pub(crate) fn echoes(self, sent: Self) -> bool {
        match (self, sent) {
            (Self::Float(a), Self::Float(b)) => {
                a == b || {
                    let single = |bits| f64::from_bits(bits) as f32;
                    single(a) == single(b) && single(a).is_finite()
                }
            }
            _ => self == sent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_that_went_through_32_bits_is_an_echo() {
        let print = |v| Print::of(ValueRef::Float(v));
        assert!(print(f64::from(0.1_f32)).echoes(print(0.1)));
        assert!(!print(0.1001).echoes(print(0.1)));
        assert!(print(0.0).echoes(print(-0.0)));
        assert!(!print(1e300).echoes(print(1e200)));
    }

    #[test]
    fn texts_and_numbers_compare_by_value() {
        assert_eq!(
            Print::of(ValueRef::Text("a")),
            Print::of(ValueRef::Text("a"))
        );
        assert_ne!(
            Print::of(ValueRef::Text("a")),
            Print::of(ValueRef::Text("b"))
        );
        assert_ne!(Print::of(ValueRef::Int(-1)), Print::of(ValueRef::Int(1)));
    }
}
