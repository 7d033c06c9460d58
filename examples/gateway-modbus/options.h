/* options.h - the command line */

#ifndef OPTIONS_H
#define OPTIONS_H

#include "plc.h"

struct options {
    const char *map, *check; /* files; check = only validate this one */
    struct plc_options plc;
    const char *listen;  /* the address of the server that we are, or */
    const char *connect; /* the host of the server that we connect to */
    const char *name;    /* what we call ourselves as its client */
    unsigned port;
    unsigned cycle_ms, hold_ms, status_s;
    int anonymous_network;
};

/* Reads the command line; ends the program for --help, --version and mistakes. */
void options_read(struct options *options, int argc, char **argv);

#endif
