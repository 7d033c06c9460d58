using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("RealvirtualWs.Tests")]
