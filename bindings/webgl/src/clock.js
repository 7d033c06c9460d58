/* What time alone brings about, and the one timer of an interface. */

Interface.prototype.deadlines = function () {
  var now = this.now();
  if (this.retryAt && this.retryAt <= now) this.dial();
  if (this.connectUntil && this.connectUntil <= now) {
    this.connectFailed(RV_ERR_TIMEOUT, "there was no connection to " + placeOf(this.options) + " within " +
      this.options.connect_timeout_ms + " ms (connect_timeout_ms)");
  }
  if (this.connected && this.resyncUntil && this.resyncUntil <= now) this.resyncOver();
  this.requestDeadlines(now);
  this.table.applyFailsafes(now);
  if (this.restoreAt && this.restoreAt <= now) {
    this.restoreAt = 0;
    this.table.restoreStale(now);
  }
  this.releaseHolds();
  if (this.pushAt && this.pushAt <= now) this.pushCatalog();
  if (this.followUpAt && this.followUpAt <= now) this.transmit(UNSENT);
  if (this.nextCycle && this.nextCycle <= now) this.cycle(now);
  if (this.heartbeatAt() <= now) {
    this.lastData = now;
    if (!this.isBusy()) this.sendText(DATA_OPEN + "}}");
  }
};

Interface.prototype.heartbeatAt = function () {
  return this.connected && this.options.heartbeat_ms ? this.lastData + this.options.heartbeat_ms : Infinity;
};

Interface.prototype.cycle = function (now) {
  var skipped = Math.floor((now - this.nextCycle) / this.options.update_cycle_ms), table = this.table, took;
  table.count("cycles");
  table.count("cycles_skipped", skipped);
  this.lastCycle = this.nextCycle + skipped * this.options.update_cycle_ms;
  this.nextCycle = 0;
  this.transmit(this.options.only_transmit_changed ? UNSENT : EVERYTHING);
  took = (this.now() - now) * 1000;
  table.count("cycle_us_total", took);
  table.stats.cycle_us_max = Math.max(table.stats.cycle_us_max || 0, took);
};

/* After every input: sends what cannot wait, and sets the timer for what can. */
Interface.prototype.after = function () {
  var mode = this.options.send_mode, table = this.table, next, iface = this, period = this.options.update_cycle_ms;
  var pending = table.unsent.length || table.sealed || this.wanted || this.backlog;
  this.meetNewSignals();
  if (this.connected && mode === RV_SEND_ON_CHANGE && (table.fresh || this.wanted) && !this.edgeWaits && !this.followUpAt) {
    /* In a moment, so that what the host sets in one go is one message. */
    this.followUpAt = this.now();
  }
  if (this.connected && mode === RV_SEND_CYCLE && !this.nextCycle && (pending || this.followUp || !this.options.only_transmit_changed)) {
    this.lastCycle = this.lastCycle || this.now();
    this.nextCycle = this.lastCycle + Math.ceil((this.now() - this.lastCycle) / period) * period;
    if (this.nextCycle === this.lastCycle) this.nextCycle += period;
  }
  if (!this.connected) this.nextCycle = 0;
  next = Math.min(this.heartbeatAt(), this.requestsDue());
  [this.retryAt, this.connectUntil, this.resyncUntil, this.restoreAt, this.pushAt, this.followUpAt, this.nextCycle]
    .forEach(function (at) { if (at) next = Math.min(next, at); });
  this.holds.forEach(function (hold) { next = Math.min(next, hold.at); });
  table.failsafes.forEach(function (slot) { next = Math.min(next, slot.failsafe.at); });
  if (next === this.timerAt) return;
  if (this.timer !== null) host.clearTimeout(this.timer);
  this.timerAt = next;
  this.timer = next === Infinity ? null : host.setTimeout(function () {
    iface.timer = null;
    iface.timerAt = Infinity;
    iface.input(function () { iface.deadlines(); });
  }, Math.max(0, Math.ceil(next - this.now())));
};
