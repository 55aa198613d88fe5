/*
 * Packs files into one C source: embed ROOT LIST OUT.
 * LIST names files relative to ROOT, one a line, sorted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *must_open(const char *path, const char *mode)
{
    FILE *f = fopen(path, mode);

    if (!f) {
        perror(path);
        exit(1);
    }
    return f;
}

static void put_file(FILE *out, const char *root, const char *name, int n)
{
    char path[4096];
    FILE *in;
    int c, col = 0;

    snprintf(path, sizeof path, "%s/%s", root, name);
    in = must_open(path, "rb");
    fprintf(out, "static const unsigned char f%d[] = {\n", n);
    while ((c = fgetc(in)) != EOF) {
        fprintf(out, "%d,", c);
        if (++col % 24 == 0)
            fputc('\n', out);
    }
    fprintf(out, "0};\n");
    fclose(in);
}

int main(int argc, char **argv)
{
    static char names[4096][512];
    char line[512];
    FILE *list, *out;
    int n = 0;

    if (argc != 4)
        return 1;
    list = must_open(argv[2], "r");
    out = must_open(argv[3], "w");
    fprintf(out, "#include \"kiriwake/data.h\"\n");
    while (n < 4096 && fgets(line, sizeof line, list)) {
        line[strcspn(line, "\n")] = '\0';
        if (!line[0])
            continue;
        strcpy(names[n], line);
        put_file(out, argv[1], line, n++);
    }
    fprintf(out, "const struct data_builtin data_builtins[] = {\n");
    for (int i = 0; i < n; i++)
        fprintf(out, "{\"%s\", (const char *)f%d, sizeof f%d - 1},\n",
                names[i], i, i);
    fprintf(out, "};\nconst size_t data_builtin_count = %d;\n", n);
    fclose(list);
    return fclose(out) == 0 ? 0 : 1;
}
