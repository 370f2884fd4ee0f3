#include <csetjmp>
#include <cstddef>
#include <cstdio>

#include <jpeglib.h>
// after jpeglib.h, whose types it uses
#include <jerror.h>

#include "blockscope/base/error.hpp"
#include "blockscope/supernet/image.hpp"

namespace blockscope {
namespace {

/// The library reports by jumping back here: it is C, and no exception may pass through it.
struct Failure {
    jpeg_error_mgr manager;
    std::jmp_buf back;
    char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void fail(j_common_ptr jpeg) {
    auto* failure = reinterpret_cast<Failure*>(jpeg->err);  // its first member
    failure->manager.format_message(jpeg, failure->message);
    std::longjmp(failure->back, 1);
}

void take_message(j_common_ptr jpeg, int level) {
    if (level < 0 && jpeg->err->msg_code == JWRN_JPEG_EOF) fail(jpeg);
}

/// C = 255 - cyan and so on: Adobe's programs write CMYK the other way round.
void cmyk_to_rgb(const std::uint8_t* cmyk, std::uint8_t* rgb, int pixels) {
    for (int p = 0; p < pixels; ++p, cmyk += 4, rgb += 3) {
        const int paper = cmyk[3];  // 255 - black
        for (int c = 0; c < 3; ++c) {
            const int t = (255 - cmyk[c]) * paper + 128;
            const int ink = ((t >> 8) + t) >> 8;
            rgb[c] = static_cast<std::uint8_t>(paper > ink ? paper - ink : 0);
        }
    }
}

/// Decodes into `image`; false with failure.message set. Holds nothing that has a destructor.
bool decode(std::string_view bytes, Image& image, std::vector<std::uint8_t>& row,
            jpeg_decompress_struct& jpeg, Failure& failure) {
    jpeg.err = jpeg_std_error(&failure.manager);
    failure.manager.error_exit = fail;
    failure.manager.emit_message = take_message;
    if (setjmp(failure.back) != 0) return false;
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    jpeg_read_header(&jpeg, TRUE);
    if (std::int64_t{jpeg.image_width} * jpeg.image_height > most_pixels) {
        std::snprintf(failure.message, sizeof failure.message, "more than 100 million pixels");
        return false;
    }
    const bool cmyk = jpeg.num_components == 4;
    jpeg.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(&jpeg);
    image.width = static_cast<int>(jpeg.output_width);
    image.height = static_cast<int>(jpeg.output_height);
    image.values.resize(std::size_t{3} * jpeg.output_width * jpeg.output_height);
    row.resize(cmyk ? std::size_t{4} * jpeg.output_width : 0);
    while (jpeg.output_scanline < jpeg.output_height) {
        std::uint8_t* const to = image.row(static_cast<int>(jpeg.output_scanline));
        JSAMPROW line = cmyk ? row.data() : to;
        jpeg_read_scanlines(&jpeg, &line, 1);
        if (cmyk) cmyk_to_rgb(row.data(), to, image.width);
    }
    jpeg_finish_decompress(&jpeg);
    return true;
}

}  // namespace

Image decode_jpeg(std::string_view bytes, const std::string& source) {
    Image image;
    std::vector<std::uint8_t> row;
    jpeg_decompress_struct jpeg{};
    Failure failure{};
    const bool done = decode(bytes, image, row, jpeg, failure);
    jpeg_destroy_decompress(&jpeg);
    if (!done) throw Error(std::string("cannot be decoded: ") + failure.message, source);
    return image;
}

}  // namespace blockscope
