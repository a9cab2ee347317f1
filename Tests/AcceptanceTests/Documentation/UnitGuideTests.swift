import Foundation
import TestSupport
import Testing

/// What the guides for operators say of units, folders and receivers, under a real systemd.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct UnitGuideTests {
    /// A plug-in of somebody's own: it has its credential and its folder, and reaches nothing of the daemon's.
    private static let plugIn = """
        #!/bin/sh
        read -r question
        echo "as $(id -un) with $(cat "$CREDENTIALS_DIRECTORY/api-key")" >&2
        for file in /etc/secret-rotator/tokens/local /etc/secret-rotator/staging.key /var/lib/secret-rotator/rotator.db; do
            cat $file >/dev/null 2>&1 && echo "could read $file" >&2
        done
        case $question in
        *'"step":"generate"'*) printf '{"value":"made-%s"}' "$(head -c 18 /dev/urandom | base64)" ;;
        *'"step":"install"'*) echo installed > /srv/account/password && echo '{}' ;;
        *) exit 64 ;;
        esac

        """

    private static let configuration = """
        database: /var/lib/secret-rotator/rotator.db
        control: /run/secret-rotator/control.sock
        hubs:
          local: {url: "http://127.0.0.1:8642/api", context: none, token: "file:/etc/secret-rotator/tokens/local"}
        keys: {staging: "credential:staging-key"}
        metrics:
          textfile: /var/lib/prometheus/node-exporter/secret_rotator.prom
          listen: unix:/run/secret-rotator-http/http.sock
        generators: {directory: /etc/secret-rotator/generators, sockets: /run/secret-rotator-plugins}
        notifications:
          - {name: pager, when: [failing], command: [/usr/local/bin/page, secret-rotator]}
        heartbeat: {file: /var/lib/secret-rotator/alive, every: 1s}
        audit: {stream: {socket: /run/log-collector.sock, format: rfc5424}}

        """

    private static let receiver = """
        import os, socket
        receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        receiver.bind("/run/log-collector.sock"); os.chmod("/run/log-collector.sock", 0o666)
        with open("/root/collected", "wb", buffering=0) as file:
            while True: file.write(receiver.recv(70000) + b"\\n")

        """

    /// What is done there, in the order of the guides.
    private static let script = """
        set -eu
        say() { echo "== $*"; }
        until_so() { for i in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep .2; done; echo "never: $*"; }
        cd / && export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/bin
        systemd-sysusers && systemd-tmpfiles --create secret-rotator.conf secret-rotator-http.conf
        secret-rotator keygen staging --output /etc/secret-rotator/staging.key
        echo sandbox-token | install -m 640 -g secret-rotator /dev/stdin /etc/secret-rotator/tokens/local
        install -d -m 700 /etc/secret-rotator/plug-ins
        echo its-key | install -m 600 /dev/stdin /etc/secret-rotator/plug-ins/own.api-key
        useradd --system secret-rotator-own && install -d -o secret-rotator-own /srv/account
        mkdir -p /var/lib/prometheus/node-exporter /srv/backup
        chgrp secret-rotator /var/lib/prometheus/node-exporter && chmod 775 /var/lib/prometheus/node-exporter
        systemd-run --quiet --unit=collector /usr/bin/python3 /root/receiver.py
        systemd-run --quiet --unit=hub secret-rotator sandbox --port 8642
        systemctl daemon-reload
        systemctl enable --now secret-rotator-plugin-own.socket
        systemctl enable --now secret-rotator
        say try; secret-rotator plug-in try own --all
        echo old | secret-rotator secret create db_password --allowed-workspaces all
        secret-rotator schedule add db_password --every 30d --generator '{type: command, command: own}'
        say check; secret-rotator check || true
        key=/etc/secret-rotator/plug-ins/own.api-key
        say missing; mv $key $key.away
        secret-rotator plug-in try own || true
        secret-rotator check || true
        until_so sh -c "journalctl -q -u 'secret-rotator-plugin-own@*' -n 20 | grep CREDENTIALS"
        journalctl -q --no-pager -o cat -u 'secret-rotator-plugin-own@*' -n 20
        mv $key.away $key
        say rotate; secret-rotator rotate-now db_password --wait
        secret-rotator schedule add ghost --every 30d
        secret-rotator rotate-now ghost --wait || true
        ask() { setpriv --reuid=$1 --regid=$1 --clear-groups curl -s --unix-socket /run/secret-rotator-http/http.sock \
            http://localhost/readyz; }
        say http; ask www-data; ask games || echo refused
        say textfile; until_so grep -x 'secret_rotator_ready 1' /var/lib/prometheus/node-exporter/secret_rotator.prom
        cat /var/lib/prometheus/node-exporter/secret_rotator.prom
        say page; until_so test -s /var/lib/secret-rotator-page/log; cat /var/lib/secret-rotator-page/log
        say heartbeat; until_so test -e /var/lib/secret-rotator/alive
        setpriv --reuid=nobody --regid=nogroup --clear-groups find /var/lib/secret-rotator/alive -mmin -3
        say stream; until_so grep -q 'ghost.*rotation.closed' /root/collected; cat /root/collected
        say backup; systemctl start secret-rotator-backup.service; ls /srv/backup
        say story; journalctl -q --no-pager SECRET=local/ghost EVENT=rotation.failed -x
        say journal; journalctl -q --no-pager -o cat
        say end

        """

    /// The units that guides print: code blocks whose first line is a path.
    private static func writeUnits(below root: String) throws {
        for block in Page.guides.flatMap(\.blocks) where block.language == "ini" {
            guard let path = block.text.firstMatch(of: /^# (\/etc\/systemd\/system\/\S+)\n/)?.1 else { continue }
            // What the example's plug-in needs beside it: a folder to write to.
            let more = path.hasSuffix("plugin-own@.service") ? "\nReadWritePaths=/srv/account\n" : "\n"
            try Data((block.text + more).utf8).write(to: URL(filePath: root + path))
        }
    }

    private static func prepare(_ folder: TemporaryFolder, _ root: String) async throws {
        try folder.write(plugIn, to: "own")
        try folder.write(configuration, to: "config")
        try folder.write(receiver, to: "receiver.py")
        try folder.write("#!/bin/sh\nexec /bin/cat >> /var/lib/secret-rotator-page/log\n", to: "page")
        let folders = "/var/lib/prometheus/node-exporter -/run/secret-rotator-http"
        try folder.write("[Service]\nReadWritePaths=\(folders)\nStateDirectory=secret-rotator-page\n", to: "override")
        try folder.write("d /run/secret-rotator-http 2750 secret-rotator www-data -\n", to: "tmpfiles")
        try await Shell.run(
            """
            cd \(folder.path)
            install -d \(root)/etc/secret-rotator/generators \(root)/etc/systemd/system/secret-rotator.service.d
            install -m 755 own \(root)/etc/secret-rotator/generators/own
            install -m 755 page \(root)/usr/local/bin/page
            install -m 644 receiver.py \(root)/root/receiver.py
            install -m 644 config \(root)/etc/secret-rotator/secret-rotator.yaml
            install -m 644 override \(root)/etc/systemd/system/secret-rotator.service.d/override.conf
            install -m 644 tmpfiles \(root)/etc/tmpfiles.d/secret-rotator-http.conf
            cd \(Page.root)systemd
            install -D -m 644 secret-rotator.sysusers \(root)/usr/lib/sysusers.d/secret-rotator.conf
            install -D -m 644 secret-rotator.tmpfiles \(root)/usr/lib/tmpfiles.d/secret-rotator.conf
            install -m 644 *.service *.socket *.timer \(root)/etc/systemd/system/
            cp -r --no-preserve=mode secret-rotator-plugin-.*.d \(root)/etc/systemd/system/
            """
        )
        try writeUnits(below: root)
    }

    @Test(.enabled(if: HostMachine.obstacle == nil, "\(HostMachine.obstacle ?? "")"))
    func unitsFoldersAndReceiversOfTheGuidesWork() async throws {
        let parts = try await HostMachine.run(Self.script, prepare: Self.prepare)
        #expect(parts["end"] != nil, "\(parts)")
        let shown = [
            ("try", "as secret-rotator-own with its-key"), ("try", "the rotation ends here"),
            ("check", "answers at /run/secret-rotator-plugins/own.sock"),
            ("missing", "connection_closed"), ("missing", "journalctl -u 'secret-rotator-plugin-own@*' -n 20"),
            ("missing", "Failed at step CREDENTIALS"),
            ("check", "rfc5424 to /run/log-collector.sock"), ("rotate", "db_password: succeeded after 1 attempt"),
            ("http", "ready\nrefused"), ("textfile", "secret_rotator_ready 1"),
            ("page", #""state":"open","subject":"local/ghost""#), ("heartbeat", "/var/lib/secret-rotator/alive"),
            ("stream", "rotation.succeeded [secretRotator@32473 seq="), ("backup", "secret-rotator-2"),
        ]
        for (part, text) in shown {
            #expect(parts[part]?.contains(text) == true, "\(text): \(parts[part] ?? "")")
        }
        #expect(parts["story"]?.contains("rotation.failed alias=ghost") == true, "\(parts["story"] ?? "")")
        let all = parts.values.joined()
        #expect(!all.contains("could read") && !all.contains("never: "), "\(all)")
        // What a plug-in prints goes to the daemon, and values nowhere.
        let journal = parts["journal"] ?? ""
        #expect(!journal.contains("its-key") && !journal.contains("made-"), "\(journal)")
    }
}
