// Reserve: disk space set aside inside the spool, so that what a delivery came to can be written
// down although the disk is full. Without it the same message would go out again at each start.
//
// A file of a fixed size that holds nothing. When the disk is full it is given up; the deliveries
// under way end in its space, and no other begins before it could be set aside again. One thread.
#pragma once

#include <string>

#include "base/result.h"

namespace turnaway::spool {

class Reserve {
  public:
    // `folder` is that of the spool. Tries to take it at once.
    explicit Reserve(const std::string& folder);
    Reserve(const Reserve&) = delete;
    Reserve& operator=(const Reserve&) = delete;
    ~Reserve();

    bool is_held() const { return is_held_; }
    // Whether it is held now.
    bool take();
    // False: there was nothing to give up.
    bool give_up();

  private:
    int descriptor_;
    bool is_held_ = false;
};

}  // namespace turnaway::spool
