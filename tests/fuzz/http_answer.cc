// Invariants of the metrics page's answer, for any request:
// - nothing until the head is complete, however it comes, and then exactly one answer;
// - the status is 200, 404, 405 or, for the health of a server that is ending, 503; the length that
// is announced is the body's, and no byte of the
//   request is repeated;
// - the metrics are shown to GET and HEAD of /metrics alone.
#include <string>

#include "base/check.h"
#include "base/text.h"
#include "fuzz/input.h"
#include "refuse/metrics_page.h"

namespace {

namespace base = turnaway::base;

void check(std::string_view request, bool is_ending) {
    const std::string metrics = "secret 42\n";
    const std::string answer = turnaway::refuse::http_answer(request, metrics, is_ending);
    const bool is_complete = request.find("\r\n\r\n") != std::string_view::npos;
    TURNAWAY_CHECK(answer.empty() == !is_complete);
    if (answer.empty()) return;

    const bool is_head = request.starts_with("HEAD ");
    const std::string_view target = request.substr(is_head ? 5 : 4);
    const bool is_health = target.starts_with("/healthz");
    const bool is_ok = answer.starts_with("HTTP/1.1 200 OK\r\n");
    const bool is_ill = answer.starts_with("HTTP/1.1 503 ");
    TURNAWAY_CHECK(is_ok || is_ill || answer.starts_with("HTTP/1.1 404 ") ||
                   answer.starts_with("HTTP/1.1 405 "));
    TURNAWAY_CHECK(!is_ill || (is_health && is_ending));
    const std::size_t head = answer.find("\r\n\r\n");
    TURNAWAY_CHECK(head != std::string::npos);
    const std::string_view body = std::string_view(answer).substr(head + 4);
    const std::string_view field = "Content-Length: ";
    const std::size_t at = answer.find(field) + field.size();
    const auto length =
        base::parse_unsigned(std::string_view(answer).substr(at, answer.find("\r\n", at) - at));
    TURNAWAY_CHECK(length == body.size() || ((is_ok || is_ill) && is_head && body.empty()));
    TURNAWAY_CHECK((body == metrics) == (is_ok && !is_head && !is_health));
    TURNAWAY_CHECK(!is_ok || is_health || target.starts_with("/metrics"));
    // Only a few answers there are; the request is in none of them.
    TURNAWAY_CHECK(answer.size() < 256);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    turnaway::fuzz::Input input(data, size);
    const std::string_view request = input.text(1024);
    check(request, false);
    check(request, true);
    return 0;
}
