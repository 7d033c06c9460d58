#define _POSIX_C_SOURCE 200809L
#include "map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lines.h"
#include "map_check.h"
#include "mistakes.h"

enum { MAX_FILE = 64 * 1024 * 1024, MAX_NAME = 512 };

struct reader {
    struct map *map;
    struct mistakes mistakes;
    unsigned *lines; /* of every value of the file, in its order */
    size_t next;     /* the number of the value that is read next */
};

/* A value with everything in it, as lines_of_values counts. */
static size_t values_in(const json_t *value) {
    size_t count = 1, index;
    if (json_is_array(value)) {
        for (index = 0; index < json_array_size(value); index++)
            count += values_in(json_array_get(value, index));
    } else if (json_is_object(value)) {
        json_t *object = (json_t *)(size_t)value; /* iterators are not const in jansson */
        void *at;
        for (at = json_object_iter(object); at; at = json_object_iter_next(object, at))
            count += values_in(json_object_iter_value(at));
    }
    return count;
}

/* ---- Single values ---- */

struct word {
    const char *text;
    int value;
};

static const struct word directions[] = { { "input", PLC_READS }, { "output", PLC_WRITES }, { NULL, 0 } };

static const struct word tables[] = { { "coil", COIL },
                                      { "discrete_input", DISCRETE_INPUT },
                                      { "holding_register", HOLDING_REGISTER },
                                      { "input_register", INPUT_REGISTER },
                                      { NULL, 0 } };

/* In the order of enum type. */
static const struct word types[] = {
    { "bool", TYPE_BOOL },     { "int16", TYPE_INT16 }, { "uint16", TYPE_UINT16 },   { "int32", TYPE_INT32 },
    { "uint32", TYPE_UINT32 }, { "int64", TYPE_INT64 }, { "float32", TYPE_FLOAT32 }, { "float64", TYPE_FLOAT64 },
    { NULL, 0 }
};

static const struct word orders[] = {
    { "ABCD", ORDER_ABCD }, { "CDAB", ORDER_CDAB }, { "BADC", ORDER_BADC }, { "DCBA", ORDER_DCBA }, { NULL, 0 }
};

static void append(char *list, size_t capacity, const char *text) {
    size_t used = strlen(list);
    snprintf(list + used, capacity - used, "%s%s", used ? ", " : "", text);
}

/* The value that a word stands for, or -1. */
static int find_word(const struct word *words, const json_t *value) {
    const char *text = json_string_value(value);
    while (words->text && (!text || strcmp(words->text, text)))
        words++;
    return words->text ? words->value : -1;
}

/* What the readers below return for a wrong value means nothing: the mistake is counted. */

static int read_word(struct reader *reader, unsigned line, const char *key, const json_t *value,
                     const struct word *words) {
    int found = find_word(words, value);
    char list[256] = "";
    if (found != -1)
        return found;
    for (; words->text; words++)
        append(list, sizeof list, words->text);
    if (json_is_string(value))
        mistake(&reader->mistakes, line, "%s \"%s\" is none of: %s", key, json_string_value(value), list);
    else
        mistake(&reader->mistakes, line, "%s must be one of: %s", key, list);
    return 0;
}

static unsigned read_number(struct reader *reader, unsigned line, const char *key, const json_t *value, int largest) {
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < 0 || number > largest)
        mistake(&reader->mistakes, line, "%s must be a whole number from 0 to %d", key, largest);
    return (unsigned)number;
}

static double read_real(struct reader *reader, unsigned line, const char *key, const json_t *value) {
    if (!json_is_number(value))
        mistake(&reader->mistakes, line, "%s must be a number", key);
    return json_number_value(value);
}

static char *read_text(struct reader *reader, unsigned line, const char *key, const json_t *value) {
    char *copy = json_is_string(value) ? strdup(json_string_value(value)) : NULL;
    if (!copy)
        mistake(&reader->mistakes, line, json_is_string(value) ? "%s: out of memory" : "%s must be a text", key);
    return copy;
}

/* ---- A signal ---- */

enum key { NAME, DIRECTION, TABLE, ADDRESS, TYPE, BIT, ORDER, SCALE, OFFSET, COMMENT, FOLDER, KEYS };

static const char *const key_names[KEYS] = { "name",  "direction", "table",  "address", "type",  "bit",
                                             "order", "scale",     "offset", "comment", "folder" };

static void read_name(struct reader *reader, struct map_signal *signal, const json_t *value) {
    signal->name = read_text(reader, signal->line, "name", value);
    if (!signal->name)
        return;
    if (!*signal->name || strlen(signal->name) > MAX_NAME)
        mistake(&reader->mistakes, signal->line, "name must have 1 to %d bytes", MAX_NAME);
    else if (!strcmp(signal->name, CONNECTED_NAME) || !strcmp(signal->name, AGE_NAME))
        mistake(&reader->mistakes, signal->line, "name \"%s\" is the gateway's own signal", signal->name);
}

/* Reads one member. Its line stands in lines[key], which is 0 for what the file does not have. */
static void read_member(struct reader *reader, struct map_signal *signal, enum key key, unsigned line,
                        const json_t *value) {
    const char *name = key_names[key];
    switch (key) {
    case NAME:
        signal->line = line;
        read_name(reader, signal, value);
        break;
    case DIRECTION: signal->direction = (enum direction)read_word(reader, line, name, value, directions); break;
    case TABLE: signal->table = (enum table)read_word(reader, line, name, value, tables); break;
    case TYPE: signal->type = (enum type)read_word(reader, line, name, value, types); break;
    case ORDER: signal->order = (enum order)read_word(reader, line, name, value, orders); break;
    case ADDRESS: signal->address = (uint16_t)read_number(reader, line, name, value, LAST_ADDRESS); break;
    case BIT: signal->bit = (int)read_number(reader, line, name, value, 15); break;
    case SCALE:
        signal->scale = read_real(reader, line, name, value);
        if (json_is_number(value) && signal->scale == 0)
            mistake(&reader->mistakes, line, "scale must not be 0");
        break;
    case OFFSET: signal->offset = read_real(reader, line, name, value); break;
    case COMMENT: signal->comment = read_text(reader, line, name, value); break;
    default: signal->folder = read_text(reader, line, name, value);
    }
}

/* What each member allows, given the others. */
static void check_signal(struct mistakes *mistakes, const struct map_signal *signal, const unsigned *lines) {
    const char *table = table_name(signal->table), *type = types[signal->type].text;
    int is_bool = signal->type == TYPE_BOOL;
    unsigned width = width_of(signal);
    if (signal->direction == PLC_READS && (signal->table == DISCRETE_INPUT || signal->table == INPUT_REGISTER))
        mistake(mistakes, lines[TABLE], "table %s is read-only: direction input needs %s", table,
                signal->table == DISCRETE_INPUT ? "coil" : "holding_register");
    if (!is_register(signal->table) && !is_bool)
        mistake(mistakes, lines[TYPE], "type %s does not fit table %s, which holds bool", type, table);
    else if (is_register(signal->table) && is_bool && !lines[BIT])
        mistake(mistakes, lines[TYPE], "type bool in table %s needs bit, 0 to 15", table);
    if (lines[BIT] && (!is_register(signal->table) || !is_bool))
        mistake(mistakes, lines[BIT], "bit is for type bool in a register, not for %s in table %s", type, table);
    if (is_bool && lines[SCALE])
        mistake(mistakes, lines[SCALE], "scale is not for type bool");
    if (is_bool && lines[OFFSET])
        mistake(mistakes, lines[OFFSET], "offset is not for type bool");
    if (is_bool && lines[ORDER])
        mistake(mistakes, lines[ORDER], "order is not for type bool");
    if (signal->address + width - 1 > LAST_ADDRESS)
        mistake(mistakes, lines[ADDRESS], "address %u: type %s takes %u registers, and the last one is %d",
                (unsigned)signal->address, type, width, LAST_ADDRESS);
}

static void read_signal(struct reader *reader, json_t *object, enum order order) {
    struct map_signal *signal = &reader->map->signals[reader->map->count++];
    unsigned line = reader->lines[reader->next++], lines[KEYS] = { 0 }, mistakes = reader->mistakes.count;
    const char *name;
    json_t *value;
    int key;

    memset(signal, 0, sizeof *signal);
    signal->line = line;
    signal->order = order;
    signal->bit = WHOLE;
    signal->scale = 1;
    if (!json_is_object(object)) {
        mistake(&reader->mistakes, line, "a signal must be an object");
        reader->next += values_in(object) - 1;
        return;
    }
    json_object_foreach(object, name, value) {
        unsigned member_line = reader->lines[reader->next];
        for (key = 0; key < KEYS && strcmp(name, key_names[key]); key++) {
        }
        if (key < KEYS) {
            lines[key] = member_line;
            read_member(reader, signal, (enum key)key, member_line, value);
        } else {
            mistake(&reader->mistakes, member_line, "a signal has no \"%s\"", name);
        }
        reader->next += values_in(value);
    }
    signal->scaled = lines[SCALE] || lines[OFFSET];
    for (key = NAME; key <= ADDRESS; key++)
        if (!lines[key])
            mistake(&reader->mistakes, line, "the signal lacks %s", key_names[key]);
    if (!lines[TYPE] && lines[TABLE] && is_register(signal->table))
        mistake(&reader->mistakes, line, "the signal lacks type");
    if (mistakes == reader->mistakes.count)
        check_signal(&reader->mistakes, signal, lines);
}

/* ---- The whole map ---- */

static void read_signals(struct reader *reader, const json_t *array, unsigned line, enum order order) {
    size_t index, count = json_array_size(array);
    if (!count) {
        mistake(&reader->mistakes, line, "signals must be a list of at least one signal");
    } else if (!(reader->map->signals = calloc(count, sizeof *reader->map->signals))) {
        mistake(&reader->mistakes, line, "out of memory");
    } else {
        reader->next++;
        for (index = 0; index < count; index++)
            read_signal(reader, json_array_get(array, index), order);
    }
}

static void read_root(struct reader *reader, json_t *root) {
    const char *name;
    json_t *value;
    int order;
    if (!json_is_object(root)) {
        mistake(&reader->mistakes, reader->lines[0], "the map must be an object with \"signals\"");
        return;
    }
    /* It counts for all signals, wherever it stands. */
    order = find_word(orders, json_object_get(root, "order"));
    reader->next = 1;
    json_object_foreach(root, name, value) {
        unsigned line = reader->lines[reader->next];
        size_t after = reader->next + values_in(value);
        if (!strcmp(name, "signals"))
            read_signals(reader, value, line, order == -1 ? ORDER_ABCD : (enum order)order);
        else if (!strcmp(name, "order"))
            read_word(reader, line, name, value, orders);
        else if (!strcmp(name, "register_gap"))
            reader->map->register_gap = read_number(reader, line, name, value, 123);
        else if (!strcmp(name, "bit_gap"))
            reader->map->bit_gap = read_number(reader, line, name, value, 1998);
        else if (!strcmp(name, "comment"))
            free(read_text(reader, line, name, value));
        else
            mistake(&reader->mistakes, line, "a map has no \"%s\"", name);
        reader->next = after;
    }
    if (!json_object_get(root, "signals"))
        mistake(&reader->mistakes, reader->lines[0], "the map lacks signals");
    if (!reader->mistakes.count)
        map_check(reader->map, &reader->mistakes);
}

/* ---- The file ---- */

static char *read_file(const char *file, size_t *length) {
    FILE *from = fopen(file, "rb");
    char *text = NULL;
    size_t size = 0, got = 1;
    while (from && got && size <= MAX_FILE) {
        char *larger = realloc(text, size + 65536);
        if (!larger)
            break;
        text = larger;
        got = fread(text + size, 1, 65536, from);
        size += got;
    }
    if (!from || ferror(from) || got) {
        const char *reason = size > MAX_FILE ? "is too large" : strerror(errno);
        fprintf(stderr, "%s: %s\n", file, reason);
        free(text);
        text = NULL;
    }
    if (from)
        fclose(from);
    *length = size;
    return text;
}

int map_read(struct map *map, const char *file) {
    struct reader reader = { map, { file, 0 }, NULL, 0 };
    json_error_t error;
    json_t *root = NULL;
    size_t length;
    char *text;

    memset(map, 0, sizeof *map);
    text = read_file(file, &length);
    if (!text)
        return -1;
    root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        mistake(&reader.mistakes, error.line > 0 ? (unsigned)error.line : 1, "%s", error.text);
    else if (!(reader.lines = lines_of_values(text, length)))
        mistake(&reader.mistakes, 1, "out of memory");
    else
        read_root(&reader, root);
    mistakes_end(&reader.mistakes);
    free(reader.lines);
    json_decref(root);
    free(text);
    if (reader.mistakes.count)
        map_free(map);
    return reader.mistakes.count ? -1 : 0;
}
