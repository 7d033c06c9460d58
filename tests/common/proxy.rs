//! A TCP proxy that harms the connections it passes on, each in the way that its plan says.
//!
//! All proxies of a test binary live on one thread. A proxy that is dropped drops its connections.

use std::collections::HashMap;
use std::future::{Future, pending};
use std::io;
use std::net::TcpListener as StdListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Handle};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until};

/// From the one that connects to the server, or the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    Up,
    Down,
}

/// How a connection ends at a cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Both sides get a reset.
    Reset,
    /// Both sides get an end of data.
    Close,
    /// Only the receiver gets an end of data; the other way goes on.
    HalfClose,
}

/// What happens to the bytes of one way.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    /// How long each piece is on its way,
    pub delay: Duration,
    /// and up to this much longer; the order stays.
    pub jitter: Duration,
    /// Pieces of so many bytes, with a pause after each.
    pub drip: Option<(usize, Duration)>,
    /// After so many bytes the connection ends.
    pub cut: Option<(usize, End)>,
    /// The byte at this offset has these bits changed.
    pub corrupt: Option<(usize, u8)>,
}

impl Faults {
    pub const NONE: Self = Self {
        delay: Duration::ZERO,
        jitter: Duration::ZERO,
        drip: None,
        cut: None,
        corrupt: None,
    };
}

/// What happens to one connection.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub up: Faults,
    pub down: Faults,
}

impl Plan {
    pub const NONE: Self = Self {
        up: Faults::NONE,
        down: Faults::NONE,
    };

    pub fn new(way: Way, faults: Faults) -> Self {
        let mut plan = Self::NONE;
        *match way {
            Way::Up => &mut plan.up,
            Way::Down => &mut plan.down,
        } = faults;
        plan
    }
}

struct Shared {
    target: u16,
    plan: Box<dyn Fn(usize) -> Plan + Send + Sync>,
    connections: AtomicUsize,
    struck: AtomicUsize,
    /// The ways on which nothing passes now.
    held: watch::Sender<[bool; 2]>,
    /// What the first connection was given, before any fault.
    first: Mutex<HashMap<Way, Vec<u8>>>,
}

pub struct Proxy {
    pub port: u16,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Passes connections on to `target`; `plan` gives the faults of connection 0, 1, 2 and so on.
    pub fn new(target: u16, plan: impl Fn(usize) -> Plan + Send + Sync + 'static) -> Self {
        let listener = StdListener::bind(("127.0.0.1", 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a listener");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared {
            target,
            plan: Box::new(plan),
            connections: AtomicUsize::new(0),
            struck: AtomicUsize::new(0),
            held: watch::Sender::default(),
            first: Mutex::default(),
        });
        let task = runtime().spawn(accept(listener, Arc::clone(&shared)));
        Self { port, shared, task }
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Acquire)
    }

    /// How often a cut or a corrupted byte has come to pass.
    pub fn struck(&self) -> usize {
        self.shared.struck.load(Ordering::Acquire)
    }

    /// From now on bytes of these ways wait, or go on. No connection ends by it, and nothing is lost.
    pub fn hold(&self, up: bool, down: bool) {
        self.shared.held.send_replace([up, down]);
    }

    /// The bytes that the first connection was given.
    pub fn first(&self, way: Way) -> Vec<u8> {
        let first = self.shared.first.lock().expect("no panic");
        first.get(&way).cloned().unwrap_or_default()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn runtime() -> &'static Handle {
    static RUNTIME: OnceLock<Handle> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let handle = runtime.handle().clone();
        std::thread::spawn(move || runtime.block_on(pending::<()>()));
        handle
    })
}

async fn accept(listener: StdListener, shared: Arc<Shared>) {
    let listener = TcpListener::from_std(listener).expect("a listener");
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let index = shared.connections.fetch_add(1, Ordering::AcqRel);
        connections.spawn(connection(client, index, Arc::clone(&shared)));
        while connections.try_join_next().is_some() {}
    }
}

/// One connection, to its end: what it returns closes the sockets.
async fn connection(mut client: TcpStream, index: usize, shared: Arc<Shared>) {
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", shared.target)).await else {
        return;
    };
    for stream in [&client, &server] {
        let _ = stream.set_nodelay(true);
    }
    let plan = (shared.plan)(index);
    let end = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let lane = |way, faults| Lane {
            way,
            faults,
            index,
            shared: &shared,
        };
        both(
            lane(Way::Up, plan.up).pass(from_client, to_server),
            lane(Way::Down, plan.down).pass(from_server, to_client),
        )
        .await
    };
    if end == End::Reset {
        for stream in [&client, &server] {
            let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
        }
    }
}

/// Both ways: the first that ends the connection ends it, one that merely ends leaves the other.
async fn both(up: impl Future<Output = End>, down: impl Future<Output = End>) -> End {
    tokio::pin!(up, down);
    tokio::select! {
        end = &mut up => if end == End::HalfClose { down.await } else { end },
        end = &mut down => if end == End::HalfClose { up.await } else { end },
    }
}

/// One way of one connection.
struct Lane<'a> {
    way: Way,
    faults: Faults,
    index: usize,
    shared: &'a Shared,
}

impl Lane<'_> {
    /// Passes bytes until the sender has ended them or a fault ends the connection.
    async fn pass(self, reader: ReadHalf<'_>, writer: WriteHalf<'_>) -> End {
        let (queue, pieces) = mpsc::channel(64);
        tokio::select! {
            end = self.write(writer, pieces) => end,
            // What was read is still to be written.
            () = async { self.read(reader, queue).await; pending().await } => End::Close,
        }
    }

    /// Into the queue: pieces with the time at which they arrive, or the error that ends them.
    async fn read(
        &self,
        mut reader: ReadHalf<'_>,
        queue: mpsc::Sender<(Instant, io::Result<Vec<u8>>)>,
    ) {
        let mut random = self.index as u64 + 1;
        let mut buffer = vec![0; 16 * 1024];
        let mut due = Instant::now();
        loop {
            let read = reader.read(&mut buffer).await;
            let more = matches!(read, Ok(n) if n > 0);
            let piece = read.map(|n| buffer[..n].to_vec());
            if let (0, Ok(piece)) = (self.index, &piece) {
                let mut first = self.shared.first.lock().expect("no panic");
                first.entry(self.way).or_default().extend(piece);
            }
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let jitter = self
                .faults
                .jitter
                .mul_f64((random >> 40) as f64 / (1_u64 << 24) as f64);
            due = due.max(Instant::now() + self.faults.delay + jitter);
            if queue.send((due, piece)).await.is_err() || !more {
                return;
            }
        }
    }

    /// Out of the queue, with the faults.
    async fn write(
        &self,
        mut writer: WriteHalf<'_>,
        mut pieces: mpsc::Receiver<(Instant, io::Result<Vec<u8>>)>,
    ) -> End {
        let mut held = self.shared.held.subscribe();
        let mut passed = 0;
        if self.faults.cut.is_some_and(|(at, _)| at == 0) {
            return self.cut(&mut writer, pieces).await;
        }
        while let Some((due, piece)) = pieces.recv().await {
            let Ok(mut piece) = piece else {
                return End::Reset;
            };
            sleep_until(due).await;
            if held
                .wait_for(|held| !held[self.way as usize])
                .await
                .is_err()
            {
                return End::Close;
            }
            if let Some((at, bits)) = self.faults.corrupt
                && let Some(byte) = at.checked_sub(passed).and_then(|at| piece.get_mut(at))
            {
                *byte ^= bits;
                self.shared.struck.fetch_add(1, Ordering::AcqRel);
            }
            let left = self.faults.cut.map_or(usize::MAX, |(at, _)| at - passed);
            piece.truncate(left);
            passed += piece.len();
            let (size, pause) = self.faults.drip.unwrap_or((usize::MAX, Duration::ZERO));
            for drop in piece.chunks(size) {
                if writer.write_all(drop).await.is_err() {
                    return End::Reset;
                }
                sleep(pause).await;
            }
            if self.faults.cut.is_some_and(|(at, _)| at == passed) {
                return self.cut(&mut writer, pieces).await;
            }
        }
        let _ = writer.shutdown().await;
        End::HalfClose
    }

    async fn cut(
        &self,
        writer: &mut WriteHalf<'_>,
        mut pieces: mpsc::Receiver<(Instant, io::Result<Vec<u8>>)>,
    ) -> End {
        self.shared.struck.fetch_add(1, Ordering::AcqRel);
        let (_, end) = self.faults.cut.expect("a cut");
        if end == End::HalfClose {
            let _ = writer.shutdown().await;
            // The sender does not notice.
            while let Some((_, Ok(_))) = pieces.recv().await {}
        }
        end
    }
}
