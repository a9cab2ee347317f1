#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What a child that fails says to its parent. */
struct report {
    int stage;
    int code;
};

static int become_user(const struct clinux_plug_in *plug_in) {
    if (!plug_in->changes_user) {
        return 0;
    }
    /* Groups first: without root's rights they can't be changed. */
    if (setgroups((size_t)plug_in->group_count, plug_in->groups) != 0
        || setresgid(plug_in->group, plug_in->group, plug_in->group) != 0
        || setresuid(plug_in->user, plug_in->user, plug_in->user) != 0) {
        return errno;
    }
    return 0;
}

static int confine(const struct clinux_plug_in *plug_in) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return errno;
    }
    if (plug_in->ruleset >= 0 && syscall(SYS_landlock_restrict_self, plug_in->ruleset, 0) != 0) {
        return errno;
    }
    return clinux_filter_calls();
}

/* The launcher ignores what is meant for a plug-in; that would be inherited. */
static void reset_signals(void) {
    for (int number = 1; number < NSIG; number++) {
        signal(number, SIG_DFL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Only async-signal-safe calls: the process may have had other threads. */
static struct report become(const struct clinux_plug_in *plug_in, pid_t parent) {
    reset_signals();
    setsid();
    int code = become_user(plug_in);
    if (code != 0) {
        return (struct report){clinux_stage_user, code};
    }
    code = confine(plug_in);
    if (code != 0) {
        return (struct report){clinux_stage_confinement, code};
    }
    /* After the change of user, which clears it; the parent may have ended before. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent) {
        return (struct report){clinux_stage_confinement, ESRCH};
    }
    if (dup2(plug_in->input, STDIN_FILENO) < 0
        || (plug_in->output >= 0 && dup2(plug_in->output, STDOUT_FILENO) < 0)
        || (plug_in->errors >= 0 && dup2(plug_in->errors, STDERR_FILENO) < 0)) {
        return (struct report){clinux_stage_program, errno};
    }
    char *const arguments[] = {(char *)plug_in->name, NULL};
    fexecve(plug_in->file, arguments, plug_in->environment);
    return (struct report){clinux_stage_program, errno};
}

int clinux_start_plug_in(const struct clinux_plug_in *plug_in, int *process, int *stage) {
    int channel[2];
    *stage = clinux_stage_fork;
    if (pipe2(channel, O_CLOEXEC) != 0) {
        return errno;
    }
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        struct report report = become(plug_in, parent);
        ssize_t written = write(channel[1], &report, sizeof report);
        _exit(written == sizeof report ? 126 : 127);
    }
    int code = child < 0 ? errno : 0;
    close(channel[1]);
    struct report report;
    /* The channel ends with the execution of the program. */
    if (child > 0 && read(channel[0], &report, sizeof report) == sizeof report) {
        *stage = report.stage;
        code = report.code;
    }
    close(channel[0]);
    *process = child;
    return code;
}

int clinux_adopt_orphans(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ? 0 : errno;
}

int clinux_open_process(int process) {
    return (int)syscall(SYS_pidfd_open, process, 0);
}
