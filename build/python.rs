//! `bindings/python/realvirtual_ws/_native.py`: the C interface for `ctypes`.

use super::layout;
use super::model::{Model, Type};

const HEAD: &str = include_str!("native_head.py");
const TAIL: &str = include_str!("native_tail.py");

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
    }
    text += "\n\n# Size of each structure and offsets of its fields, by the size of a pointer (4: where 8-byte numbers are aligned to\n# 8, as on ARM and Windows).\nLAYOUT = {\n";
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
    text += "}\n\n# Result and arguments of each function.\nFUNCTIONS = {\n";
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
    text + "}\n\n" + TAIL
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
