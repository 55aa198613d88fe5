#include "kiriwake/msg.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/data.h"

static const char *lang = "en";
static json_t *catalogue;           /* msgid -> msgstr */

static const char *from_environment(void)
{
    static const char *const vars[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < sizeof vars / sizeof vars[0]; i++) {
        const char *v = getenv(vars[i]);

        if (v && v[0])
            return strncmp(v, "ja", 2) == 0 ? "ja" : "en";
    }
    return "en";
}

/* Adds the quoted C string that begins at or after s. */
static void add_quoted(struct buf *b, const char *s, const char *end)
{
    while (s < end && *s != '"')
        s++;
    for (s++; s < end && *s != '"'; s++) {
        if (*s == '\\' && s + 1 < end) {
            s++;
            buf_addc(b, *s == 'n' ? '\n' : *s == 't' ? '\t' : *s);
        } else {
            buf_addc(b, *s);
        }
    }
}

struct po {
    struct buf id, str, *now;
};

static void po_flush(struct po *po)
{
    if (po->id.len && po->str.len)
        json_object_set_new(catalogue, buf_str(&po->id),
                            json_string(buf_str(&po->str)));
    buf_clear(&po->id);
    buf_clear(&po->str);
}

static void po_line(struct po *po, const char *s, const char *end)
{
    if (strncmp(s, "msgid", 5) == 0) {
        po_flush(po);
        po->now = &po->id;
    } else if (strncmp(s, "msgstr", 6) == 0) {
        po->now = &po->str;
    } else if (*s != '"') {
        return;
    }
    if (po->now)
        add_quoted(po->now, s, end);
}

static void po_load(const char *text)
{
    struct po po = {0};

    while (*text) {
        const char *end = text + strcspn(text, "\n");

        po_line(&po, text, end);
        text = *end ? end + 1 : end;
    }
    po_flush(&po);
    buf_free(&po.id);
    buf_free(&po.str);
}

void msg_init(const char *wanted)
{
    struct data none = {0};
    struct data_file f = {0};
    struct err e = {0};

    msg_done();
    lang = strcmp(wanted ? wanted : from_environment(), "ja") ? "en" : "ja";
    if (strcmp(lang, "ja") || data_read(&none, "po/ja.po", &f, &e) < 0)
        return;
    catalogue = json_object();
    po_load(f.text);
    data_free(&f);
}

const char *msg_lang(void)
{
    return lang;
}

const char *msg_get(const char *s)
{
    const char *t = json_string_value(json_object_get(catalogue, s));

    return t ? t : s;
}

const char *msg_i18n(const json_t *text)
{
    const json_t *t = json_object_get(text, lang);

    if (json_is_string(text))
        return json_string_value(text);
    if (!t)
        t = json_object_get(text, "en");
    return t ? json_string_value(t) : "";
}

void msg_done(void)
{
    json_decref(catalogue);
    catalogue = NULL;
    lang = "en";
}
