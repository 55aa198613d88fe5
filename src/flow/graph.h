/* A flow as nodes and edges, for the writers of graphs. */
#ifndef KIRIWAKE_FLOW_GRAPH_H
#define KIRIWAKE_FLOW_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum node_kind { NODE_POINT, NODE_QUESTION, NODE_CHANGE, NODE_CALL,
                 NODE_FINDING, NODE_END };

struct node {
    char *id;               /* unique: "wan-line", "ike.psk-mismatch" */
    char *label;            /* its title */
    enum node_kind kind;
};

struct edge {
    size_t from, to;
    char *label;            /* outcomes that take it */
    unsigned joined;        /* how many they are */
    bool aside;             /* unreadable, denied, unanswered only */
};

struct graph {
    struct node *nodes;
    size_t node_count, node_cap;
    struct edge *edges;
    size_t edge_count, edge_cap;
    const char *title;
};

/* graphsvg.c: layers from top to bottom. */
void graph_svg(const struct graph *g, FILE *out);

#endif
