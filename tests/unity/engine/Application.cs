using System;
using System.Collections.Generic;

namespace UnityEngine
{
    public static class Application
    {
        public static bool isPlaying { get; internal set; }

        /// <summary>The tests decide.</summary>
        public static bool isMobilePlatform { get; set; }
    }

    public static class Time
    {
        public static int frameCount { get; internal set; }

        public static float deltaTime { get; internal set; }

        public static float time { get; internal set; }

        public static float realtimeSinceStartup
        {
            get { return Environment.TickCount / 1000f; }
        }
    }

    public enum LogType
    {
        Error,
        Assert,
        Warning,
        Log,
        Exception
    }

    public static class Debug
    {
        public struct Entry
        {
            public LogType Type;
            public string Text;
            public Object Context;
        }

        /// <summary>What was logged, for the tests.</summary>
        public static readonly List<Entry> Entries = new List<Entry>();

        public static void Log(object message, Object context)
        {
            Add(LogType.Log, message, context);
        }

        public static void LogWarning(object message, Object context)
        {
            Add(LogType.Warning, message, context);
        }

        public static void LogError(object message, Object context)
        {
            Add(LogType.Error, message, context);
        }

        public static void LogException(Exception exception, Object context)
        {
            Add(LogType.Exception, exception, context);
        }

        private static void Add(LogType type, object message, Object context)
        {
            lock (Entries)
            {
                Entries.Add(new Entry { Type = type, Text = "" + message, Context = context });
            }
        }
    }
}
