#pragma once

#include <map>
#include <string>
#include <string_view>

namespace blockscope {

/// Entries of a zip file whose contents are stored as they are, by name; views into `bytes`. The
/// central directory is believed, as zip readers do, and each entry's checksum is compared.
/// Refuses compressed or encrypted entries, sizes of 4 GiB, entries that overlap or share a name.
/// Throws Error naming the byte.
std::map<std::string_view, std::string_view> stored_zip_entries(std::string_view bytes,
                                                                const std::string& source);

bool looks_like_zip(std::string_view bytes);

}  // namespace blockscope
