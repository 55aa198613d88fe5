#include "heard.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#define MAX_LINES 500
#define KEEP_LINES 300      /* of those that are no banner */

static void drop(struct heard *h, size_t at)
{
    free(h->items[at].text);
    h->count--;
    memmove(&h->items[at], &h->items[at + 1],
            (h->count - at) * sizeof *h->items);
}

/* The oldest go, but for the banners: they are counted. */
static void thin(struct heard *h)
{
    size_t at = 0, banners = 0;

    for (size_t i = 0; i < h->count; i++)
        banners += h->items[i].banner;
    while (banners > KEEP_LINES / 2 && at < h->count) {
        banners -= h->items[at].banner;
        drop(h, at);
    }
    while (h->count > KEEP_LINES && at < h->count)
        if (h->items[at].banner)
            at++;
        else
            drop(h, at);
}

void heard_line(struct heard *h, const char *text, bool banner)
{
    if (h->count >= MAX_LINES)
        thin(h);
    h->items = mem_grow(h->items, &h->cap, h->count + 1, sizeof *h->items);
    h->items[h->count++] = (struct heard_item){mem_strdup(text), banner};
}

void heard_cut(struct heard *h, size_t n)
{
    while (h->count > n)
        free(h->items[--h->count].text);
}

void heard_free(struct heard *h)
{
    for (size_t i = 0; i < h->count; i++)
        free(h->items[i].text);
    free(h->items);
    *h = (struct heard){0};
}

void heard_started(struct heard *h)
{
    for (size_t i = 0; i < h->count; i++)
        h->items[i].banner = false;
}

static unsigned same(const struct heard *h, const char *text)
{
    unsigned n = 0;

    for (size_t i = 0; i < h->count; i++)
        n += h->items[i].banner && strcmp(h->items[i].text, text) == 0;
    return n;
}

/* A start may print several banners; only the same one again is another. */
unsigned heard_boots(const struct heard *h)
{
    unsigned most = 0;

    for (size_t i = 0; i < h->count; i++)
        if (h->items[i].banner) {
            unsigned n = same(h, h->items[i].text);

            most = n > most ? n : most;
        }
    return most;
}

static void add_trial(struct buf *b, const struct line_trial *t)
{
    if (!t->wakes && !t->bytes)
        return;
    if (t->baud)
        buf_printf(b, _("%u baud: "), t->baud);
    if (t->noise)
        buf_printf(b, _("%zu bytes came, and no text among them\n"),
                   t->bytes);
    else if (t->bytes)
        buf_printf(b, _("%zu bytes came\n"), t->bytes);
    else
        buf_printf(b, _("%u line ends sent, nothing came back\n"), t->wakes);
}

char *heard_text(const struct heard *h, const char *last,
                 const struct line_trial *trials, size_t count,
                 json_t **boots)
{
    struct buf b = {0};

    *boots = json_array();
    for (size_t i = 0; i < h->count; i++) {
        buf_printf(&b, "%s\n", h->items[i].text);
        if (h->items[i].banner)
            json_array_append_new(*boots, json_integer((json_int_t)i + 1));
    }
    if (last[0] && h->count)
        buf_printf(&b, "%s\n", last);
    for (size_t i = 0; !h->count && i < count; i++)
        add_trial(&b, &trials[i]);
    if (last[0] && !h->count)
        buf_printf(&b, "%s\n", last);
    return buf_take(&b);
}
