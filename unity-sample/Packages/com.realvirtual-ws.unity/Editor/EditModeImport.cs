using System;
using System.Threading.Tasks;
using UnityEditor;
using UnityEngine;

namespace RealvirtualWs.Unity.Editor
{
    /// <summary>
    /// <em>Import Signals</em> in edit mode: connects as the client that the component describes, creates what is
    /// missing as children, and disconnects. One Undo takes all of it back.
    /// </summary>
    internal sealed class EditModeImport : EditorTask
    {
        private const int TimeoutMs = 10000;
        private const string UndoName = "Import Signals";

        private readonly InterfaceLog log;
        private readonly RvInterface client;
        private readonly SignalExchange exchange;
        private readonly Task<RvImportReport> import;

        private EditModeImport(WebsocketRealtimeInterface target) : base(target)
        {
            log = new InterfaceLog(target);
            client = RvInterface.CreateClient(InterfaceSettings.Options(target));
            exchange = new SignalExchange(client, log);
            try
            {
                // What the scene has stays as it is; conflicts with it come out.
                exchange.Declare(target.Signals());
                import = client.ImportAsync(TimeoutMs);
            }
            catch
            {
                Finish();
                throw;
            }
        }

        internal override string Title
        {
            get { return "import"; }
        }

        /// <summary>Begins an import; what hinders it is said in the console.</summary>
        internal static void Begin(WebsocketRealtimeInterface target)
        {
            try
            {
                // The library keeps the time; ours is for the case that it does not.
                new EditModeImport(target).Run(TimeoutMs / 1000.0 + 5);
            }
            catch (Exception error)
            {
                new InterfaceLog(target).Error("import: " + error.Message);
            }
        }

        protected override bool Step()
        {
            client.Dispatch();
            if (!import.IsCompleted)
            {
                return false;
            }
            Undo.IncrementCurrentGroup();
            Undo.SetCurrentGroupName(UndoName);
            int group = Undo.GetCurrentGroup();
            SignalImporter.Finish(import, client, exchange, Target, new UndoWriter(), log);
            Undo.CollapseUndoOperations(group);
            return true;
        }

        protected override void Finish()
        {
            exchange.Close();
            client.Dispose();
        }

        private sealed class UndoWriter : SceneWriter
        {
            internal override PLCSignal Create(string name, Type type, Transform parent)
            {
                PLCSignal made = base.Create(name, type, parent);
                Undo.RegisterCreatedObjectUndo(made.gameObject, UndoName);
                return made;
            }

            internal override void Changing(PLCSignal signal)
            {
                Undo.RecordObject(signal, UndoName);
            }
        }
    }
}
