/* Replies of the device with their deciding lines, laid out as pages. */
#include "screen.h"

#include <stdio.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/msg.h"

#define PREVIEW_LINES 6         /* of a reply that decided nothing yet */
#define NUMBER_GUTTER 6

static bool is_hit(const json_t *lines, int n)
{
    const json_t *l;
    size_t i;

    json_array_foreach(lines, i, l)
        if (json_integer_value(json_is_object(l) ? json_object_get(l, "n")
                                                 : l) == n)
            return true;
    return false;
}

static void put_line(struct page *p, const char *s, size_t len, int n,
                     bool hit)
{
    struct buf b = {0};
    char head[24];

    buf_add(&b, s, len);
    snprintf(head, sizeof head, "%4d%s", n, hit ? ">" : " ");
    page_raw(p, NUMBER_GUTTER, hit ? STYLE_HIT : STYLE_DIM, head,
             hit ? STYLE_HIT : STYLE_PLAIN, buf_str(&b));
    buf_free(&b);
}

/* Every line of text, those of lines marked. only: no others. */
static void put_text(struct page *p, const char *text, const json_t *lines,
                     bool only, int max)
{
    int n = 1, shown = 0;
    bool gap = false;

    for (; *text && shown < max; n++) {
        size_t len = strcspn(text, "\n");
        bool hit = is_hit(lines, n);

        if (hit || !only) {
            if (gap && shown)
                page_item(p, NUMBER_GUTTER, STYLE_DIM, "   …", STYLE_DIM,
                          "");
            put_line(p, text, len, n, hit);
            shown++;
        }
        gap = only && !hit;
        text += text[len] ? len + 1 : len;
    }
    if (*text && !only)
        page_item(p, NUMBER_GUTTER, STYLE_DIM, "   …", STYLE_DIM,
                  _("z shows all of it"));
}

void evidence_text(struct page *p, const char *text, const json_t *lines)
{
    put_text(p, text, lines, false, 100000);
}

static const struct {
    const char *state, *text;
    enum style style;
} states[] = {
    {"present", "", STYLE_PLAIN},
    {"absent", N_("there is none"), STYLE_LABEL},
    {"unreadable", N_("not readable"), STYLE_WARN},
    {"not-asked", N_("not asked yet"), STYLE_DIM},
};

static void put_head(const struct tui *t, struct page *p,
                     const json_t *seen)
{
    const char *state = json_text(seen, "state");
    const char *reason = json_text(seen, "reason");
    const char *command = json_text(seen, "command");
    struct buf b = {0};
    enum style style = STYLE_PLAIN;

    (void)t;
    buf_adds(&b, command[0] ? command : json_text(seen, "probe"));
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (strcmp(states[i].state, state) == 0 && states[i].text[0]) {
            buf_printf(&b, " — %s", _(states[i].text));
            style = states[i].style;
        }
    if (reason[0])
        buf_printf(&b, ": %s", reason);
    page_item(p, 2, STYLE_SENT, "> ", style == STYLE_PLAIN ? STYLE_SENT
              : style, buf_str(&b));
    buf_free(&b);
}

void evidence_seen(const struct tui *t, struct page *p, const json_t *seen,
                   bool whole)
{
    const json_t *one;
    size_t i;

    json_array_foreach(seen, i, one) {
        const json_t *lines = json_object_get(one, "lines");
        bool only = !whole && json_array_size(lines) > 0;

        put_head(t, p, one);
        put_text(p, json_text(one, "text"), lines, only,
                 whole || only ? 100000 : PREVIEW_LINES);
    }
}
