/* What waits for an answer of the server: import, configuration, the connection test. And what the server asks for. */

var LATE_ANSWER = 10000;
var PUSH_DELAY = 250;
/* Requests for our catalogue that may wait for the browser to have sent what it holds. */
var CATALOGS_OWED = 64;
var REPORT_LINES = 100;
var ANSWERS_KEPT = 64;
var MAX_NAME_BYTES = 512;

Interface.prototype.token = function () {
  return this.nextToken++;
};

/* Keeps a result until it is taken, and says that it is there. */
Interface.prototype.answer = function (kind, type, token, result, text, report) {
  this.answers.push({ kind: kind, token: token, result: result, text: text, report: report });
  if (this.answers.length > ANSWERS_KEPT) this.answers.shift();
  this.event(type, token, result, text);
};

Interface.prototype.takeAnswer = function (token, kind) {
  var index, found;
  for (index = 0; index < this.answers.length; index++) {
    found = this.answers[index];
    if (found.token !== token) continue;
    if (found.kind !== kind) fail(RV_ERR_NOT_FOUND, "token " + token + " belongs to a request of another kind");
    this.answers.splice(index, 1);
    return found;
  }
  return null;
};

/* An interface that only a request has started stops when that is through. */
Interface.prototype.requestEnded = function (token) {
  if (this.temporary === token) this.stop();
};

Interface.prototype.beginImport = function (timeout) {
  var token = this.token(), empty = { added: 0, updated: 0, unchanged: 0, conflicting: 0, refused: 0, answered: 0, unanswered: 0 };
  if (this.importing) {
    this.answer("import", RV_EVENT_IMPORT_DONE, token, RV_ERR_STATE, "an import is under way already: wait for it, or cancel it");
    return token;
  }
  if (this.state === RV_STATE_FAILED && this.running) {
    this.answer("import", RV_EVENT_IMPORT_DONE, token, this.lastError.code, this.lastError.message);
    return token;
  }
  this.importing = { token: token, until: this.now() + timeout, report: empty, lines: [], more: 0 };
  if (this.running) {
    this.askForCatalog();
  } else {
    this.temporary = token;
    this.start();
  }
  return token;
};

Interface.prototype.askForCatalog = function () {
  if (!this.importing || !this.connected) return;
  this.asked = true;
  this.sendText('{"type":"import_request","version":2}');
};

function importLine(importing, text) {
  if (importing.lines.length < REPORT_LINES) importing.lines.push(text);
  else importing.more++;
}

/* Both maps of a catalogue, united: names in the order of their first appearance. */
Interface.prototype.readCatalog = function (signals, types, refuse) {
  var rows = [], index = {}, limit = this.options.max_signals, beyond = [0, 0];
  [signals, types].forEach(function (map, which) {
    if (!map) return;
    if (map.charAt(0) !== "{") {
      refuse(map, "not an object of names");
      return;
    }
    members(map, function (rawName, raw) {
      var name = textOf(rawName), row;
      if (!name || name.indexOf("\0") >= 0 || byteLength(name) > MAX_NAME_BYTES) {
        refuse(rawName, "no possible name");
        return;
      }
      row = index["$" + name];
      if (!row) {
        if (rows.length >= limit) {
          beyond[which]++;
          return;
        }
        row = index["$" + name] = { name: name };
        rows.push(row);
      }
      row[which ? "type" : "value"] = raw;
    });
  });
  return { rows: rows, beyond: Math.max(beyond[0], beyond[1]) };
};

/* What a row of a catalogue says: { kind, direction, value, inferred }. Throws why it is no signal. */
function readRow(row) {
  var name = textOf(row.type), type = name === null ? null : parseType(name), raw = row.value || "", value;
  var inferred = !type;
  if (inferred) {
    type = { direction: 0, kind: /^[tf]/.test(raw) ? RV_KIND_BOOL : /^"/.test(raw) ? RV_KIND_TEXT : RV_KIND_FLOAT };
    if (!/^[tf"\d-]/.test(raw)) throw "no type, and no value to infer it from";
  }
  value = raw ? coerce(raw, type.kind, 0) : null;
  if (inferred && !value) throw "no type, and a value that no signal holds";
  return { name: row.name, kind: type.kind, direction: type.direction, value: value, inferred: inferred };
}

Interface.prototype.importAnswer = function (signals, types) {
  var iface = this, importing = this.asked && this.importing || { report: { added: 0, updated: 0, unchanged: 0, conflicting: 0, refused: 0 }, lines: [], more: 0 };
  var report = importing.report, catalog;
  function refuse(name, why) {
    report.refused++;
    importLine(importing, escaped(name) + ": refused, " + why);
  }
  this.asked = false;
  report.answered = 1;
  catalog = this.readCatalog(signals, types, refuse);
  report.refused += catalog.beyond;
  catalog.rows.forEach(function (row) {
    var entry;
    try {
      entry = readRow(row);
    } catch (why) {
      if (typeof why !== "string") throw why;
      refuse(row.name, why);
      return;
    }
    iface.importEntry(entry, report, importing, refuse);
  });
  this.wanted = true;
  this.logLine(RV_LOG_INFO, "import: " + ["added", "updated", "unchanged", "conflicting", "refused"].map(function (part) {
    return report[part] + " " + part;
  }).join(", "));
  if (importing === this.importing) {
    this.importing = null;
    if (importing.more) importing.lines.push("and " + importing.more + " more");
    this.answer("import", RV_EVENT_IMPORT_DONE, importing.token, RV_OK, importing.lines.map(function (line) { return line + "\n"; }).join(""), report);
    this.requestEnded(importing.token);
  }
};

Interface.prototype.importEntry = function (entry, report, importing, refuse) {
  var table = this.table, slot = table.named(entry.name), rule = this.rules.imported(entry.name, entry.direction), now = this.now();
  var updated = false;
  if (!slot) {
    if (table.slots.length >= this.options.max_signals) {
      refuse(entry.name, "the limit of " + this.options.max_signals + " signals (max_signals) is reached");
      return;
    }
    /* Declared as READ first: a value from a peer must not look like one of the host's. */
    slot = table.add(entry.name, entry.kind, rule.direction, RV_ACCESS_READ, initialOf(entry.kind));
    if (entry.value) table.apply(slot, entry.value.value, now);
    slot.imported = 1;
    slot.access = rule.access;
    table.record(slot, RV_CHANGE_IMPORTED);
    report.added++;
    if (entry.inferred) {
      importLine(importing, escaped(entry.name) + ": has no known type; taken as " + KIND_NAMES[entry.kind] + " from its value");
    }
    return;
  }
  if (slot.kind !== entry.kind) {
    report.conflicting++;
    importLine(importing, escaped(entry.name) + ": exists here as " + KIND_NAMES[slot.kind] + ", not as " +
      KIND_NAMES[entry.kind] + "; what is here stands");
    return;
  }
  /* What the host declared stays as declared; what an import made follows the catalogue. */
  if (slot.imported && (slot.direction !== rule.direction || slot.access !== rule.access)) {
    slot.direction = rule.direction;
    slot.access = rule.access;
    updated = true;
  }
  if (entry.value && slot.access === RV_ACCESS_READ && (slot.quality === RV_QUALITY_NEVER || slot.origin === SERVER)) {
    updated = table.apply(slot, entry.value.value, now) || updated;
  }
  report[updated ? "updated" : "unchanged"]++;
};

Interface.prototype.failImport = function (failure) {
  var importing = this.importing;
  if (!importing) return;
  this.importing = null;
  this.asked = false;
  this.answer("import", RV_EVENT_IMPORT_DONE, importing.token, failure.code, failure.message);
  this.requestEnded(importing.token);
};

/* The server asks for our catalogue: it gets it now, or when less waits in the browser. */
Interface.prototype.catalogAskedFor = function () {
  this.catalogAsked = true;
  if (!this.isCrowded()) {
    this.answerImport();
  } else if (++this.catalogsOwed > CATALOGS_OWED) {
    this.closeSlow();
  } else {
    this.pushAt = this.pushAt || this.now() + PUSH_DELAY;
  }
};

/* Catalogues that the server waits for, or that have grown. */
Interface.prototype.pushCatalog = function () {
  this.pushAt = 0;
  if (!this.catalogAsked || !this.connected) return;
  if (!this.isCrowded()) {
    this.answerImport();
    return;
  }
  this.pushAt = this.now() + PUSH_DELAY;
};

/* One for all that the server has asked for meanwhile. */
Interface.prototype.answerImport = function () {
  var values = [], types = [], rules = this.rules;
  this.catalogsOwed = 0;
  this.table.slots.forEach(function (slot) {
    var name = writeString(slot.name) + ":", value = slot.value;
    /* What waits in a FIFO follows in its order: its newest value would be one too many now. */
    if (slot.fifo && slot.fifo.outgoing.length) value = slot.fifo.before;
    if (slot.isFailsafe) value = initialOf(slot.kind);
    values.push(name + writeValue(slot.kind, value));
    types.push(name + writeString(rules.typeName(slot)));
  });
  this.sendLarge('{"type":"import_answer","version":2,"signals":{' + values.join(",") + '},"signalTypes":{' + types.join(",") + "}}");
};

/* Signals were added: a server that has our catalogue hears of them a little later, so that many make one answer. */
Interface.prototype.meetNewSignals = function () {
  if (this.knownSignals === this.table.slots.length) return;
  this.knownSignals = this.table.slots.length;
  if (this.options.catalog_push && this.catalogAsked && !this.pushAt) this.pushAt = this.now() + PUSH_DELAY;
};

function checkConfig(json) {
  try {
    checkJson(json, DEEPEST - 1);
    if (json.charCodeAt(skipBlanks(json, 0)) === 123) return;
  } catch (error) {
    fail(RV_ERR_ARGUMENT, 'this must be a JSON object such as {"interval":5}: ' + escaped(error.message));
  }
  fail(RV_ERR_ARGUMENT, 'this must be a JSON object such as {"interval":5}: it is another kind of value');
}

Interface.prototype.refuseConfig = function (json) {
  var message = json ? "this client has no configuration" : "config must be a JSON object";
  this.sendText('{"type":"config_result","version":2,"success":false,"message":' + writeString(message) + "}");
};

Interface.prototype.requestConfig = function (request, json, timeout) {
  var token = this.token(), pending = this.config.some(function (sent) { return sent.request === request; });
  if (pending) {
    this.configDone(token, RV_ERR_STATE, "the configuration request before this one is not answered yet");
  } else if (!this.connected) {
    this.configDone(token, RV_ERR_NOT_CONNECTED, "there is no connection to send the configuration request on: is the interface started, and connected?");
  } else {
    this.sendText('{"type":"' + request + '","version":2' + (json ? ',"config":' + json.trim() : "") + "}");
    this.config.push({ token: token, request: request, until: this.now() + timeout, discarded: false });
  }
  return token;
};

Interface.prototype.configDone = function (token, result, text) {
  this.answer("config", RV_EVENT_CONFIG_DONE, token, result, text);
};

Interface.prototype.configAnswer = function (json) {
  if (json) this.configAnswered("config_get", RV_OK, json);
  else this.configAnswered("config_get", RV_ERR_HANDSHAKE, "the server's config_answer carries no JSON object");
};

Interface.prototype.configResult = function (success, message) {
  if (success) this.configAnswered("config_set", RV_OK, message);
  else this.configAnswered("config_set", RV_ERR_DENIED, "the server did not apply the configuration: " + message);
};

Interface.prototype.configAnswered = function (request, result, text) {
  var sent = this.config.filter(function (one) { return one.request === request; })[0], late = this.late[request] || 0;
  this.late[request] = 0;
  if (late > this.now()) {
    if (sent) sent.discarded = true;
  } else if (sent) {
    this.config.splice(this.config.indexOf(sent), 1);
    this.configDone(sent.token, result, text);
    return;
  }
  this.table.count("unknown_message");
};

/* A request was given up: one answer is not taken for the next one's. A single lost answer must not cost every later
 * request its own. */
Interface.prototype.expectLate = function (sent) {
  if (!sent.discarded) this.late[sent.request] = this.now() + LATE_ANSWER;
};

Interface.prototype.failConfig = function () {
  var iface = this, all = this.config;
  this.config = [];
  this.late = {};
  all.forEach(function (sent) {
    iface.configDone(sent.token, RV_ERR_CONNECTION, "the connection was lost before the server answered");
  });
};

Interface.prototype.cancel = function (token) {
  var iface = this;
  if (this.importing && this.importing.token === token) {
    this.importing = null;
    this.asked = false;
  }
  this.config = this.config.filter(function (sent) {
    if (sent.token !== token) return true;
    iface.expectLate(sent);
    return false;
  });
  this.answers = this.answers.filter(function (answer) { return answer.token !== token; });
  this.requestEnded(token);
};

Interface.prototype.beginProbe = function (timeout) {
  this.probe = { token: this.token(), started: this.now(), until: this.now() + timeout };
  this.start();
};

/* A page can send no ping, so there is no round trip to measure, and nothing tells what the server is. */
Interface.prototype.probeConnected = function () {
  var probe = this.probe, ms;
  if (!probe || !probe.until) return;
  probe.until = 0;
  ms = this.now() - probe.started;
  this.answer("probe", RV_EVENT_TEST_DONE, probe.token, RV_OK, "connected in " + ms.toFixed(1) + " ms; a browser cannot measure the round trip",
    { connect_us: Math.round(ms * 1000), round_trip_us: 0, library: 0 });
  this.stop();
};

Interface.prototype.failProbe = function (failure) {
  var probe = this.probe;
  if (!probe || !probe.until) return;
  probe.until = 0;
  this.answer("probe", RV_EVENT_TEST_DONE, probe.token, failure.code, failure.message);
};

Interface.prototype.requestsDue = function () {
  var due = Infinity;
  if (this.importing) due = this.importing.until;
  if (this.probe && this.probe.until) due = Math.min(due, this.probe.until);
  this.config.forEach(function (sent) { due = Math.min(due, sent.until); });
  return due;
};

Interface.prototype.requestDeadlines = function (now) {
  var iface = this, over;
  if (this.importing && this.importing.until <= now) {
    this.failImport(this.asked ? new Failure(RV_ERR_TIMEOUT, "the server did not answer the import request in time")
      : this.lastError || new Failure(RV_ERR_TIMEOUT, "no connection was made before the import's time ran out"));
  }
  over = this.config.filter(function (sent) { return sent.until <= now; });
  this.config = this.config.filter(function (sent) { return sent.until > now; });
  over.forEach(function (sent) {
    iface.expectLate(sent);
    iface.configDone(sent.token, RV_ERR_TIMEOUT, "the server did not answer the configuration request in time");
  });
  if (this.probe && this.probe.until && this.probe.until <= now) {
    this.failProbe(new Failure(RV_ERR_TIMEOUT, "the server did not answer in time: check address, port and firewall"));
    this.stop();
  }
};
