// RecipientList: the users of `[relay] domains`, read from a file: one address per line, or
// `@example.org` for every user of a domain; `#` begins a comment.
//
// Local-parts are compared without case and without a part from `+` on, unless the file lists it,
// since most mail systems do the same and a user refused by mistake is lost mail. The postmaster of
// a domain always exists (RFC 5321 section 4.5.1). Known gap: characters beyond ASCII in a
// local-part are compared as they are.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "base/result.h"
#include "mail/address.h"

namespace turnaway::relay {

class RecipientList {
  public:
    // Fault::config names file and line.
    [[nodiscard]] static base::Result<RecipientList> parse(std::string_view text,
                                                           const std::string& file);
    [[nodiscard]] static base::Result<RecipientList> load(const std::string& path);

    bool holds(const mail::Address& recipient) const;
    std::size_t size() const { return users_.size() + domains_.size(); }

  private:
    std::unordered_set<std::string> users_;  // unquoted local-part in lower case, @, domain
    std::unordered_set<std::string> domains_;
};

}  // namespace turnaway::relay
