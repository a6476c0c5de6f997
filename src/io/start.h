// start: begins a coroutine that nobody waits for.
//
// The one place where a coroutine is let go (tests/checks/style.py enforces it). An exception that
// leaves one is a fault of the program: it is written to standard error and ends the process with
// EX_SOFTWARE, as an exception in a handler does. Nothing acknowledged is lost by that, and a
// service manager starts the program again. Swallowed, it would leave a place taken or a client
// without an answer for ever. The coroutine owns what it uses, or what it uses outlives `executor`.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <string_view>
#include <utility>

namespace turnaway::io {

namespace asio = boost::asio;

// `what` names the coroutine for the person who reads why the process ended.
[[noreturn]] void end_process(std::string_view what, const std::exception_ptr& exception) noexcept;

// `what` is a literal.
template <class Executor>
void start(Executor&& executor, std::string_view what, asio::awaitable<void> work) {
    asio::co_spawn(std::forward<Executor>(executor), std::move(work),
                   [what](const std::exception_ptr& exception) {
                       if (exception) end_process(what, exception);
                   });
}

}  // namespace turnaway::io
