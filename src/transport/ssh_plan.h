/* The plan of a connection: see struct ssh_plan. */
#ifndef TRANSPORT_SSH_PLAN_H
#define TRANSPORT_SSH_PLAN_H

#include "ssh.h"

/* NULL and *e: 64 for what the person asked, 65 for the driver's list. */
struct ssh_plan *ssh_plan_new(const struct target *t,
                              const struct ssh_options *o, struct err *e);
void ssh_plan_free(struct ssh_plan *p);

#endif
