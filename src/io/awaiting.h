// Awaiting: turns a call that returns its result by callback, perhaps on another thread, into an
// awaitable for coroutines.
//
// `start` is called at once with a callback that takes one T; the coroutine resumes with that T on
// its own executor. The callback may come before `start` returns and must come once. If it never
// comes, the coroutine stays suspended until its io_context ends.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <type_traits>
#include <utility>

namespace turnaway::io {

namespace asio = boost::asio;

template <class T, class Start>
asio::awaitable<T> answer_of(Start start) {
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(T)>(
        [&start](auto handler) {
            const asio::any_io_executor executor = asio::get_associated_executor(handler);
            // std::function requires a copyable target; the handler is not copyable.
            using Handler = std::decay_t<decltype(handler)>;
            auto shared = std::make_shared<Handler>(std::move(handler));
            start([executor, shared](T value) {
                asio::post(executor, [shared, value = std::move(value)]() mutable {
                    std::move (*shared)(std::move(value));
                });
            });
        },
        asio::use_awaitable);
}

}  // namespace turnaway::io
