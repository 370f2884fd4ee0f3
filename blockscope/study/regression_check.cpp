#include "blockscope/study/regression_check.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/stats/family_wise.hpp"
#include "blockscope/stats/student.hpp"

namespace blockscope {
namespace {

/// The text and how far it has been read.
class LimitReader {
public:
    LimitReader(std::string_view text, double level, std::string source)
        : text_(text), level_(level), source_(std::move(source)) {}

    std::vector<RegressionLimit> all() {
        std::vector<RegressionLimit> limits;
        do {
            limits.push_back(one());
        } while (take(","));
        if (at_ < text_.size()) fail(at_, "',' or the end");
        return limits;
    }

private:
    RegressionLimit one() {
        RegressionLimit limit;
        limit.level = level_;
        skip_blanks();
        const std::size_t start = at_;
        std::size_t word_at = at_;
        std::string word = take_word();
        if (word == "overall") {
            limit.overall = true;
            skip_blanks();
            word_at = at_;
            word = take_word();
        }
        if (word == "slower" || word == "faster") {
            if (word == "faster") limit.what = RegressionLimit::What::faster;
            if (!take(">")) fail(at_, "'>'");
            limit.share = take_percent(0, 1e6);
            if (take("@")) limit.level = take_percent(0, 100);
        } else if (word == "lost" && !limit.overall) {
            limit.what = RegressionLimit::What::lost;
        } else {
            fail(word_at, limit.overall ? "'slower' or 'faster'"
                                        : "'slower', 'faster', 'overall' or 'lost'");
        }
        limit.text = trim(text_.substr(start, at_ - start));
        return limit;
    }

    /// A number between two others with % behind it, as a share.
    double take_percent(double low, double high) {
        skip_blanks();
        const std::size_t start = at_;
        while (at_ < text_.size() &&
               (std::isdigit(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '.')) {
            ++at_;
        }
        double number = 0;
        if (!parse_number(text_.substr(start, at_ - start), number)) fail(start, "a number");
        const bool is_level = high == 100;
        if (number < low || number >= high || (is_level && number == 0)) {
            fail(start, is_level ? "a level between 0 % and 100 %" : "a share of 0 % or more");
        }
        if (!take("%")) fail(at_, "'%'");
        return number / 100;
    }

    std::string take_word() {
        const std::size_t start = at_;
        while (at_ < text_.size() && std::isalpha(static_cast<unsigned char>(text_[at_])) != 0) {
            ++at_;
        }
        return std::string(text_.substr(start, at_ - start));
    }

    bool take(std::string_view sign) {
        skip_blanks();
        if (!text_.substr(at_).starts_with(sign)) return false;
        at_ += sign.size();
        return true;
    }

    void skip_blanks() {
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    }

    [[noreturn]] void fail(std::size_t at, std::string_view expected) const {
        throw Error(
            fmt::format("expected {}, not '{}'; a condition is like 'slower>3%@99%'", expected,
                        at < text_.size() ? text_.substr(at) : std::string_view("the end")),
            fmt::format("{} '{}':{}", source_, text_, at + 1));
    }

    std::string_view text_;
    double level_;
    std::string source_;
    std::size_t at_ = 0;
};

/// p values that a ratio does not pass the limit, and that it does.
std::pair<double, double> p_values(const LogRatio& ratio, const RegressionLimit& limit) {
    const double factor = 1 + limit.share;
    if (limit.what == RegressionLimit::What::slower) {
        return {ratio.p_above(factor), ratio.p_below(factor)};
    }
    return {ratio.p_below(1 / factor), ratio.p_above(1 / factor)};
}

Passed passed(double p_yes, double p_no, double level) {
    if (p_yes <= 1 - level) return Passed::yes;
    return p_no <= 1 - level ? Passed::no : Passed::undecided;
}

/// See LimitCheck. errors: of one network, or overall, among `family` that are tested.
double found_8_in_10(const RegressionLimit& limit, const LogRatio& errors, std::size_t family) {
    if (std::isnan(errors.standard_error) || !(errors.degrees > 0)) return errors.standard_error;
    const double alpha = (1 - limit.level) / static_cast<double>(family);
    constexpr double z_80 = 0.8416;
    const double far = student_quantile(1 - 2 * alpha, errors.degrees) + z_80;
    return (1 + limit.share) * std::exp(far * errors.standard_error) - 1;
}

/// The network whose error is the median one.
LogRatio typical(const Regression& regression, std::size_t& family) {
    std::vector<LogRatio> known;
    for (const auto& c : regression.networks) {
        if (!std::isnan(c.log_ratio.standard_error)) known.push_back(c.log_ratio);
    }
    family = known.size();
    if (known.empty()) return {};
    const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
    std::nth_element(known.begin(), middle, known.end(), [](const LogRatio& a, const LogRatio& b) {
        return a.standard_error < b.standard_error;
    });
    return *middle;
}

std::vector<Passed> by_network(const Regression& regression, const RegressionLimit& limit) {
    std::vector<Passed> result;
    if (limit.what == RegressionLimit::What::lost) {
        for (const auto& c : regression.networks) {
            result.push_back(c.lost ? Passed::yes : Passed::no);
        }
        return result;
    }
    std::vector<double> yes, no;
    for (const auto& c : regression.networks) {
        const auto [p_yes, p_no] = p_values(c.log_ratio, limit);
        yes.push_back(p_yes);
        no.push_back(p_no);
    }
    yes = family_wise_p_values(yes);
    no = family_wise_p_values(no);
    for (std::size_t i = 0; i < yes.size(); ++i) {
        result.push_back(passed(yes[i], no[i], limit.level));
    }
    return result;
}

}  // namespace

std::vector<RegressionLimit> parse_limits(std::string_view text, double level,
                                          const std::string& source) {
    return LimitReader(text, level, source).all();
}

std::string_view to_string(Passed passed) {
    switch (passed) {
        case Passed::yes:
            return "yes";
        case Passed::undecided:
            return "undecided";
        case Passed::no:
            return "no";
    }
    return "";
}

std::vector<LimitCheck> check_limits(const Regression& regression,
                                     const std::vector<RegressionLimit>& limits) {
    std::vector<LimitCheck> checks;
    for (const auto& limit : limits) {
        LimitCheck check;
        check.limit = limit;
        std::size_t family = 1;
        const LogRatio errors = limit.overall ? regression.overall : typical(regression, family);
        if (limit.what != RegressionLimit::What::lost) {
            check.found_8_in_10 = found_8_in_10(limit, errors, family);
        }
        if (limit.overall) {
            const auto [yes, no] = p_values(regression.overall, limit);
            check.passed = passed(yes, no, limit.level);
        } else {
            check.networks = by_network(regression, limit);
            if (!check.networks.empty()) {
                check.passed = *std::min_element(check.networks.begin(), check.networks.end());
            }
        }
        checks.push_back(std::move(check));
    }
    return checks;
}

}  // namespace blockscope
