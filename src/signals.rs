//! The registry: names, values, what is unsent and what is unpolled.
//!
//! Two locks, always taken in this order: the name table (many readers), then the value table.

mod bits;
mod changes;
mod extra;
mod listed;
mod names;
mod pick;
mod place;
mod print;
mod slot;
mod table;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::{MutexGuard, RwLock, RwLockReadGuard};

pub(crate) use bits::BitSet;
pub use changes::{Change, flags};
use extra::{Extra, FailSafe};
pub(crate) use listed::Wanted;
pub(crate) use names::{Names, Notes};
pub(crate) use pick::{Pick, Picks};
use place::Claim;
pub(crate) use place::{Key, lock};
pub(crate) use print::Print;
pub(crate) use slot::{LOCAL, Origin, Slot};
pub(crate) use table::{Applied, Kept, SetRefused, Table};

use crate::error::{Error, ErrorCode, Result};
use crate::time::Time;
use crate::value::{
    Access, Direction, Kind, MAX_NAME_BYTES, MAX_TEXT_BYTES, Quality, Value, ValueRef,
};

/// The deepest FIFO.
const MAX_FIFO: u32 = 65_536;

/// A signal as the host declares it.
#[derive(Clone, Copy, Debug)]
pub struct Declaration<'a> {
    /// 1 to 512 bytes of UTF-8 without NUL; compared byte for byte.
    pub name: &'a str,
    /// The kind of its values.
    pub kind: Kind,
    /// The PLC's point of view; `Auto` = patterns, then the default direction.
    pub direction: Direction,
    /// `None` = by direction and perspective.
    pub access: Option<Access>,
    /// `None` = `false`, 0, 0.0 or an empty text.
    pub initial: Option<ValueRef<'a>>,
    /// A note for people.
    pub comment: &'a str,
    /// A group for people, with `/` between levels.
    pub folder: &'a str,
    /// What people read instead of the name; empty = the name.
    pub display_name: &'a str,
    /// The value that the host sees so long after the connection to the signal's writer was lost.
    pub failsafe: Option<(ValueRef<'a>, Duration)>,
    /// Every change is kept, sent and polled by itself, up to so many; 0 = only the latest counts.
    pub fifo_depth: u32,
    /// A bool's level lasts at least this long on the wire, for peers that sample.
    pub min_hold: Duration,
}

impl<'a> Declaration<'a> {
    /// A signal with the defaults of everything else.
    #[must_use]
    pub const fn new(name: &'a str, kind: Kind, direction: Direction) -> Self {
        Self {
            name,
            kind,
            direction,
            access: None,
            initial: None,
            comment: "",
            folder: "",
            display_name: "",
            failsafe: None,
            fifo_depth: 0,
            min_hold: Duration::ZERO,
        }
    }

    fn notes(&self) -> Notes<'a> {
        Notes {
            comment: self.comment,
            folder: self.folder,
            display_name: self.display_name,
        }
    }
}

/// What import did with one entry of a catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Imported {
    Added,
    Updated,
    Unchanged,
    /// A signal of that name has another kind.
    Conflicting,
    /// There are as many signals as the limit allows.
    Full,
}

/// One entry of a peer's catalogue, with our direction and access already decided.
#[derive(Debug)]
pub(crate) struct ImportEntry<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: Kind,
    pub(crate) direction: Option<Direction>,
    pub(crate) access: Access,
    pub(crate) value: Option<ValueRef<'a>>,
    /// The peer that this signal was first imported from, if another one, is still connected.
    pub(crate) importer_connected: bool,
}

/// The registry of one interface.
#[derive(Debug)]
pub(crate) struct Signals {
    names: RwLock<Names>,
    claim: Claim,
    records: Arc<AtomicU64>,
    max: usize,
}

impl Signals {
    /// # Errors
    /// [`ErrorCode::Limit`] when there are too many interfaces.
    pub(crate) fn new(max: u32) -> Result<Self> {
        let claim = Claim::new().ok_or_else(|| {
            Error::new(
                ErrorCode::Limit,
                "there are too many interfaces: destroy those that are no longer used",
            )
        })?;
        let records = Arc::clone(&claim.lock().records);
        Ok(Self {
            names: RwLock::default(),
            claim,
            records,
            max: max as usize,
        })
    }

    /// From now on [`lock`] gives the value table to whoever has the key.
    pub(crate) fn open(&self) -> Key {
        let key = self.claim.key();
        self.table().key = Some(key);
        key
    }

    /// From now on [`lock`] does not give the value table any more; who has it is through with it when this returns.
    pub(crate) fn shut(&self) {
        self.table().key = None;
    }

    pub(crate) fn names(&self) -> RwLockReadGuard<'_, Names> {
        self.names.read()
    }

    pub(crate) fn table(&self) -> MutexGuard<'_, Table> {
        self.claim.lock()
    }

    /// How many change records were ever made. Takes no lock.
    pub(crate) fn records_made(&self) -> u64 {
        self.records.load(Ordering::Relaxed)
    }

    /// Declares a signal whose direction and access are decided. A repetition of the same
    /// declaration gives the same id.
    pub(crate) fn declare(
        &self,
        declaration: &Declaration<'_>,
        direction: Direction,
        access: Access,
    ) -> Result<u32> {
        let &Declaration { name, kind, .. } = declaration;
        check_name(name)?;
        let default = Value::default_of(kind);
        let initial = declaration.initial.unwrap_or_else(|| default.as_ref());
        if initial.kind() != kind {
            return Err(Error::new(
                ErrorCode::Kind,
                format!(
                    "signal {name:?} is declared as {} with an initial value of kind {}",
                    kind.name(),
                    initial.kind().name()
                ),
            ));
        }
        check_value(initial)?;
        let extra = extra(declaration)?;
        let mut names = self.names.write();
        let mut table = self.table();
        if let Some(id) = names.find(name) {
            let slot = table.slot(id).ok_or_else(|| not_found(id, table.len()))?;
            return declared_so(slot, name, kind, access).map(|()| id);
        }
        if names.len() >= self.max {
            return Err(full(name, self.max));
        }
        let id = names.add(name, kind);
        names.set_notes(id, declaration.notes());
        Ok(table.push(Slot::new(initial, access, Some(direction)), extra))
    }

    /// Makes room for an import of so many signals, if it is the first: of a later one most are known.
    pub(crate) fn expect(&self, count: usize) {
        let mut names = self.names.write();
        if names.len() == 0 {
            let count = count.min(self.max);
            names.reserve(count);
            self.table().reserve(count);
        }
    }

    /// Takes over one entry of a peer's catalogue.
    pub(crate) fn import(
        &self,
        entry: &ImportEntry<'_>,
        origin: Origin,
        relay: bool,
        now: Time,
    ) -> (Imported, Option<u32>) {
        let mut names = self.names.write();
        let mut table = self.table();
        if let Some(id) = names.find(entry.name) {
            return (
                import_existing(&mut table, id, entry, origin, relay, now),
                Some(id),
            );
        }
        if names.len() >= self.max {
            return (Imported::Full, None);
        }
        names.add(entry.name, entry.kind);
        let default = Value::default_of(entry.kind);
        // Declared as READ first: a value from a peer must not look like one of the host's.
        let slot = Slot::new(default.as_ref(), Access::Read, entry.direction);
        let id = table.push(slot, Extra::default());
        if let Some(value) = entry.value {
            table.apply(id, value, origin, false, now);
        }
        table.set_imported(id, entry.direction, entry.access, origin);
        table.mark_imported(id);
        (Imported::Added, Some(id))
    }

    /// Changes what the host may do with a signal.
    pub(crate) fn set_access(&self, id: u32, access: Access) -> Result<()> {
        let mut table = self.table();
        if table.slot(id).is_none() {
            return Err(not_found(id, table.len()));
        }
        table.set_access(id, access);
        Ok(())
    }

    /// The name of a signal.
    pub(crate) fn name(&self, id: u32) -> Result<Arc<str>> {
        let names = self.names.read();
        names
            .name(id)
            .map(Into::into)
            .ok_or_else(|| not_found(id, names.len()))
    }
}

fn import_existing(
    table: &mut Table,
    id: u32,
    entry: &ImportEntry<'_>,
    origin: Origin,
    relay: bool,
    now: Time,
) -> Imported {
    let Some(slot) = table.slot(id) else {
        return Imported::Unchanged;
    };
    if slot.kind != entry.kind {
        return Imported::Conflicting;
    }
    let mut updated = false;
    // What the host declared stays as declared; what an import made follows that peer's catalogue.
    if slot.imported && (slot.direction, slot.access) != (entry.direction, entry.access) {
        if slot.importer != origin && entry.importer_connected {
            return Imported::Conflicting;
        }
        table.set_imported(id, entry.direction, entry.access, origin);
        updated = true;
    }
    // A mirror's catalogue tells its default, too: only who wrote the value last may change it so.
    let takes_value = table.slot(id).is_some_and(|slot| {
        slot.access == Access::Read && (slot.quality == Quality::Never || slot.origin == origin)
    });
    if let Some(value) = entry.value
        && takes_value
    {
        updated |= table.apply(id, value, origin, relay, now) == Applied::Changed;
    }
    if updated {
        Imported::Updated
    } else {
        Imported::Unchanged
    }
}

pub(crate) fn not_found(id: u32, count: usize) -> Error {
    Error::new(
        ErrorCode::NotFound,
        format!(
            "there is no signal with id {id}: {}",
            match count.checked_sub(1) {
                Some(last) => format!("ids run from 0 to {last}"),
                None => "none is declared yet".to_owned(),
            }
        ),
    )
}

/// Whether the signal `name`, which is `slot`, exists as it is to be declared.
fn declared_so(slot: &Slot, name: &str, kind: Kind, access: Access) -> Result<()> {
    let differs = if slot.kind != kind {
        let (here, asked) = (slot.kind.name(), kind.name());
        format!("as {here}, not as {asked}: use another name")
    } else if slot.access != access {
        let (here, asked) = (slot.access.name(), access.name());
        format!("with access {here}, not {asked}: see rv_set_access, or use another name")
    } else {
        return Ok(());
    };
    Err(Error::new(
        ErrorCode::Exists,
        format!("signal {name:?} exists already, {differs}"),
    ))
}

fn full(name: &str, max: usize) -> Error {
    Error::new(
        ErrorCode::Limit,
        format!("signal {name:?} would exceed the {max} signals of option max_signals"),
    )
}

/// What a declaration asks for beyond a plain signal.
fn extra(declaration: &Declaration<'_>) -> Result<Extra> {
    let &Declaration { name, kind, .. } = declaration;
    let failsafe = match declaration.failsafe {
        Some((value, after)) => {
            check_value(value)?;
            if value.kind() != kind {
                return Err(Error::new(
                    ErrorCode::Kind,
                    format!(
                        "signal {name:?} is of kind {}, its fail-safe value of kind {}",
                        kind.name(),
                        value.kind().name()
                    ),
                ));
            }
            let value = value.to_owned();
            Some(FailSafe { value, after })
        }
        None => None,
    };
    if declaration.fifo_depth > MAX_FIFO {
        return Err(Error::new(
            ErrorCode::Limit,
            format!("signal {name:?}: a fifo_depth is at most {MAX_FIFO}"),
        ));
    }
    if !declaration.min_hold.is_zero() && (kind != Kind::Bool || declaration.fifo_depth > 0) {
        return Err(Error::new(
            ErrorCode::Kind,
            format!("signal {name:?}: min_hold_ms is for bools without a FIFO"),
        ));
    }
    let (depth, min_hold) = (declaration.fifo_depth, declaration.min_hold);
    Ok(Extra::new(depth, failsafe, min_hold))
}

fn check_name(name: &str) -> Result<()> {
    let problem = if name.is_empty() {
        "is empty".to_owned()
    } else if name.len() > MAX_NAME_BYTES {
        format!("has {} bytes", name.len())
    } else if name.contains('\0') {
        "holds a NUL".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::new(
        ErrorCode::Name,
        format!(
            "a signal's name {problem}: names have 1 to {MAX_NAME_BYTES} bytes of UTF-8 without NUL"
        ),
    ))
}

/// Checks what no peer could be sent.
#[inline(always)]
pub(crate) fn check_value(value: ValueRef<'_>) -> Result<()> {
    match value {
        ValueRef::Float(v) if !v.is_finite() => Err(Error::new(
            ErrorCode::NotFinite,
            format!("{v} cannot be sent: JSON has finite numbers only"),
        )),
        ValueRef::Text(v) if v.len() > MAX_TEXT_BYTES => Err(Error::new(
            ErrorCode::Text,
            format!(
                "a text of {} bytes is longer than the {MAX_TEXT_BYTES} that a signal holds",
                v.len()
            ),
        )),
        ValueRef::Text(v) if v.contains('\0') => Err(Error::new(
            ErrorCode::Text,
            "a text with a NUL cannot be sent",
        )),
        _ => Ok(()),
    }
}
