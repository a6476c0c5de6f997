// Reserve: disk space set aside inside the spool, so that the result of a delivery can be stored
// although the disk is full. Otherwise the same message would be sent again after each start.
//
// A file of a fixed size without data. When the disk is full it is released; deliveries under way
// end in its space, and no other begins before it is set aside again. One thread.
#pragma once

#include <string>

#include "base/result.h"

namespace turnaway::spool {

class Reserve {
  public:
    // `folder` is that of the spool. Tries to allocate it at once.
    explicit Reserve(const std::string& folder);
    Reserve(const Reserve&) = delete;
    Reserve& operator=(const Reserve&) = delete;
    ~Reserve();

    bool is_held() const { return is_held_; }
    // Returns whether it is held now.
    bool take();
    // False: there was nothing to release.
    bool give_up();

  private:
    int descriptor_;
    bool is_held_ = false;
};

}  // namespace turnaway::spool
