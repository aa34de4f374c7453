/* Preloaded into the program: its calls that change the disk are counted, and the INTERRUPT_AT-th fails for want of
 * space (full), of permission (denied), or kills the process (kill). The count goes to INTERRUPT_COUNT at the end. What
 * is opened to be read goes to INTERRUPT_OPENED, a path a line. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int calls;

static int real_open(const char *path, int flags, mode_t mode) {
    static int (*next)(const char *, int, ...);
    if (!next) next = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open64");
    return next(path, flags, mode);
}

/* By system calls, so that it does not count itself. */
static void opened(const char *path) {
    const char *list = getenv("INTERRUPT_OPENED");
    if (!list) return;
    char line[4096];
    int length = snprintf(line, sizeof line, "%s\n", path);
    int file = real_open(list, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (file < 0) return;
    if (length > 0) syscall(SYS_write, file, line, (size_t)length);
    syscall(SYS_close, file);
}

/* Whether this call fails; errno says why. */
static int interrupted(void) {
    const char *at = getenv("INTERRUPT_AT"), *how = getenv("INTERRUPT_HOW");
    int n = atomic_fetch_add(&calls, 1) + 1;
    if (!at || !how || n != atoi(at)) return 0;
    if (!strcmp(how, "kill")) kill(getpid(), SIGKILL);
    errno = !strcmp(how, "full") ? ENOSPC : EACCES;
    return !strcmp(how, "full") || !strcmp(how, "denied");
}

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("INTERRUPT_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (file) {
        fprintf(file, "%d\n", atomic_load(&calls));
        fclose(file);
    }
}

/* Standard output, standard error and pipes are no disk. */
static int on_disk(int fd) {
    struct stat status;
    return fd > 2 && !fstat(fd, &status) && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode));
}

#define NEXT(name) static __typeof__(name) *next; if (!next) next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *bytes, size_t length) {
    NEXT(write);
    return on_disk(fd) && interrupted() ? -1 : next(fd, bytes, length);
}
int fdatasync(int fd) {
    NEXT(fdatasync);
    return on_disk(fd) && interrupted() ? -1 : next(fd);
}
int fsync(int fd) {
    NEXT(fsync);
    return on_disk(fd) && interrupted() ? -1 : next(fd);
}
int ftruncate64(int fd, off64_t length) {
    NEXT(ftruncate64);
    return on_disk(fd) && interrupted() ? -1 : next(fd, length);
}
ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *place, size_t length, unsigned flags) {
    NEXT(copy_file_range);
    return interrupted() ? -1 : next(from, at, to, place, length, flags);
}
int fchmod(int fd, mode_t mode) {
    NEXT(fchmod);
    return interrupted() ? -1 : next(fd, mode);
}
int chmod(const char *path, mode_t mode) {
    NEXT(chmod);
    return interrupted() ? -1 : next(path, mode);
}
int chown(const char *path, uid_t owner, gid_t group) {
    NEXT(chown);
    return interrupted() ? -1 : next(path, owner, group);
}
int link(const char *from, const char *to) {
    NEXT(link);
    return interrupted() ? -1 : next(from, to);
}
int linkat(int here, const char *from, int there, const char *to, int flags) {
    NEXT(linkat);
    return interrupted() ? -1 : next(here, from, there, to, flags);
}
int symlink(const char *from, const char *to) {
    NEXT(symlink);
    return interrupted() ? -1 : next(from, to);
}
int rmdir(const char *path) {
    NEXT(rmdir);
    return interrupted() ? -1 : next(path);
}
int unlinkat(int folder, const char *path, int flags) {
    NEXT(unlinkat);
    return interrupted() ? -1 : next(folder, path, flags);
}
int rename(const char *from, const char *to) {
    NEXT(rename);
    return interrupted() ? -1 : next(from, to);
}
int mkdir(const char *path, mode_t mode) {
    NEXT(mkdir);
    return interrupted() ? -1 : next(path, mode);
}
int unlink(const char *path) {
    NEXT(unlink);
    return interrupted() ? -1 : next(path);
}
int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if (flags & O_CREAT && interrupted()) return -1;
    if (!(flags & (O_CREAT | O_DIRECTORY))) opened(path);
    return real_open(path, flags, mode);
}
