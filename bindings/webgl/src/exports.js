/* The rv_ functions. Those of a C program reach these through one-line functions that the build script writes from the
 * C header, so that each has the header's arguments. */

var BLOCKS = " waits, and nothing arrives in a browser while the program does: use ";

function blocking(instead) {
  return function (iface) {
    return on(iface, function () { unsupported("this call" + BLOCKS + instead); });
  };
}

function serverOnly(iface) {
  return on(iface, function () { unsupported("this call is for servers, which a browser cannot be"); });
}

function noFiles(iface) {
  return on(iface, function () { unsupported("a page has no files: import the signals or declare them, and leave certificates to the browser"); });
}

/* Runs a call that may leave something to do. */
function doing(handle, body) {
  return on(handle, function (iface) {
    var result = body(iface);
    iface.after();
    return result;
  });
}

function put32(at, value) {
  HEAPU32[at >>> 2] = value;
}

function set(handle, id, kind, value) {
  return on(handle, function (iface) {
    iface.table.set(iface.table.checkSet(id, kind), value, iface.now());
    if (!iface.nextCycle && !iface.followUpAt) iface.after();
  });
}

function slotOfKind(iface, id, kind) {
  var slot = iface.table.slot(id);
  if (slot.kind !== kind) fail(RV_ERR_KIND, "signal " + quoted(slot.name) + " is " + KIND_NAMES[slot.kind] + ", not " + KIND_NAMES[kind]);
  return slot;
}

function create(options) {
  var iface = new Interface(options), handle = nextHandle++;
  interfaces["$" + handle] = iface;
  live++;
  return handle;
}

function destroy(handle) {
  interfaces["$" + (handle >>> 0)].destroy();
  delete interfaces["$" + (handle >>> 0)];
  live--;
}

/* Waiting that does not wait: what is so already is told, the rest cannot come while the program waits. */
function waitless(timeout, otherwise) {
  if (timeout >>> 0) unsupported("this call" + BLOCKS + "a time-out of 0 in each frame");
  return otherwise();
}

/* Takes the oldest item of a queue, if its text fits. */
function take(queue, at, text, write) {
  var item = queue.list[0];
  if (!item) {
    putNoText(text);
    return 0;
  }
  putText(text, item.text);
  queue.list.shift();
  queue.bytes -= item.text.length;
  write(at, item);
  return 1;
}

var functions = {
  rv_abi_version: function () { return RV_ABI_VERSION; },
  rv_version: function () { return keptText(VERSION); },
  rv_result_name: function (result) {
    return keptText(result >= 0 ? "RV_OK" : RESULTS["$" + result] || "RV_ERR_UNKNOWN");
  },
  rv_last_error: function (buf, capacity, required) {
    var kept = lastError, result = call(function () { putText(textOut(buf, capacity, required, "buf"), kept); });
    lastError = kept;
    return result;
  },
  rv_live_count: function () { return live; },
  rv_shutdown_all: function () {
    return call(function () {
      Object.keys(interfaces).forEach(function (key) {
        interfaces[key].stop();
        destroy(Number(key.slice(1)));
      });
    });
  },
  rv_options_init: function (options, size, mode) {
    return call(function () {
      var write = structOut("rv_options", options, size, "options"), values = { struct_size: size >>> 0 }, name;
      values.mode = checkEnum(mode, RV_MODE_CLIENT, RV_MODE_SERVER, "mode");
      for (name in DEFAULTS) values[name] = DEFAULTS[name];
      write(values);
    });
  },
  rv_create: function (options, out) {
    return call(function () {
      put32(aligned(out, 4, "out"), 0);
      put32(out, create(readOptions(options)));
    });
  },
  rv_start: function (iface) { return doing(iface, function (iface) { iface.temporary = 0; iface.start(); }); },
  rv_stop: function (iface) { return doing(iface, function (iface) { iface.stop(); }); },
  rv_destroy: function (iface) {
    return call(function () {
      find(iface);
      destroy(iface);
    });
  },
  rv_wait_connected: function (iface, timeout) {
    return on(iface, function (iface) {
      if (!iface.running) fail(RV_ERR_STATE, "the interface is not started, so there is no connection to wait for: call rv_start first");
      if (iface.connected) return RV_OK;
      if (iface.state === RV_STATE_FAILED) throw iface.lastError;
      return waitless(timeout, function () {
        throw iface.lastError || new Failure(RV_ERR_TIMEOUT, "there is no connection to " + placeOf(iface.options) + " yet");
      });
    });
  },
  rv_get_info: function (iface, out, size) {
    return on(iface, function (iface) {
      structOut("rv_info", out, size, "out")({
        mode: RV_MODE_CLIENT, state: iface.state, port: iface.options.port, clients: iface.connected ? 1 : 0,
        signals: iface.table.slots.length, last_error: iface.lastError ? iface.lastError.code : 0,
        reconnect_attempts: iface.attempts
      });
    });
  },
  rv_get_stats: function (iface, out, size) {
    return on(iface, function (iface) {
      var values = { send_latency: iface.latency }, stats = iface.table.stats, name;
      for (name in stats) values[name] = Math.round(stats[name]);
      structOut("rv_stats", out, size, "out")(values);
    });
  },
  rv_test_connection: function () {
    return call(function () { unsupported("this call" + BLOCKS + "rv_test_connection_begin"); });
  },
  rv_test_connection_begin: function (options, timeout, out) {
    return call(function () {
      var read, handle;
      put32(aligned(out, 4, "out"), 0);
      read = readOptions(options);
      read.auto_reconnect = 0;
      handle = create(read);
      put32(out, handle);
      interfaces["$" + handle].beginProbe(timeout >>> 0);
      interfaces["$" + handle].after();
    });
  },
  rv_test_connection_result: function (iface, out, size) {
    return on(iface, function (iface) {
      var write = structOut("rv_connection_report", out, size, "out"), found;
      if (!iface.probe) fail(RV_ERR_STATE, "this interface is no connection test: rv_test_connection_begin begins one");
      found = iface.takeAnswer(iface.probe.token, "probe");
      if (!found) return 0;
      if (found.result < 0) fail(found.result, found.text);
      write(found.report);
      return 1;
    });
  },
  rv_add_signal: function (iface, name, kind, direction, id) {
    return doing(iface, function (iface) {
      aligned(id, 4, "id");
      name = requiredText(name, "name");
      checkEnum(kind, RV_KIND_BOOL, RV_KIND_TEXT, "kind");
      checkEnum(direction, RV_DIRECTION_AUTO, RV_DIRECTION_OUTPUT, "direction");
      put32(id, declare(iface, name, kind, direction, RV_ACCESS_DEFAULT));
    });
  },
  rv_add_signal_with: function (iface, options, id) {
    return doing(iface, function (iface) {
      aligned(id, 4, "id");
      put32(id, declaredWith(iface, options));
    });
  },
  rv_find_signal: function (iface, name, id) {
    return on(iface, function (iface) {
      aligned(id, 4, "id");
      var text = requiredText(name, "name"), slot = iface.table.named(text);
      if (!slot) fail(RV_ERR_NOT_FOUND, "there is no signal " + quoted(text) + ": names are case-sensitive and matched exactly");
      put32(id, slot.id);
    });
  },
  rv_signal_count: function (iface) { return on(iface, function (iface) { return iface.table.slots.length; }); },
  rv_get_signal_info: function (iface, id, out, size) {
    return on(iface, function (iface) {
      var write = structOut("rv_signal_info", out, size, "out"), slot = iface.table.slot(id);
      write({
        kind: slot.kind, direction: slot.direction, access: slot.access, quality: qualityOf(slot), source: writerOf(slot),
        imported: slot.imported, age_us: writerOf(slot) === LOCAL ? -1 : Math.round((iface.now() - slot.arrived) * 1000)
      });
    });
  },
  rv_get_signal_name: function (iface, id, buf, capacity, required) {
    return on(iface, function (iface) { putText(textOut(buf, capacity, required, "buf"), iface.table.slot(id).name); });
  },
  rv_get_signal_note: function (iface, id, note, buf, capacity, required) {
    return on(iface, function (iface) {
      checkEnum(note, RV_NOTE_COMMENT, RV_NOTE_DISPLAY_NAME, "note");
      var slot = iface.table.slot(id);
      putText(textOut(buf, capacity, required, "buf"), note === RV_NOTE_COMMENT ? slot.comment : note === RV_NOTE_FOLDER ? slot.folder : slot.displayName);
    });
  },
  rv_set_access: function (iface, id, access) {
    return doing(iface, function (iface) {
      var slot = iface.table.slot(id);
      checkEnum(access, RV_ACCESS_DEFAULT, RV_ACCESS_READ_WRITE, "access");
      slot.access = access || iface.rules.declared(slot.name, slot.direction).access;
      iface.table.settleInitial(slot);
    });
  },
  rv_set_bool: function (iface, id, value) { return set(iface, id, RV_KIND_BOOL, (value & 255) !== 0); },
  rv_set_int: function (iface, id, low, high) { return set(iface, id, RV_KIND_INT, intArgument(low, high)); },
  rv_set_float: function (iface, id, value) {
    return isFinite(value) ? set(iface, id, RV_KIND_FLOAT, value) : on(iface, function () { checkFinite(value); });
  },
  rv_set_float32: function (iface, id, value) { return functions.rv_set_float(iface, id, widened(value)); },
  rv_set_text: function (iface, id, value) {
    return doing(iface, function (iface) {
      var text = checkText(requiredText(value, "value"));
      iface.table.set(iface.table.checkSet(id, RV_KIND_TEXT), text, iface.now());
    });
  },
  rv_set_values: function (iface, values, count) {
    return doing(iface, function (iface) {
      var table = iface.table, pairs = [], index, value, now = iface.now(), size = LAYOUT.rv_value.size;
      values = room(values, count, LAYOUT.rv_value.align, "values");
      for (index = 0; index < count >>> 0; index++) {
        try {
          value = readStruct("rv_value", values + index * size, size);
          pairs.push({ value: valueOf(value), slot: table.checkSet(value.signal, value.kind) });
        } catch (error) {
          if (error instanceof Failure) error.message = "values[" + index + "]: " + error.message;
          throw error;
        }
      }
      table.setAll(pairs, now);
    });
  },
  rv_get_bool: function (iface, id, value) {
    return on(iface, function (iface) {
      var slot = slotOfKind(iface, id, RV_KIND_BOOL);
      HEAPU8[aligned(value, 1, "value")] = hostValue(slot) ? 1 : 0;
    });
  },
  rv_get_int: function (iface, id, value) {
    return on(iface, function (iface) { writeInt(aligned(value, 8, "value"), hostValue(slotOfKind(iface, id, RV_KIND_INT))); });
  },
  rv_get_float: function (iface, id, value) {
    return on(iface, function (iface) { HEAPF64[aligned(value, 8, "value") >>> 3] = hostValue(slotOfKind(iface, id, RV_KIND_FLOAT)); });
  },
  rv_get_text: function (iface, id, buf, capacity, required) {
    return on(iface, function (iface) {
      putText(textOut(buf, capacity, required, "buf"), hostValue(slotOfKind(iface, id, RV_KIND_TEXT)));
    });
  },
  rv_get_values: function (iface, ids, out, count) {
    return on(iface, function (iface) {
      var index;
      ids = room(ids, count, 4, "ids");
      out = room(out, count, 8, "out");
      for (index = 0; index < count >>> 0; index++) {
        writeChange(out + index * 48, iface.table.slot(HEAPU32[(ids >>> 2) + index]), 0, 0, 0);
      }
    });
  },
  rv_flush: function (iface) { return doing(iface, function (iface) { iface.flush(); }); },
  rv_poll_changes: function (iface, out, capacity) {
    return on(iface, function (iface) {
      out = room(out, capacity, 8, "out");
      return iface.table.poll(Math.min(capacity >>> 0, 0x7FFFFFFF), function (index, slot, flags, entry) {
        writeChange(out + index * 48, slot, flags, slot.changes, slot.rises, entry);
      });
    });
  },
  rv_get_change_text: function (iface, record, buf, capacity, required) {
    return on(iface, function (iface) {
      var text = iface.table.polled[record >>> 0];
      if (text === undefined) fail(RV_ERR_NOT_FOUND, "the last poll gave no record " + (record >>> 0) + ": records count from 0");
      putText(textOut(buf, capacity, required, "buf"), text);
    });
  },
  rv_poll_event: function (iface, out, text, capacity, required) {
    return on(iface, function (iface) {
      aligned(out, 8, "out");
      return take(iface.events, out, textOut(text, capacity, required, "text", true), function (at, item) {
        writeStruct("rv_event", at, LAYOUT.rv_event.size, item);
      });
    });
  },
  rv_poll_log: function (iface, out, size, text, capacity, required) {
    return on(iface, function (iface) {
      var write = structOut("rv_log_record", out, size, "out");
      return take(iface.logs, out, textOut(text, capacity, required, "text", true), function (at, item) { write(item); });
    });
  },
  rv_wait: function (iface, timeout) {
    return on(iface, function (iface) {
      if (iface.table.log.length || iface.events.list.length) return 1;
      return waitless(timeout, function () { return 0; });
    });
  },
  rv_event_fd: function (iface) {
    return on(iface, function () { unsupported("a browser has no file descriptors: poll in each frame"); });
  },
  rv_event_handle: function (iface) {
    return on(iface, function () { unsupported("a browser has no event handles: poll in each frame"); });
  },
  rv_import: blocking("rv_import_begin"),
  rv_import_begin: function (iface, timeout, token) {
    return doing(iface, function (iface) {
      aligned(token, 4, "token");
      put32(token, iface.beginImport(timeout >>> 0));
    });
  },
  rv_import_result: function (iface, token, out, size) {
    return on(iface, function (iface) {
      var write = structOut("rv_import_report", out, size, "out"), found = iface.takeAnswer(token >>> 0, "import");
      if (!found) return 0;
      if (found.result < 0) fail(found.result, found.text);
      write(found.report);
      return 1;
    });
  },
  rv_cancel: function (iface, token) { return doing(iface, function (iface) { iface.cancel(token >>> 0); }); },
  rv_subscribe: function (iface, names, count) {
    return doing(iface, function (iface) {
      var list = [], index;
      names = room(names, count, 4, "names");
      for (index = 0; index < count >>> 0; index++) list.push(requiredText(HEAPU32[(names >>> 2) + index], "names[" + index + "]"));
      iface.subscribe(list);
    });
  },
  rv_subscribe_all: function (iface) { return doing(iface, function (iface) { iface.subscribe(null); }); },
  rv_client_ids: serverOnly,
  rv_get_client: serverOnly,
  rv_disconnect_client: serverOnly,
  rv_send_raw: function (iface, client, json) {
    return doing(iface, function (iface) {
      var text = requiredText(json, "json");
      checkConfig(text);
      if (client) fail(RV_ERR_NOT_FOUND, "there is no client " + (client >>> 0) + ": this is one itself");
      if (!iface.connected) fail(RV_ERR_NOT_CONNECTED, "there is no connection to send the message on");
      iface.sendText(text);
    });
  },
  rv_config_publish: serverOnly,
  rv_config_reply: serverOnly,
  rv_config_get: blocking("rv_config_get_begin"),
  rv_config_get_begin: function (iface, timeout, token) {
    return doing(iface, function (iface) {
      aligned(token, 4, "token");
      put32(token, iface.requestConfig("config_get", "", timeout >>> 0));
    });
  },
  rv_config_set: blocking("rv_config_set_begin"),
  rv_config_set_begin: function (iface, json, timeout, token) {
    return doing(iface, function (iface) {
      var text = requiredText(json, "json");
      aligned(token, 4, "token");
      checkConfig(text);
      put32(token, iface.requestConfig("config_set", text, timeout >>> 0));
    });
  },
  rv_add_token: serverOnly,
  rv_revoke_token: serverOnly,
  rv_add_user: serverOnly,
  rv_revoke_user: serverOnly,
  rv_reload_tls: noFiles,
  rv_load_signals: noFiles,
  rv_save_signals: noFiles
};
