using System;
using RealvirtualWs.Interop;

namespace RealvirtualWs
{
    // A server's tokens and users.
    public sealed unsafe partial class RvInterface
    {
        /// <summary>
        /// Server: lets clients in that present this token. At any time, also before <see cref="Start"/>. From the first
        /// token or user on, nobody gets in without one; connections made before stay.
        /// </summary>
        /// <param name="token">Up to 4096 characters of visible ASCII.</param>
        /// <param name="role">What they may do; null = everything.</param>
        /// <exception cref="RvArgumentException">
        /// It cannot be a token, or there is such a one (<see cref="RvResult.Exists"/>).
        /// </exception>
        /// <exception cref="RvException">This is a client (<see cref="RvResult.Unsupported"/>).</exception>
        public void AddToken(string token, RvRole role = null)
        {
            using (NativeStrings strings = new NativeStrings())
            {
                byte* text = strings.Add(NotNull(token, "token"), "The token");
                rv_role native = role == null ? default(rv_role) : role.ToNative(strings);
                RvLibrary.Throw(NativeMethods.rv_add_token(Pointer, text, role == null ? null : &native));
                GC.KeepAlive(this);
            }
        }

        /// <summary>
        /// Server: takes a token back, also <see cref="RvOptions.AccessToken"/>. Connections that came by it close. Without
        /// any token or user left nobody gets in.
        /// </summary>
        /// <returns>False when there is no such token.</returns>
        public bool RevokeToken(string token)
        {
            using (NativeStrings strings = new NativeStrings())
            {
                byte* text = strings.Add(NotNull(token, "token"), "The token");
                int result = NativeMethods.rv_revoke_token(Pointer, text);
                GC.KeepAlive(this);
                return Found(result);
            }
        }

        /// <summary>
        /// Server: lets clients in that present this user and password (HTTP Basic), as <see cref="AddToken"/> does with a
        /// token.
        /// </summary>
        /// <param name="user">Without a colon.</param>
        /// <param name="password">The password.</param>
        /// <param name="role">What they may do; null = everything.</param>
        /// <exception cref="RvArgumentException">
        /// It cannot be a user or a password, or there is such a user (<see cref="RvResult.Exists"/>).
        /// </exception>
        /// <exception cref="RvException">This is a client (<see cref="RvResult.Unsupported"/>).</exception>
        public void AddUser(string user, string password, RvRole role = null)
        {
            using (NativeStrings strings = new NativeStrings())
            {
                byte* name = strings.Add(NotNull(user, "user"), "The user");
                byte* secret = strings.Add(NotNull(password, "password"), "The password");
                rv_role native = role == null ? default(rv_role) : role.ToNative(strings);
                RvLibrary.Throw(NativeMethods.rv_add_user(Pointer, name, secret, role == null ? null : &native));
                GC.KeepAlive(this);
            }
        }

        /// <summary>
        /// Server: takes a user back, also <see cref="RvOptions.User"/>, as <see cref="RevokeToken"/> does with a token.
        /// </summary>
        /// <returns>False when there is no such user.</returns>
        public bool RevokeUser(string user)
        {
            using (NativeStrings strings = new NativeStrings())
            {
                byte* name = strings.Add(NotNull(user, "user"), "The user");
                int result = NativeMethods.rv_revoke_user(Pointer, name);
                GC.KeepAlive(this);
                return Found(result);
            }
        }

        private static bool Found(int result)
        {
            if (result == (int)RvResult.NotFound)
            {
                return false;
            }
            RvLibrary.Throw(result);
            return true;
        }
    }
}
