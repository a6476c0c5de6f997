// Queue client: sends requests to the running relay over its control socket (docs/json.md).
//
// One connection, one request at a time. Text from peers that the relay quotes is data: callers
// escape it before they print it for people.
#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "cli/queue/queue_options.h"

namespace turnaway::cli {

using Json = nlohmann::ordered_json;

class QueueClient {
  public:
    // False: stop; the request ends with Fault::io.
    using Each = std::function<bool(const std::string& line, const Json& answer)>;

    // Fault::unavailable if no relay answers there, Fault::permission without the right to connect.
    [[nodiscard]] static base::Result<QueueClient> connect(const std::string& path);
    // At the socket that the options name, or their configuration.
    [[nodiscard]] static base::Result<QueueClient> connect(const QueueOptions& options);
    QueueClient(QueueClient&& other) noexcept;
    QueueClient& operator=(QueueClient&&) = delete;
    ~QueueClient();

    // Calls `each` for every line of the answer except the last, which is returned. A refusal by
    // the relay is an error here.
    [[nodiscard]] base::Result<Json> ask(const Json& request, const Each& each);

  private:
    QueueClient(int socket, std::string path) : socket_(socket), path_(std::move(path)) {}
    [[nodiscard]] base::Result<std::string> next_line();

    int socket_;
    std::string path_;
    std::string input_;
    std::size_t begin_ = 0;  // of input_: already consumed
};

// For `content` lines; nothing if it is not base64.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace turnaway::cli
