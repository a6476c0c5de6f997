// A message comes back from its row as it went in, and damaged rows do not come back at all.
#include "spool/row.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

#include "fake/spooled.h"

namespace turnaway::spool {
namespace {

queue::Message full_message() {
    queue::Message message = fake::message_of(77, 123'456);
    message.is_eight_bit = message.has_ascii_header = message.is_held = true;
    mail::Envelope& envelope = message.envelope;
    envelope.envid = "QQ 314159";
    envelope.ret = mail::Return::headers;
    envelope.body = mail::Body::binary_mime;
    envelope.needs_smtputf8 = true;
    envelope.recipients[0].notify = mail::Notify{.success = true, .delay = true};
    envelope.recipients[0].original = mail::OriginalRecipient::parse("rfc822;a+2Bb@old.example");
    envelope.recipients[1].notify = mail::Notify{.never = true};
    const std::chrono::sys_seconds time(std::chrono::seconds(1'700'000'500));
    queue::RecipientState& state = message.states[0];
    state.tries = 300;
    state.is_delay_reported = true;
    state.progress = queue::Progress::unreportable;
    state.attempts = {
        {.time = time,
         .host = "mx.host.example",
         .address = "2001:db8::1",
         .stage = codes::Stage::greeting,
         .verdict = smtp::ClientVerdict::permanent,
         .cause = smtp::ClientCause::host_takes_no_mail,
         .status = codes::EnhancedCode::permanent({3, 2}),
         .remote = queue::RemoteWords{codes::ReplyCode(521), {"no mail here", "\xff\r\n", ""}}},
        {.time = time,
         .status = codes::EnhancedCode::temporary({4, 3}),
         .words = "no answer within 30 s"}};
    return message;
}

TEST(Row, BringsBackEverything) {
    for (const auto& message : {full_message(), fake::message_of(1, 0)}) {
        EXPECT_EQ(unpack_message(message.id, pack_envelope(message), pack_states(message)),
                  message);
    }
    auto report = fake::message_of(2, 5);
    report.envelope.reverse_path = {};
    EXPECT_EQ(unpack_message(report.id, pack_envelope(report), pack_states(report)), report);
}

// The numbers of the stages are on disks: 0 is the lookup, then these from 1 on.
TEST(Row, KeepsTheNumberOfEachStage) {
    using codes::Stage;
    const auto stored_with = [](std::optional<Stage> stage) {
        auto message = fake::message_of(1, 0);
        message.states[0].attempts = {{.time = message.arrival,
                                       .stage = stage,
                                       .status = codes::EnhancedCode::temporary({4, 1})}};
        return pack_states(message);
    };
    const std::string lookup = stored_with({});
    char number = 0;
    for (const auto stage :
         {Stage::connect, Stage::greeting, Stage::ehlo, Stage::starttls, Stage::mail, Stage::rcpt,
          Stage::data, Stage::content, Stage::final_dot, Stage::idle}) {
        const std::string row = stored_with(stage);
        ASSERT_EQ(row.size(), lookup.size());
        const auto [at, of_lookup] = std::ranges::mismatch(row, lookup);
        ASSERT_NE(at, row.end()) << name(stage);
        EXPECT_EQ(*of_lookup, 0);
        EXPECT_EQ(*at, ++number) << name(stage);
    }
}

TEST(Row, IsSmallWhenFresh) {
    const auto message = fake::message_of(1, 4096);
    EXPECT_LE(pack_states(message).size(), 24U);
    EXPECT_LE(pack_envelope(message).size(), 120U);
}

TEST(Row, RefusesEveryCutAndEveryAddition) {
    const auto message = full_message();
    const std::string envelope = pack_envelope(message);
    const std::string states = pack_states(message);
    for (std::size_t size = 0; size < envelope.size(); ++size) {
        EXPECT_FALSE(unpack_message(message.id, envelope.substr(0, size), states)) << size;
    }
    for (std::size_t size = 0; size < states.size(); ++size) {
        EXPECT_FALSE(unpack_message(message.id, envelope, states.substr(0, size))) << size;
    }
    EXPECT_FALSE(unpack_message(message.id, envelope + '\0', states));
    EXPECT_FALSE(unpack_message(message.id, envelope, states + '\0'));
}

TEST(Row, RefusesOtherVersionsAndStatesOfAnother) {
    const auto message = full_message();
    std::string envelope = pack_envelope(message);
    std::string states = pack_states(message);
    auto one = message;
    one.states.pop_back();
    EXPECT_FALSE(unpack_message(message.id, envelope, pack_states(one)));
    states[0] = 2;
    EXPECT_FALSE(unpack_message(message.id, envelope, states));
    envelope[0] = 2;
    EXPECT_FALSE(unpack_message(message.id, envelope, pack_states(message)));
}

// What is read from any bytes is a message that could be written.
TEST(Row, SurvivesEveryChangedByte) {
    const auto message = full_message();
    const std::string envelope = pack_envelope(message);
    const std::string states = pack_states(message);
    for (std::size_t at = 0; at < states.size(); ++at) {
        for (int value = 0; value < 256; value += 3) {
            std::string changed = states;
            changed[at] = static_cast<char>(value);
            const auto read = unpack_message(message.id, envelope, changed);
            if (!read) continue;
            EXPECT_EQ(unpack_message(message.id, pack_envelope(*read), pack_states(*read)), read);
        }
    }
}

}  // namespace
}  // namespace turnaway::spool
