/*
 * What the modes of the screen share. A mode is one file and one const
 * struct; the base mode follows from the run (start, walk, question,
 * result), and overlays (help, quit, a prompt) lie above it.
 */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

#include "kiriwake/run.h"
#include "kiriwake/tui.h"
#include "dialogue.h"
#include "lineedit.h"
#include "page.h"
#include "paint.h"

#define SCREEN_MAX_OVER 4
#define SCREEN_MIN_COLS 40
#define SCREEN_MIN_ROWS 10

struct tui;

/* A row of a mode's key table; the key bar is made from it. */
struct key {
    int ch;                     /* a character or KEY_ code; 0 ends */
    const char *label;          /* as the bar shows it; NULL: not there */
    const char *what;           /* one word */
    void (*run)(struct tui *t, void *state);
    bool (*can)(const struct tui *t);   /* NULL: always */
};

/* What becomes of pasted text. */
enum paste {
    PASTE_NOTHING,              /* it is no keys */
    PASTE_LINE,                 /* its first line is typed */
    PASTE_ALL,                  /* all of it is typed */
};

struct mode {
    const char *name;
    const struct key *keys;
    /* The mode's state; arg is the mode's own. */
    void *(*init)(struct tui *t, const void *arg);
    void (*draw)(struct tui *t, void *state);
    /* Keys before the table: true when it took ch. May be NULL. */
    bool (*key)(struct tui *t, void *state, int ch, bool special);
    /* NULL: PASTE_NOTHING. */
    enum paste (*paste)(const void *state);
    /* The view was read again, or the language changed. May be NULL. */
    void (*changed)(struct tui *t, void *state);
    /* The screen stands and nothing is to be done. May be NULL. */
    void (*idle)(struct tui *t, void *state);
    void (*free)(void *state);
};

struct layer {
    const struct mode *mode;
    void *state;
};

struct tui {
    const struct tui_options *o;
    struct run_options ro;      /* what the run is made with */
    char *target;               /* typed by the person; ro borrows it */
    char *user;                 /* the login name typed last, or NULL */
    struct run *run;
    struct paint paint;
    struct dialogue dialogue;
    json_t *view;               /* run_view, as last read; or NULL */
    json_t *past;               /* check points as last seen, by id */
    json_t *told;               /* the login question answered last */
    json_t *asked;              /* the question on the screen, or NULL */
    struct layer base, over[SCREEN_MAX_OVER];
    size_t over_count;
    char progress[256];         /* what the run says it is doing */
    char sent[256];             /* the last command, until it says more */
    char note[512];             /* for the person; until the next key */
    bool note_bad;
    uint64_t since_ms;          /* when something last changed */
    uint64_t shown_s;           /* seconds waited, as painted */
    bool pressed;               /* a key was taken: paint at once */
    bool crowded;               /* it came with others: nobody types so */
    bool pasting, pasted_line;  /* pasted_line: its first line has ended */
    uint64_t pasted_ms;         /* when the last of it came */
    bool stale;                 /* view must be read again */
    bool dirty;                 /* the screen must be painted again */
    bool look;                  /* the person looks at the walk meanwhile */
    bool retarget;              /* the target is typed anew; run: before */
    bool leaving;               /* stopped; the loop ends when it is done */
    bool over_now;              /* the loop ends */
    char *left;                 /* what earlier runs left undone, or NULL */
    int status;                 /* exit status */
    void (*clip)(const char *bytes, size_t len);    /* to the terminal */
};

extern const struct mode mode_start, mode_walk, mode_ask, mode_consent,
    mode_login, mode_result, mode_help, mode_quit, mode_prompt, mode_decide,
    mode_plain, mode_terminal;
extern const struct key screen_common_keys[];

/* layers.c */
void screen_push(struct tui *t, const struct mode *m, const void *arg);
void screen_pop(struct tui *t);
const struct layer *screen_top(const struct tui *t);
/* Chooses the base mode that fits the run. */
void screen_settle(struct tui *t);
void screen_draw(struct tui *t);
void screen_key(struct tui *t, int ch, bool special);
/* A character that was pasted, after screen_begin_paste. */
void screen_begin_paste(struct tui *t);
void screen_paste(struct tui *t, int ch);
void screen_free(struct tui *t);
void screen_note(struct tui *t, bool bad, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void screen_note_err(struct tui *t, const struct err *e);

/* actions.c: what keys do in more than one mode */
/* Starts or resumes a run; false: the reason is noted (or in *e). */
bool screen_start(struct tui *t, const char *target, const char *case_id,
                  struct err *e);
void screen_leave(struct tui *t);       /* stop, then end */
/* Stops, then asks for the target, with the one of before to be mended. */
void screen_retarget(struct tui *t);
/* Before another run: same_case keeps what was seen and said. What it left
 * undone is told at the end. */
void screen_forget(struct tui *t, bool same_case);
/* Answers what is asked and goes on. */
void screen_answer(struct tui *t, const char *answer, const char *remark);
/* The keys r and b: what became of it is told. */
void screen_key_retry(struct tui *t, void *state);
void screen_key_back(struct tui *t, void *state);
/* What a typed line is about may have gone meanwhile. ctx is "WHERE\nID": its
 * ID where that is still where, else NULL, and the person is told. */
const char *screen_still(struct tui *t, const char *ctx, const char *where);
bool screen_is_open(const struct tui *t);   /* a walk that is not done */
void screen_key_help(struct tui *t, void *state);
/* A plain terminal on the line. */
void screen_key_terminal(struct tui *t, void *state);
bool screen_can_terminal(const struct tui *t);
void screen_key_quit(struct tui *t, void *state);
void screen_key_language(struct tui *t, void *state);
bool screen_can_japanese(const struct tui *t);
/* The clock of the run, or the real one. */
uint64_t screen_now(const struct tui *t);

/* frame.c: what surrounds every mode of a walk */
struct frame {
    struct rect head, path, body, dialogue;     /* rows 0: not shown */
    int status_y, bar_y;
};
struct frame frame_layout(bool with_path, bool with_dialogue);
void frame_draw_head(struct tui *t, const struct frame *f);
void frame_draw_status(struct tui *t, int y);
/* The key bar: the mode's keys, and (bar) those common to all modes. */
void frame_draw_keys(struct tui *t, const struct key *keys, int y);
void frame_draw_bar(struct tui *t, const struct key *keys, int y);
void frame_draw_path(struct tui *t, struct rect r, bool on, int chosen);

/* evidence.c: replies with their deciding lines, as pages */
/* evidence: what decided, its lines are marked; NULL: those of the replies. */
void evidence_seen(struct page *p, const json_t *seen, bool whole,
                   const json_t *evidence);
void evidence_text(struct page *p, const char *text, const json_t *lines);
/* Lines that decided: [{command, at, lines: [{n, text}]}]. */
void evidence_cited(struct page *p, const json_t *evidence);

/* failure.c: an error {stage, what, try} of a run, as a page's lines */
void failure_put(struct page *p, int gutter, const json_t *e);

/* A list to choose from; labels are owned. */
struct choices {
    struct choice {
        char *id, *label, *aside;
    } *list;
    size_t count, cap;
    int at;
};
void choices_add(struct choices *c, const char *id, const char *label,
                 const char *aside);
void choices_free(struct choices *c);
/* Up, down, digits. true when ch was one; *pick when a digit chose. */
bool choices_key(struct choices *c, int ch, bool special);
void choices_page(const struct choices *c, const struct paint *paint,
                  struct page *p);

/* mode_prompt's argument: one line is typed, done is called with it. */
struct prompt_arg {
    const char *title, *hint;
    void (*done)(struct tui *t, const char *text, const char *ctx);
    const char *ctx;            /* copied */
};
/* mode_plain's argument: text shown without any frame, for the mouse. */
struct plain_arg {
    const char *text, *title;
};

/* A text of a JSON object, in the chosen language; "" when there is none. */
const char *json_text(const json_t *object, const char *key);

#endif
