/// The program's version, as `--version`, the audit log and `User-Agent` say it.
package let programVersion = "0.1.0"
