// A fixed array in its own memory mapping, which the kernel provides zeroed, page by page, at the
// first access.
//
// For tables sized for the worst case: an idle server uses no memory for them. T must be valid when
// all its bytes are zero.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <type_traits>
#include <utility>

#include "base/check.h"

namespace turnaway::refuse {

template <class T>
class ZeroedArray {
    static_assert(std::is_trivially_destructible_v<T>);

  public:
    // Ends the program if the address space is exhausted, which happens at start or never.
    explicit ZeroedArray(std::size_t size) : size_(size) {
        void* memory = mmap(nullptr, size * sizeof(T), PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        TURNAWAY_CHECK(memory != MAP_FAILED);
        items_ = static_cast<T*>(memory);
    }
    ZeroedArray(const ZeroedArray&) = delete;
    ZeroedArray& operator=(const ZeroedArray&) = delete;
    ~ZeroedArray() { munmap(items_, size_ * sizeof(T)); }

    T& operator[](std::size_t index) { return items_[index]; }
    T* data() { return items_; }
    const T* data() const { return items_; }
    std::size_t size() const { return size_; }

  private:
    T* items_ = nullptr;
    std::size_t size_;
};

}  // namespace turnaway::refuse
