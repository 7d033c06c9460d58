// What src/session/tests shows of the native library and no vector can say, of its twin in a browser: the loss of writers,
// fail-safe values, what is counted, what the log may hold.
'use strict';
const assert = require('assert');
const { constants: C } = require('./library');
const { bool, connected, data, int } = require('./client');

const tests = {};
const REQUEST = '{"type":"import_request"}';

const failsafe = (more) => int('S', { failsafe: { kind: C.RV_KIND_INT, integer: -1 }, failsafe_after_ms: 100, ...more });
const quality = (program, iface, id) => program.info(iface, id).quality;

tests['what both a lost server and the host have set is good'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [int('A')], { reconnect_interval_ms: 100 });
  socket.receive(data({ A: 5 }));
  socket.lose();
  assert.strictEqual(quality(program, iface, 0), C.RV_QUALITY_STALE);
  program.set(iface, 0, C.RV_KIND_INT, 5);
  assert.strictEqual(quality(program, iface, 0), C.RV_QUALITY_GOOD);
  // Who repeats it does not become its writer.
  world.accept(200);
  world.socket.receive(data({ A: 5 }));
  world.socket.lose();
  assert.strictEqual(quality(program, iface, 0), C.RV_QUALITY_GOOD);
};

tests['in manual mode, too, a host that sets what a lost server has left stands for it'] = ({ program, world }) => {
  const options = { reconnect_interval_ms: 1000, send_mode: C.RV_SEND_MANUAL };
  const { iface, socket } = connected({ program, world }, [failsafe()], options);
  socket.receive(data({ S: 5 }));
  socket.lose();
  program.set(iface, 0, C.RV_KIND_INT, 5);
  assert.strictEqual(quality(program, iface, 0), C.RV_QUALITY_GOOD);
  world.wait(200);
  assert.strictEqual(program.get(iface, 0, C.RV_KIND_INT), 5n, 'no fail-safe value');
};

tests['a stale value keeps its source and its age'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [int('A')], { reconnect_interval_ms: 1000 });
  socket.receive(data({ A: 5 }));
  socket.lose();
  world.wait(300);
  const info = program.info(iface, 0);
  assert.deepStrictEqual([info.quality, info.source], [C.RV_QUALITY_STALE, 1]);
  assert.ok(info.age_us >= 300000n && info.age_us < 400000n, `${info.age_us}`);
};

tests['what the host has staged is not flagged as the fail-safe value beneath'] = ({ program, world }) => {
  const options = { reconnect_interval_ms: 1000, send_mode: C.RV_SEND_MANUAL };
  const { iface, socket } = connected({ program, world }, [failsafe()], options);
  socket.receive(data({ S: 5 }));
  socket.lose();
  program.set(iface, 0, C.RV_KIND_INT, 6);
  world.wait(200);
  const found = program.changes(iface).map((change) => [change.integer, change.flags & C.RV_CHANGE_FAILSAFE, change.source]);
  assert.deepStrictEqual(found, [[6n, 0, 0]]);
};

tests['a flush that leads back is sent to a server that has something else by then'] = ({ program, world }) => {
  const options = { reconnect_interval_ms: 1000, send_mode: C.RV_SEND_MANUAL };
  const { iface, socket } = connected({ program, world }, [int('A')], options);
  program.set(iface, 0, C.RV_KIND_INT, 3);
  program.ok('rv_flush', iface);
  world.wait(2000);
  // The server has seen it.
  socket.receive(data({}));
  socket.lose();
  [4, 3].forEach((value) => program.set(iface, 0, C.RV_KIND_INT, value));
  const next = world.accept(1000);
  next.receive(data({ A: 9 }));
  world.wait(100);
  assert.strictEqual(program.get(iface, 0, C.RV_KIND_INT), 3n);
  next.take();
  program.ok('rv_flush', iface);
  world.wait(100);
  assert.deepStrictEqual(next.take(), [data({ A: 3 })]);
};

tests['the fail-safe flag of a FIFO is on the fail-safe value alone'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [failsafe({ fifo_depth: 8 })], { reconnect_interval_ms: 1000 });
  [5, 6].forEach((S) => socket.receive(data({ S })));
  socket.lose();
  world.wait(200);
  const found = program.changes(iface).map((change) => [change.integer, change.flags & C.RV_CHANGE_FAILSAFE, change.source]);
  assert.deepStrictEqual(found, [[5n, 0, 1], [6n, 0, 1], [-1n, C.RV_CHANGE_FAILSAFE, 0]]);
};

tests['a value that replaced the fail-safe one before a poll is not flagged'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [failsafe()], { reconnect_interval_ms: 1000 });
  socket.receive(data({ S: 5 }));
  socket.lose();
  world.wait(200);
  world.accept(1000).receive(data({ S: 7 }));
  assert.deepStrictEqual(program.changes(iface).map((change) => [change.integer, change.flags]), [[7n, 0]]);
};

tests['a resync without the signal ends a fail-safe value with the one that it replaced'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [failsafe()], { reconnect_interval_ms: 1000 });
  socket.receive(data({ S: 5 }));
  socket.lose();
  world.wait(200);
  assert.strictEqual(program.get(iface, 0, C.RV_KIND_INT), -1n);
  world.accept(1000).receive(data({}));
  program.changes(iface);
  world.wait(2100);
  assert.deepStrictEqual([program.get(iface, 0, C.RV_KIND_INT), quality(program, iface, 0)], [5n, C.RV_QUALITY_GOOD]);
  assert.deepStrictEqual(program.changes(iface).map((change) => [change.integer, change.flags]), [[5n, 0]]);
};

tests['a catalogue does not run ahead of a FIFO'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [int('Code', { fifo_depth: 8 })]);
  [1, 2, 3].forEach((value) => program.set(iface, 0, C.RV_KIND_INT, value));
  socket.receive(REQUEST);
  assert.match(socket.take()[0], /"signals":\{"Code":0\}/);
  world.wait(100);
  assert.deepStrictEqual(socket.take(), [1, 2, 3].map((Code) => data({ Code })));
};

tests['what a slow server misses is counted'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [int('A'), bool('P')]);
  const counted = () => {
    const stats = program.stats(iface);
    return [stats.coalesced, stats.pulses_collapsed];
  };
  socket.bufferedAmount = 1;
  for (const value of [1, 2, 3]) {
    program.set(iface, 0, C.RV_KIND_INT, value);
    world.wait(20);
  }
  assert.deepStrictEqual(counted(), [2n, 0n]);
  for (const level of [1, 0, 1]) {
    program.set(iface, 1, C.RV_KIND_BOOL, level);
    world.wait(20);
  }
  assert.deepStrictEqual(counted(), [4n, 1n], 'of three levels the last alone is left');
  program.set(iface, 1, C.RV_KIND_BOOL, 0);
  world.wait(20);
  socket.lose();
  assert.deepStrictEqual(counted(), [5n, 2n], 'the pulse that it was owed');
};

tests['a value that the server replaces before it is sent is counted'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [int('A')]);
  program.set(iface, 0, C.RV_KIND_INT, 3);
  socket.receive(data({ A: 9 }));
  assert.strictEqual(program.stats(iface).coalesced, 1n);
};

tests['a level that the server has already is owed no pulse'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [bool('P')]);
  socket.bufferedAmount = 1;
  program.set(iface, 0, C.RV_KIND_BOOL, 0);
  world.wait(20);
  program.set(iface, 0, C.RV_KIND_BOOL, 1);
  world.wait(20);
  socket.bufferedAmount = 0;
  world.wait(40);
  assert.deepStrictEqual(socket.take(), [data({ P: true })]);
};

tests['a large catalogue closes no connection, and the next one waits for it'] = ({ program, world }) => {
  const names = Array.from({ length: 300 }, (_, n) => `T${n}`);
  const { iface, socket } = connected({ program, world }, names.map((name) => ({ name, kind: C.RV_KIND_TEXT })));
  socket.send = (text) => {
    socket.sent.push(text.slice(0, 40));
    socket.bufferedAmount += text.length;
  };
  const catalogs = () => socket.take().filter((text) => text.includes('import_answer')).length;
  for (const id of names.keys()) {
    program.start();
    program.ok('rv_set_text', iface, id, program.text('x'.repeat(65000)));
  }
  world.wait(20);
  socket.bufferedAmount = 0;
  socket.take();
  socket.receive(REQUEST);
  assert.strictEqual(catalogs(), 1);
  assert.ok(socket.bufferedAmount > 17 << 20);
  program.ok('rv_config_get_begin', iface, 500, program.scratch);
  socket.receive(REQUEST);
  socket.receive(REQUEST);
  world.wait(1000);
  assert.strictEqual(catalogs(), 0);
  // One for both.
  for (const made of [1, 0]) {
    socket.bufferedAmount = 0;
    world.wait(300);
    assert.strictEqual(catalogs(), made);
  }
  // What it has read by now is no excuse for what it does not read later.
  socket.bufferedAmount = 2 << 20;
  assert.strictEqual(socket.closed, null);
  for (let n = 0; n < 65; n++) socket.receive(REQUEST);
  assert.strictEqual(socket.closed.code, 4008, 'who asks without reading is closed');
};

tests['neither a configuration nor a token gets into the log'] = ({ program, world }) => {
  const { iface, socket } = connected({ program, world }, [int('A')], { debug: 1, access_token: 'a+secret' });
  program.start();
  program.ok('rv_send_raw', iface, 0, program.text('{"type":"x","is":"a+secret"}'));
  socket.receive('{"type":"config_answer","config":{"password":"hidden"}}');
  socket.receive('{"type":"config_answer","config":{"password":"hidden"');
  // Where the log cuts them, a secret stands.
  socket.receive(data({ A: 'a text that goes on until the log has had enough, says: a+secret' }));
  socket.receive('{"type":"data","signals":{"A":"text","and another":["....a+secret"');
  socket.lose(4000, 'a%2Bsecret is wrong');
  const texts = [...program.log(iface), ...program.events(iface)].map((one) => one.text).join('\n');
  assert.match(texts, /"is":"\*\*\*"/);
  assert.match(texts, /55 bytes with a configuration, not shown/);
  assert.match(texts, /closed with code 4000: \*\*\* is wrong/);
  assert.ok(!/secret|hidden/.test(texts), texts);
};

module.exports = tests;
