/// The program's version, as `--version`, the audit log and `User-Agent` say it.
package let programVersion = "1.0.0-beta.1"
