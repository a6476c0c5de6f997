// How a plan is written for each tool, where that is easy to get wrong; that the tools read it is
// for tests/cli/park_records_test.py.
#include "park/records/form.h"

#include <gtest/gtest.h>

#include <string>

namespace turnaway::park {
namespace {

mail::Domain domain(std::string_view text) {
    return mail::Domain::parse(text).value();
}

std::string written(const FormSettings& settings, const std::vector<Plan>& plans) {
    FormWriter writer(settings);
    std::string out;
    writer.begin(out);
    for (const auto& plan : plans) writer.add(out, plan);
    writer.finish(out);
    return out;
}

Plan with_text(std::string text) {
    return {.domain = domain("example.org"),
            .records = {{.zone = domain("example.org"),
                         .type = RecordType::txt,
                         .ttl_seconds = 60,
                         .data = std::move(text),
                         .reason = "Because",
                         .source = "RFC 1035"}}};
}

std::string terraform(std::string_view provider, const Plan& plan) {
    return written({.form = Form::terraform, .terraform = find_terraform_provider(provider)},
                   {plan});
}

TEST(Form, NamesAreFound) {
    for (const auto form : {Form::zone, Form::table, Form::json, Form::octodns, Form::dnscontrol,
                            Form::terraform, Form::nsupdate}) {
        EXPECT_EQ(find_form(name(form)), form);
    }
    EXPECT_EQ(find_form("yaml"), std::nullopt);
}

TEST(Form, ZoneLinesSayWhy) {
    EXPECT_EQ(written({}, {with_text("v=spf1 -all")}),
              "; example.org is meant to have no mail.\n; Because (RFC 1035)\nexample.org. 60 IN "
              "TXT \"v=spf1 -all\"\n");
}

TEST(Form, OnlyPressingAdviceUnlessAsked) {
    const Plan made = plan(domain("example.org"), {});
    const std::string brief = written({}, {made});
    const std::string full = written({.wants_why = true}, {made});
    EXPECT_NE(brief.find("Remove every other MX"), std::string::npos);
    EXPECT_EQ(brief.find("BIMI"), std::string::npos);
    EXPECT_NE(brief.find("--why"), std::string::npos);
    EXPECT_NE(full.find("BIMI"), std::string::npos);
    EXPECT_EQ(full.find("More to know"), std::string::npos);
}

TEST(Form, CommentsAreWrappedAndColoured) {
    Plan wide = with_text("x");
    wide.records[0].reason = std::string(60, 'a') + ' ' + std::string(60, 'b');
    const std::string out = written({.comment_on = "<", .comment_off = ">"}, {wide});
    EXPECT_NE(
        out.find("<; " + std::string(60, 'a') + ">\n<; " + std::string(60, 'b') + " (RFC 1035)>\n"),
        std::string::npos)
        << out;
}

TEST(Form, OctodnsEscapesSemicolonsAndJoinsOneZone) {
    const std::string out = written({.form = Form::octodns}, {with_text("a; b"), with_text("c")});
    EXPECT_EQ(
        out,
        "--- # example.org.yaml\n"
        "# octoDNS owns the zone: it deletes every record that is not in this file. Add these "
        "to a\n# file that holds the whole zone (octodns-dump writes one), and look at the "
        "plan first.\n"
        "\"\":\n"
        "  # Because (RFC 1035)\n"
        "  # Because (RFC 1035)\n"
        "  - ttl: 60\n"
        "    type: TXT\n"
        "    values:\n"
        "      - \"a\\\\; b\"\n"
        "      - \"c\"\n");
}

TEST(Form, TerraformIsNoTemplate) {
    EXPECT_NE(terraform("digitalocean", with_text("${a} %{b} $c %d")).find("\"$${a} %%{b} $c %d\""),
              std::string::npos);
}

TEST(Form, LongTextIsCutAsEachProviderWants) {
    const std::string a(255, 'a');
    const Plan made = with_text(a + "b");
    EXPECT_NE(terraform("route53", made).find("[\"" + a + "\\\"\\\"b\"]"), std::string::npos);
    EXPECT_NE(terraform("google", made).find("[\"\\\"" + a + "\\\" \\\"b\\\"\"]"),
              std::string::npos);
    EXPECT_NE(terraform("azure", made).find("value = \"" + a + "b\""), std::string::npos);
}

TEST(Form, TerraformKnowsOnlyProvidersOfTheTable) {
    for (const auto& provider : terraform_providers()) {
        EXPECT_NE(find_dns_provider(provider.name), nullptr) << provider.name;
    }
    EXPECT_EQ(find_terraform_provider("nobody"), nullptr);
}

}  // namespace
}  // namespace turnaway::park
