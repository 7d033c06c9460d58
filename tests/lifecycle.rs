//! Starting, stopping, closing and reconnecting, from any thread and at any moment (torture table F).
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests over real sockets wait in real time and may fail anywhere"
)]

mod common;

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use common::{
    LIMIT, SECOND, at_most, client, client_options, client_with, connect, input, number, output,
    poll, quality, raw, server, server_with, set, until, until_holds,
};
use realvirtual_ws::interface::{State, live_count};
use realvirtual_ws::options::SendMode;
use realvirtual_ws::{
    Access, Declaration, Direction, ErrorCode, Interface, Kind, Quality, ValueRef,
};

/// Counts of threads and descriptors belong to the whole process: one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Binds as a program does that knows nothing of this library.
#[track_caller]
fn assert_free(port: u16) {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    if let Err(error) = TcpListener::bind(address) {
        panic!("port {port} is not free: {error}");
    }
}

#[cfg(target_os = "linux")]
fn threads() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    tasks
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .map(|name| name.trim().to_owned())
        .collect()
}

#[cfg(target_os = "linux")]
fn net_threads() -> usize {
    threads().iter().filter(|name| *name == "rv-net").count()
}

#[cfg(target_os = "linux")]
fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[test]
fn f12_starting_and_stopping_twice_does_nothing_more() {
    let _alone = alone();
    let server = server();
    let port = server.info().port;
    server.start().unwrap();
    assert_eq!(server.info().port, port);
    assert_eq!(server.info().state, State::Listening);
    server.stop(SECOND).unwrap();
    assert_free(port);
    server.stop(SECOND).unwrap();
    assert_eq!(server.info().state, State::Stopped);

    let fresh = client_with(&server, |_| {});
    fresh.stop(SECOND).unwrap();
    fresh.start().unwrap();
    fresh.start().unwrap();
    assert_ne!(
        fresh.info().state,
        State::Stopped,
        "as soon as start returns"
    );
    fresh.stop(SECOND).unwrap();
    assert_eq!(fresh.info().state, State::Stopped);
}

#[test]
fn f12_an_interface_starts_again_after_a_stop_with_its_signals_and_port() {
    let _alone = alone();
    let server = server_with(|_| {});
    let here = input(&server, "n", Kind::Int);
    let port = server.info().port;
    server.stop(SECOND).unwrap();
    let server = {
        let mut options = realvirtual_ws::Options::server();
        options.port = port;
        Interface::new(options).unwrap()
    };
    assert_eq!(input(&server, "n", Kind::Int), here);
    let client = client_with(&server, |_| {});
    let there = input(&client, "n", Kind::Int);
    for round in 1..=10 {
        server.start().unwrap();
        connect(&client);
        set(&server, here, ValueRef::Int(round));
        until_holds(&client, there, ValueRef::Int(round));
        if round % 2 == 0 {
            client.stop(SECOND).unwrap();
        }
        server.stop(SECOND).unwrap();
        assert_free(port);
        client.stop(SECOND).unwrap();
    }
}

#[test]
fn f12_starts_and_stops_from_many_threads_leave_it_usable() {
    let _alone = alone();
    let server = server();
    let client = client(&server);
    let here = input(&server, "n", Kind::Int);
    let there = input(&client, "n", Kind::Int);
    std::thread::scope(|scope| {
        for n in 0..6 {
            let (server, client) = (&server, &client);
            scope.spawn(move || {
                for _ in 0..15 {
                    for interface in [server, client] {
                        let result = if n % 2 == 0 {
                            interface.start()
                        } else {
                            interface.stop(SECOND)
                        };
                        if let Err(error) = result {
                            assert_eq!(error.code(), ErrorCode::State, "{error}");
                        }
                    }
                }
            });
        }
    });
    let port = server.info().port;
    server.stop(SECOND).unwrap();
    assert_free(port);
    client.stop(SECOND).unwrap();
    server.start().unwrap();
    // The port was 0 and may be another one now.
    let mut options = client_options(server.info().port);
    options.client_name = "fresh".to_owned();
    let fresh = Interface::new(options).unwrap();
    let id = input(&fresh, "n", Kind::Int);
    connect(&fresh);
    set(&server, here, ValueRef::Int(5));
    until_holds(&fresh, id, ValueRef::Int(5));
    assert_eq!(client.get_int(there).unwrap(), 0);
}

#[test]
fn f12_a_stop_closes_clients_with_1001_and_frees_the_port_although_they_do_not_answer() {
    let _alone = alone();
    let server = server();
    let port = server.info().port;
    let mut silent = raw::connect(port);
    until("the client", || server.info().clients == 1);
    let start = Instant::now();
    // It never answers the close.
    let _ = server.stop(Duration::from_millis(300));
    at_most(Duration::from_millis(700), "stop", start);
    assert_free_of_listeners(port);
    loop {
        let (first, payload) = raw::read_frame(&mut silent);
        if first == 0x88 {
            assert_eq!(payload[..2], 1001_u16.to_be_bytes());
            break;
        }
    }
}

/// The port itself can be bound again; the system may still hold the old connection.
fn assert_free_of_listeners(port: u16) {
    let mut options = realvirtual_ws::Options::server();
    options.port = port;
    Interface::new(options).unwrap().start().unwrap();
}

#[test]
fn f14_stop_and_close_end_a_connection_attempt_at_once() {
    let _alone = alone();
    // Accepts in the kernel and never says anything: silent at the upgrade, and at the TLS hello.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    for tls in [false, true] {
        for close in [false, true] {
            let mut options = client_options(port);
            options.tls.enabled = tls;
            options.tls.insecure_skip_verify = tls;
            let client = Interface::new(options).unwrap();
            client.start().unwrap();
            let (stream, _) = silent.accept().unwrap();
            std::thread::sleep(Duration::from_millis(30));
            assert_eq!(client.info().state, State::Connecting);
            let start = Instant::now();
            if close {
                client.close();
                at_most(Duration::from_millis(500), "close", start);
            } else {
                client.stop(LIMIT).unwrap();
                at_most(Duration::from_millis(500), "stop", start);
            }
            drop(stream);
        }
    }
}

#[test]
fn f14_stop_does_not_wait_for_a_name_look_up() {
    let _alone = alone();
    for close in [false, true] {
        let mut options = client_options(1);
        options.address = "no-such-host.invalid".to_owned();
        let client = Interface::new(options).unwrap();
        client.start().unwrap();
        let start = Instant::now();
        if close {
            client.close();
            at_most(Duration::from_millis(500), "close", start);
        } else {
            client.stop(LIMIT).unwrap();
            at_most(Duration::from_millis(500), "stop", start);
        }
    }
}

#[test]
fn f14_a_server_that_looks_its_address_up_can_be_closed_meanwhile() {
    let _alone = alone();
    let mut options = realvirtual_ws::Options::server();
    options.address = "no-such-host.invalid".to_owned();
    let server = Arc::new(Interface::new(options).unwrap());
    let starting = {
        let server = Arc::clone(&server);
        std::thread::spawn(move || server.start())
    };
    std::thread::sleep(Duration::from_millis(1));
    let start = Instant::now();
    server.close();
    at_most(Duration::from_millis(500), "close", start);
    let code = starting.join().unwrap().unwrap_err().code();
    assert!(
        [ErrorCode::Handle, ErrorCode::Resolve].contains(&code),
        "{code:?}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn f13_lives_leave_no_thread_and_no_descriptor() {
    let _alone = alone();
    let lives = number("RV_LIVES", 200);
    let life = |pair: bool| {
        let server = server();
        input(&server, "n", Kind::Int);
        if pair {
            let client = client(&server);
            connect(&client);
            client.close();
        }
        server.stop(SECOND).unwrap();
        server.close();
    };
    // Warm-up: what is made once for the whole process.
    for n in 0..5 {
        life(n % 2 == 0);
    }
    until("the network thread is gone", || net_threads() == 0);
    let before = (descriptors(), threads().len());
    for n in 0..lives {
        life(n % 4 == 0);
    }
    until("threads and descriptors are as before", || {
        // A look-up of another test may have ended meanwhile, so fewer are fine.
        descriptors() <= before.0 && threads().len() <= before.1
    });
    assert_eq!(live_count(), 0);
}

#[test]
#[cfg(target_os = "linux")]
fn d12_connections_that_come_and_go_leave_nothing() {
    let _alone = alone();
    let server = server();
    input(&server, "n", Kind::Int);
    let port = server.info().port;
    let come_and_go = |connections: usize| {
        for n in 0..connections {
            match n % 4 {
                // Gone before it has said a word, or in the middle of its request.
                0 => drop(TcpStream::connect(("127.0.0.1", port)).unwrap()),
                1 => {
                    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
                    stream.write_all(b"GET / HTTP/1.1\r\nHost: 127").unwrap();
                }
                2 => drop(raw::connect(port)),
                _ => {
                    let mut stream = raw::connect(port);
                    raw::send(&mut stream, r#"{"type":"init"}"#);
                    raw::read_text(&mut stream);
                }
            }
        }
    };
    let calm = || server.info().clients == 0;
    come_and_go(100);
    until("they are gone", calm);
    let before = (descriptors(), threads().len(), common::resident_bytes());
    come_and_go(number("RV_CONNECTIONS", 300));
    until("they are gone", || {
        calm() && descriptors() <= before.0 && threads().len() <= before.1
    });
    let grown = common::resident_bytes().saturating_sub(before.2);
    let most = number("RV_GROWTH_MIB", 4) << 20;
    assert!(grown < most, "grew by {grown} bytes");
    let stats = server.stats();
    assert_eq!(stats.connects, stats.disconnects);
    // One that stays is served.
    let client = client(&server);
    input(&client, "n", Kind::Int);
    connect(&client);
    set(&server, 0, ValueRef::Int(1));
    until_holds(&client, 0, ValueRef::Int(1));
}

#[test]
#[cfg(target_os = "linux")]
fn f15_the_network_thread_ends_with_the_last_interface() {
    // The system lists a thread for a moment after it was joined.
    let gone = || until("the thread is gone", || net_threads() == 0);
    let _alone = alone();
    gone();
    let first = server();
    let second = client(&first);
    connect(&second);
    assert_eq!(net_threads(), 1, "one thread for all interfaces");
    first.close();
    assert_eq!(net_threads(), 1);
    assert_eq!(live_count(), 1);
    drop(second);
    gone();
    // And comes back.
    let third = server();
    assert_eq!(net_threads(), 1);
    drop(third);
    gone();
    assert_eq!(live_count(), 0);
}

#[test]
fn f15_dropping_without_a_stop_frees_everything() {
    let _alone = alone();
    for _ in 0..20 {
        let server = server();
        let port = server.info().port;
        let client = client(&server);
        connect(&client);
        drop(server);
        assert_free_of_listeners(port);
        drop(client);
    }
}

#[test]
fn f4_close_wakes_whoever_waits_with_the_handle_error() {
    type Call = fn(&Interface) -> Option<ErrorCode>;
    const LONG: Duration = Duration::from_secs(30);
    let _alone = alone();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let calls: [(&str, Call); 4] = [
        ("wait", |i| {
            loop {
                // Changes of state are events, too.
                match i.wait(LONG) {
                    Err(error) => break Some(error.code()),
                    Ok(_) => while i.poll_event(|_| (true, ())).ok()?.is_some() {},
                }
            }
        }),
        ("wait_connected", |i| {
            Some(i.wait_connected(LONG).err()?.code())
        }),
        ("import", |i| Some(i.import(LONG).err()?.code())),
        ("stop", |i| {
            std::thread::sleep(Duration::from_millis(20));
            Some(i.stop(LONG).err()?.code())
        }),
    ];
    for (name, call) in calls {
        let interface = if name == "stop" {
            // A client that never answers makes it wait.
            server()
        } else {
            let options = client_options(silent.local_addr().unwrap().port());
            Interface::new(options).unwrap()
        };
        interface.start().unwrap();
        let mut peer = None;
        if name == "stop" {
            peer = Some(raw::connect(interface.info().port));
            until("the client", || interface.info().clients == 1);
        }
        let interface = Arc::new(interface);
        let waiter = {
            let interface = Arc::clone(&interface);
            std::thread::spawn(move || (call(&interface), Instant::now()))
        };
        std::thread::sleep(Duration::from_millis(100));
        assert!(!waiter.is_finished(), "{name} waits");
        let start = Instant::now();
        interface.close();
        at_most(Duration::from_millis(500), "close", start);
        let (code, woken) = waiter.join().unwrap();
        assert_eq!(code, Some(ErrorCode::Handle), "{name}");
        let took = woken.duration_since(start);
        assert!(took < Duration::from_millis(500), "{name}: {took:?}");
        drop(peer);
    }
}

#[test]
fn f4_after_a_close_every_call_gives_the_handle_error() {
    let _alone = alone();
    let server = server();
    let id = input(&server, "n", Kind::Int);
    server.close();
    server.close();
    let errors = [
        server.start().err(),
        server.stop(SECOND).err(),
        server.flush().err(),
        server.set(id, ValueRef::Int(1)).err(),
        server.get_int(id).err(),
        server.wait(SECOND).err(),
        server.wait_connected(SECOND).err(),
        server.import(SECOND).err(),
        server.poll_changes(1, |_, _| ()).err(),
        server.poll_event(|_| (true, ())).err(),
        server.poll_log(|_| (true, ())).err(),
        server.find_signal("n").err(),
        #[cfg(unix)]
        server.event_fd().err(),
    ];
    for (index, error) in errors.into_iter().enumerate() {
        assert_eq!(error.unwrap().code(), ErrorCode::Handle, "call {index}");
    }
}

#[test]
fn f4_close_returns_in_half_a_second_although_peers_do_not_read() {
    let _alone = alone();
    let server = server();
    let ids: Vec<u32> = (0..120)
        .map(|n| input(&server, &format!("s{n}"), Kind::Text))
        .collect();
    let peers: Vec<_> = (0..10).map(|_| raw::connect(server.info().port)).collect();
    until("ten clients", || server.info().clients == 10);
    // More than the sockets' buffers hold.
    for round in 0..4 {
        let text = char::from(b'a' + round).to_string().repeat(60_000);
        for id in &ids {
            set(&server, *id, ValueRef::Text(&text));
        }
        std::thread::sleep(Duration::from_millis(30));
    }
    let start = Instant::now();
    server.close();
    at_most(Duration::from_millis(500), "close", start);
    drop(peers);
}

#[test]
fn f4_closing_from_many_threads_closes_once() {
    let _alone = alone();
    for _ in 0..20 {
        let before = live_count();
        let server = server();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| server.close());
                scope.spawn(|| {
                    let _ = server.start();
                    let _ = server.stop(SECOND);
                });
            }
        });
        assert_eq!(live_count(), before);
        assert_eq!(server.start().unwrap_err().code(), ErrorCode::Handle);
    }
}

#[test]
fn f8_a_fault_ends_the_interface_and_no_other() {
    let _alone = alone();
    let (faulted, sound) = (server(), server());
    let port = faulted.info().port;
    let client = client_with(&faulted, |o| o.reconnect_interval = Duration::from_secs(30));
    connect(&client);
    let waiting = Arc::new(faulted);
    let waiter = {
        let waiting = Arc::clone(&waiting);
        std::thread::spawn(move || {
            while waiting.wait(LIMIT)? {
                while waiting.poll_event(|_| (true, ()))?.is_some() {}
            }
            Ok::<(), realvirtual_ws::Error>(())
        })
    };
    waiting.fault("on purpose");
    let error = waiter.join().unwrap().unwrap_err();
    assert_eq!(error.code(), ErrorCode::Panic);
    assert_eq!(waiting.info().state, State::Failed);
    assert_eq!(waiting.stop(SECOND).unwrap_err().code(), ErrorCode::Panic);
    until("its clients are cut", || {
        client.info().state != State::Connected
    });
    until("its port is free", || {
        TcpListener::bind(("127.0.0.1", port)).is_ok()
    });
    let mut logged = String::new();
    while let Some(text) = waiting
        .poll_log(|record| (true, record.text.clone()))
        .unwrap()
    {
        logged = text;
    }
    assert!(logged.contains("defect"), "{logged}");
    waiting.close();
    drop(client);
    let other = common::client(&sound);
    connect(&other);
}

#[test]
fn f19_a_hundred_interfaces_live_at_once() {
    let _alone = alone();
    let pairs: Vec<(Interface, Interface)> = (0..50)
        .map(|n| {
            let server = server();
            let client = client(&server);
            let id = input(&server, "n", Kind::Int);
            input(&client, "n", Kind::Int);
            client.start().unwrap();
            set(&server, id, ValueRef::Int(n));
            (server, client)
        })
        .collect();
    assert_eq!(live_count(), 100);
    for (n, (_, client)) in (0..).zip(&pairs) {
        until_holds(client, 0, ValueRef::Int(n));
    }
    let start = Instant::now();
    drop(pairs);
    at_most(LIMIT, "closing a hundred", start);
    assert_eq!(live_count(), 0);
}

#[test]
fn a6_a_client_leaves_a_server_that_masks_with_1002_and_tries_again() {
    let _alone = alone();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = Interface::new(client_options(listener.local_addr().unwrap().port())).unwrap();
    client.start().unwrap();
    for _ in 0..2 {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        let head = raw::read_head(&mut stream);
        let answer = raw::upgrade_answer(&head);
        stream.write_all(answer.as_bytes()).unwrap();
        let masked = raw::masked(r#"{"type":"data","signals":{}}"#);
        stream.write_all(&masked).unwrap();
        let closed = loop {
            let (first, payload) = raw::read_masked_frame(&mut stream);
            if first == 0x88 {
                break payload;
            }
        };
        assert_eq!(closed[..2], 1002_u16.to_be_bytes());
    }
}

#[test]
fn a32_the_values_of_a_client_that_ends_without_a_close_are_stale() {
    let _alone = alone();
    let server = server();
    let id = output(&server, "from client", Kind::Int);
    let mut peer = raw::connect(server.info().port);
    raw::send(&mut peer, r#"{"type":"data","signals":{"from client":7}}"#);
    until_holds(&server, id, ValueRef::Int(7));
    assert_eq!(quality(&server, id), Quality::Good);
    drop(peer);
    until("it is gone", || server.info().clients == 0);
    assert_eq!(quality(&server, id), Quality::Stale);
    assert_eq!(server.get_int(id).unwrap(), 7);
}

#[test]
fn e7_a_client_survives_a_restart_of_its_server_and_both_agree_again() {
    let _alone = alone();
    let first = server();
    let port = first.info().port;
    let client = client(&first);
    let from_server = input(&client, "from server", Kind::Int);
    let from_client = output(&client, "from client", Kind::Int);
    let declare = |server: &Interface| {
        (
            input(server, "from server", Kind::Int),
            output(server, "from client", Kind::Int),
        )
    };
    let (here, there) = declare(&first);
    connect(&client);
    set(&first, here, ValueRef::Int(1));
    set(&client, from_client, ValueRef::Int(10));
    until_holds(&client, from_server, ValueRef::Int(1));
    until_holds(&first, there, ValueRef::Int(10));
    assert_eq!(quality(&client, from_server), Quality::Good);

    // Killed: no close, no word.
    drop(first);
    until("the value is stale", || {
        quality(&client, from_server) == Quality::Stale
    });
    assert_eq!(client.info().state, State::Reconnecting);
    assert_eq!(client.get_int(from_server).unwrap(), 1);
    assert!(poll(&client).iter().any(|c| c.quality == Quality::Stale));
    // Set while there is no connection: the last one counts.
    for n in 11..=20 {
        set(&client, from_client, ValueRef::Int(n));
    }

    let mut options = realvirtual_ws::Options::server();
    options.port = port;
    let second = Interface::new(options).unwrap();
    let (here, there) = declare(&second);
    set(&second, here, ValueRef::Int(1));
    second.start().unwrap();
    until("the value is good again", || {
        quality(&client, from_server) == Quality::Good
    });
    until_holds(&second, there, ValueRef::Int(20));
    assert_eq!(client.info().state, State::Connected);
    set(&second, here, ValueRef::Int(2));
    until_holds(&client, from_server, ValueRef::Int(2));
}

#[test]
fn e17_what_a_server_sets_while_its_client_is_away_arrives_later() {
    let _alone = alone();
    for mode in [SendMode::Cycle, SendMode::OnChange] {
        let server = server_with(|o| o.send_mode = mode);
        let client = client_with(&server, |o| o.send_mode = mode);
        let here = input(&server, "n", Kind::Int);
        let there = input(&client, "n", Kind::Int);
        connect(&client);
        for round in 1..=5 {
            let id = server.client_ids()[0];
            server.disconnect_client(id).unwrap();
            until("it is gone", || !server.client_ids().contains(&id));
            set(&server, here, ValueRef::Int(round));
            until_holds(&client, there, ValueRef::Int(round));
        }
    }
}

#[test]
fn e17_a_signal_that_both_write_keeps_what_the_client_set_while_away() {
    let _alone = alone();
    let server = server();
    let client = client_with(&server, |o| {
        o.reconnect_interval = Duration::from_millis(300)
    });
    for interface in [&server, &client] {
        for name in ["away", "untouched"] {
            let mut declaration = Declaration::new(name, Kind::Int, Direction::Auto);
            declaration.access = Some(Access::ReadWrite);
            interface.add_signal(&declaration).unwrap();
        }
    }
    connect(&client);
    set(&server, 0, ValueRef::Int(1));
    set(&server, 1, ValueRef::Int(1));
    until_holds(&client, 1, ValueRef::Int(1));
    server.disconnect_client(server.client_ids()[0]).unwrap();
    until("it is gone", || client.info().state == State::Reconnecting);
    set(&client, 0, ValueRef::Int(2));
    set(&server, 1, ValueRef::Int(3));
    until_holds(&server, 0, ValueRef::Int(2));
    until_holds(&client, 1, ValueRef::Int(3));
    assert_eq!(client.get_int(0).unwrap(), 2);
}

#[test]
fn g7_clients_that_connect_during_a_stop_do_not_hold_it_up() {
    let _alone = alone();
    for _ in 0..10 {
        let server = server();
        let port = server.info().port;
        let go = AtomicBool::new(true);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut kept = Vec::new();
                    while go.load(Ordering::Relaxed) && kept.len() < 200 {
                        kept.extend(std::net::TcpStream::connect(("127.0.0.1", port)));
                    }
                });
            }
            let client = client_with(&server, |_| {});
            client.start().unwrap();
            std::thread::sleep(Duration::from_millis(20));
            let start = Instant::now();
            server.stop(LIMIT).unwrap();
            at_most(Duration::from_millis(1500), "stop", start);
            go.store(false, Ordering::Relaxed);
        });
    }
}
