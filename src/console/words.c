/* Commands as people type them: abbreviated word by word. */
#include "kiriwake/saved.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kiriwake/mem.h"

#define MAX_WORDS 32

/* The words of a line; text is a copy that they point into. */
struct words {
    char *text;
    char *word[MAX_WORDS];
    size_t count;
};

static bool split(struct words *w, const char *line)
{
    char *save = NULL;

    *w = (struct words){.text = mem_strdup(line)};
    for (char *p = strtok_r(w->text, " \t", &save); p;
         p = strtok_r(NULL, " \t", &save)) {
        if (w->count == MAX_WORDS)
            return false;
        w->word[w->count++] = p;
    }
    return w->count > 0;
}

/* The i-th word of a form, with its length; NULL: it has no such word. */
static const char *word_of(const char *form, size_t i, size_t *len)
{
    for (;; i--) {
        form += strspn(form, " ");
        *len = strcspn(form, " ");
        if (i == 0)
            return *len ? form : NULL;
        form += *len;
    }
}

static bool is_parameter(const char *word, size_t len)
{
    return len == 1 && *word == '*';
}

/* How a form's word takes what was typed. */
enum fit { FIT_NONE, FIT_PARAMETER, FIT_PREFIX, FIT_EXACT };

static enum fit fits(const char *word, size_t len, const char *typed)
{
    size_t n = strlen(typed);

    if (!word)
        return FIT_NONE;
    if (is_parameter(word, len))
        return FIT_PARAMETER;
    if (n > len || strncasecmp(word, typed, n) != 0)
        return FIT_NONE;
    return n == len ? FIT_EXACT : FIT_PREFIX;
}

static bool same_word(const char *a, size_t a_len, const char *b,
                      size_t b_len)
{
    return a && a_len == b_len && memcmp(a, b, a_len) == 0;
}

/*
 * The word that was meant at place i, among the forms still alive: a whole
 * one before a part of one, a word of the language before a parameter. NULL:
 * none, or several begin so.
 */
static const char *meant(const char *const *forms, const bool *alive,
                         size_t i, const char *typed, size_t *out_len)
{
    enum fit best = FIT_NONE;
    const char *found = NULL;

    for (size_t f = 0; forms[f]; f++) {
        size_t len;
        const char *word = alive[f] ? word_of(forms[f], i, &len) : NULL;
        enum fit fit = word ? fits(word, len, typed) : FIT_NONE;

        if (fit == FIT_NONE || fit < best)
            continue;
        if (fit == best && !same_word(found, *out_len, word, len)) {
            if (found)
                found = NULL;       /* two words begin so */
            continue;
        }
        found = word;
        best = fit;
        *out_len = len;
    }
    return found;
}

/* Forms that go another way at place i are out. */
static void keep_only(const char *const *forms, bool *alive, size_t i,
                      const char *word, size_t len)
{
    for (size_t f = 0; forms[f]; f++) {
        size_t n = 0;
        const char *w = alive[f] ? word_of(forms[f], i, &n) : NULL;

        alive[f] = same_word(w, n, word, len);
    }
}

static bool ends_here(const char *const *forms, const bool *alive, size_t i)
{
    size_t len;

    for (size_t f = 0; forms[f]; f++)
        if (alive[f] && !word_of(forms[f], i, &len))
            return true;
    return false;
}

static bool write_out(struct buf *out, const char *const *forms, bool *alive,
                      const struct words *w)
{
    for (size_t i = 0; i < w->count; i++) {
        size_t len = 0;
        const char *word = meant(forms, alive, i, w->word[i], &len);

        if (!word)
            return false;
        if (out->len)
            buf_addc(out, ' ');
        if (is_parameter(word, len))
            buf_adds(out, w->word[i]);
        else
            buf_add(out, word, len);
        keep_only(forms, alive, i, word, len);
    }
    return ends_here(forms, alive, w->count);
}

char *saved_expand(const char *const *forms, const char *typed)
{
    struct words w;
    struct buf out = {0};
    size_t n = 0;
    bool *alive, good;

    while (forms[n])
        n++;
    alive = mem_alloc((n + 1) * sizeof *alive);
    memset(alive, 1, (n + 1) * sizeof *alive);
    good = split(&w, typed) && write_out(&out, forms, alive, &w);
    free(w.text);
    free(alive);
    if (good)
        return buf_take(&out);
    buf_free(&out);
    return NULL;
}
