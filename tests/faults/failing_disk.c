/* A disk that fails on command. Preloaded into a server, it makes a call on a file fail.
 *
 * The file named by FAILING_DISK holds one order, which a test replaces in one step:
 *     CALL SUFFIX ERRNO
 * such as `sync .db-wal 5`: every sync of a file whose path ends so fails with EIO. An empty file
 * means a disk in order. The suffix `*` means every file of the database. CALL is `sync` or `write`; `sync-once` fails a single time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int spent;

static int fails(const char *call, int fd) {
    char order[256], wanted[32], suffix[64], link[64], path[4096];
    int number, control, is_once;
    ssize_t length;
    const char *name = getenv("FAILING_DISK");
    if (name == NULL || (control = open(name, O_RDONLY | O_CLOEXEC)) < 0)
        return 0;
    length = read(control, order, sizeof order - 1);
    close(control);
    if (length <= 0)
        return 0;
    order[length] = 0;
    if (sscanf(order, "%31s %63s %d", wanted, suffix, &number) != 3)
        return 0;
    is_once = strlen(wanted) > 5 && strcmp(wanted + strlen(wanted) - 5, "-once") == 0;
    if (strncmp(wanted, call, strlen(call)) != 0 || (is_once && spent))
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    if (strcmp(suffix, "*") == 0)
        return strstr(path, "/antonnia.db") ? (spent = 1, errno = number, 1) : 0;
    if (length < (ssize_t)strlen(suffix))
        return 0;
    if (strcmp(path + length - strlen(suffix), suffix) != 0)
        return 0;
    spent = 1;
    errno = number;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int fsync(int fd) { return fails("sync", fd) ? -1 : REAL(fsync)(fd); }

int fdatasync(int fd) { return fails("sync", fd) ? -1 : REAL(fdatasync)(fd); }

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
    return fails("write", fd) ? -1 : REAL(pwrite)(fd, bytes, size, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
    return fails("write", fd) ? -1 : REAL(pwrite64)(fd, bytes, size, at);
}

ssize_t write(int fd, const void *bytes, size_t size) {
    return fails("write", fd) ? -1 : REAL(write)(fd, bytes, size);
}
