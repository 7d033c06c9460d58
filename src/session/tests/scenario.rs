//! E20: whole scenarios under random faults. A server with clients of ours and models of other implementations; hosts
//! that set, pulse, declare, subscribe, import and ask for configurations while connections are cut, delayed and
//! stalled, and while the server restarts. In the end everybody agrees, and every value is delivered or counted.
//!
//! `RV_SCHEDULES` says how many schedules are run, `RV_FIRST` from which seed on. A failing one tells its seed; `RV_SEED`
//! runs it alone, and with `RV_TRACE` it prints what happens.

mod ledger;
mod world;

use super::crossing::schedules;
use super::network::Random;
use world::World;

/// Tells the seed of the schedule in which something panics.
struct Told(u64);

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!(
                "schedule {0} fails: RV_SEED={0} RV_TRACE=1 replays it",
                self.0
            );
        }
    }
}

/// Schedules in `parts` tests, so that they run at the same time.
fn run(part: u64, parts: u64, default: u64) {
    for seed in schedules(default).filter(|seed| seed % parts == part) {
        let told = Told(seed);
        let mut world = World::new(seed, Random::new(seed));
        world.go_wrong();
        world.settle();
        world.agree();
        drop(told);
    }
}

#[test]
fn e20_everybody_agrees_after_faults_one() {
    run(0, 2, 1_000);
}

#[test]
fn e20_everybody_agrees_after_faults_two() {
    run(1, 2, 1_000);
}
