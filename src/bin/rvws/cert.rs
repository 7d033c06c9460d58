//! `rvws cert`: an authority, and certificates of it for a server and a client.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};

use crate::arguments::Cert;
use crate::failure::{Exit, Failure};
use crate::output::{Output, When};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A file to write.
struct Made {
    name: &'static str,
    content: String,
    /// Others must not read it. Windows has no modes: there a file has the rights of its folder.
    #[cfg_attr(not(unix), expect(dead_code, reason = "files have no modes there"))]
    secret: bool,
}

pub fn run(arguments: &Cert) -> Result<Exit, Failure> {
    let hosts = hosts(arguments);
    let files = make(arguments, &hosts).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!(
                "the certificates cannot be made: {error} (names and addresses: {})",
                hosts.join(", ")
            ),
        )
    })?;
    let folder = &arguments.folder;
    fs::create_dir_all(folder).map_err(|error| cannot(folder, &error))?;
    if !arguments.force
        && let Some(file) = files
            .iter()
            .map(|file| folder.join(file.name))
            .find(|path| path.exists())
    {
        return Err(Failure::new(
            Exit::File,
            format!(
                "{} is there already: choose another folder, or write over it with --force",
                file.display()
            ),
        ));
    }
    for file in &files {
        let path = folder.join(file.name);
        write(&path, file, arguments.force).map_err(|error| cannot(&path, &error))?;
    }
    tell(arguments, &hosts)?;
    Ok(Exit::Done)
}

/// The server's names and addresses, each once.
fn hosts(arguments: &Cert) -> Vec<String> {
    let machine = hostname::get().unwrap_or_default();
    let mut hosts: Vec<String> = ["localhost", "127.0.0.1", "::1"]
        .map(str::to_owned)
        .to_vec();
    let more = [machine.to_string_lossy().to_ascii_lowercase()];
    for host in more.iter().chain(&arguments.host) {
        let host = host.trim().trim_start_matches('[').trim_end_matches(']');
        if !host.is_empty() && !hosts.iter().any(|known| known == host) {
            hosts.push(host.to_owned());
        }
    }
    hosts
}

/// The authority's own key is forgotten: nobody can make more certificates that are trusted because of it.
fn make(arguments: &Cert, hosts: &[String]) -> Result<Vec<Made>, rcgen::Error> {
    let days = u32::try_from(arguments.days).unwrap_or(u32::MAX);
    let params = |name: &str, hosts: &[String]| -> Result<CertificateParams, rcgen::Error> {
        let mut params = CertificateParams::new(hosts)?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        // Clocks differ.
        let now = SystemTime::now();
        params.not_before = (now - DAY).into();
        params.not_after = (now + DAY * days).into();
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        Ok(params)
    };
    let mut authority = params(&authority_name(), &[])?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate()?;
    let ca = authority.self_signed(&key)?.pem();
    let issuer = Issuer::new(authority, key);

    let mut files = vec![Made {
        name: "ca.pem",
        content: ca,
        secret: false,
    }];
    for (names, common_name, hosts, usage) in [
        (
            ("server.pem", "server-key.pem"),
            hosts[0].as_str(),
            hosts,
            ExtendedKeyUsagePurpose::ServerAuth,
        ),
        (
            ("client.pem", "client-key.pem"),
            arguments.client_name.as_str(),
            &[],
            ExtendedKeyUsagePurpose::ClientAuth,
        ),
    ] {
        let mut params = params(common_name, hosts)?;
        params.is_ca = IsCa::ExplicitNoCa;
        params.extended_key_usages = vec![usage];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        files.push(Made {
            name: names.0,
            content: params.signed_by(&key, &issuer)?.pem(),
            secret: false,
        });
        files.push(Made {
            name: names.1,
            content: key.serialize_pem(),
            secret: true,
        });
    }
    Ok(files)
}

/// Not the name of one that was made before: who trusts that one could not tell why this one is not trusted.
fn authority_name() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    format!(
        "rvws test authority {:x}",
        since.unwrap_or_default().as_nanos()
    )
}

/// On Unix a key is never readable by others, not even for a moment.
fn write(path: &Path, file: &Made, force: bool) -> io::Result<()> {
    if force {
        // Its permissions go with it.
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(if file.secret { 0o600 } else { 0o644 });
    }
    options.open(path)?.write_all(file.content.as_bytes())
}

fn cannot(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        Exit::File,
        format!("cannot write {}: {error}", path.display()),
    )
}

fn tell(arguments: &Cert, hosts: &[String]) -> Result<(), Failure> {
    let path = |name: &str| -> PathBuf { arguments.folder.join(name) };
    let (ca, server, client) = (path("ca.pem"), path("server.pem"), path("client.pem"));
    let (server_key, client_key) = (path("server-key.pem"), path("client-key.pem"));
    let mut output = Output::new(When::Auto);
    for line in [
        format!("For {} days, for {}:", arguments.days, hosts.join(", ")),
        format!(
            "  {}  the authority, for those who are to trust the server",
            ca.display()
        ),
        format!(
            "  {}, {}  the server's, the key secret",
            server.display(),
            server_key.display()
        ),
        format!(
            "  {}, {}  a client's, the key secret",
            client.display(),
            client_key.display()
        ),
        "A server, with --tls-client-ca only for clients that show their certificate:".to_owned(),
        format!(
            "  rvws serve LIST --tls-cert {} --tls-key {} --tls-client-ca {}",
            server.display(),
            server_key.display(),
            ca.display()
        ),
        "A client of it:".to_owned(),
        format!(
            "  rvws ls wss://localhost:1234 --ca {} --cert {} --key {}",
            ca.display(),
            client.display(),
            client_key.display()
        ),
        "To try things with. Where it matters, let your own authority issue certificates."
            .to_owned(),
    ] {
        output.line(&line)?;
    }
    output.flush()?;
    Ok(())
}
