//! The result codes as C sees them.

/// What functions return: 0 or more is success (often a count), less than 0 is one of these. A code never changes its
/// meaning and is never used again; later versions may return new ones, so treat an unknown negative number as a
/// failure.
#[allow(
    dead_code,
    reason = "the library returns `ErrorCode`; this names its numbers for C"
)]
#[derive(Clone, Copy)]
#[repr(i32)]
pub enum rv_result {
    /// Success.
    RV_OK = 0,
    /// The handle is NULL, stale, destroyed or forged.
    RV_ERR_HANDLE = -1,
    /// A pointer that must not be NULL is NULL.
    RV_ERR_NULL = -2,
    /// An argument or an option is out of its range.
    RV_ERR_ARGUMENT = -3,
    /// A string is not UTF-8.
    RV_ERR_UTF8 = -4,
    /// The buffer is too small; `required` tells the size.
    RV_ERR_BUFFER = -5,
    /// `struct_size` is smaller than any version of the struct ever was.
    RV_ERR_STRUCT_SIZE = -6,
    /// A defect in the library; the interface is faulted, the host lives.
    RV_ERR_PANIC = -7,
    /// The process was forked after the library was used; the child must not use it.
    RV_ERR_FORKED = -8,
    /// Not available on this platform or in this mode.
    RV_ERR_UNSUPPORTED = -9,
    /// Not possible in the interface's present state.
    RV_ERR_STATE = -10,
    /// The time ran out.
    RV_ERR_TIMEOUT = -11,
    /// Cancelled by the host.
    RV_ERR_CANCELLED = -12,
    /// A limit would be exceeded.
    RV_ERR_LIMIT = -13,
    /// The operating system refused a resource.
    RV_ERR_SYSTEM = -14,
    /// No signal, client or token of that name or number.
    RV_ERR_NOT_FOUND = -20,
    /// A signal of that name exists with another declaration.
    RV_ERR_EXISTS = -21,
    /// The signal is of another kind.
    RV_ERR_KIND = -22,
    /// The signal's access is READ: peers write it.
    RV_ERR_NOT_WRITABLE = -23,
    /// NaN and the infinities cannot be sent.
    RV_ERR_NOT_FINITE = -24,
    /// The name is empty, too long, or holds a NUL.
    RV_ERR_NAME = -25,
    /// The text is too long.
    RV_ERR_TEXT = -26,
    /// A file cannot be read or written.
    RV_ERR_FILE = -27,
    /// A file is not what it should be; the message tells the line.
    RV_ERR_FORMAT = -28,
    /// Another program listens on that port.
    RV_ERR_PORT_IN_USE = -40,
    /// The address is malformed, or is none of this machine's.
    RV_ERR_ADDRESS = -41,
    /// The host name does not resolve.
    RV_ERR_RESOLVE = -42,
    /// Nothing listens there.
    RV_ERR_REFUSED = -43,
    /// No route, or no answer.
    RV_ERR_UNREACHABLE = -44,
    /// The connection broke.
    RV_ERR_CONNECTION = -45,
    /// The other side answered, but not as a WebSocket server.
    RV_ERR_HANDSHAKE = -46,
    /// TLS could not be set up.
    RV_ERR_TLS = -47,
    /// The server's certificate is not trusted here, or ours not by the server.
    RV_ERR_CERTIFICATE = -48,
    /// There is no connection.
    RV_ERR_NOT_CONNECTED = -49,
    /// Listening beyond this machine without any authentication was not allowed.
    RV_ERR_INSECURE_BIND = -50,
    /// The server refused us (HTTP 401, 403 or 429).
    RV_ERR_DENIED = -51,
    /// The operating system does not let this user have that port.
    RV_ERR_PERMISSION = -52,
}

#[cfg(test)]
mod tests {
    use crate::error::ErrorCode;
    use std::collections::BTreeMap;

    /// `name = number` with the documentation above it.
    fn entries(source: &str) -> BTreeMap<String, (i32, String)> {
        let mut entries = BTreeMap::new();
        let mut docs = String::new();
        for line in source.lines().map(str::trim) {
            if let Some(doc) = line.strip_prefix("///") {
                docs.push_str(doc);
            } else if let Some((name, number)) = line.split_once(" = -") {
                let (number, name) = match number.split_once(", \"") {
                    Some((number, name)) => (number, name.trim_end_matches("\";")),
                    None => (number.trim_end_matches(','), name),
                };
                if let Ok(number) = number.parse::<i32>() {
                    entries.insert(name.to_owned(), (-number, std::mem::take(&mut docs)));
                }
            } else {
                docs.clear();
            }
        }
        entries
    }

    #[test]
    fn codes_and_their_documentation_equal_those_of_the_library() {
        let here = entries(include_str!("result.rs"));
        assert_eq!(here, entries(include_str!("../error.rs")));
        let expected: BTreeMap<&str, i32> = ErrorCode::ALL
            .iter()
            .map(|code| (code.name(), *code as i32))
            .collect();
        let found: BTreeMap<&str, i32> = here
            .iter()
            .map(|(name, (code, _))| (name.as_str(), *code))
            .collect();
        assert_eq!(found, expected);
    }
}
