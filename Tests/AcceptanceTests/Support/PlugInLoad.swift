/// A plug-in and schedules for many rotations at the same time, here and on a machine with real units.
enum PlugInLoad {
    /// The plug-in's name.
    static let name = "load"

    /// Keeps the credential of each secret in a file of a folder, by the shell alone: it starts no other program.
    static let plugIn = """
        #!/bin/sh
        set -eu
        read -r question
        word() { rest=${question#*\\"$1\\":\\"}; printf %s "${rest%%\\"*}"; }
        file=$(word folder)/$(word alias)
        case $(word step) in
        generate) printf '{"value":"made-%s"}' "$(word rotation)" ;;
        install) word value >"$file" && echo '{}' ;;
        test) read -r now <"$file" || true; [ "$now" = "$(word value)" ] && echo '{}' ;;
        finish) printf 'x' >>"$file.finished" && echo '{}' ;;
        *) exit 64 ;;
        esac

        """

    /// The aliases of the secrets.
    static func aliases(_ count: Int) -> [String] { (0..<count).map { "load_\($0)" } }

    /// A schedules file.
    ///
    /// - Parameter folder: A folder that the plug-in's user can write to.
    static func schedules(_ count: Int, folder: String) -> String {
        let lines = aliases(count).map { alias in
            "  - {secret: \(alias), every: 30d, min_interval: 0s, generator: {type: command, command: \(name), timeout: 60s, "
                + "parameters: {folder: \(folder)}}}\n"
        }
        return "schedules:\n" + lines.joined()
    }
}
