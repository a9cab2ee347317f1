#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

int clinux_forbid_dumps(void) {
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : errno;
}

static struct flock whole_file(void) {
    struct flock lock;
    memset(&lock, 0, sizeof lock);
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return lock;
}

int clinux_lock_file(int descriptor) {
    struct flock lock = whole_file();
    return fcntl(descriptor, F_OFD_SETLK, &lock) == 0 ? 0 : errno;
}

int clinux_is_file_locked(int descriptor) {
    struct flock lock = whole_file();
    if (fcntl(descriptor, F_OFD_GETLK, &lock) != 0) {
        return -1;
    }
    return lock.l_type != F_UNLCK;
}

int clinux_is_clock_synchronised(void) {
    struct timex state;
    memset(&state, 0, sizeof state);
    if (adjtimex(&state) == -1) {
        return -1;
    }
    return (state.status & STA_UNSYNC) == 0;
}

int clinux_flush_output(void) {
    if (fflush(stdout) != 0) {
        return errno;
    }
    return ferror(stdout) ? EIO : 0;
}

void clinux_trim_heap(void) {
    malloc_trim(0);
}

/* From linux/landlock.h, whose Debian 12 edition lacks the newer ones. */
enum {
    landlock_create_ruleset_version = 1 << 0,
    landlock_rule_path_beneath = 1,
    landlock_write_file = 1 << 1,
    landlock_read_file = 1 << 2,
    landlock_file_rights_1 = landlock_write_file | landlock_read_file,
    /* Remove and make, of all kinds: bits 4 to 12. */
    landlock_folder_rights_1 = 0x1FF0,
    landlock_refer = 1 << 13,
    landlock_truncate = 1 << 14,
    landlock_scope_signal = 1 << 1,
};

struct landlock_ruleset {
    uint64_t files;
    uint64_t network;
    uint64_t scoped;
};

struct landlock_path {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

int clinux_landlock_version(void) {
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, landlock_create_ruleset_version);
    return version < 0 ? 0 : (int)version;
}

static int allow_path(int ruleset, const char *path, uint64_t rights) {
    /* A link grants nothing: what it leads to is granted by its own name, or not. */
    int file = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0) {
        return errno == ENOENT || errno == EACCES ? 0 : errno;
    }
    struct stat status;
    int result = 0;
    if (fstat(file, &status) != 0) {
        result = errno;
    } else if (!S_ISLNK(status.st_mode)) {
        if (!S_ISDIR(status.st_mode)) {
            rights &= landlock_file_rights_1 | landlock_truncate;
        }
        struct landlock_path rule = {.allowed = rights, .parent = file};
        if (syscall(SYS_landlock_add_rule, ruleset, landlock_rule_path_beneath, &rule, 0) != 0) {
            result = errno;
        }
    }
    close(file);
    return result;
}

int clinux_landlock_restrict(const char *const *paths, int count) {
    int version = clinux_landlock_version();
    uint64_t rights = landlock_file_rights_1 | landlock_folder_rights_1;
    if (version >= 2) {
        rights |= landlock_refer;
    }
    if (version >= 3) {
        rights |= landlock_truncate;
    }
    struct landlock_ruleset handled = {.files = rights, .scoped = version >= 6 ? landlock_scope_signal : 0};
    size_t size = version >= 6 ? sizeof handled : sizeof handled.files;
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, size, 0);
    if (ruleset < 0) {
        return errno;
    }
    int result = 0;
    for (int index = 0; index < count && result == 0; index++) {
        result = allow_path(ruleset, paths[index], rights);
    }
    if (result == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        result = errno;
    }
    if (result == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) {
        result = errno;
    }
    close(ruleset);
    return result;
}

/* The way from a folder to where a path has led so far; each entry is an open folder. */
struct way {
    int folders[64];
    int depth;
    int links;
    char rest[PATH_MAX];
};

/* Follows a link: what it says comes before the rest of the path. */
static int follow(struct way *way, int link) {
    char target[PATH_MAX];
    ssize_t length = readlinkat(link, "", target, sizeof target - 1);
    if (length < 0) {
        return errno;
    }
    target[length] = '\0';
    if (target[0] == '/') {
        return EXDEV;
    }
    size_t rest = strlen(way->rest);
    if (++way->links > 40) {
        return ELOOP;
    }
    if ((size_t)length + 1 + rest >= sizeof way->rest) {
        return ENAMETOOLONG;
    }
    memmove(way->rest + length + 1, way->rest, rest + 1);
    memcpy(way->rest, target, (size_t)length);
    way->rest[length] = '/';
    return 0;
}

/* What an O_PATH descriptor stands for, opened for reading: proc(5), /proc/PID/fd. */
static int reopen(int descriptor, int *file) {
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    *file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return *file < 0 ? errno : 0;
}

/* Goes one name further; *file is set at the end of the path. */
static int step(struct way *way, int *file) {
    char name[NAME_MAX + 1];
    size_t slashes = strspn(way->rest, "/");
    size_t length = strcspn(way->rest + slashes, "/");
    if (length == 0) {
        return EISDIR;
    }
    if (length > NAME_MAX) {
        return ENAMETOOLONG;
    }
    memcpy(name, way->rest + slashes, length);
    name[length] = '\0';
    memmove(way->rest, way->rest + slashes + length, strlen(way->rest + slashes + length) + 1);
    if (strcmp(name, ".") == 0) {
        return 0;
    }
    if (strcmp(name, "..") == 0) {
        if (way->depth == 0) {
            return EXDEV;
        }
        close(way->folders[way->depth--]);
        return 0;
    }
    int next = openat(way->folders[way->depth], name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;
    if (next < 0 || fstat(next, &status) != 0) {
        int result = errno;
        close(next);
        return result;
    }
    int result = 0;
    if (S_ISLNK(status.st_mode)) {
        result = follow(way, next);
    } else if (way->rest[strspn(way->rest, "/")] == '\0') {
        result = reopen(next, file);
    } else if (!S_ISDIR(status.st_mode)) {
        result = ENOTDIR;
    } else if (way->depth + 1 == sizeof way->folders / sizeof *way->folders) {
        result = ENAMETOOLONG;
    } else {
        way->folders[++way->depth] = next;
        return 0;
    }
    close(next);
    return result;
}

int clinux_open_beneath(const char *folder, const char *path, int *file) {
    struct way way = {.depth = 0, .links = 0};
    if (strlen(path) >= sizeof way.rest) {
        return ENAMETOOLONG;
    }
    strcpy(way.rest, path);
    way.folders[0] = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (way.folders[0] < 0) {
        return errno;
    }
    *file = -1;
    int result = 0;
    while (result == 0 && *file < 0) {
        result = step(&way, file);
    }
    while (way.depth >= 0) {
        close(way.folders[way.depth--]);
    }
    return result;
}

int clinux_execute(int descriptor, const char *name, char *const *environment) {
    char *const arguments[] = {(char *)name, NULL};
    fexecve(descriptor, arguments, environment);
    return errno;
}
