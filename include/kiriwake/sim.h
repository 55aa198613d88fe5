/*
 * A simulated router: a device program in sandboxed Lua
 * (drivers/<vendor>/sim/device.lua) over a common line discipline, set up by
 * a scenario's causes. A pure core: bytes and time in, bytes out.
 */
#ifndef KIRIWAKE_SIM_H
#define KIRIWAKE_SIM_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

#include "kiriwake/buf.h"
#include "kiriwake/data.h"
#include "kiriwake/err.h"

struct sim;

/*
 * Loads drivers/<driver>/sim/<scenario>.yaml. knobs: variations and faults
 * as "key=value" joined by '&' (docs/simulator.md), or NULL. NULL and *e:
 * 64 for an unknown driver, scenario or knob (names the nearest), 65 for a
 * bad file. login: ask for user and password first (console, telnet);
 * without it the device prints what an SSH shell prints.
 */
struct sim *sim_new(const struct data *data, const char *driver,
                    const char *scenario, const char *knobs, bool login,
                    struct err *e);
void sim_free(struct sim *s);

/* The person typed bytes, at now_ms (any epoch, never backwards). */
void sim_receive(struct sim *s, const char *bytes, size_t len,
                 uint64_t now_ms);
/* Bytes that the device has sent by now_ms. *due_ms: when more is to come
 * without input (0: never); it may be now_ms itself: call again. */
void sim_output(struct sim *s, struct buf *out, uint64_t now_ms,
                uint64_t *due_ms);
/* Seen at its console, where nobody has logged in: asked for, or the
 * scenario's. */
bool sim_console(const struct sim *s);
/* The speed of its serial line, 10 bits a byte in both directions (knob
 * "baud"); 0: it is reached otherwise, in no time. */
unsigned sim_baud(const struct sim *s);
/* The speed of the terminal at the other end, from now on: bytes are garbled
 * where it is another. 0: the same. */
void sim_set_terminal(struct sim *s, unsigned baud);
/* The device closed the session (logout, disconnect fault), and all that it
 * sent before has been handed over. */
bool sim_closed(const struct sim *s);

/* Whether the link was cut (knob unplug) with the device still running. */
bool sim_unplugged(const struct sim *s);
/* Cuts it now. */
void sim_unplug(struct sim *s);
/* The link is whole again, once: a console stands where it stood, and what
 * was sent meanwhile is lost; any other session begins anew. */
void sim_replug(struct sim *s);

/* User name and password that it accepts (borrowed). */
const char *sim_user(const struct sim *s);
const char *sim_password(const struct sim *s);
/* The SSH software banner without "SSH-2.0-" (borrowed). */
const char *sim_banner(const struct sim *s);

/* What was typed: [{at: ms since the start, prompt, line}], passwords as
 * "(hidden)" (borrowed). */
json_t *sim_transcript(const struct sim *s);
/* The arguments for `check` under this simulator's knobs: the scenario's,
 * with renamed subjects, and --vpn where a variation makes it necessary
 * (new reference). */
json_t *sim_args(struct sim *s);
/* What the scenario's author expects: {outcome, finding} (borrowed). */
json_t *sim_expect(const struct sim *s);
/* The running configuration of the peer's router, as it would print it
 * with LF line ends (new string; NULL when the peer is not of this kind). */
char *sim_peer_config(struct sim *s);
/* Why the device program stopped, or NULL: a bug in its Lua. */
const char *sim_failure(const struct sim *s);

/* [{id, driver, flow, title, covers, args, expect}] of every scenario (new
 * reference); NULL and *e when a file is bad. knobs: as above, or NULL;
 * with knobs the args are those of sim_args. */
json_t *sim_scenarios(const struct data *data, const char *knobs,
                      struct err *e);

#endif
