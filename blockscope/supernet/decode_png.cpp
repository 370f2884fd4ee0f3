#include <csetjmp>
#include <cstdio>
#include <cstring>

#include <png.h>

#include "blockscope/base/error.hpp"
#include "blockscope/supernet/image.hpp"

namespace blockscope {
namespace {

struct Failure {
    char message[200];
};

struct Source {
    std::string_view left;
};

void fail(png_structp png, png_const_charp message) {
    auto* failure = static_cast<Failure*>(png_get_error_ptr(png));
    std::snprintf(failure->message, sizeof failure->message, "%s", message);
    png_longjmp(png, 1);
}

void ignore(png_structp, png_const_charp) {}

void read(png_structp png, png_bytep to, std::size_t count) {
    auto* source = static_cast<Source*>(png_get_io_ptr(png));
    if (count > source->left.size()) png_error(png, "the file ends too early");
    std::memcpy(to, source->left.data(), count);
    source->left.remove_prefix(count);
}

/// Decodes into `image`; false with the failure's message set. Holds nothing that has a destructor.
bool decode(png_structp png, png_infop info, Source& source, Image& image,
            std::vector<std::uint8_t*>& rows) {
    if (setjmp(png_jmpbuf(png)) != 0) return false;
    png_set_read_fn(png, &source, read);
    png_read_info(png, info);
    const std::int64_t pixels =
        std::int64_t{png_get_image_width(png, info)} * png_get_image_height(png, info);
    if (pixels > most_pixels) png_error(png, "more than 100 million pixels");
    png_set_palette_to_rgb(png);
    png_set_expand_gray_1_2_4_to_8(png);
    png_set_strip_16(png);
    png_set_gray_to_rgb(png);
    png_set_strip_alpha(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    image.width = static_cast<int>(png_get_image_width(png, info));
    image.height = static_cast<int>(png_get_image_height(png, info));
    if (png_get_rowbytes(png, info) != std::size_t{3} * image.width) {
        png_error(png, "not 8-bit RGB after conversion");
    }
    image.values.resize(static_cast<std::size_t>(3 * pixels));
    rows.resize(static_cast<std::size_t>(image.height));
    for (int y = 0; y < image.height; ++y) rows[static_cast<std::size_t>(y)] = image.row(y);
    png_read_image(png, rows.data());
    png_read_end(png, nullptr);
    return true;
}

}  // namespace

Image decode_png(std::string_view bytes, const std::string& source) {
    Failure failure{};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &failure, fail, ignore);
    png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;
    Image image;
    std::vector<std::uint8_t*> rows;
    Source from{bytes};
    const bool done = info != nullptr && decode(png, info, from, image, rows);
    png_destroy_read_struct(&png, &info, nullptr);
    if (!done) throw Error(std::string("cannot be decoded: ") + failure.message, source);
    return image;
}

}  // namespace blockscope
