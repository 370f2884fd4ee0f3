#include "blockscope/stats/student.hpp"

#include <boost/math/distributions/students_t.hpp>

#include "blockscope/base/error.hpp"

namespace blockscope {

double student_quantile(double level, double degrees) {
    if (!(level > 0) || !(level < 1)) throw Error("a level lies between 0 and 1");
    return boost::math::quantile(boost::math::students_t(degrees), 0.5 + level / 2);
}

}  // namespace blockscope
