using System;

namespace RealvirtualWs
{
    /// <summary>A call on the library failed. The message says what happened, where, and what to do.</summary>
    public class RvException : Exception
    {
        internal RvException(RvResult code, string message, Exception inner = null)
            : base(message, inner)
        {
            Code = code;
        }

        /// <summary>What failed, as a stable number.</summary>
        public RvResult Code { get; private set; }

        /// <summary>The exception for a failure, of the class that its code belongs to.</summary>
        internal static Exception For(RvResult code, string message)
        {
            if (code == RvResult.Handle)
            {
                // A handle of this assembly's is never a wrong one, so what the library says of handles has one reason.
                return new ObjectDisposedException(
                    "RvInterface", "This interface is disposed, or was while the call went on: create a new one.");
            }
            if (code == RvResult.Cancelled)
            {
                return new OperationCanceledException(message);
            }
            if (code <= RvResult.PortInUse || code == RvResult.Timeout)
            {
                return new RvConnectionException(code, message);
            }
            if (code == RvResult.Argument || code == RvResult.Null || code == RvResult.Utf8
                || (code <= RvResult.NotFound && code >= RvResult.Text) || code == RvResult.Format)
            {
                return new RvArgumentException(code, message);
            }
            return new RvException(code, message);
        }
    }

    /// <summary>
    /// The other side, the network or the operating system is in the way: port in use, nobody listens, no answer in time,
    /// a certificate that is not trusted. Trying again later may help.
    /// </summary>
    public sealed class RvConnectionException : RvException
    {
        internal RvConnectionException(RvResult code, string message)
            : base(code, message)
        {
        }
    }

    /// <summary>
    /// What was asked for cannot be: an option out of its range, a signal that does not exist or is of another kind, a
    /// name or a value that no signal can have, a signal that peers write, a list that is none. The program, or what it
    /// was given, is to be changed.
    /// </summary>
    public sealed class RvArgumentException : RvException
    {
        internal RvArgumentException(RvResult code, string message)
            : base(code, message)
        {
        }
    }

    /// <summary>
    /// The native library was not found, is for another machine, or is of another version than this assembly. The message
    /// says where it was looked for, or names both versions.
    /// </summary>
    public sealed class RvLibraryException : RvException
    {
        internal RvLibraryException(string message, Exception inner = null)
            : base(RvResult.Unsupported, message, inner)
        {
        }
    }
}
