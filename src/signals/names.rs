//! The name table: names, kinds and ids. It has a lock of its own, so that decoding a large frame
//! never holds up a host that sets or polls.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;
use rustc_hash::FxHashMap;

use crate::protocol::data::Resolve;
use crate::protocol::encode;
use crate::value::Kind;

/// Bytes around a name in its key: `,"` and `":`.
const BEFORE: usize = 2;
const AFTER: usize = 2;

#[derive(Debug)]
struct Named {
    /// Where its key begins among all keys, and how long it is.
    key: usize,
    key_len: u32,
    kind: Kind,
    /// The name holds what JSON writes differently, so it stands in [`Names::escaped`].
    escaped: bool,
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
/// A name stands here once, in its key: the map holds ids alone, and looks into the keys.
#[derive(Debug, Default)]
pub(crate) struct Names {
    ids: HashTable<u32>,
    /// The standard library's keyed one: names come from peers, too.
    hasher: RandomState,
    list: Vec<Named>,
    /// `,"name":` of every signal as JSON, one after the other: frames are put together from it.
    keys: String,
    /// Names that are not written in their key as they are.
    escaped: FxHashMap<u32, Box<str>>,
    /// Of the signals that have any: comment, folder, display name.
    notes: FxHashMap<u32, [Box<str>; 3]>,
}

impl Names {
    pub(super) fn add(&mut self, name: &str, kind: Kind) -> u32 {
        let id = self.list.len() as u32;
        let key = self.keys.len();
        self.keys.push(',');
        encode::write_key(&mut self.keys, name);
        let key_len = self.keys.len() - key;
        let escaped = key_len != BEFORE + name.len() + AFTER;
        if escaped {
            self.escaped.insert(id, name.into());
        }
        self.list.push(Named {
            key,
            key_len: key_len as u32,
            kind,
            escaped,
        });
        self.grow(1);
        let hash = self.hasher.hash_one(name);
        self.ids.insert_unique(hash, id, |_| hash);
        id
    }

    pub(super) fn reserve(&mut self, more: usize) {
        self.grow(more);
        self.list.reserve(more);
    }

    /// Makes room in the map.
    fn grow(&mut self, more: usize) {
        let mut ids = std::mem::take(&mut self.ids);
        ids.reserve(more, |id| self.hasher.hash_one(self.text(*id)));
        self.ids = ids;
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
        let hash = self.hasher.hash_one(name);
        let found = self.ids.find(hash, |id| self.text(*id) == name);
        found.copied()
    }

    pub(crate) fn name(&self, id: u32) -> Option<&str> {
        ((id as usize) < self.list.len()).then(|| self.text(id))
    }

    /// The name of a signal that there is.
    #[inline]
    fn text(&self, id: u32) -> &str {
        let named = &self.list[id as usize];
        if named.escaped {
            return &self.escaped[&id];
        }
        let end = named.key + named.key_len as usize;
        &self.keys[named.key + BEFORE..end - AFTER]
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
        (self.text(signal) == name).then_some(named.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::MAX_NAME_BYTES;

    #[test]
    fn b20_names_are_hashed_with_a_key_of_their_own() {
        let [one, other] = [Names::default(), Names::default()];
        let hash = |names: &Names| names.hasher.hash_one("name");
        assert_ne!(
            hash(&one),
            hash(&other),
            "a peer could choose names that collide"
        );
    }

    #[test]
    fn every_name_reads_back_however_it_is_written_in_a_frame() {
        let mut names = Names::default();
        let longest = "\u{1}".repeat(MAX_NAME_BYTES);
        let given = [
            "a",
            "Weg \"ä\"",
            "\\",
            "ä",
            "tab\t",
            &longest,
            "\"",
            ",\"a\":",
            "b",
        ];
        for (id, name) in (0..).zip(given) {
            assert_eq!(names.add(name, Kind::Int), id);
        }
        for (id, name) in (0..).zip(given) {
            assert_eq!(names.name(id), Some(name));
            assert_eq!(names.find(name), Some(id));
            assert_eq!(names.kind_if(id, name), Some(Kind::Int));
            let mut key = String::new();
            names.write_key(&mut key, id, false);
            let object = format!("{{{key}0}}");
            let object: serde_json::Value = serde_json::from_str(&object).unwrap();
            assert_eq!(object[name], 0);
        }
        assert_eq!(names.name(given.len() as u32), None);
        assert_eq!(names.find("\\\""), None);
    }

    #[test]
    fn names_are_found_while_the_map_grows() {
        let mut names = Names::default();
        for id in 0..5000 {
            names.add(&format!("Signal{id}"), Kind::Bool);
        }
        for id in 0..5000 {
            assert_eq!(names.find(&format!("Signal{id}")), Some(id));
        }
    }
}
