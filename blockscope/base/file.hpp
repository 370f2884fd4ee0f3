#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace blockscope {

/// Whole file as bytes. Throws Error naming the file; refuses files above 1 GiB.
std::string read_file(const std::filesystem::path& path);

/// Writes beside `path`, flushes to disk and renames: readers see the old content or the new, never
/// half of it, and a full disk leaves the old. A link's target is written, not the link replaced;
/// devices and pipes are written as they are. Throws Error(Fault::runtime).
void write_file(const std::filesystem::path& path, std::string_view content);

/// The same for content that is too large to hold: `next` gives a piece at a time, that stays until
/// it is called again; an empty one is the end. It throws nothing.
void write_file(const std::filesystem::path& path, const std::function<std::string_view()>& next);

/// Creates `path` with its parents and checks that files can be written there.
/// Throws Error(Fault::runtime).
void make_output_directory(const std::filesystem::path& path);

}  // namespace blockscope
