/* Sessions: late text, serial lines, passwords of modes, owners, secrets. */
#include "scripted.h"

/* --- late text --- */

static void late_text_asks_once_more(void **state)
{
    static const struct step steps[] = {
        PROMPT,
        {"show x", "show x\r\none\r\nR1# ", 0, STAYS},
        {"show y", "\r\ntwo\r\nR1# show y\r\nY\r\nR1# ", 5, STAYS},
        {"show x", "show x\r\none\r\nR1# \r\ntwo\r\nR1# ", 5, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show x", NULL);
    session_run(t.s, "show y", NULL);
    run(&t);
    expect_log(&t, "1 complete: one\n2 complete: Y\n"
                   "1 complete: one\nR1# \ntwo\n");
    finish(&t);
}

static void late_text_again_is_truncated(void **state)
{
    static const struct step steps[] = {
        PROMPT,
        {"show x", "show x\r\none\r\nR1# ", 0, STAYS},
        {"show y", "\r\ntwo\r\nR1# show y\r\nY\r\nR1# ", 5, STAYS},
        {"show x", "show x\r\none\r\nR1# ", 5, STAYS},
        {"show z", "\r\ntwo\r\nR1# show z\r\nZ\r\nR1# ", 5, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show x", NULL);
    session_run(t.s, "show y", NULL);
    session_run(t.s, "show z", NULL);
    run(&t);
    expect_log(&t, "1 complete: one\n2 complete: Y\n1 complete: one\n"
                   "1 truncated: \n  because text came after what had "
                   "looked like its end\n3 complete: Z\n");
    finish(&t);
}

static void once_means_once(void **state)
{
    static const struct step steps[] = {
        PROMPT,
        {"ping", "ping\r\none\r\nR1# ", 0, STAYS},
        {"show y", "\r\ntwo\r\nR1# show y\r\nY\r\nR1# ", 5, STAYS}, {0}};
    const struct session_command ping = {.text = "ping", .once = true};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run_with(t.s, &ping);
    session_run(t.s, "show y", NULL);
    run(&t);
    expect_log(&t, "1 complete: one\n1 truncated: \n  because text came "
                   "after what had looked like its end\n2 complete: Y\n");
    expect_said(&t, "\nping\nshow y\n");
    finish(&t);
}

/* Much later it is news of the device's own. */
static void old_prompts_are_not_taken_back(void **state)
{
    static const struct step steps[] = {
        PROMPT,
        {"show x", "show x\r\none\r\nR1# ", 0, STAYS},
        {"show y", "\r\nlink up\r\nR1# show y\r\nY\r\nR1# ", 5, STAYS},
        {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show x", NULL);
    run(&t);
    clock_advance(&t.clock, t.clock.now_ms + 60000);
    session_run(t.s, "show y", NULL);
    run(&t);
    expect_log(&t, "1 complete: one\n2 complete: Y\n");
    finish(&t);
}

/* --- serial lines --- */

/* One character each gap ms, as a slow line brings them. */
static void slow_read(struct transport *t, struct buf *in)
{
    struct device *d = (struct device *)t;

    t->due_ms = 0;
    if (!d->pending)
        return;
    if (d->now >= d->pending_at) {
        buf_addc(in, *d->pending++);
        d->pending_at = d->now + d->gap;
        if (!*d->pending)
            d->pending = NULL;
    }
    t->due_ms = d->pending ? d->pending_at : 0;
}

static const struct transport_ops slow_ops = {
    .name = "serial", .read = slow_read, .write = device_write,
    .tick = device_tick, .answer = device_answer, .close = device_close};

static void begin_serial(struct test *t, const struct step *steps,
                         unsigned gap_ms)
{
    begin(t, steps);
    t->device.gap = gap_ms;
    t->device.base.ops = &slow_ops;
    t->device.base.serial = true;
    t->device.base.baud = 9600;
}

static const struct step sleeping[] = {
    {"", "\r\nR1# ", 0, STAYS},
    {"show x", "show x\r\none\r\nR1# two\r\nR1# ", 0, STAYS}, {0}};

static void expect_settled(const struct step *steps, unsigned gap,
                           const char *log, unsigned silence)
{
    struct test t;
    uint64_t from;

    begin_serial(&t, steps, gap);
    run(&t);
    assert_int_equal(session_state(t.s), SESSION_READY);
    expect_said(&t, "\n");              /* it was asleep: one wake */
    from = t.clock.now_ms;
    session_run(t.s, "show x", NULL);
    run(&t);
    expect_log(&t, log);
    assert_int_equal(t.clock.now_ms - from,
                     gap * (strlen(steps[1].out) - 1) + silence);
    finish(&t);
}

/* Four character times and the adapter's own are 5 ms: text that comes
 * faster has no end in it, were it the learnt prompt. */
static void serial_lines_settle_by_silence(void **state)
{
    (void)state;
    expect_settled(sleeping, 4, "1 complete: one\nR1# two\n", 5);
}

/* What is only like the learnt prompt waits for 20: 21 ms. */
static void serial_lines_wait_for_what_is_not_learnt(void **state)
{
    static const struct step steps[] = {
        {"", "\r\nR1# ", 0, STAYS},
        {"show x", "show x\r\none\r\nR1#two\r\nR1# ", 0, STAYS}, {0}};

    (void)state;
    expect_settled(steps, 15, "1 complete: one\nR1#two\n", 5);
    expect_settled(steps, 20, "1 complete: one\nR1#two\n", 5);
}

/* On a network the learnt prompt settles at once, but not one that came in
 * pieces: that is how text trickles in. */
static void trickling_text_has_no_prompt_in_it(void **state)
{
    static const struct step steps[] = {
        {"", "\r\nR1# ", 0, STAYS}, {"", "\r\nR1# ", 0, STAYS},
        {"show x", "show x\r\none\r\nR1# two\r\nR1# ", 0, STAYS}, {0}};
    struct test t;

    (void)state;
    begin_serial(&t, steps, 25);
    t.device.base.serial = false;
    session_run(t.s, "show x", NULL);
    run(&t);
    expect_log(&t, "1 complete: one\nR1# two\n");
    finish(&t);
}

/* A line that stops for longer shows a prompt where there is none. */
static void serial_lines_that_stop_are_late(void **state)
{
    struct test t;

    (void)state;
    begin_serial(&t, sleeping, 30);
    session_run(t.s, "show x", NULL);
    for (int i = 0; i < 500 && !strchr(buf_str(&t.log), '\n'); i++) {
        struct pollfd fds[2];
        uint64_t due;

        session_pump(t.s);
        session_fds(t.s, fds, &due);
        clock_advance(&t.clock, due);
    }
    assert_non_null(strstr(buf_str(&t.log), "1 complete: one\n"));
    run(&t);
    /* Asked once more; the device has nothing left to say to it. */
    assert_non_null(strstr(buf_str(&t.log), "1 timeout: "));
    finish(&t);
}

/* --- the console as somebody left it --- */

static void a_console_left_in_a_lock_is_freed(void **state)
{
    static const struct step steps[] = {
        {NULL, "R1(config-if)# ", 0, STAYS},
        {"", "\r\nR1(config-if)# ", 0, STAYS},
        {"exit", "exit\r\nR1(config)# ", 5, STAYS}, LEAVE,
        {"show clock", "show clock\r\n12:00\r\nR1# ", 5, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show clock", NULL);
    run(&t);
    expect_log(&t, "1 complete: 12:00\n");
    finish(&t);
}

/* A question that no pattern knows: an empty line would answer it. */
static void unknown_questions_are_not_answered(void **state)
{
    static const struct step steps[] = {
        PROMPT,
        {"erase", "erase\r\nErase all [confirm]", 5, STAYS},
        {"", "\r\nErased.\r\nR1# ", 5, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "erase", NULL);
    session_run(t.s, "show clock", NULL);
    run(&t);
    expect_log(&t, "1 timeout: Erase all [confirm]\n"
                   "  because silence: no byte came for 8 s\n"
                   "closed: silence\n");
    expect_said(&t, "\nerase\n");
    assert_non_null(strstr(session_err(t.s)->what, "Erase all [confirm]"));
    finish(&t);
}

/* --- another driver, once the device is known --- */

static const struct console_mode any_modes[] = {
    {"any", "^{host}(\\([^)]*\\))?[>#%$] ?$", NULL, NULL, NULL, false, NULL}};

static void another_profile_goes_on_at_the_prompt(void **state)
{
    static const struct step steps[] = {
        PROMPT,
        {"show version", "show version\r\nV\r\nR1# ", 5, STAYS},
        {"show clock", "show clock\r\n12:00\r\nR1# ", 5, STAYS}, {0}};
    const struct session_listener listener = {
        .reply = on_reply, .state = on_state, .ask = on_ask};
    struct session_listener l = listener;
    struct console_profile any = profile;
    struct err e = {0};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_free(t.s);
    t.freed = false;
    any.modes = any_modes;
    any.mode_count = 1;
    l.arg = &t;
    t.s = session_new(&t.device.base, &any, t.secrets, &t.clock, &limits,
                      "admin", "pass-word", &l, &e);
    session_run(t.s, "show version", NULL);
    run(&t);
    assert_int_equal(session_adopt(t.s, &profile, &e), 0);
    session_run(t.s, "show clock", "exec");
    run(&t);
    expect_log(&t, "1 complete: V\n2 complete: 12:00\n");
    expect_said(&t, "\nshow version\nshow clock\n");
    finish(&t);
}

/* --- passwords of modes --- */

static const struct console_mode cisco_modes[] = {
    {"user", "^{host}> ?$", NULL, NULL, NULL, false, NULL},
    {"exec", "^{host}# ?$", "user", "enable", "disable", false, NULL}};

static void begin_cisco(struct test *t, const struct step *steps,
                        struct console_profile *p)
{
    const struct session_listener listener = {
        .arg = t, .reply = on_reply, .state = on_state, .ask = on_ask};
    struct err e = {0};

    begin(t, steps);
    *p = profile;
    p->modes = cisco_modes;
    p->mode_count = 2;
    session_free(t->s);
    t->freed = false;
    t->s = session_new(&t->device.base, p, t->secrets, &t->clock, &limits,
                       "admin", "pass-word", &listener, &e);
    assert_non_null(t->s);
}

static void a_mode_may_want_its_password(void **state)
{
    static const struct step steps[] = {
        {NULL, "gw> ", 0, STAYS}, {"", "\r\ngw> ", 0, STAYS},
        {"enable", "enable\r\nPassword: ", 5, STAYS},
        {"enable-pw", "\r\ngw# ", 5, STAYS},
        {"show x", "show x\r\nkey enable-pw\r\ngw# ", 5, STAYS}, {0}};
    struct console_profile p;
    struct test t;

    (void)state;
    begin_cisco(&t, steps, &p);
    session_run(t.s, "show x", "exec");
    run(&t);
    expect_log(&t, "ask 2 Password: \n");
    session_answer(t.s, "enable-pw");
    run(&t);
    expect_log(&t, "ask 2 Password: \n1 complete: key ‹secret:2›\n");
    finish(&t);
}

static void a_wrong_mode_password_is_refused(void **state)
{
    static const struct step steps[] = {
        {NULL, "gw> ", 0, STAYS}, {"", "\r\ngw> ", 0, STAYS},
        {"enable", "enable\r\nPassword: ", 5, STAYS},
        {"bad-pass", "\r\nPassword: ", 5, STAYS},
        {"", "\r\n% Bad secrets\r\n\r\ngw> ", 5, STAYS}, {0}};
    struct console_profile p;
    struct test t;

    (void)state;
    begin_cisco(&t, steps, &p);
    session_set_enable(t.s, "bad-pass");
    session_run(t.s, "show x", "exec");
    run(&t);
    expect_log(&t, "1 refused: \n  because mode exec could not be entered: "
                   "% Bad secrets\n");
    assert_true(session_idle(t.s));
    finish(&t);
}

/* --- the owner may close it at any time --- */

static void close_on_ask(void *arg, enum transport_question q,
                         const char *text, bool echo)
{
    on_ask(arg, q, text, echo);
    session_close(((struct test *)arg)->s);
}

static void close_on_state(void *arg, enum session_state s,
                           const struct err *e)
{
    struct test *t = arg;

    on_state(arg, s, e);
    if (s == SESSION_LOGIN)
        session_close(t->s);
}

static void close_on_reply(void *arg, unsigned id,
                           const struct console_reply *r)
{
    on_reply(arg, id, r);
    session_close(((struct test *)arg)->s);
}

static void owners_close_it_anywhere(void **state)
{
    static const struct session_listener listeners[] = {
        {.ask = close_on_ask, .reply = on_reply, .state = on_state},
        {.ask = on_ask, .reply = on_reply, .state = close_on_state},
        {.ask = on_ask, .reply = close_on_reply, .state = on_state}};

    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (int asking = 0; asking < 2; asking++) {
            struct session_listener l = listeners[i];
            struct err e = {0};
            struct test t;

            begin(&t, console_login);
            session_free(t.s);
            t.freed = false;
            l.arg = &t;
            t.s = session_new(&t.device.base, &profile, t.secrets, &t.clock,
                              &limits, i ? "admin" : NULL, "pass-word", &l,
                              &e);
            if (asking && i == 0)
                t.device.base.state = TRANSPORT_ASKING;
            session_run(t.s, "show clock", NULL);
            session_run(t.s, "never sent", NULL);
            run(&t);
            assert_int_equal(session_state(t.s), SESSION_CLOSED);
            assert_int_equal(session_err(t.s)->status, 0);
            assert_non_null(strstr(buf_str(&t.log), "closed\n"));
            finish(&t);
        }
}

/* The whole reply and the end of the link in one read. */
static void a_whole_reply_before_the_end_counts(void **state)
{
    static const struct step steps[] = {
        PROMPT,
        {"show x", "show x\r\none\r\nR1# ", 5, HANGS_UP}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show x", NULL);
    run(&t);
    expect_log(&t, "1 complete: one\nclosed: link\n");
    finish(&t);
}

static void refused_modes_say_so(void **state)
{
    static const struct step steps[] = {
        PROMPT,
        {"enable-config", "enable-config\r\n% enable-config -- Invalid "
                          "command.\r\nR1# ", 5, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show x", "config");
    run(&t);
    expect_log(&t, "1 refused: \n  because mode config could not be "
                   "entered: % enable-config -- Invalid command.\n");
    finish(&t);
}

static void controls_are_not_sent(void **state)
{
    static const struct step steps[] = {PROMPT, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show x\rreload", NULL);
    run(&t);
    expect_log(&t, "1 refused: \n  because the command holds a control "
                   "character; it was not sent\n");
    expect_said(&t, "\n");
    finish(&t);
}

/* --- text --- */

static void secrets_never_get_through(void **state)
{
    static const struct step steps[] = {
        PROMPT,
        {"show run", "show run\r\nike key abc-def\r\nuser pass-word\r\n"
                     "note abc-def\r\n--More--", 5, STAYS},
        {" ", "\r        \rike key xyz-123\r\nR1# ", 5, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show run", NULL);
    run(&t);
    expect_log(&t, "1 complete: ike key ‹secret:2›\nuser ‹secret:1›\n"
                   "note ‹secret:2›\nike key ‹secret:3›\n");
    finish(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(late_text_asks_once_more),
        cmocka_unit_test(late_text_again_is_truncated),
        cmocka_unit_test(once_means_once),
        cmocka_unit_test(old_prompts_are_not_taken_back),
        cmocka_unit_test(serial_lines_settle_by_silence),
        cmocka_unit_test(serial_lines_wait_for_what_is_not_learnt),
        cmocka_unit_test(trickling_text_has_no_prompt_in_it),
        cmocka_unit_test(serial_lines_that_stop_are_late),
        cmocka_unit_test(a_console_left_in_a_lock_is_freed),
        cmocka_unit_test(unknown_questions_are_not_answered),
        cmocka_unit_test(another_profile_goes_on_at_the_prompt),
        cmocka_unit_test(a_mode_may_want_its_password),
        cmocka_unit_test(a_wrong_mode_password_is_refused),
        cmocka_unit_test(owners_close_it_anywhere),
        cmocka_unit_test(a_whole_reply_before_the_end_counts),
        cmocka_unit_test(refused_modes_say_so),
        cmocka_unit_test(controls_are_not_sent),
        cmocka_unit_test(secrets_never_get_through),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
