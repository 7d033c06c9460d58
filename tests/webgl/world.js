// Time that passes when a test says so, and sockets whose other end is the test.
'use strict';

class World {
  constructor() {
    this.time = 1000;
    this.timers = new Map();
    this.nextTimer = 1;
    this.sockets = [];
    const world = this;
    this.host = {
      now: () => world.time,
      random: () => 0.5,
      setTimeout: (body, ms) => {
        world.timers.set(world.nextTimer, { at: world.time + ms, body });
        return world.nextTimer++;
      },
      clearTimeout: (timer) => world.timers.delete(timer),
      open: (url, protocols) => {
        if (world.refuse) throw new Error(`${world.refuse}: ${url}`);
        const socket = new Socket(url, protocols);
        world.sockets.push(socket);
        return socket;
      },
    };
  }

  // Lets so many milliseconds pass.
  wait(ms) {
    const until = this.time + ms;
    for (;;) {
      const due = [...this.timers].filter(([, timer]) => timer.at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.time = Math.max(this.time, due[1].at);
      this.timers.delete(due[0]);
      due[1].body();
    }
    this.time = until;
  }

  get socket() {
    return this.sockets[this.sockets.length - 1];
  }

  // The other end accepts the connection that the library makes, now or within `ms`.
  accept(ms = 0) {
    for (let passed = 0; this.socket === undefined || this.socket.opened || this.socket.closed; passed++) {
      if (passed >= ms) throw new Error('no connection is being made');
      this.wait(1);
    }
    this.socket.opened = true;
    this.socket.onopen({});
    return this.socket;
  }
}

class Socket {
  constructor(url, protocols) {
    this.url = url;
    this.protocols = protocols;
    this.bufferedAmount = 0;
    this.sent = [];
    this.closed = null;
  }

  send(text) {
    if (!this.opened || this.closed) throw new Error('send on a socket that is not open');
    this.sent.push(text);
  }

  close(code, reason) {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code < 5000)) throw new Error(`a page may not close with ${code}`);
    if (reason && Buffer.byteLength(reason) > 123) throw new Error('the reason is too long');
    this.closed = { code, reason };
  }

  receive(text) {
    if (!this.closed) this.onmessage({ data: text });
  }

  // The other end is gone.
  lose(code = 1006, reason = '') {
    this.closed = { code, reason };
    this.onclose({ code, reason });
  }

  // What was sent since the last time.
  take() {
    return this.sent.splice(0);
  }
}

module.exports = { World };
