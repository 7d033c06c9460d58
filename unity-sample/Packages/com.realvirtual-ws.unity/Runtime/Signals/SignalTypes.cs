using System;

namespace RealvirtualWs.Unity
{
    /// <summary>The component for each kind and direction. Named here one by one, so that no build strips them.</summary>
    public static class SignalTypes
    {
        /// <summary>All eight.</summary>
        public static readonly Type[] All =
        {
            typeof(PLCInputBool), typeof(PLCOutputBool),
            typeof(PLCInputInt), typeof(PLCOutputInt),
            typeof(PLCInputFloat), typeof(PLCOutputFloat),
            typeof(PLCInputText), typeof(PLCOutputText)
        };

        /// <summary>The component of a kind and direction.</summary>
        public static Type Of(RvKind kind, SignalDirection direction)
        {
            return All[((int)kind - 1) * 2 + (direction == SignalDirection.Output ? 1 : 0)];
        }
    }
}
