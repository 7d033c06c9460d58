using System;
using System.Collections.Generic;

namespace UnityEngine
{
    public class GUIContent
    {
        public string text { get; set; }

        public string tooltip { get; set; }

        public GUIContent(string text)
        {
            this.text = text;
        }

        public GUIContent(string text, string tooltip)
        {
            this.text = text;
            this.tooltip = tooltip;
        }
    }

    public enum EventType
    {
        Layout = 8
    }

    public sealed class Event
    {
        public static readonly Event current = new Event();

        public EventType type
        {
            get { return EventType.Layout; }
        }
    }

    public sealed class GUIStyle
    {
    }

    public sealed class GUISkin
    {
        public readonly GUIStyle box = new GUIStyle();
    }

    public sealed class GUILayoutOption
    {
    }

    public static class GUI
    {
        public static readonly GUISkin skin = new GUISkin();

        public static bool enabled { get; set; }
    }

    /// <summary>Remembers what is drawn, and presses the button that a test names.</summary>
    public static class GUILayout
    {
        /// <summary>What was drawn, a text a control.</summary>
        public static readonly List<string> Drawn = new List<string>();

        /// <summary>The label of the button to press; pressed once, if it is enabled.</summary>
        public static string Press { get; set; }

        /// <summary>The labels of buttons that are disabled.</summary>
        public static readonly List<string> Disabled = new List<string>();

        static GUILayout()
        {
            GUI.enabled = true;
        }

        public static void Label(string text, params GUILayoutOption[] options)
        {
            Drawn.Add(text);
        }

        public static bool Button(GUIContent content, params GUILayoutOption[] options)
        {
            return Button(content.text, options);
        }

        public static bool Button(string text, params GUILayoutOption[] options)
        {
            Drawn.Add(text);
            if (!GUI.enabled)
            {
                Disabled.Add(text);
                return false;
            }
            if (Press != text)
            {
                return false;
            }
            Press = null;
            return true;
        }

        public static bool Toggle(bool value, string text, params GUILayoutOption[] options)
        {
            return Button(text, options) ? !value : value;
        }

        public static float HorizontalSlider(float value, float left, float right, params GUILayoutOption[] options)
        {
            return value;
        }

        public static void BeginArea(Rect area, GUIStyle style)
        {
        }

        public static void EndArea()
        {
        }

        public static void BeginHorizontal(params GUILayoutOption[] options)
        {
        }

        public static void EndHorizontal()
        {
        }

        public static GUILayoutOption Width(float width)
        {
            return new GUILayoutOption();
        }
    }
}
