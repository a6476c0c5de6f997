// A certificate for `host.example`, signed by itself, made new in a folder of its own.
#pragma once

#include <filesystem>
#include <string>

namespace turnaway::io {

class Certificate {
  public:
    Certificate();
    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;
    ~Certificate();

    std::string certificate_file() const { return folder_ / "certificate.pem"; }
    std::string key_file() const { return folder_ / "key.pem"; }

  private:
    std::filesystem::path folder_;
};

}  // namespace turnaway::io
