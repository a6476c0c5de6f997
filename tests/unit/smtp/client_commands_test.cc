// MAIL and RCPT as the next host gets them: requirement 49, and nothing the host has not offered.
#include "smtp/client_commands.h"

#include <gtest/gtest.h>

namespace turnaway::smtp {
namespace {

const ClientExtensions all{
    .pipelining = true, .size = true, .eight_bit_mime = true, .smtputf8 = true, .dsn = true};

ClientMessage message_of(std::string_view sender, std::string_view recipient) {
    ClientMessage message{.content_bytes = 42};
    message.envelope.reverse_path = mail::ReversePath(mail::Address::parse(sender).value());
    message.envelope.recipients.push_back({mail::Address::parse(recipient).value()});
    return message;
}

std::string mail_line(const ClientMessage& message, const ClientExtensions& extensions) {
    std::string line;
    append_mail(message, extensions, &line);
    return line;
}

std::string rcpt_line(const ClientMessage& message, const ClientExtensions& extensions) {
    std::string line;
    append_rcpt(message.envelope.recipients.front(), message, extensions, &line);
    return line;
}

TEST(ClientCommands, SayNothingTheHostDidNotOffer) {
    ClientMessage message = message_of("a@x.example", "b@y.example");
    message.envelope.envid = "id=1";
    message.envelope.ret = mail::Return::full;
    message.envelope.body = mail::Body::eight_bit_mime;
    message.envelope.recipients[0].notify = mail::Notify{.success = true, .failure = true};
    EXPECT_EQ(mail_line(message, {}), "MAIL FROM:<a@x.example>\r\n");
    EXPECT_EQ(rcpt_line(message, {}), "RCPT TO:<b@y.example>\r\n");
    EXPECT_EQ(mail_line(message, all),
              "MAIL FROM:<a@x.example> SIZE=42 BODY=8BITMIME RET=FULL ENVID=id+3D1\r\n");
    EXPECT_EQ(rcpt_line(message, all), "RCPT TO:<b@y.example> NOTIFY=SUCCESS,FAILURE\r\n");
}

TEST(ClientCommands, SmtpUtf8GoesWithWhateverNeedsIt) {
    ClientMessage plain = message_of("a@x.example", "b@y.example");
    EXPECT_EQ(mail_line(plain, all), "MAIL FROM:<a@x.example> SIZE=42\r\n");
    EXPECT_EQ(what_is_missing(plain, {}), std::nullopt);
    ClientMessage content = plain, header = plain;
    content.envelope.needs_smtputf8 = content.is_eight_bit = true;
    header.envelope.needs_smtputf8 = header.is_eight_bit = true;
    for (const ClientMessage& message :
         {content, header, message_of("\xc3\xbc@x.example", "b@y.example"),
          message_of("a@x.example", "\xc3\xbc@y.example")}) {
        EXPECT_TRUE(mail_line(message, all).ends_with(" SMTPUTF8\r\n"));
        EXPECT_EQ(what_is_missing(message, {}), ClientCause::smtputf8_missing);
        EXPECT_EQ(what_is_missing(message, all), std::nullopt);
    }
}

// RFC 6531 sections 3.2 and 3.4: a message that is all ASCII goes to any host, whatever MAIL said
// when it came; a domain in U-labels then goes as A-labels.
TEST(ClientCommands, AnAsciiMessageNeedsNoSmtpUtf8) {
    ClientMessage message = message_of(
        "a@b\xc3\xbc"
        "cher.example",
        "b@b\xc3\xbc"
        "cher.example");
    message.envelope.needs_smtputf8 = true;
    EXPECT_EQ(what_is_missing(message, {}), std::nullopt);
    EXPECT_EQ(mail_line(message, {}), "MAIL FROM:<a@xn--bcher-kva.example>\r\n");
    EXPECT_EQ(rcpt_line(message, {}), "RCPT TO:<b@xn--bcher-kva.example>\r\n");
    EXPECT_EQ(mail_line(message, all), "MAIL FROM:<a@xn--bcher-kva.example> SIZE=42 SMTPUTF8\r\n");
}

// RFC 6531 section 3.4: a body beyond ASCII under an ASCII header needs 8BITMIME alone.
TEST(ClientCommands, AnAsciiHeaderNeedsNoSmtpUtf8) {
    ClientMessage message = message_of("a@x.example", "b@y.example");
    message.envelope.needs_smtputf8 = message.is_eight_bit = message.has_ascii_header = true;
    EXPECT_EQ(what_is_missing(message, {.eight_bit_mime = true}), std::nullopt);
    EXPECT_EQ(mail_line(message, {.eight_bit_mime = true}),
              "MAIL FROM:<a@x.example> BODY=8BITMIME\r\n");
    EXPECT_TRUE(mail_line(message, all).ends_with(" SMTPUTF8\r\n"));
    EXPECT_EQ(what_is_missing(message, {}), ClientCause::eight_bit_mime_missing);
}

// RFC 6533 section 3: in ASCII where SMTPUTF8 is not in use, and not at all when that is too long.
TEST(ClientCommands, OriginalRecipientFitsTheHost) {
    ClientMessage message = message_of("a@x.example", "b@y.example");
    auto& original = message.envelope.recipients[0].original;
    original = mail::OriginalRecipient::parse("utf-8;\xc3\xbc@z.example");
    EXPECT_EQ(rcpt_line(message, all), "RCPT TO:<b@y.example> ORCPT=utf-8;\\x{FC}@z.example\r\n");
    std::string long_value = "utf-8;";
    while (long_value.size() < 400) long_value += "\xc3\xbc";
    original = mail::OriginalRecipient::parse(long_value + "@z.example");
    ASSERT_TRUE(original);
    EXPECT_EQ(rcpt_line(message, all), "RCPT TO:<b@y.example>\r\n");
    message.envelope.needs_smtputf8 = true;
    EXPECT_TRUE(rcpt_line(message, all).ends_with(long_value + "@z.example\r\n"));
}

TEST(ClientCommands, KnowWhatIsMissing) {
    ClientMessage message = message_of("a@x.example", "b@y.example");
    EXPECT_EQ(what_is_missing(message, {.content_bytes_max = 41}), ClientCause::content_too_big);
    EXPECT_EQ(what_is_missing(message, {.content_bytes_max = 42}), std::nullopt);
    // What BODY promised is not the content: 7-bit content goes anywhere.
    message.envelope.body = mail::Body::eight_bit_mime;
    EXPECT_EQ(what_is_missing(message, {}), std::nullopt);
    message.is_eight_bit = true;
    EXPECT_EQ(what_is_missing(message, {}), ClientCause::eight_bit_mime_missing);
    message.is_eight_bit = false;
    message.envelope.body = mail::Body::binary_mime;
    EXPECT_EQ(what_is_missing(message, all), ClientCause::eight_bit_mime_missing);
}

}  // namespace
}  // namespace turnaway::smtp
