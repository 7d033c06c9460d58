// What the vectors do not show of a client in a browser: memory and errors, pulses, resync, time, requests.
'use strict';
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const { Program, constants: C, structs, functions, root } = require('./library');
const { World } = require('./world');
const { bool, connected, data, int } = require('./client');
const twin = require('./twin');

const tests = {};
const types = (events) => events.map((event) => event.type);

tests['what a browser cannot do says so'] = ({ program }) => {
  const refused = (code, words, name, ...values) => {
    assert.strictEqual(program.call(name, ...values), code, name);
    assert.match(program.lastError(), words);
  };
  const out = program.scratch;
  refused(C.RV_ERR_UNSUPPORTED, /browser cannot listen/, 'rv_create', program.options({ mode: C.RV_MODE_SERVER }), out);
  for (const [name, value] of Object.entries({ tls_ca_file: 'x', tls_pin: 'x', tls_insecure_skip_verify: 1 })) {
    refused(C.RV_ERR_UNSUPPORTED, new RegExp(`option ${name}`), 'rv_create', program.options({ [name]: value }), out);
  }
  const iface = program.create({});
  program.ok('rv_start', iface);
  for (const name of ['rv_import', 'rv_config_get', 'rv_config_set']) {
    refused(C.RV_ERR_UNSUPPORTED, /_begin/, name, iface, 100, 0, 0, 0, 0);
  }
  refused(C.RV_ERR_UNSUPPORTED, /_begin/, 'rv_test_connection', program.options({}), 100, 0, 0);
  refused(C.RV_ERR_UNSUPPORTED, /time-out of 0/, 'rv_wait_connected', iface, 100);
  refused(C.RV_ERR_TIMEOUT, /no connection/, 'rv_wait_connected', iface, 0);
  assert.strictEqual(program.call('rv_wait', iface, 0), 1, 'the state has changed');
  program.events(iface);
  assert.strictEqual(program.call('rv_wait', iface, 0), 0);
  refused(C.RV_ERR_UNSUPPORTED, /time-out of 0/, 'rv_wait', iface, 1);
  for (const name of ['rv_event_fd', 'rv_event_handle', 'rv_load_signals', 'rv_config_publish', 'rv_client_ids']) {
    assert.strictEqual(program.call(name, iface, 0, 0, 0), C.RV_ERR_UNSUPPORTED, name);
  }
};

tests['every function has the arguments of the header and of C#'] = () => {
  const library = {};
  new Function('LibraryManager', 'mergeInto', fs.readFileSync(path.join(root, 'bindings/webgl/realvirtual_ws.jslib'), 'utf8'))(
    { library }, (target, from) => Object.assign(target, from));
  const wrapper = fs.readFileSync(path.join(root, 'bindings/csharp/src/RealvirtualWs/Interop/NativeMethods.g.cs'), 'utf8');
  const externs = [...wrapper.matchAll(/static extern [^(]* (rv_\w+)\(([^)]*)\)/g)];
  assert.ok(externs.length > 60);
  for (const [, name, list] of externs) {
    const values = list.split(',').filter((value) => value.trim());
    // An int64 by value comes as two halves.
    const wide = values.filter((value) => /^\s*long \w/.test(value)).length;
    assert.ok(library[name], `${name} is missing`);
    assert.strictEqual(library[name].length, values.length + wide, name);
  }
  assert.deepStrictEqual(externs.map(([, name]) => name).sort(), Object.keys(functions).sort());
};

tests['handles, pointers, sizes and texts are checked'] = ({ program }) => {
  const iface = program.create({});
  const at = program.scratch;
  const code = (name, ...values) => program.call(name, ...values);
  assert.strictEqual(code('rv_start', 0), C.RV_ERR_HANDLE);
  assert.strictEqual(code('rv_start', iface + 1), C.RV_ERR_HANDLE);
  assert.strictEqual(code('rv_add_signal', iface, 0, 1, 0, at), C.RV_ERR_NULL);
  assert.strictEqual(code('rv_add_signal', iface, program.text('A'), 1, 0, at + 1), C.RV_ERR_ARGUMENT);
  assert.strictEqual(code('rv_add_signal', iface, program.text('A'), 9, 0, at), C.RV_ERR_ARGUMENT);
  assert.strictEqual(code('rv_add_signal', iface, program.text(''), 1, 0, at), C.RV_ERR_NAME);
  for (const bytes of [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80]]) {
    assert.strictEqual(code('rv_find_signal', iface, program.text(Buffer.from(bytes)), at), C.RV_ERR_UTF8, `${bytes}`);
  }
  for (const name of ['\u0001\u007f', 'ä', '漢', '😀', '__proto__', 'constructor', 'a'.repeat(512)]) {
    const id = program.add(iface, bool(name));
    program.ok('rv_get_signal_name', iface, id, at + 1024, 513, at);
    assert.strictEqual(program.string(at + 1024), name);
    assert.strictEqual(program.u32(at), Buffer.byteLength(name) + 1);
    assert.strictEqual(program.find(iface, name), id);
  }
  assert.strictEqual(program.find(iface, 'toString'), null);
  program.start();
  assert.strictEqual(code('rv_add_signal', iface, program.text('ä'.repeat(257)), 1, 0, at), C.RV_ERR_NAME);
  assert.strictEqual(code('rv_get_signal_name', iface, 2, at + 64, 3, at), C.RV_ERR_BUFFER);
  assert.strictEqual(program.u32(at), 4);
  assert.strictEqual(code('rv_get_signal_name', iface, 99, at + 64, 3, at), C.RV_ERR_NOT_FOUND);
  assert.match(program.lastError(), /ids run from 0 to 6/);

  const size = structs.rv_options.size;
  const options = program.options({});
  program.view().setUint32(options, 8, true);
  assert.strictEqual(code('rv_create', options, at), C.RV_ERR_STRUCT_SIZE);
  program.view().setUint32(options, size + 8, true);
  program.view().setBigUint64(options + size, 0n, true);
  program.ok('rv_create', options, at);
  assert.strictEqual(program.ok('rv_destroy', program.u32()), 0);
  program.view().setUint8(options + size + 3, 1);
  assert.strictEqual(code('rv_create', options, at), C.RV_ERR_ARGUMENT);
  assert.match(program.lastError(), /uses something beyond/);
  assert.strictEqual(code('rv_get_info', iface, at, 31), C.RV_ERR_STRUCT_SIZE);
  program.view().setUint32(at + 32, 0xFFFFFFFF, true);
  program.ok('rv_get_info', iface, at, 36);
  assert.strictEqual(program.u32(at + 32), 0, 'what only the program knows is zero');
  assert.strictEqual(program.string(program.call('rv_result_name', C.RV_ERR_KIND)), 'RV_ERR_KIND');
  assert.strictEqual(program.call('rv_result_name', C.RV_ERR_KIND), program.call('rv_result_name', C.RV_ERR_KIND));
  assert.strictEqual(program.string(program.call('rv_result_name', -999)), 'RV_ERR_UNKNOWN');
  assert.match(program.string(program.call('rv_version')), /^\d+\.\d+\.\d+$/);
  program.ok('rv_destroy', iface);
  assert.strictEqual(code('rv_destroy', iface), C.RV_ERR_HANDLE);
};

tests['options make a URL, and wrong ones are named'] = ({ program, world }) => {
  const urls = [
    [{}, 'ws://127.0.0.1:1234/'], [{ address: 'h', port: 443, path: 'a?b=%20', tls: 1 }, 'wss://h:443/a?b=%20'],
    [{ address: '::1', path: '/x' }, 'ws://[::1]:1234/x'], [{ address: '[fe80::2]' }, 'ws://[fe80::2]:1234/'],
  ];
  for (const [options, url] of urls) {
    program.ok('rv_start', program.create(options));
    assert.strictEqual(world.socket.url, url);
  }
  const wrong = [
    [{ address: '' }, C.RV_ERR_ADDRESS], [{ address: 'ws://h' }, C.RV_ERR_ADDRESS], [{ address: 'h:1' }, C.RV_ERR_ADDRESS],
    [{ port: 0 }, C.RV_ERR_ARGUMENT], [{ path: '/a b' }, C.RV_ERR_ARGUMENT], [{ update_cycle_ms: 0 }, C.RV_ERR_ARGUMENT],
    [{ default_direction: 0 }, C.RV_ERR_ARGUMENT], [{ debug: 2 }, C.RV_ERR_ARGUMENT], [{ reserved1: 1 }, C.RV_ERR_ARGUMENT],
    [{ max_reconnect_attempts: -2 }, C.RV_ERR_ARGUMENT], [{ peer_timeout_ms: 4000 }, C.RV_ERR_ARGUMENT], [{ client_name: 'x'.repeat(257) }, C.RV_ERR_ARGUMENT],
  ];
  for (const [options, code] of wrong) {
    program.start();
    assert.strictEqual(program.call('rv_create', program.options(options), program.scratch), code, JSON.stringify(options));
    assert.strictEqual(program.u32(), 0);
  }
};

tests['a token goes into the query or the subprotocol, and nowhere else'] = ({ program, world }) => {
  const access_token = 'a+/b=%&?~';
  const start = (options) => program.ok('rv_start', program.create({ access_token, ...options }));
  start({});
  assert.deepStrictEqual([world.socket.url, world.socket.protocols], ['ws://127.0.0.1:1234/?token=a%2B%2Fb%3D%25%26%3F~', []]);
  start({ path: '/x?y=1', token_transport: C.RV_TOKEN_QUERY, address: 'h', tls: 1 });
  assert.strictEqual(world.socket.url, 'wss://h:1234/x?y=1&token=a%2B%2Fb%3D%25%26%3F~');
  start({ token_transport: C.RV_TOKEN_SUBPROTOCOL });
  assert.deepStrictEqual([world.socket.url, world.socket.protocols],
    ['ws://127.0.0.1:1234/', ['rv.v2', `rv.token.${Buffer.from(access_token).toString('base64url')}`]]);
  world.refuse = 'it is invalid';
  const told = program.create({ access_token: 'secret' });
  program.ok('rv_start', told);
  world.refuse = null;
  const texts = [...program.events(told), ...program.log(told)].map((one) => one.text).join();
  assert.ok(texts.includes('it is invalid') && !texts.includes('secret'), texts);
  const wrong = [
    [{ token_transport: C.RV_TOKEN_X_API_KEY }, C.RV_ERR_UNSUPPORTED], [{ token_transport: 9 }, C.RV_ERR_ARGUMENT],
    [{ access_token: '' }, C.RV_ERR_ARGUMENT], [{ access_token: 'a b' }, C.RV_ERR_ARGUMENT], [{ address: '10.0.0.1' }, C.RV_ERR_ARGUMENT],
    [{ user: 'u', password: 'p' }, C.RV_ERR_UNSUPPORTED],
  ];
  for (const [options, code] of wrong) {
    program.start();
    assert.strictEqual(program.call('rv_create', program.options({ access_token, ...options }), program.scratch), code, JSON.stringify(options));
    assert.ok(!program.lastError().includes(access_token));
  }
  program.create({ access_token, address: '10.0.0.1', allow_plain_credentials: 1 });
  program.start();
  assert.strictEqual(program.call('rv_create', program.options({ path: '/?apikey=x', address: '10.0.0.1' }), program.scratch), C.RV_ERR_ARGUMENT);
};

tests['int64, float and float32 keep their value'] = ({ program }) => {
  const { iface, socket } = connected({ program, world: program.world }, [int('I'), { name: 'F', kind: C.RV_KIND_FLOAT }]);
  const ints = [0n, -1n, 2n ** 31n, -(2n ** 31n), 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n,
    1234567890123456789n, -1000000000000000000n, 2n ** 63n - 1n, -(2n ** 63n)];
  for (const value of ints) {
    assert.strictEqual(program.set(iface, 0, C.RV_KIND_INT, value), 0);
    assert.strictEqual(program.get(iface, 0, C.RV_KIND_INT), value);
    program.world.wait(20);
    assert.deepStrictEqual(socket.take(), [`{"type":"data","version":2,"signals":{"I":${value}}}`]);
    const other = value > 0n ? value - 1n : value + 1n;
    socket.receive(`{"type":"data","signals":{"I":${other}}}`);
    assert.strictEqual(program.get(iface, 0, C.RV_KIND_INT), other);
  }
  for (const [value, text] of [[Math.fround(0.1), '0.1'], [16777216, '16777216.0'], [Math.fround(3.4e38), '3.4e38'], [Math.fround(1e-45), '1e-45']]) {
    program.ok('rv_set_float32', iface, 1, value);
    program.world.wait(20);
    assert.deepStrictEqual(socket.take(), [`{"type":"data","version":2,"signals":{"F":${text}}}`]);
  }
  assert.strictEqual(program.call('rv_set_float', iface, 1, NaN), C.RV_ERR_NOT_FINITE);
  assert.strictEqual(program.call('rv_set_float32', iface, 1, Infinity), C.RV_ERR_NOT_FINITE);
  assert.strictEqual(program.set(iface, 1, C.RV_KIND_INT, 1), C.RV_ERR_KIND);
};

tests['a pulse goes out in two messages, further ones collapse'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [bool('P'), int('A')]);
  const pulse = () => [1, 0].forEach((level) => program.set(iface, 0, C.RV_KIND_BOOL, level));
  program.set(iface, 1, C.RV_KIND_INT, 7);
  pulse();
  pulse();
  pulse();
  world.wait(40);
  assert.deepStrictEqual(socket.take(), [data({ P: true, A: 7 }), data({ P: false })]);
  assert.strictEqual(program.stats(iface).pulses_collapsed, 2n);
};

tests['a pulse before the first state is not lost'] = ({ program, world }) => {
  const iface = program.create({ heartbeat_ms: 0 });
  program.add(iface, bool('P', { access: C.RV_ACCESS_READ_WRITE }));
  program.ok('rv_start', iface);
  const socket = world.accept();
  program.set(iface, 0, C.RV_KIND_BOOL, 1);
  world.wait(30);
  program.set(iface, 0, C.RV_KIND_BOOL, 0);
  world.wait(30);
  socket.take();
  socket.receive(data({}));
  world.wait(40);
  assert.deepStrictEqual(socket.take(), [data({ P: true }), data({ P: false })]);
};

tests['a batch is one message, or nothing'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [bool('P'), int('A'), { name: 'T', kind: C.RV_KIND_TEXT }]);
  const batch = (values) => {
    program.start();
    const at = program.scratch + 512;
    values.forEach((value, n) => program.write('rv_value', at + n * structs.rv_value.size, value));
    return program.call('rv_set_values', iface, at, values.length);
  };
  const P = (integer) => ({ signal: 0, kind: C.RV_KIND_BOOL, integer });
  const A = (integer) => ({ signal: 1, kind: C.RV_KIND_INT, integer });
  assert.strictEqual(batch([P(1), A(1), { signal: 2, kind: C.RV_KIND_TEXT, text: 'ä"' }]), 0);
  assert.strictEqual(batch([A(2), P(0)]), 0);
  world.wait(40);
  assert.deepStrictEqual(socket.take(), [data({ P: true, A: 1, T: 'ä"' }), data({ P: false, A: 2 })]);
  assert.strictEqual(batch([A(3), { signal: 2, kind: C.RV_KIND_FLOAT, number: 1 }]), C.RV_ERR_KIND);
  assert.match(program.lastError(), /^values\[1\]: /);
  world.wait(40);
  assert.deepStrictEqual(socket.take(), []);
};

tests['changes are counted, edges too, and torn frames flagged'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [bool('P'), int('A'), { name: 'T', kind: C.RV_KIND_TEXT }]);
  for (const level of [true, false, true, false]) socket.receive(data({ P: level }));
  socket.receive(data({ A: 5, T: 'ä' }));
  const [first, ...rest] = program.changes(iface, 1);
  assert.deepStrictEqual(rest, []);
  assert.deepStrictEqual([first.signal, first.change_count, first.rise_count, first.integer, first.flags, first.source],
    [0, 4, 2, 0n, C.RV_CHANGE_MORE, 1]);
  assert.strictEqual(first.time_us, BigInt(Math.round(world.time * 1000)));
  const [a, t] = program.changes(iface);
  assert.deepStrictEqual([a.integer, a.number, a.flags, t.integer], [5n, 5, 0, 2n]);
  program.ok('rv_get_change_text', iface, 1, program.scratch, 16, 0);
  assert.strictEqual(program.string(program.scratch), 'ä');
  assert.strictEqual(program.call('rv_get_change_text', iface, 2, program.scratch, 16, 0), C.RV_ERR_NOT_FOUND);
  assert.deepStrictEqual(program.changes(iface), []);
  assert.strictEqual(program.stats(iface).changes, 6n);
};

tests["the server's values are not sent back"] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [int('A'), int('B')], { only_transmit_changed: 0 });
  socket.receive(data({ A: 1 }));
  program.set(iface, 1, C.RV_KIND_INT, 2);
  world.wait(25);
  assert.deepStrictEqual([...new Set(socket.take())], [data({ B: 2 })]);
};

tests['a repeat does not replace what waits to be sent; another value does'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [int('A')]);
  socket.receive(data({ A: 1 }));
  program.set(iface, 0, C.RV_KIND_INT, 2);
  socket.receive(data({ A: 1 }));
  assert.strictEqual(program.get(iface, 0, C.RV_KIND_INT), 2n);
  world.wait(20);
  assert.deepStrictEqual(socket.take(), [data({ A: 2 })]);
  program.set(iface, 0, C.RV_KIND_INT, 3);
  socket.receive(data({ A: 9 }));
  assert.strictEqual(program.get(iface, 0, C.RV_KIND_INT), 9n);
  world.wait(2000);
  assert.deepStrictEqual(socket.take(), [], 'the browser never sends back');
};

tests['after a reconnect what the server had stands, what it had not is sent'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [int('Seen'), int('Unseen')], { reconnect_interval_ms: 100 });
  program.set(iface, 0, C.RV_KIND_INT, 1);
  world.wait(1100);
  socket.receive(data({}));
  program.set(iface, 1, C.RV_KIND_INT, 2);
  world.wait(20);
  socket.lose();
  world.accept(200);
  world.socket.receive(data({ Seen: 5, Unseen: 6 }));
  assert.strictEqual(program.get(iface, 0, C.RV_KIND_INT), 5n);
  assert.strictEqual(program.get(iface, 1, C.RV_KIND_INT), 2n);
  assert.deepStrictEqual(world.socket.take().slice(1), [data({ Unseen: 2 })]);
};

tests['reconnecting backs off, and gives up when told to'] = ({ program, world }) => {
  const iface = program.create({ reconnect_interval_ms: 100, reconnect_backoff_max_ms: 400, max_reconnect_attempts: 4 });
  program.ok('rv_start', iface);
  const times = [];
  for (let attempt = 0; attempt < 5; attempt++) {
    times.push(world.time);
    const made = world.sockets.length;
    world.socket.lose();
    for (let ms = 0; ms < 1000 && world.sockets.length === made; ms++) world.wait(1);
  }
  assert.deepStrictEqual(times.map((time, n) => n && time - times[n - 1]), [0, 100, 200, 400, 400]);
  const info = program.record('rv_get_info', 'rv_info', iface);
  assert.deepStrictEqual([info.state, info.last_error, info.reconnect_attempts], [C.RV_STATE_FAILED, C.RV_ERR_CONNECTION, 4]);
  assert.strictEqual(program.call('rv_wait_connected', iface, 5000), C.RV_ERR_CONNECTION);
  assert.match(program.lastError(), /ws:\/\/127\.0\.0\.1:1234.*allowed_origins/);
  assert.deepStrictEqual(types(program.events(iface)).filter((type) => type === C.RV_EVENT_DISCONNECTED).length, 5);
  assert.strictEqual(program.log(iface).length, 2, 'the same cause is told once, and that it gave up');
};

tests['an attempt takes no longer than connect_timeout_ms; what the browser refuses is told'] = ({ program, world }) => {
  const iface = program.create({ connect_timeout_ms: 300, reconnect_interval_ms: 50 });
  program.ok('rv_start', iface);
  const socket = world.socket;
  world.wait(310);
  assert.ok(socket.closed);
  world.refuse = 'An insecure WebSocket connection may not be initiated';
  world.wait(100);
  world.refuse = null;
  const told = program.events(iface).filter((event) => event.type === C.RV_EVENT_DISCONNECTED);
  assert.deepStrictEqual(told.map((event) => event.result).slice(0, 2), [C.RV_ERR_TIMEOUT, C.RV_ERR_ADDRESS]);
  assert.match(told[1].text, /insecure WebSocket.*option tls/);
};

tests['a lost connection makes values stale; fail-safe values, and their end'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [
    int('A'), int('S', { failsafe: { kind: C.RV_KIND_INT, integer: -1 }, failsafe_after_ms: 300 }),
  ], { reconnect_interval_ms: 1000 });
  socket.receive(data({ A: 1, S: 2 }));
  program.changes(iface);
  socket.lose();
  assert.deepStrictEqual(program.changes(iface).map((change) => [change.signal, change.quality, change.flags, change.change_count, change.source]),
    [[0, 2, C.RV_CHANGE_QUALITY, 0, 0], [1, 2, C.RV_CHANGE_QUALITY, 0, 0]]);
  world.wait(310);
  assert.deepStrictEqual(program.changes(iface).map((change) => [change.signal, change.integer, change.flags]), [[1, -1n, C.RV_CHANGE_FAILSAFE]]);
  world.accept(1000);
  world.socket.receive(data({ S: 2 }));
  assert.deepStrictEqual(program.changes(iface).map((change) => [change.signal, change.integer, change.quality]), [[1, 2n, 1]]);
  world.wait(2100);
  assert.deepStrictEqual(program.changes(iface).map((change) => [change.signal, change.integer, change.quality]), [[0, 1n, 1]]);
};

tests['a FIFO sends and gives every value, and counts what it drops'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [int('Code', { fifo_depth: 3 })]);
  [1, 2, 3, 4].forEach((value) => program.set(iface, 0, C.RV_KIND_INT, value));
  world.wait(100);
  assert.deepStrictEqual(socket.take(), [2, 3, 4].map((Code) => data({ Code })));
  [5, 6, 7, 8].forEach((Code) => socket.receive(data({ Code })));
  const found = program.changes(iface);
  assert.deepStrictEqual(found.map((change) => change.integer), [6n, 7n, 8n]);
  assert.strictEqual(found[0].flags & C.RV_CHANGE_OVERFLOW, C.RV_CHANGE_OVERFLOW);
  assert.strictEqual(program.stats(iface).queue_overflow, 2n);
};

tests['min_hold_ms keeps a level on the wire, and others do not wait'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [bool('P', { min_hold_ms: 100 }), int('A')]);
  program.set(iface, 0, C.RV_KIND_BOOL, 1);
  world.wait(20);
  program.set(iface, 0, C.RV_KIND_BOOL, 0);
  program.set(iface, 1, C.RV_KIND_INT, 1);
  world.wait(30);
  assert.deepStrictEqual(socket.take(), [data({ P: true }), data({ A: 1 })]);
  world.wait(100);
  assert.deepStrictEqual(socket.take(), [data({ P: false })]);
};

tests['on-change, what has to wait is not looked at all the time'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world },
    [bool('P', { min_hold_ms: 100 }), int('Code', { fifo_depth: 4 })], { send_mode: C.RV_SEND_ON_CHANGE });
  program.set(iface, 0, C.RV_KIND_BOOL, 1);
  world.wait(5);
  program.set(iface, 0, C.RV_KIND_BOOL, 0);
  socket.bufferedAmount = 1;
  [1, 2].forEach((value) => program.set(iface, 1, C.RV_KIND_INT, value));
  let timers = 0;
  const { setTimeout } = world.host;
  world.host.setTimeout = (...values) => {
    timers++;
    return setTimeout(...values);
  };
  world.wait(50);
  socket.bufferedAmount = 0;
  world.wait(100);
  world.host.setTimeout = setTimeout;
  assert.ok(timers < 40, `${timers} timers`);
  assert.deepStrictEqual(socket.take(), [data({ P: true }), data({ Code: 1 }), data({ Code: 2 }), data({ P: false })]);
};

tests['while the browser holds a message, only the newest values wait'] = ({ program, world }) => {
  for (const send_mode of [C.RV_SEND_CYCLE, C.RV_SEND_ON_CHANGE]) {
    const { iface, socket } = connected({ program, world }, [int('A'), bool('P')], { send_mode });
    socket.bufferedAmount = 100;
    for (let value = 1; value < 50; value++) {
      program.set(iface, 0, C.RV_KIND_INT, value);
      if (value < 3) program.set(iface, 1, C.RV_KIND_BOOL, value % 2);
      world.wait(15);
    }
    assert.deepStrictEqual(socket.take(), []);
    socket.bufferedAmount = 0;
    world.wait(50);
    assert.deepStrictEqual(socket.take(), [data({ P: true }), data({ A: 49, P: false })]);
    socket.bufferedAmount = 17 << 20;
    program.start();
    program.ok('rv_send_raw', iface, 0, program.text('{"type":"x"}'));
    assert.strictEqual(socket.closed.code, 4008);
    assert.strictEqual(program.stats(iface).slow_peer_closed, 1n);
    program.ok('rv_destroy', iface);
  }
};

tests['on-change gathers what is set in one go; manual waits for the flush'] = ({ program, world }) => {
  const change = connected({ program, world }, [int('A'), int('B')], { send_mode: C.RV_SEND_ON_CHANGE });
  program.set(change.iface, 0, C.RV_KIND_INT, 1);
  program.set(change.iface, 1, C.RV_KIND_INT, 2);
  world.wait(0);
  assert.deepStrictEqual(change.socket.take(), [data({ A: 1, B: 2 })]);
  const manual = connected({ program, world }, [bool('P')], { send_mode: C.RV_SEND_MANUAL });
  program.set(manual.iface, 0, C.RV_KIND_BOOL, 1);
  program.set(manual.iface, 0, C.RV_KIND_BOOL, 0);
  world.wait(100);
  assert.deepStrictEqual(manual.socket.take(), []);
  program.ok('rv_flush', manual.iface);
  program.set(manual.iface, 0, C.RV_KIND_BOOL, 1);
  world.wait(100);
  assert.deepStrictEqual(manual.socket.take(), [data({ P: true }), data({ P: false })]);
};

tests['stopping sends what is due and closes'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [bool('P'), int('A')]);
  program.set(iface, 0, C.RV_KIND_BOOL, 1);
  program.set(iface, 0, C.RV_KIND_BOOL, 0);
  program.set(iface, 1, C.RV_KIND_INT, 1);
  socket.bufferedAmount = 10;
  program.ok('rv_stop', iface, 1000);
  assert.deepStrictEqual(socket.take(), [data({ P: true }), data({ P: false, A: 1 })]);
  assert.deepStrictEqual(socket.closed, { code: 1000, reason: 'going away' });
  assert.strictEqual(program.record('rv_get_info', 'rv_info', iface).state, C.RV_STATE_STOPPED);
  world.wait(10000);
  assert.strictEqual(world.socket, socket, 'it does not come back');
  program.ok('rv_start', iface);
  assert.strictEqual(world.accept().take().length, 1);
};

tests['an import connects when nothing is started, and disconnects'] = ({ program, world }) => {
  const iface = program.create({});
  program.ok('rv_import_begin', iface, 1000, program.scratch);
  const token = program.u32();
  const socket = world.accept();
  assert.deepStrictEqual(socket.take(), ['{"type":"init","version":2,"name":"realvirtual-ws"}', '{"type":"import_request","version":2}']);
  assert.strictEqual(program.ok('rv_import_result', iface, token, program.scratch, 32), 0);
  socket.receive('{"type":"import_answer","signals":{"A":1,"B":null},"signalTypes":{"A":"PLCOutputInt"}}');
  assert.strictEqual(program.ok('rv_import_result', iface, token, program.scratch, 32), 1);
  assert.strictEqual(program.ok('rv_import_result', iface, token, program.scratch, 32), 0);
  assert.strictEqual(socket.closed.code, 1000);
  const done = program.events(iface).find((event) => event.type === C.RV_EVENT_IMPORT_DONE);
  assert.deepStrictEqual([done.token, done.result, done.text], [token, 0, 'B: refused, no type, and no value to infer it from\n']);
  const [change] = program.changes(iface);
  assert.deepStrictEqual([change.flags, change.integer], [C.RV_CHANGE_IMPORTED, 1n]);

  program.ok('rv_import_begin', iface, 1000, program.scratch);
  world.accept();
  world.wait(1100);
  assert.strictEqual(program.call('rv_import_result', iface, program.u32(), program.scratch + 64, 32), C.RV_ERR_TIMEOUT);
};

tests['a request answered too late is not taken for the next one'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world });
  const get = () => {
    program.ok('rv_config_get_begin', iface, 500, program.scratch);
    return program.u32();
  };
  const first = get();
  world.wait(600);
  const second = get();
  socket.receive('{"type":"config_answer","config":{"late":1}}');
  socket.receive('{"type":"config_answer","config":{"n":2}}');
  const third = get();
  const fourth = get();
  socket.lose();
  const done = program.events(iface).filter((event) => event.type === C.RV_EVENT_CONFIG_DONE);
  assert.deepStrictEqual(done.map((event) => [event.token, event.result]),
    [[first, C.RV_ERR_TIMEOUT], [second, 0], [fourth, C.RV_ERR_STATE], [third, C.RV_ERR_CONNECTION]]);
  assert.strictEqual(done[1].text, '{"n":2}');
  program.start();
  assert.strictEqual(program.call('rv_config_set_begin', iface, program.text('[1]'), 500, program.scratch), C.RV_ERR_ARGUMENT);
};

tests['subscribe_all connects anew'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [int('A')]);
  program.ok('rv_subscribe', iface, 0, 0);
  assert.deepStrictEqual(socket.take(), ['{"type":"subscribe","version":2,"subscribe":[]}']);
  program.ok('rv_subscribe_all', iface);
  world.wait(1);
  assert.deepStrictEqual(world.accept().take(), ['{"type":"init","version":2,"name":"realvirtual-ws"}']);
};

tests['a connection test'] = ({ program, world }) => {
  const begin = () => {
    program.start();
    program.ok('rv_test_connection_begin', program.options({}), 1000, program.scratch);
    return program.u32();
  };
  const good = begin();
  world.wait(20);
  const socket = world.accept();
  assert.strictEqual(program.ok('rv_test_connection_result', good, program.scratch, 24), 1);
  assert.deepStrictEqual(program.read('rv_connection_report', program.scratch).connect_us, 20000n);
  assert.strictEqual(socket.closed.code, 1000);
  assert.ok(types(program.events(good)).includes(C.RV_EVENT_TEST_DONE));
  const bad = begin();
  world.socket.lose();
  assert.strictEqual(program.call('rv_test_connection_result', bad, program.scratch, 24), C.RV_ERR_CONNECTION);
  const silent = begin();
  world.wait(1100);
  assert.strictEqual(program.call('rv_test_connection_result', silent, program.scratch, 24), C.RV_ERR_TIMEOUT);
};

tests['the catalogue is pushed when signals were added'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [int('A', { direction: 2 })], { catalog_push: 1, catalog_direction: C.RV_CATALOG_INVERT });
  socket.receive('{"type":"import_request"}');
  program.add(iface, bool('B', { access: C.RV_ACCESS_READ }));
  world.wait(300);
  const [first, second] = socket.take().filter((text) => text.includes('import_answer'));
  assert.match(first, /"signalTypes":\{"A":"PLCInputInt"\}/);
  assert.match(second, /"B":"PLCOutputBool"/);
};

tests['large messages are split, binary ones refused'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, ['Signal1', 'Signal2', 'Signal3'].map((name) => int(name)), { max_data_frame_bytes: 70 });
  [0, 1, 2].forEach((id) => program.set(iface, id, C.RV_KIND_INT, id + 1));
  world.wait(20);
  assert.deepStrictEqual(socket.take(), [data({ Signal1: 1, Signal2: 2 }), data({ Signal3: 3 })]);
  socket.onmessage({ data: new ArrayBuffer(2) });
  assert.strictEqual(socket.closed.code, 4003);
};

tests['unknown names and refused values are logged once'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [int('A')]);
  program.log(iface);
  for (let n = 0; n < 3; n++) socket.receive('{"type":"data","signals":{"No\\nbody":1,"A":{}}}');
  const lines = program.log(iface).map((record) => record.text);
  assert.strictEqual(lines.length, 2);
  assert.match(lines[0], /sends No\\nbody, which is no signal here/);
  assert.match(lines[1], /signal A: \{\} of the server cannot be converted/);
};

tests['of a signal that stands in a message more than once the last counts, refused or not'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [int('A')]);
  const refused = () => program.stats(iface).rejected_type;
  socket.receive('{"type":"data","signals":{"A":{},"A":1,"\\u0041":[]}}');
  assert.deepStrictEqual([program.info(iface, 0).quality, refused()], [C.RV_QUALITY_NEVER, 1n]);
  socket.receive('{"type":"data","signals":{"A":{},"A":0}}');
  assert.deepStrictEqual([program.info(iface, 0).quality, refused(), program.stats(iface).changes], [C.RV_QUALITY_GOOD, 1n, 1n]);
  socket.receive('{"type":"data","signals":{"A":"-0"}}');
  assert.strictEqual(program.stats(iface).echoes, 1n);
};

tests['a defect faults its own interface alone'] = ({ program, world }) => {
  const broken = connected({ program, world }, [int('A')]);
  const sound = connected({ program, world }, [int('A')]);
  broken.socket.send = () => { throw new TypeError('on purpose'); };
  program.set(broken.iface, 0, C.RV_KIND_INT, 1);
  const said = console.error;
  const lines = [];
  console.error = (line) => lines.push(line);
  world.wait(20);
  console.error = said;
  assert.match(lines.join(), /defect in realvirtual-ws.*on purpose/);
  assert.strictEqual(program.set(broken.iface, 0, C.RV_KIND_INT, 2), C.RV_ERR_PANIC);
  assert.strictEqual(program.set(sound.iface, 0, C.RV_KIND_INT, 2), 0);
  program.ok('rv_destroy', broken.iface);
  const live = program.call('rv_live_count');
  assert.ok(live >= 1);
  program.ok('rv_shutdown_all', 1000);
  assert.deepStrictEqual([program.call('rv_live_count'), program.call('rv_start', sound.iface)], [0, C.RV_ERR_HANDLE]);
  assert.deepStrictEqual(sound.socket.take(), [data({ A: 2 })], 'its last value goes out');
};

async function runAll(load, bigint) {
  const world = new World();
  const program = new Program(await load(world.host));
  program.world = world;
  const failures = [];
  const all = { ...tests, ...twin };
  for (const [name, test] of Object.entries(all)) {
    world.timers.clear();
    world.sockets = [];
    try {
      test({ program, world, bigint });
    } catch (error) {
      failures.push(`${name}: ${error.stack}`);
    }
  }
  return { passed: Object.keys(all).length - failures.length, failures };
}

module.exports = { runAll };
