//! The command line tool as a process: `ls` of a large catalogue, and `mirror` between two servers.

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use realvirtual_ws::options::SendMode;
use realvirtual_ws::{
    Change, Declaration, Direction, Interface, Kind, ListFormat, Options, ValueRef,
};

const TOOL: &str = env!("CARGO_BIN_EXE_rvws");
const LISTED: u32 = 5_000;
/// The greatest ratio of `ls` that is good enough.
const LS_AIM: f64 = 5.0;

/// What `RV_BENCH_TABLE` may name.
pub const NAME: &str = "rvws";

/// The figures of the tool, a paragraph each.
pub fn figures() -> String {
    format!("{}\n\n{}\n", ls(), mirror())
}

fn url(server: &Interface) -> String {
    format!("ws://127.0.0.1:{}", server.info().port)
}

/// A started server with so many bools that it writes or reads.
fn server(signals: u32, direction: Direction, send_mode: SendMode) -> Interface {
    let mut options = Options::server();
    options.port = 0;
    options.send_mode = send_mode;
    let server = Interface::new(options).expect("an interface");
    for n in 0..signals {
        let name = format!("Cell.Conveyor{}.bSensor{n}", n % 50);
        server
            .add_signal(&Declaration::new(&name, Kind::Bool, direction))
            .expect("a signal");
    }
    server.start().expect("a free port");
    server
}

/// How often each side of `ls` has its turn.
const ROUNDS: usize = 15;

/// The whole process (start, connect, import, sort, print) against loading the same catalogue from a file, in elapsed
/// time: most of the work is done by other threads than the measuring one. Gives the figures in a line.
fn ls() -> String {
    let file = std::env::temp_dir().join(format!("rv-ls-{}.json", std::process::id()));
    let path = file.to_str().expect("UTF-8");
    let server = server(LISTED, Direction::Input, SendMode::Cycle);
    server.save_signals(path, ListFormat::Json).expect("a list");
    let mut command = Command::new(TOOL);
    command.args(["ls", &url(&server)]).stdout(Stdio::null());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let started = Instant::now();
        assert!(command.status().expect("rvws").success());
        ours.push(started.elapsed());
        let interface = Interface::new(Options::server()).expect("an interface");
        let started = Instant::now();
        interface
            .load_signals(path, ListFormat::Json)
            .expect("a list");
        theirs.push(started.elapsed());
    }
    let _ = std::fs::remove_file(&file);
    let median = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64() * 1e3
    };
    let (ours, theirs) = (median(ours), median(theirs));
    let ratio = ours / theirs;
    let verdict = if ratio <= LS_AIM { "met" } else { "missed" };
    format!(
        "`rvws ls` of {LISTED} signals, the whole process: {ours:.1} ms; `load_signals` of the same catalogue from an \
         exchange file: {theirs:.1} ms; ratio {ratio:.2}, aim ≤ {LS_AIM}: {verdict}."
    )
}

const MIRRORED: u32 = 1_000;
const TICK: Duration = Duration::from_millis(10);
const TICKS: u64 = 500;
/// How long the last edges may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// `rvws mirror`, ended with its owner.
struct Mirror(Child);

impl Drop for Mirror {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Rising edges that have arrived.
fn received(server: &Interface) -> u64 {
    let mut rises = 0;
    let count = |_, change: Change| rises += u64::from(change.rise_count);
    server.poll_changes(usize::MAX, count).expect("open");
    rises
}

/// 1,000 signals at 100 Hz: half of them toggle at every tick, the others make a pulse, up and down at once, at every
/// second one. Gives the figures in a line.
fn mirror() -> String {
    let a = server(MIRRORED, Direction::Input, SendMode::Manual);
    let b = server(MIRRORED, Direction::Output, SendMode::Cycle);
    let child = Command::new(TOOL)
        .args(["mirror", &url(&a), &url(&b)])
        .stderr(Stdio::null())
        .spawn()
        .expect("rvws");
    let _mirror = Mirror(child);
    let start = Instant::now();
    // Its first clients only look at the catalogues; the one that stays subscribes.
    let ready = |server: &Interface| {
        let mut clients = server.client_ids().into_iter();
        clients.any(|id| server.client(id).is_ok_and(|client| client.subscribed))
    };
    while !(ready(&a) && ready(&b)) {
        assert!(start.elapsed() < PATIENCE, "the mirror does not connect");
        sleep(TICK);
    }
    // The first state is no edge.
    sleep(TICK * 20);
    received(&b);

    let (mut made, mut arrived) = (0_u64, 0_u64);
    let began = Instant::now();
    for tick in 1..=TICKS {
        let up = tick % 2 == 1;
        let set = |id, value| a.set(id, ValueRef::Bool(value)).expect("a signal of ours");
        (0..MIRRORED).for_each(|id| set(id, up));
        if up {
            made += u64::from(MIRRORED);
            (0..MIRRORED).step_by(2).for_each(|id| set(id, false));
        }
        a.flush().expect("open");
        arrived += received(&b);
        let next = began + TICK * tick as u32;
        sleep(next.saturating_duration_since(Instant::now()));
    }
    let last = Instant::now();
    while arrived < made && last.elapsed() < PATIENCE {
        arrived += received(&b);
        sleep(Duration::from_millis(1));
    }
    let late = last.elapsed().as_millis();
    let collapsed = a.stats().pulses_collapsed;
    format!(
        "`rvws mirror` of {MIRRORED} signals at 100 Hz for {} s, half toggles, half pulses: {made} rises made, \
         {arrived} arrived, {} missed ({collapsed} collapsed before they were sent); the last {late} ms after the end.",
        TICK.as_millis() as u64 * TICKS / 1000,
        made.saturating_sub(arrived)
    )
}
