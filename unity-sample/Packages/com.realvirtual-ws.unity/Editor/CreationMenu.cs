using UnityEditor;
using UnityEngine;

namespace RealvirtualWs.Unity.Editor
{
    /// <summary>The menu <em>GameObject ▸ realvirtual-ws</em>.</summary>
    internal static class CreationMenu
    {
        private const string Menu = "GameObject/realvirtual-ws/";
        private const int Place = 10;
        internal const string Prefab = "Packages/com.realvirtual-ws.unity/Prefabs/WebsocketRealtimeInterface.prefab";

        [MenuItem(Menu + "Websocket Realtime Interface", false, Place)]
        private static void CreateInterface(MenuCommand command)
        {
            GameObject prefab = AssetDatabase.LoadAssetAtPath<GameObject>(Prefab);
            GameObject made = prefab == null
                ? new GameObject("WebsocketRealtimeInterface", typeof(WebsocketRealtimeInterface))
                : (GameObject)PrefabUtility.InstantiatePrefab(prefab);
            Finish(made, command);
        }

        [MenuItem(Menu + "PLC Input Bool", false, Place + 20)]
        private static void CreateInputBool(MenuCommand command)
        {
            CreateSignal<PLCInputBool>(command);
        }

        [MenuItem(Menu + "PLC Input Int", false, Place + 20)]
        private static void CreateInputInt(MenuCommand command)
        {
            CreateSignal<PLCInputInt>(command);
        }

        [MenuItem(Menu + "PLC Input Float", false, Place + 20)]
        private static void CreateInputFloat(MenuCommand command)
        {
            CreateSignal<PLCInputFloat>(command);
        }

        [MenuItem(Menu + "PLC Input Text", false, Place + 20)]
        private static void CreateInputText(MenuCommand command)
        {
            CreateSignal<PLCInputText>(command);
        }

        [MenuItem(Menu + "PLC Output Bool", false, Place + 20)]
        private static void CreateOutputBool(MenuCommand command)
        {
            CreateSignal<PLCOutputBool>(command);
        }

        [MenuItem(Menu + "PLC Output Int", false, Place + 20)]
        private static void CreateOutputInt(MenuCommand command)
        {
            CreateSignal<PLCOutputInt>(command);
        }

        [MenuItem(Menu + "PLC Output Float", false, Place + 20)]
        private static void CreateOutputFloat(MenuCommand command)
        {
            CreateSignal<PLCOutputFloat>(command);
        }

        [MenuItem(Menu + "PLC Output Text", false, Place + 20)]
        private static void CreateOutputText(MenuCommand command)
        {
            CreateSignal<PLCOutputText>(command);
        }

        private static void CreateSignal<T>(MenuCommand command) where T : PLCSignal
        {
            Finish(new GameObject(typeof(T).Name, typeof(T)), command);
        }

        private static void Finish(GameObject made, MenuCommand command)
        {
            GameObjectUtility.SetParentAndAlign(made, command.context as GameObject);
            Undo.RegisterCreatedObjectUndo(made, "Create " + made.name);
            Selection.activeGameObject = made;
        }
    }
}
