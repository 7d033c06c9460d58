/* What is to be sent: pending values, the sealed frame, FIFOs, held levels, and the frames made of them. */

/* What a transmission takes: what is unsent, or every value of the host as well. */
var UNSENT = 0, EVERYTHING = 1;
/* What becomes of a value that a frame could carry. */
var SEND = 0, WAIT = 1, NEVER = 2;
/* What may wait in the browser, besides data and catalogues, before a server counts as one that does not read; and how
 * much of anything, before catalogues wait. */
var QUEUE_BYTES = 16777216, QUEUE_SMALL = 1048576;

/* The present value goes into a frame: gives whether a bool differs from the frame before. */
Table.prototype.settle = function (slot) {
  var level = slot.value === true, toggled = slot.base !== level;
  slot.base = level;
  return toggled;
};

/* Whether this value would take back a change of a bool that is not sent yet. */
Table.prototype.undoes = function (slot, value) {
  return slot.unsent && slot.kind === RV_KIND_BOOL && slot.base === value && slot.value !== value && !slot.fifo;
};

/* Closes the pending frame: it goes out as it is. One at most waits so; false when one does already. */
Table.prototype.seal = function () {
  if (this.sealed) return false;
  var table = this, sealed = [];
  this.drain(function (slot) { return !slot.fifo; }).forEach(function (slot) { sealed.push(table.pick(slot, true)); });
  this.sealed = sealed.length ? sealed : null;
  return true;
};

/* A value is about to be stored for sending. If it takes back a change that is not sent yet, the pending frame is
 * sealed; when one waits already, or the level is held, the pulse collapses. A FIFO keeps every value by itself. */
Table.prototype.beforeUnsent = function (slot, value) {
  if (slot.fifo) {
    if (slot.fifo.outgoing.length >= slot.fifo.depth) {
      slot.fifo.outgoing.shift();
      this.count("queue_overflow");
    }
    if (!slot.fifo.outgoing.length) slot.fifo.before = slot.value;
    slot.fifo.outgoing.push(value);
  } else if (this.undoes(slot, value) && (slot.held || !this.seal())) {
    this.count("pulses_collapsed");
  }
};

/* Takes what is to be sent, smallest id first, except what is held and what `which` leaves. */
Table.prototype.drain = function (which) {
  var taken = [], left = [];
  this.unsent.forEach(function (slot) { (!slot.held && which(slot) ? taken : left).push(slot); });
  this.unsent = left;
  taken.forEach(function (slot) { slot.unsent = false; });
  return taken.sort(byId);
};

function byId(one, other) {
  return one.id - other.id;
}

/* A value for a frame: the oldest of a FIFO if it is `fresh`, the present one otherwise. */
Table.prototype.pick = function (slot, fresh) {
  var toggled = this.settle(slot), queued = fresh && slot.fifo && slot.fifo.outgoing.length > 0;
  var value = queued ? slot.fifo.outgoing.shift() : slot.value;
  if (queued) slot.fifo.before = value;
  if (queued && slot.fifo.outgoing.length) this.markUnsent(slot);
  return {
    slot: slot, value: value, toggled: toggled, fresh: fresh, queued: queued, overtaken: false, origin: slot.origin,
    repeated: slot.repeated, usable: slot.quality !== RV_QUALITY_NEVER && !slot.isFailsafe
  };
};

/* A pulse that the server does not get: an edge less, and a value that a newer one replaced. */
Table.prototype.collapsePulse = function () {
  this.count("pulses_collapsed");
  this.count("coalesced");
};

/* Nobody is connected: what is unsent is part of the state that the server gets, and pulses and FIFO entries are over. */
Table.prototype.forgetUnsent = function () {
  var table = this, over = this.unsent;
  (this.sealed || []).forEach(function (pick) {
    var replaced = pick.slot.value !== pick.value;
    if (replaced) table.count("coalesced");
    if (replaced && pick.toggled) table.count("pulses_collapsed");
    over.push(pick.slot);
  });
  this.sealed = null;
  this.unsent = [];
  this.unsentSince = 0;
  over.forEach(function (slot) {
    slot.unsent = false;
    table.settle(slot);
    if (slot.fifo) {
      table.count("queue_overflow", Math.max(slot.fifo.outgoing.length - 1, 0));
      slot.fifo.outgoing = [];
    }
    if (slot.origin === LOCAL) slot.unacknowledged = true;
  });
  this.slots.forEach(function (slot) { slot.held = slot.due = slot.pulse = slot.unmoved = false; });
};

/* Whether the last frame is still in the browser. Who stops waits for nothing. */
Interface.prototype.isBusy = function () {
  return !this.stopping && this.socket.bufferedAmount > 0;
};

/* The host's flush: everything that is set now goes out, with this frame or the next. */
Interface.prototype.flush = function () {
  this.table.flush();
  this.transmit(UNSENT);
};

Interface.prototype.hasDue = function () {
  return this.table.slots.some(function (slot) { return slot.due; });
};

/* Sends what is due, if the last frame has left the browser. */
Interface.prototype.transmit = function (take) {
  var frame, table = this.table;
  this.wanted = false;
  this.followUpAt = 0;
  this.edgeWaits = false;
  /* What nobody hears stays unsent, so that its pulses are counted and not sent late. */
  if (!this.connected) return;
  this.followUp = false;
  frame = this.collect(take);
  if (table.unsentSince) {
    this.addLatency(this.now() - table.unsentSince);
    table.unsentSince = 0;
  }
  if (frame.picks.length) this.distribute(frame);
  table.fresh = false;
  this.backlog = this.connected && this.isBusy() && (this.hasDue() || table.unsent.length > 0 || !!table.sealed);
  if ((this.followUp || this.backlog) && this.options.send_mode !== RV_SEND_CYCLE) {
    /* In cycle mode the next cycle comes by itself. */
    this.followUpAt = this.now() + this.options.update_cycle_ms;
  }
};

/* Everything that may be sent now, and whether it is the sealed frame, which goes alone: with newer values it would be
 * torn. */
Interface.prototype.collect = function (take) {
  var table = this.table, busy = this.isBusy() || this.awaitingState, ready = !this.isBusy(), iface = this;
  var picks = [], fresh, wanted;
  if (table.sealed) {
    picks = table.sealed;
    table.sealed = null;
    this.followUp = this.edgeWaits = true;
  } else {
    fresh = table.drain(function (slot) { return !slot.fifo || !busy; });
    if (take === EVERYTHING) {
      table.slots.forEach(function (slot) {
        var host = slot.origin === LOCAL && slot.quality !== RV_QUALITY_NEVER && hostWrites(slot.access);
        if (!host || slot.unsent || fresh.indexOf(slot) >= 0) return;
        slot.repeated = true;
        fresh.push(slot);
      });
    }
    wanted = fresh;
    if (ready) {
      fresh.forEach(function (slot) { slot.wanted = true; });
      wanted = fresh.concat(table.slots.filter(function (slot) {
        return slot.due && !slot.wanted && !slot.held && !(slot.fifo && slot.fifo.outgoing.length);
      })).sort(byId);
    }
    wanted.forEach(function (slot) { picks.push(table.pick(slot, !ready || !!slot.wanted)); });
    fresh.forEach(function (slot) { slot.wanted = slot.repeated = false; });
    this.followUp = !busy && table.unsent.some(function (slot) { return slot.fifo; });
  }
  picks.forEach(function (pick) {
    if (pick.fresh && pick.slot.origin === LOCAL) pick.slot.unacknowledged = true;
    if (pick.toggled && pick.slot.minHold) {
      pick.slot.held = true;
      iface.holds.push({ at: iface.now() + pick.slot.minHold, slot: pick.slot });
    }
  });
  return { picks: picks, sealed: this.edgeWaits };
};

Interface.prototype.fate = function (pick) {
  var slot = pick.slot;
  if (pick.overtaken) return WAIT;
  if (!pick.usable || pick.origin === SERVER && !slot.forced || !hostWrites(slot.access)) return NEVER;
  return this.awaitingState && slot.access === RV_ACCESS_READ_WRITE ? WAIT : SEND;
};

/* Notes that the server is to get a new value, and counts what it had still to get and now does not. */
Interface.prototype.note = function (pick) {
  var slot = pick.slot, table = this.table;
  if (!slot.due) {
    slot.due = true;
    slot.unmoved = slot.kind === RV_KIND_BOOL && !pick.toggled && !pick.queued;
    return;
  }
  /* What it is not to get anyway is not lost to it. */
  if (pick.origin === SERVER || this.fate(pick) === NEVER) return;
  if (pick.queued) {
    table.count("queue_overflow");
  } else if (!pick.toggled) {
    if (!pick.repeated) table.count("coalesced");
  } else if (slot.pulse) {
    /* The new value is the pulse's other level again, so the level after it is lost with it. */
    slot.pulse = false;
    table.collapsePulse();
    table.count("coalesced");
  } else if (slot.unmoved) {
    /* This is the first edge of what it is owed. */
    slot.unmoved = false;
    table.count("coalesced");
  } else {
    slot.pulse = true;
  }
};

/* Makes the messages of a frame. A level that passed unseen goes ahead in a frame of its own: beside newer values it
 * would tear what was set together. */
Interface.prototype.distribute = function (frame) {
  var iface = this, chosen = [], onlyPulses, hadPulses;
  frame.picks.forEach(function (pick) {
    if (pick.fresh) iface.note(pick);
  });
  if (this.isBusy()) return;
  hadPulses = this.hadPulses;
  onlyPulses = !frame.sealed && !hadPulses && frame.picks.some(function (pick) {
    return pick.slot.pulse && iface.fate(pick) === SEND;
  });
  this.hadPulses = onlyPulses;
  frame.picks.forEach(function (pick) {
    var slot = pick.slot, pulse = slot.pulse, fate;
    if (!slot.due || onlyPulses && !pulse && !pick.queued) return;
    fate = iface.fate(pick);
    if (fate === WAIT) return;
    slot.pulse = false;
    if (fate === SEND && pulse && (onlyPulses || frame.sealed)) {
      /* The level itself follows in the next frame. */
      chosen.push({ slot: slot, value: !pick.value });
      iface.followUp = iface.edgeWaits = true;
      return;
    }
    slot.due = slot.forced = slot.unmoved = false;
    if (fate === SEND) {
      if (pulse) iface.table.collapsePulse();
      chosen.push({ slot: slot, value: pick.value });
    }
  });
  if (chosen.length) this.sendValues(chosen);
};

var DATA_OPEN = '{"type":"data","version":2,"signals":{';

Interface.prototype.sendValues = function (chosen) {
  var most = this.options.max_data_frame_bytes || Infinity, text = "", bytes = 0, values = 0, iface = this;
  var around = DATA_OPEN.length + 2;
  this.lastData = this.now();
  this.frames++;
  chosen.forEach(function (choice) {
    var slot = choice.slot, pair = writeString(slot.name) + ":" + writeValue(slot.kind, choice.value), size = 0;
    if (most !== Infinity) size = byteLength(pair);
    if (values && around + bytes + 1 + size > most) {
      iface.sendLarge(DATA_OPEN + text + "}}", values);
      text = "";
      bytes = values = 0;
    }
    text += (values ? "," : "") + pair;
    bytes += size + (values ? 1 : 0);
    values++;
    slot.frame = iface.frames;
    /* It need not go out again for want of a mention by the server. */
    slot.mentioned = true;
  });
  this.sendLarge(DATA_OPEN + text + "}}", values);
  this.unanswered.push({ number: this.frames, at: this.now(), slots: chosen.map(function (choice) { return choice.slot; }) });
};

/* So much is in the browser that catalogues wait. */
Interface.prototype.isCrowded = function () {
  return this.socket.bufferedAmount >= QUEUE_SMALL;
};

Interface.prototype.closeSlow = function () {
  this.table.count("slow_peer_closed");
  this.close(4008, "too slow: it does not read what it is sent");
};

/* Gives a message to the browser, or closes a server for which too much waits there. */
Interface.prototype.sendText = function (text) {
  if (!this.connected) return;
  this.largeBytes = Math.min(this.largeBytes, this.socket.bufferedAmount);
  if (this.socket.bufferedAmount - this.largeBytes > QUEUE_BYTES) this.closeSlow();
  else this.handOver(text, byteLength(text));
};

/* Gives data or a catalogue to the browser: it may have any size, since it goes only when little waits. */
Interface.prototype.sendLarge = function (text, values) {
  var bytes = byteLength(text);
  if (!this.connected) return;
  this.largeBytes = Math.min(this.largeBytes, this.socket.bufferedAmount) + bytes;
  this.table.count("values_out", values || 0);
  this.handOver(text, bytes);
};

Interface.prototype.handOver = function (text, bytes) {
  this.debugFrame("->", text);
  this.table.count("frames_out");
  this.table.count("bytes_out", bytes);
  this.socket.send(text);
};

/* Lets go of levels that have lasted long enough. */
Interface.prototype.releaseHolds = function () {
  var iface = this, now = this.now();
  this.holds = this.holds.filter(function (hold) {
    if (hold.at > now) return true;
    hold.slot.held = false;
    iface.wanted = true;
    /* The host has flushed what waits for it. */
    if (iface.table.manual) iface.followUpAt = iface.followUpAt || now;
    return false;
  });
};

Interface.prototype.addLatency = function (ms) {
  var bucket = Math.floor(Math.log(Math.max(ms * 1000, 1)) / Math.LN2);
  this.latency[Math.max(0, Math.min(23, bucket))]++;
};
