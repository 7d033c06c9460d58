//! The built library, the header, the raw C# layer and the Python declarations describe the same binary interface.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const NATIVE_METHODS: &str = "bindings/csharp/src/RealvirtualWs/Interop/NativeMethods.g.cs";
const FLAGS: [&str; 5] = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect(path)
}

/// The shared library of this very build: cargo puts it beside the test, or one directory up.
fn library() -> PathBuf {
    let name = format!(
        "{}realvirtual_ws{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let test = std::env::current_exe().expect("a running test has a path");
    test.ancestors()
        .skip(1)
        .take(2)
        .map(|directory| directory.join(&name))
        .find(|path| path.is_file())
        .unwrap_or_else(|| panic!("{name} is not beside {}", test.display()))
}

/// Runs a tool; a missing one is a skipped test on a contributor's machine and a failure in CI.
fn run(command: &mut Command) -> Option<Output> {
    match command.output() {
        Ok(output) => Some(output),
        Err(error) => {
            let tool = command.get_program().to_string_lossy().into_owned();
            assert!(
                std::env::var("CI").as_deref() != Ok("true"),
                "{tool} is needed in CI: {error}"
            );
            eprintln!("SKIPPED: {tool} cannot be run ({error})");
            None
        }
    }
}

fn succeeds(command: &mut Command) -> Option<String> {
    let output = run(command)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    Some(text(&output.stdout))
}

/// Names of the functions that the header declares.
fn header_functions() -> BTreeSet<String> {
    let header = read("include/realvirtual_ws.h");
    let declarations = header.split("RV_API").filter_map(|text| {
        let before = text.split_once('(')?.0;
        let name = before.rsplit([' ', '*', '\n']).next()?;
        (name.starts_with("rv_") && !before.contains(';')).then(|| name.to_owned())
    });
    declarations.collect()
}

/// The type and the name in a declaration such as `const struct rv_value *values`, the type as C# spells it.
fn declared(declaration: &str) -> (String, String) {
    let words = declaration.replace('*', " * ");
    let mut words: Vec<&str> = words.split_whitespace().collect();
    let name = words.pop().unwrap_or_default().trim_start_matches('@');
    let kind: String = words
        .into_iter()
        .filter(|word| !["const", "struct"].contains(word))
        .map(|word| match word {
            "char" | "uint8_t" => "byte",
            "int32_t" => "int",
            "uint32_t" => "uint",
            "int64_t" => "long",
            "size_t" => "System.UIntPtr",
            // The header names the enumeration that a number is one of; the number is what crosses.
            word if word.starts_with("rv_") && enums().contains(word) => "uint",
            word => word,
        })
        .collect();
    (kind, name.to_owned())
}

fn enums() -> BTreeSet<String> {
    let header = read("include/realvirtual_ws.h");
    let names = header.split("\nenum ").skip(1);
    names
        .filter_map(|text| text.split_whitespace().next().map(str::to_owned))
        .collect()
}

/// Result and arguments of each function, by its name, from declarations that stand between `start` and `;`.
fn signatures(source: &str, start: &str) -> BTreeMap<String, Vec<(String, String)>> {
    let declarations = source.split(start).skip(1).filter_map(|text| {
        let (function, arguments) = text.split_once(';')?.0.split_once('(')?;
        let (result, name) = declared(function);
        let arguments = arguments.trim().trim_end_matches(')');
        let arguments = arguments
            .split(',')
            .filter(|argument| !["", "void"].contains(&argument.trim()));
        let mut parts = vec![(result, String::new())];
        parts.extend(arguments.map(declared));
        Some((name, parts))
    });
    declarations
        .filter(|(name, _)| name.starts_with("rv_"))
        .collect()
}

/// The constants that the Python declarations list, enumerations included, as `name = number`.
fn constants() -> BTreeSet<String> {
    let source = read("bindings/python/realvirtual_ws/_native.py");
    let lines = source.lines().filter(|line| line.starts_with("RV_"));
    lines.map(str::to_owned).collect()
}

/// Names of the functions that the Python declarations list.
fn python_functions() -> BTreeSet<String> {
    let source = read("bindings/python/realvirtual_ws/_native.py");
    let (_, table) = source
        .split_once("\nFUNCTIONS: ")
        .expect("a table of functions");
    table
        .lines()
        .take_while(|line| *line != "}")
        .filter_map(|line| line.strip_prefix("    \"")?.strip_suffix("\": ("))
        .map(str::to_owned)
        .collect()
}

/// `(C expression, number)` for each size and offset in the Python declarations' table.
fn layout() -> Vec<(String, usize)> {
    let source = read("bindings/python/realvirtual_ws/_native.py");
    let start = format!("    {}: {{\n", size_of::<usize>());
    let (_, table) = source
        .split_once(&start)
        .expect("a table of this machine's kind");
    let mut facts = Vec::new();
    let mut name = "";
    for line in table.lines().take_while(|line| *line != "    },") {
        let line = line.trim();
        if let Some(found) = line.strip_suffix("\": (") {
            name = found.trim_start_matches('"');
        } else if let Some((field, offset)) = line.split_once("\": ") {
            let expression = format!("offsetof({name}, {})", field.trim_start_matches('"'));
            facts.push((
                expression,
                offset.trim_end_matches(',').parse().expect("a number"),
            ));
        } else if let Ok(size) = line.trim_end_matches(',').parse() {
            facts.push((format!("sizeof({name})"), size));
        }
    }
    assert!(facts.len() > 100, "only {} sizes and offsets", facts.len());
    facts
}

/// Compiles `source` against the header in a directory of its own.
fn compile(compiler: &str, standard: &str, file: &str, source: &str) {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(file.replace('.', "_"));
    std::fs::create_dir_all(&directory).expect("a writable target directory");
    let path = directory.join(file);
    std::fs::write(&path, source).expect("a writable target directory");
    succeeds(
        Command::new(compiler)
            .arg(standard)
            .args(FLAGS)
            .arg("-I")
            .arg(root().join("include"))
            .arg(path),
    );
}

#[test]
fn the_library_exports_the_headers_functions_and_nothing_else() {
    if cfg!(windows) {
        eprintln!("SKIPPED: nm does not list the exports of a DLL");
        return;
    }
    let flags: &[&str] = if cfg!(target_os = "macos") {
        &["-gU"]
    } else {
        &["-D", "--defined-only"]
    };
    let Some(symbols) = succeeds(Command::new("nm").args(flags).arg(library())) else {
        return;
    };
    let exported: BTreeSet<String> = symbols
        .lines()
        .filter_map(|line| line.split_whitespace().last())
        .map(|name| {
            name.strip_prefix(if cfg!(target_os = "macos") { "_" } else { "" })
                .unwrap_or(name)
        })
        .map(str::to_owned)
        .collect();
    assert_eq!(exported, header_functions());
}

#[test]
fn python_declares_the_headers_functions() {
    let functions = header_functions();
    assert!(functions.len() > 40, "{functions:?}");
    assert_eq!(python_functions(), functions);
}

#[cfg(target_os = "linux")]
#[test]
fn the_library_carries_the_abi_version_in_its_name() {
    let Some(dynamic) = succeeds(Command::new("readelf").arg("-d").arg(library())) else {
        return;
    };
    assert!(dynamic.contains("[librealvirtual_ws.so.0]"), "{dynamic}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_library_needs_only_the_c_library() {
    let Some(dynamic) = succeeds(Command::new("readelf").arg("-d").arg(library())) else {
        return;
    };
    let needed = dynamic.lines().filter(|line| line.contains("(NEEDED)"));
    let foreign: Vec<&str> = needed
        .filter_map(|line| Some(line.split_once('[')?.1.trim_end_matches(']')))
        .filter(|name| {
            let name = name.split(".so").next().unwrap_or_default();
            ![
                "libc",
                "libdl",
                "libm",
                "libpthread",
                "librt",
                "libgcc_s",
                "ld-linux-x86-64",
                "ld-linux-aarch64",
            ]
            .contains(&name)
        })
        .collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    assert!(dynamic.contains("[libc.so"), "{dynamic}");
}

#[test]
fn the_header_and_its_layout_are_clean_c99() {
    let mut source = String::from("#include \"realvirtual_ws.h\"\n#include \"realvirtual_ws.h\"\n");
    for (number, (expression, value)) in layout().iter().enumerate() {
        source += &format!("typedef char fact_{number}[({expression} == {value}) ? 1 : -1];\n");
    }
    compile("gcc", "-std=c99", "layout.c", &source);
}

#[test]
fn the_header_and_its_layout_are_clean_cpp11() {
    let mut source = String::from("#include \"realvirtual_ws.h\"\n");
    for (expression, value) in layout() {
        source += &format!("static_assert({expression} == {value}, \"{expression}\");\n");
    }
    compile("g++", "-std=c++11", "layout.cpp", &source);
}

/// Compiles the example that stands in the header under this line.
fn example_compiles(heading: &str) {
    let header = read("include/realvirtual_ws.h");
    let (_, example) = header
        .split_once(&format!(" * {heading}:\n *\n"))
        .expect("the example");
    // It ends where the prose goes on, which is not indented.
    let end = example.lines().scan(0, |at, line| {
        let start = *at;
        *at += line.len() + 1;
        Some((start, line))
    });
    let prose = |line: &str| line != " *" && !line.starts_with(" *   ");
    let (end, _) = end
        .into_iter()
        .find(|(_, line)| prose(line))
        .expect("its end");
    let example = &example[..end];
    let body: String = example
        .lines()
        .map(|line| line.trim_start_matches(" *").to_owned() + "\n")
        .collect();
    let source = format!(
        "#include <stdio.h>\n#include \"realvirtual_ws.h\"\nextern int simulating(void);\nextern void drive(double);\n\
         extern unsigned char part_is_at_sensor(void);\nextern void step(void);\n\
         extern int controlling(void);\nextern void take(unsigned, double);\nint main(void) {{\n{body}return 0;\n}}\n"
    );
    compile("gcc", "-std=c99", "example.c", &source);
    compile(
        "g++",
        "-std=c++11",
        "example.cpp",
        &source.replace("extern ", "extern \"C\" "),
    );
}

#[test]
fn the_examples_in_the_header_compile() {
    example_compiles("A server with one signal in each direction");
    example_compiles(
        "A client that takes over the signals of that server and writes Motor, with most errors left out",
    );
}

#[test]
fn ctypes_agrees_with_the_layout_and_the_documented_defaults() {
    succeeds(
        Command::new("python3")
            .arg(root().join("tests/python/abi.py"))
            .env("REALVIRTUAL_WS_LIBRARY", library()),
    );
}

#[test]
fn the_csharp_package_has_the_librarys_version() {
    let project = read("bindings/csharp/RealvirtualWs.csproj");
    assert!(project.contains(concat!(
        "<Version>",
        env!("CARGO_PKG_VERSION"),
        "</Version>"
    )));
}

#[test]
fn csharp_declares_the_headers_functions() {
    let header = signatures(&read("include/realvirtual_ws.h"), "RV_API");
    let names: BTreeSet<String> = header.keys().cloned().collect();
    assert_eq!(names, header_functions());
    assert_eq!(signatures(&read(NATIVE_METHODS), " static extern "), header);
}

#[test]
fn csharp_is_clean_and_agrees_with_layout_and_library() {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("csharp");
    std::fs::create_dir_all(&directory).expect("a writable target directory");
    let assembly = directory.join("Abi.exe");
    let mcs = || {
        let mut mcs = Command::new("mcs");
        mcs.args(["-langversion:7.2", "-unsafe", "-warn:4", "-warnaserror"]);
        mcs
    };
    let compiled = succeeds(
        mcs()
            .arg("-target:library")
            .arg(format!(
                "-out:{}",
                directory.join("NativeMethods.dll").display()
            ))
            .arg(root().join(NATIVE_METHODS)),
    );
    if compiled.is_none() {
        return;
    }
    succeeds(
        mcs()
            .arg(format!("-out:{}", assembly.display()))
            .arg(root().join(NATIVE_METHODS))
            .arg(root().join("tests/csharp/Abi.cs")),
    );
    // The raw layer asks for the library by its plain name, so it is looked for beside the program.
    let library = library();
    let beside = directory.join(library.file_name().expect("a file"));
    std::fs::copy(&library, beside).expect("a writable target directory");
    let Some(output) = succeeds(
        Command::new("mono")
            .arg(&assembly)
            .current_dir(&directory)
            .env("LD_LIBRARY_PATH", &directory),
    ) else {
        return;
    };
    let found: BTreeSet<&str> = output.lines().collect();
    let mut expected = constants();
    expected.extend(
        layout()
            .iter()
            .map(|(expression, value)| format!("{expression} == {value}")),
    );
    expected.extend(
        header_functions()
            .iter()
            .map(|name| format!("bound {name}")),
    );
    let expected: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
    let differing: Vec<_> = expected.symmetric_difference(&found).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}
