/* The peer's side of the subject, read from a saved configuration of the
 * same vendor. */
#include "inner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#define PEER_MAX_BYTES (4u << 20)

static json_t *unread(const char *reason)
{
    return json_pack("{s:s,s:s,s:s,s:n,s:{},s:b,s:s,s:s}", "probe",
                     "peer_config", "state", "unreadable", "reason", reason,
                     "facts", "lines", "unverified", 0, "command", "", "text",
                     "");
}

static json_t *not_given(void)
{
    json_t *f = unread(_("no --peer-config was given"));

    json_object_set_new(f, "state", json_string("not-asked"));
    return f;
}

/* CR LF and blanks at line ends go, as a session would have it. */
static char *as_reply(const struct buf *raw)
{
    struct buf out = {0};
    const char *s = buf_str(raw);

    if (strncmp(s, "\xEF\xBB\xBF", 3) == 0)
        s += 3;
    for (; *s; s++)
        if (*s != '\r')
            buf_addc(&out, *s);
    return buf_take(&out);
}

static bool is_address_of(const json_t *vpn, const char *own)
{
    const char *peer = json_string_value(json_object_get(vpn, "peer"));

    return own && peer && strcmp(peer, own) == 0;
}

static const char *own_address(struct run *r)
{
    json_t *ip = json_object_get(json_object_get(r->facts, "ip_address"),
                                 "facts");

    return json_string_value(
        json_object_get(json_object_get(ip, "wan"), "address"));
}

/* The peer's VPN that means us: by our address, or `any`, or its only one. */
static json_t *peer_subject(struct run *r, const json_t *vpns)
{
    json_t *list = json_object_get(json_object_get(vpns, "facts"), "vpns");
    const char *own = own_address(r);
    json_t *vpn, *any = NULL;
    size_t i;

    json_array_foreach(list, i, vpn) {
        if (is_address_of(vpn, own))
            return json_incref(vpn);
        if (json_is_true(json_object_get(vpn, "peer_any")))
            any = vpn;
    }
    if (any)
        return json_incref(any);
    return json_array_size(list) == 1
               ? json_incref(json_array_get(list, 0))
               : NULL;
}

static bool is_read(struct run *r, const char *probe)
{
    const char *state = json_string_value(
        json_object_get(json_object_get(r->facts, probe), "state"));

    return state && strcmp(state, "present") == 0;
}

/* A driver's own peer_config sees our configuration, too, and may find the
 * VPN by both; without one the file is read as a router's reply. */
static json_t *fact_of(struct run *r, const struct console_reply *rep,
                       const json_t *subject)
{
    json_t *none = json_object(), *fact;

    if (driver_probe(r->driver, "peer_config") && is_read(r, "config"))
        fact = driver_read(r->driver, "peer_config", rep,
                           subject ? subject : none, r->facts);
    else if (subject)
        fact = driver_read(r->driver, "config", rep, subject, none);
    else
        fact = unread(_("the peer's configuration has no single VPN that "
                        "means this router"));
    json_decref(none);
    return fact;
}

static json_t *read_text(struct run *r, char *text)
{
    char command[] = "show running-config";
    struct console_reply rep = {
        .command = command, .state = REPLY_COMPLETE, .text = text};
    json_t *none = json_object();
    json_t *vpns = driver_read(r->driver, "vpns", &rep, none, none);
    json_t *subject = peer_subject(r, vpns);
    json_t *fact = fact_of(r, &rep, subject);

    json_object_set_new(fact, "probe", json_string("peer_config"));
    json_object_set_new(fact, "command", json_string(r->o.peer_config));
    json_decref(vpns);
    json_decref(none);
    json_decref(subject);
    return fact;
}

json_t *peer_fact(struct run *r)
{
    struct buf raw = {0};
    json_t *fact;
    char *text, *clean;

    if (!r->o.peer_config)
        return not_given();
    if (buf_read_file(&raw, r->o.peer_config, PEER_MAX_BYTES) < 0) {
        char *why = mem_printf("%s: %s", r->o.peer_config, strerror(errno));

        fact = unread(why);
        free(why);
        buf_wipe(&raw);
        return fact;
    }
    text = as_reply(&raw);
    clean = secrets_scrub(r->secrets, text);
    fact = read_text(r, clean);
    mem_wipe(text);
    free(clean);
    buf_wipe(&raw);
    return fact;
}
