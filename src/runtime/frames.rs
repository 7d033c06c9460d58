//! Follows the frame headers in the bytes that a peer sends, without looking at payloads.
//!
//! tungstenite checks sizes against a limit that cannot change on a live connection, reports nothing
//! before a message is whole, and takes a control frame of any length in full before it objects. This
//! scanner sees the bytes first: it refuses an announced size before memory is reserved for it, with a
//! limit that may differ from call to call, and knows whether a message is under way. What a frame
//! means, and whether it is valid, remains tungstenite's business.

/// What a header announced that must not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The message would exceed `cap` bytes.
    TooBig {
        /// The size announced so far.
        announced: u64,
        /// What is allowed.
        cap: usize,
    },
    /// A ping, pong or close of more than 125 bytes.
    LongControl,
    /// No header is wrong, but the unfinished messages of all peers are too much together.
    Crowded,
}

/// A forbidden header, which begins at `at` in the bytes scanned (0 when it began in earlier ones).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    pub(crate) at: usize,
    pub(crate) fault: Fault,
}

/// The place in the peer's stream of frames.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    header: [u8; 14],
    have: usize,
    /// Payload of the present frame that is still to come.
    left: u64,
    /// Bytes announced for the unfinished message.
    message: u64,
    /// A message is unfinished.
    open: bool,
    /// The present frame is a control frame.
    control: bool,
    /// The present frame is the last one of its message.
    last: bool,
    /// The present frame is a control frame, and no message is unfinished.
    alone: bool,
    /// Messages that came to their end, and control frames between them.
    messages: u64,
}

impl Frames {
    /// A frame or a message is under way.
    pub(crate) const fn inside(&self) -> bool {
        self.open || self.have > 0 || self.left > 0
    }

    /// How many bytes have come of the unfinished message.
    pub(crate) const fn held(&self) -> u64 {
        if self.control {
            self.message
        } else {
            self.message.saturating_sub(self.left)
        }
    }

    /// How many messages came to their end. A control frame outside a message is one by itself, or a
    /// stream of nothing else would look like one message that never ends.
    pub(crate) const fn messages(&self) -> u64 {
        self.messages
    }

    /// Takes the next bytes; messages may have `cap` bytes.
    pub(crate) fn scan(&mut self, bytes: &[u8], cap: usize) -> Result<(), Stop> {
        let mut i = 0;
        let mut header_at = 0;
        while i < bytes.len() {
            if self.left > 0 {
                let rest = (bytes.len() - i) as u64;
                let n = self.left.min(rest);
                self.left -= n;
                i += n as usize;
                self.end_of_payload();
                continue;
            }
            if self.have == 0 {
                header_at = i;
            }
            self.header[self.have] = bytes[i];
            self.have += 1;
            i += 1;
            if self.have >= 2 && self.have == header_length(self.header[1]) {
                self.have = 0;
                self.begin_payload(cap).map_err(|fault| Stop {
                    at: header_at,
                    fault,
                })?;
            }
        }
        Ok(())
    }

    fn begin_payload(&mut self, cap: usize) -> Result<(), Fault> {
        let [first, second, ..] = self.header;
        let length = match second & 0x7f {
            126 => u64::from(u16::from_be_bytes([self.header[2], self.header[3]])),
            127 => {
                let mut raw = [0; 8];
                raw.copy_from_slice(&self.header[2..10]);
                u64::from_be_bytes(raw)
            }
            n => u64::from(n),
        };
        self.control = first & 0x08 != 0;
        if self.control {
            if length > 125 {
                return Err(Fault::LongControl);
            }
            self.last = false;
            self.alone = !self.open;
        } else {
            // An unexpected continuation, or a new message inside an unfinished one, is summed up like
            // a fragment: tungstenite refuses it by its own rules.
            self.message = self.message.saturating_add(length);
            if self.message > cap as u64 {
                return Err(Fault::TooBig {
                    announced: self.message,
                    cap,
                });
            }
            self.open = true;
            self.last = first & 0x80 != 0;
            self.alone = false;
        }
        self.left = length;
        self.end_of_payload();
        Ok(())
    }

    const fn end_of_payload(&mut self) {
        if self.left == 0 && self.last {
            self.open = false;
            self.last = false;
            self.message = 0;
            self.messages += 1;
        } else if self.left == 0 && self.alone {
            self.alone = false;
            self.messages += 1;
        }
    }
}

const fn header_length(second: u8) -> usize {
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    2 + extended + if second & 0x80 != 0 { 4 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A frame with `first` as its first byte.
    pub(crate) fn frame(first: u8, masked: bool, payload: &[u8]) -> Vec<u8> {
        let mut out = vec![first];
        let mask = if masked { 0x80 } else { 0 };
        match payload.len() {
            n @ 0..=125 => out.push(mask | n as u8),
            n @ 126..=0xffff => {
                out.push(mask | 126);
                out.extend((n as u16).to_be_bytes());
            }
            n => {
                out.push(mask | 127);
                out.extend((n as u64).to_be_bytes());
            }
        }
        if masked {
            out.extend([0; 4]);
        }
        out.extend(payload);
        out
    }

    #[test]
    fn a12_a_message_is_under_way_from_its_first_byte_to_its_last() {
        let mut frames = Frames::default();
        let bytes = [
            frame(0x01, true, b"ab"),
            frame(0x89, true, b"ping"),
            frame(0x00, true, b""),
            frame(0x80, true, b"c"),
        ]
        .concat();
        for (i, byte) in bytes.iter().enumerate() {
            assert_eq!(frames.inside(), i > 0);
            frames.scan(&[*byte], 3).unwrap();
        }
        assert!(!frames.inside());
        assert_eq!(frames.messages(), 1);
    }

    #[test]
    fn a12_control_frames_outside_a_message_are_told_apart() {
        let bytes = [
            frame(0x89, true, b""),
            frame(0x8a, true, b"pong"),
            frame(0x01, true, b"a"),
            frame(0x89, true, b"in a message"),
            frame(0x80, true, b"b"),
            frame(0x89, true, b"ping"),
        ]
        .concat();
        for size in [1, 3, bytes.len()] {
            let mut frames = Frames::default();
            for part in bytes.chunks(size) {
                frames.scan(part, 3).unwrap();
            }
            assert_eq!(frames.messages(), 4, "{size} bytes at a time");
        }
    }

    #[test]
    fn a25_announced_sizes_are_refused_at_their_header() {
        for length in [4, 1 << 31, u64::MAX >> 1, u64::MAX] {
            let mut bytes = frame(0x81, false, b"ok");
            let at = bytes.len();
            bytes.extend([0x81, 0x7f]);
            bytes.extend(length.to_be_bytes());
            let fault = Fault::TooBig {
                announced: length,
                cap: 3,
            };
            assert_eq!(Frames::default().scan(&bytes, 3), Err(Stop { at, fault }));
        }
        let long_ping = [0x89, 0x7e, 0, 126];
        let stop = Frames::default().scan(&long_ping, 1000).unwrap_err();
        assert_eq!(stop.fault, Fault::LongControl);
    }

    proptest! {
        #[test]
        fn a34_chopping_changes_nothing(
            parts in prop::collection::vec((0usize..3, 0usize..70_000), 1..6),
            cuts in prop::collection::vec(1usize..100_000, 1..12),
            masked: bool,
        ) {
            let mut bytes = Vec::new();
            let mut open = false;
            for (kind, size) in parts {
                match kind {
                    0 => bytes.extend(frame(0x89, masked, &vec![1; size % 126])),
                    kind => {
                        let first = u8::from(!open) | if kind == 1 { 0x80 } else { 0 };
                        bytes.extend(frame(first, masked, &vec![1; size]));
                        open = kind != 1;
                    }
                }
            }
            let mut whole = Frames::default();
            whole.scan(&bytes, usize::MAX).unwrap();
            prop_assert_eq!(whole.inside(), open);
            let mut chopped = Frames::default();
            let mut rest = &bytes[..];
            for cut in cuts.iter().cycle() {
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                chopped.scan(now, usize::MAX).unwrap();
                rest = later;
                if rest.is_empty() { break }
            }
            prop_assert_eq!(chopped.inside(), whole.inside());
            prop_assert_eq!(chopped.messages(), whole.messages());
        }

        #[test]
        fn a37_random_bytes_never_panic(bytes: Vec<u8>, cap in 0usize..1000) {
            let _ = Frames::default().scan(&bytes, cap);
        }
    }
}
