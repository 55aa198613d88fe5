/*
 * The SSH transport's inside. libssh blocks while it resolves, connects,
 * exchanges keys and waits for an agent, so each connection lives in a child
 * process that may block; the parent polls a socket to it, keeps the
 * deadlines and ends the child when one has passed.
 */
#ifndef TRANSPORT_SSH_H
#define TRANSPORT_SSH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <libssh/libssh.h>
#include <libssh/callbacks.h>

#include "kiriwake/buf.h"
#include "kiriwake/err.h"
#include "kiriwake/transport.h"

/* What the child is doing; the order of ssh_stages. */
enum ssh_stage {
    SSH_STAGE_RESOLVE,
    SSH_STAGE_CONNECT,
    SSH_STAGE_GREETING,
    SSH_STAGE_KEX,
    SSH_STAGE_HOST_KEY,
    SSH_STAGE_AUTH,
    SSH_STAGE_AGENT,
    SSH_STAGE_KEY,
    SSH_STAGE_SHELL,
    SSH_STAGE_OPEN,
    SSH_STAGES,
};

struct ssh_stage_info {
    const char *name;           /* transport.stage */
    const char *doing;          /* "connecting to", before the detail */
    const char *hint;           /* what to try when its deadline passed */
    bool auth;                  /* counts against auth_ms */
};
extern const struct ssh_stage_info ssh_stages[SSH_STAGES];

/* Frames between child and parent: type, length (host order), payload. */
enum ssh_frame_type {
    FRAME_STAGE = 'S',          /* to parent: stage byte, detail text */
    FRAME_QUESTION = 'Q',       /* to parent: question byte, echo, text */
    FRAME_BANNER = 'B',
    FRAME_LEGACY = 'L',
    FRAME_READY = 'R',
    FRAME_ERROR = 'E',          /* to parent: a struct err */
    FRAME_CLOSED = 'C',
    FRAME_DATA = 'D',           /* both ways */
    FRAME_ANSWER = 'A',         /* to child: enum ssh_answer, text */
};

enum ssh_answer {
    ANSWER_DECLINED,
    ANSWER_TYPED,               /* by the person */
    ANSWER_GIVEN,               /* the password of ssh_options */
};

#define FRAME_HEADER 5
#define FRAME_MAX 65536u

struct ssh_frame {
    uint8_t type;
    const char *data;           /* inside the buffer it was taken from */
    size_t len, total;          /* payload; with header */
};

/* Appends a frame to b. */
void frame_put(struct buf *b, uint8_t type, const void *data, size_t len);
/* The frame at the start of bytes: 1, 0 when not complete, -1 broken. */
int frame_get(const char *bytes, size_t len, struct ssh_frame *out);
/* Blocking; 0, or -1 when the other end has gone. */
int frame_send(int fd, uint8_t type, const void *data, size_t len);
/* Blocking; fills b with the payload and returns the type, or -1. */
int frame_receive(int fd, struct buf *b);

/* What ~/.ssh/config says for one host: the few words that are read. */
struct ssh_config {
    char *hostname, *user;      /* NULL: not said */
    char *proxy;                /* "ProxyJump bastion": refused */
    int port;                   /* 0: not said */
    char **identities;          /* NULL-ended arrays */
    char **known_hosts;
    size_t identity_count, known_count;
};

/* Reads path (and what it includes) for host. A missing file says nothing.
 * home expands "~" and "%d"; user (may be NULL) "%r". Owned by caller. */
void ssh_config_read(const char *path, const char *home, const char *host,
                     const char *user, struct ssh_config *out);
void ssh_config_free(struct ssh_config *c);
/* Whether host matches an OpenSSH pattern list ("*.lab,!gw.lab"). */
bool ssh_config_match(const char *patterns, const char *host);

enum ssh_host_key_policy { HOST_KEY_ASK, HOST_KEY_ACCEPT_NEW, HOST_KEY_STRICT };

enum ssh_category { CAT_KEX, CAT_HOST_KEY, CAT_CIPHER, CAT_MAC, CATEGORIES };

/* Everything that the child needs to know; made by the parent. */
struct ssh_plan {
    char *name;                 /* the target, for messages */
    char *host, *user, *ssh_dir;
    int port;
    char **identities;          /* NULL-ended */
    char **known_hosts;         /* NULL-ended; new keys go into the first */
    enum ssh_host_key_policy policy;
    char *algorithms[CATEGORIES];   /* with old ones; NULL: the library's */
    const char *const *(*legacy_of)(void *arg, const char *software);
    void *legacy_arg;           /* old ones by the server's name, or NULL */
    bool has_password;
    unsigned cols, rows, connect_ms;
};

/* The child's state. */
struct ssh_child {
    struct ssh_plan *plan;      /* its own copy, since the fork */
    int parent;                 /* socket to the parent */
    int fd;                     /* socket to the server, or -1 */
    ssh_session session;
    ssh_channel channel;
    struct ssh_callbacks_struct callbacks;  /* libssh keeps the pointers */
    struct ssh_channel_callbacks_struct channel_callbacks;
    bool ready;                 /* the parent knows that the shell is open */
    struct buf early;           /* data from before */
    char host_key_algorithm[64];
    struct buf tried;           /* "agent, password", for the error */
    struct err err;
};

/* Runs a connection until it ends; never returns. parent is the socket. */
_Noreturn void ssh_child_run(struct ssh_plan *plan, int parent,
                             pid_t parent_pid);

/* Steps of the child. Each: 0, or -1 with err set. They may block. */
int ssh_kex_run(struct ssh_child *c);
int ssh_hostkey_check(struct ssh_child *c);
int ssh_auth_run(struct ssh_child *c);

void ssh_child_stage(struct ssh_child *c, enum ssh_stage s,
                     const char *detail);
/* Asks the person: 0 and *answer (owned, wiped by the caller), or -1 when
 * declined. *given: it was the password of ssh_options. */
int ssh_child_ask(struct ssh_child *c, enum transport_question q, bool echo,
                  const char *text, char **answer, bool *given);
/* Sets err of a stage: "name: …". Returns -1. */
int ssh_child_fail(struct ssh_child *c, enum ssh_stage s, const char *fmt,
                   ...) __attribute__((format(printf, 3, 4)));
/* What libssh says of its last error, as far as that can be told. */
const char *ssh_child_why(struct ssh_child *c);
/* Waits for the server to say more; false when it has hung up. */
bool ssh_child_wait(struct ssh_child *c);

/*
 * Old algorithms by name. Fills plan->algorithms from a NULL-ended list;
 * -1 and *e (65) for a name that is not known.
 */
int ssh_legacy_plan(const char *const *legacy, struct ssh_plan *plan,
                    struct err *e);
/* Reads how the server calls itself, before the key exchange and without
 * taking it from the socket, and allows what legacy_of says. 0, or -1 with
 * c->err set; a server that is silent for some seconds is allowed nothing. */
int ssh_legacy_by_greeting(struct ssh_child *c);
/* Whether an algorithm counts as old, and of which category (-1: not). */
int ssh_legacy_category(const char *algorithm);
/* Appends the old algorithms that the session uses, comma separated. */
void ssh_legacy_used(struct ssh_child *c, struct buf *out);
/* Turns libssh's refused negotiation into both sides' offers. True when
 * text was one. */
bool ssh_legacy_explain(struct ssh_child *c, const char *text);

/* Asks the agent for its keys within ms: the number of keys, 0 when there
 * is no agent, -1 when it stays silent. */
int ssh_agent_probe(unsigned ms);

#endif
