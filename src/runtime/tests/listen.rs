use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};

use super::within;
use crate::access::Role;
use crate::error::{ErrorCode, Result};
use crate::options::Options;
use crate::runtime::keys::Keys;
use crate::runtime::listen::{self, accept_loop};

async fn bind(options: &Options) -> Result<(TcpListener, SocketAddr)> {
    listen::bind(options, &Keys::of(options)?).await
}

fn server(address: &str, port: u16) -> Options {
    Options {
        address: address.into(),
        port,
        ..Options::server()
    }
}

#[tokio::test]
async fn binds_loopback_in_every_spelling() {
    for address in [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        " 127.0.0.1 ",
        "::1",
        "[::1]",
    ] {
        let (_, local) = bind(&server(address, 0)).await.unwrap();
        assert!(local.ip().is_loopback() && local.port() > 0, "{address}");
        // One address alone, which every client that tries this name comes to.
        if address.eq_ignore_ascii_case("localhost") {
            assert!(local.is_ipv4());
        }
    }
}

#[tokio::test]
async fn a_port_in_use_is_named_with_its_remedy() {
    let (_held, local) = bind(&server("127.0.0.1", 0)).await.unwrap();
    let error = bind(&server("127.0.0.1", local.port())).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::PortInUse);
    let port = local.port().to_string();
    assert!(
        error.message().contains(&port) && error.message().contains("taken"),
        "{error}"
    );
}

#[tokio::test]
async fn a_port_is_free_again_at_once() {
    let (listener, local) = bind(&server("127.0.0.1", 0)).await.unwrap();
    let client = TcpStream::connect(local).await.unwrap();
    let accepted = listener.accept().await.unwrap();
    drop((accepted, listener));
    bind(&server("127.0.0.1", local.port())).await.unwrap();
    drop(client);
}

#[tokio::test]
async fn addresses_that_cannot_be_bound_have_their_own_codes() {
    let cases = [
        (
            "192.0.2.1",
            true,
            ErrorCode::Address,
            "not an address of this machine",
        ),
        ("1.2.3", true, ErrorCode::Address, "no IP address"),
        ("1::2::3", true, ErrorCode::Address, "no IP address"),
        (
            "no-such-host.invalid",
            true,
            ErrorCode::Resolve,
            "no-such-host.invalid",
        ),
    ];
    for (address, wide, code, words) in cases {
        let mut options = server(address, 0);
        options.allow_anonymous_network = wide;
        options.connect_timeout = Duration::from_secs(3);
        let error = within(bind(&options)).await.unwrap_err();
        assert_eq!(error.code(), code, "{address}: {error}");
        assert!(error.message().contains(words), "{error}");
    }
}

#[tokio::test]
async fn c21_a_wide_bind_must_be_allowed() {
    for address in ["0.0.0.0", "::", "192.0.2.1", "::ffff:0.0.0.0"] {
        let error = bind(&server(address, 0)).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::InsecureBind, "{address}");
        assert!(error.message().contains("allow_anonymous_network"));
    }
    let mut options = server("::", 0);
    options.allow_anonymous_network = true;
    let (_listener, local) = bind(&options).await.unwrap();
    // Both families arrive at `::`.
    TcpStream::connect(("127.0.0.1", local.port()))
        .await
        .unwrap();
    options.address = "0.0.0.0".into();
    bind(&options).await.unwrap();
}

#[tokio::test]
async fn c22_a_wide_bind_is_free_where_clients_must_present_something() {
    type Change = fn(&mut Options);
    let ways: [Change; 3] = [
        |o| o.tls.client_ca_file = Some("ca.pem".into()),
        |o| o.access_token = Some("secret".into()),
        |o| (o.user, o.password) = (Some("u".into()), Some("p".into())),
    ];
    for way in ways {
        let mut options = server("0.0.0.0", 0);
        way(&mut options);
        bind(&options).await.unwrap();
    }
    let keys = Keys::default();
    keys.add_token("late", Role::default()).unwrap();
    listen::bind(&server("0.0.0.0", 0), &keys).await.unwrap();
    // Taken back: closed for all, not open.
    keys.revoke_token("late").unwrap();
    listen::bind(&server("0.0.0.0", 0), &keys).await.unwrap();
    assert!(keys.closed());
}

#[tokio::test]
async fn connections_come_until_the_stop_and_the_port_is_free_then() {
    let (listener, local) = bind(&server("127.0.0.1", 0)).await.unwrap();
    let (send, mut got) = mpsc::unbounded_channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(accept_loop(
        listener,
        move |stream, peer| {
            assert!(stream.nodelay().unwrap());
            send.send((stream, peer)).unwrap();
        },
        |error| panic!("{error}"),
        async {
            let _ = stopped.await;
        },
    ));
    for _ in 0..3 {
        let mut client = TcpStream::connect(local).await.unwrap();
        let (stream, peer) = within(got.recv()).await.unwrap();
        assert_eq!(peer, client.local_addr().unwrap());
        drop(stream);
        assert_eq!(client.read(&mut [0; 1]).await.unwrap(), 0);
    }
    stop.send(()).unwrap();
    within(task).await.unwrap();
    bind(&server("127.0.0.1", local.port())).await.unwrap();
}

/// In a process of its own, since it takes every descriptor there is.
#[cfg(unix)]
#[test]
fn d13_the_listener_survives_without_descriptors() {
    const CHILD: &str = "RVWS_TEST_FEW_FILES";
    if std::env::var_os(CHILD).is_some() {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(without_descriptors());
        return;
    }
    let status = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 64; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "--test-threads=1"])
        .arg("runtime::tests::listen::d13_the_listener_survives_without_descriptors")
        .env(CHILD, "1")
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
}

#[cfg(unix)]
async fn without_descriptors() {
    let (listener, local) = bind(&server("127.0.0.1", 0)).await.unwrap();
    let (send, mut got) = mpsc::unbounded_channel();
    let (trouble, mut troubles) = mpsc::unbounded_channel();
    tokio::spawn(accept_loop(
        listener,
        move |stream, _| send.send(stream).unwrap(),
        move |error| trouble.send(error).unwrap(),
        std::future::pending(),
    ));
    let mut files = Vec::new();
    while let Ok(file) = std::fs::File::open("/dev/null") {
        files.push(file);
    }
    assert!(files.pop().is_some());
    let _client = TcpStream::connect(local).await.unwrap();
    let error = within(troubles.recv()).await.unwrap();
    assert_eq!(error.code(), ErrorCode::System);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(
        got.try_recv().is_err() && troubles.try_recv().is_err(),
        "told once"
    );
    drop(files);
    within(got.recv()).await.unwrap();
}
