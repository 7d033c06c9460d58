//! `config_get` and `config_set`: the library carries them, the host gives them meaning.

use std::time::Duration;

use serde_json::value::RawValue;

use crate::error::{Error, ErrorCode};
use crate::protocol::config;
use crate::session::peer::PeerId;
use crate::session::{Event, EventKind, Output, Session};
use crate::time::Time;

/// How long a server's host may take to reply to a `config_set`.
const HOST_WAIT: Duration = Duration::from_secs(5);
/// After a time-out, an answer within this long belongs to the request that timed out.
const LATE_ANSWER: Duration = Duration::from_secs(10);
/// Requests of all clients that wait for the host's reply.
const PENDING_MAX: usize = 64;

/// A client's `config_set` that waits for our host.
#[derive(Debug)]
struct Asked {
    token: u32,
    peer: PeerId,
    until: Time,
}

/// What a client of ours asks its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConfigRequest {
    Get,
    Set,
}

/// Our request that waits for the server's answer.
#[derive(Debug)]
struct Sent {
    token: u32,
    request: ConfigRequest,
    until: Time,
    /// A late answer was discarded since, so this one's own may have been.
    discarded_one: bool,
}

/// The answer to a request of ours: the configuration as JSON, or what the server said of applying it.
pub(crate) type ConfigResult = Result<String, Error>;

/// The state of configuration messages, both as server and as client.
#[derive(Debug, Default)]
pub(super) struct Config {
    /// What `config_get` is answered with. A host that published something also listens for `config_set`.
    published: Option<String>,
    next_token: u32,
    asked: Vec<Asked>,
    sent: Vec<Sent>,
    /// A request timed out: until then one answer is not taken for the next one's. By kind of request.
    late: [Option<Time>; 2],
}

impl Session {
    pub(super) fn publish_config(&mut self, json: String) {
        self.config.published = Some(json);
    }

    pub(super) fn answer_config_get(&mut self, id: PeerId) {
        let config = self.config.published.as_deref().unwrap_or("{}");
        self.send(id, config::config_answer(config).into());
    }

    pub(super) fn config_set_asked(&mut self, id: PeerId, json: Option<&RawValue>, now: Time) {
        let problem = match json {
            None => Some("config must be a JSON object"),
            Some(_) if self.config.published.is_none() => Some("this server has no configuration"),
            Some(_) if self.config.asked.iter().any(|asked| asked.peer == id) => {
                Some("the request before this one is not answered yet")
            }
            Some(_) if self.config.asked.len() >= PENDING_MAX => Some("too many requests wait"),
            Some(_) => None,
        };
        if let Some(problem) = problem {
            self.send(id, config::config_result(false, problem).into());
            return;
        }
        self.config.next_token += 1;
        let token = self.config.next_token;
        let until = now + HOST_WAIT;
        self.config.asked.push(Asked {
            token,
            peer: id,
            until,
        });
        self.arm(until);
        self.outputs.push(Output::Event(Event {
            kind: EventKind::ConfigSet,
            client: id,
            token,
            result: 0,
            time: now,
            signal: 0,
            text: json.map_or_else(String::new, |json| json.get().to_owned()),
        }));
    }

    /// The host has replied to an [`EventKind::ConfigSet`]. `false`: nobody waits for it any more.
    pub(super) fn config_reply(&mut self, token: u32, success: bool, message: &str) -> bool {
        let Some(at) = self
            .config
            .asked
            .iter()
            .position(|asked| asked.token == token)
        else {
            return false;
        };
        let asked = self.config.asked.swap_remove(at);
        self.send(asked.peer, config::config_result(success, message).into());
        true
    }

    /// Whether a reply with this token is awaited.
    pub(crate) fn awaits_config_reply(&self, token: u32) -> bool {
        self.config.asked.iter().any(|asked| asked.token == token)
    }

    /// Client: sends a request to the server.
    pub(super) fn request_config(
        &mut self,
        token: u32,
        request: ConfigRequest,
        json: &str,
        until: Time,
        now: Time,
    ) {
        let problem = match self.peers.keys().next().copied() {
            _ if self.config.sent.iter().any(|sent| sent.request == request) => Some((
                ErrorCode::State,
                "the configuration request before this one is not answered yet",
            )),
            None => Some((
                ErrorCode::NotConnected,
                "there is no connection to send the configuration request on: is the interface started, and connected?",
            )),
            Some(id) => {
                let text = match request {
                    ConfigRequest::Get => config::config_get(),
                    ConfigRequest::Set => config::config_set(json),
                };
                self.send(id, text.into());
                None
            }
        };
        if let Some((code, text)) = problem {
            self.config_done(token, Err(Error::new(code, text)), now);
            return;
        }
        self.config.sent.push(Sent {
            token,
            request,
            until,
            discarded_one: false,
        });
        self.arm(until);
    }

    pub(super) fn config_answer(&mut self, json: Option<&RawValue>, now: Time) {
        let result = json.map(|json| json.get().to_owned()).ok_or_else(|| {
            Error::new(
                ErrorCode::Handshake,
                "the server's config_answer carries no JSON object",
            )
        });
        self.config_answered(ConfigRequest::Get, result, now);
    }

    pub(super) fn config_result(&mut self, success: Option<bool>, message: &str, now: Time) {
        let result = if success == Some(true) {
            Ok(message.to_owned())
        } else {
            Err(Error::new(
                ErrorCode::Denied,
                format!("the server did not apply the configuration: {message}"),
            ))
        };
        self.config_answered(ConfigRequest::Set, result, now);
    }

    fn config_answered(&mut self, request: ConfigRequest, result: ConfigResult, now: Time) {
        let pending = self
            .config
            .sent
            .iter()
            .position(|sent| sent.request == request);
        let late = self.config.late[request as usize].take();
        if late.is_some_and(|until| until > now) {
            self.stats.unknown_message += 1;
            if let Some(at) = pending {
                self.config.sent[at].discarded_one = true;
            }
            return;
        }
        match pending {
            Some(at) => {
                let sent = self.config.sent.swap_remove(at);
                self.config_done(sent.token, result, now);
            }
            None => self.stats.unknown_message += 1,
        }
    }

    fn config_done(&mut self, token: u32, result: ConfigResult, now: Time) {
        let (code, text) = match &result {
            Ok(text) => (0, text.clone()),
            Err(error) => (error.code() as i32, error.message().to_owned()),
        };
        self.outputs.push(Output::ConfigDone { token, result });
        self.outputs.push(Output::Event(Event {
            kind: EventKind::ConfigDone,
            client: 0,
            token,
            result: code,
            time: now,
            signal: 0,
            text,
        }));
    }

    pub(super) fn cancel_config(&mut self, token: u32) {
        if let Some(at) = self.config.sent.iter().position(|sent| sent.token == token) {
            let sent = self.config.sent.swap_remove(at);
            self.expect_late_result(&sent);
        }
    }

    /// A request of ours was given up.
    fn expect_late_result(&mut self, sent: &Sent) {
        // Otherwise a single lost answer would cost every later request its own.
        if !sent.discarded_one {
            self.config.late[sent.request as usize] = Some(self.now + LATE_ANSWER);
        }
    }

    /// A peer is gone: its requests have nobody to answer, ours nobody to answer them.
    pub(super) fn config_peer_gone(&mut self, id: PeerId, now: Time) {
        self.config.asked.retain(|asked| asked.peer != id);
        if !self.is_server() {
            self.config.late = [None; 2];
            for sent in std::mem::take(&mut self.config.sent) {
                let error = Error::new(
                    ErrorCode::Connection,
                    "the connection was lost before the server answered",
                );
                self.config_done(sent.token, Err(error), now);
            }
        }
    }

    pub(super) fn config_deadline(&mut self, now: Time) {
        let (expired, asked) = std::mem::take(&mut self.config.asked)
            .into_iter()
            .partition::<Vec<_>, _>(|asked| asked.until <= now);
        self.config.asked = asked;
        for asked in expired {
            let text = "the server's host did not reply in time";
            self.send(asked.peer, config::config_result(false, text).into());
        }
        let (expired, sent) = std::mem::take(&mut self.config.sent)
            .into_iter()
            .partition::<Vec<_>, _>(|sent| sent.until <= now);
        self.config.sent = sent;
        for sent in expired {
            self.expect_late_result(&sent);
            let error = Error::new(
                ErrorCode::Timeout,
                "the server did not answer the configuration request in time",
            );
            self.config_done(sent.token, Err(error), now);
        }
        let next = self
            .config
            .asked
            .iter()
            .map(|asked| asked.until)
            .chain(self.config.sent.iter().map(|sent| sent.until))
            .min();
        self.arm(next.unwrap_or(Time::NEVER));
    }
}
