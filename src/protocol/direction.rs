//! Wire types and what follows from them: who may write a signal.
//!
//! Directions are the PLC's point of view. A *simulation* writes `PLCInput` and reads `PLCOutput`, a
//! *controller* the reverse. Access is always the host's.
//!
//! **A signal that the host declares.** `Auto` takes the direction of the longest matching pattern; on a tie
//! between the two directions or without a match, the default direction. Then:
//!
//! | direction | own perspective | access | advertised as |
//! |---|---|---|---|
//! | Input | simulation | WRITE | `PLCInput…` |
//! | Output | simulation | READ | `PLCOutput…` |
//! | Input | controller | READ | `PLCInput…` |
//! | Output | controller | WRITE | `PLCOutput…` |
//!
//! `catalog_direction` changes what is advertised, never the access: `KEEP` as above, `INVERT` swaps
//! `PLCInput` and `PLCOutput`, `NEUTRAL` drops the prefix.
//!
//! **A signal that is imported.** The peer's type has the peer's direction; ours is inverted or kept. Access
//! comes from what the peer says it does, not from our type, so the import rule does not change it:
//!
//! | peer's type | peer's perspective | local type, `INVERT` | local type, `KEEP` | access |
//! |---|---|---|---|---|
//! | `PLCInput…` | not stated | `PLCOutput…` | `PLCInput…` | READ_WRITE |
//! | `PLCOutput…` | not stated | `PLCInput…` | `PLCOutput…` | READ_WRITE |
//! | `PLCInput…` | simulation (it writes) | `PLCOutput…` | `PLCInput…` | READ |
//! | `PLCOutput…` | simulation (it reads) | `PLCInput…` | `PLCOutput…` | WRITE |
//! | `PLCInput…` | controller (it reads) | `PLCOutput…` | `PLCInput…` | WRITE |
//! | `PLCOutput…` | controller (it writes) | `PLCInput…` | `PLCOutput…` | READ |
//! | neutral, pattern matches | any or none | neutral | neutral | by the pattern's direction, as if declared |
//! | neutral, no pattern | not stated | neutral | neutral | READ_WRITE |
//! | neutral, no pattern | stated, either | neutral | neutral | by the default direction, as if declared |
//!
//! Patterns do not touch types that have a direction of their own.

use crate::options::{CatalogDirection, ImportDirection, Options};
use crate::value::{Access, Direction, Kind, Perspective};

/// A type string of a catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WireType {
    /// `Input` or `Output`; `None` = neutral. Never `Auto`, which would read as neutral.
    pub direction: Option<Direction>,
    /// The kind.
    pub kind: Kind,
}

/// What a type string turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// One of the types, in any case.
    Known(WireType),
    /// A `Transform`: a type that exists and that no signal of ours can hold.
    Refused,
    /// None of them; the kind is to be inferred from the value.
    Unrecognised,
}

impl WireType {
    /// Reads a type string: `PLCInput` or `PLCOutput` before `Bool`, `Int`, `Float` or `Text`; those alone,
    /// and `Real` and `String` for `Float` and `Text`. Case does not matter.
    #[must_use]
    pub fn parse(name: &str) -> Parsed {
        let (direction, base) = [
            ("PLCInput", Direction::Input),
            ("PLCOutput", Direction::Output),
        ]
        .into_iter()
        .find_map(|(prefix, direction)| {
            let (head, base) = name.split_at_checked(prefix.len())?;
            head.eq_ignore_ascii_case(prefix)
                .then_some((Some(direction), base))
        })
        .unwrap_or((None, name));
        let is = |known: &str| base.eq_ignore_ascii_case(known);
        let kind = [Kind::Bool, Kind::Int, Kind::Float, Kind::Text]
            .into_iter()
            .find(|kind| is(kind.name()));
        let kind = match kind {
            Some(kind) => kind,
            None if is("Transform") => return Parsed::Refused,
            None if direction.is_none() && is("Real") => Kind::Float,
            None if direction.is_none() && is("String") => Kind::Text,
            None => return Parsed::Unrecognised,
        };
        Parsed::Known(Self { direction, kind })
    }

    /// The type string.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match (self.direction, self.kind) {
            (Some(Direction::Input), Kind::Bool) => "PLCInputBool",
            (Some(Direction::Input), Kind::Int) => "PLCInputInt",
            (Some(Direction::Input), Kind::Float) => "PLCInputFloat",
            (Some(Direction::Input), Kind::Text) => "PLCInputText",
            (Some(Direction::Output), Kind::Bool) => "PLCOutputBool",
            (Some(Direction::Output), Kind::Int) => "PLCOutputInt",
            (Some(Direction::Output), Kind::Float) => "PLCOutputFloat",
            (Some(Direction::Output), Kind::Text) => "PLCOutputText",
            (Some(Direction::Auto) | None, kind) => kind.name(),
        }
    }

    /// The type as our catalogue shows it.
    #[must_use]
    pub fn as_catalog(self, rule: CatalogDirection) -> Self {
        let direction = match rule {
            CatalogDirection::Keep => self.direction,
            CatalogDirection::Invert => self.direction.map(inverted),
            CatalogDirection::Neutral => None,
        };
        Self { direction, ..self }
    }
}

const fn inverted(direction: Direction) -> Direction {
    match direction {
        Direction::Input => Direction::Output,
        Direction::Output => Direction::Input,
        Direction::Auto => Direction::Auto,
    }
}

/// The access of one who stands on the side `perspective`.
const fn access(direction: Direction, perspective: Perspective) -> Access {
    match (direction, perspective) {
        (Direction::Input, Perspective::Simulation)
        | (Direction::Output, Perspective::Controller) => Access::Write,
        (Direction::Output, Perspective::Simulation)
        | (Direction::Input, Perspective::Controller) => Access::Read,
        // Options forbid it as a default, and a pattern is never that.
        (Direction::Auto, _) => Access::ReadWrite,
    }
}

/// The rules of an interface, taken from its options.
#[derive(Clone, Debug)]
pub struct Rules {
    patterns: Vec<(String, Direction)>,
    default_direction: Direction,
    own_perspective: Perspective,
    peer_perspective: Option<Perspective>,
    import_direction: ImportDirection,
}

impl Rules {
    /// The rules that `options` ask for. Empty patterns are left out; they would match every name.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        let inputs = options.input_patterns.iter().map(|p| (p, Direction::Input));
        let outputs = options
            .output_patterns
            .iter()
            .map(|p| (p, Direction::Output));
        let patterns = inputs
            .chain(outputs)
            .filter(|(pattern, _)| options.use_patterns && !pattern.is_empty())
            .map(|(pattern, direction)| (pattern.clone(), direction))
            .collect();
        Self {
            patterns,
            default_direction: options.default_direction,
            own_perspective: options.own_perspective,
            peer_perspective: options.peer_perspective,
            import_direction: options.import_direction,
        }
    }

    /// The direction and access of a signal that the host declares. The direction is `Input` or `Output`.
    #[must_use]
    pub fn declared(&self, name: &str, direction: Direction) -> (Direction, Access) {
        let direction = match direction {
            Direction::Auto => self.matched(name).unwrap_or(self.default_direction),
            stated => stated,
        };
        (direction, access(direction, self.own_perspective))
    }

    /// The local direction and access of a signal that a peer's catalogue names with the direction `peer`.
    /// Neutral (`None`) stays neutral.
    #[must_use]
    pub fn imported(&self, name: &str, peer: Option<Direction>) -> (Option<Direction>, Access) {
        let Some(peer) = peer else {
            let decided = match self.matched(name) {
                None if self.peer_perspective.is_some() => Some(self.default_direction),
                matched => matched,
            };
            let access = decided.map_or(Access::ReadWrite, |d| access(d, self.own_perspective));
            return (None, access);
        };
        let local = match self.import_direction {
            ImportDirection::Invert => inverted(peer),
            ImportDirection::Keep => peer,
        };
        let access = match self.peer_perspective.map(|side| access(peer, side)) {
            Some(Access::Write) => Access::Read,
            Some(Access::Read) => Access::Write,
            Some(Access::ReadWrite) | None => Access::ReadWrite,
        };
        (Some(local), access)
    }

    /// The direction of the longest pattern in `name`; `None` without one, and if both directions have one of
    /// that length.
    fn matched(&self, name: &str) -> Option<Direction> {
        let longest = |direction: Direction| {
            let of_direction = self.patterns.iter().filter(|(_, d)| *d == direction);
            of_direction
                .filter(|(pattern, _)| name.contains(pattern.as_str()))
                .map(|(pattern, _)| pattern.len())
                .max()
        };
        let (input, output) = (longest(Direction::Input), longest(Direction::Output));
        match input.cmp(&output) {
            std::cmp::Ordering::Greater => Some(Direction::Input),
            std::cmp::Ordering::Less => Some(Direction::Output),
            std::cmp::Ordering::Equal => None,
        }
    }
}

#[cfg(test)]
mod tests;
