/* Signals: their values, what is to be sent of them, and what is to be polled. */

var LOCAL = 0;
var SERVER = 1;
var MAX_FIFO = 65536;
var MAX_UINT = 4294967295;

function Table(manual) {
  this.slots = [];
  /* By name with a sign before it, so that no name means something to JavaScript. */
  this.names = {};
  this.unsent = [];
  this.unsentSince = 0;
  /* Something became unsent since the last transmission. */
  this.fresh = false;
  /* A frame that must go out as it is before what is unsent now. */
  this.sealed = null;
  /* What the host sets waits for its flush, in up to two parts. */
  this.manual = manual;
  this.staged = [];
  this.stagedSince = 0;
  this.partClosed = false;
  this.log = [];
  this.polled = [];
  /* Signals that have a fail-safe value. */
  this.failsafes = [];
  this.stats = {};
}

Table.prototype.count = function (counter, more) {
  this.stats[counter] = (this.stats[counter] || 0) + (more === undefined ? 1 : more);
};

Table.prototype.named = function (name) {
  return this.names["$" + name];
};

Table.prototype.slot = function (id) {
  var slot = this.slots[id >>> 0], last = this.slots.length - 1;
  if (!slot) {
    fail(RV_ERR_NOT_FOUND, "there is no signal with id " + (id >>> 0) + ": " +
      (last < 0 ? "none is declared yet" : "ids run from 0 to " + last));
  }
  return slot;
};

Table.prototype.add = function (name, kind, direction, access, initial) {
  var slot = {
    id: this.slots.length, name: name, kind: kind, direction: direction, access: access, value: initial,
    quality: RV_QUALITY_NEVER, imported: 0, comment: "", folder: "", displayName: "",
    /* Whose value it is, and who stands for it: the loss of that one makes it stale. */
    origin: LOCAL, writer: LOCAL,
    /* The last value of the server's, on any connection. */
    heard: undefined,
    /* A bool as the frame before the pending one carried it. */
    base: false,
    /* To be sent; due although a frame has taken it; due although it is the server's value. */
    unsent: false, due: false, forced: false, wanted: false, repeated: false,
    /* A level that the server is to get before the present one. */
    pulse: false,
    /* A bool that is due with the level of the frame before, which the server has. */
    unmoved: false,
    /* Set by the host, and not known to have reached the server. */
    unacknowledged: false, mentioned: false, frame: 0,
    staged: null, fifo: null, failsafe: null, isFailsafe: false, replaced: initial, minHold: 0, held: false,
    logged: false, flags: 0, changes: 0, rises: 0, arrived: 0, noted: 0,
    seen: 0, entry: -1, refused: false, listed: false, told: false
  };
  this.slots.push(slot);
  this.names["$" + name] = slot;
  this.settle(slot);
  this.settleInitial(slot);
  return slot;
};

/* A WRITE signal has its value from its declaration and is sent like any other. */
Table.prototype.settleInitial = function (slot) {
  if (slot.access === RV_ACCESS_WRITE && slot.quality === RV_QUALITY_NEVER) {
    slot.quality = RV_QUALITY_GOOD;
    this.markUnsent(slot);
  }
};

Table.prototype.markUnsent = function (slot) {
  this.fresh = true;
  if (slot.unsent) return;
  slot.unsent = true;
  this.unsent.push(slot);
};

/* Gives whether there was something to drop. */
Table.prototype.dropUnsent = function (slot) {
  if (!slot.unsent) return false;
  slot.unsent = false;
  this.unsent.splice(this.unsent.indexOf(slot), 1);
  return true;
};

Table.prototype.isUnsent = function (slot) {
  return slot.unsent || !!this.sealed && this.sealed.some(function (pick) { return pick.slot === slot; });
};

Table.prototype.checkSet = function (id, kind) {
  var slot = this.slot(id);
  if (slot.kind !== kind) {
    fail(RV_ERR_KIND, "signal " + quoted(slot.name) + " is " + KIND_NAMES[slot.kind] + ", not " + KIND_NAMES[kind]);
  }
  if (!hostWrites(slot.access)) {
    fail(RV_ERR_NOT_WRITABLE, "signal " + quoted(slot.name) + " is written by the peer: its access is READ. A program " +
      "that stands on the controller's side sets the option own_perspective to CONTROLLER; rv_set_access changes one signal");
  }
  return slot;
};

/* Whether the host's value is what stands already: no news for the server. */
Table.prototype.hostRepeats = function (slot, value) {
  if (slot.quality === RV_QUALITY_NEVER || slot.isFailsafe || slot.value !== value) return false;
  if (slot.quality === RV_QUALITY_STALE) {
    /* The host stands for it now. */
    slot.quality = RV_QUALITY_GOOD;
    slot.writer = LOCAL;
  }
  return true;
};

/* Takes a value of the host's for sending. Gives whether it is another one. */
Table.prototype.put = function (slot, value, now) {
  if (this.hostRepeats(slot, value)) return false;
  this.beforeUnsent(slot, value);
  if (slot.unsent && !slot.fifo) this.count("coalesced");
  slot.origin = slot.writer = LOCAL;
  slot.value = value;
  slot.quality = RV_QUALITY_GOOD;
  slot.isFailsafe = false;
  this.markUnsent(slot);
  this.unsentSince = this.unsentSince || now;
  return true;
};

/* Takes a value from the server. Gives whether it is another one. */
Table.prototype.apply = function (slot, value, now) {
  slot.arrived = now;
  slot.heard = value;
  if (slot.quality !== RV_QUALITY_NEVER && !slot.isFailsafe && slot.value === value) {
    /* A repeat makes the server the writer only where nobody stands for the value any more. */
    if (slot.quality === RV_QUALITY_STALE) {
      slot.origin = slot.writer = SERVER;
      this.setQuality(slot, RV_QUALITY_GOOD, now);
    }
    return false;
  }
  this.unstage(slot);
  slot.quality = RV_QUALITY_GOOD;
  slot.isFailsafe = false;
  slot.origin = slot.writer = SERVER;
  if (this.sealed) {
    this.sealed.forEach(function (pick) { if (pick.slot === slot) pick.overtaken = true; });
  }
  this.count("changes");
  this.storeChange(slot, value, 0, now);
  /* Whatever was about to be sent of it is overtaken. */
  if (this.dropUnsent(slot) && !slot.fifo) this.count("coalesced");
  this.settle(slot);
  if (slot.fifo && slot.fifo.outgoing.length) {
    this.count("queue_overflow", slot.fifo.outgoing.length);
    slot.fifo.outgoing = [];
  }
  return true;
};

/* Stores a value that did not come from the host, and notes it for the next poll. */
Table.prototype.storeChange = function (slot, value, flag, now) {
  var rises = slot.value === false && value === true ? 1 : 0, fifo = slot.fifo;
  slot.value = value;
  slot.noted = now;
  slot.changes = Math.min(slot.changes + 1, MAX_UINT);
  slot.rises = Math.min(slot.rises + rises, MAX_UINT);
  if (fifo) {
    if (fifo.incoming.length >= fifo.depth) {
      fifo.incoming.shift();
      fifo.overflow = true;
      this.count("queue_overflow");
    }
    fifo.incoming.push({ value: value, rises: rises, time: now, source: sourceOf(slot), isFailsafe: slot.isFailsafe });
  }
  this.record(slot, flag);
};

Table.prototype.setQuality = function (slot, quality, now) {
  slot.quality = quality;
  slot.noted = now;
  this.record(slot, RV_CHANGE_QUALITY);
};

Table.prototype.record = function (slot, flag) {
  slot.flags |= flag;
  if (slot.logged) {
    if (!flag && !slot.fifo) this.count("coalesced");
  } else {
    slot.logged = true;
    this.log.push(slot);
  }
};

/* The connection is lost: what the server wrote last is stale. */
Table.prototype.setStale = function (now) {
  var table = this;
  this.slots.forEach(function (slot) {
    if (slot.writer !== SERVER || slot.quality !== RV_QUALITY_GOOD) return;
    table.setQuality(slot, RV_QUALITY_STALE, now);
    if (slot.failsafe) slot.failsafe.at = now + slot.failsafe.after;
  });
};

/* Gives stale signals whose time has come their fail-safe value. */
Table.prototype.applyFailsafes = function (now) {
  var table = this;
  this.failsafes.forEach(function (slot) {
    var failsafe = slot.failsafe;
    if (failsafe.at > now) return;
    failsafe.at = Infinity;
    if (slot.quality !== RV_QUALITY_STALE || slot.isFailsafe) return;
    slot.replaced = slot.value;
    slot.isFailsafe = true;
    table.storeChange(slot, failsafe.value, RV_CHANGE_FAILSAFE, now);
  });
};

/* Stale values that the server's resync did not mention stand; a fail-safe value gives way to the one that it replaced. */
Table.prototype.restoreStale = function (now) {
  var table = this;
  this.slots.forEach(function (slot) {
    if (slot.writer !== SERVER || slot.quality !== RV_QUALITY_STALE) return;
    if (!slot.isFailsafe) {
      table.setQuality(slot, RV_QUALITY_GOOD, now);
      return;
    }
    slot.isFailsafe = false;
    slot.quality = RV_QUALITY_GOOD;
    table.storeChange(slot, slot.replaced, 0, now);
  });
};

/* Hands out up to `capacity` change records and forgets them; a FIFO gives one for each of its entries. */
Table.prototype.poll = function (capacity, each) {
  var taken = 0, count = 0, slot, entry, flags, more;
  this.polled = [];
  while (count < capacity && taken < this.log.length) {
    slot = this.log[taken];
    flags = slot.changes ? slot.flags & ~RV_CHANGE_QUALITY : slot.flags;
    entry = null;
    if (slot.fifo) {
      entry = slot.fifo.incoming.shift();
      if (slot.fifo.overflow) flags |= RV_CHANGE_OVERFLOW;
      slot.fifo.overflow = false;
    }
    more = slot.fifo && slot.fifo.incoming.length;
    if (!more) taken++;
    count++;
    if (count === capacity && taken < this.log.length) flags |= RV_CHANGE_MORE;
    this.polled.push(slot.kind === RV_KIND_TEXT ? (entry ? entry.value : hostValue(slot)) : "");
    /* That flag belongs to the fail-safe value alone, which another one may have replaced before the poll. */
    if (entry ? entry.isFailsafe : !slot.staged && slot.isFailsafe && flags & RV_CHANGE_FAILSAFE) flags |= RV_CHANGE_FAILSAFE;
    else flags &= ~RV_CHANGE_FAILSAFE;
    each(count - 1, slot, flags, entry);
    slot.flags = slot.rises = 0;
    if (!more) {
      slot.logged = false;
      slot.changes = 0;
    }
  }
  this.log.splice(0, taken);
  return count;
};

/* Writes a change record of 48 bytes. Without flags and counts it is what rv_get_values shows. */
function writeChange(at, slot, flags, changes, rises, entry) {
  var value = entry ? entry.value : hostValue(slot), kind = slot.kind, index;
  var fields = LAYOUT.rv_change.fields;
  for (index = 0; index < 12; index++) HEAPU32[(at >>> 2) + index] = 0;
  HEAPU32[at + fields.signal[0] >>> 2] = slot.id;
  HEAPU8[at + fields.kind[0]] = kind;
  HEAPU8[at + fields.quality[0]] = qualityOf(slot);
  HEAPU16[at + fields.flags[0] >>> 1] = flags;
  if (kind !== RV_KIND_FLOAT) {
    writeInt(at + fields.integer[0], kind === RV_KIND_TEXT ? byteLength(value) : kind === RV_KIND_BOOL ? Number(value) : value);
  }
  HEAPF64[at + fields.number[0] >>> 3] = kind === RV_KIND_TEXT ? 0 : Number(value);
  HEAPU32[at + fields.change_count[0] >>> 2] = entry ? 1 : changes;
  HEAPU32[at + fields.rise_count[0] >>> 2] = entry ? entry.rises : rises;
  writeInt(at + fields.time_us[0], Math.round((entry ? entry.time : slot.staged || slot.origin === LOCAL ? 0 : slot.noted) * 1000));
  HEAPU32[at + fields.source[0] >>> 2] = entry ? entry.source : sourceOf(slot);
}
