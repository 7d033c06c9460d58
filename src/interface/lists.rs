//! Signal lists in files.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::{Error, ErrorCode, Result};
use crate::interface::{Interface, ListFormat};
use crate::lists::{self, Listed};
use crate::signals::{Notes, Wanted};
use crate::value::Direction;

/// Many times the longest list of as many signals as an interface may have; what is longer is none.
const MAX_FILE_BYTES: u64 = 256 << 20;

impl Interface {
    /// Declares every signal of the list in the file `path`, or none of them. Gives the number of signals in the list.
    ///
    /// Those that exist already in the same way get the list's comment, folder and display name. Access follows from
    /// direction and perspective, as for every declared signal.
    ///
    /// # Errors
    /// [`ErrorCode::File`]; [`ErrorCode::Format`], [`ErrorCode::Name`], [`ErrorCode::Exists`] and [`ErrorCode::Limit`]
    /// with the file and the line.
    pub fn load_signals(&self, path: &str, format: ListFormat) -> Result<u32> {
        self.shared.check()?;
        let bytes = read(path).map_err(|error| failed("read", path, &error))?;
        let format = format.of(path);
        let in_file =
            |error: Error| Error::new(error.code(), format!("{path}, {}", error.message()));
        let list = lists::read(&bytes, format).map_err(in_file)?;
        let wanted: Vec<Wanted<'_>> = list.iter().map(|listed| self.wanted(listed)).collect();
        self.shared
            .signals
            .declare_all(&wanted)
            .map_err(|(index, error)| {
                let line = lists::line_of(&bytes, format, index);
                let message = format!("line {line}: {}", error.message());
                in_file(Error::new(error.code(), message))
            })?;
        self.wake_sender();
        Ok(list.len() as u32)
    }

    fn wanted<'a>(&self, listed: &'a Listed<'_>) -> Wanted<'a> {
        let (direction, access) = self.rules.declared(&listed.name, listed.direction);
        Wanted {
            name: &listed.name,
            kind: listed.kind,
            direction,
            access,
            notes: Notes {
                comment: &listed.comment,
                folder: &listed.folder,
                display_name: &listed.display_name,
            },
        }
    }

    /// Writes every signal into the file `path`, in the order of the ids, imported ones too. The file appears at once:
    /// whoever reads it gets the old one or the new one. Gives the number of signals.
    ///
    /// # Errors
    /// [`ErrorCode::File`].
    pub fn save_signals(&self, path: &str, format: ListFormat) -> Result<u32> {
        self.shared.check()?;
        let (bytes, count) = {
            let names = self.shared.signals.names();
            // At once: what is destroyed meanwhile leaves a whole list or none.
            let kinds: Vec<_> = {
                let table = self.shared.signals.table();
                let slots = table.iter();
                slots.map(|(_, slot)| (slot.kind, slot.direction)).collect()
            };
            let list: Vec<Listed<'_>> = (0..)
                .zip(kinds)
                .filter_map(|(id, (kind, direction))| {
                    let notes = names.notes(id);
                    Some(Listed {
                        name: names.name(id)?.into(),
                        display_name: notes.display_name.into(),
                        comment: notes.comment.into(),
                        folder: notes.folder.into(),
                        kind,
                        direction: direction.unwrap_or(Direction::Auto),
                    })
                })
                .collect();
            (lists::write(&list, format.of(path))?, list.len() as u32)
        };
        replace(Path::new(path), &bytes).map_err(|error| failed("write", path, &error))?;
        Ok(count)
    }
}

fn failed(what: &str, path: &str, error: &io::Error) -> Error {
    Error::new(
        ErrorCode::File,
        format!("cannot {what} the signal list {path}: {error}"),
    )
}

fn read(path: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte more than allowed, and not what the file system says: a device has no size.
    File::open(path)?
        .take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(io::Error::other(format!(
            "it has more than {MAX_FILE_BYTES} bytes, which no signal list has"
        )));
    }
    Ok(bytes)
}

/// Writes a file beside `path` and moves it there, so that a power cut leaves the old one or the new one. A link stays,
/// and what it leads to is replaced; a device or a pipe is written to.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let known = fs::metadata(path).ok();
    if known
        .as_ref()
        .is_some_and(|known| !known.is_file() && !known.is_dir())
    {
        return File::options().write(true).open(path)?.write_all(bytes);
    }
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let (beside, mut file) = create_beside(path)?;
    let rights = known.map_or(Ok(()), |known| file.set_permissions(known.permissions()));
    let written = rights
        .and_then(|()| file.write_all(bytes))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// A new file: one of that name may be the rest of a crash, another process's in another container, or somebody's link.
fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut beside = path.as_os_str().to_owned();
        beside.push(format!(".{}.{number}.tmp", std::process::id()));
        let beside = PathBuf::from(beside);
        match File::create_new(&beside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return created.map(|file| (beside, file)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_link_its_rights_and_a_device_stay_what_they_are() {
        use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
        let folder = std::env::temp_dir().join(format!("rv-link-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (list, link) = (folder.join("list.csv"), folder.join("link.csv"));
        fs::write(&list, "old").unwrap();
        fs::set_permissions(&list, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&list, &link).unwrap();
        replace(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&list).unwrap(), b"new");
        let mode = fs::metadata(&list).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        let device = folder.join("null.csv");
        symlink("/dev/null", &device).unwrap();
        replace(&device, b"new").unwrap();
        assert!(
            fs::metadata("/dev/null")
                .unwrap()
                .file_type()
                .is_char_device()
        );
        assert!(fs::symlink_metadata(&device).unwrap().is_symlink());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_stands_beside_a_list_is_not_overwritten() {
        let folder = std::env::temp_dir().join(format!("rv-beside-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("list.csv");
        let in_the_way = |number: u32| {
            let name = format!("list.csv.{}.{number}.tmp", std::process::id());
            folder.join(name)
        };
        for number in 0..100 {
            fs::write(in_the_way(number), "not ours").unwrap();
        }
        replace(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        for number in 0..100 {
            assert_eq!(fs::read(in_the_way(number)).unwrap(), b"not ours");
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
