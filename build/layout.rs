//! Sizes and offsets of the structs by C's rules, for the ABI tests of every language.

use super::model::{Model, Struct, Type};

/// A struct's place in memory on a machine with pointers of `word` bytes.
pub struct Layout {
    pub size: usize,
    pub align: usize,
    pub offsets: Vec<usize>,
}

pub fn of(model: &Model, item: &Struct, word: usize) -> Layout {
    let (mut end, mut align) = (0, 1);
    let mut offsets = Vec::new();
    for (name, kind) in &item.fields {
        let (size, step) = size_and_align(model, kind, word);
        let offset = usize::next_multiple_of(end, step);
        // On 64-bit machines every byte has a name; the fields of 32-bit machines stand closer.
        assert!(
            word != 8 || offset == end,
            "{}.{name} needs {} bytes of padding before it: name them",
            item.name,
            offset - end
        );
        offsets.push(offset);
        end = offset + size;
        align = align.max(step);
    }
    let size = usize::next_multiple_of(end, align);
    assert!(
        word != 8 || size == end,
        "{} needs {} bytes of padding at its end: name them",
        item.name,
        size - end
    );
    Layout {
        size,
        align,
        offsets,
    }
}

fn size_and_align(model: &Model, kind: &Type, word: usize) -> (usize, usize) {
    match kind {
        Type::U8 | Type::Char => (1, 1),
        Type::U16 => (2, 2),
        Type::U32 | Type::I32 | Type::F32 => (4, 4),
        Type::U64 | Type::I64 | Type::F64 => (8, 8),
        Type::Size | Type::Handle | Type::Pointer { .. } => (word, word),
        Type::Void => panic!("void has no size"),
        Type::Array(element, length) => {
            let (size, align) = size_and_align(model, element, word);
            (size * length, align)
        }
        Type::Struct(name) => {
            let inner = model.structs.iter().find(|item| item.name == *name);
            let inner = inner.unwrap_or_else(|| panic!("{name} is no struct that crosses"));
            let layout = of(model, inner, word);
            (layout.size, layout.align)
        }
    }
}
