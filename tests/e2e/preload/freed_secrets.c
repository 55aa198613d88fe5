/*
 * Loaded into the program: memory that is given back must not hold the words
 * of FREED_SECRETS (joined by ','). Each that does is told, with the way to
 * it, in the file FREED_REPORT.
 */
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void tell(const char *word, size_t len)
{
    const char *path = getenv("FREED_REPORT");
    int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
                         0600) : -1;
    void *frames[24];

    if (fd < 0)
        return;
    if (write(fd, word, len) != (ssize_t)len || write(fd, " in\n", 4) != 4)
        abort();
    backtrace_symbols_fd(frames, backtrace(frames, 24), fd);
    close(fd);
}

static void look(void *p)
{
    static __thread int inside;
    const char *words = getenv("FREED_SECRETS");
    size_t size = p ? malloc_usable_size(p) : 0;

    if (!size || !words || inside)
        return;
    inside = 1;
    while (*words) {
        size_t len = strcspn(words, ",");

        if (len && memmem(p, size, words, len))
            tell(words, len);
        words += len + (words[len] == ',');
    }
    inside = 0;
}

void free(void *p)
{
    static void (*next)(void *);

    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "free");
    look(p);
    next(p);
}

/* Always moves, as it may: what is left behind is looked at by free. */
void *realloc(void *p, size_t size)
{
    size_t had = p ? malloc_usable_size(p) : 0;
    void *fresh;

    if (p && size == 0) {
        free(p);
        return NULL;
    }
    fresh = malloc(size);
    if (!fresh || !p)
        return fresh;
    memcpy(fresh, p, had < size ? had : size);
    free(p);
    return fresh;
}
