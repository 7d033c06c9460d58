// The library for WebGL over a real WebSocket and in real time: takes over the server's signals, writes each at random
// for so many milliseconds, and prints all values, over and over. peer.js PORT MILLISECONDS
'use strict';
const path = require('path');
const { plain, Program, constants: C, root } = require('./library');
const WebSocket = require(path.join(root, 'tests', 'node', 'node_modules', 'ws'));

const [port, milliseconds] = process.argv.slice(2).map(Number);
const program = new Program(plain({
  now: () => performance.now(),
  random: Math.random,
  setTimeout,
  clearTimeout,
  open: (url) => new WebSocket(url),
}));
const iface = program.create({ port });
program.ok('rv_start', iface);
program.ok('rv_import_begin', iface, 5000, program.scratch);
const token = program.u32();
let end = 0;

function values() {
  const found = {};
  for (let id = 0; id < program.call('rv_signal_count', iface); id++) {
    program.ok('rv_get_signal_name', iface, id, program.scratch, 513, 0);
    const name = program.string(program.scratch);
    found[name] = Number(program.get(iface, id, C.RV_KIND_INT));
  }
  return found;
}

function frame() {
  if (!end) {
    if (program.ok('rv_import_result', iface, token, program.scratch, 32) === 1) end = performance.now() + milliseconds;
    return;
  }
  program.changes(iface);
  if (performance.now() < end) {
    for (let id = 0; id < program.call('rv_signal_count', iface); id++) {
      if (Math.random() < 0.3) program.set(iface, id, C.RV_KIND_INT, 1000000 + Math.floor(Math.random() * 1000));
    }
  } else {
    console.log(JSON.stringify(values()));
  }
}

setInterval(frame, 16);
