/*
 * realvirtual_ws.h - signals between a digital twin and a controller
 *
 * The C interface of realvirtual-ws, which speaks the WebSocket wire protocol v2 of realvirtual.io as a server and as
 * a client. Generated from src/ffi; do not edit.
 *
 *
 * LINKING
 *
 * Shared: cc program.c -lrealvirtual_ws, or LoadLibrary/dlopen. Such a program calls rv_abi_version first and compares
 * it with RV_ABI_VERSION. Static: link librealvirtual_ws.a with -lpthread -ldl -lm; on Windows define RV_STATIC before
 * including this header, and link realvirtual_ws.lib (MinGW: librealvirtual_ws.a) with ws2_32 userenv ntdll bcrypt
 * crypt32 advapi32. C99 and C++11 or later. Every symbol starts with rv_, every constant with RV_.
 *
 *
 * RESULTS
 *
 * Functions return int32_t: 0 or more is success, and often a count; less than 0 is an rv_result. rv_result_name gives
 * its name, rv_last_error this thread's last failure in words that say what to do. After a failure nothing has
 * happened, and what the function would have written means nothing, unless it says otherwise.
 *
 * Each function lists its own failures. These can come from any of them and are not repeated:
 *
 *   RV_ERR_HANDLE     the interface handle is NULL, stale or forged, or was destroyed while the call waited
 *   RV_ERR_NULL       a pointer is NULL that must not be
 *   RV_ERR_ARGUMENT   a pointer is not aligned for what it points to, or a number is none of its enumeration
 *   RV_ERR_UTF8       a string is not UTF-8
 *   RV_ERR_FORKED     this process is a child that was forked after its parent had created an interface
 *   RV_ERR_PANIC      a defect in the library. The program lives; this interface can only be destroyed
 *
 *
 * HANDLES
 *
 * An rv_interface pointer is a number in the shape of a pointer: it is never dereferenced, so a wrong one is an error
 * code and never a crash, and a destroyed one is never given out again. Destroying twice, or while other threads are
 * inside calls, is safe.
 *
 *
 * THREADS
 *
 * Every function may be called from any thread at any time. Those that block say so and take a timeout_ms; all others
 * return at once. There are no callbacks: the library never calls into the program, and everything that happens is
 * polled. One thread of the library's own serves all interfaces of the process; it starts with the first one and ends
 * with the last. After a fork the child may not use the interfaces of its parent.
 *
 *
 * STRINGS
 *
 * In: NUL-terminated UTF-8, copied before the call returns. Out: (char *buf, size_t capacity, size_t *required). On
 * success the text with its NUL is in buf. When it does not fit the result is RV_ERR_BUFFER, nothing has been consumed,
 * and *required tells how many bytes it takes, NUL included; buf NULL with capacity 0 asks just for that. required may
 * be NULL. There is nothing to free, ever. A list in rv_options is one string with an entry on each line.
 *
 *
 * GROWTH
 *
 * Structs only grow at their end. Those that go in begin with struct_size: set it to sizeof. Those that come out are
 * passed with their sizeof: a newer library writes only what the program knows, an older one sets to zero what it does
 * not know. A field that goes in and that an older library does not know must be zero, or RV_ERR_ARGUMENT names both
 * versions. rv_change, rv_value and rv_event never change. Enumerations may get more values: ignore what you do not
 * know. Reserved fields are zero.
 *
 *
 * ORDER OF CALLS
 *
 *   rv_options_init, change fields, rv_create
 *   rv_add_signal ...     or rv_import; also later, while running
 *   rv_start
 *   rv_wait_connected     where the program must not go on without a connection; values set before it are kept
 *   each cycle: rv_poll_changes, rv_set_..., and rv_flush with RV_SEND_MANUAL
 *   rv_stop               where the last values matter
 *   rv_destroy
 *
 * A server with one signal in each direction:
 *
 *   rv_options options;
 *   rv_interface *iface = NULL;
 *   rv_change changes[64];
 *   uint32_t sensor = 0, motor = 0;
 *   int32_t count, i;
 *
 *   rv_options_init(&options, sizeof options, RV_MODE_SERVER);
 *   options.port = 7000;
 *   if (rv_create(&options, &iface) < 0 ||
 *       rv_add_signal(iface, "Sensor", RV_KIND_BOOL, RV_DIRECTION_INPUT, &sensor) < 0 ||
 *       rv_add_signal(iface, "Motor", RV_KIND_FLOAT, RV_DIRECTION_OUTPUT, &motor) < 0 ||
 *       rv_start(iface) < 0) {
 *       char message[1025];
 *       rv_last_error(message, sizeof message, NULL);
 *       fprintf(stderr, "%s\n", message);
 *       rv_destroy(iface);
 *       return 1;
 *   }
 *   while (simulating()) {
 *       count = rv_poll_changes(iface, changes, 64);
 *       for (i = 0; i < count; i++)
 *           if (changes[i].signal == motor)
 *               drive(changes[i].number);
 *       rv_set_bool(iface, sensor, part_is_at_sensor());
 *       step();
 *   }
 *   rv_stop(iface, 1000);
 *   rv_destroy(iface);
 *
 * A client that takes over the signals of that server and writes Motor, with most errors left out:
 *
 *   rv_options options;
 *   rv_interface *iface = NULL;
 *   rv_change changes[64];
 *   uint32_t motor = 0;
 *   int32_t count, i;
 *
 *   rv_options_init(&options, sizeof options, RV_MODE_CLIENT);
 *   options.port = 7000;
 *   options.own_perspective = RV_PERSPECTIVE_CONTROLLER;
 *   rv_create(&options, &iface);
 *   rv_start(iface);
 *   if (rv_wait_connected(iface, 5000) == RV_OK && rv_import(iface, 5000, NULL, 0) == RV_OK &&
 *       rv_find_signal(iface, "Motor", &motor) == RV_OK)
 *       rv_set_float(iface, motor, 12.5);
 *   while (controlling()) {
 *       count = rv_poll_changes(iface, changes, 64);
 *       for (i = 0; i < count; i++)
 *           take(changes[i].signal, changes[i].number);
 *       step();
 *   }
 *   rv_stop(iface, 1000);
 *   rv_destroy(iface);
 *
 *
 * POLLING
 *
 * rv_poll_changes gives each signal that peers have changed since the last poll, once, with its newest value and with
 * counters of what lay between: a pulse shorter than the program's cycle is seen in rise_count. The change log does not
 * grow with the number of updates, so polling seldom is no leak. rv_poll_event gives what happened (connections,
 * clients, completed requests), rv_poll_log what a person may want to read. A program with a cycle just polls; others
 * wait with rv_wait in a thread, or in an event loop with rv_event_fd (Unix) or rv_event_handle (Windows).
 *
 *
 * REQUESTS
 *
 * Some calls wait for an answer from the other side: rv_import, rv_config_get, rv_config_set and rv_test_connection.
 * Each has a form that ends in _begin, returns at once, and ends in an event, for programs that must not block:
 *
 *   blocks               returns at once            ends in                the event's text
 *   rv_import            rv_import_begin            RV_EVENT_IMPORT_DONE   what a person should know, a line each
 *   rv_config_get        rv_config_get_begin        RV_EVENT_CONFIG_DONE   the configuration as JSON
 *   rv_config_set        rv_config_set_begin        RV_EVENT_CONFIG_DONE   what the server says
 *   rv_test_connection   rv_test_connection_begin   RV_EVENT_TEST_DONE     what was measured
 *
 * The event's result is what the blocking form would return, and after a failure its text says why. Its token is the
 * one that the _begin form gave; rv_cancel gives the request up. The blocking forms on an interface leave such an event
 * too, with a token that the program does not know: ignore it. rv_import_result and rv_test_connection_result have the
 * reports in numbers.
 *
 * A server answers requests for its configuration by itself, with what rv_config_publish was given. Requests to change
 * it arrive as RV_EVENT_CONFIG_SET and are answered with rv_config_reply.
 *
 *
 * DELIVERY
 *
 * State converges: while connected, both ends hold the same value after the last change within a cycle and the link's
 * delay. Values in between may be skipped, a bool's pulse is not, and each value that is lost or refused has its
 * counter in rv_stats. What was set together with rv_set_values arrives together. A connection that comes back is
 * brought up to date in both directions; a value whose writer is lost has RV_QUALITY_STALE. A signal nobody has set is
 * RV_QUALITY_NEVER and is not sent, unless the host is its only writer.
 *
 * Where both sides write a signal, their values can cross: each is on its way while the other sets. The protocol has no
 * acknowledgement, so the library follows such a value with a ping, whose pong says that the peer has it. What the peer
 * sends of the signal until then is a crossing value: it may be older than ours, or ours sent back. Two ends of this
 * library settle on one of the two; towards other programs an echo or a repeat changes nothing, and a program that
 * insists on its value gets its way (see rv_stats.echoes and resends, and the option fence_grace_ms).
 *
 * A signal can have more than that, by fields of rv_signal_options:
 *
 *   fifo_depth    every change counts, as with codes from a scanner: each is sent, kept and polled by itself, in order.
 *                 A full queue drops its oldest entry, and says so
 *   failsafe      what the program sees some time after the connection to the signal's writer was lost, such as speed
 *                 0. It stays here, is flagged, and ends with the next value, or 2 s after that writer is back without a
 *                 new one: then the value before it stands again
 *   min_hold_ms   a bool's level lasts at least this long on the wire, so that a peer that looks every 20 ms sees a
 *                 pulse of 1 ms. The values of other signals do not wait for it
 *
 *
 * DIRECTION AND ACCESS
 *
 * A direction is the PLC's point of view: a PLCInput is written by the simulation and read by the PLC, a PLCOutput the
 * other way round. Access is the program's: what it may do. Setting a signal with RV_ACCESS_READ gives
 * RV_ERR_NOT_WRITABLE; a peer's value for one with RV_ACCESS_WRITE is refused and counted in rejected_direction, unless
 * the option accept_remote_writes is on.
 *
 * A signal that the program declares without an access:
 *
 *   own_perspective   direction   access
 *   SIMULATION        INPUT       WRITE
 *   SIMULATION        OUTPUT      READ
 *   CONTROLLER        INPUT       READ
 *   CONTROLLER        OUTPUT      WRITE
 *   any               AUTO        a pattern or default_direction decides the direction, and then as above
 *
 * A signal that an import creates, by the type in the peer's answer:
 *
 *   type in answer    import_direction   direction here   access if peer_perspective is
 *                                                         UNKNOWN      SIMULATION   CONTROLLER
 *   PLCInput...       INVERT             OUTPUT           READ_WRITE   READ         WRITE
 *   PLCInput...       KEEP               INPUT            READ_WRITE   READ         WRITE
 *   PLCOutput...      INVERT             INPUT            READ_WRITE   WRITE        READ
 *   PLCOutput...      KEEP               OUTPUT           READ_WRITE   WRITE        READ
 *   Bool, Int, ...    any                none             READ_WRITE   by default_direction, as declared
 *   Bool, Int, ...    any                of a pattern     as declared with that direction
 *
 * For example, a PLC gateway offers {"Start": PLCInputBool, "Speed": PLCOutputFloat}: from its point of view it reads
 * Start and writes Speed. With the defaults (INVERT, peer unknown) the import makes Start an OUTPUT and Speed an INPUT
 * here, both READ_WRITE. If the program states peer_perspective CONTROLLER, which the gateway is, Start is WRITE and
 * Speed READ: rv_set_bool on Start works, and rv_set_float on Speed gives RV_ERR_NOT_WRITABLE.
 *
 * With READ_WRITE whoever writes, transmits; when both write at the same time, both ends settle on one of the values.
 * Access is part of an import's result: a program that stores imported signals stores their access too.
 *
 * A type that this side declared or got appears in the catalogue that peers get: as it is with RV_CATALOG_KEEP, the
 * other way round with RV_CATALOG_INVERT, without direction with RV_CATALOG_NEUTRAL.
 *
 *
 * SIGNAL LISTS
 *
 * rv_load_signals declares what a file lists, rv_save_signals writes such a file: realvirtual's exchange file, or CSV
 * with the same names in its first line.
 *
 *   {"Signals": [{"Name": "Part at sensor", "Symbolname": "Cell.bSensor", "Comment": "light barrier",
 *                 "Type": "BOOL", "Direction": "INPUT", "Folder": "Cell/Conveyor"}]}
 *
 * Symbolname is the signal's name here and on the wire, Name what people read; where one is empty the other stands for
 * both. Type is BOOL, INT, FLOAT or TEXT. Direction is INPUT, OUTPUT, or empty for RV_DIRECTION_AUTO. Other members
 * and columns are ignored. CSV may be separated by commas, semicolons or tabs; it is written with commas. Values,
 * access, FIFOs and fail-safe values are not part of a list.
 *
 *
 * OPTIONS
 *
 * Every field of rv_options with its default; (c) is for clients, (s) for servers. The fields' own comments say more.
 *
 *   mode                      -                   RV_MODE_CLIENT or RV_MODE_SERVER, from rv_options_init
 *   address                   "127.0.0.1"         (c) the server's address or name; (s) the address to listen on
 *   port                      1234                TCP port; (s) 0 = any free one
 *   path                      NULL                (c) path and query of the URL, NULL = "/"; (s) the only path served
 *   client_name               "realvirtual-ws"    (c) the name it gives itself
 *   own_perspective           1                   RV_PERSPECTIVE_SIMULATION: the side this program stands on
 *   peer_perspective          0                   RV_PERSPECTIVE_UNKNOWN: the side the peer stands on, if known
 *   import_direction          0                   RV_IMPORT_INVERT: what an import does with directions
 *   catalog_direction         0                   RV_CATALOG_KEEP: directions in the catalogue for peers
 *   default_direction         1                   RV_DIRECTION_INPUT: where nothing else decides
 *   send_mode                 0                   RV_SEND_CYCLE: when changed values go out
 *   input_patterns            NULL                list of substrings of names that mean INPUT
 *   output_patterns           NULL                list of substrings of names that mean OUTPUT
 *   update_cycle_ms           10                  the cycle of RV_SEND_CYCLE
 *   reconnect_interval_ms     2000                (c) time between attempts, +-10 %
 *   reconnect_backoff_max_ms  0                   (c) the interval doubles up to this; 0 = fixed
 *   max_reconnect_attempts    -1                  (c) attempts before giving up; -1 = unlimited
 *   connect_timeout_ms        10000               (c) time for one attempt
 *   ping_interval_ms          5000                time between keep-alive pings; 0 = none
 *   peer_timeout_ms           15000               silence after which a peer is dead that answered pings; 0 = never
 *   heartbeat_ms              1000                an empty message after this long without values; 0 = never
 *   fence_grace_ms            100                 how much longer crossing values of other programs are looked for
 *   resync_wait_ms            500                 (c) wait for the server's state after a connect
 *   first_state_wait_ms       250                 (s) wait for a client's first message before it gets the state
 *   max_clients               512                 (s) connected clients
 *   max_clients_per_address   64                  (s) connected clients from one address
 *   max_message_bytes         0                   largest message; 0 = (s) 4 MiB, (c) 64 MiB
 *   max_signals               100000              signals in all
 *   handshake_timeout_ms      5000                (s) time for TLS and HTTP upgrade
 *   max_pending_handshakes    64                  (s) connections still in their handshake
 *   max_data_frame_bytes      0                   split larger messages with values; 0 = never
 *   use_patterns              0                   use the patterns
 *   only_transmit_changed     1                   0 = every cycle carries every signal the host has set
 *   relay                     1                   (s) pass a client's values on to the others
 *   accept_remote_writes      0                   apply peers' values even to signals with RV_ACCESS_WRITE
 *   auto_import               0                   create signals from a catalogue that was not asked for
 *   strict_types              0                   refuse values that lose something when converted
 *   auto_reconnect            1                   (c) connect again when the connection is lost or cannot be made
 *   allow_anonymous_network   0                   (s) listen beyond this machine although nothing authenticates clients
 *   tls                       0                   wss://; (s) with tls_certificate_file and tls_key_file
 *   tls_insecure_skip_verify  0                   (c) accept any certificate
 *   debug                     0                   log every frame
 *   catalog_push              0                   a fresh catalogue to peers that asked, when signals were added
 *   raw_events                0                   messages of unknown types become events
 *   log_to_stderr             0                   write the log to standard error, too (also: RV_LOG=info)
 *   tls_ca_file               NULL                (c) PEM file of further authorities
 *   tls_pin                   NULL                (c) SHA-256 of the server's public key, hexadecimal or Base64
 *   allowed_origins           NULL                (s) list of web pages that may connect, "*" = any; NULL = none
 *   allowed_hosts             NULL                (s) list of further names that may stand in Host
 *   prefix_collisions         0                   (s) clients' signals that collide: keep the later one as client/name
 *   tls_certificate_file      NULL                PEM file of this side's certificate, and those that lead to its CA
 *   tls_key_file              NULL                PEM file of its private key
 *   tls_client_ca_file        NULL                (s) PEM file of authorities: clients must show a certificate of one
 *   access_token              NULL                (s) clients must present it; (c) the one that it presents
 *   user                      NULL                (s) clients may present it and password instead; (c) what it presents
 *   password                  NULL                see user
 *   trusted_proxies           NULL                (s) list of addresses and networks of proxies that tell a client's own
 *   token_transport           0                   (c) RV_TOKEN_AUTO: how it presents the token
 *   allow_plain_credentials   0                   (c) present them without TLS to another machine, too
 */

#ifndef REALVIRTUAL_WS_H
#define REALVIRTUAL_WS_H

#include <stddef.h>
#include <stdint.h>

/* Define RV_STATIC before including this file when you link the static library on Windows. */
#if defined(_WIN32) && !defined(RV_STATIC)
#define RV_API __declspec(dllimport)
#else
#define RV_API
#endif


/**
 * The version of this binary interface. It changes only when something that exists changes its meaning or its
 * layout; what is merely added keeps it.
 */
#define RV_ABI_VERSION 1

/**
 * The first number of the library's version.
 */
#define RV_VERSION_MAJOR 0

/**
 * The second number of the library's version.
 */
#define RV_VERSION_MINOR 1

/**
 * The third number of the library's version.
 */
#define RV_VERSION_PATCH 0

/**
 * What functions return: 0 or more is success (often a count), less than 0 is one of these. A code never changes its
 * meaning and is never used again; later versions may return new ones, so treat an unknown negative number as a
 * failure.
 */
enum rv_result
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Success.
     */
    RV_OK = 0,
    /**
     * The handle is NULL, stale, destroyed or forged.
     */
    RV_ERR_HANDLE = -1,
    /**
     * A pointer that must not be NULL is NULL.
     */
    RV_ERR_NULL = -2,
    /**
     * An argument or an option is out of its range.
     */
    RV_ERR_ARGUMENT = -3,
    /**
     * A string is not UTF-8.
     */
    RV_ERR_UTF8 = -4,
    /**
     * The buffer is too small; `required` tells the size.
     */
    RV_ERR_BUFFER = -5,
    /**
     * `struct_size` is smaller than any version of the struct ever was.
     */
    RV_ERR_STRUCT_SIZE = -6,
    /**
     * A defect in the library; the interface is faulted, the host lives.
     */
    RV_ERR_PANIC = -7,
    /**
     * The process was forked after the library was used; the child must not use it.
     */
    RV_ERR_FORKED = -8,
    /**
     * Not available on this platform or in this mode.
     */
    RV_ERR_UNSUPPORTED = -9,
    /**
     * Not possible in the interface's present state.
     */
    RV_ERR_STATE = -10,
    /**
     * The time ran out.
     */
    RV_ERR_TIMEOUT = -11,
    /**
     * Cancelled by the host.
     */
    RV_ERR_CANCELLED = -12,
    /**
     * A limit would be exceeded.
     */
    RV_ERR_LIMIT = -13,
    /**
     * The operating system refused a resource.
     */
    RV_ERR_SYSTEM = -14,
    /**
     * No signal, client or token of that name or number.
     */
    RV_ERR_NOT_FOUND = -20,
    /**
     * A signal of that name exists with another declaration.
     */
    RV_ERR_EXISTS = -21,
    /**
     * The signal is of another kind.
     */
    RV_ERR_KIND = -22,
    /**
     * The signal's access is READ: peers write it.
     */
    RV_ERR_NOT_WRITABLE = -23,
    /**
     * NaN and the infinities cannot be sent.
     */
    RV_ERR_NOT_FINITE = -24,
    /**
     * The name is empty, too long, or holds a NUL.
     */
    RV_ERR_NAME = -25,
    /**
     * The text is too long.
     */
    RV_ERR_TEXT = -26,
    /**
     * A file cannot be read or written.
     */
    RV_ERR_FILE = -27,
    /**
     * A file is not what it should be; the message tells the line.
     */
    RV_ERR_FORMAT = -28,
    /**
     * Another program listens on that port.
     */
    RV_ERR_PORT_IN_USE = -40,
    /**
     * The address is malformed, or is none of this machine's.
     */
    RV_ERR_ADDRESS = -41,
    /**
     * The host name does not resolve.
     */
    RV_ERR_RESOLVE = -42,
    /**
     * Nothing listens there.
     */
    RV_ERR_REFUSED = -43,
    /**
     * No route, or no answer.
     */
    RV_ERR_UNREACHABLE = -44,
    /**
     * The connection broke.
     */
    RV_ERR_CONNECTION = -45,
    /**
     * The other side answered, but not as a WebSocket server.
     */
    RV_ERR_HANDSHAKE = -46,
    /**
     * TLS could not be set up.
     */
    RV_ERR_TLS = -47,
    /**
     * The server's certificate is not trusted here, or ours not by the server.
     */
    RV_ERR_CERTIFICATE = -48,
    /**
     * There is no connection.
     */
    RV_ERR_NOT_CONNECTED = -49,
    /**
     * Listening beyond this machine without any authentication was not allowed.
     */
    RV_ERR_INSECURE_BIND = -50,
    /**
     * The server refused us (HTTP 401, 403 or 429).
     */
    RV_ERR_DENIED = -51,
    /**
     * The operating system does not let this user have that port.
     */
    RV_ERR_PERMISSION = -52,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_result rv_result;
#else
typedef int32_t rv_result;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Server or client.
 */
enum rv_mode
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Connects to a server.
     */
    RV_MODE_CLIENT = 0,
    /**
     * Listens for clients.
     */
    RV_MODE_SERVER = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_mode rv_mode;
#else
typedef uint32_t rv_mode;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * When changed values go out.
 */
enum rv_send_mode
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Every `update_cycle_ms`.
     */
    RV_SEND_CYCLE = 0,
    /**
     * As soon as something changes; what changes meanwhile is gathered.
     */
    RV_SEND_ON_CHANGE = 1,
    /**
     * Only on `rv_flush`. Until then no peer sees what is set, whatever it asks for, and then it sees all of it.
     */
    RV_SEND_MANUAL = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_send_mode rv_send_mode;
#else
typedef uint32_t rv_send_mode;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The kind of value that a signal holds. It never changes once the signal is declared.
 */
enum rv_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * 0 or 1.
     */
    RV_KIND_BOOL = 1,
    /**
     * A 64-bit signed integer.
     */
    RV_KIND_INT = 2,
    /**
     * A finite 64-bit floating point number.
     */
    RV_KIND_FLOAT = 3,
    /**
     * UTF-8 text of at most 65536 bytes without NUL.
     */
    RV_KIND_TEXT = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_kind rv_kind;
#else
typedef uint32_t rv_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * A signal's direction, from the PLC's point of view. The table at the top says who writes what.
 */
enum rv_direction
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * As input: decided by the patterns, then by `default_direction`. As output: the signal has no direction.
     */
    RV_DIRECTION_AUTO = 0,
    /**
     * `PLCInput`: the PLC reads it, the simulation writes it.
     */
    RV_DIRECTION_INPUT = 1,
    /**
     * `PLCOutput`: the PLC writes it, the simulation reads it.
     */
    RV_DIRECTION_OUTPUT = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_direction rv_direction;
#else
typedef uint32_t rv_direction;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What the host may do with a signal.
 */
enum rv_access
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Decided by direction and perspective.
     */
    RV_ACCESS_DEFAULT = 0,
    /**
     * Peers write it, the host reads it.
     */
    RV_ACCESS_READ = 1,
    /**
     * The host writes it; values from peers are refused.
     */
    RV_ACCESS_WRITE = 2,
    /**
     * Both write it.
     */
    RV_ACCESS_READ_WRITE = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_access rv_access;
#else
typedef uint32_t rv_access;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Which side of the PLC's interface a program stands on.
 */
enum rv_perspective
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Not stated. Only for the peer's.
     */
    RV_PERSPECTIVE_UNKNOWN = 0,
    /**
     * The digital twin: writes `PLCInput`, reads `PLCOutput`.
     */
    RV_PERSPECTIVE_SIMULATION = 1,
    /**
     * The controller or its gateway: writes `PLCOutput`, reads `PLCInput`.
     */
    RV_PERSPECTIVE_CONTROLLER = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_perspective rv_perspective;
#else
typedef uint32_t rv_perspective;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What import does with the direction in a peer's types.
 */
enum rv_import_direction
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Inverts it, as the protocol's document says.
     */
    RV_IMPORT_INVERT = 0,
    /**
     * Keeps it, for peers that already speak of our direction.
     */
    RV_IMPORT_KEEP = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_import_direction rv_import_direction;
#else
typedef uint32_t rv_import_direction;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How directions appear in the catalogue that peers get.
 */
enum rv_catalog_direction
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * As declared.
     */
    RV_CATALOG_KEEP = 0,
    /**
     * Inverted.
     */
    RV_CATALOG_INVERT = 1,
    /**
     * Without direction.
     */
    RV_CATALOG_NEUTRAL = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_catalog_direction rv_catalog_direction;
#else
typedef uint32_t rv_catalog_direction;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How a client presents its token.
 */
enum rv_token_transport
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * `Authorization: Bearer`.
     */
    RV_TOKEN_AUTO = 0,
    /**
     * `X-API-Key`.
     */
    RV_TOKEN_X_API_KEY = 1,
    /**
     * `?token=` behind the path. Servers and proxies write paths into their logs: take another where there is one.
     */
    RV_TOKEN_QUERY = 2,
    /**
     * The subprotocol `rv.token.` with the token in base64url, beside `rv.v2`.
     */
    RV_TOKEN_SUBPROTOCOL = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_token_transport rv_token_transport;
#else
typedef uint32_t rv_token_transport;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How a signal list is written.
 */
enum rv_list_format
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * CSV for a file whose name ends in `.csv`, otherwise the exchange file.
     */
    RV_LIST_AUTO = 0,
    /**
     * realvirtual's exchange file, a JSON object.
     */
    RV_LIST_JSON = 1,
    /**
     * A header line, then a line for each signal.
     */
    RV_LIST_CSV = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_list_format rv_list_format;
#else
typedef uint32_t rv_list_format;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What people read of a signal.
 */
enum rv_note
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Its comment.
     */
    RV_NOTE_COMMENT = 1,
    /**
     * The group it stands in, with `/` between levels.
     */
    RV_NOTE_FOLDER = 2,
    /**
     * What stands in the place of its name.
     */
    RV_NOTE_DISPLAY_NAME = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_note rv_note;
#else
typedef uint32_t rv_note;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What an interface is doing.
 */
enum rv_state
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Not started, or stopped.
     */
    RV_STATE_STOPPED = 0,
    /**
     * Client: the first attempt is under way.
     */
    RV_STATE_CONNECTING = 1,
    /**
     * Client: connected.
     */
    RV_STATE_CONNECTED = 2,
    /**
     * Server: the port is open.
     */
    RV_STATE_LISTENING = 3,
    /**
     * Client: the connection was lost or could not be made, and is tried again.
     */
    RV_STATE_RECONNECTING = 4,
    /**
     * Given up; `rv_info` has the reason.
     */
    RV_STATE_FAILED = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_state rv_state;
#else
typedef uint32_t rv_state;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How far a signal's value can be trusted.
 */
enum rv_quality
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Nobody has set it yet; the value is the declared initial one.
     */
    RV_QUALITY_NEVER = 0,
    /**
     * Current, as far as the connection tells.
     */
    RV_QUALITY_GOOD = 1,
    /**
     * The connection to its last writer is lost.
     */
    RV_QUALITY_STALE = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_quality rv_quality;
#else
typedef uint32_t rv_quality;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Bits of `rv_change.flags`.
 */
enum rv_change_flag
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Entries of this signal's queue were lost.
     */
    RV_CHANGE_OVERFLOW = 1,
    /**
     * The capacity ended in the middle of what arrived together; the rest comes with the next poll.
     */
    RV_CHANGE_MORE = 2,
    /**
     * The value is the fail-safe one.
     */
    RV_CHANGE_FAILSAFE = 4,
    /**
     * An import has created the signal.
     */
    RV_CHANGE_IMPORTED = 8,
    /**
     * Only the quality changed.
     */
    RV_CHANGE_QUALITY = 16,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_change_flag rv_change_flag;
#else
typedef uint32_t rv_change_flag;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What happened.
 */
enum rv_event_type
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Client: connected to the server.
     */
    RV_EVENT_CONNECTED = 1,
    /**
     * Client: the connection is gone; `result` and the text say why.
     */
    RV_EVENT_DISCONNECTED = 2,
    /**
     * Server: a client has sent its first valid message; the text is its name and address.
     */
    RV_EVENT_CLIENT_JOINED = 3,
    /**
     * Server: a client that had joined has left; the text says who and why.
     */
    RV_EVENT_CLIENT_LEFT = 4,
    /**
     * An import is complete; `token` and `result` are its own, and the text has a line for each signal that was
     * refused or conflicts and each client that did not answer. `rv_import_result` has the numbers.
     */
    RV_EVENT_IMPORT_DONE = 5,
    /**
     * Server: a client asks for a configuration change; the text is the JSON. Answer it with `rv_config_reply` and
     * `token` within 5 seconds.
     */
    RV_EVENT_CONFIG_SET = 6,
    /**
     * A configuration request is complete; `token` and `result` are its own. The text is the JSON or the server's
     * message, or says what failed.
     */
    RV_EVENT_CONFIG_DONE = 7,
    /**
     * A connection test is complete; `result` is its own, and the text says what was measured or what failed.
     */
    RV_EVENT_TEST_DONE = 8,
    /**
     * The peer's catalogue of signals has changed: import again to see how.
     */
    RV_EVENT_CATALOG_CHANGED = 9,
    /**
     * The peer speaks another protocol, which the text names.
     */
    RV_EVENT_FOREIGN_PROTOCOL = 10,
    /**
     * A message of a type that the library does not know; the text is the JSON.
     */
    RV_EVENT_RAW = 11,
    /**
     * `rv_info.state` has changed.
     */
    RV_EVENT_STATE = 12,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_event_type rv_event_type;
#else
typedef uint32_t rv_event_type;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How much a log record matters.
 */
enum rv_log_level
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Something does not work.
     */
    RV_LOG_ERROR = 1,
    /**
     * Something works otherwise than one might think.
     */
    RV_LOG_WARN = 2,
    /**
     * What happens, in the large.
     */
    RV_LOG_INFO = 3,
    /**
     * Every frame; only with the option `debug`.
     */
    RV_LOG_DEBUG = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_log_level rv_log_level;
#else
typedef uint32_t rv_log_level;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * One server or client. The pointer is only a number: never read through it.
 */
typedef struct rv_interface rv_interface;

/**
 * Everything that can be chosen for an interface. `rv_options_init` fills in the defaults of the table at the top.
 *
 * Strings may be NULL, which is their default. Lists are one string with an entry on each line. Times are in
 * milliseconds. Booleans are 0 or 1. Reserved fields are 0.
 */
typedef struct rv_options {
    /**
     * `sizeof(rv_options)`.
     */
    uint32_t struct_size;
    /**
     * Server or client.
     */
    rv_mode mode;
    /**
     * Server: the IP address to listen on. Client: the server's address or host name.
     */
    const char *address;
    /**
     * TCP port. A server may use 0 to get a free one, which `rv_get_info` tells.
     */
    uint16_t port;
    uint16_t reserved0;
    uint32_t reserved1;
    /**
     * Client: the URL's path and query. Server: if set, other paths get HTTP 404.
     */
    const char *path;
    /**
     * Client: the name it gives itself.
     */
    const char *client_name;
    /**
     * The side that this program stands on; decides the access of declared signals.
     */
    rv_perspective own_perspective;
    /**
     * The side the peer stands on, if known; gives imported signals strict access.
     */
    rv_perspective peer_perspective;
    /**
     * What import does with the peer's directions.
     */
    rv_import_direction import_direction;
    /**
     * How directions appear in the catalogue that peers get.
     */
    rv_catalog_direction catalog_direction;
    /**
     * Direction of a signal that has none and that no pattern matches; not `RV_DIRECTION_AUTO`.
     */
    rv_direction default_direction;
    /**
     * When changed values go out.
     */
    rv_send_mode send_mode;
    /**
     * List: substrings of names that mark a signal as `RV_DIRECTION_INPUT`.
     */
    const char *input_patterns;
    /**
     * List: substrings of names that mark a signal as `RV_DIRECTION_OUTPUT`.
     */
    const char *output_patterns;
    /**
     * The cycle of `RV_SEND_CYCLE`, 1 to 3600000.
     */
    uint32_t update_cycle_ms;
    /**
     * Client: time between attempts to connect, +-10 %. Towards a server that refuses this client (HTTP 401, 403, 429) it
     * doubles up to a minute.
     */
    uint32_t reconnect_interval_ms;
    /**
     * Client: the interval doubles up to this; 0 = it stays fixed.
     */
    uint32_t reconnect_backoff_max_ms;
    /**
     * Client: attempts before giving up; -1 = unlimited.
     */
    int32_t max_reconnect_attempts;
    /**
     * Client: time for one attempt, from looking the name up to the WebSocket handshake.
     */
    uint32_t connect_timeout_ms;
    /**
     * Time between keep-alive pings; 0 = none.
     */
    uint32_t ping_interval_ms;
    /**
     * A peer that has answered a ping before is dead after this long without a byte; 0, or no pings = never. Not
     * shorter than `ping_interval_ms`.
     */
    uint32_t peer_timeout_ms;
    /**
     * A peer that has got no values for this long gets an empty message; 0 = never.
     */
    uint32_t heartbeat_ms;
    /**
     * How much longer a peer that is not this library may take until its values no longer count as crossing ours.
     */
    uint32_t fence_grace_ms;
    /**
     * Client: how long signals that both sides write wait for the server's state after a connect.
     */
    uint32_t resync_wait_ms;
    /**
     * Server: how long a new client may stay silent before it gets the whole state.
     */
    uint32_t first_state_wait_ms;
    /**
     * Server: connected clients in all; the next one gets HTTP 503.
     */
    uint32_t max_clients;
    /**
     * Server: connected clients from one address (of IPv6: from one /64), when listening beyond this machine or through a
     * trusted proxy.
     */
    uint32_t max_clients_per_address;
    /**
     * The largest message accepted, in bytes; 0 = 4 MiB for a server, 64 MiB for a client. A server holds 16 times
     * this and 64 MiB of all clients' unfinished messages together; a client that would exceed it is closed with 1013.
     */
    uint32_t max_message_bytes;
    /**
     * Signals in all, 1 to 10000000.
     */
    uint32_t max_signals;
    /**
     * Server: time for TLS and the HTTP upgrade together.
     */
    uint32_t handshake_timeout_ms;
    /**
     * Server: connections that are still in their handshake; for one more the oldest is cut, of the address that has most.
     */
    uint32_t max_pending_handshakes;
    /**
     * Larger messages with values are split into several of about this size; 0 = never. The values of one message
     * are applied together, those of several are not.
     */
    uint32_t max_data_frame_bytes;
    /**
     * Use the patterns.
     */
    uint8_t use_patterns;
    /**
     * Send only what changed. 0 = every cycle carries every signal that the host has set.
     */
    uint8_t only_transmit_changed;
    /**
     * Server: pass values that one client sent on to the others.
     */
    uint8_t relay;
    /**
     * Apply a peer's value even to a signal whose access is `RV_ACCESS_WRITE`.
     */
    uint8_t accept_remote_writes;
    /**
     * Create signals from a catalogue that was not asked for.
     */
    uint8_t auto_import;
    /**
     * Refuse received values that lose something when converted, such as 1.5 for an int.
     */
    uint8_t strict_types;
    /**
     * Client: connect again when the connection is lost or cannot be made.
     */
    uint8_t auto_reconnect;
    /**
     * Server: allow listening beyond this machine although nothing authenticates clients.
     */
    uint8_t allow_anonymous_network;
    /**
     * Speak TLS (`wss://`). A server then needs `tls_certificate_file` and `tls_key_file`.
     */
    uint8_t tls;
    /**
     * Client: accept any certificate. Nothing then protects against an attacker in between.
     */
    uint8_t tls_insecure_skip_verify;
    /**
     * Log every frame.
     */
    uint8_t debug;
    /**
     * Peers that asked for the catalogue get a fresh one when signals were added.
     */
    uint8_t catalog_push;
    /**
     * Messages of unknown types become events `RV_EVENT_RAW`.
     */
    uint8_t raw_events;
    /**
     * Write the log to standard error, too. The environment variable `RV_LOG` (`error`, `warn`, `info`, `debug`) does
     * so for every interface.
     */
    uint8_t log_to_stderr;
    uint8_t reserved3[2];
    /**
     * Client: a PEM file with authorities to trust besides the platform's.
     */
    const char *tls_ca_file;
    /**
     * Client: the SHA-256 of the server's public key (SubjectPublicKeyInfo), as hexadecimal digits or Base64: a server
     * with another key is refused, whoever vouches for it; NULL = none.
     */
    const char *tls_pin;
    /**
     * Server, list: web pages that may connect, exactly as in `Origin`: scheme, host and port, such as
     * `https://viewer.example`; "*" = any.
     */
    const char *allowed_origins;
    /**
     * Server, list: names that may stand in `Host`, besides IP addresses, `localhost` and this machine's name.
     */
    const char *allowed_hosts;
    /**
     * Server: when two clients bring signals of one name that differ in kind or direction, keep the later one as
     * `client/name`, with the name that its client gave itself; that client goes on calling it `name`. 0 = the first
     * one stands, and the other is reported as a conflict.
     */
    uint8_t prefix_collisions;
    uint8_t reserved4[7];
    /**
     * A PEM file with the certificate that this side shows, followed by those that lead to its authority. A server
     * needs one for TLS; a client for servers that ask for it. Needs `tls_key_file`.
     */
    const char *tls_certificate_file;
    /**
     * A PEM file with the private key of that certificate, not encrypted.
     */
    const char *tls_key_file;
    /**
     * Server: a PEM file with authorities; clients must show a certificate of one of them. NULL = clients need none.
     */
    const char *tls_client_ca_file;
    /**
     * Server: clients must present this token, and may do everything with it; see `rv_add_token` for more of them and
     * for roles. Client: the token that it presents. Visible ASCII; NULL = none; "" is an error.
     */
    const char *access_token;
    /**
     * Server: clients may present this user and `password` (HTTP Basic) instead of a token. Client: the user that it
     * presents. NULL = none.
     */
    const char *user;
    /**
     * See `user`.
     */
    const char *password;
    /**
     * Server, list: addresses and networks (`10.0.0.0/8`) of proxies. The address of a client that these tell in
     * `X-Forwarded-For`, or else in `Forwarded`, is the one that counts for limits, wrong tokens and the log; where
     * it cannot be read, that of the proxy is. A proxy must set that header itself, or take away what a client sent.
     */
    const char *trusted_proxies;
    /**
     * Client: how it presents the token.
     */
    rv_token_transport token_transport;
    /**
     * Client: 1 = present token or password without TLS to another machine, too.
     */
    uint8_t allow_plain_credentials;
    uint8_t reserved5[3];
} rv_options;

/**
 * What an interface is doing.
 */
typedef struct rv_info {
    /**
     * An `rv_mode`.
     */
    uint32_t mode;
    /**
     * An `rv_state`.
     */
    uint32_t state;
    /**
     * The TCP port: a server's real one, also when the option was 0.
     */
    uint32_t port;
    /**
     * Server: connected clients. Client: 1 while connected, else 0.
     */
    uint32_t clients;
    /**
     * Number of signals.
     */
    uint32_t signals;
    /**
     * The `rv_result` of the last failure of the connection or the listener, `RV_OK` if there was none.
     */
    int32_t last_error;
    /**
     * Client: attempts since the last stable connection.
     */
    uint32_t reconnect_attempts;
    /**
     * Server: the id of the client that connected last, or 0.
     */
    uint32_t last_client;
} rv_info;

/**
 * What an interface has counted since it was created. Every value that was lost or refused is in one of these.
 */
typedef struct rv_stats {
    /**
     * Messages received.
     */
    uint64_t frames_in;
    /**
     * Messages sent.
     */
    uint64_t frames_out;
    /**
     * Bytes of messages received.
     */
    uint64_t bytes_in;
    /**
     * Bytes of messages sent.
     */
    uint64_t bytes_out;
    /**
     * Values received for signals that exist, and that fit them; `unknown_signal` and `rejected_type` are the others.
     * Each has changed a signal, or is counted in `echoes` or `rejected_direction`.
     */
    uint64_t values_in;
    /**
     * Values handed to connections.
     */
    uint64_t values_out;
    /**
     * Received values that changed a signal.
     */
    uint64_t changes;
    /**
     * Values that a newer one replaced before they were sent, or before they were polled.
     */
    uint64_t coalesced;
    /**
     * Bool pulses that were set but not sent: rises made minus rises sent.
     */
    uint64_t pulses_collapsed;
    /**
     * Entries that a signal's full queue dropped.
     */
    uint64_t queue_overflow;
    /**
     * Received values for names that are no signal.
     */
    uint64_t unknown_signal;
    /**
     * Received values that do not fit their signal's kind.
     */
    uint64_t rejected_type;
    /**
     * Received values for signals that only the host writes.
     */
    uint64_t rejected_direction;
    /**
     * Received values that lost something when they were converted, such as 1.5 for an int.
     */
    uint64_t lossy;
    /**
     * Requests refused because the peer may not make them.
     */
    uint64_t denied;
    /**
     * Messages that are not what the protocol asks for.
     */
    uint64_t malformed;
    /**
     * Messages of unknown types.
     */
    uint64_t unknown_message;
    /**
     * Peers disconnected because they did not read.
     */
    uint64_t slow_peer_closed;
    /**
     * Connections made.
     */
    uint64_t connects;
    /**
     * Connections lost or closed.
     */
    uint64_t disconnects;
    /**
     * Server: connections refused before they became WebSockets.
     */
    uint64_t refused_connections;
    /**
     * Received values that told nothing new: equal to the present one, echoes of what was sent, repeats.
     */
    uint64_t echoes;
    /**
     * Values sent to correct a refused or converted one.
     */
    uint64_t corrections;
    /**
     * Values sent once more because both sides had written at the same time.
     */
    uint64_t resends;
    /**
     * Send cycles that ran.
     */
    uint64_t cycles;
    /**
     * Send cycles that were left out because the machine was late.
     */
    uint64_t cycles_skipped;
    /**
     * What all send cycles took together, in microseconds.
     */
    uint64_t cycle_us_total;
    /**
     * What the longest send cycle took, in microseconds.
     */
    uint64_t cycle_us_max;
    /**
     * Log records dropped because nobody polled them.
     */
    uint64_t log_dropped;
    /**
     * Events dropped because nobody polled them.
     */
    uint64_t events_dropped;
    /**
     * From the first set after a message went out to the next message: entry n counts times of 2^n up to 2^(n+1)
     * microseconds; the first also shorter, the last also longer.
     */
    uint64_t send_latency[24];
    /**
     * Clients closed because all of them together had sent too much of unfinished messages.
     */
    uint64_t crowded_closed;
} rv_stats;

/**
 * What a connection test found. The same in words is the text of `RV_EVENT_TEST_DONE`.
 */
typedef struct rv_connection_report {
    /**
     * Microseconds from the start of the test to the end of the WebSocket handshake: name, TCP, TLS and upgrade.
     */
    uint64_t connect_us;
    /**
     * Microseconds from a ping to its pong; 0 = the server does not answer pings, which many do not.
     */
    uint64_t round_trip_us;
    /**
     * 1 = the server is known to be this library.
     */
    uint8_t library;
    /**
     * 0.
     */
    uint8_t reserved[7];
} rv_connection_report;

/**
 * A value that goes in. Frozen.
 */
typedef struct rv_value {
    /**
     * The signal's id. Not looked at in `rv_signal_options`.
     */
    uint32_t signal;
    /**
     * An `rv_kind`; it says which of the fields below counts, and must be the signal's own.
     */
    uint32_t kind;
    /**
     * Bool (0 = false, anything else = true) and int.
     */
    int64_t integer;
    /**
     * Float.
     */
    double number;
    /**
     * Text: NUL-terminated UTF-8, copied before the call returns.
     */
    const char *text;
} rv_value;

/**
 * A signal with everything that can be said about it. Set it to zero, then `struct_size`, `name`, `kind`, and what
 * else is wanted.
 */
typedef struct rv_signal_options {
    /**
     * `sizeof(rv_signal_options)`.
     */
    uint32_t struct_size;
    /**
     * What it holds.
     */
    rv_kind kind;
    /**
     * Its direction; 0 = by the patterns, then `default_direction`.
     */
    rv_direction direction;
    /**
     * What the host may do with it; 0 = by direction and perspective.
     */
    rv_access access;
    /**
     * Its name: 1 to 512 bytes of UTF-8, compared byte for byte.
     */
    const char *name;
    /**
     * For people; NULL = none.
     */
    const char *comment;
    /**
     * For people, to group signals; NULL = none.
     */
    const char *folder;
    /**
     * The value before anybody sets it. `kind` 0 = 0, 0.0 or ""; otherwise it is the signal's kind.
     */
    struct rv_value initial;
    /**
     * The value that the host sees `failsafe_after_ms` after the connection to the signal's writer was lost. It is
     * never sent, and its change carries `RV_CHANGE_FAILSAFE`. `kind` 0 = none.
     */
    struct rv_value failsafe;
    /**
     * See `failsafe`.
     */
    uint32_t failsafe_after_ms;
    /**
     * Every change is sent, kept and polled by itself, up to so many (at most 65536); 0 = the newest with counters.
     * When it is full the oldest goes, which `RV_CHANGE_OVERFLOW` and `rv_stats.queue_overflow` tell.
     */
    uint32_t fifo_depth;
    /**
     * Bool: how long a level lasts on the wire at least, for peers that sample; 0 = as set.
     */
    uint32_t min_hold_ms;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * What people read in the place of the name, when it differs; NULL = the name.
     */
    const char *display_name;
} rv_signal_options;

/**
 * What is known of a signal, besides its value.
 */
typedef struct rv_signal_info {
    /**
     * An `rv_kind`.
     */
    uint32_t kind;
    /**
     * An `rv_direction`; `RV_DIRECTION_AUTO` = the signal has none.
     */
    uint32_t direction;
    /**
     * An `rv_access`, never `RV_ACCESS_DEFAULT`. Store it with an imported signal and declare it with it next time.
     */
    uint32_t access;
    /**
     * An `rv_quality`.
     */
    uint32_t quality;
    /**
     * Server: the id of the client that wrote it last. Client: 1 = the server. 0 = this host.
     */
    uint32_t source;
    /**
     * 1 = an import created it.
     */
    uint8_t imported;
    /**
     * 0.
     */
    uint8_t reserved[3];
    /**
     * Microseconds since its writer has said it last, also if it said the same value again. Age shows how stale a
     * peer's value is; -1 = it is the host's own, which is never stale, or nobody has set it.
     */
    int64_t age_us;
} rv_signal_info;

/**
 * A signal's value and what became of it. 48 bytes, frozen.
 */
typedef struct rv_change {
    /**
     * The signal's id.
     */
    uint32_t signal;
    /**
     * An `rv_kind`.
     */
    uint8_t kind;
    /**
     * An `rv_quality`.
     */
    uint8_t quality;
    /**
     * Bits of `rv_change_flag`; ignore those you do not know.
     */
    uint16_t flags;
    /**
     * Bool (0 or 1), int, or a text's length in bytes without the NUL.
     */
    int64_t integer;
    /**
     * Float; also set for bool and int.
     */
    double number;
    /**
     * How often the value changed since it was last polled; stays at the largest number.
     */
    uint32_t change_count;
    /**
     * Bool: how many of these changes were from 0 to 1. A pulse that was shorter than the time between two polls has
     * `integer` 0 and `rise_count` 1.
     */
    uint32_t rise_count;
    /**
     * When it arrived, or when the quality changed, in microseconds of a monotonic clock that starts anywhere. 0 for a
     * value that the host has set: it knows when.
     */
    int64_t time_us;
    /**
     * Server: the id of the client it came from. Client: 1 = the server. 0 = this host: fail-safe, connection lost.
     */
    uint32_t source;
    /**
     * 0.
     */
    uint32_t reserved;
} rv_change;

/**
 * Something that happened. Frozen.
 */
typedef struct rv_event {
    /**
     * An `rv_event_type`; ignore those you do not know.
     */
    uint32_t type;
    /**
     * Server: the client's id, or 0.
     */
    uint32_t client;
    /**
     * The token of the call that this completes, or the one to answer with, or 0.
     */
    uint32_t token;
    /**
     * 0 or more, or an `rv_result` that says what failed.
     */
    int32_t result;
    /**
     * When it happened, on the clock of `rv_change.time_us`.
     */
    int64_t time_us;
    /**
     * The id of the signal that it is about, or 0.
     */
    uint32_t signal;
    /**
     * 0.
     */
    uint32_t reserved;
} rv_event;

/**
 * One entry of the log.
 */
typedef struct rv_log_record {
    /**
     * An `rv_log_level`.
     */
    uint32_t level;
    /**
     * Server: the id of the client it is about, or 0.
     */
    uint32_t client;
    /**
     * When it was written, on the clock of `rv_change.time_us`.
     */
    int64_t time_us;
} rv_log_record;

/**
 * What an import did, in numbers. It has no text: which signals were refused or conflict and why, and which clients
 * did not answer, is the text of `RV_EVENT_IMPORT_DONE`, a line for each of the first hundred.
 */
typedef struct rv_import_report {
    /**
     * Signals created.
     */
    uint32_t added;
    /**
     * Signals that existed and got a new value, direction or access.
     */
    uint32_t updated;
    /**
     * Signals that existed and are as the answer says.
     */
    uint32_t unchanged;
    /**
     * Signals that exist with another kind, or that another client brought with another direction; they stay as they
     * are. See the option `prefix_collisions`.
     */
    uint32_t conflicting;
    /**
     * Entries of the answer that cannot be signals, or are too many.
     */
    uint32_t refused;
    /**
     * Peers that answered.
     */
    uint32_t answered;
    /**
     * Peers that did not.
     */
    uint32_t unanswered;
    /**
     * 0.
     */
    uint32_t reserved;
} rv_import_report;

/**
 * What is known of a server's client, besides its name.
 */
typedef struct rv_client_info {
    /**
     * The client's id.
     */
    uint32_t id;
    /**
     * 1 = it is known to be this library.
     */
    uint8_t library;
    /**
     * 1 = it gets only the signals it has subscribed to.
     */
    uint8_t subscribed;
    /**
     * 0.
     */
    uint8_t reserved[2];
    /**
     * Microseconds since it connected.
     */
    uint64_t connected_us;
    /**
     * Messages received from it.
     */
    uint64_t frames_in;
    /**
     * Messages sent to it.
     */
    uint64_t frames_out;
    /**
     * Its address and port, NUL-terminated.
     */
    char address[64];
} rv_client_info;

/**
 * What the clients of one token or user may do. Set it to zero, then `struct_size` and what is allowed: whatever is
 * not, is not.
 *
 * `read` and `write` are lists with a pattern on each line: a signal's name, in which `*` stands for any characters and
 * `?` for one; every other character stands for itself. A signal that a client may not read does not exist for it, in
 * values, catalogue and snapshot; one that it may write and not read is written blind. A value that it may not write is
 * refused and counted in `rv_stats.denied`; it gets the true one back if it may read it.
 */
typedef struct rv_role {
    /**
     * `sizeof(rv_role)`.
     */
    uint32_t struct_size;
    /**
     * 1 = it may ask for the catalogue, of what it may read, and bring signals of its own, of what it may write.
     */
    uint8_t may_import;
    /**
     * 1 = it may read and set the configuration, and exchange messages of the host's own (`rv_send_raw`).
     */
    uint8_t may_config;
    /**
     * 0.
     */
    uint8_t reserved[2];
    /**
     * For the log; NULL = none.
     */
    const char *name;
    /**
     * List: signals that it may read; NULL = none.
     */
    const char *read;
    /**
     * List: signals that it may write; NULL = none.
     */
    const char *write;
} rv_role;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The `RV_ABI_VERSION` that the library was built with. A program that loads it at run time calls this first, and
 * uses nothing else when the number differs from its own header's. Never fails.
 */
RV_API
uint32_t rv_abi_version(void);

/**
 * The library's version, such as "0.1.0". The string lives as long as the library is loaded. Never fails.
 */
RV_API const char *rv_version(void);

/**
 * The name of a result, such as "RV_ERR_KIND"; "RV_OK" for 0 and more, "RV_ERR_UNKNOWN" for a number that is none.
 * The string lives as long as the library is loaded. Never fails.
 */
RV_API
const char *rv_result_name(int32_t result);

/**
 * Copies what the last failed call of the calling thread said: what happened, where, and what to do about it. The
 * text is empty when nothing has failed yet; a success does not clear it. At most 1024 bytes.
 *
 * Returns `RV_OK`, or `RV_ERR_BUFFER` with the size in `*required` (which, as everywhere, may be NULL, and counts
 * the NUL). Its own failures do not replace the text.
 */
RV_API
int32_t rv_last_error(char *buf,
                      size_t capacity,
                      size_t *required);

/**
 * How many interfaces exist in this process, other users' of the library included. For tests that look for leaks.
 */
RV_API
uint32_t rv_live_count(void);

/**
 * Stops and destroys every interface of the process, other users' of the library included. For the end of a
 * process, or before the library is unloaded; it need not be called.
 *
 * Each interface is stopped as by `rv_stop`, with `timeout_ms` for all of them together; when the time is up, the
 * others are destroyed without a flush. Blocks. All handles are invalid afterwards, and calls that wait in other
 * threads return `RV_ERR_HANDLE`.
 *
 * Returns `RV_OK`, or `RV_ERR_TIMEOUT` when something was not flushed in time.
 */
RV_API
int32_t rv_shutdown_all(uint32_t timeout_ms);

/**
 * Fills `*options` with the defaults of a client or a server. Pass `sizeof(rv_options)` as `struct_size`. The
 * strings in it belong to the library and live as long as it is loaded.
 *
 * Returns `RV_OK`, `RV_ERR_STRUCT_SIZE`, or `RV_ERR_ARGUMENT` for a `mode` that is none.
 */
RV_API int32_t rv_options_init(struct rv_options *options, uint32_t struct_size, rv_mode mode);

/**
 * Creates a server or a client. It does nothing on the network before `rv_start` (or `rv_import`). `*out` gets the
 * handle, or NULL; every handle ends with `rv_destroy`. The options are copied.
 *
 * Returns `RV_OK`; `RV_ERR_STRUCT_SIZE` when `struct_size` is none; `RV_ERR_ARGUMENT`, `RV_ERR_ADDRESS` or
 * `RV_ERR_UTF8`, naming the option; `RV_ERR_LIMIT` when there are too many interfaces.
 */
RV_API
int32_t rv_create(const struct rv_options *options,
                  struct rv_interface **out);

/**
 * Starts. A server has its port when this returns; a client has begun to connect (`rv_wait_connected`) and goes on
 * trying. Starting what is started does nothing. Blocks for a moment.
 *
 * Returns `RV_OK`. Server: `RV_ERR_PORT_IN_USE`, `RV_ERR_PERMISSION`, `RV_ERR_ADDRESS`, `RV_ERR_INSECURE_BIND`.
 * Both: `RV_ERR_TLS` when a certificate, a key or a pin cannot be used, `RV_ERR_SYSTEM`.
 */
RV_API
int32_t rv_start(struct rv_interface *iface);

/**
 * Reads the files of the options `tls_…` again. Connections that are made from now on use what they hold now; those that
 * stand stay as they are. Any thread, at any time; reads files, so it blocks for a moment.
 *
 * Returns `RV_OK`; `RV_ERR_TLS` when something in them cannot be used, and everything stays as it was; `RV_ERR_STATE`
 * when the option `tls` is 0.
 */
RV_API
int32_t rv_reload_tls(struct rv_interface *iface);

/**
 * Stops: sends what is due, closes the connections, and gives the port back, which is free when this returns. It
 * can be started again; signals and values stay. Stopping what is stopped does nothing.
 *
 * Blocks for at most `timeout_ms`; connections that are not through by then are dropped.
 *
 * Returns `RV_OK`, or `RV_ERR_TIMEOUT` when something was dropped (it is stopped all the same).
 */
RV_API
int32_t rv_stop(struct rv_interface *iface,
                uint32_t timeout_ms);

/**
 * Destroys an interface. From now on its handle is invalid; calls on it that wait in other threads return
 * `RV_ERR_HANDLE`. It sends nothing any more: call `rv_stop` first where the last values matter. Any thread, at any
 * time; returns within 500 ms.
 *
 * Returns `RV_OK`, or `RV_ERR_HANDLE`, also when another thread was first.
 */
RV_API
int32_t rv_destroy(struct rv_interface *iface);

/**
 * Waits until there is a connection. Server: until a client has sent its first valid message.
 *
 * Blocks for at most `timeout_ms`; 0 only asks.
 *
 * Returns `RV_OK`; `RV_ERR_TIMEOUT`, or the cause when an attempt to connect has failed meanwhile; `RV_ERR_STATE` when it is not started; a client that has given up returns why,
 * such as `RV_ERR_REFUSED` or `RV_ERR_CERTIFICATE`.
 */
RV_API
int32_t rv_wait_connected(struct rv_interface *iface,
                          uint32_t timeout_ms);

/**
 * Copies what the interface is doing to `*out`. Pass `sizeof(rv_info)` as `out_size`. Does not wait.
 *
 * Returns `RV_OK` or `RV_ERR_STRUCT_SIZE`.
 */
RV_API int32_t rv_get_info(struct rv_interface *iface, struct rv_info *out, uint32_t out_size);

/**
 * Copies what the interface has counted to `*out`. Pass `sizeof(rv_stats)` as `out_size`. Does not wait.
 *
 * Returns `RV_OK` or `RV_ERR_STRUCT_SIZE`.
 */
RV_API int32_t rv_get_stats(struct rv_interface *iface, struct rv_stats *out, uint32_t out_size);

/**
 * Tries whether a client with these options would reach its server: connects, measures one round trip of a ping, and
 * disconnects. No interface is needed. `out` NULL with `out_size` 0 leaves the report out; otherwise pass
 * `sizeof(rv_connection_report)`.
 *
 * Blocks for at most `timeout_ms`, and up to half a second more for a server that does not answer pings.
 *
 * Returns `RV_OK` when there was a connection. Otherwise why not, with what to do about it in `rv_last_error`:
 * `RV_ERR_TIMEOUT`, `RV_ERR_RESOLVE`, `RV_ERR_REFUSED`, `RV_ERR_UNREACHABLE`, `RV_ERR_CONNECTION`,
 * `RV_ERR_HANDSHAKE`, `RV_ERR_DENIED`, `RV_ERR_TLS` or `RV_ERR_CERTIFICATE`. `RV_ERR_UNSUPPORTED` for a server's
 * options; what `rv_create` returns; `RV_ERR_STRUCT_SIZE`.
 */
RV_API
int32_t rv_test_connection(const struct rv_options *options,
                           uint32_t timeout_ms,
                           struct rv_connection_report *out,
                           uint32_t out_size);

/**
 * Begins what `rv_test_connection` does and returns at once. `*out` gets the handle of an interface for this test
 * alone, or NULL: poll it for `RV_EVENT_TEST_DONE`, whose `result` is what `rv_test_connection` would return and
 * whose text says it in words, or call `rv_test_connection_result`, and then destroy it. Destroying it earlier gives
 * the test up.
 *
 * Returns `RV_OK`; `RV_ERR_UNSUPPORTED` for a server's options; what `rv_create` returns.
 */
RV_API
int32_t rv_test_connection_begin(const struct rv_options *options,
                                 uint32_t timeout_ms,
                                 struct rv_interface **out);

/**
 * Takes the result of a test that `rv_test_connection_begin` began. Pass `sizeof(rv_connection_report)` as `out_size`.
 * Does not wait, so it can be called in each cycle instead of looking for the event. A result is given once.
 *
 * Returns 1 when the test is complete and its report is in `*out`; 0 while it runs, and when its result was taken; the
 * test's own failure, as `rv_test_connection` would; `RV_ERR_STATE` for an interface that is no connection test;
 * `RV_ERR_STRUCT_SIZE`.
 */
RV_API
int32_t rv_test_connection_result(struct rv_interface *iface,
                                  struct rv_connection_report *out,
                                  uint32_t out_size);

/**
 * Declares a signal and gives its id: the next number, from 0, which never changes. Its access follows from the
 * direction and the option `own_perspective`. Signals can be added at any time; with the option
 * `catalog_push`, peers that asked for the catalogue get the new one.
 *
 * Declaring a signal once more in the same way gives the same id.
 *
 * Returns `RV_OK`; `RV_ERR_NAME` when the name is empty or longer than 512 bytes; `RV_ERR_EXISTS` when the name is
 * declared in another way; `RV_ERR_ARGUMENT` for a kind or direction that is none; `RV_ERR_LIMIT` beyond
 * `max_signals`.
 */
RV_API
int32_t rv_add_signal(struct rv_interface *iface,
                      const char *name,
                      rv_kind kind,
                      rv_direction direction,
                      uint32_t *id);

/**
 * As `rv_add_signal`, with everything that can be said about a signal.
 *
 * Returns what `rv_add_signal` returns, and: `RV_ERR_STRUCT_SIZE`; `RV_ERR_KIND` when `initial` is of another kind;
 * `RV_ERR_KIND` also for a `failsafe` of another kind, or `min_hold_ms` of a signal that is no bool or has a FIFO;
 * `RV_ERR_NOT_FINITE` and `RV_ERR_TEXT` for a value that no signal can hold; `RV_ERR_LIMIT` for a deeper FIFO.
 */
RV_API
int32_t rv_add_signal_with(struct rv_interface *iface,
                           const struct rv_signal_options *options,
                           uint32_t *id);

/**
 * Finds a signal's id by its name. Case matters.
 *
 * Returns `RV_OK` or `RV_ERR_NOT_FOUND`.
 */
RV_API int32_t rv_find_signal(struct rv_interface *iface, const char *name, uint32_t *id);

/**
 * Returns the number of signals; the ids are 0 up to one less.
 */
RV_API int32_t rv_signal_count(struct rv_interface *iface);

/**
 * Copies what is known of a signal to `*out`. Pass `sizeof(rv_signal_info)` as `out_size`.
 *
 * Returns `RV_OK`, `RV_ERR_NOT_FOUND` for an id that is none, or `RV_ERR_STRUCT_SIZE`.
 */
RV_API
int32_t rv_get_signal_info(struct rv_interface *iface,
                           uint32_t id,
                           struct rv_signal_info *out,
                           uint32_t out_size);

/**
 * Copies a signal's name. 513 bytes are always enough.
 *
 * Returns `RV_OK`, `RV_ERR_NOT_FOUND`, or `RV_ERR_BUFFER` with the size in `*required`.
 */
RV_API
int32_t rv_get_signal_name(struct rv_interface *iface,
                           uint32_t id,
                           char *buf,
                           size_t capacity,
                           size_t *required);

/**
 * Changes what the host may do with a signal; `RV_ACCESS_DEFAULT` = by its direction and the perspectives.
 *
 * Returns `RV_OK`, `RV_ERR_NOT_FOUND`, or `RV_ERR_ARGUMENT` for an access that is none.
 */
RV_API int32_t rv_set_access(struct rv_interface *iface, uint32_t id, rv_access access);

/**
 * Sets a bool: 0 = false, anything else = true. It goes out with the next cycle, or as `send_mode` says; a value
 * that is equal to the current one is nothing new. A pulse (1, then 0 before the 1 was sent) is not lost: it goes
 * out in two messages.
 *
 * Setting never waits for the network, and allocates nothing once buffers have grown to what the signals need; a
 * signal with a FIFO keeps every value.
 *
 * Returns `RV_OK`, `RV_ERR_NOT_FOUND` for an id that is none, `RV_ERR_KIND` when the signal is no bool, or
 * `RV_ERR_NOT_WRITABLE` when its access is `RV_ACCESS_READ`.
 */
RV_API
int32_t rv_set_bool(struct rv_interface *iface,
                    uint32_t id,
                    uint8_t value);

/**
 * Sets an int. As `rv_set_bool`.
 */
RV_API int32_t rv_set_int(struct rv_interface *iface, uint32_t id, int64_t value);

/**
 * Sets a float. As `rv_set_bool`; also `RV_ERR_NOT_FINITE` for NaN and the infinities.
 */
RV_API int32_t rv_set_float(struct rv_interface *iface, uint32_t id, double value);

/**
 * Sets a float from a 32-bit one, by its shortest decimal form: 0.1f becomes 0.1 and travels as such, where
 * `rv_set_float` would be given 0.10000000149011612. As `rv_set_float`.
 */
RV_API int32_t rv_set_float32(struct rv_interface *iface, uint32_t id, float value);

/**
 * Sets a text, which is copied. As `rv_set_bool`; also `RV_ERR_TEXT` beyond 65536 bytes.
 */
RV_API int32_t rv_set_text(struct rv_interface *iface, uint32_t id, const char *value);

/**
 * Sets several signals together: all or, if one of them fails, none. They go out in one message, and no peer ever
 * sees half of them.
 *
 * Returns what the functions for single values return; the message names the index that failed.
 */
RV_API
int32_t rv_set_values(struct rv_interface *iface,
                      const struct rv_value *values,
                      uint32_t count);

/**
 * Copies a bool's current value, 0 or 1, to `*value`. Getting never waits for the network.
 *
 * Returns `RV_OK`, `RV_ERR_NOT_FOUND` for an id that is none, or `RV_ERR_KIND` when the signal is no bool.
 */
RV_API int32_t rv_get_bool(struct rv_interface *iface, uint32_t id, uint8_t *value);

/**
 * Copies an int's current value to `*value`. As `rv_get_bool`.
 */
RV_API int32_t rv_get_int(struct rv_interface *iface, uint32_t id, int64_t *value);

/**
 * Copies a float's current value to `*value`. As `rv_get_bool`.
 */
RV_API int32_t rv_get_float(struct rv_interface *iface, uint32_t id, double *value);

/**
 * Copies a text's current value. 65537 bytes are always enough. As `rv_get_bool`; also `RV_ERR_BUFFER` with the size
 * in `*required`.
 */
RV_API
int32_t rv_get_text(struct rv_interface *iface,
                    uint32_t id,
                    char *buf,
                    size_t capacity,
                    size_t *required);

/**
 * Copies the current values of `count` signals to `out`, in the order of `ids`, all of one moment. A record's counts
 * are 0: reading takes nothing away from polling. Texts come one by one with `rv_get_text`.
 *
 * Returns `RV_OK`, or `RV_ERR_NOT_FOUND` for an id that is none; then the contents of `out` mean nothing.
 */
RV_API
int32_t rv_get_values(struct rv_interface *iface,
                      const uint32_t *ids,
                      struct rv_change *out,
                      uint32_t count);

/**
 * Sends what is due now instead of with the next cycle. It starts the sending and does not wait for the network.
 *
 * With `RV_SEND_MANUAL` nothing goes out without it: peers see all that is set before this call, and nothing of what is
 * set after it, also where they connect, subscribe, import or are slow meanwhile. What takes several messages, a pulse
 * or a FIFO, follows by itself. `rv_get_...` shows at once what is set. A new value of a peer's that comes before the
 * flush overtakes what is set, as in the other modes.
 *
 * Returns `RV_OK`, also without a connection: then the values go out with the next one.
 */
RV_API
int32_t rv_flush(struct rv_interface *iface);

/**
 * Copies the signals that changed since the last poll, in the order of their first change: at most `capacity` of
 * them, one record for a signal. Only what comes from outside (peers, imports, lost connections) is reported, not
 * the host's own sets. There is one change log, and so one place to poll it from.
 *
 * With a capacity of at least `rv_signal_count`, values that arrived in one message are never torn apart; with less,
 * `RV_CHANGE_MORE` says so. Waits for nothing and allocates nothing.
 *
 * Returns the number of records, 0 when nothing has changed.
 */
RV_API
int32_t rv_poll_changes(struct rv_interface *iface,
                        struct rv_change *out,
                        uint32_t capacity);

/**
 * Copies the text of record number `record`, from 0, of the last `rv_poll_changes`, as it was when the record was
 * made: of a signal with a FIFO, that entry's text. The next poll forgets it.
 *
 * Returns `RV_OK`; `RV_ERR_NOT_FOUND` when the last poll gave no such record; `RV_ERR_BUFFER` with the size in
 * `*required`.
 */
RV_API
int32_t rv_get_change_text(struct rv_interface *iface,
                           uint32_t record,
                           char *buf,
                           size_t capacity,
                           size_t *required);

/**
 * Takes the oldest event and copies it to `*out`, and what it says to `text`, which is never longer than the largest
 * message. `text` NULL, `capacity` 0 and `required` NULL together leave the text out. Events nobody takes are
 * dropped after a while, oldest first, and counted in `rv_stats.events_dropped`.
 *
 * Returns 1 for an event, 0 when there is none, or `RV_ERR_BUFFER` with the size in `*required`: the event stays.
 */
RV_API
int32_t rv_poll_event(struct rv_interface *iface,
                      struct rv_event *out,
                      char *text,
                      size_t capacity,
                      size_t *required);

/**
 * Takes the oldest log record and copies it to `*out`, and its text to `text`. Pass `sizeof(rv_log_record)` as
 * `out_size`. As `rv_poll_event`, with `rv_stats.log_dropped`.
 *
 * Returns 1 for a record, 0 when there is none, `RV_ERR_STRUCT_SIZE`, or `RV_ERR_BUFFER` with the size in
 * `*required`: the record stays.
 */
RV_API
int32_t rv_poll_log(struct rv_interface *iface,
                    struct rv_log_record *out,
                    uint32_t out_size,
                    char *text,
                    size_t capacity,
                    size_t *required);

/**
 * Waits until there is something to poll: a change or an event. Log records wake nobody.
 *
 * Blocks for at most `timeout_ms`; 0 only asks. For a thread of its own; a host with a cycle just polls.
 *
 * Returns 1 when there is something, 0 when the time is up.
 */
RV_API int32_t rv_wait(struct rv_interface *iface, uint32_t timeout_ms);

/**
 * Returns a file descriptor that is readable as long as there is a change or an event to poll, for `poll`, `select`,
 * `epoll` or an event loop. It belongs to the library: do not read from it, write to it or close it. `rv_destroy`
 * wakes who waits for it, and closes it.
 *
 * Returns `RV_ERR_UNSUPPORTED` on Windows, which has `rv_event_handle`; `RV_ERR_SYSTEM` when there are no more
 * descriptors.
 */
RV_API
int32_t rv_event_fd(struct rv_interface *iface);

/**
 * Gives the handle of an event that is set as long as there is a change or an event to poll, for
 * `WaitForSingleObject`, `WaitForMultipleObjects`, `RegisterWaitForSingleObject` or an event loop: `*out` is a
 * `HANDLE`, each time the same one. The event is reset by polling what there is (a manual-reset event). It belongs to
 * the library: do not set, reset or close it. `rv_destroy` wakes who waits for it, and closes it.
 *
 * Returns `RV_OK`; `RV_ERR_UNSUPPORTED` on other systems than Windows, which have `rv_event_fd`; `RV_ERR_SYSTEM` when
 * there are no more handles.
 */
RV_API
int32_t rv_event_handle(struct rv_interface *iface,
                        void **out);

/**
 * Asks for the signals of the other side and declares them here. Names that exist keep their id and kind; nothing is
 * deleted. A client connects for this when it is not connected, and disconnects again afterwards; a server must be
 * started, and asks all its clients, of which some (web viewers) never answer. Store each signal's access with it:
 * see `rv_signal_info.access`.
 *
 * `out` NULL with `out_size` 0 leaves the report out; otherwise pass `sizeof(rv_import_report)`. The report has no
 * text: what a person should read of the import is the text of the `RV_EVENT_IMPORT_DONE` that comes here too, and
 * the log.
 *
 * Blocks for at most `timeout_ms`, and a moment longer to disconnect; what has arrived by then is declared.
 *
 * Returns `RV_OK`; `RV_ERR_TIMEOUT` when nobody answered; `RV_ERR_STATE` when another import is running or a server
 * is not started; `RV_ERR_CANCELLED` when another thread stopped the interface meanwhile; what `rv_wait_connected`
 * returns when there is no connection to be had; `RV_ERR_STRUCT_SIZE`.
 */
RV_API
int32_t rv_import(struct rv_interface *iface,
                  uint32_t timeout_ms,
                  struct rv_import_report *out,
                  uint32_t out_size);

/**
 * Begins what `rv_import` does and returns at once. `*token` gets a number that is never 0; the import ends in an
 * `RV_EVENT_IMPORT_DONE` with this token, and `rv_import_result` has its report. A client that is not started is
 * started for it and stopped afterwards.
 *
 * Returns `RV_OK`; `RV_ERR_STATE` when a server is not started. That another import is running is this one's result.
 */
RV_API
int32_t rv_import_begin(struct rv_interface *iface,
                        uint32_t timeout_ms,
                        uint32_t *token);

/**
 * Takes the result of an import that `rv_import_begin` began. Pass `sizeof(rv_import_report)` as `out_size`. Does
 * not wait, so it can be called in each cycle instead of looking for the event. A result is given once, and is kept
 * until then; of results that nobody takes, the latest 64.
 *
 * Returns 1 when the import is complete and its report is in `*out`; 0 while it runs, and also for a token whose
 * result was taken or that is none; the import's own failure, as `rv_import` would; `RV_ERR_NOT_FOUND` for the token
 * of another kind of request; `RV_ERR_STRUCT_SIZE`.
 */
RV_API
int32_t rv_import_result(struct rv_interface *iface,
                         uint32_t token,
                         struct rv_import_report *out,
                         uint32_t out_size);

/**
 * Gives up a request that a `_begin` function began: its answer is ignored when it comes, and it ends in no event.
 * What the peer has done by then stays done. A token that is none, or whose request is complete, is ignored; a
 * result that was not taken yet is dropped. Does not wait.
 *
 * Returns `RV_OK`.
 */
RV_API
int32_t rv_cancel(struct rv_interface *iface,
                  uint32_t token);

/**
 * Client: asks the server for these `count` signals only, and for no others; the list replaces the former one and
 * holds for later connections too. Names that the server does not have yet count when it has them. A count of 0 asks
 * for nothing at all.
 *
 * Returns `RV_OK`; `RV_ERR_NULL` and `RV_ERR_UTF8`, naming the entry; `RV_ERR_UNSUPPORTED` on a server.
 */
RV_API
int32_t rv_subscribe(struct rv_interface *iface,
                     const char *const *names,
                     uint32_t count);

/**
 * Client: asks the server for all signals again. The protocol has no message for that, so this connects anew when a
 * list is in force.
 *
 * Returns `RV_OK`, or `RV_ERR_UNSUPPORTED` on a server.
 */
RV_API
int32_t rv_subscribe_all(struct rv_interface *iface);

/**
 * Server: copies the ids of the connected clients, at most `capacity` of them. Ids start at 1 and are never used
 * again.
 *
 * Returns how many clients there are, which may be more than `capacity`.
 */
RV_API
int32_t rv_client_ids(struct rv_interface *iface,
                      uint32_t *out,
                      uint32_t capacity);

/**
 * Server: copies what is known of a client to `*out`, and its name to `name`. Pass `sizeof(rv_client_info)` as
 * `out_size`. `name` NULL, `capacity` 0 and `required` NULL together leave the name out.
 *
 * Returns `RV_OK`, `RV_ERR_NOT_FOUND` when it is no longer connected, `RV_ERR_STRUCT_SIZE`, or `RV_ERR_BUFFER` with
 * the size in `*required`.
 */
RV_API
int32_t rv_get_client(struct rv_interface *iface,
                      uint32_t client,
                      struct rv_client_info *out,
                      uint32_t out_size,
                      char *name,
                      size_t capacity,
                      size_t *required);

/**
 * Server: closes the connection to a client. Starts the closing and does not wait for it; an event tells when it is
 * done. Most clients come back by themselves.
 *
 * Returns `RV_OK`, or `RV_ERR_NOT_FOUND` when it is no longer connected.
 */
RV_API
int32_t rv_disconnect_client(struct rv_interface *iface,
                             uint32_t client);

/**
 * Sends a message of the host's own, for extensions of the protocol: a JSON object with a `type` of its own. Server:
 * to `client`, 0 = to all; client: to the server, `client` is 0. Does not wait. What peers send of that kind comes as
 * `RV_EVENT_RAW` with the option `raw_events`.
 *
 * Returns `RV_OK`; `RV_ERR_ARGUMENT` when `json` is not a JSON object; `RV_ERR_NOT_CONNECTED` without any connection;
 * `RV_ERR_NOT_FOUND` for a client that is not connected.
 */
RV_API
int32_t rv_send_raw(struct rv_interface *iface,
                    uint32_t client,
                    const char *json);

/**
 * Server: lets clients in that present `token`, with what `role` allows; NULL = everything. At any time, also before
 * `rv_start`. From the first token or user on, nobody gets in without one; connections made before stay.
 *
 * Clients present it as `Authorization: Bearer`, as `X-API-Key`, as `?token=`, `?access_token=` or `?apikey=`, or as the
 * subprotocol `rv.token.` with the token in base64url. Browsers can only do the last two, and a page that uses the
 * subprotocol must offer `rv.v2` beside it, which is the one that is answered. Only a digest of the token is kept.
 *
 * Returns `RV_OK`; `RV_ERR_ARGUMENT` for a token that is empty, longer than 4096 bytes, or holds anything but visible
 * ASCII; `RV_ERR_EXISTS` when there is such a token; `RV_ERR_LIMIT` beyond 10,000; `RV_ERR_UNSUPPORTED` on a client;
 * `RV_ERR_STRUCT_SIZE`.
 */
RV_API
int32_t rv_add_token(struct rv_interface *iface,
                     const char *token,
                     const struct rv_role *role);

/**
 * Server: takes a token back, also that of the option `access_token`. Connections that came by it close with code 1008.
 * Without any token or user left nobody gets in.
 *
 * Returns `RV_OK`; `RV_ERR_NOT_FOUND` when there is no such token; `RV_ERR_UNSUPPORTED` on a client.
 */
RV_API
int32_t rv_revoke_token(struct rv_interface *iface,
                        const char *token);

/**
 * Server: lets clients in that present `user` and `password` as HTTP Basic, as `rv_add_token` does with a token.
 *
 * Returns `RV_OK`; `RV_ERR_ARGUMENT` when one of them is empty, longer than 4096 bytes or holds a control character, or
 * the user a colon; `RV_ERR_EXISTS` when there is such a user; otherwise what `rv_add_token` returns.
 */
RV_API
int32_t rv_add_user(struct rv_interface *iface,
                    const char *user,
                    const char *password,
                    const struct rv_role *role);

/**
 * Server: takes a user back, also that of the option `user`, as `rv_revoke_token` does with a token.
 *
 * Returns `RV_OK`; `RV_ERR_NOT_FOUND` when there is no such user; `RV_ERR_UNSUPPORTED` on a client.
 */
RV_API int32_t rv_revoke_user(struct rv_interface *iface, const char *user);

/**
 * Server: publishes its configuration, a JSON object: clients that ask get it as it is now. It replaces the former
 * one. A server that has published one is also asked to change it: `RV_EVENT_CONFIG_SET`; until then such requests
 * are refused, and those that ask get `{}`. Does not wait.
 *
 * Returns `RV_OK`; `RV_ERR_ARGUMENT` when it is not a JSON object; `RV_ERR_UNSUPPORTED` for a client.
 */
RV_API
int32_t rv_config_publish(struct rv_interface *iface,
                          const char *json);

/**
 * Server: answers an `RV_EVENT_CONFIG_SET`, whose `token` this is: `success` 0 = the configuration was not applied,
 * anything else = it was; `message` is for a person at the client, "" for nothing to say. What clients get to read
 * stays what `rv_config_publish` has published. A request that is not answered within 5 seconds is refused. Does not
 * wait.
 *
 * Returns `RV_OK`, or `RV_ERR_NOT_FOUND` when nobody waits for it: it was answered, is too old, or the client left.
 */
RV_API
int32_t rv_config_reply(struct rv_interface *iface,
                        uint32_t token,
                        uint8_t success,
                        const char *message);

/**
 * Client: asks the server for its configuration and copies it, a JSON object, to `buf`.
 *
 * When it does not fit, it is kept for the next `rv_config_get` of this interface, which then neither asks again nor
 * waits; `rv_config_set` drops what is kept.
 *
 * Blocks for at most `timeout_ms`.
 *
 * Returns `RV_OK`; `RV_ERR_BUFFER` with the size in `*required`; `RV_ERR_TIMEOUT`; `RV_ERR_NOT_CONNECTED`;
 * `RV_ERR_CONNECTION` when the connection broke meanwhile; `RV_ERR_HANDSHAKE` when the answer is no JSON object;
 * `RV_ERR_STATE` when another such request is not answered yet; `RV_ERR_UNSUPPORTED` on a server.
 */
RV_API
int32_t rv_config_get(struct rv_interface *iface,
                      uint32_t timeout_ms,
                      char *buf,
                      size_t capacity,
                      size_t *required);

/**
 * Begins what `rv_config_get` does and returns at once. `*token` gets a number that is never 0; it ends in an
 * `RV_EVENT_CONFIG_DONE` with this token, whose `result` is what `rv_config_get` would return and whose text is the
 * JSON, or why there is none.
 *
 * Returns `RV_OK`, or `RV_ERR_UNSUPPORTED` on a server.
 */
RV_API
int32_t rv_config_get_begin(struct rv_interface *iface,
                            uint32_t timeout_ms,
                            uint32_t *token);

/**
 * Client: asks the server to apply a configuration, a JSON object, and copies what the server says to it to
 * `message`, which may be empty. `message` NULL, `capacity` 0 and `required` NULL together leave that out.
 *
 * The request goes out once, whatever the size of the buffer: a message that does not fit is cut between two
 * characters, `*required` tells what all of it would take, and the result is what the server decided, never
 * `RV_ERR_BUFFER`.
 *
 * Blocks for at most `timeout_ms`. Servers made with this library answer within about 5 seconds.
 *
 * Returns `RV_OK` when it was applied; `RV_ERR_DENIED` when it was not: the server's message is in `message` then as
 * well, and in `rv_last_error`; `RV_ERR_ARGUMENT` when it is not a JSON object, and nothing was sent; otherwise what
 * `rv_config_get` returns, with an empty message. After `RV_ERR_TIMEOUT` or `RV_ERR_CONNECTION` it may have been
 * applied.
 */
RV_API
int32_t rv_config_set(struct rv_interface *iface,
                      const char *json,
                      uint32_t timeout_ms,
                      char *message,
                      size_t capacity,
                      size_t *required);

/**
 * Begins what `rv_config_set` does and returns at once. `*token` gets a number that is never 0; it ends in an
 * `RV_EVENT_CONFIG_DONE` with this token, whose `result` is what `rv_config_set` would return and whose text is what
 * the server says, or why it could not be asked.
 *
 * Returns `RV_OK`; `RV_ERR_ARGUMENT` when it is not a JSON object; `RV_ERR_UNSUPPORTED` on a server.
 */
RV_API
int32_t rv_config_set_begin(struct rv_interface *iface,
                            const char *json,
                            uint32_t timeout_ms,
                            uint32_t *token);

/**
 * Declares every signal of the list in the file `path`: all of them, or none. Signals that exist already in
 * the same way get the list's comment, folder and display name. SIGNAL LISTS at the top shows how lists look.
 *
 * Blocks for as long as reading the file takes.
 *
 * Returns the number of signals in the list; `RV_ERR_FILE` when the file cannot be read; and with the line in
 * `rv_last_error`: `RV_ERR_FORMAT` when it is no such list, `RV_ERR_NAME`, `RV_ERR_EXISTS` when a signal is declared
 * in another way or stands twice in the list, `RV_ERR_LIMIT` beyond `max_signals`.
 */
RV_API
int32_t rv_load_signals(struct rv_interface *iface,
                        const char *path,
                        rv_list_format format);

/**
 * Writes every signal to the file `path` as a signal list, in the order of the ids, imported ones too. A signal
 * without direction gets an empty `Direction`. The file is replaced at once, when all of it is written: whoever reads
 * it finds the old one or the new one.
 *
 * Blocks until the file is on its disk.
 *
 * Returns the number of signals, or `RV_ERR_FILE` when the file cannot be written.
 */
RV_API
int32_t rv_save_signals(struct rv_interface *iface,
                        const char *path,
                        rv_list_format format);

/**
 * Copies what people read of a signal: its comment, folder or display name, from `rv_add_signal_with` or from a signal
 * list. An empty text if it has none.
 *
 * Returns `RV_OK`, `RV_ERR_NOT_FOUND`, or `RV_ERR_BUFFER` with the size in `*required`.
 */
RV_API
int32_t rv_get_signal_note(struct rv_interface *iface,
                           uint32_t id,
                           rv_note note,
                           char *buf,
                           size_t capacity,
                           size_t *required);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* REALVIRTUAL_WS_H */
