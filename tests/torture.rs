//! `docs/TORTURE.md` and `docs/RELIABILITY.md` name tests that exist.

use std::path::Path;

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).ok()
}

/// Whether a test of this name stands in a file, in the file's language.
fn stands(path: &str, name: &str) -> bool {
    let Some(text) = read(path) else {
        return false;
    };
    let extension = path.rsplit('.').next().unwrap_or_default();
    let (before, after) = match extension {
        "rs" => ("fn ", ["(", "("]),
        "py" => ("def ", ["(", "("]),
        "c" | "cs" => ("void ", ["(", "("]),
        "js" => ("tests['", ["']", "']"]),
        // A vector by the beginning of its name.
        _ => ("{\"name\": \"", [" ", "\""]),
    };
    after
        .iter()
        .any(|after| text.contains(&format!("{before}{name}{after}")))
}

/// The rows of the table: what stands in the first column, and the tests.
fn rows(text: &str) -> Vec<(&str, Vec<&str>)> {
    let cells = |line| -> Option<(&str, &str)> {
        let line: &str = line;
        line.strip_prefix("| ")?
            .strip_suffix(" |")?
            .split_once(" | ")
    };
    let rows = text.lines().filter_map(cells);
    let rows = rows.filter(|(number, _)| number.contains(|c: char| c.is_ascii_digit()));
    rows.map(|(number, tests)| (number, tests.split('`').skip(1).step_by(2).collect()))
        .collect()
}

/// Whether `test`, a path and a name, exists.
fn exists(test: &str) -> bool {
    test.split_once("::")
        .is_some_and(|(path, name)| stands(path, name))
}

#[test]
fn every_test_that_is_named_exists() {
    let text = read("docs/TORTURE.md").expect("docs/TORTURE.md");
    let rows = rows(&text);
    let named = rows
        .iter()
        .flat_map(|(number, tests)| tests.iter().map(move |test| (number, test)));
    let missing: Vec<String> = named
        .filter(|(_, test)| !exists(test))
        .map(|(number, test)| format!("{number}: {test}"))
        .collect();
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
    assert!(rows.len() > 100, "only {} rows", rows.len());
}

#[test]
fn every_test_that_proves_a_promise_exists() {
    let text = read("docs/RELIABILITY.md").expect("docs/RELIABILITY.md");
    let named: Vec<&str> = text
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|quoted| quoted.contains("::"))
        .collect();
    let missing: Vec<&str> = named.iter().filter(|test| !exists(test)).copied().collect();
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
    assert!(named.len() > 80, "only {} tests", named.len());
}

#[test]
fn a_test_that_does_not_exist_is_noticed() {
    assert!(stands(
        "tests/torture.rs",
        "a_test_that_does_not_exist_is_noticed"
    ));
    assert!(!stands("tests/torture.rs", "a_test_that_does_not_exist_is"));
    assert!(!stands("tests/nowhere.rs", "a"));
    assert!(stands(
        "tests/webgl/twin.js",
        "what a slow server misses is counted"
    ));
    assert!(!stands("tests/webgl/twin.js", "what a slow server"));
    assert!(stands("tests/vectors/decode.json", "B10b"));
    assert!(!stands("tests/vectors/decode.json", "B10"));
    assert_eq!(
        rows("| # | tests |\n| B1, B2 | `a::b`<br>`c::d` |\n| C1 | not yet |"),
        [("B1, B2", vec!["a::b", "c::d"]), ("C1", vec![]),]
    );
}
