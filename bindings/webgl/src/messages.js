/* Receiving: what each message does. */

var MALFORMED_MAX = 100;
var MALFORMED_WINDOW = 10000;
/* A server that has sent something so long after our frame has got the frame. */
var ACKNOWLEDGED_AFTER = 1000;
/* Refusals and unknown names that are logged, and what of a message or value such a line shows. */
var REFUSED_TOLD = 16, REPORTED_MAX = 10000, UNKNOWN_TOLD = 15, SHOWN = 64;
var ANSWER_CAP = 67108864;

/* The fields of a message as raw JSON; null stands for absent. Throws where it is none. */
function decode(text) {
  var fields = {}, types = 0;
  checkJson(text, DEEPEST);
  if (text.charCodeAt(skipBlanks(text, 0)) !== 123) throw new Error("it is no JSON object");
  members(text, function (key, raw) {
    key = "$" + textOf(key);
    if (key === "$type" && ++types > 1) throw new Error("duplicate `type`");
    if (key === "$tag") raw = "true";
    fields[key] = raw === "null" ? undefined : raw;
  });
  fields.type = textOf(fields.$type);
  if (fields.type === "data" || fields.type === "snapshot") {
    if (fields.$signals && fields.$signals.charAt(0) !== "{") throw new Error("`signals` is not an object");
  }
  return fields;
}

function objectOf(raw) {
  return raw && raw.charAt(0) === "{" ? raw : null;
}

Interface.prototype.text = function (text) {
  var fields, cap = this.asked ? ANSWER_CAP : this.options.max_message_bytes || ANSWER_CAP, bytes = byteLength(text);
  if (bytes > cap) {
    this.close(4009, "a message of " + bytes + " bytes is longer than the " + cap + " of option max_message_bytes");
    return;
  }
  this.table.count("frames_in");
  this.table.count("bytes_in", bytes);
  this.debugFrame("<-", text);
  this.acknowledge();
  try {
    fields = decode(text);
  } catch (error) {
    this.malformed(text, error.message);
    return;
  }
  if (!this.told.version && !rightVersion(fields)) {
    this.told.version = true;
    this.logLine(RV_LOG_WARN, "the peer's messages carry no version, or another version than 2; they are read as version 2");
  }
  this.message(fields, text);
};

/* In the document every message has one but `data` and `snapshot`. What it does not know may be anything. */
function rightVersion(fields) {
  if (fields.$version) return fields.$version === "2" || fields.$version === "2.0";
  return !/^(init|import_request|import_answer|subscribe|config_get|config_answer|config_set|config_result)$/.test(fields.type);
}

Interface.prototype.message = function (fields, text) {
  switch (fields.type) {
    case "data": this.values(fields.$signals, false); break;
    case "snapshot": this.values(fields.$signals, true); break;
    case "init": break;
    case "import_request": this.catalogAskedFor(); break;
    case "import_answer":
      if (this.asked || this.options.auto_import) {
        this.importAnswer(fields.$signals, fields.$signalTypes);
      } else {
        this.table.count("unknown_message");
        this.event(RV_EVENT_CATALOG_CHANGED, 0, 0, "the peer sent a catalogue that was not asked for: import takes it over");
      }
      break;
    case "config_get": this.sendText('{"type":"config_answer","version":2,"config":{}}'); break;
    case "config_set": this.refuseConfig(objectOf(fields.$config)); break;
    case "config_answer": this.configAnswer(objectOf(fields.$config)); break;
    case "config_result": this.configResult(fields.$success === "true", textOf(fields.$message) || ""); break;
    case "subscribe": this.table.count("unknown_message"); break;
    default: this.unknown(fields, text);
  }
  if (!fields.foreign) this.joined = true;
};

Interface.prototype.unknown = function (fields, text) {
  this.table.count("unknown_message");
  fields.foreign = true;
  if (fields.type && fields.type.indexOf("room_") === 0) {
    this.foreign("the peer speaks the multiuser protocol (room_join \u2026), which shares port 7000: check address and port");
  } else if (fields.$tag) {
    this.foreign('the peer speaks the older protocol v1 (messages with "tag"): set it to version 2');
  } else {
    fields.foreign = false;
    if (this.options.raw_events) this.event(RV_EVENT_RAW, 0, 0, text);
  }
};

Interface.prototype.foreign = function (text) {
  if (this.told.foreign || this.joined) return;
  this.told.foreign = true;
  this.logLine(RV_LOG_WARN, text);
  this.event(RV_EVENT_FOREIGN_PROTOCOL, 0, 0, text);
};

Interface.prototype.malformed = function (text, why) {
  var now = this.now(), times = this.malformedAt;
  this.table.count("malformed");
  times.push(now);
  this.logLine(RV_LOG_WARN, "dropped a malformed message of the server: " + escaped(String(why)) + ": " + this.shown(text, SHOWN));
  if (times.length > MALFORMED_MAX && now - times.shift() <= MALFORMED_WINDOW) this.close(4008, "too many malformed messages");
};

/* The values of a frame that fit, by signal: each once, the last one counts. */
Interface.prototype.readValues = function (signals) {
  var iface = this, table = this.table, batch = { entries: [], refused: [], unknown: [], refusedNames: 0 };
  var frame = ++this.framesRead, likely = 0;
  if (signals) members(signals, function (rawName, raw) {
    var name = textOf(rawName), slot, found;
    if (name === null || name.indexOf("\0") >= 0) {
      batch.refusedNames++;
      return;
    }
    /* Most servers send signals in the order in which we know them. */
    slot = table.slots[likely];
    if (!slot || slot.name !== name) slot = table.named(name);
    if (!slot) {
      batch.unknown.push(name);
      return;
    }
    likely = slot.id + 1;
    if (slot.seen !== frame) {
      slot.seen = frame;
      slot.entry = -1;
      slot.refused = slot.listed = false;
    }
    found = coerce(raw, slot.kind, iface.options.strict_types);
    if (!found) {
      if (!slot.listed) batch.refused.push({ slot: slot, raw: raw });
      slot.refused = slot.listed = true;
      return;
    }
    slot.refused = false;
    if (slot.entry < 0) slot.entry = batch.entries.push(null) - 1;
    batch.entries[slot.entry] = { slot: slot, value: found.value, lossy: found.lossy, raw: raw };
  });
  batch.entries = batch.entries.filter(function (entry) { return !entry.slot.refused; });
  batch.refused = batch.refused.filter(function (entry) { return entry.slot.refused; });
  return batch;
};

/* Takes the values of a data or a snapshot, all together. */
Interface.prototype.values = function (signals, snapshot) {
  var batch = this.readValues(signals), first = this.awaitingState, state = first || snapshot, refused = [], iface = this;
  this.table.count("values_in", batch.entries.length);
  this.table.count("unknown_signal", batch.unknown.length);
  this.table.count("rejected_type", batch.refused.length + batch.refusedNames);
  batch.entries.forEach(function (entry) { iface.applyEntry(entry, state, refused); });
  this.reportUnknown(batch.unknown);
  this.reportRefused(batch.refused, "cannot be converted to its kind");
  this.reportRefused(refused, "is refused, since only this host writes it. If the peer is right, see the options " +
    "catalog_direction, peer_perspective and accept_remote_writes");
  if (first) this.stateArrived();
  if (this.mentionedUntil) batch.entries.forEach(function (entry) { entry.slot.mentioned = true; });
};

/* The server sets no fences here and decides where values cross, so a value that comes is applied, with two exceptions:
 * what the host set outlives the first state of a connection, and a repeat of what the server said before is no answer
 * to a value that has not been sent yet. */
Interface.prototype.applyEntry = function (entry, state, refused) {
  var slot = entry.slot, value = entry.value, table = this.table, pending, kept, repeat;
  if (slot.access === RV_ACCESS_WRITE && !this.options.accept_remote_writes) {
    if (state || slot.value === value) {
      table.count("echoes");
    } else {
      table.count("rejected_direction");
      refused.push(entry);
    }
    return;
  }
  if (entry.lossy) table.count("lossy");
  /* What nobody has set cannot come back as an echo. */
  pending = slot.quality !== RV_QUALITY_NEVER && slot.origin === LOCAL && (slot.due || table.isUnsent(slot));
  kept = slot.unacknowledged || pending;
  if (this.awaitingState && (kept || slot.staged) && slot.access !== RV_ACCESS_READ) {
    slot.heard = value;
    /* The flush is to see that the server has something else. */
    if (!kept) table.applyBeneath(slot, value, this.now());
    table.count("echoes");
    return;
  }
  repeat = pending && (value === slot.heard || value === slot.value);
  slot.heard = value;
  if (repeat) {
    table.count("echoes");
    return;
  }
  if (table.apply(slot, value, this.now())) {
    slot.unacknowledged = false;
    slot.due = slot.pulse = slot.unmoved = false;
  } else {
    table.count("echoes");
  }
};

/* What the server has certainly seen by now. */
Interface.prototype.acknowledge = function () {
  var until = this.now() - ACKNOWLEDGED_AFTER, frame;
  while (this.unanswered.length && this.unanswered[0].at <= until) {
    frame = this.unanswered.shift();
    frame.slots.forEach(function (slot) {
      if (slot.frame === frame.number && !slot.unsent && !slot.due) slot.unacknowledged = false;
    });
  }
};

/* Logs each name that is no signal here, once for each connection. */
Interface.prototype.reportUnknown = function (names) {
  var told = this.told, index, key;
  for (index = 0; index < names.length && told.unknown <= UNKNOWN_TOLD; index++) {
    key = "$" + names[index];
    if (told.names[key]) continue;
    if (told.unknown++ === UNKNOWN_TOLD) {
      this.logLine(RV_LOG_WARN, "the server sends further names that are no signals here; they are counted in unknown_signal");
    } else {
      told.names[key] = true;
      this.logLine(RV_LOG_WARN, "the server sends " + escaped(names[index]) +
        ", which is no signal here: declare or import it, or compare the spelling");
    }
  }
};

/* Logs refused values, once for each signal. */
Interface.prototype.reportRefused = function (entries, why) {
  var index, told = 0, slot;
  for (index = 0; index < entries.length && told < REFUSED_TOLD && this.reported < REPORTED_MAX; index++) {
    slot = entries[index].slot;
    if (slot.told) continue;
    slot.told = true;
    told++;
    this.reported++;
    this.logLine(RV_LOG_WARN, "signal " + escaped(slot.name) + ": " + escaped(this.redacted(entries[index].raw), SHOWN) + " of the server " + why);
  }
};
