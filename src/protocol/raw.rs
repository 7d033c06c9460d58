//! Reading slices of a frame that the JSON reader has already found to be well formed.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::MAX_DEPTH;
use super::coerce::Wire;

/// What an error says of a frame that nests too deep.
pub(super) const TOO_DEEP: &str = "nested deeper than 127 levels";

/// The text of a JSON string. `None` if it is no string, or holds a lone surrogate, which no text can.
pub(super) fn text(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        serde_json::from_str(json).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

/// Whether a value `levels` deep in its frame makes the frame nest deeper than [`MAX_DEPTH`].
///
/// The JSON reader bounds its recursion only where it recurses. It skips values with a loop and would accept
/// any depth there, so skipped values are measured here.
pub(super) fn too_deep(json: &str, levels: usize) -> bool {
    if !json.starts_with(['{', '[']) || json.len() / 2 + levels <= MAX_DEPTH {
        return false;
    }
    // A pass without branches: what has few brackets cannot nest deep, wherever they stand.
    let opening = |byte: &u8| matches!(byte, b'{' | b'[');
    if json.bytes().filter(opening).count() + levels <= MAX_DEPTH {
        return false;
    }
    let (mut depth, mut in_string, mut escaped) = (levels, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return true;
                }
            }
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    false
}

/// Reads a value of any form and measures it. `levels` is how many objects and arrays enclose it.
pub(super) struct Measured {
    pub levels: usize,
}

impl<'de> DeserializeSeed<'de> for Measured {
    type Value = &'de RawValue;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let value = <&RawValue as serde::Deserialize>::deserialize(deserializer)?;
        if too_deep(value.get(), self.levels) {
            return Err(D::Error::custom(TOO_DEEP));
        }
        Ok(value)
    }
}

/// Calls `each` with the raw name and the raw value of every member.
///
/// # Errors
/// If `object` is not an object.
pub(super) fn members<'a>(
    object: &'a str,
    each: impl FnMut(&'a str, &'a str),
) -> serde_json::Result<()> {
    struct Members<F>(F);
    impl<'de, F: FnMut(&'de str, &'de str)> Visitor<'de> for Members<F> {
        type Value = ();
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
            while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
                (self.0)(name.get(), value.get());
            }
            Ok(())
        }
    }
    serde_json::Deserializer::from_str(object).deserialize_map(Members(each))
}

/// Calls `each` with every raw element.
///
/// # Errors
/// If `array` is not an array.
pub(super) fn elements<'a>(array: &'a str, each: impl FnMut(&'a str)) -> serde_json::Result<()> {
    struct Elements<F>(F);
    impl<'de, F: FnMut(&'de str)> Visitor<'de> for Elements<F> {
        type Value = ();
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }
        fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
            while let Some(element) = seq.next_element::<&RawValue>()? {
                (self.0)(element.get());
            }
            Ok(())
        }
    }
    serde_json::Deserializer::from_str(array).deserialize_seq(Elements(each))
}

/// Calls `each` with the value that `json` holds. `None` if it cannot be held: `1e400`, a lone surrogate.
pub(super) fn wire<T>(json: &str, each: impl FnOnce(Wire<'_>) -> T) -> Option<T> {
    WireSeed(each)
        .deserialize(&mut serde_json::Deserializer::from_str(json))
        .ok()
}

/// Hands one signal's value to a closure while it is read.
pub(super) struct WireSeed<F>(pub F);

/// The levels that enclose the members of a value that stands in `signals`: the frame, `signals`, the value.
const LEVELS_IN_VALUE: usize = 3;

impl<'de, T, F: FnOnce(Wire<'_>) -> T> DeserializeSeed<'de> for WireSeed<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T, F: FnOnce(Wire<'_>) -> T> Visitor<'de> for WireSeed<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, v: bool) -> Result<T, E> {
        Ok(self.0(Wire::Bool(v)))
    }

    fn visit_i64<E>(self, v: i64) -> Result<T, E> {
        Ok(self.0(Wire::Int(v)))
    }

    fn visit_u64<E>(self, v: u64) -> Result<T, E> {
        Ok(self.0(i64::try_from(v).map_or(Wire::UInt(v), Wire::Int)))
    }

    fn visit_f64<E>(self, v: f64) -> Result<T, E> {
        Ok(self.0(Wire::Float(v)))
    }

    fn visit_str<E>(self, v: &str) -> Result<T, E> {
        Ok(self.0(Wire::Text(v)))
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(self.0(Wire::Unusable))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        let levels = LEVELS_IN_VALUE;
        while seq.next_element_seed(Measured { levels })?.is_some() {}
        Ok(self.0(Wire::Unusable))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let levels = LEVELS_IN_VALUE;
        while map.next_key::<&RawValue>()?.is_some() {
            map.next_value_seed(Measured { levels })?;
        }
        Ok(self.0(Wire::Unusable))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_borrowed_unless_it_is_escaped() {
        assert!(matches!(text(r#""a.b""#), Some(Cow::Borrowed("a.b"))));
        assert!(matches!(text(r#""a\"b""#), Some(Cow::Owned(t)) if t == "a\"b"));
        for none in ["1", "null", "\"", r#""\ud800""#, r#"{"a":"b"}"#] {
            assert_eq!(text(none), None, "{none}");
        }
    }

    #[test]
    fn depth_is_measured_outside_strings_only() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(!too_deep(&nested(MAX_DEPTH), 0));
        assert!(too_deep(&nested(MAX_DEPTH + 1), 0));
        assert!(!too_deep(&nested(MAX_DEPTH - 2), 2));
        assert!(too_deep(&nested(MAX_DEPTH - 1), 2));
        assert!(!too_deep(&format!("[\"\\\"{}\"]", "[".repeat(500)), 0));
        assert!(!too_deep(&format!("[{}1]", "[],".repeat(500)), 0));
    }
}
