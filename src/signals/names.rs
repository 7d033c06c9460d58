//! The name table: names, kinds and ids. It has a lock of its own, so that decoding a large frame
//! never holds up a host that sets or polls.

use std::collections::HashMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::protocol::data::Resolve;
use crate::protocol::encode;
use crate::value::Kind;

#[derive(Debug)]
struct Named {
    name: Arc<str>,
    /// Where its key begins among all keys, and how long it is.
    key: usize,
    key_len: u32,
    kind: Kind,
}

/// What people read of a signal; empty = nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Notes<'a> {
    pub comment: &'a str,
    pub folder: &'a str,
    pub display_name: &'a str,
}

/// Names by id and ids by name. Ids are dense and never change.
///
/// The map keeps the standard library's keyed hasher: names come from peers, too.
#[derive(Debug, Default)]
pub(crate) struct Names {
    ids: HashMap<Arc<str>, u32>,
    list: Vec<Named>,
    /// `,"name":` of every signal as JSON, one after the other: frames are put together from it.
    keys: String,
    /// Of the signals that have any: comment, folder, display name.
    notes: FxHashMap<u32, [Box<str>; 3]>,
}

impl Names {
    pub(super) fn add(&mut self, name: &str, kind: Kind) -> u32 {
        let id = self.list.len() as u32;
        let name: Arc<str> = name.into();
        let key = self.keys.len();
        self.keys.push(',');
        encode::write_key(&mut self.keys, &name);
        self.list.push(Named {
            name: Arc::clone(&name),
            key,
            key_len: (self.keys.len() - key) as u32,
            kind,
        });
        self.ids.insert(name, id);
        id
    }

    pub(super) fn reserve(&mut self, more: usize) {
        self.ids.reserve(more);
        self.list.reserve(more);
    }

    pub(super) fn set_notes(&mut self, id: u32, notes: Notes<'_>) {
        if notes == Notes::default() {
            self.notes.remove(&id);
        } else {
            let texts = [notes.comment, notes.folder, notes.display_name];
            self.notes.insert(id, texts.map(Into::into));
        }
    }

    /// What the host noted of a signal.
    pub(crate) fn notes(&self, id: u32) -> Notes<'_> {
        self.notes
            .get(&id)
            .map_or_else(Notes::default, |[comment, folder, display_name]| Notes {
                comment,
                folder,
                display_name,
            })
    }

    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        self.ids.get(name).copied()
    }

    pub(crate) fn name(&self, id: u32) -> Option<&Arc<str>> {
        self.list.get(id as usize).map(|named| &named.name)
    }

    pub(crate) fn kind(&self, id: u32) -> Option<Kind> {
        self.list.get(id as usize).map(|named| named.kind)
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Appends `"name":`, with a comma before it if it is a `further` one.
    #[inline]
    pub(crate) fn write_key(&self, out: &mut String, id: u32, further: bool) {
        let Some(named) = self.list.get(id as usize) else {
            return;
        };
        let start = named.key + usize::from(!further);
        out.push_str(&self.keys[start..named.key + named.key_len as usize]);
    }
}

impl Resolve for Names {
    fn resolve(&self, name: &str) -> Option<(u32, Kind)> {
        let id = self.find(name)?;
        Some((id, self.list[id as usize].kind))
    }

    #[inline]
    fn kind_if(&self, signal: u32, name: &str) -> Option<Kind> {
        let named = self.list.get(signal as usize)?;
        (*named.name == *name).then_some(named.kind)
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use super::*;

    #[test]
    fn b20_names_are_hashed_with_a_key_of_their_own() {
        let [one, other] = [Names::default(), Names::default()];
        let hash = |names: &Names| names.ids.hasher().hash_one("name");
        assert_ne!(
            hash(&one),
            hash(&other),
            "a peer could choose names that collide"
        );
    }
}
