/* What the parts of a simulated router share; nobody else includes this. */
#ifndef KIRIWAKE_SIM_INNER_H
#define KIRIWAKE_SIM_INNER_H

#include "editor.h"
#include "kiriwake/sim.h"
#include "knobs.h"
#include "printout.h"
#include "program.h"
#include "wire.h"

enum state {
    STATE_INPUT,        /* a prompt stands, a line is being typed */
    STATE_BUSY,         /* a reply is being printed */
    STATE_PAGER,        /* --More-- stands */
    STATE_MUTE,         /* it will never answer (until Ctrl-C) */
    STATE_CLOSED,
};

struct sim {
    struct knobs knobs;
    json_t *scenario, *transcript;
    struct program *program;
    enum state state;
    bool started, closing, wrong, login;
    bool unplugged, replugged;
    uint64_t start_ms, now_ms;      /* now_ms: of the work at hand */
    char *pager, *pager_erase;
    char *viewer;                   /* what stands at this reply's end */
    char *prompt, *user, *password, *banner, *failure;
    struct editor editor;
    struct buf kept;                /* the line under which help is printed */
    bool open;                      /* what is typed now is no secret */
    struct printout reply;
    struct buf typed, ready;
    size_t sent, rows, shown;       /* shown: lines since the last pager */
    bool deaf, dead;                /* see program_host */
    unsigned baud, terminal;        /* speeds; 0: no serial line, unknown */
    struct wire in, out;            /* of a serial line */
    struct buf arrived;
};

/* sim.c */
/* Does what is due by now: reads what was typed, prints. */
void sim_work(struct sim *s, uint64_t now_ms);
/* Calls a function of the device program with a text. */
void sim_call(struct sim *s, const char *name, const char *line);

#endif
