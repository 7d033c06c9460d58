//! Declaring many signals at once: all of them, or none.

use std::collections::HashMap;

use super::extra::Extra;
use super::names::Notes;
use super::{Signals, Slot, check_name, declared_so, full};
use crate::error::{Error, ErrorCode};
use crate::value::{Access, Direction, Kind, Value};

/// One signal of many.
pub(crate) struct Wanted<'a> {
    pub name: &'a str,
    pub kind: Kind,
    pub direction: Direction,
    pub access: Access,
    pub notes: Notes<'a>,
}

impl Signals {
    /// Declares all of `wanted`, or none of them and tells which one stands in the way. What exists already in the same
    /// way gets its notes only.
    pub(crate) fn declare_all(
        &self,
        wanted: &[Wanted<'_>],
    ) -> std::result::Result<(), (usize, Error)> {
        // Nothing is added by others while this is held; the other lock is taken for a moment at a time.
        let mut names = self.names.write();
        let mut seen = HashMap::with_capacity(wanted.len());
        let mut count = names.len();
        for (index, signal) in wanted.iter().enumerate() {
            let refuse = |error| Err((index, error));
            if let Err(error) = check_name(signal.name) {
                return refuse(error);
            }
            if let Some(first) = seen.insert(signal.name, index) {
                return refuse(Error::new(
                    ErrorCode::Exists,
                    format!(
                        "signal {:?} stands twice in the list, as number {} and as number {}: remove one",
                        signal.name,
                        first + 1,
                        index + 1
                    ),
                ));
            }
            match names.find(signal.name) {
                Some(id) => {
                    let table = self.table();
                    let existing = table.slot(id).map_or(Ok(()), |slot| {
                        declared_so(slot, signal.name, signal.kind, signal.access)
                    });
                    if let Err(error) = existing {
                        return refuse(error);
                    }
                }
                None if count >= self.max => return refuse(full(signal.name, self.max)),
                None => count += 1,
            }
        }
        for signal in wanted {
            let id = names.find(signal.name).unwrap_or_else(|| {
                let initial = Value::default_of(signal.kind);
                let slot = Slot::new(initial.as_ref(), signal.access, Some(signal.direction));
                names.add(signal.name, signal.kind);
                self.table().push(slot, Extra::default())
            });
            names.set_notes(id, signal.notes);
        }
        Ok(())
    }
}
