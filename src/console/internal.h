/* What the files of the console core share. */
#ifndef CONSOLE_INTERNAL_H
#define CONSOLE_INTERNAL_H

#include "kiriwake/console.h"

#include "echo.h"
#include "line.h"
#include "pattern.h"
#include "prompt.h"

enum phase {
    PHASE_START,    /* before the first prompt: banners, login */
    PHASE_OPEN,     /* known device, but not at a prompt */
    PHASE_READY,    /* at a settled prompt */
    PHASE_ECHO,     /* a command was sent; its echo is due */
    PHASE_BODY,     /* its reply is coming */
};

enum echo_habit { ECHO_UNKNOWN, ECHO_ON, ECHO_OFF };

struct console {
    const struct console_profile *profile;
    struct prompts *prompts;
    struct pattern *user, *password, *failed, *pager, *erase;
    struct patterns refused, traps, monitors, busy;     /* busy: per mode */
    struct patterns logs;
    bool take_logs, reply_logs; /* reply_logs: the reply holds its own … */
    struct pattern *own_logs;   /* … behind this line; NULL: everywhere */
    bool broken;                /* a line end came behind the prompt */
    size_t head;                /* bytes of a line that a log cut in two */

    struct line line;
    struct buf view;            /* the unfinished line, decoded */
    bool view_stale;
    bool dirty;                 /* bytes came since the last idle */
    bool muted;                 /* a secret was typed on this line … */
    size_t mute_from;           /* … from here on */
    bool after_pager;

    enum phase phase;
    enum echo_habit habit;
    const struct console_mode *mode;
    bool ended;                 /* a reply has ended at this prompt */
    bool replied;               /* some reply was complete: host is sure */
    size_t wakes;               /* line ends sent that will be answered */
    struct buf candidate;       /* a prompt seen before a wake */

    char *command;              /* pending */
    struct echo echo;
    bool command_line;          /* the line on which it was typed */
    struct buf held;            /* lines that may be the echo's */
    struct buf body;            /* raw, LF line ends */
    bool over;                  /* more than reply_max_bytes came */

    struct buf out;
    struct console_event *events;
    size_t first, count, cap;
};

/* events.c; text is taken. */
void event_push(struct console *c, enum console_event_type type, char *text);
void event_line(struct console *c, const char *raw, size_t len);
void event_prompt(struct console *c);

/* reply.c: answers the pending command. */
void reply_finish(struct console *c, enum reply_state state,
                  const char *reason);
void reply_add(struct console *c, const char *raw, size_t len);
/* An unfinished line: without a line end. */
void reply_add_unfinished(struct console *c, const char *raw, size_t len);
/* The lines held as a possible echo belong to the reply after all. */
void reply_release(struct console *c);
bool reply_enters(const struct console *c);     /* a mode's enter */

/* settle.c: what an unfinished line says once it is silent. */
void settle_line(struct console *c);
/* Where a wake's line end is not echoed, the prompt comes twice on one line:
 * the length of one of them. */
size_t settle_once(const struct console *c, const char *line, size_t len);
bool settle_is_pager(struct console *c, const char *line, size_t len);

/* logs.c: log lines that come by themselves */
bool logs_take(struct console *c, const char *raw, size_t len);
/* The unfinished line is, or ends in, one. */
bool logs_half(struct console *c, const char *line, size_t len);
/* A line that was cut in two is drawn anew from its beginning. */
void logs_redrawn(struct console *c);
/* Of a reply that holds log lines: takes out those before its own begin. */
void logs_sift(struct console *c, struct console_reply *r);
/* The prompt's line ended: late text, unless a log line follows. */
void logs_broken(struct console *c);

/* console.c */
const char *console_view(struct console *c, size_t *len);
void console_say_late(struct console *c);
char *console_decode(const struct console *c, const char *raw, size_t len);

#endif
