/* The code that a first run executes, where cmake/textfsm.ld laid it. */
#ifndef KIRIWAKE_TEXTFSM_FETCH_H
#define KIRIWAKE_TEXTFSM_FETCH_H

/* Its bounds; NULL where the linker knows no such script. */
extern const char textfsm_code[] __attribute__((weak));
extern const char textfsm_code_end[] __attribute__((weak));

/* Asks for all of it at once: in a process just begun it is in no cache, and
 * comes while the first of it runs. */
void fetch_code(void);

#endif
