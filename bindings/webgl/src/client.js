/* The connection: making it, bringing it up to date, losing it, making it again. */

var STABLE = 10000;
var RESTORE_AFTER = 2000;
var TELL_AGAIN = 60000;

/* Where time, timers and sockets come from. A test puts others there before the first call. */
var host = typeof Module === "object" && Module.realvirtualWsHost || {
  now: function () { return typeof performance === "object" ? performance.now() : Date.now(); },
  setTimeout: function (body, ms) { return setTimeout(body, ms); },
  clearTimeout: function (timer) { clearTimeout(timer); },
  random: function () { return Math.random(); },
  open: function (url, protocols) { return new WebSocket(url, protocols); }
};

function Interface(options) {
  this.options = options;
  this.rules = new Rules(options);
  this.table = new Table(options.send_mode === RV_SEND_MANUAL);
  this.secrets = secretsOf(options);
  this.state = RV_STATE_STOPPED;
  this.fault = null;
  this.events = { list: [], bytes: 0, dropped: "events_dropped" };
  this.logs = { list: [], bytes: 0, dropped: "log_dropped" };
  this.socket = null;
  this.connected = this.running = this.stopping = false;
  /* A request alone has started it. */
  this.temporary = 0;
  this.retryAt = this.connectUntil = this.nextCycle = this.lastCycle = 0;
  this.followUpAt = this.pushAt = this.restoreAt = this.toldAt = 0;
  this.againNow = false;
  this.attempts = this.connectedAt = 0;
  this.lastError = null;
  this.subscription = null;
  this.awaitingState = false;
  this.resyncUntil = this.mentionedUntil = 0;
  this.lastData = this.frames = this.framesRead = this.reported = 0;
  this.knownSignals = 0;
  this.holds = [];
  this.unanswered = [];
  this.latency = [];
  while (this.latency.length < 24) this.latency.push(0);
  this.wanted = this.followUp = this.edgeWaits = this.hadPulses = this.backlog = false;
  this.timer = null;
  this.timerAt = Infinity;
  this.nextToken = 1;
  this.importing = null;
  this.answers = [];
  this.config = [];
  this.late = {};
  this.probe = null;
  this.forget();
}

/* What belongs to one connection. */
Interface.prototype.forget = function () {
  this.told = { version: false, foreign: false, names: {}, unknown: 0 };
  this.joined = this.asked = this.catalogAsked = this.hadPulses = this.backlog = false;
  this.malformedAt = [];
  this.largeBytes = this.catalogsOwed = 0;
  this.unanswered = [];
  this.holds = [];
};

Interface.prototype.now = function () {
  return host.now();
};

/* Runs what may change something, and sees to the next timer. A defect faults this interface. */
Interface.prototype.guarded = function (body) {
  if (this.fault) throw this.fault;
  try {
    return body();
  } catch (error) {
    if (error instanceof Failure) throw error;
    this.fault = error;
    this.drop();
    throw error;
  }
};

Interface.prototype.input = function (body) {
  var iface = this;
  try {
    this.guarded(function () {
      body();
      iface.after();
    });
  } catch (error) {
    failed(error);
    if (typeof console === "object") console.error("realvirtual-ws: " + lastError);
  }
};

Interface.prototype.start = function () {
  if (this.running) return;
  this.running = true;
  this.stopping = false;
  this.attempts = 0;
  this.lastError = null;
  this.setState(RV_STATE_CONNECTING);
  this.dial();
};

Interface.prototype.dial = function () {
  var iface = this, socket, reason, done = false;
  this.retryAt = 0;
  this.connectUntil = this.now() + this.options.connect_timeout_ms;
  try {
    socket = host.open(urlOf(this.options), protocolsOf(this.options));
  } catch (error) {
    /* Its text may hold the URL, and the URL a token. */
    reason = String(error && error.message || error).split(urlOf(this.options)).join(placeOf(this.options));
    this.connectFailed(RV_ERR_ADDRESS, "the browser refuses to connect to " + placeOf(this.options) + ": " +
      escaped(reason) + ". A page from https:// may only use wss://: see option tls");
    return;
  }
  socket.binaryType = "arraybuffer";
  this.socket = socket;
  function on(body) {
    return function (event) {
      if (iface.socket === socket) iface.input(function () { body(event); });
    };
  }
  socket.onopen = on(function () { iface.opened(); });
  socket.onmessage = on(function (event) {
    if (typeof event.data === "string") iface.text(event.data);
    else iface.close(4003, "binary messages are not part of the protocol");
  });
  socket.onclose = on(function (event) {
    if (done) return;
    done = true;
    if (iface.connected) iface.lost("closed with code " + event.code + (event.reason ? ": " + escaped(event.reason) : ""));
    else iface.refused();
  });
};

/* A page is not told why a connection did not come about. */
Interface.prototype.refused = function () {
  this.connectFailed(RV_ERR_CONNECTION, "the browser could not connect to " + placeOf(this.options) + " and does not tell " +
    "a page why: check address and port, that the server runs, that its allowed_origins has this page's origin, its " +
    "tokens, and with wss:// its certificate");
};

Interface.prototype.opened = function () {
  var slots = this.table.slots;
  this.table.count("connects");
  this.table.forgetUnsent();
  this.forget();
  this.connected = true;
  this.connectUntil = 0;
  this.connectedAt = this.lastData = this.now();
  this.sendText('{"type":"init","version":2,"name":' + writeString(this.options.client_name) + "}");
  if (this.subscription) this.sendSubscription();
  this.awaitingState = true;
  this.resyncUntil = this.now() + this.options.resync_wait_ms;
  this.setState(RV_STATE_CONNECTED);
  this.logLine(RV_LOG_INFO, "connected to " + placeOf(this.options));
  this.event(RV_EVENT_CONNECTED, 0, 0, placeOf(this.options));
  slots.forEach(function (slot) {
    if (slot.access === RV_ACCESS_WRITE && slot.quality !== RV_QUALITY_NEVER) slot.due = slot.forced = true;
  });
  this.transmit(UNSENT);
  this.probeConnected();
  this.askForCatalog();
};

Interface.prototype.sendSubscription = function () {
  this.sendText('{"type":"subscribe","version":2,"subscribe":[' + this.subscription.map(writeString).join(",") + "]}");
};

Interface.prototype.subscribe = function (names) {
  var filtered = !!this.subscription;
  this.subscription = names;
  if (!this.connected) return;
  if (names) {
    this.sendSubscription();
  } else if (filtered) {
    /* The protocol has no way back to everything but a new connection. */
    this.attempts = 0;
    this.againNow = true;
    this.close(1000, "reconnecting to receive every signal");
  }
};

/* The server's first state is here, or its time is up: what the host set and the server is not known to have goes out
 * now. What it does not mention until the time is up follows then: a state can come in several messages. */
Interface.prototype.stateArrived = function () {
  if (!this.awaitingState) return;
  this.awaitingState = false;
  this.owe(function (slot) { return slot.unacknowledged; });
  this.mentionedUntil = this.resyncUntil;
  this.table.slots.forEach(function (slot) { slot.mentioned = slot.unacknowledged; });
  this.restoreAt = this.now() + RESTORE_AFTER;
  this.transmit(UNSENT);
};

Interface.prototype.resyncOver = function () {
  this.stateArrived();
  this.resyncUntil = this.mentionedUntil = 0;
  this.owe(function (slot) { return !slot.mentioned; });
  this.transmit(UNSENT);
};

/* Marks what the host wrote last of the signals that both sides write, as far as `which` says. */
Interface.prototype.owe = function (which) {
  this.table.slots.forEach(function (slot) {
    if (slot.access === RV_ACCESS_READ_WRITE && slot.origin === LOCAL && slot.quality !== RV_QUALITY_NEVER && which(slot)) {
      slot.due = true;
    }
  });
};

Interface.prototype.connectFailed = function (code, message) {
  var now = this.now(), news;
  message = this.redacted(message);
  news = !this.lastError || this.lastError.message !== message || now >= this.toldAt + TELL_AGAIN;
  this.drop();
  /* A server that is away for months must not fill the log. */
  if (news) {
    this.toldAt = now;
    this.logLine(RV_LOG_WARN, message);
  }
  this.event(RV_EVENT_DISCONNECTED, 0, code, message);
  this.retryLater(code, message);
};

Interface.prototype.lost = function (text) {
  var now = this.now(), table = this.table;
  this.drop();
  table.count("disconnects");
  table.slots.forEach(function (slot) {
    if (slot.pulse) table.collapsePulse();
    slot.pulse = false;
  });
  table.setStale(now);
  if (this.importing) this.asked = false;
  this.failConfig();
  if (now - this.connectedAt >= STABLE) this.attempts = 0;
  this.logLine(RV_LOG_WARN, "connection lost: " + text);
  this.event(RV_EVENT_DISCONNECTED, 0, RV_ERR_CONNECTION, text);
  this.retryLater(RV_ERR_CONNECTION, "the connection to the server was lost: " + text);
};

/* Lets go of the socket, which says nothing any more. */
Interface.prototype.drop = function (code, reason) {
  var socket = this.socket;
  this.socket = null;
  this.connected = this.awaitingState = false;
  this.connectUntil = this.resyncUntil = this.mentionedUntil = this.followUpAt = this.restoreAt = 0;
  if (!socket) return;
  socket.onopen = socket.onmessage = socket.onclose = null;
  /* Pages may give the codes 1000 and 3000 to 4999, and 123 bytes of reason. */
  try {
    if (code) socket.close(code, beginning(reason, 120));
    else socket.close();
  } catch (error) {
    /* It is closed already. */
  }
};

Interface.prototype.close = function (code, reason) {
  if (!this.connected) return;
  this.drop(code, reason);
  this.lost(escaped(reason));
};

Interface.prototype.retryLater = function (code, message) {
  var options = this.options, base, wait = -1;
  this.lastError = new Failure(code, this.redacted(message));
  this.failProbe(this.lastError);
  if (!this.running) return;
  if (this.againNow) {
    this.againNow = false;
    wait = 0;
  } else if (options.auto_reconnect && (options.max_reconnect_attempts < 0 || this.attempts < options.max_reconnect_attempts)) {
    base = options.reconnect_interval_ms * Math.pow(2, Math.min(this.attempts, 40));
    base = Math.max(options.reconnect_interval_ms, Math.min(base, options.reconnect_backoff_max_ms));
    this.attempts++;
    wait = base * (0.9 + 0.2 * host.random());
  }
  if (wait >= 0) {
    this.retryAt = this.now() + wait;
    this.setState(RV_STATE_RECONNECTING);
  } else {
    this.logLine(RV_LOG_ERROR, "gave up connecting: " + message);
    this.setState(RV_STATE_FAILED);
    this.failImport(this.lastError);
  }
};

/* Sends what is due and closes. What the browser has taken it sends before the close, so there is nothing to wait for. */
Interface.prototype.stop = function () {
  var inVain = 0, before;
  if (!this.running) return;
  this.stopping = true;
  this.table.flush();
  if (this.connected) {
    this.table.slots.forEach(function (slot) { slot.held = false; });
    this.stateArrived();
    this.transmit(UNSENT);
    while (this.connected && inVain < 3 && (this.table.unsent.length || this.table.sealed || this.edgeWaits)) {
      before = this.frames;
      this.transmit(UNSENT);
      inVain += this.frames === before ? 1 : 0;
    }
  }
  this.running = false;
  this.retryAt = 0;
  if (this.connected) this.close(1000, "going away");
  else this.drop();
  this.failImport(new Failure(RV_ERR_CANCELLED, "the interface was stopped before the import was complete"));
  this.setState(RV_STATE_STOPPED);
  this.temporary = 0;
};

Interface.prototype.destroy = function () {
  this.running = false;
  this.drop();
  if (this.timer !== null) host.clearTimeout(this.timer);
  this.timer = null;
};
