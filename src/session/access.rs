//! What the role of a connection lets it do, by signal.

use std::sync::Arc;

use crate::access::Grant;
use crate::escape::escape;
use crate::session::Session;
use crate::session::peer::PeerId;
use crate::signals::{BitSet, Names};
use crate::time::Time;

/// Denied values that one message can bring into the log.
const DENIED_TOLD: usize = 16;

/// What a role allows or not, besides values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// To have our catalogue.
    Catalog,
    /// To bring signals of its own.
    OwnCatalog,
    Config,
    /// Messages of the host's own.
    Raw,
}

impl Request {
    const fn name(self) -> &'static str {
        match self {
            Self::Catalog => "ask for the catalogue",
            Self::OwnCatalog => "bring signals of its own",
            Self::Config => "ask for or set the configuration",
            Self::Raw => "send messages of the host's own",
        }
    }
}

/// The rights of a connection whose role does not allow everything; one that allows it has none of these, and costs
/// nothing.
#[derive(Debug)]
pub(crate) struct Rights {
    grant: Arc<Grant>,
    /// So many signals are in the sets.
    known: u32,
    readable: BitSet,
    writable: BitSet,
    /// Signals whose denial was logged.
    told: BitSet,
    /// Requests whose denial was logged.
    told_requests: Vec<Request>,
}

impl Rights {
    fn new(grant: Arc<Grant>) -> Self {
        Self {
            grant,
            known: 0,
            readable: BitSet::default(),
            writable: BitSet::default(),
            told: BitSet::default(),
            told_requests: Vec::new(),
        }
    }

    /// The rights of another connection that came by the same token.
    fn as_of(other: &Self) -> Self {
        Self {
            grant: Arc::clone(&other.grant),
            known: other.known,
            readable: other.readable.clone(),
            writable: other.writable.clone(),
            told: BitSet::default(),
            told_requests: Vec::new(),
        }
    }

    /// Looks at the signals that were created since the last time.
    pub(super) fn meet(&mut self, names: &Names) {
        let count = names.len() as u32;
        let role = &self.grant.role;
        for id in self.known..count {
            let Some(name) = names.name(id) else {
                return;
            };
            if role.reads(name) {
                self.readable.insert(id);
            }
            if role.writes(name) {
                self.writable.insert(id);
            }
        }
        self.known = count;
    }

    pub(super) fn reads(&self, signal: u32) -> bool {
        self.readable.contains(signal)
    }

    pub(super) fn writes(&self, signal: u32) -> bool {
        self.writable.contains(signal)
    }

    /// As [`Rights::writes`], for a signal that may not exist yet.
    pub(super) fn writes_name(&self, name: &str) -> bool {
        self.grant.role.writes(name)
    }

    pub(super) fn allows(&self, request: Request) -> bool {
        let role = &self.grant.role;
        match request {
            Request::Catalog | Request::OwnCatalog => role.import,
            Request::Config | Request::Raw => role.config,
        }
    }
}

impl Session {
    /// The rights of a connection that came by `grant`; `None` when it may do everything.
    pub(super) fn rights(&self, grant: &Arc<Grant>) -> Option<Box<Rights>> {
        if grant.role.is_full() {
            return None;
        }
        let same = self.peers.values().find_map(|peer| {
            let rights = peer.rights.as_deref()?;
            Arc::ptr_eq(&rights.grant, grant).then_some(rights)
        });
        // The patterns are looked at once for each token and signal, however many connections come by it.
        let mut rights = same.map_or_else(|| Rights::new(Arc::clone(grant)), Rights::as_of);
        rights.meet(&self.names());
        Some(Box::new(rights))
    }

    /// A token or a user was taken back: who came by it goes.
    pub(super) fn revoke(&mut self, grant: u32) {
        let came_by_it: Vec<PeerId> = (self.peers.values())
            .filter(|peer| peer.grant.as_ref().is_some_and(|own| own.number == grant))
            .map(|peer| peer.id)
            .collect();
        for id in came_by_it {
            self.close_revoked(id);
        }
    }

    pub(super) fn close_revoked(&mut self, id: PeerId) {
        let text = format!("{}: access was revoked", self.who(id));
        self.notice(id, text, self.now);
        self.close(id, 1008, "access was revoked");
    }

    /// Whether a connection may do this; if not, it is counted, and logged once.
    pub(super) fn may(&mut self, id: PeerId, request: Request, now: Time) -> bool {
        let Some(rights) = self
            .peers
            .get_mut(&id)
            .and_then(|peer| peer.rights.as_deref_mut())
        else {
            return true;
        };
        if rights.allows(request) {
            return true;
        }
        self.stats.denied += 1;
        if !rights.told_requests.contains(&request) {
            rights.told_requests.push(request);
            let role = escape(&rights.grant.role.name);
            let text = format!(
                "{} may not {}: its role is \"{role}\"",
                self.who(id),
                request.name()
            );
            self.complain(id, text, now);
        }
        false
    }

    /// Logs values that a role does not allow, once for each connection and signal.
    pub(super) fn report_denied(&mut self, id: PeerId, denied: &[u32], now: Time) {
        let Some(rights) = self
            .peers
            .get_mut(&id)
            .and_then(|peer| peer.rights.as_deref_mut())
        else {
            return;
        };
        let role = escape(&rights.grant.role.name);
        let mut fresh = Vec::new();
        for signal in denied {
            if fresh.len() < DENIED_TOLD && rights.told.insert(*signal) {
                fresh.push(*signal);
            }
        }
        let who = self.who(id);
        for signal in fresh {
            let name = self.names().name(signal).map(escape);
            let text = format!(
                "{who} may not write signal {}: its role is \"{role}\"; more of it is counted in denied",
                name.unwrap_or_default()
            );
            self.complain(id, text, now);
        }
    }
}
