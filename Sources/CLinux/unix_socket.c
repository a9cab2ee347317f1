#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

int clinux_connect(const char *path, int *connection) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        return ENAMETOOLONG;
    }
    strcpy(address.sun_path, path);
    int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (file < 0) {
        return errno;
    }
    if (connect(file, (struct sockaddr *)&address, sizeof address) != 0) {
        int code = errno;
        close(file);
        return code;
    }
    *connection = file;
    return 0;
}

int clinux_peer_user(int connection, uint32_t *user) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        return errno;
    }
    /* A connection of another kind than Unix has no peer. */
    if (size != sizeof peer || peer.uid == (uid_t)-1) {
        return ENOTCONN;
    }
    *user = peer.uid;
    return 0;
}

long clinux_send(int connection, const void *bytes, size_t length) {
    return send(connection, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
}

long clinux_receive(int connection, void *bytes, size_t length) {
    return recv(connection, bytes, length, MSG_DONTWAIT);
}

void clinux_shut_down(int connection, int both) {
    shutdown(connection, both ? SHUT_RDWR : SHUT_WR);
}

void clinux_keep_descriptors(void) {
    /* close_range(2) with CLOSE_RANGE_CLOEXEC, since Linux 5.11; before that there is nothing to be kept. */
    syscall(SYS_close_range, 3U, ~0U, 4U);
}
