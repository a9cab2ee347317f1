#define _GNU_SOURCE
#include "CLinux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Folders in one another beyond which a tree is left as it is: each costs a descriptor. */
enum { deepest = 64 };

static int remove_entry(int folder, const char *name, int depth);

static int remove_content(int folder, int depth) {
    DIR *stream = fdopendir(folder);
    if (stream == NULL) {
        int result = errno;
        close(folder);
        return result;
    }
    int result = 0;
    struct dirent *entry;
    while (result == 0 && (entry = readdir(stream)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            result = remove_entry(dirfd(stream), entry->d_name, depth + 1);
        }
    }
    closedir(stream);
    return result;
}

static int remove_entry(int folder, const char *name, int depth) {
    if (unlinkat(folder, name, 0) == 0 || errno == ENOENT) {
        return 0;
    }
    if (errno != EISDIR && errno != EPERM) {
        return errno;
    }
    if (depth > deepest) {
        return ELOOP;
    }
    int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner < 0) {
        return errno;
    }
    int result = remove_content(inner, depth);
    if (result == 0 && unlinkat(folder, name, AT_REMOVEDIR) != 0) {
        result = errno;
    }
    return result;
}

int clinux_remove_tree(const char *folder, const char *name) {
    int parent = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0) {
        return errno;
    }
    int result = remove_entry(parent, name, 0);
    close(parent);
    return result;
}
