//! What a network does to connections, by a proxy that does it (torture table E).
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests over real sockets wait in real time and may fail anywhere"
)]

#[path = "../common/mod.rs"]
mod common;
mod crowd;
#[path = "../common/proxy.rs"]
mod proxy;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use common::{
    LIMIT, at_most, client_options, connect, holds, input, output, poll, quality, server, set,
};
use common::{server_with, until, until_holds};
use proxy::{End, Faults, Plan, Proxy, Way};
use realvirtual_ws::interface::State;
use realvirtual_ws::{Access, Declaration, Direction, Interface, Kind, Options, Quality, ValueRef};

/// A client behind `proxy`, not started.
fn behind(proxy: &Proxy, change: impl FnOnce(&mut Options)) -> Interface {
    let mut options = client_options(proxy.port);
    options.reconnect_interval = Duration::from_millis(20);
    change(&mut options);
    Interface::new(options).unwrap()
}

/// No byte was taken for what it is not.
#[track_caller]
fn assert_nothing_refused(end: &Interface) {
    let stats = end.stats();
    let refused = [
        stats.malformed,
        stats.unknown_message,
        stats.unknown_signal,
        stats.rejected_type,
        stats.rejected_direction,
        stats.lossy,
    ];
    assert_eq!(refused, [0; 6]);
}

#[test]
fn the_proxy_delays_drips_cuts_and_corrupts() {
    let echo = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = echo.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in echo.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let mut reader = stream.try_clone().unwrap();
                let _ = std::io::copy(&mut reader, &mut stream);
                let _ = stream.shutdown(std::net::Shutdown::Write);
            });
        }
    });
    let sent: Vec<u8> = (0..100).collect();
    // What comes back of it, how it ends, and after how long.
    let trip = |way, faults| {
        let proxy = Proxy::new(port, move |_| Plan::new(way, faults));
        let start = Instant::now();
        let mut stream = TcpStream::connect(("127.0.0.1", proxy.port)).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.write_all(&sent).unwrap();
        let mut answer = Vec::new();
        let mut buffer = [0; 100];
        let end = loop {
            match stream.read(&mut buffer) {
                Ok(0) => break "end",
                Ok(n) => answer.extend(&buffer[..n]),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break "reset",
                Err(error) => panic!("{error}"),
            }
            if answer.len() == sent.len() {
                break "all";
            }
        };
        (answer, end, start.elapsed(), proxy.struck())
    };
    for way in [Way::Up, Way::Down] {
        let (answer, _, _, struck) = trip(way, Faults::NONE);
        assert_eq!((answer, struck), (sent.clone(), 0));
        let delay = Duration::from_millis(50);
        let (answer, _, took, _) = trip(
            way,
            Faults {
                delay,
                ..Faults::NONE
            },
        );
        assert!(answer == sent && took >= delay, "{took:?}");
        let drip = Some((10, Duration::from_millis(5)));
        let (answer, _, took, _) = trip(
            way,
            Faults {
                drip,
                ..Faults::NONE
            },
        );
        assert!(
            answer == sent && took >= Duration::from_millis(45),
            "{took:?}"
        );
        let corrupt = Some((7, 0x80));
        let (answer, _, _, struck) = trip(
            way,
            Faults {
                corrupt,
                ..Faults::NONE
            },
        );
        assert_eq!((answer[6], answer[7], answer[8], struck), (6, 0x87, 8, 1));
        for (end, seen) in [
            (End::Reset, "reset"),
            (End::Close, "end"),
            (End::HalfClose, "end"),
        ] {
            let cut = Some((30, end));
            let (answer, found, _, struck) = trip(
                way,
                Faults {
                    cut,
                    ..Faults::NONE
                },
            );
            assert_eq!((found, struck), (seen, 1), "{way:?} {end:?}");
            assert!(sent.starts_with(&answer) && answer.len() <= 30);
            if end == End::HalfClose {
                assert_eq!(answer.len(), 30);
            }
        }
    }
}

#[test]
fn e2_a_second_without_network_costs_no_connection() {
    let server = server_with(|o| {
        o.ping_interval = Duration::from_millis(100);
        o.peer_timeout = Duration::from_secs(4);
    });
    let proxy = Proxy::new(server.info().port, |_| Plan::NONE);
    let client = behind(&proxy, |o| {
        o.ping_interval = Duration::from_millis(100);
        o.peer_timeout = Duration::from_secs(4);
    });
    let down = input(&server, "down", Kind::Int);
    let up = output(&server, "up", Kind::Int);
    input(&client, "down", Kind::Int);
    output(&client, "up", Kind::Int);
    connect(&client);
    set(&server, down, ValueRef::Int(1));
    set(&client, up, ValueRef::Int(1));
    until_holds(&client, down, ValueRef::Int(1));
    until_holds(&server, up, ValueRef::Int(1));
    poll(&client);

    proxy.hold(true, true);
    let start = Instant::now();
    let mut n = 1;
    while start.elapsed() < Duration::from_secs(1) {
        n += 1;
        set(&server, down, ValueRef::Int(n));
        set(&client, up, ValueRef::Int(n));
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(client.get_int(down).unwrap() < n, "nothing passes");
    proxy.hold(false, false);
    until_holds(&client, down, ValueRef::Int(n));
    until_holds(&server, up, ValueRef::Int(n));
    for end in [&client, &server] {
        let stats = end.stats();
        assert_eq!((stats.connects, stats.disconnects), (1, 0));
    }
    assert_eq!(proxy.connections(), 1);
    assert!(
        poll(&client)
            .iter()
            .all(|change| change.quality == Quality::Good)
    );
}

#[test]
fn g4_values_that_cross_on_a_slow_unsteady_link_settle_on_one() {
    let server = server();
    let unsteady = Faults {
        delay: Duration::from_millis(20),
        jitter: Duration::from_millis(20),
        drip: Some((64, Duration::from_millis(1))),
        ..Faults::NONE
    };
    let proxy = Proxy::new(server.info().port, move |_| Plan {
        up: unsteady,
        down: unsteady,
    });
    let client = behind(&proxy, |_| {});
    for end in [&server, &client] {
        let mut declaration = Declaration::new("both", Kind::Int, Direction::Auto);
        declaration.access = Some(Access::ReadWrite);
        end.add_signal(&declaration).unwrap();
    }
    connect(&client);
    for round in 0..100 {
        set(&server, 0, ValueRef::Int(round));
        if round % 3 != 0 {
            std::thread::sleep(Duration::from_millis(7));
        }
        set(&client, 0, ValueRef::Int(1000 + round));
        std::thread::sleep(Duration::from_millis(3));
    }
    let ends = || (server.get_int(0).unwrap(), client.get_int(0).unwrap());
    // Equal, for longer than anything can still be on its way.
    let mut since = (Instant::now(), ends());
    until("both hold one value and keep it", || {
        let now = ends();
        if now != since.1 || now.0 != now.1 {
            since = (Instant::now(), now);
        }
        since.0.elapsed() > Duration::from_millis(500)
    });
    // One of those that crossed at the end: the link holds some 80 ms of them.
    let settled = server.get_int(0).unwrap();
    assert!(settled % 1000 >= 80, "{settled}");
    let frames = (server.stats().frames_out, client.stats().frames_out);
    assert!(frames.0 < 300 && frames.1 < 300, "{frames:?}");
}

/// Text that is the same all over, so that half of it shows.
fn uniform(n: u32) -> String {
    format!("{n:04}").repeat(15_000)
}

#[test]
fn e3_a_reset_within_a_frame_leaves_the_old_value_until_the_new_one_is_whole() {
    for way in [Way::Up, Way::Down] {
        let server = server();
        let cut = Some((30_000, End::Reset));
        let proxy = Proxy::new(server.info().port, move |index| match index {
            0 => Plan::new(
                way,
                Faults {
                    cut,
                    ..Faults::NONE
                },
            ),
            _ => Plan::NONE,
        });
        let client = behind(&proxy, |_| {});
        // A bystander, who reads the same and for whom nothing happens.
        let other = common::client(&server);
        input(&other, "text", Kind::Text);
        let (writer, reader) = match way {
            Way::Up => (&client, &server),
            Way::Down => (&server, &client),
        };
        if way == Way::Up {
            // The old value is not for the one that writes it, who has a newer one after the reset.
            client.subscribe([].into_iter()).unwrap();
        }
        let mut here = 0;
        for end in [&server, &client] {
            here = match way {
                Way::Up => output(end, "text", Kind::Text),
                Way::Down => input(end, "text", Kind::Text),
            };
        }
        connect(&client);
        connect(&other);
        set(writer, here, ValueRef::Text("old"));
        until_holds(reader, here, ValueRef::Text("old"));
        assert_eq!(proxy.struck(), 0);
        set(writer, here, ValueRef::Text(&uniform(1)));
        until("it is whole", || {
            let text = common::text(reader, here);
            assert!(text == "old" || text == uniform(1), "{way:?}: half a text");
            text != "old"
        });
        assert_eq!((proxy.struck(), proxy.connections()), (1, 2), "{way:?}");
        until_holds(&other, 0, ValueRef::Text(&uniform(1)));
        for end in [&server, &client, &other] {
            assert_nothing_refused(end);
        }
        assert_eq!(other.stats().connects, 1, "{way:?}");
    }
}

#[test]
fn e5_silence_in_one_way_is_noticed_within_its_time_and_a_tenth() {
    const TIMEOUT: Duration = Duration::from_millis(1500);
    let quick = |o: &mut Options| {
        o.ping_interval = Duration::from_millis(100);
        o.heartbeat = Duration::from_millis(100);
        o.peer_timeout = TIMEOUT;
    };
    for way in [Way::Up, Way::Down] {
        // The end that still hears something must not be the one that gives up.
        let server = server_with(|o| {
            quick(o);
            o.peer_timeout = if way == Way::Up {
                TIMEOUT
            } else {
                10 * TIMEOUT
            };
        });
        let proxy = Proxy::new(server.info().port, |_| Plan::NONE);
        let client = behind(&proxy, |o| {
            quick(o);
            o.peer_timeout = if way == Way::Down {
                TIMEOUT
            } else {
                10 * TIMEOUT
            };
        });
        let down = input(&server, "down", Kind::Int);
        let up = output(&server, "up", Kind::Int);
        input(&client, "down", Kind::Int);
        output(&client, "up", Kind::Int);
        connect(&client);
        set(&server, down, ValueRef::Int(1));
        set(&client, up, ValueRef::Int(1));
        until_holds(&client, down, ValueRef::Int(1));
        until_holds(&server, up, ValueRef::Int(1));
        // Only who has answered a ping must go on answering.
        let pongs = |end: &Interface| end.stats().round_trip.buckets.iter().sum::<u64>();
        until("pongs", || pongs(&client) > 2 && pongs(&server) > 2);
        let (deaf, signal) = match way {
            Way::Up => (&server, up),
            Way::Down => (&client, down),
        };
        proxy.hold(way == Way::Up, way == Way::Down);
        let start = Instant::now();
        // How late this thread itself may be.
        let (mut late, mut last) = (Duration::ZERO, start);
        until("the value is stale", || {
            late = late.max(last.elapsed());
            last = Instant::now();
            quality(deaf, signal) == Quality::Stale
        });
        let took = start.elapsed();
        at_most(TIMEOUT.mul_f64(1.1) + late, "noticing", start);
        assert!(took >= TIMEOUT / 2, "{way:?}: {took:?}");
        proxy.hold(false, false);
        set(&server, down, ValueRef::Int(2));
        set(&client, up, ValueRef::Int(2));
        until_holds(&client, down, ValueRef::Int(2));
        until_holds(&server, up, ValueRef::Int(2));
    }
}

#[test]
fn e8_a_server_that_comes_back_with_other_signals() {
    let first = server();
    let port = first.info().port;
    let kept = input(&first, "kept", Kind::Int);
    let gone = input(&first, "gone", Kind::Int);
    output(&first, "order", Kind::Int);
    let client = common::client(&first);
    input(&client, "kept", Kind::Int);
    input(&client, "gone", Kind::Int);
    let order = output(&client, "order", Kind::Int);
    let late = input(&client, "late", Kind::Int);
    client
        .subscribe(["kept", "gone", "late"].into_iter())
        .unwrap();
    connect(&client);
    set(&first, kept, ValueRef::Int(1));
    set(&first, gone, ValueRef::Int(2));
    set(&client, order, ValueRef::Int(3));
    until_holds(&client, kept, ValueRef::Int(1));
    until_holds(&client, gone, ValueRef::Int(2));
    until_holds(&first, 2, ValueRef::Int(3));
    assert_eq!(quality(&client, late), Quality::Never);
    drop(first);
    until("the loss", || client.info().state == State::Reconnecting);
    assert_eq!(quality(&client, gone), Quality::Stale);

    // `gone` and `order` are not there any more, `kept` is a text now, `late` and `more` are new.
    let second = {
        let mut options = Options::server();
        options.port = port;
        Interface::new(options).unwrap()
    };
    let text = input(&second, "kept", Kind::Text);
    let new = input(&second, "late", Kind::Int);
    input(&second, "more", Kind::Float);
    set(&second, text, ValueRef::Text("not a number"));
    set(&second, new, ValueRef::Int(4));
    second.start().unwrap();
    until_holds(&client, late, ValueRef::Int(4));
    assert_eq!(quality(&client, late), Quality::Good);
    until("what does not fit is counted", || {
        client.stats().rejected_type > 0
    });
    until("what is gone there is counted", || {
        second.stats().unknown_signal > 0
    });
    assert_eq!(client.get_int(kept).unwrap(), 1);
    assert_eq!(client.get_int(gone).unwrap(), 2);
    let report = client.import(LIMIT).unwrap();
    assert_eq!((report.added, report.conflicting), (1, 1), "{report:?}");
    set(&second, text, ValueRef::Text("12"));
    until_holds(&client, kept, ValueRef::Int(12));
    // What the new server has come by later is written as if nothing had happened.
    let order_there = output(&second, "order", Kind::Int);
    set(&client, order, ValueRef::Int(5));
    until_holds(&second, order_there, ValueRef::Int(5));
}

#[test]
fn e11_a_hundred_clients_do_not_come_back_at_one_moment() {
    let first = server();
    let port = first.info().port;
    let clients: Vec<Interface> = (0..100)
        .map(|_| {
            let mut options = client_options(port);
            options.reconnect_interval = Duration::from_millis(1500);
            let client = Interface::new(options).unwrap();
            input(&client, "n", Kind::Int);
            client.start().unwrap();
            client
        })
        .collect();
    until("all are connected", || first.info().clients == 100);
    first.stop(LIMIT).unwrap();
    drop(first);
    // Counts arrivals, and answers none of them.
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let mut arrivals: Vec<Instant> = listener
        .incoming()
        .take(100)
        .map(|stream| {
            drop(stream.unwrap());
            Instant::now()
        })
        .collect();
    drop(listener);
    arrivals.sort_unstable();
    let spread = arrivals[94] - arrivals[5];
    // +-10 % of 1.5 s are 300 ms.
    assert!(spread > Duration::from_millis(100), "{spread:?}");

    let mut options = Options::server();
    options.port = port;
    let second = Interface::new(options).unwrap();
    let n = input(&second, "n", Kind::Int);
    second.start().unwrap();
    until("all are back", || second.info().clients == 100);
    set(&second, n, ValueRef::Int(7));
    until("all have it", || {
        let mut all = clients.iter();
        all.all(|client| holds(client, 0, ValueRef::Int(7)))
    });
}
