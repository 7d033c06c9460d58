// The jslib as a program uses it: in the memory of a compiled one, or for quick tests in a plain stand-in for that.
'use strict';
const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');

const root = path.join(__dirname, '..', '..');
const python = process.env.PYTHON || 'python3';
const described = JSON.parse(execFileSync(python, [path.join(root, 'scripts', 'webgl.py'), 'describe'], { encoding: 'utf8' }));
const { constants, structs, functions } = described;

// What emscripten puts around the library. Each call finds the memory in another place, as after growing.
const STAND_IN = `
  let bytes = 1 << 20, used = 64;
  let HEAPU8, HEAP32, HEAPU16, HEAPU32, HEAPF64;
  function look(buffer) {
    HEAPU8 = new Uint8Array(buffer);
    HEAP32 = new Int32Array(buffer);
    HEAPU16 = new Uint16Array(buffer);
    HEAPU32 = new Uint32Array(buffer);
    HEAPF64 = new Float64Array(buffer);
  }
  function move() {
    const old = HEAPU8;
    const next = new ArrayBuffer(bytes);
    new Uint8Array(next).set(old);
    look(next);
    old.fill(0xEE);
  }
  function _malloc(size) {
    used = (used + 15) & ~15;
    const at = used;
    used += size;
    while (used > bytes) bytes *= 2;
    if (bytes > HEAPU8.length) move();
    return at;
  }
  look(new ArrayBuffer(bytes));
  const library = {};
  const LibraryManager = { library };
  const mergeInto = (target, from) => Object.assign(target, from);
  const Module = { realvirtualWsHost: host };
`;

function plain(host) {
  const source = fs.readFileSync(path.join(root, 'bindings', 'webgl', 'realvirtual_ws.jslib'), 'utf8');
  const ending = `
    const RealvirtualWs = library.$RealvirtualWs;
    const realvirtualWs = library.$realvirtualWs;
    return { library, move, malloc: _malloc, heap: () => HEAPU8.buffer };`;
  const made = new Function('host', STAND_IN + source + ending)(host);
  let growing = 0;
  return {
    call(name, ...values) {
      if (++growing % 16 === 0) made.move();
      return made.library[name](...values);
    },
    malloc: made.malloc,
    free() {},
    view: () => new DataView(made.heap()),
  };
}

// A program that tests/webgl/build.sh has made.
async function compiled(file, host, bigint = false) {
  // This emscripten takes a Node that has fetch for a browser.
  delete globalThis.fetch;
  delete require.cache[require.resolve(file)];
  const Module = await require(file)({ realvirtualWsHost: host });
  return {
    call: (name, ...values) => Module[`_call_${name}`](...values),
    malloc: Module._malloc,
    free: Module._free,
    view: () => new DataView(Module.memory()),
    bigint,
  };
}

const WIDTHS = { u8: 1, u16: 2, u32: 4, i32: 4, i64: 8, u64: 8, f64: 8, pointer: 4 };
const GET = {
  u8: (v, at) => v.getUint8(at), u16: (v, at) => v.getUint16(at, true), u32: (v, at) => v.getUint32(at, true),
  i32: (v, at) => v.getInt32(at, true), i64: (v, at) => v.getBigInt64(at, true), u64: (v, at) => v.getBigUint64(at, true),
  f64: (v, at) => v.getFloat64(at, true), pointer: (v, at) => v.getUint32(at, true),
};
const SET = {
  u8: (v, at, x) => v.setUint8(at, x), u16: (v, at, x) => v.setUint16(at, x, true), u32: (v, at, x) => v.setUint32(at, x, true),
  i32: (v, at, x) => v.setInt32(at, x, true), i64: (v, at, x) => v.setBigInt64(at, BigInt(x), true),
  f64: (v, at, x) => v.setFloat64(at, x, true), pointer: (v, at, x) => v.setUint32(at, x, true),
};

// Calls with JavaScript values, in place of what lies in memory.
class Program {
  constructor(loaded) {
    Object.assign(this, loaded);
    this.scratch = this.malloc(4096);
    this.texts = this.malloc(1 << 20);
    this.textsEnd = this.texts;
  }

  // A text in memory, until the next call of `start`.
  text(text) {
    const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text);
    const at = this.textsEnd;
    const view = new Uint8Array(this.view().buffer);
    view.set(bytes, at);
    view[at + bytes.length] = 0;
    this.textsEnd += bytes.length + 1;
    return at;
  }

  start() {
    this.textsEnd = this.texts;
  }

  write(struct, at, values, base = 0) {
    const view = this.view();
    if (!base) new Uint8Array(view.buffer).fill(0, at, at + structs[struct].size);
    for (const [name, value] of Object.entries(values)) {
      const field = structs[struct].fields[name];
      if (!field) throw new Error(`${struct} has no ${name}`);
      const [offset, type] = field;
      if (type === 'rv_value') this.write(type, at + offset, value, 1);
      else SET[type](this.view(), at + offset, type === 'pointer' && typeof value === 'string' ? this.text(value) : value);
    }
    return at;
  }

  read(struct, at) {
    const view = this.view();
    const found = {};
    for (const [name, [offset, type, count]] of Object.entries(structs[struct].fields)) {
      const one = (n) => GET[type](view, at + offset + n * WIDTHS[type]);
      found[name] = count ? Array.from({ length: count }, (_, n) => one(n)) : one(0);
    }
    return found;
  }

  u32(at = this.scratch) {
    return this.view().getUint32(at, true);
  }

  string(at) {
    const bytes = new Uint8Array(this.view().buffer);
    return Buffer.from(bytes.subarray(at, bytes.indexOf(0, at))).toString();
  }

  lastError() {
    this.call('rv_last_error', this.scratch + 1024, 1025, 0);
    return this.string(this.scratch + 1024);
  }

  // A call that must succeed.
  ok(name, ...values) {
    const result = this.call(name, ...values);
    if (result < 0) throw new Error(`${name}: ${this.string(this.call('rv_result_name', result))}: ${this.lastError()}`);
    return result;
  }

  options(values) {
    const at = this.scratch + 2560;
    this.ok('rv_options_init', at, structs.rv_options.size, constants.RV_MODE_CLIENT);
    this.write('rv_options', at, values, 1);
    return at;
  }

  create(values) {
    this.start();
    const out = this.scratch;
    this.ok('rv_create', this.options(values), out);
    return this.u32(out);
  }

  add(iface, values) {
    this.start();
    const at = this.scratch + 64;
    this.write('rv_signal_options', at, { struct_size: structs.rv_signal_options.size, ...values });
    this.ok('rv_add_signal_with', iface, at, this.scratch);
    return this.u32();
  }

  find(iface, name) {
    this.start();
    return this.call('rv_find_signal', iface, this.text(name), this.scratch) < 0 ? null : this.u32();
  }

  // An int64 by value.
  wide(value) {
    const number = BigInt(value);
    if (this.bigint) return [number];
    return [Number(BigInt.asIntN(32, number)), Number(BigInt.asIntN(32, number >> 32n))];
  }

  set(iface, id, kind, value) {
    this.start();
    switch (kind) {
      case constants.RV_KIND_BOOL: return this.call('rv_set_bool', iface, id, value ? 1 : 0);
      case constants.RV_KIND_INT: return this.call('rv_set_int', iface, id, ...this.wide(value));
      case constants.RV_KIND_FLOAT: return this.call('rv_set_float', iface, id, value);
      default: return this.call('rv_set_text', iface, id, this.text(value));
    }
  }

  get(iface, id, kind) {
    const at = this.scratch;
    switch (kind) {
      case constants.RV_KIND_BOOL:
        this.ok('rv_get_bool', iface, id, at);
        return this.view().getUint8(at) !== 0;
      case constants.RV_KIND_INT:
        this.ok('rv_get_int', iface, id, at);
        return this.view().getBigInt64(at, true);
      case constants.RV_KIND_FLOAT:
        this.ok('rv_get_float', iface, id, at);
        return this.view().getFloat64(at, true);
      default: {
        const room = this.malloc(65537);
        this.ok('rv_get_text', iface, id, room, 65537, 0);
        const text = this.string(room);
        this.free(room);
        return text;
      }
    }
  }

  info(iface, id) {
    this.ok('rv_get_signal_info', iface, id, this.scratch, structs.rv_signal_info.size);
    return this.read('rv_signal_info', this.scratch);
  }

  record(name, struct, iface) {
    this.ok(name, iface, this.scratch, structs[struct].size);
    return this.read(struct, this.scratch);
  }

  stats(iface) {
    return this.record('rv_get_stats', 'rv_stats', iface);
  }

  changes(iface, capacity = 16) {
    const room = this.malloc(48 * capacity);
    const count = this.ok('rv_poll_changes', iface, room, capacity);
    const found = Array.from({ length: count }, (_, n) => this.read('rv_change', room + 48 * n));
    this.free(room);
    return found;
  }

  // All events, or all log records, each with its text.
  events(iface) {
    const found = [];
    const room = this.malloc(1 << 16);
    while (this.ok('rv_poll_event', iface, this.scratch, room, 1 << 16, 0) === 1) {
      found.push({ ...this.read('rv_event', this.scratch), text: this.string(room) });
    }
    this.free(room);
    return found;
  }

  log(iface) {
    const found = [];
    while (this.ok('rv_poll_log', iface, this.scratch, structs.rv_log_record.size, this.scratch + 1024, 3000, 0) === 1) {
      found.push({ ...this.read('rv_log_record', this.scratch), text: this.string(this.scratch + 1024) });
    }
    return found;
  }
}

module.exports = { plain, compiled, Program, constants, structs, functions, root };
