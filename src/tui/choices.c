/* A list to choose from, by arrows or by number. */
#include "screen.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"

void choices_add(struct choices *c, const char *id, const char *label,
                 const char *aside)
{
    c->list = mem_grow(c->list, &c->cap, c->count + 1, sizeof *c->list);
    c->list[c->count++] = (struct choice){
        mem_copy(id), mem_strdup(label),
        mem_copy(aside)};
}

void choices_free(struct choices *c)
{
    for (size_t i = 0; i < c->count; i++) {
        free(c->list[i].id);
        free(c->list[i].label);
        free(c->list[i].aside);
    }
    free(c->list);
    *c = (struct choices){0};
}

bool choices_key(struct choices *c, int ch, bool special)
{
    if (special && ch == KEY_UP) {
        c->at -= c->at > 0;
        return true;
    }
    if (special && ch == KEY_DOWN) {
        c->at += (size_t)c->at + 1 < c->count;
        return true;
    }
    if (special || ch < '1' || ch > '9' || (size_t)(ch - '1') >= c->count)
        return false;
    c->at = ch - '1';
    return true;
}

void choices_page(const struct choices *c, const struct paint *paint,
                  struct page *p)
{
    (void)paint;
    for (size_t i = 0; i < c->count; i++) {
        bool on = (int)i == c->at;
        struct buf b = {0};
        char head[24] = " ";

        if (i < 9)
            snprintf(head, sizeof head, "%s%zu", on ? ">" : " ", i + 1);
        buf_adds(&b, c->list[i].label);
        if (c->list[i].aside)
            buf_printf(&b, "  ‹ %s", c->list[i].aside);
        page_item(p, 3, on ? STYLE_CHOSEN : STYLE_PLAIN, head,
                  on ? STYLE_CHOSEN : STYLE_PLAIN, buf_str(&b));
        buf_free(&b);
    }
}
