using System;
using System.Collections.Generic;
using UnityEditor;

namespace RealvirtualWs.Unity.Editor
{
    /// <summary>Something that takes a while in edit mode, where no component has frames: the editor's update drives it.</summary>
    internal abstract class EditorTask
    {
        private static readonly List<EditorTask> Running = new List<EditorTask>();

        private double deadline;

        /// <summary>What a person reads beside the button meanwhile.</summary>
        internal abstract string Title { get; }

        /// <summary>For what it runs.</summary>
        internal WebsocketRealtimeInterface Target { get; private set; }

        protected EditorTask(WebsocketRealtimeInterface target)
        {
            Target = target;
        }

        /// <summary>The task that runs for a component, or null.</summary>
        internal static EditorTask For(WebsocketRealtimeInterface target)
        {
            return Running.Find(task => task.Target == target);
        }

        /// <summary>Runs it until it is done, at most for so many seconds.</summary>
        protected void Run(double seconds)
        {
            deadline = EditorApplication.timeSinceStartup + seconds;
            Running.Add(this);
            EditorApplication.update += Look;
        }

        internal static void GiveUpAll()
        {
            foreach (EditorTask task in Running.ToArray())
            {
                task.End();
            }
        }

        private void Look()
        {
            try
            {
                if (Target == null || Step())
                {
                    End();
                }
                else if (EditorApplication.timeSinceStartup > deadline)
                {
                    Say("gave up: no answer in time");
                    End();
                }
            }
            catch (Exception error)
            {
                Say(error.Message);
                End();
            }
        }

        private void Say(string text)
        {
            new InterfaceLog(Target).Error(Title + ": " + text);
        }

        private void End()
        {
            EditorApplication.update -= Look;
            Running.Remove(this);
            Finish();
        }

        /// <summary>A look at it; true when it is done.</summary>
        protected abstract bool Step();

        /// <summary>Frees what it holds. Called once, also when it is given up.</summary>
        protected abstract void Finish();
    }
}
