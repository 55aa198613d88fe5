#include "saved_text.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "kiriwake/mem.h"
#include "kiriwake/text.h"
#include "saved_form.h"

#define RAW_MAX (4u * LINE_MAX_BYTES)   /* with what overwrites itself */
#define PAGER_MAX 200                   /* longer lines are no pagers */

/* --- life --- */

static int compile_pager(struct saved_text *t, struct err *e)
{
    const struct console_profile *p = t->profile;

    if (pattern_maybe(&t->pager, p->pager_match, "pager", e) < 0 ||
        pattern_maybe(&t->erase, p->pager_erase, "pager erase", e) < 0)
        return -1;
    if (t->pager)
        t->pager_open = pattern_open(p->pager_match, "pager", e);
    return t->pager && !t->pager_open ? -1 : 0;
}

int saved_text_init(struct saved_text *t,
                    const struct console_profile *profile,
                    const struct saved_form *form, struct err *e)
{
    t->profile = profile;
    t->form = *form;
    if (strncmp(form->encoding, "utf-16", 6) == 0) {
        iconv_t cd = iconv_open("UTF-8", form->encoding);

        if (cd == (iconv_t)-1)
            return err_set(e, EXIT_DATA, "%s: %s", form->encoding,
                           strerror(errno));
        t->iconv = cd;
    }
    return compile_pager(t, e);
}

void saved_text_free(struct saved_text *t)
{
    if (t->iconv)
        iconv_close(t->iconv);
    pattern_free(t->pager);
    pattern_free(t->pager_open);
    pattern_free(t->erase);
    buf_wipe(&t->raw);
    buf_wipe(&t->text);
    line_free(&t->line);
}

/* --- drawing --- */

static void see_pager(struct saved_text *t, const char *s, size_t len)
{
    struct pattern_span end;

    t->paged = true;
    t->last_page = pattern_find(t->pager, s, len, 0, NULL) == 1 &&
                   pattern_group(t->pager, "end", &end);
}

/* What stands on the line is about to be drawn over. */
static void before_control(struct saved_text *t)
{
    const char *s = buf_str(&t->line.cells);
    size_t len = line_length(&t->line), end, width = t->profile->width;
    struct pattern_span host;

    if (!len)
        return;
    if (len < PAGER_MAX && pattern_covers(t->pager, s, len)) {
        see_pager(t, s, len);
        line_erase(&t->line);
    } else if (width && t->line.cursor >= width && !t->line.fold &&
               lead_find(t->lead, s, len, &end, &host)) {
        t->line.fold = width;       /* an echo that the terminal folded */
    }
}

static void draw(struct saved_text *t, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];

        if (c == '\r' || c == '\b' || c == 0x1B)
            before_control(t);
        if (c != '\n')
            line_put(&t->line, c);
    }
    t->line.cursor = 0;
}

/* A pager whose erasing the log does not hold: its text, and as many blanks
 * as would have drawn over it. */
static size_t plain_pager(struct saved_text *t, const char *s, size_t len)
{
    struct pattern_span at;
    size_t width, cut;

    if (!t->pager_open || len == 0 ||
        pattern_find(t->pager_open, s, len < PAGER_MAX ? len : PAGER_MAX, 0,
                     &at) != 1 || at.to == at.from)
        return 0;
    for (size_t i = 0; i < at.from; i++)
        if (s[i] != ' ')
            return 0;
    see_pager(t, s + at.from, at.to - at.from);
    for (width = at.to - at.from; width && s[at.from + width - 1] == ' ';)
        width--;
    for (; width && s[at.from] == ' '; width--)
        at.from++;
    for (cut = at.to; cut < len && width && s[cut] == ' '; width--)
        cut++;
    return cut;
}

static size_t skip_erased(struct saved_text *t, const char *s, size_t len)
{
    struct pattern_span at;

    if (t->paged && pattern_find(t->erase, s, len, 0, &at) == 1 &&
        at.from == 0)
        return at.to;
    return 0;
}

static void decode(struct saved_text *t, const char *s, size_t len)
{
    static const char *const any[] = {"utf-8", "shift_jis", "euc-jp", NULL};
    const char *name = t->form.encoding;
    struct buf plain = {0};
    bool high = false;

    buf_clear(&t->text);
    for (size_t i = 0; i < len && !high; i++)
        high = (s[i] & 0x80) != 0;
    if (high && (strcmp(name, "shift_jis") == 0 ||
                 strcmp(name, "euc-jp") == 0)) {
        text_from(&plain, name[0] == 's' ? "CP932" : "EUC-JP", s, len);
        text_add_safe(&t->text, buf_str(&plain), plain.len);
        buf_wipe(&plain);
    } else {
        decode_text(&t->text, any, s, len);
    }
}

static bool is_blank(const char *s, size_t len)
{
    while (len && (s[len - 1] == ' ' || s[len - 1] == '\t'))
        len--;
    return len == 0;
}

/* A line whose only content was a pager is none of the reply's. */
static bool is_pager_only(const struct saved_text *t, size_t len)
{
    if (t->paged && !t->line.touched)
        return true;
    if (t->paged && len == 0)
        return true;
    /* where CR ends lines, the erasing stands on a line of its own */
    return t->form.cr_only && t->after_pager &&
           is_blank(buf_str(&t->line.cells), len);
}

static void hand_over(struct saved_text *t, bool ended)
{
    const char *s = buf_str(&t->line.cells);
    size_t len = line_length(&t->line), skip = 0;
    struct saved_line out = {.ended = ended, .cut = t->raw_cut};

    if (!t->paged && len < PAGER_MAX && pattern_covers(t->pager, s, len)) {
        see_pager(t, s, len);
        len = 0;
    } else if (!t->paged) {
        skip = plain_pager(t, s, len);
    } else {
        skip = skip_erased(t, s, len);
    }
    decode(t, s + skip, len - skip);
    out.text = buf_str(&t->text);
    out.len = t->text.len;
    out.cut = out.cut || t->line.cut;
    out.pager = t->paged;
    out.only_pager = is_pager_only(t, len - skip);
    out.last_page = t->last_page;
    t->after_pager = out.only_pager;
    t->take(t->arg, &out);
}

/* --- lines --- */

static size_t skip_mark(const char *s, size_t len)
{
    return len >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

/* A stamp before a prompt: from here on lines have them, though the first
 * ones had not. */
static size_t skip_stamp(struct saved_text *t, const char *s, size_t len)
{
    size_t n = saved_stamp(s, len), end;
    struct pattern_span host;

    if (n && !t->form.stamps && t->lead)
        t->form.stamps = lead_find(t->lead, s + n, len - n, &end, &host);
    return t->form.stamps ? n : 0;
}

static void end_line(struct saved_text *t, bool ended)
{
    const char *s = buf_str(&t->raw);
    size_t len = t->raw.len, skip = skip_mark(s, len);

    while (len > skip && s[len - 1] == '\r')
        len--;
    skip += skip_stamp(t, s + skip, len - skip);
    t->paged = t->last_page = false;
    draw(t, s + skip, len - skip);
    hand_over(t, ended);
    line_reset(&t->line);
    t->line.fold = 0;
    buf_clear(&t->raw);
    t->raw_cut = false;
}

static void add_raw(struct saved_text *t, const char *s, size_t len)
{
    size_t room = RAW_MAX - t->raw.len;

    if (len > room) {
        t->raw_cut = true;
        len = room;
    }
    buf_add(&t->raw, s, len);
}

static void take_bytes(struct saved_text *t, const char *s, size_t len)
{
    const char *stop = s + len;
    int end = t->form.cr_only ? '\r' : '\n';

    while (s < stop) {
        const char *nl = memchr(s, end, (size_t)(stop - s));

        add_raw(t, s, (size_t)((nl ? nl : stop) - s));
        if (nl)
            end_line(t, true);
        s = nl ? nl + 1 : stop;
    }
}

/* --- UTF-16 --- */

static void take_wide(struct saved_text *t, char *s, size_t len)
{
    char part[4096];

    while (len) {
        char *to = part;
        size_t room = sizeof part;
        size_t got = iconv(t->iconv, &s, &len, &to, &room);

        take_bytes(t, part, (size_t)(to - part));
        if (got != (size_t)-1 || errno == E2BIG)
            continue;
        if (errno == EINVAL)
            break;                  /* the rest is to come */
        take_bytes(t, "\xEF\xBF\xBD", 3);
        s += len < 2 ? len : 2;
        len -= len < 2 ? len : 2;
    }
    t->carried = len < sizeof t->carry ? len : 0;
    memmove(t->carry, s, t->carried);
}

void saved_text_feed(struct saved_text *t, const char *bytes, size_t len)
{
    struct buf both = {0};

    if (!t->iconv) {
        take_bytes(t, bytes, len);
        return;
    }
    buf_add(&both, t->carry, t->carried);
    buf_add(&both, bytes, len);
    take_wide(t, both.data, both.len);
    buf_wipe(&both);
}

void saved_text_end(struct saved_text *t)
{
    if (t->raw.len)
        end_line(t, false);
}

/* --- plain text --- */

static void add_plain(void *arg, const struct saved_line *line)
{
    struct buf *out = arg;

    buf_add(out, line->text, line->len);
    buf_addc(out, '\n');
}

char *saved_plain(const struct saved_form *form, const char *bytes,
                  size_t len)
{
    static const struct console_profile none = {.driver = ""};
    struct buf out = {0};
    struct saved_text t = {.take = add_plain, .arg = &out};
    struct err e = {0};

    if (saved_text_init(&t, &none, form, &e) == 0) {
        saved_text_feed(&t, bytes, len);
        saved_text_end(&t);
    }
    saved_text_free(&t);
    return buf_take(&out);
}
