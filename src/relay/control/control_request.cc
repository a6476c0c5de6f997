#include "relay/control/control_request.h"

#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/printable.h"
#include "base/text.h"
#include "mail/domain.h"

namespace turnaway::relay {
namespace {

using Json = nlohmann::json;
using Wrong = std::unexpected<std::string>;

// Each verb with its allowed keys, in the order of ControlVerb.
struct Verb {
    std::string_view name;
    std::string_view keys;
};
constexpr std::string_view list_keys =
    "ids sender recipient domain older newer state after limit node";
constexpr std::string_view change_keys = "ids all sender recipient domain older newer state node";
constexpr std::array<Verb, 12> verbs{{
    {"list", list_keys},
    {"show", "ids node"},
    {"hold", change_keys},
    {"release", change_keys},
    {"delete", change_keys},
    {"flush", "ids all domain node"},
    {"export", "ids node"},
    {"summary", "limit node"},
    {"hosts", ""},
    {"forget", "all host"},
    {"nodes", ""},
    {"drain", "node undo"},
}};
constexpr std::array<std::string_view, 4> states{"waiting", "held", "unreportable", "corrupt"};

// A hundred years: a longer time would overflow.
constexpr std::uint64_t seconds_max = std::uint64_t{100} * 366 * 24 * 3600;
constexpr std::size_t shown_bytes_max = 60;

std::string shown(std::string_view text) {
    std::string out;
    base::append_printable(out, text, shown_bytes_max);
    return out;
}

// The index of the row whose name is in `value`, if any.
std::optional<std::size_t> index_in(const auto& rows, const Json& value, auto name_of) {
    const auto* const text = value.get_ptr<const std::string*>();
    if (text == nullptr) return std::nullopt;
    const auto found = std::ranges::find(rows, std::string_view(*text), name_of);
    if (found == rows.end()) return std::nullopt;
    return static_cast<std::size_t>(found - rows.begin());
}

bool is_among(std::string_view word, std::string_view words) {
    while (!words.empty()) {
        const auto end = std::min(words.find(' '), words.size());
        if (words.substr(0, end) == word) return true;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return false;
}

// Reads the members of one request and stops at the first error.
class Reader {
  public:
    std::expected<ControlRequest, std::string> read(const Json& object) {
        const auto verb = object.find("do");
        if (verb == object.end()) return Wrong("the request does not say what to \"do\"");
        const auto index = index_in(verbs, *verb, &Verb::name);
        if (!index) {
            return Wrong(
                "\"do\" is not one of list, show, hold, release, delete, flush, export, summary, "
                "hosts, forget, nodes, drain");
        }
        request_.verb = static_cast<ControlVerb>(*index);
        for (const auto& [key, value] : object.items()) {
            if (key == "do") continue;
            if (!is_among(key, verbs.at(*index).keys)) {
                return Wrong("\"" + shown(key) + "\" is not a part of this request");
            }
            if (!take(key, value)) {
                return Wrong(fault_.empty() ? "\"" + key + "\" has a value that cannot be"
                                            : fault_);
            }
        }
        return check();
    }

  private:
    bool take(std::string_view key, const Json& value) {
        auto& filter = request_.filter;
        if (key == "ids") return take_ids(value);
        if (key == "all") return take_flag(value, &request_.is_all);
        if (key == "sender") return take_text(value, &filter.sender);
        if (key == "recipient") return take_text(value, &filter.recipient);
        if (key == "domain") return take_domain(value);
        if (key == "older") return take_seconds(value, &filter.older);
        if (key == "newer") return take_seconds(value, &filter.newer);
        if (key == "state") return take_state(value);
        if (key == "after") return take_id(value, &request_.after);
        if (key == "limit") return take_limit(value);
        if (key == "node") return take_text(value, &request_.node);
        if (key == "undo") return take_flag(value, &request_.is_undone);
        return take_text(value, &request_.host);
    }

    static bool take_flag(const Json& value, bool* to) {
        if (!value.is_boolean()) return false;
        *to = value.get<bool>();
        return true;
    }

    static bool take_text(const Json& value, std::string* to) {
        if (!value.is_string()) return false;
        *to = value.get<std::string>();
        return !to->empty();  // an empty filter must not match everything
    }

    bool take_state(const Json& value) {
        const auto index = index_in(states, value, std::identity());
        if (index) request_.filter.state = static_cast<MessageState>(*index);
        return index.has_value();
    }

    static std::optional<std::uint64_t> number_of(const Json& value) {
        if (!value.is_number_unsigned()) return std::nullopt;
        return value.get<std::uint64_t>();
    }

    static bool take_seconds(const Json& value, std::optional<std::chrono::seconds>* to) {
        const auto number = number_of(value);
        if (!number || *number > seconds_max) return false;
        *to = std::chrono::seconds(*number);
        return true;
    }

    bool take_limit(const Json& value) {
        const auto number = number_of(value);
        if (!number || *number == 0 || *number > ControlRequest::lines_max) return false;
        request_.limit = static_cast<std::size_t>(*number);
        return true;
    }

    bool take_id(const Json& value, queue::QueueId* to) {
        if (!value.is_string()) return false;
        const auto text = value.get<std::string>();
        const auto id = queue::QueueId::parse(text);
        if (!id) {
            fault_ = "\"" + shown(text) + "\" is not a queue id";
            return false;
        }
        *to = *id;
        return true;
    }

    bool take_ids(const Json& value) {
        if (!value.is_array() || value.empty()) return false;
        for (const Json& each : value) {
            queue::QueueId id;
            if (!take_id(each, &id)) return false;
            request_.ids.push_back(id);
        }
        return true;
    }

    // An address literal stays as it is; a domain is converted to the form used in the queue.
    bool take_domain(const Json& value) {
        std::string text;
        if (!take_text(value, &text)) return false;
        const auto domain = mail::Domain::parse(text);
        if (!domain && !text.starts_with('[')) {
            fault_ = "\"" + shown(text) + "\" is not a domain";
            return false;
        }
        request_.filter.domain = domain ? domain->text() : text;
        return true;
    }

    std::expected<ControlRequest, std::string> check() {
        const bool has_ids = !request_.ids.empty();
        switch (request_.verb) {
            case ControlVerb::list:
            case ControlVerb::summary:
            case ControlVerb::hosts:
            case ControlVerb::nodes:
                break;
            case ControlVerb::drain:
                if (request_.node.empty()) return Wrong("\"node\" must name the relay");
                break;
            case ControlVerb::show:
                if (!has_ids) return Wrong("\"ids\" must name the messages");
                break;
            case ControlVerb::hold:
            case ControlVerb::release:
            case ControlVerb::remove:
                if (has_ids == request_.is_all) {
                    return Wrong("either list the messages in \"ids\" or set \"all\" to true");
                }
                if (has_ids && !request_.filter.is_empty()) {
                    return Wrong("\"ids\" already lists the messages");
                }
                break;
            case ControlVerb::flush:
                if (has_ids + request_.is_all + !request_.filter.domain.empty() != 1) {
                    return Wrong(
                        "exactly one of \"ids\", \"domain\" and \"all\" must say what to flush");
                }
                break;
            case ControlVerb::export_content:
                if (request_.ids.size() != 1) return Wrong("\"ids\" must name one message");
                break;
            case ControlVerb::forget:
                if (request_.host.empty() != request_.is_all) {
                    return Wrong("either name the host in \"host\" or set \"all\" to true");
                }
                break;
        }
        return std::move(request_);
    }

    ControlRequest request_;
    std::string fault_;
};

}  // namespace

std::string_view name(ControlVerb verb) {
    return verbs.at(static_cast<std::size_t>(verb)).name;
}

std::string_view name(MessageState state) {
    return states.at(static_cast<std::size_t>(state));
}

MessageState state_of(const queue::Message& message) {
    if (message.is_held) return MessageState::held;
    const bool is_waiting = std::ranges::any_of(message.states, [](const auto& state) {
        return state.progress == queue::Progress::waiting;
    });
    return is_waiting ? MessageState::waiting : MessageState::unreportable;
}

bool MessageFilter::matches(const queue::Message& message, std::chrono::sys_seconds now) const {
    const auto& envelope = message.envelope;
    if (older && now - message.arrival < *older) return false;
    if (newer && now - message.arrival > *newer) return false;
    if (state && state_of(message) != *state) {
        // An unreported failure matches, whatever else the message waits for.
        if (*state != MessageState::unreportable) return false;
        if (std::ranges::none_of(message.states, [](const auto& each) {
                return each.progress == queue::Progress::unreportable;
            })) {
            return false;
        }
    }
    const auto contains = [](std::string_view text, std::string_view part) {
        return base::find_no_case(text, part) != std::string_view::npos;
    };
    if (!sender.empty() && !contains(envelope.reverse_path.text(), sender)) return false;
    if (!recipient.empty() && std::ranges::none_of(envelope.recipients, [&](const auto& each) {
            return contains(each.address.text(), recipient);
        })) {
        return false;
    }
    return domain.empty() || std::ranges::any_of(envelope.recipients, [&](const auto& each) {
               return each.address.host_text() == domain;
           });
}

bool MessageFilter::matches_corrupt() const {
    MessageFilter others = *this;
    others.state.reset();
    return others.is_empty() && state.value_or(MessageState::corrupt) == MessageState::corrupt;
}

std::expected<ControlRequest, std::string> parse_control_request(std::string_view line) {
    const Json json = Json::parse(line, nullptr, false);
    if (json.is_discarded()) return Wrong("the request is not JSON");
    if (!json.is_object()) return Wrong("the request is not a JSON object");
    return Reader().read(json);
}

}  // namespace turnaway::relay
