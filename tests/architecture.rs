//! The layers of `src`, each of which names only those to its left; `unsafe` in `src/ffi` alone; and an
//! `ARCHITECTURE.md` that speaks of the tree as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// From left to right. What stands together may name each other.
const LAYERS: [&[&str]; 8] = [
    &[
        "error", "value", "time", "options", "escape", "access", "network", "glob",
    ],
    &["protocol", "lists"],
    &["signals"],
    &["session"],
    &["runtime"],
    &["interface"],
    &["ffi"],
    &["bench", "harness"],
];

/// The command line tool stands to the right of them all: a crate of its own, which sees the public interface alone.
const TOOL: &str = "bin/rvws/";
/// What only the tool, and tests, may name.
const TOOLS_CRATES: [&str; 6] = [
    "clap",
    "clap_complete",
    "clap_mangen",
    "ctrlc",
    "signal_hook",
    "terminal_size",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect(path)
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The code of each line with its number: no comments, no strings.
fn code(source: &str) -> impl Iterator<Item = (usize, String)> {
    source.lines().enumerate().map(|(index, line)| {
        let line = line.replace("\\\"", "");
        let outside_strings: String = line.split('"').step_by(2).collect();
        let code = outside_strings.split("//").next().unwrap_or_default();
        (index + 1, code.to_owned())
    })
}

/// Whether `word` stands in `code` as a word of its own.
fn has_word(code: &str, word: &str) -> bool {
    code.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|found| found == word)
}

/// The modules of the crate that a line of code names: `crate::a::b`, `crate::{a::b, c}`.
fn named_modules(code: &str) -> Vec<String> {
    let mut modules = Vec::new();
    for rest in code.split("crate::").skip(1) {
        if let Some(list) = rest.strip_prefix('{') {
            // Lists in lists name parts of a module: only the first level counts.
            let mut depth = 0;
            let mut item = String::new();
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => modules.push(std::mem::take(&mut item)),
                    c if depth == 0 => item.push(c),
                    _ => {}
                }
            }
            modules.push(item);
        } else {
            modules.push(rest.to_owned());
        }
    }
    modules
        .iter()
        .filter_map(|path| {
            let path = path.trim();
            let end = path
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(path.len());
            (end > 0).then(|| path[..end].to_owned())
        })
        .collect()
}

/// What is wrong with a file of `src`, given by its path in there, such as `runtime/tests/tls.rs`.
fn faults(path: &str, source: &str) -> Vec<String> {
    if path.starts_with(TOOL) {
        return tool_faults(path, source);
    }
    let own = path.split(['/', '.']).next().unwrap_or_default();
    if own == "lib" {
        return Vec::new();
    }
    let Some(own_layer) = layer(own) else {
        return vec![format!("{path}: `{own}` has no place among the layers")];
    };
    let mut faults = Vec::new();
    for (line, code) in code(source) {
        for module in named_modules(&code) {
            match layer(&module) {
                Some(named) if named > own_layer => faults.push(format!(
                    "{path}:{line}: `{own}` names `{module}`, which stands to its right"
                )),
                Some(_) => {}
                None => faults.push(format!(
                    "{path}:{line}: `crate::{module}` is no module of the layers: name where it is defined"
                )),
            }
        }
        for name in TOOLS_CRATES {
            // A test may look at the process from outside, as the tool does.
            if has_word(&code, name) && !path.contains("/tests/") {
                faults.push(format!(
                    "{path}:{line}: `{name}` is for the command line tool alone"
                ));
            }
        }
        if own != "ffi" && has_word(&code, "unsafe") {
            faults.push(format!("{path}:{line}: `unsafe` outside src/ffi"));
        }
    }
    faults
}

/// What is wrong with a file of the tool.
fn tool_faults(path: &str, source: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (line, code) in code(source) {
        if code.contains("realvirtual_ws::bench") || code.contains("realvirtual_ws::harness") {
            faults.push(format!("{path}:{line}: the inside of the library"));
        }
        if has_word(&code, "unsafe") {
            faults.push(format!("{path}:{line}: `unsafe` outside src/ffi"));
        }
    }
    faults
}

/// Every Rust file under `directory`, test-only ones included, by its path in there.
fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo = vec![directory.to_owned()];
    while let Some(next) = todo.pop() {
        for entry in std::fs::read_dir(&next).expect("a readable directory") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(
                    path.strip_prefix(directory)
                        .expect("it is in there")
                        .to_owned(),
                );
            }
        }
    }
    found
}

fn sources() -> BTreeMap<String, String> {
    let src = root().join("src");
    rust_files(&src)
        .iter()
        .map(|path| {
            let name = path.to_string_lossy().replace('\\', "/");
            (name.clone(), read(&format!("src/{name}")))
        })
        .collect()
}

#[test]
fn each_layer_names_only_those_to_its_left() {
    let sources = sources();
    let found: Vec<String> = sources
        .iter()
        .flat_map(|(path, source)| faults(path, source))
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));

    // It has read all layers, their test-only files too.
    for module in LAYERS.concat() {
        assert!(sources.contains_key(&format!("{module}.rs")), "{module}");
    }
    for file in [
        "session/tests/network.rs",
        "runtime/tests/tls.rs",
        "ffi/options/tests.rs",
        "bin/rvws/main.rs",
    ] {
        assert!(sources.contains_key(file), "{file}");
    }
}

#[test]
fn every_module_of_the_crate_has_a_layer() {
    for (line, code) in code(&read("src/lib.rs")) {
        let module = code
            .trim_start_matches("pub ")
            .strip_prefix("mod ")
            .map(|rest| rest.trim_end_matches([';', ' ']));
        if let Some(module) = module {
            assert!(layer(module).is_some(), "src/lib.rs:{line}: {module}");
        }
    }
}

#[test]
fn the_checker_finds_what_it_is_there_for() {
    let bad = |path, source: &str| faults(path, source).len();
    assert_eq!(
        bad("signals/slot.rs", "use crate::session::peer::PeerId;"),
        1
    );
    assert_eq!(bad("protocol.rs", "use crate::{error::Error, runtime};"), 1);
    assert_eq!(
        bad(
            "session.rs",
            "use crate::{signals::{Names, ffi}, interface::{A, B}, time::Time};"
        ),
        1
    );
    assert_eq!(
        bad("value.rs", "    let code = crate::ffi::value::get();"),
        1
    );
    assert_eq!(
        bad("session/tests/new.rs", "    use crate::runtime::clock;"),
        1
    );
    assert_eq!(bad("value.rs", "use crate::Error;"), 1);
    assert_eq!(bad("runtime/link.rs", "unsafe { read(pointer) }"), 1);
    assert_eq!(bad("newcomer.rs", ""), 1);

    assert_eq!(bad("session.rs", "use clap::Parser;"), 1);
    assert_eq!(bad("bin/rvws/ls.rs", "use realvirtual_ws::bench;"), 1);
    assert_eq!(bad("bin/rvws/ls.rs", "unsafe { read(pointer) }"), 1);

    assert_eq!(
        bad(
            "bin/rvws/ls.rs",
            "use crate::client; use realvirtual_ws::Interface;"
        ),
        0
    );
    assert_eq!(bad("ffi/memory.rs", "unsafe { read(pointer) }"), 0);
    assert_eq!(bad("ffi.rs", "use crate::interface::Interface;"), 0);
    assert_eq!(bad("time.rs", "use crate::error::Error;"), 0);
    assert_eq!(bad("session.rs", "// use crate::runtime::Hub; unsafe"), 0);
    assert_eq!(bad("session.rs", "let text = \"crate::ffi unsafe\";"), 0);
    assert_eq!(bad("session.rs", "#![forbid(unsafe_code)]"), 0);
}

/// Words in backticks in `ARCHITECTURE.md`, and lines of its code blocks.
fn architecture() -> String {
    read("ARCHITECTURE.md")
}

#[test]
fn the_file_map_is_the_tree() {
    let text = architecture();
    let map = text
        .split("```")
        .find(|block| block.contains("\nsrc/lib.rs"))
        .expect("ARCHITECTURE.md has a map of the files");
    let mapped: BTreeSet<String> = map
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| word.contains(['/', '.']))
        .map(str::to_owned)
        .collect();
    for path in &mapped {
        assert!(root().join(path).exists(), "the map has {path}");
    }
    for file in sources().into_keys() {
        let path = format!("src/{file}");
        let covered = mapped
            .iter()
            .any(|known| *known == path || known.ends_with('/') && path.starts_with(known));
        let test_only = path.ends_with("/tests.rs") || path.contains("/tests/");
        assert!(covered || test_only, "the map lacks {path}");
    }
}

#[test]
fn each_dependency_has_its_reason() {
    let text = architecture();
    let manifest = read("Cargo.toml");
    let mut section = "";
    let mut count = 0;
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]")
            && let Some((name, _)) = line.split_once(" = ")
        {
            count += 1;
            assert!(
                text.contains(&format!("| `{name}`")),
                "ARCHITECTURE.md says nothing of {name}"
            );
        }
    }
    assert!(count > 15, "only {count} dependencies in Cargo.toml");
}
