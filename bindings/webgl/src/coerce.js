/* Fitting a value from the wire to its signal's kind; the table stands in the library's documentation of coercion.
 * A result is { value, lossy }, or null where the value is refused. */

var MAX_TEXT_BYTES = 65536;
var INT_MAX = "9223372036854775807";
var INT_MIN = "9223372036854775808";
var UINT_MAX = "18446744073709551615";

function fitted(value, lossy) {
  return { value: value, lossy: !!lossy };
}

function initialOf(kind) {
  return kind === RV_KIND_BOOL ? false : kind === RV_KIND_TEXT ? "" : 0;
}

/* Whether digits without sign are at most `most`. */
function atMost(digits, most) {
  return digits.length < most.length || digits.length === most.length && digits <= most;
}

/* A number as it is written: { int: digits } with a sign, or { float: number }; null beyond what a float holds. The
 * JSON number -0 is a float; `spelled` in a string it is an int. */
function numberOf(raw, spelled) {
  var sign = raw.charAt(0) === "-" ? "-" : "", digits = raw.replace(/^[+-]?0*(?=\d)/, ""), float;
  if (/^\d+$/.test(digits) && (spelled || raw !== "-0") && atMost(digits, sign ? INT_MIN : UINT_MAX)) {
    return { int: (digits === "0" ? "" : sign) + digits };
  }
  float = Number(raw);
  return isFinite(float) ? { float: float } : null;
}

/* An int64 or uint64 from its digits, as values are kept. */
function kept64(digits) {
  var number = Number(digits);
  return isExact(number) ? number : digits;
}

function toBool(number) {
  return fitted(number.int === undefined ? number.float !== 0 : number.int !== "0");
}

function toInt(number) {
  if (number.int !== undefined) {
    var negative = number.int.charAt(0) === "-";
    return negative || atMost(number.int, INT_MAX) ? fitted(kept64(number.int)) : null;
  }
  var whole = number.float < 0 ? Math.ceil(number.float) : Math.floor(number.float);
  if (!(Math.abs(whole) < 9223372036854775808)) return null;
  return fitted(isExact(whole) ? whole + 0 : wholeDigits(whole), whole !== number.float);
}

/* A whole number of less than 2^64, all its digits. */
function wholeDigits(whole) {
  var size = Math.abs(whole), high = Math.floor(size / TWO_32);
  return (whole < 0 ? "-" : "") + decimal(high, size - high * TWO_32);
}

function toFloat(number) {
  if (number.int === undefined) return fitted(number.float);
  var float = Number(number.int);
  return fitted(float, !isExact(float) && (Math.abs(float) >= 18446744073709551616 || wholeDigits(float) !== number.int));
}

function toKind(number, kind) {
  return kind === RV_KIND_BOOL ? toBool(number) : kind === RV_KIND_INT ? toInt(number) : toFloat(number);
}

function toText(raw) {
  var first = raw.charAt(0), text, number;
  if (first === '"') {
    text = textOf(raw);
    return text === null || text.indexOf("\0") >= 0 || byteLength(text) > MAX_TEXT_BYTES ? null : fitted(text);
  }
  if (first === "t" || first === "f") return fitted(raw);
  number = numberOf(raw);
  return number && fitted(number.int !== undefined ? number.int : writeFloat(number.float));
}

var DECIMAL = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/;

function coerce(raw, kind, strict) {
  var first = raw.charAt(0), result = null, text, number;
  if (first === "{" || first === "[" || first === "n") return null;
  if (kind === RV_KIND_TEXT) return toText(raw);
  text = first === '"' ? textOf(raw) : raw;
  if (text === null) return null;
  if (/^(true|false)$/i.test(text)) {
    number = { int: text.length === 4 ? "1" : "0" };
  } else {
    number = DECIMAL.test(text) ? numberOf(text, first === '"') : null;
  }
  if (number) result = toKind(number, kind);
  return result && result.lossy && strict ? null : result;
}

/* A 32-bit float by its shortest decimal form. */
function widened(value) {
  var single = new Float32Array(1), digits, text;
  if (!isFinite(value)) return value;
  for (digits = 1; digits < 9; digits++) {
    text = Number(value.toPrecision(digits));
    single[0] = text;
    if (single[0] === value) return text;
  }
  return Number(value.toPrecision(9));
}
