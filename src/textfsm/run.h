/* A template at work on a text that arrives in pieces. */
#ifndef KIRIWAKE_TEXTFSM_RUN_H
#define KIRIWAKE_TEXTFSM_RUN_H

#include "kiriwake/buf.h"
#include "record.h"

struct textfsm_run {
    struct textfsm *t;
    struct state *state;
    struct record record;
    struct jit_target target;     /* in it */
    struct buf pending;           /* input that is not yet whole lines */
    size_t searched;              /* of it: known to hold no line break */
};

#endif
