//! `data` and `snapshot`: the signals of a frame, straight into a batch.
//!
//! The fast pass reads each value once, in place. It fails as a whole on a value that JSON can spell and we
//! cannot hold (`1e400`, a lone surrogate), because the JSON reader cannot resume; the frame is then read
//! again with every name and value sliced out first, so that only the bad one is refused.

use super::envelope::{self, Decoded, Malformed};
use super::raw;
use crate::value::{Kind, ValueRef, name_beginning};

mod fill;

use fill::{Filling, Seen};

pub use super::coerce::Scalar;

/// Looks a signal's name up. Implemented by the registry's name table.
pub trait Resolve {
    /// The signal's id and kind. Ids are dense: the decoder keeps a table as long as the highest one.
    fn resolve(&self, name: &str) -> Option<(u32, Kind)>;

    /// The signal's kind, if it has this name: a comparison is cheaper than a hash. A table that cannot tell that
    /// cheaply says `None`.
    fn kind_if(&self, signal: u32, name: &str) -> Option<Kind> {
        let _ = (signal, name);
        None
    }
}

/// One signal's value, already of the signal's kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// The signal's id.
    pub signal: u32,
    /// The value; text lies in [`Batch::text`].
    pub value: Scalar,
    /// Something of a number was lost, such as the half of 1.5 for an int.
    pub lossy: bool,
    /// The sender would see another value than it sent. `1`, `1.0` and `true` are the same.
    pub coerced: bool,
}

/// How many of the unknown names of a frame are kept.
pub const UNKNOWN_NAMES: u32 = 17;

/// The signals of a `data` or `snapshot`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Each signal at most once. Of a name that stands twice the last value counts, at the first's place.
    pub entries: Vec<Entry>,
    /// The text that entries point into.
    pub text: String,
    /// Names that no signal has, empty and overlong ones among them.
    pub unknown: u32,
    /// The first of those names, cut to the longest that a signal can have, each with a NUL after it: to be logged.
    unknown_names: String,
    /// Signals whose (last) value does not fit; each at most once.
    pub refused: Vec<u32>,
    /// Names that no signal can have: with a lone surrogate or U+0000.
    pub refused_names: u32,
}

impl Batch {
    /// An entry's value.
    #[must_use]
    pub fn value(&self, entry: &Entry) -> ValueRef<'_> {
        match entry.value {
            Scalar::Bool(v) => ValueRef::Bool(v),
            Scalar::Int(v) => ValueRef::Int(v),
            Scalar::Float(v) => ValueRef::Float(v),
            Scalar::Text { start, len } => {
                let (start, len) = (start as usize, len as usize);
                ValueRef::Text(self.text.get(start..start + len).unwrap_or_default())
            }
        }
    }

    /// The first names that no signal has, up to [`UNKNOWN_NAMES`].
    pub fn unknown_names(&self) -> impl Iterator<Item = &str> {
        self.unknown_names.split_terminator('\0')
    }

    /// Counts a name that no signal has.
    fn miss(&mut self, name: &str) {
        if self.unknown < UNKNOWN_NAMES {
            self.unknown_names.push_str(name_beginning(name));
            self.unknown_names.push('\0');
        }
        self.unknown = self.unknown.saturating_add(1);
    }

    /// Empties the batch and keeps its buffers.
    pub fn clear(&mut self) {
        /// One frame full of text must not hold its megabytes for ever. The other buffers are bounded by the
        /// number of signals.
        const KEPT_TEXT: usize = 1 << 20;
        self.entries.clear();
        self.text.clear();
        self.text.shrink_to(KEPT_TEXT);
        self.unknown = 0;
        self.unknown_names.clear();
        self.refused.clear();
        self.refused_names = 0;
    }
}

/// Decodes frames. One can serve every peer of an interface: nothing is remembered from frame to frame but
/// the buffers, and in which order signals came.
#[derive(Debug, Default)]
pub struct Decoder {
    batch: Batch,
    seen: Seen,
}

impl Decoder {
    /// A decoder without buffers yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Decodes one text frame. Signals of a `data` or `snapshot` are in [`Self::batch`] afterwards; after any
    /// other frame the batch is empty. `strict` refuses values that would lose something.
    ///
    /// # Errors
    /// [`Malformed`]: the whole frame is to be dropped.
    pub fn decode<'a, R: Resolve + ?Sized>(
        &mut self,
        frame: &'a str,
        names: &R,
        strict: bool,
    ) -> Result<Decoded<'a>, Malformed> {
        self.batch.clear();
        let decoded = self.decode_into_batch(frame, names, strict);
        if decoded.is_err() {
            self.batch.clear();
        }
        decoded
    }

    fn decode_into_batch<'a, R: Resolve + ?Sized>(
        &mut self,
        frame: &'a str,
        names: &R,
        strict: bool,
    ) -> Result<Decoded<'a>, Malformed> {
        if !frame
            .trim_start_matches([' ', '\t', '\n', '\r'])
            .starts_with('{')
        {
            return Err(Malformed::new("not a JSON object"));
        }
        let mut filling = Filling::new(&mut self.batch, &mut self.seen, names, strict);
        let fields = match envelope::read(frame, Some(&mut filling)) {
            // Either this is no JSON, or a value cannot be held; without a sink every value is held.
            Err(error) if error.is_syntax() => {
                filling.begin();
                envelope::read::<Filling<'_, R>>(frame, None)?
            }
            fields => fields?,
        };
        if fields.carries_signals
            && let Some(signals) = fields.signals
        {
            filling.read_slice(signals.get())?;
        }
        filling.finish();
        Ok(fields.decoded())
    }

    /// The signals of the last frame.
    #[must_use]
    pub const fn batch(&self) -> &Batch {
        &self.batch
    }
}

/// Visits names and values of a frame that [`Decoder::decode`] has read, as they stand there.
pub fn each_value<'a>(frame: &'a str, mut each: impl FnMut(&str, &'a str)) {
    let fields = envelope::read::<Filling<'_, dyn Resolve>>(frame, None);
    if let Some(signals) = fields.ok().and_then(|fields| fields.signals) {
        // It was read before, so it is well formed.
        let _ = raw::members(signals.get(), |name, value| {
            if let Some(name) = raw::text(name) {
                each(&name, value);
            }
        });
    }
}

#[cfg(test)]
mod tests;
