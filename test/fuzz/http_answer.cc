// Invariants of the metrics page's answer, for any request:
// - nothing until the head is complete, however it comes, and then exactly one answer;
// - the status is 200, 404 or 405, the length that is announced is the body's, and no byte of the
//   request is repeated;
// - the metrics are shown to GET and HEAD of /metrics alone.
#include <string>

#include "base/check.h"
#include "base/text.h"
#include "fuzz/input.h"
#include "refuse/metrics_page.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace base = turnaway::base;
    using turnaway::refuse::http_answer;
    turnaway::fuzz::Input input(data, size);
    const std::string_view request = input.text(1024);
    const std::string metrics = "secret 42\n";
    const std::string answer = http_answer(request, metrics);
    const bool is_complete = request.find("\r\n\r\n") != std::string_view::npos;
    TURNAWAY_CHECK(answer.empty() == !is_complete);
    if (answer.empty()) return 0;

    const bool is_ok = answer.starts_with("HTTP/1.1 200 OK\r\n");
    TURNAWAY_CHECK(is_ok || answer.starts_with("HTTP/1.1 404 ") ||
                   answer.starts_with("HTTP/1.1 405 "));
    const std::size_t head = answer.find("\r\n\r\n");
    TURNAWAY_CHECK(head != std::string::npos);
    const std::string_view body = std::string_view(answer).substr(head + 4);
    const std::string_view field = "Content-Length: ";
    const std::size_t at = answer.find(field) + field.size();
    const auto length =
        base::parse_unsigned(std::string_view(answer).substr(at, answer.find("\r\n", at) - at));
    const bool is_head = request.starts_with("HEAD ");
    TURNAWAY_CHECK(length == body.size() || (is_ok && is_head && body.empty()));
    TURNAWAY_CHECK((body == metrics) == (is_ok && !is_head));
    TURNAWAY_CHECK(!is_ok || request.starts_with("GET /metrics") ||
                   request.starts_with("HEAD /metrics"));
    // Only seven answers there are; the request is in none of them.
    TURNAWAY_CHECK(answer.size() < 256);
    return 0;
}
