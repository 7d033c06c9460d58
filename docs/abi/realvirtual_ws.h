#ifndef REALVIRTUAL_WS_H
#define REALVIRTUAL_WS_H
#include <stddef.h>
#include <stdint.h>
#if defined(_WIN32) && !defined(RV_STATIC)
#define RV_API __declspec(dllimport)
#else
#define RV_API
#endif
#define RV_ABI_VERSION 1
#define RV_VERSION_MAJOR 0
#define RV_VERSION_MINOR 1
#define RV_VERSION_PATCH 0
enum rv_result
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif
 {
    RV_OK = 0,
    RV_ERR_HANDLE = -1,
    RV_ERR_NULL = -2,
    RV_ERR_ARGUMENT = -3,
    RV_ERR_UTF8 = -4,
    RV_ERR_BUFFER = -5,
    RV_ERR_STRUCT_SIZE = -6,
    RV_ERR_PANIC = -7,
    RV_ERR_FORKED = -8,
    RV_ERR_UNSUPPORTED = -9,
    RV_ERR_STATE = -10,
    RV_ERR_TIMEOUT = -11,
    RV_ERR_CANCELLED = -12,
    RV_ERR_LIMIT = -13,
    RV_ERR_SYSTEM = -14,
    RV_ERR_NOT_FOUND = -20,
    RV_ERR_EXISTS = -21,
    RV_ERR_KIND = -22,
    RV_ERR_NOT_WRITABLE = -23,
    RV_ERR_NOT_FINITE = -24,
    RV_ERR_NAME = -25,
    RV_ERR_TEXT = -26,
    RV_ERR_FILE = -27,
    RV_ERR_FORMAT = -28,
    RV_ERR_PORT_IN_USE = -40,
    RV_ERR_ADDRESS = -41,
    RV_ERR_RESOLVE = -42,
    RV_ERR_REFUSED = -43,
    RV_ERR_UNREACHABLE = -44,
    RV_ERR_CONNECTION = -45,
    RV_ERR_HANDSHAKE = -46,
    RV_ERR_TLS = -47,
    RV_ERR_CERTIFICATE = -48,
    RV_ERR_NOT_CONNECTED = -49,
    RV_ERR_INSECURE_BIND = -50,
    RV_ERR_DENIED = -51,
    RV_ERR_PERMISSION = -52,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_result rv_result;
#else
typedef int32_t rv_result;
#endif
#endif
enum rv_mode
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
 {
    RV_MODE_CLIENT = 0,
    RV_MODE_SERVER = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_mode rv_mode;
#else
typedef uint32_t rv_mode;
#endif
#endif
enum rv_send_mode
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
 {
    RV_SEND_CYCLE = 0,
    RV_SEND_ON_CHANGE = 1,
    RV_SEND_MANUAL = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_send_mode rv_send_mode;
#else
typedef uint32_t rv_send_mode;
#endif
#endif
enum rv_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
 {
    RV_KIND_BOOL = 1,
    RV_KIND_INT = 2,
    RV_KIND_FLOAT = 3,
    RV_KIND_TEXT = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_kind rv_kind;
#else
typedef uint32_t rv_kind;
#endif
#endif
enum rv_direction
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
 {
    RV_DIRECTION_AUTO = 0,
    RV_DIRECTION_INPUT = 1,
    RV_DIRECTION_OUTPUT = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_direction rv_direction;
#else
typedef uint32_t rv_direction;
#endif
#endif
enum rv_access
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
 {
    RV_ACCESS_DEFAULT = 0,
    RV_ACCESS_READ = 1,
    RV_ACCESS_WRITE = 2,
    RV_ACCESS_READ_WRITE = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_access rv_access;
#else
typedef uint32_t rv_access;
#endif
#endif
enum rv_perspective
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
 {
    RV_PERSPECTIVE_UNKNOWN = 0,
    RV_PERSPECTIVE_SIMULATION = 1,
    RV_PERSPECTIVE_CONTROLLER = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_perspective rv_perspective;
#else
typedef uint32_t rv_perspective;
#endif
#endif
enum rv_import_direction
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
 {
    RV_IMPORT_INVERT = 0,
    RV_IMPORT_KEEP = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_import_direction rv_import_direction;
#else
typedef uint32_t rv_import_direction;
#endif
#endif
enum rv_catalog_direction
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
 {
    RV_CATALOG_KEEP = 0,
    RV_CATALOG_INVERT = 1,
    RV_CATALOG_NEUTRAL = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_catalog_direction rv_catalog_direction;
#else
typedef uint32_t rv_catalog_direction;
#endif
#endif
enum rv_list_format
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
 {
    RV_LIST_AUTO = 0,
    RV_LIST_JSON = 1,
    RV_LIST_CSV = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_list_format rv_list_format;
#else
typedef uint32_t rv_list_format;
#endif
#endif
enum rv_note
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
 {
    RV_NOTE_COMMENT = 1,
    RV_NOTE_FOLDER = 2,
    RV_NOTE_DISPLAY_NAME = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_note rv_note;
#else
typedef uint32_t rv_note;
#endif
#endif
enum rv_state
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
 {
    RV_STATE_STOPPED = 0,
    RV_STATE_CONNECTING = 1,
    RV_STATE_CONNECTED = 2,
    RV_STATE_LISTENING = 3,
    RV_STATE_RECONNECTING = 4,
    RV_STATE_FAILED = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_state rv_state;
#else
typedef uint32_t rv_state;
#endif
#endif
enum rv_quality
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
 {
    RV_QUALITY_NEVER = 0,
    RV_QUALITY_GOOD = 1,
    RV_QUALITY_STALE = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_quality rv_quality;
#else
typedef uint32_t rv_quality;
#endif
#endif
enum rv_change_flag
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
 {
    RV_CHANGE_OVERFLOW = 1,
    RV_CHANGE_MORE = 2,
    RV_CHANGE_FAILSAFE = 4,
    RV_CHANGE_IMPORTED = 8,
    RV_CHANGE_QUALITY = 16,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_change_flag rv_change_flag;
#else
typedef uint32_t rv_change_flag;
#endif
#endif
enum rv_event_type
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
 {
    RV_EVENT_CONNECTED = 1,
    RV_EVENT_DISCONNECTED = 2,
    RV_EVENT_CLIENT_JOINED = 3,
    RV_EVENT_CLIENT_LEFT = 4,
    RV_EVENT_IMPORT_DONE = 5,
    RV_EVENT_CONFIG_SET = 6,
    RV_EVENT_CONFIG_DONE = 7,
    RV_EVENT_TEST_DONE = 8,
    RV_EVENT_CATALOG_CHANGED = 9,
    RV_EVENT_FOREIGN_PROTOCOL = 10,
    RV_EVENT_RAW = 11,
    RV_EVENT_STATE = 12,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_event_type rv_event_type;
#else
typedef uint32_t rv_event_type;
#endif
#endif
enum rv_log_level
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
 {
    RV_LOG_ERROR = 1,
    RV_LOG_WARN = 2,
    RV_LOG_INFO = 3,
    RV_LOG_DEBUG = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rv_log_level rv_log_level;
#else
typedef uint32_t rv_log_level;
#endif
#endif
typedef struct rv_interface rv_interface;
typedef struct rv_options {
    uint32_t struct_size;
    rv_mode mode;
    const char *address;
    uint16_t port;
    uint16_t reserved0;
    uint32_t reserved1;
    const char *path;
    const char *client_name;
    rv_perspective own_perspective;
    rv_perspective peer_perspective;
    rv_import_direction import_direction;
    rv_catalog_direction catalog_direction;
    rv_direction default_direction;
    rv_send_mode send_mode;
    const char *input_patterns;
    const char *output_patterns;
    uint32_t update_cycle_ms;
    uint32_t reconnect_interval_ms;
    uint32_t reconnect_backoff_max_ms;
    int32_t max_reconnect_attempts;
    uint32_t connect_timeout_ms;
    uint32_t ping_interval_ms;
    uint32_t peer_timeout_ms;
    uint32_t heartbeat_ms;
    uint32_t fence_grace_ms;
    uint32_t resync_wait_ms;
    uint32_t first_state_wait_ms;
    uint32_t max_clients;
    uint32_t max_clients_per_address;
    uint32_t max_message_bytes;
    uint32_t max_signals;
    uint32_t handshake_timeout_ms;
    uint32_t max_pending_handshakes;
    uint32_t max_data_frame_bytes;
    uint8_t use_patterns;
    uint8_t only_transmit_changed;
    uint8_t relay;
    uint8_t accept_remote_writes;
    uint8_t auto_import;
    uint8_t strict_types;
    uint8_t auto_reconnect;
    uint8_t allow_anonymous_network;
    uint8_t tls;
    uint8_t tls_insecure_skip_verify;
    uint8_t debug;
    uint8_t catalog_push;
    uint8_t raw_events;
    uint8_t log_to_stderr;
    uint8_t reserved3[2];
    const char *tls_ca_file;
    const char *tls_pin;
    const char *allowed_origins;
    const char *allowed_hosts;
    uint8_t prefix_collisions;
    uint8_t reserved4[7];
} rv_options;
typedef struct rv_info {
    uint32_t mode;
    uint32_t state;
    uint32_t port;
    uint32_t clients;
    uint32_t signals;
    int32_t last_error;
    uint32_t reconnect_attempts;
    uint32_t last_client;
} rv_info;
typedef struct rv_stats {
    uint64_t frames_in;
    uint64_t frames_out;
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t values_in;
    uint64_t values_out;
    uint64_t changes;
    uint64_t coalesced;
    uint64_t pulses_collapsed;
    uint64_t queue_overflow;
    uint64_t unknown_signal;
    uint64_t rejected_type;
    uint64_t rejected_direction;
    uint64_t lossy;
    uint64_t denied;
    uint64_t malformed;
    uint64_t unknown_message;
    uint64_t slow_peer_closed;
    uint64_t connects;
    uint64_t disconnects;
    uint64_t refused_connections;
    uint64_t echoes;
    uint64_t corrections;
    uint64_t resends;
    uint64_t cycles;
    uint64_t cycles_skipped;
    uint64_t cycle_us_total;
    uint64_t cycle_us_max;
    uint64_t log_dropped;
    uint64_t events_dropped;
    uint64_t send_latency[24];
} rv_stats;
typedef struct rv_connection_report {
    uint64_t connect_us;
    uint64_t round_trip_us;
    uint8_t library;
    uint8_t reserved[7];
} rv_connection_report;
typedef struct rv_value {
    uint32_t signal;
    uint32_t kind;
    int64_t integer;
    double number;
    const char *text;
} rv_value;
typedef struct rv_signal_options {
    uint32_t struct_size;
    rv_kind kind;
    rv_direction direction;
    rv_access access;
    const char *name;
    const char *comment;
    const char *folder;
    struct rv_value initial;
    struct rv_value failsafe;
    uint32_t failsafe_after_ms;
    uint32_t fifo_depth;
    uint32_t min_hold_ms;
    uint32_t reserved;
    const char *display_name;
} rv_signal_options;
typedef struct rv_signal_info {
    uint32_t kind;
    uint32_t direction;
    uint32_t access;
    uint32_t quality;
    uint32_t source;
    uint8_t imported;
    uint8_t reserved[3];
    int64_t age_us;
} rv_signal_info;
typedef struct rv_change {
    uint32_t signal;
    uint8_t kind;
    uint8_t quality;
    uint16_t flags;
    int64_t integer;
    double number;
    uint32_t change_count;
    uint32_t rise_count;
    int64_t time_us;
    uint32_t source;
    uint32_t reserved;
} rv_change;
typedef struct rv_event {
    uint32_t type;
    uint32_t client;
    uint32_t token;
    int32_t result;
    int64_t time_us;
    uint32_t signal;
    uint32_t reserved;
} rv_event;
typedef struct rv_log_record {
    uint32_t level;
    uint32_t client;
    int64_t time_us;
} rv_log_record;
typedef struct rv_import_report {
    uint32_t added;
    uint32_t updated;
    uint32_t unchanged;
    uint32_t conflicting;
    uint32_t refused;
    uint32_t answered;
    uint32_t unanswered;
    uint32_t reserved;
} rv_import_report;
typedef struct rv_client_info {
    uint32_t id;
    uint8_t library;
    uint8_t subscribed;
    uint8_t reserved[2];
    uint64_t connected_us;
    uint64_t frames_in;
    uint64_t frames_out;
    char address[64];
} rv_client_info;
#ifdef __cplusplus
extern "C" {
#endif
RV_API
uint32_t rv_abi_version(void);
RV_API const char *rv_version(void);
RV_API
const char *rv_result_name(int32_t result);
RV_API
int32_t rv_last_error(char *buf,
                      size_t capacity,
                      size_t *required);
RV_API
uint32_t rv_live_count(void);
RV_API
int32_t rv_shutdown_all(uint32_t timeout_ms);
RV_API int32_t rv_options_init(struct rv_options *options, uint32_t struct_size, rv_mode mode);
RV_API
int32_t rv_create(const struct rv_options *options,
                  struct rv_interface **out);
RV_API
int32_t rv_start(struct rv_interface *iface);
RV_API
int32_t rv_stop(struct rv_interface *iface,
                uint32_t timeout_ms);
RV_API
int32_t rv_destroy(struct rv_interface *iface);
RV_API
int32_t rv_wait_connected(struct rv_interface *iface,
                          uint32_t timeout_ms);
RV_API int32_t rv_get_info(struct rv_interface *iface, struct rv_info *out, uint32_t out_size);
RV_API int32_t rv_get_stats(struct rv_interface *iface, struct rv_stats *out, uint32_t out_size);
RV_API
int32_t rv_test_connection(const struct rv_options *options,
                           uint32_t timeout_ms,
                           struct rv_connection_report *out,
                           uint32_t out_size);
RV_API
int32_t rv_test_connection_begin(const struct rv_options *options,
                                 uint32_t timeout_ms,
                                 struct rv_interface **out);
RV_API
int32_t rv_add_signal(struct rv_interface *iface,
                      const char *name,
                      rv_kind kind,
                      rv_direction direction,
                      uint32_t *id);
RV_API
int32_t rv_add_signal_with(struct rv_interface *iface,
                           const struct rv_signal_options *options,
                           uint32_t *id);
RV_API int32_t rv_find_signal(struct rv_interface *iface, const char *name, uint32_t *id);
RV_API int32_t rv_signal_count(struct rv_interface *iface);
RV_API
int32_t rv_get_signal_info(struct rv_interface *iface,
                           uint32_t id,
                           struct rv_signal_info *out,
                           uint32_t out_size);
RV_API
int32_t rv_get_signal_name(struct rv_interface *iface,
                           uint32_t id,
                           char *buf,
                           size_t capacity,
                           size_t *required);
RV_API int32_t rv_set_access(struct rv_interface *iface, uint32_t id, rv_access access);
RV_API
int32_t rv_set_bool(struct rv_interface *iface,
                    uint32_t id,
                    uint8_t value);
RV_API int32_t rv_set_int(struct rv_interface *iface, uint32_t id, int64_t value);
RV_API int32_t rv_set_float(struct rv_interface *iface, uint32_t id, double value);
RV_API int32_t rv_set_float32(struct rv_interface *iface, uint32_t id, float value);
RV_API int32_t rv_set_text(struct rv_interface *iface, uint32_t id, const char *value);
RV_API
int32_t rv_set_values(struct rv_interface *iface,
                      const struct rv_value *values,
                      uint32_t count);
RV_API int32_t rv_get_bool(struct rv_interface *iface, uint32_t id, uint8_t *value);
RV_API int32_t rv_get_int(struct rv_interface *iface, uint32_t id, int64_t *value);
RV_API int32_t rv_get_float(struct rv_interface *iface, uint32_t id, double *value);
RV_API
int32_t rv_get_text(struct rv_interface *iface,
                    uint32_t id,
                    char *buf,
                    size_t capacity,
                    size_t *required);
RV_API
int32_t rv_get_values(struct rv_interface *iface,
                      const uint32_t *ids,
                      struct rv_change *out,
                      uint32_t count);
RV_API
int32_t rv_flush(struct rv_interface *iface);
RV_API
int32_t rv_poll_changes(struct rv_interface *iface,
                        struct rv_change *out,
                        uint32_t capacity);
RV_API
int32_t rv_get_change_text(struct rv_interface *iface,
                           uint32_t record,
                           char *buf,
                           size_t capacity,
                           size_t *required);
RV_API
int32_t rv_poll_event(struct rv_interface *iface,
                      struct rv_event *out,
                      char *text,
                      size_t capacity,
                      size_t *required);
RV_API
int32_t rv_poll_log(struct rv_interface *iface,
                    struct rv_log_record *out,
                    uint32_t out_size,
                    char *text,
                    size_t capacity,
                    size_t *required);
RV_API int32_t rv_wait(struct rv_interface *iface, uint32_t timeout_ms);
RV_API
int32_t rv_event_fd(struct rv_interface *iface);
RV_API
int32_t rv_import(struct rv_interface *iface,
                  uint32_t timeout_ms,
                  struct rv_import_report *out,
                  uint32_t out_size);
RV_API
int32_t rv_import_begin(struct rv_interface *iface,
                        uint32_t timeout_ms,
                        uint32_t *token);
RV_API
int32_t rv_import_result(struct rv_interface *iface,
                         uint32_t token,
                         struct rv_import_report *out,
                         uint32_t out_size);
RV_API
int32_t rv_cancel(struct rv_interface *iface,
                  uint32_t token);
RV_API
int32_t rv_subscribe(struct rv_interface *iface,
                     const char *const *names,
                     uint32_t count);
RV_API
int32_t rv_subscribe_all(struct rv_interface *iface);
RV_API
int32_t rv_client_ids(struct rv_interface *iface,
                      uint32_t *out,
                      uint32_t capacity);
RV_API
int32_t rv_get_client(struct rv_interface *iface,
                      uint32_t client,
                      struct rv_client_info *out,
                      uint32_t out_size,
                      char *name,
                      size_t capacity,
                      size_t *required);
RV_API
int32_t rv_disconnect_client(struct rv_interface *iface,
                             uint32_t client);
RV_API
int32_t rv_send_raw(struct rv_interface *iface,
                    uint32_t client,
                    const char *json);
RV_API
int32_t rv_config_publish(struct rv_interface *iface,
                          const char *json);
RV_API
int32_t rv_config_reply(struct rv_interface *iface,
                        uint32_t token,
                        uint8_t success,
                        const char *message);
RV_API
int32_t rv_config_get(struct rv_interface *iface,
                      uint32_t timeout_ms,
                      char *buf,
                      size_t capacity,
                      size_t *required);
RV_API
int32_t rv_config_get_begin(struct rv_interface *iface,
                            uint32_t timeout_ms,
                            uint32_t *token);
RV_API
int32_t rv_config_set(struct rv_interface *iface,
                      const char *json,
                      uint32_t timeout_ms,
                      char *message,
                      size_t capacity,
                      size_t *required);
RV_API
int32_t rv_config_set_begin(struct rv_interface *iface,
                            const char *json,
                            uint32_t timeout_ms,
                            uint32_t *token);
RV_API
int32_t rv_load_signals(struct rv_interface *iface,
                        const char *path,
                        rv_list_format format);
RV_API
int32_t rv_save_signals(struct rv_interface *iface,
                        const char *path,
                        rv_list_format format);
RV_API
int32_t rv_get_signal_note(struct rv_interface *iface,
                           uint32_t id,
                           rv_note note,
                           char *buf,
                           size_t capacity,
                           size_t *required);
#ifdef __cplusplus
}
#endif
#endif
