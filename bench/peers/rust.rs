//! Two peers in Rust on tokio and tokio-tungstenite: `rust echo …` sends every frame back without reading it, the
//! least that a WebSocket library does; `rust plain …` keeps `serde_json::Value`s in a map, as a first version would.
//!
//! The arguments behind the first are those of peer.hpp.
#![allow(
    clippy::disallowed_methods,
    reason = "a program of its own, without the library's layers"
)]

use std::collections::HashMap;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, accept_async, client_async};

type Failure = Box<dyn std::error::Error>;
type Socket = WebSocketStream<TcpStream>;

struct Job {
    echo: bool,
    roundtrip: bool,
    server: bool,
    port: u16,
    signals: usize,
    changed: usize,
    rate: u32,
    frames: i64,
    clients: usize,
}

impl Job {
    fn from_arguments() -> Result<Self, Failure> {
        let all: Vec<String> = std::env::args().skip(1).collect();
        let [kind, measure, role, numbers @ ..] = &all[..] else {
            return Err(
                "usage: rust echo|plain MEASURE ROLE PORT SIGNALS CHANGED RATE FRAMES CLIENTS"
                    .into(),
            );
        };
        let number = |n: usize| -> Result<i64, Failure> {
            Ok(numbers.get(n).ok_or("a number is missing")?.parse()?)
        };
        Ok(Self {
            echo: kind == "echo",
            roundtrip: measure == "roundtrip",
            server: role == "server",
            port: number(0)? as u16,
            signals: number(1)? as usize,
            changed: number(2)? as usize,
            rate: number(3)? as u32,
            frames: number(4)?,
            clients: number(5)? as usize,
        })
    }

    /// When frame `n` is to go out.
    fn due(&self, begin: Instant, n: i64) -> Instant {
        begin + Duration::from_nanos(n as u64 * 1_000_000_000 / u64::from(self.rate.max(1)))
    }
}

/// Seconds of this process.
fn cpu() -> f64 {
    // Of the main thread in nanoseconds; there is no other.
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|n| n.parse::<f64>().ok());
    nanoseconds.unwrap_or(f64::NAN) / 1e9
}

fn report(cpu: f64, frames: i64, mut latency: Vec<Duration>) {
    latency.sort_unstable();
    let latency: Vec<f64> = latency
        .iter()
        .map(|l| l.as_nanos() as f64 / 1000.0)
        .collect();
    println!(
        "{}",
        json!({ "cpu": cpu, "frames": frames, "latency": latency })
    );
}

fn name_of(n: usize) -> String {
    let part = match n % 20 {
        0 if n == 0 => "Counter",
        0..10 => "Sensor",
        10..15 => "Drive.Speed",
        15..19 => "Counter",
        _ => "State",
    };
    format!("Cell{}.{part}_{n}", n / 200)
}

fn value_of(n: usize, frame: i64) -> Value {
    match n % 20 {
        0 if n == 0 => frame.into(),
        0..10 => ((n as i64 + frame) & 1 == 1).into(),
        10..15 => (n as f64 * 1.25 + frame as f64 * 0.5 + 0.001).into(),
        15..19 => (n as i64 * 37 - 500 + frame).into(),
        _ => format!("Running, step {}", n as i64 + frame).into(),
    }
}

fn text_of(signals: &HashMap<String, Value>) -> Utf8Bytes {
    json!({ "type": "data", "version": 2, "signals": signals })
        .to_string()
        .into()
}

fn axis(prefix: &str, round: i64) -> HashMap<String, Value> {
    HashMap::from([
        (format!("{prefix}.Count"), round.into()),
        (
            format!("{prefix}.Position"),
            (round as f64 * 0.25 + 0.001).into(),
        ),
        (format!("{prefix}.Ready"), (round & 1 == 1).into()),
        (format!("{prefix}.Note"), format!("step {round}").into()),
    ])
}

/// Takes a frame into the table; what changed is looked at as it comes.
fn apply(table: &mut HashMap<String, Value>, text: &str) -> Result<(), Failure> {
    let Value::Object(mut frame) = serde_json::from_str(text)? else {
        return Ok(());
    };
    if let Some(Value::Object(signals)) = frame.remove("signals") {
        for (name, value) in signals {
            if table.get(&name) != Some(&value) {
                table.insert(name, value);
            }
        }
    }
    Ok(())
}

fn count(table: &HashMap<String, Value>, name: &str) -> i64 {
    table.get(name).and_then(Value::as_i64).unwrap_or(0)
}

async fn answer(job: &Job, mut socket: Socket) -> Result<(), Failure> {
    let (mut table, mut before) = (HashMap::new(), 0.0);
    for _ in 0..job.frames {
        let Some(Ok(Message::Text(text))) = socket.next().await else {
            return Err("the client went away".into());
        };
        if before == 0.0 {
            before = cpu();
        }
        if job.echo {
            socket.send(Message::Text(text)).await?;
        } else {
            apply(&mut table, &text)?;
            let round = count(&table, "Axis.Count");
            socket
                .send(Message::Text(text_of(&axis("Echo", round))))
                .await?;
        }
    }
    report(cpu() - before, job.frames, Vec::new());
    socket.close(None).await?;
    Ok(())
}

async fn ask(job: &Job, mut socket: Socket) -> Result<(), Failure> {
    let (mut table, mut latency) = (HashMap::new(), Vec::new());
    let fixed = text_of(&axis("Axis", 1));
    let (before, begin) = (cpu(), Instant::now());
    for round in 1..=job.frames {
        let mut sent = Instant::now();
        if job.rate > 0 {
            sent = job.due(begin, round);
            tokio::time::sleep_until(sent).await;
        }
        let text = if job.echo {
            fixed.clone()
        } else {
            text_of(&axis("Axis", round))
        };
        socket.send(Message::Text(text)).await?;
        let Some(Ok(Message::Text(text))) = socket.next().await else {
            return Err("the server went away".into());
        };
        if !job.echo {
            apply(&mut table, &text)?;
            assert_eq!(count(&table, "Echo.Count"), round);
        }
        latency.push(sent.elapsed());
    }
    report(cpu() - before, job.frames, latency);
    Ok(())
}

async fn produce(job: &Job, listener: TcpListener) -> Result<(), Failure> {
    let (sender, receiver) = watch::channel(Utf8Bytes::default());
    let mut tasks = Vec::new();
    for _ in 0..job.clients {
        let mut socket = accept(&listener).await?;
        let mut frames = receiver.clone();
        tasks.push(tokio::spawn(async move {
            while frames.changed().await.is_ok() {
                let text = frames.borrow_and_update().clone();
                if socket.send(Message::Text(text)).await.is_err() {
                    return;
                }
            }
            let _ = socket.close(None).await;
        }));
    }
    drop(receiver);
    tokio::time::sleep(Duration::from_millis(600)).await;
    let mut table: HashMap<String, Value> = HashMap::new();
    let names: Vec<String> = (0..job.signals).map(name_of).collect();
    let (before, begin) = (cpu(), Instant::now());
    for frame in 1..=job.frames {
        tokio::time::sleep_until(job.due(begin, frame)).await;
        for (n, name) in names.iter().take(job.changed).enumerate() {
            table.insert(name.clone(), value_of(n, frame));
        }
        sender.send(text_of(&table))?;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    report(cpu() - before, job.frames, Vec::new());
    drop(sender);
    for task in tasks {
        task.await?;
    }
    Ok(())
}

async fn consume(job: &Job, mut socket: Socket) -> Result<(), Failure> {
    let (mut table, mut frames) = (HashMap::new(), 0);
    let before = cpu();
    let first = name_of(0);
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else {
            continue;
        };
        apply(&mut table, &text)?;
        frames += 1;
        if count(&table, &first) >= job.frames {
            break;
        }
    }
    report(cpu() - before, frames, Vec::new());
    Ok(())
}

async fn accept(listener: &TcpListener) -> Result<Socket, Failure> {
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok(accept_async(stream).await?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let job = Job::from_arguments()?;
    if job.server {
        let listener = TcpListener::bind(("127.0.0.1", job.port)).await?;
        println!("port {}", listener.local_addr()?.port());
        if job.roundtrip {
            let socket = accept(&listener).await?;
            answer(&job, socket).await
        } else {
            produce(&job, listener).await
        }
    } else {
        let stream = TcpStream::connect(("127.0.0.1", job.port)).await?;
        stream.set_nodelay(true)?;
        let (socket, _) = client_async("ws://127.0.0.1/", stream).await?;
        if job.roundtrip {
            ask(&job, socket).await
        } else {
            consume(&job, socket).await
        }
    }
}
