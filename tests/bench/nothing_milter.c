/* The other side of the milter part of tests/bench/gate.py: a filter of Sendmail's libmilter that asks for MAIL and RCPT, as the gate
 * does, and passes everything.
 *
 *   nothing_milter inet:PORT@ADDRESS
 */
#include <libmilter/mfapi.h>
#include <stddef.h>

static sfsistat pass(SMFICTX *context, char **arguments) {
    (void)context;
    (void)arguments;
    return SMFIS_CONTINUE;
}

int main(int argc, char **argv) {
    struct smfiDesc filter = {
        .xxfi_name = "nothing",
        .xxfi_version = SMFI_VERSION,
        .xxfi_envfrom = pass,
        .xxfi_envrcpt = pass,
    };
    if (argc != 2 || smfi_setconn(argv[1]) != MI_SUCCESS || smfi_register(filter) != MI_SUCCESS) return 64;
    return smfi_main() == MI_SUCCESS ? 0 : 1;
}
