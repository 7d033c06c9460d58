/* Failures: thrown inside, result codes outside. */

function Failure(code, message) {
  this.code = code;
  this.message = message;
}

function fail(code, message) {
  throw new Failure(code, message);
}

function unsupported(what) {
  fail(RV_ERR_UNSUPPORTED, what);
}

var lastError = "";

/* Runs a call and gives its result code. */
function call(body) {
  try {
    var result = body();
    return result === undefined ? RV_OK : Number(result);
  } catch (error) {
    return failed(error);
  }
}

function failed(error) {
  if (!(error instanceof Failure)) {
    error = new Failure(RV_ERR_PANIC, "defect in realvirtual-ws " + VERSION + ": " + (error && error.stack || error) +
      "; this interface can no longer be used, destroy it and please report this message");
  }
  lastError = beginning(error.message, 1024);
  return error.code;
}

/* Interfaces by handle. A handle is never given out again. */
var interfaces = {};
var nextHandle = 1;
var live = 0;

function find(handle) {
  var found = interfaces["$" + (handle >>> 0)];
  if (!found) {
    fail(RV_ERR_HANDLE, handle ? "the interface was destroyed, or this is no handle that rv_create has given" : "the interface handle is NULL");
  }
  return found;
}

/* Runs a call on an interface; a defect faults that interface alone. */
function on(handle, body) {
  return call(function () {
    var iface = find(handle);
    return iface.guarded(function () { return body(iface); });
  });
}

/* Texts from outside, made safe for a log line: one line, no terminal control, bounded. */
function escaped(text, shown) {
  var out = "", index = 0, count = 0, code, character;
  for (; index < text.length && count < (shown || 128); index += character.length, count++) {
    code = codePoint(text, index);
    character = text.slice(index, index + (code >= 0x10000 ? 2 : 1));
    if (code === 10) out += "\\n";
    else if (code === 13) out += "\\r";
    else if (code === 9) out += "\\t";
    else if (code === 92) out += "\\\\";
    else if (code < 32 || code >= 0x7F && code < 0xA0 || isInvisible(code)) out += "\\u{" + code.toString(16) + "}";
    else out += character;
  }
  return index < text.length ? out + "\u2026" : out;
}

/* Bidirectional controls, line separators and characters without width. */
function isInvisible(code) {
  return code === 0x61C || code === 0x180E || code === 0xFEFF || code >= 0x200B && code <= 0x200F ||
    code >= 0x2028 && code <= 0x202E || code >= 0x2060 && code <= 0x206F || code >= 0xFFF9 && code <= 0xFFFB ||
    code >= 0xE0000 && code <= 0xE007F;
}

function quoted(text) {
  return '"' + escaped(text) + '"';
}
