//! In steady state, setting and polling allocate nothing on the calling thread.
#![allow(
    unsafe_code,
    reason = "a global allocator that counts is unsafe by its nature"
)]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests over real sockets wait in real time and may fail anywhere"
)]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Duration;

use common::{client, connect, input, output, server, set, until, until_holds};
use realvirtual_ws::{Kind, ValueRef};

struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    COUNT.with(|count| count.set(count.get() + 1));
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as promised by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: as promised by the caller.
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as promised by the caller.
        unsafe { System.realloc(ptr, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations of this thread during `body`.
fn allocations(body: impl FnOnce()) -> u64 {
    let before = COUNT.get();
    body();
    COUNT.get() - before
}

#[test]
fn the_counter_counts_this_thread_and_no_other() {
    assert_eq!(allocations(|| ()), 0);
    let one = allocations(|| drop(std::hint::black_box(Box::new(1_u64))));
    assert_eq!(one, 1);
    let grown = allocations(|| {
        let mut list = Vec::with_capacity(1);
        list.extend([std::hint::black_box(1), 2]);
    });
    assert_eq!(grown, 2);
    let elsewhere = std::thread::spawn(|| allocations(|| drop(vec![0_u8; 10])));
    assert_eq!(elsewhere.join().unwrap(), 1);
}

#[test]
fn sets_and_polls_allocate_nothing_while_traffic_flows() {
    const CALLS: i64 = 10_000;
    let server = server();
    let client = client(&server);
    let kinds = [Kind::Bool, Kind::Int, Kind::Float, Kind::Text];
    let down = kinds.map(|kind| {
        let name = format!("down {kind:?}");
        input(&client, &name, kind);
        input(&server, &name, kind)
    });
    let up = kinds.map(|kind| {
        let name = format!("up {kind:?}");
        output(&server, &name, kind);
        output(&client, &name, kind)
    });
    connect(&client);
    let texts = [
        "a text of so and so many bytes",
        "a text of just as many bytes!!",
    ];
    assert_eq!(texts[0].len(), texts[1].len());
    let step = |n: i64| {
        let values = [
            ValueRef::Bool(n % 2 == 0),
            ValueRef::Int(n),
            ValueRef::Float(n as f64 / 3.0),
            ValueRef::Text(texts[(n % 2) as usize]),
        ];
        for (here, there, value) in [0, 1, 2, 3].map(|k| (down[k], up[k], values[k])) {
            set(&server, here, value);
            set(&client, there, value);
        }
        let pairs = [0, 1, 2, 3].map(|k| (down[k], values[k]));
        server.set_values(pairs.into_iter().map(Ok)).unwrap();
        let mut polled = 0;
        for interface in [&server, &client] {
            interface
                .poll_changes(64, |_, change| {
                    polled += u64::from(change.change_count);
                })
                .unwrap();
        }
        polled
    };
    // Warm-up: every text has its buffer, and both ends have exchanged all values.
    for n in 0..100 {
        step(n);
        std::thread::sleep(Duration::from_millis(1));
    }
    let before = (server.stats().values_in, client.stats().values_in);
    let mut polled = 0;
    let count = allocations(|| {
        for n in 0..CALLS {
            polled += step(n);
            if n % 50 == 0 {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    });
    assert_eq!(count, 0, "allocations in {CALLS} rounds");
    assert!(polled > 100, "{polled} changes were polled");
    let after = (server.stats().values_in, client.stats().values_in);
    assert!(after.0 > before.0 + 100 && after.1 > before.1 + 100);
    until_holds(&client, 1, ValueRef::Int(CALLS - 1));
}

#[test]
fn reading_and_waiting_allocate_nothing() {
    let server = server();
    let client = client(&server);
    let here = input(&server, "n", Kind::Int);
    let there = input(&client, "n", Kind::Int);
    let text = input(&client, "t", Kind::Text);
    connect(&client);
    until("no event is left", || {
        client.poll_event(|_| (true, ())).unwrap();
        !client.wait(Duration::from_millis(5)).unwrap()
    });
    let count = allocations(|| {
        for n in 1..=200 {
            set(&server, here, ValueRef::Int(n));
            assert!(client.wait(common::LIMIT).unwrap());
            client.poll_changes(8, |_, _| ()).unwrap();
            assert_eq!(client.get_int(there).unwrap(), n);
            client.with_text(text, str::len).unwrap();
            client
                .get_values([there, text].into_iter(), |_, _| ())
                .unwrap();
        }
    });
    assert_eq!(count, 0);
}
