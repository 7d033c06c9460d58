//! A server's tokens and passwords at run time.

use crate::access::Role;
use crate::error::{Error, ErrorCode, Result};
use crate::interface::Interface;
use crate::options::Mode;
use crate::session::Input;

impl Interface {
    /// Server: lets clients in that present `token`, with what `role` allows. At any time, before the start, too. From
    /// the first token or user on, nobody gets in without one; connections made before stay.
    ///
    /// # Errors
    /// [`ErrorCode::Argument`] for a token that is empty, longer than 4096 bytes, or holds anything but visible ASCII;
    /// [`ErrorCode::Exists`] for one that is there already; [`ErrorCode::Limit`] beyond 10,000;
    /// [`ErrorCode::Unsupported`] for a client.
    pub fn add_token(&self, token: &str, role: Role) -> Result<()> {
        self.server_only("add_token")?;
        self.shared.keys.add_token(token, role)
    }

    /// Server: takes a token back, also that of the options. Connections that came by it close with code 1008. Without
    /// any token or user left, nobody gets in any more.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when there is no such token; [`ErrorCode::Unsupported`] for a client.
    pub fn revoke_token(&self, token: &str) -> Result<()> {
        self.server_only("revoke_token")?;
        let grant = self.shared.keys.revoke_token(token)?;
        self.command(Input::Revoke { grant });
        Ok(())
    }

    /// Server: lets clients in that present `user` and `password` (HTTP Basic), as [`Interface::add_token`].
    ///
    /// # Errors
    /// [`ErrorCode::Argument`] when one of them is empty, longer than 4096 bytes or holds a control character, or the
    /// user a colon; otherwise as [`Interface::add_token`].
    pub fn add_user(&self, user: &str, password: &str, role: Role) -> Result<()> {
        self.server_only("add_user")?;
        self.shared.keys.add_user(user, password, role)
    }

    /// Server: takes a user back, as [`Interface::revoke_token`].
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when there is no such user; [`ErrorCode::Unsupported`] for a client.
    pub fn revoke_user(&self, user: &str) -> Result<()> {
        self.server_only("revoke_user")?;
        let grant = self.shared.keys.revoke_user(user)?;
        self.command(Input::Revoke { grant });
        Ok(())
    }

    fn server_only(&self, what: &str) -> Result<()> {
        self.shared.check()?;
        if self.shared.options.mode == Mode::Client {
            return Err(Error::new(
                ErrorCode::Unsupported,
                format!("{what} is for servers: a client presents the token of its options"),
            ));
        }
        Ok(())
    }
}
