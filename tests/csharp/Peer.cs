using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;

namespace RealvirtualWs.Tests
{
    /// <summary>
    /// The other end of a WebSocket, bare: it sends what it is told, answers nothing by itself, and keeps what it gets.
    /// </summary>
    internal sealed class Peer : IDisposable
    {
        private readonly TcpClient _socket;
        private readonly Stream _stream;
        private readonly bool _masks;
        private readonly object _lock = new object();
        private readonly List<string> _texts = new List<string>();
        private readonly List<byte[]> _pings = new List<byte[]>();
        private readonly List<string> _pongs = new List<string>();

        private Peer(TcpClient socket, bool masks)
        {
            _socket = socket;
            _socket.NoDelay = true;
            _stream = socket.GetStream();
            _masks = masks;
        }

        /// <summary>Connects to a server.</summary>
        internal static Peer Connect(int port)
        {
            TcpClient socket = new TcpClient();
            socket.Connect(IPAddress.Loopback, port);
            Peer peer = new Peer(socket, true);
            peer.SendHead("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
            string head = peer.ReceiveHead();
            if (!head.StartsWith("HTTP/1.1 101"))
            {
                throw new IOException("the upgrade was answered with " + head);
            }
            peer.Begin();
            return peer;
        }

        /// <summary>Waits for a client.</summary>
        internal static Peer Accept(TcpListener listener)
        {
            for (;;)
            {
                TcpClient socket = listener.AcceptTcpClient();
                try
                {
                    Peer peer = new Peer(socket, false);
                    string key = null;
                    foreach (string line in peer.ReceiveHead().Split('\n'))
                    {
                        if (line.StartsWith("sec-websocket-key:", StringComparison.OrdinalIgnoreCase))
                        {
                            key = line.Substring(line.IndexOf(':') + 1).Trim();
                        }
                    }
                    byte[] digest = Sha1(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
                    peer.SendHead("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: " + Convert.ToBase64String(digest) + "\r\n\r\n");
                    peer.Begin();
                    return peer;
                }
                catch (IOException)
                {
                    socket.Close(); // an attempt that was given up before it was accepted
                }
            }
        }

        /// <summary>The code of the close frame that came; 0 = none.</summary>
        internal int CloseCode { get; private set; }

        /// <summary>Whether the connection is over.</summary>
        internal bool IsOver { get; private set; }

        /// <summary>How many text messages have come in all.</summary>
        internal int Count { get; private set; }

        /// <summary>How many messages have been sent.</summary>
        internal int Sent { get; private set; }

        /// <summary>How many of the messages that have come were not taken yet.</summary>
        internal int Waiting
        {
            get
            {
                lock (_lock)
                {
                    return _texts.Count;
                }
            }
        }

        /// <summary>Takes the messages that have come.</summary>
        internal List<string> Take()
        {
            lock (_lock)
            {
                List<string> texts = new List<string>(_texts);
                _texts.Clear();
                return texts;
            }
        }

        internal void SendText(string text)
        {
            Sent++;
            Send(1, new UTF8Encoding(false).GetBytes(text));
        }

        internal void SendPing(byte[] payload)
        {
            Send(9, payload);
        }

        /// <summary>Sends the pongs of all pings that came so far.</summary>
        internal void AnswerPings()
        {
            byte[][] pings;
            lock (_lock)
            {
                pings = _pings.ToArray();
                _pings.Clear();
            }
            foreach (byte[] payload in pings)
            {
                Send(10, payload);
            }
        }

        /// <summary>Whether the pong of such a ping has come.</summary>
        internal bool HasPong(byte[] payload)
        {
            lock (_lock)
            {
                return _pongs.Contains(Convert.ToBase64String(payload));
            }
        }

        public void Dispose()
        {
            _socket.Close();
        }

        /// <summary>By hand: .NET Core 3.1 would load an OpenSSL for it that no present system has.</summary>
        private static byte[] Sha1(byte[] text)
        {
            byte[] padded = new byte[(text.Length + 8) / 64 * 64 + 64];
            text.CopyTo(padded, 0);
            padded[text.Length] = 0x80;
            for (int i = 0; i < 4; i++)
            {
                padded[padded.Length - 1 - i] = (byte)(text.Length * 8 >> 8 * i);
            }
            uint[] h = { 0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0 };
            uint[] w = new uint[80];
            for (int block = 0; block < padded.Length; block += 64)
            {
                for (int i = 0; i < 80; i++)
                {
                    w[i] = i < 16
                        ? (uint)(padded[block + 4 * i] << 24 | padded[block + 4 * i + 1] << 16
                            | padded[block + 4 * i + 2] << 8 | padded[block + 4 * i + 3])
                        : Rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
                }
                uint a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
                for (int i = 0; i < 80; i++)
                {
                    uint f = i < 20 ? (b & c | ~b & d) + 0x5A827999
                        : i < 40 ? (b ^ c ^ d) + 0x6ED9EBA1
                        : i < 60 ? (b & c | b & d | c & d) + 0x8F1BBCDC
                        : (b ^ c ^ d) + 0xCA62C1D6;
                    uint next = Rotate(a, 5) + f + e + w[i];
                    e = d;
                    d = c;
                    c = Rotate(b, 30);
                    b = a;
                    a = next;
                }
                h[0] += a;
                h[1] += b;
                h[2] += c;
                h[3] += d;
                h[4] += e;
            }
            byte[] digest = new byte[20];
            for (int i = 0; i < 20; i++)
            {
                digest[i] = (byte)(h[i / 4] >> 24 - i % 4 * 8);
            }
            return digest;
        }

        private static uint Rotate(uint x, int by)
        {
            return x << by | x >> 32 - by;
        }

        private void Begin()
        {
            Thread reader = new Thread(Read);
            reader.IsBackground = true;
            reader.Start();
        }

        private void Read()
        {
            try
            {
                for (;;)
                {
                    int first = Receive(1)[0];
                    int second = Receive(1)[0];
                    int length = second & 0x7F;
                    if (length >= 126)
                    {
                        byte[] more = Receive(length == 126 ? 2 : 8);
                        length = 0;
                        foreach (byte b in more)
                        {
                            length = length << 8 | b;
                        }
                    }
                    byte[] mask = (second & 0x80) != 0 ? Receive(4) : new byte[4];
                    byte[] payload = Receive(length);
                    for (int i = 0; i < length; i++)
                    {
                        payload[i] ^= mask[i & 3];
                    }
                    Got(first & 0x0F, payload);
                }
            }
            catch (IOException)
            {
            }
            catch (ObjectDisposedException)
            {
            }
            IsOver = true;
        }

        private void Got(int opcode, byte[] payload)
        {
            lock (_lock)
            {
                switch (opcode)
                {
                    case 1:
                        Count++;
                        _texts.Add(Encoding.UTF8.GetString(payload));
                        break;
                    case 8:
                        CloseCode = payload.Length < 2 ? 1005 : payload[0] << 8 | payload[1];
                        break;
                    case 9:
                        _pings.Add(payload);
                        break;
                    case 10:
                        _pongs.Add(Convert.ToBase64String(payload));
                        break;
                }
            }
        }

        private void Send(int opcode, byte[] payload)
        {
            MemoryStream frame = new MemoryStream();
            int mask = _masks ? 0x80 : 0;
            frame.WriteByte((byte)(0x80 | opcode));
            if (payload.Length < 126)
            {
                frame.WriteByte((byte)(mask | payload.Length));
            }
            else
            {
                bool small = payload.Length < 65536;
                frame.WriteByte((byte)(mask | (small ? 126 : 127)));
                for (int shift = small ? 8 : 56; shift >= 0; shift -= 8)
                {
                    frame.WriteByte((byte)((long)payload.Length >> shift));
                }
            }
            if (_masks)
            {
                frame.Write(new byte[4], 0, 4); // a mask of zeros is a mask
            }
            frame.Write(payload, 0, payload.Length);
            byte[] bytes = frame.ToArray();
            _stream.Write(bytes, 0, bytes.Length);
        }

        private void SendHead(string head)
        {
            byte[] bytes = Encoding.ASCII.GetBytes(head);
            _stream.Write(bytes, 0, bytes.Length);
        }

        private string ReceiveHead()
        {
            StringBuilder head = new StringBuilder();
            while (!head.ToString().EndsWith("\r\n\r\n"))
            {
                head.Append((char)Receive(1)[0]);
            }
            return head.ToString();
        }

        private byte[] Receive(int count)
        {
            byte[] bytes = new byte[count];
            for (int have = 0; have < count;)
            {
                int got = _stream.Read(bytes, have, count - have);
                if (got == 0)
                {
                    throw new IOException("the connection is over");
                }
                have += got;
            }
            return bytes;
        }
    }
}
