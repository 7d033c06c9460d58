//! TLS of a server or a client: which files, and what goes with what.

use super::Mode;
use crate::error::{Error, ErrorCode, Result};

/// TLS (`wss://`) of a server or a client. Files are in PEM form; they are read when the interface starts, and
/// again by [`Interface::reload_tls`](crate::Interface::reload_tls).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// Speak TLS. A server then needs `certificate_file` and `key_file`.
    pub enabled: bool,
    /// The certificate that this side shows, followed by those that lead to its authority. A client needs one
    /// only for servers that ask for it.
    pub certificate_file: Option<String>,
    /// The private key of that certificate, not encrypted: PKCS#8, PKCS#1 or SEC1.
    pub key_file: Option<String>,
    /// Server: clients must show a certificate of one of these authorities.
    pub client_ca_file: Option<String>,
    /// Client: further authorities to trust, besides the platform's.
    pub ca_file: Option<String>,
    /// Client: the SHA-256 of the server's public key (its SubjectPublicKeyInfo), as hexadecimal digits or
    /// as Base64: a server with another key is refused, whoever vouches for it. The certificate is
    /// verified as well, unless `insecure_skip_verify` says otherwise.
    pub pin: Option<String>,
    /// Client: accept any certificate. Nothing then protects against an attacker in between; logged at every
    /// connect.
    pub insecure_skip_verify: bool,
}

impl Tls {
    /// Checks what goes with what; files are not looked at.
    pub(super) fn validate(&self, mode: Mode) -> Result<()> {
        let argument = |message: String| Err(Error::new(ErrorCode::Argument, message));
        let of_the_other_side: &[(&str, bool)] = match mode {
            Mode::Server => &[
                ("tls_ca_file", self.ca_file.is_some()),
                ("tls_pin", self.pin.is_some()),
                ("tls_insecure_skip_verify", self.insecure_skip_verify),
            ],
            Mode::Client => &[("tls_client_ca_file", self.client_ca_file.is_some())],
        };
        if let Some((name, _)) = of_the_other_side.iter().find(|(_, set)| *set) {
            return argument(match mode {
                Mode::Server => format!(
                    "option {name} is for clients: a server shows tls_certificate_file, and judges clients by tls_client_ca_file"
                ),
                Mode::Client => format!(
                    "option {name} is for servers: a client judges its server by tls_ca_file or tls_pin"
                ),
            });
        }
        if self.certificate_file.is_some() != self.key_file.is_some() {
            let (given, missing) = if self.key_file.is_some() {
                ("tls_key_file", "tls_certificate_file")
            } else {
                ("tls_certificate_file", "tls_key_file")
            };
            return argument(format!("option {given} needs {missing}, too"));
        }
        if self.enabled {
            if mode == Mode::Server && self.certificate_file.is_none() {
                return argument(
                    "option tls of a server needs tls_certificate_file and tls_key_file (`rvws cert` makes a pair for tests)"
                        .to_owned(),
                );
            }
        } else if self.certificate_file.is_some() || self.client_ca_file.is_some() {
            // Left in plain text, it would look protected to whoever wrote this.
            return argument(
                "options tls_certificate_file, tls_key_file and tls_client_ca_file need the option tls"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> Option<String> {
        Some(name.to_owned())
    }

    #[test]
    fn what_belongs_together_is_good() {
        let mut tls = Tls::default();
        for mode in [Mode::Client, Mode::Server] {
            tls.validate(mode).unwrap();
        }
        tls.enabled = true;
        tls.validate(Mode::Client).unwrap();
        tls.certificate_file = file("a.pem");
        tls.key_file = file("b.pem");
        for mode in [Mode::Client, Mode::Server] {
            tls.validate(mode).unwrap();
        }
        tls.client_ca_file = file("ca.pem");
        tls.validate(Mode::Server).unwrap();
    }

    #[test]
    fn what_does_not_is_named() {
        use Mode::{Client, Server};
        type Change = fn(&mut Tls);
        let cases: [(Mode, Change, &str); 10] = [
            (Server, |t| t.enabled = true, "tls_certificate_file"),
            (Server, |t| t.certificate_file = file("a"), "tls_key_file"),
            (Client, |t| t.key_file = file("a"), "tls_certificate_file"),
            (Server, |t| t.pin = file("a"), "tls_pin"),
            (Server, |t| t.ca_file = file("a"), "tls_client_ca_file"),
            (
                Server,
                |t| t.insecure_skip_verify = true,
                "tls_insecure_skip_verify",
            ),
            (Client, |t| t.client_ca_file = file("a"), "tls_ca_file"),
            (Server, |t| t.client_ca_file = file("a"), "option tls"),
            (
                Server,
                |t| (t.certificate_file, t.key_file) = (file("a"), file("b")),
                "need the option tls",
            ),
            (
                Client,
                |t| (t.certificate_file, t.key_file) = (file("a"), file("b")),
                "need the option tls",
            ),
        ];
        for (mode, change, words) in cases {
            let mut tls = Tls::default();
            change(&mut tls);
            let error = tls.validate(mode).unwrap_err();
            assert_eq!(error.code(), ErrorCode::Argument);
            assert!(error.message().contains(words), "{error}");
        }
    }
}
