#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/timex.h>

int clinux_file_status(const char *path, uint32_t *mode, uint32_t *owner) {
    struct stat status;
    if (stat(path, &status) != 0) {
        return errno;
    }
    *mode = status.st_mode & 07777;
    *owner = status.st_uid;
    return 0;
}

int clinux_file_identity(int file, unsigned long long *device, unsigned long long *inode) {
    struct stat status;
    if (fstat(file, &status) != 0) {
        return errno;
    }
    *device = status.st_dev;
    *inode = status.st_ino;
    return 0;
}

int clinux_file_change(const char *path, unsigned long long *device, unsigned long long *inode, long long changed[2]) {
    struct stat status;
    if (stat(path, &status) != 0) {
        return errno;
    }
    *device = status.st_dev;
    *inode = status.st_ino;
    changed[0] = status.st_ctim.tv_sec;
    changed[1] = status.st_ctim.tv_nsec;
    return 0;
}

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

int clinux_unlock_file(int descriptor) {
    struct flock lock = whole_file();
    lock.l_type = F_UNLCK;
    return fcntl(descriptor, F_OFD_SETLK, &lock) == 0 ? 0 : errno;
}

int clinux_is_file_locked(int descriptor) {
    struct flock lock = whole_file();
    if (fcntl(descriptor, F_OFD_GETLK, &lock) != 0) {
        return -1;
    }
    return lock.l_type != F_UNLCK;
}

long long clinux_clock_maximum_error(void) {
    struct timex state;
    memset(&state, 0, sizeof state);
    return adjtimex(&state) == -1 ? -1 : state.maxerror;
}

int clinux_flush_output(void) {
    if (fflush(stdout) != 0) {
        return errno;
    }
    return ferror(stdout) ? EIO : 0;
}

int clinux_put_line(const void *line, size_t length) {
    if (fwrite(line, 1, length, stdout) != length || fputc('\n', stdout) == EOF) {
        return errno;
    }
    return 0;
}

void clinux_trim_heap(void) {
    malloc_trim(0);
}
