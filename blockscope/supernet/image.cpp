#include "blockscope/supernet/image.hpp"

#include "blockscope/base/error.hpp"

namespace blockscope {

Image decode_image(std::string_view bytes, const std::string& source) {
    if (bytes.starts_with("\xff\xd8")) return decode_jpeg(bytes, source);
    if (bytes.starts_with("\x89PNG")) return decode_png(bytes, source);
    throw Error(bytes.empty() ? "is empty" : "is neither JPEG nor PNG", source);
}

}  // namespace blockscope
