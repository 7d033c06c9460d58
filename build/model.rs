//! What crosses the C interface, read from the sources with `syn`. It panics on what it does not know, so that a new
//! kind of item or type cannot be left out silently.

use std::path::PathBuf;

use syn::{Attribute, Expr, FnArg, Item, Lit, Pat, ReturnType, UnOp};

/// A type of C.
#[derive(Clone, PartialEq, Eq)]
pub enum Type {
    U8,
    U16,
    U32,
    U64,
    I32,
    I64,
    F32,
    F64,
    Size,
    Char,
    /// Something of the system's, behind a pointer.
    Void,
    /// A struct of the model, by its name.
    Struct(String),
    /// Never looked into.
    Handle,
    Pointer {
        to: Box<Type>,
        constant: bool,
    },
    Array(Box<Type>, usize),
}

pub struct Constant {
    pub name: String,
    pub value: i64,
}

pub struct Enum {
    pub name: String,
    pub variants: Vec<Constant>,
}

pub struct Struct {
    pub name: String,
    pub fields: Vec<(String, Type)>,
}

pub struct Function {
    pub name: String,
    pub arguments: Vec<(String, Type)>,
    pub result: Type,
}

#[derive(Default)]
pub struct Model {
    pub constants: Vec<Constant>,
    pub enums: Vec<Enum>,
    /// Names of numbers that stand for an enumeration: `rv_kind_in` for `rv_kind`.
    pub aliases: Vec<String>,
    pub structs: Vec<Struct>,
    pub functions: Vec<Function>,
}

pub fn read(sources: &[PathBuf]) -> Model {
    let mut model = Model::default();
    for path in sources {
        let text = std::fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let file =
            syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for item in &file.items {
            add(&mut model, item);
        }
    }
    model
}

fn add(model: &mut Model, item: &Item) {
    match item {
        Item::Const(item) if item.ident.to_string().starts_with("RV_") => {
            model.constants.push(Constant {
                name: item.ident.to_string(),
                value: number(&item.expr),
            });
        }
        Item::Enum(item) if item.ident.to_string().starts_with("rv_") => {
            assert!(
                has(&item.attrs, "u32") || has(&item.attrs, "i32"),
                "{} needs #[repr(u32)]",
                item.ident
            );
            let variants = item.variants.iter().map(|variant| {
                let value = variant
                    .discriminant
                    .as_ref()
                    .map(|(_, value)| number(value));
                Constant {
                    name: variant.ident.to_string(),
                    value: value.unwrap_or_else(|| panic!("{} needs a number", variant.ident)),
                }
            });
            model.enums.push(Enum {
                name: item.ident.to_string(),
                variants: variants.collect(),
            });
        }
        Item::Type(item) if item.ident.to_string().starts_with("rv_") => {
            let name = item.ident.to_string();
            assert!(
                name.ends_with("_in") && matches!(kind(&item.ty), Type::U32),
                "{name} is no number that stands for an enumeration"
            );
            model.aliases.push(name);
        }
        Item::Struct(item) if has(&item.attrs, "C") => {
            let derived = item.attrs.iter().any(|a| a.path().is_ident("derive_ReprC"));
            assert!(derived, "{} needs #[derive_ReprC]", item.ident);
            let fields = item.fields.iter().map(|field| {
                let name = field.ident.as_ref().map(plain).unwrap_or_default();
                (name, kind(&field.ty))
            });
            model.structs.push(Struct {
                name: item.ident.to_string(),
                fields: fields.collect(),
            });
        }
        Item::Fn(item) if has(&item.attrs, "no_mangle") => {
            let documented = item.attrs.iter().any(|a| a.path().is_ident("doc"));
            assert!(documented, "{} needs documentation", item.sig.ident);
            model.functions.push(Function {
                name: item.sig.ident.to_string(),
                arguments: item.sig.inputs.iter().map(argument).collect(),
                result: match &item.sig.output {
                    ReturnType::Type(_, result) => kind(result),
                    ReturnType::Default => panic!("{} returns nothing", item.sig.ident),
                },
            });
        }
        _ => {}
    }
}

fn argument(argument: &FnArg) -> (String, Type) {
    let FnArg::Typed(argument) = argument else {
        panic!("an export with self");
    };
    let Pat::Ident(name) = &*argument.pat else {
        panic!("an argument without a name");
    };
    (plain(&name.ident), kind(&argument.ty))
}

/// Without the `r#` of a name that Rust reserves.
fn plain(name: &syn::Ident) -> String {
    name.to_string().trim_start_matches("r#").to_owned()
}

/// Whether a `repr`, `unsafe` or other list attribute holds `word`.
fn has(attributes: &[Attribute], word: &str) -> bool {
    attributes
        .iter()
        .filter_map(|attribute| attribute.meta.require_list().ok())
        .filter(|list| list.path.is_ident("repr") || list.path.is_ident("unsafe"))
        .any(|list| list.tokens.to_string() == word)
}

fn number(expression: &Expr) -> i64 {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number
                .base10_parse()
                .unwrap_or_else(|error| panic!("{number}: {error}")),
            _ => panic!("a constant that is no whole number"),
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => -number(&unary.expr),
        _ => panic!("a constant that is no literal: bindings cannot read it"),
    }
}

fn kind(source: &syn::Type) -> Type {
    match source {
        syn::Type::Path(path) => named(&plain(
            &path
                .path
                .segments
                .last()
                .unwrap_or_else(|| panic!("an empty path"))
                .ident,
        )),
        syn::Type::Ptr(pointer) => {
            let to = kind(&pointer.elem);
            if to == Type::Struct("rv_interface".to_owned()) {
                return Type::Handle;
            }
            Type::Pointer {
                to: Box::new(to),
                constant: pointer.const_token.is_some(),
            }
        }
        syn::Type::Array(array) => {
            let length = usize::try_from(number(&array.len))
                .unwrap_or_else(|error| panic!("an array's length: {error}"));
            Type::Array(Box::new(kind(&array.elem)), length)
        }
        _ => panic!("a type that bindings do not know: {source:?}"),
    }
}

fn named(name: &str) -> Type {
    match name {
        "u8" => Type::U8,
        "u16" => Type::U16,
        "u32" => Type::U32,
        "u64" => Type::U64,
        "i32" => Type::I32,
        "i64" => Type::I64,
        "f32" => Type::F32,
        "f64" => Type::F64,
        "usize" => Type::Size,
        "c_char" => Type::Char,
        "c_void" => Type::Void,
        name if name.starts_with("rv_") && name.ends_with("_in") => Type::U32,
        name if name.starts_with("rv_") => Type::Struct(name.to_owned()),
        _ => panic!("bindings do not know the type {name}: teach build/model.rs"),
    }
}
