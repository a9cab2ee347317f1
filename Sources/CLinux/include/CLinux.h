#ifndef SECRET_ROTATOR_CLINUX_H
#define SECRET_ROTATOR_CLINUX_H

#include <stddef.h>
#include <stdint.h>

/* Calls of Linux that Swift can't make: variadic in C, or declared only with
 * _GNU_SOURCE. Each returns 0, or the errno of the failed call, if nothing
 * else is said. */

/* prctl(PR_SET_DUMPABLE, 0): no core file, and no other process of the same
 * user may read this process's memory (prctl(2), ptrace(2)). */
int clinux_forbid_dumps(void);

/* F_OFD_SETLK on the whole file: an exclusive lock that belongs to the open
 * file description, so that closing another descriptor of the same file does
 * not drop it, as it does with POSIX record locks (fcntl_locking(2)). */
int clinux_lock_file(int descriptor);

/* F_OFD_SETLK with F_UNLCK: releases the lock at once. Closing the descriptor
 * does so only when no copy of it is left, and a child that was forked just now
 * has one until it executes its program. Returns 0 or errno. */
int clinux_unlock_file(int descriptor);

/* F_OFD_GETLK: 1 if another open file description holds the lock, 0 if none
 * does, -1 on failure. Takes no lock itself. */
int clinux_is_file_locked(int descriptor);

/* adjtimex(2), read only: the maximum error of the clock in microseconds, as a
 * time service has reported it; -1 if the kernel does not tell. */
long long clinux_clock_maximum_error(void);

/* fflush and ferror of standard output, which Swift takes for shared mutable
 * state: 0 if all that was printed has been written. */
int clinux_flush_output(void);

/* Writes a line and a newline to standard output, which is buffered; errno's value
 * on failure. */
int clinux_put_line(const void *line, size_t length);

/* The version of Landlock's interface (landlock(7)); 0 where the kernel lacks it. */
int clinux_landlock_version(void);

/* A ruleset of Landlock that permits reading, writing, creating and removing files
 * only beneath the given paths, and signals only to the processes that it holds
 * for; what is no file of that kind (listing folders, running programs) stays as
 * it is. *ruleset is to be closed. */
int clinux_landlock_ruleset(const char *const *paths, int count, int *ruleset);

/* Opens a file for reading, without waiting for anybody, if no link on the way
 * leads out of the folder; EXDEV if one does. The folder itself may be a link.
 * It does what openat2(2) does with RESOLVE_BENEATH, name by name with each
 * folder held open, because systemd's RestrictSUIDSGID= forbids openat2. */
int clinux_open_beneath(const char *folder, const char *path, int *file);

/* What a plug-in's process becomes. */
struct clinux_plug_in {
    int file; /* the program, open: what runs is this file, whatever its name leads to by then */
    const char *name;
    char *const *environment;
    int input;   /* becomes its standard input */
    int output;  /* becomes its standard output; -1 to hand down this process's own */
    int errors;  /* becomes its standard error; -1 to hand down this process's own */
    int ruleset; /* of Landlock; -1 for none */
    int changes_user;
    uint32_t user;
    uint32_t group;
    const uint32_t *groups;
    int group_count;
};

/* What could not be done on the way to a plug-in. */
enum clinux_plug_in_stage {
    clinux_stage_fork = 1,
    clinux_stage_user,
    clinux_stage_confinement,
    clinux_stage_program,
};

/* Starts a plug-in in a session of its own, as another user where one is given,
 * without new privileges, and within Landlock and the filter of system calls. It
 * is killed when the calling thread ends. On failure *stage says where. */
int clinux_start_plug_in(const struct clinux_plug_in *plug_in, int *process, int *stage);

/* Forbids this process and its children, for ever, the system calls that change a
 * file's mode, owner, times or attributes by its path, io_uring, and calls of
 * another architecture (seccomp(2)). Needs no_new_privs. */
int clinux_filter_calls(void);

/* prctl(PR_SET_CHILD_SUBREAPER): descendants whose parent has ended become children of this process. */
int clinux_adopt_orphans(void);

/* pidfd_open(2): readable once the process has ended; -1 on failure. */
int clinux_open_process(int process);

/* Connects to a Unix socket, without waiting: EAGAIN if its queue is full. The
 * connection is closed when another program is executed, and does not block. */
int clinux_connect(const char *path, int *connection);

/* SO_PEERCRED: the user of the process at the other end, when it connected. */
int clinux_peer_user(int connection, uint32_t *user);

/* send(2) without waiting and without SIGPIPE: the count, or -1 with errno. */
long clinux_send(int connection, const void *bytes, size_t length);

/* recv(2) without waiting: the count, 0 at the end, or -1 with errno. */
long clinux_receive(int connection, void *bytes, size_t length);

/* shutdown(2): of this side's writing, or of both directions. */
void clinux_shut_down(int connection, int both);

/* No program that is executed later inherits a descriptor from 3 on. */
void clinux_keep_descriptors(void);

/* Removes a file, or a folder with all that is in it, without following a link. */
int clinux_remove_tree(const char *folder, const char *name);

/* The permission bits and the owner of a file, by stat(2): Swift finds the fields of struct stat in one of several modules,
 * and in which one depends on the order of compilation. */
int clinux_file_status(const char *path, uint32_t *mode, uint32_t *owner);

/* The device and the inode of an open file, as $JOURNAL_STREAM names them; 0 or errno. */
int clinux_file_identity(int file, unsigned long long *device, unsigned long long *inode);

/* The identity of a file, by stat(2), and the seconds and nanoseconds of its last change; 0 or errno. */
int clinux_file_change(const char *path, unsigned long long *device, unsigned long long *inode, long long changed[2]);

/* malloc_trim(3), which glibc's Swift module lacks: gives memory that was freed
 * back to the system. */
void clinux_trim_heap(void);

/* Sends bytes to a datagram socket's address as a sealed file in memory (memfd_create(2), SCM_RIGHTS), which is how
 * journald takes a record that is too large for a datagram. */
int clinux_send_sealed(int socket, const void *address, unsigned address_length, const void *bytes, size_t count);

/* SIOCOUTQ: how much of what was sent the other end of a Unix socket has not read yet, in bytes of kernel memory; -1 on
 * failure. */
int clinux_unread_bytes(int socket);

#endif
