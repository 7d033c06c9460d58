//! Two clients that call different things by one name, over real sockets.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests over real sockets wait in real time and may fail anywhere"
)]

mod common;

use common::{LIMIT, SECOND, client_with, connect, server_with, set, until, until_holds};
use realvirtual_ws::interface::EventKind;
use realvirtual_ws::{Access, Declaration, Direction, Interface, Kind, ValueRef};

fn machine(server: &Interface, name: &str, kind: Kind) -> (Interface, u32) {
    let client = client_with(server, |o| o.client_name = name.to_owned());
    let mut motor = Declaration::new("Motor", kind, Direction::Output);
    motor.access = Some(Access::ReadWrite);
    let id = client.add_signal(&motor).unwrap();
    connect(&client);
    (client, id)
}

fn import(server: &Interface) -> (realvirtual_ws::interface::ImportReport, String) {
    let report = server.import(LIMIT).unwrap();
    let mut text = None;
    until("the event of the import", || {
        let event = server.poll_event(|event| (true, event.clone())).unwrap();
        text = event
            .filter(|event| event.kind == EventKind::ImportDone)
            .map(|event| event.text);
        text.is_some()
    });
    (report, text.unwrap())
}

#[test]
fn each_client_keeps_its_own_name_for_a_signal_that_collides() {
    let server = server_with(|o| o.prefix_collisions = true);
    let (robot, robots) = machine(&server, "robot", Kind::Int);
    until("the first client", || server.info().clients == 1);
    assert_eq!(import(&server).0.added, 1);
    let (cell, cells) = machine(&server, "cell", Kind::Float);
    let named = |id: &u32| server.client(*id).is_ok_and(|client| client.name == "cell");
    until("the second client's name", || {
        server.client_ids().iter().any(named)
    });
    let (report, text) = import(&server);
    assert_eq!((report.added, report.conflicting), (1, 0), "{text}");
    assert!(
        text.contains("Motor") && text.contains("kept as cell/Motor"),
        "{text}"
    );
    let of_robot = server.find_signal("Motor").unwrap();
    let of_cell = server.find_signal("cell/Motor").unwrap();
    assert_eq!(server.signal_info(of_robot).unwrap().kind, Kind::Int);
    assert_eq!(server.signal_info(of_cell).unwrap().kind, Kind::Float);

    set(&robot, robots, ValueRef::Int(7));
    set(&cell, cells, ValueRef::Float(2.5));
    until_holds(&server, of_robot, ValueRef::Int(7));
    until_holds(&server, of_cell, ValueRef::Float(2.5));
    set(&server, of_robot, ValueRef::Int(8));
    set(&server, of_cell, ValueRef::Float(3.5));
    until_holds(&robot, robots, ValueRef::Int(8));
    until_holds(&cell, cells, ValueRef::Float(3.5));

    // Nothing is imported again: the client's name says who it is.
    cell.stop(SECOND).unwrap();
    until("the second client has left", || server.info().clients == 1);
    connect(&cell);
    set(&cell, cells, ValueRef::Float(4.5));
    until_holds(&server, of_cell, ValueRef::Float(4.5));
    set(&server, of_cell, ValueRef::Float(5.5));
    until_holds(&cell, cells, ValueRef::Float(5.5));
    assert_eq!(server.get_int(of_robot).unwrap(), 8);
    let (report, text) = import(&server);
    assert_eq!((report.added, report.conflicting), (0, 0), "{text}");
}
