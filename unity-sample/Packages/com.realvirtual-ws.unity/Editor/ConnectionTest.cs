using System;

namespace RealvirtualWs.Unity.Editor
{
    /// <summary><em>Test Connection</em>: whether the client that the component describes would reach its server.</summary>
    internal sealed class ConnectionTest : EditorTask
    {
        private const int TimeoutMs = 5000;

        private readonly RvConnectionTest test;

        private ConnectionTest(WebsocketRealtimeInterface target) : base(target)
        {
            test = RvConnectionTest.Begin(InterfaceSettings.Options(target), TimeoutMs);
        }

        internal override string Title
        {
            get { return "connection test"; }
        }

        /// <summary>Begins a test; its result is in the console.</summary>
        internal static void Begin(WebsocketRealtimeInterface target)
        {
            try
            {
                new ConnectionTest(target).Run(TimeoutMs / 1000.0 + 5);
            }
            catch (Exception error)
            {
                new InterfaceLog(target).Error("connection test: " + error.Message);
            }
        }

        protected override bool Step()
        {
            if (!test.Poll())
            {
                return false;
            }
            var log = new InterfaceLog(Target);
            string text = Title + ": " + test.Report.Text;
            if (test.Report.Result < 0)
            {
                log.Error(text);
            }
            else
            {
                log.Info(text);
            }
            return true;
        }

        protected override void Finish()
        {
            test.Dispose();
        }
    }
}
