#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "add the architecture's number (linux/audit.h), and look which calls by path it has"
#endif

/* Newer than Debian 12's headers; these numbers are the same on all architectures. */
enum {
    number_fchmodat2 = 452,
    number_setxattrat = 463,
    number_removexattrat = 466,
    number_file_setattr = 469,
};

/* Numbers of x32 have this bit, under the architecture x86_64. */
#define X32_CALLS 0x40000000

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ANSWER(action) BPF_STMT(BPF_RET | BPF_K, action)
#define DENIED ANSWER(SECCOMP_RET_ERRNO | EPERM)
#define UNLESS_EQUAL(number, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, skip)
#define DENY(number) UNLESS_EQUAL(number, 1), DENIED

static struct sock_filter filter[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
    ANSWER(SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
#if defined(__x86_64__)
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_CALLS, 0, 1),
    ANSWER(SECCOMP_RET_ERRNO | ENOSYS),
    DENY(__NR_chmod),
    DENY(__NR_chown),
    DENY(__NR_lchown),
    DENY(__NR_utime),
    DENY(__NR_utimes),
    DENY(__NR_futimesat),
#endif
    DENY(__NR_fchmodat),
    DENY(number_fchmodat2),
    /* With AT_EMPTY_PATH it takes a descriptor that was opened with O_PATH, which Landlock permits for any file. */
    DENY(__NR_fchownat),
    DENY(__NR_setxattr),
    DENY(__NR_lsetxattr),
    DENY(number_setxattrat),
    DENY(__NR_removexattr),
    DENY(__NR_lremovexattr),
    DENY(number_removexattrat),
    DENY(number_file_setattr),
    DENY(__NR_io_uring_setup),
    DENY(__NR_io_uring_enter),
    DENY(__NR_io_uring_register),
    /* Without a path it is futimens(3), which takes a descriptor. Both halves of the pointer, the lower one first. */
    UNLESS_EQUAL(__NR_utimensat, 5),
    LOAD(args[1]),
    UNLESS_EQUAL(0, 2),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1]) + sizeof(uint32_t)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
    DENIED,
    ANSWER(SECCOMP_RET_ALLOW),
};

int clinux_filter_calls(void) {
    struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
    /* Not seccomp(2), which filters such as systemd 252's @system-service lack. */
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : errno;
}
