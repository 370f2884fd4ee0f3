#pragma once

#include <string>
#include <string_view>

namespace blockscope {

/// Digests as hexadecimal digits, to recognise published files.
/// Source: FIPS 180-4, "Secure Hash Standard" (2015).
std::string sha1(std::string_view bytes);
std::string sha256(std::string_view bytes);

/// What `git hash-object` prints for a file of this content: SHA-1 of "blob SIZE\0" and the bytes.
std::string git_blob_hash(std::string_view bytes);

}  // namespace blockscope
