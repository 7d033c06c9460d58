use super::*;
use Access::{Read, ReadWrite, Write};
use Direction::{Auto, Input, Output};
use Perspective::{Controller, Simulation};

const KINDS: [Kind; 4] = [Kind::Bool, Kind::Int, Kind::Float, Kind::Text];

fn rules(change: impl FnOnce(&mut Options)) -> Rules {
    let mut options = Options::client();
    options.use_patterns = true;
    options.input_patterns = vec!["Unity".into(), "In".into(), "same".into(), String::new()];
    options.output_patterns = vec!["Unity_Plc".into(), "Out".into(), "emas".into()];
    change(&mut options);
    Rules::new(&options)
}

#[test]
fn b26a_type_strings_are_recognised_in_any_case() {
    for kind in KINDS {
        for direction in [None, Some(Input), Some(Output)] {
            let wire = WireType { direction, kind };
            for name in [
                wire.name().to_owned(),
                wire.name().to_lowercase(),
                wire.name().to_uppercase(),
            ] {
                assert_eq!(WireType::parse(&name), Parsed::Known(wire), "{name}");
            }
        }
    }
    let neutral = |kind| {
        Parsed::Known(WireType {
            direction: None,
            kind,
        })
    };
    assert_eq!(WireType::parse("real"), neutral(Kind::Float));
    assert_eq!(WireType::parse("STRING"), neutral(Kind::Text));
    for transform in ["Transform", "PLCInputTransform", "plcoutputtransform"] {
        assert_eq!(WireType::parse(transform), Parsed::Refused);
    }
    for unknown in [
        "",
        "PLCInput",
        "PLCOutput",
        "PLCBool",
        "Boolean",
        " Bool",
        "PLCInputReal",
        "PLCInputPLCInputBool",
        "Ünicode",
        "PLCInpüt",
        "double",
    ] {
        assert_eq!(WireType::parse(unknown), Parsed::Unrecognised, "{unknown}");
    }
}

#[test]
fn the_names_are_the_documents() {
    let mut names = Vec::new();
    for direction in [Some(Input), Some(Output), None, Some(Auto)] {
        names.extend(KINDS.map(|kind| WireType { direction, kind }.name()));
    }
    insta::assert_snapshot!(names.join(" "), @"PLCInputBool PLCInputInt PLCInputFloat PLCInputText PLCOutputBool PLCOutputInt PLCOutputFloat PLCOutputText Bool Int Float Text Bool Int Float Text");
}

#[test]
fn the_catalogue_shows_types_by_its_rule() {
    let cases = [
        (Some(Input), CatalogDirection::Keep, "PLCInputInt"),
        (Some(Output), CatalogDirection::Keep, "PLCOutputInt"),
        (None, CatalogDirection::Keep, "Int"),
        (Some(Input), CatalogDirection::Invert, "PLCOutputInt"),
        (Some(Output), CatalogDirection::Invert, "PLCInputInt"),
        (None, CatalogDirection::Invert, "Int"),
        (Some(Input), CatalogDirection::Neutral, "Int"),
        (Some(Output), CatalogDirection::Neutral, "Int"),
        (None, CatalogDirection::Neutral, "Int"),
    ];
    for (direction, rule, name) in cases {
        let wire = WireType {
            direction,
            kind: Kind::Int,
        };
        assert_eq!(wire.as_catalog(rule).name(), name, "{direction:?} {rule:?}");
    }
}

#[test]
fn b26b_declared_signals_follow_the_table() {
    let table = [
        (Input, Simulation, Write),
        (Output, Simulation, Read),
        (Input, Controller, Read),
        (Output, Controller, Write),
    ];
    for (direction, own, access) in table {
        let stated = rules(|o| o.own_perspective = own);
        // A stated direction is never overruled by a pattern.
        for name in ["x", "Unity", "Out"] {
            assert_eq!(stated.declared(name, direction), (direction, access));
        }
        let by_default = rules(|o| {
            o.own_perspective = own;
            o.default_direction = direction;
        });
        assert_eq!(by_default.declared("x", Auto), (direction, access));
        let pattern = if direction == Input {
            "an Unity"
        } else {
            "an Out"
        };
        assert_eq!(stated.declared(pattern, Auto), (direction, access));
    }
}

#[test]
fn b26c_patterns_match_by_the_longest_case_sensitive_substring() {
    let cases = [
        ("UnitySpeed", Input),
        ("PLC_Unity_PlcSpeed", Output),
        ("Unity_plc", Input),
        ("OutIn", Output),
        ("nothing", Output),
        ("unity", Output),
        ("samemas tie of same and emas", Output),
        ("", Output),
    ];
    let rules = rules(|o| o.default_direction = Output);
    for (name, direction) in cases {
        assert_eq!(rules.declared(name, Auto).0, direction, "{name}");
    }
    let tie = Rules::new(&Options {
        use_patterns: true,
        input_patterns: vec!["abc".into()],
        output_patterns: vec!["bcd".into()],
        ..Options::client()
    });
    assert_eq!(tie.matched("abcd"), None);
    let off = Rules::new(&Options {
        use_patterns: false,
        output_patterns: vec!["a".into()],
        ..Options::client()
    });
    assert_eq!(off.declared("a", Auto).0, Input);
}

#[test]
fn b26d_imported_signals_follow_the_table() {
    use ImportDirection::{Invert, Keep};
    // The peer's direction and perspective; local direction by each rule; access.
    let table = [
        (Input, None, Output, Input, ReadWrite),
        (Output, None, Input, Output, ReadWrite),
        (Input, Some(Simulation), Output, Input, Read),
        (Output, Some(Simulation), Input, Output, Write),
        (Input, Some(Controller), Output, Input, Write),
        (Output, Some(Controller), Input, Output, Read),
    ];
    let mut rows = 0;
    for kind in KINDS {
        for (direction, peer, if_inverted, if_kept, access) in table {
            for (rule, local) in [(Invert, if_inverted), (Keep, if_kept)] {
                for own in [Simulation, Controller] {
                    let rules = rules(|o| {
                        o.own_perspective = own;
                        o.peer_perspective = peer;
                        o.import_direction = rule;
                    });
                    let wire = WireType {
                        direction: Some(direction),
                        kind,
                    };
                    let Parsed::Known(parsed) = WireType::parse(wire.name()) else {
                        panic!("{wire:?}");
                    };
                    // Patterns do not touch a type that has a direction.
                    for name in ["x", "Unity", "Out"] {
                        let got = rules.imported(name, parsed.direction);
                        assert_eq!(
                            got,
                            (Some(local), access),
                            "{wire:?} {peer:?} {rule:?} {own:?}"
                        );
                        rows += 1;
                    }
                }
            }
        }
    }
    assert_eq!(rows, 4 * 6 * 2 * 2 * 3);
}

#[test]
fn b26e_imported_neutral_signals_follow_the_table() {
    use ImportDirection::{Invert, Keep};
    let strict = |direction, own| match (direction, own) {
        (Input, Simulation) | (Output, Controller) => Write,
        _ => Read,
    };
    for own in [Simulation, Controller] {
        for peer in [None, Some(Simulation), Some(Controller)] {
            for rule in [Invert, Keep] {
                for default in [Input, Output] {
                    let rules = rules(|o| {
                        o.own_perspective = own;
                        o.peer_perspective = peer;
                        o.import_direction = rule;
                        o.default_direction = default;
                    });
                    let unmatched = if peer.is_some() {
                        strict(default, own)
                    } else {
                        ReadWrite
                    };
                    let row = format!("{own:?} {peer:?} {rule:?} {default:?}");
                    assert_eq!(
                        rules.imported("Unity", None),
                        (None, strict(Input, own)),
                        "{row}"
                    );
                    assert_eq!(
                        rules.imported("Out", None),
                        (None, strict(Output, own)),
                        "{row}"
                    );
                    assert_eq!(rules.imported("x", None), (None, unmatched), "{row}");
                }
            }
        }
    }
}
