// Runs every test of this assembly, or those whose name holds the argument, and closes with `N passed, N failed`. With
// `--library` it only says whether the native library can be used.

using System;
using System.Reflection;
using System.Text;
using NUnit.Framework;
using RealvirtualWs;

internal static class Runner
{
    internal static int Main(string[] arguments)
    {
        Console.OutputEncoding = new UTF8Encoding(false);
        if (arguments.Length == 1 && arguments[0] == "--library")
        {
            return SayLibrary();
        }
        string filter = arguments.Length > 0 ? arguments[0] : "";
        int passed = 0, failed = 0, skipped = 0;
        foreach (Type fixture in typeof(Runner).Assembly.GetTypes())
        {
            if (fixture.GetCustomAttributes(typeof(TestFixtureAttribute), false).Length == 0)
            {
                continue;
            }
            foreach (MethodInfo test in fixture.GetMethods())
            {
                string name = fixture.Name + "." + test.Name;
                if (test.GetCustomAttributes(typeof(TestAttribute), false).Length == 0 || name.IndexOf(filter) < 0)
                {
                    continue;
                }
                Exception failure = Run(fixture, test);
                if (failure == null)
                {
                    passed++;
                }
                else if (failure is IgnoreException)
                {
                    skipped++;
                    Console.WriteLine(name + ": skipped: " + failure.Message);
                }
                else
                {
                    failed++;
                    Console.WriteLine(name + ": " + (failure is AssertionException ? failure.Message : failure.ToString()));
                }
            }
        }
        string suite = Environment.GetEnvironmentVariable("RV_SUITE") ?? "csharp";
        Console.WriteLine(suite + ": " + passed + " passed, " + failed + " failed" + (skipped > 0 ? ", " + skipped + " skipped" : ""));
        return failed == 0 && passed > 0 ? 0 : 1;
    }

    private static Exception Run(Type fixture, MethodInfo test)
    {
        try
        {
            test.Invoke(Activator.CreateInstance(fixture), null);
            return null;
        }
        catch (TargetInvocationException e)
        {
            return e.InnerException;
        }
    }

    private static int SayLibrary()
    {
        try
        {
            RvLibrary.Check();
            Console.WriteLine("usable: " + RvLibrary.Version);
            return 0;
        }
        catch (RvLibraryException e)
        {
            Console.WriteLine(e.Message);
            return 1;
        }
    }
}
