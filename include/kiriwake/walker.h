/*
 * The walker: a fold over events. Feed it events, carry out the effects it
 * returns. No I/O, no clock. The journal is the list of events; replaying it
 * gives the same state. Events and effects are JSON objects:
 *
 * effects (each has "n", its number, counting from 1)
 *   {"effect": "probe", "probe": "ipsec_sa", "with": {}, "as": "ipsec_sa"}
 *       answer: facts. The probe "peer_config" reads the peer's file.
 *       "sample": "first|stimulus|second" where a sample asks.
 *   {"effect": "prefetch", …}   as probe; may be left undone
 *   {"effect": "ask", "checkpoint": "history", "why": "question|subject|
 *    unreadable|unverified", "question": {en, ja}, "answers": [{"id",
 *    "label": {en, ja}}], "input": null | "ip" | …, "suggest": null | id,
 *    "show": [probe names], "reason": null | text}     answer: answer
 *       (checkpoint "subject": which VPN)
 *   {"effect": "wait", "ms": 10000}                    answer: waited
 *   {"effect": "consent", "checkpoint", "class", "commands": [...],
 *    "undo": [...], "again": bool}                     answer: consent
 *       "again": they may have been done before the link was lost, and
 *       nothing tells; no permission given beforehand covers that
 *   {"effect": "do", "checkpoint", "steps": [{"send", "mode", "undo"}],
 *    "class"}        journal durably before the first byte; answer: did
 *   {"effect": "undo", "steps": [{"send", "mode"}]}    answer: did
 *   {"effect": "hand-over"}     the device answers now: its own flow follows;
 *       answer: walker_hand_over and a flow event
 *   {"effect": "done"}          no answer; walker_result tells
 *
 * events ("effect": the number answered, where there is one)
 *   {"event": "start", "options": {"vpn": null|text, "allow": [...],
 *    "peer_config": bool, "interactive": bool (somebody can consent),
 *    "saved": bool (saved text: consent is asked, and it alone says)}}
 *   {"event": "facts", "effect": n, "fact": {as driver_read gives it, and
 *    "at": time}}
 *   {"event": "answer", "effect": n, "answer": id | input | null,
 *    "by": "human|option", "remark": ""}       null: nobody answers
 *   {"event": "waited", "effect": n}
 *   {"event": "flow", "driver", "flow"}     after walker_hand_over
 *   {"event": "consent", "effect": n, "granted": bool}
 *   {"event": "did", "effect": n, "results": [{"send", "state", "text"}]}
 *       state "complete" when the device took it; else what happened
 *   {"event": "link-lost"} {"event": "resumed"}    facts read before are
 *       stale: a new epoch; unanswered effects are issued again
 *   {"event": "retry"} {"event": "back"}           by the human; back: to
 *       the last check point that a human decided
 *   {"event": "decide", "answer": id, "remark": ""}  the current check point
 *       by hand
 *   {"event": "stop", "why": "timeout|interrupted|failed"}   undo, then done;
 *       "failed" once more: nothing can be sent, done at once
 */
#ifndef KIRIWAKE_WALKER_H
#define KIRIWAKE_WALKER_H

#include <stdbool.h>
#include <jansson.h>

#include "kiriwake/flow.h"

struct walker;

/* Borrows flows and driver. */
struct walker *walker_new(const struct flows *f, const struct driver *d);
void walker_free(struct walker *w);

/* The next "flow" event goes on with these (borrowed) in the same walk. */
void walker_hand_over(struct walker *w, const struct flows *f,
                      const struct driver *d);

/* Folds one event in; returns the effects it causes (new array). An event
 * that answers no open effect is ignored (empty array). */
json_t *walker_step(struct walker *w, const json_t *event);
/* Whether "retry", "back" or "decide" with that answer would do anything. */
bool walker_can_retry(const struct walker *w);
bool walker_can_back(const struct walker *w);
bool walker_can_decide(const struct walker *w, const char *answer);
/* The effects that are not yet answered (new array): after a replay. */
json_t *walker_open(const struct walker *w);
bool walker_done(const struct walker *w);

/* For driver_read: this epoch's facts by name, and the VPN under diagnosis
 * ({} before it is chosen). Borrowed; valid until the next step. */
const json_t *walker_facts(const struct walker *w);
const json_t *walker_subject(const struct walker *w);

/*
 * The result: outcome, subject, flow, path, findings, suspects, ruled_out,
 * pending, changes and error as `check --json` prints them (DESIGN: command
 * line); valid at any time (new reference). Texts in the chosen language.
 * A change that is not undone is exit status 4; one that is undone and not
 * verified was put back on the device's word alone.
 */
json_t *walker_result(const struct walker *w);

/*
 * For the screen (new reference): {"flow", "title", "subject", "vpns": […],
 *  "path": [{checkpoint, title, outcome, by, because, why, expect,
 *     "evidence": as a finding's}],
 *  "current": {"id", "title", "why", "expect", "kind", "samples",
 *     "seen": [{"probe", "command", "state", "reason", "text",
 *               "lines": [n…]}], "outcomes": [{"id", "label", "abnormal"}]},
 *  "findings": […], "suspects", "changes", "outcome", "done": bool}
 * Titles, labels and the like are {en, ja} or null.
 */
json_t *walker_view(const struct walker *w);

#endif
