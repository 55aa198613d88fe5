/* Flow files of a test, in a directory of their own. */
#ifndef KIRIWAKE_TEST_FLOW_FILES_H
#define KIRIWAKE_TEST_FLOW_FILES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiriwake/data.h"

struct files {
    char dir[64];
    struct data data;
};

static void files_put(const struct files *f, const char *path,
                      const char *text)
{
    char full[200];
    FILE *out;

    snprintf(full, sizeof full, "%s/%s", f->dir, path);
    out = fopen(full, "w");
    if (!out)
        abort();
    fputs(text, out);
    fclose(out);
}

static void files_open(struct files *f)
{
    char path[100];

    strcpy(f->dir, "/tmp/kiriwake-flow-XXXXXX");
    if (!mkdtemp(f->dir))
        abort();
    snprintf(path, sizeof path, "%s/flows", f->dir);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/flows/t", f->dir);
    mkdir(path, 0700);
    f->data = (struct data){.dirs = {f->dir}, .count = 1};
    files_put(f, "flows/findings.yaml",
              "ike.psk-mismatch:\n"
              "  title: {en: Keys differ, ja: 鍵が不一致}\n"
              "  explanation: {en: 'They differ for {vpn.peer}.', ja: 不一致}\n"
              "  alternatives: [ike.no-response, wan.link-down]\n"
              "  decide_by: {en: the peer's log, ja: 対向のログ}\n"
              "  fix:\n"
              "    text: {en: 'Set it on {config.name}', ja: 設定する}\n"
              "    commands:\n"
              "      fake:\n"
              "        - 'ike policy {config.name} key {config.key}'\n"
              "        - 'needs {config.nothing}'\n"
              "ike.no-response:\n"
              "  title: {en: No response, ja: 応答なし}\n"
              "  explanation: {en: Silence., ja: 無応答}\n"
              "  fix: {text: {en: Look there., ja: 見る}}\n"
              "wan.link-down:\n"
              "  title: {en: Link down, ja: リンク断}\n"
              "  explanation: {en: It is down., ja: 断}\n"
              "  fix: {text: {en: Plug it in., ja: 接続する}}\n");
}

static void files_close(const struct files *f)
{
    static const char *const names[] = {
        "flows/t/f.yaml", "flows/t/g.yaml", "flows/t/p.yaml",
        "flows/findings.yaml", "flows/t", "flows", ""};
    char path[200];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", f->dir, names[i]);
        remove(path);
    }
}

#endif
