#include "options.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit_codes.h"
#include "realvirtual_ws.h"

static const char usage[] =
    "usage: gateway-modbus --map FILE [options]\n"
    "       gateway-modbus --check FILE\n"
    "\n"
    "Bridges a Modbus TCP PLC to realvirtual's WebSocket interface.\n"
    "  --map FILE              which signal is which address; README.md describes the format\n"
    "  --check FILE            says whether a map is right, and ends\n"
    "\n"
    "The PLC:\n"
    "  --plc-host HOST         address or name (default 127.0.0.1)\n"
    "  --plc-port N            TCP port (default 502)\n"
    "  --plc-unit N            unit identifier, 0 to 247, or 255 (default 1)\n"
    "  --plc-timeout-ms N      time for a connection, and for each response (default 500)\n"
    "  --plc-retry-ms N        time until the first attempt to connect again (default 500), doubled each time\n"
    "  --plc-retry-max-ms N    up to this (default 10000)\n"
    "\n"
    "The WebSocket interface:\n"
    "  --listen ADDRESS        be a server there (default 127.0.0.1: this machine alone)\n"
    "  --connect HOST          be a client of the server there instead\n"
    "  --port N                TCP port; a server takes any free one for 0 (default 7000)\n"
    "  --name NAME             the client's name (default gateway-modbus)\n"
    "  --allow-anonymous-network\n"
    "                          needed for an address that other machines can reach: anyone there may command the PLC\n"
    "\n"
    "The cycle:\n"
    "  --cycle-ms N            one scan of the PLC and one exchange of values (default 10)\n"
    "  --hold-ms N             how long a level of a bool lasts at the PLC at least (default 0: one scan)\n"
    "  --status-seconds N      time between two status lines (default 60, 0 = none)\n"
    "\n"
    "  --help, --version\n"
    "\n"
    "Exit codes: 0 ended by SIGTERM or SIGINT, 1 failure, 2 wrong command line, 3 wrong map.\n";

enum kind { TEXT, NUMBER, FLAG };

struct option {
    const char *name;
    enum kind kind;
    size_t offset; /* in struct options: of a const char *, an unsigned, an int */
    unsigned smallest, largest;
};

#define TEXT_OPTION(name, field) { name, TEXT, offsetof(struct options, field), 0, 0 }
#define NUMBER_OPTION(name, field, smallest, largest) \
    { name, NUMBER, offsetof(struct options, field), smallest, largest }

static const struct option all[] = {
    TEXT_OPTION("--map", map),
    TEXT_OPTION("--check", check),
    TEXT_OPTION("--plc-host", plc.host),
    NUMBER_OPTION("--plc-port", plc.port, 1, 65535),
    NUMBER_OPTION("--plc-unit", plc.unit, 0, 255),
    NUMBER_OPTION("--plc-timeout-ms", plc.timeout_ms, 1, 60000),
    NUMBER_OPTION("--plc-retry-ms", plc.retry_ms, 1, 3600000),
    NUMBER_OPTION("--plc-retry-max-ms", plc.retry_max_ms, 1, 3600000),
    TEXT_OPTION("--listen", listen),
    TEXT_OPTION("--connect", connect),
    NUMBER_OPTION("--port", port, 0, 65535),
    TEXT_OPTION("--name", name),
    { "--allow-anonymous-network", FLAG, offsetof(struct options, anonymous_network), 0, 0 },
    NUMBER_OPTION("--cycle-ms", cycle_ms, 1, 10000),
    NUMBER_OPTION("--hold-ms", hold_ms, 0, 60000),
    NUMBER_OPTION("--status-seconds", status_s, 0, 86400),
};

static void refuse(const char *option, const char *reason) {
    fprintf(stderr, "gateway-modbus: %s %s; try --help\n", option, reason);
    exit(EXIT_USAGE);
}

static const struct option *find(const char *name) {
    size_t i;
    for (i = 0; i < sizeof all / sizeof all[0]; i++)
        if (!strcmp(all[i].name, name))
            return &all[i];
    refuse(name, "is no option");
    return NULL;
}

static unsigned number(const struct option *option, const char *text) {
    char reason[80], *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || value < option->smallest || value > option->largest) {
        snprintf(reason, sizeof reason, "takes a whole number from %u to %u", option->smallest, option->largest);
        refuse(option->name, reason);
    }
    return (unsigned)value;
}

/* What each option alone cannot tell. */
static void check_together(const struct options *options) {
    if (options->check)
        return;
    if (!options->map)
        refuse("--map", "is missing");
    if (options->plc.unit > 247 && options->plc.unit != 255)
        refuse("--plc-unit", "takes 0 to 247, or 255");
    if (options->plc.retry_ms > options->plc.retry_max_ms)
        refuse("--plc-retry-ms", "is more than --plc-retry-max-ms");
    if (options->connect && options->listen)
        refuse("--connect", "and --listen exclude each other");
    if (options->connect && !options->port)
        refuse("--port", "0 is for a server");
    if (options->connect && options->anonymous_network)
        refuse("--allow-anonymous-network", "is for a server");
}

void options_read(struct options *options, int argc, char **argv) {
    static const struct options defaults = {
        .plc = { "127.0.0.1", 502, 1, 500, 500, 10000 },
        .name = "gateway-modbus",
        .port = 7000,
        .cycle_ms = 10,
        .status_s = 60,
    };
    int i;
    *options = defaults;
    for (i = 1; i < argc; i++) {
        const struct option *option;
        char *field;
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            fputs(usage, stdout);
            exit(EXIT_ENDED);
        }
        if (!strcmp(argv[i], "--version")) {
            printf("gateway-modbus %s\n", rv_version());
            exit(EXIT_ENDED);
        }
        option = find(argv[i]);
        field = (char *)options + option->offset;
        if (option->kind == FLAG) {
            *(int *)(void *)field = 1;
            continue;
        }
        if (++i == argc)
            refuse(option->name, "takes a value");
        if (option->kind == TEXT)
            *(const char **)(void *)field = argv[i];
        else
            *(unsigned *)(void *)field = number(option, argv[i]);
    }
    check_together(options);
    if (!options->listen && !options->connect)
        options->listen = "127.0.0.1";
}
