#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

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

int clinux_landlock_ruleset(const char *const *paths, int count, int *ruleset) {
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
    /* Closed when another program is executed: create_ruleset sets O_CLOEXEC. */
    int file = (int)syscall(SYS_landlock_create_ruleset, &handled, size, 0);
    if (file < 0) {
        return errno;
    }
    int result = 0;
    for (int index = 0; index < count && result == 0; index++) {
        result = allow_path(file, paths[index], rights);
    }
    if (result != 0) {
        close(file);
        return result;
    }
    *ruleset = file;
    return 0;
}
