/* Directions, wire types and access: who may write a signal. DIRECTION AND ACCESS in the C header has the table. */

function inverted(direction) {
  return direction === RV_DIRECTION_INPUT ? RV_DIRECTION_OUTPUT : direction === RV_DIRECTION_OUTPUT ? RV_DIRECTION_INPUT : 0;
}

/* The access of one who stands on the side `perspective`. */
function accessOf(direction, perspective) {
  var writes = (direction === RV_DIRECTION_INPUT) === (perspective === RV_PERSPECTIVE_SIMULATION);
  return writes ? RV_ACCESS_WRITE : RV_ACCESS_READ;
}

function hostWrites(access) {
  return access !== RV_ACCESS_READ;
}

function Rules(options) {
  this.options = options;
}

/* The direction of the longest pattern in a name; 0 without one, and on a tie. */
Rules.prototype.matched = function (name) {
  var options = this.options, input, output;
  if (!options.use_patterns) return 0;
  function longest(patterns) {
    var most = -1, index;
    for (index = 0; index < patterns.length; index++) {
      if (name.indexOf(patterns[index]) >= 0) most = Math.max(most, byteLength(patterns[index]));
    }
    return most;
  }
  input = longest(options.input_patterns);
  output = longest(options.output_patterns);
  return input > output ? RV_DIRECTION_INPUT : output > input ? RV_DIRECTION_OUTPUT : 0;
};

/* Of a signal that the host declares. */
Rules.prototype.declared = function (name, direction) {
  direction = direction || this.matched(name) || this.options.default_direction;
  return { direction: direction, access: accessOf(direction, this.options.own_perspective) };
};

/* Of a signal that the peer's catalogue has with its direction `peer`; 0 is neutral. */
Rules.prototype.imported = function (name, peer) {
  var options = this.options, decided, access = RV_ACCESS_READ_WRITE;
  if (!peer) {
    decided = this.matched(name) || (options.peer_perspective ? options.default_direction : 0);
    return { direction: 0, access: decided ? accessOf(decided, options.own_perspective) : access };
  }
  if (options.peer_perspective) {
    access = accessOf(peer, options.peer_perspective) === RV_ACCESS_WRITE ? RV_ACCESS_READ : RV_ACCESS_WRITE;
  }
  return { direction: options.import_direction === RV_IMPORT_INVERT ? inverted(peer) : peer, access: access };
};

var KIND_NAMES = { 1: "Bool", 2: "Int", 3: "Float", 4: "Text" };
var KINDS = { bool: 1, int: 2, float: 3, text: 4 };
var NEUTRAL_KINDS = { real: 3, string: 4 };

/* A type string: { kind, direction }, null for none of them. Throws for a type that no signal can hold. */
function parseType(name) {
  var parts = /^(plcinput|plcoutput)?(.*)$/.exec(name.toLowerCase()), kind = parts && "$" + parts[2];
  var direction = !parts || !parts[1] ? 0 : parts[1] === "plcinput" ? RV_DIRECTION_INPUT : RV_DIRECTION_OUTPUT;
  if (kind === "$transform") throw "a Transform is not a signal";
  kind = parts && (own(KINDS, parts[2]) || !direction && own(NEUTRAL_KINDS, parts[2]));
  return kind ? { kind: kind, direction: direction } : null;
}

function own(map, key) {
  return Object.prototype.hasOwnProperty.call(map, key) ? map[key] : 0;
}

/* The type as our catalogue shows it. */
Rules.prototype.typeName = function (slot) {
  var rule = this.options.catalog_direction, direction = slot.direction;
  if (rule === RV_CATALOG_INVERT) direction = inverted(direction);
  if (rule === RV_CATALOG_NEUTRAL) direction = 0;
  return (direction === RV_DIRECTION_INPUT ? "PLCInput" : direction ? "PLCOutput" : "") + KIND_NAMES[slot.kind];
};
