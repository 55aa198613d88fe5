/* Why a walk failed: at which stage, what happened, what to try. */
#include "screen.h"

#include <string.h>

#include "kiriwake/msg.h"

/* The stages of struct err, for people. */
static const struct {
    const char *stage, *words;
} stages[] = {
    {"resolve", N_("looking up the name")},
    {"connect", N_("connecting")},
    {"greeting", N_("the server's greeting")},
    {"kex", N_("the key exchange")},
    {"hostkey", N_("the host key")},
    {"host-key", N_("the host key")},
    {"auth", N_("logging in")},
    {"agent", N_("the SSH agent")},
    {"key", N_("the key file")},
    {"shell", N_("opening the session")},
    {"negotiate", N_("the Telnet options")},
    {"open", N_("opening the port")},
    {"adapter", N_("waiting for the adapter")},
    {"line", N_("what is on the line")},
    {"login", N_("logging in")},
    {"detect", N_("recognising the device")},
    {"probe", N_("reading the device")},
    {"monitor", N_("the boot monitor")},
    {"dialogue", N_("a question of the device")},
    {"leave", N_("leaving the device's modes")},
    {"link", N_("the link to the device")},
    {"file", N_("reading the file")},
};

static const char *stage_words(const char *stage)
{
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++)
        if (strcmp(stages[i].stage, stage) == 0)
            return _(stages[i].words);
    return stage;
}

static void put(struct page *p, int gutter, enum style style,
                const char *label, const char *text)
{
    if (text[0])
        page_item(p, gutter, STYLE_LABEL, label, style, text);
}

void failure_put(struct page *p, int gutter, const json_t *e)
{
    put(p, gutter, STYLE_PLAIN, _("Stage"),
        stage_words(json_text(e, "stage")));
    put(p, gutter, STYLE_BAD, _("Failed"), json_text(e, "what"));
    put(p, gutter, STYLE_PLAIN, _("Try"), json_text(e, "try"));
}
