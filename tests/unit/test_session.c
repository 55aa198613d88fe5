/* Sessions: login, deadlines, links, questions, modes. */
#include "scripted.h"

/* --- login --- */

static void logs_in_on_a_console(void **state)
{
    struct test t;

    (void)state;
    begin(&t, console_login);
    session_run(t.s, "show clock", NULL);
    run(&t);
    expect_log(&t, "1 complete: 12:00\n");
    assert_string_equal(session_host(t.s), "R1");
    assert_true(session_idle(t.s));
    session_close(t.s);
    run(&t);
    expect_log(&t, "1 complete: 12:00\nclosed\n");
    expect_said(&t, "admin\npass-word\n\nshow clock\nexit\n");
    finish(&t);
}

static void asks_for_what_it_was_not_given(void **state)
{
    struct test t;

    (void)state;
    begin_as(&t, console_login, NULL, NULL);
    run(&t);
    assert_int_equal(session_state(t.s), SESSION_ASKING);
    clock_advance(&t.clock, t.clock.now_ms + 3600000);
    session_answer(t.s, "admin");
    run(&t);
    clock_advance(&t.clock, t.clock.now_ms + 3600000);
    session_answer(t.s, "pass-word");
    run(&t);
    expect_log(&t, "ask 0 login:  echo\nask 2 Password: \n");
    assert_int_equal(session_state(t.s), SESSION_READY);
    finish(&t);
}

static void nobody_answers(void **state)
{
    struct test t;

    (void)state;
    begin_as(&t, console_login, NULL, NULL);
    run(&t);
    session_answer(t.s, NULL);
    assert_int_equal(session_state(t.s), SESSION_CLOSED);
    assert_string_equal(session_err(t.s)->stage, "login");
    assert_int_equal(session_err(t.s)->status, EXIT_FAILED);
    finish(&t);
}

static void login_refused_by_words(void **state)
{
    static const struct step steps[] = {
        {NULL, "login: ", 0, STAYS},
        {"admin", "admin\r\nPassword: ", 5, STAYS},
        {"pass-word", "\r\n% Login incorrect\r\nlogin: ", 2000, STAYS},
        {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    run(&t);
    expect_log(&t, "closed: login\n");
    assert_non_null(strstr(session_err(t.s)->what, "admin"));
    assert_non_null(strstr(session_err(t.s)->what, "Login incorrect"));
    assert_true(session_err(t.s)->hint[0]);
    finish(&t);
}

static void login_refused_by_asking_again(void **state)
{
    static const struct step steps[] = {
        {NULL, "Password: ", 0, STAYS},
        {"pass-word", "\r\nPassword: ", 5, STAYS},
        {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    run(&t);
    expect_log(&t, "closed: login\n");
    expect_said(&t, "pass-word\n");
    finish(&t);
}

/* A port that does not exist has failed before anybody polls. */
static void the_first_turn_is_due_at_once(void **state)
{
    static const struct step steps[] = {{0}};
    struct pollfd fds[2];
    struct test t;
    uint64_t due;

    (void)state;
    begin(&t, steps);
    t.device.base.state = TRANSPORT_CLOSED;
    session_fds(t.s, fds, &due);
    assert_true(due && due <= clock_now(&t.clock));
    run(&t);
    assert_int_equal(session_state(t.s), SESSION_CLOSED);
    finish(&t);
}

/* --- deadlines: mute at each stage --- */

static void mute_while_connecting(void **state)
{
    static const struct step steps[] = {{0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    t.device.open_late = true;
    run(&t);
    expect_log(&t, "closed: connect\n");
    assert_non_null(strstr(session_err(t.s)->what, "10 s"));
    assert_int_equal(t.clock.now_ms, 15000);
    finish(&t);
}

static void mute_before_login(void **state)
{
    static const struct step steps[] = {{.in = "never"}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    run(&t);
    expect_log(&t, "closed: login\n");
    assert_non_null(strstr(session_err(t.s)->what, "said nothing"));
    assert_int_equal(t.clock.now_ms, 25000);
    expect_said(&t, "\n\n\n");          /* it tried to wake it */
    finish(&t);
}

static void mute_after_the_password(void **state)
{
    static const struct step steps[] = {
        {NULL, "login: ", 0, STAYS},
        {"admin", "admin\r\nPassword: ", 5, STAYS},
        {.in = "never"}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    run(&t);
    expect_log(&t, "closed: login\n");
    expect_said(&t, "admin\npass-word\n");
    finish(&t);
}

static void boot_text_is_named(void **state)
{
    static const struct step steps[] = {
        {NULL, "NEC Bootstrap Software\r\nLoading: ####", 0, STAYS},
        {.in = "never"}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    run(&t);
    expect_log(&t, "closed: login\n");
    assert_non_null(strstr(session_err(t.s)->what, "Loading: ####"));
    finish(&t);
}

static void mute_in_a_reply(void **state)
{
    static const struct step steps[] = {
        {NULL, "R1# ", 0, STAYS}, {"", "\r\nR1# ", 0, STAYS},
        {"show ike sa", "show ike sa\r\nISAKMP SA - 1", 5, STAYS},
        {"", "\r\nR1# ", 5, STAYS},
        {"show clock", "show clock\r\n12:00\r\nR1# ", 5, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show ike sa", NULL);
    session_run(t.s, "show clock", NULL);
    run(&t);
    expect_log(&t, "1 timeout: ISAKMP SA - 1\n"
                   "  because silence: no byte came for 8 s\n"
                   "2 complete: 12:00\n");
    finish(&t);
}

static void mute_for_good(void **state)
{
    static const struct step steps[] = {
        {NULL, "R1# ", 0, STAYS}, {"", "\r\nR1# ", 0, STAYS},
        {"show ike sa", "show ike sa\r\n", 5, STAYS}, {.in = "never"}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show ike sa", NULL);
    session_run(t.s, "show clock", NULL);
    run(&t);
    expect_log(&t, "1 timeout: \n"
                   "  because silence: no byte came for 8 s\n"
                   "closed: silence\n");
    assert_true(session_err(t.s)->hint[0]);
    finish(&t);
}

static void a_slow_command_has_its_own_deadline(void **state)
{
    static const struct step steps[] = {
        {NULL, "R1# ", 0, STAYS}, {"", "\r\nR1# ", 0, STAYS},
        {"ping", "ping\r\n5 of 5\r\nR1# ", 20000, STAYS}, {0}};
    const struct session_command ping = {.text = "ping",
                                         .timeout_ms = 30000};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run_with(t.s, &ping);
    run(&t);
    expect_log(&t, "1 complete: 5 of 5\n");
    finish(&t);
}

/* Says a line each second, for ever. */
static void endless_read(struct transport *t, struct buf *in)
{
    struct device *d = (struct device *)t;

    device_read(t, in);
    if (d->steps->in || d->pending)
        return;
    if (d->now >= d->pending_at + 1000) {
        buf_adds(in, "tick\r\n");
        d->pending_at = d->now;
    }
    t->due_ms = d->pending_at + 1000;
}

static void an_endless_reply_is_cut(void **state)
{
    static const struct transport_ops endless = {
        .name = "endless", .read = endless_read, .write = device_write,
        .tick = device_tick, .answer = device_answer,
        .close = device_close};
    static const struct step steps[] = {
        {NULL, "R1# ", 0, STAYS}, {"", "\r\nR1# ", 0, STAYS},
        {"tail", "tail\r\n", 0, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    t.device.base.ops = &endless;
    session_run(t.s, "tail", NULL);
    run(&t);
    assert_non_null(strstr(buf_str(&t.log), "1 timeout: tick\n"));
    assert_non_null(strstr(buf_str(&t.log),
                           "because total: the reply did not end within "
                           "60 s\nclosed: silence\n"));
    finish(&t);
}

/* --- links and questions --- */

static void the_link_is_lost(void **state)
{
    static const struct step steps[] = {
        {NULL, "R1# ", 0, STAYS}, {"", "\r\nR1# ", 0, STAYS},
        {"show ike sa", "show ike sa\r\nISAKMP", 5, HANGS_UP}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show ike sa", NULL);
    session_run(t.s, "show clock", NULL);
    run(&t);
    expect_log(&t, "1 truncated: ISAKMP\n  because the link ended\n"
                   "closed: link\n");
    assert_true(t.freed);
    finish(&t);
}

static void the_link_is_lost_at_login(void **state)
{
    static const struct step steps[] = {{NULL, "busy\r\n", 0, HANGS_UP},
                                        {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    run(&t);
    expect_log(&t, "closed: login\n");
    finish(&t);
}

static void questions_end_the_session(void **state)
{
    static const struct step steps[] = {
        {NULL, "R1# ", 0, STAYS}, {"", "\r\nR1# ", 0, STAYS},
        {"reload", "reload\r\nSure? (Yes or [No]): ", 5, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "reload", NULL);
    run(&t);
    expect_log(&t, "1 asked: Sure? (Yes or [No]): \n"
                   "  because Sure? (Yes or [No]): \nclosed: dialogue\n");
    expect_said(&t, "\nreload\n");
    finish(&t);
}

static void a_monitor_is_never_typed_at(void **state)
{
    static const struct step steps[] = {{NULL, "boot[1]> ", 0, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    run(&t);
    expect_log(&t, "closed: monitor\n");
    expect_said(&t, "");
    finish(&t);
}

static void the_transport_asks(void **state)
{
    struct test t;

    (void)state;
    begin(&t, console_login);
    t.device.base.state = TRANSPORT_ASKING;
    t.device.base.question = TRANSPORT_Q_HOST_KEY;
    snprintf(t.device.base.text, sizeof t.device.base.text, "SHA256:abc");
    run(&t);
    assert_int_equal(session_state(t.s), SESSION_ASKING);
    session_answer(t.s, "yes");
    run(&t);
    expect_log(&t, "ask 1 SHA256:abc\n");
    assert_int_equal(session_state(t.s), SESSION_READY);
    finish(&t);
}

/* --- modes --- */

static void a_lock_is_left_at_once(void **state)
{
    static const struct step steps[] = {
        PROMPT, ENTER,
        {"show ike sa", "show ike sa\r\n0\r\nR1(config)# ", 5, STAYS},
        {"show ipsec sa", "show ipsec sa\r\n1\r\nR1(config)# ", 5, STAYS},
        LEAVE, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show ike sa", "config");
    t.run_after = 1;                    /* what a reply asks for counts */
    t.run_command = "show ipsec sa";
    run(&t);
    expect_log(&t, "1 complete: 0\n2 complete: 1\n");
    expect_said(&t, "\nenable-config\nshow ike sa\nshow ipsec sa\nexit\n");
    finish(&t);
}

static void a_held_lock_is_never_forced(void **state)
{
    static const struct step steps[] = {
        PROMPT,
        {"enable-config",
         "enable-config\r\n% CONFIG process is occupied.\r\nR1# ", 5, STAYS},
        {"show clock", "show clock\r\n12:00\r\nR1# ", 5, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show ike sa", "config");
    session_run(t.s, "show clock", "exec");
    session_run(t.s, "show x", "debug");
    run(&t);
    expect_log(&t,
               "1 busy: % CONFIG process is occupied.\n"
               "  because mode config could not be entered: "
               "% CONFIG process is occupied.\n"
               "3 busy: % CONFIG process is occupied.\n"
               "  because mode config could not be entered: "
               "% CONFIG process is occupied.\n"
               "2 complete: 12:00\n");
    expect_said(&t, "\nenable-config\nshow clock\n");
    finish(&t);
}

static void modes_are_nested(void **state)
{
    static const struct step steps[] = {
        PROMPT, ENTER,
        {"debug", "debug\r\nR1(debug)# ", 5, STAYS},
        {"show x", "show x\r\n1\r\nR1(debug)# ", 5, STAYS},
        {"exit", "exit\r\nR1(config-if)# ", 5, STAYS},
        {"exit", "exit\r\nR1(config)# ", 5, STAYS},
        LEAVE,
        {"show clock", "show clock\r\n12:00\r\nR1# ", 5, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show x", "debug");
    session_run(t.s, "show clock", NULL);
    run(&t);
    expect_log(&t, "1 complete: 1\n2 complete: 12:00\n");
    finish(&t);
}

static void closing_leaves_the_modes(void **state)
{
    static const struct step steps[] = {
        PROMPT, ENTER,
        {"show ike sa", "show ike sa\r\n0\r\nR1(config)# ", 3000, STAYS},
        LEAVE, {"exit", NULL, 0, HANGS_UP}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show ike sa", "config");
    session_run(t.s, "never sent", "config");
    while (!strstr(buf_str(&t.device.said), "show ike sa")) {
        struct pollfd fds[2];
        uint64_t due;

        session_pump(t.s);
        session_fds(t.s, fds, &due);
        clock_advance(&t.clock, due);
    }
    session_close(t.s);
    run(&t);
    expect_log(&t, "1 complete: 0\nclosed\n");
    expect_said(&t, "\nenable-config\nshow ike sa\nexit\nexit\n");
    finish(&t);
}

static void a_mute_device_cannot_hold_the_closing(void **state)
{
    static const struct step steps[] = {
        PROMPT, ENTER,
        {"show ike sa", "show ike sa\r\n0\r\nR1(config)# ", 5, STAYS},
        {.in = "never"}, {0}};
    struct test t;
    uint64_t from;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show ike sa", "config");
    while (!strstr(buf_str(&t.log), "complete")) {
        struct pollfd fds[2];
        uint64_t due;

        session_pump(t.s);
        session_fds(t.s, fds, &due);
        clock_advance(&t.clock, due);
    }
    from = t.clock.now_ms;
    session_close(t.s);
    run(&t);
    expect_log(&t, "1 complete: 0\nclosed: leave\n");
    assert_true(t.clock.now_ms - from <= 5000);
    finish(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logs_in_on_a_console),
        cmocka_unit_test(asks_for_what_it_was_not_given),
        cmocka_unit_test(nobody_answers),
        cmocka_unit_test(login_refused_by_words),
        cmocka_unit_test(login_refused_by_asking_again),
        cmocka_unit_test(the_first_turn_is_due_at_once),
        cmocka_unit_test(mute_while_connecting),
        cmocka_unit_test(mute_before_login),
        cmocka_unit_test(mute_after_the_password),
        cmocka_unit_test(boot_text_is_named),
        cmocka_unit_test(mute_in_a_reply),
        cmocka_unit_test(mute_for_good),
        cmocka_unit_test(a_slow_command_has_its_own_deadline),
        cmocka_unit_test(an_endless_reply_is_cut),
        cmocka_unit_test(the_link_is_lost),
        cmocka_unit_test(the_link_is_lost_at_login),
        cmocka_unit_test(questions_end_the_session),
        cmocka_unit_test(a_monitor_is_never_typed_at),
        cmocka_unit_test(the_transport_asks),
        cmocka_unit_test(a_lock_is_left_at_once),
        cmocka_unit_test(a_held_lock_is_never_forced),
        cmocka_unit_test(modes_are_nested),
        cmocka_unit_test(closing_leaves_the_modes),
        cmocka_unit_test(a_mute_device_cannot_hold_the_closing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
