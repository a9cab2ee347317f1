#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
