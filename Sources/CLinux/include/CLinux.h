#ifndef SECRET_ROTATOR_CLINUX_H
#define SECRET_ROTATOR_CLINUX_H

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

/* F_OFD_GETLK: 1 if another open file description holds the lock, 0 if none
 * does, -1 on failure. Takes no lock itself. */
int clinux_is_file_locked(int descriptor);

/* adjtimex(2), read only: the maximum error of the clock in microseconds, as a
 * time service has reported it; -1 if the kernel does not tell. */
long long clinux_clock_maximum_error(void);

/* fflush and ferror of standard output, which Swift takes for shared mutable
 * state: 0 if all that was printed has been written. */
int clinux_flush_output(void);

/* The version of Landlock's interface (landlock(7)); 0 where the kernel lacks it. */
int clinux_landlock_version(void);

/* Lets this process and its children read, write, create and remove files only
 * beneath the given paths, and signal only themselves; what is no file of that
 * kind (listing folders, running programs) stays as it is. For ever. */
int clinux_landlock_restrict(const char *const *paths, int count);

/* Opens a file for reading, without waiting for anybody, if no link on the way
 * leads out of the folder; EXDEV if one does. The folder itself may be a link.
 * It does what openat2(2) does with RESOLVE_BENEATH, name by name with each
 * folder held open, because systemd's RestrictSUIDSGID= forbids openat2. */
int clinux_open_beneath(const char *folder, const char *path, int *file);

/* fexecve(3): runs the file that is open, whatever its name leads to by now.
 * Returns only on failure, with the errno. */
int clinux_execute(int descriptor, const char *name, char *const *environment);

/* malloc_trim(3), which glibc's Swift module lacks: gives memory that was freed
 * back to the system. */
void clinux_trim_heap(void);

#endif
