#include "dialogue.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

static void drop_first(struct dialogue *d)
{
    d->bytes -= strlen(d->ring[d->first].text);
    free(d->ring[d->first].text);
    d->ring[d->first].text = NULL;
    d->first = (d->first + 1) % DIALOGUE_LINES;
    d->count--;
}

void dialogue_add(struct dialogue *d, bool out, const char *text)
{
    size_t len = strnlen(text, DIALOGUE_LINE_BYTES), at;

    while (d->count && (d->count == DIALOGUE_LINES ||
                        d->bytes + len > DIALOGUE_BYTES))
        drop_first(d);
    at = (d->first + d->count++) % DIALOGUE_LINES;
    d->ring[at].text = mem_strndup(text, len);
    d->ring[at].out = out;
    d->bytes += len;
}

void dialogue_free(struct dialogue *d)
{
    while (d->count)
        drop_first(d);
}

void dialogue_page(const struct dialogue *d, struct page *p, size_t tail)
{
    size_t i = tail && tail < d->count ? d->count - tail : 0;

    for (; i < d->count; i++) {
        size_t at = (d->first + i) % DIALOGUE_LINES;
        bool out = d->ring[at].out;

        page_raw(p, out ? 2 : 0, STYLE_SENT, out ? "> " : NULL,
                 out ? STYLE_SENT : STYLE_PLAIN, d->ring[at].text);
    }
}
