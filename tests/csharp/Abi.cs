// Prints what the runtime makes of the raw layer: the layout of each struct, the constants, and each function once it
// is bound to the library. tests/abi.rs compares it with the header.

using System;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;
using RealvirtualWs.Interop;

internal static class Abi
{
    private const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
    private const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private static int Main()
    {
        Print(Console.Out);
        return NativeMethods.rv_abi_version() == NativeMethods.RV_ABI_VERSION ? 0 : 1;
    }

    internal static void Print(TextWriter to)
    {
        foreach (Type type in typeof(NativeMethods).Assembly.GetTypes())
        {
            if (type.Namespace != "RealvirtualWs.Interop" || type.IsNested)
            {
                continue;
            }
            if (type.IsEnum)
            {
                foreach (object value in Enum.GetValues(type))
                {
                    to.WriteLine(value + " = " + Convert.ToInt64(value));
                }
            }
            else if (type.IsValueType && type.GetFields(Fields).Length > 0)
            {
                to.WriteLine("sizeof(" + type.Name + ") == " + Marshal.SizeOf(type));
                foreach (FieldInfo field in type.GetFields(Fields))
                {
                    to.WriteLine("offsetof(" + type.Name + ", " + field.Name + ") == "
                        + Marshal.OffsetOf(type, field.Name));
                }
            }
        }
        foreach (FieldInfo field in typeof(NativeMethods).GetFields(Static))
        {
            if (field.Name.StartsWith("RV_", StringComparison.Ordinal))
            {
                to.WriteLine(field.Name + " = " + field.GetRawConstantValue());
            }
        }
        foreach (MethodInfo method in typeof(NativeMethods).GetMethods(Static))
        {
            if ((method.Attributes & MethodAttributes.PinvokeImpl) != 0)
            {
                Marshal.Prelink(method);
                to.WriteLine("bound " + method.Name);
            }
        }
    }
}
