/// The program's version, for `--version`, the audit log and `User-Agent`.
package let programVersion = "1.0.0-beta.1"
