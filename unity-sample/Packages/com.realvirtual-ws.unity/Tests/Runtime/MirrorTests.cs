using System.Collections;
using NUnit.Framework;
using UnityEngine;
using UnityEngine.TestTools;

namespace RealvirtualWs.Unity.Tests
{
    /// <summary>A server and a client in play mode, for Unity's Test Framework: does the package work on this machine?</summary>
    public class MirrorTests
    {
        private const float Patience = 10;

        private static WebsocketRealtimeInterface Inactive(string name)
        {
            var item = new GameObject(name);
            item.SetActive(false);
            return item.AddComponent<WebsocketRealtimeInterface>();
        }

        private static T Add<T>(WebsocketRealtimeInterface below, string name) where T : PLCSignal
        {
            var item = new GameObject(name);
            item.transform.SetParent(below.transform, false);
            return item.AddComponent<T>();
        }

        [UnityTest]
        public IEnumerator A_client_imports_a_server_and_values_go_both_ways()
        {
            WebsocketRealtimeInterface server = Inactive("Server");
            server.IsServer = true;
            server.Port = 0;
            PLCInputFloat position = Add<PLCInputFloat>(server, "Position");
            PLCOutputText order = Add<PLCOutputText>(server, "Order");
            server.gameObject.SetActive(true);
            Assert.IsTrue(server.IsOpen, "the server is not open: the console says why");

            WebsocketRealtimeInterface client = Inactive("Client");
            client.Port = server.Interface.Port;
            client.gameObject.SetActive(true);
            float end = Time.realtimeSinceStartup + Patience;
            while (!client.IsConnected && Time.realtimeSinceStartup < end)
            {
                yield return null;
            }
            SignalImportResult result = null;
            client.ImportSignals(done => result = done);
            while (result == null && Time.realtimeSinceStartup < end)
            {
                yield return null;
            }
            Assert.IsNotNull(result, "no import within " + Patience + " s");
            Assert.IsTrue(result.Success, result.Message);

            position.Value = 1.5f;
            client.GetComponentInChildren<PLCInputText>().Value = "A-17";
            PLCOutputFloat mirrored = client.GetComponentInChildren<PLCOutputFloat>();
            while ((mirrored.Value != 1.5f || order.Value != "A-17") && Time.realtimeSinceStartup < end)
            {
                yield return null;
            }
            Assert.AreEqual(1.5f, mirrored.Value);
            Assert.AreEqual("A-17", order.Value);
            Object.Destroy(client.gameObject);
            Object.Destroy(server.gameObject);
            yield return null;
            Assert.AreEqual(0, RvLibrary.LiveCount);
        }
    }
}
