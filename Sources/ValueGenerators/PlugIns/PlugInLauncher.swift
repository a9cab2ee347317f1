import CLinux
import Glibc

/// What happens between the daemon and a plug-in: a process of its own checks the plug-in's file, confines itself, and
/// becomes the plug-in.
package enum PlugInLauncher {
    /// The exit status where nothing was run.
    package static let refused: Int32 = 126

    /// Becomes a plug-in; returns only where that failed, with the reason.
    ///
    /// - Parameters:
    ///   - name: The plug-in.
    ///   - folder: The folder of the plug-ins.
    ///   - protected: What it may not read or change.
    package static func become(_ name: String, in folder: String, protecting protected: [String]) -> String {
        do throws(PlugInFile.Failure) {
            let file = try PlugInFile(name, in: folder)
            if Confinement.isPossible && !Confinement.confine(protecting: protected) {
                return "the kernel refuses to confine it"
            }
            let code = clinux_execute(file.descriptor, "\(folder)/\(name)", environ)
            return "\(name): \(String(cString: strerror(code)))"
        } catch {
            return "\(error)"
        }
    }
}
