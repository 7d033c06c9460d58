//! Closing, deadlines, limits and back pressure.

use super::*;

#[tokio::test]
async fn our_close_waits_for_the_answer() {
    let (end, mut client) = server().await;
    end.text("last");
    end.send(Outbound::Close {
        code: 1001,
        reason: "é".repeat(100),
    });
    let mut got = [0; 6 + 2 + 124];
    within(client.read_exact(&mut got)).await.unwrap();
    assert_eq!(&got[..6], b"\x81\x04last");
    assert_eq!(
        &got[6..10],
        [0x88, 124, 3, 233],
        "cut at 122 bytes, a whole character"
    );
    client.write_all(&text("too late")).await.unwrap();
    client.write_all(&close(1001, b"")).await.unwrap();
    assert_eq!(client.read(&mut [0; 1]).await.unwrap(), 0);
    drop(client);
    let (events, closed) = end.rest().await;
    assert!(!events.contains(&Event::Text("too late".into())));
    assert_eq!(
        (closed.code, closed.clean, closed.by_us),
        (Some(1001), true, true)
    );
}

#[tokio::test]
async fn a31_a_peer_that_never_answers_the_close_is_dropped() {
    let (end, _client) = server().await;
    let started = Instant::now();
    end.send(Outbound::Close {
        code: 1000,
        reason: String::new(),
    });
    let (_, closed) = end.rest().await;
    at_most(Duration::from_secs(1), started);
    assert!(LinkOptions::default().close_wait <= Duration::from_secs(1));
    assert!(!closed.clean && closed.error.is_some());
}

#[tokio::test]
async fn a_peer_that_does_not_read_can_be_closed_and_cut() {
    for cut in [false, true] {
        let (mut end, _client) = server().await;
        for _ in 0..8 {
            end.text("x".repeat(4 << 20));
        }
        sleep(Duration::from_millis(100)).await;
        assert!(!end.task.is_finished());
        let started = Instant::now();
        if cut {
            end.send = None;
        } else {
            end.send(Outbound::Close {
                code: 1008,
                reason: "slow".into(),
            });
        }
        let (events, closed) = end.rest().await;
        at_most(Duration::from_secs(1), started);
        assert!(events.is_empty() && !closed.clean, "{events:?}");
    }
}

#[tokio::test]
async fn a24_a_message_that_stops_is_cut() {
    // As it stands in the options' documentation; the test's own times are short.
    assert_eq!(LinkOptions::default().message_progress.as_secs(), 15);
    for start in [
        header(0x81, true, 15 << 20),
        vec![0x81],
        frame(0x01, true, b"x"),
    ] {
        let (mut client, server) = pair().await;
        let end = link(server, Role::Server, 16 << 20, quick()).await;
        let started = Instant::now();
        client.write_all(&start).await.unwrap();
        assert_eq!(
            read_frames(&mut client).await[0].1[..2],
            1008u16.to_be_bytes()
        );
        at_most(Duration::from_secs(1), started);
        drop(client);
        assert_eq!(end.rest().await.1.code, Some(1008));
    }
}

#[tokio::test]
async fn a23_a_message_in_drips_has_its_time_in_all() {
    let (mut end, mut client) = server().await;
    let started = Instant::now();
    client.write_all(&header(0x81, true, 500)).await.unwrap();
    let (mut reader, mut writer) = client.split();
    let drip = async {
        while writer.write_all(b"x").await.is_ok() {
            sleep(Duration::from_millis(40)).await;
        }
    };
    let mut got = [0; 4];
    tokio::select! {
        () = drip => panic!("broken"),
        read = within(reader.read_exact(&mut got)) => read.unwrap(),
    };
    assert_eq!(got[2..], 1008u16.to_be_bytes());
    assert!(started.elapsed() > Duration::from_millis(300));
    assert_eq!(within(end.events.recv()).await, Some(Event::Progress));
}

#[tokio::test]
async fn idle_time_and_many_messages_are_no_unfinished_message() {
    let (mut end, mut client) = server().await;
    for _ in 0..12 {
        // Always in the middle of some message, never long in the same one.
        client.write_all(&text("abc")[..5]).await.unwrap();
        sleep(Duration::from_millis(25)).await;
        client
            .write_all(&[&text("abc")[5..], &text("d")[..3]].concat())
            .await
            .unwrap();
        sleep(Duration::from_millis(25)).await;
        client.write_all(&text("d")[3..]).await.unwrap();
    }
    sleep(Duration::from_millis(300)).await;
    for _ in 0..12 {
        assert_eq!(end.next().await, Event::Text("abc".into()));
        assert_eq!(end.next().await, Event::Text("d".into()));
    }
    assert!(!end.task.is_finished());
}

#[tokio::test]
async fn the_cap_may_change_on_a_live_link() {
    let (mut end, mut client) = server().await;
    end.cap.store(CAP + 1, Ordering::Relaxed);
    client.write_all(&text([b'x'; CAP + 1])).await.unwrap();
    assert!(matches!(end.next().await, Event::Text(t) if t.len() == CAP + 1));
    end.cap.store(CAP, Ordering::Relaxed);
    client.write_all(&text([b'x'; CAP + 1])).await.unwrap();
    assert!(matches!(end.next().await, Event::Closed(c) if c.code == Some(1009)));
}

#[tokio::test]
async fn drained_comes_once_when_everything_is_in_the_kernel() {
    let (mut end, mut client) = server().await;
    for i in 0..3 {
        end.text(i.to_string());
    }
    end.send(Outbound::Ping(Bytes::from_static(b"rvf1")));
    assert_eq!(end.next().await, Event::Drained);
    let mut got = [0; 15];
    within(client.read_exact(&mut got)).await.unwrap();
    assert_eq!(&got, b"\x81\x010\x81\x011\x81\x012\x89\x04rvf1");
    client.write_all(&frame(0x8a, true, b"rvf1")).await.unwrap();
    assert_eq!(
        end.next().await,
        Event::Pong(b"rvf1".to_vec()),
        "only one Drained"
    );

    end.text("x".repeat(32 << 20));
    sleep(Duration::from_millis(100)).await;
    assert!(
        end.events.try_recv().is_err(),
        "drained although nobody reads"
    );
    let mut left = 32 << 20;
    let mut buffer = vec![0; 1 << 20];
    while left > 0 {
        left -= within(client.read(&mut buffer)).await.unwrap().min(left);
    }
    assert_eq!(end.next().await, Event::Drained);
}

#[tokio::test]
async fn both_ends_send_much_at_once_without_blocking_each_other() {
    let (near, far) = pair().await;
    let options = LinkOptions::default();
    let size = 8 << 20;
    let mut client = link(near, Role::Client, size, options).await;
    let mut server = link(far, Role::Server, size, options).await;
    for end in [&client, &server] {
        end.text("€".repeat(size / 3));
        end.send(Outbound::Ping(Bytes::from_static(b"fence")));
    }
    for end in [&mut client, &mut server] {
        let mut seen = (0, 0, 0);
        while seen != (1, 1, 1) {
            match end.next().await {
                Event::Text(text) => {
                    assert_eq!(text.len(), size / 3 * 3);
                    seen.0 += 1;
                }
                Event::Ping(data) => {
                    assert_eq!(
                        (data.as_slice(), seen.0),
                        (&b"fence"[..], 1),
                        "after the message"
                    );
                    seen.1 += 1;
                }
                Event::Pong(_) => seen.2 += 1,
                Event::Drained => {}
                other => panic!("{other:?}"),
            }
        }
    }
    client.send(Outbound::Close {
        code: 1000,
        reason: "done".into(),
    });
    let (_, closed) = server.rest().await;
    assert_eq!((closed.reason.as_str(), closed.clean), ("done", true));
    assert!(client.rest().await.1.clean);
}

#[tokio::test]
async fn a12_pings_without_a_pause_are_no_message_that_does_not_end() {
    let (end, mut client) = server().await;
    let ping = frame(0x89, true, b"ping");
    // Whenever the link looks, it is in the middle of a ping; for twice as long as a message may take.
    client.write_all(&ping[..3]).await.unwrap();
    for _ in 0..20 {
        sleep(Duration::from_millis(40)).await;
        client.write_all(&ping[3..]).await.unwrap();
        client.write_all(&ping[..3]).await.unwrap();
    }
    client.write_all(&ping[3..]).await.unwrap();
    client.write_all(&close(1000, b"")).await.unwrap();
    let (events, closed) = end.rest().await;
    assert_eq!((events.len(), closed.clean), (21, true), "{closed:?}");
}

#[tokio::test]
async fn a12_pings_of_a_peer_that_reads_nothing_are_bounded() {
    // Their pongs would be 5 MB.
    const PINGS: usize = 40_000;
    // Of the system, on each side; it takes twice of what it is told.
    const BUFFER: usize = 1 << 16;
    let (client, server) = pair().await;
    socket2::SockRef::from(&client)
        .set_recv_buffer_size(BUFFER)
        .unwrap();
    socket2::SockRef::from(&server)
        .set_send_buffer_size(BUFFER)
        .unwrap();
    let mut end = link(server, Role::Server, CAP, LinkOptions::default()).await;
    let (mut reader, mut writer) = tokio::io::split(client);
    let writing = tokio::spawn(async move {
        let pings = frame(0x89, true, &[0; 125]).repeat(PINGS);
        writer.write_all(&pings).await.unwrap();
        writer
    });
    // As many as the link takes while nobody reads its pongs.
    let mut unread = 0;
    while let Ok(event) = timeout(Duration::from_millis(200), end.events.recv()).await {
        unread += usize::from(matches!(event, Some(Event::Ping(_))));
    }
    let mut bytes = Vec::new();
    let leave = async {
        let mut writer = writing.await.unwrap();
        writer.write_all(&close(1000, b"")).await.unwrap();
    };
    let (_, read) = within(async { tokio::join!(leave, reader.read_to_end(&mut bytes)) }).await;
    read.unwrap();
    let (events, closed) = end.rest().await;
    assert_eq!(unread + events.len(), PINGS);
    assert!(closed.clean);
    // Of those no more pongs were kept than the largest buffer holds, and the system.
    let kept = bytes.len().saturating_sub(events.len() * 127);
    assert!(
        kept < (1 << 20) + 4 * BUFFER,
        "{kept} bytes for {unread} pings"
    );
}
