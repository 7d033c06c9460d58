BLOCK

// A scene with the component, in the small player, and the controller that it moves for.
internal static class Program
{
    private static T Add<T>(string name, Transform below = null) where T : MonoBehaviour
    {
        var item = new GameObject(name);
        item.transform.SetParent(below, false);
        return item.AddComponent<T>();
    }

    private static void Main()
    {
        var cell = Add<WebsocketRealtimeInterface>("Cell");
        cell.IsServer = true;
        cell.Port = 7000;
        Add<PLCOutputFloat>("Speed", cell.transform);
        Add<PLCInputBool>("AtEnd", cell.transform);
        MiniPlayer.Player.Play(); // which loads the scene anew
        var drive = Add<Drive>("Drive");
        drive.Speed = Object.FindObjectsOfType<PLCOutputFloat>()[0];
        drive.AtEnd = Object.FindObjectsOfType<PLCInputBool>()[0];
        var options = new RealvirtualWs.RvOptions { Port = 7000, OwnPerspective = RealvirtualWs.RvPerspective.Controller };
        using (var controller = RealvirtualWs.RvInterface.CreateClient(options))
        {
            var speed = controller.AddFloat("Speed", RealvirtualWs.RvDirection.Output);
            var atEnd = controller.AddBool("AtEnd", RealvirtualWs.RvDirection.Input);
            controller.Start();
            speed.Value = 10;
            while (!atEnd.Value)
            {
                MiniPlayer.Player.Frame();
                controller.Dispatch();
                System.Threading.Thread.Sleep(1);
            }
            System.Console.WriteLine("AtEnd = " + atEnd.Value);
        }
        MiniPlayer.Player.Stop();
    }
}
