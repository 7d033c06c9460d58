using System;
using System.Collections.Generic;
using UnityEngine;

namespace RealvirtualWs.Unity
{
    /// <summary>
    /// Exchanges the signals below this GameObject over a WebSocket, as a server or as a client. Values arrive before
    /// physics and all other scripts; what scripts set goes out at the end of the frame, in one message.
    /// </summary>
    /// <remarks>
    /// The fields are read when the interface opens. Everything here is for Unity's main thread. What fails is said in
    /// the console, with the GameObject's name; only <see cref="ImportSignals"/> throws, and only for wrong use.
    /// </remarks>
    [AddComponentMenu("realvirtual-ws/Websocket Realtime Interface")]
    [DisallowMultipleComponent]
    [DefaultExecutionOrder(-9000)]
    public class WebsocketRealtimeInterface : MonoBehaviour
    {
        // Configuration

        /// <summary>Communication loop interval in milliseconds.</summary>
        [Tooltip("Communication loop interval in milliseconds")]
        [Min(1)]
        public int UpdateCycleMs = 10;

        /// <summary>Only send signals whose values changed since the last cycle.</summary>
        [Tooltip("Only send signals whose values changed since the last cycle")]
        public bool OnlyTransmitChangedInputs = true;

        /// <summary>Client: reconnect on connection loss.</summary>
        [Tooltip("Automatically reconnect on connection loss")]
        public bool AutoReconnect = true;

        /// <summary>Client: seconds between reconnection attempts.</summary>
        [Tooltip("Seconds between reconnection attempts")]
        [Min(0.001f)]
        public float ReconnectIntervalSeconds = 2;

        /// <summary>Client: reconnection attempts before giving up; -1 = unlimited.</summary>
        [Tooltip("Maximum number of reconnection attempts before giving up (-1 = unlimited)")]
        [Min(-1)]
        public int MaxReconnectAttempts = -1;

        /// <summary>Write everything that happens, and every message, to the console.</summary>
        [Tooltip("Enable detailed logging for troubleshooting: every message goes to the console")]
        public bool DebugMode;

        // Connection Settings

        /// <summary>True = WebSocket server, false = WebSocket client.</summary>
        [Tooltip("On = WebSocket server, off = WebSocket client")]
        public bool IsServer;

        /// <summary>The address to bind (server) or to connect to (client).</summary>
        [Tooltip("IP address to bind (server) or address to connect to (client). A server at 0.0.0.0 is reachable from "
            + "the network, which needs an Access Token or Allow Anonymous Network")]
        public string Address = "127.0.0.1";

        /// <summary>The TCP port; a server takes any free one for 0.</summary>
        [Tooltip("TCP port for communication. 0 = any free one (server only)")]
        public int Port = 1234;

        /// <summary>Use wss://; a server then needs a certificate with its key.</summary>
        [Tooltip("Use wss:// for encrypted connections. A server needs Certificate File and Key File for it")]
        public bool UseSSL;

        /// <summary>Client: URL path after host and port.</summary>
        [Tooltip("(Client only) Optional URL path appended after host:port")]
        public string Path = "";

        /// <summary>Client: the name that the server sees.</summary>
        [Tooltip("(Client only) Name sent during init handshake")]
        public string ClientName = "Unity";

        /// <summary>Open when play mode begins, or when the component is enabled later.</summary>
        [Tooltip("Automatically connect when entering play mode")]
        public bool ConnectOnPlay = true;

        // Signal Import

        /// <summary>The direction of imported signals that have none and that no pattern matches.</summary>
        [Tooltip("Direction for imported signals when no pattern matches: Input = Unity writes, Output = the PLC writes")]
        public SignalDirection DefaultSignalDirection = SignalDirection.Input;

        /// <summary>Find directions by names.</summary>
        [Tooltip("Enable name-based direction detection")]
        public bool UsePatternMatching;

        /// <summary>Parts of names of signals that Unity writes.</summary>
        [Tooltip("Name substrings that identify signals Unity writes")]
        public string[] InputPatterns = new string[0];

        /// <summary>Parts of names of signals that the PLC writes.</summary>
        [Tooltip("Name substrings that identify signals the PLC writes")]
        public string[] OutputPatterns = new string[0];

        /// <summary>The side on which the other end stands; decides who writes imported signals.</summary>
        [Tooltip("What the other end is. Unknown = both sides may write imported signals; Simulation or Controller = each "
            + "imported signal has one writer")]
        public RvPerspective PeerIs = RvPerspective.Unknown;

        // Security

        /// <summary>Server: a token that clients must present. Client: the one that it presents.</summary>
        [Tooltip("Server: token that clients must present; empty = none. Client: the one that the server asks for, sent "
            + "beyond this machine only with Use SSL. It is stored readably in the scene")]
        public string AccessToken = "";

        /// <summary>Server: a user that clients may present instead of the token. Client: the one that it presents.</summary>
        [Tooltip("Server: user that clients may present with Password instead of the token; empty = none. Client: the one "
            + "that the server asks for. Not in a browser")]
        public string User = "";

        /// <summary>The password of <see cref="User"/>.</summary>
        [Tooltip("The password of User. It is stored readably in the scene")]
        public string Password = "";

        /// <summary>Server: web pages that may connect; "*" = any.</summary>
        [Tooltip("(Server only) Origins of web pages that may connect, such as https://example.com; * = any. Programs need "
            + "no entry")]
        public string[] AllowedOrigins = new string[0];

        /// <summary>Server: names that clients may use for this machine, besides its own.</summary>
        [Tooltip("(Server only) Names that may stand in a client's URL, besides IP addresses, localhost and this machine's "
            + "name")]
        public string[] AllowedHosts = new string[0];

        /// <summary>Server: allow an address that other machines reach, although nothing authenticates clients.</summary>
        [Tooltip("(Server only) Allow an address that other machines can reach, although nothing authenticates clients: "
            + "everyone there may then read and write every signal")]
        public bool AllowAnonymousNetwork;

        /// <summary>PEM file of this side's certificate.</summary>
        [Tooltip("With Use SSL: path of a PEM file with the server's certificate, or with the client's own if its server "
            + "asks for one. A relative path begins at the working directory, in the editor the project's folder")]
        public string CertificateFile = "";

        /// <summary>PEM file of that certificate's private key.</summary>
        [Tooltip("With Use SSL: path of a PEM file with the private key of that certificate, not encrypted. Keep it out of "
            + "Assets: what is there may be part of a build")]
        public string KeyFile = "";

        /// <summary>PEM file of authorities: a client trusts them too, a server wants certificates of them.</summary>
        [Tooltip("With Use SSL: path of a PEM file with authorities. A client trusts them besides the machine's own; a "
            + "server lets in only clients with a certificate of one of them")]
        public string CaFile = "";

        /// <summary>Client: the SHA-256 of the server's public key; no other server is accepted.</summary>
        [Tooltip("(Client only) With Use SSL: SHA-256 of the server's public key, in hexadecimal or Base64. A server with "
            + "another key is refused, whoever vouches for it; empty = any")]
        public string TlsPin = "";

        // Limits

        /// <summary>Server: the URL path that clients must use; empty = any.</summary>
        [Tooltip("(Server only) URL path that clients must use; empty = any")]
        public string ServedPath = "";

        /// <summary>Server: connected clients in all.</summary>
        [Tooltip("(Server only) Connected clients in all; the next one is refused")]
        [Min(0)]
        public int MaxClients = 512;

        /// <summary>Server: connected clients from one address.</summary>
        [Tooltip("(Server only) Connected clients from one address, where other machines can reach the server")]
        [Min(0)]
        public int MaxClientsPerAddress = 64;

        /// <summary>Server: proxies that tell a client's own address.</summary>
        [Tooltip("(Server only) Addresses and networks (10.0.0.0/8) of proxies that tell a client's own address in "
            + "X-Forwarded-For or Forwarded")]
        public string[] TrustedProxies = new string[0];

        /// <summary>The largest message accepted, in bytes; 0 = 4 MiB for a server, 64 MiB for a client.</summary>
        [Tooltip("Largest message accepted, in bytes; 0 = 4 MiB for a server, 64 MiB for a client")]
        [Min(0)]
        public int MaxMessageBytes;

        /// <summary>Signals in all.</summary>
        [Tooltip("Signals in all, imported ones among them")]
        [Min(1)]
        public int MaxSignals = 100000;

        /// <summary>Server: milliseconds for TLS and the WebSocket handshake together.</summary>
        [Tooltip("(Server only) Milliseconds for TLS and the WebSocket handshake together")]
        [Min(1)]
        public int HandshakeTimeoutMs = 5000;

        /// <summary>Server: connections that are still in their handshake.</summary>
        [Tooltip("(Server only) Connections that are still in their handshake; for one more the oldest is cut, of the "
            + "address that has most")]
        [Min(1)]
        public int MaxPendingHandshakes = 64;

        /// <summary>Refuse received values that lose something when converted.</summary>
        [Tooltip("Refuse received values that lose something when converted, such as 1.5 for an int")]
        public bool StrictTypes;

        [NonSerialized]
        private InterfaceSession session;

        [NonSerialized]
        private int appliedFrame = -1;

        [NonSerialized]
        private bool suspended;

        /// <summary>Server: the number of connected clients.</summary>
        public int ConnectedClients
        {
            get { return session != null && IsServer ? session.ConnectedClients : 0; }
        }

        /// <summary>Whether it is open: listening, connected, or trying to connect.</summary>
        public bool IsOpen
        {
            get { return session != null; }
        }

        /// <summary>What it is doing, as of this frame.</summary>
        public RvState State
        {
            get { return session == null ? RvState.Stopped : session.State; }
        }

        /// <summary>Client: connected. Server: at least one client is.</summary>
        public bool IsConnected
        {
            get { return session != null && (IsServer ? session.ConnectedClients > 0 : State == RvState.Connected); }
        }

        /// <summary>
        /// The library's interface while open, else null: for configuration messages, statistics and messages of your own.
        /// Its Dispatch, Poll, Stop and Dispose belong to this component.
        /// </summary>
        public RvInterface Interface
        {
            get { return session == null ? null : session.Interface; }
        }

        /// <summary>Whether an import is under way.</summary>
        public bool IsImporting
        {
            get { return session != null && session.IsImporting; }
        }

        /// <summary>
        /// Opens the interface with the signals that are below the GameObject now. Does nothing when it is open. A failure
        /// is said in the console.
        /// </summary>
        /// <returns>Whether it is open now.</returns>
        public bool Open()
        {
            if (session != null)
            {
                return true;
            }
            var log = new InterfaceLog(this);
            try
            {
                session = InterfaceSession.Open(this, Signals(), log);
            }
            catch (Exception error)
            {
                log.Error("cannot open: " + error.Message);
                return false;
            }
            appliedFrame = -1;
            suspended = false;
            OpenInterfaces.Add(this);
            SignalCollector.Serve(this);
            return true;
        }

        /// <summary>Sends the last values and closes the interface; the port is free afterwards. Blocks for 250 ms at most.</summary>
        public void Close()
        {
            InterfaceSession closing = session;
            if (closing == null)
            {
                return;
            }
            session = null;
            OpenInterfaces.Remove(this);
            try
            {
                closing.Close();
            }
            catch (Exception error)
            {
                new InterfaceLog(this).Error("closing: " + error.Message);
            }
        }

        /// <summary>The signals below this GameObject, without those of an interface further below.</summary>
        public List<PLCSignal> Signals()
        {
            var found = new List<PLCSignal>();
            GetComponentsInChildren(true, found);
            found.RemoveAll(signal => !Owns(signal));
            return found;
        }

        private bool Owns(PLCSignal signal)
        {
            for (Transform at = signal.transform; at != transform; at = at.parent)
            {
                if (at.GetComponent<WebsocketRealtimeInterface>() != null)
                {
                    return false;
                }
            }
            return true;
        }

        /// <summary>
        /// Asks the other side for its signals (a server: all its clients) and creates those that are missing as children,
        /// with the directions inverted. Returns at once; the result comes in a later frame.
        /// </summary>
        /// <param name="done">Gets the result, on the main thread; may be null, the console has it too.</param>
        /// <param name="timeoutSeconds">What has arrived by then is created.</param>
        /// <exception cref="InvalidOperationException">
        /// The interface is not open, an import is under way, or the app is in the background.
        /// </exception>
        public void ImportSignals(Action<SignalImportResult> done = null, float timeoutSeconds = 10)
        {
            if (session == null)
            {
                throw new InvalidOperationException(name + " is not open: call Open first, or enter play mode");
            }
            if (suspended)
            {
                throw new InvalidOperationException(name + " is not connected while the app is in the background");
            }
            session.Import((int)(timeoutSeconds * 1000), done);
        }

        private void OnEnable()
        {
            if (ConnectOnPlay && Application.isPlaying)
            {
                Open();
            }
        }

        private void OnDisable()
        {
            Close();
        }

        private void OnApplicationQuit()
        {
            Close();
        }

        // A phone's system takes the sockets of what is in the background: better to leave in order and to come back.
        private void OnApplicationPause(bool paused)
        {
            if (!Application.isMobilePlatform || session == null || paused == suspended)
            {
                return;
            }
            suspended = paused;
            Guarded(paused ? (Action)session.Suspend : session.Resume);
        }

        private void FixedUpdate()
        {
            ApplyOnce();
        }

        private void Update()
        {
            ApplyOnce();
        }

        // Before the first physics step of a frame, or before the other scripts when it has none.
        private void ApplyOnce()
        {
            if (session == null || suspended || appliedFrame == Time.frameCount)
            {
                return;
            }
            appliedFrame = Time.frameCount;
            try
            {
                session.Apply();
            }
            catch (Exception error)
            {
                Fail(error);
            }
        }

        /// <summary>Called by <see cref="SignalCollector"/> when all scripts have had their LateUpdate.</summary>
        internal void Collect()
        {
            if (session == null || suspended)
            {
                return;
            }
            try
            {
                session.Collect();
            }
            catch (Exception error)
            {
                Fail(error);
            }
        }

        private void Guarded(Action action)
        {
            try
            {
                action();
            }
            catch (Exception error)
            {
                Fail(error);
            }
        }

        // An error here is not over with the next frame: one line instead of sixty a second.
        private void Fail(Exception error)
        {
            new InterfaceLog(this).Error("closed after an error: " + error.Message);
            Close();
        }
    }
}
