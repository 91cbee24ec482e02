/* One line per event on stderr, with the priority prefix that journald reads (sd-daemon(3)). Never a secret, never
 * token digits; control characters of the text are shown as '?'. */
#ifndef MV_BASE_LOG_H
#define MV_BASE_LOG_H

enum mv_log_level { MV_LOG_ERROR = 3, MV_LOG_WARNING = 4, MV_LOG_NOTICE = 5, MV_LOG_INFO = 6, MV_LOG_DEBUG = 7 };

/* Shown from this level on, MV_LOG_INFO at first. */
void mv_log_set_level(enum mv_log_level level);
void mv_log(enum mv_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
