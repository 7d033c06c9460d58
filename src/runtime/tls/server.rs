//! TLS of a server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::server::WebPkiClientVerifier;
use rustls::sign::SingleCertAndKey;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::subject::common_name;
use super::{VERSIONS, cannot, failure, files, provider};
use crate::error::Result;
use crate::escape::escape;
use crate::options::Tls;
use crate::runtime::admission;
use crate::runtime::stream::MaybeTls;
use crate::runtime::tcp::Tcp;

/// How long a client that was refused may take to read why.
const FAREWELL: Duration = Duration::from_secs(2);
const FAREWELL_BYTES: u64 = 64 << 10;

/// The configuration that the options' files make.
pub(super) fn config(tls: &Tls) -> Result<Arc<ServerConfig>> {
    let own = files::own(tls)?.ok_or_else(|| {
        cannot(
            "option tls",
            &"a server needs tls_certificate_file and tls_key_file",
        )
    })?;
    let provider = provider();
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(VERSIONS)
        .map_err(|error| cannot("TLS cannot be set up", &error))?;
    let config = match &tls.client_ca_file {
        Some(file) => {
            let what = format!("option tls_client_ca_file \"{file}\" cannot be used");
            let mut roots = RootCertStore::empty();
            for authority in files::authorities("tls_client_ca_file", file)? {
                roots
                    .add(authority)
                    .map_err(|error| cannot(&what, &error))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider)
                .build()
                .map_err(|error| cannot(&what, &error))?;
            config.with_client_cert_verifier(verifier)
        }
        None => config.with_no_client_auth(),
    };
    let mut config = config.with_cert_resolver(Arc::new(SingleCertAndKey::from(own)));
    // Who only speaks HTTP/2 is told in the handshake.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Speaks TLS to a client that has connected; the caller bounds the time. Gives what its certificate calls it,
/// made safe for a log, if it showed one.
///
/// # Errors
/// The line for the log.
pub(crate) async fn accept(
    config: Arc<ServerConfig>,
    tcp: TcpStream,
    peer: SocketAddr,
) -> std::result::Result<(MaybeTls, Option<String>), String> {
    // Taken from no buffer but the kernel's: TLS still reads it.
    let mut first = [0];
    match tcp.peek(&mut first).await {
        Ok(1) if first[0].is_ascii_alphabetic() => {
            return Err(admission::refuse_plain(tcp, peer).await.log);
        }
        Ok(1) => {}
        Ok(_) => return Err(format!("{peer} left without a byte")),
        Err(error) => return Err(format!("{peer} left without a byte ({error})")),
    }
    match TlsAcceptor::from(config)
        .accept(Tcp::new(tcp))
        .into_fallible()
        .await
    {
        Ok(stream) => {
            let name = stream.get_ref().1.peer_certificates().map(|chain| {
                let name = chain.first().and_then(|own| common_name(own));
                escape(name.as_deref().unwrap_or("(no name)"))
            });
            Ok((MaybeTls::tls(stream), name))
        }
        Err((error, mut tcp)) => {
            // TLS has told the client why. Closed with unread bytes, the connection would be reset, and the
            // client would not see it.
            let _ = tokio::time::timeout(FAREWELL, async {
                tcp.shutdown().await?;
                admission::drain(&mut tcp, FAREWELL_BYTES).await
            })
            .await;
            let why = failure::of_client(&error);
            Err(format!("refused {peer} in the TLS handshake: {why}"))
        }
    }
}
