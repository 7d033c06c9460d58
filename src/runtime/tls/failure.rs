//! Why TLS did not come about, and what to do: for a client as an error, for a server as a line in its log.

use std::io;

use rustls::{AlertDescription, CertificateError};

use crate::error::{Cause, Error, ErrorCode};
use crate::escape::escape;

fn cause(error: &io::Error) -> Option<&rustls::Error> {
    error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
}

/// Why the TLS handshake of a client with `place` failed; `own`: the client has a certificate to show.
pub(super) fn handshake(place: &str, own: bool, error: &io::Error) -> Error {
    use rustls::Error as E;
    match cause(error) {
        Some(E::InvalidCertificate(certificate)) => {
            let error = Error::new(
                ErrorCode::Certificate,
                format!(
                    "the certificate of {place} is not trusted: {}",
                    certificate_cause(certificate)
                ),
            );
            match certificate_fault(certificate) {
                Some(cause) => error.because(cause),
                None => error,
            }
        }
        Some(E::NoCertificatesPresented) => Error::new(
            ErrorCode::Certificate,
            format!("{place} presented no certificate"),
        ),
        Some(E::InvalidMessage(_)) => Error::new(
            ErrorCode::Tls,
            format!(
                "{place} does not speak TLS: switch TLS off (ws://), or use the port of its TLS service"
            ),
        )
        .because(Cause::NotTls),
        Some(E::AlertReceived(alert)) => alerted(place, own, *alert),
        Some(other) => Error::new(
            ErrorCode::Tls,
            format!("the TLS handshake with {place} failed: {other}"),
        ),
        None => Error::new(
            ErrorCode::Tls,
            format!(
                "{place} broke off the TLS handshake ({error}): does it speak TLS on this port?"
            ),
        )
        .because(Cause::NotTls),
    }
}

/// What the server said in TLS after the client's handshake was complete: in TLS 1.3 the client's certificate is
/// judged only then. `None`: `error` is something else.
pub(crate) fn refusal(place: &str, own: bool, error: &io::Error) -> Option<Error> {
    match cause(error)? {
        rustls::Error::AlertReceived(alert) => Some(alerted(place, own, *alert)),
        _ => None,
    }
}

fn alerted(place: &str, own: bool, alert: AlertDescription) -> Error {
    use AlertDescription as A;
    let certificate =
        |text: String| Error::new(ErrorCode::Certificate, text).because(Cause::ClientCertificate);
    let tls = |text: &str| Error::new(ErrorCode::Tls, format!("{place} {text}"));
    match alert {
        A::CertificateRequired | A::NoCertificate => certificate(format!(
            "{place} wants a certificate of this client: set the options tls_certificate_file and tls_key_file"
        )),
        A::UnknownCA
        | A::BadCertificate
        | A::UnsupportedCertificate
        | A::CertificateRevoked
        | A::CertificateExpired
        | A::CertificateUnknown
        | A::AccessDenied
        | A::DecryptError
            if own =>
        {
            certificate(format!(
                "{place} does not accept the certificate in the option tls_certificate_file ({alert:?}): it must be valid, for clients, and of an authority that the server trusts"
            ))
        }
        A::UnknownCA | A::BadCertificate | A::AccessDenied => certificate(format!(
            "{place} does not let this client in ({alert:?}): if it wants a certificate, set the options tls_certificate_file and tls_key_file"
        )),
        A::HandshakeFailure if !own => tls(
            "refused the TLS handshake (HandshakeFailure): it has no cipher in common with this client, or wants a certificate of it (options tls_certificate_file, tls_key_file)",
        ),
        A::ProtocolVersion => tls("speaks no version of TLS that is safe: it needs TLS 1.2 or 1.3"),
        A::UnrecognisedName => tls("has no certificate for that name: check the option address"),
        other => tls(&format!("refused this client in TLS ({other:?})")),
    }
}

/// Why the TLS handshake of a server with a client failed.
pub(super) fn of_client(error: &io::Error) -> String {
    use rustls::Error as E;
    match cause(error) {
        Some(E::NoCertificatesPresented) => {
            "it showed no certificate, and the option tls_client_ca_file asks for one".to_owned()
        }
        Some(E::InvalidCertificate(certificate)) => {
            let why = match certificate_fault(certificate) {
                Some(Cause::Untrusted) => {
                    "it is of no authority in the option tls_client_ca_file".to_owned()
                }
                Some(Cause::WrongTime) => "it has expired, or is not valid yet".to_owned(),
                _ => escape(&certificate.to_string()),
            };
            format!("its certificate is not accepted: {why}")
        }
        Some(E::AlertReceived(alert)) => match alert {
            AlertDescription::UnknownCA
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateExpired => format!(
                "it does not accept this server's certificate ({alert:?}): it must trust its authority, and find the name or address that it uses in it"
            ),
            other => format!("it broke off with {other:?}"),
        },
        Some(E::NoApplicationProtocol) => {
            "it speaks no HTTP/1.1, only other protocols (ALPN)".to_owned()
        }
        Some(E::PeerIncompatible(why)) => {
            format!("it has nothing in common with TLS 1.2 or 1.3 as it is spoken here ({why:?})")
        }
        Some(E::InvalidMessage(_)) => "it does not speak TLS".to_owned(),
        Some(other) => escape(&other.to_string()),
        None => format!("it broke off ({error})"),
    }
}

fn certificate_fault(error: &CertificateError) -> Option<Cause> {
    use CertificateError as E;
    match error {
        E::UnknownIssuer | E::BadSignature => Some(Cause::Untrusted),
        E::NotValidForName | E::NotValidForNameContext { .. } => Some(Cause::WrongName),
        E::Expired | E::ExpiredContext { .. } | E::NotValidYet | E::NotValidYetContext { .. } => {
            Some(Cause::WrongTime)
        }
        _ => None,
    }
}

/// `localhost` of `DnsName("localhost")`, and `127.0.0.1` of `IpAddress(127.0.0.1)`: rustls tells what it read that way.
fn plain(name: &str) -> &str {
    let inner = name
        .split_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(name).trim_matches('"')
}

fn certificate_cause(error: &CertificateError) -> String {
    use CertificateError as E;
    match error {
        E::UnknownIssuer => {
            "it is self-signed or of an unknown authority; give that authority's certificate in the option tls_ca_file".into()
        }
        E::Expired | E::ExpiredContext { .. } => {
            "it has expired; renew it, and check this machine's clock".into()
        }
        E::NotValidYet | E::NotValidYetContext { .. } => {
            "it is not valid yet; check this machine's clock".into()
        }
        E::NotValidForName => "it is for another host name; check the option address".into(),
        E::NotValidForNameContext { presented, .. } => format!(
            "it is for other names ({}); check the option address",
            escape(&presented.iter().map(|name| plain(name)).collect::<Vec<_>>().join(", "))
        ),
        E::BadSignature => {
            "it was not signed by the trusted authority of that name; give the right one in the option tls_ca_file".into()
        }
        E::Revoked => "it was revoked".into(),
        E::ApplicationVerificationFailure => {
            "its public key is not the one of option tls_pin; if the server got a new key, pin that one".into()
        }
        other => {
            let text = format!("{other:?}");
            if text.contains("CaUsedAsEndEntity") {
                "the server presents an authority's own certificate; it needs one issued by that authority, with CA:FALSE".into()
            } else {
                format!(
                    "{}; if this machine does not trust its authority, give that authority's certificate in the option tls_ca_file",
                    escape(&text)
                )
            }
        }
    }
}
