/* A run keeps its own copy of what it was asked for. */
#include "inner.h"

#include <stdlib.h>

#include "kiriwake/mem.h"

static char *copy(const char *s)
{
    return s ? mem_strdup(s) : NULL;
}

void options_copy(struct run_options *to, const struct run_options *o)
{
    *to = *o;
    to->target = copy(o->target);
    to->driver = copy(o->driver);
    to->flow = copy(o->flow);
    to->vpn = copy(o->vpn);
    to->user = copy(o->user);
    to->password_file = copy(o->password_file);
    to->enable_file = copy(o->enable_file);
    to->known_hosts = copy(o->known_hosts);
    to->host_key = copy(o->host_key);
    to->peer_config = copy(o->peer_config);
    for (size_t i = 0; i < sizeof o->allow / sizeof o->allow[0]; i++)
        to->allow[i] = copy(o->allow[i]);
    to->answers = o->answers ? json_deep_copy(o->answers) : json_object();
}

void options_drop(struct run_options *o)
{
    free((char *)o->target);
    free((char *)o->driver);
    free((char *)o->flow);
    free((char *)o->vpn);
    free((char *)o->user);
    free((char *)o->password_file);
    free((char *)o->enable_file);
    free((char *)o->known_hosts);
    free((char *)o->host_key);
    free((char *)o->peer_config);
    for (size_t i = 0; i < sizeof o->allow / sizeof o->allow[0]; i++)
        free((char *)o->allow[i]);
    json_decref(o->answers);
}
