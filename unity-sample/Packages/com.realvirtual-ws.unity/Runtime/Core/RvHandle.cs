using System;
using System.Runtime.InteropServices;
using RealvirtualWs.Interop;

namespace RealvirtualWs
{
    /// <summary>
    /// Owns an interface of the library, and destroys it when it is disposed, finalized, or its domain unloads. The
    /// pointer is a number that the library looks up, so a call that is on its way while another thread disposes gets an
    /// error and no reference needs to be counted.
    /// </summary>
    internal sealed unsafe class RvHandle : SafeHandle
    {
        internal RvHandle(rv_interface* pointer)
            : base(IntPtr.Zero, true)
        {
            SetHandle((IntPtr)pointer);
        }

        internal rv_interface* Pointer
        {
            get { return IsClosed ? null : (rv_interface*)handle; }
        }

        public override bool IsInvalid
        {
            get { return handle == IntPtr.Zero; }
        }

        protected override bool ReleaseHandle()
        {
            NativeMethods.rv_destroy((rv_interface*)handle);
            return true;
        }
    }
}
