//! Import: asking peers for their catalogues, taking the answers over, and answering in turn.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::error::{Error, ErrorCode};
use crate::escape::escape;
use crate::protocol::data::Resolve;
use crate::protocol::direction::WireType;
use crate::protocol::import::{self, AnswerWriter, Catalog};
use crate::session::access::Request;
use crate::session::aliases::View;
use crate::session::large;
use crate::session::peer::{Peer, PeerId};
use crate::session::{Event, EventKind, ImportReport, Output, Session, State};
use crate::signals::{ImportEntry, Imported, Origin};
use crate::time::Time;
use crate::value::{Kind, Value};

/// How large an answer that was asked for may be.
const ANSWER_CAP: usize = 64 << 20;
/// New signals that one client of a server may bring.
const NEW_PER_CLIENT: u32 = 10_000;
/// How long after a signal was added the catalogue is pushed: many at once make one answer.
pub(super) const PUSH_DELAY: Duration = Duration::from_millis(250);
/// Lines of a report's text; more are only counted.
const REPORT_LINES: usize = 100;

/// The import under way.
#[derive(Debug)]
pub(super) struct PendingImport {
    token: u32,
    until: Time,
    /// Peers that were asked and have not answered.
    asked: BTreeSet<PeerId>,
    report: ImportReport,
    lines: usize,
}

impl PendingImport {
    fn line(&mut self, text: &str) {
        self.lines += 1;
        if self.lines <= REPORT_LINES {
            self.report.text.push_str(text);
            self.report.text.push('\n');
        }
    }
}

impl Session {
    pub(super) fn begin_import(&mut self, token: u32, until: Time) {
        let under_way = self.import.is_some().then(|| {
            Error::new(
                ErrorCode::State,
                "an import is under way already: wait for it, or cancel it",
            )
        });
        // A client that gave up does not try again for an import.
        let gave_up = (self.state == State::Failed)
            .then(|| self.client.last_error())
            .flatten();
        if let Some(error) = under_way.or(gave_up) {
            let text = error.message().to_owned();
            self.import_done(token, Err(error), text);
            return;
        }
        self.import = Some(PendingImport {
            token,
            until,
            asked: BTreeSet::new(),
            report: ImportReport::default(),
            lines: 0,
        });
        self.arm(until);
        let peers: Vec<PeerId> = self.peers.keys().copied().collect();
        for peer in peers {
            self.ask_for_catalog(peer);
        }
        if self.is_server() {
            self.complete_import_if_answered();
        }
    }

    pub(super) fn cancel_import(&mut self, token: u32) {
        if let Some(import) = self.import.take_if(|import| import.token == token) {
            self.uncap(&import);
        }
    }

    /// Asks one peer, if an import waits for peers.
    pub(super) fn ask_for_catalog(&mut self, id: PeerId) {
        let Some(import) = &mut self.import else {
            return;
        };
        let may_bring = |peer: &Peer| peer.allows(Request::OwnCatalog);
        if !self.peers.get(&id).is_some_and(may_bring) {
            return;
        }
        import.asked.insert(id);
        self.outputs.push(Output::MessageCap {
            peer: id,
            bytes: ANSWER_CAP,
        });
        self.send(id, import::import_request().into());
    }

    /// Whether an `import_answer` from this peer is wanted.
    pub(super) fn expects_catalog(&self, id: PeerId) -> bool {
        self.options.auto_import
            || self
                .import
                .as_ref()
                .is_some_and(|import| import.asked.contains(&id))
    }

    pub(super) fn import_answer(&mut self, id: PeerId, catalog: &Catalog, now: Time) {
        self.outputs.push(Output::MessageCap {
            peer: id,
            bytes: self.options.message_cap(),
        });
        let Some(peer) = self.peers.get(&id) else {
            return;
        };
        let origin = peer.origin;
        let new_allowed = if self.is_server() {
            NEW_PER_CLIENT
        } else {
            u32::MAX
        };
        let mut own = PendingImport {
            token: 0,
            until: Time::NEVER,
            asked: BTreeSet::new(),
            report: ImportReport::default(),
            lines: 0,
        };
        let mut pending = self.import.take();
        let import = pending.as_mut().unwrap_or(&mut own);
        // A catalogue that comes after the answer, because it has grown, is no further answer.
        import.report.answered += u32::from(import.asked.remove(&id));
        let mut new = (self.peers.get(&id)).map_or(0, |peer| self.brought.of(peer));
        self.adopt_aliases(id);
        let mut renamed = false;
        let relay = self.is_server() && self.options.relay;
        let most = new_allowed as usize;
        self.signals.expect(catalog.entries.len().min(most));
        for entry in &catalog.entries {
            let (direction, access) = self.rules.imported(&entry.name, entry.direction);
            let prefixed = self.prefixed(id, entry, direction, access);
            let name = prefixed.as_deref().unwrap_or(&entry.name);
            let peer = self.peers.get(&id);
            let rights = peer.and_then(|peer| peer.rights.as_deref());
            if rights.is_some_and(|rights| !rights.writes_name(name)) {
                self.stats.denied += 1;
                import.report.refused += 1;
                import.line(&format!("{}: refused by the client's role", escape(name)));
                continue;
            }
            if new >= new_allowed && self.signals.names().find(name).is_none() {
                import.report.refused += 1;
                import.line(&format!(
                    "{}: refused, one client may bring {NEW_PER_CLIENT} new signals",
                    escape(&entry.name)
                ));
                continue;
            }
            let importer_connected = self.importer_connected(name, origin);
            let (done, signal) = self.signals.import(
                &ImportEntry {
                    name,
                    kind: entry.kind,
                    direction,
                    access,
                    value: entry.value.as_ref().map(Value::as_ref),
                    importer_connected,
                },
                origin,
                relay,
                now,
            );
            match done {
                Imported::Added => {
                    import.report.added += 1;
                    new += 1;
                    if let Some((full, signal)) = prefixed.as_deref().zip(signal) {
                        self.add_alias(id, &entry.name, signal);
                        renamed = true;
                        import.line(&format!(
                            "{}: another client's signal of this name has another kind or direction; kept as {}",
                            escape(&entry.name),
                            escape(full)
                        ));
                    }
                    if entry.inferred {
                        import.line(&format!(
                            "{}: has no known type; taken as {} from its value",
                            escape(&entry.name),
                            entry.kind.name()
                        ));
                    }
                }
                Imported::Updated => import.report.updated += 1,
                Imported::Unchanged => import.report.unchanged += 1,
                Imported::Conflicting => {
                    import.report.conflicting += 1;
                    import.line(&self.conflict(name, entry.kind));
                }
                Imported::Full => {
                    import.report.refused += 1;
                    import.line(&format!(
                        "{}: refused, the limit of {} signals (max_signals) is reached",
                        escape(&entry.name),
                        self.options.limits.max_signals
                    ));
                }
            }
        }
        if let Some(peer) = self.peers.get_mut(&id) {
            self.brought.set(peer, new);
        }
        if renamed {
            self.spread_aliases(id);
        }
        import.report.refused += catalog.refused.len() as u32 + catalog.refused_more;
        for (name, why) in &catalog.refused {
            import.line(&format!("{}: refused, {why}", escape(name)));
        }
        let text = format!(
            "import: {} added, {} updated, {} unchanged, {} conflicting, {} refused",
            import.report.added,
            import.report.updated,
            import.report.unchanged,
            import.report.conflicting,
            import.report.refused
        );
        self.import = pending;
        self.transmit_wanted = true;
        self.notice(id, text, now);
        self.complete_import_if_answered();
    }

    /// Why an entry of a catalogue was not taken over, for the report.
    fn conflict(&self, name: &str, kind: Kind) -> String {
        let here = self.names().resolve(name).map_or(kind, |(_, here)| here);
        let why = if here == kind {
            "came from another client with another direction".to_owned()
        } else {
            format!("exists here as {}, not as {}", here.name(), kind.name())
        };
        format!("{}: {why}; what is here stands", escape(name))
    }

    /// Whether another peer that this signal came from is still there: the first of two decides.
    fn importer_connected(&self, name: &str, origin: Origin) -> bool {
        // A client has one peer.
        if !self.is_server() {
            return false;
        }
        let Some(signal) = self.names().find(name) else {
            return false;
        };
        let table = self.signals.table();
        table.slot(signal).is_some_and(|slot| {
            slot.importer != origin && self.peers.values().any(|peer| peer.origin == slot.importer)
        })
    }

    fn complete_import_if_answered(&mut self) {
        if let Some(import) = self.import.take_if(|import| import.asked.is_empty()) {
            self.complete(import);
        }
    }

    fn complete(&mut self, mut import: PendingImport) {
        self.uncap(&import);
        import.report.unanswered += import.asked.len() as u32;
        if import.lines > REPORT_LINES {
            let more = format!("and {} more\n", import.lines - REPORT_LINES);
            import.report.text.push_str(&more);
        }
        let text = import.report.text.clone();
        self.import_done(import.token, Ok(import.report), text);
    }

    /// The answer first: a host that sees the event finds the result.
    fn import_done(&mut self, token: u32, result: Result<ImportReport, Error>, text: String) {
        let code = result
            .as_ref()
            .map_or_else(|error| error.code() as i32, |_| 0);
        self.outputs.push(Output::ImportDone { token, result });
        self.outputs.push(Output::Event(Event {
            kind: EventKind::ImportDone,
            client: 0,
            token,
            result: code,
            time: self.now,
            signal: 0,
            text,
        }));
    }

    fn uncap(&mut self, import: &PendingImport) {
        let bytes = self.options.message_cap();
        for peer in import.asked.iter().copied() {
            self.outputs.push(Output::MessageCap { peer, bytes });
        }
    }

    pub(super) fn fail_import(&mut self, error: &Error) {
        if let Some(import) = self.import.take() {
            self.uncap(&import);
            self.import_done(import.token, Err(error.clone()), error.message().to_owned());
        }
    }

    /// A peer is gone. A client asks again on its next connection.
    pub(super) fn import_peer_gone(&mut self, id: PeerId) {
        let server = self.is_server();
        let Some(import) = &mut self.import else {
            return;
        };
        if import.asked.remove(&id) && server {
            import.report.unanswered += 1;
            import.line(&format!("client {id} left before it answered"));
            self.complete_import_if_answered();
        }
    }

    pub(super) fn import_deadline(&mut self, now: Time) {
        let Some(mut import) = self.import.take() else {
            return;
        };
        if import.until > now {
            self.arm(import.until);
            self.import = Some(import);
            return;
        }
        if self.is_server() {
            for id in import.asked.clone() {
                let name = self
                    .peers
                    .get(&id)
                    .map_or_else(String::new, |peer| escape(peer.display_name()));
                import.line(&format!("client {id} ({name}) did not answer"));
            }
            if import.report.answered == 0 && !import.asked.is_empty() {
                self.import = Some(import);
                let text = "no client answered the import request in time";
                self.fail_import(&Error::new(ErrorCode::Timeout, text));
            } else {
                self.complete(import);
            }
        } else {
            let text = if import.asked.is_empty() {
                "no connection was made before the import's time ran out"
            } else {
                "the server did not answer the import request in time"
            };
            // Why there was no connection says more than that time ran out.
            let cause = self.client.last_error().filter(|_| import.asked.is_empty());
            self.import = Some(import);
            let late = || Error::new(ErrorCode::Timeout, text);
            self.fail_import(&cause.unwrap_or_else(late));
        }
    }

    /// A peer that has asked for the catalogue is to get the grown one.
    pub(super) fn push_catalog(&mut self, id: PeerId) {
        // One that waits will have what is new.
        if !self.peers.get(&id).is_some_and(Peer::owes_catalog) {
            self.catalog_asked(id);
        }
    }

    /// Answers `import_request`, now or when what waits for the peer is on its way and it is its turn.
    pub(super) fn catalog_asked(&mut self, id: PeerId) {
        if self.may_make(id) {
            self.answer_import(id);
        } else if !self.peers.get_mut(&id).is_some_and(Peer::owe_catalog) {
            self.close_slow(id);
        }
    }

    /// A catalogue of everything the peer may see: of nothing, where its role allows no import.
    pub(super) fn answer_import(&mut self, id: PeerId) {
        self.meet_new_signals();
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let allowed = peer.allows(Request::Catalog);
        peer.asked_catalog = allowed;
        peer.push_at = None;
        let mut writer = AnswerWriter::new();
        let mut picks = crate::signals::Picks::default();
        let mut types = Vec::new();
        let count;
        {
            let table = self.signals.table();
            count = table.len();
            picks.list.reserve(table.len());
            types.reserve(table.len());
            let visible = |(signal, _): &(u32, _)| allowed && peer.may_read(*signal);
            for (signal, slot) in table.iter().filter(visible) {
                table.pick_start(signal, &mut picks);
                if slot.failsafe {
                    picks.replace_last(Value::default_of(slot.kind).as_ref());
                }
                types.push(WireType {
                    direction: slot.direction,
                    kind: slot.kind,
                });
            }
        }
        {
            let names = View {
                names: &self.names(),
                aliases: self.peers.get(&id).and_then(|peer| peer.aliases.as_deref()),
            };
            for (pick, wire) in picks.list.iter().zip(types) {
                if let Some(name) = names.name(pick.signal) {
                    let wire = wire.as_catalog(self.options.catalog_direction);
                    writer.push(name, picks.value(pick), wire.name());
                }
            }
        }
        let text = writer.finish();
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.made(count, text.len(), self.now);
        }
        self.send_large(id, large::apart(text.into()));
    }
}
