// Queue client: asks the running relay over its control socket (docs/json.md).
//
// One connection, one request at a time. What the relay quotes of peers is data: whoever prints it
// for people escapes it.
#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace turnaway::cli {

using Json = nlohmann::ordered_json;

class QueueClient {
  public:
    // False: no more is wanted, the request ends with Fault::io.
    using Each = std::function<bool(const std::string& line, const Json& answer)>;

    // Fault::unavailable when no relay answers there, Fault::permission when we may not ask.
    [[nodiscard]] static base::Result<QueueClient> connect(const std::string& path);
    QueueClient(QueueClient&& other) noexcept;
    QueueClient& operator=(QueueClient&&) = delete;
    ~QueueClient();

    // Calls `each` for every line of the answer but the last, which is returned. A relay that
    // refuses is a fault here.
    [[nodiscard]] base::Result<Json> ask(const Json& request, const Each& each);

  private:
    QueueClient(int socket, std::string path) : socket_(socket), path_(std::move(path)) {}
    [[nodiscard]] base::Result<std::string> next_line();

    int socket_;
    std::string path_;
    std::string input_;
    std::size_t begin_ = 0;  // of input_: what was taken already
};

// Of `content` lines; nothing when it is no base64.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace turnaway::cli
