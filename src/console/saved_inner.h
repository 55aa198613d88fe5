/* Saved text being read, as its own files see it. */
#ifndef KIRIWAKE_CONSOLE_SAVED_INNER_H
#define KIRIWAKE_CONSOLE_SAVED_INNER_H

#include "kiriwake/saved.h"
#include "prompt.h"
#include "saved_marks.h"
#include "saved_text.h"

#define GREETING 3

/* Where the reader stands. */
enum place {
    PLACE_OUTSIDE,      /* before the first command, or after an unknown one */
    PLACE_PROMPT,       /* in the reply to a command typed at a prompt */
    PLACE_SECTION,      /* under a header of a tech-support file */
};

/* A command line that may go on below: the terminal folded it. */
struct fold {
    struct buf text;
    char *host;
    const struct console_mode *mode;
};

struct saved {
    struct saved_rules rules;
    struct saved_text text;
    struct lead *lead;
    struct patterns sections, ends, refused, monitors;
    struct saved_marks marks;
    struct pattern *login, *password;

    size_t lines, unknown, session;
    enum place place;
    char *host;                 /* of the last prompt, or of the part */
    bool part;                  /* host names a part of the file */
    unsigned parts;
    char *first_section;        /* of this part */
    char *stranger;             /* the host of a prompt just above, at which
                                   no known command was typed */
    struct fold fold;

    struct saved_record now;    /* its reply is coming; command NULL: none */
    struct buf body;
    bool over;
    bool left_out;              /* somebody shortened it */
    bool paged, last_page;      /* a pager was the last thing seen */

    char *greeting[GREETING];   /* what the file began with */
    size_t greetings, greeted;  /* known; of these seen again in a row */
    bool begun;                 /* a prompt or header came */

    struct saved_record *records;
    size_t count, cap, kept;
    char **hosts;
    size_t host_count, host_cap;
};

/* saved_record.c */
/* A command was typed, or a header read; takes command. */
void saved_record_begin(struct saved *s, char *command, const char *mode,
                        enum place place);
/* Its reply ends here; why: it is not whole, NULL when a prompt or header
 * follows. */
void saved_record_end(struct saved *s, const char *why);
void saved_record_clear(struct saved_record *r);
/* Every reply is incomplete, for that reason. */
void saved_records_doubt(struct saved *s, const char *why);
/* Why one is in doubt that came off a screen. */
const char *saved_why_copy(void);
bool saved_is_blank(const char *s, size_t len);
/* From here on it is another login. */
void saved_session_begin(struct saved *s);

#endif
