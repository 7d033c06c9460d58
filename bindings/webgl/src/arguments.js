/* Arguments of the functions: enumerations, values, declarations. */

function checkEnum(value, least, most, name) {
  if (value >>> 0 < least || value >>> 0 > most) fail(RV_ERR_ARGUMENT, name + " is " + (value >>> 0) + ", which is none of its enumeration");
  return value >>> 0;
}

function checkText(text) {
  var bytes = byteLength(text);
  if (bytes > MAX_TEXT_BYTES) fail(RV_ERR_TEXT, "a text of " + bytes + " bytes is longer than the " + MAX_TEXT_BYTES + " that a signal holds");
  return text;
}

function checkFinite(value) {
  if (!isFinite(value)) fail(RV_ERR_NOT_FINITE, value + " cannot be sent: JSON has finite numbers only");
  return value;
}

/* The value of an rv_value, of its own kind. */
function valueOf(value) {
  switch (checkEnum(value.kind, RV_KIND_BOOL, RV_KIND_TEXT, "kind")) {
    case RV_KIND_BOOL: return value.integer !== 0;
    case RV_KIND_INT: return value.integer;
    case RV_KIND_FLOAT: return checkFinite(value.number);
    default: return checkText(requiredText(value.text, "text"));
  }
}

function declare(iface, name, kind, direction, access, more) {
  var table = iface.table, bytes = byteLength(name), rule, slot, initial = initialOf(kind);
  if (bytes < 1 || bytes > MAX_NAME_BYTES) {
    fail(RV_ERR_NAME, "a signal's name " + (bytes ? "has " + bytes + " bytes" : "is empty") + ": names have 1 to " +
      MAX_NAME_BYTES + " bytes of UTF-8 without NUL");
  }
  rule = iface.rules.declared(name, direction);
  access = access || rule.access;
  if (more && more.initial !== undefined) initial = more.initial;
  slot = table.named(name);
  if (slot) {
    if (slot.kind !== kind || slot.access !== access) {
      fail(RV_ERR_EXISTS, "signal " + quoted(name) + " exists already, " + (slot.kind !== kind ?
        "as " + KIND_NAMES[slot.kind] + ", not as " + KIND_NAMES[kind] + ": use another name" :
        "with another access: see rv_set_access, or use another name"));
    }
    return slot.id;
  }
  if (table.slots.length >= iface.options.max_signals) {
    fail(RV_ERR_LIMIT, "signal " + quoted(name) + " would exceed the " + iface.options.max_signals + " signals of option max_signals");
  }
  slot = table.add(name, kind, rule.direction, access, initial);
  if (more) {
    slot.comment = more.comment;
    slot.folder = more.folder;
    slot.displayName = more.displayName;
    slot.minHold = more.minHold;
    if (more.failsafe) {
      slot.failsafe = more.failsafe;
      table.failsafes.push(slot);
    }
    if (more.depth) slot.fifo = { depth: more.depth, incoming: [], outgoing: [], overflow: false };
  }
  return slot.id;
}

function declaredWith(iface, at) {
  var options = readGrowing("rv_signal_options", at, "options"), kind, more, name;
  if (options.reserved) fail(RV_ERR_ARGUMENT, "the reserved field of rv_signal_options is not zero: set the struct to zero before filling it in");
  name = requiredText(options.name, "name");
  kind = checkEnum(options.kind, RV_KIND_BOOL, RV_KIND_TEXT, "kind");
  checkEnum(options.direction, RV_DIRECTION_AUTO, RV_DIRECTION_OUTPUT, "direction");
  checkEnum(options.access, RV_ACCESS_DEFAULT, RV_ACCESS_READ_WRITE, "access");
  more = {
    comment: optionalText(options.comment, "comment") || "", folder: optionalText(options.folder, "folder") || "",
    displayName: optionalText(options.display_name, "display_name") || "", depth: options.fifo_depth, minHold: options.min_hold_ms
  };
  ["initial", "failsafe"].forEach(function (which) {
    var value = options[which];
    if (!value.kind) return;
    more[which] = valueOf(value);
    if (value.kind !== kind) fail(RV_ERR_KIND, "signal " + quoted(name) + " is " + KIND_NAMES[kind] + ", its " + which + " value is " + KIND_NAMES[value.kind]);
  });
  if (options.failsafe.kind) more.failsafe = { value: more.failsafe, after: options.failsafe_after_ms, at: Infinity };
  if (more.depth > MAX_FIFO) fail(RV_ERR_LIMIT, "signal " + quoted(name) + ": a fifo_depth is at most " + MAX_FIFO);
  if (more.minHold && (kind !== RV_KIND_BOOL || more.depth)) fail(RV_ERR_KIND, "signal " + quoted(name) + ": min_hold_ms is for bools without a FIFO");
  return declare(iface, name, kind, options.direction, options.access, more);
}
