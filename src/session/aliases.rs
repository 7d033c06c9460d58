//! Names that one client knows differently: what stands here as `client/name` because another client had `name`
//! first, with another kind or direction.

use std::collections::HashMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::protocol::data::Resolve;
use crate::protocol::encode;
use crate::protocol::import::CatalogEntry;
use crate::session::Session;
use crate::session::peer::{Peer, PeerId};
use crate::signals::{BitSet, Names};
use crate::value::{Access, Direction, Kind, MAX_NAME_BYTES};

/// What all clients of one name that came by the same token know differently.
#[derive(Clone, Debug, Default)]
pub(crate) struct Aliases {
    /// The client's own names. A keyed hasher: they come from a peer.
    ids: HashMap<Arc<str>, u32>,
    own: FxHashMap<u32, Arc<str>>,
    /// The other clients' signals of these names, which this client must not get: it would take them for its own.
    hidden: BitSet,
}

impl Aliases {
    fn insert(&mut self, own: &str, id: u32, first: Option<u32>) {
        let own: Arc<str> = own.into();
        self.ids.insert(Arc::clone(&own), id);
        self.own.insert(id, own);
        if let Some(first) = first {
            self.hidden.insert(first);
        }
    }

    pub(super) fn hides(&self, id: u32) -> bool {
        self.hidden.contains(id)
    }

    /// The client's own names with the signals that they mean.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, u32)> {
        self.ids.iter().map(|(own, id)| (&**own, *id))
    }
}

/// The name table as one peer sees it.
pub(super) struct View<'a> {
    pub(super) names: &'a Names,
    pub(super) aliases: Option<&'a Aliases>,
}

impl View<'_> {
    /// What the peer calls this signal; `None` for one that it must not see.
    pub(super) fn name(&self, id: u32) -> Option<&str> {
        if let Some(aliases) = self.aliases {
            if let Some(own) = aliases.own.get(&id) {
                return Some(own);
            }
            if aliases.hides(id) {
                return None;
            }
        }
        self.names.name(id)
    }

    /// Whether the peer has a name of its own for this signal.
    pub(super) fn differs(&self, id: u32) -> bool {
        self.aliases
            .is_some_and(|aliases| aliases.own.contains_key(&id))
    }

    /// Appends `"name":`, with a comma before it if it is a `further` one.
    pub(super) fn write_key(&self, out: &mut String, id: u32, further: bool) {
        match self.aliases.and_then(|aliases| aliases.own.get(&id)) {
            Some(own) => {
                if further {
                    out.push(',');
                }
                encode::write_key(out, own);
            }
            None => self.names.write_key(out, id, further),
        }
    }
}

impl Resolve for View<'_> {
    fn resolve(&self, name: &str) -> Option<(u32, Kind)> {
        let own = self.aliases.and_then(|aliases| aliases.ids.get(name));
        match own {
            Some(id) => Some((*id, self.names.kind(*id)?)),
            None => self.names.resolve(name),
        }
    }

    #[inline]
    fn kind_if(&self, signal: u32, name: &str) -> Option<Kind> {
        // A name that the peer uses for another signal of its own would be taken for ours.
        if self.aliases.is_some() {
            return None;
        }
        self.names.kind_if(signal, name)
    }
}

impl Session {
    /// The name under which an entry of a client's catalogue is kept here, if not the client's own.
    pub(super) fn prefixed(
        &self,
        id: PeerId,
        entry: &CatalogEntry,
        direction: Option<Direction>,
        access: Access,
    ) -> Option<String> {
        if !self.options.prefix_collisions || !self.is_server() {
            return None;
        }
        let peer = self.peers.get(&id)?;
        let names = self.names();
        if let Some(aliases) = &peer.aliases
            && let Some(known) = aliases.ids.get(entry.name.as_str())
        {
            return names.name(*known).map(str::to_owned);
        }
        let first = names.find(&entry.name)?;
        let collides = self.signals.table().slot(first).is_some_and(|slot| {
            let importer = self.peers.get(&slot.importer);
            slot.imported
                && slot.importer != peer.origin
                // Not an earlier connection of the same client that is about to end.
                && importer.is_none_or(|importer| {
                    (&importer.name, importer.grant_number()) != (&peer.name, peer.grant_number())
                })
                && (slot.kind != entry.kind
                    || importer.is_some() && (slot.direction, slot.access) != (direction, access))
        });
        let client = peer.name.as_deref().filter(|name| !name.is_empty())?;
        let full = format!("{client}/{}", entry.name);
        let usable = full.len() <= MAX_NAME_BYTES && !full.contains('\0');
        (collides && usable && names.find(&full).is_none()).then_some(full)
    }

    /// From now on, this client's `own` is the signal `signal`.
    pub(super) fn add_alias(&mut self, id: PeerId, own: &str, signal: u32) {
        let Some(peer) = self.peers.get(&id) else {
            return;
        };
        let (client, known) = (peer.name.clone(), peer.aliases.clone());
        let client = (client.unwrap_or_default(), peer.grant_number());
        let first = self.names().find(own);
        // A client that has renamed itself brings along what it knew.
        let aliases = self.aliases.entry(client);
        let aliases = aliases.or_insert_with(|| known.unwrap_or_default());
        Arc::make_mut(aliases).insert(own, signal, first);
    }

    /// Gives a client that has told its name the names that it knows differently, when it is its turn: it takes a look at
    /// every signal.
    ///
    /// A host may have stored what an earlier run imported: where both `name` and a declared `client/name` exist, they
    /// are such a pair.
    pub(super) fn adopt_aliases(&mut self, id: PeerId) {
        if !self.options.prefix_collisions || !self.is_server() {
            return;
        }
        let now = self.now;
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let Some(client) = peer.name.clone().filter(|name| !name.is_empty()) else {
            return;
        };
        if let Some(turn) = peer.effort.wait(now) {
            peer.aliases_owed = true;
            peer.turn = Some(turn);
            self.arm(turn);
            return;
        }
        peer.effort.add(self.signals.table().len(), 0, now);
        let mut stored = Vec::new();
        {
            let prefix = format!("{client}/");
            let names = self.names();
            let table = self.signals.table();
            for (signal, _) in table.iter().filter(|(_, slot)| !slot.imported) {
                let own = names
                    .name(signal)
                    .and_then(|name| name.strip_prefix(&prefix));
                if let Some(own) = own.filter(|own| names.find(own).is_some()) {
                    stored.push((own.to_owned(), signal));
                }
            }
        }
        for (own, signal) in stored {
            self.add_alias(id, &own, signal);
        }
        self.spread_aliases(id);
    }

    /// Gives a client, and every other of its name that came by the same token, what is known to be called differently.
    pub(super) fn spread_aliases(&mut self, id: PeerId) {
        let Some(peer) = self.peers.get(&id) else {
            return;
        };
        let client = (peer.name.clone().unwrap_or_default(), peer.grant_number());
        let signals = Arc::clone(&self.signals);
        let names = signals.names();
        let aliases = self.aliases.get(&client);
        let of_that_name = |peer: &&mut Peer| {
            peer.name.as_ref() == Some(&client.0) && peer.grant_number() == client.1
        };
        // None for this name: who came by another one goes on as it was.
        let Some(aliases) = aliases else {
            return;
        };
        for peer in self.peers.values_mut().filter(of_that_name) {
            let before = peer.aliases.replace(Arc::clone(aliases));
            if let Some(subscription) = &mut peer.subscription {
                subscription.adopt(aliases, &names);
            }
            // It had no name for these until now, so whatever it has got was not of them.
            let had = |id| before.as_ref().is_some_and(|had| had.own.contains_key(&id));
            for (_, id) in aliases.iter().filter(|(_, id)| !had(*id)) {
                if peer.wants(id) {
                    peer.due.insert(id);
                    self.transmit_wanted = true;
                }
            }
        }
    }
}
