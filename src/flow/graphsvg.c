/*
 * A graph as SVG, in layers from top to bottom: edges that would close a
 * circle are turned round, each node stands below all that lead to it, long
 * edges bend at a place of their own in every layer, and the order in a
 * layer follows the neighbours' middle.
 */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/text.h"

#include "graph.h"

#define CHAR_W 7.0
#define LINE_H 16.0
#define LABEL_COLS 26
#define GAP_X 18.0
#define LAYER_H 110.0
#define MARGIN 30.0
#define SWEEPS 12

struct place {
    int layer;
    size_t node;            /* node_count and above: a bend */
    double x, y, w, h;      /* its middle, its size */
    double sum;             /* of its neighbours' x, while sorting */
    unsigned near;
};

struct link {
    size_t from, to;        /* places in neighbouring layers */
};

/* The bends of an edge: places[first] … in the order of the layers. */
struct route {
    bool turned;            /* drawn upwards */
    size_t first, count;
};

struct layout {
    const struct graph *g;
    struct place *places;
    size_t count, cap;
    struct link *links;
    size_t link_count, link_cap;
    struct route *routes;   /* one per edge */
    size_t *order;          /* places by layer, then from left to right */
    size_t *layer_start;    /* into order; layers + 1 of them */
    int layers;
    double width;
};

/* --- layers --- */

static void visit(struct layout *l, size_t node, unsigned char *state)
{
    state[node] = 1;
    for (size_t i = 0; i < l->g->edge_count; i++) {
        const struct edge *e = &l->g->edges[i];

        if (e->from != node)
            continue;
        if (state[e->to] == 1)
            l->routes[i].turned = true;
        else if (state[e->to] == 0)
            visit(l, e->to, state);
    }
    state[node] = 2;
}

static void turn_circles(struct layout *l)
{
    unsigned char *state = mem_zalloc(l->g->node_count + 1);

    for (size_t i = 0; i < l->g->node_count; i++)
        if (state[i] == 0)
            visit(l, i, state);
    free(state);
}

/* The ends of an edge as it is laid out. */
static size_t upper(const struct layout *l, size_t edge)
{
    const struct edge *e = &l->g->edges[edge];

    return l->routes[edge].turned ? e->to : e->from;
}

static size_t lower(const struct layout *l, size_t edge)
{
    const struct edge *e = &l->g->edges[edge];

    return l->routes[edge].turned ? e->from : e->to;
}

static void find_layers(struct layout *l)
{
    bool moved = true;

    while (moved) {
        moved = false;
        for (size_t i = 0; i < l->g->edge_count; i++) {
            int above = l->places[upper(l, i)].layer;
            struct place *below = &l->places[lower(l, i)];

            if (upper(l, i) != lower(l, i) && below->layer <= above) {
                below->layer = above + 1;
                moved = true;
            }
        }
    }
    for (size_t i = 0; i < l->count; i++)
        if (l->places[i].layer >= l->layers)
            l->layers = l->places[i].layer + 1;
}

/* --- bends --- */

static size_t add_place(struct layout *l, int layer, size_t node)
{
    l->places = mem_grow(l->places, &l->cap, l->count + 1,
                         sizeof *l->places);
    l->places[l->count] = (struct place){.layer = layer, .node = node,
                                         .w = 6};
    return l->count++;
}

static void add_link(struct layout *l, size_t from, size_t to)
{
    l->links = mem_grow(l->links, &l->link_cap, l->link_count + 1,
                        sizeof *l->links);
    l->links[l->link_count++] = (struct link){from, to};
}

static void bend_edges(struct layout *l)
{
    for (size_t i = 0; i < l->g->edge_count; i++) {
        size_t at = upper(l, i), end = lower(l, i);

        l->routes[i].first = l->count;
        if (at == end)
            continue;
        for (int y = l->places[at].layer + 1; y < l->places[end].layer; y++) {
            size_t bend = add_place(l, y, l->g->node_count);

            add_link(l, at, bend);
            l->routes[i].count++;
            at = bend;
        }
        add_link(l, at, end);
    }
}

/* --- sizes and order --- */

static void count_line(void *arg, const char *s, size_t len)
{
    char line[LABEL_COLS * 4 + 1];
    double *w = arg;
    double width;

    if (len > sizeof line - 1)
        len = sizeof line - 1;
    memcpy(line, s, len);
    line[len] = '\0';
    width = text_width(line) * CHAR_W;
    if (width > *w)
        *w = width;
}

static void size_nodes(struct layout *l)
{
    for (size_t i = 0; i < l->g->node_count; i++) {
        double w = 40;
        size_t lines = text_wrap(l->g->nodes[i].label, LABEL_COLS,
                                 count_line, &w);

        l->places[i].w = w + 20;
        l->places[i].h = (double)lines * LINE_H + 14;
    }
}

static void fill_order(struct layout *l)
{
    size_t n = 0;

    l->order = mem_alloc((l->count + 1) * sizeof *l->order);
    l->layer_start = mem_alloc(((size_t)l->layers + 1) *
                               sizeof *l->layer_start);
    for (int y = 0; y < l->layers; y++) {
        l->layer_start[y] = n;
        for (size_t i = 0; i < l->count; i++)
            if (l->places[i].layer == y)
                l->order[n++] = i;
    }
    l->layer_start[l->layers] = n;
}

/* Puts a layer's places side by side, its middle at 0. */
static void spread(struct layout *l, int layer)
{
    double x = 0;
    size_t from = l->layer_start[layer], to = l->layer_start[layer + 1];

    for (size_t i = from; i < to; i++) {
        struct place *p = &l->places[l->order[i]];

        p->x = x + p->w / 2;
        x += p->w + GAP_X;
    }
    for (size_t i = from; i < to; i++)
        l->places[l->order[i]].x -= (x - GAP_X) / 2;
    if (x > l->width)
        l->width = x;
}

static double middle(const struct place *p)
{
    return p->near ? p->sum / p->near : p->x;
}

/* Insertion sort: stable, and layers are short. */
static void sort_layer(struct layout *l, int layer)
{
    size_t from = l->layer_start[layer], to = l->layer_start[layer + 1];

    for (size_t i = from + 1; i < to; i++) {
        size_t moving = l->order[i], k = i;

        while (k > from && middle(&l->places[l->order[k - 1]]) >
                               middle(&l->places[moving])) {
            l->order[k] = l->order[k - 1];
            k--;
        }
        l->order[k] = moving;
    }
    spread(l, layer);
}

static void look_at(struct layout *l, bool above)
{
    for (size_t i = 0; i < l->count; i++) {
        l->places[i].sum = 0;
        l->places[i].near = 0;
    }
    for (size_t i = 0; i < l->link_count; i++) {
        const struct link *k = &l->links[i];
        struct place *p = &l->places[above ? k->to : k->from];

        p->sum += l->places[above ? k->from : k->to].x;
        p->near++;
    }
}

static void order_layers(struct layout *l)
{
    for (int y = 0; y < l->layers; y++)
        spread(l, y);
    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (int y = 0; y < l->layers; y++) {
            int layer = sweep % 2 ? l->layers - 1 - y : y;

            look_at(l, sweep % 2 == 0);
            sort_layer(l, layer);
        }
    for (size_t i = 0; i < l->count; i++)
        l->places[i].y = l->places[i].layer * LAYER_H;
}

/* --- writing --- */

static void put_text(FILE *out, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '<')
            fputs("&lt;", out);
        else if (s[i] == '>')
            fputs("&gt;", out);
        else if (s[i] == '&')
            fputs("&amp;", out);
        else
            fputc(s[i], out);
    }
}

struct writer {
    FILE *out;
    double x, y;
};

static void put_line(void *arg, const char *s, size_t len)
{
    struct writer *w = arg;

    fprintf(w->out, "<text x=\"%.0f\" y=\"%.0f\">", w->x, w->y);
    put_text(w->out, s, len);
    fputs("</text>\n", w->out);
    w->y += LINE_H;
}

static void put_node(const struct layout *l, size_t i, FILE *out)
{
    static const char *const classes[] = {"point", "question", "change",
                                          "call", "finding", "end"};
    const struct node *n = &l->g->nodes[i];
    const struct place *p = &l->places[i];
    struct writer w = {out, p->x, p->y - p->h / 2 + LINE_H + 2};
    bool round = n->kind == NODE_FINDING || n->kind == NODE_END;

    fprintf(out, "<g class=\"%s\"><title>", classes[n->kind]);
    put_text(out, n->id, strlen(n->id));
    fprintf(out, "</title><rect x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" "
            "height=\"%.0f\" rx=\"%.0f\"/>\n", p->x - p->w / 2,
            p->y - p->h / 2, p->w, p->h, round ? p->h / 2 : 3);
    text_wrap(n->label, LABEL_COLS, put_line, &w);
    fputs("</g>\n", out);
}

/* One curve from (x0, y0) to (x1, y1) that leaves and arrives upright. */
static void put_curve(FILE *out, double x0, double y0, double x1, double y1)
{
    double half = (y1 - y0) / 2;

    fprintf(out, " C%.0f,%.0f %.0f,%.0f %.0f,%.0f", x0, y0 + half, x1,
            y1 - half, x1, y1);
}

static void put_route(const struct layout *l, size_t i, FILE *out)
{
    const struct route *r = &l->routes[i];
    const struct place *a = &l->places[upper(l, i)];
    const struct place *b = &l->places[lower(l, i)];
    double x = a->x, y = a->y + a->h / 2;

    fprintf(out, "<path class=\"%s\" marker-%s=\"url(#arrow)\" "
            "d=\"M%.0f,%.0f", l->g->edges[i].aside ? "aside" : "edge",
            r->turned ? "start" : "end", x, y);
    for (size_t k = 0; k < r->count; k++) {
        const struct place *bend = &l->places[r->first + k];

        put_curve(out, x, y, bend->x, bend->y);
        x = bend->x;
        y = bend->y;
    }
    put_curve(out, x, y, b->x, b->y - b->h / 2);
    fputs("\"/>\n", out);
}

static void put_label(const struct layout *l, size_t i, FILE *out)
{
    const struct route *r = &l->routes[i];
    const struct place *a = &l->places[upper(l, i)];
    const struct place *b = r->count ? &l->places[r->first]
                                     : &l->places[lower(l, i)];
    const char *s = l->g->edges[i].label;

    if (!*s || upper(l, i) == lower(l, i))
        return;
    fprintf(out, "<text class=\"label\" x=\"%.0f\" y=\"%.0f\">",
            (a->x + b->x) / 2,
            (a->y + a->h / 2 + b->y - b->h / 2) / 2);
    put_text(out, s, strlen(s));
    fputs("</text>\n", out);
}

static void put_head(const struct layout *l, FILE *out)
{
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"%.0f %.0f "
            "%.0f %.0f\" font-family=\"sans-serif\" font-size=\"12\">\n",
            -l->width / 2 - MARGIN, -LAYER_H / 2 - MARGIN,
            l->width + 2 * MARGIN, l->layers * LAYER_H + 2 * MARGIN);
    fputs("<title>", out);
    put_text(out, l->g->title, strlen(l->g->title));
    fputs("</title>\n<style>\n"
          "text{text-anchor:middle;fill:#222}\n"
          "rect{fill:#fff;stroke:#444}\n"
          ".question rect{fill:#fff6d6}\n.change rect{fill:#ffe3d6}\n"
          ".call rect{fill:#e6e6fa}\n.finding rect{fill:#d9ecff}\n"
          ".end rect{fill:#e3f6e3}\n"
          ".edge,.aside{fill:none;stroke:#777}\n"
          ".aside{stroke-dasharray:4 3}\n"
          ".label{font-size:10px;fill:#555}\n"
          "</style>\n"
          "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" "
          "refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
          "orient=\"auto-start-reverse\">"
          "<path d=\"M0,0 L8,4 L0,8 z\" fill=\"#777\"/></marker></defs>\n",
          out);
}

static void lay_out(struct layout *l)
{
    for (size_t i = 0; i < l->g->node_count; i++)
        add_place(l, 0, i);
    turn_circles(l);
    find_layers(l);
    size_nodes(l);
    bend_edges(l);
    fill_order(l);
    order_layers(l);
}

void graph_svg(const struct graph *g, FILE *out)
{
    struct layout l = {.g = g};

    l.routes = mem_zalloc((g->edge_count + 1) * sizeof *l.routes);
    lay_out(&l);
    put_head(&l, out);
    for (size_t i = 0; i < g->edge_count; i++)
        if (g->edges[i].from != g->edges[i].to)
            put_route(&l, i, out);
    for (size_t i = 0; i < g->node_count; i++)
        put_node(&l, i, out);
    for (size_t i = 0; i < g->edge_count; i++)
        put_label(&l, i, out);
    fputs("</svg>\n", out);
    free(l.places);
    free(l.links);
    free(l.routes);
    free(l.order);
    free(l.layer_start);
}
