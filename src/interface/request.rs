//! Requests that peers answer: import and configuration. Each has a form that waits and one that
//! gives a token at once and ends in an event.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::error::{Error, ErrorCode, Result};
use crate::interface::{ImportReport, Interface, clock};
use crate::options::{Mode, Options};
use crate::protocol::config;
use crate::runtime::{Answer, TEMPORARY_STOP, run};
use crate::session::{ConfigRequest, ConnectionReport, Input};

/// Beyond a request's own deadline, which the session keeps: only guards against a stopped interface.
const MARGIN: Duration = Duration::from_millis(500);

impl Interface {
    /// Client: asks the server for its catalogue and creates mirror signals; an interface that is not
    /// started connects for it and disconnects again. Server: asks every client. Waits for the result.
    ///
    /// # Errors
    /// [`ErrorCode::Timeout`] or the connection's error, [`ErrorCode::State`] while another import
    /// runs or when a server is not started.
    pub fn import(&self, timeout: Duration) -> Result<ImportReport> {
        let (token, opened) = self.begin_import(timeout)?;
        let found = self.await_answer(token, timeout);
        if opened && self.hub.lock().is_temporary() {
            // A server that is slow to close takes nothing from what it has answered.
            let _ = self.stop(TEMPORARY_STOP);
        }
        match found? {
            Answer::Import(result) => result.map_err(|error| self.say_why(error)),
            _ => Err(other_request(token)),
        }
    }

    /// As [`Interface::import`], but returns at once with a token; the import ends in an
    /// [`crate::interface::EventKind::ImportDone`], and [`Interface::import_result`] has its report.
    ///
    /// # Errors
    /// [`ErrorCode::State`] for a server that is not started; what [`Interface::start`] says.
    pub fn import_begin(&self, timeout: Duration) -> Result<u32> {
        self.begin_import(timeout).map(|(token, _)| token)
    }

    /// The token, and whether the interface was started for it.
    fn begin_import(&self, timeout: Duration) -> Result<(u32, bool)> {
        self.shared.check()?;
        if self.shared.options.mode == Mode::Server && !self.control.is_running() {
            return Err(Error::new(
                ErrorCode::State,
                "a server imports from connected clients: start it first",
            ));
        }
        let token = self.token();
        let opened = self.start_for(Some(token))?;
        let until = clock::now() + timeout;
        self.command(Input::Import { token, until });
        Ok((token, opened))
    }

    /// The report of an import that [`Interface::import_begin`] began; `None` while it runs. A result
    /// is given once.
    ///
    /// # Errors
    /// The import's own, and [`ErrorCode::NotFound`] for a token of another request.
    pub fn import_result(&self, token: u32) -> Result<Option<ImportReport>> {
        self.shared.check()?;
        match self.shared.take_answer(token) {
            None => Ok(None),
            Some(Answer::Import(result)) => result.map(Some).map_err(|error| self.say_why(error)),
            Some(_) => Err(other_request(token)),
        }
    }

    /// Sends a message of the host's own, for extensions of the protocol: a JSON object with a `type`.
    /// `client`: one client of a server; `None`: every peer. Does not wait.
    ///
    /// # Errors
    /// [`ErrorCode::Argument`] when it is not a JSON object, [`ErrorCode::NotConnected`] without a
    /// connection, [`ErrorCode::NotFound`] for a client that is not connected.
    pub fn send_raw(&self, client: Option<u32>, json: &str) -> Result<()> {
        self.shared.check()?;
        config::check_config(json)?;
        if let Some(id) = client {
            self.client(id)?;
        }
        if self.info().clients == 0 {
            return Err(Error::new(
                ErrorCode::NotConnected,
                "there is no connection to send the message on",
            ));
        }
        let json = json.to_owned();
        self.command(Input::SendRaw { peer: client, json });
        Ok(())
    }

    /// Gives a request up. Its answer is not heeded any more, and it ends in no event.
    ///
    /// # Errors
    /// [`ErrorCode::Handle`] when closed.
    pub fn cancel(&self, token: u32) -> Result<()> {
        self.shared.check()?;
        self.command(Input::Cancel { token });
        self.shared.take_answer(token);
        self.hub.lock().request_ended(token);
        Ok(())
    }

    /// Server: what `config_get` is answered with from now on: a JSON object. A server that published
    /// something also gets [`crate::interface::EventKind::ConfigSet`] when a client wants it changed.
    ///
    /// # Errors
    /// [`ErrorCode::Argument`] when it is not a JSON object; [`ErrorCode::Unsupported`] for a client.
    pub fn config_publish(&self, json: &str) -> Result<()> {
        self.shared.check()?;
        if self.shared.options.mode == Mode::Client {
            return Err(Error::new(
                ErrorCode::Unsupported,
                "a client has no configuration that anybody could ask for: publish it at the server, or send the \
                 server a config_set",
            ));
        }
        config::check_config(json)?;
        // Here and not on the network thread: who asks after this call gets the new one.
        run(&self.hub, Input::PublishConfig(json.to_owned()));
        Ok(())
    }

    /// Server: the reply to a [`crate::interface::EventKind::ConfigSet`], within 5 s of it.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when nobody waits for it: replied already, too late, or gone.
    pub fn config_reply(&self, token: u32, success: bool, message: &str) -> Result<()> {
        self.shared.check()?;
        if !self.hub.lock().session().awaits_config_reply(token) {
            return Err(Error::new(
                ErrorCode::NotFound,
                format!(
                    "no client waits for the reply {token}: it was given, came after 5 s, or the client left"
                ),
            ));
        }
        let message = message.to_owned();
        self.command(Input::ConfigReply {
            token,
            success,
            message,
        });
        Ok(())
    }

    /// Client: the server's configuration, a JSON object. Waits for it.
    ///
    /// # Errors
    /// [`ErrorCode::Timeout`], [`ErrorCode::NotConnected`], [`ErrorCode::Connection`],
    /// [`ErrorCode::State`] while another such request runs, [`ErrorCode::Unsupported`] for a server.
    pub fn config_get(&self, timeout: Duration) -> Result<String> {
        let token = self.config_get_begin(timeout)?;
        self.config_outcome(token, timeout)
    }

    /// As [`Interface::config_get`], but returns at once with a token; ends in an
    /// [`crate::interface::EventKind::ConfigDone`] whose text is the JSON.
    ///
    /// # Errors
    /// [`ErrorCode::Unsupported`] for a server.
    pub fn config_get_begin(&self, timeout: Duration) -> Result<u32> {
        self.client_only("config_get")?;
        Ok(self.request_config(ConfigRequest::Get, String::new(), timeout))
    }

    /// Client: asks the server to apply a configuration, a JSON object. Waits for the result and gives
    /// the server's message.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] with the server's message when it did not apply it; those of
    /// [`Interface::config_get`]; [`ErrorCode::Argument`] when it is not a JSON object.
    pub fn config_set(&self, json: &str, timeout: Duration) -> Result<String> {
        let token = self.config_set_begin(json, timeout)?;
        self.config_outcome(token, timeout)
    }

    /// As [`Interface::config_set`], but returns at once with a token; ends in an
    /// [`crate::interface::EventKind::ConfigDone`] whose text is the server's message.
    ///
    /// # Errors
    /// [`ErrorCode::Unsupported`] for a server, [`ErrorCode::Argument`] when it is not a JSON object.
    pub fn config_set_begin(&self, json: &str, timeout: Duration) -> Result<u32> {
        self.client_only("config_set")?;
        config::check_config(json)?;
        Ok(self.request_config(ConfigRequest::Set, json.to_owned(), timeout))
    }

    /// Tries whether the server of a client's options can be reached: connects, waits for one round
    /// trip, and disconnects. Takes `timeout` at most.
    ///
    /// # Errors
    /// Why there is no connection; [`ErrorCode::Unsupported`] for a server's options.
    pub fn test_connection(options: Options, timeout: Duration) -> Result<ConnectionReport> {
        let (tested, token) = Self::test_connection_begin(options, timeout)?;
        match tested.await_answer(token, timeout)? {
            Answer::Probe(result) => result,
            _ => Err(other_request(token)),
        }
    }

    /// As [`Interface::test_connection`], but returns at once: the interface it gives is to be polled
    /// for [`crate::interface::EventKind::TestDone`] and then closed.
    ///
    /// # Errors
    /// What [`Options::validate`] finds; [`ErrorCode::Unsupported`] for a server's options.
    pub fn test_connection_begin(mut options: Options, timeout: Duration) -> Result<(Self, u32)> {
        if options.mode == Mode::Server {
            return Err(Error::new(
                ErrorCode::Unsupported,
                "a connection test is for clients: set mode to CLIENT and address and port to the server's",
            ));
        }
        options.auto_reconnect = false;
        let mut tested = Self::new(options)?;
        let token = tested.token();
        tested.test_token = Some(token);
        let until = clock::now() + timeout;
        // Before the start, so that no connection comes first.
        tested.command(Input::Probe { token, until });
        tested.start_for(Some(token))?;
        Ok((tested, token))
    }

    /// The report of the connection test that this interface was made for; `None` while it runs. It is
    /// given once.
    ///
    /// # Errors
    /// The test's own, and [`ErrorCode::State`] for an interface that is no connection test.
    pub fn test_connection_result(&self) -> Result<Option<ConnectionReport>> {
        self.shared.check()?;
        let token = self.test_token.ok_or_else(|| {
            Error::new(
                ErrorCode::State,
                "this interface is no connection test: rv_test_connection_begin begins one",
            )
        })?;
        match self.shared.take_answer(token) {
            Some(Answer::Probe(result)) => result.map(Some),
            _ => Ok(None),
        }
    }

    fn request_config(&self, request: ConfigRequest, json: String, timeout: Duration) -> u32 {
        let token = self.token();
        let until = clock::now() + timeout;
        self.command(Input::Config {
            token,
            request,
            json,
            until,
        });
        token
    }

    fn config_outcome(&self, token: u32, timeout: Duration) -> Result<String> {
        match self.await_answer(token, timeout)? {
            Answer::Config(result) => result,
            _ => Err(other_request(token)),
        }
    }

    fn token(&self) -> u32 {
        self.next_token.fetch_add(1, Ordering::Relaxed)
    }

    fn await_answer(&self, token: u32, timeout: Duration) -> Result<Answer> {
        let found = self.shared.wait_for(timeout.saturating_add(MARGIN), || {
            Ok(self.shared.take_answer(token))
        })?;
        found.ok_or_else(|| {
            self.command(Input::Cancel { token });
            Error::new(ErrorCode::Timeout, "the request did not complete in time")
        })
    }

    /// Why there was no connection says more than that time ran out.
    fn say_why(&self, error: Error) -> Error {
        if error.code() != ErrorCode::Timeout {
            return error;
        }
        self.shared.last_error.lock().clone().unwrap_or(error)
    }
}

fn other_request(token: u32) -> Error {
    Error::new(
        ErrorCode::NotFound,
        format!("token {token} belongs to a request of another kind"),
    )
}
