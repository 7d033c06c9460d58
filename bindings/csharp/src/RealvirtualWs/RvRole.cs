using RealvirtualWs.Interop;

namespace RealvirtualWs
{
    /// <summary>
    /// What the clients of one token or user may do: whatever is not allowed here is not. Patterns are signal names with
    /// <c>*</c> (any characters) and <c>?</c> (one). A signal that a client may not read does not exist for it.
    /// </summary>
    public sealed class RvRole
    {
        /// <summary>For the log; null = none.</summary>
        public string Name { get; set; }

        /// <summary>Patterns of the signals that it may read; null = none.</summary>
        public string[] Read { get; set; }

        /// <summary>Patterns of the signals that it may write; null = none.</summary>
        public string[] Write { get; set; }

        /// <summary>
        /// It may ask for the catalogue, of what it may read, and bring signals of its own, of what it may write.
        /// </summary>
        public bool Import { get; set; }

        /// <summary>It may read and set the configuration, and exchange messages of the program's own.</summary>
        public bool Config { get; set; }

        /// <summary>The native struct; its strings live as long as <paramref name="strings"/>.</summary>
        internal unsafe rv_role ToNative(NativeStrings strings)
        {
            rv_role native = default(rv_role);
            native.struct_size = (uint)sizeof(rv_role);
            native.name = strings.Add(Name, "Name");
            native.read = strings.AddLines(Read, "Read");
            native.write = strings.AddLines(Write, "Write");
            native.may_import = (byte)(Import ? 1 : 0);
            native.may_config = (byte)(Config ? 1 : 0);
            return native;
        }
    }
}
