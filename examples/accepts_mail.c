/* accepts_mail: whether domains accept mail, from the DNS of this machine, with libturnaway.
 *
 *   cc accepts_mail.c $(pkg-config --cflags --libs turnaway) -lresolv -o accepts_mail
 *   ./accepts_mail example.org
 *
 * The library says what to ask; this program asks the resolver of libc. The exit code is 1 if a
 * domain does not accept mail or is not a domain.
 */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turnaway.h>

enum { records_max = 64, text_max = 1100 };

static char texts[records_max][text_max];
static const char *records[records_max];

/* The record as text, or 0 if it is of another type, such as a CNAME. */
static int read_record(ns_msg *message, ns_rr *rr, int type, char *text) {
    const unsigned char *data = ns_rr_rdata(*rr);
    if ((int)ns_rr_type(*rr) != type) return 0;
    if (type == TURNAWAY_DNS_MX) {
        char name[NS_MAXDNAME];
        if (ns_name_uncompress(ns_msg_base(*message), ns_msg_end(*message), data + 2, name,
                               sizeof name) < 0) {
            return 0;
        }
        snprintf(text, text_max, "%u %s", ns_get16(data), name[0] != '\0' ? name : ".");
        return 1;
    }
    return inet_ntop(type == TURNAWAY_DNS_A ? AF_INET : AF_INET6, data, text, text_max) != NULL;
}

static int ask(const char *name, int type, size_t *count) {
    static unsigned char answer[65536];
    *count = 0;
    const int bytes = res_query(name, ns_c_in, type, answer, sizeof answer);
    if (bytes < 0) {
        if (h_errno == HOST_NOT_FOUND) return TURNAWAY_DNS_NO_SUCH_NAME;
        return h_errno == NO_DATA ? TURNAWAY_DNS_NO_DATA : TURNAWAY_DNS_FAILED;
    }
    ns_msg message;
    if (ns_initparse(answer, bytes, &message) < 0) return TURNAWAY_DNS_FAILED;
    for (int i = 0; i < ns_msg_count(message, ns_s_an) && *count < records_max; ++i) {
        ns_rr rr;
        if (ns_parserr(&message, ns_s_an, i, &rr) < 0) return TURNAWAY_DNS_FAILED;
        if (read_record(&message, &rr, type, texts[*count])) ++*count;
    }
    return *count > 0 ? TURNAWAY_DNS_ANSWERED : TURNAWAY_DNS_NO_DATA;
}

static int check(const char *domain) {
    turnaway_check *check = turnaway_check_new(domain, strlen(domain));
    const char *name = NULL;
    int type = 0;
    for (size_t i = 0; i < records_max; ++i) records[i] = texts[i];
    while (turnaway_check_question(check, &name, &type)) {
        size_t count = 0;
        const int outcome = ask(name, type, &count);
        if (turnaway_check_answer(check, name, type, outcome, records, count, 0) != 0) {
            turnaway_check_answer(check, name, type, TURNAWAY_DNS_FAILED, NULL, 0, 0);
        }
    }
    turnaway_result *result = turnaway_check_result(check);
    const char *error = turnaway_result_error(result);
    const char *accepts = turnaway_result_get(result, 0, "accepts_mail");
    const int is_no = accepts != NULL && strcmp(accepts, "no") == 0;
    if (error != NULL) {
        fprintf(stderr, "accepts_mail: %s\n", error);
    } else {
        printf("%s: %s %s\n", domain, accepts, turnaway_result_get(result, 0, "answer"));
    }
    turnaway_result_free(result);
    turnaway_check_free(check);
    return error != NULL || is_no;
}

int main(int argc, char **argv) {
    int worst = 0;
    for (int i = 1; i < argc; ++i) worst |= check(argv[i]);
    if (argc < 2) {
        fprintf(stderr, "Usage: accepts_mail DOMAIN...\n");
        return 64;
    }
    return worst;
}
