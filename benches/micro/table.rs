//! One table of ratios: both sides of a measure in turn, so that what disturbs one disturbs the other.

use std::fmt::Write;
use std::process::Command;
use std::time::Duration;

use crate::clock;
use crate::measures::{Measure, Side};

/// How often each side has its turn.
const ROUNDS: usize = 15;
/// How long a turn should take.
const TURN: Duration = Duration::from_millis(10);

/// Where the table stands in the file of results.
const BEGIN: &str = "<!-- bench-micro -->\n";
const END: &str = "<!-- end of bench-micro -->\n";

/// How many units make a turn.
fn calibrated(side: &mut Side) -> u64 {
    let mut units = 1;
    loop {
        let took = side(units);
        if took >= TURN || units > 1 << 40 {
            return units;
        }
        let factor = TURN.as_secs_f64() / took.as_secs_f64().max(1e-9);
        units = (units as f64 * factor.clamp(1.2, 100.0)).ceil() as u64;
    }
}

fn nanoseconds(side: &mut Side, units: u64) -> f64 {
    side(units).as_secs_f64() * 1e9 / units as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 1e3 => format!("{n:.1} ns"),
        n if n < 1e6 => format!("{:.1} µs", n / 1e3),
        n => format!("{:.1} ms", n / 1e6),
    }
}

fn row(measure: &Measure) -> String {
    let [mut our_side, mut their_side] = (measure.sides)();
    let units = (calibrated(&mut our_side), calibrated(&mut their_side));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(nanoseconds(&mut our_side, units.0));
        theirs.push(nanoseconds(&mut their_side, units.1));
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let ratio = ours / theirs;
    let (aim, result) = match measure.aim {
        Some(aim) if ratio <= aim => (format!("≤ {aim}"), "met".to_owned()),
        Some(aim) => {
            let page = format!("profiles/{}.txt", measure.page);
            (
                format!("≤ {aim}"),
                format!("missed: [bench/{page}]({page})"),
            )
        }
        None => ("–".to_owned(), "–".to_owned()),
    };
    format!(
        "| {} | {} a {} | {}: {} | {ratio:.2} | {aim} | {result} |",
        measure.name,
        time(ours),
        measure.unit,
        measure.with,
        time(theirs),
    )
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(
        |_| "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let loads: Vec<&str> = text.split(' ').take(3).collect();
    loads.join(" ")
}

fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown", |rest| rest.trim_start_matches(['\t', ' ', ':']));
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {count} in use")
}

/// Measures, and prints as it goes.
pub fn make(measures: &[Measure]) -> String {
    let before = load();
    let mut text = String::from(
        "| measure | ours | compared with | ratio | aim | |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    print!("\n{text}");
    for measure in measures {
        let row = row(measure);
        println!("{row}");
        text.push_str(&row);
        text.push('\n');
    }
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let about = format!(
        "`make bench-micro`, {}; {}; {}; load before {before}, after {}. {}, medians of {ROUNDS} turns, the two \
         sides of a row alternating.",
        output("date", &["-u", "+%F"]),
        output(&rustc, &["--version"]),
        processor(),
        load(),
        clock::NAME,
    );
    println!("\n{about}");
    let mut section = String::new();
    let _ = write!(section, "## Single steps\n\n{about}\n\n{text}");
    section
}

/// Puts the section in the place of the former one, and leaves the rest of the file as it is.
pub fn keep(path: &str, section: &str) {
    let file = std::fs::read_to_string(path)
        .unwrap_or_else(|_| format!("# Results\n\nWritten by the benches.\n\n{BEGIN}{END}"));
    let (head, rest) = file.split_once(BEGIN).unwrap_or((&file, END));
    let (_, tail) = rest.split_once(END).unwrap_or_default();
    let text = format!("{head}{BEGIN}{section}{END}{tail}");
    std::fs::write(path, text).expect("a file for the results");
}
