//! The errors of the public interfaces: a stable code and a sentence that says what to do.

use std::fmt;
use std::time::Duration;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $name:literal;)*) => {
        /// A stable error code; the C interface returns it as a negative number. Codes are never reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(i32)]
        pub enum ErrorCode { $($(#[$doc])* $variant = $code,)* }

        impl ErrorCode {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code's name in the C interface.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

codes! {
    /// The handle is NULL, stale, destroyed or forged.
    Handle = -1, "RV_ERR_HANDLE";
    /// A pointer that must not be NULL is NULL.
    Null = -2, "RV_ERR_NULL";
    /// An argument or an option is out of its range.
    Argument = -3, "RV_ERR_ARGUMENT";
    /// A string is not UTF-8.
    Utf8 = -4, "RV_ERR_UTF8";
    /// The buffer is too small; `required` tells the size.
    Buffer = -5, "RV_ERR_BUFFER";
    /// `struct_size` is smaller than any version of the struct ever was.
    StructSize = -6, "RV_ERR_STRUCT_SIZE";
    /// A defect in the library; the interface is faulted, the host lives.
    Panic = -7, "RV_ERR_PANIC";
    /// The process was forked after the library was used; the child must not use it.
    Forked = -8, "RV_ERR_FORKED";
    /// Not available on this platform or in this mode.
    Unsupported = -9, "RV_ERR_UNSUPPORTED";
    /// Not possible in the interface's present state.
    State = -10, "RV_ERR_STATE";
    /// The time ran out.
    Timeout = -11, "RV_ERR_TIMEOUT";
    /// Cancelled by the host.
    Cancelled = -12, "RV_ERR_CANCELLED";
    /// A limit would be exceeded.
    Limit = -13, "RV_ERR_LIMIT";
    /// The operating system refused a resource.
    System = -14, "RV_ERR_SYSTEM";
    /// No signal, client or token of that name or number.
    NotFound = -20, "RV_ERR_NOT_FOUND";
    /// A signal of that name exists with another declaration.
    Exists = -21, "RV_ERR_EXISTS";
    /// The signal is of another kind.
    Kind = -22, "RV_ERR_KIND";
    /// The signal's access is READ: peers write it.
    NotWritable = -23, "RV_ERR_NOT_WRITABLE";
    /// NaN and the infinities cannot be sent.
    NotFinite = -24, "RV_ERR_NOT_FINITE";
    /// The name is empty, too long, or holds a NUL.
    Name = -25, "RV_ERR_NAME";
    /// The text is too long.
    Text = -26, "RV_ERR_TEXT";
    /// A file cannot be read or written.
    File = -27, "RV_ERR_FILE";
    /// A file is not what it should be; the message tells the line.
    Format = -28, "RV_ERR_FORMAT";
    /// Another program listens on that port.
    PortInUse = -40, "RV_ERR_PORT_IN_USE";
    /// The address is malformed, or is none of this machine's.
    Address = -41, "RV_ERR_ADDRESS";
    /// The host name does not resolve.
    Resolve = -42, "RV_ERR_RESOLVE";
    /// Nothing listens there.
    Refused = -43, "RV_ERR_REFUSED";
    /// No route, or no answer.
    Unreachable = -44, "RV_ERR_UNREACHABLE";
    /// The connection broke.
    Connection = -45, "RV_ERR_CONNECTION";
    /// The other side answered, but not as a WebSocket server.
    Handshake = -46, "RV_ERR_HANDSHAKE";
    /// TLS could not be set up.
    Tls = -47, "RV_ERR_TLS";
    /// The server's certificate is not trusted here, or ours not by the server.
    Certificate = -48, "RV_ERR_CERTIFICATE";
    /// There is no connection.
    NotConnected = -49, "RV_ERR_NOT_CONNECTED";
    /// Listening beyond this machine without any authentication was not allowed.
    InsecureBind = -50, "RV_ERR_INSECURE_BIND";
    /// The server refused us (HTTP 401, 403 or 429).
    Denied = -51, "RV_ERR_DENIED";
    /// The operating system does not let this user have that port.
    Permission = -52, "RV_ERR_PERMISSION";
}

/// What exactly stood in the way of a connection, for programs that tell a person what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// TLS was spoken to a port that does not answer in TLS.
    NotTls,
    /// Plain text was spoken to a port of TLS.
    IsTls,
    /// The answer is not HTTP, or there is none.
    NotHttp,
    /// The connection was accepted, and then nothing came.
    Silent,
    /// The answer is HTTP/1.0, in which there is no upgrade to a WebSocket.
    OldHttp,
    /// The answer is HTTP with this status, and no upgrade.
    Status(u16),
    /// The certificate is of an authority that is not trusted here, or of none.
    Untrusted,
    /// The certificate is for other names.
    WrongName,
    /// The certificate has expired, or is not valid yet.
    WrongTime,
    /// The server wants a certificate of this client, or another one.
    ClientCertificate,
}

/// A failure: its code, and a sentence that says what happened, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    code: ErrorCode,
    message: String,
    cause: Option<Cause>,
    retry_after: Option<Duration>,
}

impl Error {
    /// A failure with `code` and the sentence `message`.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            cause: None,
            retry_after: None,
        }
    }

    /// The same failure with what stood in the way.
    #[must_use]
    pub(crate) const fn because(mut self, cause: Cause) -> Self {
        self.cause = Some(cause);
        self
    }

    /// The same failure, which the other side wants to pass before the next attempt.
    #[must_use]
    pub(crate) const fn retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// How long the other side wants to be left alone.
    pub(crate) const fn wanted_wait(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The same failure in other words.
    #[must_use]
    pub(crate) fn reworded(mut self, reword: impl FnOnce(String) -> String) -> Self {
        self.message = reword(self.message);
        self
    }

    /// What exactly stood in the way of a connection, where code and message leave it open to programs.
    #[must_use]
    pub const fn cause(&self) -> Option<Cause> {
        self.cause
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// The sentence for a person.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code.name())
    }
}

impl std::error::Error for Error {}

/// Shorthand for results of this crate.
pub type Result<T> = std::result::Result<T, Error>;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_and_names_are_unique_and_negative() {
        let codes: HashSet<i32> = ErrorCode::ALL.iter().map(|c| *c as i32).collect();
        let names: HashSet<&str> = ErrorCode::ALL.iter().map(|c| c.name()).collect();
        assert_eq!(codes.len(), ErrorCode::ALL.len());
        assert_eq!(names.len(), ErrorCode::ALL.len());
        assert!(codes.iter().all(|c| *c < 0));
    }
}
