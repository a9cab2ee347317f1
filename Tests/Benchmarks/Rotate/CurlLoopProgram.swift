/// The source of what a user would write in a shell.
enum CurlLoopProgram {
    /// Bash; called with a folder, the hub's port, and how many secrets.
    ///
    /// A line a rotation is kept, without an fsync. The peak is curl's, which is asked for its own status.
    static let source = """
        set -eu -o pipefail
        export LC_ALL=C
        url="http://127.0.0.1:$2/api/v2/aihub/secrets"
        history="$1/history"
        start=$EPOCHREALTIME
        for ((number = 1; number <= $3; number++)); do
            printf '{"alias":"secret_%s","value":"%s"}' "$number" "$(head -c 24 /dev/urandom | base64 -w 0)" \\
                | curl --silent --show-error --fail --output /dev/null --request PATCH --data @- \\
                    --header 'Authorization: Bearer sandbox-token' --header 'Content-Type: application/json' "$url"
            printf '%s secret_%s\\n' "$EPOCHREALTIME" "$number" >> "$history"
        done
        end=$EPOCHREALTIME
        peak=$(curl --silent file:///proc/self/status | awk '/^VmHWM:/ { print $2 }')
        # Two lines, of the shell and of its children: 0m1.234s 0m0.567s. A pipe would show a subshell's.
        times > "$1/times"
        cpu=$(tr 'ms' '  ' < "$1/times" | awk '{ sum += 60 * ($1 + $3) + $2 + $4 } END { print sum }')
        awk -v start="$start" -v end="$end" -v cpu="$cpu" -v peak="$peak" 'BEGIN { print end - start, cpu, peak }'
        """
}
