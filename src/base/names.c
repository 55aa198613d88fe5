#include "kiriwake/names.h"

#include <stdio.h>
#include <string.h>

#define MAX_NAME 64

static size_t min3(size_t a, size_t b, size_t c)
{
    if (b < a)
        a = b;
    return c < a ? c : a;
}

/* Levenshtein over the first MAX_NAME bytes. */
static size_t distance(const char *a, const char *b)
{
    size_t row[MAX_NAME + 1], la = strnlen(a, MAX_NAME);
    size_t lb = strnlen(b, MAX_NAME);

    for (size_t j = 0; j <= lb; j++)
        row[j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t diag = row[0];

        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t up = row[j];

            row[j] = min3(up + 1, row[j - 1] + 1,
                          diag + (a[i - 1] != b[j - 1]));
            diag = up;
        }
    }
    return row[lb];
}

/* A name that contains the word is near, whatever its length. */
static size_t nearness(const char *word, const char *name)
{
    if (word[0] && strstr(name, word))
        return 0;
    return distance(word, name);
}

const char *names_nearest(const char *word, const char *const *names,
                          size_t count)
{
    const char *best = NULL;
    size_t best_d = strlen(word) / 2 + 1;

    for (size_t i = 0; i < count; i++) {
        size_t d = nearness(word, names[i]);

        if (d < best_d) {
            best_d = d;
            best = names[i];
        }
    }
    return best;
}

static int has(const char *const *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], name) == 0)
            return 1;
    return 0;
}

size_t names_suggest(const char *word, const char *const *names, size_t count,
                     char *out, size_t size)
{
    const char *got[3] = {NULL};
    size_t n = 0, used = 0, limit = strlen(word) / 2;

    for (size_t d = 0; d <= limit && n < 3; d++)
        for (size_t i = 0; i < count && n < 3; i++)
            if (nearness(word, names[i]) == d &&
                !has(got, n, names[i]))
                got[n++] = names[i];
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        const char *sep = i == 0 ? "" : i + 1 == n ? " or " : ", ";
        int w = snprintf(out + used, size - used, "%s%s", sep, got[i]);

        if (w < 0 || (size_t)w >= size - used)
            break;
        used += (size_t)w;
    }
    return n;
}
