// The actions of `turnaway queue`: makes requests from the options, and output from the answers.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "base/duration.h"
#include "base/printable.h"
#include "base/result.h"
#include "cli/common/colours.h"
#include "cli/common/output.h"
#include "cli/queue/queue_client.h"
#include "cli/queue/queue_options.h"
#include "cli/queue/queue_page.h"
#include "relay/control/control_json.h"

namespace turnaway::cli {
namespace {

using base::Fault;
using base::Result;

// The maximum of ids in one request.
constexpr std::size_t ids_max = 1000;

// The names of a change in output.
struct Change {
    std::string_view command;
    std::string_view done;
    std::string_view unchanged;
};
constexpr std::array<Change, 4> changes{{
    {"hold", "held", "held already"},
    {"release", "released", "not held"},
    {"delete", "deleted", ""},
    {"flush", "to be tried now", "held, or without a waiting recipient"},
}};

class Queue {
  public:
    Queue(const QueueOptions& options, QueueClient client)
        : options_(options),
          client_(std::move(client)),
          colours_(colours_for(options.colour)),
          page_(colours_,
                std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())) {}

    Result<void> run();
    bool has_missing() const { return missing_ > 0; }
    bool has_unreached() const { return unreached_ > 0; }
    // False: output could not be written, which was reported.
    [[nodiscard]] bool flush() { return output_.flush(); }

  private:
    Result<void> list();
    Result<void> show();
    Result<void> summary();
    Result<void> hosts();
    Result<void> nodes();
    Result<void> drain();
    Result<void> forget();
    Result<void> export_content();
    Result<void> change(const Change& change);

    Json request() const;
    // Sends a request; prints JSON unchanged, reports missing messages, passes all else to `each`.
    Result<Json> ask(const Json& request, const std::function<bool(const Json&)>& each);
    // The same for the ids in parts; the counts are the sums of all parts.
    Result<void> ask_by_ids(const std::function<bool(const Json&)>& each);
    bool write_out(std::string_view text) {
        output_.text() += text;
        return output_.flush_if_full();
    }
    bool write(Table& table);

    const QueueOptions& options_;
    QueueClient client_;
    const Colours& colours_;
    QueuePage page_;
    Output output_{"turnaway queue"};
    std::uint64_t count_ = 0;
    std::uint64_t unchanged_ = 0;
    std::uint64_t missing_ = 0;
    std::uint64_t unreached_ = 0;
};

Json Queue::request() const {
    Json request;
    request["do"] = options_.command;
    for (const auto& [key, value] :
         {std::pair("sender", &options_.sender), std::pair("recipient", &options_.recipient),
          std::pair("domain", &options_.domain), std::pair("state", &options_.state),
          std::pair("node", &options_.node)}) {
        if (!value->empty()) request[key] = *value;
    }
    for (const auto& [key, value] :
         {std::pair("older", &options_.older), std::pair("newer", &options_.newer)}) {
        if (!value->empty()) request[key] = base::parse_duration(*value).value().count();
    }
    if (options_.is_all) request["all"] = true;
    return request;
}

Result<Json> Queue::ask(const Json& request, const std::function<bool(const Json&)>& each) {
    auto end = client_.ask(request, [&](const std::string& line, const Json& answer) {
        if (options_.json) return write_out(line) && write_out("\n");
        if (answer["type"] == "outcome") {
            if (answer.value("outcome", "") == "corrupt") {
                std::fprintf(stderr,
                             "turnaway queue: %s cannot be read: it can be exported and deleted, "
                             "nothing else\n",
                             answer.value("id", "").c_str());
            }
            if (answer.value("outcome", "") != "missing") return true;
            std::fprintf(stderr, "turnaway queue: %s: no such message in the queue\n",
                         answer.value("id", "").c_str());
            return true;
        }
        if (answer["type"] == "unreached") {
            std::fputs(QueuePage::unreached(answer).c_str(), stderr);
            return true;
        }
        return each(answer);
    });
    if (!end) return end;
    unreached_ += end->value("unreached", std::uint64_t{0});
    count_ += end->value("count", std::uint64_t{0});
    unchanged_ += end->value("unchanged", std::uint64_t{0});
    missing_ += end->value("missing", std::uint64_t{0});
    return end;
}

Result<void> Queue::ask_by_ids(const std::function<bool(const Json&)>& each) {
    std::span<const std::string> rest = options_.ids;
    do {
        Json part = request();
        const auto ids = rest.first(std::min(rest.size(), ids_max));
        rest = rest.subspan(ids.size());
        if (!ids.empty()) part["ids"] = ids;
        const auto end = ask(part, each);
        if (!end) return std::unexpected(end.error());
    } while (!rest.empty());
    return {};
}

bool Queue::write(Table& table) {
    std::string text;
    table.write(text, colours_);
    return write_out(text);
}

Result<void> Queue::list() {
    // Whether there is a column for the relay is known from the first message.
    std::optional<Table> table;
    const auto each = [&](const Json& message) {
        if (!table) table.emplace(page_.message_table(message.contains("node")));
        page_.add_message(message, &*table);
        return true;
    };
    if (!options_.ids.empty()) {
        if (auto done = ask_by_ids(each); !done) return done;
        if (table) write(*table);
        return {};
    }
    Json part = request();
    for (std::uint64_t left = options_.limit.value_or(UINT64_MAX); left > 0;) {
        part["limit"] = std::min<std::uint64_t>(left, ids_max);
        const auto end = ask(part, each);
        if (!end) return std::unexpected(end.error());
        if (table && !write(*table)) return base::fail(Fault::io, "cannot write");
        left -= std::min<std::uint64_t>(left, end->value("count", std::uint64_t{0}));
        if (!end->contains("next") || !end->at("next").is_string()) break;
        part["after"] = end->at("next");
    }
    if (count_ == 0 && !options_.json && options_.limit != std::uint64_t{0}) {
        write_out(options_.has_filter() ? "No message matches.\n" : "The queue is empty.\n");
    }
    return {};
}

Result<void> Queue::show() {
    bool is_first = true;
    return ask_by_ids([&](const Json& message) {
        return (std::exchange(is_first, false) || write_out("\n")) &&
               write_out(page_.message(message));
    });
}

Result<void> Queue::summary() {
    Json wish = request();
    if (options_.limit) wish["limit"] = *options_.limit;
    Table table = page_.destination_table();
    const auto end = ask(wish, [&](const Json& answer) {
        if (answer["type"] == "totals") return write(table) && write_out(page_.totals(answer));
        page_.add_destination(answer, &table);
        return true;
    });
    if (!end) return std::unexpected(end.error());
    return {};
}

Result<void> Queue::hosts() {
    Table table = page_.host_table();
    const auto end = ask(request(), [&](const Json& host) {
        page_.add_host(host, &table);
        return true;
    });
    if (!end) return std::unexpected(end.error());
    write(table);
    if (count_ == 0 && !options_.json) write_out("No host is known to refuse all mail.\n");
    return {};
}

Result<void> Queue::nodes() {
    Table table = page_.node_table();
    const auto end = ask(request(), [&](const Json& node) {
        page_.add_node(node, &table);
        return true;
    });
    if (!end) return std::unexpected(end.error());
    write(table);
    return {};
}

// Waits until it is empty, which is when nothing is known of it any more, and shows how it goes.
Result<void> Queue::drain() {
    Json wish = request();
    if (options_.is_undone) wish["undo"] = true;
    const auto end = ask(wish, [](const Json&) { return true; });
    if (!end) return std::unexpected(end.error());
    if (options_.is_undone) {
        if (!options_.json) write_out(QueuePage::undrained(options_.node));
        return {};
    }
    std::string before;
    for (;;) {
        std::string state;
        std::uint64_t left = 0;
        bool is_alive = false;
        const auto looked =
            client_.ask({{"do", "nodes"}}, [&](const std::string& line, const Json& node) {
                if (node.value("node", "") != options_.node) return true;
                left = node.value("messages", std::uint64_t{0});
                is_alive = node.value("state", "") != "expired";
                state = options_.json ? line + '\n' : page_.draining(node);
                return true;
            });
        if (!looked) return std::unexpected(looked.error());
        if (state.empty() || (!is_alive && left == 0)) break;
        if (state != before) write_out(state);
        before = state;
        if (!output_.flush()) return base::fail(Fault::io, "cannot write");
        std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    if (options_.json) {
        write_out(Json{{"type", "drained"}, {"node", options_.node}}.dump() + '\n');
    } else {
        write_out(page_.drained(options_.node));
    }
    return {};
}

Result<void> Queue::forget() {
    Json wish = request();
    if (!options_.host.empty()) wish["host"] = options_.host;
    const auto end = ask(wish, [](const Json&) { return true; });
    if (!end) return std::unexpected(end.error());
    if (options_.json) {
        write_out(Json{{"type", "forgotten"}, {"count", count_}}.dump() + '\n');
    } else if (missing_ == 0) {
        write_out(std::to_string(count_) + (count_ == 1 ? " host" : " hosts") + " forgotten.\n");
    } else {
        std::string host;
        base::append_printable(host, options_.host, 200);
        std::fprintf(stderr, "turnaway queue: %s is not among the hosts that said 521\n",
                     host.c_str());
    }
    return {};
}

Result<void> Queue::export_content() {
    Json wish = request();
    wish["ids"] = options_.ids;
    const auto end = ask(wish, [&](const Json& piece) {
        const auto bytes = decode_base64(piece.value("base64", ""));
        return bytes && write_out(*bytes);
    });
    if (!end) return std::unexpected(end.error());
    const std::string damage = end->value("damage", "");
    if (options_.json && end->value("missing", std::uint64_t{0}) == 0) {
        write_out(relay::line_of({{"type", "exported"},
                                  {"id", options_.ids.front()},
                                  {"damage", damage.empty() ? Json(nullptr) : Json(damage)}}));
        return {};
    }
    if (damage.empty()) return {};
    std::string words;
    base::append_printable(words, damage, 500);
    std::fprintf(stderr,
                 "turnaway queue: the message is damaged, and what is there was written: %s\n",
                 words.c_str());
    return {};
}

Result<void> Queue::change(const Change& change) {
    if (auto done = ask_by_ids([](const Json&) { return true; }); !done) return done;
    const bool is_by_place = change.command == "flush" && options_.ids.empty();
    if (options_.json) {
        // A change that is not about a single message.
        if (is_by_place) {
            write_out(Json{{"type", "flushed"}, {"count", count_}}.dump() + '\n');
        }
        return {};
    }
    const std::string_view noun = is_by_place ? " delivery" : " message";
    const std::string_view nouns = is_by_place ? " deliveries" : " messages";
    std::string text = std::to_string(count_);
    text += count_ == 1 ? noun : nouns;
    text += ' ';
    text += change.done;
    if (unchanged_ > 0) {
        text += "; " + std::to_string(unchanged_) + ' ';
        text += change.unchanged;
    }
    write_out(text + ".\n");
    return {};
}

Result<void> Queue::run() {
    const std::string& command = options_.command;
    for (const auto& each : changes) {
        if (command == each.command) return change(each);
    }
    if (command == "list") return list();
    if (command == "show") return show();
    if (command == "summary") return summary();
    if (command == "hosts") return hosts();
    if (command == "nodes") return nodes();
    if (command == "drain") return drain();
    if (command == "forget") return forget();
    return export_content();
}

int tell(const base::Error& error) {
    std::string text;
    for (std::string_view rest = error.message; !rest.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size());
        text += text.empty() ? "turnaway queue: " : "\n  ";
        base::append_printable(text, rest.substr(0, end), 2000);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    std::fprintf(stderr, "%s\n", text.c_str());
    return base::exit_code(error.fault);
}

}  // namespace

int run_queue(const QueueOptions& options) {
    if (const auto done = check_options(options); !done) {
        const int code = tell(done.error());
        std::fprintf(stderr, "Try 'turnaway queue %s --help'.\n", options.command.c_str());
        return code;
    }
    auto client = QueueClient::connect(options);
    if (!client) return tell(client.error());
    Queue queue(options, *std::move(client));
    const auto done = queue.run();
    if (!queue.flush()) return base::exit_code(Fault::io);
    if (!done) return tell(done.error());
    if (queue.has_unreached()) return base::exit_code(Fault::unavailable);
    return queue.has_missing() ? base::exit_code(Fault::no_input) : 0;
}

}  // namespace turnaway::cli
