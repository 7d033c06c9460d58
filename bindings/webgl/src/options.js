/* rv_options: read, checked, and turned into a URL. */

var DEFAULT_ADDRESS = "127.0.0.1";
var DEFAULT_NAME = "realvirtual-ws";

/* What rv_options_init writes; a NULL string is its default, and fields that are not here are 0. */
var DEFAULTS = {
  port: 1234, own_perspective: RV_PERSPECTIVE_SIMULATION, default_direction: RV_DIRECTION_INPUT, update_cycle_ms: 10,
  reconnect_interval_ms: 2000, max_reconnect_attempts: -1, connect_timeout_ms: 10000, ping_interval_ms: 5000,
  peer_timeout_ms: 15000, heartbeat_ms: 1000, fence_grace_ms: 100, resync_wait_ms: 500, first_state_wait_ms: 250,
  max_clients: 512, max_clients_per_address: 64, max_signals: 100000, handshake_timeout_ms: 5000,
  max_pending_handshakes: 64, only_transmit_changed: 1, relay: 1, auto_reconnect: 1
};

/* The largest number of each enumeration, and the smallest. */
var CHOICES = {
  own_perspective: [1, RV_PERSPECTIVE_CONTROLLER], peer_perspective: [0, RV_PERSPECTIVE_CONTROLLER],
  import_direction: [0, RV_IMPORT_KEEP], catalog_direction: [0, RV_CATALOG_NEUTRAL],
  default_direction: [1, RV_DIRECTION_OUTPUT], send_mode: [0, RV_SEND_MANUAL],
  token_transport: [0, RV_TOKEN_SUBPROTOCOL]
};

/* What a page cannot do, by the option that asks for it. */
var BEYOND_A_BROWSER = {
  tls_insecure_skip_verify: "the browser judges certificates, and nothing can make it accept another",
  tls_ca_file: "a page reads no files: let the browser or its system trust the authority",
  tls_pin: "a page does not see the server's certificate",
  tls_certificate_file: "a page reads no files: give the certificate to the browser",
  tls_key_file: "a page reads no files: give the key to the browser",
  user: "a page sets no headers, so it presents no password: use access_token",
  password: "a page sets no headers, so it presents no password: use access_token"
};

/* Names under which a query may carry a token. */
var TOKEN_IN_QUERY = /[?&](token|access_token|apikey)(=|&|$)/;
var TOKENS_IN_QUERY = /[?&](?:token|access_token|apikey)=([^&]*)/g;
/* Shorter texts are no secrets, and stand in every second line. */
var SHORTEST_SECRET = 4;

function badOption(message) {
  fail(RV_ERR_ARGUMENT, "option " + message);
}

function lines(text) {
  return (text || "").split("\n").map(function (line) { return line.trim(); }).filter(Boolean);
}

function checkNumber(name, value, least, most) {
  if (value < least || value > most) badOption(name + " must be " + least + " to " + most);
}

function readOptions(at) {
  var options = readGrowing("rv_options", at, "options"), fields = LAYOUT.rv_options.fields, name;
  checkNumber("mode", options.mode, RV_MODE_CLIENT, RV_MODE_SERVER);
  if (options.mode === RV_MODE_SERVER) unsupported("a browser cannot listen, so there is no server here: set mode to CLIENT");
  for (name in fields) {
    if (/^reserved/.test(name) && String(options[name]).replace(/[0,]/g, "")) {
      fail(RV_ERR_ARGUMENT, "a reserved field of rv_options is not zero: call rv_options_init before changing fields");
    }
    if (fields[name][1] === "pointer") options[name] = optionalText(options[name], "option " + name);
    if (fields[name][1] === "u8" && options[name] > 1) badOption(name + " is " + options[name] + ": it must be 0 or 1");
  }
  for (name in CHOICES) checkNumber(name, options[name], CHOICES[name][0], CHOICES[name][1]);
  for (name in BEYOND_A_BROWSER) {
    if (options[name]) unsupported("option " + name + " cannot be used in a browser: " + BEYOND_A_BROWSER[name]);
  }
  if (options.address === null) options.address = DEFAULT_ADDRESS;
  if (options.client_name === null) options.client_name = DEFAULT_NAME;
  options.input_patterns = lines(options.input_patterns);
  options.output_patterns = lines(options.output_patterns);
  validate(options);
  return options;
}

function validate(options) {
  var address = options.address = options.address.trim();
  if (!address || /[\s\x00-\x1F\x7F]/.test(address)) {
    fail(RV_ERR_ADDRESS, "option address " + quoted(address) + " is empty or holds blanks: give an IP address or a host name such as 127.0.0.1");
  }
  if (address.indexOf("://") >= 0) {
    fail(RV_ERR_ADDRESS, "option address " + quoted(address) + " is a URL: give the host alone, and port, path and TLS in their own options");
  }
  if (/^\[.*\]:|^[^:]*:[^:]*$/.test(address)) {
    fail(RV_ERR_ADDRESS, "option address " + quoted(address) + " holds a port: give it in option port");
  }
  if (!options.port) badOption("port is 0: a client needs the server's port (the default is 1234)");
  checkNumber("update_cycle_ms", options.update_cycle_ms, 1, 3600000);
  /* Without effect here, but a program for browsers is to run elsewhere, too. */
  if (options.peer_timeout_ms && options.ping_interval_ms > options.peer_timeout_ms) {
    badOption("ping_interval_ms is longer than peer_timeout_ms: a peer that has nothing to say would be taken for dead " +
      "between two pings");
  }
  checkNumber("max_signals", options.max_signals, 1, 10000000);
  if (options.max_reconnect_attempts < -1) {
    badOption("max_reconnect_attempts is " + options.max_reconnect_attempts + ": it must be -1 (unlimited) or more");
  }
  if (byteLength(options.client_name) > 256) badOption("client_name is longer than 256 bytes");
  if (options.path && /[\s\x00-\x1F\x7F#]/.test(options.path)) {
    badOption("path holds a blank, a control character or '#': percent-encode it");
  }
  validateToken(options);
}

function validateToken(options) {
  var token = options.access_token, here = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i.test(options.address);
  if (token !== null && !/^[!-~]{1,4096}$/.test(token)) {
    badOption("access_token must be 1 to 4096 visible ASCII characters: `rvws token` makes a good one");
  }
  if (token !== null && options.token_transport === RV_TOKEN_X_API_KEY) {
    unsupported("option token_transport: a page sets no headers: use RV_TOKEN_QUERY or RV_TOKEN_SUBPROTOCOL");
  }
  if ((token !== null || TOKEN_IN_QUERY.test(options.path || "")) && !options.tls && !options.allow_plain_credentials && !here) {
    fail(RV_ERR_ARGUMENT, "a token would cross the network readable by anyone on the way: switch TLS on (wss://), or set " +
      "option allow_plain_credentials where the network is trusted");
  }
}

/* Without the query, which may hold a token. */
function placeOf(options) {
  var address = options.address.replace(/^\[|\]$/g, ""), path = (options.path || "/").replace(/\?.*/, "");
  if (address.indexOf(":") >= 0) address = "[" + address + "]";
  return (options.tls ? "wss://" : "ws://") + address + ":" + options.port + (path.charAt(0) === "/" ? "" : "/") + path;
}

function urlOf(options) {
  var query = /\?(.*)/.exec(options.path || ""), url = placeOf(options) + (query ? "?" + query[1] : "");
  if (options.access_token === null || options.token_transport === RV_TOKEN_SUBPROTOCOL) return url;
  return url + (query ? "&" : "?") + "token=" + encodeURIComponent(options.access_token);
}

function base64url(text) {
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/* What no log, event or error may hold: the token, as it is and as it travels. A longer form first, since what is left
 * of it after a shorter one would still tell something. */
function secretsOf(options) {
  var found = [], raw;
  function add(token) { found.push(token, encodeURIComponent(token), base64url(token)); }
  if (options.access_token !== null) add(options.access_token);
  TOKENS_IN_QUERY.lastIndex = 0;
  while ((raw = TOKENS_IN_QUERY.exec(options.path || ""))) {
    found.push(raw[1]);
    /* What cannot be decoded, or is beyond Latin-1, is no token of any server. */
    try { add(decodeURIComponent(raw[1])); } catch (error) { continue; }
  }
  return found.filter(function (secret) { return secret.length >= SHORTEST_SECRET; })
    .sort(function (one, other) { return other.length - one.length; });
}

/* The subprotocols to offer: one that a server answers, and one that carries the token. */
function protocolsOf(options) {
  if (options.access_token === null || options.token_transport !== RV_TOKEN_SUBPROTOCOL) return [];
  return ["rv.v2", "rv.token." + base64url(options.access_token)];
}
