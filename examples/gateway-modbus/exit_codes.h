/* exit_codes.h - what the program ends with; after the last two starting it again would not help */

#ifndef EXIT_CODES_H
#define EXIT_CODES_H

enum { EXIT_ENDED = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_MAP = 3 };

#endif
