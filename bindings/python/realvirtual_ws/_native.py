"""The C interface of realvirtual-ws for ctypes. Generated from src/ffi by build.rs: do not edit, run `make bindings`."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple, Union


# Constants
RV_ABI_VERSION = 1
RV_VERSION_MAJOR = 0
RV_VERSION_MINOR = 1
RV_VERSION_PATCH = 0

# rv_result
RV_OK = 0
RV_ERR_HANDLE = -1
RV_ERR_NULL = -2
RV_ERR_ARGUMENT = -3
RV_ERR_UTF8 = -4
RV_ERR_BUFFER = -5
RV_ERR_STRUCT_SIZE = -6
RV_ERR_PANIC = -7
RV_ERR_FORKED = -8
RV_ERR_UNSUPPORTED = -9
RV_ERR_STATE = -10
RV_ERR_TIMEOUT = -11
RV_ERR_CANCELLED = -12
RV_ERR_LIMIT = -13
RV_ERR_SYSTEM = -14
RV_ERR_NOT_FOUND = -20
RV_ERR_EXISTS = -21
RV_ERR_KIND = -22
RV_ERR_NOT_WRITABLE = -23
RV_ERR_NOT_FINITE = -24
RV_ERR_NAME = -25
RV_ERR_TEXT = -26
RV_ERR_FILE = -27
RV_ERR_FORMAT = -28
RV_ERR_PORT_IN_USE = -40
RV_ERR_ADDRESS = -41
RV_ERR_RESOLVE = -42
RV_ERR_REFUSED = -43
RV_ERR_UNREACHABLE = -44
RV_ERR_CONNECTION = -45
RV_ERR_HANDSHAKE = -46
RV_ERR_TLS = -47
RV_ERR_CERTIFICATE = -48
RV_ERR_NOT_CONNECTED = -49
RV_ERR_INSECURE_BIND = -50
RV_ERR_DENIED = -51
RV_ERR_PERMISSION = -52

# rv_mode
RV_MODE_CLIENT = 0
RV_MODE_SERVER = 1

# rv_send_mode
RV_SEND_CYCLE = 0
RV_SEND_ON_CHANGE = 1
RV_SEND_MANUAL = 2

# rv_kind
RV_KIND_BOOL = 1
RV_KIND_INT = 2
RV_KIND_FLOAT = 3
RV_KIND_TEXT = 4

# rv_direction
RV_DIRECTION_AUTO = 0
RV_DIRECTION_INPUT = 1
RV_DIRECTION_OUTPUT = 2

# rv_access
RV_ACCESS_DEFAULT = 0
RV_ACCESS_READ = 1
RV_ACCESS_WRITE = 2
RV_ACCESS_READ_WRITE = 3

# rv_perspective
RV_PERSPECTIVE_UNKNOWN = 0
RV_PERSPECTIVE_SIMULATION = 1
RV_PERSPECTIVE_CONTROLLER = 2

# rv_import_direction
RV_IMPORT_INVERT = 0
RV_IMPORT_KEEP = 1

# rv_catalog_direction
RV_CATALOG_KEEP = 0
RV_CATALOG_INVERT = 1
RV_CATALOG_NEUTRAL = 2

# rv_token_transport
RV_TOKEN_AUTO = 0
RV_TOKEN_X_API_KEY = 1
RV_TOKEN_QUERY = 2
RV_TOKEN_SUBPROTOCOL = 3

# rv_list_format
RV_LIST_AUTO = 0
RV_LIST_JSON = 1
RV_LIST_CSV = 2

# rv_note
RV_NOTE_COMMENT = 1
RV_NOTE_FOLDER = 2
RV_NOTE_DISPLAY_NAME = 3

# rv_state
RV_STATE_STOPPED = 0
RV_STATE_CONNECTING = 1
RV_STATE_CONNECTED = 2
RV_STATE_LISTENING = 3
RV_STATE_RECONNECTING = 4
RV_STATE_FAILED = 5

# rv_quality
RV_QUALITY_NEVER = 0
RV_QUALITY_GOOD = 1
RV_QUALITY_STALE = 2

# rv_change_flag
RV_CHANGE_OVERFLOW = 1
RV_CHANGE_MORE = 2
RV_CHANGE_FAILSAFE = 4
RV_CHANGE_IMPORTED = 8
RV_CHANGE_QUALITY = 16

# rv_event_type
RV_EVENT_CONNECTED = 1
RV_EVENT_DISCONNECTED = 2
RV_EVENT_CLIENT_JOINED = 3
RV_EVENT_CLIENT_LEFT = 4
RV_EVENT_IMPORT_DONE = 5
RV_EVENT_CONFIG_SET = 6
RV_EVENT_CONFIG_DONE = 7
RV_EVENT_TEST_DONE = 8
RV_EVENT_CATALOG_CHANGED = 9
RV_EVENT_FOREIGN_PROTOCOL = 10
RV_EVENT_RAW = 11
RV_EVENT_STATE = 12

# rv_log_level
RV_LOG_ERROR = 1
RV_LOG_WARN = 2
RV_LOG_INFO = 3
RV_LOG_DEBUG = 4


class rv_options(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("mode", ctypes.c_uint32),
        ("address", ctypes.c_char_p),
        ("port", ctypes.c_uint16),
        ("reserved0", ctypes.c_uint16),
        ("reserved1", ctypes.c_uint32),
        ("path", ctypes.c_char_p),
        ("client_name", ctypes.c_char_p),
        ("own_perspective", ctypes.c_uint32),
        ("peer_perspective", ctypes.c_uint32),
        ("import_direction", ctypes.c_uint32),
        ("catalog_direction", ctypes.c_uint32),
        ("default_direction", ctypes.c_uint32),
        ("send_mode", ctypes.c_uint32),
        ("input_patterns", ctypes.c_char_p),
        ("output_patterns", ctypes.c_char_p),
        ("update_cycle_ms", ctypes.c_uint32),
        ("reconnect_interval_ms", ctypes.c_uint32),
        ("reconnect_backoff_max_ms", ctypes.c_uint32),
        ("max_reconnect_attempts", ctypes.c_int32),
        ("connect_timeout_ms", ctypes.c_uint32),
        ("ping_interval_ms", ctypes.c_uint32),
        ("peer_timeout_ms", ctypes.c_uint32),
        ("heartbeat_ms", ctypes.c_uint32),
        ("fence_grace_ms", ctypes.c_uint32),
        ("resync_wait_ms", ctypes.c_uint32),
        ("first_state_wait_ms", ctypes.c_uint32),
        ("max_clients", ctypes.c_uint32),
        ("max_clients_per_address", ctypes.c_uint32),
        ("max_message_bytes", ctypes.c_uint32),
        ("max_signals", ctypes.c_uint32),
        ("handshake_timeout_ms", ctypes.c_uint32),
        ("max_pending_handshakes", ctypes.c_uint32),
        ("max_data_frame_bytes", ctypes.c_uint32),
        ("use_patterns", ctypes.c_uint8),
        ("only_transmit_changed", ctypes.c_uint8),
        ("relay", ctypes.c_uint8),
        ("accept_remote_writes", ctypes.c_uint8),
        ("auto_import", ctypes.c_uint8),
        ("strict_types", ctypes.c_uint8),
        ("auto_reconnect", ctypes.c_uint8),
        ("allow_anonymous_network", ctypes.c_uint8),
        ("tls", ctypes.c_uint8),
        ("tls_insecure_skip_verify", ctypes.c_uint8),
        ("debug", ctypes.c_uint8),
        ("catalog_push", ctypes.c_uint8),
        ("raw_events", ctypes.c_uint8),
        ("log_to_stderr", ctypes.c_uint8),
        ("reserved3", ctypes.c_uint8 * 2),
        ("tls_ca_file", ctypes.c_char_p),
        ("tls_pin", ctypes.c_char_p),
        ("allowed_origins", ctypes.c_char_p),
        ("allowed_hosts", ctypes.c_char_p),
        ("prefix_collisions", ctypes.c_uint8),
        ("reserved4", ctypes.c_uint8 * 7),
        ("tls_certificate_file", ctypes.c_char_p),
        ("tls_key_file", ctypes.c_char_p),
        ("tls_client_ca_file", ctypes.c_char_p),
        ("access_token", ctypes.c_char_p),
        ("user", ctypes.c_char_p),
        ("password", ctypes.c_char_p),
        ("trusted_proxies", ctypes.c_char_p),
        ("token_transport", ctypes.c_uint32),
        ("allow_plain_credentials", ctypes.c_uint8),
        ("reserved5", ctypes.c_uint8 * 3),
    ]
    struct_size: int
    mode: int
    address: Optional[bytes]
    port: int
    reserved0: int
    reserved1: int
    path: Optional[bytes]
    client_name: Optional[bytes]
    own_perspective: int
    peer_perspective: int
    import_direction: int
    catalog_direction: int
    default_direction: int
    send_mode: int
    input_patterns: Optional[bytes]
    output_patterns: Optional[bytes]
    update_cycle_ms: int
    reconnect_interval_ms: int
    reconnect_backoff_max_ms: int
    max_reconnect_attempts: int
    connect_timeout_ms: int
    ping_interval_ms: int
    peer_timeout_ms: int
    heartbeat_ms: int
    fence_grace_ms: int
    resync_wait_ms: int
    first_state_wait_ms: int
    max_clients: int
    max_clients_per_address: int
    max_message_bytes: int
    max_signals: int
    handshake_timeout_ms: int
    max_pending_handshakes: int
    max_data_frame_bytes: int
    use_patterns: int
    only_transmit_changed: int
    relay: int
    accept_remote_writes: int
    auto_import: int
    strict_types: int
    auto_reconnect: int
    allow_anonymous_network: int
    tls: int
    tls_insecure_skip_verify: int
    debug: int
    catalog_push: int
    raw_events: int
    log_to_stderr: int
    reserved3: ctypes.Array[ctypes.c_uint8]
    tls_ca_file: Optional[bytes]
    tls_pin: Optional[bytes]
    allowed_origins: Optional[bytes]
    allowed_hosts: Optional[bytes]
    prefix_collisions: int
    reserved4: ctypes.Array[ctypes.c_uint8]
    tls_certificate_file: Optional[bytes]
    tls_key_file: Optional[bytes]
    tls_client_ca_file: Optional[bytes]
    access_token: Optional[bytes]
    user: Optional[bytes]
    password: Optional[bytes]
    trusted_proxies: Optional[bytes]
    token_transport: int
    allow_plain_credentials: int
    reserved5: ctypes.Array[ctypes.c_uint8]


class rv_value(ctypes.Structure):
    _fields_ = [
        ("signal", ctypes.c_uint32),
        ("kind", ctypes.c_uint32),
        ("integer", ctypes.c_int64),
        ("number", ctypes.c_double),
        ("text", ctypes.c_char_p),
    ]
    signal: int
    kind: int
    integer: int
    number: float
    text: Optional[bytes]


class rv_change(ctypes.Structure):
    _fields_ = [
        ("signal", ctypes.c_uint32),
        ("kind", ctypes.c_uint8),
        ("quality", ctypes.c_uint8),
        ("flags", ctypes.c_uint16),
        ("integer", ctypes.c_int64),
        ("number", ctypes.c_double),
        ("change_count", ctypes.c_uint32),
        ("rise_count", ctypes.c_uint32),
        ("time_us", ctypes.c_int64),
        ("source", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
    ]
    signal: int
    kind: int
    quality: int
    flags: int
    integer: int
    number: float
    change_count: int
    rise_count: int
    time_us: int
    source: int
    reserved: int


class rv_event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_uint32),
        ("client", ctypes.c_uint32),
        ("token", ctypes.c_uint32),
        ("result", ctypes.c_int32),
        ("time_us", ctypes.c_int64),
        ("signal", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
    ]
    type: int
    client: int
    token: int
    result: int
    time_us: int
    signal: int
    reserved: int


class rv_info(ctypes.Structure):
    _fields_ = [
        ("mode", ctypes.c_uint32),
        ("state", ctypes.c_uint32),
        ("port", ctypes.c_uint32),
        ("clients", ctypes.c_uint32),
        ("signals", ctypes.c_uint32),
        ("last_error", ctypes.c_int32),
        ("reconnect_attempts", ctypes.c_uint32),
        ("last_client", ctypes.c_uint32),
    ]
    mode: int
    state: int
    port: int
    clients: int
    signals: int
    last_error: int
    reconnect_attempts: int
    last_client: int


class rv_stats(ctypes.Structure):
    _fields_ = [
        ("frames_in", ctypes.c_uint64),
        ("frames_out", ctypes.c_uint64),
        ("bytes_in", ctypes.c_uint64),
        ("bytes_out", ctypes.c_uint64),
        ("values_in", ctypes.c_uint64),
        ("values_out", ctypes.c_uint64),
        ("changes", ctypes.c_uint64),
        ("coalesced", ctypes.c_uint64),
        ("pulses_collapsed", ctypes.c_uint64),
        ("queue_overflow", ctypes.c_uint64),
        ("unknown_signal", ctypes.c_uint64),
        ("rejected_type", ctypes.c_uint64),
        ("rejected_direction", ctypes.c_uint64),
        ("lossy", ctypes.c_uint64),
        ("denied", ctypes.c_uint64),
        ("malformed", ctypes.c_uint64),
        ("unknown_message", ctypes.c_uint64),
        ("slow_peer_closed", ctypes.c_uint64),
        ("connects", ctypes.c_uint64),
        ("disconnects", ctypes.c_uint64),
        ("refused_connections", ctypes.c_uint64),
        ("echoes", ctypes.c_uint64),
        ("corrections", ctypes.c_uint64),
        ("resends", ctypes.c_uint64),
        ("cycles", ctypes.c_uint64),
        ("cycles_skipped", ctypes.c_uint64),
        ("cycle_us_total", ctypes.c_uint64),
        ("cycle_us_max", ctypes.c_uint64),
        ("log_dropped", ctypes.c_uint64),
        ("events_dropped", ctypes.c_uint64),
        ("send_latency", ctypes.c_uint64 * 24),
    ]
    frames_in: int
    frames_out: int
    bytes_in: int
    bytes_out: int
    values_in: int
    values_out: int
    changes: int
    coalesced: int
    pulses_collapsed: int
    queue_overflow: int
    unknown_signal: int
    rejected_type: int
    rejected_direction: int
    lossy: int
    denied: int
    malformed: int
    unknown_message: int
    slow_peer_closed: int
    connects: int
    disconnects: int
    refused_connections: int
    echoes: int
    corrections: int
    resends: int
    cycles: int
    cycles_skipped: int
    cycle_us_total: int
    cycle_us_max: int
    log_dropped: int
    events_dropped: int
    send_latency: ctypes.Array[ctypes.c_uint64]


class rv_signal_info(ctypes.Structure):
    _fields_ = [
        ("kind", ctypes.c_uint32),
        ("direction", ctypes.c_uint32),
        ("access", ctypes.c_uint32),
        ("quality", ctypes.c_uint32),
        ("source", ctypes.c_uint32),
        ("imported", ctypes.c_uint8),
        ("reserved", ctypes.c_uint8 * 3),
        ("age_us", ctypes.c_int64),
    ]
    kind: int
    direction: int
    access: int
    quality: int
    source: int
    imported: int
    reserved: ctypes.Array[ctypes.c_uint8]
    age_us: int


class rv_client_info(ctypes.Structure):
    _fields_ = [
        ("id", ctypes.c_uint32),
        ("library", ctypes.c_uint8),
        ("subscribed", ctypes.c_uint8),
        ("reserved", ctypes.c_uint8 * 2),
        ("connected_us", ctypes.c_uint64),
        ("frames_in", ctypes.c_uint64),
        ("frames_out", ctypes.c_uint64),
        ("address", ctypes.c_char * 64),
    ]
    id: int
    library: int
    subscribed: int
    reserved: ctypes.Array[ctypes.c_uint8]
    connected_us: int
    frames_in: int
    frames_out: int
    address: bytes


class rv_connection_report(ctypes.Structure):
    _fields_ = [
        ("connect_us", ctypes.c_uint64),
        ("round_trip_us", ctypes.c_uint64),
        ("library", ctypes.c_uint8),
        ("reserved", ctypes.c_uint8 * 7),
    ]
    connect_us: int
    round_trip_us: int
    library: int
    reserved: ctypes.Array[ctypes.c_uint8]


class rv_import_report(ctypes.Structure):
    _fields_ = [
        ("added", ctypes.c_uint32),
        ("updated", ctypes.c_uint32),
        ("unchanged", ctypes.c_uint32),
        ("conflicting", ctypes.c_uint32),
        ("refused", ctypes.c_uint32),
        ("answered", ctypes.c_uint32),
        ("unanswered", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
    ]
    added: int
    updated: int
    unchanged: int
    conflicting: int
    refused: int
    answered: int
    unanswered: int
    reserved: int


class rv_log_record(ctypes.Structure):
    _fields_ = [
        ("level", ctypes.c_uint32),
        ("client", ctypes.c_uint32),
        ("time_us", ctypes.c_int64),
    ]
    level: int
    client: int
    time_us: int


class rv_signal_options(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("kind", ctypes.c_uint32),
        ("direction", ctypes.c_uint32),
        ("access", ctypes.c_uint32),
        ("name", ctypes.c_char_p),
        ("comment", ctypes.c_char_p),
        ("folder", ctypes.c_char_p),
        ("initial", rv_value),
        ("failsafe", rv_value),
        ("failsafe_after_ms", ctypes.c_uint32),
        ("fifo_depth", ctypes.c_uint32),
        ("min_hold_ms", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
        ("display_name", ctypes.c_char_p),
    ]
    struct_size: int
    kind: int
    direction: int
    access: int
    name: Optional[bytes]
    comment: Optional[bytes]
    folder: Optional[bytes]
    initial: rv_value
    failsafe: rv_value
    failsafe_after_ms: int
    fifo_depth: int
    min_hold_ms: int
    reserved: int
    display_name: Optional[bytes]


class rv_role(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("may_import", ctypes.c_uint8),
        ("may_config", ctypes.c_uint8),
        ("reserved", ctypes.c_uint8 * 2),
        ("name", ctypes.c_char_p),
        ("read", ctypes.c_char_p),
        ("write", ctypes.c_char_p),
    ]
    struct_size: int
    may_import: int
    may_config: int
    reserved: ctypes.Array[ctypes.c_uint8]
    name: Optional[bytes]
    read: Optional[bytes]
    write: Optional[bytes]


# Size of each structure and offsets of its fields, by the size of a pointer (4: where 8-byte numbers are aligned to
# 8, as on ARM and Windows).
LAYOUT: Dict[int, Dict[str, Tuple[int, Dict[str, int]]]] = {
    4: {
        "rv_options": (
            208,
            {
                "struct_size": 0,
                "mode": 4,
                "address": 8,
                "port": 12,
                "reserved0": 14,
                "reserved1": 16,
                "path": 20,
                "client_name": 24,
                "own_perspective": 28,
                "peer_perspective": 32,
                "import_direction": 36,
                "catalog_direction": 40,
                "default_direction": 44,
                "send_mode": 48,
                "input_patterns": 52,
                "output_patterns": 56,
                "update_cycle_ms": 60,
                "reconnect_interval_ms": 64,
                "reconnect_backoff_max_ms": 68,
                "max_reconnect_attempts": 72,
                "connect_timeout_ms": 76,
                "ping_interval_ms": 80,
                "peer_timeout_ms": 84,
                "heartbeat_ms": 88,
                "fence_grace_ms": 92,
                "resync_wait_ms": 96,
                "first_state_wait_ms": 100,
                "max_clients": 104,
                "max_clients_per_address": 108,
                "max_message_bytes": 112,
                "max_signals": 116,
                "handshake_timeout_ms": 120,
                "max_pending_handshakes": 124,
                "max_data_frame_bytes": 128,
                "use_patterns": 132,
                "only_transmit_changed": 133,
                "relay": 134,
                "accept_remote_writes": 135,
                "auto_import": 136,
                "strict_types": 137,
                "auto_reconnect": 138,
                "allow_anonymous_network": 139,
                "tls": 140,
                "tls_insecure_skip_verify": 141,
                "debug": 142,
                "catalog_push": 143,
                "raw_events": 144,
                "log_to_stderr": 145,
                "reserved3": 146,
                "tls_ca_file": 148,
                "tls_pin": 152,
                "allowed_origins": 156,
                "allowed_hosts": 160,
                "prefix_collisions": 164,
                "reserved4": 165,
                "tls_certificate_file": 172,
                "tls_key_file": 176,
                "tls_client_ca_file": 180,
                "access_token": 184,
                "user": 188,
                "password": 192,
                "trusted_proxies": 196,
                "token_transport": 200,
                "allow_plain_credentials": 204,
                "reserved5": 205,
            },
        ),
        "rv_value": (
            32,
            {
                "signal": 0,
                "kind": 4,
                "integer": 8,
                "number": 16,
                "text": 24,
            },
        ),
        "rv_change": (
            48,
            {
                "signal": 0,
                "kind": 4,
                "quality": 5,
                "flags": 6,
                "integer": 8,
                "number": 16,
                "change_count": 24,
                "rise_count": 28,
                "time_us": 32,
                "source": 40,
                "reserved": 44,
            },
        ),
        "rv_event": (
            32,
            {
                "type": 0,
                "client": 4,
                "token": 8,
                "result": 12,
                "time_us": 16,
                "signal": 24,
                "reserved": 28,
            },
        ),
        "rv_info": (
            32,
            {
                "mode": 0,
                "state": 4,
                "port": 8,
                "clients": 12,
                "signals": 16,
                "last_error": 20,
                "reconnect_attempts": 24,
                "last_client": 28,
            },
        ),
        "rv_stats": (
            432,
            {
                "frames_in": 0,
                "frames_out": 8,
                "bytes_in": 16,
                "bytes_out": 24,
                "values_in": 32,
                "values_out": 40,
                "changes": 48,
                "coalesced": 56,
                "pulses_collapsed": 64,
                "queue_overflow": 72,
                "unknown_signal": 80,
                "rejected_type": 88,
                "rejected_direction": 96,
                "lossy": 104,
                "denied": 112,
                "malformed": 120,
                "unknown_message": 128,
                "slow_peer_closed": 136,
                "connects": 144,
                "disconnects": 152,
                "refused_connections": 160,
                "echoes": 168,
                "corrections": 176,
                "resends": 184,
                "cycles": 192,
                "cycles_skipped": 200,
                "cycle_us_total": 208,
                "cycle_us_max": 216,
                "log_dropped": 224,
                "events_dropped": 232,
                "send_latency": 240,
            },
        ),
        "rv_signal_info": (
            32,
            {
                "kind": 0,
                "direction": 4,
                "access": 8,
                "quality": 12,
                "source": 16,
                "imported": 20,
                "reserved": 21,
                "age_us": 24,
            },
        ),
        "rv_client_info": (
            96,
            {
                "id": 0,
                "library": 4,
                "subscribed": 5,
                "reserved": 6,
                "connected_us": 8,
                "frames_in": 16,
                "frames_out": 24,
                "address": 32,
            },
        ),
        "rv_connection_report": (
            24,
            {
                "connect_us": 0,
                "round_trip_us": 8,
                "library": 16,
                "reserved": 17,
            },
        ),
        "rv_import_report": (
            32,
            {
                "added": 0,
                "updated": 4,
                "unchanged": 8,
                "conflicting": 12,
                "refused": 16,
                "answered": 20,
                "unanswered": 24,
                "reserved": 28,
            },
        ),
        "rv_log_record": (
            16,
            {
                "level": 0,
                "client": 4,
                "time_us": 8,
            },
        ),
        "rv_signal_options": (
            120,
            {
                "struct_size": 0,
                "kind": 4,
                "direction": 8,
                "access": 12,
                "name": 16,
                "comment": 20,
                "folder": 24,
                "initial": 32,
                "failsafe": 64,
                "failsafe_after_ms": 96,
                "fifo_depth": 100,
                "min_hold_ms": 104,
                "reserved": 108,
                "display_name": 112,
            },
        ),
        "rv_role": (
            20,
            {
                "struct_size": 0,
                "may_import": 4,
                "may_config": 5,
                "reserved": 6,
                "name": 8,
                "read": 12,
                "write": 16,
            },
        ),
    },
    8: {
        "rv_options": (
            272,
            {
                "struct_size": 0,
                "mode": 4,
                "address": 8,
                "port": 16,
                "reserved0": 18,
                "reserved1": 20,
                "path": 24,
                "client_name": 32,
                "own_perspective": 40,
                "peer_perspective": 44,
                "import_direction": 48,
                "catalog_direction": 52,
                "default_direction": 56,
                "send_mode": 60,
                "input_patterns": 64,
                "output_patterns": 72,
                "update_cycle_ms": 80,
                "reconnect_interval_ms": 84,
                "reconnect_backoff_max_ms": 88,
                "max_reconnect_attempts": 92,
                "connect_timeout_ms": 96,
                "ping_interval_ms": 100,
                "peer_timeout_ms": 104,
                "heartbeat_ms": 108,
                "fence_grace_ms": 112,
                "resync_wait_ms": 116,
                "first_state_wait_ms": 120,
                "max_clients": 124,
                "max_clients_per_address": 128,
                "max_message_bytes": 132,
                "max_signals": 136,
                "handshake_timeout_ms": 140,
                "max_pending_handshakes": 144,
                "max_data_frame_bytes": 148,
                "use_patterns": 152,
                "only_transmit_changed": 153,
                "relay": 154,
                "accept_remote_writes": 155,
                "auto_import": 156,
                "strict_types": 157,
                "auto_reconnect": 158,
                "allow_anonymous_network": 159,
                "tls": 160,
                "tls_insecure_skip_verify": 161,
                "debug": 162,
                "catalog_push": 163,
                "raw_events": 164,
                "log_to_stderr": 165,
                "reserved3": 166,
                "tls_ca_file": 168,
                "tls_pin": 176,
                "allowed_origins": 184,
                "allowed_hosts": 192,
                "prefix_collisions": 200,
                "reserved4": 201,
                "tls_certificate_file": 208,
                "tls_key_file": 216,
                "tls_client_ca_file": 224,
                "access_token": 232,
                "user": 240,
                "password": 248,
                "trusted_proxies": 256,
                "token_transport": 264,
                "allow_plain_credentials": 268,
                "reserved5": 269,
            },
        ),
        "rv_value": (
            32,
            {
                "signal": 0,
                "kind": 4,
                "integer": 8,
                "number": 16,
                "text": 24,
            },
        ),
        "rv_change": (
            48,
            {
                "signal": 0,
                "kind": 4,
                "quality": 5,
                "flags": 6,
                "integer": 8,
                "number": 16,
                "change_count": 24,
                "rise_count": 28,
                "time_us": 32,
                "source": 40,
                "reserved": 44,
            },
        ),
        "rv_event": (
            32,
            {
                "type": 0,
                "client": 4,
                "token": 8,
                "result": 12,
                "time_us": 16,
                "signal": 24,
                "reserved": 28,
            },
        ),
        "rv_info": (
            32,
            {
                "mode": 0,
                "state": 4,
                "port": 8,
                "clients": 12,
                "signals": 16,
                "last_error": 20,
                "reconnect_attempts": 24,
                "last_client": 28,
            },
        ),
        "rv_stats": (
            432,
            {
                "frames_in": 0,
                "frames_out": 8,
                "bytes_in": 16,
                "bytes_out": 24,
                "values_in": 32,
                "values_out": 40,
                "changes": 48,
                "coalesced": 56,
                "pulses_collapsed": 64,
                "queue_overflow": 72,
                "unknown_signal": 80,
                "rejected_type": 88,
                "rejected_direction": 96,
                "lossy": 104,
                "denied": 112,
                "malformed": 120,
                "unknown_message": 128,
                "slow_peer_closed": 136,
                "connects": 144,
                "disconnects": 152,
                "refused_connections": 160,
                "echoes": 168,
                "corrections": 176,
                "resends": 184,
                "cycles": 192,
                "cycles_skipped": 200,
                "cycle_us_total": 208,
                "cycle_us_max": 216,
                "log_dropped": 224,
                "events_dropped": 232,
                "send_latency": 240,
            },
        ),
        "rv_signal_info": (
            32,
            {
                "kind": 0,
                "direction": 4,
                "access": 8,
                "quality": 12,
                "source": 16,
                "imported": 20,
                "reserved": 21,
                "age_us": 24,
            },
        ),
        "rv_client_info": (
            96,
            {
                "id": 0,
                "library": 4,
                "subscribed": 5,
                "reserved": 6,
                "connected_us": 8,
                "frames_in": 16,
                "frames_out": 24,
                "address": 32,
            },
        ),
        "rv_connection_report": (
            24,
            {
                "connect_us": 0,
                "round_trip_us": 8,
                "library": 16,
                "reserved": 17,
            },
        ),
        "rv_import_report": (
            32,
            {
                "added": 0,
                "updated": 4,
                "unchanged": 8,
                "conflicting": 12,
                "refused": 16,
                "answered": 20,
                "unanswered": 24,
                "reserved": 28,
            },
        ),
        "rv_log_record": (
            16,
            {
                "level": 0,
                "client": 4,
                "time_us": 8,
            },
        ),
        "rv_signal_options": (
            128,
            {
                "struct_size": 0,
                "kind": 4,
                "direction": 8,
                "access": 12,
                "name": 16,
                "comment": 24,
                "folder": 32,
                "initial": 40,
                "failsafe": 72,
                "failsafe_after_ms": 104,
                "fifo_depth": 108,
                "min_hold_ms": 112,
                "reserved": 116,
                "display_name": 120,
            },
        ),
        "rv_role": (
            32,
            {
                "struct_size": 0,
                "may_import": 4,
                "may_config": 5,
                "reserved": 6,
                "name": 8,
                "read": 16,
                "write": 24,
            },
        ),
    },
}

# Result and arguments of each function.
FUNCTIONS: Dict[str, Tuple[Any, List[Any]]] = {
    "rv_abi_version": (
        ctypes.c_uint32,
        [],
    ),
    "rv_version": (
        ctypes.c_char_p,
        [],
    ),
    "rv_result_name": (
        ctypes.c_char_p,
        [
            ctypes.c_int32,  # result
        ],
    ),
    "rv_last_error": (
        ctypes.c_int32,
        [
            ctypes.POINTER(ctypes.c_char),  # buf
            ctypes.c_size_t,  # capacity
            ctypes.POINTER(ctypes.c_size_t),  # required
        ],
    ),
    "rv_live_count": (
        ctypes.c_uint32,
        [],
    ),
    "rv_shutdown_all": (
        ctypes.c_int32,
        [
            ctypes.c_uint32,  # timeout_ms
        ],
    ),
    "rv_options_init": (
        ctypes.c_int32,
        [
            ctypes.POINTER(rv_options),  # options
            ctypes.c_uint32,  # struct_size
            ctypes.c_uint32,  # mode
        ],
    ),
    "rv_create": (
        ctypes.c_int32,
        [
            ctypes.POINTER(rv_options),  # options
            ctypes.POINTER(ctypes.c_void_p),  # out
        ],
    ),
    "rv_start": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
        ],
    ),
    "rv_reload_tls": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
        ],
    ),
    "rv_stop": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # timeout_ms
        ],
    ),
    "rv_destroy": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
        ],
    ),
    "rv_wait_connected": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # timeout_ms
        ],
    ),
    "rv_get_info": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.POINTER(rv_info),  # out
            ctypes.c_uint32,  # out_size
        ],
    ),
    "rv_get_stats": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.POINTER(rv_stats),  # out
            ctypes.c_uint32,  # out_size
        ],
    ),
    "rv_test_connection": (
        ctypes.c_int32,
        [
            ctypes.POINTER(rv_options),  # options
            ctypes.c_uint32,  # timeout_ms
            ctypes.POINTER(rv_connection_report),  # out
            ctypes.c_uint32,  # out_size
        ],
    ),
    "rv_test_connection_begin": (
        ctypes.c_int32,
        [
            ctypes.POINTER(rv_options),  # options
            ctypes.c_uint32,  # timeout_ms
            ctypes.POINTER(ctypes.c_void_p),  # out
        ],
    ),
    "rv_test_connection_result": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.POINTER(rv_connection_report),  # out
            ctypes.c_uint32,  # out_size
        ],
    ),
    "rv_add_signal": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_char_p,  # name
            ctypes.c_uint32,  # kind
            ctypes.c_uint32,  # direction
            ctypes.POINTER(ctypes.c_uint32),  # id
        ],
    ),
    "rv_add_signal_with": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.POINTER(rv_signal_options),  # options
            ctypes.POINTER(ctypes.c_uint32),  # id
        ],
    ),
    "rv_find_signal": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_char_p,  # name
            ctypes.POINTER(ctypes.c_uint32),  # id
        ],
    ),
    "rv_signal_count": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
        ],
    ),
    "rv_get_signal_info": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # id
            ctypes.POINTER(rv_signal_info),  # out
            ctypes.c_uint32,  # out_size
        ],
    ),
    "rv_get_signal_name": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # id
            ctypes.POINTER(ctypes.c_char),  # buf
            ctypes.c_size_t,  # capacity
            ctypes.POINTER(ctypes.c_size_t),  # required
        ],
    ),
    "rv_set_access": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # id
            ctypes.c_uint32,  # access
        ],
    ),
    "rv_set_bool": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # id
            ctypes.c_uint8,  # value
        ],
    ),
    "rv_set_int": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # id
            ctypes.c_int64,  # value
        ],
    ),
    "rv_set_float": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # id
            ctypes.c_double,  # value
        ],
    ),
    "rv_set_float32": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # id
            ctypes.c_float,  # value
        ],
    ),
    "rv_set_text": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # id
            ctypes.c_char_p,  # value
        ],
    ),
    "rv_set_values": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.POINTER(rv_value),  # values
            ctypes.c_uint32,  # count
        ],
    ),
    "rv_get_bool": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # id
            ctypes.POINTER(ctypes.c_uint8),  # value
        ],
    ),
    "rv_get_int": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # id
            ctypes.POINTER(ctypes.c_int64),  # value
        ],
    ),
    "rv_get_float": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # id
            ctypes.POINTER(ctypes.c_double),  # value
        ],
    ),
    "rv_get_text": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # id
            ctypes.POINTER(ctypes.c_char),  # buf
            ctypes.c_size_t,  # capacity
            ctypes.POINTER(ctypes.c_size_t),  # required
        ],
    ),
    "rv_get_values": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.POINTER(ctypes.c_uint32),  # ids
            ctypes.POINTER(rv_change),  # out
            ctypes.c_uint32,  # count
        ],
    ),
    "rv_flush": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
        ],
    ),
    "rv_poll_changes": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.POINTER(rv_change),  # out
            ctypes.c_uint32,  # capacity
        ],
    ),
    "rv_get_change_text": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # record
            ctypes.POINTER(ctypes.c_char),  # buf
            ctypes.c_size_t,  # capacity
            ctypes.POINTER(ctypes.c_size_t),  # required
        ],
    ),
    "rv_poll_event": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.POINTER(rv_event),  # out
            ctypes.POINTER(ctypes.c_char),  # text
            ctypes.c_size_t,  # capacity
            ctypes.POINTER(ctypes.c_size_t),  # required
        ],
    ),
    "rv_poll_log": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.POINTER(rv_log_record),  # out
            ctypes.c_uint32,  # out_size
            ctypes.POINTER(ctypes.c_char),  # text
            ctypes.c_size_t,  # capacity
            ctypes.POINTER(ctypes.c_size_t),  # required
        ],
    ),
    "rv_wait": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # timeout_ms
        ],
    ),
    "rv_event_fd": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
        ],
    ),
    "rv_event_handle": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.POINTER(ctypes.c_void_p),  # out
        ],
    ),
    "rv_import": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # timeout_ms
            ctypes.POINTER(rv_import_report),  # out
            ctypes.c_uint32,  # out_size
        ],
    ),
    "rv_import_begin": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # timeout_ms
            ctypes.POINTER(ctypes.c_uint32),  # token
        ],
    ),
    "rv_import_result": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # token
            ctypes.POINTER(rv_import_report),  # out
            ctypes.c_uint32,  # out_size
        ],
    ),
    "rv_cancel": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # token
        ],
    ),
    "rv_subscribe": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.POINTER(ctypes.c_char_p),  # names
            ctypes.c_uint32,  # count
        ],
    ),
    "rv_subscribe_all": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
        ],
    ),
    "rv_client_ids": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.POINTER(ctypes.c_uint32),  # out
            ctypes.c_uint32,  # capacity
        ],
    ),
    "rv_get_client": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # client
            ctypes.POINTER(rv_client_info),  # out
            ctypes.c_uint32,  # out_size
            ctypes.POINTER(ctypes.c_char),  # name
            ctypes.c_size_t,  # capacity
            ctypes.POINTER(ctypes.c_size_t),  # required
        ],
    ),
    "rv_disconnect_client": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # client
        ],
    ),
    "rv_send_raw": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # client
            ctypes.c_char_p,  # json
        ],
    ),
    "rv_add_token": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_char_p,  # token
            ctypes.POINTER(rv_role),  # role
        ],
    ),
    "rv_revoke_token": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_char_p,  # token
        ],
    ),
    "rv_add_user": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_char_p,  # user
            ctypes.c_char_p,  # password
            ctypes.POINTER(rv_role),  # role
        ],
    ),
    "rv_revoke_user": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_char_p,  # user
        ],
    ),
    "rv_config_publish": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_char_p,  # json
        ],
    ),
    "rv_config_reply": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # token
            ctypes.c_uint8,  # success
            ctypes.c_char_p,  # message
        ],
    ),
    "rv_config_get": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # timeout_ms
            ctypes.POINTER(ctypes.c_char),  # buf
            ctypes.c_size_t,  # capacity
            ctypes.POINTER(ctypes.c_size_t),  # required
        ],
    ),
    "rv_config_get_begin": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # timeout_ms
            ctypes.POINTER(ctypes.c_uint32),  # token
        ],
    ),
    "rv_config_set": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_char_p,  # json
            ctypes.c_uint32,  # timeout_ms
            ctypes.POINTER(ctypes.c_char),  # message
            ctypes.c_size_t,  # capacity
            ctypes.POINTER(ctypes.c_size_t),  # required
        ],
    ),
    "rv_config_set_begin": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_char_p,  # json
            ctypes.c_uint32,  # timeout_ms
            ctypes.POINTER(ctypes.c_uint32),  # token
        ],
    ),
    "rv_load_signals": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_char_p,  # path
            ctypes.c_uint32,  # format
        ],
    ),
    "rv_save_signals": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_char_p,  # path
            ctypes.c_uint32,  # format
        ],
    ),
    "rv_get_signal_note": (
        ctypes.c_int32,
        [
            ctypes.c_void_p,  # iface
            ctypes.c_uint32,  # id
            ctypes.c_uint32,  # note
            ctypes.POINTER(ctypes.c_char),  # buf
            ctypes.c_size_t,  # capacity
            ctypes.POINTER(ctypes.c_size_t),  # required
        ],
    ),
}

# Default and meaning of each option, as the header's table has them.
OPTIONS: Dict[str, Tuple[str, str]] = {
    "mode": ("-", "RV_MODE_CLIENT or RV_MODE_SERVER, from rv_options_init"),
    "address": ("\"127.0.0.1\"", "(c) the server's address or name; (s) the address to listen on"),
    "port": ("1234", "TCP port; (s) 0 = any free one"),
    "path": ("NULL", "(c) path and query of the URL, NULL = \"/\"; (s) the only path served"),
    "client_name": ("\"realvirtual-ws\"", "(c) the name it gives itself"),
    "own_perspective": ("1", "RV_PERSPECTIVE_SIMULATION: the side this program stands on"),
    "peer_perspective": ("0", "RV_PERSPECTIVE_UNKNOWN: the side the peer stands on, if known"),
    "import_direction": ("0", "RV_IMPORT_INVERT: what an import does with directions"),
    "catalog_direction": ("0", "RV_CATALOG_KEEP: directions in the catalogue for peers"),
    "default_direction": ("1", "RV_DIRECTION_INPUT: where nothing else decides"),
    "send_mode": ("0", "RV_SEND_CYCLE: when changed values go out"),
    "input_patterns": ("NULL", "list of substrings of names that mean INPUT"),
    "output_patterns": ("NULL", "list of substrings of names that mean OUTPUT"),
    "update_cycle_ms": ("10", "the cycle of RV_SEND_CYCLE"),
    "reconnect_interval_ms": ("2000", "(c) time between attempts, +-10 %"),
    "reconnect_backoff_max_ms": ("0", "(c) the interval doubles up to this; 0 = fixed"),
    "max_reconnect_attempts": ("-1", "(c) attempts before giving up; -1 = unlimited"),
    "connect_timeout_ms": ("10000", "(c) time for one attempt"),
    "ping_interval_ms": ("5000", "time between keep-alive pings; 0 = none"),
    "peer_timeout_ms": ("15000", "silence after which a peer is dead that answered pings; 0 = never"),
    "heartbeat_ms": ("1000", "an empty message after this long without values; 0 = never"),
    "fence_grace_ms": ("100", "how much longer crossing values of other programs are looked for"),
    "resync_wait_ms": ("500", "(c) wait for the server's state after a connect"),
    "first_state_wait_ms": ("250", "(s) wait for a client's first message before it gets the state"),
    "max_clients": ("512", "(s) connected clients"),
    "max_clients_per_address": ("64", "(s) connected clients from one address"),
    "max_message_bytes": ("0", "largest message; 0 = (s) 4 MiB, (c) 64 MiB"),
    "max_signals": ("100000", "signals in all"),
    "handshake_timeout_ms": ("5000", "(s) time for TLS and HTTP upgrade"),
    "max_pending_handshakes": ("64", "(s) connections still in their handshake"),
    "max_data_frame_bytes": ("0", "split larger messages with values; 0 = never"),
    "use_patterns": ("0", "use the patterns"),
    "only_transmit_changed": ("1", "0 = every cycle carries every signal the host has set"),
    "relay": ("1", "(s) pass a client's values on to the others"),
    "accept_remote_writes": ("0", "apply peers' values even to signals with RV_ACCESS_WRITE"),
    "auto_import": ("0", "create signals from a catalogue that was not asked for"),
    "strict_types": ("0", "refuse values that lose something when converted"),
    "auto_reconnect": ("1", "(c) connect again when the connection is lost or cannot be made"),
    "allow_anonymous_network": ("0", "(s) listen beyond this machine although nothing authenticates clients"),
    "tls": ("0", "wss://; (s) with tls_certificate_file and tls_key_file"),
    "tls_insecure_skip_verify": ("0", "(c) accept any certificate"),
    "debug": ("0", "log every frame"),
    "catalog_push": ("0", "a fresh catalogue to peers that asked, when signals were added"),
    "raw_events": ("0", "messages of unknown types become events"),
    "log_to_stderr": ("0", "write the log to standard error, too (also: RV_LOG=info)"),
    "tls_ca_file": ("NULL", "(c) PEM file of further authorities"),
    "tls_pin": ("NULL", "(c) SHA-256 of the server's public key, hexadecimal or Base64"),
    "allowed_origins": ("NULL", "(s) list of web pages that may connect, \"*\" = any; NULL = none"),
    "allowed_hosts": ("NULL", "(s) list of further names that may stand in Host"),
    "prefix_collisions": ("0", "(s) clients' signals that collide: keep the later one as client/name"),
    "tls_certificate_file": ("NULL", "PEM file of this side's certificate, and those that lead to its CA"),
    "tls_key_file": ("NULL", "PEM file of its private key"),
    "tls_client_ca_file": ("NULL", "(s) PEM file of authorities: clients must show a certificate of one"),
    "access_token": ("NULL", "(s) clients must present it; (c) the one that it presents"),
    "user": ("NULL", "(s) clients may present it and password instead; (c) what it presents"),
    "password": ("NULL", "see user"),
    "trusted_proxies": ("NULL", "(s) list of addresses and networks of proxies that tell a client's own"),
    "token_transport": ("0", "(c) RV_TOKEN_AUTO: how it presents the token"),
    "allow_plain_credentials": ("0", "(c) present them without TLS to another machine, too"),
}

if TYPE_CHECKING:

    class Library(ctypes.CDLL):
        """The library's functions, for type checkers."""

        def rv_abi_version(self) -> int: ...
        def rv_version(self) -> bytes: ...
        def rv_result_name(self, result: int) -> bytes: ...
        def rv_last_error(self, buf: Any, capacity: int, required: Any) -> int: ...
        def rv_live_count(self) -> int: ...
        def rv_shutdown_all(self, timeout_ms: int) -> int: ...
        def rv_options_init(self, options: Any, struct_size: int, mode: int) -> int: ...
        def rv_create(self, options: Any, out: Any) -> int: ...
        def rv_start(self, iface: Optional[int]) -> int: ...
        def rv_reload_tls(self, iface: Optional[int]) -> int: ...
        def rv_stop(self, iface: Optional[int], timeout_ms: int) -> int: ...
        def rv_destroy(self, iface: Optional[int]) -> int: ...
        def rv_wait_connected(self, iface: Optional[int], timeout_ms: int) -> int: ...
        def rv_get_info(self, iface: Optional[int], out: Any, out_size: int) -> int: ...
        def rv_get_stats(self, iface: Optional[int], out: Any, out_size: int) -> int: ...
        def rv_test_connection(self, options: Any, timeout_ms: int, out: Any, out_size: int) -> int: ...
        def rv_test_connection_begin(self, options: Any, timeout_ms: int, out: Any) -> int: ...
        def rv_test_connection_result(self, iface: Optional[int], out: Any, out_size: int) -> int: ...
        def rv_add_signal(self, iface: Optional[int], name: Optional[bytes], kind: int, direction: int, id: Any) -> int: ...
        def rv_add_signal_with(self, iface: Optional[int], options: Any, id: Any) -> int: ...
        def rv_find_signal(self, iface: Optional[int], name: Optional[bytes], id: Any) -> int: ...
        def rv_signal_count(self, iface: Optional[int]) -> int: ...
        def rv_get_signal_info(self, iface: Optional[int], id: int, out: Any, out_size: int) -> int: ...
        def rv_get_signal_name(self, iface: Optional[int], id: int, buf: Any, capacity: int, required: Any) -> int: ...
        def rv_set_access(self, iface: Optional[int], id: int, access: int) -> int: ...
        def rv_set_bool(self, iface: Optional[int], id: int, value: int) -> int: ...
        def rv_set_int(self, iface: Optional[int], id: int, value: int) -> int: ...
        def rv_set_float(self, iface: Optional[int], id: int, value: float) -> int: ...
        def rv_set_float32(self, iface: Optional[int], id: int, value: float) -> int: ...
        def rv_set_text(self, iface: Optional[int], id: int, value: Optional[bytes]) -> int: ...
        def rv_set_values(self, iface: Optional[int], values: Any, count: int) -> int: ...
        def rv_get_bool(self, iface: Optional[int], id: int, value: Any) -> int: ...
        def rv_get_int(self, iface: Optional[int], id: int, value: Any) -> int: ...
        def rv_get_float(self, iface: Optional[int], id: int, value: Any) -> int: ...
        def rv_get_text(self, iface: Optional[int], id: int, buf: Any, capacity: int, required: Any) -> int: ...
        def rv_get_values(self, iface: Optional[int], ids: Any, out: Any, count: int) -> int: ...
        def rv_flush(self, iface: Optional[int]) -> int: ...
        def rv_poll_changes(self, iface: Optional[int], out: Any, capacity: int) -> int: ...
        def rv_get_change_text(self, iface: Optional[int], record: int, buf: Any, capacity: int, required: Any) -> int: ...
        def rv_poll_event(self, iface: Optional[int], out: Any, text: Any, capacity: int, required: Any) -> int: ...
        def rv_poll_log(self, iface: Optional[int], out: Any, out_size: int, text: Any, capacity: int, required: Any) -> int: ...
        def rv_wait(self, iface: Optional[int], timeout_ms: int) -> int: ...
        def rv_event_fd(self, iface: Optional[int]) -> int: ...
        def rv_event_handle(self, iface: Optional[int], out: Any) -> int: ...
        def rv_import(self, iface: Optional[int], timeout_ms: int, out: Any, out_size: int) -> int: ...
        def rv_import_begin(self, iface: Optional[int], timeout_ms: int, token: Any) -> int: ...
        def rv_import_result(self, iface: Optional[int], token: int, out: Any, out_size: int) -> int: ...
        def rv_cancel(self, iface: Optional[int], token: int) -> int: ...
        def rv_subscribe(self, iface: Optional[int], names: Any, count: int) -> int: ...
        def rv_subscribe_all(self, iface: Optional[int]) -> int: ...
        def rv_client_ids(self, iface: Optional[int], out: Any, capacity: int) -> int: ...
        def rv_get_client(self, iface: Optional[int], client: int, out: Any, out_size: int, name: Any, capacity: int, required: Any) -> int: ...
        def rv_disconnect_client(self, iface: Optional[int], client: int) -> int: ...
        def rv_send_raw(self, iface: Optional[int], client: int, json: Optional[bytes]) -> int: ...
        def rv_add_token(self, iface: Optional[int], token: Optional[bytes], role: Any) -> int: ...
        def rv_revoke_token(self, iface: Optional[int], token: Optional[bytes]) -> int: ...
        def rv_add_user(self, iface: Optional[int], user: Optional[bytes], password: Optional[bytes], role: Any) -> int: ...
        def rv_revoke_user(self, iface: Optional[int], user: Optional[bytes]) -> int: ...
        def rv_config_publish(self, iface: Optional[int], json: Optional[bytes]) -> int: ...
        def rv_config_reply(self, iface: Optional[int], token: int, success: int, message: Optional[bytes]) -> int: ...
        def rv_config_get(self, iface: Optional[int], timeout_ms: int, buf: Any, capacity: int, required: Any) -> int: ...
        def rv_config_get_begin(self, iface: Optional[int], timeout_ms: int, token: Any) -> int: ...
        def rv_config_set(self, iface: Optional[int], json: Optional[bytes], timeout_ms: int, message: Any, capacity: int, required: Any) -> int: ...
        def rv_config_set_begin(self, iface: Optional[int], json: Optional[bytes], timeout_ms: int, token: Any) -> int: ...
        def rv_load_signals(self, iface: Optional[int], path: Optional[bytes], format: int) -> int: ...
        def rv_save_signals(self, iface: Optional[int], path: Optional[bytes], format: int) -> int: ...
        def rv_get_signal_note(self, iface: Optional[int], id: int, note: int, buf: Any, capacity: int, required: Any) -> int: ...

else:
    Library = ctypes.CDLL


def _candidates(path: Union[str, Path, None]) -> List[str]:
    """The places where the library may be, in the order they are tried. A bare name is looked up by the system."""
    if path is not None:
        return [str(path)]
    variable = os.environ.get("REALVIRTUAL_WS_LIBRARY")
    if variable:
        return [variable]
    if sys.platform == "win32":
        name, installed = "realvirtual_ws.dll", "realvirtual_ws.dll"
    elif sys.platform == "darwin":
        name, installed = "librealvirtual_ws.dylib", "librealvirtual_ws.dylib"
    else:
        name, installed = "librealvirtual_ws.so", "librealvirtual_ws.so.0"
    package = Path(__file__).resolve().parent
    found = [package / name]
    checkout = package.parents[2]
    if (checkout / "Cargo.toml").is_file():
        found += [checkout / "target" / profile / name for profile in ("release", "debug")]
    return [*map(str, found), installed]


def _open(path: Union[str, Path, None]) -> Tuple[str, Library]:
    """The first library that is there, with where it was found."""
    tried = []
    for candidate in _candidates(path):
        if os.path.dirname(candidate):
            if os.path.isfile(candidate):
                return candidate, Library(os.path.abspath(candidate))
            tried.append(f"\n  {candidate}")
        else:
            try:
                return candidate, Library(candidate)
            except OSError:
                tried.append(f"\n  {candidate}, where this system looks for libraries")
    variable = os.environ.get("REALVIRTUAL_WS_LIBRARY")
    source = " (named by REALVIRTUAL_WS_LIBRARY)" if variable and path is None else ""
    raise OSError(
        f"the realvirtual-ws library was not found{source}; tried:{''.join(tried)}\n"
        "Build it with `cargo build --release`, or set REALVIRTUAL_WS_LIBRARY to its path."
    )


def load(path: Union[str, Path, None] = None) -> Library:
    """Loads the library, checks that it speaks this file's ABI, and declares its functions.

    It is `path`, else what the environment's REALVIRTUAL_WS_LIBRARY names, else the one beside this file, else in the
    build directory of a source checkout, else the system's. OSError says which of them were tried, or, of a library
    that does not fit, both versions.
    """
    found, library = _open(path)
    own = f"{RV_VERSION_MAJOR}.{RV_VERSION_MINOR}.{RV_VERSION_PATCH}"
    try:
        abi_version = library.rv_abi_version
    except AttributeError:
        raise OSError(f"{found} is no realvirtual-ws library: it has no rv_abi_version") from None
    abi = abi_version()
    if abi != RV_ABI_VERSION:
        raise OSError(
            f"{found} has ABI version {abi}, but this Python package ({own}) is for ABI version {RV_ABI_VERSION}: "
            "install library and Python package of the same release"
        )
    missing = []
    for name, (restype, argtypes) in FUNCTIONS.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            missing.append(name)
            continue
        function.restype = restype
        function.argtypes = argtypes
    if missing:
        raise OSError(
            f"{found} is realvirtual-ws {library.rv_version().decode()}, which is older than this Python package "
            f"({own}): it has no {', '.join(missing)}"
        )
    return library
