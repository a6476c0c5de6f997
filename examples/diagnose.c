/* diagnose: who did not get a mail, and why, from a bounce on standard input, with libturnaway.
 *
 *     cc diagnose.c $(pkg-config --cflags --libs turnaway) -o diagnose && ./diagnose < bounce.eml
 *
 * Exit status: 0 if the message is a report about a delivery, 1 if it is not, 71 without memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <turnaway.h>

static char message[1 << 20]; /* what a bounce has to say comes early */

static const char *field(const turnaway_result *result, size_t record, const char *name) {
    const char *value = turnaway_result_get(result, record, name);
    return value != NULL ? value : "-";
}

int main(void) {
    size_t bytes = fread(message, 1, sizeof message, stdin);
    turnaway_result *result = turnaway_diagnose(message, bytes);
    if (result == NULL) return 71;
    int is_report = 0;
    for (size_t i = 0; i < turnaway_result_count(result); ++i) {
        is_report |= turnaway_result_get(result, i, "reason") != NULL;
        printf("%s %s %s (%s)\n    %s\n", field(result, i, "kind"), field(result, i, "recipient"),
               field(result, i, "reason"), field(result, i, "permanence"),
               field(result, i, "action"));
    }
    turnaway_result_free(result);
    return is_report ? 0 : 1;
}
