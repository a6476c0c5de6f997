// ZoneResolver: a Resolver that knows what a few lines of zone text say, and nothing else exists.
//
//   ; a comment
//   $SECURE example.org             validated from here down (everything else is not)
//   $NEGATIVE_TTL 60                for names and types that are not there; 300 at first
//   example.org 3600 IN MX 10 mx.example.org
//   mx.example.org A 192.0.2.1      TTL and IN may be left out; the TTL is 300 then
//   www.example.org CNAME example.org
//   example.org TXT "v=spf1 " "-all"  each in quotes, joined; a quote is `\"`, a backslash `\\`
//   slow.example TIMEOUT            SERVFAIL, TIMEOUT, REFUSED, BOGUS: whatever is asked
//   half.example SERVFAIL AAAA      or one type only
//
// Names are absolute, with or without the final dot. A mistake in the text ends the test program
// and names the line. Answers come before `ask` returns, or when told, after hold().
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mail/domain.h"
#include "route/dns_answer.h"
#include "route/resolver.h"
#include "route/route.h"
#include "route/route_query.h"

namespace turnaway::fake {

class ZoneResolver : public route::Resolver {
  public:
    explicit ZoneResolver(std::string_view zone_text = "") { add(zone_text); }
    // Adds to what is known. What a line says replaces nothing: two A lines are two addresses.
    void add(std::string_view zone_text);
    void clear();  // nothing exists any more; counts stay

    void ask(const route::DnsQuestion& question, Done done) override;
    // From now on questions wait until release(), which answers them last one first.
    void hold() { is_held_ = true; }
    void release();

    std::size_t questions_count() const { return questions_count_; }
    std::size_t questions_count(const route::DnsQuestion& question) const;

  private:
    struct Name {
        std::vector<route::MxRecord> mx;
        std::vector<route::IpAddress> a;
        std::vector<route::IpAddress> aaaa;
        std::vector<std::string> texts;
        std::optional<mail::Domain> cname;
        std::map<route::DnsType, route::DnsFailure> failures;
        std::uint32_t ttl_seconds = UINT32_MAX;  // the least of its lines
    };

    void add_line(std::string_view line, std::size_t line_number);
    void add_record(Name& name, const std::vector<std::string_view>& words,
                    std::size_t line_number);
    route::DnsAnswer answer(const route::DnsQuestion& question) const;
    bool has_names_below(const mail::Domain& name) const;
    bool is_secure(const mail::Domain& name) const;

    std::map<mail::Domain, Name> names_;
    std::set<mail::Domain> secure_;
    std::uint32_t negative_ttl_seconds_ = 300;
    std::size_t questions_count_ = 0;
    std::map<route::DnsQuestion, std::size_t> counts_;
    bool is_held_ = false;
    std::vector<std::pair<route::DnsQuestion, Done>> held_;
};

// Asks and answers until the query ends.
route::Route drive(route::RouteQuery query, route::Resolver& resolver);

}  // namespace turnaway::fake
