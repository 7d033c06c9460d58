using UnityEngine;

namespace RealvirtualWs.Unity
{
    /// <summary>Unity's console: every line begins with the GameObject's name, and a click on it selects the object.</summary>
    internal sealed class InterfaceLog
    {
        private readonly WebsocketRealtimeInterface owner;

        internal InterfaceLog(WebsocketRealtimeInterface owner)
        {
            this.owner = owner;
        }

        internal void Error(string text, Object context)
        {
            Debug.LogError(Line(text), context);
        }

        internal void Error(string text)
        {
            Debug.LogError(Line(text), owner);
        }

        internal void Warning(string text)
        {
            Debug.LogWarning(Line(text), owner);
        }

        internal void Info(string text)
        {
            Debug.Log(Line(text), owner);
        }

        private string Line(string text)
        {
            return "[" + owner.name + "] " + text;
        }
    }
}
