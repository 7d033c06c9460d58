using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("RealvirtualWs.Unity.Editor.Tests")]
