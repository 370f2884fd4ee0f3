#include "blockscope/study/regression_files.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {
namespace {

using Json = nlohmann::ordered_json;

Json json(double value) { return std::isnan(value) ? Json() : Json(value); }

Json json(const Estimate& e) {
    return {{"value", json(e.value)}, {"low", json(e.low)}, {"high", json(e.high)}};
}

std::string cells(const Estimate& e) {
    return fmt::format("{},{},{}", round_trip(e.value), round_trip(e.low), round_trip(e.high));
}

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const auto entity = markup_entity(c);
        if (!entity.empty()) {
            result += entity;
        } else {
            result += c < ' ' || c > '~' ? '?' : c;
        }
    }
    return result;
}

/// "1.082 (1.051 to 1.114) of base, 95 % interval; base 5.3 ms, new 5.7 ms".
std::string told(const Estimate& ratio, double level) {
    if (std::isnan(ratio.value)) return "no ratio";
    if (std::isnan(ratio.low)) return significant(ratio.value) + " of base, no interval";
    return fmt::format("{} ({} to {}) of base, {} % interval", significant(ratio.value),
                       significant(ratio.low), significant(ratio.high),
                       significant(100 * level, 3));
}

struct Case {
    std::string name, message;
    Passed passed = Passed::no;
};

std::vector<Case> cases_of(const Regression& regression, const LimitCheck& check) {
    if (check.limit.overall) {
        return {{"geometric mean", told(regression.overall_ratio, regression.level), check.passed}};
    }
    std::vector<Case> cases;
    for (std::size_t i = 0; i < check.networks.size(); ++i) {
        const auto& c = regression.networks[i];
        std::string message = told(c.ratio, regression.level);
        message += fmt::format("; base {} {}, new {} {}", significant(c.base.value),
                               regression.unit, significant(c.fresh.value), regression.unit);
        if (!c.reason.empty()) message += "; " + c.reason;
        cases.push_back(
            {fmt::format("{}@{}", c.arch, c.resolution), std::move(message), check.networks[i]});
    }
    return cases;
}

std::size_t count(const std::vector<Case>& cases, Passed passed) {
    return static_cast<std::size_t>(std::count_if(
        cases.begin(), cases.end(), [&](const Case& c) { return c.passed == passed; }));
}

std::string suite(const RegressionNames& names, const LimitCheck& check,
                  const std::vector<Case>& cases) {
    std::string text = fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">\n",
        escaped(fmt::format("{}, level {} %", check.limit.text,
                            significant(100 * check.limit.level, 3))),
        cases.size(), count(cases, Passed::yes), count(cases, Passed::undecided));
    const std::string group = escaped(names.space + "." + names.metric);
    for (const auto& c : cases) {
        text += fmt::format(R"(    <testcase classname="{}" name="{}")", group, escaped(c.name));
        if (c.passed == Passed::no) {
            text += "/>\n";
            continue;
        }
        text += fmt::format("><{} message=\"{}\"/></testcase>\n",
                            c.passed == Passed::yes ? "failure" : "skipped",
                            escaped((c.passed == Passed::yes ? "" : "undecided: ") + c.message));
    }
    return text + "  </testsuite>\n";
}

Json json(const LimitCheck& check) {
    const auto number = [&](Passed passed) {
        return std::count(check.networks.begin(), check.networks.end(), passed);
    };
    Json j{{"condition", check.limit.text},
           {"level", check.limit.level},
           {"of", check.limit.overall ? "geometric mean" : "any network, family-wise (Holm)"},
           {"passed", to_string(check.passed)},
           {"found_8_in_10_percent", json(100 * check.found_8_in_10)}};
    if (check.limit.overall) return j;
    for (const Passed p : {Passed::yes, Passed::undecided, Passed::no}) {
        j["networks"][std::string(to_string(p))] = number(p);
    }
    return j;
}

}  // namespace

std::string regression_csv(const Regression& regression, const std::vector<LimitCheck>& checks) {
    std::string text =
        "arch,resolution,base,base_low,base_high,new,new_low,new_high,unit_of_measure,"
        "ratio,ratio_low,ratio_high,level,p_value,verdict";
    for (const auto& check : checks) {
        if (!check.limit.overall) text += "," + csv_cell(check.limit.text);
    }
    text += ",trust,reason\n";
    for (std::size_t i = 0; i < regression.networks.size(); ++i) {
        const auto& c = regression.networks[i];
        text +=
            fmt::format("{},{},{},{},{},{},{},{},{}", c.arch, c.resolution, cells(c.base),
                        cells(c.fresh), regression.unit, cells(c.ratio),
                        round_trip(regression.level), round_trip(c.p_value), to_string(c.verdict));
        for (const auto& check : checks) {
            if (!check.limit.overall) text += fmt::format(",{}", to_string(check.networks[i]));
        }
        text += fmt::format(",{},{}\n", c.trusted ? "yes" : "no", csv_cell(c.reason));
    }
    return text;
}

std::string regression_json(const RegressionNames& names, const Regression& regression,
                            const std::vector<LimitCheck>& checks) {
    Json document;
    document["provenance"] = Json::object();
    for (const auto& [name, value] : names.provenance) document["provenance"][name] = value;
    document["compared"] = "measurements";
    document["base"] = names.base;
    document["new"] = names.fresh;
    document["space"] = names.space;
    document["metric"] = names.metric;
    document["unit"] = regression.unit;
    document["estimator"] =
        "log ratio of means, Welch; variances of visits shared over networks (Smyth 2004)";
    document["verdicts"] = "ratio 1, two-sided, family-wise over the networks (Holm)";
    document["level"] = regression.level;
    document["drift_cancelled"] = regression.drift_cancelled;
    document["context_differences"] = regression.context_differences;
    for (const auto& r : regression.references) {
        document["reference_network"].push_back({{"resolution", r.resolution},
                                                 {"base_ms", r.base.value},
                                                 {"new_ms", r.fresh.value},
                                                 {"ratio", r.fresh.value / r.base.value}});
    }
    document["geometric_mean_ratio"] = json(regression.overall_ratio);
    document["verdict"] = to_string(regression.overall_verdict);
    for (const ChangeVerdict v :
         {ChangeVerdict::worse, ChangeVerdict::undecided, ChangeVerdict::better}) {
        document["networks"][std::string(to_string(v))] =
            std::count_if(regression.networks.begin(), regression.networks.end(),
                          [&](const NetworkChange& c) { return c.verdict == v; });
    }
    document["conditions"] = Json::array();
    for (const auto& check : checks) document["conditions"].push_back(json(check));
    return document.dump(2) + "\n";
}

std::string regression_junit(const RegressionNames& names, const Regression& regression,
                             const std::vector<LimitCheck>& checks) {
    std::string suites;
    std::size_t tests = 0, failures = 0, skipped = 0;
    for (const auto& check : checks) {
        const auto cases = cases_of(regression, check);
        tests += cases.size();
        failures += count(cases, Passed::yes);
        skipped += count(cases, Passed::undecided);
        suites += suite(names, check, cases);
    }
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">\n{}"
        "</testsuites>\n",
        escaped(fmt::format("blockscope compare {} {}", names.base, names.fresh)), tests, failures,
        skipped, suites);
}

}  // namespace blockscope
