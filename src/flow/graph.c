/* A flow as a graph: what leads where, and the findings it may end in. */
#include "graph.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#include "model.h"

#define MAX_JOINED 3            /* labels shown on one edge */

/* --- building --- */

static size_t add_node(struct graph *g, const char *id, const char *label,
                       enum node_kind kind)
{
    for (size_t i = 0; i < g->node_count; i++)
        if (strcmp(g->nodes[i].id, id) == 0)
            return i;
    g->nodes = mem_grow(g->nodes, &g->node_cap, g->node_count + 1,
                        sizeof *g->nodes);
    g->nodes[g->node_count] = (struct node){
        mem_strdup(id), mem_strdup(label && *label ? label : id), kind};
    return g->node_count++;
}

static void join_label(struct edge *e, const char *label)
{
    char *both;

    if (e->joined > MAX_JOINED || !*label || strcmp(e->label, label) == 0)
        return;
    e->joined++;
    both = mem_printf("%s%s%s", e->label, *e->label ? ", " : "",
                      e->joined > MAX_JOINED ? "…" : label);
    free(e->label);
    e->label = both;
}

static void add_edge(struct graph *g, size_t from, size_t to,
                     const char *label, bool aside)
{
    for (size_t i = 0; i < g->edge_count; i++)
        if (g->edges[i].from == from && g->edges[i].to == to) {
            join_label(&g->edges[i], label);
            g->edges[i].aside = g->edges[i].aside && aside;
            return;
        }
    g->edges = mem_grow(g->edges, &g->edge_cap, g->edge_count + 1,
                        sizeof *g->edges);
    g->edges[g->edge_count++] =
        (struct edge){from, to, mem_strdup(label), 1, aside};
}

/* A text without its {EXPR}s filled in. */
static char *plain(const struct flow_text *t)
{
    const struct phrase *p =
        t ? t->ja && strcmp(msg_lang(), "ja") == 0 ? t->ja : t->en : NULL;
    struct buf b = {0};

    for (size_t i = 0; p && i < p->count; i++)
        if (p->pieces[i].literal)
            buf_adds(&b, p->pieces[i].literal);
        else
            buf_printf(&b, "<%s>", p->pieces[i].expr->code);
    return buf_take(&b);
}

static enum node_kind kind_of(const struct checkpoint *p)
{
    static const enum node_kind kinds[POINT_KINDS] = {
        NODE_QUESTION, NODE_QUESTION, NODE_POINT, NODE_POINT,
        NODE_CHANGE,   NODE_POINT,    NODE_CALL};

    return kinds[p->kind];
}

static size_t next_node(struct graph *g, const struct next *n)
{
    return add_node(g, n->word, n->word, NODE_END);
}

static void outcome_edges(const struct flows *f, struct graph *g, size_t from,
                          const struct outcome *o, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct finding *found =
            o[i].finding ? finding_of(f, o[i].finding) : NULL;
        char *title = found ? plain(found->title) : NULL;

        if (o[i].next.kind != NEXT_NONE)
            add_edge(g, from, next_node(g, &o[i].next), o[i].id, false);
        else if (o[i].result)
            add_edge(g, from, add_node(g, o[i].result, o[i].result, NODE_END),
                     o[i].id, false);
        else if (found)
            add_edge(g, from, add_node(g, found->id, title, NODE_FINDING), "",
                     false);
        free(title);
    }
}

static void exit_edges(struct graph *g, size_t from,
                       const struct checkpoint *p)
{
    const struct {
        const struct next *next;
        const char *label;
    } exits[] = {{&p->unreadable, "unreadable"},
                 {&p->unconfirmed, "unconfirmed"},
                 {&p->denied, "denied"},
                 {&p->unanswered, "unanswered"}};

    if (p->next.kind != NEXT_NONE)
        add_edge(g, from, next_node(g, &p->next), "", false);
    for (size_t i = 0; i < p->result_count; i++)
        add_edge(g, from, next_node(g, &p->results[i].next),
                 p->results[i].result, false);
    for (size_t i = 0; i < sizeof exits / sizeof exits[0]; i++)
        if (exits[i].next->kind != NEXT_NONE)
            add_edge(g, from, next_node(g, exits[i].next), exits[i].label,
                     true);
}

static void build(const struct flows *f, struct graph *g)
{
    const struct flow *flow = f->flows[0];

    for (size_t i = 0; i < flow->count; i++) {
        char *title = plain(flow->points[i]->title);

        add_node(g, flow->points[i]->id, title, kind_of(flow->points[i]));
        free(title);
    }
    for (size_t i = 0; i < flow->count; i++) {
        const struct checkpoint *p = flow->points[i];

        outcome_edges(f, g, i, p->outcomes, p->outcome_count);
        outcome_edges(f, g, i, p->answers, p->answer_count);
        exit_edges(g, i, p);
    }
    g->title = flow->name;
}

static void graph_free(struct graph *g)
{
    for (size_t i = 0; i < g->node_count; i++) {
        free(g->nodes[i].id);
        free(g->nodes[i].label);
    }
    for (size_t i = 0; i < g->edge_count; i++)
        free(g->edges[i].label);
    free(g->nodes);
    free(g->edges);
}

/* --- dot --- */

static void put_quoted(FILE *out, const char *s)
{
    fputc('"', out);
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            fputc('\\', out);
        fputc(*s == '\n' ? ' ' : *s, out);
    }
    fputc('"', out);
}

static void graph_dot(const struct graph *g, FILE *out)
{
    static const char *const shapes[] = {
        [NODE_POINT] = "box",        [NODE_QUESTION] = "hexagon",
        [NODE_CHANGE] = "box3d",     [NODE_CALL] = "component",
        [NODE_FINDING] = "ellipse",  [NODE_END] = "doublecircle"};

    fputs("digraph ", out);
    put_quoted(out, g->title);
    fputs(" {\n", out);
    for (size_t i = 0; i < g->node_count; i++) {
        fputs("  ", out);
        put_quoted(out, g->nodes[i].id);
        fprintf(out, " [shape=%s, label=", shapes[g->nodes[i].kind]);
        put_quoted(out, g->nodes[i].label);
        fputs("];\n", out);
    }
    for (size_t i = 0; i < g->edge_count; i++) {
        const struct edge *e = &g->edges[i];

        fputs("  ", out);
        put_quoted(out, g->nodes[e->from].id);
        fputs(" -> ", out);
        put_quoted(out, g->nodes[e->to].id);
        fputs(" [label=", out);
        put_quoted(out, e->label);
        fprintf(out, "%s];\n", e->aside ? ", style=dashed" : "");
    }
    fputs("}\n", out);
}

/* --- mermaid --- */

/* Mermaid's quoted text takes entities, not backslashes. */
static void put_entities(FILE *out, const char *s)
{
    for (; *s; s++) {
        if (strchr("\"<>&#|", *s))
            fprintf(out, "#%d;", *s);
        else
            fputc(*s == '\n' ? ' ' : *s, out);
    }
}

static void graph_mermaid(const struct graph *g, FILE *out)
{
    static const char *const opening[] = {
        [NODE_POINT] = "[\"",   [NODE_QUESTION] = "{{\"",
        [NODE_CHANGE] = "[/\"", [NODE_CALL] = "[[\"",
        [NODE_FINDING] = "([\"", [NODE_END] = "((\""};
    static const char *const closing[] = {
        [NODE_POINT] = "\"]",   [NODE_QUESTION] = "\"}}",
        [NODE_CHANGE] = "\"/]", [NODE_CALL] = "\"]]",
        [NODE_FINDING] = "\"])", [NODE_END] = "\"))"};

    fputs("flowchart TD\n", out);
    for (size_t i = 0; i < g->node_count; i++) {
        fprintf(out, "  n%zu%s", i, opening[g->nodes[i].kind]);
        put_entities(out, g->nodes[i].label);
        fprintf(out, "%s\n", closing[g->nodes[i].kind]);
    }
    for (size_t i = 0; i < g->edge_count; i++) {
        const struct edge *e = &g->edges[i];

        fprintf(out, "  n%zu %s", e->from, e->aside ? "-.->" : "-->");
        if (*e->label) {
            fputs("|\"", out);
            put_entities(out, e->label);
            fputs("\"|", out);
        }
        fprintf(out, " n%zu\n", e->to);
    }
}

/* --- formats --- */

static const struct {
    const char *name;
    void (*write)(const struct graph *g, FILE *out);
} formats[] = {
    {"dot", graph_dot}, {"svg", graph_svg}, {"mermaid", graph_mermaid}};

int flows_graph(const struct flows *f, const char *format, FILE *out,
                struct err *e)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(formats[i].name, format) == 0) {
            struct graph g = {0};

            build(f, &g);
            formats[i].write(&g, out);
            graph_free(&g);
            return 0;
        }
    err_hint(e, _("formats: %s"), "dot, svg, mermaid");
    return err_set(e, EXIT_USAGE, _("unknown graph format '%s'"), format);
}
