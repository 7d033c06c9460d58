// Runs tests/vectors, whose README describes the format, with the jslib as the client.
//
// Cases for servers whose script says nothing of servers are played to a client as well: what values become when they are
// read (decode.json), how they are written (encode.json), and what is a message at all (messages.json). A client says
// init first and sends the values that only it writes by itself, answers no data, and in a browser corrects nothing.
'use strict';
const fs = require('fs');
const path = require('path');
const { Program, constants: C, root } = require('./library');
const { World } = require('./world');

// Cases that hang on pings, which a page neither sends nor sees.
const FENCES = 'it hangs on fences';
const ABSENT = {
  'a client of this library does not send back': FENCES,
  'a client does not relay and refuses what only it writes': 'it has the client correct its server, which the end that arbitrates does',
};
const MIRRORED = ['decode.json', 'encode.json', 'messages.json'];
const ZERO = ['malformed', 'unknown_message', 'unknown_signal', 'rejected_type', 'rejected_direction', 'lossy', 'denied',
  'echoes', 'corrections', 'resends', 'pulses_collapsed'];

const KINDS = { bool: C.RV_KIND_BOOL, int: C.RV_KIND_INT, float: C.RV_KIND_FLOAT, text: C.RV_KIND_TEXT };
const DIRECTIONS = { auto: 0, input: C.RV_DIRECTION_INPUT, output: C.RV_DIRECTION_OUTPUT };
const ACCESS = { read: 1, write: 2, read_write: 3 };
const QUALITY = { never: 0, good: 1, stale: 2 };
const CHOICES = {
  send_mode: { cycle: 0, on_change: 1, manual: 2 }, import_direction: { invert: 0, keep: 1 },
  catalog_direction: { keep: 0, invert: 1, neutral: 2 }, default_direction: DIRECTIONS,
  own_perspective: { simulation: 1, controller: 2 }, peer_perspective: { unknown: 0, simulation: 1, controller: 2 },
};

const INIT = '{"type":"init","version":2,"name":"realvirtual-ws"}';

function optionsOf(given) {
  const options = { heartbeat_ms: 0, reconnect_interval_ms: 1 };
  for (const [name, value] of Object.entries(given || {})) {
    if (Array.isArray(value)) options[name] = value.join('\n');
    else if (CHOICES[name]) options[name] = CHOICES[name][value];
    else options[name] = typeof value === 'boolean' ? Number(value) : value;
  }
  return options;
}

// JSON of a test's value: ints beyond what a number holds stand as digits.
function same(kind, found, expected) {
  if (kind === C.RV_KIND_INT) return found === BigInt(expected);
  return Object.is(found, expected);
}

function valueFields(kind, value) {
  const field = kind === C.RV_KIND_FLOAT ? 'number' : kind === C.RV_KIND_TEXT ? 'text' : 'integer';
  return { kind, [field]: kind === C.RV_KIND_BOOL ? Number(value) : value };
}

class Bench {
  constructor(program, world, one) {
    Object.assign(this, { program, world, one, events: [] });
    this.iface = program.create(optionsOf(one.options));
    for (const signal of one.signals || []) this.declare(signal);
    program.ok('rv_start', this.iface);
    world.accept();
  }

  declare(signal) {
    const kind = KINDS[signal.kind];
    const fields = { name: signal.name, kind, direction: DIRECTIONS[signal.direction || 'input'], access: ACCESS[signal.access] || 0 };
    if (signal.initial !== undefined) fields.initial = valueFields(kind, signal.initial);
    this.program.add(this.iface, fields);
  }

  id(name) {
    const id = this.program.find(this.iface, name);
    if (id === null) throw new Error(`no signal ${name}`);
    return id;
  }

  set(values, accepted) {
    for (const [name, value] of Object.entries(values)) {
      const id = this.id(name);
      const result = this.program.set(this.iface, id, this.program.info(this.iface, id).kind, value);
      if ((result === 0) !== accepted) throw new Error(`setting ${name} gave ${result}`);
    }
  }

  state(name, expected) {
    const id = this.program.find(this.iface, name);
    if (id === null || expected === null) {
      if (id !== null || expected !== null) throw new Error(`${name} is ${id === null ? 'no signal' : 'a signal'}`);
      return;
    }
    const info = this.program.info(this.iface, id);
    const fields = typeof expected === 'object' ? expected : { value: expected };
    for (const [field, wanted] of Object.entries(fields)) {
      const found = field === 'value' ? this.program.get(this.iface, id, info.kind) : info[field];
      const good = field === 'value' ? same(info.kind, found, wanted)
        : found === { kind: KINDS, direction: { ...DIRECTIONS, null: 0 }, access: ACCESS, quality: QUALITY }[field][wanted];
      if (!good) throw new Error(`${name}: ${field} is ${found}, not ${wanted}`);
    }
  }

  expect(expected) {
    const sent = this.world.sockets.flatMap((socket) => socket.take());
    if (JSON.stringify(sent) !== JSON.stringify(expected)) {
      throw new Error(`sent ${JSON.stringify(sent, null, 1)}, not ${JSON.stringify(expected, null, 1)}`);
    }
  }

  last(type) {
    this.events.push(...this.program.events(this.iface));
    return this.events.filter((event) => event.type === type).pop();
  }

  begin(name, ...values) {
    this.program.ok(name, this.iface, ...values, this.program.scratch);
    return this.program.u32();
  }

  json(text) {
    this.program.start();
    return this.program.text(text);
  }

  step(step) {
    const { program, world, iface } = this;
    const [[word, value]] = Object.entries(step).filter(([name]) => name !== 'peer');
    switch (word) {
      case 'connect': world.accept(10); break;
      case 'disconnect': world.socket.lose(); break;
      case 'receive': world.socket.receive(value); break;
      case 'declare': this.declare(value); break;
      case 'set': this.set(value, true); break;
      case 'refused': this.set(value, false); break;
      case 'flush': program.ok('rv_flush', iface); break;
      case 'wait': world.wait(value); break;
      case 'expect': this.expect(value); break;
      case 'closed':
        if (!world.socket.closed || world.socket.closed.code !== value) throw new Error(`closed with ${JSON.stringify(world.socket.closed)}`);
        break;
      case 'state': for (const [name, expected] of Object.entries(value)) this.state(name, expected); break;
      case 'subscribe': {
        program.start();
        const list = program.scratch + 512;
        value.forEach((name, n) => program.view().setUint32(list + 4 * n, program.text(name), true));
        program.ok('rv_subscribe', iface, list, value.length);
        break;
      }
      case 'import': this.importing = this.begin('rv_import_begin', value); break;
      case 'report': {
        const size = 32;
        if (program.ok('rv_import_result', iface, this.importing, program.scratch, size) !== 1) throw new Error('the import is not done');
        const report = program.read('rv_import_report', program.scratch);
        for (const [name, count] of Object.entries(value)) {
          if (report[name] !== count) throw new Error(`${name} is ${report[name]}, not ${count}`);
        }
        break;
      }
      case 'config_get': this.begin('rv_config_get_begin', 8000); break;
      case 'config_set': this.begin('rv_config_set_begin', this.json(value), 8000); break;
      case 'config_done': {
        const event = this.last(C.RV_EVENT_CONFIG_DONE);
        const found = !event ? null : event.result < 0 ? { error: program.string(program.call('rv_result_name', event.result)) } : { ok: event.text };
        if (JSON.stringify(found) !== JSON.stringify(value)) throw new Error(`the result is ${JSON.stringify(found)}`);
        break;
      }
      case 'raw': {
        const event = this.last(C.RV_EVENT_RAW);
        if ((event ? event.text : null) !== value) throw new Error(`the host got ${event && event.text}`);
        break;
      }
      case 'foreign': {
        const event = this.last(C.RV_EVENT_FOREIGN_PROTOCOL);
        if (!event || !event.text.includes(value)) throw new Error(`the event ${event && event.text}`);
        break;
      }
      default: throw new Error(`no step ${word}`);
    }
    world.wait(0);
  }

  end() {
    this.expect([]);
    const stats = this.program.stats(this.iface);
    const wanted = { ...Object.fromEntries(ZERO.map((name) => [name, 0])), ...this.one.counters };
    for (const [name, count] of Object.entries(wanted)) {
      if (stats[name] !== BigInt(count)) throw new Error(`counter ${name} is ${stats[name]}, not ${count}`);
    }
  }
}

// A server's case as a client's, or null.
function mirrored(one) {
  const steps = [{ expect: [INIT] }];
  const counters = { ...one.counters, corrections: 0 };
  const corrected = (one.counters || {}).corrections > 0;
  one.steps.forEach((step, number) => {
    const subscribe = step.receive && step.receive.includes('"subscribe"');
    if (subscribe) return;
    if (step.expect && step.expect.length === 1 && step.expect[0].includes('"type":"snapshot"')) {
      steps[0].expect.push(step.expect[0].replace('snapshot', 'data'));
    } else if (step.expect && (number === 1 || corrected)) {
      // The answer to the first message, and corrections.
      steps.push({ expect: [] });
    } else if (step.closed) {
      steps.push({ closed: 3000 + step.closed });
    } else {
      steps.push(step);
    }
  });
  return { ...one, role: 'client', steps, counters };
}

function run(program, world, one) {
  const bench = new Bench(program, world, one);
  try {
    one.steps.forEach((step, number) => {
      try {
        bench.step(step);
      } catch (error) {
        throw new Error(`step ${number + 1}, ${JSON.stringify(step)}: ${error.message}`);
      }
    });
    bench.end();
  } finally {
    program.ok('rv_destroy', bench.iface);
  }
}

// `load(host)` gives the library. Gives what failed, and the counts.
async function runAll(load) {
  const folder = path.join(root, 'tests', 'vectors');
  const world = new World();
  const program = new Program(await load(world.host));
  const result = { passed: 0, failures: [], absent: [], servers: 0 };
  for (const file of fs.readdirSync(folder).filter((name) => name.endsWith('.json')).sort()) {
    for (const one of JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')).cases) {
      let played = one;
      if (one.role === 'server') {
        if (!MIRRORED.includes(file)) {
          result.servers++;
          continue;
        }
        played = mirrored(one);
      } else if (ABSENT[one.name]) {
        result.absent.push(`${one.name}: ${ABSENT[one.name]}`);
        continue;
      }
      world.timers.clear();
      world.sockets = [];
      try {
        run(program, world, played);
        result.passed++;
      } catch (error) {
        result.failures.push(`${file}: ${one.name}: ${error.message}`);
      }
    }
  }
  if (result.absent.length !== Object.keys(ABSENT).length) result.failures.push('a case that is left out does not exist');
  return result;
}

module.exports = { runAll };
