// A peer over the package `ws`: what it takes and reports is described in peer.py, which is the same over `websockets`.
// One thing more: autoPong false leaves pings unanswered.
"use strict";

const readline = require("node:readline");
const WebSocket = require("../node/node_modules/ws");

const what = JSON.parse(process.argv[2]);
const behaviour = what.behaviour ?? "quiet";
const autoPong = what.autoPong ?? true;
const state = { ...what.state };
const connections = new Set();

function report(event, fields) {
  process.stdout.write(JSON.stringify({ event, ...fields }) + "\n");
}

function send(message) {
  for (const connection of connections) {
    if (connection.readyState === WebSocket.OPEN) {
      connection.send(JSON.stringify(message));
    }
  }
}

function converse(connection) {
  connections.add(connection);
  connection.on("message", (raw) => {
    const message = JSON.parse(raw.toString());
    report("message", { message });
    if (behaviour === "echo" && (message.type === "data" || message.type === "snapshot")) {
      setTimeout(() => Object.assign(state, message.signals), what.lag_ms ?? 0);
    }
  });
  connection.on("close", (code) => {
    connections.delete(connection);
    report("closed", { code });
  });
}

function client() {
  let offered = "";
  let agreed = "";
  const connection = new WebSocket(`ws://127.0.0.1:${what.port}`, {
    origin: what.origin,
    autoPong,
    finishRequest: (request) => {
      offered = request.getHeader("Sec-WebSocket-Extensions") ?? "";
      request.end();
    },
  });
  connection.on("upgrade", (response) => {
    agreed = response.headers["sec-websocket-extensions"] ?? "";
  });
  connection.on("unexpected-response", (request, response) => {
    report("refused", { status: response.statusCode });
    request.destroy();
  });
  connection.on("error", () => {});
  // The first message may come with the answer to the upgrade.
  converse(connection);
  connection.on("open", () => {
    report("open", { offered, agreed });
    if (what.name !== undefined) {
      connection.send(JSON.stringify({ type: "init", version: 2, name: what.name }));
    }
    if (what.subscribe !== undefined) {
      connection.send(JSON.stringify({ type: "subscribe", version: 2, subscribe: what.subscribe }));
    }
  });
}

function server() {
  const listener = new WebSocket.Server({
    host: "127.0.0.1",
    port: what.port ?? 0,
    perMessageDeflate: true,
    autoPong,
  });
  let agreed = "";
  listener.on("headers", (headers) => {
    const line = headers.find((header) => /^sec-websocket-extensions:/i.test(header));
    agreed = line === undefined ? "" : line.split(": ")[1];
  });
  listener.on("listening", () => report("listening", { port: listener.address().port }));
  listener.on("connection", (connection, request) => {
    report("open", { offered: request.headers["sec-websocket-extensions"] ?? "", agreed });
    connection.on("error", () => {});
    converse(connection);
  });
}

if (what.role === "client") {
  client();
} else {
  server();
}
if (behaviour !== "quiet") {
  setInterval(() => {
    if (Object.keys(state).length > 0) {
      send({ type: "data", signals: state });
    }
  }, 1000 / (what.hz ?? 60));
}
readline
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const command = JSON.parse(line);
    Object.assign(state, command.set);
    if (behaviour === "quiet" && command.set !== undefined) {
      report("set", { signals: command.set });
      send({ type: "data", signals: command.set });
    }
    if (command.send !== undefined) {
      send(command.send);
    }
  })
  .on("close", () => process.exit(0));
