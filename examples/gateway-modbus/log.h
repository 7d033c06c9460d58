/* log.h - what the gateway tells people: what happens on standard output, what goes wrong on standard error */

#ifndef LOG_H
#define LOG_H

#if defined(__GNUC__)
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#else
#define PRINTF_LIKE(text, first)
#endif

/* One line each, from any thread. */
void say(const char *format, ...) PRINTF_LIKE(1, 2);
void complain(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
