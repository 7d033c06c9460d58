//! TLS of a client.

mod pin;

use std::io;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme};

use crate::error::{Cause, Error, ErrorCode, Result};
use crate::escape::escape;
use crate::options::ClientTls;

use pin::Pinned;

/// The configuration for `tls`. Reads files, so it does not belong on the network thread.
///
/// # Errors
/// `Tls`, naming the file or what the platform lacks.
pub(crate) fn client_config(tls: &ClientTls) -> Result<Arc<ClientConfig>> {
    // Passed to the builder by hand: a plugin must not install a default for the host's whole process.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = if tls.insecure_skip_verify {
        Arc::new(TrustAnyone(Arc::clone(&provider)))
    } else {
        let extra = match &tls.ca_file {
            Some(file) => authorities(file)?,
            None => Vec::new(),
        };
        verifier(extra, &provider)?
    };
    let verifier = match &tls.pin {
        Some(pin) => match Pinned::new(pin, verifier) {
            Some(pinned) => Arc::new(pinned),
            None => {
                return Err(cannot(
                    "option tls_pin cannot be used",
                    &"it must be the SHA-256 of the server's public key, as 64 hexadecimal digits or as Base64",
                ));
            }
        },
        None => verifier,
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|error| cannot("TLS cannot be set up", &error))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn verifier(
    extra: Vec<CertificateDer<'static>>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>> {
    match platform_verifier(&extra, provider) {
        Ok(verifier) => Ok(verifier),
        Err(error) if extra.is_empty() => Err(cannot(
            "this machine's trusted authorities cannot be read: install them (on Linux the package ca-certificates) or set the option tls_ca_file",
            &error,
        )),
        // The platform has no usable store of its own; the file's authorities are enough.
        Err(_) => {
            let mut roots = rustls::RootCertStore::empty();
            for certificate in extra {
                roots.add(certificate).map_err(|error| {
                    cannot("option tls_ca_file holds an unusable certificate", &error)
                })?;
            }
            let verifier =
                WebPkiServerVerifier::builder_with_provider(roots.into(), Arc::clone(provider))
                    .build()
                    .map_err(|error| cannot("option tls_ca_file cannot be used", &error))?;
            Ok(verifier)
        }
    }
}

/// One that asks the platform's own store, and `extra`.
#[cfg(not(target_os = "android"))]
fn platform_verifier(
    extra: &[CertificateDer<'static>],
    provider: &Arc<CryptoProvider>,
) -> std::result::Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
    use rustls_platform_verifier::Verifier;
    let verifier = if extra.is_empty() {
        Verifier::new(Arc::clone(provider))?
    } else {
        Verifier::new_with_extra_roots(extra.to_vec(), Arc::clone(provider))?
    };
    Ok(Arc::new(verifier))
}

/// Android's store is only for Java code, which this library has none of.
#[cfg(target_os = "android")]
fn platform_verifier(
    _: &[CertificateDer<'static>],
    _: &Arc<CryptoProvider>,
) -> std::result::Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
    Err(rustls::Error::General(
        "Android shows its authorities to Java code only".to_owned(),
    ))
}

fn authorities(file: &str) -> Result<Vec<CertificateDer<'static>>> {
    // Not quoted as Rust does, which would double the backslashes of Windows.
    let what = format!("option tls_ca_file \"{file}\" cannot be used");
    let pem = std::fs::read(file).map_err(|error| cannot(&what, &error))?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| cannot(&what, &error))?;
    if certificates.is_empty() {
        return Err(cannot(
            &what,
            &"it holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)",
        ));
    }
    let mut roots = rustls::RootCertStore::empty();
    for certificate in &certificates {
        roots
            .add(certificate.clone())
            .map_err(|error| cannot(&what, &error))?;
    }
    Ok(certificates)
}

fn cannot(what: &str, cause: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorCode::Tls, format!("{what}: {cause}"))
}

/// The name under which `host` must present itself.
///
/// # Errors
/// `Tls` when it can be no name in a certificate.
pub(crate) fn server_name(host: &str) -> Result<ServerName<'static>> {
    ServerName::try_from(host.to_owned()).map_err(|_| {
        Error::new(
            ErrorCode::Tls,
            format!("option address {host:?} can be no name in a certificate: TLS needs a plain host name or IP address"),
        )
    })
}

/// Why the TLS handshake with `place` failed.
pub(crate) fn handshake_error(place: &str, error: &io::Error) -> Error {
    let cause = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match cause {
        Some(rustls::Error::InvalidCertificate(certificate)) => {
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
        Some(rustls::Error::NoCertificatesPresented) => Error::new(
            ErrorCode::Certificate,
            format!("{place} presented no certificate"),
        ),
        Some(rustls::Error::InvalidMessage(_)) => Error::new(
            ErrorCode::Tls,
            format!(
                "{place} does not speak TLS: switch TLS off (ws://), or use the port of its TLS service"
            ),
        )
        .because(Cause::NotTls),
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
            escape(&presented.join(", "))
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

/// Trusts every certificate; signatures are still checked, so a broken handshake is noticed.
#[derive(Debug)]
struct TrustAnyone(Arc<CryptoProvider>);

impl ServerCertVerifier for TrustAnyone {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
