//! Strings: NUL-terminated UTF-8 in, the host's buffer out.

use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;

use super::memory;
use crate::error::{Error, ErrorCode, Result};
use crate::escape::beginning;

/// # Safety
/// `pointer` is NULL, or a NUL-terminated string stands there that does not change during the call.
pub unsafe fn optional<'a>(pointer: *const c_char, name: &str) -> Result<Option<&'a str>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, and terminated by contract.
    let text = unsafe { CStr::from_ptr(pointer) };
    text.to_str().map(Some).map_err(|error| {
        Error::new(
            ErrorCode::Utf8,
            format!(
                "the string {name} is not UTF-8 at byte {}: convert it from the host's encoding",
                error.valid_up_to()
            ),
        )
    })
}

/// # Safety
/// As for [`optional`].
pub unsafe fn required<'a>(pointer: *const c_char, name: &str) -> Result<&'a str> {
    // SAFETY: the caller's promise is the same.
    unsafe { optional(pointer, name) }?.ok_or_else(|| memory::null(name))
}

/// A buffer of the host's for one string.
pub struct TextOut<'a> {
    /// `None`: the host does not want the text at all.
    buffer: Option<&'a mut [MaybeUninit<u8>]>,
    required: Option<&'a mut MaybeUninit<usize>>,
}

impl TextOut<'_> {
    /// Writes `text` and its NUL, or fails with the size it needs and leaves an empty string.
    pub fn write(self, text: &str) -> Result<()> {
        let size = text.len() + 1;
        if let Some(required) = self.required {
            required.write(size);
        }
        let Some(buffer) = self.buffer else {
            return Ok(());
        };
        if buffer.len() < size {
            if let Some(first) = buffer.first_mut() {
                first.write(0);
            }
            return Err(Error::new(
                ErrorCode::Buffer,
                "the buffer is too small: try again with as many bytes as *required tells",
            ));
        }
        let target = buffer.as_mut_ptr().cast::<u8>();
        // SAFETY: the buffer has room for `size` bytes, and it is the host's while the text is ours.
        unsafe {
            target.copy_from_nonoverlapping(text.as_ptr(), text.len());
            target.add(text.len()).write(0);
        }
        Ok(())
    }

    /// Writes as much of `text` as there is room for; `required` gets the size of all of it.
    pub fn write_cut(self, text: &str) {
        if let Some(required) = self.required {
            required.write(text.len() + 1);
        }
        let Some(buffer) = self.buffer else {
            return;
        };
        let Some(room) = buffer.len().checked_sub(1) else {
            return;
        };
        let kept = beginning(text, room).as_bytes();
        for (to, from) in buffer.iter_mut().zip(kept.iter().chain(&[0])) {
            to.write(*from);
        }
    }

    /// For a call that turned out to have no text: an empty string if there is room, and `required` 0.
    pub fn none(self) {
        if let Some(required) = self.required {
            required.write(0);
        }
        if let Some(first) = self.buffer.and_then(|buffer| buffer.first_mut()) {
            first.write(0);
        }
    }
}

/// A buffer that must take the text.
///
/// # Safety
/// `buf` is NULL or has `capacity` writable bytes; `required` is NULL or writable; both during the call.
pub unsafe fn out<'a>(
    buf: *mut c_char,
    capacity: usize,
    required: *mut usize,
) -> Result<TextOut<'a>> {
    // SAFETY: the caller's promise is the same.
    let text = unsafe { optional_out(buf, capacity, required, "buf") }?;
    if text.buffer.is_none() {
        return Err(memory::null("buf"));
    }
    Ok(text)
}

/// As [`out`]; `buf` NULL, `capacity` 0 and `required` NULL together say that the text is not wanted.
///
/// # Safety
/// As for [`out`].
pub unsafe fn optional_out<'a>(
    buf: *mut c_char,
    capacity: usize,
    required: *mut usize,
    name: &str,
) -> Result<TextOut<'a>> {
    let unwanted = buf.is_null() && capacity == 0 && required.is_null();
    let buffer = if unwanted {
        None
    } else {
        // SAFETY: by contract `capacity` bytes are writable unless `buf` is NULL.
        Some(unsafe { memory::slots(buf.cast::<u8>(), capacity, name) }?)
    };
    let required = if required.is_null() {
        None
    } else {
        // SAFETY: one writable `size_t` by contract.
        unsafe { memory::slots(required, 1, "required") }?.first_mut()
    };
    Ok(TextOut { buffer, required })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(capacity: usize, text: &str) -> (Option<ErrorCode>, [u8; 8], usize) {
        let (mut buffer, mut required) = ([b'#'; 8], 0);
        // SAFETY: the buffer has at least `capacity` bytes.
        let out = unsafe { out(buffer.as_mut_ptr().cast(), capacity, &raw mut required) }.unwrap();
        let result = out.write(text);
        (result.err().map(|error| error.code()), buffer, required)
    }

    #[test]
    fn the_required_size_counts_the_terminator() {
        assert_eq!(write(4, "abc"), (None, *b"abc\0####", 4));
        assert_eq!(write(3, "abc"), (Some(ErrorCode::Buffer), *b"\0#######", 4));
        assert_eq!(write(0, "abc"), (Some(ErrorCode::Buffer), *b"########", 4));
        assert_eq!(write(1, ""), (None, *b"\0#######", 1));
    }

    #[test]
    fn a_text_that_may_be_cut_is_cut_between_characters() {
        for (capacity, expected) in [
            (5, *b"a\xc3\xa4b\0###"),
            (4, *b"a\xc3\xa4\0####"),
            (3, *b"a\0######"),
            (1, *b"\0#######"),
            (0, *b"########"),
        ] {
            let (mut buffer, mut required) = ([b'#'; 8], 0);
            // SAFETY: the buffer has at least `capacity` bytes.
            unsafe { out(buffer.as_mut_ptr().cast(), capacity, &raw mut required) }
                .unwrap()
                .write_cut("a\u{e4}b");
            assert_eq!((buffer, required), (expected, 5));
        }
    }

    #[test]
    fn a_buffer_of_no_bytes_asks_for_the_size_and_all_null_skips_the_text() {
        let mut required = 0;
        let nothing = std::ptr::null_mut();
        // SAFETY: NULL is allowed.
        unsafe {
            let asked = out(nothing, 0, &raw mut required).unwrap().write("ab");
            assert_eq!(asked.unwrap_err().code(), ErrorCode::Buffer);
            assert_eq!(required, 3);
            assert_eq!(
                out(nothing, 5, &raw mut required).err().unwrap().code(),
                ErrorCode::Null
            );
            assert_eq!(
                out(nothing, 0, std::ptr::null_mut()).err().unwrap().code(),
                ErrorCode::Null
            );
            optional_out(nothing, 0, std::ptr::null_mut(), "text")
                .unwrap()
                .write("ab")
                .unwrap();
        }
    }

    #[test]
    fn text_that_is_not_utf8_is_refused_with_its_place() {
        // SAFETY: both are terminated.
        unsafe {
            let error = required(c"ab\xff".as_ptr(), "name").unwrap_err();
            assert_eq!(error.code(), ErrorCode::Utf8);
            assert!(error.message().contains("name") && error.message().contains("byte 2"));
            assert_eq!(required(c"\xc3\xa4".as_ptr(), "name").unwrap(), "ä");
        }
    }
}
