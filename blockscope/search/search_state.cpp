#include "blockscope/search/search_state.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "blockscope/base/text.hpp"
#include "blockscope/search/dominance.hpp"
#include "blockscope/search/hypervolume.hpp"
#include "blockscope/search/search_files.hpp"

namespace blockscope {

SearchState::SearchState(const Problem& what, const SearchOptions& how, Progress* shown)
    : problem(what),
      options(how),
      progress(shown),
      rng(how.seed),
      sampler(what.space, what.resolutions.at(0)),
      mutator(what.space, how.rates, what.resolutions),
      visited(what, how.initial + how.iterations * how.children) {
    iteration.reserve(visited.archs().capacity());
}

std::vector<std::size_t> SearchState::ask(const std::vector<Architecture>& archs,
                                          std::size_t round) {
    auto rows =
        visited.add(archs, progress, options.give_up ? rivals() : std::vector<std::size_t>());
    iteration.resize(visited.size(), static_cast<std::uint32_t>(round));
    asked += archs.size();
    if (progress != nullptr) {
        progress->update(
            "search", static_cast<double>(asked),
            static_cast<double>(options.initial + options.iterations * options.children));
    }
    return rows;
}

void SearchState::tell_hypervolume(std::size_t next) {
    if (progress == nullptr || next == told_before) return;
    told_before = next;
    const auto members = front(visited.costs(), Ties::keep_first);
    if (members.empty()) return;
    if (told_reference.empty()) told_reference = worst(visited.costs());
    progress->note(fmt::format("hypervolume {} {}",
                               significant(hypervolume(visited.costs(members), told_reference)),
                               hypervolume_unit(problem)));
}

bool SearchState::ends_before(std::size_t next) {
    tell_hypervolume(next);
    if (!stopped.empty()) return true;
    if (progress != nullptr && progress->stop_requested()) {
        stopped = "asked to stop before iteration " + std::to_string(next);
    } else if (visited.size() == 0) {
        stopped = "nothing to start from";
    }
    return !stopped.empty();
}

std::vector<Architecture> SearchState::make_new(std::size_t n,
                                                const std::function<Architecture()>& make) {
    std::vector<Architecture> made;
    std::unordered_set<Architecture, ArchitectureHash> own;
    constexpr int patience = mutation_tries * most_fruitless_passes;
    for (int in_vain = 0; made.size() < n && in_vain < patience;) {
        const Architecture a = make();
        if (!visited.contains(a) && own.insert(a).second) {
            made.push_back(a);
            in_vain = 0;
        } else {
            ++in_vain;
        }
    }
    if (made.size() < n) {
        ++fruitless;
        if (made.empty()) stopped = "nothing new to be found";
    }
    return made;
}

std::vector<Architecture> SearchState::draw_new(std::size_t n) {
    return make_new(n, [this] { return draw(); });
}

Architecture SearchState::draw() {
    Architecture a = sampler.draw(rng);
    const auto& all = problem.resolutions;
    if (all.size() > 1) {
        a.resolution =
            static_cast<std::uint16_t>(all[rng.below(static_cast<std::uint32_t>(all.size()))]);
    }
    return a;
}

std::vector<Architecture> SearchState::first_ones() {
    auto archs = options.start;
    const std::size_t missing = options.initial - std::min(options.initial, archs.size());
    const auto drawn = draw_new(missing);
    archs.insert(archs.end(), drawn.begin(), drawn.end());
    return archs;
}

std::vector<std::size_t> SearchState::nearest() const {
    std::vector<std::size_t> rows(visited.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    std::stable_sort(rows.begin(), rows.end(), [this](std::size_t i, std::size_t j) {
        return visited.excess(i) < visited.excess(j);
    });
    rows.resize(std::min(rows.size(), options.top));
    return rows;
}

std::vector<std::size_t> SearchState::rivals() const {
    if (options.algorithm == Algorithm::max_accuracy) {
        const auto parents = best_of(visited, options.top);
        return parents.size() < options.top ? std::vector<std::size_t>()
                                            : std::vector{parents.back()};
    }
    const bool mutates = options.algorithm == Algorithm::random_mutation;
    const auto last_front = static_cast<std::uint32_t>(mutates ? options.fronts - 1 : 0);
    std::vector<std::size_t> rows;
    const auto rank = ranks(visited.costs());
    for (std::size_t i = 0; i < rank.size(); ++i) {
        if (rank[i] == last_front) rows.push_back(i);
    }
    return rows;
}

std::vector<std::size_t> best_of(const Visited& visited, std::size_t top) {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < visited.size(); ++i) {
        if (visited.usable(i)) rows.push_back(i);
    }
    std::stable_sort(rows.begin(), rows.end(), [&](std::size_t i, std::size_t j) {
        return visited.costs()[i][0] < visited.costs()[j][0];
    });
    rows.resize(std::min(rows.size(), top));
    return rows;
}

void search_at_random(SearchState& state) {
    state.ask(state.first_ones(), 0);
    for (std::size_t i = 1; i <= state.options.iterations && !state.ends_before(i); ++i) {
        state.ask(state.draw_new(state.options.children), i);
    }
}

}  // namespace blockscope
