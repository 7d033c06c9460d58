using System;
using System.Collections.Generic;
using RealvirtualWs.Interop;

namespace RealvirtualWs
{
    // A client's filter, a server's clients, and messages of the program's own.
    public sealed unsafe partial class RvInterface
    {
        /// <summary>
        /// Client: asks the server for these signals only; the list replaces the former one and holds for later connections
        /// too. Names that the server does not have yet count when it has them. No names: nothing at all.
        /// </summary>
        /// <exception cref="RvException">On a server (<see cref="RvResult.Unsupported"/>).</exception>
        public void Subscribe(params string[] names)
        {
            if (names == null)
            {
                throw new ArgumentNullException("names");
            }
            using (NativeStrings strings = new NativeStrings())
            {
                byte*[] pointers = new byte*[names.Length + 1];
                for (int i = 0; i < names.Length; i++)
                {
                    pointers[i] = strings.Add(NotNull(names[i], "names"), "The name of a signal");
                }
                fixed (byte** list = pointers)
                {
                    RvLibrary.Throw(NativeMethods.rv_subscribe(Pointer, list, (uint)names.Length));
                    GC.KeepAlive(this);
                }
            }
        }

        /// <summary>
        /// Client: asks the server for all signals again. The protocol has no message for that, so this connects anew when a
        /// list is in force.
        /// </summary>
        /// <exception cref="RvException">On a server (<see cref="RvResult.Unsupported"/>).</exception>
        public void SubscribeAll()
        {
            RvLibrary.Throw(NativeMethods.rv_subscribe_all(Pointer));
            GC.KeepAlive(this);
        }

        /// <summary>Server: the ids of the connected clients. Ids start at 1 and are never used again.</summary>
        public uint[] GetClientIds()
        {
            uint[] ids = new uint[16];
            for (;;)
            {
                fixed (uint* to = ids)
                {
                    int count = NativeMethods.rv_client_ids(Pointer, to, (uint)ids.Length);
                    GC.KeepAlive(this);
                    RvLibrary.Throw(count);
                    if (count <= ids.Length)
                    {
                        Array.Resize(ref ids, count);
                        return ids;
                    }
                    ids = new uint[count];
                }
            }
        }

        /// <summary>Server: what is known of the connected clients.</summary>
        public IList<RvClientInfo> GetClients()
        {
            List<RvClientInfo> clients = new List<RvClientInfo>();
            foreach (uint id in GetClientIds())
            {
                RvClientInfo client = GetClient(id);
                if (client != null)
                {
                    clients.Add(client);
                }
            }
            return clients;
        }

        /// <summary>Server: what is known of a client; null when it is no longer connected.</summary>
        public RvClientInfo GetClient(uint id)
        {
            byte[] buffer = Utf8.Scratch(1024);
            for (;;)
            {
                rv_client_info native;
                UIntPtr required = UIntPtr.Zero;
                fixed (byte* name = buffer)
                {
                    int result = NativeMethods.rv_get_client(
                        Pointer, id, &native, (uint)sizeof(rv_client_info), name, (UIntPtr)(uint)buffer.Length, &required);
                    GC.KeepAlive(this);
                    if (result == (int)RvResult.NotFound)
                    {
                        return null;
                    }
                    if (result != (int)RvResult.Buffer)
                    {
                        RvLibrary.Throw(result);
                        return new RvClientInfo(&native, Utf8.Decode(name));
                    }
                }
                buffer = Utf8.Scratch(required);
            }
        }

        /// <summary>
        /// Server: closes the connection to a client. Starts the closing and does not wait for it; an event tells when it is
        /// done. Most clients come back by themselves.
        /// </summary>
        /// <returns>False when it is no longer connected.</returns>
        public bool DisconnectClient(uint id)
        {
            int result = NativeMethods.rv_disconnect_client(Pointer, id);
            GC.KeepAlive(this);
            if (result == (int)RvResult.NotFound)
            {
                return false;
            }
            RvLibrary.Throw(result);
            return true;
        }

        /// <summary>
        /// Sends a message of the program's own, for extensions of the protocol. Does not wait. What peers send of that kind
        /// comes as <see cref="RawMessage"/>.
        /// </summary>
        /// <param name="json">A JSON object with a <c>type</c> of its own.</param>
        /// <param name="client">Server: to which client, 0 = to all. Client: 0.</param>
        /// <exception cref="RvArgumentException">It is no JSON object, or there is no such client.</exception>
        /// <exception cref="RvConnectionException">There is no connection.</exception>
        public void SendRaw(string json, uint client = 0)
        {
            fixed (byte* text = Utf8.Encode(NotNull(json, "json"), "The message"))
            {
                RvLibrary.Throw(NativeMethods.rv_send_raw(Pointer, client, text));
                GC.KeepAlive(this);
            }
        }
    }
}
