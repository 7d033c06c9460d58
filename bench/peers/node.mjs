// A peer in JavaScript: npm's ws, JSON.parse and JSON.stringify. Arguments and figures: see peer.hpp.
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";

const require = createRequire(new URL("../../tests/node/", import.meta.url));
const { WebSocket, WebSocketServer } = require("ws");

const [measure, role, ...numbers] = process.argv.slice(2);
const [port, signals, changed, rate, frames, clients] = numbers.map(Number);
const roundtrip = measure === "roundtrip";

const cpu = () => Object.values(process.cpuUsage()).reduce((a, b) => a + b) / 1e6;
const report = (seconds, count, latency = []) =>
  console.log(JSON.stringify({ cpu: seconds, frames: count, latency: latency.map((ms) => ms * 1000).sort((a, b) => a - b) }));

function nameOf(n) {
  const part = n === 0 ? "Counter" : n % 20 < 10 ? "Sensor" : n % 20 < 15 ? "Drive.Speed" : n % 20 < 19 ? "Counter" : "State";
  return `Cell${Math.floor(n / 200)}.${part}_${n}`;
}

function valueOf(n, frame) {
  if (n === 0) return frame;
  if (n % 20 < 10) return ((n + frame) & 1) === 1;
  if (n % 20 < 15) return n * 1.25 + frame * 0.5 + 0.001;
  if (n % 20 < 19) return n * 37 - 500 + frame;
  return `Running, step ${n + frame}`;
}

const axis = (prefix, round) => ({
  [`${prefix}.Count`]: round,
  [`${prefix}.Position`]: round * 0.25 + 0.001,
  [`${prefix}.Ready`]: (round & 1) === 1,
  [`${prefix}.Note`]: `step ${round}`,
});

const encode = (values) => JSON.stringify({ type: "data", version: 2, signals: values });
const table = new Map();
const apply = (data) => {
  for (const [name, value] of Object.entries(JSON.parse(data).signals)) if (table.get(name) !== value) table.set(name, value);
};

// A timer that does not drift; Node's have milliseconds.
function at(begin, n, then) {
  const wait = begin + (n * 1000) / rate - performance.now();
  if (wait > 0) setTimeout(then, wait);
  else setImmediate(then);
}

function produce(server) {
  const names = Array.from({ length: signals }, (_, n) => nameOf(n));
  const before = cpu();
  const begin = performance.now();
  const tick = (frame) => {
    const values = {};
    for (let n = 0; n < changed; n++) values[names[n]] = valueOf(n, frame);
    const text = encode(values);
    for (const client of server.clients) client.send(text);
    if (frame < frames) return at(begin, frame + 1, () => tick(frame + 1));
    setTimeout(() => {
      report(cpu() - before, frames);
      for (const client of server.clients) client.close();
      server.close();
    }, 100);
  };
  at(begin, 1, () => tick(1));
}

if (role === "server") {
  const server = new WebSocketServer({ host: "127.0.0.1", port, perMessageDeflate: false }, () =>
    console.log(`port ${server.address().port}`));
  let before = 0;
  server.on("connection", (socket) => {
    if (!roundtrip) {
      if (server.clients.size === clients) setTimeout(() => produce(server), 600);
      return;
    }
    socket.on("message", (data) => {
      before ||= cpu();
      apply(data);
      const round = table.get("Axis.Count");
      socket.send(encode(axis("Echo", round)));
      if (round >= frames) {
        report(cpu() - before, frames);
        server.close();
      }
    });
  });
} else {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
  const latency = [];
  let round = 0, sent = 0, begin = 0, before = 0, received = 0;
  const send = () => {
    sent = rate ? begin + (round * 1000) / rate : performance.now();
    socket.send(encode(axis("Axis", round)));
  };
  const next = () => {
    if (++round > frames) {
      report(cpu() - before, frames, latency);
      socket.close();
    } else if (rate) at(begin, round, send);
    else send();
  };
  socket.on("open", () => {
    before = cpu();
    begin = performance.now();
    if (roundtrip) next();
  });
  const first = nameOf(0);
  socket.on("message", (data) => {
    apply(data);
    if (roundtrip) {
      latency.push(performance.now() - sent);
      next();
    } else {
      received++;
      if (table.get(first) >= frames) {
        report(cpu() - before, received);
        socket.close();
      }
    }
  });
}
