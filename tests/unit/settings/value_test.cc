// Every form of a value: what it takes, and the sentence for what it does not.
#include "settings/value.h"

#include <gtest/gtest.h>

#include <string>

#include "settings/route_config.h"
#include "settings/row.h"
#include "settings/section_rows.h"

namespace turnaway::settings {
namespace {

using namespace std::chrono_literals;

// What is wrong with the value, or nothing.
template <class Value>
std::string fault(const Key& key, std::string_view toml, Value& value) {
    const auto parsed = toml::parse("value = " + std::string(toml));
    EXPECT_TRUE(parsed.succeeded()) << toml;
    if (!parsed.succeeded()) return "not TOML";
    const auto stored = store_value(key, *parsed.table().get("value"), slot_of(value));
    return stored ? "" : stored.error();
}

TEST(Value, Text) {
    const Key key{.form = Form::text};
    std::string value;
    EXPECT_EQ(fault(key, "\"a word\"", value), "");
    EXPECT_EQ(value, "a word");
    EXPECT_EQ(fault(key, "7", value), "must be a string of one line, not the number 7");
    EXPECT_EQ(fault(key, "true", value), "must be a string of one line, not true");
    EXPECT_EQ(fault(key, "1.5", value),
              "must be a string of one line, not a number with a decimal point");
    EXPECT_EQ(fault(key, "1979-05-27", value), "must be a string of one line, not a date or time");
    EXPECT_EQ(fault(key, "{a = 1}", value), "must be a string of one line, not a table");
    EXPECT_EQ(fault(key, R"("a\nb")", value),
              R"("a\x0ab" contains a line break or another control character; )"
              "must be a string of one line");
    EXPECT_EQ(value, "a word");
}

TEST(Value, Paths) {
    std::string value;
    const Key path{.form = Form::path};
    EXPECT_EQ(fault(path, "\"/a/b\"", value), "");
    EXPECT_EQ(fault(path, "\"\"", value), "");
    EXPECT_EQ(fault(path, "\"a/b\"", value),
              R"(must be an absolute path, or "", not the string "a/b")");
    const Key recipients{.form = Form::recipients};
    EXPECT_EQ(fault(recipients, "\"verify\"", value), "");
    EXPECT_EQ(fault(recipients, "\"/users\"", value), "");
    EXPECT_EQ(fault(recipients, "\"users\"", value),
              R"(must be an absolute path, "verify", or "", not the string "users")");
}

TEST(Value, FlagsAndNumbers) {
    bool flag = false;
    const Key is{.form = Form::flag};
    EXPECT_EQ(fault(is, "true", flag), "");
    EXPECT_TRUE(flag);
    EXPECT_EQ(fault(is, "\"yes\"", flag), R"(must be true or false, not the string "yes")");
    std::uint16_t number = 0;
    const Key port{.form = Form::number, .min = 1, .max = 65535};
    EXPECT_EQ(fault(port, "65535", number), "");
    EXPECT_EQ(number, 65535);
    for (const char* wrong : {"0", "65536", "-1", "9223372036854775807"}) {
        EXPECT_EQ(fault(port, wrong, number),
                  "must be a number from 1 to 65535, not the number " + std::string(wrong));
    }
    EXPECT_EQ(fault(port, "\"25\"", number),
              R"(must be a number from 1 to 65535, not the string "25")");
}

TEST(Value, SizesAndTimes) {
    std::uint64_t bytes = 0;
    const Key size{.form = Form::bytes, .min = 10, .max = 2'000'000'000};
    EXPECT_EQ(fault(size, "\"48MiB\"", bytes), "");
    EXPECT_EQ(bytes, 48U * 1024 * 1024);
    EXPECT_EQ(fault(size, "\"1 gb\"", bytes), "");
    EXPECT_EQ(bytes, 1'000'000'000U);
    const std::string size_wanted = "must be a size from 10 to 2000000000 bytes, not ";
    const std::string size_such = R"(; for example 50000000, "50MB" or "48MiB")";
    EXPECT_EQ(fault(size, "\"many\"", bytes), size_wanted + "the string \"many\"" + size_such);
    EXPECT_EQ(fault(size, "\"3GB\"", bytes), size_wanted + "the string \"3GB\"" + size_such);
    EXPECT_EQ(fault(size, "\"99999999999999999999GB\"", bytes),
              size_wanted + "the string \"99999999999999999999GB\"" + size_such);
    std::chrono::seconds time{};
    const Key wait{.form = Form::duration, .min = 1, .max = 3600};
    EXPECT_EQ(fault(wait, "\"5m\"", time), "");
    EXPECT_EQ(time, 5min);
    EXPECT_EQ(fault(wait, "90", time), "");
    EXPECT_EQ(time, 90s);
    EXPECT_EQ(fault(wait, "\"soon\"", time),
              "must be a time from 1s to 1h, not the string \"soon\"; for example \"90s\", \"5m\", "
              "\"4h\" or \"5d\"");
    EXPECT_NE(fault(wait, "\"2h\"", time), "");
    EXPECT_NE(fault(wait, "[1]", time).find(", not a list; for example"), std::string::npos);
}

enum class Colour : std::uint8_t { red, five_fifty };

TEST(Value, Choices) {
    Colour value = Colour::red;
    const Key key{.form = Form::choice, .choices = {"red", "550"}};
    EXPECT_EQ(fault(key, "550", value), "");
    EXPECT_EQ(value, Colour::five_fifty);
    EXPECT_EQ(fault(key, "\"red\"", value), "");
    EXPECT_EQ(value, Colour::red);
    EXPECT_EQ(fault(key, "\"550\"", value), "");
    EXPECT_EQ(fault(key, "\"blue\"", value), "must be red or 550, not the string \"blue\"");
    EXPECT_EQ(fault(key, "\"\"", value), "must be red or 550, not the string \"\"");
    EXPECT_EQ(fault(key, "[]", value), "must be red or 550, not a list");
    EXPECT_EQ(value, Colour::five_fifty);
}

TEST(Value, Domains) {
    std::vector<mail::Domain> list;
    const Key key{.form = Form::domains};
    EXPECT_EQ(fault(key, R"(["Example.ORG", "bücher.example"])", list), "");
    EXPECT_EQ(list.at(1).text(), "xn--bcher-kva.example");
    EXPECT_EQ(fault(key, R"(["a..b"])", list).substr(0, 30), R"("a..b" is not a domain name: a)");
    EXPECT_EQ(fault(key, R"(["."])", list),
              R"("." is the DNS root, not a domain name; must be a list of domain names)");
    EXPECT_EQ(fault(key, R"(["a.example", "A.example"])", list),
              R"("A.example" is listed twice; remove one of them)");
    EXPECT_EQ(fault(key, R"(["a.example", 7])", list),
              "the list contains the number 7 instead of a string; must be a list of domain names");
    EXPECT_EQ(fault(key, "\"a.example\"", list),
              "must be a list of domain names, not the string \"a.example\"");
    EXPECT_EQ(list.size(), 2U);
    HostNames hosts;
    const Key host_names{.form = Form::host_names};
    EXPECT_EQ(fault(host_names, R"(["www.example.org", ".servers.example"])", hosts), "");
    EXPECT_EQ(hosts.names.at(0).text(), "www.example.org");
    EXPECT_EQ(hosts.suffixes.at(0).text(), "servers.example");
    EXPECT_NE(fault(host_names, R"(["."])", hosts), "");
    mail::Domain domain = mail::Domain::root();
    const Key one{.form = Form::domain};
    EXPECT_EQ(fault(one, "\"a.example\"", domain), "");
    EXPECT_NE(fault(one, "\"a..b\"", domain).find("; must be a domain name"), std::string::npos);
}

// What a daemon makes of a network must be what the check made of it.
TEST(Value, Networks) {
    std::vector<verdict::Network> list;
    const Key key{.form = Form::networks};
    EXPECT_EQ(fault(key, R"(["::ffff:192.0.2.0/120", "192.0.2.1", "192.0.2.1/32"])", list), "");
    EXPECT_EQ(list.at(0).text(), "192.0.2.0/24");
    EXPECT_EQ(list.size(), 3U);
    const std::string wanted =
        "; must be a list of networks, such as \"192.0.2.0/24\", \"2001:db8::/32\" or "
        "\"192.0.2.1\"";
    EXPECT_EQ(fault(key, R"(["10.0.0.1/8"])", list),
              "\"10.0.0.1/8\" has bits set after its prefix" + wanted);
    EXPECT_EQ(fault(key, R"(["10.0.0.0/33"])", list),
              "\"10.0.0.0/33\" has a prefix length that is not 0 to 32" + wanted);
    for (const char* wrong : {"10.0.0.0/08", "::ffff:0:0/32", "10.0.0.0/", "[::1]/128", "ten"}) {
        EXPECT_NE(fault(key, "[\"" + std::string(wrong) + "\"]", list), "") << wrong;
    }
}

TEST(Value, Addresses) {
    std::vector<route::IpAddress> list;
    const Key key{.form = Form::addresses};
    EXPECT_EQ(fault(key, R"(["192.0.2.1", "2001:db8::1"])", list), "");
    EXPECT_EQ(fault(key, R"(["192.0.2.0/24"])", list),
              "\"192.0.2.0/24\" is not an IP address; must be a list of IP addresses, such as "
              "\"192.0.2.1\" or \"2001:db8::1\"");
    std::optional<mail::Address> address;
    const Key mailbox{.form = Form::mailbox};
    EXPECT_EQ(fault(mailbox, "\"ops@example.org\"", address), "");
    EXPECT_EQ(address->text(), "ops@example.org");
    EXPECT_EQ(fault(mailbox, "\"ops\"", address),
              "\"ops\" is not an address: the address has no @ and domain after its local-part; "
              "must be an e-mail address, or \"\", such as \"ops@example.org\"");
    EXPECT_NE(fault(mailbox, "\"bücher@example.org\"", address).find("other than ASCII"),
              std::string::npos);
    EXPECT_EQ(fault(mailbox, "\"\"", address), "");
    EXPECT_FALSE(address);
}

TEST(Value, Endpoints) {
    std::vector<Endpoint> list;
    const Key key{.form = Form::endpoints};
    EXPECT_EQ(fault(key, R"(["0.0.0.0:25", "[::]:0"])", list), "");
    EXPECT_EQ(list.at(1).text(), "[::]:0");
    const std::string wanted =
        "; must be a list of IP addresses with a port, such as \"127.0.0.1:25\" or \"[::1]:25\"";
    EXPECT_EQ(fault(key, "[]", list), "the list is empty" + wanted);
    EXPECT_EQ(fault(key, R"(["::1:25"])", list),
              "\"::1:25\" is not an IP address with a port" + wanted);
    std::optional<Endpoint> one;
    const Key endpoint{.form = Form::endpoint};
    EXPECT_EQ(fault(endpoint, "\"[::1]:9\"", one), "");
    EXPECT_EQ(fault(endpoint, "\"localhost:9\"", one),
              "must be an IP address with a port, or \"\", not the string \"localhost:9\"; for "
              "example \"127.0.0.1:9526\" or \"[::1]:9526\"");
    EXPECT_EQ(fault(endpoint, "\"\"", one), "");
    EXPECT_FALSE(one);
    const Key servers{.form = Form::name_servers};
    EXPECT_EQ(fault(servers, R"(["127.0.0.1@5353", "::1"])", list), "");
    EXPECT_EQ(list.at(1).text(), "[::1]:53");
    EXPECT_EQ(fault(servers, "[]", list), "");
    EXPECT_NE(fault(servers, R"(["::1@0"])", list), "");
    std::vector<std::string> lines;
    const Key zone{.form = Form::zone_lines};
    EXPECT_EQ(fault(zone, R"(["a. A 192.0.2.1"])", lines), "");
    EXPECT_EQ(fault(zone, R"([" "])", lines),
              "the list contains an empty string; must be a list of zone lines, such as "
              "\"host.example. 60 IN A 192.0.2.1\"");
}

TEST(Value, Routes) {
    const auto rows = route_rows();
    RouteConfig routes;
    EXPECT_EQ(fault(rows.at(0), R"({"example.org" = "127.0.0.1:2526", "*" = "mx.example.com:25"})",
                    routes),
              "");
    EXPECT_EQ(routes.by_domain.at(*mail::Domain::parse("example.org")).text(), "127.0.0.1:2526");
    EXPECT_EQ(routes.smarthost->text(), "mx.example.com:25");
    EXPECT_EQ(fault(rows[0], R"({"b.example" = "b.example"})", routes),
              "must be a host or IP address with a port, not the string \"b.example\"; for example "
              "\"mx.example.org:25\", \"127.0.0.1:2526\" or \"[::1]:25\"");
    EXPECT_EQ(fault(rows[0], R"({"b.example" = "b.example:0"})", routes).substr(0, 14),
              "must be a host");
    EXPECT_EQ(fault(rows[0], R"({"b..example" = "b.example:25"})", routes).substr(0, 33),
              "\"b..example\" is not a domain name");
    EXPECT_EQ(fault(rows[0], R"({"b.example" = "c.d:25", "B.example" = "c.d:25"})", routes),
              "this domain is set twice; remove one of the lines");
    EXPECT_EQ(fault(rows[0], R"({example.org = "a.example:25"})", routes).substr(0, 60),
              "a name with dots must be in quotes: \"example.org\" = ...; the");
    EXPECT_EQ(fault(rows[0], "[]", routes).substr(0, 14), "must be a host");
}

}  // namespace
}  // namespace turnaway::settings
