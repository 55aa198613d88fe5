#include "dump.h"

#include <curses.h>
#include <stdbool.h>
#include <string.h>
#include <unistr.h>

#include "kiriwake/text.h"
#include "paint.h"

/* One cell as UTF-8 (base and combining); returns its columns. */
static int read_cell(int y, int x, struct buf *out, const char **name)
{
    cchar_t cell;
    wchar_t wide[CCHARW_MAX + 1] = L"";
    attr_t attrs = 0;
    short pair = 0;
    uint8_t bytes[6];

    mvin_wch(y, x, &cell);
    getcchar(&cell, wide, &attrs, &pair, NULL);
    *name = paint_describe(attrs, pair);
    for (int i = 0; wide[i]; i++) {
        int n = u8_uctomb(bytes, (ucs4_t)wide[i], sizeof bytes);

        if (n > 0)
            buf_add(out, bytes, (size_t)n);
    }
    return text_cp_width((uint32_t)wide[0]) == 2 ? 2 : 1;
}

/* Lines between panes say nothing. */
static bool is_rule(const struct buf *run)
{
    size_t at = 0, n;
    uint32_t cp;

    for (; (n = text_decode(run->data + at, run->len - at, &cp)); at += n)
        if (cp != ' ' && (cp < 0x2500 || cp > 0x257F))
            return false;
    return true;
}

static void end_run(struct buf *out, struct buf *run, const char *name)
{
    while (run->len && run->data[run->len - 1] == ' ')
        run->data[--run->len] = '\0';
    if (name[0] && run->len && !is_rule(run))
        buf_printf(out, " %s\"%s\"", name, buf_str(run));
    buf_clear(run);
}

static void dump_row(struct buf *out, struct buf *runs, int y)
{
    struct buf run = {0}, line = {0};
    const char *last = "";

    buf_addc(out, '|');
    for (int x = 0; x < COLS;) {
        struct buf cell = {0};
        const char *name;
        int w = read_cell(y, x, &cell, &name);

        if (strcmp(name, last) != 0)
            end_run(&line, &run, last);
        last = name;
        buf_add(&run, buf_str(&cell), cell.len);
        buf_add(out, buf_str(&cell), cell.len);
        buf_free(&cell);
        x += w;
    }
    end_run(&line, &run, last);
    buf_adds(out, "|\n");
    if (line.len)
        buf_printf(runs, "%02d%s\n", y, buf_str(&line));
    buf_free(&run);
    buf_free(&line);
}

void dump_display(struct buf *out)
{
    struct buf runs = {0};

    for (int y = 0; y < LINES; y++)
        dump_row(out, &runs, y);
    buf_add(out, buf_str(&runs), runs.len);
    buf_free(&runs);
}
