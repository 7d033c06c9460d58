//! The host's memory: single values, arrays, and structs that grow.

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use crate::error::{Error, ErrorCode, Result};

/// No struct of this interface is anywhere near; larger sizes are uninitialised memory.
const MAX_STRUCT_BYTES: u32 = 4096;

pub fn null(name: &str) -> Error {
    Error::new(
        ErrorCode::Null,
        format!("the argument {name} is NULL, but it is needed"),
    )
}

fn aligned<T>(pointer: *const T, name: &str) -> Result<()> {
    if pointer.is_null() {
        return Err(null(name));
    }
    if !pointer.is_aligned() {
        return Err(Error::new(
            ErrorCode::Argument,
            format!(
                "the argument {name} is not aligned to {} bytes, so it cannot point to such a value",
                align_of::<T>()
            ),
        ));
    }
    Ok(())
}

fn fits<T>(count: usize, name: &str) -> Result<()> {
    if count > isize::MAX as usize / size_of::<T>() {
        return Err(Error::new(
            ErrorCode::Argument,
            format!("{count} entries of {name} do not fit into memory"),
        ));
    }
    Ok(())
}

/// A place of the host's that takes one value.
pub struct Out<'a, T>(&'a mut MaybeUninit<T>);

impl<T> Out<'_, T> {
    pub fn write(self, value: T) {
        self.0.write(value);
    }
}

/// # Safety
/// `pointer` is NULL, or the host lets us write a `T` there during the call.
pub unsafe fn out<'a, T>(pointer: *mut T, name: &str) -> Result<Out<'a, T>> {
    aligned(pointer, name)?;
    // SAFETY: not NULL, aligned, and writable by contract; `MaybeUninit` asks nothing of what is there.
    Ok(Out(unsafe { &mut *pointer.cast() }))
}

/// # Safety
/// `pointer` is NULL, or `count` values stand there and do not change during the call.
pub unsafe fn slice<'a, T>(pointer: *const T, count: usize, name: &str) -> Result<&'a [T]> {
    if count == 0 {
        return Ok(&[]);
    }
    aligned(pointer, name)?;
    fits::<T>(count, name)?;
    // SAFETY: not NULL, aligned, not too long, and readable by contract.
    Ok(unsafe { std::slice::from_raw_parts(pointer, count) })
}

/// # Safety
/// `pointer` is NULL, or the host lets us write `count` values there during the call.
pub unsafe fn slots<'a, T>(
    pointer: *mut T,
    count: usize,
    name: &str,
) -> Result<&'a mut [MaybeUninit<T>]> {
    if count == 0 {
        return Ok(&mut []);
    }
    aligned(pointer, name)?;
    fits::<T>(count, name)?;
    // SAFETY: not NULL, aligned, not too long, and writable by contract; `MaybeUninit` asks nothing of what is there.
    Ok(unsafe { std::slice::from_raw_parts_mut(pointer.cast(), count) })
}

/// A struct that crosses with its size and may grow at its end.
///
/// # Safety
/// `#[repr(C)]`, valid for every bit pattern, and without implicit padding where it is written to the host.
pub unsafe trait Growing: Sized {
    /// The struct's name in C.
    const NAME: &'static str;
    /// The size of its first version, on this kind of machine.
    const FIRST: usize;
}

fn checked_size<T: Growing>(size: u32, what: &str) -> Result<usize> {
    if (size as usize) < T::FIRST || size > MAX_STRUCT_BYTES {
        return Err(Error::new(
            ErrorCode::StructSize,
            format!(
                "{what} is {size}, but {} has {} bytes in version {}, and never had fewer than {}: give sizeof({0})",
                T::NAME,
                size_of::<T>(),
                env!("CARGO_PKG_VERSION"),
                T::FIRST
            ),
        ));
    }
    Ok(size as usize)
}

/// Reads a struct that begins with its size; what the host's older version does not have is zero.
///
/// # Safety
/// `pointer` is NULL, or a `T` of some version stands there that begins with its size as a `uint32_t`.
pub unsafe fn read<T: Growing>(pointer: *const T, name: &str) -> Result<T> {
    aligned(pointer, name)?;
    // SAFETY: not NULL and aligned; every version begins with its size.
    let size = unsafe { pointer.cast::<u32>().read() };
    let size = checked_size::<T>(size, "struct_size")?;
    let known = size.min(size_of::<T>());
    let bytes = pointer.cast::<u8>();
    for offset in known..size {
        // SAFETY: the host says that its struct has `size` bytes.
        if unsafe { bytes.add(offset).read() } != 0 {
            return Err(Error::new(
                ErrorCode::Argument,
                format!(
                    "this {} has {size} bytes and uses something beyond the {} that realvirtual-ws {} (ABI {}) knows: \
                     install the library version that the program was compiled for, or leave the new fields zero",
                    T::NAME,
                    size_of::<T>(),
                    env!("CARGO_PKG_VERSION"),
                    super::library::RV_ABI_VERSION
                ),
            ));
        }
    }
    let mut value = MaybeUninit::<T>::zeroed();
    // SAFETY: `known` bytes are readable by contract and fit; every bit pattern is a `T`.
    unsafe {
        std::ptr::copy_nonoverlapping(bytes, value.as_mut_ptr().cast(), known);
        Ok(value.assume_init())
    }
}

/// A struct of the host's that is written in the size which the host knows.
pub struct Record<'a, T> {
    bytes: &'a mut [MaybeUninit<u8>],
    kind: PhantomData<T>,
}

impl<T: Growing> Record<'_, T> {
    /// Writes what both know of `value`, and zero for what only the host knows.
    pub fn write(self, value: &T) {
        // SAFETY: a `T` has no implicit padding, so each of its bytes is initialised.
        let source = unsafe {
            std::slice::from_raw_parts(
                std::ptr::from_ref(value).cast::<MaybeUninit<u8>>(),
                size_of::<T>(),
            )
        };
        let known = source.len().min(self.bytes.len());
        let (head, tail) = self.bytes.split_at_mut(known);
        head.copy_from_slice(&source[..known]);
        tail.fill(MaybeUninit::new(0));
    }
}

/// # Safety
/// `pointer` is NULL, or the host lets us write `size` bytes there during the call.
pub unsafe fn record<'a, T: Growing>(
    pointer: *mut T,
    size: u32,
    name: &str,
) -> Result<Record<'a, T>> {
    if pointer.is_null() {
        return Err(null(name));
    }
    let size = checked_size::<T>(size, "the size argument")?;
    // SAFETY: not NULL, and writable by contract; bytes need no alignment.
    let bytes = unsafe { std::slice::from_raw_parts_mut(pointer.cast(), size) };
    Ok(Record {
        bytes,
        kind: PhantomData,
    })
}

/// As [`record`]; NULL with a size of 0 says that the struct is not wanted.
///
/// # Safety
/// As for [`record`].
pub unsafe fn optional_record<'a, T: Growing>(
    pointer: *mut T,
    size: u32,
    name: &str,
) -> Result<Option<Record<'a, T>>> {
    if pointer.is_null() && size == 0 {
        return Ok(None);
    }
    // SAFETY: the caller's promise is the same.
    unsafe { record(pointer, size, name) }.map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Thing {
        struct_size: u32,
        old: u32,
        new: u32,
    }

    // SAFETY: three numbers of one size.
    unsafe impl Growing for Thing {
        const NAME: &'static str = "thing";
        const FIRST: usize = 8;
    }

    fn read_words(words: &[u32]) -> Result<Thing> {
        // SAFETY: the tests' sizes stay within the array.
        unsafe { read(words.as_ptr().cast::<Thing>(), "thing") }
    }

    #[test]
    fn an_older_struct_reads_as_zero_where_it_has_nothing() {
        let thing = read_words(&[8, 5, 77]).unwrap();
        assert_eq!((thing.old, thing.new), (5, 0));
    }

    #[test]
    fn a_newer_struct_is_accepted_only_if_it_asks_for_nothing_new() {
        assert_eq!(read_words(&[16, 5, 6, 0]).unwrap().new, 6);
        let error = read_words(&[16, 5, 6, 1]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Argument);
        assert!(
            error.message().contains(env!("CARGO_PKG_VERSION")),
            "{error}"
        );
    }

    #[test]
    fn impossible_sizes_are_refused() {
        for size in [0, 4, 7, MAX_STRUCT_BYTES + 1, u32::MAX] {
            let error = read_words(&[size, 0, 0]).unwrap_err();
            assert_eq!(error.code(), ErrorCode::StructSize);
            let said = error.message();
            assert!(said.contains("thing has 12 bytes in"), "{said}");
            assert!(said.ends_with("fewer than 8: give sizeof(thing)"), "{said}");
        }
    }

    #[test]
    fn output_is_cut_to_the_older_size_and_zeroed_beyond_the_known() {
        let thing = Thing {
            struct_size: 1,
            old: 2,
            new: 3,
        };
        for (size, expected) in [
            (8, [1, 2, 9, 9, 9]),
            (12, [1, 2, 3, 9, 9]),
            (20, [1, 2, 3, 0, 0]),
        ] {
            let mut words = [9u32; 5];
            // SAFETY: the array has at least `size` bytes.
            unsafe { record(words.as_mut_ptr().cast::<Thing>(), size, "out") }
                .unwrap()
                .write(&thing);
            assert_eq!(words, expected);
        }
    }

    #[test]
    fn null_misaligned_and_endless_arrays_are_refused() {
        let words = [0u64; 2];
        let crooked = words.as_ptr().cast::<u8>().wrapping_add(1).cast::<u64>();
        // SAFETY: nothing is read through a pointer that is refused.
        unsafe {
            assert!(slice(std::ptr::null::<u64>(), 0, "a").unwrap().is_empty());
            assert_eq!(
                slice(std::ptr::null::<u64>(), 1, "a").unwrap_err().code(),
                ErrorCode::Null
            );
            assert_eq!(
                slice(crooked, 1, "a").unwrap_err().code(),
                ErrorCode::Argument
            );
            assert_eq!(
                slice(words.as_ptr(), usize::MAX, "a").unwrap_err().code(),
                ErrorCode::Argument
            );
        }
    }
}
