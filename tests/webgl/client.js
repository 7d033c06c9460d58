// A client for a test, and what goes between it and its server.
'use strict';
const { constants: C } = require('./library');

const data = (signals) => JSON.stringify({ type: 'data', version: 2, signals });
const bool = (name, more) => ({ name, kind: C.RV_KIND_BOOL, ...more });
const int = (name, more) => ({ name, kind: C.RV_KIND_INT, ...more });

// A started and connected client; `signals` are fields of rv_signal_options.
function connected(t, signals = [], options = {}) {
  const iface = t.program.create({ heartbeat_ms: 0, ...options });
  signals.forEach((signal) => t.program.add(iface, { access: C.RV_ACCESS_READ_WRITE, ...signal }));
  t.program.ok('rv_start', iface);
  const socket = t.world.accept();
  socket.receive(data({}));
  socket.take();
  return { iface, socket };
}

module.exports = { bool, connected, data, int };
