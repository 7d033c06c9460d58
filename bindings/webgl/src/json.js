/* JSON as slices of a message: values stay as they are written until their signal's kind is known, which JSON.parse
 * would not leave: it rounds int64, drops duplicates and takes 1e400 for infinity. It only judges whether a text is
 * JSON at all; what is here then scans without looking for errors. */

var DEEPEST = 127;

/* Throws unless `text` is JSON and nests no deeper than `levels`. */
function checkJson(text, levels) {
  JSON.parse(text);
  var openers = 0, at, depth = 0;
  for (at = text.indexOf("{"); at >= 0 && openers <= levels; at = text.indexOf("{", at + 1)) openers++;
  for (at = text.indexOf("["); at >= 0 && openers <= levels; at = text.indexOf("[", at + 1)) openers++;
  if (openers <= levels) return;
  for (at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 34: at = stringEnd(text, at) - 1; break;
      case 91: case 123:
        if (++depth > levels) throw new Error("nested deeper than " + DEEPEST + " levels");
        break;
      case 93: case 125: depth--; break;
    }
  }
}

function isBlank(code) {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

/* Past the string that begins at `at`. */
function stringEnd(text, at) {
  var end = at, back;
  for (;;) {
    end = text.indexOf('"', end + 1);
    for (back = end; text.charCodeAt(back - 1) === 92; back--);
    if ((end - back) % 2 === 0) return end + 1;
  }
}

/* Past the value that begins at `at`. */
function valueEnd(text, at) {
  var code = text.charCodeAt(at), depth = 0;
  if (code === 34) return stringEnd(text, at);
  for (; at < text.length; at++) {
    code = text.charCodeAt(at);
    if (code === 34) {
      at = stringEnd(text, at) - 1;
    } else if (code === 123 || code === 91) {
      depth++;
    } else if (code === 125 || code === 93) {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (code === 44 || isBlank(code))) {
      return at;
    }
  }
  return at;
}

function skipBlanks(text, at) {
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

/* Calls `each` with the raw name and the raw value of every member of an object. */
function members(text, each) {
  var at = skipBlanks(text, skipBlanks(text, 0) + 1), end, name;
  while (text.charCodeAt(at) === 34) {
    end = stringEnd(text, at);
    name = text.slice(at, end);
    at = skipBlanks(text, skipBlanks(text, end) + 1);
    end = valueEnd(text, at);
    each(name, text.slice(at, end));
    at = skipBlanks(text, end);
    if (text.charCodeAt(at) === 44) at = skipBlanks(text, at + 1);
  }
}

/* The text of a raw JSON string; null if it is none, or holds half a surrogate pair, which no text can. */
function textOf(raw) {
  var text, index, code;
  if (!raw || raw.charCodeAt(0) !== 34) return null;
  if (raw.indexOf("\\") < 0) return raw.slice(1, -1);
  text = JSON.parse(raw);
  for (index = 0; index < text.length; index++) {
    code = text.charCodeAt(index);
    if (code < 0xD800 || code >= 0xE000) continue;
    if (code >= 0xDC00 || !((code = text.charCodeAt(++index)) >= 0xDC00 && code < 0xE000)) return null;
  }
  return text;
}

var ESCAPES = { 8: "\\u0008", 9: "\\t", 10: "\\n", 12: "\\u000c", 13: "\\r", 34: '\\"', 92: "\\\\" };

function writeString(text) {
  return '"' + text.replace(/[\u0000-\u001f"\\]/g, function (character) {
    var code = character.charCodeAt(0);
    return ESCAPES[code] || "\\u00" + (code < 16 ? "0" : "") + code.toString(16);
  }) + '"';
}

/* An int has no point, a float always a point or an exponent. */
function writeFloat(value) {
  var size = Math.abs(value), text;
  if (value === 0) return 1 / value < 0 ? "-0.0" : "0.0";
  if (size >= 1e-5 && size < 1e16) {
    text = String(value);
    return text.indexOf(".") < 0 ? text + ".0" : text;
  }
  return value.toExponential().replace("e+", "e");
}

function writeValue(kind, value) {
  switch (kind) {
    case RV_KIND_FLOAT: return writeFloat(value);
    case RV_KIND_TEXT: return writeString(value);
    default: return String(value);
  }
}
