//! Authorities and certificates for tests, also for `tests/tls`.
#![allow(dead_code, reason = "each of its users needs a part of this")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair};

pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub pem: String,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let name = format!("authority {}", number());
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(params, key),
            pem,
        }
    }
}

/// A certificate with its key.
pub struct Own {
    pub certificate: Certificate,
    pub key: KeyPair,
}

impl Own {
    /// For 127.0.0.1 and localhost, changed by `change`, of `issuer` or self-signed.
    pub fn new(issuer: Option<&Authority>, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = match issuer {
            Some(authority) => params.signed_by(&key, &authority.issuer).unwrap(),
            None => params.self_signed(&key).unwrap(),
        };
        Self { certificate, key }
    }
}

/// A number that no other call got.
fn number() -> u32 {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

/// A file that is removed at the end.
pub struct File(PathBuf);

impl File {
    pub fn new(content: impl AsRef<[u8]>) -> Self {
        let name = format!("rvws-tls-{}-{}.pem", std::process::id(), number());
        let file = Self(std::env::temp_dir().join(name));
        file.write(content);
        file
    }

    pub fn write(&self, content: impl AsRef<[u8]>) {
        std::fs::write(&self.0, content).unwrap();
    }

    pub fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
