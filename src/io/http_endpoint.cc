#include "io/http_endpoint.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <utility>

#include "base/limits.h"
#include "io/connection.h"
#include "io/listener.h"
#include "io/start.h"

namespace turnaway::io {

struct HttpEndpoint::State {
    Listener listener;
    asio::io_context& context;
    Settings settings;
    Page page;
    std::size_t connections = 0;
};

namespace {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::empty_body>;

// If there are no descriptors left, an immediate retry would fail too.
constexpr auto accept_again_after = std::chrono::seconds(1);

HttpAnswer plain(http::status status) {
    return {static_cast<unsigned>(status), "text/plain; charset=utf-8",
            std::string(http::obsolete_reason(status)) + '\n'};
}

// Nothing: the client is gone or too slow, or the request deserves no answer.
asio::awaitable<std::optional<HttpAnswer>> read_request(Connection& connection, Parser& parser,
                                                        std::chrono::milliseconds deadline) {
    const auto end = DeadlineWatch::Clock::now() + deadline;
    parser.header_limit(base::limits::http_request_bytes_max);
    std::string input;
    std::array<char, 2048> buffer;
    while (!parser.is_header_done()) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            end - DeadlineWatch::Clock::now());
        if (left.count() <= 0) co_return std::nullopt;
        const auto bytes = co_await connection.read(buffer, left);
        if (!bytes) co_return std::nullopt;
        input.append(buffer.data(), *bytes);
        boost::beast::error_code error;
        const std::size_t consumed = parser.put(asio::buffer(input), error);
        input.erase(0, consumed);
        if (error == http::error::need_more && !parser.is_header_done()) {
            if (input.size() <= base::limits::http_request_bytes_max) continue;
            error = http::error::header_limit;
        }
        if (error == http::error::header_limit) {
            co_return plain(http::status::request_header_fields_too_large);
        }
        if (error && error != http::error::need_more) co_return plain(http::status::bad_request);
    }
    co_return HttpAnswer{};
}

HttpAnswer answer_to(const Parser& parser, const HttpEndpoint::Page& page) {
    const auto method = parser.get().method();
    if (method != http::verb::get && method != http::verb::head) {
        return plain(http::status::method_not_allowed);
    }
    const std::string_view target(parser.get().target().data(), parser.get().target().size());
    auto answer = page(target.substr(0, target.find('?')));
    return answer ? *std::move(answer) : plain(http::status::not_found);
}

std::string head_of(const HttpAnswer& answer) {
    const auto status = static_cast<http::status>(answer.status);
    std::string head = "HTTP/1.1 " + std::to_string(answer.status) + ' ';
    head += std::string(http::obsolete_reason(status)) + "\r\nContent-Type: ";
    head += answer.content_type + "\r\nContent-Length: " + std::to_string(answer.body.size());
    if (status == http::status::method_not_allowed) head += "\r\nAllow: GET, HEAD";
    return head + "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
}

}  // namespace

asio::awaitable<void> HttpEndpoint::serve(std::shared_ptr<State> state,
                                          asio::ip::tcp::socket socket) {
    Connection connection(std::move(socket));
    Parser parser;
    auto answer = co_await read_request(connection, parser, state->settings.deadline);
    if (answer) {
        if (answer->body.empty()) answer = answer_to(parser, state->page);
        const std::string head = head_of(*answer);
        const bool is_head = parser.is_header_done() && parser.get().method() == http::verb::head;
        const std::string_view body = is_head ? std::string_view() : answer->body;
        const auto sent = co_await connection.write(head, body, state->settings.deadline);
        if (sent) co_await connection.close();
    }
    --state->connections;
}

asio::awaitable<void> HttpEndpoint::accept_clients(std::shared_ptr<State> state) {
    while (true) {
        auto socket = co_await state->listener.accept();
        if (!socket) {
            if (socket.error() == asio::error::operation_aborted ||
                socket.error() == asio::error::bad_descriptor) {
                co_return;
            }
            asio::steady_timer pause(state->context, accept_again_after);
            co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
            continue;
        }
        if (state->connections >= state->settings.connections_max) continue;
        ++state->connections;
        start(state->context, "a request for a page", serve(state, *std::move(socket)));
    }
}

HttpEndpoint::HttpEndpoint(std::shared_ptr<State> state) : state_(std::move(state)) {}

HttpEndpoint::~HttpEndpoint() {
    state_->listener.close();
}

base::Result<std::unique_ptr<HttpEndpoint>> HttpEndpoint::open(asio::io_context& context,
                                                               const Settings& settings,
                                                               Page page) {
    auto listener = Listener::open(context.get_executor(), settings.listen);
    if (!listener) return std::unexpected(listener.error());
    auto state =
        std::make_shared<State>(State{*std::move(listener), context, settings, std::move(page)});
    start(context, "the socket for pages", accept_clients(state));
    return std::unique_ptr<HttpEndpoint>(new HttpEndpoint(std::move(state)));
}

Endpoint HttpEndpoint::local() const {
    return state_->listener.local();
}

}  // namespace turnaway::io
