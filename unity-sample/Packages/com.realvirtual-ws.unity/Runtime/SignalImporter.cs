using System;
using System.Threading.Tasks;
using UnityEngine;

namespace RealvirtualWs.Unity
{
    /// <summary>What an import did.</summary>
    public sealed class SignalImportResult
    {
        internal SignalImportResult(bool success, string message, int created, int existing)
        {
            Success = success;
            Message = message;
            Created = created;
            Existing = existing;
        }

        /// <summary>Whether the other side answered.</summary>
        public bool Success { get; private set; }

        /// <summary>What happened, for people.</summary>
        public string Message { get; private set; }

        /// <summary>How many signals were created in the scene.</summary>
        public int Created { get; private set; }

        /// <summary>How many of the other side's signals the scene had already.</summary>
        public int Existing { get; private set; }

        internal static SignalImportResult Failed(string why)
        {
            return new SignalImportResult(false, "import failed: " + why, 0, 0);
        }
    }

    /// <summary>How an import changes a scene; the editor's way has Undo.</summary>
    internal class SceneWriter
    {
        /// <summary>Changes the scene and no more.</summary>
        internal static readonly SceneWriter Plain = new SceneWriter();

        /// <summary>A new signal below <paramref name="parent"/>.</summary>
        internal virtual PLCSignal Create(string name, Type type, Transform parent)
        {
            var item = new GameObject(name);
            item.transform.SetParent(parent, false);
            return (PLCSignal)item.AddComponent(type);
        }

        /// <summary>A signal is about to be changed.</summary>
        internal virtual void Changing(PLCSignal signal)
        {
        }
    }

    /// <summary>Takes the result of an import into a scene.</summary>
    internal static class SignalImporter
    {
        /// <summary>Stores what a completed import has brought, with each signal's access, and says what went wrong.</summary>
        internal static SignalImportResult Finish(
            Task<RvImportReport> import, RvInterface from, SignalExchange exchange, WebsocketRealtimeInterface into,
            SceneWriter scene, InterfaceLog log)
        {
            if (import.IsFaulted || import.IsCanceled)
            {
                string why = import.IsCanceled ? "it was cancelled" : import.Exception.InnerException.Message;
                SignalImportResult failed = SignalImportResult.Failed(why);
                log.Error(failed.Message);
                return failed;
            }
            RvImportReport report = import.Result;
            int created = 0;
            foreach (RvSignal signal in from.Signals)
            {
                RvSignalInfo info = signal.Info;
                PLCSignal known = exchange.Find(signal.Name);
                if (!ReferenceEquals(known, null))
                {
                    Update(known, signal, info, scene, log);
                    continue;
                }
                if (info.IsImported)
                {
                    SignalDirection direction = Direction(info, into.DefaultSignalDirection);
                    PLCSignal made = scene.Create(signal.Name, SignalTypes.Of(info.Kind, direction), into.transform);
                    made.Access = info.Access;
                    made.Load(from, signal.Id);
                    exchange.Bind(made, signal.Name, signal.Id);
                    created++;
                }
            }
            return Said(report, created, report.Unchanged + report.Updated, log);
        }

        // A signal without a direction of its own has the access that a pattern gave it, else both.
        private static SignalDirection Direction(RvSignalInfo info, SignalDirection byDefault)
        {
            if (info.Direction != RvDirection.Auto)
            {
                return (SignalDirection)info.Direction;
            }
            return info.Access == RvAccess.Write ? SignalDirection.Input
                : info.Access == RvAccess.Read ? SignalDirection.Output : byDefault;
        }

        // Only what an import has made follows the other side's catalogue.
        private static void Update(PLCSignal known, RvSignal signal, RvSignalInfo info, SceneWriter scene, InterfaceLog log)
        {
            if (!info.IsImported)
            {
                return;
            }
            if (info.Direction != RvDirection.Auto && info.Direction != (RvDirection)known.Direction)
            {
                log.Error("\"" + signal.Name + "\" is a " + known.GetType().Name + " in the scene, and a "
                    + SignalTypes.Of(info.Kind, (SignalDirection)info.Direction).Name
                    + " in the other side's catalogue: delete the GameObject and import again", known);
            }
            if (known.Access != info.Access)
            {
                scene.Changing(known);
                known.Access = info.Access;
                known.Exchange.Bind(known, signal.Name, signal.Id);
            }
        }

        private static SignalImportResult Said(RvImportReport report, int created, int existing, InterfaceLog log)
        {
            string message = "import: " + created + " signals created, " + existing + " existed";
            if (report.Conflicting > 0)
            {
                message += ", " + report.Conflicting + " conflicting";
            }
            if (report.Refused > 0)
            {
                message += ", " + report.Refused + " refused";
            }
            if (report.Unanswered > 0)
            {
                message += ", " + report.Unanswered + " clients did not answer";
            }
            string details = string.IsNullOrEmpty(report.Text) ? "" : "\n" + report.Text.TrimEnd();
            if (report.Conflicting + report.Refused > 0)
            {
                log.Error(message + details);
            }
            else if (details.Length > 0)
            {
                log.Warning(message + details);
            }
            else
            {
                log.Info(message);
            }
            return new SignalImportResult(true, message + details, created, existing);
        }
    }
}
