using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("RealvirtualWs.Unity.Editor")]
[assembly: InternalsVisibleTo("RealvirtualWs.Unity.Tests")]
[assembly: InternalsVisibleTo("RealvirtualWs.Unity.Editor.Tests")]
