// AbsenceTrial: whether to believe a negative answer without a zone (RFC 2308 section 2).
//
// Such an answer comes from a forwarder that strips the authority section, and then it is true; or
// from a lame or confused server, and then it is not: libunbound removes the records and the
// referrals that would distinguish them. So control questions go to the same resolver: for the SOA
// of the name, and for a type that is hardly ever published at the root, at every parent name, and
// at the name. One SOA in a negative answer shows that this resolver sends them, so that the answer
// without one is trouble. If none has one, the absence is believed if all agree on it and, for a
// name that is said to exist, there is evidence that the name or its zone is known there: the SOA
// of a zone at or above the name, or any other record of the name. ADR 12. Pure. Known gap: a
// forwarder that strips the authority section and passes on a lame server's answers about one zone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "io/dns/dns_message.h"
#include "route/dns_answer.h"

namespace turnaway::io {

class AbsenceTrial {
  public:
    struct Question {
        mail::Domain name;
        int type = 0;  // as on the wire
        bool operator==(const Question&) const = default;
    };

    // For the answer to `question`, which was no_data or no_such_name.
    AbsenceTrial(Question question, route::DnsOutcome absence);

    // The question to ask now; null once decided.
    const Question* next() const;
    // The answer to next(); nothing if there was none.
    void take(const std::optional<ControlAnswer>& answer);

    // Only once decided.
    bool is_believed() const { return verdict_ == Verdict::believed; }
    // How long it may be cached: 0 if no SOA gives the time.
    std::uint32_t ttl_seconds() const { return ttl_seconds_; }

  private:
    enum class Verdict { open, believed, trouble };

    void take_zone_of_name(const std::optional<ControlAnswer>& answer);
    void take_control(const std::optional<ControlAnswer>& answer);
    void take_evidence(const std::optional<ControlAnswer>& answer);
    void decide_without_further();
    bool is_of_name() const { return questions_[at_].name == question_.name; }

    Question question_;
    route::DnsOutcome absence_;
    std::vector<Question> questions_;  // in this order
    std::size_t evidence_at_ = 0;  // from here on they are asked only while there is no evidence
    std::size_t at_ = 0;
    bool has_other_control_ = false;  // another name had a negative answer without an SOA
    bool has_evidence_ = false;
    std::uint32_t ttl_seconds_ = 0;
    Verdict verdict_ = Verdict::open;
};

}  // namespace turnaway::io
