/* A run keeps its own copy of what it was asked for. */
#include "inner.h"

#include <stdlib.h>

#include "kiriwake/mem.h"

void options_copy(struct run_options *to, const struct run_options *o)
{
    *to = *o;
    to->target = mem_copy(o->target);
    to->driver = mem_copy(o->driver);
    to->flow = mem_copy(o->flow);
    to->vpn = mem_copy(o->vpn);
    to->user = mem_copy(o->user);
    to->password_file = mem_copy(o->password_file);
    to->enable_file = mem_copy(o->enable_file);
    to->known_hosts = mem_copy(o->known_hosts);
    to->host_key = mem_copy(o->host_key);
    to->peer_config = mem_copy(o->peer_config);
    for (size_t i = 0; i < sizeof o->allow / sizeof o->allow[0]; i++)
        to->allow[i] = mem_copy(o->allow[i]);
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
