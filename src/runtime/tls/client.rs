//! TLS of a client: whom it trusts, and who it says it is.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::pin::{Pin, Pinned};
use super::{VERSIONS, cannot, failure, files, provider};
use crate::error::{Error, ErrorCode, Result};
use crate::options::Tls;
use crate::runtime::stream::MaybeTls;
use crate::runtime::tcp::Tcp;

/// What the options of a client name, read.
#[derive(Debug)]
pub(crate) struct ClientFiles {
    authorities: Vec<CertificateDer<'static>>,
    pin: Option<Pin>,
    own: Option<CertifiedKey>,
    insecure_skip_verify: bool,
}

impl ClientFiles {
    pub(super) fn read(tls: &Tls) -> Result<Self> {
        let pin = match &tls.pin {
            Some(pin) => Some(Pin::parse(pin).ok_or_else(|| {
                cannot(
                    "option tls_pin cannot be used",
                    &"it must be the SHA-256 of the server's public key, as 64 hexadecimal digits or as Base64",
                )
            })?),
            None => None,
        };
        let authorities = match &tls.ca_file {
            Some(file) => files::authorities("tls_ca_file", file)?,
            None => Vec::new(),
        };
        Ok(Self {
            authorities,
            pin,
            own: files::own(tls)?,
            insecure_skip_verify: tls.insecure_skip_verify,
        })
    }

    /// The platform's authorities may be hundreds of files, so this does not belong on the network thread.
    fn config(&self) -> Result<Arc<ClientConfig>> {
        let provider = provider();
        let mut verifier: Arc<dyn ServerCertVerifier> = if self.insecure_skip_verify {
            Arc::new(TrustAnyone(Arc::clone(&provider)))
        } else {
            verifier(self.authorities.clone(), &provider)?
        };
        if let Some(pin) = self.pin {
            verifier = Arc::new(Pinned::new(pin, verifier));
        }
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(VERSIONS)
            .map_err(|error| cannot("TLS cannot be set up", &error))?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        Ok(Arc::new(match &self.own {
            Some(own) => {
                config.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(own.clone())))
            }
            None => config.with_no_client_auth(),
        }))
    }
}

/// Speaks TLS on `tcp` to `host`, which errors call `place`.
///
/// # Errors
/// `Tls` or `Certificate`, with what to do.
pub(crate) async fn start(
    files: Arc<ClientFiles>,
    host: &str,
    place: &str,
    tcp: TcpStream,
) -> Result<MaybeTls> {
    let name = server_name(host)?;
    let own = files.own.is_some();
    let config = tokio::task::spawn_blocking(move || files.config())
        .await
        .map_err(|error| cannot("TLS cannot be set up", &error))??;
    TlsConnector::from(config)
        .connect(name, Tcp::new(tcp))
        .await
        .map(MaybeTls::tls)
        .map_err(|error| failure::handshake(place, own, &error))
}

/// The name under which `host` must present itself.
///
/// # Errors
/// `Tls` when it can be no name in a certificate.
pub(super) fn server_name(host: &str) -> Result<ServerName<'static>> {
    ServerName::try_from(host.to_owned()).map_err(|_| {
        Error::new(
            ErrorCode::Tls,
            format!("option address {host:?} can be no name in a certificate: TLS needs a plain host name or IP address"),
        )
    })
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
