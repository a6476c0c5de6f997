// QuestionLine: which questions are put to DNS now, and which wait until another one has ended.
//
// The resolver behind has a bounded number of sockets, and a question about a dead domain holds one
// of them for up to half a minute. So there are places, in all and for the names of one zone, of
// which no zone has more than a quarter: thousands of questions about one dead zone do not delay
// those about another. Zones that wait take turns. Which zone a name belongs to is a guess by its
// last labels, with no list of public suffixes. Known gaps: as many dead zones as there are places
// delay all others; a zone below a public suffix that the guess does not know shares its places
// with its sisters. Pure; one thread.
#pragma once

#include <cstddef>
#include <deque>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "mail/domain.h"

namespace turnaway::io {

// `example.com` of `mx1.mail.example.com`, `example.co.uk` of `mx1.example.co.uk`.
std::string_view zone_guess(const mail::Domain& name);

class QuestionLine {
  public:
    using Question = void*;  // the caller's

    // At least 1.
    explicit QuestionLine(std::size_t places);

    // True: it has a place, which is given back by leave(). False: it waits.
    bool enter(std::string_view zone, Question question);
    // A place is given back. The question that has it now; null when none waits for it.
    Question leave(std::string_view zone);
    // One that waits does so no longer.
    void withdraw(std::string_view zone, Question question);

    std::size_t taken() const { return taken_; }
    std::size_t zones() const { return zones_.size(); }  // with questions

  private:
    struct Zone {
        std::size_t taken = 0;
        std::list<Question> waiting = {};
        bool has_turn = false;
    };
    bool may_go(const Zone& zone) const {
        return !zone.waiting.empty() && zone.taken < places_of_zone_;
    }
    void take_turn(const std::string& name, Zone& zone);
    void forget_if_empty(const std::string& name);

    std::size_t places_;
    std::size_t places_of_zone_;
    std::size_t taken_ = 0;
    std::unordered_map<std::string, Zone> zones_;
    std::deque<std::string> turns_;  // those that may go when there is a place
};

}  // namespace turnaway::io
