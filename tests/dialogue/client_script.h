// A client dialogue, read: what the client is to send, what the host says to it, and what must come
// out for each recipient. The format is in README.md beside this.
#pragma once

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "dialogue/client_driver.h"
#include "dialogue/dialogue.h"
#include "smtp/command.h"
#include "smtp/parameters.h"

namespace turnaway::dialogue {

struct ClientTurn {
    std::string client;  // what the client must say
    std::string server;  // what the host then says
    Event event = Event::none;
};

struct ClientScript {
    smtp::TlsPolicy tls = smtp::TlsPolicy::opportunistic;
    std::vector<smtp::ClientMessage> messages;
    std::string content;
    std::vector<std::string> outcomes;  // one for each recipient of each message
    std::string host;                   // what is wrong with the host, if anything
    std::vector<ClientTurn> turns;
};

// As the `outcome:` lines have it.
inline std::string describe(const smtp::ClientOutcome& outcome) {
    std::string text(name(outcome.verdict));
    text += ' ' + std::string(name(outcome.cause)) + ' ' + std::string(name(outcome.stage));
    text += ' ' + outcome.status.text();
    return text + (outcome.reply ? " " + outcome.reply->code.text() : " -");
}

inline ClientDriver driver_of(const ClientScript& script) {
    smtp::ClientPlan plan{"relay.example", script.tls, script.messages.front()};
    return {plan, {script.messages.begin() + 1, script.messages.end()}, script.content};
}

namespace script_lines {

inline smtp::ClientMessage message_of(std::string_view line) {
    const auto command = smtp::parse_command(line).value();
    const auto wishes = smtp::parse_mail_parameters(command.parameters()).value();
    smtp::ClientMessage message;
    if (!command.path.is_null) {
        message.envelope.reverse_path =
            mail::ReversePath(mail::Address::make(command.path.address).value());
    }
    message.envelope.envid = mail::parse_envid(wishes.envid).value();
    message.envelope.ret = wishes.ret;
    message.envelope.body = wishes.body.value_or(mail::Body::seven_bit);
    message.envelope.needs_smtputf8 = wishes.needs_smtputf8;
    message.content_bytes = wishes.size_bytes.value_or(0);
    return message;
}

inline mail::Recipient recipient_of(std::string_view line) {
    const auto command = smtp::parse_command(line).value();
    const auto wishes = smtp::parse_rcpt_parameters(command.parameters()).value();
    mail::Recipient recipient{mail::Address::make(command.path.address).value(), wishes.notify, {}};
    if (!wishes.original_type.empty()) {
        recipient.original = mail::OriginalRecipient::parse(
            std::string(wishes.original_type) + ';' + std::string(wishes.original_address));
    }
    return recipient;
}

inline Event event_of(std::string_view text) {
    if (text == "<closed>") return Event::closed;
    if (text == "<timed out>") return Event::timed_out;
    if (text == "<tls up>") return Event::tls_up;
    if (text == "<tls failed>") return Event::tls_failed;
    return Event::none;
}

inline bool take_line(std::string_view line, ClientScript* script) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) return false;
    const std::string_view key = line.substr(0, colon), text = line.substr(colon + 2);
    const std::string bytes = unescape(text);
    if (key == "tls") {
        script->tls = text == "required" ? smtp::TlsPolicy::required : smtp::TlsPolicy::never;
    } else if (key == "mail") {
        script->messages.push_back(message_of("MAIL " + bytes));
    } else if (key == "rcpt") {
        script->messages.back().envelope.recipients.push_back(recipient_of("RCPT " + bytes));
    } else if (key == "content") {
        script->content = bytes;
    } else if (key == "outcome") {
        script->outcomes.push_back(bytes);
    } else if (key == "host") {
        script->host = text;
    } else if (key == "C") {
        ClientTurn* turn = &script->turns.back();
        const bool is_answered = !turn->server.empty() || turn->event != Event::none;
        if (is_answered) turn = &script->turns.emplace_back();
        turn->client += bytes + "\r\n";
    } else if (key == "S") {
        if (script->turns.back().event != Event::none) script->turns.emplace_back();
        ClientTurn* turn = &script->turns.back();
        turn->event = event_of(text);
        if (turn->event == Event::none) turn->server += bytes + "\r\n";
    } else {
        return false;
    }
    return true;
}

}  // namespace script_lines

// Throws with file and line when the file is no dialogue: a test's own mistake.
inline ClientScript read_client_script(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    ClientScript script;
    script.turns.emplace_back();
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        if (line.empty() || line.starts_with('#')) continue;
        if (!script_lines::take_line(line, &script)) {
            throw std::runtime_error(path + ":" + std::to_string(number) + ": not a dialogue line");
        }
    }
    for (smtp::ClientMessage& message : script.messages) {
        if (message.content_bytes == 0) message.content_bytes = script.content.size();
        message.is_eight_bit = !std::ranges::all_of(script.content, base::is_ascii);
    }
    return script;
}

}  // namespace turnaway::dialogue
