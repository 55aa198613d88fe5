/*
 * Any bytes at the line's detector. 0xFE is a silence (the next byte times
 * 200 ms), 0xFD looks once more; the rest comes from the line. Whatever
 * comes: nothing is typed but line ends and a pager's key, a monitor gets
 * nothing, texts stay safe, it ends, and single bytes tell the same as all
 * at once.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/driver.h"
#include "kiriwake/line.h"
#include "kiriwake/text.h"

static const struct console_profile *profile(void)
{
    static struct driver *d;
    struct data data = {0};
    struct err e = {0};

    if (!d)
        d = driver_load_line(&data, NULL, &e);
    if (!d)
        abort();
    return driver_console(d);
}

static void check_text(struct line_look *l)
{
    json_t *boots;
    char *text = line_look_text(l, &boots);

    if (!text_is_utf8(text, strlen(text)))
        abort();
    for (const char *s = text; *s; s++)
        if (((unsigned char)*s < 0x20 && *s != '\n' && *s != '\t') ||
            *s == 0x7F)
            abort();
    free(text);
    json_decref(boots);
}

/* What was typed, and the speeds; nothing after a monitor. */
static bool serve(struct line_look *l, struct buf *log, bool monitor)
{
    struct buf *out = line_look_output(l);
    unsigned speed = line_look_speed(l);

    for (size_t i = 0; i < out->len; i++)
        if (monitor || !strchr("\rq", out->data[i]))
            abort();
    buf_add(log, out->data ? out->data : "", out->len);
    buf_clear(out);
    if (speed)
        buf_printf(log, " %u ", speed);
    return speed != 0;
}

static void tell(struct line_look *l, struct buf *log)
{
    const struct line_verdict *v = line_look_verdict(l);

    buf_printf(log, "%d %s %s %s %u %u\n", (int)v->state,
               v->mode ? v->mode : "-", v->monitor ? v->monitor : "-",
               v->line ? v->line : "-", v->boots, v->baud);
}

static bool is_control(uint8_t byte)
{
    return byte == 0xFD || byte == 0xFE;
}

static char *play(const uint8_t *data, size_t size, bool single)
{
    const struct console_profile *p = profile();
    const struct line_options o = {&p, 1, 9600, true, 0};
    struct err e = {0};
    struct line_look *l = line_look_new(&o, &e);
    struct buf log = {0};
    bool monitor = false, deaf = false;     /* deaf: until a silence */

    for (size_t i = 0; i < size; i++) {
        bool control = is_control(data[i]);
        size_t n = 1;

        if (data[i] == 0xFD) {
            line_look_again(l, 0);
        } else if (data[i] == 0xFE) {
            deaf = false;
            if (i + 1 < size)
                line_look_idle(l, data[++i] * 200u);
        } else {
            while (!single && i + n < size &&
                   !is_control(data[i + n]))
                n++;
            if (!deaf)
                line_look_receive(l, (const char *)data + i, n);
            i += n - 1;
        }
        deaf |= serve(l, &log, monitor);
        monitor |= line_look_verdict(l)->state == LINE_MONITOR;
        if (control)
            tell(l, &log);
    }
    line_look_stop(l);
    if (line_look_verdict(l)->state == LINE_LOOKING)
        abort();
    tell(l, &log);
    check_text(l);
    line_look_free(l);
    return buf_take(&log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *all, *single;

    if (size > 20000)
        return 0;
    all = play(data, size, false);
    single = play(data, size, true);
    if (strcmp(all, single) != 0)
        abort();
    free(all);
    free(single);
    return 0;
}
