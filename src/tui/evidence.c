/* Replies of the device with their deciding lines, laid out as pages. */
#include "screen.h"

#include <stdio.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/msg.h"

#define PREVIEW_LINES 3         /* of a reply that decided nothing yet */
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

static void put_head(struct page *p, const json_t *seen)
{
    const char *state = json_text(seen, "state");
    const char *reason = json_text(seen, "reason");
    const char *command = json_text(seen, "command");
    struct buf b = {0};
    enum style style = STYLE_PLAIN;

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

/* The lines of one reply that count: those cited, if anything is. */
static const json_t *lines_of(const json_t *one, const json_t *evidence)
{
    const json_t *cited;
    size_t i;

    if (!evidence)
        return json_object_get(one, "lines");
    json_array_foreach(evidence, i, cited)
        if (strcmp(json_text(cited, "command"),
                   json_text(one, "command")) == 0)
            return json_object_get(cited, "lines");
    return NULL;
}

void evidence_seen(struct page *p, const json_t *seen, bool whole,
                   const json_t *evidence)
{
    const json_t *one;
    size_t i;

    json_array_foreach(seen, i, one) {
        const json_t *lines = lines_of(one, evidence);
        bool only = !whole && json_array_size(lines) > 0;

        put_head(p, one);
        put_text(p, json_text(one, "text"), lines, only,
                 whole || only ? 100000 : PREVIEW_LINES);
    }
}

static void put_cited(struct page *p, const json_t *line)
{
    char head[24];

    snprintf(head, sizeof head, "%4d>",
             (int)json_integer_value(json_object_get(line, "n")));
    page_raw(p, NUMBER_GUTTER, STYLE_HIT, head, STYLE_HIT,
             json_text(line, "text"));
}

void evidence_cited(struct page *p, const json_t *evidence)
{
    const json_t *one, *line;
    size_t i, n;

    json_array_foreach(evidence, i, one) {
        struct buf b = {0};

        if (!json_array_size(json_object_get(one, "lines")))
            continue;
        buf_printf(&b, "%s  %s", json_text(one, "command"),
                   json_text(one, "at"));
        page_item(p, 2, STYLE_SENT, "> ", STYLE_SENT, buf_str(&b));
        buf_free(&b);
        json_array_foreach(json_object_get(one, "lines"), n, line)
            put_cited(p, line);
    }
}
