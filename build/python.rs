//! `bindings/python/realvirtual_ws/_native.py`: the C interface for `ctypes`.

use super::layout;
use super::model::{Model, Type};

const HEAD: &str = include_str!("native_head.py");
const TAIL: &str = include_str!("native_tail.py");
const PREAMBLE: &str = include_str!("preamble.h");

pub fn generate(model: &Model) -> String {
    let mut text = HEAD.to_owned();
    text += "\n# Constants\n";
    for constant in &model.constants {
        text += &format!("{} = {}\n", constant.name, constant.value);
    }
    for item in &model.enums {
        text += &format!("\n# {}\n", item.name);
        for variant in &item.variants {
            text += &format!("{} = {}\n", variant.name, variant.value);
        }
    }
    for item in &model.structs {
        text += &format!(
            "\n\nclass {}(ctypes.Structure):\n    _fields_ = [\n",
            item.name
        );
        for (name, kind) in &item.fields {
            text += &format!("        (\"{name}\", {}),\n", spell(kind));
        }
        text += "    ]\n";
        for (name, kind) in &item.fields {
            text += &format!("    {name}: {}\n", annotate(kind));
        }
    }
    text += "\n\n# Size of each structure and offsets of its fields, by the size of a pointer (4: where 8-byte numbers are aligned to\n# 8, as on ARM and Windows).\nLAYOUT: Dict[int, Dict[str, Tuple[int, Dict[str, int]]]] = {\n";
    for word in [4, 8] {
        text += &format!("    {word}: {{\n");
        for item in &model.structs {
            let layout = layout::of(model, item, word);
            text += &format!(
                "        \"{}\": (\n            {},\n            {{\n",
                item.name, layout.size
            );
            for ((name, _), offset) in item.fields.iter().zip(&layout.offsets) {
                text += &format!("                \"{name}\": {offset},\n");
            }
            text += "            },\n        ),\n";
        }
        text += "    },\n";
    }
    text += "}\n\n# Result and arguments of each function.\nFUNCTIONS: Dict[str, Tuple[Any, List[Any]]] = {\n";
    for function in &model.functions {
        let arguments: Vec<String> = function
            .arguments
            .iter()
            .map(|(_, kind)| spell(kind))
            .collect();
        text += &format!(
            "    \"{}\": (\n        {},\n",
            function.name,
            spell(&function.result)
        );
        if arguments.is_empty() {
            text += "        [],\n";
        } else {
            text += "        [\n";
            for ((name, _), kind) in function.arguments.iter().zip(&arguments) {
                text += &format!("            {kind},  # {name}\n");
            }
            text += "        ],\n";
        }
        text += "    ),\n";
    }
    text += "}\n\n# Default and meaning of each option, as the header's table has them.\nOPTIONS: Dict[str, Tuple[str, str]] = {\n";
    for (name, default, meaning) in options() {
        text += &format!("    {name:?}: ({default:?}, {meaning:?}),\n");
    }
    text += "}\n\nif TYPE_CHECKING:\n\n    class Library(ctypes.CDLL):\n        \"\"\"The library's functions, for type checkers.\"\"\"\n\n";
    for function in &model.functions {
        let mut arguments = vec!["self".to_owned()];
        for (name, kind) in &function.arguments {
            arguments.push(format!("{name}: {}", annotate(kind)));
        }
        text += &format!(
            "        def {}({}) -> {}: ...\n",
            function.name,
            arguments.join(", "),
            match &function.result {
                Type::Pointer { .. } => "bytes".to_owned(),
                kind => annotate(kind),
            }
        );
    }
    text + "\nelse:\n    Library = ctypes.CDLL\n\n\n" + TAIL
}

/// The rows of the preamble's table: a name, two spaces or more, a default, two spaces or more, a meaning.
fn options() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let (_, table) = PREAMBLE
        .split_once(" * OPTIONS\n")
        .expect("preamble.h has a table of options");
    table.lines().filter_map(|line| {
        let (name, rest) = line.strip_prefix(" *   ")?.split_once("  ")?;
        let (default, meaning) = rest.trim_start().split_once("  ")?;
        Some((name, default, meaning.trim_start()))
    })
}

fn spell(kind: &Type) -> String {
    match kind {
        Type::U8 => "ctypes.c_uint8".to_owned(),
        Type::U16 => "ctypes.c_uint16".to_owned(),
        Type::U32 => "ctypes.c_uint32".to_owned(),
        Type::U64 => "ctypes.c_uint64".to_owned(),
        Type::I32 => "ctypes.c_int32".to_owned(),
        Type::I64 => "ctypes.c_int64".to_owned(),
        Type::F32 => "ctypes.c_float".to_owned(),
        Type::F64 => "ctypes.c_double".to_owned(),
        Type::Size => "ctypes.c_size_t".to_owned(),
        Type::Char => "ctypes.c_char".to_owned(),
        Type::Handle => "ctypes.c_void_p".to_owned(),
        Type::Void => panic!("void stands behind pointers alone"),
        Type::Struct(name) => name.clone(),
        Type::Array(element, length) => format!("{} * {length}", spell(element)),
        Type::Pointer { to, constant } if *constant && **to == Type::Char => {
            "ctypes.c_char_p".to_owned()
        }
        Type::Pointer { to, .. } if **to == Type::Void => "ctypes.c_void_p".to_owned(),
        Type::Pointer { to, .. } => format!("ctypes.POINTER({})", spell(to)),
    }
}

/// What a field holds, or an argument may be, as a type checker sees it.
fn annotate(kind: &Type) -> String {
    match kind {
        Type::F32 | Type::F64 => "float".to_owned(),
        Type::Char => "bytes".to_owned(),
        Type::Handle => "Optional[int]".to_owned(),
        Type::Struct(name) => name.clone(),
        Type::Array(element, _) if **element == Type::Char => "bytes".to_owned(),
        Type::Array(element, _) => format!("ctypes.Array[{}]", spell(element)),
        Type::Pointer { to, constant } if *constant && **to == Type::Char => {
            "Optional[bytes]".to_owned()
        }
        // What ctypes makes of arrays, of byref and of None has no name that a type checker knows.
        Type::Pointer { .. } => "Any".to_owned(),
        _ => "int".to_owned(),
    }
}
