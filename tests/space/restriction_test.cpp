#include <filesystem>
#include <fstream>
#include <set>
#include <unistd.h>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/space/sampling.hpp"

#include "tests/space/random_space.hpp"

namespace blockscope {
namespace {

using random_space::from_to;
using random_space::once_in;
using random_space::some_of;

constexpr random_space::Limits tiny{2, 3, 3, 2, 2, 32};

std::vector<int> counted(int from, int to) {
    std::vector<int> numbers;
    for (int i = from; i <= to; ++i) numbers.push_back(i);
    return numbers;
}

bool among(const std::vector<int>& list, int value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

/// One [[drop]] or [[keep]] entry and, apart from the code under test, what it says.
struct Entry {
    bool keep = false;
    std::vector<int> units;   ///< from 0
    std::vector<int> layers;  ///< from 0
    std::vector<int> blocks, depths, widths;
    std::string text;

    bool admits(const DesignSpace& space, const Architecture& a) const {
        for (const int u : units) {
            const Unit& unit = space.units[u];
            if (!depths.empty() && among(depths, a.depth[u]) != keep) return false;
            if (!widths.empty() && among(widths, a.width[u]) != keep) return false;
            for (int l = 0; l < a.depth[u] && !blocks.empty(); ++l) {
                const int block = a.block[unit.first_slot + l];
                if (among(layers, l) && among(blocks, block) != keep) return false;
            }
        }
        return true;
    }
};

/// Of the unit asked for (from 0), or of any.
Entry any_entry(const DesignSpace& space, std::optional<int> only_unit = {}) {
    Entry entry;
    entry.keep = once_in(2);
    const int unit = only_unit ? *only_unit : from_to(0, static_cast<int>(space.units.size()) - 1);
    entry.text = entry.keep ? "[[keep]]\n" : "[[drop]]\n";
    const bool all_units = !only_unit && once_in(3);
    entry.units =
        all_units ? counted(0, static_cast<int>(space.units.size()) - 1) : std::vector<int>{unit};
    if (!all_units) entry.text += fmt::format("unit = {}\n", unit + 1);
    entry.layers = counted(0, max_layers - 1);
    const int kind = from_to(0, 2);
    if (kind == 0) {
        const auto blocks = counted(0, static_cast<int>(space.blocks.size()) - 1);
        entry.blocks = some_of(blocks, static_cast<int>(blocks.size()));
        std::vector<std::string> names;
        for (const int b : entry.blocks) names.push_back(space.blocks[b].name);
        entry.text += "blocks = " + random_space::list(names) + '\n';
        if (!all_units && once_in(2)) {
            entry.layers = {from_to(0, space.units[unit].max_depth - 1)};
            entry.text += fmt::format("layer = {}\n", entry.layers[0] + 1);
        }
    } else if (kind == 1) {
        entry.depths = some_of(counted(1, 3), 3);
        entry.text += fmt::format("depth = [{}]\n", fmt::join(entry.depths, ", "));
    } else {
        entry.units = {unit};
        if (all_units) entry.text += fmt::format("unit = {}\n", unit + 1);
        const auto widths = counted(0, static_cast<int>(space.units[unit].channels.size()) - 1);
        std::vector<double> ratios;
        for (const int w : some_of(widths, static_cast<int>(widths.size()))) {
            ratios.push_back(space.units[unit].width_ratios[w]);
        }
        for (const int w : widths) {  // ratios may repeat
            const double ratio = space.units[unit].width_ratios[w];
            if (std::count(ratios.begin(), ratios.end(), ratio) > 0) entry.widths.push_back(w);
        }
        entry.text += fmt::format("width = [{}]\n", fmt::join(ratios, ", "));
    }
    return entry;
}

/// Holds the files that others build on.
class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "spaces_XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw Error("no temporary folder");
        path_ = name;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(path_ / name) << text;
        return path(name);
    }
    std::string path(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

/// The space of `text` beside a file called `base`; nothing if nothing is left of it, which the
/// message must say with the place.
std::optional<DesignSpace> restricted(const Folder& folder, const std::string& base,
                                      const std::string& text) {
    const auto source = folder.path("restricted.toml");
    try {
        return parse_space("base = \"" + base + "\"\n" + text, source);
    } catch (const Error& e) {
        RC_ASSERT(std::string(e.what()).starts_with(source + ":"));
        RC_ASSERT(std::string(e.what()).ends_with(" left"));
        return {};
    }
}

unsigned long long count(const DesignSpace& space) { return std::stoull(size(space).total); }

RC_GTEST_PROP(Restriction, HoldsExactlyWhatItsEntriesAdmit, ()) {
    const Folder folder;
    const auto parent = load_space(folder.write("parent.toml", *random_space::file(tiny)));
    RC_PRE(size(parent).log10_total < 4.3);
    std::vector<Entry> entries;
    std::string text;
    for (int i = from_to(1, 3); i > 0; --i) {
        entries.push_back(any_entry(parent));
        text += entries.back().text;
    }
    RC_LOG(text);
    const auto child = restricted(folder, "parent.toml", text);
    if (!child) return;
    std::size_t kept = 0;
    for (const auto& a : random_space::all_architectures(parent)) {
        const bool admitted = std::all_of(entries.begin(), entries.end(),
                                          [&](const Entry& e) { return e.admits(parent, a); });
        RC_ASSERT(contains(*child, a) == admitted);
        kept += admitted ? 1 : 0;
    }
    RC_ASSERT(count(*child) == kept);
    for (const auto& a : sample(*child, 50, Rng(1), child->default_resolution)) {
        RC_ASSERT(contains(*child, a));
        RC_ASSERT(contains(parent, a));
    }
}

RC_GTEST_PROP(Restriction, OfARestrictionIsBothAtOnce, ()) {
    const Folder folder;
    const auto parent = load_space(folder.write("parent.toml", *random_space::file()));
    const auto first = any_entry(parent).text;
    const auto second = any_entry(parent).text;
    const auto child = restricted(folder, "parent.toml", first);
    RC_PRE(child.has_value());
    folder.write("child.toml", "base = \"parent.toml\"\n" + first);
    const auto grandchild = restricted(folder, "child.toml", second);
    const auto at_once = restricted(folder, "parent.toml", first + second);
    const auto other_order = restricted(folder, "parent.toml", second + first);
    RC_ASSERT(grandchild.has_value() == at_once.has_value());
    if (!grandchild) return;
    RC_ASSERT(grandchild->fingerprint() == at_once->fingerprint());
    RC_ASSERT(size(*grandchild).total == size(*at_once).total);
    if (other_order) RC_ASSERT(other_order->fingerprint() == at_once->fingerprint());
}

RC_GTEST_PROP(Restriction, SaidTwiceIsTheSame, ()) {
    const Folder folder;
    const auto parent = load_space(folder.write("parent.toml", *random_space::file()));
    const auto entry = any_entry(parent).text;
    const auto once = restricted(folder, "parent.toml", entry);
    RC_PRE(once.has_value());
    const auto twice = restricted(folder, "parent.toml", entry + entry);
    RC_ASSERT(twice.has_value());
    RC_ASSERT(twice->fingerprint() == once->fingerprint());
}

// Units are independent, so what entries leave of different units are factors of the size.
RC_GTEST_PROP(Restriction, OfTwoUnitsMultiplies, ()) {
    const Folder folder;
    const auto parent = load_space(folder.write("parent.toml", *random_space::file(tiny)));
    RC_PRE(parent.units.size() == 2U);
    const auto first = any_entry(parent, 0).text;
    const auto second = any_entry(parent, 1).text;
    const auto a = restricted(folder, "parent.toml", first);
    const auto b = restricted(folder, "parent.toml", second);
    const auto both = restricted(folder, "parent.toml", first + second);
    RC_ASSERT(both.has_value() == (a && b));
    if (both) RC_ASSERT(count(*a) * count(*b) == count(*both) * count(parent));
}

// Layer 3 cannot be reached any more: whether a file says anything of its blocks means nothing.
TEST(Restriction, OfLayersOutOfReachMeansNothing) {
    const std::string base = "base = \"ofa-mbv3\"\n[[drop]]\nunit = 1\ndepth = [3, 4]\n";
    const auto plain = parse_space(base, "a.toml");
    const auto more =
        parse_space(base + "[[drop]]\nunit = 1\nlayer = 3\nblocks = \"MBConv3-3\"\n", "b.toml");
    EXPECT_EQ(size(plain).total, size(more).total);
    EXPECT_EQ(plain.fingerprint(), more.fingerprint());
}

}  // namespace
}  // namespace blockscope
