using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using RealvirtualWs.Interop;

namespace RealvirtualWs
{
    /// <summary>The native library as a whole. Every member may be used from any thread.</summary>
    public static unsafe class RvLibrary
    {
        private const string Name = "realvirtual_ws";

        private static volatile bool _checked;

        /// <summary>The version of the binary interface that this assembly is made for.</summary>
        public static int ExpectedAbiVersion
        {
            get { return (int)NativeMethods.RV_ABI_VERSION; }
        }

        /// <summary>The version of the library that this assembly was generated from.</summary>
        public static string ExpectedVersion
        {
            get
            {
                return NativeMethods.RV_VERSION_MAJOR + "." + NativeMethods.RV_VERSION_MINOR + "."
                    + NativeMethods.RV_VERSION_PATCH;
            }
        }

        /// <summary>The version of the native library, such as "0.1.0".</summary>
        public static string Version
        {
            get
            {
                Check();
                return Utf8.Decode(NativeMethods.rv_version());
            }
        }

        /// <summary>
        /// How many interfaces exist in this process, other users' of the library included. For tests that look for
        /// leaks.
        /// </summary>
        public static int LiveCount
        {
            get
            {
                Check();
                return (int)NativeMethods.rv_live_count();
            }
        }

        /// <summary>The name of a result in the C interface, such as "RV_ERR_KIND".</summary>
        public static string ResultName(RvResult result)
        {
            Check();
            return Utf8.Decode(NativeMethods.rv_result_name((int)result));
        }

        /// <summary>
        /// What the last failed call of this thread said: what happened, where, and what to do about it. For calls that
        /// return an <see cref="RvResult"/>; exceptions carry it as their message. Empty when nothing has failed yet.
        /// </summary>
        public static string LastError
        {
            get
            {
                Check();
                byte[] buffer = new byte[1025]; // at most 1024 bytes and the NUL
                fixed (byte* text = buffer)
                {
                    NativeMethods.rv_last_error(text, (UIntPtr)(uint)buffer.Length, null);
                    return Utf8.Decode(text);
                }
            }
        }

        /// <summary>
        /// Stops and disposes every interface of the process, other users' of the library included. For the end of a
        /// process; it need not be called. Blocks inside the library for at most that time.
        /// </summary>
        /// <param name="timeoutMs">Time for all of them together, in milliseconds.</param>
        /// <returns>False when something was not sent in time.</returns>
        public static bool ShutdownAll(int timeoutMs)
        {
            Check();
            int result = NativeMethods.rv_shutdown_all(Milliseconds(timeoutMs, "timeoutMs"));
            if (result == (int)RvResult.Timeout)
            {
                return false;
            }
            Throw(result);
            return true;
        }

        /// <summary>
        /// Makes sure that the native library is there and fits this assembly. Everything else does so on its first use;
        /// a program calls it to be told early.
        /// </summary>
        /// <exception cref="RvLibraryException">It is not there, or does not fit. The message says what to do.</exception>
        public static void Check()
        {
            if (!_checked)
            {
                Verify();
                _checked = true;
            }
        }

        private static void Verify()
        {
            uint version;
            try
            {
                version = NativeMethods.rv_abi_version();
            }
            catch (DllNotFoundException e)
            {
                throw new RvLibraryException(NotFound(e.Message), e);
            }
            catch (BadImageFormatException e)
            {
                throw new RvLibraryException(
                    FileName + " is for another machine: this process is " + Process + ". Put the library for it in place. ("
                    + e.Message + ")", e);
            }
            catch (EntryPointNotFoundException e)
            {
                throw new RvLibraryException(
                    FileName + " is another library of the same name: it has no function rv_abi_version. Put the one of "
                    + "realvirtual-ws " + ExpectedVersion + " in its place. (" + e.Message + ")", e);
            }
            if (version != NativeMethods.RV_ABI_VERSION)
            {
                throw new RvLibraryException(
                    FileName + " does not fit this assembly: the library has ABI version " + version + NativeVersion()
                    + ", the assembly is made for ABI version " + NativeMethods.RV_ABI_VERSION + " (library "
                    + ExpectedVersion + "). Take both from the same release; where a program holds the library open, "
                    + "as the Unity editor does, restart it afterwards.");
            }
            CheckSizes();
        }

        /// <summary>The structs as this runtime lays them out are the library's.</summary>
        private static void CheckSizes()
        {
            CheckSize("rv_change", sizeof(rv_change), 48);
            CheckSize("RvChange", sizeof(RvChange), 48);
            CheckSize("rv_event", sizeof(rv_event), 32);
            CheckSize("rv_value", sizeof(rv_value), 32);
            rv_options options;
            int result = NativeMethods.rv_options_init(&options, (uint)sizeof(rv_options), (uint)rv_mode.RV_MODE_CLIENT);
            if (result < 0)
            {
                throw new RvLibraryException(
                    FileName + NativeVersion() + " does not know the struct rv_options of " + sizeof(rv_options)
                    + " bytes that this assembly (library " + ExpectedVersion + ") has: take both from the same release.");
            }
        }

        private static void CheckSize(string name, int size, int expected)
        {
            if (size != expected)
            {
                throw new RvLibraryException(
                    "This runtime gives the struct " + name + " " + size + " bytes, the library " + expected
                    + ": the assembly was not built from the library's declarations.");
            }
        }

        private static string NativeVersion()
        {
            try
            {
                return " (library " + Utf8.Decode(NativeMethods.rv_version()) + ")";
            }
            catch (EntryPointNotFoundException)
            {
                return "";
            }
        }

        private static string NotFound(string said)
        {
            StringBuilder message = new StringBuilder();
            message.Append("The native library of realvirtual-ws was not found, or one that it needs: ").Append(FileName);
            message.Append(" for ").Append(Process).Append(". The runtime looks beside the assembly (");
            message.Append(Folder()).Append(")");
            string variable = IsWindows ? "PATH" : IsMac ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH";
            string folders = Environment.GetEnvironmentVariable(variable);
            message.Append(", in the folders of ").Append(variable).Append(" (");
            message.Append(string.IsNullOrEmpty(folders) ? "not set" : folders);
            message.Append("), and in the system's. Put ").Append(FileName).Append(" beside the assembly, or its folder into ");
            message.Append(variable).Append(" before the program starts; in Unity into a folder Plugins of the project or ");
            message.Append("package, with import settings for this platform. (").Append(said).Append(")");
            return message.ToString();
        }

        private static string Folder()
        {
            string location = typeof(RvLibrary).Assembly.Location;
            return string.IsNullOrEmpty(location) ? AppDomain.CurrentDomain.BaseDirectory : Path.GetDirectoryName(location);
        }

        private static bool IsWindows
        {
            get { return RuntimeInformation.IsOSPlatform(OSPlatform.Windows); }
        }

        private static bool IsMac
        {
            get { return RuntimeInformation.IsOSPlatform(OSPlatform.OSX); }
        }

        private static string FileName
        {
            get { return IsWindows ? Name + ".dll" : IsMac ? "lib" + Name + ".dylib" : "lib" + Name + ".so"; }
        }

        private static string Process
        {
            get { return RuntimeInformation.OSDescription + ", " + RuntimeInformation.ProcessArchitecture; }
        }

        /// <summary>Throws what a failed call means; success passes.</summary>
        internal static void Throw(int result)
        {
            if (result < 0)
            {
                throw RvException.For((RvResult)result, LastError);
            }
        }

        internal static uint Milliseconds(int time, string parameter)
        {
            if (time < 0)
            {
                throw new ArgumentOutOfRangeException(parameter, time, "A time in milliseconds must not be negative.");
            }
            return (uint)time;
        }

        internal static TimeSpan Microseconds(ulong time)
        {
            return new TimeSpan((long)Math.Min(time, long.MaxValue / 10) * 10);
        }
    }
}
