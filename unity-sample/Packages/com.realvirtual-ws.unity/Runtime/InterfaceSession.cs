using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace RealvirtualWs.Unity
{
    /// <summary>An open interface, from the component's <c>Open</c> to its <c>Close</c>.</summary>
    internal sealed class InterfaceSession
    {
        // What is due may still go out; the editor must not feel it.
        private const int StopMs = 250;

        private readonly WebsocketRealtimeInterface owner;
        private readonly InterfaceLog log;
        private readonly bool chatty;
        private readonly RvInterface at;
        private readonly SignalExchange exchange;

        // Client: the connection is missing, and the console says so already.
        private bool outage;

        // We are the ones who end the connection.
        private bool leaving;
        private string lastSaid = "";

        private Task<RvImportReport> import;
        private Action<SignalImportResult> importDone;

        private InterfaceSession(WebsocketRealtimeInterface owner, RvInterface at, InterfaceLog log)
        {
            this.owner = owner;
            this.at = at;
            this.log = log;
            chatty = owner.DebugMode;
            exchange = new SignalExchange(at, log);
            at.Changed += exchange.Take;
            at.ConnectionChanged += ConnectionChanged;
            at.StateChanged += StateChanged;
            at.ClientConnected += ClientsChanged;
            at.ClientDisconnected += ClientsChanged;
            at.ForeignProtocol += Foreign;
            at.Log += Logged;
        }

        internal RvInterface Interface
        {
            get { return at; }
        }

        internal int ConnectedClients { get; private set; }

        internal RvState State { get; private set; }

        internal bool IsImporting
        {
            get { return import != null; }
        }

        /// <summary>Creates the interface, declares the scene's signals, and starts.</summary>
        internal static InterfaceSession Open(WebsocketRealtimeInterface owner, List<PLCSignal> signals, InterfaceLog log)
        {
            RvOptions options = InterfaceSettings.Options(owner);
            RvInterface at = owner.IsServer ? RvInterface.CreateServer(options) : RvInterface.CreateClient(options);
            var session = new InterfaceSession(owner, at, log);
            try
            {
                session.exchange.Declare(signals);
                at.Start();
                session.State = at.State;
            }
            catch
            {
                session.Abandon();
                throw;
            }
            return session;
        }

        /// <summary>Sends what is due and ends; the port is free afterwards.</summary>
        internal void Close()
        {
            try
            {
                exchange.Collect();
                at.Stop(StopMs);
            }
            finally
            {
                Abandon();
            }
        }

        private void Abandon()
        {
            exchange.Close();
            at.Dispose();
            if (import != null)
            {
                FinishImport(SignalImportResult.Failed("the interface was closed"));
            }
        }

        /// <summary>Disconnects without letting go of signals and values.</summary>
        internal void Suspend()
        {
            exchange.Collect();
            leaving = true;
            at.Stop(StopMs);
            at.Dispatch();
            leaving = false;
        }

        internal void Resume()
        {
            at.Start();
        }

        /// <summary>The beginning of a frame: takes what has come.</summary>
        internal void Apply()
        {
            at.Dispatch();
            exchange.RaiseAll();
            if (import != null && import.IsCompleted && !at.IsDisposed)
            {
                StoreImport();
            }
        }

        /// <summary>The end of a frame: sends what the scene has written.</summary>
        internal void Collect()
        {
            exchange.Collect();
        }

        internal void Import(int timeoutMs, Action<SignalImportResult> done)
        {
            if (import != null)
            {
                throw new InvalidOperationException("an import is under way already");
            }
            importDone = done;
            import = at.ImportAsync(timeoutMs);
        }

        private void StoreImport()
        {
            // What handlers have written in this frame goes out by the old binding: a new one begins with nothing to send.
            exchange.Collect();
            SignalImportResult result = SignalImporter.Finish(import, at, exchange, owner, SceneWriter.Plain, log);
            FinishImport(result);
        }

        private void FinishImport(SignalImportResult result)
        {
            Action<SignalImportResult> done = importDone;
            import = null;
            importDone = null;
            if (done == null)
            {
                return;
            }
            try
            {
                done(result);
            }
            catch (Exception error)
            {
                UnityEngine.Debug.LogException(error, owner);
            }
        }

        private void ConnectionChanged(RvEvent e)
        {
            if (e.Type == RvEventType.Connected)
            {
                outage = false;
                lastSaid = "";
                return;
            }
            if (leaving)
            {
                return;
            }
            if (!outage)
            {
                log.Error(e.Text);
            }
            outage = true;
            lastSaid = e.Text;
        }

        private void StateChanged(RvState state)
        {
            State = state;
        }

        private void ClientsChanged(RvEvent e)
        {
            ConnectedClients = at.GetInfo().Clients;
        }

        private void Foreign(RvEvent e)
        {
            log.Error(e.Text);
            lastSaid = e.Text;
        }

        private void Logged(RvLogRecord record)
        {
            if (record.Level == RvLogLevel.Error)
            {
                log.Error(record.Text);
            }
            else if (record.Level == RvLogLevel.Warn)
            {
                // A failed attempt is an event and a warning, and comes again every few seconds.
                bool known = lastSaid.Length > 0 && record.Text.EndsWith(lastSaid, StringComparison.Ordinal);
                if (!known || chatty)
                {
                    log.Warning(record.Text);
                }
            }
            else if (chatty)
            {
                log.Info(record.Text);
            }
        }
    }
}
