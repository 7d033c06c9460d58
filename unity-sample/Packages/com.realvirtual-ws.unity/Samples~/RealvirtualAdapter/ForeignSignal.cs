using System;
using System.Collections.Generic;
using System.Globalization;
using System.Reflection;
using RealvirtualWs.Unity;
using UnityEngine;

namespace RealvirtualWs.Samples
{
    /// <summary>
    /// A signal component of another asset. Assumed: its class is called PLCInputBool, PLCOutputFloat and so on, as the
    /// protocol's document names them, and its value is one public field or property. Found by these names, so that this
    /// compiles without the asset.
    /// </summary>
    /// <remarks>
    /// Not proven against the asset itself. If its value has to be set with a method, write that into the setter of
    /// <see cref="Value"/>. An IL2CPP build removes members that are found by name only: name the asset's assembly in a
    /// link.xml, or refer to its classes here directly.
    /// </remarks>
    public sealed class ForeignSignal
    {
        private readonly Component component;
        private readonly FieldInfo field;
        private readonly PropertyInfo property;

        private ForeignSignal(Component component, FieldInfo field, PropertyInfo property)
        {
            this.component = component;
            this.field = field;
            this.property = property;
        }

        /// <summary>The value; what is set is converted to the member's type.</summary>
        public object Value
        {
            get { return field != null ? field.GetValue(component) : property.GetValue(component, null); }
            set
            {
                Type type = field != null ? field.FieldType : property.PropertyType;
                object fitting = Convert.ChangeType(value, type, CultureInfo.InvariantCulture);
                if (field != null)
                {
                    field.SetValue(component, fitting);
                }
                else
                {
                    property.SetValue(component, fitting, null);
                }
            }
        }

        /// <summary>The asset's signals below an object, by the names of their GameObjects.</summary>
        public static Dictionary<string, ForeignSignal> Find(Transform below, string valueMember)
        {
            var found = new Dictionary<string, ForeignSignal>(StringComparer.Ordinal);
            foreach (Component component in below.GetComponentsInChildren<Component>(true))
            {
                ForeignSignal signal = component is PLCSignal ? null : Of(component, valueMember);
                if (signal != null)
                {
                    found[component.name] = signal;
                }
            }
            return found;
        }

        private static ForeignSignal Of(Component component, string valueMember)
        {
            Type type = component.GetType();
            if (!Array.Exists(SignalTypes.All, own => own.Name == type.Name))
            {
                return null;
            }
            FieldInfo field = type.GetField(valueMember);
            PropertyInfo property = type.GetProperty(valueMember);
            if (field == null && (property == null || !property.CanRead || !property.CanWrite))
            {
                Debug.LogError("[" + component.name + "] " + type.FullName + " has no public " + valueMember
                    + " that can be read and written: set Value Member of the adapter", component);
                return null;
            }
            return new ForeignSignal(component, field, property);
        }
    }
}
