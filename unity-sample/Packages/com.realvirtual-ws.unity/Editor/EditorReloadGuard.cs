using UnityEditor;

namespace RealvirtualWs.Unity.Editor
{
    /// <summary>
    /// Closes what is open before the editor throws away the code that holds it. After a reload during play mode the
    /// components open again by themselves.
    /// </summary>
    [InitializeOnLoad]
    internal static class EditorReloadGuard
    {
        static EditorReloadGuard()
        {
            AssemblyReloadEvents.beforeAssemblyReload += CloseAll;
            EditorApplication.quitting += CloseAll;
        }

        private static void CloseAll()
        {
            EditorTask.GiveUpAll();
            OpenInterfaces.CloseAll();
        }
    }
}
