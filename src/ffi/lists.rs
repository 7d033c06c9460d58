//! Signal lists in files.

use std::ffi::c_char;

use super::checked::checked;
use super::enums::{rv_list_format, rv_list_format_in, rv_note, rv_note_in};
use super::handle::rv_interface;
use super::{guard, string};

/// Declares every signal of the list in the file `path`: all of them, or none. Signals that exist already in
/// the same way get the list's comment, folder and display name. SIGNAL LISTS at the top shows how lists look.
///
/// Blocks for as long as reading the file takes.
///
/// Returns the number of signals in the list; `RV_ERR_FILE` when the file cannot be read; and with the line in
/// `rv_last_error`: `RV_ERR_FORMAT` when it is no such list, `RV_ERR_NAME`, `RV_ERR_EXISTS` when a signal is declared
/// in another way or stands twice in the list, `RV_ERR_LIMIT` beyond `max_signals`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_load_signals(
    iface: *mut rv_interface,
    path: *const c_char,
    format: rv_list_format_in,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for a string at `path`, or NULL.
        let path = unsafe { string::required(path, "path") }?;
        let format: rv_list_format = checked(format, "format")?;
        interface.load_signals(path, format.into())
    })
}

/// Writes every signal to the file `path` as a signal list, in the order of the ids, imported ones too. A signal
/// without direction gets an empty `Direction`. The file is replaced at once, when all of it is written: whoever reads
/// it finds the old one or the new one.
///
/// Blocks until the file is on its disk.
///
/// Returns the number of signals, or `RV_ERR_FILE` when the file cannot be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_save_signals(
    iface: *mut rv_interface,
    path: *const c_char,
    format: rv_list_format_in,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for a string at `path`, or NULL.
        let path = unsafe { string::required(path, "path") }?;
        let format: rv_list_format = checked(format, "format")?;
        interface.save_signals(path, format.into())
    })
}

/// Copies what people read of a signal: its comment, folder or display name, from `rv_add_signal_with` or from a signal
/// list. An empty text if it has none.
///
/// Returns `RV_OK`, `RV_ERR_NOT_FOUND`, or `RV_ERR_BUFFER` with the size in `*required`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_get_signal_note(
    iface: *mut rv_interface,
    id: u32,
    note: rv_note_in,
    buf: *mut c_char,
    capacity: usize,
    required: *mut usize,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for `capacity` bytes at `buf` and a `size_t` at `required`, or NULL.
        let text = unsafe { string::out(buf, capacity, required) }?;
        let note: rv_note = checked(note, "note")?;
        let notes = interface.signal_notes(id)?;
        text.write(match note {
            rv_note::RV_NOTE_COMMENT => &notes.comment,
            rv_note::RV_NOTE_FOLDER => &notes.folder,
            rv_note::RV_NOTE_DISPLAY_NAME => &notes.display_name,
        })
    })
}
