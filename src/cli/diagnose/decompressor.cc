#include "cli/diagnose/decompressor.h"

#include <zlib.h>
#include <zstd.h>

namespace turnaway::cli {

namespace {

constexpr std::string_view gzip_magic = "\x1f\x8b";
constexpr std::string_view zstd_magic = "\x28\xb5\x2f\xfd";

}  // namespace

struct Decompressor::State {
    z_stream gzip = {};
    bool has_gzip = false;
    ZSTD_DStream* zstd = nullptr;
    std::string out = std::string(piece_bytes, '\0');

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (has_gzip) inflateEnd(&gzip);
        ZSTD_freeDStream(zstd);
    }
};

Decompressor::Decompressor() = default;
Decompressor::~Decompressor() = default;

base::Result<bool> Decompressor::add(std::string_view bytes, const Take& take) {
    if (form_ == Form::plain) return take(bytes);
    if (form_ != Form::unknown) return expand(bytes, take);
    first_ += bytes;
    const bool may_be_compressed = first_.empty() || first_.front() == gzip_magic.front() ||
                                   first_.front() == zstd_magic.front();
    if (first_.size() < zstd_magic.size() && may_be_compressed) return true;
    return finish(take);
}

base::Result<bool> Decompressor::expand(std::string_view bytes, const Take& take) {
    return form_ == Form::gzip ? expand_gzip(bytes, take) : expand_zstd(bytes, take);
}

base::Result<bool> Decompressor::finish(const Take& take) {
    if (form_ == Form::unknown) {
        form_ = first_.starts_with(gzip_magic)   ? Form::gzip
                : first_.starts_with(zstd_magic) ? Form::zstd
                                                 : Form::plain;
        const std::string first = std::move(first_);
        if (form_ == Form::plain) return first.empty() || take(first);
        state_ = std::make_unique<State>();
        return expand(first, take);
    }
    if (is_inside_) return base::fail(base::Fault::io, "the compressed data ends too early");
    return true;
}

base::Result<bool> Decompressor::expand_gzip(std::string_view bytes, const Take& take) {
    constexpr int gzip_only = 16;
    z_stream& stream = state_->gzip;
    if (!state_->has_gzip) {
        if (inflateInit2(&stream, MAX_WBITS + gzip_only) != Z_OK)
            return base::fail(base::Fault::system, "no memory for gzip data");
        state_->has_gzip = true;
    }
    std::string in(bytes);  // zlib takes a pointer to bytes that it does not change
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    for (bool is_full = false; stream.avail_in > 0 || is_full;) {
        if (!is_inside_ && stream.avail_in > 0 && *stream.next_in == 0) {  // padding after the end
            ++stream.next_in;
            --stream.avail_in;
            continue;
        }
        is_inside_ = true;
        stream.next_out = reinterpret_cast<Bytef*>(state_->out.data());
        stream.avail_out = static_cast<uInt>(state_->out.size());
        const int result = inflate(&stream, Z_NO_FLUSH);
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
            return base::fail(base::Fault::io, "the gzip data is damaged");
        const std::size_t size = state_->out.size() - stream.avail_out;
        is_full = stream.avail_out == 0 && result == Z_OK;
        if (size > 0 && !take(std::string_view(state_->out).substr(0, size))) return false;
        if (result == Z_STREAM_END) {
            is_inside_ = false;
            inflateReset(&stream);
        } else if (result == Z_BUF_ERROR) {
            break;
        }
    }
    return true;
}

base::Result<bool> Decompressor::expand_zstd(std::string_view bytes, const Take& take) {
    if (state_->zstd == nullptr) {
        state_->zstd = ZSTD_createDStream();
        if (state_->zstd == nullptr)
            return base::fail(base::Fault::system, "no memory for zstd data");
        ZSTD_DCtx_setParameter(state_->zstd, ZSTD_d_windowLogMax, window_log_max);
    }
    ZSTD_inBuffer in{.src = bytes.data(), .size = bytes.size(), .pos = 0};
    for (bool is_full = false; in.pos < in.size || is_full;) {
        ZSTD_outBuffer out{.dst = state_->out.data(), .size = state_->out.size(), .pos = 0};
        const std::size_t result = ZSTD_decompressStream(state_->zstd, &out, &in);
        if (ZSTD_isError(result) != 0)
            return base::fail(base::Fault::io, std::string("the zstd data cannot be read: ") +
                                                   ZSTD_getErrorName(result));
        is_inside_ = result != 0;
        is_full = out.pos == out.size && is_inside_;
        if (out.pos > 0 && !take(std::string_view(state_->out).substr(0, out.pos))) return false;
    }
    return true;
}

}  // namespace turnaway::cli
