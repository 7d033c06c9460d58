//! Certificates and keys in PEM files. Every error names the option and its file, and says what to do.

use std::io;

use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, InconsistentKeys, RootCertStore};

use super::{cannot, provider};
use crate::error::Result;
use crate::escape::escape;
use crate::options::Tls;

/// The certificate that this side shows, with its key; `None` when the options name none.
pub(super) fn own(tls: &Tls) -> Result<Option<CertifiedKey>> {
    let (Some(certificate), Some(key)) = (&tls.certificate_file, &tls.key_file) else {
        return Ok(None);
    };
    let what = unusable("tls_certificate_file", certificate);
    let chain = certificates("tls_certificate_file", certificate)?;
    check(&what, &chain[0])?;
    let key_what = unusable("tls_key_file", key);
    let key = private_key(key)?;
    CertifiedKey::from_der(chain, key, &provider())
        .map(Some)
        .map_err(|error| match error {
            rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => cannot(
                &key_what,
                &format_args!(
                    "it is not the key of the first certificate in \"{certificate}\" (option tls_certificate_file): give the file that was made together with it; a chain begins with this side's own certificate"
                ),
            ),
            error => cannot(
                &key_what,
                &format_args!(
                    "its kind of key is not supported ({error}): use RSA of 2048 to 4096 bits, ECDSA P-256 or P-384, or Ed25519"
                ),
            ),
        })
}

/// Authorities to trust.
pub(super) fn authorities(option: &str, file: &str) -> Result<Vec<CertificateDer<'static>>> {
    let certificates = certificates(option, file)?;
    let mut roots = RootCertStore::empty();
    for certificate in &certificates {
        roots
            .add(certificate.clone())
            .map_err(|error| cannot(&unusable(option, file), &error))?;
    }
    Ok(certificates)
}

/// Not quoted as Rust does, which would double the backslashes of Windows.
fn unusable(option: &str, file: &str) -> String {
    format!("option {option} \"{file}\" cannot be used")
}

fn read(what: &str, file: &str) -> Result<Vec<u8>> {
    let bytes = std::fs::read(file).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            let from = std::env::current_dir().unwrap_or_default();
            cannot(
                what,
                &format_args!(
                    "there is no such file; a relative path begins at \"{}\"",
                    from.display()
                ),
            )
        }
        io::ErrorKind::PermissionDenied => {
            cannot(what, &"this user may not read it: check its permissions")
        }
        _ => cannot(what, &error),
    })?;
    // The first byte of every structure in DER, which a private key in PKCS#12 (.pfx) is, too.
    if bytes.first() == Some(&0x30) {
        return Err(cannot(
            what,
            &"it is not in PEM form but binary: convert it with `openssl x509 -inform der`, `openssl pkey -inform der`, or for .pfx and .p12 with `openssl pkcs12 -nodes`",
        ));
    }
    Ok(bytes)
}

/// At least one.
fn certificates(option: &str, file: &str) -> Result<Vec<CertificateDer<'static>>> {
    let what = unusable(option, file);
    let bytes = read(&what, file)?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&bytes)
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| cannot(&what, &error))?;
    if certificates.is_empty() {
        let key = holds(&bytes, "PRIVATE KEY-----");
        return Err(cannot(
            &what,
            &if key {
                "it holds a private key, but no certificate: that file belongs into the option tls_key_file"
            } else {
                "it holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"
            },
        ));
    }
    Ok(certificates)
}

fn private_key(file: &str) -> Result<PrivateKeyDer<'static>> {
    let what = unusable("tls_key_file", file);
    let bytes = read(&what, file)?;
    if holds(&bytes, "BEGIN ENCRYPTED PRIVATE KEY") || holds(&bytes, "Proc-Type: 4,ENCRYPTED") {
        return Err(cannot(
            &what,
            &"the key is encrypted, and nobody is asked for its password: write it without one (`openssl pkey -in FILE -out NEW`), and let nobody else read the new file",
        ));
    }
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|error| match error {
        pem::Error::NoItemsFound if holds(&bytes, "BEGIN CERTIFICATE") => cannot(
            &what,
            &"it holds a certificate, but no private key: that file belongs into the option tls_certificate_file",
        ),
        pem::Error::NoItemsFound => cannot(
            &what,
            &"it holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)",
        ),
        error => cannot(&what, &error),
    })
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|w| w == text.as_bytes())
}

/// Whether a certificate can be read, and is valid now.
fn check(what: &str, certificate: &CertificateDer<'_>) -> Result<()> {
    let bad = |error: &rustls::Error| cannot(what, &escape(&error.to_string()));
    let parsed = ParsedCertificate::try_from(certificate).map_err(|error| bad(&error))?;
    // Nobody is trusted, so the only question that is answered is the one that comes first: the time.
    let verdict = verify_server_cert_signed_by_trust_anchor(
        &parsed,
        &RootCertStore::empty(),
        &[],
        UnixTime::now(),
        provider().signature_verification_algorithms.all,
    );
    let Err(rustls::Error::InvalidCertificate(error)) = verdict else {
        return Ok(());
    };
    let days = |from: UnixTime, to: UnixTime| to.as_secs().saturating_sub(from.as_secs()) / 86_400;
    match error {
        CertificateError::ExpiredContext { time, not_after } => Err(cannot(
            what,
            &format_args!(
                "the certificate has expired, {} days ago: renew it, or set this machine's clock right",
                days(not_after, time)
            ),
        )),
        CertificateError::NotValidYetContext { time, not_before } => Err(cannot(
            what,
            &format_args!(
                "the certificate is not valid yet, but from {} days on: set this machine's clock right, or make a new one",
                days(time, not_before)
            ),
        )),
        _ => Ok(()),
    }
}
