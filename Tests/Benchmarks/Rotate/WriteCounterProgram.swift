/// The source of a library that counts durable writes in whatever process it is preloaded into.
enum WriteCounterProgram {
    /// C; the process shares three counters with the benchmark, through the file that an environment variable names.
    ///
    /// fsync and fdatasync are counted as they are called, and their time is added up. A commit is counted by SQLite's commit hook, which is called
    /// once for each transaction that wrote, in each connection that is opened. Counting costs an atomic addition, so it
    /// is done in the measured run itself; a tracer, which counts the same, would slow it down.
    static let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <stdatomic.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <time.h>
        #include <unistd.h>

        static _Atomic unsigned long unshared[3];
        static _Atomic unsigned long *counters = unshared;

        __attribute__((constructor)) static void share(void) {
            const char *path = getenv("BENCHMARK_WRITE_COUNTERS");
            int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
            if (file < 0) return;
            void *map = mmap(NULL, sizeof unshared, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
            close(file);
            if (map != MAP_FAILED) counters = map;
        }

        static unsigned long now(void) {
            struct timespec time;
            clock_gettime(CLOCK_MONOTONIC, &time);
            return time.tv_sec * 1000000000ul + time.tv_nsec;
        }

        static int count_sync(int (*next)(int), int file) {
            unsigned long start = now();
            int status = next(file);
            atomic_fetch_add(&counters[1], now() - start);
            atomic_fetch_add(&counters[0], 1);
            return status;
        }

        int fsync(int file) {
            static int (*next)(int);
            if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
            return count_sync(next, file);
        }

        int fdatasync(int file) {
            static int (*next)(int);
            if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
            return count_sync(next, file);
        }

        static int count_commit(void *unused) {
            (void)unused;
            atomic_fetch_add(&counters[2], 1);
            return 0;
        }

        int sqlite3_open_v2(const char *path, void **connection, int flags, const char *vfs) {
            // By its name: where Python loads the library, it is in no scope that RTLD_NEXT searches.
            void *library = dlopen("libsqlite3.so.0", RTLD_LAZY);
            if (!library) abort();
            int (*next)(const char *, void **, int, const char *) = dlsym(library, "sqlite3_open_v2");
            void *(*set_hook)(void *, int (*)(void *), void *) = dlsym(library, "sqlite3_commit_hook");
            int status = next(path, connection, flags, vfs);
            if (status == 0) set_hook(*connection, count_commit, NULL);
            return status;
        }
        """
}
