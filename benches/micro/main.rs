//! Single steps: criterion's statistics, and one table against what each step is compared with.
//!
//! `make bench-micro`, which puts the table into the file that `RV_BENCH_RESULTS` names. With `RV_BENCH_TABLE`, the
//! table alone is made and printed, of rows whose name contains its value.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "benches measure real time and may fail anywhere"
)]

mod clock;
mod data;
mod lists;
mod measures;
mod native;
mod table;
mod tool;

use std::time::Duration;

use criterion::Criterion;

fn main() {
    let mut measures = measures::all();
    if let Ok(part) = std::env::var("RV_BENCH_TABLE") {
        measures.retain(|measure| measure.name.contains(&part));
        table::make(&measures);
        if tool::NAME.contains(&part) {
            println!("\n{}", tool::figures());
        }
        return;
    }
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(200))
        .configure_from_args();
    for measure in &measures {
        let [mut ours, mut theirs] = (measure.sides)();
        let mut group = criterion.benchmark_group(measure.name);
        group.bench_function("ours", |bencher| bencher.iter_custom(&mut ours));
        group.bench_function(measure.with, |bencher| bencher.iter_custom(&mut theirs));
        group.finish();
    }
    criterion.final_summary();
    if let Ok(path) = std::env::var("RV_BENCH_RESULTS") {
        let mut section = table::make(&measures);
        let figures = tool::figures();
        println!("\n{figures}");
        section.push_str(&format!("\n{figures}"));
        table::keep(&path, &section);
    }
}
