#include "blockscope/stats/distributions.hpp"

#include <cmath>

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/stats/student.hpp"

namespace blockscope {

double normal_cdf(double z) { return boost::math::cdf(boost::math::normal(), z); }

double normal_quantile(double probability) {
    return boost::math::quantile(boost::math::normal(), probability);
}

double student_quantile(double level, double degrees) {
    if (!(level > 0) || !(level < 1)) throw Error("a level lies between 0 and 1");
    return boost::math::quantile(boost::math::students_t(degrees), 0.5 + level / 2);
}

double student_p_value(double t, double degrees) {
    const boost::math::students_t distribution(degrees);
    return 2 * boost::math::cdf(boost::math::complement(distribution, std::abs(t)));
}

double chi_square_p_value(double x, double degrees) {
    return boost::math::cdf(boost::math::complement(boost::math::chi_squared(degrees), x));
}

double chi_square_quantile(double probability, double degrees) {
    return boost::math::quantile(boost::math::chi_squared(degrees), probability);
}

double binomial_cdf(int k, int n, double success) {
    if (k < 0) return 0;
    if (k >= n) return 1;
    return boost::math::cdf(boost::math::binomial(n, success), k);
}

}  // namespace blockscope
