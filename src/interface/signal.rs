//! Declaring, setting and reading signals.

use std::sync::Arc;

use crate::error::{Error, ErrorCode, Result};
use crate::interface::{Change, Declaration, Interface, clock};
use crate::options::SendMode;
use crate::signals::{LOCAL, SetRefused, Slot, Table, check_value, not_found};
use crate::value::{Access, Direction, Kind, Perspective, Quality, ValueRef};

/// A look at one signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalInfo {
    /// The kind of its values.
    pub kind: Kind,
    /// The PLC's point of view; `None` = a neutral type.
    pub direction: Option<Direction>,
    /// What the host may do.
    pub access: Access,
    /// How far the value can be trusted.
    pub quality: Quality,
    /// It was created by an import.
    pub imported: bool,
    /// Microseconds since the peer that wrote it has said it last; `None` for a value of the host's own, which is never
    /// stale, and for one that nobody has set.
    pub age_us: Option<u64>,
    /// The client that wrote it last, on a server; 1 = the server, on a client; 0 = this host.
    pub source: u32,
}

/// What people read of a signal; empty = nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignalNotes {
    /// A note.
    pub comment: String,
    /// A group, with `/` between levels.
    pub folder: String,
    /// What stands in the place of its name.
    pub display_name: String,
}

impl Interface {
    /// Declares a signal and gives its id. The same declaration again gives the same id.
    ///
    /// # Errors
    /// [`ErrorCode::Name`], [`ErrorCode::Exists`], [`ErrorCode::Limit`], [`ErrorCode::Kind`],
    /// [`ErrorCode::NotFinite`], [`ErrorCode::Text`].
    pub fn add_signal(&self, declaration: &Declaration<'_>) -> Result<u32> {
        self.shared.check()?;
        let (direction, access) = self.rules.declared(declaration.name, declaration.direction);
        let access = declaration.access.unwrap_or(access);
        let id = self
            .shared
            .signals
            .declare(declaration, direction, access)?;
        self.wake_sender();
        Ok(id)
    }

    /// The id of the signal with this name.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub fn find_signal(&self, name: &str) -> Result<u32> {
        self.shared.check()?;
        self.shared.signals.names().find(name).ok_or_else(|| {
            Error::new(
                ErrorCode::NotFound,
                format!(
                    "there is no signal {name:?}: names are case-sensitive and matched exactly"
                ),
            )
        })
    }

    /// How many signals there are; ids run from 0 to one less.
    #[must_use]
    pub fn signal_count(&self) -> u32 {
        self.shared.signals.names().len() as u32
    }

    /// A look at one signal.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub fn signal_info(&self, id: u32) -> Result<SignalInfo> {
        let now = clock::now();
        self.with_table(id, |table, slot| {
            // What the host has not flushed yet is its own all the same.
            let (quality, source) = match table.is_staged(id) {
                true => (Quality::Good, LOCAL),
                false => (slot.quality, slot.origin),
            };
            SignalInfo {
                kind: slot.kind,
                direction: slot.direction,
                access: slot.access,
                quality,
                imported: slot.imported,
                age_us: (source != LOCAL).then(|| now.since(slot.arrived).as_micros() as u64),
                source,
            }
        })
    }

    /// The name of a signal.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub fn signal_name(&self, id: u32) -> Result<Arc<str>> {
        self.shared.check()?;
        self.shared.signals.name(id)
    }

    /// What people read of a signal: what it was declared with, or what a signal list says.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub fn signal_notes(&self, id: u32) -> Result<SignalNotes> {
        self.signal_name(id)?;
        let names = self.shared.signals.names();
        let notes = names.notes(id);
        Ok(SignalNotes {
            comment: notes.comment.to_owned(),
            folder: notes.folder.to_owned(),
            display_name: notes.display_name.to_owned(),
        })
    }

    /// Changes what the host may do with a signal; `None` = by direction and perspective.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub fn set_access(&self, id: u32, access: Option<Access>) -> Result<()> {
        let name = self.signal_name(id)?;
        let access = match access {
            Some(access) => access,
            None => {
                let direction = self.with_slot(id, |slot| slot.direction)?;
                self.rules
                    .declared(&name, direction.unwrap_or(Direction::Auto))
                    .1
            }
        };
        self.shared.signals.set_access(id, access)?;
        self.wake_sender();
        Ok(())
    }

    /// Sets a signal. It goes out as the send mode says; an equal value does nothing.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], [`ErrorCode::Kind`], [`ErrorCode::NotWritable`],
    /// [`ErrorCode::NotFinite`], [`ErrorCode::Text`].
    pub fn set(&self, id: u32, value: ValueRef<'_>) -> Result<()> {
        self.shared.check()?;
        check_value(value)?;
        let done = store(&mut self.shared.signals.table(), id, value);
        match done {
            Ok(first) => {
                if first {
                    self.wake_sender();
                }
                Ok(())
            }
            Err(refused) => Err(self.explain(id, value.kind(), refused)),
        }
    }

    /// Sets several signals, all in one frame, or none of them. The iterator is walked twice and must
    /// give the same values each time.
    ///
    /// # Errors
    /// Those of [`Interface::set`]; the message names the index.
    pub fn set_values<'a, I>(&self, values: I) -> Result<()>
    where
        I: Iterator<Item = Result<(u32, ValueRef<'a>)>> + Clone,
    {
        self.shared.check()?;
        let at = |index: usize, error: &Error| {
            Error::new(
                error.code(),
                format!("values[{index}]: {}", error.message()),
            )
        };
        for (index, value) in values.clone().enumerate() {
            value
                .and_then(|(_, value)| check_value(value))
                .map_err(|error| at(index, &error))?;
        }
        let mut first = false;
        let refused = {
            let mut table = self.shared.signals.table();
            let pairs = || values.clone().flatten();
            let refused = pairs().enumerate().find_map(|(index, (id, value))| {
                let refused = table.check_set(id, value.kind()).err()?;
                Some((index, id, value.kind(), refused))
            });
            if refused.is_none() {
                first = table.set_all(pairs());
                if first {
                    table.set_first_at(clock::now());
                }
            }
            refused
        };
        if let Some((index, id, kind, refused)) = refused {
            return Err(at(index, &self.explain(id, kind, refused)));
        }
        if first {
            self.wake_sender();
        }
        Ok(())
    }

    /// The value of a bool signal.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], [`ErrorCode::Kind`].
    pub fn get_bool(&self, id: u32) -> Result<bool> {
        self.get(id, Kind::Bool, |value| match value {
            ValueRef::Bool(value) => Some(value),
            _ => None,
        })
    }

    /// The value of an int signal.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], [`ErrorCode::Kind`].
    pub fn get_int(&self, id: u32) -> Result<i64> {
        self.get(id, Kind::Int, |value| match value {
            ValueRef::Int(value) => Some(value),
            _ => None,
        })
    }

    /// The value of a float signal.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], [`ErrorCode::Kind`].
    pub fn get_float(&self, id: u32) -> Result<f64> {
        self.get(id, Kind::Float, |value| match value {
            ValueRef::Float(value) => Some(value),
            _ => None,
        })
    }

    /// Shows the value of a text signal. `look` runs while the signals are locked: it should copy
    /// and return.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], [`ErrorCode::Kind`].
    pub fn with_text<R>(&self, id: u32, look: impl FnOnce(&str) -> R) -> Result<R> {
        self.get(id, Kind::Text, |value| match value {
            ValueRef::Text(value) => Some(look(value)),
            _ => None,
        })
    }

    /// Reads several signals at one moment, never between the values of one frame. `out` runs while
    /// the signals are locked: it should copy and return.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`]; `out` has then been called for the ids before it.
    pub fn get_values(
        &self,
        ids: impl ExactSizeIterator<Item = u32>,
        mut out: impl FnMut(usize, Change),
    ) -> Result<()> {
        self.shared.check()?;
        let table = self.shared.signals.table();
        let count = table.len();
        for (index, id) in ids.enumerate() {
            if id as usize >= count {
                return Err(not_found(id, count));
            }
            // Reading takes nothing away from polling, so it shows no counts either.
            out(
                index,
                Change {
                    flags: 0,
                    change_count: 0,
                    rise_count: 0,
                    ..table.change(id)
                },
            );
        }
        Ok(())
    }

    /// Shows the text of a record of the last poll, as it was when the record was made: for a signal
    /// with a FIFO, that entry's. `look` runs while the signals are locked.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when the last poll gave no such record.
    pub fn with_change_text<R>(&self, record: u32, look: impl FnOnce(&str) -> R) -> Result<R> {
        self.shared.check()?;
        let table = self.shared.signals.table();
        let text = table.polled_text(record).map(look);
        text.ok_or_else(|| {
            Error::new(
                ErrorCode::NotFound,
                format!("the last poll gave no record {record}: records count from 0"),
            )
        })
    }

    /// A value of this kind; `read` gives `None` for one of another.
    pub(crate) fn get<R>(
        &self,
        id: u32,
        kind: Kind,
        read: impl FnOnce(ValueRef<'_>) -> Option<R>,
    ) -> Result<R> {
        let (found, actual) = self.with_table(id, |table, slot| {
            (table.value(id).and_then(read), slot.kind)
        })?;
        found.ok_or_else(|| self.wrong_kind(id, actual, kind))
    }

    pub(super) fn with_slot<R>(&self, id: u32, look: impl FnOnce(&Slot) -> R) -> Result<R> {
        self.with_table(id, |_, slot| look(slot))
    }

    fn with_table<R>(&self, id: u32, look: impl FnOnce(&Table, &Slot) -> R) -> Result<R> {
        self.shared.check()?;
        let table = self.shared.signals.table();
        match table.slot(id) {
            Some(slot) => Ok(look(&table, slot)),
            None => Err(not_found(id, table.len())),
        }
    }

    /// In on-change mode the driver sleeps until something is set.
    pub(crate) fn wake_sender(&self) {
        if self.shared.options.send_mode == SendMode::OnChange {
            self.shared.changed.notify_one();
        }
    }

    fn wrong_kind(&self, id: u32, actual: Kind, used: Kind) -> Error {
        let name = self.shared.signals.name(id).unwrap_or_else(|_| "".into());
        Error::new(
            ErrorCode::Kind,
            format!(
                "signal {name:?} is of kind {}, not {}: use the functions for that kind",
                actual.name(),
                used.name()
            ),
        )
    }

    fn explain(&self, id: u32, used: Kind, refused: SetRefused) -> Error {
        match refused {
            SetRefused::NotFound => not_found(id, self.signal_count() as usize),
            SetRefused::Kind(actual) => self.wrong_kind(id, actual, used),
            SetRefused::NotWritable => {
                let name = self.shared.signals.name(id).unwrap_or_else(|_| "".into());
                let imported = self.with_slot(id, |slot| slot.imported).unwrap_or_default();
                if imported {
                    return Error::new(
                        ErrorCode::NotWritable,
                        format!(
                            "signal {name:?} was imported with access READ, since by the option peer_perspective its peer writes it. If that is wrong, change peer_perspective and import again, or change this signal's access with rv_set_access"
                        ),
                    );
                }
                let hint = match self.shared.options.own_perspective {
                    Perspective::Simulation => {
                        "own_perspective is SIMULATION, which writes PLCInput; a controller or its gateway writes PLCOutput and sets own_perspective = CONTROLLER"
                    }
                    Perspective::Controller => {
                        "own_perspective is CONTROLLER, which writes PLCOutput; a simulation writes PLCInput and sets own_perspective = SIMULATION"
                    }
                };
                Error::new(
                    ErrorCode::NotWritable,
                    format!(
                        "signal {name:?} has access READ, so its peer writes it: {hint}. One signal's access is changed with rv_set_access"
                    ),
                )
            }
        }
    }
}

/// Takes a value of the host's. `Ok(true)`: the sender is to be told.
#[inline(always)]
pub(super) fn store(
    table: &mut Table,
    id: u32,
    value: ValueRef<'_>,
) -> std::result::Result<bool, SetRefused> {
    let done = table.set(id, value);
    if done == Ok(true) {
        // Once for each transmission: reading the clock at every set would cost more than the set.
        table.set_first_at(clock::now());
    }
    done
}
