using System;

namespace UnityEngine
{
    public struct Vector3
    {
        public float x;
        public float y;
        public float z;

        public Vector3(float x, float y, float z)
        {
            this.x = x;
            this.y = y;
            this.z = z;
        }

        public static Vector3 zero
        {
            get { return new Vector3(); }
        }

        public static Vector3 right
        {
            get { return new Vector3(1, 0, 0); }
        }

        public static Vector3 operator +(Vector3 left, Vector3 right)
        {
            return new Vector3(left.x + right.x, left.y + right.y, left.z + right.z);
        }

        public static Vector3 operator *(Vector3 vector, float by)
        {
            return new Vector3(vector.x * by, vector.y * by, vector.z * by);
        }
    }

    public struct Color
    {
        public float r;
        public float g;
        public float b;
        public float a;

        public Color(float r, float g, float b)
        {
            this.r = r;
            this.g = g;
            this.b = b;
            a = 1;
        }

        public static Color red
        {
            get { return new Color(1, 0, 0); }
        }

        public static Color green
        {
            get { return new Color(0, 1, 0); }
        }

        public static Color gray
        {
            get { return new Color(0.5f, 0.5f, 0.5f); }
        }
    }

    public struct Rect
    {
        public float x;
        public float y;
        public float width;
        public float height;

        public Rect(float x, float y, float width, float height)
        {
            this.x = x;
            this.y = y;
            this.width = width;
            this.height = height;
        }
    }

    public static class Mathf
    {
        public static float Max(float left, float right)
        {
            return Math.Max(left, right);
        }

        public static float Repeat(float value, float length)
        {
            return value - (float)Math.Floor(value / length) * length;
        }

        public static float MoveTowards(float current, float target, float by)
        {
            return Math.Abs(target - current) <= by ? target : current + Math.Sign(target - current) * by;
        }
    }
}
