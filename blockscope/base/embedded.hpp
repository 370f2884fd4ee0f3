#pragma once

namespace blockscope {

/// A file that the build put into the binary; arrays of these end with null pointers.
struct EmbeddedText {
    const char* name;
    const char* text;
};

}  // namespace blockscope
