#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace blockscope {

struct MergeReport {
    std::size_t sessions = 0;     ///< in the merged study
    std::size_t evaluations = 0;  ///< in it
    std::size_t repeated = 0;     ///< evaluations that were in several of the studies, kept once
    /// Architectures to which two sessions gave different values of a metric that was not measured:
    /// the newest counts, but somebody should know.
    std::size_t disagreeing = 0;
    std::string first_disagreement;
};

/// Writes one study with everything that the studies hold; `into`, where it is there, is one of
/// them. The same sessions give the same rows in the same order, however they were shared out among
/// the studies and in whatever order those are named; merging again changes nothing.
///
/// - A session (one process that wrote) is one by its uid. Of several copies the longest is taken;
///   the shorter ones must be its beginning, as copies of a study that was still growing are.
/// - Sessions stand in the order of their dates, then of their uids, and rows within a session as
///   they were recorded; so of several values of one architecture that of the youngest session
///   counts. None is left out.
/// - Latencies stay as they were recorded, each session with the reference time that its values are
///   scaled to; readers bring them to the first session's.
/// - Of names that differ (a space's, a metric's source) the first in the order of bytes is taken.
///
/// The studies are only read, and may be being written. Throws Error for files that are no studies,
/// of a newer schema, or with two sessions of one uid that are no copies of each other, and
/// Error(Fault::runtime) if `into` is in use or cannot be written; it then stays as it was.
MergeReport merge_studies(std::span<const std::string> studies, const std::filesystem::path& into);

}  // namespace blockscope
