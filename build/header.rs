//! `include/realvirtual_ws.h`: the prose of `preamble.h`, then what cbindgen makes of the sources.

use std::path::{Path, PathBuf};

use super::model::Model;

pub fn generate(root: &Path, sources: &[PathBuf], model: &Model) -> String {
    let configuration = root.join("cbindgen.toml");
    let mut config = cbindgen::Config::from_file(&configuration)
        .unwrap_or_else(|error| panic!("{}: {error}", configuration.display()));
    let preamble = root.join("build/preamble.h");
    let preamble = std::fs::read_to_string(&preamble)
        .unwrap_or_else(|error| panic!("{}: {error}", preamble.display()));
    config.header = Some(preamble.trim_end().to_owned());

    // Enumerations that no signature names are needed all the same, and numbers that stand for one show its name.
    config
        .export
        .include
        .extend(model.enums.iter().map(|item| item.name.clone()));
    for alias in &model.aliases {
        config.export.exclude.push(alias.clone());
        let name = alias.trim_end_matches("_in").to_owned();
        assert!(
            model.enums.iter().any(|item| item.name == name),
            "{alias} stands for no enumeration"
        );
        config.export.rename.insert(alias.clone(), name);
    }

    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in sources {
        builder = builder.with_src(source);
    }
    let bindings = builder
        .generate()
        .unwrap_or_else(|error| panic!("cbindgen: {error}"));
    let mut text = Vec::new();
    bindings.write(&mut text);
    let text = String::from_utf8(text).unwrap_or_else(|error| panic!("the header: {error}"));
    for function in &model.functions {
        assert!(
            text.contains(&format!("{}(", function.name)),
            "cbindgen left {} out",
            function.name
        );
    }
    text
}
