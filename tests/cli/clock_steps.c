// Preloaded into a program (LD_PRELOAD), this makes its calendar jump at every look at it, 400 days
// back and forth, as a clock that somebody sets does. Clocks that only run are left alone.
#define _GNU_SOURCE
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t jump(void) {
    static int looks;
    return (looks++ % 2 != 0 ? 400 : -400) * (time_t)86400;
}

int clock_gettime(clockid_t clock, struct timespec* t) {
    const int result = (int)syscall(SYS_clock_gettime, clock, t);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) t->tv_sec += jump();
    return result;
}

int gettimeofday(struct timeval* restrict t, void* restrict zone) {
    struct timespec now;
    (void)zone;
    const int result = clock_gettime(CLOCK_REALTIME, &now);
    t->tv_sec = now.tv_sec;
    t->tv_usec = now.tv_nsec / 1000;
    return result;
}

time_t time(time_t* t) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (t != NULL) *t = now.tv_sec;
    return now.tv_sec;
}
