//! Tokens, passwords and roles, from the command line, files and the environment.

use std::env;
use std::fs;
use std::path::Path;

use realvirtual_ws::{Options, Role};

use crate::arguments::{Present, Wanted};
use crate::failure::{Exit, Failure};

/// Where a token may be, besides the command line, which other users of the machine can read.
const TOKEN: &str = "RVWS_TOKEN";
const PASSWORD: &str = "RVWS_PASSWORD";

/// A variable of the environment; one that is empty is none.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        Failure::new(
            Exit::File,
            format!("cannot read {}: {error}", path.display()),
        )
    })
}

/// The first line of a file.
fn first_line(path: &Path) -> Result<String, Failure> {
    let text = read(path)?;
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}

/// The password that belongs to `--user`.
fn password(file: Option<&Path>) -> Result<String, Failure> {
    match file {
        Some(path) => first_line(path),
        None => variable(PASSWORD).ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                format!(
                    "--user needs a password: in {PASSWORD}, or in a file with --password-file"
                ),
            )
        }),
    }
}

impl Present {
    /// Adds what is to be presented to the options of a client.
    pub fn to_options(&self, options: &mut Options) -> Result<(), Failure> {
        options.token_transport = self.token_by;
        options.allow_plain_credentials = self.allow_plain_credentials;
        if let Some(user) = &self.user {
            let password = password(self.password_file.as_deref())?;
            (options.user, options.password) = (Some(user.clone()), Some(password));
            return Ok(());
        }
        options.access_token = match (&self.token, &self.token_file) {
            (Some(token), _) => Some(token.clone()),
            (None, Some(path)) => Some(first_line(path)?),
            (None, None) => variable(TOKEN),
        };
        Ok(())
    }
}

impl Wanted {
    /// The user that a server asks for, with the password.
    pub fn user(&self) -> Result<Option<(String, String)>, Failure> {
        let Some(user) = &self.user else {
            return Ok(None);
        };
        let password = password(self.password_file.as_deref())?;
        Ok(Some((user.clone(), password)))
    }

    /// The tokens that a server asks for, with what they allow. None: it asks nobody.
    pub fn tokens(&self) -> Result<Vec<(String, Role)>, Failure> {
        let mut tokens = Vec::new();
        if let Some(path) = &self.token_file {
            for (number, line) in (1..).zip(read(path)?.lines()) {
                let line = line.trim();
                if line.is_empty() || line.starts_with('#') {
                    continue;
                }
                let (token, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
                let role = match rest.trim() {
                    "" => Role::full(),
                    rest => role(rest).map_err(|why| {
                        // Not the line itself, which is a secret.
                        let place = format!("{}, line {number}", path.display());
                        Failure::new(Exit::File, format!("{place}: {why}"))
                    })?,
                };
                tokens.push((token.to_owned(), role));
            }
            if tokens.is_empty() {
                // It would let everyone in.
                let text = format!("{} holds no token: rvws token makes one", path.display());
                return Err(Failure::new(Exit::File, text));
            }
        }
        // With a file the variable is what a client in this shell presents elsewhere.
        let given = || variable(TOKEN).filter(|_| self.token_file.is_none());
        match (self.token.clone().or_else(given), &self.role) {
            (Some(token), role) => {
                let role = role.clone().unwrap_or_else(Role::full);
                tokens.push((token, role));
            }
            (None, Some(_)) => {
                let text =
                    format!("--role is what a token allows: give one with --token, or in {TOKEN}");
                return Err(Failure::new(Exit::Usage, text));
            }
            (None, None) => {}
        }
        Ok(tokens)
    }
}

/// Reads a role: `NAME read=PATTERN write=PATTERN import config`, each as often as wished.
pub fn role(text: &str) -> Result<Role, String> {
    let mut words = text.split_whitespace();
    let name = words.next().unwrap_or_default();
    if name.is_empty() || name.contains('=') {
        return Err("a role begins with its name, such as viewer".to_owned());
    }
    let mut role = Role {
        name: name.to_owned(),
        ..Role::default()
    };
    for word in words {
        match word.split_once('=') {
            Some(("read", pattern)) => role.read.push(pattern.to_owned()),
            Some(("write", pattern)) => role.write.push(pattern.to_owned()),
            None if word == "import" => role.import = true,
            None if word == "config" => role.config = true,
            _ => {
                return Err(format!(
                    "{word:?} is nothing that a role allows: write read=PATTERN, write=PATTERN, import or config"
                ));
            }
        }
    }
    Ok(role)
}
