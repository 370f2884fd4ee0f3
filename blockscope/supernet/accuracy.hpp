#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "blockscope/base/progress.hpp"
#include "blockscope/supernet/accuracy_options.hpp"
#include "blockscope/supernet/supernet.hpp"

namespace blockscope {

/// Images, and those whose label is the largest output, or among the five largest.
struct Hits {
    std::size_t images = 0;
    std::size_t top1 = 0;
    std::size_t top5 = 0;
};

/// Accuracies of a supernet's architectures: taken out, calibrated on images of train/ (of val/
/// where there is no train/) as training sees them, folded, and run over images of val/.
class SupernetAccuracy {
public:
    /// images: folder with val/ and, mostly, train/. Throws Error for folders that are none, and
    /// where labels and outputs cannot belong together.
    SupernetAccuracy(Supernet net, const std::string& images, const AccuracyOptions& options);
    ~SupernetAccuracy();

    /// Asked sixteen times in an evaluation, after whole batches: is what came of the first images,
    /// which are a random sample of `all`, enough?
    using Enough = std::function<bool(const Hits& so_far, std::size_t all)>;

    /// One entry for each repeat; none if progress says stop. Throws Error where no image can be
    /// decoded, or the outputs are not numbers. Hits of fewer images than there are: of the first
    /// ones, which were enough.
    std::vector<Hits> evaluate(const Architecture& a, Progress* progress,
                               const Enough& enough = {});

    /// Of part `part` (from 0) of `parts` equal ones (whole batches) of the images of val/.
    std::vector<Hits> evaluate_part(const Architecture& a, std::size_t part, std::size_t parts,
                                    Progress* progress);

    /// Images of val/ that count, as far as it is known which can be decoded.
    std::size_t images() const;
    /// What the numbers rest on: equal facts, equal numbers.
    std::vector<std::pair<std::string, std::string>> facts() const;
    /// What a user should know of the images, one line each.
    std::vector<std::string> remarks() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace blockscope
