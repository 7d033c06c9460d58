//! What cannot be declared, set or changed is refused, with what to do about it.

use std::time::Duration;

use super::{Declaration, MAX_FIFO, Signals, check_value};
use crate::error::ErrorCode;
use crate::value::{Access, Direction, Kind, ValueRef};

fn declare(signals: &Signals, declaration: &Declaration<'_>, access: Access) -> Option<ErrorCode> {
    let declared = signals.declare(declaration, Direction::Input, access);
    declared.err().map(|error| error.code())
}

#[test]
fn a_declaration_that_cannot_be_is_refused_and_leaves_nothing_behind() {
    let signals = Signals::new(1).unwrap();
    let plain = |name| Declaration::new(name, Kind::Int, Direction::Input);
    let long = "n".repeat(513);
    let (wrong, endless) = (ValueRef::Bool(true), ValueRef::Float(f64::NAN));
    let mut cases = vec![
        (plain(""), ErrorCode::Name),
        (plain(&long), ErrorCode::Name),
        (plain("a\0b"), ErrorCode::Name),
        (plain("a"), ErrorCode::Kind),
        (plain("a"), ErrorCode::Kind),
        (plain("a"), ErrorCode::NotFinite),
        (plain("a"), ErrorCode::Limit),
        (plain("a"), ErrorCode::Kind),
    ];
    cases[3].0.initial = Some(wrong);
    cases[4].0.failsafe = Some((wrong, Duration::ZERO));
    cases[5].0.failsafe = Some((endless, Duration::ZERO));
    cases[6].0.fifo_depth = MAX_FIFO + 1;
    cases[7].0.min_hold = Duration::from_millis(1);
    for (declaration, code) in &cases {
        let refused = declare(&signals, declaration, Access::Write);
        assert_eq!(refused, Some(*code), "{declaration:?}");
    }
    assert_eq!(signals.names().len(), 0);
    assert_eq!(declare(&signals, &plain("a"), Access::Write), None);
    assert_eq!(declare(&signals, &plain("a"), Access::Write), None);
    let other = Declaration::new("a", Kind::Bool, Direction::Input);
    for (declaration, access, code) in [
        (plain("a"), Access::Read, ErrorCode::Exists),
        (other, Access::Write, ErrorCode::Exists),
        (plain("b"), Access::Write, ErrorCode::Limit),
    ] {
        assert_eq!(declare(&signals, &declaration, access), Some(code));
    }
}

#[test]
fn an_id_that_no_signal_has_is_refused_by_what_ids_there_are() {
    let signals = Signals::new(1).unwrap();
    let refused = signals.name(0).unwrap_err();
    assert!(refused.message().contains("none is declared"), "{refused}");
    let plain = Declaration::new("a", Kind::Int, Direction::Input);
    assert_eq!(declare(&signals, &plain, Access::Read), None);
    let refused = signals.set_access(1, Access::Write).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::NotFound);
    assert!(refused.message().contains("from 0 to 0"), "{refused}");
    signals.set_access(0, Access::Write).unwrap();
    assert!(signals.table().has_unsent(), "its initial value is due");
    assert_eq!(&*signals.name(0).unwrap(), "a");
}

#[test]
fn what_no_peer_could_be_sent_is_refused() {
    let long = "t".repeat(crate::value::MAX_TEXT_BYTES + 1);
    for (value, code) in [
        (ValueRef::Float(f64::INFINITY), ErrorCode::NotFinite),
        (ValueRef::Text(&long), ErrorCode::Text),
        (ValueRef::Text("a\0b"), ErrorCode::Text),
    ] {
        assert_eq!(check_value(value).unwrap_err().code(), code);
    }
    assert!(check_value(ValueRef::Text(&long[1..])).is_ok());
}
