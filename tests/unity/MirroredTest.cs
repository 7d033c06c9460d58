using System;
using MiniPlayer;
using NUnit.Framework;
using UnityEngine;

namespace RealvirtualWs.Unity.Tests
{
    /// <summary>Two components in one player, a server and a client, as two instances of Unity would be.</summary>
    public abstract class MirroredTest : MiniPlayerTest
    {
        internal WebsocketRealtimeInterface Cell;
        internal WebsocketRealtimeInterface Panel;

        // The server's signals, and the client with what it imports of them.
        internal void Mirror(Action<WebsocketRealtimeInterface> change = null)
        {
            Cell = NewServer("Cell");
            Add<PLCInputBool>(Cell, "Sensor");
            Add<PLCInputInt>(Cell, "Parts");
            Add<PLCInputFloat>(Cell, "Position");
            Add<PLCInputText>(Cell, "State");
            Add<PLCOutputBool>(Cell, "Start");
            Add<PLCOutputInt>(Cell, "Lot");
            Add<PLCOutputFloat>(Cell, "Speed");
            Add<PLCOutputText>(Cell, "Order");
            Panel = NewClient("Panel", 0);
            Panel.ConnectOnPlay = false;
            if (change != null)
            {
                change(Cell);
                change(Panel);
            }
            Player.Play();
            Cell = Interface("Cell");
            Panel = Interface("Panel");
            Panel.Port = Cell.Interface.Port;
            Panel.Open();
            Until(() => Panel.IsConnected && Cell.IsConnected, "connected");
            SignalImportResult result = null;
            Panel.ImportSignals(done => result = done);
            Until(() => result != null, "imported");
            Assert.IsTrue(result.Success, result.Message);
            Assert.AreEqual(8, result.Created);
        }
    }
}
