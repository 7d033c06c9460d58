/* The program's memory: numbers, texts and structs as the C header lays them out. HEAP... is a new array each time the
 * memory grows, so nothing here keeps one. Int64 values are numbers as far as a number is exact, and strings of digits
 * beyond. */

var EXACT = 9007199254740991;
var TWO_32 = 4294967296;

function isExact(number) {
  return number >= -EXACT && number <= EXACT;
}

/* Two halves without sign, as digits. */
function decimal(high, low) {
  var digits = "", part;
  do {
    part = high % 1000000 * TWO_32 + low;
    high = Math.floor(high / 1000000);
    low = Math.floor(part / 1000000);
    part = String(part % 1000000);
    digits = (high || low ? "000000".slice(part.length) : "") + part + digits;
  } while (high || low);
  return digits;
}

/* An int64 from its halves: a number, or digits. */
function joined(high, low) {
  high |= 0;
  low >>>= 0;
  var number = high * TWO_32 + low;
  if (isExact(number)) return number;
  if (high >= 0) return decimal(high, low);
  low = (~low + 1) >>> 0;
  high = (low === 0 ? ~high + 1 : ~high) >>> 0;
  return "-" + decimal(high, low);
}

function writeInt(at, value) {
  var high = 0, low = 0, digits, negative, part, length;
  if (typeof value === "number") {
    high = Math.floor(value / TWO_32);
    low = value - high * TWO_32;
  } else {
    negative = value.charAt(0) === "-";
    digits = negative ? value.slice(1) : value;
    while (digits) {
      length = digits.length % 6 || 6;
      low = low * (length === 6 ? 1000000 : 1) + Number(digits.slice(0, length));
      part = Math.floor(low / TWO_32);
      low -= part * TWO_32;
      high = high * (length === 6 ? 1000000 : 1) + part;
      digits = digits.slice(length);
    }
    if (negative) {
      low = (~low + 1) >>> 0;
      high = low === 0 ? ~high + 1 : ~high;
    }
  }
  HEAPU32[at >>> 2] = low;
  HEAPU32[(at >>> 2) + 1] = high >>> 0;
}

/* An int64 that came by value: two halves, or with WASM_BIGINT one BigInt. */
function intArgument(low, high) {
  if (typeof low !== "bigint") return joined(high, low);
  return joined(Number(BigInt.asIntN(32, low >> BigInt(32))), Number(BigInt.asUintN(32, low)));
}

/* The text from `at` up to its NUL; throws where it is not UTF-8. */
function readText(at, name) {
  var bytes = HEAPU8, out = "", codes = [], start = at >>>= 0, more, code, least;
  while (bytes[at]) {
    code = bytes[at++];
    if (code >= 0x80) {
      more = code >= 0xF0 ? 3 : code >= 0xE0 ? 2 : 1;
      least = [0, 0x80, 0x800, 0x10000][more];
      if (code < 0xC2 || code > 0xF4) notUtf8(name, at - 1 - start);
      code &= 0x3F >> more;
      for (; more > 0; more--) {
        if ((bytes[at] & 0xC0) !== 0x80) notUtf8(name, at - start);
        code = code << 6 | bytes[at++] & 0x3F;
      }
      if (code < least || code > 0x10FFFF || code >= 0xD800 && code < 0xE000) notUtf8(name, at - 1 - start);
      if (code >= 0x10000) {
        codes.push(0xD800 + (code - 0x10000 >> 10));
        code = 0xDC00 + (code - 0x10000 & 0x3FF);
      }
    }
    codes.push(code);
    if (codes.length >= 8192) {
      out += String.fromCharCode.apply(null, codes);
      codes = [];
    }
  }
  return out + String.fromCharCode.apply(null, codes);
}

function notUtf8(name, byte) {
  fail(RV_ERR_UTF8, name + " is not UTF-8: see byte " + byte);
}

function requiredText(at, name) {
  if (!at) fail(RV_ERR_NULL, name + " is NULL");
  return readText(at, name);
}

function optionalText(at, name) {
  return at ? readText(at, name) : null;
}

/* The length in UTF-8. No text in here holds half a surrogate pair. */
function byteLength(text) {
  var length = text.length, bytes = length, index, code;
  for (index = 0; index < length; index++) {
    code = text.charCodeAt(index);
    if (code >= 0x80) bytes += code < 0x800 || code >= 0xD800 && code < 0xE000 ? 1 : 2;
  }
  return bytes;
}

/* The character at `index` as a number, surrogate pairs as one. */
function codePoint(text, index) {
  var code = text.charCodeAt(index);
  if (code < 0xD800 || code >= 0xDC00 || index + 1 >= text.length) return code;
  return (code - 0xD800 << 10) + text.charCodeAt(index + 1) - 0xDC00 + 0x10000;
}

function writeText(at, text) {
  var bytes = HEAPU8, index, code;
  at >>>= 0;
  for (index = 0; index < text.length; index++) {
    code = codePoint(text, index);
    if (code < 0x80) {
      bytes[at++] = code;
    } else if (code < 0x800) {
      bytes[at++] = 0xC0 | code >> 6;
      bytes[at++] = 0x80 | code & 0x3F;
    } else {
      if (code >= 0x10000) {
        index++;
        bytes[at++] = 0xF0 | code >> 18;
        bytes[at++] = 0x80 | code >> 12 & 0x3F;
      } else {
        bytes[at++] = 0xE0 | code >> 12;
      }
      bytes[at++] = 0x80 | code >> 6 & 0x3F;
      bytes[at++] = 0x80 | code & 0x3F;
    }
  }
  bytes[at] = 0;
}

/* The beginning of a text, of at most so many bytes and without a part of a character. */
function beginning(text, bytes) {
  var index = 0, code, size = 0;
  for (; index < text.length; index += code >= 0x10000 ? 2 : 1) {
    code = codePoint(text, index);
    size += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (size > bytes) break;
  }
  return text.slice(0, index);
}

function aligned(at, bytes, name) {
  if (!at) fail(RV_ERR_NULL, name + " is NULL");
  if (at & bytes - 1) fail(RV_ERR_ARGUMENT, name + " is not aligned to " + bytes + " bytes");
  return at >>> 0;
}

/* Room for `count` things, which may be NULL if it is none. */
function room(at, count, bytes, name) {
  return at || count ? aligned(at, bytes, name) : 0;
}

/* Where a text goes: (buf, capacity, required). */
function textOut(at, capacity, required, name, optional) {
  capacity >>>= 0;
  if (!at && (capacity || !optional && !required)) fail(RV_ERR_NULL, name + " is NULL");
  if (required) aligned(required, 4, "required");
  return { at: at >>> 0, capacity: capacity, required: required >>> 0, unwanted: !at && !capacity && !required };
}

function putText(out, text) {
  var bytes = byteLength(text) + 1;
  if (out.unwanted) return;
  if (out.required) HEAPU32[out.required >>> 2] = bytes;
  if (bytes > out.capacity) {
    if (out.capacity) HEAPU8[out.at] = 0;
    fail(RV_ERR_BUFFER, "the buffer has " + out.capacity + " bytes, the text takes " + bytes);
  }
  writeText(out.at, text);
}

function putNoText(out) {
  if (out.required) HEAPU32[out.required >>> 2] = 0;
  if (out.at && out.capacity) HEAPU8[out.at] = 0;
}

function checkSize(struct, size, what) {
  var layout = LAYOUT[struct];
  size >>>= 0;
  if (size < layout.first || size > 65536) {
    fail(RV_ERR_STRUCT_SIZE, what + " is " + size + ", but no version of " + struct + " has that size (the first had " +
      layout.first + " bytes, that of " + VERSION + " has " + layout.size + "): give sizeof(" + struct + ")");
  }
  return size;
}

var READ = {
  u8: function (at) { return HEAPU8[at]; },
  u16: function (at) { return HEAPU16[at >>> 1]; },
  u32: function (at) { return HEAPU32[at >>> 2]; },
  i32: function (at) { return HEAP32[at >>> 2]; },
  pointer: function (at) { return HEAPU32[at >>> 2]; },
  i64: function (at) { return joined(HEAP32[(at >>> 2) + 1], HEAPU32[at >>> 2]); },
  f64: function (at) { return HEAPF64[at >>> 3]; },
  rv_value: function (at) { return readStruct("rv_value", at, LAYOUT.rv_value.size); }
};

var WRITE = {
  u8: function (at, value) { HEAPU8[at] = value; },
  u16: function (at, value) { HEAPU16[at >>> 1] = value; },
  u32: function (at, value) { HEAPU32[at >>> 2] = value; },
  i32: function (at, value) { HEAP32[at >>> 2] = value; },
  i64: function (at, value) { writeInt(at, value); },
  u64: function (at, value) { writeInt(at, value); },
  f64: function (at, value) { HEAPF64[at >>> 3] = value; }
};

/* The fields of a struct of `size` bytes; those of a newer version are 0. */
function readStruct(struct, at, size) {
  var fields = LAYOUT[struct].fields, found = {}, name, field, index, list;
  for (name in fields) {
    field = fields[name];
    if (field[0] >= size) {
      found[name] = 0;
    } else if (field[2]) {
      list = [];
      for (index = 0; index < field[2]; index++) list.push(READ[field[1]](at + field[0] + index));
      found[name] = list;
    } else {
      found[name] = READ[field[1]](at + field[0]);
    }
  }
  return found;
}

/* A struct that comes in and begins with its size. */
function readGrowing(struct, at, name) {
  var size, known = LAYOUT[struct].size, index;
  aligned(at, LAYOUT[struct].align, name);
  at >>>= 0;
  size = checkSize(struct, HEAPU32[at >>> 2], "struct_size");
  for (index = known; index < size; index++) {
    if (HEAPU8[at + index]) {
      fail(RV_ERR_ARGUMENT, "this " + struct + " has " + size + " bytes and uses something beyond the " + known +
        " that realvirtual-ws " + VERSION + " (ABI " + RV_ABI_VERSION + ") knows: use the realvirtual_ws.jslib that " +
        "the program was compiled for, or leave the new fields zero");
    }
  }
  return readStruct(struct, at, Math.min(size, known));
}

/* Writes what the program knows of a struct, and zero for the rest. Fields that `values` lacks are zero. */
function writeStruct(struct, at, size, values) {
  var fields = LAYOUT[struct].fields, name, field, value, index, step;
  at >>>= 0;
  for (index = 0; index < size; index++) HEAPU8[at + index] = 0;
  for (name in fields) {
    field = fields[name];
    value = values[name];
    if (value === undefined || field[0] >= size) continue;
    if (!field[2]) {
      WRITE[field[1]](at + field[0], value);
      continue;
    }
    step = field[1] === "u64" ? 8 : 1;
    for (index = 0; index < field[2]; index++) WRITE[field[1]](at + field[0] + index * step, value[index]);
  }
}

/* Room for a struct that goes out; `optional`: NULL with a size of 0 says that it is not wanted. */
function structOut(struct, at, size, name, optional) {
  if (optional && !at && !size) return null;
  if (!at) fail(RV_ERR_NULL, name + " is NULL");
  size = checkSize(struct, size, "the size argument");
  return function (values) { writeStruct(struct, aligned(at, LAYOUT[struct].align, name), size, values); };
}

/* Texts that the program may read for ever, each made once. */
var kept = {};

function keptText(text) {
  var key = "$" + text;
  if (!kept[key]) {
    kept[key] = _malloc(byteLength(text) + 1);
    writeText(kept[key], text);
  }
  return kept[key];
}
