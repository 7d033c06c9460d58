//! Large messages that are made once and wait for a peer to read them: in memory that goes back to the system with them.
//!
//! An allocator keeps what was free once, and one small block behind it is enough to hold it back: after two hundred
//! clients had connected to 10,000 signals, a server kept 200 kB for each of them (bench/profiles/idle-client.txt).

use bytes::Bytes;
use memmap2::MmapMut;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// From this size on the system is asked, in bytes.
const LARGE: usize = 64 << 10;

/// The same text, in memory of its own if it is large.
pub(super) fn apart(text: Utf8Bytes) -> Utf8Bytes {
    if text.len() < LARGE {
        return text;
    }
    // Where the system has none, it stays where it is.
    let Ok(mut memory) = MmapMut::map_anon(text.len()) else {
        return text;
    };
    memory.copy_from_slice(text.as_bytes());
    Utf8Bytes::try_from(Bytes::from_owner(memory)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_text_is_the_same_apart() {
        for length in [0, 1, LARGE - 1, LARGE, 3 * LARGE + 1] {
            let text: String = ('a'..='z').cycle().take(length).collect();
            let before = Utf8Bytes::from(text.clone());
            let place = before.as_str().as_ptr();
            let after = apart(before);
            assert_eq!(after.as_str(), text);
            assert_eq!(after.as_str().as_ptr() == place, length < LARGE);
        }
    }
}
