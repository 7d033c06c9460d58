// Runs the document's C# client: writes MyOutput and SetSpeed once, asks for the catalogue if there is a second
// argument, and prints what it gets until it is ended or the connection is.

using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;

public static class Program
{
    public static int Main(string[] arguments)
    {
        try
        {
            Run(arguments[0], arguments.Length > 1).Wait();
            return 0;
        }
        catch (AggregateException error)
        {
            Console.Error.WriteLine(error.Flatten());
            return 1;
        }
    }

    private static async Task Run(string uri, bool import)
    {
        var client = new RealvirtualWebSocketClient(uri);
        await client.ConnectAsync();
        Console.WriteLine("Connected");
        await client.SendDataAsync(new Dictionary<string, object> { { "MyOutput", true }, { "SetSpeed", 100.5 } });
        if (import)
            await client.RequestImportAsync();
        while (true)
        {
            Dictionary<string, JsonElement> signals = await client.ReceiveDataAsync();
            if (signals == null)
                Console.WriteLine("Another message");
            else
                Console.WriteLine("Received: " + string.Join(", ", signals.Select(s => s.Key + "=" + s.Value)));
        }
    }
}
