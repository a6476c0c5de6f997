// Where the checkout is, for tests that read its files: a path without a final slash.
//
// A function rather than a macro, so that only one small file of the build names the folder and
// the compiler cache serves every checkout.
#pragma once

#include <string>

namespace turnaway {

const std::string& source_folder();

}  // namespace turnaway
