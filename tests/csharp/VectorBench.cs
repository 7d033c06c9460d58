using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using NUnit.Framework;

namespace RealvirtualWs.Tests
{
    /// <summary>One vector: the library on one side, scripted peers on the other.</summary>
    internal sealed class VectorBench : IDisposable
    {
        private static readonly bool IsSlow = Environment.GetEnvironmentVariable("RV_VECTORS_SLOW") != null;

        /// <summary>Counters that are zero at the end of a case unless it names them.</summary>
        private static readonly string[] Counters =
        {
            "malformed", "unknown_message", "unknown_signal", "rejected_type", "rejected_direction", "lossy", "denied",
            "echoes", "corrections", "resends", "pulses_collapsed",
        };

        private readonly JsonObject _case;
        private readonly RvInterface _interface;
        private readonly TcpListener _listener;
        private readonly Dictionary<int, Peer> _peers = new Dictionary<int, Peer>();
        private readonly List<Peer> _all = new List<Peer>();
        private RvConfigRequest _asked;
        private Task<string> _config;
        private Task<RvImportReport> _import;
        private string _raw;
        private string _foreign;
        private int _syncs;

        internal VectorBench(JsonObject one)
        {
            _case = one;
            RvOptions options = Options((JsonObject)one["options"]);
            if (Equals(one["role"], "server"))
            {
                options.Port = 0;
                _interface = RvInterface.CreateServer(options);
            }
            else
            {
                _listener = new TcpListener(IPAddress.Loopback, 0);
                _listener.Start();
                options.Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
                options.ReconnectIntervalMs = 10;
                _interface = RvInterface.CreateClient(options);
            }
            _interface.ConfigSet += asked => _asked = asked;
            _interface.RawMessage += e => _raw = e.Text;
            _interface.ForeignProtocol += e => _foreign = e.Text;
        }

        public void Dispose()
        {
            _interface.Dispose();
            foreach (Peer peer in _all)
            {
                peer.Dispose();
            }
            if (_listener != null)
            {
                _listener.Stop();
            }
        }

        /// <summary>What is wrong, or null.</summary>
        internal string Run()
        {
            foreach (JsonObject declaration in (List<object>)_case["signals"] ?? new List<object>())
            {
                Declare(declaration);
            }
            _interface.Start();
            Connect(1);
            int number = 0;
            foreach (JsonObject step in (List<object>)_case["steps"])
            {
                number++;
                try
                {
                    Step(step);
                }
                catch (AssertionException e)
                {
                    return "step " + number + ", " + step[step.Count - 1].Key + ": " + e.Message;
                }
                if (IsSlow)
                {
                    Thread.Sleep(150);
                }
            }
            return End();
        }

        private void Step(JsonObject step)
        {
            object number = step["peer"];
            Peer peer = _peers[number == null ? 1 : Int(number)];
            KeyValuePair<string, object> word = step[0].Key == "peer" ? step[1] : step[0];
            object with = word.Value;
            switch (word.Key)
            {
                case "connect":
                    Connect(Int(with));
                    break;
                case "disconnect":
                    Disconnect(Int(with));
                    break;
                case "receive":
                    peer.SendText((string)with);
                    Eventually(() => peer.IsOver || (int)_interface.GetStats().FramesIn >= Sent(), "all was received");
                    break;
                case "receive_fence":
                    peer.SendPing(Payload("rvf", Int(with)));
                    Sync(peer);
                    break;
                case "answer_fences":
                    Quiet();
                    peer.AnswerPings();
                    Sync(peer);
                    break;
                case "declare":
                    Declare((JsonObject)with);
                    break;
                case "set":
                    _interface.SetValues(Values((JsonObject)with));
                    break;
                case "refused":
                    foreach (RvValue value in Values((JsonObject)with))
                    {
                        Assert.IsTrue(_interface.TrySetValues(new[] { value }, 1) < 0, "the set was not refused");
                    }
                    break;
                case "flush":
                    _interface.Flush();
                    break;
                case "wait":
                    Thread.Sleep(Int(with));
                    break;
                case "expect":
                    Expect(peer, (List<object>)with);
                    break;
                case "closed":
                    Eventually(() => peer.CloseCode == Int(with), "closed with " + Int(with) + ", not " + peer.CloseCode);
                    break;
                case "state":
                    foreach (KeyValuePair<string, object> signal in (JsonObject)with)
                    {
                        State(signal.Key, signal.Value);
                    }
                    break;
                case "subscribe":
                    _interface.Subscribe(Strings(with));
                    break;
                case "import":
                    _import = _interface.ImportAsync(Int(with));
                    break;
                case "report":
                    Report((JsonObject)with);
                    break;
                case "config_publish":
                    _interface.PublishConfig((string)with);
                    break;
                case "config_asked":
                    Until(() => _asked != null, "the host is asked to apply a configuration");
                    Assert.AreEqual(with, _asked.Json);
                    break;
                case "config_reply":
                    JsonObject reply = (JsonObject)with;
                    Until(() => _asked != null, "the host is asked to apply a configuration");
                    Assert.IsTrue(_asked.Reply((bool)reply["success"], (string)reply["message"]), "nobody waits for it");
                    break;
                case "config_get":
                    _config = _interface.GetConfigAsync(8000);
                    break;
                case "config_set":
                    _config = _interface.SetConfigAsync((string)with, 8000);
                    break;
                case "config_done":
                    ConfigDone((JsonObject)with);
                    break;
                case "raw":
                    Until(() => Equals(_raw, with), "the unknown message " + with);
                    break;
                case "client_name":
                    Eventually(() => Name() == (string)with, "the client's name is " + with);
                    break;
                case "foreign":
                    Until(() => _foreign != null && _foreign.Contains((string)with), "the other protocol " + with);
                    break;
                default:
                    Assert.Fail("no step " + word.Key);
                    break;
            }
        }

        private void Connect(int number)
        {
            Peer peer = _listener == null ? Peer.Connect(_interface.Port) : Peer.Accept(_listener);
            _peers[number] = peer;
            _all.Add(peer);
            int connections = _all.Count;
            Eventually(() => (int)_interface.GetStats().Connects >= connections, "connected");
        }

        private void Disconnect(int number)
        {
            int over = (int)_interface.GetStats().Disconnects;
            _peers[number].Dispose();
            Eventually(() => (int)_interface.GetStats().Disconnects > over, "disconnected");
        }

        /// <summary>How many messages all peers have sent.</summary>
        private int Sent()
        {
            int sent = 0;
            foreach (Peer peer in _all)
            {
                sent += peer.Sent;
            }
            return sent;
        }

        /// <summary>Waits until everything that the library has sent is here.</summary>
        private void Quiet()
        {
            Eventually(() =>
            {
                int got = 0;
                foreach (Peer peer in _all)
                {
                    got += peer.Count;
                }
                return (int)_interface.GetStats().FramesOut <= got;
            }, "all that was sent arrived");
        }

        /// <summary>Waits until the library has seen everything that the peer has sent: its pong says so.</summary>
        private void Sync(Peer peer)
        {
            byte[] payload = Payload("syn", ++_syncs);
            peer.SendPing(payload);
            Eventually(() => peer.HasPong(payload), "the pong");
        }

        private static byte[] Payload(string begin, int number)
        {
            byte[] payload = new byte[11];
            for (int i = 0; i < 3; i++)
            {
                payload[i] = (byte)begin[i];
            }
            for (int i = 0; i < 4; i++)
            {
                payload[10 - i] = (byte)(number >> 8 * i);
            }
            return payload;
        }

        private void Expect(Peer peer, List<object> expected)
        {
            try
            {
                Eventually(() => peer.Waiting >= expected.Count, expected.Count + " messages");
            }
            catch (AssertionException)
            {
                // What has come instead says more.
            }
            if (!peer.IsOver)
            {
                Quiet();
            }
            Assert.AreEqual(expected, peer.Take());
        }

        private void Declare(JsonObject declaration)
        {
            RvKind kind = Choice<RvKind>(declaration["kind"]);
            object initial = declaration["initial"];
            _interface.AddSignal(
                (string)declaration["name"],
                kind,
                declaration["direction"] == null ? RvDirection.Input : Choice<RvDirection>(declaration["direction"]),
                declaration["access"] == null ? RvAccess.Default : Choice<RvAccess>(declaration["access"]),
                initial == null ? null : Value(kind, initial));
        }

        private RvValue[] Values(JsonObject values)
        {
            List<RvValue> all = new List<RvValue>();
            foreach (KeyValuePair<string, object> member in values)
            {
                RvSignal signal = _interface[member.Key];
                object value = Value(signal.Kind, member.Value);
                switch (signal.Kind)
                {
                    case RvKind.Bool: all.Add(RvValue.Bool(signal.Id, (bool)value)); break;
                    case RvKind.Int: all.Add(RvValue.Int(signal.Id, (long)value)); break;
                    case RvKind.Float: all.Add(RvValue.Float(signal.Id, (double)value)); break;
                    default: all.Add(RvValue.Text(signal.Id, (string)value)); break;
                }
            }
            return all.ToArray();
        }

        private static object Value(RvKind kind, object json)
        {
            Number number = json as Number;
            switch (kind)
            {
                case RvKind.Int: return number == null ? long.Parse((string)json) : number.Int;
                case RvKind.Float: return number.Float;
                default: return json;
            }
        }

        private static bool IsSame(object a, object b)
        {
            return a is double && b is double
                ? BitConverter.DoubleToInt64Bits((double)a) == BitConverter.DoubleToInt64Bits((double)b)
                : Equals(a, b);
        }

        private void State(string name, object expected)
        {
            RvSignal signal;
            if (!_interface.TryGetSignal(name, out signal))
            {
                Assert.IsNull(expected, "no signal " + name);
                return;
            }
            JsonObject fields = expected as JsonObject;
            if (fields == null)
            {
                Assert.IsNotNull(expected, "there is a signal " + name);
                fields = new JsonObject { new KeyValuePair<string, object>("value", expected) };
            }
            foreach (KeyValuePair<string, object> field in fields)
            {
                bool good;
                switch (field.Key)
                {
                    case "value":
                        good = IsSame(Value(signal.Kind, field.Value), signal.BoxedValue);
                        break;
                    case "kind":
                        good = signal.Kind == Choice<RvKind>(field.Value);
                        break;
                    case "direction":
                        good = signal.Direction
                            == (field.Value == null ? RvDirection.Auto : Choice<RvDirection>(field.Value));
                        break;
                    case "access":
                        good = signal.Access == Choice<RvAccess>(field.Value);
                        break;
                    default:
                        good = field.Key == "quality" && signal.Quality == Choice<RvQuality>(field.Value);
                        break;
                }
                Assert.IsTrue(
                    good,
                    field.Key + " is not as expected: " + signal + ", " + signal.Direction + ", " + signal.Access + ", "
                        + signal.Quality);
            }
        }

        private void Report(JsonObject expected)
        {
            Until(() => _import.IsCompleted, "the import ends");
            foreach (KeyValuePair<string, object> count in expected)
            {
                PropertyInfo property = typeof(RvImportReport).GetProperty(Pascal(count.Key));
                Assert.AreEqual(Int(count.Value), property.GetValue(_import.Result, null), count.Key);
            }
        }

        private void ConfigDone(JsonObject expected)
        {
            _interface.Dispatch();
            if (expected == null)
            {
                Assert.IsFalse(_config.IsCompleted, "there is a result already");
                return;
            }
            Until(() => _config.IsCompleted, "the result");
            string error = (string)expected["error"];
            if (error == null)
            {
                Assert.AreEqual(expected["ok"], _config.Result);
            }
            else
            {
                RvException e = (RvException)_config.Exception.InnerException;
                Assert.AreEqual(error, RvLibrary.ResultName(e.Code));
            }
        }

        private string Name()
        {
            IList<RvClientInfo> clients = _interface.GetClients();
            return clients.Count == 1 ? clients[0].Name : null;
        }

        private string End()
        {
            foreach (KeyValuePair<int, Peer> peer in _peers)
            {
                try
                {
                    Expect(peer.Value, new List<object>());
                }
                catch (AssertionException e)
                {
                    return "peer " + peer.Key + " at the end: " + e.Message;
                }
            }
            JsonObject named = (JsonObject)_case["counters"] ?? new JsonObject();
            RvStats stats = _interface.GetStats();
            List<string> names = new List<string>(Counters);
            foreach (KeyValuePair<string, object> counter in named)
            {
                names.Add(counter.Key);
            }
            foreach (string name in names)
            {
                ulong expected = named[name] == null ? 0 : (ulong)Int(named[name]);
                ulong found = (ulong)typeof(RvStats).GetProperty(Pascal(name)).GetValue(stats, null);
                if (found != expected)
                {
                    return "counter " + name + " is " + found + ", not " + expected;
                }
            }
            return null;
        }

        private void Until(Func<bool> condition, string what)
        {
            Eventually(() =>
            {
                _interface.Dispatch();
                return condition();
            }, what);
        }

        private static void Eventually(Func<bool> condition, string what)
        {
            Pair.Eventually(condition, what);
        }

        private static RvOptions Options(JsonObject chosen)
        {
            // A machine under load must not pass for a silent client.
            RvOptions options = new RvOptions { HeartbeatMs = 0, FirstStateWaitMs = 60000 };
            foreach (KeyValuePair<string, object> option in chosen ?? new JsonObject())
            {
                PropertyInfo property = typeof(RvOptions).GetProperty(Pascal(option.Key));
                Assert.IsNotNull(property, "no option " + option.Key);
                object value = option.Value;
                if (property.PropertyType.IsEnum)
                {
                    value = Enum.Parse(property.PropertyType, ((string)value).Replace("_", ""), true);
                }
                else if (value is Number)
                {
                    value = Int(value);
                }
                else if (value is List<object>)
                {
                    value = Strings(value);
                }
                property.SetValue(options, value, null);
            }
            return options;
        }

        private static string Pascal(string name)
        {
            string pascal = "";
            foreach (string word in name.Split('_'))
            {
                pascal += char.ToUpperInvariant(word[0]) + word.Substring(1);
            }
            return pascal;
        }

        private static T Choice<T>(object word)
        {
            return (T)Enum.Parse(typeof(T), ((string)word).Replace("_", ""), true);
        }

        private static int Int(object number)
        {
            return (int)((Number)number).Int;
        }

        private static string[] Strings(object list)
        {
            return ((List<object>)list).ConvertAll(item => (string)item).ToArray();
        }
    }
}
