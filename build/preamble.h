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
