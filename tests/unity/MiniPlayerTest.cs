using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using MiniPlayer;
using NUnit.Framework;
using UnityEngine;
using Debug = UnityEngine.Debug;

namespace RealvirtualWs.Unity.Tests
{
    /// <summary>An empty scene in edit mode for each test, and what tests do with it.</summary>
    public abstract class MiniPlayerTest
    {
        protected MiniPlayerTest()
        {
            if (Application.isPlaying)
            {
                Player.Stop();
            }
            Scene.Clear();
            Debug.Entries.Clear();
            Application.isMobilePlatform = false;
            GUILayout.Drawn.Clear();
            GUILayout.Disabled.Clear();
            GUILayout.Press = null;
        }

        /// <summary>A server-mode component at a free port, which opens on Play.</summary>
        internal static WebsocketRealtimeInterface NewServer(string name)
        {
            var server = new GameObject(name).AddComponent<WebsocketRealtimeInterface>();
            server.IsServer = true;
            server.Port = 0;
            return server;
        }

        /// <summary>A client-mode component for a server at that port.</summary>
        internal static WebsocketRealtimeInterface NewClient(string name, int port)
        {
            var client = new GameObject(name).AddComponent<WebsocketRealtimeInterface>();
            client.Port = port;
            client.ReconnectIntervalSeconds = 0.02f;
            return client;
        }

        /// <summary>A signal below an interface.</summary>
        internal static T Add<T>(WebsocketRealtimeInterface below, string name) where T : PLCSignal
        {
            var item = new GameObject(name);
            item.transform.SetParent(below.transform, false);
            return item.AddComponent<T>();
        }

        /// <summary>Objects are others after Play and Stop: this finds the present one.</summary>
        internal static WebsocketRealtimeInterface Interface(string name)
        {
            foreach (WebsocketRealtimeInterface found in UnityEngine.Object.FindObjectsOfType<WebsocketRealtimeInterface>())
            {
                if (found.name == name)
                {
                    return found;
                }
            }
            throw new AssertionException("no interface has the name " + name);
        }

        /// <summary>The signal of that name below an interface.</summary>
        internal static T Signal<T>(WebsocketRealtimeInterface below, string name) where T : PLCSignal
        {
            foreach (PLCSignal signal in below.Signals())
            {
                if (signal.WireName == name)
                {
                    Assert.AreEqual(typeof(T), signal.GetType(), name);
                    return (T)signal;
                }
            }
            throw new AssertionException("no signal has the name " + name);
        }

        /// <summary>Plays frames until it is so, for at most 10 seconds.</summary>
        internal static void Until(Func<bool> condition, string what)
        {
            Wait(condition, Player.Frame, what);
        }

        /// <summary>Lets the editor tick until it is so.</summary>
        internal static void TickUntil(Func<bool> condition, string what)
        {
            Wait(condition, UnityEditor.EditorApplication.Tick, what);
        }

        private static void Wait(Func<bool> condition, Action step, string what)
        {
            Stopwatch watch = Stopwatch.StartNew();
            while (!condition())
            {
                if (watch.ElapsedMilliseconds > 10000)
                {
                    throw new AssertionException("not within 10 s: " + what + "\n" + string.Join("\n", Logged().ToArray()));
                }
                step();
                Thread.Sleep(1);
            }
        }

        /// <summary>Plays some frames.</summary>
        internal static void Frames(int count)
        {
            for (int i = 0; i < count; i++)
            {
                Player.Frame();
            }
        }

        /// <summary>The console's lines of a type, or all.</summary>
        internal static List<string> Logged(LogType? type = null)
        {
            var lines = new List<string>();
            foreach (Debug.Entry entry in Debug.Entries)
            {
                if (type == null || entry.Type == type)
                {
                    lines.Add(entry.Text);
                }
            }
            return lines;
        }

        /// <summary>That the console has an error with the object's name and the other words, and no exception.</summary>
        internal static void AssertError(string objectName, params string[] words)
        {
            foreach (Debug.Entry entry in Debug.Entries)
            {
                bool all = entry.Type == LogType.Error && entry.Text.Contains(objectName);
                foreach (string word in words)
                {
                    all = all && entry.Text.Contains(word);
                }
                if (all)
                {
                    Assert.IsNotNull(entry.Context, "a click on the error selects nothing");
                    Assert.AreEqual(0, Logged(LogType.Exception).Count, "exceptions");
                    return;
                }
            }
            Assert.Fail("no error with " + objectName + " and " + string.Join(", ", words) + " in:\n"
                + string.Join("\n", Logged().ToArray()));
        }

        /// <summary>That nothing went wrong so far.</summary>
        internal static void AssertNoErrors()
        {
            var wrong = Logged(LogType.Error);
            wrong.AddRange(Logged(LogType.Exception));
            Assert.AreEqual(0, wrong.Count, string.Join("\n", wrong.ToArray()));
        }

        /// <summary>A port that nobody uses.</summary>
        internal static int FreePort()
        {
            var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            int port = ((IPEndPoint)listener.LocalEndpoint).Port;
            listener.Stop();
            return port;
        }

        /// <summary>A controller outside the scene, as a server.</summary>
        internal static RvInterface Controller(Action<RvInterface> declare, int port = 0)
        {
            RvInterface server = RvInterface.CreateServer(new RvOptions
            {
                Port = port, OwnPerspective = RvPerspective.Controller
            });
            declare(server);
            server.Start();
            return server;
        }
    }
}
