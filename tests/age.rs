//! How old a value is: a peer's has an age and a time, the host's own has neither.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests over real sockets wait in real time and may fail anywhere"
)]

mod common;

use common::{add, client, connect, server, set, until, until_holds};
use realvirtual_ws::{Access, Change, Direction, Interface, Kind, ValueRef};

fn record(interface: &Interface, id: u32) -> Change {
    let mut found = None;
    let ids = std::iter::once(id);
    interface
        .get_values(ids, |_, change| found = Some(change))
        .unwrap();
    found.unwrap()
}

fn both(interface: &Interface) -> u32 {
    let id = add(interface, "A", Kind::Int, Direction::Input);
    interface.set_access(id, Some(Access::ReadWrite)).unwrap();
    id
}

#[test]
fn a_peers_value_has_an_age_and_the_hosts_own_has_none() {
    let server = server();
    let client = client(&server);
    let (here, there) = (both(&server), both(&client));
    let age = || server.signal_info(here).unwrap().age_us;
    assert_eq!(age(), None);
    connect(&client);
    set(&client, there, ValueRef::Int(1));
    until_holds(&server, here, ValueRef::Int(1));
    let first = age().unwrap();
    until("it grows older", || age().unwrap() > first + 20_000);
    let arrived = record(&server, here).time;
    assert!(arrived.as_micros() > 0);
    set(&client, there, ValueRef::Int(2));
    until_holds(&server, here, ValueRef::Int(2));
    assert!(record(&server, here).time > arrived);
    set(&server, here, ValueRef::Int(3));
    assert_eq!(age(), None);
    assert_eq!(record(&server, here).time.as_micros(), 0);
    assert_eq!(record(&server, here).source, 0);
    until_holds(&client, there, ValueRef::Int(3));
    assert!(client.signal_info(there).unwrap().age_us.is_some());
}
