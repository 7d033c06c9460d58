//! The task of one running interface: its listener or its dialling, its cycle, its timers.

use std::future::poll_fn;
use std::net::{IpAddr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::access::{Grant, without_query};
use crate::error::{Error, ErrorCode, Result};
use crate::escape::escape;
use crate::network::Source;
use crate::options::{Mode, Options, SendMode};
use crate::runtime::admission::{self, Door, Policy};
use crate::runtime::budget::{Budget, Share};
use crate::runtime::handshakes::Handshakes;
use crate::runtime::hub::{self, Hub, Link};
use crate::runtime::link::{self, Line, LinkOptions, Outbound, Outlet};
use crate::runtime::meter::Meter;
use crate::runtime::shared::Shared;
use crate::runtime::stream::MaybeTls;
use crate::runtime::tls;
use crate::runtime::{clock, connect, listen};
use crate::session::{Input, LogLevel, LogRecord};
use crate::time::Time;

/// A deadline that is later than timers usually are.
const LATE: Duration = Duration::from_millis(5);
/// How long a connection that was made for one request may take to close.
pub(crate) const TEMPORARY_STOP: Duration = Duration::from_secs(1);

/// What the host's threads ask of the driver.
#[derive(Debug)]
pub(crate) enum Command {
    Run(Input<'static>),
    /// Flush, close every connection, and end by then.
    Stop {
        until: Time,
    },
}

/// The way of the host's commands to the driver.
#[derive(Debug)]
pub(crate) struct Commands {
    queue: UnboundedSender<Command>,
    /// Commands that the driver has not carried out yet.
    waiting: Arc<AtomicUsize>,
    /// A flush is among them. One is enough for all: what they flush is in the table by then.
    flush_waits: Arc<AtomicBool>,
}

/// Where the driver takes them up.
#[derive(Debug)]
pub(crate) struct Orders {
    queue: UnboundedReceiver<Command>,
    waiting: Arc<AtomicUsize>,
    flush_waits: Arc<AtomicBool>,
}

impl Commands {
    pub(crate) fn new() -> (Self, Orders) {
        let (sender, receiver) = unbounded_channel();
        let waiting = Arc::<AtomicUsize>::default();
        let flush_waits = Arc::<AtomicBool>::default();
        let commands = Self {
            queue: sender,
            waiting: Arc::clone(&waiting),
            flush_waits: Arc::clone(&flush_waits),
        };
        let orders = Orders {
            queue: receiver,
            waiting,
            flush_waits,
        };
        (commands, orders)
    }

    /// Gives it to the driver, or back when that is gone.
    pub(crate) fn send(&self, command: Command) -> Option<Command> {
        let flush = matches!(command, Command::Run(Input::Flush));
        if flush && self.flush_waits.swap(true, Ordering::AcqRel) {
            return None;
        }
        self.waiting.fetch_add(1, Ordering::AcqRel);
        self.queue.send(command).err().map(|refused| refused.0)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.queue.is_closed()
    }

    /// Whether the driver has carried out all of them.
    pub(crate) fn is_idle(&self) -> bool {
        self.waiting.load(Ordering::Acquire) == 0
    }
}

/// Everything a running interface's tasks share.
#[derive(Clone)]
struct Tasks {
    hub: Arc<Mutex<Hub>>,
    shared: Arc<Shared>,
    set: Arc<Mutex<JoinSet<()>>>,
    handshakes: Arc<Handshakes>,
    /// For unfinished messages; a client's one peer has none.
    budget: Option<Arc<Budget>>,
    /// No connection is taken any more.
    stopping: Arc<AtomicBool>,
    /// Every task has one: the interface has ended when all are gone.
    alive: mpsc::Sender<()>,
}

/// Runs an interface until it is stopped. Dropping this future ends everything at once.
///
/// `started` is told whether a server could bind its port. `alive` is dropped when the last task, and
/// with it the last socket, is gone.
pub(crate) async fn drive(
    hub: Arc<Mutex<Hub>>,
    shared: Arc<Shared>,
    orders: Orders,
    started: mpsc::Sender<Result<()>>,
    alive: mpsc::Sender<()>,
) {
    let task = {
        let (shared, alive) = (Arc::clone(&shared), alive.clone());
        async move {
            match prepare(&shared).await {
                Err(error) => {
                    let _ = started.send(Err(error));
                }
                Ok(listener) => {
                    let listener = listener.map(|(listener, address)| {
                        hub.lock().port = address.port();
                        shared.put_log(LogRecord {
                            level: LogLevel::Info,
                            time: clock::now(),
                            client: 0,
                            text: format!("listening on {address}"),
                        });
                        listener
                    });
                    // Before the start returns, so that nobody finds it still stopped after it.
                    hub::run(&hub, Input::Start);
                    let _ = started.send(Ok(()));
                    run(hub, shared, listener, orders, alive).await;
                }
            }
        }
    };
    guarded(shared, task).await;
    drop(alive);
}

/// Runs `task`. A panic in it faults the interface; the others of the process go on.
async fn guarded(shared: Arc<Shared>, task: impl Future<Output = ()>) {
    let mut task = pin!(task);
    let done = poll_fn(|cx| {
        let polled = catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(cx)));
        match polled {
            Ok(poll) => poll.map(Ok),
            Err(payload) => Poll::Ready(Err(payload)),
        }
    });
    if let Err(payload) = done.await {
        let why = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no reason given");
        shared.fault(why);
    }
}

async fn run(
    hub: Arc<Mutex<Hub>>,
    shared: Arc<Shared>,
    listener: Option<TcpListener>,
    mut orders: Orders,
    alive: mpsc::Sender<()>,
) {
    let tasks = Tasks {
        hub: Arc::clone(&hub),
        shared: Arc::clone(&shared),
        set: Arc::default(),
        handshakes: Handshakes::at_most(shared.options.limits.max_pending_handshakes as usize),
        budget: listener
            .as_ref()
            .map(|_| Budget::for_messages(shared.options.message_cap())),
        stopping: Arc::default(),
        alive,
    };
    let _all_end_with_this = EndTasks(Arc::clone(&tasks.set));
    let accepting = listener.map(|listener| tasks.accept(listener));
    let mut dialling: Option<AbortHandle> = None;
    let wake = Arc::clone(&hub.lock().wake);

    let period = shared.options.update_cycle;
    let mut cycle = tokio::time::interval(period);
    cycle.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut expected: Option<Instant> = None;

    let until = loop {
        if shared.check().is_err() {
            return;
        }
        // Not left to the timer alone: a host that sets without a pause keeps the select busy below.
        let (due, now) = (hub.lock().session().wake_at(), clock::now());
        if due <= now {
            if now.since(due) > LATE {
                // This thread was held up. What came in meanwhile came in time, so it goes first:
                // once to see which sockets have something, once to read them.
                tokio::task::yield_now().await;
                tokio::task::yield_now().await;
            }
            hub::run(&hub, Input::Deadline);
        }
        let (at, cycling) = {
            let mut hub = hub.lock();
            if hub.stop_wanted() {
                break clock::now() + TEMPORARY_STOP;
            }
            if hub.take_connect() {
                dialling = Some(tasks.dial());
            }
            if hub.is_behind() {
                drop(hub);
                hub::catch_up(&tasks.hub);
                continue;
            }
            hub.sleeping_until = hub.session().wake_at();
            let cycling = shared.options.send_mode == SendMode::Cycle && hub.link_count() > 0;
            (hub.sleeping_until, cycling)
        };
        if !cycling {
            expected = None;
        }
        tokio::select! {
            biased;
            command = orders.queue.recv() => match command {
                Some(Command::Stop { until }) => break until,
                Some(Command::Run(input)) => {
                    if matches!(input, Input::Flush) {
                        // Before it runs: what is flushed from here on may come too late for it.
                        orders.flush_waits.store(false, Ordering::Release);
                    }
                    hub::run(&hub, input);
                    orders.waiting.fetch_sub(1, Ordering::AcqRel);
                }
                None => return,
            },
            scheduled = cycle.tick(), if cycling => {
                let late = expected.map_or(Duration::ZERO, |at| scheduled.saturating_duration_since(at));
                expected = Some(scheduled + period);
                let skipped = (late.as_micros() / period.as_micros().max(1)) as u64;
                hub::run(&hub, Input::Cycle { skipped });
            }
            () = shared.changed.notified() => {
                // It also wakes for a fault, after which the session is left alone.
                if !shared.is_faulted() {
                    hub::run(&hub, Input::Changed);
                }
                // The links have their turn before the next change, however soon it comes.
                tokio::task::yield_now().await;
            }
            () = wake.notified() => {}
            // What is due is seen to at the top.
            () = tokio::time::sleep_until(clock::instant(at)) => {}
        }
    };

    // The port is free from here on, whatever the peers do.
    tasks.stopping.store(true, Ordering::Relaxed);
    if let Some(accepting) = accepting {
        accepting.abort();
    }
    if let Some(dialling) = dialling {
        dialling.abort();
    }
    hub::run(&hub, Input::Stop);
    let links_gone = async {
        while hub.lock().link_count() > 0 {
            wake.notified().await;
        }
    };
    let _ = tokio::time::timeout_at(clock::instant(until), links_gone).await;
    let mut left = std::mem::take(&mut *tasks.set.lock());
    left.shutdown().await;
}

/// Tasks hold the set that holds them, so dropping the driver must empty it.
struct EndTasks(Arc<Mutex<JoinSet<()>>>);

impl Drop for EndTasks {
    fn drop(&mut self) {
        // Aborts them; taken out first because their ends may lock the set.
        drop(std::mem::take(&mut *self.0.lock()));
    }
}

impl Tasks {
    fn options(&self) -> &Options {
        &self.shared.options
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        let mut set = self.set.lock();
        // Finished tasks are let go here, so that the set does not grow with every connection.
        while set.try_join_next().is_some() {}
        let alive = self.alive.clone();
        let task = guarded(Arc::clone(&self.shared), task);
        set.spawn(async move {
            task.await;
            drop(alive);
        })
    }

    fn dial(&self) -> AbortHandle {
        let tasks = self.clone();
        self.spawn(async move {
            let tls = tasks.shared.tls.lock().clone();
            match connect::connect(tasks.options(), tls).await {
                Ok(ws) => {
                    let options = tasks.options();
                    let address = format!("{}:{}", options.address, options.port);
                    let note = if options.tls.enabled && options.tls.insecure_skip_verify {
                        " WITHOUT verifying its certificate (option tls_insecure_skip_verify)"
                    } else {
                        ""
                    };
                    tasks.attach(ws, address, note.to_owned(), None, None);
                }
                Err(error) => {
                    hub::run(&tasks.hub, Input::ConnectFailed { error });
                }
            }
        })
    }

    fn accept(&self, listener: TcpListener) -> AbortHandle {
        let tasks = self.clone();
        self.spawn(async move {
            let Ok(local) = listener.local_addr() else {
                return;
            };
            let policy = Arc::new(Policy::new(tasks.options()));
            let wide = !local.ip().is_loopback();
            let on_connection = |stream, address| {
                tasks.admit(stream, address, wide, Arc::clone(&policy));
            };
            let on_trouble = |error: Error| {
                let why = error.message().to_owned();
                hub::run(&tasks.hub, Input::Refused { why, address: None });
            };
            // Ends when the task is aborted.
            listen::accept_loop(listener, on_connection, on_trouble, std::future::pending()).await;
        })
    }

    /// Takes one TCP connection through its handshake.
    fn admit(&self, stream: TcpStream, address: SocketAddr, wide: bool, policy: Arc<Policy>) {
        let place = self.handshakes.enter(Source::of(address.ip()));
        let refusal = self.full(address.ip(), wide);
        let tasks = self.clone();
        let deadline = self.options().limits.handshake_timeout;
        self.spawn(async move {
            let refused = |why: String, address: IpAddr| {
                let address = Some(address);
                hub::run(&tasks.hub, Input::Refused { why, address });
            };
            // Behind a proxy, each of its clients counts by its own address, wherever the proxy itself is.
            let full = |client: IpAddr| tasks.full(client, wide || client != address.ip());
            let handshake = async {
                let refuse = |why| (why, address.ip());
                let loaded = tasks.shared.tls.lock().clone();
                let config = loaded
                    .of_server(&tasks.options().tls)
                    .map_err(|error| refuse(format!("refused {address}: {}", error.message())))?;
                let (stream, certificate) = match config {
                    Some(config) => tls::accept(config, stream, address)
                        .await
                        .map_err(refuse)?,
                    None => (MaybeTls::plain(stream), None),
                };
                if let Some(option) = refusal {
                    admission::refuse_busy(stream).await;
                    return Err(refuse(format!(
                        "connection from {address} refused with 503: option {option} is reached"
                    )));
                }
                let door = Door {
                    policy: &policy,
                    keys: &tasks.shared.keys,
                    full: &full,
                };
                let cap = tasks.options().message_cap();
                admission::accept(stream, door, address, link::websocket_config(cap))
                    .await
                    .map(|accepted| (accepted, certificate))
                    .map_err(|refusal| (refusal.log, refusal.address))
            };
            let done = tokio::select! {
                done = tokio::time::timeout(deadline, handshake) => done,
                () = place.needed() => Ok(Err((
                    format!(
                        "connection from {address} cut: of max_pending_handshakes that were in their handshake, it was the oldest of the address with most of them"
                    ),
                    address.ip(),
                ))),
            };
            drop(place);
            match done {
                Ok(Ok((accepted, certificate))) => {
                    let (ip, grant) = (accepted.address, accepted.grant);
                    let name = admission::named(address, ip);
                    match full(ip) {
                        None => {
                            let note = note(
                                &accepted.target,
                                accepted.origin.as_deref(),
                                certificate.as_deref(),
                                grant.as_deref(),
                            );
                            tasks.attach(accepted.socket, name, note, Some(ip), grant);
                        }
                        // Others were quicker since the request came.
                        Some(option) => {
                            tasks.turn_away(accepted.socket);
                            let why = format!(
                                "connection from {name} closed: option {option} is reached"
                            );
                            refused(why, ip);
                        }
                    }
                }
                Ok(Err((why, ip))) => refused(why, ip),
                Err(_) => {
                    let why = format!(
                        "connection from {address} cut: its handshake took longer than {} ms",
                        deadline.as_millis()
                    );
                    refused(why, address.ip());
                }
            }
        });
    }

    /// The option by which there are as many clients as there may be.
    fn full(&self, address: IpAddr, wide: bool) -> Option<&'static str> {
        let limits = &self.options().limits;
        let hub = self.hub.lock();
        if hub.link_count() >= limits.max_clients as usize {
            Some("max_clients")
        } else if wide
            && hub.links_from(Source::of(address)) >= limits.max_clients_per_address as usize
        {
            Some("max_clients_per_address")
        } else {
            None
        }
    }

    /// Closes a connection whose upgrade is answered already.
    fn turn_away(&self, ws: WebSocketStream<Meter<MaybeTls>>) {
        let line = Line::new(ws, Role::Server);
        Outlet::of(Arc::clone(&line)).push(Outbound::Close {
            code: 1013,
            reason: "the server has as many clients as it may have, try again later".to_owned(),
        });
        self.spawn(link::run(line, LinkOptions::default(), |_| {}));
    }

    /// Gives an open connection its task.
    fn attach(
        &self,
        mut ws: WebSocketStream<Meter<MaybeTls>>,
        address: String,
        note: String,
        ip: Option<IpAddr>,
        grant: Option<Arc<Grant>>,
    ) {
        // The session has said goodbye to its peers, and would not to this one.
        if self.stopping.load(Ordering::Relaxed) {
            return;
        }
        let cap = Arc::new(AtomicUsize::new(self.options().message_cap()));
        ws.get_mut().set_cap(Arc::clone(&cap));
        if let Some(budget) = &self.budget {
            ws.get_mut().set_share(Share::of(Arc::clone(budget)));
        }
        let role = match self.options().mode {
            Mode::Client => Role::Client,
            Mode::Server => Role::Server,
        };
        let line = Line::new(ws, role);
        let link = Link::new(Outlet::of(Arc::clone(&line)), cap, ip.map(Source::of));
        let peer = self.hub.lock().add_link(link);
        let connected = Input::Connected {
            peer,
            address,
            note,
            ip,
            grant,
        };
        hub::run(&self.hub, connected);
        let hub = Arc::clone(&self.hub);
        self.spawn(async move {
            let events = Arc::clone(&hub);
            link::run(line, LinkOptions::default(), move |event| {
                hub::link_event(&events, peer, event);
            })
            .await;
            let wake = Arc::clone(&hub.lock().wake);
            wake.notify_one();
        });
        // The cycle starts with the first connection.
        let wake = Arc::clone(&self.hub.lock().wake);
        wake.notify_one();
    }
}

/// What the log says of a client's request. Its query may hold a token and is left out. `certificate`: the name in
/// the client's certificate, escaped.
fn note(
    target: &str,
    origin: Option<&str>,
    certificate: Option<&str>,
    grant: Option<&Grant>,
) -> String {
    let mut note = format!(" to {}", escape(without_query(target)));
    if let Some(origin) = origin {
        note += &format!(", from the page {}", escape(origin));
    }
    if let Some(name) = certificate {
        note += &format!(", with the certificate of {name}");
    }
    if let Some(grant) = grant {
        note += &format!(", role \"{}\"", escape(&grant.role.name));
    }
    note
}

/// Reads the TLS files and binds a server's listener; a client has none.
async fn prepare(shared: &Arc<Shared>) -> Result<Option<(TcpListener, SocketAddr)>> {
    if shared.options.tls.enabled {
        let reader = Arc::clone(shared);
        tokio::task::spawn_blocking(move || reader.read_tls())
            .await
            .map_err(|error| {
                Error::new(
                    ErrorCode::Tls,
                    format!("the TLS files cannot be read: {error}"),
                )
            })??;
    }
    match shared.options.mode {
        Mode::Client => Ok(None),
        Mode::Server => listen::bind(&shared.options, &shared.keys).await.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use crate::runtime::keys::Keys;
    use crate::signals::Signals;

    #[test]
    fn one_flush_waits_for_all_and_a_later_one_waits_again() {
        let (commands, mut orders) = Commands::new();
        let flush = || Command::Run(Input::Flush);
        for _ in 0..1000 {
            assert!(commands.send(flush()).is_none());
        }
        assert!(orders.queue.try_recv().is_ok() && orders.queue.try_recv().is_err());
        orders.flush_waits.store(false, Ordering::Release);
        assert!(commands.send(flush()).is_none() && orders.queue.try_recv().is_ok());
    }

    #[tokio::test]
    async fn f8_a_panic_in_a_task_faults_its_interface_and_wakes_whoever_waits() {
        let signals = Arc::new(Signals::new(1).unwrap());
        let options = Arc::new(Options::server());
        let shared = Arc::new(Shared::new(options, signals, Keys::default()));
        let waiting = {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || shared.wait_for(Duration::from_secs(4), || Ok(None::<()>)))
        };
        guarded(Arc::clone(&shared), async {
            tokio::task::yield_now().await;
            panic!("on purpose");
        })
        .await;
        let error = waiting.join().unwrap().unwrap_err();
        assert_eq!(error.code(), ErrorCode::Panic);
        assert!(error.message().contains("on purpose"), "{error}");
        let logged = shared.log().poll(|record| (true, record.clone())).unwrap();
        assert_eq!(logged.level, LogLevel::Error);
        assert!(logged.text.contains("on purpose"), "{}", logged.text);
        guarded(Arc::clone(&shared), async {}).await;
    }
}
