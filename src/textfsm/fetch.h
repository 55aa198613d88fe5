/* The code that a first run executes, where cmake/textfsm.ld laid it. */
#ifndef KIRIWAKE_TEXTFSM_FETCH_H
#define KIRIWAKE_TEXTFSM_FETCH_H

/* Its bounds; NULL where the linker knows no such script. */
#ifdef TEXTFSM_LAID_OUT
extern const char textfsm_code[], textfsm_code_end[];
#else
static const char *const textfsm_code, *const textfsm_code_end;
#endif

/* Asks for all of it at once: in a process just begun it is in no cache, and
 * comes while the first of it runs. */
void fetch_code(void);

#endif
