//! What the README names exists; every package's README says where nothing has been run; `docs/OPERATIONS.md` leaves no
//! counter out. That the blocks of all pages are true is for `tests/docs` to show.

use std::path::{Path, PathBuf};

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{}", path.display()));
    text.replace("\r\n", "\n")
}

#[test]
fn operations_explains_every_counter() {
    let header = read("include/realvirtual_ws.h");
    let (_, stats) = header
        .split_once("typedef struct rv_stats {")
        .expect("the counters");
    let (stats, _) = stats.split_once("} rv_stats;").expect("their end");
    let counters: Vec<&str> = stats
        .lines()
        .filter_map(|line| line.trim().strip_prefix("uint64_t "))
        .filter_map(|rest| rest.split([';', '[']).next())
        .collect();
    assert!(counters.len() > 30, "{counters:?}");
    // The first column of the table, which may hold several names.
    let operations = read("docs/OPERATIONS.md");
    let explained: String = operations
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split(" | ").next())
        .collect();
    for counter in counters {
        let named = explained.split(['`', ',', ' ']).any(|name| name == counter);
        assert!(named, "docs/OPERATIONS.md says nothing of {counter}");
    }
}

/// Every `make` target and every file that the README names exists.
#[test]
fn what_the_readme_names_exists() {
    let readme = read("README.md");
    let makefile = read("Makefile");
    let words: Vec<&str> = readme.split('`').skip(1).step_by(2).collect();
    let mut targets = 0;
    for target in words
        .iter()
        .filter_map(|words| words.strip_prefix("make ")?.split(' ').next())
    {
        targets += 1;
        assert!(
            makefile.contains(&format!("\n{target}: ")),
            "make {target}: no such target"
        );
    }
    assert!(targets >= 2, "the README names `make demo` and `make test`");
    for link in readme.split("](").skip(1) {
        let path = link.split(')').next().unwrap_or_default();
        if !path.contains("://") {
            assert!(
                Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists(),
                "a link to {path}"
            );
        }
    }
}

/// The README files that stand beside the manifest of a package.
fn package_readmes(directory: &Path, found: &mut Vec<PathBuf>) {
    let manifests = [
        "Cargo.toml",
        "package.json",
        "pyproject.toml",
        "RealvirtualWs.csproj",
    ];
    if manifests.iter().any(|name| directory.join(name).is_file()) {
        found.extend(Some(directory.join("README.md")).filter(|path| path.is_file()));
    }
    for entry in std::fs::read_dir(directory).expect("a readable directory") {
        let path = entry.expect("a readable entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let other = ["target", "dist", "node_modules", "tests"];
        if path.is_dir() && !name.starts_with('.') && !other.contains(&&*name) {
            package_readmes(&path, found);
        }
    }
}

const NOT_RUN: &str = "not run on: macOS, iOS, Android, Unity";

/// No machine of these kinds has run the library: nobody is to take it for granted.
#[test]
fn each_packages_readme_says_where_it_was_not_run() {
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    package_readmes(root, &mut found);
    for path in found {
        let text = std::fs::read_to_string(&path).expect("a readable file");
        for statement in [NOT_RUN, "Nor on a Windows or an ARM machine"] {
            assert!(text.contains(statement), "{}: {statement}", path.display());
        }
    }
    // It has no manifest, being one file, and nothing of it is built for a machine.
    let webgl = include_str!("../bindings/webgl/README.md");
    assert!(webgl.contains(NOT_RUN));
}

/// What `make package` puts into an archive's README. `make verify-packages` looks at what came out.
#[test]
fn each_archives_readme_says_where_it_was_not_run() {
    for template in ["README-linux.md.in", "README-windows.md.in"] {
        let text = read(&format!("packaging/{template}"));
        for statement in [NOT_RUN, "@WAS_RUN@"] {
            assert!(text.contains(statement), "{template}: {statement}");
        }
    }
    let webgl = read("packaging/README-webgl.md.in");
    assert!(webgl.contains("@WAS_RUN@"));
    let script = read("scripts/package.py");
    for statement in [
        "No ARM machine has run them.",
        "No Windows machine has run them.",
    ] {
        assert!(
            script.contains(statement),
            "scripts/package.py: {statement}"
        );
    }
}

/// What runs in pages was run in one browser, and never in a player that Unity has built.
#[test]
fn whoever_uses_webgl_reads_what_was_not_run() {
    for path in [
        "README.md",
        "bindings/webgl/README.md",
        "unity-sample/Packages/com.realvirtual-ws.unity/README.md",
    ] {
        let text = read(path);
        for browser in ["Chromium", "Safari", "Firefox"] {
            assert!(text.contains(browser), "{path} says nothing of {browser}");
        }
    }
}
