/* turnaway.h: reply codes, bounces, and whether a domain accepts mail, for programs in C and every
 * language that can call C.
 *
 * Results are lists of records, and a record is a list of named text fields, so that new fields do
 * not change the ABI. turnaway(3) lists the fields. Texts are UTF-8, end in NUL, have no control
 * characters, and live as long as their result. Nothing here connects anywhere, or
 * keeps anything between two calls; only iconv of the C library may read its tables of characters: every function is safe from any thread, as long as one object
 * is used by one thread at a time. No function throws or ends the process. Where memory runs out
 * the functions that return an object return NULL. All of them accept NULL for an object.
 */
#ifndef TURNAWAY_H
#define TURNAWAY_H

#include <stddef.h>

#if defined(__GNUC__)
#define TURNAWAY_EXPORT __attribute__((visibility("default")))
#else
#define TURNAWAY_EXPORT
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library at run time: "0.2.0". */
TURNAWAY_EXPORT const char *turnaway_version(void);

/* ---- Results ---- */

typedef struct turnaway_result turnaway_result;

/* What is wrong with the input, as one sentence; NULL if nothing is. A result with an error has no
 * records. */
TURNAWAY_EXPORT const char *turnaway_result_error(const turnaway_result *result);
TURNAWAY_EXPORT size_t turnaway_result_count(const turnaway_result *result);
/* The value of a field; NULL if the record does not have it. */
TURNAWAY_EXPORT const char *turnaway_result_get(const turnaway_result *result, size_t record,
                                                const char *field);
/* The name of the field with this number, from 0 on; NULL after the last one. */
TURNAWAY_EXPORT const char *turnaway_result_field(const turnaway_result *result, size_t record,
                                                  size_t number);
/* The record as a JSON object on one line. */
TURNAWAY_EXPORT const char *turnaway_result_json(const turnaway_result *result, size_t record);
TURNAWAY_EXPORT void turnaway_result_free(turnaway_result *result);

/* ---- Codes ---- */

/* The meaning of a reply ("550 5.1.1 User unknown", its lines separated by newlines), of a bare
 * code, or of a log line that contains a reply. One record. */
TURNAWAY_EXPORT turnaway_result *turnaway_explain(const char *reply, size_t bytes);

/* ---- Bounces ---- */

/* What a message (header and body, as it is in a file) says about the delivery of another one: a
 * bounce, a delay, a complaint, an automatic reply. One record for each recipient. Ordinary mail
 * has one record with the kind "not-a-bounce". The memory for a message is a few times its size. */
TURNAWAY_EXPORT turnaway_result *turnaway_diagnose(const char *message, size_t bytes);

/* ---- Whether a domain accepts mail, from DNS answers that the caller supplies ---- */

typedef struct turnaway_check turnaway_check;

enum turnaway_dns_type {
    TURNAWAY_DNS_A = 1,
    TURNAWAY_DNS_MX = 15,
    TURNAWAY_DNS_AAAA = 28
};

enum turnaway_dns_outcome {
    TURNAWAY_DNS_ANSWERED = 0,     /* at least one record of this type */
    TURNAWAY_DNS_NO_DATA = 1,      /* the name exists, this type does not */
    TURNAWAY_DNS_NO_SUCH_NAME = 2, /* NXDOMAIN */
    TURNAWAY_DNS_FAILED = 3,       /* SERVFAIL, or any other trouble */
    TURNAWAY_DNS_TIMEOUT = 4,      /* no answer */
    TURNAWAY_DNS_REFUSED = 5,      /* the name server refused to answer */
    TURNAWAY_DNS_BOGUS = 6         /* DNSSEC validation failed */
};

/* For a domain, or a mail address, whose domain is checked. If the input is not one, there are no
 * questions and turnaway_check_result() says what is wrong. */
TURNAWAY_EXPORT turnaway_check *turnaway_check_new(const char *domain, size_t bytes);
/* The next question to ask DNS: 1, or 0 if there is none now. Ask, give each answer, and come back
 * until it is 0 and all questions are answered. `name` lives as long as the check. */
TURNAWAY_EXPORT int turnaway_check_question(turnaway_check *check, const char **name, int *type);
/* The answer to a question. `records`, `count` of them: "10 mx.example.org" for MX, "192.0.2.1" for
 * A, "2001:db8::1" for AAAA; CNAME must have been followed. `is_secure` is not 0 if DNSSEC
 * validated the answer. Returns 0, or -1 if the question was not asked, was already answered, or a
 * record cannot be read; a question with a record that cannot be read stays open. */
TURNAWAY_EXPORT int turnaway_check_answer(turnaway_check *check, const char *name, int type,
                                          int outcome, const char *const *records, size_t count,
                                          int is_secure);
/* What the answers mean. Questions that are not answered count as failed. One record. */
TURNAWAY_EXPORT turnaway_result *turnaway_check_result(turnaway_check *check);
TURNAWAY_EXPORT void turnaway_check_free(turnaway_check *check);

#ifdef __cplusplus
}
#endif

#endif
