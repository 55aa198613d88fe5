/* Painting onto the curses screen: styles, safe text, rules. */
#ifndef TUI_PAINT_H
#define TUI_PAINT_H

#include <stdbool.h>
#include <stddef.h>

enum style {
    STYLE_PLAIN, STYLE_TITLE, STYLE_LABEL, STYLE_DIM, STYLE_OK, STYLE_BAD,
    STYLE_WARN, STYLE_NOW, STYLE_HUMAN, STYLE_HIT, STYLE_SENT, STYLE_CHOSEN,
    STYLE_BAR, STYLE_KEY, STYLE_RULE, STYLE_RULE_ON, STYLE_COUNT
};

struct rect {
    int y, x, rows, cols;
};

/* What the terminal can show. */
struct paint {
    bool ascii;         /* only ASCII: the locale is not UTF-8 */
    bool plain_marks;   /* lines and letters, but no ✓ ✗ ● ✎ */
    bool colour;
};

/* Sets up the colours; NO_COLOR and terminals without colour: attributes. */
void paint_init(struct paint *p);

/* Paints s (control bytes shown, never sent) clipped to cols columns;
 * returns the columns used. */
int paint_text(const struct paint *p, int y, int x, int cols,
               enum style style, const char *s);
/* As paint_text, then pads to cols in the style. */
void paint_fill(const struct paint *p, int y, int x, int cols,
                enum style style, const char *s);
/* A horizontal rule with a title in it. */
void paint_rule(const struct paint *p, int y, int x, int cols, bool on,
                const char *title);
/* A line down from the rule on row y. */
void paint_vertical(const struct paint *p, int y, int x, int rows);
void paint_blank(struct rect r);

/* The mark of an outcome ("normal", … "now"), and its style. */
const char *paint_mark(const struct paint *p, const char *outcome,
                       enum style *style);
/* The name of a style's attributes for saved displays: "bold", … */
const char *paint_describe(unsigned long attrs, int pair);

#endif
