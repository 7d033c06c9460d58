/* Manual mode: what the host has set since its last flush. To the server none of it has happened yet: it stands beside
 * the slots, which everything that goes out is read from, and comes into them with the flush. The host alone sees it at
 * once. A new value of the server's goes into the slot at once and overtakes it; a repeat of what stands there does not. */

/* The value that the host sees. */
function hostValue(slot) {
  return slot.staged ? slot.staged.value : slot.value;
}

/* What the host has not flushed yet is its own all the same. */
function qualityOf(slot) {
  return slot.staged ? RV_QUALITY_GOOD : slot.quality;
}

/* Whose value it is. */
function writerOf(slot) {
  return slot.staged ? LOCAL : slot.origin;
}

/* Stale and fail-safe states come from this host, as what it has set. */
function sourceOf(slot) {
  return slot.quality === RV_QUALITY_STALE ? LOCAL : writerOf(slot);
}

/* Takes a value from the host. */
Table.prototype.set = function (slot, value, now) {
  if (this.manual) this.stage(slot, value, now);
  else this.put(slot, value, now);
};

/* Takes several, all for one frame. */
Table.prototype.setAll = function (pairs, now) {
  var table = this;
  if (!this.manual) {
    this.putAll(pairs, now);
    return;
  }
  if (pairs.some(function (pair) { return table.undoesStaged(pair.slot, pair.value); })) this.closePart();
  pairs.forEach(function (pair) { table.stage(pair.slot, pair.value, now); });
};

/* Gives how many were nothing new. */
Table.prototype.putAll = function (pairs, now) {
  var table = this;
  /* Before the first of them, so that the batch stays in one frame. */
  if (pairs.some(function (pair) { return table.undoes(pair.slot, pair.value); })) this.seal();
  return pairs.filter(function (pair) { return !table.put(pair.slot, pair.value, now); }).length;
};

Table.prototype.stage = function (slot, value, now) {
  var staged = slot.staged;
  if (staged ? staged.value === value : this.hostRepeats(slot, value)) return;
  if (this.undoesStaged(slot, value) && !this.closePart()) this.count("pulses_collapsed");
  if (!staged) {
    /* In the part that a pulse has closed, and in the one after it: they go out in two frames, so that the edge travels
     * with what was set beside it. */
    staged = slot.staged = { slot: slot, value: value, parts: [], queue: [] };
    this.staged.push(staged);
    this.stagedSince = this.stagedSince || now;
  }
  if (slot.fifo) {
    if (staged.queue.length >= slot.fifo.depth) {
      staged.queue.shift();
      this.count("queue_overflow");
    }
    staged.queue.push(value);
  } else if (staged.parts[1] !== undefined) {
    this.count("coalesced");
  }
  staged.value = staged.parts[1] = value;
};

/* Whether this value would take back a change of a bool that stands in the same part. */
Table.prototype.undoesStaged = function (slot, value) {
  var staged = slot.staged, before;
  if (!staged || slot.kind !== RV_KIND_BOOL || slot.fifo || staged.parts[1] === undefined) return false;
  before = staged.parts[0] === undefined ? slot.value : staged.parts[0];
  return before === value && staged.parts[1] !== value;
};

/* What comes now belongs to the second part; false when it does already. */
Table.prototype.closePart = function () {
  if (this.partClosed) return false;
  this.partClosed = true;
  this.staged.forEach(function (staged) { staged.parts = [staged.parts[1], undefined]; });
  return true;
};

/* The host's flush: what it has set until now comes into the slots. */
Table.prototype.flush = function () {
  var table = this, all = this.staged, since = this.stagedSince;
  if (!all.length) return;
  this.staged = [];
  this.partClosed = false;
  this.stagedSince = 0;
  all.forEach(function (staged) { staged.slot.staged = null; });
  function put(pairs) {
    /* What led back to where it began is not sent. */
    table.count("coalesced", table.putAll(pairs, since));
  }
  [0, 1].forEach(function (part) {
    put(all.filter(function (staged) {
      return !staged.queue.length && staged.parts[part] !== undefined;
    }).map(function (staged) { return { slot: staged.slot, value: staged.parts[part] }; }));
  });
  all.forEach(function (staged) {
    staged.queue.forEach(function (value) { put([{ slot: staged.slot, value: value }]); });
  });
};

/* A value of the server's that what the host has staged stands against: no news to the host, but what its flush changes. */
Table.prototype.applyBeneath = function (slot, value, now) {
  slot.value = value;
  slot.quality = RV_QUALITY_GOOD;
  slot.isFailsafe = false;
  slot.origin = slot.writer = SERVER;
  slot.arrived = slot.noted = now;
  this.settle(slot);
};

/* A new value of the server's overtakes what the host has staged. */
Table.prototype.unstage = function (slot) {
  var staged = slot.staged, parts;
  if (!staged) return;
  slot.staged = null;
  this.staged.splice(this.staged.indexOf(staged), 1);
  /* With the last one goes what it had closed. */
  this.partClosed = this.partClosed && this.staged.length > 0;
  parts = staged.parts.filter(function (value) { return value !== undefined; }).length;
  if (staged.queue.length) {
    this.count("queue_overflow", staged.queue.length);
  } else {
    this.count("coalesced", parts);
    if (slot.kind === RV_KIND_BOOL && parts === 2) this.count("pulses_collapsed");
  }
};
