//! Writing by whoever sends, beside the link's task.

use super::*;

/// Reads so many frames of any size that no client masked: opcode and payload.
async fn read_long(stream: &mut TcpStream, count: usize) -> Vec<(u8, Vec<u8>)> {
    let mut frames = Vec::new();
    for _ in 0..count {
        let mut head = [0; 2];
        within(stream.read_exact(&mut head)).await.unwrap();
        let length = match head[1] {
            127 => within(stream.read_u64()).await.unwrap(),
            126 => u64::from(within(stream.read_u16()).await.unwrap()),
            short => u64::from(short),
        };
        let mut payload = vec![0; length as usize];
        within(stream.read_exact(&mut payload)).await.unwrap();
        frames.push((head[0], payload));
    }
    frames
}

#[tokio::test]
async fn what_is_sent_is_in_the_kernel_without_the_links_task() {
    let (end, mut client) = server().await;
    let outlet = end.send.as_ref().unwrap();
    outlet.push(Outbound::Text("first".into()));
    outlet.push(Outbound::Ping(Bytes::from_static(b"rvf1")));
    outlet.push(Outbound::Text("x".repeat(70_000).into()));
    outlet.push(Outbound::Text(String::new().into()));
    outlet.line().pump();
    // Nothing of the runtime has run since.
    assert!(outlet.line().take_drained());
    assert!(!outlet.line().take_drained(), "once");
    let frames = read_long(&mut client, 4).await;
    assert_eq!(frames[0], (0x81, b"first".to_vec()));
    assert_eq!(frames[1], (0x89, b"rvf1".to_vec()));
    assert_eq!(frames[2], (0x81, vec![b'x'; 70_000]));
    assert_eq!(frames[3], (0x81, Vec::new()));
}

#[tokio::test]
async fn a_pong_does_not_get_into_a_frame_that_is_partly_out() {
    let (mut end, mut client) = server().await;
    let outlet = end.send.as_ref().unwrap();
    let mut sent = 0;
    while sent == 0 || outlet.line().take_drained() {
        outlet.push(Outbound::Text("x".repeat(200_000).into()));
        outlet.line().pump();
        sent += 1;
    }
    // The last one stands half in the kernel. The task reads pings, and tungstenite would answer them.
    for _ in 0..3 {
        client.write_all(&frame(0x89, true, b"ping")).await.unwrap();
        assert_eq!(end.next().await, Event::Ping(b"ping".to_vec()));
    }
    end.text("last");
    // Of pings that came meanwhile, the latest at least is answered.
    let mut frames = read_long(&mut client, sent + 2).await;
    while frames.iter().filter(|(opcode, _)| *opcode == 0x81).count() <= sent {
        frames.extend(read_long(&mut client, 1).await);
    }
    let (pongs, texts): (Vec<_>, Vec<_>) =
        frames.into_iter().partition(|(opcode, _)| *opcode == 0x8a);
    assert!(!pongs.is_empty() && pongs.iter().all(|(_, payload)| payload == b"ping"));
    assert_eq!(texts[sent].1, b"last");
    for (opcode, payload) in &texts[..sent] {
        assert_eq!((*opcode, payload.len()), (0x81, 200_000));
        assert!(payload.iter().all(|byte| *byte == b'x'));
    }
    assert_eq!(end.next().await, Event::Drained);
}

#[tokio::test]
async fn what_several_threads_send_stays_in_order_and_whole() {
    const COUNT: usize = 3000;
    let (mut end, mut client) = server().await;
    let outlet = Arc::new(end.send.take().unwrap());
    let number = Arc::new(parking_lot::Mutex::new(0));
    let senders: Vec<_> = (0..3)
        .map(|_| {
            let (outlet, number) = (outlet.clone(), number.clone());
            std::thread::spawn(move || {
                loop {
                    let mut number = number.lock();
                    if *number == COUNT {
                        return;
                    }
                    outlet.push(Outbound::Text(format!("{number:0>900}").into()));
                    *number += 1;
                    drop(number);
                    outlet.line().pump();
                }
            })
        })
        .collect();
    // The link's task writes here, beside them.
    let frames = read_long(&mut client, COUNT).await;
    for (number, (opcode, payload)) in frames.iter().enumerate() {
        assert_eq!(*opcode, 0x81);
        assert_eq!(payload, format!("{number:0>900}").as_bytes());
    }
    for sender in senders {
        sender.join().unwrap();
    }
    assert_eq!(end.next().await, Event::Drained);
}

#[tokio::test]
async fn a_socket_is_closed_with_its_task_whoever_still_has_the_line() {
    let (end, mut client) = server().await;
    let outlet = end.send.as_ref().unwrap();
    tokio::task::yield_now().await;
    end.task.abort();
    let mut rest = Vec::new();
    within(client.read_to_end(&mut rest)).await.unwrap();
    assert!(rest.is_empty());
    // It takes nothing more, and says nothing.
    outlet.push(Outbound::Text("late".into()));
    outlet.line().pump();
    assert!(!outlet.line().take_drained());
}
