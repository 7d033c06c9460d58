//! Every option of the security page, in C, C#, Python, the command line tool and Unity's Inspector.

use std::collections::BTreeSet;
use std::path::Path;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

/// What stands between pairs of `mark` in a cell.
fn marked(cell: &str, mark: char) -> impl Iterator<Item = &str> {
    cell.split(mark).skip(1).step_by(2)
}

/// The cells of each row below the heads that begin like this.
fn rows<'a>(page: &'a str, head: &str) -> Vec<Vec<&'a str>> {
    let mut rows = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        let Some(cells) = line.strip_prefix("| ") else {
            inside = false;
            continue;
        };
        if inside && !cells.starts_with("---") {
            rows.push(cells.trim_end_matches(" |").split(" | ").collect());
        }
        inside |= cells.starts_with(head);
    }
    assert!(!rows.is_empty(), "no table that begins with {head}");
    rows
}

/// How C# declares an option.
fn property(option: &str) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    };
    let name: String = option.split('_').map(capital).collect();
    format!(" {name} {{ get; set; }}")
}

/// What a struct of the command line has.
fn body<'a>(source: &'a str, name: &str) -> &'a str {
    let head = format!("pub struct {name} {{");
    let (_, rest) = source.split_once(&head).expect(name);
    rest.split_once("\n}").expect(name).0
}

#[test]
fn every_option_of_the_security_page_is_wherever_the_page_says() {
    const UNITY: &str = "unity-sample/Packages/com.realvirtual-ws.unity";
    let page = read("docs/SECURITY.md");
    let header = read("include/realvirtual_ws.h");
    let csharp = read("bindings/csharp/src/RealvirtualWs/RvOptions.cs");
    let python = read("bindings/python/realvirtual_ws/options.py");
    let tool = read("src/bin/rvws/arguments.rs") + &read("src/bin/rvws/bounds.rs");
    let inspector = read(&format!("{UNITY}/Editor/PropertyGroups.cs"));
    let component = read(&format!("{UNITY}/Runtime/WebsocketRealtimeInterface.cs"));
    let documented = read(&format!("{UNITY}/Documentation~/index.md"));
    let mut listed = BTreeSet::new();
    let rows = ["option |", "option of a client |"].map(|head| rows(&page, head));
    // Both have options of the same names.
    let tools = [&["Serve", "Wanted", "Bounds"][..], &["Connect", "Present"]].map(|structs| {
        structs
            .iter()
            .map(|name| body(&tool, name))
            .collect::<String>()
    });
    let rows =
        (rows.iter().zip(&tools)).flat_map(|(rows, tool)| rows.iter().map(move |row| (row, tool)));
    for (row, tool) in rows {
        let [options, flags, fields] = row[..] else {
            panic!("a row with other than three cells: {row:?}");
        };
        for option in marked(options, '`') {
            listed.insert(option);
            let faces = [
                ("C", &header, format!("{option};")),
                ("C#", &csharp, property(option)),
                ("Python", &python, format!(" {option}: ")),
            ];
            for (face, text, wanted) in faces {
                assert!(text.contains(&wanted), "{option} is not in {face}");
            }
        }
        for flag in marked(flags, '`') {
            let field = flag.trim_start_matches("--").replace('-', "_");
            assert!(
                tool.contains(&format!("pub {field}: ")),
                "rvws has no {flag}"
            );
        }
        for label in marked(fields, '*') {
            let field = label.replace(' ', "");
            assert!(
                inspector.contains(&format!("\"{field}\"")),
                "no {label} in a group"
            );
            let declared = [format!(" {field} ="), format!(" {field};")];
            assert!(
                declared.iter().any(|d| component.contains(d)),
                "no field {field}"
            );
            assert!(documented.contains(label), "{label} is not documented");
        }
    }
    // What opens or changes a row of the model.
    let options: BTreeSet<&str> = (self::rows(&page, "against").iter())
        .flat_map(|row| marked(row[2], '`'))
        .filter(|word| csharp.contains(&property(word)))
        .collect();
    assert!(options.len() > 15, "{options:?}");
    let missing: Vec<_> = options.difference(&listed).collect();
    assert!(
        missing.is_empty(),
        "not among the options by name: {missing:?}"
    );
}
