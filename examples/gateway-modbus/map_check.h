/* map_check.h - what only shows when all signals of a map are seen together: names and addresses that are taken */

#ifndef MAP_CHECK_H
#define MAP_CHECK_H

#include "map.h"
#include "mistakes.h"

void map_check(const struct map *map, struct mistakes *mistakes);

#endif
