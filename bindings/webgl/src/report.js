/* What an interface tells its host: its state, events, the log. */

var QUEUE_ITEMS = 4096;
var QUEUE_TEXT = 67108864;

Interface.prototype.setState = function (state) {
  if (this.state === state) return;
  this.state = state;
  this.event(RV_EVENT_STATE, 0, state, ["Stopped", "Connecting", "Connected", "Listening", "Reconnecting", "Failed"][state]);
};

/* What waits for the host to poll it: bounded, oldest first out, counted. */
Interface.prototype.queue = function (queue, item) {
  queue.list.push(item);
  queue.bytes += item.text.length;
  while (queue.list.length > QUEUE_ITEMS || queue.bytes > QUEUE_TEXT && queue.list.length > 1) {
    queue.bytes -= queue.list.shift().text.length;
    this.table.count(queue.dropped);
  }
};

/* `text` with `***` in the place of the token. */
Interface.prototype.redacted = function (text) {
  this.secrets.forEach(function (secret) { text = text.split(secret).join("***"); });
  return text;
};

Interface.prototype.event = function (type, token, result, text) {
  /* A message of the host's own is as it was sent. */
  if (type !== RV_EVENT_RAW) text = this.redacted(text);
  this.queue(this.events, { type: type, token: token, result: result, text: text, time_us: Math.round(this.now() * 1000) });
};

Interface.prototype.logLine = function (level, text) {
  text = this.redacted(text);
  this.queue(this.logs, { level: level, text: text, time_us: Math.round(this.now() * 1000) });
  if (this.options.log_to_stderr && typeof console === "object") {
    (level === RV_LOG_ERROR ? console.error : level === RV_LOG_WARN ? console.warn : console.log)("realvirtual-ws: " + text);
  }
};

/* A message for the log. One with a configuration, which may hold passwords, is not shown, whole or broken. */
Interface.prototype.shown = function (text, characters) {
  if (text.indexOf("config") >= 0) return "(" + byteLength(text) + " bytes with a configuration, not shown)";
  /* Before it is cut, in the middle of a secret perhaps. */
  return escaped(this.redacted(text), characters);
};

Interface.prototype.debugFrame = function (arrow, text) {
  if (this.options.debug) this.logLine(RV_LOG_DEBUG, arrow + " " + this.shown(text, 512));
};
