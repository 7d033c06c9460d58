//! Filling a batch: each signal once, the last value counts.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::{Batch, Entry, Resolve, Scalar};
use crate::protocol::coerce::{Wire, coerce};
use crate::protocol::envelope::{Malformed, Sink};
use crate::protocol::raw;
use crate::value::Kind;

/// What became of each signal in the present frame. Entries of earlier frames differ in their stamp, so that
/// nothing is cleared between frames.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) stamp: u32,
    pub(super) signals: Vec<Sighting>,
    /// The signal that opened the last frame.
    first: u32,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sighting {
    stamp: u32,
    /// Its place among the entries, plus one; 0 if it has none.
    entry: u32,
    /// Whether it stands among the refused.
    listed: bool,
    /// Whether its last value was refused.
    refused: bool,
    /// Which signal followed it last, of whatever frame: so many ids past the next one.
    skip: u32,
}

impl Seen {
    fn next_frame(&mut self) {
        self.stamp = self.stamp.checked_add(1).unwrap_or_else(|| {
            self.signals.clear();
            1
        });
    }

    fn at(&mut self, signal: u32) -> &mut Sighting {
        let index = signal as usize;
        if index >= self.signals.len() {
            self.signals.resize(index + 1, Sighting::default());
        }
        let sighting = &mut self.signals[index];
        if sighting.stamp != self.stamp {
            *sighting = Sighting {
                stamp: self.stamp,
                skip: sighting.skip,
                ..Sighting::default()
            };
        }
        sighting
    }

    /// What followed this signal last, or opened the last frame: peers list signals in a steady order. A signal that
    /// was not followed yet guesses that the next id does.
    #[inline]
    fn likely(&self, previous: Option<u32>) -> u32 {
        let Some(previous) = previous else {
            return self.first;
        };
        let sighting = self.signals.get(previous as usize);
        let skip = sighting.map_or(0, |sighting| sighting.skip);
        previous.wrapping_add(1).wrapping_add(skip)
    }

    fn follows(&mut self, previous: Option<u32>, signal: u32) {
        match previous {
            None => self.first = signal,
            Some(previous) => {
                if let Some(sighting) = self.signals.get_mut(previous as usize) {
                    sighting.skip = signal.wrapping_sub(previous).wrapping_sub(1);
                }
            }
        }
    }
}

/// A batch being filled.
pub(super) struct Filling<'b, R: ?Sized> {
    batch: &'b mut Batch,
    seen: &'b mut Seen,
    names: &'b R,
    strict: bool,
    previous: Option<u32>,
    /// Some signal stood twice, once refused and once not.
    contradictory: bool,
}

impl<'b, R: Resolve + ?Sized> Filling<'b, R> {
    pub(super) fn new(
        batch: &'b mut Batch,
        seen: &'b mut Seen,
        names: &'b R,
        strict: bool,
    ) -> Self {
        let mut filling = Self {
            batch,
            seen,
            names,
            strict,
            previous: None,
            contradictory: false,
        };
        filling.begin();
        filling
    }

    /// Forgets what came in so far; of two `signals` the last wins.
    pub(super) fn begin(&mut self) {
        self.batch.clear();
        self.seen.next_frame();
        self.previous = None;
        self.contradictory = false;
    }

    #[inline]
    fn look_up(&mut self, name: &str) -> Option<(u32, Kind)> {
        let likely = self.seen.likely(self.previous);
        if let Some(kind) = self.names.kind_if(likely, name) {
            self.previous = Some(likely);
            return Some((likely, kind));
        }
        self.look_up_unlikely(name)
    }

    #[inline(never)]
    fn look_up_unlikely(&mut self, name: &str) -> Option<(u32, Kind)> {
        // An order that is new here is mostly that of our ids.
        let next = self.previous.map_or(0, |previous| previous.wrapping_add(1));
        let found = match self.names.kind_if(next, name) {
            Some(kind) => Some((next, kind)),
            None => self.names.resolve(name),
        };
        match found {
            Some((signal, _)) => {
                self.seen.follows(self.previous, signal);
                self.previous = Some(signal);
            }
            None if name.contains('\0') => bump(&mut self.batch.refused_names),
            None => self.batch.miss(name),
        }
        found
    }

    #[inline]
    fn put(&mut self, signal: u32, kind: Kind, wire: Wire<'_>) {
        // A value that is of the kind already needs no fitting. Each is written where it stays: moved there from a
        // variable of every kind, it would cost as much as looking up its name.
        match (kind, wire) {
            (Kind::Bool, Wire::Bool(v)) => self.place(signal).value = Scalar::Bool(v),
            (Kind::Int, Wire::Int(v)) => self.place(signal).value = Scalar::Int(v),
            (Kind::Float, Wire::Float(v)) if v.is_finite() => {
                self.place(signal).value = Scalar::Float(v);
            }
            _ => self.fit(signal, kind, wire),
        }
    }

    #[inline(never)]
    fn fit(&mut self, signal: u32, kind: Kind, wire: Wire<'_>) {
        let Some(fitted) = coerce(wire, kind, self.strict, &mut self.batch.text) else {
            return self.refuse(signal);
        };
        let entry = self.place(signal);
        entry.value = fitted.value;
        (entry.lossy, entry.coerced) = (fitted.lossy, fitted.coerced);
    }

    /// The signal's entry, new or once more, for a value that fits.
    #[inline]
    fn place(&mut self, signal: u32) -> &mut Entry {
        let entries = &mut self.batch.entries;
        let sighting = self.seen.at(signal);
        self.contradictory |= sighting.refused;
        sighting.refused = false;
        let blank = Entry {
            signal,
            value: Scalar::Bool(false),
            lossy: false,
            coerced: false,
        };
        let at = match (sighting.entry as usize).checked_sub(1) {
            Some(at) => {
                entries[at] = blank;
                at
            }
            None => {
                entries.push(blank);
                // Ids are u32 and entries unique, so there are no more entries than that.
                sighting.entry = u32::try_from(entries.len()).unwrap_or(u32::MAX);
                entries.len() - 1
            }
        };
        &mut entries[at]
    }

    fn refuse(&mut self, signal: u32) {
        let sighting = self.seen.at(signal);
        if !sighting.listed {
            sighting.listed = true;
            self.batch.refused.push(signal);
        }
        self.contradictory |= sighting.entry != 0;
        sighting.refused = true;
    }

    /// Reads `signals` when it had to be sliced out of the frame.
    pub(super) fn read_slice(&mut self, signals: &str) -> Result<(), Malformed> {
        if !signals.starts_with('{') {
            return Err(Malformed::new(NOT_AN_OBJECT));
        }
        match self.stream(&mut serde_json::Deserializer::from_str(signals)) {
            Err(error) if error.is_syntax() => {}
            done => return Ok(done?),
        }
        self.begin();
        Ok(raw::members(signals, |name, value| {
            let Some(name) = raw::text(name) else {
                return bump(&mut self.batch.refused_names);
            };
            if let Some((signal, kind)) = self.look_up(&name) {
                raw::wire(value, |wire| self.put(signal, kind, wire))
                    .unwrap_or_else(|| self.refuse(signal));
            }
        })?)
    }

    pub(super) fn finish(&mut self) {
        if self.contradictory {
            let seen = &mut *self.seen;
            self.batch
                .entries
                .retain(|entry| !seen.at(entry.signal).refused);
            self.batch.refused.retain(|signal| seen.at(*signal).refused);
        }
    }
}

const NOT_AN_OBJECT: &str = "`signals` is not an object";

fn bump(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}

impl<R: Resolve + ?Sized> Sink for Filling<'_, R> {
    fn stream<'de, D: Deserializer<'de>>(&mut self, signals: D) -> Result<(), D::Error> {
        self.begin();
        signals.deserialize_any(Signals(self))
    }
}

struct Signals<'f, 'b, R: ?Sized>(&'f mut Filling<'b, R>);

impl<'de, R: Resolve + ?Sized> Visitor<'de> for Signals<'_, '_, R> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        /// What encloses the value of a signal: the frame and `signals`.
        const LEVELS: usize = 2;
        let filling = self.0;
        while let Some(found) = map.next_key_seed(Name(filling))? {
            match found {
                Some((signal, kind)) => {
                    map.next_value_seed(raw::WireSeed(|wire: Wire<'_>| {
                        filling.put(signal, kind, wire)
                    }))?;
                }
                None => {
                    map.next_value_seed(raw::Measured { levels: LEVELS })?;
                }
            }
        }
        Ok(())
    }

    /// `null` is the same as absent.
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    // The reader's own messages quote what they found, which may be megabytes of a stranger's text.
    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        Err(E::custom(NOT_AN_OBJECT))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(A::Error::custom(NOT_AN_OBJECT))
    }
}

struct Name<'f, 'b, R: ?Sized>(&'f mut Filling<'b, R>);

impl<'de, R: Resolve + ?Sized> DeserializeSeed<'de> for Name<'_, '_, R> {
    type Value = Option<(u32, Kind)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<R: Resolve + ?Sized> Visitor<'_> for Name<'_, '_, R> {
    type Value = Option<(u32, Kind)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.look_up(name))
    }
}
