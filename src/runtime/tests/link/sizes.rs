//! Every size in every piece, and random bytes.

use super::*;

/// A message that is valid JSON and has so many bytes.
fn json(bytes: usize) -> String {
    let (open, close) = (r#"{"type":"x","of":""#, r#""}"#);
    let filling = "y".repeat(bytes - open.len() - close.len());
    format!("{open}{filling}{close}")
}

#[tokio::test]
async fn a2_a3_a34_every_size_arrives_in_every_piece() {
    const SIZES: [usize; 5] = [125, 126, 127, 65_535, 65_536];
    let whole = SIZES.map(|size| text(json(size))).concat();
    let fragments = [
        frame(0x01, true, &json(50_000).as_bytes()[..20_000]),
        frame(0x89, true, b"ping"),
        frame(0x80, true, &json(50_000).as_bytes()[20_000..]),
    ];
    let bytes = [whole, fragments.concat()].concat();
    for piece in [1, 64, 1_460, 16_384, 131_072] {
        let (mut client, server) = pair().await;
        let _ = client.set_nodelay(true);
        let mut end = link(server, Role::Server, 65_536, LinkOptions::default()).await;
        let write = async {
            for part in bytes.chunks(piece) {
                client.write_all(part).await.unwrap();
            }
        };
        let read = async {
            for size in SIZES {
                let event = end.next().await;
                assert!(
                    event == Event::Text(json(size)),
                    "{size} in pieces of {piece}"
                );
            }
            assert_eq!(end.next().await, Event::Ping(b"ping".to_vec()));
            assert!(end.next().await == Event::Text(json(50_000)), "{piece}");
        };
        within(async { tokio::join!(write, read) }).await;
    }
}

#[tokio::test]
async fn a8_pings_are_answered_with_what_they_bring() {
    for payload in [&[][..], &[7; 125]] {
        let (_end, mut client) = server().await;
        let ping = frame(0x89, true, payload);
        client.write_all(&ping).await.unwrap();
        let mut pong = vec![0; 2 + payload.len()];
        within(client.read_exact(&mut pong)).await.unwrap();
        assert_eq!(pong, frame(0x8a, false, payload));
    }
}

/// What a peer says that has lost its mind: noise; a frame of noise, and more noise; or sound frames with bytes changed.
fn nonsense(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut random = move |below: usize| {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize % below
    };
    let mut bytes = match seed % 3 {
        0 => vec![],
        1 => header(
            [0x01, 0x81, 0x80, 0x88, 0x89][random(5)],
            true,
            random(200) as u64,
        ),
        _ => {
            let sound = [
                text("one"),
                frame(0x01, true, b"t"),
                frame(0x89, true, b"p"),
            ];
            let mut bytes = [sound.concat(), frame(0x80, true, b"wo"), close(1000, b"")].concat();
            for _ in 0..1 + random(4) {
                let at = random(bytes.len());
                bytes[at] = random(256) as u8;
            }
            bytes
        }
    };
    let noise = random(300);
    bytes.extend((0..noise).map(|_| random(256) as u8));
    bytes
}

/// `RV_SEEDS` is the number of peers; `make verify-frames` has 100,000 of them.
#[tokio::test]
async fn a37_random_bytes_after_the_handshake_end_the_link_cleanly() {
    let seeds = std::env::var("RV_SEEDS").map_or(2_000, |seeds| seeds.parse().unwrap());
    let mut refused = 0;
    for seed in 0..seeds {
        let (mut client, server) = pair().await;
        let end = link(server, Role::Server, CAP, quick()).await;
        client.write_all(&nonsense(seed)).await.unwrap();
        client.shutdown().await.unwrap();
        let mut got = Vec::new();
        within(client.read_to_end(&mut got)).await.unwrap();
        let (_, closed) = end.rest().await;
        // Pongs, then at most one close, and nothing behind it.
        let frames = frames_of(&got);
        let closes = frames.iter().position(|(first, _)| *first == 0x88);
        assert!(
            closes.is_none_or(|at| at + 1 == frames.len()),
            "{seed}: {frames:?}"
        );
        let mut pongs = frames[..closes.unwrap_or(frames.len())].iter();
        assert!(pongs.all(|(first, _)| *first == 0x8a), "{seed}: {frames:?}");
        if closed.by_us {
            refused += 1;
            let code = closed.code.unwrap();
            assert!(
                [1002, 1003, 1007, 1008, 1009].contains(&code),
                "{seed}: {closed:?}"
            );
            let (_, payload) = frames.last().unwrap();
            assert_eq!(payload[..2], code.to_be_bytes(), "{seed}");
        }
    }
    assert!(refused > seeds / 2, "{refused} of {seeds} were told why");
}
