import CLinux
import Glibc

/// What happens between the daemon and a plug-in: a process of its own checks the plug-in's file, confines itself, and
/// becomes the plug-in.
package enum PlugInLauncher {
    /// The exit status where nothing was run.
    package static let refused: Int32 = 126

    /// Why a plug-in was not run, for people, and as the word of a plug-in's own reason.
    package struct Refusal {
        package var text: String
        package var reason: String
    }

    /// Becomes a plug-in; returns only where that failed.
    ///
    /// - Parameters:
    ///   - name: The plug-in.
    ///   - folder: The folder of the plug-ins.
    ///   - protected: What it may not read or change.
    package static func become(_ name: String, in folder: String, protecting protected: [String]) -> Refusal {
        do throws(PlugInFile.Failure) {
            let file = try PlugInFile(name, in: folder)
            if Confinement.isPossible && !Confinement.confine(protecting: protected) {
                return Refusal(text: "the kernel refuses to confine it", reason: "not_confined")
            }
            let code = clinux_execute(file.descriptor, "\(folder)/\(name)", environ)
            let text = "\(name): \(String(cString: strerror(code)))"
            return Refusal(text: text, reason: "not_executable")
        } catch {
            return Refusal(text: "\(error)", reason: "file_refused")
        }
    }
}
